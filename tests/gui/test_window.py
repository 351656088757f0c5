"""The window as a whole: frames in, wishes out, nothing clipped, nothing left behind."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMimeData,
    QObject,
    QPoint,
    QSettings,
    Qt,
    QUrl,
)
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QToolBar, QToolButton, QWidget

from replayer_qt.core.commands import OpenRecordings, SeekTick
from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, RoundOpened, TimerTicked
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import ProblemRaised, Recording
from replayer_qt.core.settings import ChartSettings, Settings, WindowSettings
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui.dialogs.about import AboutDialog, parts
from replayer_qt.ui.dialogs.jump import JumpDialog
from replayer_qt.ui.dialogs.shortcuts import ShortcutSheet
from replayer_qt.ui.dock_table import DOCKS
from replayer_qt.ui.theme import THEMES
from tests.gui.desk import (
    REPLAY,
    Bench,
    PaperChart,
    Store,
    event,
    lively,
    measured,
    ticked,
    wave,
)

ROOT = Path(__file__).parents[2]
EVERY_DOCK = {row.name for row in DOCKS}


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    return made


def settle():
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


# --- frames in, wishes out


def test_nothing_is_asked_for_before_a_person_asks(qtbot):
    """N21: starting the window, and every frame, asks for nothing."""
    for venue in ("none", "rugs"):
        bench = Bench(Settings(window=WindowSettings(connect_at_start=venue)))
        qtbot.addWidget(bench.window)
        bench.window.show()
        settle()
        lively(bench)
        bench.replay()
        settle()
        assert bench.asked == []


def test_a_live_market_does_not_push_a_replay_away(bench):
    """N21: the window goes on showing the recording while a feed connects."""
    bench.replay()
    bench.feed([event(FeedChanged, stream=RUGS, link=Link.LIVE)])
    bench.window.show_frame(bench.engine.attach(RUGS))
    assert bench.window.strip.badge.badge.word == "PAST"
    assert bench.window.transport.isVisible()
    assert bench.window.actions_.actions["show-live"].isEnabled()


def test_the_chart_gets_every_frame_and_shows_the_stream_looked_at(bench):
    """N16: after another recording is opened, the chart has that one's ticks and no others."""
    bench.replay(wave(300))
    assert len(bench.chart.prices) == 149
    bench.window.show_frame(bench.engine.drop(REPLAY))
    assert len(bench.chart.prices) == 0
    bench.replay(wave(60))
    assert len(bench.chart.prices) == 29


def test_the_strip_is_in_sight_in_every_state(bench):
    """N19: the indicators stand on the window itself and can't be closed."""
    for prepare in (bench.connect, bench.replay, bench.disconnect, bench.record):
        prepare()
        settle()
        assert bench.window.strip.isVisible()
        assert all(bench.window.strip.cells[name].isVisible() for name in ("feed", "recording"))
    bar = bench.window.findChild(QToolBar, "bar-status")
    assert not bar.isMovable()
    assert bar.contextMenuPolicy() is Qt.ContextMenuPolicy.PreventContextMenu


def test_ages_are_told_only_while_something_is_received(bench):
    """S3-P3: no timer runs in a window that is connected to nothing."""
    assert not bench.window.strip._ageing.isActive()
    bench.connect()
    assert bench.window.strip._ageing.isActive()
    lively(bench)
    heard = bench.window.strip._heard
    bench.clock.mono = heard + 4_000_000_000
    bench.window.strip._say()
    assert bench.window.strip.cells["feed"].word.text == "live, 4.0 s ago"
    bench.disconnect()
    assert not bench.window.strip._ageing.isActive()


def test_a_feed_and_a_recorder_at_fault_are_told_over_the_chart(bench):
    """S0-M4, S2-H3: faults are notices and stand in the strip."""
    bench.connect()
    bench.feed([event(FeedChanged, link=Link.WAITING, reason="reset")])
    bench.record(Recording.FAULTED, reason="No space left on device.")
    bench.feed([event(ProblemRaised, code="x", what="A thing broke.", remedy="Mend it.")] * 3)
    assert [toast.notice.count for toast in bench.window.notice_bar.toasts] == [1, 1, 3]
    assert "No space left" in bench.window.strip.cells["recording"].word.text
    bench.window.notices.clear()
    assert bench.window.notice_bar.toasts == []
    assert bench.window.notices.rows.rowCount() == 0


