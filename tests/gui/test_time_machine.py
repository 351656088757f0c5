"""Events, loop, bookmarks, the list and the past of the running market, by menu, key and mouse."""

import math

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemDelegate, QApplication, QDialog

from replayer_qt.core import commands as c
from replayer_qt.core.bookmarks import Bookmark, BookmarksChanged, DropBookmark, SetBookmark
from replayer_qt.core.landmarks import Landmark
from replayer_qt.core.replay_commands import SeekLandmark, Shuffle
from replayer_qt.core.replay_events import ReplayGrown, ReplayMoved, ReplayOpened
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui.chart.era_frame import Era, EraFrame, era_of
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.dialogs.bookmarks import BookmarksDialog
from replayer_qt.ui.dialogs.one_line import LineDialog
from replayer_qt.ui.panels.speed_slider import place_of
from replayer_qt.ui.plain import COVERED, KeptLine
from replayer_qt.ui.privacy import DOTS
from replayer_qt.ui.theme import DARK, LIGHT
from tests.gui.desk import REPLAY, ROUND, Bench, event, moved_to, wave
from tests.helpers.trading_frames import frame


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


def press(bench, name):
    """Choose an action in its menu."""
    action = bench.window.actions_.actions[name]
    assert action.isEnabled(), name
    action.trigger()
    QApplication.processEvents()


def a_dialog(bench, kind=QDialog):
    (found,) = (each for each in bench.window.findChildren(kind) if each.isVisible())
    return found


def kept(*bookmarks):
    return event(BookmarksChanged, bookmarks=tuple(bookmarks))


def running(bench, ticks=30):
    """Be connected, with a round that runs."""
    bench.connect(PRACTICE)
    bench.feed(moved_to(PRACTICE, wave(200))[: ticks + 1])


def looking_back(bench, behind=5, *, past_of=PRACTICE):
    """Look at the past of the running market."""
    running(bench)
    opened = event(
        ReplayOpened, stream=REPLAY, source="earlier", damage=(), rounds=(ROUND,), past_of=past_of
    )
    told = {"source": "earlier", "position": 20, "length": 25, "speed": 1.0, "achieved": 0.0}
    moved = event(ReplayMoved, stream=REPLAY, playing=False, behind=behind, **told)
    bench.feed([opened, *moved_to(REPLAY, wave(200))[:21], moved])
    bench.window.show_frame(bench.engine.show(REPLAY))
    bench.asked.clear()


# --- events


def test_kinds_of_events_are_chosen_in_the_menu_asked_for_and_kept(bench, qtbot):
    bench.replay()
    press(bench, "event-big-move")
    press(bench, "event-rug")
    press(bench, "next-event")
    asked = bench.asked[-1]
    assert isinstance(asked, SeekLandmark)
    assert Landmark.BIG_MOVE in asked.kinds
    assert Landmark.RUG not in asked.kinds
    again = Bench(store=bench.store)
    qtbot.addWidget(again.window)
    assert again.window._look.events == bench.window._look.events
    for kind in Landmark:
        if kind.value in bench.window._look.events.split():
            press(bench, f"event-{kind.value}")
    assert not bench.window.actions_.actions["next-event"].isEnabled()


def test_own_orders_and_bookmarks_go_along_with_the_wish(bench):
    bench.replay()
    bench.feed([kept(Bookmark(round_id=ROUND, tick=7))])
    state = bench.engine.state
    bench.window.show_frame(frame(state))
    press(bench, "previous-event")
    asked = bench.asked[-1]
    assert [(each.round_id, each.tick) for each in asked.bookmarks] == [(ROUND, 7)]
    assert asked.own == ()


# --- bookmarks


def test_a_tick_is_marked_with_a_note(bench):
    bench.replay(wave(120))
    press(bench, "bookmark")
    dialog = a_dialog(bench, LineDialog)
    dialog.line.setText("here  it turned")
    dialog.accept()
    (asked,) = bench.asked
    assert isinstance(asked, SetBookmark)
    marked = asked.bookmark
    assert (marked.round_id, marked.tick, marked.note) == (ROUND, 58, "here it turned")
    assert marked.stream == REPLAY


