import hashlib
import random
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import (
    FeedChanged,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickBlock,
)
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    ArmState,
    CashOut,
    Deposited,
    KeysArmed,
    KillWanted,
    OrderExpired,
    OrderFilled,
    OrderGated,
    OrderRequested,
    OrderSent,
    OrderUnknown,
    PositionLiquidated,
)
from replayer_qt.core.orders import Mode, OrderId, OrderState, Origin
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.settings import PaperSettings, RiskSettings, TradingSettings
from replayer_qt.core.trade_commands import (
    Arm,
    ArmKeys,
    Buy,
    CancelOrder,
    ChooseMode,
    Deposit,
    Disarm,
    PlaceSideBet,
    Sell,
    SetCashOut,
)
from replayer_qt.core.units import PRACTICE, RUGS, Nanos
from tests.helpers.trading import FREE, REPLAY, START, Floor, venue

JITTERY = PaperSettings(latency_ms=300, latency_jitter_ms=400, slippage_bp=50, reject_share=0.05)


DECISIONS = 2_000
"""Random decisions; 100,000 were run by hand."""


def slow(**fields):
    floor = Floor(**fields)
    floor.audited = False
    floor.begin()
    return floor


# --- one door


def test_an_order_is_requested_gated_and_only_then_sent():
    floor = slow()
    order = floor.buy("0.1")
    assert order.state is OrderState.GATED
    assert not floor.of(OrderSent)
    floor.tick(1.1)
    assert not floor.fills()
    floor.release_all()
    assert [hop.state for hop in floor.order(order.order_id).hops] == [
        OrderState.REQUESTED, OrderState.GATED, OrderState.SENT,
    ]  # fmt: skip


def test_the_same_key_again_is_the_same_order():
    """S4-4e: the same client id twice is one order."""
    floor = slow(risk=FREE)
    floor.buy("0.1", key="one")
    floor.wait(1_000)
    floor.buy("0.1", key="one")
    floor.buy("0.2", key="one")
    assert len(floor.of(OrderRequested)) == 1
    floor.release_all()
    floor.release_all()
    assert len(floor.of(OrderSent)) == 1
    floor.tick(1.0)
    floor.buy("0.1", key="one")
    assert len(floor.of(OrderRequested)) == 1


def test_a_request_says_what_its_asker_saw_else_what_is_now():
    floor = slow()
    floor.tick(1.5)
    now = floor.buy("0.1").request
    assert (now.round_id, now.tick, now.price) == (floor.round_id, 1, Decimal("1.5"))
    seen = floor.buy("0.2", seen_tick=0, seen_price=Decimal(1), seen_round=floor.round_id).request
    assert (seen.tick, seen.price) == (0, Decimal(1))


def test_what_was_asked_for_in_a_round_that_is_over_is_refused():
    """FAULTS O11: an order is never aimed at another round than the one its asker saw."""
    floor = slow()
    first = floor.round_id
    floor.rug()
    floor.begin("next")
    order = floor.buy("0.1", seen_round=first)
    assert order.state is OrderState.REFUSED


def test_a_double_click_is_one_order_and_a_storm_of_clicks_is_four():
    """S0-M3: 50 clicks in a second make four orders; a second click within 250 ms makes none."""
    floor = Floor(risk=RiskSettings(max_automated=0))
    floor.begin()
    floor.wait(10_000)
    floor.tick(1.0, ms=0)
    floor.buy("0.01")
    floor.wait(200)
    assert floor.buy("0.01").verdict.code == "duplicate_order"
    floor.wait(5_000)
    floor.tick(1.0, ms=0)
    before = len(floor.of(OrderSent))
    for click in range(50):
        floor.buy(f"0.01{click:02}")
        floor.wait(20)
    assert len(floor.of(OrderSent)) - before == 4
    assert floor.refusals().count("order_rate_second") == 46