def test_notices_never_lie_over_the_chart(bench):
    """N19: five errors leave last price and axes in sight; the chart gets its room back."""
    bench.connect()
    lively(bench)
    settle()
    before = bench.window.chart_widget.height()
    told = [event(ProblemRaised, code=f"{n}", what="It broke.", remedy="Do.") for n in range(5)]
    bench.feed(told)
    settle()
    bar, chart = bench.window.notice_bar, bench.window.chart_widget
    assert bar.isVisible()
    assert chart.geometry().bottom() < bar.geometry().top()
    assert bar.geometry().bottom() <= bench.window._ground.rect().bottom()
    assert chart.height() >= 200
    for toast in tuple(bar.toasts):
        toast._dismiss()
    settle()
    assert chart.height() == before
    assert bench.window.notices.rows.rowCount() == 5


def test_two_windows_in_one_process_share_nothing(qtbot):
    """S2-M5: each window has its own state, layout, notices and wishes."""
    one, other = Bench(), Bench()
    for each in (one, other):
        qtbot.addWidget(each.window)
        each.window.show()
    one.connect(RUGS)
    one.feed([event(ProblemRaised, code="x", what="A thing broke.", remedy="Mend it.")])
    one.window.actions_.actions["disconnect"].trigger()
    assert other.window.strip.badge.badge.word == "OFFLINE"
    assert other.window.notices.rows.rowCount() == 0
    assert (len(one.asked), len(other.asked)) == (1, 0)


# --- files


def test_dropped_files_and_folders_are_opened(bench, tmp_path):
    paths = [tmp_path / "a.jsonl", tmp_path / "folder"]
    data = QMimeData()
    data.setUrls([*(QUrl.fromLocalFile(str(path)) for path in paths), QUrl("https://x.invalid/")])
    where, copy = QPoint(100, 100), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(where, copy, data, left, none)
    bench.window.dragEnterEvent(entering)
    assert entering.isAccepted()
    bench.window.dropEvent(QDropEvent(where, copy, data, left, none))
    assert bench.asked == [OpenRecordings(paths=tuple(map(str, paths)))]


def test_what_is_no_file_is_not_taken(bench):
    data = QMimeData()
    data.setText("hello")
    where, left = QPoint(1, 1), Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(where, Qt.DropAction.CopyAction, data, left, none)
    entering.ignore()
    bench.window.dragEnterEvent(entering)
    assert not entering.isAccepted()


