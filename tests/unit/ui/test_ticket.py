from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.orders import Mode, OrderSide
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import State
from replayer_qt.core.units import RUGS, StreamId
from replayer_qt.core.verdict import Reason, Verdict
from replayer_qt.ui.ordering import Draft, request_of
from replayer_qt.ui.preview import Preview
from replayer_qt.ui.ticket import ODDS, read_ticket
from tests.helpers.clock import SteppedClock
from tests.helpers.make import event
from tests.helpers.orders import make_facts
from tests.helpers.trading_frames import (
    a_round,
    account,
    bet,
    holding,
    killed,
    market,
    state_of,
    trading,
)

CENT = Draft(amount=Decimal("0.01"), reason="")


def open_gate(_state, _request):
    return None


def shut_gate(*texts):
    reasons = tuple(Reason(code=f"r{n}", text=text) for n, text in enumerate(texts))
    return lambda _state, _request: Verdict(allowed=False, facts=make_facts(), reasons=reasons)


def preview():
    return Preview(Settings(), SteppedClock())


def test_without_an_account_nothing_can_be_ordered():
    words = read_ticket(State(), CENT, open_gate)
    assert words.badge.word == "NO ACCOUNT"
    for button in (words.buy, words.sell, words.side_bet):
        assert not button.usable
        assert "connect" in button.then


def test_each_button_says_what_it_will_do():
    words = read_ticket(state_of(trading()), CENT, open_gate)
    assert words.buy.what == "BUY 0.010 SOL"
    assert words.buy.then == "→ 0.0081 @ 1.2345x, worst -0.010"
    assert words.side_bet.what == "SIDE BET 0.010 SOL"
    assert words.side_bet.then == "rug in ticks 52-92 pays 0.050"
    assert words.sell.then == "nothing to sell"


def test_a_buy_says_the_average_that_it_would_leave():
    traded = trading(account=account(holding=holding("0.02", "1.1")))
    words = read_ticket(state_of(traded), CENT, open_gate)
    assert "avg 1.1415x" in words.buy.then


def test_a_sale_says_units_proceeds_and_result_as_the_ledger_will_have_them():
    traded = trading(account=account(holding=holding("0.02", "1.1")))
    half = Draft(amount=None, share=50)
    words = read_ticket(state_of(traded), half, open_gate)
    assert words.sell.what == "SELL 50 %"
    assert words.sell.then == "0.0091 → 0.011222 SOL, +0.001222"
    assert words.sell.usable
    assert words.held.text == "0.0182 @ 1.1000x"


@pytest.mark.parametrize(
    ("price", "text", "colour"), [(1.2345, "+0.002445", "up"), (1.0, "-0.001818", "down")]
)
def test_a_result_has_a_sign_and_not_only_a_colour(price, text, colour):
    traded = trading(account=account(holding=holding("0.02", "1.1")))
    shown = market(running=a_round(price=price))
    word = read_ticket(state_of(traded, shown), CENT, open_gate).open_result
    assert (word.text, word.colour) == (text, colour)


def test_the_odds_are_stated_wherever_a_bet_can_be_placed():
    words = read_ticket(state_of(trading()), CENT, open_gate)
    assert words.bet.text == ODDS == "P(win) 18.17 % · break-even 20 % · EV -9.2 %"


def test_an_open_bet_counts_down_to_its_last_tick():
    traded = trading(account=account(bet=bet(start=30)))
    for tick, left in ((30, 40), (52, 18), (70, 0), (71, 0)):
        shown = market(running=a_round(tick=tick))
        text = read_ticket(state_of(traded, shown), CENT, open_gate).bet.text
        assert text == f"bet 0.010 · {left} ticks left · to win 0.050"


def test_a_refusal_is_said_first_reason_on_the_button_all_in_the_tip():
    words = read_ticket(state_of(trading()), CENT, shut_gate("Too much.", "Too often."))
    assert words.buy.then == "Too much. (+1 more)"
    assert words.buy.tip == "Too much. · Too often."
    assert words.buy.usable
    assert not words.buy.allowed


def test_an_amount_that_cannot_be_used_cannot_be_ordered():
    """N11: nothing is asked for before it is sound."""
    words = read_ticket(state_of(trading()), Draft(reason="at most 1.000 SOL"), open_gate)
    for button in (words.buy, words.side_bet):
        assert not button.usable
        assert button.then == "at most 1.000 SOL"


def test_the_gate_itself_is_asked():
    draft = Draft(amount=Decimal("0.01"), share=100)
    words = read_ticket(state_of(trading()), draft, preview())
    assert words.buy.allowed, words.buy.tip
    words = read_ticket(state_of(trading(), kill=killed()), draft, preview())
    assert not words.buy.allowed
    assert "kill" in words.buy.then.lower()


def test_a_sale_is_allowed_under_the_kill_switch():
    """FAULTS 5.3: exits always work."""
    traded = trading(account=account(holding=holding()))
    words = read_ticket(state_of(traded, kill=killed()), CENT, preview())
    assert words.sell.allowed, words.sell.tip


def test_the_worst_case_that_is_shown_is_the_one_that_is_reserved():
    """S4-4c: a buy and a bet can cost what they spend, a sale nothing."""
    gate = preview()
    state = state_of(trading(account=account(holding=holding())))
    for side, worst in (
        (OrderSide.BUY, "0.01"),
        (OrderSide.SIDE_BET, "0.01"),
        (OrderSide.SELL, "0"),
    ):
        verdict = gate(state, request_of(state, state.trading(), CENT, side))
        assert verdict.allowed, verdict.reasons
        assert verdict.reserved == Decimal(worst)


def test_a_stale_feed_is_said_on_the_button():
    shown = market(running=a_round())
    stale = event(FeedChanged, link=Link.STALE, reason="silent")
    words = read_ticket(state_of(trading(), replace(shown, link=stale)), CENT, preview())
    assert not words.buy.allowed


def test_after_the_rug_there_is_no_price_to_buy_at():
    shown = market(running=a_round(rug_tick=52, rug_price=0.01, phase=Phase.RUGGED))
    words = read_ticket(state_of(trading(), shown), CENT, preview())
    assert not words.buy.allowed


@pytest.mark.parametrize(("mode", "word"), [
    (Mode.PAPER, "PAPER"), (Mode.PRACTICE, "PRACTICE"), (Mode.LIVE, "LIVE MONEY"),
])  # fmt: skip
def test_one_word_tells_whose_money_it_is(mode, word):
    traded = trading(RUGS, mode)
    assert read_ticket(state_of(traded), CENT, open_gate).badge.word == word


@given(
    cash=st.decimals(0, 10**9, places=9),
    amount=st.decimals("0.000000001", 10**6, places=9),
    price=st.floats(1e-9, 1e9),
    share=st.integers(1, 100),
    bought_at=st.decimals("0.000001", 10**6, places=6),
)
def test_no_account_and_no_price_is_too_odd_to_be_told(cash, amount, price, share, bought_at):
    """S2-H5: whatever there is, the ticket says something short on one line."""
    held = holding(str(amount), str(bought_at))
    traded = trading(StreamId("practice/crash"), account=account(cash=cash, holding=held))
    shown = market(running=a_round(price=price))
    words = read_ticket(state_of(traded, shown), Draft(amount=amount, share=share), preview())
    for text in (words.cash.text, words.held.text, words.open_result.text, words.buy.then):
        assert text
        assert "\n" not in text
