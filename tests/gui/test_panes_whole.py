"""Every pane is a whole chart: indicators, marks, drawings, frame, walk, figures, strip, export."""

import gc
import weakref

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from replayer_qt.adapters.drawing_store import DrawingFiles
from replayer_qt.core.commands import GoTo
from replayer_qt.core.drawings import Reach, Shape
from replayer_qt.core.events import PhaseChanged, PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui import fmt
from replayer_qt.ui.arrangement import (
    BEFORE,
    LIVE,
    REPLAY,
    Arrangement,
    Source,
    read,
    written,
)
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.track_styles import all_shown
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.panes.turns import TOGETHER_MS
from replayer_qt.ui.theme import DARK
from tests.gui.desk import ROUND, Bench, event, lively, moved_to, wave

LEFT = Qt.MouseButton.LeftButton
PINNED = RoundId("20261121-5a3f09c542")


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 900)
    made.window.show()
    made.window.activateWindow()
    made.connect(PRACTICE)
    lively(made)
    settled()
    return made


def settled():
    for _ in range(3):
        QApplication.processEvents()


def desk(bench):
    return bench.window.chart_desk


def panes(bench):
    return desk(bench).panes.panes


def do(bench, name):
    bench.window.actions_.actions[name].trigger()
    settled()


def press(bench, key):
    combination = QKeySequence(key)[0]
    target = QApplication.focusWidget() or bench.window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
    settled()


def arrange(bench, *sources, **others):
    desk(bench).arrange(Arrangement(extra=sources, **others))
    settled()
    return panes(bench)


def tick_on(bench, first, count=1):
    for tick in range(first, first + count):
        bench.feed([event(PriceTicked, tick, round_id=ROUND, tick=tick, price=1.2 + tick / 500)])
        settled()