@pytest.mark.parametrize("side", ["buy", "bet"])
def test_ten_wishes_at_once_take_no_more_than_the_limit_allows(side):
    """BR-05, D8, S4-4d: an allowed order reserves at once what it may cost."""
    risk = msgspec.structs.replace(
        FREE, max_position_sol=0.3, max_exposure_sol=0.3, max_order_sol=0.1
    )
    floor = slow(risk=risk)
    for _ in range(10):
        floor.buy("0.1") if side == "buy" else floor.bet("0.1")
    allowed = [one for one in floor.of(OrderGated) if one.verdict.allowed]
    assert len(allowed) == (3 if side == "buy" else 1)
    assert floor.trading.book.at_stake() <= Decimal("0.3")


def test_what_an_expired_order_had_reserved_is_free_again():
    """BR-05: a reservation is released when the order is withdrawn."""
    floor = slow()
    order = floor.buy("0.5")
    assert floor.trading.book.at_stake() == Decimal("0.5")
    floor.ask(CancelOrder, order_id=order.order_id)
    assert floor.trading.book.at_stake() == 0
    assert floor.ends() == ["it was cancelled before it left"]


def test_an_order_that_has_left_cannot_be_cancelled():
    floor = Floor()
    floor.begin()
    order = floor.buy()
    floor.ask(CancelOrder, order_id=order.order_id)
    assert floor.of(ProblemRaised)[-1].code == "not-cancellable"
    assert floor.order(order.order_id).state is OrderState.SENT


# --- between the decision and the leaving


def test_a_rug_between_the_decision_and_the_leaving_withdraws_the_order():
    """FAULTS O11: a rug between ask and release; the order is never sent."""
    floor = slow()
    order = floor.buy()
    floor.rug()
    floor.release_all()
    assert floor.order(order.order_id).state is OrderState.EXPIRED
    assert not floor.of(OrderSent)


def test_another_round_between_the_decision_and_the_leaving_withdraws_the_order():
    """FAULTS O11: an order is never carried into the next round."""
    floor = slow()
    floor.buy()
    floor.rug()
    floor.begin("next")
    floor.release_all()
    assert floor.ends() == ["its round was over before it left"]
    assert not floor.of(OrderSent)


def test_an_order_that_waits_too_long_is_withdrawn():
    floor = slow()
    floor.buy()
    floor.wait(1_999)
    floor.turn()
    assert not floor.ends()
    floor.wait(2)
    floor.turn()
    assert floor.ends() == ["it could not leave in 2000 ms"]
    floor.release_all()
    assert not floor.of(OrderSent)


def test_a_late_release_of_an_old_order_withdraws_it():
    floor = slow()
    floor.buy()
    floor.wait(2_001)
    floor.release_all()
    assert floor.ends() == ["it could not leave within 2000 ms"]


def test_an_audit_that_failed_lets_nothing_leave():
    """AU-01: no order leaves while its decision can't be written down."""
    floor = slow()
    floor.buy()
    floor.engine.set_health(audit_ok=False)
    floor.release_all()
    assert not floor.of(OrderSent)
    assert "audit_unavailable" in {one.code for one in floor.buy("0.2").verdict.reasons}


@pytest.mark.parametrize("by_feed", [True, False])
def test_an_open_breaker_refuses_with_the_time_until_it_is_tried_again(by_feed):
    """CB-01, S4-4g: while the feed's breaker is open an order is refused, with the time to wait."""
    floor = Floor()
    floor.begin()
    if by_feed:
        retry = Nanos(floor.moment.mono + 7_000_000_000)
        floor.happen(FeedChanged, link=Link.BLOCKED, retry_at=retry)
    else:
        floor.engine.set_health(breaker_ms=7_000.0)
        floor.engine.set_health(audit_ok=True)
    why = {one.code: one for one in floor.buy().verdict.reasons}["circuit_breaker_open"]
    assert why.unlock == floor.moment.mono + 7_000_000_000
    floor.engine.set_health(breaker_ms=0.0)
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.wait(1_000)
    floor.tick(1.0, ms=0)
    assert floor.buy().verdict.allowed


