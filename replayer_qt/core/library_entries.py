"""What the library knows of the rounds of a recording: their entries and their columns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import (
    ROUND_EVENTS,
    Event,
    PriceTicked,
    SeedRevealed,
    TickBlock,
    TimerTicked,
    TradePrinted,
)
from replayer_qt.core.library import RoundEntry
from replayer_qt.core.library_columns import HeardTicks, make_columns
from replayer_qt.core.library_figures import quality_of, spark_of, volatility_of
from replayer_qt.core.library_hearing import price_list, ticks_heard, times_of, trades_heard
from replayer_qt.core.recording import Recording
from replayer_qt.core.summary import TELLING, RoundSummary, summarise
from replayer_qt.core.units import Nanos, RoundId

JOURNAL: Final = "journal"
"""The format of our own recordings."""

_NAMING: Final = frozenset(ROUND_EVENTS)
_TICKS: Final = frozenset({PriceTicked, TickBlock})
_PLENTY: Final = _TICKS | {TimerTicked}
_MANY: Final = _PLENTY | {TradePrinted}


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
    groups = _by_round(recording.events)
    heard = {name: ticks_heard(events) for name, events in groups.items()}
    found = _summaries(groups, heard, followed=recording.format == JOURNAL)
    return tuple(_told(one, groups[one.round_id], heard[one.round_id]) for one in found)


def round_of_columns(columns: RoundColumns) -> ToldRound:
    """Return a round of which nothing but its ticks is known, as of a public archive."""
    block = TickBlock(
        at=Nanos(0),
        mono=Nanos(0),
        stream=columns.stream,
        round_id=columns.round_id,
        ticks=columns.ticks,
        prices=columns.prices,
        ats=columns.ats,
    )
    (summary,) = summarise([block])
    begun_at, ended_at, clock_jumps = times_of([block])
    return ToldRound(
        columns=columns,
        summary=summary,
        begun_at=Nanos(begun_at),
        ended_at=Nanos(ended_at),
        clock_jumps=clock_jumps,
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


def _summaries(
    groups: Mapping[RoundId, list[Event]], heard: Mapping[RoundId, HeardTicks], *, followed: bool
) -> tuple[RoundSummary, ...]:
    """Sum up with each round's ticks as one block: the same, and many times quicker."""
    told: list[Event] = []
    for name, events in groups.items():
        ticks = heard[name]
        if not _TICKS.isdisjoint(map(type, events)):
            told.append(
                TickBlock(
                    at=events[0].at,
                    mono=events[0].mono,
                    stream=events[0].stream,
                    round_id=name,
                    ticks=ticks.ticks,
                    prices=ticks.prices,
                    ats=ticks.ats,
                )
            )
        told += [event for event in events if type(event) not in _MANY]
    return summarise(told, followed_only=followed)


def _told(summary: RoundSummary, events: list[Event], heard: HeardTicks) -> ToldRound:
    begun_at, ended_at, clock_jumps = times_of(events)
    rare = [event for event in events if type(event) not in _PLENTY]
    trades, volume = trades_heard(event for event in rare if isinstance(event, TradePrinted))
    revealed = next((event for event in rare if isinstance(event, SeedRevealed)), None)
    return ToldRound(
        columns=make_columns(
            events[0].stream, summary.round_id, heard, price_list(revealed), summary.rug_index
        ),
        summary=summary,
        begun_at=Nanos(begun_at),
        ended_at=Nanos(ended_at),
        clock_jumps=clock_jumps,
        trades=trades,
        volume=volume,
    )
