import random
from decimal import Decimal
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.account import (
    CLOSED_KEPT,
    ENTRIES_KEPT,
    ROUNDS_KEPT,
    Account,
    EntryKind,
    valued,
)
from replayer_qt.core.booking import END_UNSEEN, TOLD_LATE, fold_account
from replayer_qt.core.money import NOTHING, Holding, bought, decimal_of, floor9, proceeds
from replayer_qt.core.order_events import StatedBet
from replayer_qt.core.orders import Mode, OrderSide
from replayer_qt.core.units import RoundId
from tests.helpers.ledger import (
    DAY_NS,
    House,
    account_after,
    bet,
    bet_end,
    buy,
    deposit,
    filled,
    opening,
    rebaseline,
    rug,
    sale,
)
from tests.helpers.make import ROUND, ticked

OTHER = RoundId("20261121-fedcba9876543210")
UNIT = Decimal("1e-9")


def results_of(account):
    return sum((one.result for one in account.closed), NOTHING)


def check_books(account, house=None):
    """All that must hold after every event, to the last digit."""
    assert account.cash >= 0 <= account.holding.quantity
    assert account.holding.basis >= 0 <= account.cut_off
    if not account.holding.quantity:
        assert account.holding == Holding()
        assert account.since == -1
    assert account.entries[-1].cash == account.cash
    assert account.entries[-1].number == account.entry_count
    equity = account.cash + account.at_risk
    if house is not None:
        assert account.cash == house.cash
        assert account.holding == house.holding
        assert (NOTHING if account.bet is None else account.bet.stake) == house.stake
        assert equity == house.put_in + account.session_result
        assert account.refused == 0
    for one in (valued(account, None), valued(account, Decimal("1.5"))):
        assert one.equity == equity + one.unrealised
        assert one.value == account.holding.basis + one.unrealised
        assert one.result - account.session_result == one.unrealised
        assert one.day_result - account.day_result == one.unrealised


def test_a_buy_and_a_sale_change_cash_by_what_was_paid():
    """N1: cost is what was paid, the average is the venue's, and the sale books against it."""
    price = decimal_of(1.073446660724414)
    account = account_after(opening(), buy("0.1", price=price, tick=7))
    assert account.cash == Decimal("9.9")
    assert account.holding.quantity == Decimal("0.093157865")
    assert account.holding.basis == Decimal("0.099999999")
    assert account.since == 7
    account = account_after(sale("0.093157865", price=Decimal("1.2"), tick=19), account=account)
    assert account.cash == Decimal("9.9") + Decimal("0.111789438")
    assert account.holding == Holding()
    assert account.session_result == account.cash - 10
    assert [one.kind for one in account.entries] == [
        EntryKind.OPENING,
        EntryKind.BUY,
        EntryKind.SELL,
    ]
    (closed,) = account.closed
    assert (closed.result, closed.cost, closed.held) == (
        Decimal("0.011789439"),
        Decimal("0.099999999"),
        12,
    )
    assert account.cut_off == UNIT


def test_part_of_a_position_is_sold_at_its_average_cost():
    """N1: a partial sale leaves the average as it was, and the parts' results add up."""
    account = account_after(opening(), buy("0.002"), buy("0.002", price=Decimal("1.4444769765")))
    average = account.holding.average
    assert floor9(average) == Decimal("1.181828845")
    half = floor9(account.holding.quantity / 2)
    account = account_after(sale(half, price=Decimal(2)), account=account)
    assert account.holding.average == average
    rest = account.holding.quantity
    account = account_after(sale(rest, price=Decimal(2)), account=account)
    assert account.session_result == account.cash - 10
    assert results_of(account) - account.cut_off == account.session_result


def test_the_rug_sells_all_that_is_held():
    """N4: after the rug nothing is held, the loss is booked, and a sale finds nothing."""
    account = account_after(opening(), buy("0.002", price=decimal_of(0.8798394293)))
    assert account.holding.quantity == Decimal("0.002273142")
    account = account_after(rug("0.002273142", price=0.009250309566210552), account=account)
    assert account.holding == Holding()
    assert account.closed[-1].kind is EntryKind.RUG
    assert account.rounds[-1].rugged
    assert account.entries[-1].amount == Decimal("0.000021027")
    assert account.session_result == account.cash - 10
    assert fold_account(account, rug("0.002273142")).cash == account.cash


