"""What the library knows of the rounds of a recording: their entries and their columns."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    FairnessChecked,
    PriceTicked,
    SeedRevealed,
    TickBlock,
    TickOrigin,
    TradePrinted,
)
from replayer_qt.core.library import RoundEntry
from replayer_qt.core.library_columns import NOT_TOLD, HeardTicks, make_columns
from replayer_qt.core.library_figures import is_continuous, quality_of, spark_of, volatility_of
from replayer_qt.core.money import NOTHING, is_money
from replayer_qt.core.recording import Recording
from replayer_qt.core.soundness import is_sound
from replayer_qt.core.summary import RoundSummary, summarise
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId

JOURNAL: Final = "journal"
"""The format of our own recordings."""
JUMP_NS: Final = 2 * NANOS_PER_SECOND
"""A larger difference between the two clocks' steps, or a larger step back, is a jump [ns]."""

_SOL: Final = "solana"
_LATEST_NS: Final = 2**62


class ToldRound(msgspec.Struct, frozen=True, kw_only=True):
    """One round as one recording tells it.

    Attributes:
        columns: its ticks.
        summary: what `verify` says of it.
        begun_at: time of its first event [ns since the Unix epoch, UTC].
        ended_at: time of its last event while it ran [ns since the Unix epoch, UTC].
        clock_jumps: as in its entry.
        trades: as in its entry.
        volume: as in its entry.
    """

    columns: RoundColumns
    summary: RoundSummary
    begun_at: Nanos
    ended_at: Nanos
    clock_jumps: int = 0
    trades: int = 0
    volume: Decimal | None = None


def entries_of(recording: Recording) -> tuple[RoundEntry, ...]:
    """Return what is known of each round, in the order in which the recording first names them.

    They are the rounds that `verify` tells of, with the same figures. Never raises.
    """
    return tuple(entry_of(told, recording.bad_lines) for told in rounds_of(recording))


def columns_of(recording: Recording) -> tuple[RoundColumns, ...]:
    """Return the ticks of each round, in the order of `entries_of`; never raises."""
    return tuple(told.columns for told in rounds_of(recording))


def rounds_of(recording: Recording) -> tuple[ToldRound, ...]:
    """Return what both entries and columns are made of; never raises."""
    found = summarise(recording.events, followed_only=recording.format == JOURNAL)
    heard = {summary.round_id: _Heard() for summary in found}
    _listen(recording.events, heard)
    return tuple(heard[summary.round_id].told(summary) for summary in found)


def entry_of(told: ToldRound, bad_lines: int) -> RoundEntry:
    """Return the entry of a round.

    Args:
        told: the round.
        bad_lines: lines of its file that could not be read.
    """
    summary, columns = told.summary, told.columns
    missing = sum(last - first + 1 for first, last in summary.gaps)
    return RoundEntry(
        stream=columns.stream,
        round_id=columns.round_id,
        begun_at=told.begun_at,
        ended_at=told.ended_at,
        ticks=summary.ticks,
        first_index=summary.first_index,
        last_index=summary.last_index,
        rugged=summary.rugged,
        rug_index=summary.rug_index,
        rug_price=summary.rug_price,
        peak=summary.peak,
        peak_index=_peak_index(columns, summary.peak),
        missing=missing,
        repaired=columns.repaired,
        clock_jumps=told.clock_jumps,
        trades=max(told.trades, int(columns.counts.max(initial=0))),
        volume=told.volume,
        volatility=volatility_of(columns),
        fairness=summary.fairness,
        quality=quality_of(columns, missing=missing, bad_lines=bad_lines),
        spark=spark_of(columns),
    )


def _peak_index(columns: RoundColumns, peak: float | None) -> int | None:
    if peak is None:
        return None
    return int(columns.ticks[int(np.argmax(columns.prices == peak))])


def _listen(events: Iterable[Event], heard: Mapping[RoundId, "_Heard"]) -> None:
    for event in events:
        if not isinstance(event, ROUND_EVENTS):
            continue
        told = heard.get(event.round_id)
        if told is None:
            continue
        match event:
            case PriceTicked():
                told.moment(event)
                told.tick(event)
            case TickBlock():
                told.block(event)
            case SeedRevealed():
                told.revealed = told.revealed or event
                told.afterwards(event)
            case FairnessChecked():
                told.afterwards(event)
            case TradePrinted():
                told.moment(event)
                told.trade(event)
            case _:
                told.moment(event)


