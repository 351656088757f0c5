"""The account of a replay: the same at a position however it is reached."""

import hashlib
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.feeds.replay_tape import Tape
from replayer_qt.core.codec import encode
from replayer_qt.core.events import PhaseChanged, TimerTicked
from replayer_qt.core.order_events import (
    ACCOUNT_EVENTS,
    BranchChanged,
    CashOut,
    OrderFilled,
    PositionLiquidated,
)
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayOpened, ReplayShaped, Rewound
from replayer_qt.core.risk import limits_of
from replayer_qt.core.settings import PaperSettings, RiskSettings, Settings
from replayer_qt.core.trade_commands import (
    Buy,
    ChooseBranch,
    Deposit,
    PlaceSideBet,
    RenameBranch,
    Sell,
    SetCashOut,
)
from replayer_qt.core.units import Moment, Nanos, RoundId, StreamId
from replayer_qt.engine.played import DECISIONS_APART
from replayer_qt.engine.seat import Context, opened
from replayer_qt.engine.timeline import BRANCHES_KEPT, Timeline
from tests.helpers.make import a_round, event

STREAM = StreamId("replay/1")
ROUNDS = (RoundId("r-1"), RoundId("r-2"), RoundId("r-3"))
SETTINGS = Settings(
    paper=PaperSettings(latency_ms=300, latency_jitter_ms=200),
    risk=RiskSettings(duplicate_ms=0, orders_per_second=0, orders_per_minute=0, collar_percent=0),
)
CONTEXT = Context(settings=SETTINGS, limits=limits_of(SETTINGS.risk, SETTINGS.trading), replay=True)


def prices_of(seed: int, ticks: int) -> list[float]:
    rng = random.Random(seed)
    prices = [1.0]
    while len(prices) < ticks:
        prices.append(round(max(0.05, prices[-1] * rng.uniform(0.93, 1.08)), 9))
    return [*prices, min(prices) * 0.02]


def tape_of(place: int, ticks: int) -> Tape:
    """A round whose countdown is told, and whose ticks come in a quarter of a second each."""
    name = ROUNDS[place]
    start = 1_000_000_000_000 * (place + 1)
    told = a_round(prices_of(place, ticks), round_id=name)
    counting = [
        event(PhaseChanged, 0, round_id=name, phase=Phase.PRESALE),
        event(TimerTicked, 0, round_id=name, remaining_ms=500),
    ]
    active = event(PhaseChanged, 0, round_id=name, phase=Phase.ACTIVE)
    events = [told[0], *counting, active, *told[1:]]
    return Tape([_moved(one, start) for one in events], STREAM)


def _moved(one, start):
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return type(one)(**{**fields, "at": Nanos(one.at + start), "stream": STREAM})


class Player:
    """Plays tapes to a timeline as a feed would."""

    def __init__(self, ticks: int = 150, rounds: int = 1) -> None:
        self.tapes = [tape_of(place, ticks) for place in range(rounds)]
        seat = opened(STREAM, Mode.PAPER, Decimal(10), moment=Moment(Nanos(0), Nanos(0)))
        self.timeline = Timeline(seat, CONTEXT)
        names = tuple(tape.round_id for tape in self.tapes)
        self.timeline.take(self._own(ReplayOpened, source="t", damage=(), rounds=names))
        self.keys = 0
        self.enter(0)

    def enter(self, place: int) -> None:
        self.place, self.cursor = place, 0
        tape = self.tapes[place]
        self.timeline.take(
            self._own(ReplayShaped, round_id=tape.round_id, ticks=tape.ticks, prices=tape.prices)
        )
        self.seek(0)

    def seek(self, cursor: int) -> None:
        history = tuple(self.tapes[self.place].between(0, cursor))
        self.cursor = cursor
        self.timeline.take(self._own(Rewound, history=history))

    def forward(self, count: int):
        tape = self.tapes[self.place]
        until = min(self.cursor + count, tape.end)
        told = []
        for one in tape.between(self.cursor, until):
            told += self.timeline.take(one)
        self.cursor = until
        return told

    def finish(self):
        return self.forward(self.tapes[self.place].end)

    def ask(self, kind, **fields):
        self.keys += 1
        return self.timeline.submit(
            kind(stream=STREAM, key=OrderId(f"k{self.keys}"), **fields), None, CONTEXT
        )

    def do(self, command):
        return self.timeline.submit(command, None, CONTEXT)

    @property
    def trading(self):
        return self.timeline.seat.trading

    @property
    def account(self):
        return self.trading.account

    def _own(self, kind, **fields):
        return event(kind, 0, stream=STREAM, **fields)