def test_the_venues_own_number_for_a_rugged_position_is_reproduced():
    """N1: what the venue calls the result is that of the closed trade, digit for digit."""
    price = decimal_of(0.8798394293)
    account = account_after(opening(), buy("0.002", price=price))
    account = account_after(rug("0.002273142", price=0.009250309566210552), account=account)
    assert account.closed[-1].result == Decimal("-0.001978972")


@pytest.mark.parametrize(
    ("rug_tick", "payout"), [(49, "0.05"), (50, "0.05"), (51, "0"), (None, "0")]
)
def test_a_side_bet_ends_at_the_edge_of_its_window(rug_tick, payout):
    """N3: placed at 10, a rug 39 or 40 ticks later wins five stakes; one 41 later wins nothing."""
    account = account_after(opening(), bet("0.01", tick=10))
    assert account.cash == Decimal("9.99")
    assert (account.bet.start, account.bet.end) == (10, 50)
    assert valued(account, None).equity == 10
    account = account_after(bet_end(start=10, rug_tick=rug_tick), account=account)
    assert account.bet is None
    assert account.cash == Decimal("9.99") + Decimal(payout)
    assert account.session_result == Decimal(payout) - Decimal("0.01")
    assert account.rounds[-1].side == account.session_result
    assert account.tally.bets == 1
    assert account.tally.bets_won == (payout != "0")


def test_a_bet_placed_before_the_first_tick_runs_from_tick_zero():
    account = account_after(opening(), bet("0.01", tick=-1))
    assert (account.bet.start, account.bet.end) == (0, 40)


def test_the_echo_of_an_earlier_bets_end_does_not_end_the_next():
    account = account_after(opening(), bet(tick=10), bet_end(start=10), bet(tick=50))
    again = fold_account(account, bet_end(start=10))
    assert again.bet == account.bet
    assert again == replace(account, refused=1)


def test_every_new_round_keeps_the_cash():
    """N17: the balance goes on from round to round, and the session's result is the ledger's."""
    account = account_after(opening())
    for number in range(5):
        round_id = RoundId(f"round-{number}")
        account = account_after(buy("0.1", round_id=round_id), account=account)
        account = account_after(rug("0.1", round_id=round_id), account=account)
    assert account.refused == 0
    assert account.cash == 10 + account.session_result
    assert sum(one.total for one in account.rounds) == account.session_result
    assert len(account.rounds) == 5


def test_a_day_begins_at_midnight_of_utc_whatever_clocks_on_walls_do():
    """BR-06: the day's result begins anew at midnight UTC, also in a night that has 25 hours."""
    night = 20_387 * DAY_NS  # 2025-10-26, when clocks were set back in Europe
    account = account_after(opening(at=night - 1), buy("0.1", at=night - 1))
    account = account_after(sale("0.05", price=2.0, at=night - 1), account=account)
    before = account.day_result
    assert (account.day, before) == (20_386, Decimal("0.05"))
    account = account_after(sale("0.05", price=3.0, at=night), account=account)
    assert (account.day, account.day_result) == (20_387, Decimal("0.1"))
    assert account.session_result == before + account.day_result
    later = night + 24 * 3_600 * 10**9 - 1
    account = account_after(buy("0.1", at=later), sale("0.1", price=2.0, at=later), account=account)
    assert (account.day, account.day_result) == (20_387, Decimal("0.2"))


def test_a_clock_set_back_over_midnight_does_not_forget_the_days_loss():
    """BR-06: a day's loss can't be escaped by an earlier time."""
    account = account_after(opening(at=5 * DAY_NS), buy("0.1", at=5 * DAY_NS))
    account = account_after(rug("0.1", at=5 * DAY_NS), account=account)
    lost = account.day_result
    account = account_after(buy("0.1", at=4 * DAY_NS), account=account)
    assert (account.day, account.day_result) == (5, lost)