def test_bookmarks_are_listed_gone_to_renamed_and_deleted(bench):
    bench.replay(wave(120))
    here = Bookmark(round_id=ROUND, tick=7, note="one")
    file = Bookmark(round_id=RoundId("elsewhere"), tick=3, path="/a/b.jsonl")
    live = Bookmark(round_id=RoundId("lived"), tick=1, stream=RUGS)
    bench.feed([kept(here, file, live)])
    press(bench, "bookmarks")
    dialog = a_dialog(bench, BookmarksDialog)
    wanted = (
        (0, [c.Show(stream=REPLAY), c.SeekRound(round_id=ROUND, tick=7)]),
        (1, [c.OpenRound(paths=("/a/b.jsonl",), round_id=file.round_id, tick=3)]),
        (2, [c.GoTo(stream=RUGS, round_id=live.round_id, tick=1)]),
    )
    for row, commands in wanted:
        bench.asked.clear()
        dialog.table.selectRow(row)
        dialog.go.click()
        assert bench.asked == commands
    bench.asked.clear()
    notes = dialog.table.model()
    assert notes.setData(notes.index(1, 2), "two")
    dialog.table.selectRow(0)
    dialog.delete.click()
    assert [type(each) for each in bench.asked] == [SetBookmark, DropBookmark]
    assert bench.asked[0].bookmark.note == "two"
    assert bench.asked[1] == DropBookmark(round_id=ROUND, tick=7)
    bench.feed([kept(file)])
    assert notes.rowCount() == 1
    bench.feed([kept()])
    assert not dialog.go.isEnabled()
    dialog.close()


LONG = "n" * 200 + " paid 0.5 SOL " + "m" * 100


def a_marked_tick(bench, note):
    """Stand on a tick that is marked already."""
    bench.replay(wave(120))
    market = bench.engine.state.market()
    here = Bookmark(round_id=ROUND, tick=market.round.tick, note=note, stream=REPLAY)
    bench.feed([kept(here)])
    return here


def test_enter_on_a_tick_that_is_marked_keeps_its_whole_note(bench):
    here = a_marked_tick(bench, LONG)
    press(bench, "bookmark")
    a_dialog(bench, LineDialog).accept()
    assert bench.asked == [SetBookmark(bookmark=here)]


def test_a_note_that_tells_hidden_money_is_dots_and_stays_what_it_is(bench):
    """The cover never takes the place of what is kept."""
    here = a_marked_tick(bench, LONG)
    press(bench, "private")
    press(bench, "bookmark")
    dialog = a_dialog(bench, LineDialog)
    assert "0.5" not in dialog.line.displayText()
    QTest.keyClicks(dialog.line, "x")
    assert dialog.why.whole == COVERED
    dialog.accept()
    assert bench.asked == [SetBookmark(bookmark=here)]
    press(bench, "private")
    press(bench, "bookmark")
    dialog = a_dialog(bench, LineDialog)
    assert dialog.line.displayText() == LONG
    assert not dialog.line.isReadOnly()
    assert not dialog.why.whole
    dialog.close()


