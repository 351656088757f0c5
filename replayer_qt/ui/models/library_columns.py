"""The one table of columns of the library's rounds: words, widths, what sorts, how it is drawn."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import LibraryRound, Quality, SortBy
from replayer_qt.core.units import venue_of
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean

_NAME: Final = 64
_NOTE: Final = 120


class Drawn(StrEnum):
    """How a cell is drawn."""

    TEXT = "text"
    SPARK = "spark"
    BADGE = "badge"
    CHIPS = "chips"
    STAR = "star"


class Badge(msgspec.Struct, frozen=True):
    """A word with a shape and a colour, so that neither of these has to be told apart alone.

    Attributes:
        shape: one that `draw_shape` knows.
        colour: a meaning, an attribute of `Theme`.
    """

    word: str
    shape: str
    colour: str
    about: str


QUALITIES: Final = {
    Quality.WHOLE: Badge("whole", "disc", "live", "Every tick from the first to the end."),
    Quality.REPAIRED: Badge("repaired", "diamond", "practice", "Some ticks were filled in."),
    Quality.GAPS: Badge("gaps", "triangle", "warning", "Ticks are missing in between."),
    Quality.PARTIAL: Badge("partial", "ring", "muted", "The beginning or the end is missing."),
    Quality.DAMAGED: Badge("damaged", "square", "error", "Lines of its file could not be read."),
}
"""What a round's quality looks like."""

FAIRNESS: Final = {
    Fairness.VERIFIED: Badge("verified", "disc", "live", "It is what its seed generates."),
    Fairness.FAILED: Badge("failed", "square", "error", "It is not what its seed generates."),
    Fairness.UNREVEALED: Badge("unrevealed", "ring", "muted", "No seed was heard of."),
}
"""What a round's fairness looks like."""


class RoundColumn(msgspec.Struct, frozen=True, kw_only=True):
    """How one thing about a round is shown.

    Attributes:
        name: a stable short name.
        title: the header.
        about: what it means, for the header's tool tip.
        text: the cell's words; for drawn cells what a screen reader says.
        chars: how wide it is at first [digits].
        sort: what the library sorts by for it; None where it can't.
        numeric: whether it is set to the right, and sorts from the largest first.
        colour: the meaning that colours it; None for plain text.
        tip: more than the words; None for these.
        drawn: how the cell is drawn.
        badge: the badge of a cell that is drawn as one.
    """

    name: str
    title: str
    about: str
    text: Callable[[LibraryRound], str]
    chars: int = 8
    sort: SortBy | None = None
    numeric: bool = False
    colour: Callable[[LibraryRound], str | None] | None = None
    tip: Callable[[LibraryRound], str] | None = None
    drawn: Drawn = Drawn.TEXT
    badge: Callable[[LibraryRound], Badge] | None = None


def quality_badge(row: LibraryRound) -> Badge:
    """Return what a round's quality looks like."""
    return QUALITIES[row.entry.quality]


def fairness_badge(row: LibraryRound) -> Badge:
    """Return what a round's fairness looks like."""
    return FAIRNESS[row.entry.fairness]


def date_text(nanos: int) -> str:
    """Return date and time of a wall time [ns], in UTC, to the second.

    >>> date_text(1_700_000_000_123_000_000), date_text(0)
    ('2023-11-14 22:13:20', '—')
    """
    return fmt.exact_time(nanos)[:19] if nanos > 0 else fmt.NOTHING


def spark_words(row: LibraryRound) -> str:
    """Return in words what the sparkline shows."""
    entry = row.entry
    if entry.peak is None:
        return "no ticks"
    end = "end not recorded"
    if entry.rugged:
        end = f"rug at tick {fmt.count(entry.rug_index)}"
    return f"peak {fmt.price(entry.peak)}, {end}"


def quality_words(row: LibraryRound) -> str:
    """Return all that is known of how well a round is recorded."""
    entry, file = row.entry, row.file
    told = [QUALITIES[entry.quality].about]
    for value, words in (
        (entry.missing, "ticks missing"),
        (entry.repaired, "ticks filled in"),
        (entry.clock_jumps, "clock jumps"),
        (file.bad_lines, "lines of its file could not be read"),
        (file.places, "places of its file are not as they should be"),
    ):
        if value:
            told.append(f"{value:,} {words}.")
    if file.problem:
        told.append(clean(file.problem))
    return " ".join(told)


def venue_text(row: LibraryRound) -> str:
    """Return where a round was played; an instrument is told where the venue has several."""
    venue = venue_of(row.entry.stream)
    instrument = row.entry.stream.partition("/")[2]
    shown = fmt.venue(venue).removesuffix(" exchange")
    return clean(shown if instrument in {"", "crash"} else f"{shown} {instrument}", _NAME)


def format_text(row: LibraryRound) -> str:
    """Return what kind of file holds a round."""
    named = row.file.format
    named = f"variant {named}" if len(named) == 1 else named
    return clean(f"{named}, sealed" if row.file.sealed else named, _NAME)


def _result_colour(row: LibraryRound) -> str | None:
    return fmt.sign_colour(row.result)