def test_an_account_that_is_opened_again_remembers_its_day():
    """S4-4b: the day's loss is told when an account begins, and counts on."""
    account = account_after(opening(at=9 * DAY_NS, day=9, day_result=Decimal("-1.5")))
    account = account_after(
        buy("0.1", at=9 * DAY_NS + 1), rug("0.1", at=9 * DAY_NS + 2), account=account
    )
    assert account.day_result == Decimal("-1.598")
    assert account.session_result == Decimal("-0.098")


def test_a_sale_of_more_than_is_held_sells_all_and_is_counted():
    account = account_after(opening(), buy("0.1"), sale("0.3", amount=Decimal("0.2")))
    assert account.holding == Holding()
    assert account.cash == Decimal("10.1")
    assert account.refused == 1
    assert account.session_result == account.cash - 10


def test_a_sale_of_nothing_is_booked_all_the_same():
    account = account_after(opening(), sale("0.3", amount=Decimal("0.2")))
    assert (account.cash, account.refused) == (Decimal("10.2"), 1)
    assert account.closed[-1].cost == 0


def test_a_holding_whose_rounds_end_was_never_told_is_lost_when_the_next_begins():
    account = account_after(opening(), buy("0.1"), bet("0.01"), buy("0.2", round_id=OTHER))
    assert account.refused == 2
    assert account.holding.quantity == Decimal("0.2")
    assert account.round_id == OTHER
    lost = [one for one in account.entries if one.note == END_UNSEEN]
    assert {one.realised for one in lost} == {Decimal("-0.1"), Decimal("-0.01")}
    assert all(one.amount == 0 and one.round_id == ROUND for one in lost)
    check_books(account)


def test_a_fill_of_an_earlier_round_changes_the_cash_alone():
    account = account_after(opening(), buy("0.1"), rug("0.1"), buy("0.2", round_id=OTHER))
    for late in (buy("0.3"), sale("0.1", amount=Decimal("0.05")), bet("0.01")):
        after = fold_account(account, late)
        amount = late.fill.amount if late.fill.side is OrderSide.SELL else -late.fill.amount
        assert after.cash == account.cash + amount
        assert after.session_result == account.session_result + amount
        assert (after.holding, after.round_id, after.bet) == (account.holding, OTHER, None)
        assert after.entries[-1].note == TOLD_LATE
        assert after.refused == account.refused + 1
        check_books(after)


def test_a_second_side_bet_means_that_the_first_ended_unseen():
    account = account_after(opening(), bet("0.01", tick=10), bet("0.02", tick=90))
    assert account.bet.stake == Decimal("0.02")
    assert account.refused == 1
    assert account.session_result == Decimal("-0.01")
    check_books(account)


def test_paper_money_that_is_not_there_is_not_spent():
    """PT-04: a paper account never owes."""
    account = account_after(opening("1"))
    for one in (buy("1.000000001"), bet("2"), deposit("-1.5")):
        assert fold_account(account, one) == replace(account, refused=1)
    assert fold_account(account, buy("1")).cash == 0
    venue = account_after(opening("1", mode=Mode.PRACTICE), buy("2"))
    assert venue.cash == -1


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "-Infinity", "1e30", "1e-30", "-0.1"])
def test_what_is_no_money_is_counted_and_changes_nothing(odd):
    """PT-04: no infinity and no nonsense ever enters an account."""
    number = Decimal(odd)
    account = account_after(opening(), buy("0.1"), bet("0.01"))
    closed = bet_end(start=10)
    for one in (
        filled(OrderSide.BUY, number, quantity=1),
        filled(OrderSide.BUY, 1, quantity=number),
        filled(OrderSide.SELL, number, quantity="0.1"),
        filled(OrderSide.SIDE_BET, number),
        replace(closed, payout=number),
        rebaseline(10, quantity=odd),
    ):
        assert fold_account(account, one) == replace(account, refused=1)
    if odd != "-0.1":
        for one in (deposit(number), opening(number), rebaseline(number)):
            assert fold_account(account, one) == replace(account, refused=1)
        assert not account_after(opening(number)).opened


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-1", "1e9"])
def test_what_is_no_price_is_counted_and_changes_nothing(price):
    account = account_after(opening(), buy("0.1"))
    sold = filled(OrderSide.SELL, "0.1", price=Decimal(price), quantity="0.1")
    assert fold_account(account, sold) == replace(account, refused=1)
    assert valued(account, Decimal(price)).unrealised == 0