# --- the kill switch


def test_under_the_kill_switch_nothing_leaves_in_ten_thousand_attempts():
    """S4-4a: the kill switch is on; of 10,000 attempts none is sent."""
    floor = Floor(risk=FREE)
    floor.begin()
    floor.kill()
    rng = random.Random(4)
    for number in range(10_000):
        kind = rng.randrange(3)
        key = OrderId(f"k{number}")
        origin = rng.choice(list(Origin))
        amount = Decimal(rng.randrange(1, 1_000)) / 1_000
        if kind == 0:
            floor.engine.submit(
                Buy(stream=floor.stream, key=key, amount=amount, origin=origin), floor.moment
            )
        elif kind == 1:
            floor.engine.submit(
                PlaceSideBet(stream=floor.stream, key=key, amount=amount, origin=origin),
                floor.moment,
            )
        else:
            floor.engine.submit(Sell(stream=floor.stream, key=key, origin=origin), floor.moment)
        if number % 100 == 0:
            floor.tick(1.0 + number / 1e5)
        floor.release_all()
    assert not floor.of(OrderSent)
    assert not floor.fills()
    assert floor.trading.book.open == ()


def test_pressing_it_withdraws_what_has_not_left_and_a_person_may_still_sell():
    """KS-02, BR-07, D5: the gate closes, unsent orders are withdrawn, exits stay possible."""
    floor = Floor()
    floor.begin()
    floor.buy("0.1")
    floor.tick(1.0)
    floor.audited = False
    floor.buy("0.2")
    told = floor.kill()
    assert [type(one) for one in told[1:]] == [OrderExpired]
    floor.audited = True
    assert floor.buy("0.3").state is OrderState.REFUSED
    floor.sell(100)
    floor.tick(1.2)
    assert floor.account.holding.quantity == 0
    floor.kill(on=False)
    floor.wait(1_000)
    floor.tick(1.0, ms=0)
    assert floor.buy("0.3").state is OrderState.SENT


def test_a_switch_pressed_between_decision_and_leaving_withdraws_the_order():
    """KS-02: what was allowed before the switch and comes after it does not leave."""
    floor = slow()
    floor.buy()
    floor.kill()
    floor.release_all()
    assert floor.ends() == ["the kill switch was pressed"]
    assert not floor.of(OrderSent)


def test_a_loss_that_crosses_the_daily_limit_asks_for_the_kill_switch_once():
    """S4-T5, S4-4b, D2: a loss fill crosses the limit; the next order is refused, kill is asked."""
    risk = RiskSettings(max_daily_loss_sol=0.05, max_loss_per_trade_sol=1.0)
    floor = Floor(risk=risk)
    floor.begin()
    floor.buy("0.1")
    floor.ticks(1.0, 0.9)
    assert not floor.of(KillWanted)
    floor.tick(0.5)
    (wanted,) = floor.of(KillWanted)
    assert wanted.by == "rule:daily-loss"
    assert "0.05 SOL" in wanted.reason
    floor.wait(1_000)
    floor.tick(0.49, ms=0)
    assert "daily_loss_limit_exceeded" in {one.code for one in floor.buy("0.1").verdict.reasons}
    floor.rug()
    floor.begin("next")
    assert len(floor.of(KillWanted)) == 1


def test_the_daily_limit_is_crossed_exactly_at_its_number():
    """S4-4b: the boundary is exact: a loss of exactly the limit counts as crossed."""
    risk = RiskSettings(max_daily_loss_sol=0.05)
    floor = Floor(risk=risk)
    floor.begin()
    floor.buy("0.1")
    floor.tick(1.0)
    floor.tick(0.50000002)
    assert not floor.of(KillWanted)
    floor.tick(0.5)
    assert len(floor.of(KillWanted)) == 1