def test_an_open_list_of_bookmarks_hides_money_at_once_and_keeps_the_notes(bench):
    """A note that is covered can't be changed, and the list says why."""
    bench.feed([kept(Bookmark(round_id=ROUND, tick=3, note="paid 0.5 SOL"))])
    press(bench, "bookmarks")
    dialog = a_dialog(bench, BookmarksDialog)
    notes = dialog.table.model()
    cell = notes.index(0, 2)
    assert cell.data() == "paid 0.5 SOL"
    assert dialog.none.whole != COVERED
    dialog.table.edit(cell)
    (editor,) = dialog.table.viewport().findChildren(KeptLine)
    press(bench, "private")
    bench.feed([])
    assert cell.data() == f"paid {DOTS} SOL"
    assert "0.5" not in editor.displayText()
    assert dialog.none.whole == COVERED
    assert not notes.flags(cell) & Qt.ItemFlag.ItemIsEditable
    assert not notes.setData(cell, cell.data() + " more")
    dialog.table.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
    press(bench, "private")
    bench.feed([])
    assert cell.data() == "paid 0.5 SOL"
    assert dialog.none.whole != COVERED
    assert bench.asked == []
    assert notes.setData(cell, "paid 0.6 SOL")
    assert [each.bookmark.note for each in bench.asked] == ["paid 0.6 SOL"]
    dialog.close()


def test_one_bookmark_more_or_less_touches_one_row_of_many(bench):
    """A list of ten thousand is not built anew, and a person's row stays chosen."""
    many = tuple(Bookmark(round_id=ROUND, tick=2 * at, note="n") for at in range(10_000))
    bench.feed([kept(*many)])
    press(bench, "bookmarks")
    dialog = a_dialog(bench, BookmarksDialog)
    dialog.table.selectRow(9_000)
    rows, touched = dialog.table.model(), []
    rows.rowsInserted.connect(lambda _parent, first, last: touched.append((first, last)))
    rows.rowsRemoved.connect(lambda _parent, first, last: touched.append((-first, -last)))
    rows.dataChanged.connect(lambda first, last: touched.append((first.row(), last.row())))
    rows.modelReset.connect(lambda: touched.append("all"))
    added = Bookmark(round_id=ROUND, tick=9, note="new")
    bench.feed([kept(*many[:5], added, *many[5:])])
    bench.feed([kept(*many[:5], replace(added, note="other"), *many[5:])])
    assert rows.index(5, 2).data() == "other"
    bench.feed([kept(*many)])
    assert touched == [(5, 5), (5, 5), (-5, -5)]
    assert dialog.table.currentIndex().row() == 9_000
    assert rows.rowCount() == 10_000
    dialog.close()


def test_the_wish_to_step_carries_the_bookmarks_as_they_are(bench):
    """Ten thousand of them are not copied on the main thread."""
    bench.replay()
    bench.feed([kept(*(Bookmark(round_id=ROUND, tick=at) for at in range(50)))])
    press(bench, "previous-event")
    assert bench.asked[-1].bookmarks is bench.engine.state.bookmarks


def test_the_list_is_shuffled_by_a_number(bench):
    bench.replay()
    press(bench, "shuffle")
    dialog = a_dialog(bench, LineDialog)
    dialog.line.setText("seven")
    assert not dialog.ok.isEnabled()
    dialog.line.setText("7")
    dialog.accept()
    assert bench.asked == [Shuffle(seed=7)]


# --- the bar


def wheel(widget, notches):
    place = QPointF(widget.rect().center())
    turned = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, turned)


def test_the_bar_says_file_round_order_loop_and_the_speed_reached(bench):
    bench.replay(wave(120))
    bench.move(position=9, length=120, file_index=1, files=3, seed=7, loop_start=2, loop_end=40,
               playing=True, speed=10.0, achieved=9.8)  # fmt: skip
    bar = bench.window.transport
    wanted = "9 / 120 · round 1 / 3 · file 2 / 3 · shuffled by 7 · loop 2 to 40"
    assert bar.place.whole == wanted
    assert bar.reached.text() == "reached 9.8x"
    assert bar.slider.value() == place_of(10.0)
    bar.scrubber.grab()


def test_speeds_are_set_by_slider_and_wheel(bench):
    bench.replay()
    bar = bench.window.transport
    bar.slider.setValue(bar.slider.maximum())
    bar.slider.setValue(0)
    bench.move(speed=2.0)
    wheel(bar, 1)
    wheel(bar, -2)
    assert [each.speed for each in bench.asked] == [math.inf, 0.1, 5.0, 0.5]