class _Heard:
    """All that was heard of one round."""

    def __init__(self) -> None:
        self.revealed: SeedRevealed | None = None
        self._stream: StreamId | None = None
        self._ticks: list[int] = []
        self._prices: list[float] = []
        self._ats: list[int] = []
        self._counts: list[int] = []
        self._filled: list[bool] = []
        self._begun_at: int | None = None
        self._ended_at: int | None = None
        self._told_at: int | None = None
        self._mono = 0
        self._jumps = 0
        self._trades: set[str] = set()
        self._nameless = 0
        self._volume: Decimal | None = None

    def moment(self, event: Event) -> None:
        """Take the time of an event of the running round."""
        self._time(event.stream, event.at, event.mono)

    def _time(self, stream: StreamId, at: int, mono: int) -> None:
        if self._ended_at is None:
            self._stream, self._begun_at = stream, at
        elif mono and self._mono:
            self._jumps += abs((at - mono) - (self._ended_at - self._mono)) > JUMP_NS
        else:
            self._jumps += at < self._ended_at - JUMP_NS
        self._ended_at, self._mono = at, mono

    def afterwards(self, event: Event) -> None:
        """Take an event that tells of the round when it is over."""
        self._stream = self._stream or event.stream
        self._told_at = event.at if self._told_at is None else self._told_at

    def tick(self, event: PriceTicked) -> None:
        """Take a price."""
        if not is_sound(event.tick, event.price):
            return
        count = event.trade_count
        self._ticks.append(event.tick)
        self._prices.append(event.price)
        self._ats.append(_within(event.at))
        self._counts.append(NOT_TOLD if count is None or count < 0 else _within(count))
        self._filled.append(event.origin is not TickOrigin.LIVE)

    def block(self, event: TickBlock) -> None:
        """Take many prices."""
        size = len(event.ticks)
        self._ticks += event.ticks.tolist()
        self._prices += event.prices.tolist()
        self._ats += event.ats.tolist()
        self._counts += [NOT_TOLD] * size
        self._filled += [False] * size
        for at in event.ats.tolist() or [event.at]:
            self._time(event.stream, at, 0)

    def trade(self, event: TradePrinted) -> None:
        """Take a trade of some player; one that is told again counts once."""
        if event.trade_id:
            if event.trade_id in self._trades:
                return
            self._trades.add(event.trade_id)
        else:
            self._nameless += 1
        # a round's volume is in SOL; what is played with a token of no worth is none
        if (event.coin == _SOL or is_continuous(event.stream)) and is_money(event.amount):
            self._volume = (self._volume or NOTHING) + abs(event.amount)

    def told(self, summary: RoundSummary) -> ToldRound:
        """Return the round."""
        heard = HeardTicks(
            ticks=np.array(self._ticks, np.int64),
            prices=np.array(self._prices, np.float64),
            ats=np.array(self._ats, np.int64),
            counts=np.array(self._counts, np.int64),
            filled=np.array(self._filled, np.bool_),
        )
        name = summary.round_id
        stream = self._stream or StreamId("")
        begun = self._told_at if self._begun_at is None else self._begun_at
        ended = self._told_at if self._ended_at is None else self._ended_at
        return ToldRound(
            columns=make_columns(stream, name, heard, self._listed(), summary.rug_index),
            summary=summary,
            begun_at=Nanos(_within(begun or 0)),
            ended_at=Nanos(_within(ended or 0)),
            clock_jumps=self._jumps,
            trades=len(self._trades) + self._nameless,
            volume=self._volume,
        )

    def _listed(self) -> HeardTicks | None:
        if self.revealed is None or not self.revealed.prices:
            return None
        prices = np.array(self.revealed.prices, np.float64)
        size = len(prices)
        return HeardTicks(
            ticks=np.arange(size),
            prices=prices,
            ats=np.full(size, _within(self.revealed.at), np.int64),
            counts=np.full(size, NOT_TOLD, np.int64),
            filled=np.ones(size, np.bool_),
        )


def _within(value: int) -> int:
    return max(0, min(value, _LATEST_NS))