def test_a_new_day_begins_without_yesterday_s_loss():
    """KS-05, S4-4b: the limit is of the UTC day; a lifted switch is not pressed for the old day."""
    risk = RiskSettings(max_daily_loss_sol=0.05)
    floor = Floor(risk=risk)
    floor.begin()
    floor.buy("0.1")
    floor.tick(1.0)
    floor.rug()
    assert len(floor.of(KillWanted)) == 1
    floor.kill()
    floor.wait(24 * 3_600_000)
    floor.begin("tomorrow")
    assert floor.engine.state.kill.on
    floor.kill(on=False)
    floor.wait(1_000)
    floor.tick(1.0, ms=0)
    assert floor.buy("0.01").verdict.allowed
    assert len(floor.of(KillWanted)) == 1


def test_a_replay_s_losses_never_ask_for_the_kill_switch():
    floor = Floor(stream=REPLAY, risk=RiskSettings(max_daily_loss_sol=0.05))
    floor.begin()
    floor.buy("0.1")
    floor.tick(1.0)
    floor.rug()
    assert not floor.of(KillWanted)


# --- arming


def test_orders_to_a_venue_need_arming_which_runs_out():
    floor = venue()
    floor.begin()
    assert "not_armed" in {one.code for one in floor.buy().verdict.reasons}
    floor.ask(Arm, minutes=0.5)
    assert floor.buy("0.2").state is OrderState.SENT
    floor.wait(29_900)
    floor.turn()
    floor.wait(200)
    floor.happen(PriceTicked, round_id=floor.round_id, tick=9, price=1.0)
    assert "not_armed" in {one.code for one in floor.buy("0.3").verdict.reasons}
    floor.turn()
    assert not floor.trading.arming.is_armed


def test_disarming_withdraws_nothing_that_lessens_risk_and_lets_no_other_order_leave():
    floor = venue(first={"quantity": Decimal(1), "average": Decimal(1)})
    floor.begin()
    floor.ask(Arm)
    floor.audited = False
    floor.buy("0.1", key="buy")
    floor.sell(50, key="sell")
    floor.ask(Disarm)
    floor.release_all()
    assert floor.order("buy").state is OrderState.EXPIRED
    assert [one.order.order_id for one in floor.approvals] == ["sell"]


def test_an_incident_halts():
    floor = venue()
    floor.begin()
    floor.ask(Arm)
    floor.engine.incident("gui-stall", floor.moment)
    assert floor.engine.state.accounts[PRACTICE].arming.state is ArmState.HALT


def test_other_settings_disarm():
    floor = venue()
    floor.begin()
    floor.ask(Arm)
    floor.engine.configure(floor.settings, floor.moment)
    assert floor.engine.state.accounts[PRACTICE].arming.state is ArmState.SAFE


def test_trading_keys_are_on_for_a_time():
    floor = Floor()
    floor.submit(ArmKeys(minutes=1))
    until = floor.engine.state.keys_until
    assert until == floor.moment.mono + 60_000_000_000
    floor.wait(59_000)
    floor.turn()
    assert floor.engine.state.keys_until == until
    floor.wait(1_000)
    floor.turn()
    assert floor.engine.state.keys_until is None
    assert floor.of(KeysArmed)[-1].reason == "their time is over"
    floor.submit(ArmKeys(minutes=1_000))
    assert floor.engine.state.keys_until == floor.moment.mono + 3_600_000_000_000
    floor.submit(ArmKeys(minutes=0))
    assert floor.engine.state.keys_until is None


def test_trading_keys_are_armed_for_the_account_that_is_shown():
    floor = Floor()
    floor.engine.show(PRACTICE)
    floor.submit(ArmKeys(minutes=1))
    floor.engine.show(None)
    assert (floor.engine.state.keys_of, floor.engine.state.shown) == (PRACTICE, None)


# --- other wishes


