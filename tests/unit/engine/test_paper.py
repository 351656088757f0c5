from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.account import EntryKind
from replayer_qt.core.events import (
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.order_events import (
    OrderFilled,
    OrderRejected,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.settings import PaperSettings
from replayer_qt.engine.paper import RUG_SHARE, may_be_rug
from tests.helpers.trading import FREE, REPLAY, Floor

LATE = PaperSettings(latency_ms=300, latency_jitter_ms=0)


def test_a_buy_is_filled_at_the_first_tick_after_the_latency_and_not_before():
    floor = Floor(paper=LATE)
    floor.begin()
    order = floor.buy("0.1")
    assert order.state is OrderState.SENT
    floor.tick(1.1)
    assert not floor.fills()
    floor.tick(1.2)
    fill = floor.order(order.order_id).fill
    assert (fill.tick, fill.price, fill.amount) == (2, Decimal("1.2"), Decimal("0.1"))
    assert fill.quantity == Decimal("0.083333333")
    assert floor.account.cash == Decimal("9.9")
    assert floor.account.holding.quantity == Decimal("0.083333333")


def test_a_sale_brings_what_the_tick_says_and_only_its_share():
    floor = Floor()
    floor.begin()
    floor.buy("1")
    floor.tick(1.0)
    floor.sell(50)
    floor.tick(2.0)
    assert floor.account.cash == Decimal(10)
    assert floor.account.holding.quantity == Decimal("0.5")
    floor.sell(100)
    floor.tick(3.0)
    assert floor.account.holding.quantity == 0
    assert floor.account.cash == Decimal("11.5")


def test_a_buy_in_the_presale_is_filled_at_one_while_the_countdown_runs():
    floor = Floor(paper=LATE)
    floor.announce()
    floor.buy("0.25")
    floor.wait(100)
    floor.happen(TimerTicked, round_id=floor.round_id, remaining_ms=9_800)
    assert not floor.fills()
    floor.wait(200)
    floor.happen(TimerTicked, round_id=floor.round_id, remaining_ms=9_600)
    (filled,) = floor.fills()
    assert (filled.fill.price, filled.fill.tick) == (1, 0)
    assert filled.fill.quantity == Decimal("0.25")


def test_a_presale_order_that_arrives_after_the_start_is_filled_at_a_tick():
    floor = Floor(paper=LATE)
    floor.announce()
    floor.buy("0.25")
    floor.wait(10)
    floor.happen(PhaseChanged, round_id=floor.round_id, phase=Phase.ACTIVE)
    floor.tick(1.0, ms=10)
    floor.ticks(1.02, 1.05)
    (filled,) = floor.fills()
    assert (filled.fill.price, filled.fill.tick) == (Decimal("1.05"), 2)


def test_nothing_is_filled_at_the_rug_s_price_and_what_comes_too_late_is_rejected():
    """FAULTS O11: an order that the rug overtakes is rejected, never aimed at the next round."""
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.tick(1.5)
    floor.buy("0.2")
    floor.sell(100)
    floor.rug(0.02)
    assert [fill.fill.tick for fill in floor.fills()] == [1]
    assert floor.ends() == ["the round ended before it arrived"] * 2
    floor.begin("next")
    floor.ticks(1.1, 1.2)
    assert len(floor.fills()) == 1


def test_the_rug_sells_what_is_held_books_the_loss_and_leaves_nothing_to_sell():
    """N4: after the rug nothing is held, the loss is booked, a sale is refused."""
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.ticks(1.0, 1.5)
    told = floor.rug(0.02)
    (gone,) = floor.of(PositionLiquidated)
    assert told.index(gone) == 1 + next(
        place for place, one in enumerate(told) if isinstance(one, RoundRugged)
    )
    assert (gone.fill.quantity, gone.fill.amount) == (Decimal("0.1"), Decimal("0.002"))
    assert floor.account.holding.quantity == 0
    assert floor.account.cash == Decimal("9.902")
    assert floor.account.session_result == Decimal("-0.098")
    assert floor.account.closed[-1].kind is EntryKind.RUG
    assert floor.sell().state is OrderState.REFUSED


@pytest.mark.parametrize(
    ("rug_at", "won"), [(39, True), (40, True), (41, False), (1, True), (60, False)]
)
def test_a_side_bet_wins_up_to_its_fortieth_tick(rug_at, won):
    """N3: 39 and 40 ticks after its placing a rug wins, 41 ticks after it does not."""
    floor = Floor()
    floor.begin()
    floor.bet("0.01")
    floor.tick(1.0)
    start = floor.account.bet.start
    assert (start, floor.account.bet.end) == (1, 41)
    floor.ticks(*[1.0] * (rug_at - 1))
    floor.rug(0.02)
    (closed,) = floor.of(SideBetClosed)
    assert closed.payout == (Decimal("0.05") if won else 0)
    assert closed.tick == (start + rug_at if won else 41)
    assert floor.account.cash == Decimal("10.04") if won else Decimal("9.99")


def test_a_lost_bet_is_told_as_soon_as_a_later_tick_is_seen_and_another_may_follow():
    floor = Floor(risk=FREE)
    floor.begin()
    floor.bet()
    floor.ticks(*[1.0] * 41)
    assert not floor.of(SideBetClosed)
    floor.tick(1.0)
    assert len(floor.of(SideBetClosed)) == 1
    floor.bet()
    floor.tick(1.0)
    assert floor.account.bet.start == 43


def test_a_bet_of_the_presale_counts_from_tick_0():
    floor = Floor()
    floor.announce()
    floor.bet()
    floor.happen(TimerTicked, round_id=floor.round_id, remaining_ms=5_000)
    assert (floor.account.bet.start, floor.account.bet.end) == (0, 40)
    floor.start()
    floor.ticks(*[1.0] * 39)
    floor.rug()
    assert floor.of(SideBetClosed)[0].payout == Decimal("0.05")


def test_a_bet_whose_window_has_a_hole_is_settled_by_the_rug_s_own_tick():
    floor = Floor()
    floor.begin()
    floor.bet()
    floor.ticks(1.0, 1.1)
    floor.number = 40
    floor.rug()
    assert floor.of(SideBetClosed)[0].payout > 0


def test_a_second_bet_that_arrives_while_one_is_open_is_rejected():
    floor = Floor()
    floor.audited = False
    floor.begin()
    floor.bet("0.01", key="a")
    floor.bet("0.02", key="b")
    assert floor.refusals() == ["side_bet_open"] or len(floor.of(OrderRejected)) == 1


def test_a_tick_that_was_filled_in_afterwards_fills_no_order():
    floor = Floor()
    floor.begin()
    floor.buy()
    floor.wait(250)
    floor.happen(PriceTicked, round_id=floor.round_id, tick=3, price=1.3, origin=TickOrigin.PARTIAL)
    assert not floor.fills()
    floor.tick(1.4, tick=4)
    assert floor.fills()[0].fill.tick == 4
    floor.sell()
    floor.happen(PriceTicked, round_id=floor.round_id, tick=2, price=9.0)
    assert len(floor.fills()) == 1


def test_slippage_is_against_the_trader_and_never_more_than_the_setting():
    paper = PaperSettings(latency_ms=0, latency_jitter_ms=0, slippage_bp=100)
    floor = Floor(paper=paper, risk=FREE)
    floor.begin()
    for _ in range(20):
        floor.buy("0.05")
        floor.tick(2.0)
        floor.sell(100)
        floor.tick(2.0)
    bought = [one.fill.price for one in floor.fills()[::2]]
    sold = [one.fill.price for one in floor.fills()[1::2]]
    assert all(Decimal(2) <= price <= Decimal("2.02") for price in bought)
    assert all(Decimal("1.98") <= price <= Decimal(2) for price in sold)
    assert len(set(bought)) > 10


def test_a_share_of_the_orders_is_rejected_as_the_setting_says_and_always_the_same():
    def run() -> list[bool]:
        paper = PaperSettings(latency_ms=0, latency_jitter_ms=0, reject_share=0.3)
        floor = Floor(paper=paper, risk=FREE)
        floor.begin()
        for _ in range(200):
            floor.buy("0.002")
            floor.tick(1.0)
        return [isinstance(one, OrderFilled) for one in floor.of(OrderFilled, OrderRejected)]

    first = run()
    assert run() == first
    assert len(first) == 200
    assert 110 <= sum(first) <= 170


def test_jitter_delays_by_no_more_than_the_setting():
    paper = PaperSettings(latency_ms=1_000, latency_jitter_ms=1_000)
    floor = Floor(paper=paper, risk=FREE, cash="1000")
    floor.begin()
    waits = []
    for _ in range(40):
        sent = floor.at
        floor.buy("0.01")
        before = len(floor.fills())
        while len(floor.fills()) == before:
            floor.tick(1.0, ms=20)
        waits.append((floor.at - sent) / 1e6)
    assert min(waits) >= 1_000
    assert max(waits) <= 2_020
    assert max(waits) - min(waits) > 500


def test_a_round_whose_end_was_not_seen_costs_what_the_lowest_price_implies():
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.bet("0.01")
    floor.ticks(1.0, 0.5, 0.8)
    floor.announce("next", presale=False)
    assert floor.account.holding.quantity
    floor.happen(PhaseChanged, round_id=floor.round_id, phase=Phase.PRESALE)
    (gone,) = floor.of(PositionLiquidated)
    assert gone.fill.fill_id == f"unseen-rug:{gone.fill.round_id}"
    assert float(gone.fill.price) == 0.5 * RUG_SHARE
    assert floor.of(SideBetClosed)[0].payout == 0
    assert [one.code for one in floor.of(ProblemRaised)] == ["round-end-unseen"]
    assert floor.account.holding.quantity == 0


def test_an_end_that_is_told_while_the_next_round_is_announced_counts_as_seen():
    floor = Floor()
    floor.begin("first")
    floor.buy("0.1")
    floor.bet("0.01")
    floor.ticks(1.0, 0.5)
    floor.announce("next", presale=False)
    floor.happen(PriceTicked, round_id="first", tick=3, price=0.01, origin=TickOrigin.HISTORY)
    floor.happen(RoundRugged, round_id="first", tick=3, price=0.01)
    assert floor.of(PositionLiquidated)[0].fill.fill_id == "rug:first"
    assert floor.of(SideBetClosed)[0].payout == Decimal("0.05")


def test_the_wallet_goes_on_from_round_to_round():
    """N17: cash is carried from round to round; the sum of the entries is the cash."""
    floor = Floor()
    for number in range(5):
        floor.begin(f"round-{number}")
        floor.buy("0.1")
        floor.tick(1.0)
        floor.sell()
        floor.tick(1.5)
        floor.rug()
    assert floor.account.cash == Decimal("10.25")
    assert sum(entry.amount for entry in floor.account.entries) == floor.account.cash


@given(st.floats(min_value=0.001, max_value=1.0))
def test_every_rug_s_price_is_known_to_be_possibly_one(low):
    assert may_be_rug(min(1.0, low) * (1 - 0.98))


def test_a_replay_fills_like_the_live_market():
    """PT-02: the same ticks and the same orders lead to the same account, live and replayed."""

    def run(stream):
        floor = Floor(stream=stream, paper=LATE)
        floor.begin()
        floor.buy("0.1", key="a")
        floor.ticks(1.1, 1.2, 1.3)
        floor.bet("0.01", key="b")
        floor.ticks(1.1, 1.0)
        floor.sell(50, key="c")
        floor.ticks(1.4, 1.5)
        floor.rug()
        entries = [(e.kind, e.amount, e.cash, e.tick, e.at) for e in floor.account.entries[1:]]
        verdicts = [
            (gated.order_id, gated.verdict.allowed, gated.verdict.reserved)
            for gated in floor.of(type(floor.told[0]))
            if hasattr(gated, "verdict")
        ]
        return entries, verdicts, floor.account.tally

    assert run("rugs/crash") == run(REPLAY)


def test_a_bet_that_arrives_at_the_very_tick_of_an_odd_rug_does_not_win():
    """A rug at a price that no rug has shows only afterwards that its tick was the last."""
    floor = Floor()
    floor.begin()
    floor.bet("0.01")
    floor.rug(0.7)
    assert floor.of(SideBetClosed)[0].payout == 0


def test_a_buy_that_the_cash_no_longer_covers_is_rejected_when_it_arrives():
    floor = Floor(risk=FREE, cash="1")
    floor.begin()
    floor.buy("0.6")
    floor.engine._desk.accounts[floor.stream].seat = _poorer(floor)
    floor.tick(1.0)
    assert floor.ends() == ["not enough cash when it arrived"]


def test_what_another_round_left_open_does_not_hinder_the_next_one():
    floor = Floor()
    floor.begin("first")
    floor.buy("0.1")
    floor.tick(1.0)
    floor.buy("0.2")
    floor.round_id = "second"
    floor.number = -1
    floor.happen(RoundOpened, round_id="second")
    assert floor.ends() == ["the round ended before it arrived"]
    floor.start()
    assert floor.of(PositionLiquidated)[0].fill.fill_id == "unseen-rug:first"
    floor.wait(1_000)
    floor.tick(1.0, ms=0)
    floor.buy("0.3")
    floor.tick(2.0)
    assert floor.account.round_id == "second"
    assert floor.account.holding.quantity == Decimal("0.15")


def _poorer(floor):
    seat = floor.engine._desk.accounts[floor.stream].seat
    account = replace(seat.trading.account, cash=Decimal("0.5"))
    return replace(seat, trading=replace(seat.trading, account=account))
