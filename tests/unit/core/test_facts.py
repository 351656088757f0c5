from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.account import Account, Closed, EntryKind, OpenBet
from replayer_qt.core.arming import Arming
from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, TimerTicked
from replayer_qt.core.facts import cool_down_left, facts_of
from replayer_qt.core.money import Holding, with_bought
from replayer_qt.core.order_book import OrderBook, fold_orders
from replayer_qt.core.order_events import ArmState, Difference, OrderGated, OrderRequested
from replayer_qt.core.orders import Mode, OrderState, Origin
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import evaluate
from replayer_qt.core.risk_known import MISSING
from replayer_qt.core.risk_memory import RiskMemory, fold_memory
from replayer_qt.core.round import RoundState, fold_round
from replayer_qt.core.state import MarketState
from replayer_qt.core.tally import Tally
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import PRACTICE, Moment, Nanos, RoundId
from tests.helpers.make import ROUND, event, ticked
from tests.helpers.orders import make_bet, make_book, make_limits, make_request, make_sale

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
TODAY = 20_000
NOON = TODAY * DAY + DAY // 2
BEGUN = Account(opened=True, cash=Decimal(10), session_opening=Decimal(10), day=TODAY)
HOLDING = with_bought(Holding(), Decimal(1), Decimal(2))


def market(price=1.5, tick=10, *, phase=Phase.ACTIVE, link=Link.LIVE, mono=NOON, **fields):
    running = RoundState(
        round_id=ROUND, opened_at=Nanos(0), phase=phase, tick=tick, price=price,
        told_mono=Nanos(mono), **fields,
    )  # fmt: skip
    return MarketState(stream=PRACTICE, round=running, link=event(FeedChanged, link=link))


def trading(account=BEGUN, book=None, **fields):
    return Trading(
        stream=PRACTICE, mode=Mode.PAPER, account=account, book=book or OrderBook(), **fields
    )


def facts(of=None, where=None, *, request=None, now=NOON, mono=None, kill=None, **told):
    known = {"audit_ok": True, "recorder_ok": True, "breaker_ms": None, "replay": False}
    return facts_of(
        request,
        of or trading(),
        where or market(),
        kill or Kill(),
        now=Moment(Nanos(now), Nanos(now if mono is None else mono)),
        **{**known, **told},
    )


def closed(result, *, tick=7, at=NOON - SECOND, kind=EntryKind.SELL, round_id=ROUND):
    return Closed(
        trade_id="one", at=Nanos(at), kind=kind, round_id=round_id, tick=tick,
        result=Decimal(result), cost=Decimal(1),
    )  # fmt: skip


def test_a_fresh_account_can_order():
    """S4-C2: the first order of the ticket, dry."""
    for request in (make_request(), make_bet()):
        assert evaluate(request, facts(request=request), make_limits()).allowed


def test_nothing_heard_of_a_stream_refuses():
    """BR-04: no market is not an empty one."""
    told = facts_of(
        None, trading(), None, Kill(), now=Moment(Nanos(NOON), Nanos(1)),
        audit_ok=None, recorder_ok=None, breaker_ms=None, replay=False,
    )  # fmt: skip
    assert told.phase is told.round_id is told.price is told.tick is told.link_live is None
    assert told.audit_ok is told.recorder_ok is None
    assert evaluate(make_request(), told, make_limits()).code == MISSING


def test_an_account_that_is_not_opened_is_not_known():
    told = facts(trading(Account()))
    assert told.cash is told.basis is told.day_result is told.drawdown is None
    assert not evaluate(make_request(), told, make_limits()).allowed


def test_a_realised_loss_counts_at_once():
    """D2, BR-06, S4-4b: no cache stands between a fill and the next decision."""
    lost = replace(BEGUN, day_result=Decimal(-50))
    limits = make_limits(max_daily_loss_sol=20.0)
    assert evaluate(make_request(), facts(trading(lost)), limits).code == (
        "daily_loss_limit_exceeded"
    )


def test_an_open_loss_counts_as_one():
    """D3, BR-06: unrealised losses are in the day's result and in the drawdown."""
    holding = replace(BEGUN, holding=HOLDING, round_id=ROUND)
    told = facts(trading(holding), market(price=0.5))
    assert told.day_result == Decimal("-0.75")
    assert told.drawdown == Decimal("0.75")
    assert told.session_result == Decimal("-0.75")
    limits = make_limits(max_daily_loss_sol=0.75, max_drawdown_sol=0.75)
    codes = {one.code for one in evaluate(make_request(), told, limits).reasons}
    assert codes >= {"daily_loss_limit_exceeded", "drawdown_limit_exceeded"}


def test_a_holding_of_another_round_has_no_price_in_this_one():
    elsewhere = replace(BEGUN, holding=HOLDING, round_id=RoundId("before"))
    assert facts(trading(elsewhere), market(price=0.01)).day_result == 0


