"""Where marks are placed: in their columns, thinned the same wherever one looks."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QFont

from replayer_qt.core.candles import Candles, TicksPerCandle
from replayer_qt.core.events import PriceTicked, Side
from replayer_qt.core.series import RoundSeries
from replayer_qt.ui.chart.marks_placed import (
    NOWHERE,
    Shape,
    columns_of,
    own_of,
    place_own,
    place_trades,
)
from replayer_qt.ui.chart.marks_tape import RoundTrades
from replayer_qt.ui.chart.marks_told import God
from replayer_qt.ui.chart.palette import Palette
from replayer_qt.ui.chart.plan import Letters, Plan, Timeline
from replayer_qt.ui.chart.scale import PriceScale
from replayer_qt.ui.theme import DARK
from tests.helpers.make import ROUND, ticked
from tests.helpers.trading_frames import bought
from tests.unit.ui.chart.test_marks_tape import a_trade

pytestmark = pytest.mark.usefixtures("qapp")


def a_plan(ticks, *, span=5, step=10, per=1, origin=0):
    series = RoundSeries(ROUND)
    for tick in ticks:
        series.add(tick if isinstance(tick, PriceTicked) else ticked(tick, 1.5))
    candles = Candles(series, by=TicksPerCandle(span))
    candles.update()
    letters = Letters(QFont(), 1.0)
    count = len(candles)
    return Plan(
        room=letters.room(800, 500, 1.0), letters=letters, palette=Palette(DARK), candles=candles,
        generation=0, identity=1, count=count, timeline=Timeline(by_time=False, span=span),
        step=step, per=per, origin=origin, last=(count - 1) // per, series=series,
        scale=PriceScale(0.5, 2.5),
    )  # fmt: skip


def trades_of(*told):
    known = RoundTrades()
    for number, (tick, price, amount, side) in enumerate(told):
        known.add(a_trade(number, tick=tick, price=price, amount=Decimal(str(amount)), side=side))
    return known


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=40, unique=True),
    st.lists(st.integers(0, 400), min_size=1, max_size=20),
    st.sampled_from([(1, 10, 1), (5, 10, 1), (5, 1, 4), (20, 3, 2)]),
)
@settings(deadline=None)
def test_a_mark_stands_in_the_column_of_its_tick_or_where_that_will_be(known, asked, widths):
    span, step, per = widths
    plan = a_plan(sorted(known), span=span, step=step, per=per, origin=37)
    columns = columns_of(plan, np.array(asked))
    assert [plan.left_of(int(column)) + step // 2 for column in columns] == [
        plan.middle_of(tick) for tick in asked
    ]


def test_fills_of_one_spot_are_one_mark_that_counts_them_and_none_is_lost():
    plan = a_plan(range(100))
    fills = [bought(20, number=2), bought(21, number=3), bought(60, number=4)]
    placed = place_own(plan, own_of(fills, [God(tick=20, factor=10.0, price=2.4)]))
    assert placed.crowds.tolist() == [2, 1, 1] or placed.crowds.tolist() == [1, 2, 1]
    groups = [placed.group(at) for at in range(len(placed.xs))]
    assert sorted(item for group in groups for item in group) == [0, 1, 2, 3]
    assert placed.place(0) == placed.place(1)
    assert placed.shapes[placed.place(3)] == Shape.GOD
    assert (np.diff(placed.xs) >= 0).all()


def test_nothing_is_placed_where_there_is_nothing():
    assert place_own(a_plan([]), own_of([bought(1)], [])) is NOWHERE
    assert place_own(a_plan([1]), own_of([], [])) is NOWHERE
    assert place_trades(a_plan([1]), None, 0.0) is NOWHERE
    assert place_trades(a_plan([1]), trades_of((1, 1.5, 0.05, Side.BUY)), 0.1) is NOWHERE
    assert NOWHERE.nearest(a_plan([1]), 5, 5, np.zeros(len(Shape)), 9) is None


def test_of_trades_that_crowd_the_largest_stays_and_counts_the_others():
    plan = a_plan(range(50))
    told = [(10, 1.5, amount, Side.BUY) for amount in (0.2, 3.0, 0.4)]
    placed = place_trades(plan, trades_of(*told, (10, 1.5, 0.3, Side.SELL)), 0.0)
    assert placed.items.tolist() == [3, 1] or placed.items.tolist() == [1, 3]
    assert sorted(placed.crowds.tolist()) == [1, 3]
    at = placed.place(1)
    assert placed.group(at)[-1] == 1
    assert set(placed.group(at)) == {0, 1, 2}
    assert placed.shapes[at] == Shape.TRADE_UP


def test_a_column_shows_its_largest_few_trades():
    plan = a_plan(range(50))
    told = [(10, 0.6 + number / 10, number + 1, Side.BUY) for number in range(16)]
    placed = place_trades(plan, trades_of(*told), 0.0)
    assert sorted(placed.items.tolist()) == [12, 13, 14, 15]


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_what_is_shown_does_not_depend_on_where_one_looks(data):
    numbers = st.tuples(
        st.integers(0, 120), st.floats(0.6, 2.4), st.floats(0.01, 9), st.sampled_from(list(Side))
    )
    told = data.draw(st.lists(numbers, min_size=1, max_size=60))
    known = trades_of(*told)
    here = place_trades(a_plan(range(121), step=3), known, 0.05)
    there = place_trades(a_plan(range(121), step=3, origin=-211), known, 0.05)
    assert here.items.tolist() == there.items.tolist()
    assert here.xs.tolist() == there.xs.tolist()
    assert (np.diff(here.xs) >= 0).all()
    assert all(known.amounts[item] >= 0.05 for item in here.items)


def test_the_nearest_mark_is_found_within_reach_only():
    plan = a_plan(range(100))
    placed = place_own(plan, own_of([bought(20), bought(60, number=3)], []))
    drop = np.zeros(len(Shape))
    x, y = plan.middle_of(60), plan.row_of(1.1)
    assert placed.nearest(plan, x + 3, y - 2, drop, 8) == 1
    assert placed.nearest(plan, x + 12, y, drop, 8) is None
    moved = SimpleNamespace(origin=30, room=plan.room)
    assert placed.nearest(moved, x - 30, y, drop, 8) == 1
    assert placed.seen(moved, 0) == slice(1, 2) or placed.seen(moved, 0) == slice(0, 2)