def drag(pane, begin, end):
    view = pane.chart.viewport()
    QTest.mousePress(view, LEFT, pos=QPoint(*begin))
    QTest.mouseMove(view, QPoint((begin[0] + end[0]) // 2, end[1]))
    QTest.mouseMove(view, QPoint(*end))
    settled()
    QTest.mouseRelease(view, LEFT, pos=QPoint(*end))
    settled()


def shown_by(bench, pane):
    return desk(bench).drawing._hands[pane.chart].tool.book.drawings


# --- indicators


def test_indicators_are_chosen_once_and_computed_of_each_pane_s_own_prices(bench):
    main, live, before = arrange(bench, Source(LIVE), Source(BEFORE))
    bench.window.actions_.actions["indicators"].trigger()
    dialog = next(each for each in bench.window.findChildren(IndicatorsDialog) if each.isVisible())
    QTest.mouseClick(dialog.add, LEFT)
    dialog.close()
    settled()
    of = desk(bench).indicators.of
    assert [one.text() for one in of(before.chart).shown] == ["sma:20@blue"]
    assert of(live.chart).legend.words() == of(main.chart).legend.words()
    assert of(before.chart).legend.words() != of(main.chart).legend.words()
    assert all(of(pane.chart).legend.isVisible() for pane in (main, live, before))
    assert len(before.chart.extras.tracks) == len(main.chart.extras.tracks)


def test_a_pane_that_comes_later_has_the_same_indicators(bench):
    desk(bench).indicators._take(all_shown("sma:5@blue;rsi:3@pink"))
    _, later = arrange(bench, Source(LIVE))
    studies = desk(bench).indicators.of(later.chart)
    assert [one.text() for one in studies.shown] == ["sma:5@blue", "rsi:3@pink"]
    assert studies.legend.words()[0].startswith("SMA 5 ")


def test_strips_give_way_in_a_low_pane_and_are_told_of_in_words(bench):
    desk(bench).indicators._take(all_shown("rsi:3@blue;atr:2,3@pink"))
    main, other = arrange(bench, Source(LIVE))
    studies = desk(bench).indicators.of(other.chart)
    assert len(studies.pane.strips) == 2
    studies.fit(40)
    settled()
    assert [strip.study.kind.name for strip in studies.pane.strips] == ["rsi"]
    assert studies.legend.words()[0].startswith("ATR ")
    studies.fit(0)
    settled()
    assert not studies.pane.isVisible()
    assert [words.split()[0] for words in studies.legend.words()] == ["RSI", "ATR"]
    studies.fit(400)
    settled()
    assert (len(studies.pane.strips), studies.legend.words()) == (2, ())
    assert len(desk(bench).indicators.of(main.chart).pane.strips) == 2


def test_a_chart_keeps_its_room_however_many_strips_there_are(bench):
    desk(bench).indicators._take(
        all_shown("rsi:3@blue;atr:2,3@pink;drawdown@amber;volatility:4@pink;tick-rate:2@sky")
    )
    for pane in arrange(bench, Source(LIVE), Source(BEFORE), Source(LIVE)):
        assert pane.chart.height() >= 60
        assert pane.chart.height() >= desk(bench).indicators.of(pane.chart).pane.height() * 0.5


def test_a_narrow_low_pane_leaves_the_room_to_its_chart_and_its_title(bench):
    desk(bench).indicators._take(all_shown("sma:5@blue"))
    _, other = arrange(bench, Source(LIVE))
    legend = desk(bench).indicators.of(other.chart).legend
    assert legend.isVisible()
    assert other.button.text() == "Choose…"
    other.resize(300, 100)
    assert not legend.isVisible()
    assert (other.button.text(), other.close_button.text()) == ("…", "\N{MULTIPLICATION SIGN}")
    assert other.button.accessibleName() == "Choose what this chart shows"
    other.resize(500, 300)
    assert legend.isVisible()


def test_words_and_strips_of_a_pane_go_by_the_crosshair_of_another(bench):
    desk(bench).indicators._take(all_shown("sma:5@blue;rsi:3@pink"))
    main, other = arrange(bench, Source("", PRACTICE, PINNED))
    studies = desk(bench).indicators.of(other.chart)
    newest = studies.legend.words(), studies.pane.words()
    main.chart.point_at(main.chart.plan.middle_of(120), 40)
    settled()
    tick = main.chart.pointed_at.tick
    assert other.cross.tick_on(other.chart.plan) == tick
    candle = other.chart._subject.candle_of(tick)
    assert studies.legend.words()[0] == f"SMA 5 {studies.studies[0].words(candle)}"
    assert studies.legend.words() != newest[0]
    main.chart.point_away()
    settled()
    assert (studies.legend.words(), studies.pane.words()) == newest


# --- drawings


def test_what_is_drawn_in_one_pane_is_in_every_pane_of_the_same_round_and_in_no_other(bench):
    main, same, before = arrange(bench, Source(LIVE), Source(BEFORE))
    do(bench, "draw-trend")
    drag(same, (40, 30), (120, 60))
    (drawing,) = shown_by(bench, same)
    assert shown_by(bench, main) == (drawing,)
    assert shown_by(bench, before) == ()
    assert bench.window._look.tool == ""
    main.widget.setFocus()
    press(bench, "Ctrl+Z")
    assert shown_by(bench, same) == shown_by(bench, main) == ()
    same.widget.setFocus()
    press(bench, "Ctrl+Shift+Z")
    assert shown_by(bench, main) == (drawing,)


def test_a_drawing_of_the_venue_is_on_all_its_rounds_at_once(bench):
    main, before = arrange(bench, Source(BEFORE))
    do(bench, "draw-venue-wide")
    do(bench, "draw-level")
    drag(before, (60, 40), (60, 40))
    (drawing,) = shown_by(bench, before)
    assert (drawing.shape, drawing.reach) == (Shape.LEVEL, Reach.VENUE)
    assert shown_by(bench, main) == (drawing,)


def test_a_tool_is_laid_down_everywhere_once_it_was_used(bench):
    main, other = arrange(bench, Source(BEFORE))
    do(bench, "draw-box")
    assert main.widget.cursor().shape() is other.widget.cursor().shape()
    assert other.widget.cursor().shape() is Qt.CursorShape.CrossCursor
    drag(other, (30, 30), (90, 60))
    assert main.widget.cursor().shape() is Qt.CursorShape.ArrowCursor
    drag(main, (60, 60), (160, 60))
    assert shown_by(bench, main) == ()


def test_two_panes_never_write_an_old_copy_over_each_other_s_drawings(qtbot, tmp_path):
    files = DrawingFiles(tmp_path / "drawings")
    made = Bench(chart=PriceChart(), drawings=files)
    qtbot.addWidget(made.window)
    made.window.resize(1280, 900)
    made.window.show()
    made.connect(PRACTICE)
    lively(made)
    main, before = arrange(made, Source(BEFORE))
    books = [desk(made).drawing._hands[pane.chart].tool.book for pane in (main, before)]
    qtbot.waitUntil(lambda: all(book.has(sheet) for book in books for sheet in book.sheets))
    do(made, "draw-venue-wide")
    for pane in (main, before, main):
        do(made, "draw-level")
        drag(pane, (60, 40), (60, 40))
    told = []
    venue = books[0].sheets[1]
    files.load(venue, lambda sheet, drawings, why: told.append((drawings, why)))
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(shown_by(made, main), "")]
    assert len(told[0][0]) == 3
    made.window.close()
    files.close()


def test_a_pane_that_moves_on_to_the_next_round_leaves_its_drawings_there(bench):
    main, same = arrange(bench, Source(LIVE))
    do(bench, "draw-level")
    drag(same, (60, 40), (60, 40))
    assert len(shown_by(bench, main)) == 1
    desk(bench).arrange(Arrangement(extra=(Source("", PRACTICE, PINNED),)))
    settled()
    assert len(shown_by(bench, main)) == 1
    assert shown_by(bench, same) == ()


def test_all_panes_of_the_market_move_on_to_the_next_round_s_drawings_together(bench, qtbot):
    shown = arrange(bench, Source(LIVE), Source(LIVE), Source(BEFORE))
    do(bench, "draw-level")
    drag(shown[1], (60, 40), (60, 40))
    bench.feed(moved_to(PRACTICE, wave(90), RoundId("20261121-next"))[:-1])
    qtbot.waitUntil(lambda: not desk(bench).panes._turns.held)
    books = [desk(bench).drawing._hands[pane.chart].tool.book for pane in shown]
    assert books[0] is books[1] is books[2] is not books[3]
    assert [book.place[1] for book in books[2:]] == ["20261121-next", ROUND]


# --- what it is


def test_each_pane_says_by_word_shape_and_colour_whether_it_is_live_replayed_or_gone_by(bench):
    bench.replay(wave(300))
    bench.window.show_frame(bench.engine.show(PRACTICE))
    main, replay, before = arrange(bench, Source(REPLAY), Source(BEFORE))
    eras = [pane.era.era for pane in (main, replay, before)]
    assert [era.word for era in eras] == ["LIVE", "PAST · REPLAY", "PAST · ROUND OVER"]
    assert [(era.is_past, era.is_over) for era in eras] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
    shapes = [pane.badge.badge.shape for pane in (main, replay, before)]
    assert shapes == ["hexagon", "triangle", "square"]
    colours = [pane.chart.grab().toImage().pixelColor(1, 60).name() for pane in panes(bench)]
    assert colours[0] == DARK.live
    edges = [
        [pane.chart.grab().toImage().pixelColor(1, y).name() for y in range(40, 90)]
        for pane in panes(bench)
    ]
    assert [len(set(edge)) > 1 for edge in edges] == [False, True, True]
    assert edges[1] != edges[2]
    assert DARK.past in edges[1]
    assert DARK.past in edges[2]


def test_the_frame_s_words_give_way_in_a_narrow_pane(bench):
    _, before = arrange(bench, Source(BEFORE))
    wide = before.chart.grab().toImage()
    before.chart.resize(150, 120)
    narrow = before.chart.grab().toImage()
    assert narrow.width() < wide.width()
    assert narrow.pixelColor(4, 8).name() != DARK.past


def test_the_clock_of_the_window_stands_on_the_chart_of_an_earlier_round(bench):
    _, pinned = arrange(bench, Source("", PRACTICE, PINNED))
    pinned.chart.show_all()
    assert pinned.cross.clock == 149
    without = pinned.chart.grab().toImage()
    tick_on(bench, 150, 9)
    assert pinned.cross.clock == 158
    assert pinned.chart.grab().toImage() != without
    pinned.chart.point_at(50, 50)
    pinned.point((20, 0), by_time=False)
    assert pinned.cross._shown(pinned.chart.plan) == 20
    pinned.point(None, by_time=False)
    assert pinned.cross._shown(pinned.chart.plan) == 158
    pinned.cross.clock = 100_000
    assert pinned.cross._shown(pinned.chart.plan) is None


# --- the active pane


def test_the_active_pane_has_a_frame_which_goes_with_the_keys_and_the_mouse(bench):
    assert panes(bench)[0].grab().toImage().pixelColor(0, 0).name() != DARK.accent
    main, other, third = arrange(bench, Source(LIVE), Source(BEFORE))

    def framed():
        return [pane.grab().toImage().pixelColor(0, 40).name() == DARK.accent for pane in
                (main, other, third)]  # fmt: skip

    main.widget.setFocus()
    assert framed() == [True, False, False]
    press(bench, "F6")
    assert framed() == [False, True, False]
    QTest.mouseClick(third.head, LEFT, pos=QPoint(4, 4))
    settled()
    assert framed() == [False, False, True]
    assert third.widget.hasFocus()
    bench.window.panels["trades"].setFocus()
    settled()
    assert framed() == [False, False, True]
    do(bench, "pane-tabs")
    assert framed() == [False, False, False]


def test_keys_walk_over_the_points_of_the_active_pane(bench):
    main, other = arrange(bench, Source(BEFORE))
    other.widget.setFocus()
    press(bench, "Alt+End")
    assert other.walk.said == other.widget.accessibleDescription() != ""
    assert "0.0123x" in other.walk.said
    assert main.walk.said == ""
    press(bench, "F6")
    press(bench, "Alt+Home")
    assert "at tick 0" in main.walk.said
    assert desk(bench).walk is main.walk


def test_the_active_pane_is_what_is_exported_and_copied(bench, tmp_path, qtbot):
    _, other = arrange(bench, Source("", PRACTICE, PINNED))
    other.widget.setFocus()
    do(bench, "copy-picture")
    assert QApplication.clipboard().image().width() == other.chart.plan.room.width
    other.chart.point_at(*_middle(other.chart.plan, 20))
    do(bench, "copy-values")
    assert QApplication.clipboard().text().splitlines()[1].startswith("20\t")
    bench.window.actions_.actions["export-chart"].trigger()
    dialog = next(each for each in bench.window.findChildren(QFileDialog) if each.isVisible())
    dialog.selectNameFilter("Table of the ticks in sight (*.csv)")
    assert "5a3f09c542" in dialog.selectedFiles()[0]
    dialog.selectFile(str(tmp_path / "a.csv"))
    dialog.accept()
    qtbot.waitUntil((tmp_path / "a.csv").exists)
    do(bench, "pane-next")
    do(bench, "copy-values")
    assert QApplication.clipboard().text().splitlines()[1].startswith("145\t")


def _middle(plan, tick):
    return plan.middle_of(tick), 40


def test_following_is_that_of_the_active_pane(bench):
    main, other = arrange(bench, Source(BEFORE))
    other.widget.setFocus()
    drag(other, (60, 40), (140, 40))
    assert not other.following
    assert not bench.window._look.following
    main.widget.setFocus()
    settled()
    assert bench.window._look.following
    press(bench, "F6")
    assert not bench.window._look.following
    press(bench, "F")
    assert bench.window._look.following
    assert other.following


def test_the_figures_of_the_program_are_on_the_active_pane_alone(bench):
    main, other = arrange(bench, Source(BEFORE))
    main.widget.setFocus()
    corner = [pane.chart.grab().toImage() for pane in (main, other)]
    press(bench, "H")
    assert main.chart.grab().toImage() != corner[0]
    assert other.chart.grab().toImage() == corner[1]
    press(bench, "F6")
    assert main.chart.grab().toImage() == corner[0]
    assert other.chart.grab().toImage() != corner[1]


# --- the strip under a pane


def test_a_high_pane_has_a_strip_of_its_own_that_moves_its_chart(bench):
    bench.window.resize(1280, 1400)
    do(bench, "layout-watch")
    main, other = arrange(bench, Source("", PRACTICE, PINNED))
    assert other.overview.isVisible()
    assert main.overview is None
    other.chart.show_span(10, 30)
    settled()
    origin = main.chart.plan.origin
    middle = other.overview.height() - 8
    QTest.mouseClick(other.overview, LEFT, pos=QPoint(other.overview.width() - 20, middle))
    settled()
    assert other.chart.plan.tick_at(0) > 30
    assert main.chart.plan.origin == origin
    bench.window.resize(1280, 700)
    settled()
    assert not other.overview.isVisible()
    bench.window.resize(1280, 1400)
    settled()
    do(bench, "overview")
    assert not other.overview.isVisible()


def test_the_strip_of_a_pane_asks_for_what_the_window_s_own_asks_for(bench):
    bench.window.resize(1280, 1400)
    do(bench, "layout-watch")
    _, other = arrange(bench, Source(LIVE))
    other.overview.set_by_session(on=True)
    other.take_rest(bench.window._advance)
    bench.asked.clear()
    middle = other.overview.height() - 8
    QTest.mouseDClick(other.overview, LEFT, pos=QPoint(20, middle))
    assert [type(each) for each in bench.asked] == [GoTo]


# --- what it costs


def test_a_pane_out_of_sight_computes_nothing_the_window_s_own_among_them(bench):
    desk(bench).indicators._take(all_shown("sma:5@blue;rsi:3@pink"))
    main, other, third = arrange(bench, Source(LIVE), Source(LIVE), tabs=True)
    desk(bench).panes.tabs.setCurrentIndex(1)
    settled()
    plans = [[], [], []]
    for pane, seen in zip((main, other, third), plans, strict=True):
        pane.chart.planned.connect(seen.append)
    tick_on(bench, 150, 5)
    assert [len(seen) > 0 for seen in plans] == [False, True, False]
    assert not desk(bench).overview.isVisible()
    desk(bench).panes.tabs.setCurrentIndex(0)
    settled()
    assert main.chart.tick_count == 155
    assert desk(bench).overview.isVisible()


def test_an_earlier_round_that_nothing_moves_is_not_looked_at_again(bench):
    bench.disconnect()
    bench.replay(wave(300))
    _, pinned = arrange(bench, Source("", PRACTICE, PINNED))
    bench.move(position=149)
    plans = []
    pinned.chart.planned.connect(plans.append)
    for _ in range(5):
        bench.move(position=149)
    assert plans == []


def test_where_charts_are_slow_they_take_turns_and_the_active_one_has_every_frame(
    bench, qtbot, monkeypatch
):
    main, one, two, three = arrange(bench, Source(LIVE), Source(LIVE), Source(LIVE))
    main.widget.setFocus()
    settled()
    for pane in (main, one, two, three):
        monkeypatch.setattr(pane.chart, "paint_ms", lambda: TOGETHER_MS)
    desk(bench).panes._turns.quiet_ms = 10**6
    plans = {pane: [] for pane in (main, one, two, three)}
    for pane, seen in plans.items():
        pane.chart.planned.connect(seen.append)
    for tick in range(150, 156):
        bench.feed([event(PriceTicked, tick, round_id=ROUND, tick=tick, price=1.5)])
    assert [len(plans[pane]) for pane in (one, two, three)] == [2, 2, 2]
    assert len(plans[main]) == 6
    assert {pane.chart.tick_count for pane in plans} == {156}
    assert len(desk(bench).panes._turns.held) == 2
    qtbot.waitUntil(lambda: not desk(bench).panes._turns.held)
    assert {pane.chart.plan.count for pane in plans} == {main.chart.plan.count}
    desk(bench).panes._turns.quiet_ms = 0
    before = [len(seen) for seen in plans.values()]
    bench.feed([event(PriceTicked, 156, round_id=ROUND, tick=156, price=1.5)])
    assert [len(seen) for seen in plans.values()] == [count + 1 for count in before]


@pytest.mark.parametrize("ticks", [1, 2, 3])
def test_a_chart_that_waits_when_the_round_changes_shows_the_one_its_title_names(
    bench, qtbot, monkeypatch, ticks
):
    """The round before stands still from then on, and has no turn any more."""
    main, one, two, three = slow_panes(bench, monkeypatch, Source(LIVE), Source(LIVE))
    tick_at_once(bench, 150, ticks)
    following = RoundId("20261121-ffff")
    bench.feed([event(RoundRugged, 159, round_id=ROUND, tick=159, price=0.02)])
    bench.feed([event(RoundOpened, 160, round_id=following)])
    for at in range(161, 164):
        bench.feed([event(PhaseChanged, at, round_id=following, phase=Phase.PRESALE)])
    qtbot.waitUntil(lambda: not desk(bench).panes._turns.held)
    assert three.title.whole.endswith(fmt.round_name(ROUND))
    assert three.chart.plan.series.round_id == ROUND
    assert not waiting(main, one, two, three)


@pytest.mark.parametrize("ticks", [1, 2, 3])
def test_a_chart_that_waits_shows_the_round_that_is_chosen_by_its_menu(
    bench, qtbot, monkeypatch, ticks
):
    """What is chosen stands still, and has no turn any more."""
    shown = slow_panes(bench, monkeypatch, Source(LIVE), Source(LIVE))
    tick_at_once(bench, 150, ticks)
    shown[3]._choose(Source("", PRACTICE, ROUND))
    settled()
    tick_at_once(bench, 160, 3)
    qtbot.waitUntil(lambda: not desk(bench).panes._turns.held)
    assert shown[3].chart.plan.series.round_id == ROUND
    assert not waiting(*shown)


def slow_panes(bench, monkeypatch, *sources):
    shown = arrange(bench, *sources, Source(BEFORE))
    shown[0].widget.setFocus()
    settled()
    for pane in shown:
        monkeypatch.setattr(pane.chart, "paint_ms", lambda: TOGETHER_MS)
    desk(bench).panes._turns.quiet_ms = 10**6
    return shown


def tick_at_once(bench, first, count):
    for tick in range(first, first + count):
        bench.feed([event(PriceTicked, tick, round_id=ROUND, tick=tick, price=1.5)])


def waiting(*shown):
    return [pane for pane in shown if pane.chart._held or pane.chart._waits]


def test_a_closed_pane_leaves_nothing_behind(bench):
    desk(bench).indicators._take(all_shown("sma:5@blue;rsi:3@pink"))
    _, other = arrange(bench, Source(LIVE))
    gone = [weakref.ref(other.chart), weakref.ref(desk(bench).indicators.of(other.chart))]
    other.widget.setFocus()
    press(bench, "Shift+F6")
    del other
    for _ in range(3):
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        settled()
        gc.collect()
    assert [each() for each in gone] == [None, None]
    assert list(desk(bench).drawing._hands) == [bench.chart]
    assert len(desk(bench).drawing._shelf._books) <= 2
    assert desk(bench).panes.active.main


# --- layouts


def test_a_person_parts_chart_and_strips_for_all_panes_and_it_is_kept_and_reset(bench):
    bench.window.resize(1280, 1400)
    desk(bench).indicators._take(all_shown("rsi:3@blue;atr:2,3@pink;drawdown@amber"))
    main, other = arrange(bench, Source(LIVE))
    bodies = [pane.body.sizes() for pane in (main, other)]
    whole = sum(bodies[0])
    assert bodies[0][1] == pytest.approx(min(0.4 * whole, 255), abs=6)
    handle = main.body.handle(1)
    at = handle.rect().center()
    QTest.mousePress(handle, LEFT, pos=at)
    QTest.mouseMove(handle, at + QPoint(0, 60))
    QTest.mouseRelease(handle, LEFT, pos=at + QPoint(0, 60))
    settled()
    share = bench.window._look.arrangement.strips
    assert 0 < share < 100 * bodies[0][1] / whole
    assert main.body.sizes()[1] < bodies[0][1]
    assert other.body.sizes()[1] == pytest.approx(main.body.sizes()[1], abs=40)
    assert read(written(bench.window._look.arrangement)).strips == share
    do(bench, "reset-layout")
    assert bench.window._look.arrangement.strips == 0
    sizes = main.body.sizes()
    assert 100 * sizes[1] / sum(sizes) > share


def test_resetting_the_layout_leaves_one_chart_with_its_strip(bench):
    arrange(bench, Source(LIVE), Source(BEFORE), tabs=True, by_time=True, overview=False, strips=9)
    do(bench, "reset-layout")
    assert bench.window._look.arrangement == Arrangement()
    assert len(panes(bench)) == 1
    assert desk(bench).overview.isVisible()
    assert not desk(bench).panes.tabs.isVisible()


def test_a_source_that_is_gone_is_named_in_its_pane_with_what_to_do(bench):
    named = Source("", PRACTICE, "20261120-deadbeef01")
    _, lost, recording = arrange(bench, named, Source(REPLAY))
    assert lost.title.whole.endswith("round adbeef01")
    assert lost.badge.badge.word == recording.badge.badge.word == "NOTHING"
    assert "no longer in memory" in lost.chart.notes.headline
    assert "library" in lost.chart.notes.detail
    assert recording.chart.notes.headline == "No recording is open"
    assert QColor(DARK.background).isValid()