def test_play_money_is_put_in_and_taken_out_but_not_more_than_is_free():
    floor = slow()
    floor.ask(Deposit, amount=Decimal(5))
    assert floor.account.cash == 15
    floor.buy("1")
    floor.ask(Deposit, amount=Decimal("-14.5"))
    floor.ask(Deposit, amount=Decimal(0))
    floor.ask(Deposit, amount=Decimal("NaN"))
    floor.ask(Deposit, amount=Decimal("0.0000000001"))
    assert [one.code for one in floor.of(ProblemRaised)] == ["deposit-refused"] * 4
    floor.ask(Deposit, amount=Decimal(-14))
    assert floor.account.cash == 1
    assert len(floor.of(Deposited)) == 2


def test_a_venue_s_money_is_not_put_in_here():
    floor = venue()
    floor.ask(Deposit, amount=Decimal(5))
    assert floor.of(ProblemRaised)[-1].code == "deposit-refused"


def test_the_mode_changes_only_with_nothing_open_and_each_mode_keeps_its_cash():
    floor = venue(cash="5", paper=PaperSettings(latency_ms=0, latency_jitter_ms=0))
    floor.begin()
    floor.ask(ChooseMode, mode=Mode.PAPER)
    assert floor.trading.mode is Mode.PAPER
    assert floor.account.cash == 5
    floor.buy("0.1")
    floor.tick(1.0)
    floor.ask(ChooseMode, mode=Mode.PRACTICE)
    assert floor.of(ProblemRaised)[-1].code == "mode-refused"
    floor.sell()
    floor.tick(2.0)
    floor.stated("4.25")
    floor.ask(ChooseMode, mode=Mode.PRACTICE)
    assert (floor.trading.mode, floor.account.cash) == (Mode.PRACTICE, Decimal("4.25"))
    floor.ask(ChooseMode, mode=Mode.PAPER)
    assert floor.account.cash == Decimal("5.1")


def test_while_a_stream_is_traded_on_paper_its_venue_does_not_touch_the_account():
    floor = venue(cash="5")
    floor.begin()
    floor.ask(ChooseMode, mode=Mode.PAPER)
    floor.buy("0.1", key="mine")
    floor.tick(1.0)
    gone = floor.of(OrderFilled)[0].fill
    told = floor.happen(PositionLiquidated, fill=gone)
    assert told == ()
    floor.stated("1")
    floor.stated("1")
    assert floor.account.cash == Decimal("4.9")
    assert not floor.trading.drift


def test_a_wish_for_an_account_that_is_not_there_is_answered():
    floor = Floor()
    floor.submit(Buy(stream=PRACTICE, key=OrderId("x"), amount=Decimal(1)))
    assert floor.of(ProblemRaised)[-1].code == "no-account"


def test_a_practice_stream_on_paper_opens_no_account_of_the_venue():
    floor = Floor(trading=TradingSettings(practice_mode="paper"))
    floor.take(
        AccountStated(at=floor.moment.at, mono=floor.moment.mono, stream=PRACTICE, cash=Decimal(1))
    )
    assert PRACTICE not in floor.engine.state.accounts
    assert not [one for one in floor.of(AccountOpened) if one.stream == PRACTICE]


# --- what is shown


def test_the_distance_to_the_limits_is_measured_for_the_stream_that_is_looked_at():
    floor = Floor()
    floor.begin()
    assert floor.trading.headroom == ()
    floor.engine.show(floor.stream)
    floor.tick(1.0)
    shown = {one.code: one for one in floor.trading.headroom}
    assert shown["insufficient_balance"].value is not None or len(shown) > 10
    assert all(one.ok for one in floor.trading.headroom if one.code == "kill_switch_active")


# --- properties


def steps(rng, count):
    """Random ticks and commands, the same for every way of playing them."""
    price, made = 1.0, []
    for _ in range(count):
        if rng.random() < 0.35:
            kind = rng.randrange(6)
            made.append(("ask", kind, rng.randrange(1, 500), rng.randrange(1, 101)))
        price = max(0.03, price * (1 + rng.uniform(-0.1, 0.11)))
        made.append(("tick", price))
    return made