def _peak_colour(row: LibraryRound) -> str | None:
    return None if row.entry.peak is None else "up"


def _rug_colour(row: LibraryRound) -> str | None:
    return "rug" if row.entry.rugged else None


def _volume(value: Decimal | None) -> str:
    return fmt.NOTHING if value is None else fmt.short_amount(value)


def _volatility(value: float | None) -> str:
    return fmt.NOTHING if value is None else f"{value * 100:.2f} %"


COLUMNS: Final = (
    RoundColumn(
        name="bookmark", title="★", about="Set apart; such a round is never tidied away.",
        text=lambda row: "bookmarked" if row.marks.bookmarked else "", chars=2, drawn=Drawn.STAR,
    ),
    RoundColumn(
        name="spark", title="Price", drawn=Drawn.SPARK, chars=14, text=spark_words,
        about="The price from first to last tick, on a logarithmic scale; a cross is the rug.",
    ),
    RoundColumn(
        name="date", title="Date, UTC", about="When it began.", chars=18, sort=SortBy.BEGUN,
        text=lambda row: date_text(row.entry.begun_at), numeric=True,
        tip=lambda row: f"{fmt.exact_time(row.entry.begun_at)} UTC",
    ),
    RoundColumn(
        name="round", title="Round", about="The end of its name.", chars=9, sort=SortBy.ROUND,
        text=lambda row: clean(fmt.round_name(row.entry.round_id), _NAME),
        tip=lambda row: clean(str(row.entry.round_id), 120),
    ),
    RoundColumn(name="venue", title="Venue", about="Where it was played.", chars=8,
                text=venue_text, tip=lambda row: clean(str(row.entry.stream), 120)),
    RoundColumn(
        name="length", title="Length", about="Ticks, the rug tick included.", chars=6,
        sort=SortBy.TICKS, numeric=True, text=lambda row: fmt.count(row.entry.ticks),
    ),
    RoundColumn(
        name="peak", title="Peak", about="The highest price before the rug.", chars=9,
        sort=SortBy.PEAK, numeric=True, text=lambda row: fmt.price(row.entry.peak),
        colour=_peak_colour, tip=lambda row: fmt.exact_price(row.entry.peak),
    ),
    RoundColumn(
        name="rug", title="Rug tick", about="The tick of the rug.", chars=8, sort=SortBy.RUG,
        numeric=True, text=lambda row: fmt.count(row.entry.rug_index), colour=_rug_colour,
    ),
    RoundColumn(
        name="rugprice", title="Rug price", about="The price at the rug.", chars=9,
        sort=SortBy.RUG_PRICE, numeric=True, text=lambda row: fmt.price(row.entry.rug_price),
        colour=_rug_colour, tip=lambda row: fmt.exact_price(row.entry.rug_price),
    ),
    RoundColumn(
        name="quality", title="Quality", about="How well it is recorded.", chars=11,
        sort=SortBy.QUALITY, text=lambda row: quality_badge(row).word, tip=quality_words,
        drawn=Drawn.BADGE, badge=quality_badge,
    ),
    RoundColumn(
        name="fairness", title="Fairness", about="Whether it is what its seed generates.",
        chars=11, sort=SortBy.FAIRNESS, text=lambda row: fairness_badge(row).word,
        tip=lambda row: fairness_badge(row).about, drawn=Drawn.BADGE, badge=fairness_badge,
    ),
    RoundColumn(
        name="result", title="Result [SOL]", about="What our own trading of it brought.", chars=11,
        sort=SortBy.RESULT, numeric=True, text=lambda row: fmt.signed_sol(row.result),
        colour=_result_colour, tip=lambda row: f"{fmt.exact(row.result)} SOL",
    ),
    RoundColumn(
        name="tags", title="Tags", about="Your own words for it.", chars=16, drawn=Drawn.CHIPS,
        text=lambda row: ", ".join(clean(tag, _NAME) for tag in row.marks.tags),
    ),
    RoundColumn(name="note", title="Note", about="What you noted on it.", chars=18,
                text=lambda row: clean(row.marks.note, _NOTE),
                tip=lambda row: clean(row.marks.note)),
    RoundColumn(
        name="volatility", title="Volatility", about="Deviation of the returns per tick.", chars=9,
        sort=SortBy.VOLATILITY, numeric=True, text=lambda row: _volatility(row.entry.volatility),
    ),
    RoundColumn(
        name="volume", title="Volume", about="What all players turned over.", chars=9,
        sort=SortBy.VOLUME, numeric=True, text=lambda row: _volume(row.entry.volume),
        tip=lambda row: fmt.exact(row.entry.volume),
    ),
    RoundColumn(
        name="size", title="File size", about="Of its file, which may hold other rounds, too.",
        chars=8, sort=SortBy.SIZE, numeric=True, text=lambda row: fmt.size(row.file.size),
        tip=lambda row: f"{row.file.size:,} bytes",
    ),
    RoundColumn(name="format", title="Format", about="What kind of file holds it.", chars=14,
                text=format_text, tip=lambda row: clean(row.file.path)),
)  # fmt: skip
"""Every column, in the order that they have at first."""
