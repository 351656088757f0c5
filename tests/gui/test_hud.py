"""The corner of the chart that says how the program itself does."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.events import PriceTicked
from replayer_qt.core.program_events import Recording
from replayer_qt.core.units import NANOS_PER_SECOND, PRACTICE
from replayer_qt.runtime.heartbeat import Heartbeat
from replayer_qt.ui.chart.hud import Doing, lines
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from tests.gui.desk import ROUND, Bench, event, lively, measured


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


def told(bench):
    return dict(line.split("  ", 1) for line in bench.window.chart_desk.hud.lines)


def test_it_is_off_until_its_key_and_off_again_after_it(bench):
    bench.connect()
    lively(bench)
    hud = bench.window.chart_desk.hud
    assert not hud.is_on
    assert hud.lines == ()
    without = bench.chart.grab().toImage()
    bench.chart.setFocus()
    QTest.keyClick(bench.chart, Qt.Key.Key_H)
    assert hud.is_on
    assert bench.window.actions_.actions["hud"].isChecked()
    assert bench.chart.grab().toImage() != without
    QTest.keyClick(bench.chart, Qt.Key.Key_H)
    assert hud.lines == ()
    assert bench.chart.grab().toImage() == without


def test_every_number_comes_from_the_part_that_measures_it(bench):
    hud = bench.window.chart_desk.hud
    hud.watch(gap_ms=lambda: 12.3, left_out=lambda: (4, 567))
    bench.connect(PRACTICE)
    lively(bench)
    bench.window.actions_.actions["hud"].trigger()
    bench.feed([measured(stream=PRACTICE, latency_ns=250_000)])
    bench.record(Recording.ON, lag_ms=87.0)
    heard = bench.clock.monotonic() - NANOS_PER_SECOND
    tick = event(PriceTicked, heard, stream=PRACTICE, round_id=ROUND, tick=160, price=1.5)
    bench.feed([tick])
    hud._measure()
    shown = told(bench)
    assert shown.pop("frame").endswith(" ms")
    assert shown == {
        "gap": "12.3 ms",
        "feed": "1.0 s",
        "decode": "250 µs",
        "dropped": "4",
        "merged": "567",
        "recorder": "87.0 ms",
    }


def test_what_is_not_known_is_not_invented(bench):
    bench.window.actions_.actions["hud"].trigger()
    shown = told(bench)
    del shown["frame"]
    assert set(shown.values()) == {"—"}
    assert all(line.endswith("—") for line in lines(Doing()))


def test_the_same_numbers_paint_nothing_again(bench):
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["hud"].trigger()
    hud, plan = bench.window.chart_desk.hud, bench.chart.plan
    assert hud.look(plan) is hud.look(plan)


def test_it_stays_within_the_plot(bench):
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["hud"].trigger()
    without = bench.chart.grab(bench.chart.rect()).toImage()
    bench.window.actions_.actions["hud"].trigger()
    other = bench.chart.grab(bench.chart.rect()).toImage()
    room = bench.chart.plan.room
    axis = QPoint(room.plot_width + 5, room.plot_height // 2)
    assert without.pixelColor(axis) == other.pixelColor(axis)
    assert without != other


def test_the_latest_beat_is_told_once(qtbot):
    now = [0]
    heartbeat = Heartbeat(monotonic_ns=lambda: now[0])
    heartbeat._beat()
    now[0] += 80_000_000
    heartbeat._beat()
    assert heartbeat.take_gap_ms() == pytest.approx(30.0)
    assert heartbeat.take_gap_ms() == 0.0
    assert heartbeat.worst_gap_ms == pytest.approx(30.0)


def test_advances_that_share_a_frame_are_counted(bench):
    frames = FrameClock(max_fps=1)
    for _ in range(5):
        frames.collect(bench.engine.handle([]))
    assert frames.frames == 1
    assert frames.merged == 3
    frames._price_timer.stop()
    frames._frame_timer.stop()