def asked(floor, kind, size, share, name):
    amount = Decimal(size) / 1_000
    match kind:
        case 0 | 1:
            floor.buy(str(amount), key=name)
        case 2:
            floor.sell(share, key=name)
        case 3:
            floor.bet(str(amount), key=name)
        case 4:
            floor.ask(SetCashOut, cash_out=CashOut(trail=Decimal(share % 40 + 1), share=share))
        case _:
            floor.ask(SetCashOut, cash_out=CashOut(after=share, target=Decimal(share) / 10 + 1))


def played(seed, *, blocks=False, stream=REPLAY):
    rng = random.Random(seed)
    risk = msgspec.structs.replace(FREE, refuse_gapped=False)
    floor = Floor(stream=stream, paper=JITTERY, risk=risk, cash="5")
    cuts = random.Random(seed + 1)
    for number in range(3):
        floor.begin(f"round-{number}")
        waiting = []
        for place, (what, *rest) in enumerate(steps(rng, 120)):
            if what == "tick":
                floor.wait(250)
                floor.number += 1 if cuts.random() > 0.02 else 3
                waiting.append((floor.number, rest[0], floor.at))
                if not blocks:
                    floor.happen(
                        PriceTicked, round_id=floor.round_id, tick=floor.number, price=rest[0]
                    )
                continue
            hand_over(floor, waiting, blocks)
            waiting = []
            asked(floor, *rest, f"{number}-{place}")
        floor.wait(250)
        floor.number += 1
        low = 0.03 * (1 - 0.98)
        waiting.append((floor.number, low, floor.at))
        if not blocks:
            floor.happen(PriceTicked, round_id=floor.round_id, tick=floor.number, price=low)
        hand_over(floor, waiting, blocks)
        floor.happen(RoundRugged, round_id=floor.round_id, tick=floor.number, price=low)
        floor.happen(PhaseChanged, round_id=floor.round_id, phase=Phase.RUGGED)
    return floor


def hand_over(floor, waiting, blocks):
    if not (blocks and waiting):
        return
    ticks, prices, ats = zip(*waiting, strict=True)
    floor.take(
        TickBlock(
            at=Nanos(ats[-1]), mono=Nanos(0), stream=floor.stream, round_id=floor.round_id,
            ticks=np.array(ticks), prices=np.array(prices), ats=np.array(ats),
        )
    )  # fmt: skip


def own(floor):
    market = (PriceTicked, TickBlock)
    return [event for event in floor.told if not isinstance(event, market)]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
def test_ticks_one_by_one_and_in_blocks_lead_to_the_same_account_and_events(seed):
    """PT-02: live ticks and a replay's blocks make the same orders, fills, verdicts and money."""
    single, block = played(seed, blocks=False), played(seed, blocks=True)
    assert own(single) == own(block)
    assert single.account == block.account
    assert len(single.of(OrderRequested)) > 5


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32))
def test_a_live_market_and_its_recording_lead_to_the_same_fills_and_money(seed):
    """PT-02: what is filled live is filled alike when the recording is traded the same way."""
    live, replayed = played(seed, stream=RUGS), played(seed)
    assert [one.fill for one in live.fills()] == [one.fill for one in replayed.fills()]
    assert [one.verdict.code for one in live.of(OrderGated)] == [
        one.verdict.code for one in replayed.of(OrderGated)
    ]
    live_entries, replayed_entries = live.account.entries[1:], replayed.account.entries[1:]
    assert live_entries == replayed_entries
    assert live.account.tally == replayed.account.tally


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
def test_money_is_conserved_whatever_is_done(seed):
    """PT-04, N2: the entries sum to the cash, and cash, cost and results balance to the digit."""
    floor = played(seed, blocks=False)
    account = floor.account
    assert account.cash >= 0
    assert account.entry_count == account.entries[-1].number
    assert account.entries[-1].cash == account.cash
    stake = Decimal(0) if account.bet is None else account.bet.stake
    assert account.cash + account.holding.basis + stake == 5 + account.session_result
    assert account.refused == 0
    assert floor.trading.book.refused == 0


