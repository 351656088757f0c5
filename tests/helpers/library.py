"""Files and rounds of a library as tests need them."""

from decimal import Decimal
from typing import Any

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import FileEntry, Quality, RoundEntry
from replayer_qt.core.units import RUGS, Nanos, RoundId, StreamId

BEGUN = 1_761_868_800 * 10**9
"""The first moment of 2025-10-31 [ns]."""


def round_entry(name: str = "r1", **said: Any) -> RoundEntry:
    """A whole round of 100 ticks, but for what is said."""
    values: dict[str, Any] = {
        "stream": RUGS,
        "round_id": RoundId(name),
        "begun_at": Nanos(BEGUN),
        "ended_at": Nanos(BEGUN + 25 * 10**9),
        "ticks": 100,
        "first_index": 0,
        "last_index": 99,
        "rugged": True,
        "rug_index": 99,
        "rug_price": 0.002,
        "peak": 3.5,
        "peak_index": 60,
        "missing": 0,
        "repaired": 0,
        "clock_jumps": 0,
        "trades": 12,
        "volume": Decimal("1.25"),
        "volatility": 0.02,
        "fairness": Fairness.VERIFIED,
        "quality": Quality.WHOLE,
        "spark": bytes(range(64)),
    }
    return RoundEntry(**(values | said))


def file_entry(path: str = "/rec/rugs/2025-10-31/a.jsonl", **said: Any) -> FileEntry:
    """A sealed journal, but for what is said; its digest follows from its path."""
    values: dict[str, Any] = {
        "path": path,
        "size": 1_000,
        "modified": BEGUN,
        "format": "journal",
        "digest": path.encode("utf-8", "surrogatepass").hex()[-64:].rjust(64, "0"),
        "sealed": True,
        "plain_size": 9_000,
        "lines": 120,
    }
    return FileEntry(**(values | said))


def stream(name: str) -> StreamId:
    """A stream by its name."""
    return StreamId(name)
