"""The rounds kept in memory, stream by stream: a bounded ring of columns."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from replayer_qt.core.events import (
    Event,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickBlock,
    TimerTicked,
)
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.soundness import is_sound
from replayer_qt.core.units import RoundId, StreamId

ROUNDS_KEPT: Final = 200
TICKS_KEPT: Final = 2_000_000


class Session:
    """The newest rounds of each stream; older ones are let go, for the journal holds them.

    That is done whenever a round begins, so that the running round is never cut.

    Written by the engine alone; anyone on the engine's thread may read.

    Attributes:
        generation: grows whenever the past of any stream changed (a rewind).
    """

    def __init__(self, *, rounds_kept: int = ROUNDS_KEPT, ticks_kept: int = TICKS_KEPT) -> None:
        self._rounds_kept = rounds_kept
        self._ticks_kept = ticks_kept
        self._rounds: dict[StreamId, OrderedDict[RoundId, RoundSeries]] = {}
        self.generation = 0

    def open(self, stream: StreamId, round_id: RoundId) -> RoundSeries:
        """Return the round's columns, made if they are not there; may let older rounds go."""
        rounds = self._rounds.setdefault(stream, OrderedDict())
        series = rounds.get(round_id)
        if series is None:
            series = rounds[round_id] = RoundSeries(round_id)
            self._let_go(rounds)
        return series

    def keep(self, stream: StreamId, event: Event) -> None:
        """Keep what `event` says in the round's columns.

        As in the state, a round is begun by `RoundOpened`, or by whatever comes first of a stream;
        what belongs to a round that is not (any more) in memory is passed over.
        """
        match event:
            case PriceTicked() | TickBlock():
                self._keep_ticks(stream, event)
            case RoundOpened():
                self.open(stream, event.round_id)
            case PhaseChanged() | TimerTicked() if not self._rounds.get(stream):
                self.open(stream, event.round_id)
            case RoundRugged() if is_sound(event.tick, event.price):
                series = self.series(stream, event.round_id)
                if series is not None:
                    series.end(event.tick)
            case ReplayOpened():
                self.forget(stream)
            case Rewound():
                self._keep_history(stream, event)
            case _:
                pass

    def series(self, stream: StreamId, round_id: RoundId) -> RoundSeries | None:
        """Return the round's columns, or None if they are not (any more) in memory."""
        rounds = self._rounds.get(stream)
        return None if rounds is None else rounds.get(round_id)

    def rounds(self, stream: StreamId) -> Iterator[RoundSeries]:
        """Yield the stream's rounds, newest first."""
        yield from reversed(self._rounds.get(stream, OrderedDict()).values())

    def newest(self, stream: StreamId) -> RoundSeries | None:
        """Return the stream's newest round."""
        return next(self.rounds(stream), None)

    def forget(self, stream: StreamId) -> None:
        """Let a stream's rounds go."""
        self._rounds.pop(stream, None)
        self.generation += 1

    def _keep_ticks(self, stream: StreamId, event: PriceTicked | TickBlock) -> None:
        rounds = self._rounds.get(stream)
        series = rounds.get(event.round_id) if rounds else self.open(stream, event.round_id)
        if series is None:
            return
        if isinstance(event, PriceTicked):
            series.add(event)
        else:
            series.extend(event)

    def _keep_history(self, stream: StreamId, rewound: Rewound) -> None:
        self.forget(stream)
        for past in rewound.history:
            if past.stream == stream and not isinstance(past, Rewound | ReplayOpened):
                self.keep(stream, past)

    def _let_go(self, rounds: OrderedDict[RoundId, RoundSeries]) -> None:
        while len(rounds) > 1 and (
            len(rounds) > self._rounds_kept
            or sum(len(series) for series in rounds.values()) > self._ticks_kept
        ):
            rounds.popitem(last=False)