# a plain day, the days on which clocks change in Europe and in America, a leap day
@pytest.mark.parametrize("day", [TODAY, 20_541, 20_751, 20_520, 20_758, 19_782])
def test_a_day_ends_at_midnight_utc(day):
    """BR-06, S4-4b: the new day begins with nothing but what is open; no clock changes in UTC."""
    lost = replace(BEGUN, day=day, day_result=Decimal(-4), holding=HOLDING, round_id=ROUND)
    last = (day + 1) * DAY - 1
    assert facts(trading(lost), market(price=1.0), now=last).day_result == Decimal("-4.5")
    assert facts(trading(lost), market(price=1.0), now=last + 1).day_result == Decimal("-0.5")


def test_a_drawdown_falls_from_the_highest_equity():
    won = replace(BEGUN, tally=Tally(peak=Decimal(14)), session_result=Decimal(1))
    assert facts(trading(won)).drawdown == Decimal(3)
    higher = replace(won, session_result=Decimal(5))
    assert facts(trading(higher)).drawdown == 0


def test_the_presale_price_is_one():
    presale = market(price=None, tick=-1, phase=Phase.PRESALE)
    assert facts(where=presale).price == 1
    assert facts(where=market(price=None, tick=-1, phase=Phase.COOLDOWN)).price is None


@pytest.mark.parametrize("link", [one for one in Link if one is not Link.LIVE])
def test_only_a_live_link_is_live(link):
    where = market(link=link)
    assert facts(where=where).link_live is False
    assert facts(where=replace(where, link=None)).link_live is None
    assert facts(where=where, replay=True).link_live is True


def test_the_newest_tick_ages_and_a_replays_does_not():
    where = market(mono=NOON - 2 * SECOND)
    assert facts(where=where).tick_age_ms == 2_000
    assert facts(where=where, replay=True).tick_age_ms == 0
    assert facts(where=market(mono=NOON + 5)).tick_age_ms == 0
    assert facts(where=market(mono=0)).tick_age_ms is None


def test_a_round_knows_when_it_was_told_of_last():
    running = RoundState(round_id=ROUND, opened_at=Nanos(0))
    running = fold_round(running, event(PhaseChanged, 5, round_id=ROUND, phase=Phase.PRESALE))
    assert running.told_mono == 5
    running = fold_round(running, event(TimerTicked, 9, round_id=ROUND, remaining_ms=300))
    assert running.told_mono == 9
    running = fold_round(running, ticked(0))
    running = fold_round(running, ticked(4))
    late = fold_round(running, ticked(2))
    assert late.told_mono == running.told_mono == 1_000_000_000


def test_what_is_under_way_is_counted_and_the_unknown_as_spent():
    """BR-05, FAULTS O5: by kind; a refused order counts nothing."""
    book = make_book(
        (make_request("a", amount="0.2"), OrderState.UNKNOWN),
        (make_request("b", amount="0.3"), OrderState.GATED),
        (make_bet("c", amount="0.1"), OrderState.ACKNOWLEDGED),
        (make_sale("d", share=25), OrderState.SENT),
        (make_sale("e", share=50), OrderState.UNKNOWN),
        (make_request("f", amount="9"), OrderState.REFUSED),
        (make_sale("g", share=10), OrderState.REQUESTED),
    )
    told = facts(trading(book=book))
    assert (told.pending, told.pending_buys) == (Decimal("0.6"), Decimal("0.5"))
    assert told.pending_bet is True
    assert (told.selling, told.selling_unknown) == (25, 50)
    assert told.unknown == 2
    assert told.in_flight == 5


def test_the_open_bet_and_the_one_before_are_known():
    bet = OpenBet(round_id=ROUND, stake=Decimal("0.5"), start=3, end=43)
    told = facts(trading(replace(BEGUN, bet=bet)))
    assert (told.stake, told.bet_end) == (Decimal("0.5"), 43)
    over = closed(-1, kind=EntryKind.PAYOUT, tick=8)
    assert facts(trading(replace(BEGUN, last_bet=over))).bet_end == 8
    elsewhere = closed(-1, kind=EntryKind.PAYOUT, round_id=RoundId("before"))
    assert facts(trading(replace(BEGUN, last_bet=elsewhere))).bet_end == -1


def test_the_last_loss_is_told_in_time_and_in_ticks_where_it_was_in_this_round():
    """S4-4f: the newest loss, whatever was won since."""
    lost = closed(-2, tick=4)
    told = facts(trading(replace(BEGUN, last_loss=lost, tally=Tally(streak=-2))))
    assert told.lost_ticks == 6
    assert told.lost_ms == 1_000
    assert told.losing_streak == 2
    before = closed(-2, round_id=RoundId("before"))
    told = facts(trading(replace(BEGUN, last_loss=before, tally=Tally(streak=3))))
    assert told.lost_ticks is None
    assert told.losing_streak == 0
    assert facts().lost_ms is None


def test_the_cool_down_that_is_shown_is_the_one_that_is_judged():
    """S4-4f: panel and gate share one function's numbers."""
    for tick in (7, 9, 10, 11):
        told = facts(trading(replace(BEGUN, last_loss=closed(-1, tick=7))), market(tick=tick))
        refused = not evaluate(make_request(), told, make_limits(cooldown_ticks=3)).allowed
        assert refused == (cool_down_left(told, 3) > 0)
    assert cool_down_left(facts(), 3) == 0


