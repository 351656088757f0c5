"""The window around the real chart."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.commands import OpenRecordings, Play, Step
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.price_chart import PriceChart
from tests.gui.desk import REPLAY, Bench, event, lively, moved_to, wave


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    QApplication.processEvents()
    return made


def test_the_chart_has_exactly_the_ticks_of_what_is_looked_at(bench):
    """N16: after another recording, another stream, or a seek, no tick of the one before stays."""
    bench.replay(wave(300))
    assert bench.chart.tick_count == 149
    bench.connect(PRACTICE)
    lively(bench)
    assert bench.chart.tick_count == 150
    bench.window.show_frame(bench.engine.show(REPLAY))
    assert bench.chart.tick_count == 149
    history = tuple(moved_to(REPLAY, wave(300))[:41])
    bench.feed([event(Rewound, stream=REPLAY, history=history)])
    assert bench.chart.tick_count == 40
    bench.window.show_frame(bench.engine.drop(REPLAY))
    bench.replay(wave(60))
    assert bench.chart.tick_count == 29


def test_actions_reach_the_chart_and_its_word_comes_back(bench):
    bench.connect()
    lively(bench)
    actions = bench.window.actions_.actions
    for name in ("line", "log", "candle-20", "zoom-in", "zoom-out", "show-all", "theme-light"):
        actions[name].trigger()
        bench.chart.grab()
    bench.chart.pan(-30)
    assert not actions["follow"].isChecked()
    actions["follow"].trigger()
    assert actions["follow"].isChecked()


def test_the_chart_keeps_the_keys_of_the_replay_alive(bench):
    bench.replay()
    bench.chart.setFocus()
    QTest.keyClick(bench.chart, Qt.Key.Key_Left)
    QTest.keyClick(bench.chart, Qt.Key.Key_Space)
    assert bench.asked == [Step(ticks=-1), Play()]


def test_files_dropped_on_the_chart_are_opened(bench):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/rec/a.jsonl")])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    target = bench.chart.viewport()
    while not target.acceptDrops() and target is not bench.window:
        target = target.parentWidget()
    QApplication.sendEvent(target, QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    QApplication.sendEvent(target, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert bench.asked == [OpenRecordings(paths=("/rec/a.jsonl",))]
