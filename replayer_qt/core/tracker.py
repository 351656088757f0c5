"""Turns what a crash venue states, message by message, into what happened."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, TypedDict

from replayer_qt.core.events import (
    Event,
    Fairness,
    FairnessChecked,
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.fairness import check, generate
from replayer_qt.core.followed import LAST_TICK, FollowedRound
from replayer_qt.core.phase import Phase, may_follow, phase_of
from replayer_qt.core.statement import FinishedRound, Statement
from replayer_qt.core.units import Nanos, RoundId, StreamId

NAMES_KEPT: Final = 64
"""Rounds whose names are remembered after they ended or were revealed."""

ENDED_KEPT: Final = 16
"""Rounds that ended, and whose ticks are kept until their seed is revealed."""

HISTORY_READ: Final = 16
"""Rows of a venue's history that are read; it states ten."""


class _Moment(TypedDict):
    at: Nanos
    mono: Nanos
    stream: StreamId


class Tracker:
    """Follows one venue's rounds through lost, late, repeated and lying messages.

    Deterministic: what comes out depends on the statements alone. A round is opened by the first
    message that names it; a message of a round before it is passed over, unless it tells of a rug
    that was missed. No tick is ever told twice, none moves back, and none is made up.

    Attributes:
        refused: what was not believed, by reason.
    """

    def __init__(self, stream: StreamId) -> None:
        self.refused: Counter[str] = Counter()
        self._stream = stream
        self._round: FollowedRound | None = None
        self._claimed: RoundId | None = None
        self._ended: OrderedDict[RoundId, FollowedRound] = OrderedDict()
        self._over: OrderedDict[RoundId, None] = OrderedDict()
        self._revealed: OrderedDict[RoundId, None] = OrderedDict()

    def follow(self, statement: Statement, *, at: Nanos, mono: Nanos) -> tuple[Event, ...]:
        """Return what `statement` says that was not known; never raises.

        Args:
            statement: the message.
            at: when it was received [ns since the Unix epoch, UTC].
            mono: the same moment on the monotonic clock [ns].
        """
        known = self._round
        if known is not None and known.goes_on_with(statement):
            self._claimed = None
            return (self._next_tick(known, statement, at, mono),)
        moment = _Moment(at=at, mono=mono, stream=self._stream)
        return tuple(self._events(statement, moment))

    def _next_tick(
        self, known: FollowedRound, said: Statement, at: Nanos, mono: Nanos
    ) -> PriceTicked:
        """The short way of nearly every message; tells what the long way would."""
        tick = known.newest + 1
        price = known.hear_next(said)
        return PriceTicked(
            at=at,
            mono=mono,
            stream=self._stream,
            round_id=known.round_id,
            tick=tick,
            price=price,
            trade_count=said.trade_count,
        )

    def _events(self, said: Statement, moment: _Moment) -> Iterator[Event]:
        yield from self._learn(said, moment)
        name = said.round_id
        if name in self._over or name in self._revealed:
            yield from self._hear_late(said, moment)
            return
        if self._round is None or self._round.round_id != name:
            if not self._may_begin(said):
                self.refused["new round that nothing bears out"] += 1
                return
            yield from self._open(said, moment)
        self._claimed = None
        if self._round is not None:
            yield from self._hear(self._round, said, moment)

    # --- a message of the running round

    def _may_begin(self, said: Statement) -> bool:
        """One stray message doesn't end a round that runs; a second one bears it out."""
        claimed, self._claimed = self._claimed, said.round_id
        runs = self._round is not None and self._round.phase is Phase.ACTIVE
        return not runs or said.snapshot or claimed == said.round_id

    def _open(self, said: Statement, moment: _Moment) -> Iterator[Event]:
        if self._round is not None:
            yield from _gaps(self._round, self._round.newest, moment)
            _remember(self._over, self._round.round_id)
            if self._round.round_id not in self._revealed:
                self._ended[self._round.round_id] = self._round
            while len(self._ended) > ENDED_KEPT:
                self._ended.popitem(last=False)
        self._round = FollowedRound(said.round_id, said.seed_hash)
        yield RoundOpened(
            **moment, round_id=said.round_id, seed_hash=said.seed_hash, version=said.version
        )

    def _hear(self, known: FollowedRound, said: Statement, moment: _Moment) -> Iterator[Event]:
        known.seed_hash = known.seed_hash or said.seed_hash
        if said.seed_hash not in {None, known.seed_hash}:
            self.refused["commitment changed"] += 1
        phase = phase_of(said, known.phase)
        if not may_follow(phase, known.phase):
            self.refused["phase went back"] += 1
            yield from self._fill_holes(known, said, moment)
            return
        if phase is not known.phase and phase is not Phase.RUGGED:
            known.phase = phase
            yield PhaseChanged(**moment, round_id=known.round_id, phase=phase)
        match phase:
            case Phase.COOLDOWN | Phase.PRESALE:
                yield from _count_down(known, said, moment)
            case Phase.ACTIVE:
                yield from self._tick(known, said, moment)
            case Phase.RUGGED:
                yield from self._rug(known, said, moment)
            case Phase.UNKNOWN:
                pass

    def _tick(self, known: FollowedRound, said: Statement, moment: _Moment) -> Iterator[Event]:
        if said.prices is None and said.tick is not None and not known.may_jump_to(said.tick):
            self.refused["jump that nothing bears out"] += 1
            return
        before = known.newest
        yield from self._fill(known, _told_again(said), moment)
        if said.tick is not None and said.price is not None:
            may_be_old = said.snapshot and said.tick <= known.newest
            if not may_be_old:
                yield from self._add(known, said.tick, said.price, said.trade_count, moment)
        if known.newest > before:
            yield from _gaps(known, before, moment)

    def _rug(self, known: FollowedRound, said: Statement, moment: _Moment) -> Iterator[Event]:
        yield from self._fill(known, _told_again(said), moment)
        rug = _rug_of(said)
        if known.rug is None and rug is not None:
            if known.newest < rug[0]:
                yield from self._add(known, *rug, said.trade_count, moment)
            if known.newest == rug[0] and known.prices[rug[0]] == rug[1]:
                yield from _gaps(known, rug[0], moment)
                yield from _call_rug(known, *rug, moment)
            else:
                self.refused["rug that does not fit"] += 1
        yield from _enter_rugged(known, moment)

    def _add(
        self,
        known: FollowedRound,
        tick: int,
        price: float,
        trade_count: int | None,
        moment: _Moment,
    ) -> Iterator[Event]:
        objection = known.objection(tick, price)
        if objection:
            self.refused[objection] += 1
        elif tick > known.newest:
            known.hear(tick, price)
            yield PriceTicked(
                **moment, round_id=known.round_id, tick=tick, price=price, trade_count=trade_count
            )
        elif tick not in known.prices:
            yield from self._fill(known, ((tick, price, TickOrigin.PARTIAL),), moment)
        else:
            self.refused["late tick" if tick < known.newest else "repeated tick"] += 1

    def _fill_holes(
        self, known: FollowedRound, said: Statement, moment: _Moment
    ) -> Iterator[Event]:
        """A message that comes too late still tells what was missed before."""
        if not said.active or said.tick is None:
            return
        own = () if said.price is None else ((said.tick, said.price, TickOrigin.PARTIAL),)
        told = [one for one in (*_told_again(said), *own) if one[0] < known.newest]
        yield from self._fill(known, told, moment)

    def _fill(
        self,
        known: FollowedRound,
        told: Iterable[tuple[int, float, TickOrigin]],
        moment: _Moment,
    ) -> Iterator[Event]:
        for tick, price, origin in told:
            objection = known.objection(tick, price)
            if objection:
                self.refused[objection] += 1
            elif tick not in known.prices:
                known.hear(tick, price)
                yield PriceTicked(
                    **moment, round_id=known.round_id, tick=tick, price=price, origin=origin
                )

    # --- a message of a round that is over

    def _hear_late(self, said: Statement, moment: _Moment) -> Iterator[Event]:
        known = self._ended.get(said.round_id)
        if not said.rugged:
            self.refused["older round"] += 1
        elif known is not None and known.rug is None:
            yield from self._rug(known, said, moment)

    # --- the history

    def _learn(self, said: Statement, moment: _Moment) -> Iterator[Event]:
        for row in reversed(said.history[:HISTORY_READ]):
            if row.round_id in self._revealed:
                continue
            if row.round_id == said.round_id and not said.rugged:
                self.refused["history names the running round"] += 1
                continue
            yield from self._reveal(row, moment)

    def _reveal(self, row: FinishedRound, moment: _Moment) -> Iterator[Event]:
        _remember(self._revealed, row.round_id)
        known = self._ended.pop(row.round_id, None)
        if known is None and self._round is not None and self._round.round_id == row.round_id:
            known = self._round
        verdict, detail = check(row, None if known is None else known.evidence())
        if known is not None:
            yield from self._complete(known, row, verdict, moment)
        yield SeedRevealed(
            **moment,
            round_id=row.round_id,
            seed=row.seed,
            seed_hash=row.seed_hash,
            version=row.version,
            peak=row.peak,
            prices=row.prices,
            ended_at=row.ended_at,
        )
        if verdict is not Fairness.UNREVEALED:
            yield FairnessChecked(**moment, round_id=row.round_id, verdict=verdict, detail=detail)

    def _complete(
        self, known: FollowedRound, row: FinishedRound, verdict: Fairness, moment: _Moment
    ) -> Iterator[Event]:
        prices, origin = row.prices, TickOrigin.HISTORY
        if prices is None and verdict is Fairness.VERIFIED:
            if known.rug is not None and len(known.prices) == known.rug[0] + 1:
                return
            prices, origin = generate(row.seed, row.round_id, row.version), TickOrigin.SEED
        if prices is None or not known.agrees_with(prices):
            if prices is not None:
                self.refused["history contradicts what was heard"] += 1
            yield from _gaps(known, known.newest, moment)
            return
        told = ((tick, price, origin) for tick, price in enumerate(prices))
        yield from self._fill(known, told, moment)
        if known.rug is None and known.prices.get(len(prices) - 1) == prices[-1]:
            yield from _call_rug(known, len(prices) - 1, prices[-1], moment)
            yield from _enter_rugged(known, moment)


