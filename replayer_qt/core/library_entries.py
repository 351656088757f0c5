"""What the library knows of the rounds of a recording: their entries and their columns."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    Fairness,
    FairnessChecked,
    PhaseChanged,
    PriceTicked,
    RoundRugged,
    SeedRevealed,
    TickBlock,
    TimerTicked,
    TradePrinted,
)
from replayer_qt.core.library import RoundEntry
from replayer_qt.core.library_columns import HeardTicks, columns_as_heard, make_columns
from replayer_qt.core.library_figures import quality_of, spark_of, volatility_of
from replayer_qt.core.library_hearing import (
    jumps_in,
    price_list,
    ticks_heard,
    times_of,
    trades_heard,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.recording import Recording
from replayer_qt.core.soundness import PRICE_LIMIT, TICK_LIMIT, sound
from replayer_qt.core.summary import TELLING, RoundSummary, summarise
from replayer_qt.core.units import Nanos, RoundId, StreamId

JOURNAL: Final = "journal"
"""The format of our own recordings."""

_NAMING: Final = frozenset(ROUND_EVENTS)
_TICKS: Final = frozenset({PriceTicked, TickBlock})
_PLENTY: Final = _TICKS | {TimerTicked}
_JUDGED: Final = frozenset({SeedRevealed, FairnessChecked})


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
    followed_only = recording.format == JOURNAL
    found: list[ToldRound] = []
    for name, events in _by_round(recording.events).items():
        heard = ticks_heard(events)
        rare = [event for event in events if type(event) not in _PLENTY]
        ticked = not _TICKS.isdisjoint(map(type, events))
        told = _told(events[0].stream, name, heard, rare, times_of(events), ticked=ticked)
        if told is not None and (not followed_only or _is_followed(heard)):
            found.append(told)
    return tuple(found)


def round_of_parts(
    stream: StreamId,
    round_id: RoundId,
    heard: HeardTicks,
    rare: Sequence[Event],
    times: tuple[int, int, int],
) -> ToldRound | None:
    """Return a followed round of which the parts were sorted out already; None without ticks.

    Args:
        stream: where it was played.
        round_id: its name.
        heard: its ticks.
        rare: its other events, but for countdowns.
        times: of its first and its last event [ns], and how often the clock jumped.
    """
    return _told(stream, round_id, heard, rare, times) if _is_followed(heard) else None


def round_of_columns(columns: RoundColumns) -> ToldRound:
    """Return a round of which nothing but its ticks is known, as of a public archive."""
    heard = HeardTicks(
        ticks=columns.ticks,
        prices=columns.prices,
        ats=columns.ats,
        counts=columns.counts,
        filled=np.zeros(len(columns.ticks), np.bool_),
    )
    if _is_plain(heard, ()):
        summary = _plain_summary(columns.round_id, heard, ())
    else:
        (summary,) = summarise([_block(columns.round_id, heard)])
    ats = columns.ats.tolist() or [0]
    return ToldRound(
        columns=columns,
        summary=summary,
        begun_at=Nanos(ats[0]),
        ended_at=Nanos(ats[-1]),
        clock_jumps=jumps_in(ats, [0] * len(ats)),
    )


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


def _by_round(events: Sequence[Event]) -> dict[RoundId, list[Event]]:
    """Return the events that name a round, in the order in which rounds are first told of."""
    found: dict[RoundId, list[Event]] = {}
    for event in events:
        if type(event) in _NAMING:
            name = event.round_id  # type: ignore[attr-defined]  # the type was looked at
            group = found.get(name)
            if group is None:
                found[name] = [event]
            else:
                group.append(event)
    if len(found) < 2:
        return found
    told = (event for event in events if type(event) in TELLING)
    order = dict.fromkeys(event.round_id for event in told)  # type: ignore[attr-defined]
    return {name: found[name] for name in order}


def _is_followed(heard: HeardTicks) -> bool:
    """Whether a tick of it was heard, and it was not only told of afterwards."""
    return bool(sound(heard.ticks, heard.prices).any())


def _is_plain(heard: HeardTicks, rare: Sequence[Event]) -> bool:
    """Whether the ticks are sound and in order, the rug is the last one, and none judged it."""
    ticks, prices = heard.ticks, heard.prices
    if not len(ticks) or not bool((ticks[1:] > ticks[:-1]).all()):
        return False
    if ticks[0] < 0 or ticks[-1] >= TICK_LIMIT:
        return False
    if not (prices.min() > 0.0 and prices.max() < PRICE_LIMIT):
        return False
    if not _JUDGED.isdisjoint(map(type, rare)):
        return False
    return all(event.tick == ticks[-1] for event in rare if isinstance(event, RoundRugged))


def _summary_of(
    name: RoundId, heard: HeardTicks, rare: Sequence[Event], *, ticked: bool
) -> RoundSummary | None:
    """Sum up what was told of one round, its ticks at once: the same, and many times quicker."""
    told: list[Event] = [event for event in rare if type(event) is not TradePrinted]
    if ticked:
        told.append(_block(name, heard))
    return next(iter(summarise(told)), None)


def _plain_summary(name: RoundId, heard: HeardTicks, rare: Sequence[Event]) -> RoundSummary:
    ticks, prices = heard.ticks, heard.prices
    rug = next((event for event in rare if isinstance(event, RoundRugged)), None)
    before = prices if rug is None else prices[:-1]
    first, last = int(ticks[0]), int(ticks[-1])
    holes = np.flatnonzero(np.diff(ticks) > 1).tolist() if last - first >= len(ticks) else []
    ended = (event.phase is Phase.RUGGED for event in rare if isinstance(event, PhaseChanged))
    return RoundSummary(
        round_id=name,
        ticks=len(ticks),
        first_index=first,
        last_index=last,
        rugged=rug is not None or any(ended),
        rug_index=None if rug is None else rug.tick,
        rug_price=None if rug is None else rug.price,
        peak=float(before.max()) if len(before) else None,
        gaps=tuple((int(ticks[at]) + 1, int(ticks[at + 1]) - 1) for at in holes),
        fairness=Fairness.UNREVEALED,
    )


def _block(name: RoundId, heard: HeardTicks) -> TickBlock:
    return TickBlock(
        at=Nanos(0),
        mono=Nanos(0),
        stream=StreamId(""),
        round_id=name,
        ticks=heard.ticks,
        prices=heard.prices,
        ats=heard.ats,
    )


def _told(
    stream: StreamId,
    name: RoundId,
    heard: HeardTicks,
    rare: Sequence[Event],
    times: tuple[int, int, int],
    *,
    ticked: bool = True,
) -> ToldRound | None:
    begun_at, ended_at, clock_jumps = times
    trades, volume = trades_heard(event for event in rare if isinstance(event, TradePrinted))
    summary: RoundSummary | None
    if _is_plain(heard, rare):
        summary = _plain_summary(name, heard, rare)
        columns = columns_as_heard(stream, name, heard, summary.rug_index)
    else:
        summary = _summary_of(name, heard, rare, ticked=ticked)
        if summary is None:
            return None
        revealed = next((event for event in rare if isinstance(event, SeedRevealed)), None)
        listed = price_list(revealed)
        columns = make_columns(stream, name, heard, listed, summary.rug_index)
    return ToldRound(
        columns=columns,
        summary=summary,
        begun_at=Nanos(begun_at),
        ended_at=Nanos(ended_at),
        clock_jumps=clock_jumps,
        trades=trades,
        volume=volume,
    )