def decided(ticks: int = 150) -> Player:
    """A played round with decisions here and there, at its end."""
    player = Player(ticks)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    player.forward(17)
    player.ask(PlaceSideBet, amount=Decimal("0.1"))
    player.forward(23)
    player.ask(Sell, share=40)
    player.forward(1)
    player.ask(Buy, amount=Decimal("0.25"))
    player.do(SetCashOut(stream=STREAM, cash_out=CashOut(after=30, share=50)))
    player.finish()
    return player


def test_stepping_back_takes_fills_back_and_going_forward_makes_them_again():
    """N15: the account goes back with the tick, and comes again by the same decisions."""
    player = Player()
    player.forward(20)
    before = player.account
    player.ask(Buy, amount=Decimal("0.5"))
    player.forward(10)
    after = player.account
    assert after.holding.quantity > 0
    player.seek(20 - 1)
    assert player.account == before
    assert player.trading.branches.ahead == 1
    player.forward(11)
    assert player.account == after
    assert player.trading.branches.ahead == 0


def test_the_account_at_a_place_is_the_same_however_it_is_reached():
    """N15, S2-Q10: a thousand random walks of steps and jumps, compared with playing straight."""
    played = decided()
    straight = Player()
    straight.timeline.load(played.timeline.decisions)
    end = straight.tapes[0].end
    expected = [straight.trading.account]
    for _ in range(end):
        straight.forward(1)
        expected.append(straight.trading.account)
    assert expected[-1] == played.account
    rng = random.Random(7)
    for _ in range(1_000):
        if rng.random() < 0.5:
            played.seek(rng.randint(0, end))
        else:
            played.forward(rng.choice((1, 2, 9, 60)))
        assert played.account == expected[played.cursor]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 160)), max_size=12), st.integers(0, 5))
def test_any_walk_among_any_decisions_ends_where_playing_straight_ends(walk, spread):
    """N15: decisions made on the way included; what was decided last is what holds."""
    player = Player()
    for back, cursor in walk:
        if back:
            player.seek(min(cursor, player.tapes[0].end))
        else:
            player.forward(cursor)
        if player.cursor % (spread + 2) == 0:
            player.ask(Buy, amount=Decimal("0.01"))
        elif player.cursor % (spread + 2) == 1:
            player.ask(Sell, share=50)
    player.seek(0)
    player.finish()
    straight = Player()
    straight.timeline.load(player.timeline.decisions)
    straight.finish()
    assert straight.account == player.account


def test_changing_the_past_opens_a_branch_and_keeps_the_old_one():
    player = decided()
    first = player.account
    player.seek(30)
    told = player.ask(Sell, share=100)
    (changed,) = [one for one in told if isinstance(one, BranchChanged)]
    assert changed.branches == ("main", changed.branch)
    assert "tick" in changed.branch
    player.finish()
    assert player.account != first
    player.do(ChooseBranch(stream=STREAM, branch="main"))
    assert player.account == first
    assert player.trading.branches.current == "main"


def test_deciding_at_the_newest_place_opens_no_branch():
    player = Player()
    for _ in range(5):
        player.forward(10)
        told = player.ask(Buy, amount=Decimal("0.01"))
        assert not [one for one in told if isinstance(one, BranchChanged)]
    assert player.trading.branches.names == ("main",)


def test_a_jump_forward_knows_of_what_was_decided_behind_a_place_that_was_played_before():
    """N15: no snapshot outlives a decision before it."""
    player = Player(400)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.01"))
    player.forward(300)
    player.seek(100)
    player.do(Deposit(stream=STREAM, amount=Decimal(5)))
    player.seek(320)
    assert player.timeline.seat.trading.account.cash == Decimal("14.99")
    assert player.timeline.seat.trading.branches.names == ("main",)


def test_many_decisions_at_one_place_are_all_made_again():
    player = Player()
    player.forward(30)
    for _ in range(3 * DECISIONS_APART):
        player.do(Deposit(stream=STREAM, amount=Decimal(1)))
    player.forward(30)
    player.seek(0)
    assert player.timeline.seat.trading.account.cash == 10
    player.forward(30)
    assert player.timeline.seat.trading.account.cash == 10 + 3 * DECISIONS_APART
    player.seek(50)
    assert player.timeline.seat.trading.account.cash == 10 + 3 * DECISIONS_APART


def test_a_branch_can_be_named_and_no_two_have_one_name():
    player = decided()
    player.seek(30)
    player.ask(Sell, share=100)
    player.do(RenameBranch(stream=STREAM, name="  sold\nearly "))
    assert player.trading.branches.current == "sold early"
    player.do(RenameBranch(stream=STREAM, name="main"))
    assert player.trading.branches.current == "sold early"


