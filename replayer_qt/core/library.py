"""What the library knows of a round, what can be asked of it, and how a person narrows it down."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from replayer_qt.core.events import Fairness
from replayer_qt.core.units import Nanos, RoundId, StreamId

SPARK_POINTS: Final = 64
"""Points of a sparkline."""
IDS_MOST: Final = 1_000_000
"""Rounds of an answer at most."""
TAG_LIMIT: Final = 64
"""Longest tag [characters]."""
NOTE_LIMIT: Final = 4_000
"""Longest note [characters]."""


class Quality(StrEnum):
    """How well a round is recorded, the best first."""

    WHOLE = "whole"
    """Every tick from the first to the end, as heard live."""
    REPAIRED = "repaired"
    """Every tick, some of them filled in afterwards."""
    GAPS = "gaps"
    """Ticks are missing in between."""
    PARTIAL = "partial"
    """The beginning or the end is missing."""
    DAMAGED = "damaged"
    """Its file has lines that could not be read, and ticks are missing, or may be."""


class RoundEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One round as one file tells it.

    Attributes:
        stream: where it was played; a segment of a continuous market counts as a round.
        round_id: its name; text from a server.
        begun_at: time of its first event [ns since the Unix epoch, UTC]; 0 where it has none.
        ended_at: time of its last event [ns since the Unix epoch, UTC]; 0 where it has none.
        ticks: distinct price ticks, the rug tick included.
        first_index: position of the first tick; None without ticks.
        last_index: position of the last tick; None without ticks.
        rugged: whether the round's end is shown.
        rug_index: position of the rug; None where it is not shown.
        rug_price: price of the rug [multiplier].
        peak: highest price before the rug tick [multiplier]; None without ticks before it.
        peak_index: where the peak was.
        missing: ticks missing between the first and the last one, or the rug.
        repaired: ticks that were filled in afterwards.
        clock_jumps: times the wall clock was set while it was recorded, or went back.
        trades: trades of all players that were heard of.
        volume: what they turned over [SOL, or the quote asset]; None where nothing was heard.
        volatility: standard deviation of the logarithmic returns per tick; None below 3 ticks.
        fairness: whether it is what its revealed seed generates.
        quality: how well it is recorded.
        spark: its prices as `SPARK_POINTS` heights from 0 to 255, on a logarithmic scale from its
            own lowest to its own highest; empty without ticks.
    """

    stream: StreamId
    round_id: RoundId
    begun_at: Nanos
    ended_at: Nanos
    ticks: int
    first_index: int | None
    last_index: int | None
    rugged: bool
    rug_index: int | None
    rug_price: float | None
    peak: float | None
    peak_index: int | None
    missing: int
    repaired: int
    clock_jumps: int
    trades: int
    volume: Decimal | None
    volatility: float | None
    fairness: Fairness
    quality: Quality
    spark: bytes


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the library.

    Attributes:
        path: where it lies, absolute.
        size: as it lies on the disk [bytes].
        modified: time of its last change [ns since the Unix epoch].
        format: `journal`, a variant's letter, or a public archive's kind.
        digest: SHA-256 of its content, unpacked [64 hex digits].
        sealed: whether it is packed and carries its digest.
        plain_size: its content's length, unpacked [bytes].
        lines: lines, or rows, in it.
        bad_lines: lines that could not be read.
        recovered_lines: whole records found inside them.
        places: places that are not as they should be.
        ended: how it says that it ended, as in a recording; empty if it does not.
        origin: where it was imported from; empty for what was recorded here.
        problem: why nothing could be read of it; empty when something could.
    """

    path: str
    size: int
    modified: int
    format: str
    digest: str
    sealed: bool
    plain_size: int
    lines: int
    bad_lines: int = 0
    recovered_lines: int = 0
    places: int = 0
    ended: str = ""
    origin: str = ""
    problem: str = ""


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a person noted on a round.

    Attributes:
        tags: in the order of the alphabet, each once.
        bookmarked: whether it was set apart; such a round is never tidied away.
    """

    tags: tuple[str, ...] = ()
    note: str = ""
    bookmarked: bool = False


class LibraryRound(msgspec.Struct, frozen=True, kw_only=True):
    """One round of the library: its best copy, the file of it, and what belongs to the round.

    Attributes:
        id: its number in this catalogue; another catalogue may give another one.
        entry: the best copy.
        file: the file that holds it.
        copies: files that hold this round.
        result: what our own trading of it brought [SOL]; None where there was none.
        marks: what a person noted on it.
    """

    id: int
    entry: RoundEntry
    file: FileEntry
    copies: int = 1
    result: Decimal | None = None
    marks: Marks = Marks()


class Range(msgspec.Struct, frozen=True):
    """From `low` to `high`, both included; None is no limit. What is not known is in no range."""

    low: float | None = None
    high: float | None = None


class SortBy(StrEnum):
    """What the answer is sorted by; what is not known comes last either way."""

    BEGUN = "date"
    PEAK = "peak"
    TICKS = "length"
    RUG = "rug"
    RUG_PRICE = "rugprice"
    RESULT = "result"
    QUALITY = "quality"
    FAIRNESS = "fairness"
    VOLATILITY = "volatility"
    VOLUME = "volume"
    ROUND = "round"
    SIZE = "size"


class RoundQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which rounds are meant; everything that is stated must hold.

    Attributes:
        text: each word of it stands in the round's name, venue, tags or note, in any case.
        venues: one of these; empty: all.
        streams: one of these; empty: all.
        peak: [multiplier].
        ticks: the round's length [ticks].
        rug: position of the rug [ticks].
        rug_price: [multiplier].
        begun: when it began [ns since the Unix epoch, UTC].
        result: our own result [SOL].
        volatility: as in the entry.
        fairness: one of these; empty: all.
        quality: one of these; empty: all.
        formats: one of these; empty: all.
        tags: all of these.
        without_tags: none of these.
        bookmarked: whether it is; None: either.
        rugged: whether its end is shown; None: either.
        sort: what the answer is sorted by.
        descending: the largest first.
        limit: rounds of the answer at most.
    """

    text: str = ""
    venues: tuple[str, ...] = ()
    streams: tuple[StreamId, ...] = ()
    peak: Range = Range()
    ticks: Range = Range()
    rug: Range = Range()
    rug_price: Range = Range()
    begun: Range = Range()
    result: Range = Range()
    volatility: Range = Range()
    fairness: tuple[Fairness, ...] = ()
    quality: tuple[Quality, ...] = ()
    formats: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    bookmarked: bool | None = None
    rugged: bool | None = None
    sort: SortBy = SortBy.BEGUN
    descending: bool = True
    limit: int = IDS_MOST


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A query under a name."""

    name: str
    query: RoundQuery


def is_better(one: RoundEntry, other: RoundEntry) -> bool:
    """Return whether `one` tells the same round strictly better than `other`.

    An end that is shown counts first, then fewer missing ticks, then more ticks, then a verified
    fairness, then fewer repaired ticks, then more that was heard of trades.
    """
    return _worth(one) > _worth(other)


def _worth(entry: RoundEntry) -> tuple[bool, int, int, bool, int, int]:
    return (
        entry.rug_index is not None,
        -entry.missing - (entry.first_index or 0),
        entry.ticks,
        entry.fairness is Fairness.VERIFIED,
        -entry.repaired,
        entry.trades,
    )
