"""The chart without a mouse: from point to point by keys, in words."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.price_chart import PriceChart
from tests.gui.desk import Bench, lively, moved_to, wave

ALT = Qt.KeyboardModifier.AltModifier
TEXT = QAccessible.Text.Description


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    made.chart.setFocus()
    QApplication.processEvents()
    return made


def spoken(bench):
    """What a screen reader is told of the chart."""
    return QAccessible.queryAccessibleInterface(bench.chart).text(TEXT)


def press(bench, key):
    QTest.keyClick(bench.chart, key, ALT)
    QApplication.processEvents()
    return spoken(bench)


def test_each_key_says_the_point_it_goes_to(bench):
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["candle-1"].trigger()
    prices = wave(200, 5)[:150]
    newest = press(bench, Qt.Key.Key_Right)
    assert newest.startswith(f"{prices[-1]:.4f}x at tick 149, ")
    assert newest.endswith("150 of 150.")
    assert press(bench, Qt.Key.Key_Left).startswith(f"{prices[-2]:.4f}x at tick 148, ")
    assert press(bench, Qt.Key.Key_Home).startswith("1.0000x at tick 0, unchanged")
    assert press(bench, Qt.Key.Key_Left).startswith("1.0000x at tick 0, ")
    assert press(bench, Qt.Key.Key_Right).startswith(f"{prices[1]:.4f}x at tick 1, ")
    assert press(bench, Qt.Key.Key_End) == newest


def test_what_rose_and_what_fell_is_said_and_not_only_coloured(bench):
    """N20: direction is told by a word."""
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["candle-5"].trigger()
    press(bench, Qt.Key.Key_Home)
    said = {press(bench, Qt.Key.Key_Right).split(", ")[1].split()[0] for _ in range(12)}
    assert {"up", "down"} <= said
    assert "high " in spoken(bench)
    assert "low " in spoken(bench)


def test_the_crosshair_goes_along_and_comes_into_sight(bench):
    bench.replay(wave(4_000))
    bench.window.actions_.actions["candle-1"].trigger()
    QApplication.processEvents()
    seen = []
    bench.chart.pointed.connect(seen.append)
    press(bench, Qt.Key.Key_Home)
    assert seen[-1].tick == 0
    x, y = bench.chart._planner.pointer
    room = bench.chart.plan.room
    assert 0 <= x < room.plot_width
    assert 0 <= y < room.plot_height
    assert not bench.chart.following
    press(bench, Qt.Key.Key_Right)
    assert seen[-1].tick == bench.chart.plan.per


def test_the_whole_chart_is_said_in_a_few_words(bench):
    bench.connect()
    lively(bench)
    said = press(bench, Qt.Key.Key_Up)
    prices = wave(200, 5)[:150]
    assert said.startswith("150 ticks, ")
    assert f"highest {max(prices):.4f}x" in said
    assert f"lowest {min(prices):.4f}x" in said
    assert len(said) < 200


def test_a_rug_is_said_where_it_was(bench):
    bench.connect()
    bench.feed(moved_to(PRACTICE, wave(60)))
    assert "the round was rugged here" in press(bench, Qt.Key.Key_End)
    assert "rugged" not in press(bench, Qt.Key.Key_Left)
    assert "rugged near tick " in press(bench, Qt.Key.Key_Up)


def test_without_prices_it_says_so(bench):
    assert press(bench, Qt.Key.Key_Left) == "There is no price to walk over yet."
    assert press(bench, Qt.Key.Key_Up) == "There is no price to walk over yet."


def test_another_series_is_walked_from_its_newest_point(bench):
    bench.connect()
    lively(bench)
    press(bench, Qt.Key.Key_Home)
    bench.replay(wave(60))
    assert " 1 of " not in press(bench, Qt.Key.Key_Right)
    last = bench.chart.plan.last + 1
    assert spoken(bench).endswith(f"{last} of {last}.")