def _count_down(known: FollowedRound, said: Statement, moment: _Moment) -> Iterator[Event]:
    if said.timer_ms is None:
        return
    held = known.timer is not None and known.timer[1]
    timer = (said.timer_ms, held if said.paused is None else said.paused)
    if timer != known.timer:
        known.timer = timer
        yield TimerTicked(**moment, round_id=known.round_id, remaining_ms=timer[0], paused=timer[1])


def _told_again(said: Statement) -> Iterator[tuple[int, float, TickOrigin]]:
    """What a message repeats of the past; the tick that it is about is not of it."""
    limit = LAST_TICK if said.tick is None else said.tick
    if said.snapshot and said.prices is not None:
        limit += 1
    for tick, price in enumerate((said.prices or ())[:limit]):
        yield tick, price, TickOrigin.SNAPSHOT
    for tick, price in said.recent:
        if tick < limit:
            yield tick, price, TickOrigin.PARTIAL


def _rug_of(said: Statement) -> tuple[int, float] | None:
    """Where and at what a rugged message puts the rug; a snapshot's own counter has run on."""
    if said.price is None:
        return None
    if not said.snapshot:
        return None if said.tick is None else (said.tick, said.price)
    if said.recent and said.recent[-1][1] == said.price:
        return said.recent[-1]
    if said.prices and said.prices[-1] == said.price:
        return len(said.prices) - 1, said.price
    return None


def _gaps(known: FollowedRound, end: int, moment: _Moment) -> Iterator[Event]:
    for first, last in known.unannounced(end):
        yield GapFound(**moment, round_id=known.round_id, first=first, last=last)


def _call_rug(known: FollowedRound, tick: int, price: float, moment: _Moment) -> Iterator[Event]:
    known.rug = (tick, price)
    yield RoundRugged(**moment, round_id=known.round_id, tick=tick, price=price)


def _enter_rugged(known: FollowedRound, moment: _Moment) -> Iterator[Event]:
    if known.phase is not Phase.RUGGED:
        known.phase = Phase.RUGGED
        yield PhaseChanged(**moment, round_id=known.round_id, phase=Phase.RUGGED)


def _remember(names: OrderedDict[RoundId, None], name: RoundId) -> None:
    names[name] = None
    names.move_to_end(name)
    while len(names) > NAMES_KEPT:
        names.popitem(last=False)
