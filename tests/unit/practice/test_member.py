from decimal import Decimal

import pytest

from replayer_qt.core.money import side_bet_wins
from replayer_qt.practice.member import Deal
from replayer_qt.practice.members import BOOK_LIMIT, MOST_MEMBERS, Members
from replayer_qt.practice.orders import Bet, Buy, Refusal, Sell
from tests.helpers.scene import presale, prices, scene


def member_of(members: Members, token: str = "ann"):  # noqa: S107
    members.enter(0)
    return members.enroll(token)


def deals(members: Members) -> list[Deal]:
    return [deal for account in members.report() for deal in account["deals"]]


@pytest.mark.parametrize(("after", "won"), [(1, True), (39, True), (40, True), (41, False)])
def test_a_side_bet_wins_up_to_its_fortieth_tick(after, won):
    """N3: a rug 39 or 40 ticks later pays, one 41 ticks later does not."""
    start = 7
    path = prices(start + after)
    members = Members(1, Decimal(10))
    member = member_of(members)
    assert not isinstance(
        members.execute(member, Bet(amount=Decimal("0.2")), scene(start, path), 0), Refusal
    )
    assert member.cash == Decimal("9.8")
    for tick in range(start + 1, start + after + 1):
        at = scene(tick, path)
        bet = member.stake.bet
        if at.rugged or (bet is not None and bet.end <= tick):
            members.end_bet(member, at, 0, won=at.rugged and bet is not None and bet.wins(tick))
    assert member.cash == (Decimal("10.8") if won else Decimal("9.8"))
    assert member.stake.side_gain == (Decimal("0.8") if won else Decimal("-0.2"))
    assert member.stake.bet is None
    assert side_bet_wins(start, start + after) is won
    placed, ended = deals(members)
    assert (placed.event, placed.tick, placed.amount) == ("requestSidebet", start, Decimal("0.2"))
    assert (ended.event, ended.proceeds) == ("payout", Decimal(1) if won else 0)
    assert ended.tick == start + (after if won else 40)


def test_the_next_bet_may_be_placed_in_the_tick_that_ended_the_last():
    """N3: there is no time to wait between two side bets."""
    members = Members(1, Decimal(10))
    member = member_of(members)
    members.execute(member, Bet(amount=Decimal(1)), scene(3), 0)
    assert isinstance(members.execute(member, Bet(amount=Decimal(1)), scene(42), 0), Refusal)
    members.end_bet(member, scene(43), 0, won=False)
    assert not isinstance(members.execute(member, Bet(amount=Decimal(1)), scene(43), 0), Refusal)


def test_before_the_start_the_price_is_one():
    members = Members(1, Decimal(10))
    member = member_of(members)
    trade = members.execute(member, Buy(amount=Decimal("0.123456789")), presale(), 0)
    assert (trade.price, trade.tick, trade.units, trade.amount) == (1.0, 0, 123456789, 123456789)
    assert member.stake.holding.quantity == Decimal("0.123456789")


def test_the_rug_sells_everything_and_the_books_say_so():
    """N4: after the rug nothing is held, and the loss is in the cash."""
    members, path = Members(1, Decimal(10)), prices(100)
    member = member_of(members)
    members.execute(member, Buy(amount=Decimal(2)), scene(10, path), 0)
    held = member.stake.holding.quantity
    rug = scene(100, path)
    assert members.sell_out(member, rug, 0) is not None
    assert members.sell_out(member, rug, 0) is None
    assert member.stake.holding.quantity == 0
    assert (
        member.cash
        == 8 + deals(members)[-1].proceeds
        == 8 + (held * Decimal("0.02")).quantize(Decimal(10) ** -9, "ROUND_FLOOR")
    )
    assert deals(members)[-1].event == "rug"
    assert isinstance(members.execute(member, Sell(percentage=100), rug, 0), Refusal)


def test_what_the_leaderboard_shows_of_an_account_lags_by_two_ticks_and_three():
    members = Members(1, Decimal(10))
    member = member_of(members)
    members.execute(member, Buy(amount=Decimal(1)), scene(10), 0)
    members.execute(member, Bet(amount=Decimal(1)), scene(10), 0)
    assert not member.shown(11).took_part
    assert member.shown(12).holding.quantity == member.stake.holding.quantity
    assert member.shown(12).bet is None
    assert member.shown(13) == member.stake


def test_a_new_round_begins_with_nothing_but_the_cash():
    members = Members(1, Decimal(10))
    member = member_of(members)
    members.execute(member, Buy(amount=Decimal(1)), scene(10), 0)
    members.sell_out(member, scene(100), 0)
    ended, cash = member.stake, member.cash
    members.enter(1)
    members.enter(0)
    assert not member.stake.took_part
    assert member.stake_in(0) == ended
    assert not member.stake_in(5).took_part
    assert member.cash == cash


def test_an_account_is_found_again_by_its_token():
    members = Members(1, Decimal("2.5"))
    ann = members.enroll("ann")
    assert members.enroll("ann") is ann is members.find("ann")
    assert ann.cash == Decimal("2.5")
    assert members.enroll("bob").player != ann.player
    assert members.find(None) is None
    assert members.find("eve") is None


@pytest.mark.parametrize("token", ["", "x" * 65, "a b", "ä", "a\n", None, 7, ["a"], {"a": 1}])
def test_a_token_that_is_not_a_short_plain_text_names_no_account(token):
    assert Members(1, Decimal(1)).enroll(token) is None


def test_the_number_of_accounts_has_a_bound():
    """S1-N4: the 257th account is refused; those that exist go on."""
    members = Members(1, Decimal(1))
    assert all(members.enroll(f"t{number}") for number in range(MOST_MEMBERS))
    assert members.enroll("one-more") is None
    assert members.enroll("t0") is not None


def test_the_book_keeps_the_newest_and_counts_all():
    """S1-N4: what was carried out is kept up to a bound."""
    members = Members(1, Decimal(10))
    member = member_of(members)
    members.execute(member, Buy(amount=Decimal(1)), scene(10), 0)
    first = deals(members)[0]
    for _ in range(BOOK_LIMIT):
        members._enter(first)
    assert members.dealt == BOOK_LIMIT + 1
    assert len(deals(members)) == BOOK_LIMIT
    assert len(members.report("bob")) == 0