def test_nothing_is_booked_before_an_account_is_opened():
    for one in (buy(), sale("1"), bet(), deposit("1"), rug("1"), bet_end(), rebaseline("1")):
        assert account_after(one) == Account(refused=1)


def test_what_concerns_no_account_changes_nothing():
    account = account_after(opening())
    assert fold_account(account, ticked(3)) is account


def test_a_deposit_is_an_entry_and_no_result():
    account = account_after(opening(), deposit("5"), deposit("-2"))
    assert (account.cash, account.session_result, account.tally.count) == (13, 0, 0)
    assert [one.amount for one in account.entries] == [10, 5, -2]


def test_the_venues_word_is_booked_as_one_entry_for_the_difference():
    account = account_after(opening(mode=Mode.PRACTICE), buy("0.1"))
    stated = StatedBet(start=5, end=45, stake=Decimal("0.02"))
    account = account_after(
        rebaseline("9.5", quantity="0.4", average="1.25", bet=stated), account=account
    )
    assert account.entries[-1].kind is EntryKind.REBASELINE
    assert account.entries[-1].amount == Decimal("-0.4")
    assert account.cash == Decimal("9.5")
    assert account.holding == Holding(
        quantity=Decimal("0.4"), basis=Decimal("0.5"), average=Decimal("1.25")
    )
    assert (account.bet.start, account.bet.end, account.bet.round_id) == (5, 45, ROUND)
    assert account.session_result == 0


def test_what_the_venue_no_longer_holds_was_lost_or_won_unseen():
    """S4-4b: a loss that only the venue's word tells counts towards the day all the same."""
    account = account_after(opening(mode=Mode.PRACTICE), buy("1"))
    gone = fold_account(account, rebaseline("9.02"))
    assert gone.session_result == gone.day_result == Decimal("-0.98")
    assert gone.tally.losses == 1
    assert gone.closed[-1].kind is EntryKind.REBASELINE
    assert gone.cash == 10 + gone.session_result
    assert fold_account(account, rebaseline("12")).tally.wins == 1
    only_cash = fold_account(account, rebaseline("8.5", quantity="1", average="1"))
    assert only_cash.session_result == 0


def test_what_the_venue_holds_in_another_round_is_of_that_round():
    account = account_after(opening(mode=Mode.PRACTICE), buy("1"))
    stated = StatedBet(start=5, end=45, stake=Decimal("0.02"))
    word = rebaseline("8.9", quantity="1", average="0.5", bet=stated, round_id=OTHER)
    account = fold_account(account, word)
    assert (account.round_id, account.bet.round_id) == (OTHER, OTHER)
    assert account.session_result == Decimal("-0.1") + Decimal("0.52") - 1
    account = account_after(
        rug("1", round_id=OTHER, tick=20),
        bet_end(start=5, rug_tick=20, stake="0.02", round_id=OTHER),
        account=account,
    )
    assert (account.holding, account.bet, account.refused) == (Holding(), None, 0)
    assert account.cash == 10 + account.session_result


def test_the_venues_first_word_is_what_the_session_begins_with():
    account = account_after(opening("10", mode=Mode.PRACTICE), rebaseline("3"))
    assert (account.cash, account.session_opening, account.tally.peak) == (3, 3, 3)
    assert account.session_result == 0


def test_wins_losses_streaks_and_the_fall_from_the_peak_are_counted():
    account = account_after(opening())
    for price in (2.0, 3.0, 0.5, 1.0, 0.5, 0.25, 2.0):
        account = account_after(buy("1"), sale("1", price=price), account=account)
    tally = account.tally
    assert (tally.wins, tally.losses, tally.evens) == (3, 3, 1)
    assert (tally.gained, tally.lost) == (Decimal(4), Decimal("1.75"))
    assert (tally.best, tally.worst) == (Decimal(2), Decimal("-0.75"))
    assert (tally.streak, tally.longest_wins, tally.longest_losses) == (1, 2, 2)
    assert (tally.peak, tally.drawdown, tally.fallen_from) == (13, Decimal("1.75"), 13)


