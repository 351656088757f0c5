"""The rounds kept in memory, stream by stream: a bounded ring of columns."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import RoundId, StreamId

ROUNDS_KEPT: Final = 200
TICKS_KEPT: Final = 2_000_000


class Session:
    """The newest rounds of each stream; older ones are let go, for the journal holds them.

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

    def _let_go(self, rounds: OrderedDict[RoundId, RoundSeries]) -> None:
        while len(rounds) > 1 and (
            len(rounds) > self._rounds_kept
            or sum(len(series) for series in rounds.values()) > self._ticks_kept
        ):
            rounds.popitem(last=False)