def test_the_wheel_over_the_scrubber_steps(bench):
    bench.replay()
    scrubber = bench.window.transport.scrubber
    wheel(scrubber, 1)
    wheel(scrubber, -3)
    assert bench.asked == [c.Step(ticks=-1), c.Step(ticks=3)]


def test_a_round_that_grew_is_drawn_as_far_as_it_is_known(bench):
    bench.replay(wave(120))
    grown = event(
        ReplayGrown,
        stream=REPLAY,
        round_id=ROUND,
        ticks=np.arange(3),
        prices=np.array([1.0, 1.1, 1.2]),
    )
    bench.feed([grown])
    assert bench.window.transport.scrubber.shape is grown


# --- the past of the running market


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_Left, c.Step(ticks=-1)),
        (Qt.Key.Key_Home, c.SeekStart()),
        (Qt.Key.Key_P, c.SeekPeak()),
        (Qt.Key.Key_B, c.PreviousRound()),
        (Qt.Key.Key_Space, c.Pause()),
        (Qt.Key.Key_Right, None),
        (Qt.Key.Key_N, None),
    ],
)
def test_keys_lead_from_the_running_market_into_its_past_but_not_ahead(bench, key, command):
    running(bench)
    bench.window.chart_desk.take_focus()
    QTest.keyClick(bench.chart, key)
    assert bench.asked == ([] if command is None else [command])


def test_end_comes_back_to_live_and_in_a_recording_goes_to_the_end(bench):
    looking_back(bench)
    press(bench, "end")
    assert bench.asked == [c.Show(stream=PRACTICE)]
    bench.asked.clear()
    bench.disconnect()
    press(bench, "end")
    assert bench.asked == [c.SeekEnd()]


def test_live_and_past_are_told_by_word_shape_and_colour(bench):
    """N21: what is looked at can't be mistaken."""
    assert era_of(bench.engine.state) == Era()
    running(bench)
    assert era_of(bench.engine.state) == Era("LIVE")
    assert bench.window.strip.badge.badge.word == "PRACTICE VENUE"
    looking_back(bench, 5)
    assert era_of(bench.engine.state) == Era(
        "PAST · 5 ticks behind · End: back to live", is_past=True
    )
    strip = bench.window.strip
    assert (strip.badge.badge.word, strip.badge.badge.shape) == ("PAST", "triangle")
    assert strip.cells["replay"].word.text == "5 behind"
    looking_back(bench, 0)
    assert "at the newest tick" in era_of(bench.engine.state).word
    bench.disconnect()
    assert era_of(bench.engine.state) == Era("PAST · at the newest tick", is_past=True)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_frame_is_painted_in_its_own_colour_and_shape(qtbot, theme):
    chart = PriceChart()
    qtbot.addWidget(chart)
    chart.resize(640, 400)
    chart.show()
    framed = EraFrame()
    framed.set_theme(theme)
    pictures = []
    for era, colour in ((Era("LIVE"), theme.live), (Era("PAST", is_past=True), theme.past)):
        framed.era = era
        picture = QImage(640, 400, QImage.Format.Format_RGB32)
        picture.fill(QColor(theme.background))
        painter = QPainter(picture)
        framed.paint(painter, chart.plan)
        painter.end()
        assert picture.pixelColor(1, 1) == QColor(colour)
        edge = {picture.pixelColor(0, y).name() for y in range(20, 300)}
        assert (len(edge) > 1) is era.is_past  # the past's line is dashed
        pictures.append(picture)
    assert pictures[0] != pictures[1]
    framed.era = Era()
    painter = QPainter(pictures[0])
    before = pictures[0].copy()
    framed.paint(painter, chart.plan)
    painter.end()
    assert before == pictures[0]


def test_no_venue_means_no_frame_and_the_moves_are_off(bench):
    """N21: without a market there is no past to look at."""
    for name in ("step-back", "start", "previous-event", "play"):
        assert not bench.window.actions_.actions[name].isEnabled()
