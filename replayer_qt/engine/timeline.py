"""The account of a replay: what it is at a position follows from the recording and the decisions.

A decision is kept with its place: the round, and how many of the round's events had been played.
Stepping back finds the account as it was there; going forward makes the same decisions again. A
decision made where others lie ahead opens another branch, and the old one is kept.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.core.approval import Approval
from replayer_qt.core.events import ROUND_EVENTS, Event, TickBlock
from replayer_qt.core.order_events import BranchChanged
from replayer_qt.core.orders import OrderId
from replayer_qt.core.replay_events import ReplayOpened, ReplayShaped, Rewound
from replayer_qt.core.state import MarketState
from replayer_qt.core.trade_commands import ChooseBranch, RenameBranch, TradeCommand
from replayer_qt.core.trading import Branches
from replayer_qt.core.units import Moment, Nanos, RoundId
from replayer_qt.engine.blocks import after, part_of, weight_of
from replayer_qt.engine.played import Decision, Mark, Played
from replayer_qt.engine.reduce import fold_market
from replayer_qt.engine.seat import Context, Seat
from replayer_qt.engine.trading import react, submit

SPACING: Final = 32
"""Events between two snapshots."""

BRANCHES_KEPT: Final = 64
NAME_KEPT: Final = 40
FIRST_BRANCH: Final = "main"

_OF_ROUNDS: Final = frozenset(ROUND_EVENTS)


class _Branch(msgspec.Struct, kw_only=True):
    name: str
    rounds: dict[RoundId, Played]


class Timeline:
    """Keeps the account of one replayed stream; rounds are in the recording's order.

    A round begins with what the account was after the nearest round before it that was traded in,
    as far as that was played; what was left open there is lost to its rug.

    Bounded by the recording: one snapshot for each `SPACING` events of the rounds that were traded
    in and for each few decisions, and `BRANCHES_KEPT` branches, of which the oldest goes first.

    Attributes:
        seat: the account where the replay stands.
    """

    def __init__(self, seat: Seat, context: Context) -> None:
        """Begin.

        Args:
            seat: the account before anything happened.
            context: limits and health for what follows by itself; the kill switch is for hands.
        """
        branches = Branches(current=FIRST_BRANCH, names=(FIRST_BRANCH,))
        self._opening = replace(seat, trading=replace(seat.trading, branches=branches))
        self._context = context
        self._order: list[RoundId] = []
        self._branches = [_Branch(name=FIRST_BRANCH, rounds={})]
        self._branch = self._branches[0]
        self._names: tuple[str, ...] = (FIRST_BRANCH,)
        self._round: RoundId | None = None
        self._played: Played | None = None
        self._log: list[Event] = []
        self._ordinal = 0
        self.seat = self._opening
        self._market = MarketState(stream=seat.trading.stream)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision of the branch that is followed, in the order of their places."""
        rounds = self._branch.rounds
        played = (rounds[name] for name in self._order if name in rounds)
        return tuple(decision for one in played for decision in one.decisions)

    def now(self) -> Moment:
        """Return the replay's own time: when the newest event of the round was recorded."""
        at = self._log[-1].at if self._log else Nanos(0)
        return Moment(at, at)

    def concerns(self, _event: Event) -> bool:
        """Return whether an own event from outside is about this account: none is."""
        return False

    def take(
        self, event: Event, _market: MarketState | None = None, _context: Context | None = None
    ) -> tuple[Event, ...]:
        """Follow the stream by one event, and return what came of it for the account.

        The market and the context are its own: those of the moment are not those of the past.
        """
        if type(event) in _OF_ROUNDS:
            self._log.append(event)
            return self._play(event, self._here(event))
        match event:
            case ReplayOpened(rounds=rounds):
                self._order += [name for name in rounds if name not in self._order]
            case ReplayShaped(round_id=round_id):
                self._keep_place()
                self._enter(round_id)
            case Rewound():
                self._rewind(event)
            case _:
                pass
        return ()

    def submit(
        self,
        command: TradeCommand,
        _market: MarketState | None,
        context: Context,
        _moment: Moment | None = None,
    ) -> tuple[Event, ...]:
        """Obey a command where the replay stands, in the replay's own time."""
        if isinstance(command, ChooseBranch):
            return self._choose(command.branch)
        if isinstance(command, RenameBranch):
            return self._rename(command.name)
        return self._decide(command, context)

    def release(
        self,
        _order_id: OrderId,
        _market: MarketState | None,
        _context: Context,
        _moment: Moment,
    ) -> tuple[tuple[Event, ...], Approval | None]:
        """Do nothing: in a replay an order leaves as soon as it is allowed."""
        return (), None

    def pass_time(
        self,
        _market: MarketState | None,
        _context: Context,
        _moment: Moment,
        *,
        incident: str = "",  # noqa: ARG002 - what befalls this program befell no recording
        settings_changed: bool = False,  # noqa: ARG002
    ) -> tuple[Event, ...]:
        """Return nothing: in a replay only the recording's time passes."""
        return ()

    def moment_of(self, event: Event) -> Moment:
        """Return when `event` happened on this account's clocks: both are the recording's."""
        return Moment(event.at, event.at)

    def load(self, decisions: Sequence[Decision]) -> None:
        """Take decisions that were made elsewhere, to be made at their places; before playing."""
        for decision in decisions:
            if decision.round_id not in self._order:
                self._order.append(decision.round_id)
            self._record(decision.round_id).decide(decision)
        self._note_branches()

    # --- decisions and branches

    def _decide(self, command: TradeCommand, context: Context) -> tuple[Event, ...]:
        if self._round is None or self._played is None:
            return ()
        forked: tuple[Event, ...] = ()
        if self._played.ahead(self._ordinal) or self._decided_later(self._round):
            forked = (self._fork(self._round, self._played),)
        decision = Decision(
            round_id=self._round,
            ordinal=self._ordinal,
            command=command,
            moment=self.now(),
            context=context,
        )
        self._played.decide(decision)
        told = self._make(decision)
        self._note_branches()
        if self._played.needs_mark(self._ordinal):
            self._played.mark(Mark(self._ordinal, self.seat, self._market))
        return (*forked, *told)

    def _make(self, decision: Decision) -> tuple[Event, ...]:
        self.seat, told = submit(
            self.seat, decision.command, self._market, decision.context, decision.moment
        )
        return told

    def _decided_later(self, round_id: RoundId) -> bool:
        rounds, order = self._branch.rounds, self._order
        if order[-1] == round_id:
            return False
        later = order[order.index(round_id) + 1 :]
        return any(rounds[name].decisions for name in later if name in rounds)

    def _fork(self, round_id: RoundId, played: Played) -> BranchChanged:
        """Follow a copy of this branch that ends here."""
        earlier = self._order[: self._order.index(round_id)]
        rounds = {
            name: one.until(one.marks[-1].ordinal)
            for name, one in self._branch.rounds.items()
            if name in earlier and one.marks
        }
        self._played = rounds[round_id] = played.until(self._ordinal)
        self._branch = _Branch(name=self._fresh_name(), rounds=rounds)
        self._branches.append(self._branch)
        del self._branches[:-BRANCHES_KEPT]
        self._names = tuple(branch.name for branch in self._branches)
        return self._told_branch()

    def _fresh_name(self) -> str:
        names = {branch.name for branch in self._branches}
        tick = -1 if self._market.round is None else self._market.round.tick
        base = name = "from the start" if tick < 0 else f"from tick {tick}"
        count = 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        return name

    def _choose(self, name: str) -> tuple[Event, ...]:
        for branch in self._branches:
            if branch.name == name and branch is not self._branch:
                self._keep_place()
                self._branch = branch
                if self._round is not None:
                    self._played = self._record(self._round)
                    self._refold(self._played)
                return (self._told_branch(),)
        return ()

    def _rename(self, name: str) -> tuple[Event, ...]:
        name = " ".join(name.split())[:NAME_KEPT]
        if not name or any(branch.name == name for branch in self._branches):
            return ()
        self._branch.name = name
        self._names = tuple(branch.name for branch in self._branches)
        return (self._told_branch(),)

    def _told_branch(self) -> BranchChanged:
        told, now = self._note_branches(), self.now()
        return BranchChanged(
            at=now.at,
            mono=now.mono,
            stream=self.seat.trading.stream,
            branch=told.current,
            branches=told.names,
            ahead=told.ahead,
        )

    def _note_branches(self) -> Branches:
        trading, name = self.seat.trading, self._branch.name
        ahead = 0 if self._played is None else self._played.ahead(self._ordinal)
        known = trading.branches
        here = known is not None and known.names is self._names and known.current == name
        if here and known is not None and known.ahead == ahead:
            return known
        told = Branches(current=name, names=self._names, ahead=ahead)
        self.seat = replace(self.seat, trading=replace(trading, branches=told))
        return told

    # --- where the replay stands

    def _enter(self, round_id: RoundId) -> Played:
        if round_id not in self._order:
            self._order.append(round_id)
        self._round, self._log = round_id, []
        self._played = played = self._record(round_id)
        self._refold(played)
        return played

    def _here(self, event: Event) -> Played:
        if self._played is None:  # a stream that never told which round it plays
            log = self._log
            self._enter(getattr(event, "round_id", RoundId("")))
            self._log = log
        if self._played is None:
            raise AssertionError
        return self._played

    def _rewind(self, rewound: Rewound) -> None:
        self._keep_place()
        log = [event for event in rewound.history if type(event) in _OF_ROUNDS]
        if self._played is None and log:
            self._here(log[0])
        self._log = log
        if self._played is not None:
            self._refold(self._played)

    def _keep_place(self) -> None:
        """Remember how far this round was played: the rounds after it begin with that."""
        played = self._played
        if played is None or played.is_idle or self._ordinal < played.marks[-1].ordinal:
            return
        played.mark(Mark(self._ordinal, self.seat, self._market))

    def _refold(self, played: Played) -> None:
        """Stand at the end of the log: from the nearest mark, making the decisions on the way."""
        target = sum(weight_of(event) for event in self._log)
        mark = played.nearest(target)
        self.seat, self._market, self._ordinal = mark.seat, mark.market, mark.ordinal
        for event in after(self._log, mark.ordinal):
            self._play(event, played)
        self._note_branches()

    def _play(self, event: Event, played: Played) -> tuple[Event, ...]:
        if played.is_idle:
            self._market = fold_market(self._market, event)
            self._ordinal += weight_of(event)
            return ()
        told: list[Event] = []
        parts = self._parts(event, played) if type(event) is TickBlock else (event,)
        for part in parts:
            self._market = fold_market(self._market, part)
            self.seat, derived = react(self.seat, part, self._market, self._context)
            told += derived
            self._ordinal += weight_of(part)
            made = played.due(self._ordinal)
            for decision in made:
                told += self._make(decision)
            if made:
                self._note_branches()
            if self._ordinal % SPACING == 0:
                played.mark(Mark(self._ordinal, self.seat, self._market))
        return tuple(told)

    def _parts(self, event: TickBlock, played: Played) -> Iterator[Event]:
        """Cut a block where a decision is due or a mark is to be set."""
        start, size, first = self._ordinal, len(event.ticks), 0
        cuts = {place - start for place in played.places(start, start + size)}
        cuts.update(range(SPACING - start % SPACING, size, SPACING))
        for cut in sorted(cuts):
            yield part_of(event, first, cut)
            first = cut
        yield part_of(event, first, size)

    def _record(self, round_id: RoundId) -> Played:
        """Return this branch's record of the round, begun anew if what was before it changed."""
        rounds = self._branch.rounds
        baseline = self._baseline(round_id)
        played = rounds.get(round_id)
        if played is None:
            played = rounds[round_id] = Played(baseline)
        if not played.marks or played.baseline is not baseline:
            played.begin(baseline)
        return played

    def _baseline(self, round_id: RoundId) -> Seat:
        rounds = self._branch.rounds
        for name in reversed(self._order[: self._order.index(round_id)]):
            played = rounds.get(name)
            if played is not None and not played.is_idle:
                return played.marks[-1].seat
        return self._opening
