"""One round in one branch of a replay: the decisions made in it, and snapshots of the account."""

from bisect import bisect_left, bisect_right, insort

import msgspec

from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import TradeCommand
from replayer_qt.core.units import Moment, RoundId
from replayer_qt.engine.seat import Context, Seat


class Decision(msgspec.Struct, frozen=True, kw_only=True):
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


class Mark(msgspec.Struct, frozen=True):
    """The account and the market after `ordinal` events of a round."""

    ordinal: int
    seat: Seat
    market: MarketState


class Played(msgspec.Struct, kw_only=True):
    """One round in one branch.

    Attributes:
        baseline: the account before the round.
        decisions: in the order of their places.
        marks: in the order of their ordinals; the first one is at 0.
    """

    baseline: Seat
    decisions: list[Decision]
    marks: list[Mark]

    @property
    def is_idle(self) -> bool:
        """Whether nothing can happen to the account: nothing is open, and nothing was decided."""
        return not self.decisions and self.baseline.is_idle

    def begin(self, baseline: Seat) -> None:
        """Forget all marks: what was before the round has changed."""
        start = MarketState(stream=baseline.trading.stream)
        self.baseline, self.marks = baseline, [Mark(0, baseline, start)]

    def until(self, ordinal: int) -> "Played":
        """Return a copy that knows nothing after `ordinal`."""
        return Played(
            baseline=self.baseline,
            decisions=[one for one in self.decisions if one.ordinal <= ordinal],
            marks=[mark for mark in self.marks if mark.ordinal <= ordinal],
        )

    def nearest(self, ordinal: int) -> Mark:
        """Return the newest mark that is not after `ordinal`."""
        return self.marks[bisect_right(self.marks, ordinal, key=_ordinal_of_mark) - 1]

    def mark(self, mark: Mark) -> None:
        """Keep a mark, in its place."""
        at = bisect_left(self.marks, mark.ordinal, key=_ordinal_of_mark)
        if at < len(self.marks) and self.marks[at].ordinal == mark.ordinal:
            self.marks[at] = mark
        else:
            self.marks.insert(at, mark)

    def decide(self, decision: Decision) -> None:
        """Keep a decision, after those of the same place."""
        insort(self.decisions, decision, key=_ordinal_of)

    def ahead(self, ordinal: int) -> int:
        """Return how many decisions lie after `ordinal`."""
        return len(self.decisions) - bisect_right(self.decisions, ordinal, key=_ordinal_of)

    def due(self, ordinal: int) -> list[Decision]:
        """Return the decisions of exactly this place."""
        first = bisect_left(self.decisions, ordinal, key=_ordinal_of)
        last = bisect_right(self.decisions, ordinal, key=_ordinal_of)
        return self.decisions[first:last]


def _ordinal_of(decision: Decision) -> int:
    return decision.ordinal


def _ordinal_of_mark(mark: Mark) -> int:
    return mark.ordinal
