from decimal import Decimal

import pytest
from msgspec.structs import replace

from replayer_qt.core.money import Holding, bought, decimal_of, floor9, proceeds, with_bought
from replayer_qt.core.money_check import BetSaid, RowSaid, TradeSaid, check_money
from tests.helpers.make import ROUND

PRICES = {
    tick: decimal_of(price)
    for tick, price in enumerate(
        [1.0, 1.0087724988192917, 0.8798394293, 1.44447697650, 1.073446660724414, 2.25, 0.0175]
    )
}


def checked(trades=(), rows=(), bets=(), rug=None):
    return check_money(trades, rows, bets, {ROUND: PRICES}, {} if rug is None else {ROUND: rug})


def purchase(tick=3, amount="0.1", **fields):
    price = PRICES[tick]
    made = TradeSaid(
        round_id=ROUND,
        tick=tick,
        kind="buy",
        price=price,
        quantity=bought(Decimal(amount), price),
        amount=Decimal(amount),
    )
    return replace(made, **fields)


def row(tick, quantity, average, *, result, realised="0", invested="0.1", side="0", **fields):
    """A row of a message at `tick`, valued at the tick before."""
    held, spent = Decimal(quantity), Decimal(invested)
    if result is None:
        result = Decimal(realised) + proceeds(held, PRICES[tick - 1]) - floor9(held * average)
    total = result + Decimal(side)
    made = RowSaid(
        round_id=ROUND,
        player="p",
        tick=tick,
        snapshot=False,
        total=total,
        percent=total / spent * 100 if spent else Decimal(0),
        parts=(result, Decimal(side), Decimal(0)),
        quantity=held,
        average=Decimal(average),
        invested=spent,
    )
    return replace(made, **fields)


def settled(start, rug, stake="0.002", **fields):
    won = start <= rug <= start + 40
    amount = Decimal(stake)
    payout = amount * 5 if won else Decimal(0)
    made = BetSaid(
        round_id=ROUND,
        start=start,
        end=start + 40,
        stake=amount,
        payout=payout,
        profit=payout - amount,
        multiple=Decimal(5),
    )
    return replace(made, **fields)


def causes(check):
    return [one.cause for one in check.exceptions]


def test_trades_as_the_venue_prints_them_are_reproduced():
    """N1: units are the amount by the price, cut off; a sale brings what they are worth."""
    sold = purchase(5, kind="sell", quantity=Decimal("0.762"))
    sold = replace(sold, amount=proceeds(sold.quantity, PRICES[5]))
    merged = replace(sold, amount=sold.amount - Decimal("4e-9"))
    check = checked([purchase(), purchase(2, "0.002"), sold, merged])
    assert (check.trades.stated, check.trades.checked, check.trades.reproduced) == (4, 4, 4)
    assert check.exceptions == ()


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"quantity": Decimal("0.1")}, "the quantity is not the amount by the price"),
        ({"tick": 4}, "it was not made at its tick's price"),
        ({"kind": "short_open"}, "a short, whose rule is not known"),
        ({"price": None}, "its price is not stated"),
        ({"price": Decimal(0)}, "its price is not stated"),
        ({"kind": "sell"}, "the amount is not the quantity at the price"),
    ],
)
def test_a_trade_that_comes_out_otherwise_is_told_with_its_cause(changed, cause):
    trade = replace(purchase(), **changed)
    if changed == {"kind": "sell"}:
        trade = replace(trade, amount=trade.amount - Decimal("6e-9"))
    check = checked([trade])
    assert causes(check) == [cause]
    assert check.trades.reproduced == 0