def test_a_coin_that_wins_a_fifth_of_the_bets_brings_and_costs_nothing():
    """N25: the break-even of a bet that pays five stakes is 20 %, not 16.7 %."""
    account = account_after(opening("100"))
    for number in range(100):
        round_id = RoundId(f"round-{number}")
        account = account_after(bet("0.5", tick=0, round_id=round_id), account=account)
        end = bet_end(
            start=0, rug_tick=3 if number % 5 == 0 else None, stake="0.5", round_id=round_id
        )
        account = account_after(end, account=account)
    assert (account.cash, account.session_result) == (100, 0)
    assert (account.tally.wins, account.tally.losses) == (20, 80)


def play(seed, steps):
    house = House(seed)
    account = fold_account(Account(), house.opened())
    total, results, told = account.cash, NOTHING, 0
    for _ in range(steps):
        for one in house.step():
            before = account
            account = fold_account(account, one)
            told += 1
            entry = account.entries[-1]
            assert entry.number == before.entry_count + 1 == account.entry_count
            total += entry.amount
            if account.closed != before.closed:
                newest = account.closed[-1]
                results += newest.result
                lost = newest if newest.result < 0 else before.last_loss
                bet_closed = newest if newest.kind is EntryKind.PAYOUT else before.last_bet
                assert (account.last_loss, account.last_bet) == (lost, bet_closed)
        assert total == account.cash
        assert account.cash == house.put_in + results - account.cut_off - account.at_risk
        check_books(account, house)
    return account, told


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_money_is_conserved_to_the_last_digit(seed, steps):
    """PT-04, N2: the entries add up to the cash, and cash, cost and stake to what was put in."""
    play(seed, steps)


@pytest.mark.parametrize("part", range(4))
def test_money_is_conserved_over_a_hundred_thousand_events(part):
    """N2, D18: 1,000 sequences of 130 steps, about 100,000 events: not a billionth goes astray."""
    told = 0
    for seed in range(part * 250, part * 250 + 250):
        told += play(seed, 130)[1]
    assert told > 22_000


def test_the_order_in_which_rounds_are_told_does_not_change_what_each_brought():
    rng = random.Random(3)
    rounds = []
    for number in range(8):
        round_id, amount = RoundId(f"round-{number}"), Decimal(rng.randrange(1, 500)).scaleb(-3)
        price = decimal_of(rng.uniform(0.3, 4))
        units = bought(amount, price)
        rounds.append([buy(amount, price=price, round_id=round_id), rug(units, round_id=round_id)])
    one_way = account_after(opening(), *chain(*rounds))
    rng.shuffle(rounds)
    other_way = account_after(opening(), *chain(*rounds))
    assert set(one_way.rounds) == set(other_way.rounds)
    assert one_way.cash == other_way.cash


def test_memory_is_bounded_however_much_is_traded():
    """S2-M9, S1-N4: a long history leaves a short tail in memory; the sums are of all of it."""
    account = account_after(opening())
    amount = Decimal("0.1")
    for number in range(3_000):
        round_id = RoundId(f"round-{number // 2}")
        account = account_after(
            buy(amount, round_id=round_id), sale(amount, round_id=round_id), account=account
        )
    assert account.tally.evens == 3_000
    assert account.entry_count == 6_001
    assert len(account.entries) <= ENTRIES_KEPT
    assert len(account.closed) <= CLOSED_KEPT
    assert len(account.rounds) <= ROUNDS_KEPT
    numbers = [one.number for one in account.entries]
    assert numbers == list(range(6_002 - len(numbers), 6_002))
    assert len(numbers) >= ENTRIES_KEPT // 2


def test_folding_never_changes_the_account_before():
    account = account_after(opening(), buy("0.1"))
    kept = replace(account)
    fold_account(account, sale("0.05", price=3.0))
    assert account == kept


def test_a_value_is_cut_off_as_the_venue_cuts_it():
    account = account_after(opening(), buy("0.1", price=decimal_of(1.073446660724414)))
    price = decimal_of(1.0920081084067145)
    assert valued(account, price).value == proceeds(account.holding.quantity, price)
    assert valued(account, None).value == account.holding.basis
    assert valued(account, NOTHING).unrealised == -account.holding.basis
