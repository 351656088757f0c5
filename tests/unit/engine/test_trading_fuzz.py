from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, TimerTicked
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    CashOut,
    DriftFound,
    OrderAcknowledged,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderSent,
    OrderUnknown,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
    StatedBet,
)
from replayer_qt.core.orders import Fill, Mode, OrderSide, OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    AcknowledgeHalt,
    Arm,
    ArmKeys,
    AskVenue,
    CancelOrder,
    ChooseMode,
    Deposit,
    Disarm,
    ResolveUnknown,
    SetCashOut,
)
from tests.helpers.trading import FREE, venue

MONEY = st.one_of(
    st.decimals(min_value=-1, max_value=6, places=9),
    st.sampled_from([Decimal(x) for x in ("0", "NaN", "Infinity", "-Infinity", "1E+40", "1E-30")]),
)
NAMES = st.sampled_from(["a", "b", "c", "d"])
ROUNDS = st.sampled_from(["r1", "r2", "r3"])
TICKS = st.integers(-1, 60)
FILLS = st.builds(
    Fill,
    fill_id=NAMES, side=st.sampled_from(OrderSide), round_id=ROUNDS, tick=TICKS,
    price=MONEY, quantity=MONEY, amount=MONEY,
)  # fmt: skip
BETS = st.none() | st.builds(StatedBet, start=TICKS, end=TICKS, stake=MONEY)


def told(kind, **fields):
    return st.tuples(st.just("told"), st.just(kind), st.fixed_dictionaries(fields))


def ask(kind, **fields):
    return st.tuples(st.just("ask"), st.just(kind), st.fixed_dictionaries(fields))


ORDERS = [
    told(kind, order_id=NAMES) for kind in (OrderSent, OrderAcknowledged)
] + [
    told(kind, order_id=NAMES, reason=st.just("because"))
    for kind in (OrderRejected, OrderExpired, OrderUnknown)
]  # fmt: skip
STEP = st.one_of(
    *ORDERS,
    told(OrderFilled, order_id=NAMES, fill=FILLS),
    told(PositionLiquidated, fill=FILLS),
    told(
        SideBetClosed, round_id=ROUNDS, start=TICKS, end=TICKS, tick=TICKS, stake=MONEY,
        payout=MONEY,
    ),
    told(
        AccountStated, cash=st.none() | MONEY, quantity=st.none() | MONEY,
        average=st.none() | MONEY, bet=BETS, bets_stated=st.booleans(), fresh=st.booleans(),
        round_id=st.none() | ROUNDS,
    ),
    told(Rebaselined, cash=MONEY, quantity=MONEY, average=MONEY, bet=BETS, reason=st.just("x")),
    told(DriftFound, differences=st.just(())),
    told(AccountOpened, mode=st.sampled_from(Mode), cash=MONEY),
    told(FeedChanged, link=st.sampled_from(Link)),
    told(PhaseChanged, round_id=ROUNDS, phase=st.sampled_from(Phase)),
    told(TimerTicked, round_id=ROUNDS, remaining_ms=st.integers(0, 9_000)),
    ask(AcceptVenue),
    ask(AskVenue),
    ask(AcknowledgeHalt),
    ask(Arm, minutes=st.none() | st.floats()),
    ask(Disarm),
    ask(CancelOrder, order_id=NAMES),
    ask(ChooseMode, mode=st.sampled_from(Mode)),
    ask(Deposit, amount=MONEY),
    ask(ResolveUnknown, order_id=NAMES, happened=st.booleans()),
    ask(
        SetCashOut,
        cash_out=st.none()
        | st.builds(
            CashOut, target=st.none() | MONEY, stop=st.none() | MONEY, trail=st.none() | MONEY,
            after=st.none() | st.integers(-1, 3), share=st.integers(-1, 101),
        ),
    ),
    st.tuples(st.just("keys"), st.none() | st.floats(), st.none()),
    st.tuples(st.just("buy"), NAMES, MONEY),
    st.tuples(st.just("bet"), NAMES, MONEY),
    st.tuples(st.just("sell"), NAMES, st.integers(-1, 101)),
    st.tuples(st.just("begin"), ROUNDS, st.none()),
    st.tuples(st.just("tick"), st.floats(0.001, 9), st.none()),
    st.tuples(st.just("rug"), st.none(), st.none()),
    st.tuples(st.just("wait"), st.integers(0, 3_000), st.none()),
    st.tuples(st.just("kill"), st.booleans(), st.none()),
)  # fmt: skip


def act(floor, what, first, second):
    match what:
        case "told":
            floor.happen(first, **second)
        case "ask":
            floor.ask(first, **second)
        case "keys":
            floor.submit(ArmKeys(minutes=first))
        case "buy":
            floor.buy(str(second), key=first)
        case "bet":
            floor.bet(str(second), key=first)
        case "sell":
            floor.sell(second, key=first)
        case "begin":
            floor.begin(first)
        case "tick":
            floor.tick(first)
        case "rug":
            floor.rug()
        case "wait":
            floor.wait(first)
            floor.turn()
        case _:
            floor.kill(on=first)


@settings(deadline=None, max_examples=300)
@given(st.lists(STEP, max_size=40))
def test_nothing_that_is_told_or_asked_makes_the_engine_raise_or_break_the_money(steps):
    """FAULTS O6: whatever comes in whatever order, ledger and orders stay legal."""
    floor = venue(cash="5", risk=FREE)
    floor.begin("r1")
    floor.ask(Arm)
    for step in steps:
        act(floor, *step)
        account = floor.account
        assert account.cash.is_finite()
        assert account.holding.quantity >= 0
        if account.entries:
            assert account.entries[-1].cash == account.cash
        for order in (*floor.trading.book.open, *floor.trading.book.over):
            filled = [hop for hop in order.hops if hop.state is OrderState.FILLED]
            assert len(filled) == (order.fill is not None)
    sent = [one.order.order_id for one in floor.approvals]
    assert len(sent) == len(set(sent))
