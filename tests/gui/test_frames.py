"""Frames in the window: prices at once, words by turns, and what is urgent everywhere at once."""

from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.order_events import KillSwitched
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from tests.gui.desk import Bench, event, lively, ticked


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    made.connect()
    lively(made)
    made.frames = FrameClock(cost_ms=made.window.chart_desk.panes.paint_ms, parent=made.window)
    made.frames.prices.connect(made.window.show_prices)
    made.frames.frame.connect(made.window.show_rest)
    QApplication.processEvents()
    return made


def tell(bench, *events):
    bench.frames.collect(bench.engine.handle(events))


def newest(bench):
    return bench.engine.state.markets[PRACTICE].round


def next_tick(bench, price):
    known = newest(bench)
    return ticked(known.tick + 1, price, round_id=known.round_id)


def test_the_chart_has_a_price_at_once_and_the_words_follow(bench, qtbot):
    before = bench.window.strip.status.tick.text
    tell(bench, next_tick(bench, 1.5))
    assert bench.chart.plan.candles.close[-1] == 1.5
    assert bench.window.strip.status.tick.text == before
    qtbot.waitUntil(lambda: bench.window.strip.status.tick.text != before)
    assert bench.window.strip.status.price.text.startswith("1.5")


@pytest.mark.parametrize(
    ("told", "is_seen"),
    [
        (
            event(FeedChanged, stream=PRACTICE, link=Link.STALE),
            lambda window: window.strip.badge.badge.word == "STALE",
        ),
        (
            event(KillSwitched, on=True, by="hand", reason="enough"),
            lambda window: window.trade_desk.killed.isVisible(),
        ),
    ],
    ids=["link", "kill switch"],
)
def test_what_is_urgent_stands_in_words_as_soon_as_it_is_known(bench, told, is_seen):
    tell(bench, next_tick(bench, 1.5))
    tell(bench, next_tick(bench, 1.6))
    assert not is_seen(bench.window)
    tell(bench, told)
    assert is_seen(bench.window)
    assert bench.chart.plan.candles.close[-1] == 1.6


def test_all_charts_in_sight_count_and_those_behind_tabs_do_not(bench, qtbot, monkeypatch):
    desk, window = bench.window.chart_desk, bench.window
    window.actions_.actions["pane-add"].trigger()
    QApplication.processEvents()
    assert len(desk.panes.panes) == 2
    for pane, took in zip(desk.panes.panes, (2.0, 3.0), strict=True):
        monkeypatch.setattr(pane, "chart", SimpleNamespace(paint_ms=lambda took=took: took))
    assert desk.panes.paint_ms() == 5.0
    desk.panes.panes[1].hide()
    assert desk.panes.paint_ms() == 2.0
    monkeypatch.undo()
