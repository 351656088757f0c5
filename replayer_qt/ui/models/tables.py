"""The tables of the panels: which columns, from what, coloured by which meaning."""

from collections.abc import Iterator
from typing import Final

import msgspec

from replayer_qt.core.events import (
    Fairness,
    Link,
    Side,
    TradePrinted,
)
from replayer_qt.core.program_events import Severity
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import MarketState, State
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.plain import clean, name
from replayer_qt.ui.privacy import covered, hidden

ROUNDS_KEPT: Final = 500
TRADES_KEPT: Final = 500
NOTICES_KEPT: Final = 500

_SIDES: Final = {
    Side.BUY: "▲ buy",
    Side.SELL: "▼ sell",
    Side.SHORT_OPEN: "▼ short",
    Side.SHORT_CLOSE: "▲ cover",
}
_VERDICTS: Final = {
    Fairness.VERIFIED: ("✓ verified", "live"),
    Fairness.FAILED: ("✗ failed", "error"),
    Fairness.UNREVEALED: ("unrevealed", "muted"),
}
_SEVERITIES: Final = {
    Severity.INFO: ("● info", "muted"),
    Severity.WARNING: ("▲ warning", "warning"),
    Severity.ERROR: ("✗ error", "error"),
}
_LINKS: Final = {Link.LIVE: "live", Link.STALE: "warning", Link.BLOCKED: "error"}


def verdict(fairness: Fairness) -> tuple[str, str]:
    """Return the words and the meaning of a verdict."""
    return _VERDICTS.get(fairness, (fairness.value, "muted"))


def rounds() -> RowsModel[RoundState]:
    """Return an empty table of rounds."""
    return RowsModel(
        columns=[
            Column(
                title="Round",
                chars=8,
                text=lambda row: clean(fmt.round_name(row.round_id), 8),
                tip=lambda row: f"Round {row.round_id}",
                about="The round's short name; the tool tip has the whole.",
            ),
            Column(
                title="Ticks",
                chars=5,
                text=lambda row: fmt.count(row.ticks),
                number=lambda row: float(row.ticks),
                about="How many ticks are known.",
            ),
            Column(
                title="Peak [x]",
                chars=7,
                text=lambda row: fmt.price(row.peak or None).rstrip("x"),
                number=lambda row: row.peak,
                colour=lambda row: "up" if row.peak >= 2 else None,
                tip=lambda row: fmt.exact_price(row.peak or None),
                about="The highest price before the rug.",
            ),
            Column(
                title="Rug [x]",
                chars=7,
                text=lambda row: fmt.price(row.rug_price).rstrip("x"),
                number=lambda row: -1.0 if row.rug_price is None else row.rug_price,
                colour=lambda row: "rug" if row.rug_tick is not None else "muted",
                tip=lambda row: fmt.exact_price(row.rug_price),
                about="The price that the round ended with.",
            ),
            Column(
                title="Fairness",
                chars=9,
                text=lambda row: verdict(row.fairness)[0],
                colour=lambda row: verdict(row.fairness)[1],
                about="Whether the revealed seed generates exactly these prices.",
            ),
            Column(
                title="Gaps",
                chars=4,
                text=lambda row: fmt.count(row.missing) if row.missing else "0",
                number=lambda row: float(row.missing),
                colour=lambda row: "warning" if row.missing else "muted",
                about="Ticks known to be missing.",
            ),
            Column(
                title="Filled",
                chars=5,
                text=lambda row: fmt.count(row.filled),
                number=lambda row: float(row.filled),
                colour=lambda row: None if row.filled else "muted",
                about="Ticks filled in after the fact.",
            ),
        ],
        key=lambda row: row.round_id,
        kept=ROUNDS_KEPT,
    )


