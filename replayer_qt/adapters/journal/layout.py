"""Where recordings lie, and names that no server can turn into a path."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.format import SUFFIX
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos, StreamId

LOCK: Final = ".lock"
BALLAST: Final = ".ballast"

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DEVICES: Final = re.compile(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]|conin|conout|clock")


def safe_name(text: str) -> str:
    """Return `text` if it is harmless as a file name everywhere, else a digest of it.

    >>> safe_name("20261121-0123456789abcdef")
    '20261121-0123456789abcdef'
    >>> safe_name("../../etc/passwd")
    'x3754d6cb3a38e1185e5b382d5f3ef3f1'
    """
    if _PLAIN.fullmatch(text) and not _DEVICES.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"x{digest[:32]}"


def iso(at: Nanos) -> str:
    """Return a wall time as ISO 8601 with microseconds and the offset.

    >>> iso(Nanos(1_763_724_713_123_456_789))
    '2025-11-21T11:31:53.123456Z'
    """
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % NANOS_PER_SECOND // 1000:06d}Z"


def day_folder(folder: Path, stream: StreamId, at: Nanos) -> Path:
    """Return the folder of a stream's recordings of one day (UTC)."""
    venue = safe_name(stream.partition("/")[0])
    return folder / venue / f"{datetime.fromtimestamp(at // NANOS_PER_SECOND, tz=UTC):%Y-%m-%d}"


def file_name(at: Nanos, name: str, attempt: int = 1) -> str:
    """Return the name of a recording begun at `at`; `attempt` tells namesakes apart.

    >>> file_name(Nanos(1_763_724_713_123_456_789), "20251121-ab")
    '20251121T113153123Z_20251121-ab.jsonl'
    """
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, tz=UTC)
    millis = at % NANOS_PER_SECOND // NANOS_PER_MILLISECOND
    again = "" if attempt == 1 else f"_{attempt}"
    return f"{moment:%Y%m%dT%H%M%S}{millis:03d}Z_{safe_name(name)}{again}{SUFFIX}"


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether `path`, links followed, lies in `folder`."""
    return path.parent.resolve().is_relative_to(folder.resolve())