def test_arming_ends_by_itself():
    armed = Arming(state=ArmState.ARMED, until=Nanos(NOON + 5))
    assert facts(trading(arming=armed)).armed
    assert not facts(trading(arming=armed), mono=NOON + 5).armed
    assert not facts(trading(arming=replace(armed, until=None))).armed
    assert not facts(trading(arming=replace(armed, state=ArmState.HALT))).armed


def test_kill_switch_drift_and_breaker_are_passed_on():
    told = facts(
        trading(drift=(Difference(field="cash", ours=Decimal(1), theirs=Decimal(2)),)),
        kill=Kill(on=True),
        breaker_ms=12.5,
    )
    assert told.killed
    assert told.drifting
    assert told.breaker_ms == 12.5


def ask(memory, book, request, mono, limits):
    """One click: judged, folded, remembered, as the engine does."""
    of = trading(book=book, memory=memory)
    told = facts(of, market(mono=mono), request=request, now=NOON, mono=mono)
    verdict = evaluate(request, told, limits)
    for one in (
        event(OrderRequested, mono, order_id=request.order_id, request=request),
        event(OrderGated, mono, order_id=request.order_id, verdict=verdict),
    ):
        memory, book = fold_memory(memory, one), fold_orders(book, one)
    return memory, book, verdict


def clicks(monos, request=make_request, **risk):
    """Return when orders were allowed, of clicks at these times [monotonic ns]."""
    memory, book, allowed = RiskMemory(), OrderBook(), []
    for number, mono in enumerate(monos):
        one = request(f"order-{number}", amount=f"0.00{1 + number % 2}")
        memory, book, verdict = ask(memory, book, one, NOON + mono, make_limits(**risk))
        if verdict.allowed:
            allowed.append(mono)
    return allowed


def test_fifty_clicks_in_a_second_are_four_orders():
    """S0-M3: at most the configured number; the rest is refused, with the reason."""
    assert len(clicks(range(0, SECOND, SECOND // 50), duplicate_ms=0)) == 4


def same(name, amount):
    return make_request(name, amount="0.01")


@pytest.mark.parametrize(("apart_ms", "orders"), [(0, 1), (120, 1), (249, 1), (250, 2), (400, 2)])
def test_a_double_click_is_one_order(apart_ms, orders):
    """S0-M3, FAULTS O8, S4-4e: the same order within 250 ms is one."""
    assert len(clicks([0, apart_ms * 1_000_000], request=same)) == orders


def test_two_orders_of_a_strategy_at_one_tick_are_one():
    """FAULTS O8: whatever their sizes; the next tick is another intent."""
    bot = {"origin": Origin.STRATEGY, "strategy_id": "martin"}
    limits = make_limits()
    memory, book, first = ask(RiskMemory(), OrderBook(), make_request("a", **bot), NOON, limits)
    assert first.allowed
    again = make_request("b", amount="0.5", **bot)
    assert ask(memory, book, again, NOON + SECOND, limits)[2].code == "duplicate_order"
    later = make_request("c", amount="0.5", tick=11, **bot)
    assert ask(memory, book, later, NOON + SECOND, limits)[2].allowed


def test_two_amounts_that_are_written_differently_are_the_same():
    memory, book, _ = ask(RiskMemory(), OrderBook(), make_request("a"), NOON, make_limits())
    again = make_request("b", amount="0.0100")
    assert ask(memory, book, again, NOON + 1, make_limits())[2].code == "duplicate_order"


@given(
    st.lists(st.integers(0, 400_000_000), max_size=60),
    st.integers(1, 5),
)
def test_no_second_holds_more_orders_than_allowed(gaps, limit):
    """S4-K7, S2-Q8, S0-M3: in any window of one second, wherever it begins."""
    monos, mono = [], 0
    for gap in gaps:
        mono += gap
        monos.append(mono)
    allowed = clicks(monos, orders_per_second=limit, duplicate_ms=0)
    for begin in allowed:
        assert sum(begin <= one < begin + SECOND for one in allowed) <= limit
    if monos:
        assert allowed[0] == monos[0]


def test_a_rate_says_when_it_is_free_again():
    memory, book = RiskMemory(), OrderBook()
    limits = make_limits(duplicate_ms=0, orders_per_minute=6)
    for number in range(6):
        one = make_request(f"order-{number}")
        memory, book, verdict = ask(memory, book, one, NOON + number * SECOND // 3, limits)
        assert verdict.allowed
    *_, refused = ask(memory, book, make_request("late"), NOON + 3 * SECOND, limits)
    assert [one.code for one in refused.reasons] == ["order_rate_minute"]
    assert refused.reasons[0].unlock == NOON + 60 * SECOND
    *_, late = ask(memory, book, make_request("late"), NOON + 60 * SECOND, limits)
    assert late.allowed
