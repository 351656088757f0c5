"""Several charts: one moment, one crosshair, each with its own source, honest about what it is."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from replayer_qt.core.commands import SeekTick
from replayer_qt.core.events import Link, PriceTicked
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui.arrangement import BEFORE, LIVE, REPLAY, Source
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.subject import Pointed
from replayer_qt.ui.panes.source_dialog import SourceDialog
from tests.gui.desk import REPLAY as RECORDING
from tests.gui.desk import ROUND, Bench, event, lively, moved_to, wave


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    QApplication.processEvents()
    return made


def panes(bench):
    return bench.window.chart_desk.panes


def add(bench, *sources: Source) -> None:
    for source in sources:
        bench.window.actions_.actions["pane-add"].trigger()
        panes(bench).panes[-1].chosen.emit(panes(bench).panes[-1], source)
    QApplication.processEvents()


def words(bench) -> list[str]:
    return [pane.badge.badge.word for pane in panes(bench).panes]


def test_four_charts_at_most_stand_in_a_grid_without_overlap(bench):
    bench.connect()
    lively(bench)
    for wanted in (2, 3, 4):
        bench.window.actions_.actions["pane-add"].trigger()
        QApplication.processEvents()
        shown = panes(bench).panes
        assert len(shown) == wanted
        rooms = [pane.geometry() for pane in shown]
        assert all(pane.isVisible() for pane in shown)
        assert not any(a.intersects(b) for a in rooms for b in rooms if a is not b)
    assert not bench.window.actions_.actions["pane-add"].isEnabled()
    panes(bench).add()
    assert len(panes(bench).panes) == 4


def test_each_pane_shows_its_own_stream_or_round_and_says_which(bench):
    bench.replay(wave(300))
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE), Source(REPLAY), Source(BEFORE))
    shown = panes(bench).panes
    assert [pane.chart.tick_count for pane in shown] == [150, 150, 149, 401]
    assert words(bench) == ["PRACTICE VENUE", "PRACTICE VENUE", "PAST", "PAST"]
    assert "Practice" in shown[1].title.whole
    assert "20261121-evening.jsonl" in shown[2].title.whole
    bench.window.show_frame(bench.engine.show(RECORDING))
    assert [pane.chart.tick_count for pane in shown] == [149, 150, 149, 401]
    assert words(bench) == ["PAST", "PRACTICE VENUE", "PAST", "PAST"]


def test_every_pane_moves_with_the_same_frame(bench):
    bench.replay(wave(300))
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    bench.window.show_frame(bench.engine.show(RECORDING))
    bench.feed([event(PriceTicked, 9_000, round_id=ROUND, tick=150, price=1.5)])
    assert panes(bench).panes[1].chart.tick_count == 151
    assert bench.chart.tick_count == 149


def test_a_source_that_is_not_there_shows_nothing_and_says_so(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(REPLAY), Source("", "practice/crash", "no such round"))
    assert words(bench)[1:] == ["NOTHING", "NOTHING"]
    assert [pane.chart.tick_count for pane in panes(bench).panes[1:]] == [0, 0]


def test_a_feed_that_is_not_live_is_not_called_live_in_its_pane(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    bench.connect(PRACTICE, Link.STALE)
    assert words(bench)[1] == "STALE"
    bench.connect(PRACTICE, Link.LIVE)
    assert words(bench)[1] == "PRACTICE VENUE"


def test_a_lost_connection_shows_in_the_pane_of_the_market(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    bench.disconnect()
    assert words(bench)[1] == "NOTHING"


def test_the_menu_offers_market_recording_and_earlier_rounds(bench):
    bench.replay(wave(300))
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    pane = panes(bench).panes[1]
    pane.menu.aboutToShow.emit()
    offered = [action.text() for action in pane.menu.actions()]
    assert offered[:4] == [
        "What the window shows", "The running market", "The open recording", "The round before",
    ]  # fmt: skip
    assert len(offered) == 16
    assert "peak" in offered[5]
    pane.menu.actions()[6].trigger()
    assert words(bench)[1] == "PAST"
    assert pane.chart.tick_count > 151


def test_what_a_pane_shows_is_chosen_by_keys_alone(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    bench.window.actions_.actions["pane-choose"].trigger()
    dialog = next(each for each in bench.window.findChildren(SourceDialog) if each.isVisible())
    assert dialog.list.currentItem().text() == "The running market"
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.list.currentItem().text() == "The round before"
    dialog.accept()
    assert words(bench)[1] == "PAST"


def test_an_earlier_round_is_pinned_while_the_market_goes_on(bench):
    bench.connect(PRACTICE)
    lively(bench)
    pinned = RoundId("20261121-5a3f09c542")
    add(bench, Source("", PRACTICE, pinned))
    ticks = panes(bench).panes[1].chart.tick_count
    bench.feed(moved_to(PRACTICE, wave(90), RoundId("20261121-next")))
    bench.feed(moved_to(PRACTICE, wave(70), RoundId("20261121-after")))
    assert panes(bench).panes[1].chart.tick_count == ticks > 0
    assert panes(bench).panes[1].chart.plan.series.round_id == pinned


def test_the_crosshair_is_shared_by_tick_and_goes_with_the_mouse(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(BEFORE))
    other = panes(bench).panes[1]
    other.chart.show_all()
    bench.chart.show_all()
    QTest.mouseMove(bench.chart.viewport(), QPoint(80, 60))
    QApplication.processEvents()
    tick = bench.chart._was_pointed.tick
    assert other.cross.tick_on(other.chart.plan) == tick
    assert panes(bench).main.cross.place is None
    panes(bench).bring_up()  # whoever points has the crosshair already
    assert panes(bench).main.cross.place is None
    with_cross = other.chart.grab().toImage()
    bench.chart.leaveEvent(QEvent(QEvent.Type.Leave))
    assert other.cross.place is None
    assert other.chart.grab().toImage() != with_cross


def test_the_crosshair_is_shared_by_time_where_that_is_wanted(bench):
    bench.replay(wave(300))
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(REPLAY))
    bench.window.actions_.actions["cross-by-time"].trigger()
    other = panes(bench).panes[1]
    panes(bench).panes[0].chart.pointed.emit(_at(tick=7, time=40 * 250_000_000))
    assert other.cross.tick_on(other.chart.plan) == 40
    panes(bench).panes[0].chart.pointed.emit(_at(tick=7, time=10**18))
    assert other.cross.tick_on(other.chart.plan) is None


def _at(tick: int, time: int):
    return Pointed(tick=tick, time=time, open=1.0, high=1.0, low=1.0, close=1.0)


def test_as_tabs_one_pane_is_in_sight_and_the_others_paint_nothing(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE), Source(BEFORE))
    bench.window.actions_.actions["pane-tabs"].trigger()
    QApplication.processEvents()
    shown = panes(bench).panes
    panes(bench).tabs.setCurrentIndex(1)
    QApplication.processEvents()
    assert [pane.isVisible() for pane in shown] == [False, True, False]
    before = [pane.chart.frames_painted for pane in shown]
    for tick in range(151, 156):
        bench.feed([event(PriceTicked, tick, round_id=ROUND, tick=tick, price=1.2)])
        QApplication.processEvents()
    after = [pane.chart.frames_painted for pane in shown]
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert after[2] == before[2]
    panes(bench).tabs.setCurrentIndex(0)
    QApplication.processEvents()
    assert bench.chart.tick_count == 155
    assert "PRACTICE" in panes(bench).tabs.tabText(0)


def test_keys_of_the_chart_work_on_the_pane_with_the_focus(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    one, other = (pane.chart for pane in panes(bench).panes)
    steps = one.plan.step, other.plan.step
    other.setFocus()
    bench.window.actions_.actions["zoom-in"].trigger()
    assert (one.plan.step, other.plan.step) == (steps[0], other.plan.step)
    assert other.plan.step > steps[1]
    bench.window.actions_.actions["line"].trigger()
    bench.window.actions_.actions["log"].trigger()
    assert one.plan.line is other.plan.line is True
    assert one.plan.scale.log is other.plan.scale.log is True


def test_a_double_click_seeks_in_the_pane_of_the_recording_only(bench):
    bench.connect(PRACTICE)
    lively(bench)
    bench.replay(wave(300))
    bench.window.show_frame(bench.engine.show(PRACTICE))
    add(bench, Source(REPLAY), Source(BEFORE))
    bench.asked.clear()
    for pane in panes(bench).panes[1:]:
        QTest.mouseDClick(pane.chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 50))
        QApplication.processEvents()
    assert all(isinstance(each, SeekTick) for each in bench.asked)
    assert len(bench.asked) <= 1


def test_a_pane_is_closed_by_its_button_and_the_others_stay(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE), Source(BEFORE))
    buttons = panes(bench).panes[1].findChildren(QToolButton)
    close = next(each for each in buttons if each.accessibleName() == "Close this chart")
    close.click()
    QApplication.processEvents()
    assert [pane.source.kind for pane in panes(bench).panes] == ["window", BEFORE]
    assert bench.window._look.arrangement.extra == (Source(BEFORE),)
    bench.window.actions_.actions["pane-close"].trigger()
    assert len(panes(bench).panes) == 1
    assert not panes(bench).main.head.isVisible()


def test_both_themes_reach_every_pane(bench):
    bench.connect(PRACTICE)
    lively(bench)
    add(bench, Source(LIVE))
    lights = []
    for name in ("theme-dark", "theme-light"):
        bench.window.actions_.actions[name].trigger()
        QApplication.processEvents()
        picture = panes(bench).panes[1].grab().toImage()
        lights.append(picture.pixelColor(5, picture.height() // 2).lightness())
    assert lights[0] < 60
    assert lights[1] > 200