def trades() -> RowsModel[TradePrinted]:
    """Return an empty tape of trades."""
    return RowsModel(
        columns=[
            Column(
                title="Tick",
                chars=5,
                text=lambda row: str(row.tick),
                number=lambda row: float(row.tick),
                tip=lambda row: f"Round {row.round_id}",
                about="The round's tick at which it was done; a line parts the rounds.",
            ),
            Column(
                title="Side",
                chars=7,
                text=lambda row: _SIDES[row.side],
                colour=lambda row: "up" if row.side in {Side.BUY, Side.SHORT_CLOSE} else "down",
            ),
            Column(
                title="Amount",
                chars=10,
                text=lambda row: fmt.short_amount(row.amount),
                number=lambda row: float(row.amount),
                tip=lambda row: f"{hidden(f'{row.amount:f}')} {row.coin}",
                about="What was paid or received; the tool tip has the currency.",
            ),
            Column(
                title="Price [x]",
                chars=8,
                text=lambda row: fmt.price(row.price).rstrip("x"),
                number=lambda row: row.price,
                tip=lambda row: fmt.exact_price(row.price),
            ),
            Column(
                title="Player",
                chars=8,
                text=lambda row: name(row.player),
                tip=lambda row: row.player,
            ),
        ],
        key=lambda row: (row.round_id, row.trade_id),
        kept=TRADES_KEPT,
        group=lambda row: row.round_id,
    )


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the feed's health: a name, a value, and the meaning that colours it."""

    name: str
    value: str
    colour: str | None = None


def facts() -> RowsModel[Fact]:
    """Return an empty table of a feed's health."""
    return RowsModel(
        columns=[
            Column(title="What", chars=22, text=lambda row: row.name, colour=lambda _: "muted"),
            Column(
                title="Value",
                text=lambda row: row.value,
                colour=lambda row: row.colour,
                tip=lambda row: row.value,
            ),
        ],
        key=lambda row: row.name,
        kept=64,
    )


def parts(state: State) -> Iterator[Fact]:
    """Yield how each part of the program is."""
    for part in reversed(tuple(state.parts.values())):
        word = "works" if part.works else clean(part.reason, 200)
        yield Fact(name=part.part, value=word, colour="live" if part.works else "warning")


def health(market: MarketState, shed: int) -> Iterator[Fact]:
    """Yield the lines of a feed's health, the last one to stand uppermost."""
    measured, link = market.measured, market.link
    if measured is not None:
        for reason, times in sorted(measured.rejected.items(), reverse=True):
            yield Fact(name=f"  {clean(reason, 40)}", value=fmt.count(times), colour="warning")
        rejected = sum(measured.rejected.values())
        colour = "warning" if rejected else None
        yield Fact(name="Rejected messages", value=fmt.count(rejected), colour=colour)
    yield Fact(
        name="Events out of place",
        value=fmt.count(market.refused),
        colour="warning" if market.refused else None,
    )
    yield Fact(
        name="Shed by a full queue", value=fmt.count(shed), colour="warning" if shed else None
    )
    if measured is not None:
        yield Fact(name="Largest latency", value=fmt.milliseconds(measured.latency_ns))
        yield Fact(name="Connections", value=fmt.share(measured.connects, measured.attempts))
        yield Fact(name="Ticks filled in", value=fmt.count(measured.filled))
        yield Fact(name="Ticks", value=fmt.count(measured.ticks))
        yield Fact(name="Messages", value=fmt.count(measured.messages))
    yield Fact(name="Rounds finished", value=fmt.count(market.finished))
    if link is not None:
        yield Fact(name="Reason", value=clean(link.reason, 200) or fmt.NOTHING)
        yield Fact(name="Link", value=link.link.value, colour=_LINKS.get(link.link))
    yield Fact(name="Stream", value=clean(market.stream, 64))


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should know, and how often it happened.

    Attributes:
        code: a stable short name; the same code and words are one notice.
        at: when it last happened [ns since the Unix epoch, UTC].
    """

    code: str
    severity: Severity
    what: str
    remedy: str = ""
    count: int = 1
    at: int = 0


def notices() -> RowsModel[Notice]:
    """Return an empty list of notices."""
    return RowsModel(
        columns=[
            Column(
                title="Time [UTC]",
                chars=10,
                text=lambda row: fmt.clock(row.at),
                number=lambda row: float(row.at),
            ),
            Column(
                title="Kind",
                chars=10,
                text=lambda row: _SEVERITIES[row.severity][0],
                colour=lambda row: _SEVERITIES[row.severity][1],
            ),
            Column(
                title="Times",
                chars=7,
                text=lambda row: f"x{row.count:,}",
                number=lambda row: float(row.count),
            ),
            Column(
                title="What",
                text=lambda row: covered(f"{row.what} {row.remedy}".strip()),
                tip=lambda row: f"{row.what} {row.remedy} [{row.code}]",
            ),
        ],
        key=lambda row: (row.code, row.what),
        kept=NOTICES_KEPT,
    )