def test_recent_files_are_listed_and_open_again(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    for number in range(20):
        first.window.open_paths([f"/rec/{number} & co.jsonl"])
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    listed = [each for each in again.window.recent.menu.actions() if each.data() is not None]
    assert len(listed) == 12
    assert listed[0].text() == "19 && co.jsonl"
    listed[1].trigger()
    assert again.asked == [OpenRecordings(paths=("/rec/18 & co.jsonl",))]
    assert again.window.recent.menu.actions()[0].data() == "/rec/18 & co.jsonl"
    again.window.recent.menu.actions()[-1].trigger()
    assert not again.window.recent.menu.isEnabled()
    assert Bench(store=store).window._memory.recent() == ()


def test_files_from_the_command_line_are_recent_files(tmp_path):
    """The program itself, with a file that isn't there: asked for is asked for."""
    command = [sys.executable, "app.py", "gone.jsonl", "--data-dir", str(tmp_path)]
    command += ["--exit-after", "0.5"]
    surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(  # noqa: S603  # our own interpreter
        command, cwd=ROOT, env=surroundings, timeout=60, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    recent = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    assert json.loads(recent.value("recent/files")) == [str(ROOT / "gone.jsonl")]


def test_the_name_of_a_recording_gets_the_room_that_is_left(bench):
    bench.replay()
    settle()
    file = bench.window.strip.cells["venue"]
    assert file.caption == "file"
    assert file.shown_text() == "20261121-evening.jsonl"
    bench.connect(RUGS)
    settle()
    assert file.width() < bench.window.strip.cells["recording"].width()


def test_the_file_dialog_gives_what_was_chosen(bench):
    bench.window.open_files()
    dialog = bench.window.findChild(QDialog)
    dialog.filesSelected.emit(["/rec/a.jsonl", "/rec/b.jsonl"])
    dialog.close()
    assert bench.asked == [OpenRecordings(paths=("/rec/a.jsonl", "/rec/b.jsonl"))]


# --- layout


def test_the_layout_comes_back_at_the_next_start(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    first.window.show()
    first.window.resize(780, 720)
    first.window.toggle_dock("feed")
    settle()
    first.window.close()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    again.window.show()
    assert again.window.docking.open_names() == EVERY_DOCK - {"feed"}
    assert (again.window.width(), again.window.height()) == (780, 720)
    assert not again.window.actions_.actions["dock-feed"].isChecked()
    again.window.reset_layout()
    assert again.window.docking.open_names() == EVERY_DOCK
    fresh = Bench(Settings(window=WindowSettings(restore_layout=False)), store=store)
    qtbot.addWidget(fresh.window)
    assert fresh.window.docking.open_names() == EVERY_DOCK


def test_a_narrow_window_has_its_docks_below_the_chart_and_gives_them_back(bench):
    """N19: 730 pixels are the chart's; at 1280 the docks stand where they stood, as wide."""
    window = bench.window
    docks = window.docking.docks
    settle()
    window.resizeDocks([docks["ticket"]], [430], Qt.Orientation.Horizontal)
    settle()
    wide = docks["ticket"].width()
    window.resize(730, 900)
    settle()
    assert window.chart_widget.width() >= 700
    assert window.chart_desk.ground.height() >= 400  # the overview's strip is part of it
    below = Qt.DockWidgetArea.BottomDockWidgetArea
    assert {window.dockWidgetArea(dock) for dock in docks.values()} == {below}
    window.toggle_dock("feed")
    window.resize(1280, 800)
    settle()
    assert docks["ticket"].width() == wide
    assert docks["feed"].isHidden()
    assert docks["trades"].isVisible()


def test_docks_left_below_in_a_narrow_window_go_back_at_the_next_start_too(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    first.window.show()
    first.window.resize(730, 900)
    settle()
    first.window.close()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    again.window.show()
    settle()
    assert again.window.chart_widget.width() >= 700
    again.window.resize(1280, 800)
    settle()
    assert again.window.docking.docks["ticket"].x() > again.window.chart_widget.width()
    assert again.window.docking.docks["ticket"].width() >= 300


def test_a_narrow_window_looks_the_same_at_every_start(qtbot):
    """N19: one pile of tabs below the chart, as wide as the window, with what was open."""
    store = Store()
    for start in range(3):
        window = Bench(store=store).window
        qtbot.addWidget(window)
        if start == 0:
            window.toggle_dock("feed")
        window.show()
        if start == 0:
            window.resize(730, 900)
        settle()
        docking = window.docking
        ticket = docking.docks["ticket"]
        pile = {each.objectName() for each in window.tabifiedDockWidgets(ticket)}
        assert pile == {f"dock-{name}" for name in EVERY_DOCK - {"ticket", "feed"}}
        assert docking.open_names() == EVERY_DOCK - {"feed"}
        assert ticket.isVisible()
        assert ticket.width() >= window.width() - 10
        window.close()


def test_a_damaged_layout_is_the_built_in_one(qtbot):
    store = Store()
    for key in ("geometry", "docks"):
        store.setValue(f"layout/2/{key}", b"\x00garbage")
    bench = Bench(store=store)
    qtbot.addWidget(bench.window)
    assert bench.window.docking.open_names() == EVERY_DOCK


def test_closing_tells_once_and_keeps_the_layout(bench):
    closed = []
    bench.window.closed.connect(lambda: closed.append(1))
    bench.window.close()
    assert closed == [1]
    assert bench.store.kept["layout/2/geometry"] is not None


STATES = {
    "offline": lambda bench: None,
    "live": lambda bench: (
        bench.connect(RUGS),
        lively(bench, stream=RUGS),
        bench.feed([measured(stream=RUGS, rejected={"bad json": 1_234})]),
        bench.record(file="/rec/20261121-0123456789abcdef-a-very-long-name.jsonl", rounds=123),
    ),
    "waiting": lambda bench: (
        bench.connect(PRACTICE, Link.WAITING),
        bench.record(Recording.FAULTED, reason="No space left on device, free some.", lost=99),
    ),
    "replay": lambda bench: (lively(bench), bench.replay(playing=True, speed=1000.0)),
    "everything": lambda bench: (
        bench.connect(RUGS),
        lively(bench, stream=RUGS),
        bench.feed([measured(stream=RUGS, rejected={"bad json": 1_234})]),
        bench.record(file="/rec/20261121.jsonl", rounds=123),
        bench.replay(playing=True, speed=1000.0, achieved=998.0),
    ),
}


@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_clipped(qtbot, size, state):
    """N19: at 730 x 900 and 1280 x 800 every part lies inside the window and inside its parent."""
    bench = Bench()
    qtbot.addWidget(bench.window)
    window = bench.window
    window.resize(*size)
    window.docking.put_back()
    window.show()
    STATES[state](bench)
    settle()
    assert (window.width(), window.height()) == size
    strip = window.strip
    for cell in strip.cells.values():
        if cell.isVisible():
            assert cell.width() >= cell.minimumSizeHint().width(), cell.accessibleName()
            assert strip.rect().contains(cell.geometry()), cell.accessibleName()
    price = strip.cells["price"]
    assert price.shown_text() == price.word.text
    for name in ("tick", "quality", "replay", "phase"):
        assert strip.cells[name].shown_text() == strip.cells[name].word.text, name
    if window.transport.isVisible():
        bench.move(position=1_064, length=1_065, round_index=122, rounds=345, speed=1000.0)
        assert window.transport.place.text() == window.transport.place.whole
    for part in (window.chart_widget, window.transport, strip, *window.docking.docks.values()):
        if part.isVisible() and not part.visibleRegion().isEmpty():
            corner = part.mapTo(window, QPoint(0, 0))
            assert window.rect().contains(corner)
            assert corner.x() + part.width() <= window.width() + 1
    for child in window.transport.findChildren(QWidget):
        if child.isVisible():
            corner = child.mapTo(window.transport, QPoint(0, 0))
            assert corner.x() + child.width() <= window.transport.width()
    assert window.chart_widget.width() >= 300
    bar = window.findChild(QToolBar, "bar-actions")
    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert not more.isVisible()


# --- dialogs


def dialogs(bench):
    return {
        "about": bench.window.show_about,
        "shortcuts": bench.window.show_shortcuts,
        "jump": bench.window.ask_tick,
        "files": bench.window.open_files,
        "folder": bench.window.open_folder,
    }


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ["about", "shortcuts", "jump", "files", "folder"])
def test_a_dialog_leaves_nothing_behind(bench, name):
    """S1-11: opened and closed 200 times, windows and objects are as many as before."""
    bench.replay()
    show = dialogs(bench)[name]
    times = 200

    def once(way):
        show()
        dialog = next(each for each in bench.window.findChildren(QDialog))
        assert dialog.isVisible()
        (dialog.accept, dialog.reject, dialog.close)[way]() if name == "jump" else dialog.close()
        del dialog
        settle()

    def count():
        gc.collect()
        return len(bench.window.findChildren(QObject)), len(QApplication.topLevelWidgets())

    for way in range(3):
        once(way)
    before = count()
    for number in range(times):
        once(number % 3)
    assert count() == before


def test_jumping_asks_for_the_tick(bench):
    bench.replay(wave(120))
    bench.window.ask_tick()
    dialog = bench.window.findChild(JumpDialog)
    assert dialog.tick.maximum() == 119
    dialog.tick.setValue(77)
    dialog.accept()
    assert bench.asked == [SeekTick(tick=77)]
    settle()


def test_about_tells_versions_and_licences(bench):
    told = {part.name: part for part in parts()}
    assert {"PySide6-Essentials", "numpy", "msgspec", "Qt", "DejaVu fonts"} <= set(told)
    assert all(part.version and part.licence for part in told.values())
    bench.window.show_about()
    dialog = bench.window.findChild(AboutDialog)
    words = " ".join(label.accessibleName() for label in dialog.findChildren(QWidget))
    assert "Replayer 1.2.3" in words
    dialog.close()
    settle()


def test_the_sheet_lists_every_action_and_can_be_searched(bench):
    bench.window.show_shortcuts()
    sheet = bench.window.findChild(ShortcutSheet)
    assert sheet.model.rowCount() == len(bench.window.actions_.actions)
    sheet._search("logarithmic")
    assert sheet._table.model().rowCount() == 1
    sheet.close()
    settle()


# --- theme and access


def test_both_themes_reach_every_part(bench):
    lively(bench)
    bench.connect()
    bench.replay()
    seen = {}
    for name in THEMES:
        bench.window.appearance.set_theme(name)
        settle()
        picture = bench.window.grab().toImage()
        seen[name] = picture.pixelColor(150, 300).lightness()
        surface = THEMES[name].surface
        assert picture.pixelColor(2, 2).name() == surface
        assert bench.window.actions_.actions[f"theme-{name}"].isChecked()
    assert seen["dark"] < 60
    assert seen["light"] > 200


def test_the_chosen_theme_comes_back_until_the_setting_changes(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    first.window.appearance.toggle_theme()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    assert again.window._look.theme == "light"
    store.setValue("theme", "dark>purple")
    odd = Bench(store=store)
    qtbot.addWidget(odd.window)
    assert odd.window._look.theme == "dark"
    store.setValue("theme", "dark>light")
    changed = Bench(Settings(window=WindowSettings(theme="light")), store=store)
    qtbot.addWidget(changed.window)
    changed.window.appearance.toggle_theme()
    assert store.kept["theme"] == "light>dark"


def test_the_charts_look_comes_back_until_the_setting_changes(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    for name in ("line", "log", "candle-10"):
        first.window.actions_.actions[name].trigger()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    look = again.window._look
    assert (look.style, look.log_scale, look.ticks_per_candle) == ("line", True, 10)
    assert {("style", "line"), ("log", True), ("ticks", 10)} <= set(again.chart.told)
    changed = Bench(Settings(chart=ChartSettings(ticks_per_candle=2)), store=store)
    qtbot.addWidget(changed.window)
    assert changed.window._look.ticks_per_candle == 2
    assert changed.window._look.style == "line"


@pytest.mark.parametrize("damage", ["candles>pie", "5>-3", "5>1e9", "no>maybe", ">", 7, None, b"x"])
def test_a_damaged_look_is_the_one_that_is_set(qtbot, damage):
    store = Store()
    for key in ("style", "log-scale", "ticks-per-candle"):
        store.setValue(f"chart/{key}", damage)
    bench = Bench(store=store)
    qtbot.addWidget(bench.window)
    look = bench.window._look
    assert (look.style, look.log_scale, look.ticks_per_candle) == ("candles", False, 5)


@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
def test_the_countdown_is_never_elided(qtbot, size):
    """N19: the longest countdown has its room, with everything else that the strip can say."""
    bench = Bench()
    qtbot.addWidget(bench.window)
    bench.window.resize(*size)
    bench.window.docking.put_back()
    bench.window.show()
    bench.connect(RUGS)
    lively(bench, stream=RUGS)
    bench.record(file="/r/20261121-012345-rugs.jsonl", rounds=12)
    bench.feed([measured(rejected={"not JSON": 12}, stream=RUGS)])
    following = RoundId("20261121-ffff")
    bench.feed([event(RoundOpened, stream=RUGS, round_id=following)])
    for timer in (15_000, 14_900, 8_800):
        cooling = event(PhaseChanged, stream=RUGS, round_id=following, phase=Phase.COOLDOWN)
        told = event(TimerTicked, stream=RUGS, round_id=following, remaining_ms=timer)
        bench.feed([cooling, told])
        settle()
        cell = bench.window.strip.cells["phase"]
        assert cell.word.text.startswith("cooldown ")
        assert cell.shown_text() == cell.word.text
        assert bench.window.width() == size[0]


def test_files_that_could_not_be_read_leave_the_welcome(bench):
    bench.window.show_frame(bench.engine.show(REPLAY))
    bench.feed(
        [event(ProblemRaised, stream=REPLAY, code="odd", what="No recording.", remedy="Try one.")]
    )
    assert bench.window.welcome.isVisible()
    assert bench.window.windowTitle() == "Replayer"
    assert bench.window.strip.status.venue.text == "no venue"
    bench.replay()
    assert not bench.window.welcome.isVisible()
    assert bench.window.windowTitle() == "PAST 20261121-evening.jsonl - Replayer"


def test_a_venue_that_is_being_connected_to_is_no_welcome(bench):
    bench.engine.attach(PRACTICE)
    bench.window.show_frame(bench.engine.show(PRACTICE))
    assert not bench.window.welcome.isVisible()
    assert bench.window.windowTitle().startswith("CONNECTING")


def test_the_title_says_what_the_badge_says(bench):
    bench.connect(RUGS)
    assert bench.window.windowTitle() == "LIVE rugs.fun - Replayer"
    bench.feed([ticked(1, stream=RUGS)])
    bench.disconnect()
    assert bench.window.windowTitle().startswith("OFFLINE")


def test_badges_are_distinct_in_the_picture(bench):
    """N20: the pixels of LIVE, PRACTICE, PAST and OFFLINE differ pairwise in every theme."""
    for name in THEMES:
        bench.window.appearance.set_theme(name)
        seen = set()
        for prepare in (
            lambda: bench.connect(RUGS),
            lambda: bench.connect(PRACTICE),
            bench.replay,
            lambda: bench.window.show_frame(bench.engine.drop(REPLAY)),
        ):
            prepare()
            picture = bench.window.strip.badge.grab().toImage()
            seen.add(picture.pixelColor(5, 20).name())  # the frame of the pill
        assert len(seen) == 4
        bench.disconnect()


NAMED = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.SpinBox,
    QAccessible.Role.Slider,
    QAccessible.Role.Table,
    QAccessible.Role.MenuItem,
    QAccessible.Role.PageTab,
    QAccessible.Role.ButtonMenu,
}


def walk(interface, path=""):
    if interface is None or not interface.isValid():
        return
    here = f"{path}/{interface.role().name}"
    yield interface, here
    if interface.role() is QAccessible.Role.Table:
        return  # cells name themselves
    for number in range(interface.childCount()):
        yield from walk(interface.child(number), here)


def test_every_control_has_a_name_for_those_who_cannot_see_it(bench):
    lively(bench)
    bench.connect()
    bench.replay()
    settle()
    found, nameless = 0, []
    for interface, path in walk(QAccessible.queryAccessibleInterface(bench.window)):
        widget = interface.object()
        inner = isinstance(widget, QWidget) and widget.objectName().startswith("qt_")
        if interface.role() in NAMED and not inner:
            found += 1
            if not interface.text(QAccessible.Text.Name):
                nameless.append((path, repr(widget)))
    assert found > 40
    assert not nameless, nameless


def test_a_part_that_always_fails_keeps_no_frame_from_the_others(qtbot, monkeypatch):
    """S0-D3: with a broken chart the person still sees the price, and what went wrong."""
    failed: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: failed.append(kind))

    class BrokenChart(PaperChart):
        def show_frame(self, advance):
            raise ZeroDivisionError(str(advance.events))

    bench = Bench(chart=BrokenChart())
    qtbot.addWidget(bench.window)
    bench.connect()
    lively(bench)
    bench.feed([event(ProblemRaised, code="x", what="A thing broke.", remedy="Mend it.")])
    assert ZeroDivisionError in failed
    assert bench.window.strip.badge.badge.word != "OFFLINE"
    assert [toast.notice.what for toast in bench.window.notice_bar.toasts] == ["A thing broke."]
