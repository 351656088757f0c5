"""The audit trail's files: their names and order, their first lines, and the anchor beside them.

Every run, every day and every fault of the disk begins a new file; no file is ever opened to be
written a second time. A file's first line names the file before it and how many of its bytes count.
"""

import re
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import is_sound, seal
from replayer_qt.core.units import Nanos

FOLDER: Final = "audit"
"""The folder's name in a data directory."""
ANCHOR: Final = "head.json"
SUFFIX: Final = ".jsonl"
PACKED: Final = ".jsonl.zst"
SEALED: Final = ".jsonl.zst.vault"
LINE_LIMIT: Final = 16 * 1024 * 1024
"""The longest line that is read [bytes]."""

_NAME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)\.(\d{12})(?:-(\d{1,6}))?(\.jsonl(?:\.zst(?:\.vault)?)?)", re.ASCII
)
_ANCHOR_LIMIT: Final = 4_096


class TrailFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a trail, by its name.

    Attributes:
        day: the UTC day of its first line [YYYY-MM-DD].
        first: number of its first line.
        attempt: 1, or more where files that were begun before at this number came to nothing.
    """

    path: Path
    day: str
    first: int
    attempt: int = 1

    @property
    def is_packed(self) -> bool:
        """Whether it is compressed."""
        return self.path.name.endswith((PACKED, SEALED))

    @property
    def is_sealed(self) -> bool:
        """Whether it is encrypted."""
        return self.path.name.endswith(SEALED)

    @property
    def name(self) -> str:
        """Its name before it was compressed and encrypted."""
        return self.path.name.removesuffix(".vault").removesuffix(".zst")


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="_begun", tag_field="ev"):
    """A file's first line.

    Attributes:
        previous: the name of the file before it; empty in the first of all.
        size: how much of that file counts [bytes]: up to the line that this one goes on after.
        torn: what lies behind it there [bytes]: cut short by a crash, or refused by the disk.
        why: `first`, `start` of the program, `day`, or `fault` of the disk.
        damage: what was found wrong with the trail before; empty when nothing was.
    """

    previous: str
    size: int
    torn: int
    why: str
    damage: str = ""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The end of the trail, kept apart from it: a tail that is cut off can be told by it.

    Attributes:
        seq: number of the last line that is on stable storage.
        digest: that line's digest [64 hex digits].
        file: the file that it is in.
        at: when this was written [ns since the Unix epoch, UTC].
    """

    seq: int
    digest: str
    file: str
    at: Nanos


def file_name(day: str, first: int, attempt: int) -> str:
    """Return a file's name.

    >>> file_name("2026-11-21", 42, 1), file_name("2026-11-21", 42, 2)
    ('2026-11-21.000000000042.jsonl', '2026-11-21.000000000042-2.jsonl')
    """
    again = f"-{attempt}" if attempt > 1 else ""
    return f"{day}.{first:012}{again}{SUFFIX}"


def file_of(path: Path) -> TrailFile | None:
    """Return what a name says; None if it is no name of ours."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    return TrailFile(path=path, day=match[1], first=int(match[2]), attempt=int(match[3] or 1))


def files_in(folder: Path) -> list[TrailFile]:
    """Return the trail's files in the order in which they were begun.

    Of a file that is there plain, compressed or encrypted at once, the plainest: a crash came
    between.

    Raises:
        OSError: the folder cannot be read.
    """
    found: dict[str, TrailFile] = {}
    for path in sorted(folder.iterdir(), reverse=True):  # a compressed one's name is the longer
        file = file_of(path)
        if file is not None:
            found[file.name] = file
    return sorted(found.values(), key=lambda file: (file.first, file.attempt))


class _First(msgspec.Struct):
    payload: Begun


_FIRSTS: Final = msgspec.json.Decoder(_First)


def begun_in(line: bytes) -> Begun | None:
    """Return what a file's first line says; None if it is no such line."""
    try:
        return _FIRSTS.decode(line).payload
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def anchor_bytes(anchor: Anchor) -> bytes:
    """Return the anchor's file: one JSON object with a checksum."""
    return seal(msgspec.json.encode(anchor))


def read_anchor(folder: Path) -> Anchor | None:
    """Return the anchor; None if there is none.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not what was once written.
    """
    try:
        with (folder / ANCHOR).open("rb") as file:
            line = file.read(_ANCHOR_LIMIT)
    except FileNotFoundError:
        return None
    if not line.endswith(b"\n") or not is_sound(line[:-1]):
        raise ValueError(f"the anchor {folder / ANCHOR} is damaged")
    try:
        return msgspec.json.decode(line, type=Anchor)
    except msgspec.MsgspecError as error:
        raise ValueError(f"the anchor {folder / ANCHOR} is none that we know: {error}") from error
