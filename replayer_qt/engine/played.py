"""One round in one branch of a replay: the decisions made in it, and snapshots of the account."""

from bisect import bisect_left, bisect_right
from typing import Final

import msgspec

from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import TradeCommand
from replayer_qt.core.units import Moment, RoundId
from replayer_qt.engine.seat import Context, Seat

DECISIONS_APART: Final = 8
"""Decisions between two snapshots."""


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A command that was given during a replay, with all that it was decided upon.

    Attributes:
        round_id: the round it was given in.
        ordinal: how many events of the round had been played.
        context: limits, kill switch and health as they were.
    """

    round_id: RoundId
    ordinal: int
    command: TradeCommand
    moment: Moment
    context: Context


class Mark(msgspec.Struct, frozen=True, gc=False):
    """The account and the market after `ordinal` events of a round."""

    ordinal: int
    seat: Seat
    market: MarketState


class Played:
    """One round in one branch.

    Attributes:
        baseline: the account before the round.
        decisions: in the order of their places.
        marks: in the order of their ordinals; the first one is at 0.
    """

    __slots__ = ("_marked", "_places", "baseline", "decisions", "marks")

    def __init__(self, baseline: Seat) -> None:
        """Begin with nothing decided and nothing known."""
        self.baseline = baseline
        self.decisions: list[Decision] = []
        self.marks: list[Mark] = []
        self._places: list[int] = []
        self._marked: list[int] = []

    @property
    def is_idle(self) -> bool:
        """Whether nothing can happen to the account: nothing is open, and nothing was decided."""
        return not self.decisions and self.baseline.is_idle

    def begin(self, baseline: Seat) -> None:
        """Forget all marks: what was before the round has changed."""
        start = MarketState(stream=baseline.trading.stream)
        self.baseline, self.marks, self._marked = baseline, [Mark(0, baseline, start)], [0]

    def until(self, ordinal: int) -> "Played":
        """Return a copy that knows nothing after `ordinal`."""
        copy = Played(self.baseline)
        count = bisect_right(self._places, ordinal)
        copy.decisions, copy._places = self.decisions[:count], self._places[:count]
        count = bisect_right(self._marked, ordinal)
        copy.marks, copy._marked = self.marks[:count], self._marked[:count]
        return copy

    def nearest(self, ordinal: int) -> Mark:
        """Return the newest mark that is not after `ordinal`."""
        return self.marks[bisect_right(self._marked, ordinal) - 1]

    def mark(self, mark: Mark) -> None:
        """Keep a mark, in its place."""
        at = bisect_left(self._marked, mark.ordinal)
        if at < len(self.marks) and self._marked[at] == mark.ordinal:
            self.marks[at] = mark
        else:
            self.marks.insert(at, mark)
            self._marked.insert(at, mark.ordinal)

    def needs_mark(self, ordinal: int) -> bool:
        """Return whether the newest mark is not true any more, or many decisions behind."""
        newest = self._marked[-1]
        return newest == ordinal or self.ahead(newest) >= DECISIONS_APART

    def decide(self, decision: Decision) -> None:
        """Keep a decision, after those of the same place; what was known after it is not so now."""
        count = bisect_right(self._marked, decision.ordinal)
        del self.marks[count:], self._marked[count:]
        at = bisect_right(self._places, decision.ordinal)
        self.decisions.insert(at, decision)
        self._places.insert(at, decision.ordinal)

    def ahead(self, ordinal: int) -> int:
        """Return how many decisions lie after `ordinal`."""
        if not self._places or self._places[-1] <= ordinal:
            return 0
        return len(self._places) - bisect_right(self._places, ordinal)

    def due(self, ordinal: int) -> list[Decision]:
        """Return the decisions of exactly this place."""
        if not self._places or self._places[-1] < ordinal:
            return []
        first = bisect_left(self._places, ordinal)
        last = bisect_right(self._places, ordinal, lo=first)
        return self.decisions[first:last]

    def places(self, first: int, last: int) -> list[int]:
        """Return where decisions were made after `first` and before `last`."""
        low = bisect_right(self._places, first)
        return self._places[low : bisect_left(self._places, last, lo=low)]