def test_branches_are_bounded():
    """S1-N4: the oldest lines of decisions are let go, the followed one never."""
    player = Player()
    for _ in range(BRANCHES_KEPT + 10):
        player.forward(30)
        player.ask(Buy, amount=Decimal("0.01"))
        player.seek(10)
        player.ask(Buy, amount=Decimal("0.01"))
    assert len(player.trading.branches.names) == BRANCHES_KEPT
    assert player.trading.branches.current == player.trading.branches.names[-1]


def test_the_balance_goes_on_into_the_next_round():
    """N17: a new round begins with what the one before left."""
    player = Player(rounds=2)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    told = player.finish()
    assert [one for one in told if isinstance(one, PositionLiquidated)]
    left = player.account.cash
    assert left < 10
    player.enter(1)
    assert player.account.cash == left
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    player.finish()
    assert player.account.cash < left


def test_a_change_in_an_earlier_round_is_felt_in_a_later_one():
    player = Player(rounds=2)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    player.finish()
    player.enter(1)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.1"))
    player.finish()
    lost = player.account.cash
    player.enter(0)
    player.forward(10)
    told = player.ask(Buy, amount=Decimal("0.01"))
    assert any(isinstance(one, BranchChanged) for one in told)
    player.finish()
    player.enter(1)
    player.finish()
    assert player.account.cash > lost


def test_what_is_left_open_in_a_round_that_is_left_is_lost_to_its_rug():
    player = Player(rounds=2)
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    player.forward(20)
    assert player.account.holding.quantity > 0
    player.enter(1)
    player.forward(20)
    assert player.account.holding.quantity == 0
    assert player.account.cash < Decimal("9.6")


def test_a_round_without_decisions_costs_nothing_to_go_through():
    player = Player()
    player.finish()
    player.seek(40)
    assert player.account.cash == 10
    assert player.timeline.decisions == ()


def test_blocks_and_single_ticks_lead_to_the_same_account():
    """PT-02: full speed, step and jump are one machine."""
    by_block, by_tick = Player(), Player()
    for player in (by_block, by_tick):
        player.forward(20)
        player.ask(Buy, amount=Decimal("0.5"))
        player.do(SetCashOut(stream=STREAM, cash_out=CashOut(target=Decimal("1.2"), share=50)))
    by_block.finish()
    while by_tick.cursor < by_tick.tapes[0].end:
        by_tick.forward(1)
    assert by_block.account == by_tick.account
    assert by_block.account.entry_count > 2


@pytest.mark.parametrize("name", ["nowhere", "main"])
def test_choosing_a_branch_that_is_not_there_or_is_followed_changes_nothing(name):
    player = decided()
    before = player.timeline.seat
    assert player.do(ChooseBranch(stream=STREAM, branch=name)) == ()
    assert player.timeline.seat is before


def test_a_fill_is_told_once_when_it_happens_and_again_when_it_is_made_again():
    player = Player()
    player.forward(20)
    player.ask(Buy, amount=Decimal("0.5"))
    first = [one for one in player.forward(10) if isinstance(one, OrderFilled)]
    player.seek(19)
    again = [one for one in player.forward(11) if isinstance(one, OrderFilled)]
    assert first == again
    assert len(first) == 1


def test_sessions_end_with_the_same_digest_at_any_pace():
    """FAULTS goal 13, R16, PT-02: twenty sessions of orders, each by step, by leaps and at once."""
    for seed in range(20):
        rng = random.Random(seed)
        places = sorted(rng.sample(range(10, 140), 8))
        kinds = [rng.choice((Buy, PlaceSideBet, Sell)) for _ in places]
        digests = {_digest(seed, places, kinds, pace) for pace in (1, 7, 1_000)}
        assert len(digests) == 1


def _digest(seed, places, kinds, pace):
    player = Player()
    told = []
    for place, kind in zip(places, kinds, strict=True):
        while player.cursor < place:
            told += player.forward(min(pace, place - player.cursor))
        wish = {"share": 50} if kind is Sell else {"amount": Decimal(f"0.0{seed + 1:02}")}
        told += player.ask(kind, **wish)
    while player.cursor < player.tapes[0].end:
        told += player.forward(pace)
    own = [one for one in told if isinstance(one, ACCOUNT_EVENTS)]
    assert len(own) > 20
    return hashlib.sha256(
        b"".join(encode(one) for one in own) + repr(player.account).encode()
    ).hexdigest()
