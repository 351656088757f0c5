import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.library.price_plot import PricePlot, outline, steps_between
from replayer_qt.ui.theme import DARK


def a_round(prices, rug_tick=None):
    count = len(prices)
    return RoundColumns(
        stream=StreamId("rugs/crash"),
        round_id=RoundId("r"),
        ticks=np.arange(count),
        prices=np.asarray(prices, dtype=float),
        ats=np.arange(count),
        counts=np.full(count, -1),
        rug_tick=rug_tick,
    )


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=3_000), st.integers(min_value=1, max_value=400)
)
def test_an_outline_keeps_both_extremes_and_never_goes_back(heights, columns):
    values = np.asarray(heights)
    shares, corners = outline(np.arange(len(values)), values, columns)
    assert len(shares) == len(corners)
    assert corners.min() == values.min()
    assert corners.max() == values.max()
    assert (np.diff(shares) >= 0).all()
    assert len(corners) <= max(4 * columns, 2 * columns)


@given(st.floats(1e-6, 1e6), st.floats(1.0, 1e4))
def test_a_grid_has_few_lines_and_all_of_them_inside(low, times):
    found = steps_between(low, low * times)
    assert len(found) <= 7
    assert all(low <= each <= low * times for each in found)


def test_the_rug_is_told_and_does_not_press_the_rest_flat(qtbot):
    plot = PricePlot()
    qtbot.addWidget(plot)
    plot.show_round(a_round([1.0, 1.2, 1.5, 0.01], rug_tick=3))
    assert plot.words() == "peak 1.5000x at tick 2, rug 0.0100x at tick 3"
    low, high = plot._bounds()
    assert (round(np.exp(low), 6), round(np.exp(high), 6)) == (1.0, 1.5)


def test_every_shape_of_round_is_drawn(qtbot):
    """S2-M3: one tick, only a rug, prices that are none: nothing raises, nothing is lost."""
    plot = PricePlot()
    qtbot.addWidget(plot)
    plot.resize(300, 120)
    for prices, rug in (
        ([1.0], None),
        ([0.02], 0),
        ([1.0, 1.0], None),
        ([1.0, float("nan"), 0.0, float("inf"), 2.0], None),
        (np.linspace(1, 9, 50_000), 49_999),
    ):
        plot.show_round(a_round(prices, rug))
        assert not plot.grab().isNull()
        assert "x at tick" in plot.words()
    plot.show_round(a_round([float("nan")]))
    assert plot.words() == "This round has no ticks."


def test_the_rug_is_drawn_in_its_colour(qtbot):
    plot = PricePlot()
    qtbot.addWidget(plot)
    plot.resize(300, 150)
    plot.show_round(a_round([*np.linspace(1, 3, 60), 0.01], rug_tick=60))
    picture = plot.grab().toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(300) for y in range(150)}
    assert DARK.up in seen
    red = QColor(DARK.rug)
    assert any(abs(QColor(each).red() - red.red()) < 60 and QColor(each).green() < 120
               for each in seen if QColor(each).red() > 180)  # fmt: skip
