"""What is marked of a round, as the account says it."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.account import EntryKind
from replayer_qt.core.events import TickBlock
from replayer_qt.core.money import with_bought
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import RoundId
from replayer_qt.ui.chart.marks_told import (
    Cost,
    GodCandles,
    Outcome,
    closed_by,
    entry_key,
    entry_of,
    told_of,
)
from tests.helpers.make import ROUND, event, ticked
from tests.helpers.trading import Floor
from tests.helpers.trading_frames import account, bet, holding

OTHER = RoundId("20261121-fedcba9876543210")


@pytest.fixture
def floor():
    made = Floor()
    made.begin()
    return made


def told(floor, round_id=None):
    return told_of(floor.account, round_id or floor.round_id)


def test_fills_are_marked_where_they_were_done(floor):
    floor.buy("0.1")
    floor.ticks(1.1, 1.2)
    floor.sell(100)
    floor.tick(1.3)
    marks = told(floor).fills
    assert [(mark.kind, mark.tick) for mark in marks] == [(EntryKind.BUY, 1), (EntryKind.SELL, 3)]
    assert [mark.price for mark in marks] == [Decimal("1.1"), Decimal("1.3")]


def test_marks_of_another_round_are_never_told(floor):
    """N16: what was done in the round before is not marked in the next one."""
    floor.buy("0.1")
    floor.bet()
    floor.tick(1.1)
    floor.rug()
    floor.begin(OTHER)
    assert told(floor).walk() == []
    assert told(floor).costs == ()
    floor.buy("0.2")
    floor.tick(1.4)
    assert [mark.kind for mark in told(floor).fills] == [EntryKind.BUY]
    before = told(floor, ROUND)
    assert [mark.kind for mark in before.fills] == [EntryKind.BUY, EntryKind.RUG]
    assert all(one.end is not None and not one.is_open for one in before.costs)


def test_a_bet_is_open_then_won_by_a_rug_in_its_window(floor):
    floor.bet("0.01")
    floor.ticks(1.1, 1.2)
    (running,) = told(floor).bets
    assert (running.outcome, running.start, running.end) == (Outcome.OPEN, 1, 41)
    assert running.placed is not None
    floor.rug()
    (won,) = told(floor).bets
    assert (won.outcome, won.start, won.end) == (Outcome.WON, 1, 3)
    assert won.closed is not None
    assert won.closed.amount == Decimal("0.05")


def test_a_bet_that_no_rug_came_for_is_lost_over_all_its_ticks(floor):
    floor.bet("0.01")
    floor.ticks(*[1.1] * 45)
    (lost,) = told(floor).bets
    assert (lost.outcome, lost.start, lost.end, lost.stake) == (
        Outcome.LOST, 1, 41, Decimal("0.01"),
    )  # fmt: skip


def test_a_bet_that_the_venue_tells_of_first_has_a_band_all_the_same():
    made = account(bet=bet("0.01", start=30))
    (band,) = told_of(made, ROUND).bets
    assert (band.outcome, band.start, band.end, band.placed) == (Outcome.OPEN, 30, 70, None)
    assert told_of(made, OTHER).bets == ()


def test_the_cost_is_a_step_at_each_buy_and_ends_with_the_position(floor):
    floor.buy("0.1")
    floor.ticks(1.0, 1.5)
    floor.buy("0.1")
    floor.ticks(2.0, 2.0)
    first, second = told(floor).costs
    assert (first.first, first.end, first.average, first.is_open) == (1, 3, 1.0, True)
    assert (second.first, second.end, second.is_open) == (3, None, True)
    assert second.average == float(floor.account.holding.average)
    floor.sell(50)
    floor.tick(2.1)
    assert told(floor).costs == (first, second)
    floor.sell(100)
    floor.ticks(2.1, 2.2)
    assert [(one.end, one.is_open) for one in told(floor).costs] == [(3, False), (6, False)]


def test_a_position_whose_beginning_is_not_known_is_one_line_at_its_average():
    """Nothing is drawn that the ledger's lines do not lead to."""
    held = with_bought(holding("0.02", "1.1"), Decimal("0.02"), Decimal("1.3"))
    made = account(holding=held, since=12)
    assert told_of(made, ROUND).costs == (
        Cost(first=12, end=None, average=float(held.average), is_open=True),
    )
    assert told_of(made, OTHER).costs == ()


def test_what_is_walked_over_is_in_the_order_of_its_ticks(floor):
    floor.buy("0.1")
    floor.tick(1.1)
    floor.bet()
    floor.tick(1.2)
    floor.sell(100)
    floor.tick(1.3)
    marks = told(floor)
    kinds = [mark.kind if hasattr(mark, "kind") else "bet" for mark in marks.walk()]
    assert kinds == [EntryKind.BUY, "bet", EntryKind.SELL]
    sale = marks.fills[-1]
    assert marks.find(entry_key(sale)) == sale
    assert marks.find(("entry", sale.number, sale.at + 1)) is None
    closed = closed_by(floor.account, sale)
    assert closed is not None
    assert entry_of(floor.account, closed) == sale
    assert closed_by(floor.account, marks.fills[0]) is None


def test_what_missing_ticks_hide_is_no_god_candle():
    series, finder = RoundSeries(ROUND), GodCandles()
    for tick, price in ((0, 1.0), (1, 1.1), (7, 20.0)):
        series.add(ticked(tick, price))
    assert finder.update(series) == ()
    series.add(ticked(8, 400.0))
    assert [god.tick for god in finder.update(series)] == [8]


@given(st.lists(st.sampled_from([0.5, 1.0, 1.05, 10.0, 12.0]), min_size=1, max_size=40), st.data())
def test_god_candles_are_the_same_however_the_ticks_came(factors, data):
    prices = np.cumprod(np.array(factors)).clip(1e-9, 1e12).tolist()
    series, finder = RoundSeries(ROUND), GodCandles()
    cut = data.draw(st.integers(0, len(prices)))
    for tick, price in enumerate(prices[:cut]):
        series.add(ticked(tick, price))
    finder.update(series)
    rest = range(cut, len(prices))
    block = event(
        TickBlock,
        round_id=ROUND,
        ticks=np.array(rest, np.int64),
        prices=np.array(prices[cut:]),
        ats=np.zeros(len(rest), np.int64),
    )
    series.extend(block)
    found = finder.update(series)
    wanted = [at for at in range(1, len(prices)) if prices[at] / prices[at - 1] >= 10]
    assert [god.tick for god in found] == wanted
    assert finder.update(series) is found
    assert finder.update(None) == ()