@pytest.mark.parametrize("past", [39, 40, 41])
def test_side_bets_are_reproduced_on_both_sides_of_their_edge(past):
    """N3: settlements at 39, 40 and 41 ticks; float noise of the venue is none of ours."""
    noisy = settled(2, 2 + past, stake="0.03")
    noisy = replace(noisy, payout=noisy.payout and Decimal("0.15000000000000002"))
    check = checked(bets=[settled(2, 2 + past), noisy], rug=2 + past)
    assert check.side_bets.reproduced == 2
    assert check.exceptions == ()


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"payout": Decimal(0)}, "it paid something else"),
        ({"profit": Decimal(1)}, "its profit is something else"),
        ({"end": 41}, "its window is not the usual one"),
        ({"multiple": Decimal(6)}, "it pays another multiple"),
    ],
)
def test_a_settlement_that_comes_out_otherwise_is_told_with_its_cause(changed, cause):
    assert causes(checked(bets=[replace(settled(2, 9), **changed)], rug=9)) == [cause]
    unknown = checked(bets=[settled(2, 9)])
    assert causes(unknown) == ["where its round ended is not known"]
    assert (unknown.side_bets.stated, unknown.side_bets.checked) == (1, 0)


def test_rows_of_a_position_follow_the_price_of_the_tick_before():
    """N1: the result moves with the value of what is held, the average as lots are weighted."""
    first = with_bought(Holding(), Decimal("0.002"), PRICES[0])
    second = with_bought(first, Decimal("0.002"), PRICES[3])
    assert floor9(second.average) == Decimal("1.181828845")
    told = [
        row(2, first.quantity, first.average, result=None, invested="0.002"),
        row(3, first.quantity, first.average, result=None, invested="0.002"),
        row(5, second.quantity, Decimal("1.181828845"), result=None, invested="0.004"),
        row(6, second.quantity, Decimal("1.181828845"), result=None, invested="0.004"),
    ]
    half = floor9(second.quantity / 2)
    told.append(row(6, half, Decimal("1.181828845"), result=None, realised="1", invested="0.004"))
    told.append(row(6, "0", Decimal(0), result=Decimal("0.0005"), invested="0.004", side="-0.01"))
    check = checked(rows=told)
    assert check.positions.reproduced == 6, check.exceptions


def test_an_average_of_lots_that_were_not_cut_off_is_the_venues_too():
    lot = floor9(Decimal("0.024") / PRICES[4])
    fresh = with_bought(Holding(), Decimal("0.024"), PRICES[4])
    told = [row(3, "0", Decimal(0), result=Decimal(0))]
    for average in (floor9(fresh.average), floor9(PRICES[4])):
        check = checked(rows=[*told, row(6, lot, average, result=None)])
        assert check.positions.reproduced == 2, average


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"total": Decimal(9)}, "the parts are not the total"),
        ({"percent": Decimal(9)}, "the percentage is not the total by what was invested"),
        (
            {"quantity": Decimal("0.5"), "average": Decimal(2)},
            "more than one trade between two rows",
        ),
        ({"average": Decimal("1.2")}, "more than one trade between two rows"),
        ({"tick": 9}, "its tick's price is not in the file"),
    ],
)
def test_a_row_that_comes_out_otherwise_is_told_with_its_cause(changed, cause):
    before = row(2, "0.1", Decimal(1), result=None)
    after = row(4, "0.1", Decimal(1), result=None)
    assert causes(checked(rows=[before, replace(after, **changed)])) == [cause]


def test_a_result_that_moves_otherwise_than_the_price_is_told():
    before = row(2, "0.1", Decimal(1), result=None)
    for off, cause in (
        ("6e-9", "cutting off more than four lots"),
        ("1e-5", "the result moved otherwise than the price"),
    ):
        wrong = row(4, "0.1", Decimal(1), result=None, realised=off)
        assert causes(checked(rows=[before, wrong])) == [cause]


def test_a_snapshot_is_valued_at_its_own_tick():
    full = row(3, "0.1", Decimal(1), result=proceeds(Decimal("0.1"), PRICES[3]) - Decimal("0.1"))
    check = checked(rows=[replace(full, snapshot=True), row(5, "0.1", Decimal(1), result=None)])
    assert check.positions.reproduced == 2


def test_rows_before_the_round_runs_have_no_result():
    waiting = replace(
        row(1, "0.15", Decimal("0.999999999"), result=Decimal(0)), parts=None, tick=None
    )
    check = checked(rows=[waiting, replace(waiting, total=Decimal(1))])
    assert (check.positions.stated, check.positions.reproduced) == (2, 1)
    assert causes(check) == ["a result before the round runs"]