def test_every_decision_has_one_record_and_can_be_made_again_from_it():
    """S4-4, S4-4h: of many random decisions each has one record, and decides the same again."""
    floor = Floor(paper=JITTERY, cash="50")
    limits = limits_of(floor.settings.risk, floor.settings.trading)
    rng, submitted = random.Random(7), 0
    for number in range(DECISIONS // 100):
        floor.begin(f"round-{number}")
        for place in range(100):
            asked(floor, rng.randrange(4), rng.randrange(1, 1_500), rng.randrange(-5, 120),
                  f"{number}-{place}")  # fmt: skip
            submitted += 1
            floor.tick(rng.uniform(0.5, 2), ms=rng.choice([10, 100, 250]))
        floor.rug()
    requested = {one.order_id: one.request for one in floor.of(OrderRequested)}
    gated = floor.of(OrderGated)
    assert len(requested) == len(gated) == submitted
    codes = {one.verdict.code for one in gated}
    assert len(codes) > 4
    for one in gated:
        assert evaluate(requested[one.order_id], one.verdict.facts, limits) == one.verdict


def test_the_same_story_is_told_the_same_to_the_last_byte():
    """PT-02: a run is a pure function of events and commands."""

    def digest():
        encoded = msgspec.json.encode([str(one) for one in own(played(99, blocks=False))])
        return hashlib.sha256(encoded).hexdigest()

    assert digest() == digest()
    assert START % 86_400_000_000_000 > 0


@pytest.mark.parametrize(
    "amount", ["0", "-0.1", "NaN", "Infinity", "0.0000000001", "0.0001", "4.9", "1E+30"]
)
def test_an_order_that_is_not_valid_gives_no_ticket_to_its_venue(amount):
    """N11: an order that is refused never gets as far as its venue."""
    floor = venue(cash="5")
    floor.begin()
    floor.ask(Arm)
    assert floor.buy(amount, key="buy").state is OrderState.REFUSED
    floor.wait(1_000)
    floor.tick(1.0, ms=0)
    assert floor.bet(amount, key="bet").state is OrderState.REFUSED
    assert floor.sell(key="sale").state is OrderState.REFUSED
    assert not floor.approvals
    assert not floor.of(OrderSent)


def test_an_order_whose_end_a_crash_hid_is_unknown_and_blocks_risk():
    """BR-05, FAULTS O7: what was allowed before a crash counts as spent until the venue tells."""
    before = venue()
    before.begin()
    before.ask(Arm)
    before.audited = False
    before.buy("0.5", key="lost")
    kept = [one for one in before.of(OrderRequested, OrderGated) if one.order_id == "lost"]
    floor = venue()
    floor.begin()
    floor.take(*kept, floor.event(OrderUnknown, order_id="lost", reason="the program ended"))
    assert floor.trading.book.at_stake() == Decimal("0.5")
    floor.ask(Arm)
    assert not floor.trading.arming.is_armed
    assert "unknown_order_pending" in {one.code for one in floor.buy("0.1").verdict.reasons}
    floor.release_all()
    assert not floor.approvals


def test_a_switch_that_was_pressed_before_there_was_an_account_holds_for_it():
    """KS-01: the switch is read before any account is opened."""
    engine = Floor(stream=REPLAY).engine
    floor = Floor()
    floor.engine = engine
    floor.kill()
    floor.happen(AccountOpened, mode=Mode.PAPER, cash=Decimal(10))
    floor.happen(FeedChanged, link=Link.LIVE)
    floor.begin()
    assert floor.buy().verdict.code == "kill_switch_active"


def test_an_exit_is_not_held_back_by_a_phase_that_is_not_known():
    """BR-07, D5: what the gate lets pass is not withdrawn for the same doubt a moment later."""
    floor = venue(first={"quantity": Decimal(1), "average": Decimal(1)})
    floor.happen(RoundOpened, round_id="nothing-said-of-it")
    order = floor.sell(100)
    floor.release_all()
    assert order.verdict.allowed
    assert floor.order(order.order_id).state is OrderState.SENT
