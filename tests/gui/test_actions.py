"""Every action by menu and by key, and no key where it does not belong."""

import string
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolBar,
)

from replayer_qt.core import commands as c
from replayer_qt.core import trade_commands as t
from replayer_qt.core.drawings import Anchor, Drawing, Hue, Shape
from replayer_qt.core.events import Link
from replayer_qt.core.landmarks import Landmark
from replayer_qt.core.order_events import CashOut, Difference
from replayer_qt.core.orders import Mode, Origin
from replayer_qt.core.program_events import ProblemRaised, Recording
from replayer_qt.core.replay_commands import (
    ClearLoop,
    SeekLandmark,
    SetLoopEnd,
    SetLoopStart,
    Shuffle,
)
from replayer_qt.core.units import PRACTICE, RUGS, venue_of
from replayer_qt.ui.action_table import ACTIONS, CHAOS, SPEEDS
from replayer_qt.ui.chart.marks_told import Told
from replayer_qt.ui.dialogs.vault import VaultDialog
from replayer_qt.ui.dock_table import DOCKS
from replayer_qt.ui.layout_table import BUILT_IN
from replayer_qt.ui.mark_actions import TRADES_FROM
from replayer_qt.ui.status import read_status
from replayer_qt.ui.theme import OWN, PALETTES
from tests.gui.desk import REPLAY, ROUND, Bench, event, lively
from tests.helpers.trading_frames import account, bought, frame, holding, killed, trading


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


EVERY_DOCK = {row.name for row in DOCKS}


def to_nothing(bench):
    return None


def to_live(bench):
    bench.connect(PRACTICE)


def to_replay(bench):
    bench.replay()


def to_both(bench):
    bench.replay()
    bench.connect(RUGS)


def to_past_with_live(bench):
    bench.connect(RUGS)
    bench.replay()


def to_account(bench):
    bench.trade(trading(account=account(holding=holding())))


def to_keys(bench):
    to_account(bench)
    bench.trade(
        trading(account=account(holding=holding())), keys_until=bench.clock.mono + 60_000_000_000
    )


def to_paper(bench):
    bench.trade(trading(mode=Mode.PAPER))


def to_drift(bench):
    differs = Difference(field="cash", ours=Decimal(10), theirs=Decimal(9))
    bench.trade(trading(drift=(differs,)))


def to_cash_out(bench):
    bench.trade(trading(cash_out=CashOut(target=Decimal(2))))


def to_panes(bench):
    bench.connect()
    bench.window.chart_desk.panes.add()


def to_killed(bench):
    bench.trade(kill=killed())


SEEN_THEN = {
    "stream": PRACTICE,
    "key": "order-0001",
    "seen_round": ROUND,
    "seen_tick": 52,
    "seen_price": Decimal("1.2345"),
}
AMOUNT = Decimal("0.010")


ASKED = {
    "close-replay": (to_replay, c.CloseReplay()),
    "connect-practice": (to_nothing, c.Connect(venue="practice")),
    "connect-rugs": (to_live, c.Connect(venue="rugs")),
    "disconnect": (to_live, c.Disconnect()),
    "record": (to_live, c.StartRecording()),
    "show-live": (to_past_with_live, c.Show(stream=RUGS)),
    "show-past": (to_both, c.Show(stream=REPLAY)),
    "play": (to_replay, c.Play()),
    "step-back": (to_replay, c.Step(ticks=-1)),
    "step-forward": (to_replay, c.Step(ticks=1)),
    "leap-back": (to_replay, c.Step(ticks=-10)),
    "leap-forward": (to_replay, c.Step(ticks=10)),
    "start": (to_replay, c.SeekStart()),
    "end": (to_replay, c.SeekEnd()),
    "activation": (to_replay, c.SeekActivation()),
    "peak": (to_replay, c.SeekPeak()),
    "rug": (to_replay, c.SeekRug()),
    "next-round": (to_replay, c.NextRound()),
    "previous-round": (to_replay, c.PreviousRound()),
    "slower": (to_replay, c.SetSpeed(speed=0.5)),
    "faster": (to_replay, c.SetSpeed(speed=2.0)),
    "spacing-recorded": (to_replay, c.SetSpacing(fixed_ms=None)),
    "spacing-even": (to_replay, c.SetSpacing(fixed_ms=250)),
    **{f"chaos-{fault}": (to_live, c.Chaos(fault=fault)) for fault, _ in CHAOS},
}
ASKED |= {
    "buy": (to_keys, t.Buy(amount=AMOUNT, **SEEN_THEN)),
    "sell": (to_keys, t.Sell(share=100, **SEEN_THEN)),
    "sell-all": (to_account, t.Sell(share=100, **SEEN_THEN)),
    "side-bet": (to_keys, t.PlaceSideBet(amount=AMOUNT, **SEEN_THEN)),
    "drop-cash-out": (to_cash_out, t.SetCashOut(stream=PRACTICE, cash_out=None)),
    "arm": (to_account, t.Disarm(stream=PRACTICE)),
    "arm-keys": (to_account, t.ArmKeys()),
    "mode-paper": (to_account, t.ChooseMode(stream=PRACTICE, mode=Mode.PAPER)),
    "mode-practice": (to_paper, t.ChooseMode(stream=PRACTICE, mode=Mode.PRACTICE)),
    "ask-venue": (to_account, t.AskVenue(stream=PRACTICE)),
    "accept-venue": (to_drift, t.AcceptVenue(stream=PRACTICE)),
    "kill": (to_nothing, t.Kill(by="menu")),
}


def to_loop(bench):
    bench.replay(loop_start=3)


def to_shuffled(bench):
    bench.replay(seed=7)


STEPPED = {
    Landmark.ROUND_START, Landmark.RUG, Landmark.PEAK, Landmark.TROUGH, Landmark.GOD_CANDLE,
    Landmark.OWN_ORDER, Landmark.GAP, Landmark.DISCONNECT, Landmark.BOOKMARK,
}  # fmt: skip
ASKED |= {
    "next-event": (to_replay, SeekLandmark(kinds=frozenset(STEPPED), forward=True)),
    "previous-event": (to_replay, SeekLandmark(kinds=frozenset(STEPPED), forward=False)),
    "loop-start": (to_replay, SetLoopStart()),
    "loop-end": (to_replay, SetLoopEnd()),
    "loop-clear": (to_loop, ClearLoop()),
    "shuffle-off": (to_shuffled, Shuffle(seed=None)),
}
BY_KEY = {
    name: replace(ASKED[name][1], origin=Origin.KEY)
    for name in ("buy", "sell", "sell-all", "side-bet")
} | {"kill": t.Kill(by="key")}
BY_SPEED = {row.name: row for row in ACTIONS if row.name.startswith("speed-")}
ASKED |= {
    name: (to_replay, c.SetSpeed(speed=speed)) for name, speed in zip(BY_SPEED, SPEEDS, strict=True)
}


def to_library(bench):
    to_nothing(bench)
    bench.library_asks = []
    bench.window.library_wanted.connect(lambda: bench.library_asks.append(True))


def dialog(bench, kind):
    found = [each for each in bench.window.findChildren(kind) if each.isVisible()]
    for each in found:
        each.close()
    return len(found) == 1


def arranged(**chosen):
    return lambda bench: all(
        getattr(bench.window._look.arrangement, name) == value for name, value in chosen.items()
    )


def told(*words):
    return lambda bench: words in bench.chart.told


def looking(**chosen):
    return lambda bench: all(
        getattr(bench.window._look, name) == value for name, value in chosen.items()
    )


def to_marks(bench):
    to_account(bench)
    marks = bench.window.chart_desk.marks.marks
    marks.told = Told(fills=(bought(20), bought(30, number=3)))
    marks._where = (PRACTICE, ROUND)


def to_a_mark(bench):
    to_marks(bench)
    bench.window.chart_desk.marks.step(1)


def to_the_last_mark(bench):
    to_a_mark(bench)
    bench.window.chart_desk.marks.step(1)


def marked(tick):
    return lambda bench: bench.window.chart_desk.marks.marks.current().tick == tick


ASKED["go-to-mark"] = (to_a_mark, c.GoTo(stream=PRACTICE, round_id=ROUND, tick=20))
SEEN = {
    "own-marks": (to_nothing, looking(own_marks=False)),
    "trade-marks": (to_nothing, looking(trade_marks=False)),
    **{f"trades-from-{least:g}": (to_nothing, looking(trades_from=least)) for least in TRADES_FROM},
    "next-mark": (to_marks, marked(20)),
    "previous-mark": (to_the_last_mark, marked(20)),
    "open": (to_nothing, lambda bench: dialog(bench, QFileDialog)),
    "open-folder": (to_nothing, lambda bench: dialog(bench, QFileDialog)),
    "library": (to_library, lambda bench: bench.library_asks == [True]),
    "vault": (to_nothing, lambda bench: dialog(bench, VaultDialog)),
    "quit": (to_nothing, lambda bench: not bench.window.isVisible()),
    "jump": (to_replay, lambda bench: dialog(bench, QDialog)),
    "bookmark": (to_replay, lambda bench: dialog(bench, QDialog)),
    "bookmarks": (to_nothing, lambda bench: dialog(bench, QDialog)),
    "shuffle": (to_replay, lambda bench: dialog(bench, QDialog)),
    **{
        f"event-{kind.value}": (
            to_nothing,
            lambda bench, kind=kind: (
                (kind.value in bench.window._look.events.split()) is (kind not in STEPPED)
            ),
        )
        for kind in Landmark
    },
    "candles": (to_nothing, told("style", "candles")),
    "line": (to_nothing, told("style", "line")),
    "log": (to_nothing, told("log", True)),
    "follow": (to_nothing, told("follow")),
    "zoom-in": (to_nothing, told("zoom", 1.25)),
    "zoom-out": (to_nothing, told("zoom", 0.8)),
    "show-all": (to_nothing, told("all")),
    "indicators": (to_nothing, lambda bench: dialog(bench, QDialog)),
    "theme-dark": (to_nothing, told("theme", "dark")),
    "theme-light": (to_nothing, told("theme", "light")),
    "theme-other": (to_nothing, told("theme", "light")),
    **{
        f"palette-{name}": (
            to_nothing,
            told("theme", "dark" if name == OWN else f"dark, {name}"),
        )
        for name in PALETTES
    },
    "letters-larger": (to_nothing, lambda bench: bench.window._look.letters in {110, 125}),
    "letters-smaller": (to_nothing, looking(letters=90)),
    "letters-normal": (to_nothing, looking(letters=100)),
    "private": (to_nothing, looking(private=True)),
    **{
        name: (
            to_nothing,
            lambda bench: bench.window.chart_desk.walk.said.startswith("There is no"),
        )
        for name in ("walk-back", "walk-on", "walk-first", "walk-last", "say-chart")
    },
    "hud": (to_nothing, lambda bench: bench.window.chart_desk.hud.is_on),
    "amount": (
        to_account,
        lambda bench: QApplication.focusWidget() is bench.window.trade_desk.ticket.amount.line,
    ),
    "dry-run": (to_account, lambda bench: bench.window.trade_desk.overlay.isVisible()),
    "deposit": (to_paper, lambda bench: dialog(bench, QDialog)),
    "lift-kill": (to_killed, lambda bench: dialog(bench, QDialog)),
    **{
        f"share-{share}": (
            to_account,
            lambda bench, share=share: bench.window.trade_desk.ticket.draft.share == share,
        )
        for share in (10, 25, 50, 100)
    },
    "reset-layout": (to_nothing, lambda bench: bench.window.docking.open_names() == EVERY_DOCK),
    "overview": (to_nothing, arranged(overview=False)),
    "overview-session": (to_nothing, arranged(by_session=True)),
    "pane-add": (to_nothing, lambda bench: len(bench.window.chart_desk.panes.panes) == 2),
    "pane-close": (to_panes, lambda bench: len(bench.window.chart_desk.panes.panes) == 1),
    "pane-next": (to_panes, lambda bench: bench.chart.hasFocus()),
    "pane-choose": (to_panes, lambda bench: dialog(bench, QDialog)),
    "pane-tabs": (to_panes, arranged(tabs=True)),
    "cross-by-time": (to_panes, arranged(by_time=True)),
    **{
        f"layout-{each.name}": (
            to_nothing,
            lambda bench, each=each: bench.window.docking.open_names() == set(each.docks),
        )
        for each in BUILT_IN
    },
    "layout-save": (to_nothing, lambda bench: dialog(bench, QDialog)),
    "layouts": (to_nothing, lambda bench: dialog(bench, QDialog)),
    "full-screen": (to_nothing, lambda bench: bench.window.isFullScreen()),
    "shortcuts": (to_nothing, lambda bench: dialog(bench, QDialog)),
    "about": (to_nothing, lambda bench: dialog(bench, QDialog)),
    **{f"candle-{ticks}": (to_nothing, told("ticks", ticks)) for ticks in (1, 2, 5, 10, 20, 50)},
    **{
        f"dock-{name}": (
            to_nothing,
            lambda bench, name=name: name not in bench.window.docking.open_names(),
        )
        for name in EVERY_DOCK
    },
}


def noticed(code):
    return lambda bench: any(
        bench.window.notices.rows.row(at).code == code
        for at in range(bench.window.notices.rows.rowCount())
    )


SEEN |= {  # what these do with a real chart: test_chart_export
    name: (to_nothing, noticed("chart-empty"))
    for name in ("export-chart", "copy-picture", "copy-values")
}


def drawing_on(**chosen):
    return lambda bench: all(
        getattr(bench.window._look, name) == value for name, value in chosen.items()
    )


def drawn(bench):
    """Have two drawings, the second one chosen, and one undone."""
    book, tool = bench.window.chart_desk.drawing.book, bench.window.chart_desk.drawing.tool
    book.open(PRACTICE, ROUND)
    line = Drawing(shape=Shape.TREND, begin=Anchor(1, 1.0), end=Anchor(2, 2.0))
    for number in range(3):
        tool.add(replace(line, begin=Anchor(number, 1.0)))
    book.undo()
    tool.chosen = 1


def drawings(count):
    return lambda bench: len(bench.window.chart_desk.drawing.book.drawings) == count


SEEN |= {  # with the mouse and a real chart: test_drawing_tools
    **{f"draw-{shape}": (to_nothing, drawing_on(tool=shape)) for shape in Shape},
    **{f"draw-{hue}": (to_nothing, drawing_on(hue=hue)) for hue in Hue},
    "draw-choose": (to_nothing, drawing_on(tool="")),
    "draw-snap": (to_nothing, drawing_on(snap=False)),
    "draw-venue-wide": (to_nothing, drawing_on(venue_wide=True)),
    "draw-undo": (drawn, drawings(1)),
    "draw-redo": (drawn, drawings(3)),
    "draw-delete": (drawn, drawings(1)),
    "draw-clear": (drawn, drawings(0)),
}
NEVER = {"connect-binance"}
WITH_KEYS = [row.name for row in ACTIONS if row.keys and row.name not in NEVER]


def do(bench, name, trigger, asked=None):
    prepare = (ASKED.get(name) or SEEN[name])[0]
    prepare(bench)
    bench.asked.clear()
    bench.chart.told.clear()
    trigger(bench.window.actions_.actions[name])
    if name in ASKED:
        assert bench.asked == [asked or ASKED[name][1]]
    else:
        assert SEEN[name][1](bench), name
        assert not bench.asked


def test_every_action_of_the_table_is_tested_here():
    """S0-L2: no action without a test."""
    names = [row.name for row in ACTIONS]
    assert set(names) == set(ASKED) | set(SEEN) | NEVER
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [row.name for row in ACTIONS if row.name not in NEVER])
def test_an_action_works_through_its_menu(bench, name):
    """S0-L2: every QAction, triggered where it stands in its menu, has its effect."""

    def trigger(action):
        menu = bench.window.menus[action.row.menu]
        assert action in menu.actions()
        assert action.isEnabled()
        menu.setActiveAction(action)
        action.trigger()

    do(bench, name, trigger)


@pytest.mark.parametrize("name", WITH_KEYS)
def test_an_action_works_through_each_of_its_keys(bench, name):
    """S0-L2: every short-cut has the same effect."""
    for key in next(row.keys for row in ACTIONS if row.name == name):

        def trigger(_action, key=key):
            press(bench, key)

        bench.ordered = 0
        do(bench, name, trigger, BY_KEY.get(name))


def press(bench, key):
    combination = QKeySequence(key)[0]
    target = QApplication.focusWidget() or bench.window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def test_no_key_has_two_meanings():
    keys = Counter(QKeySequence(key).toString() for row in ACTIONS for key in row.keys)
    assert [key for key, times in keys.items() if times > 1] == []
    assert "" not in keys


def test_binance_says_why_it_cannot_be_chosen(bench):
    action = bench.window.actions_.actions["connect-binance"]
    assert not action.isEnabled()
    assert "Not yet" in action.statusTip()
    action.trigger()
    assert bench.asked == []


def test_disabled_actions_do_nothing(bench):
    """N21: with no replay and no venue, no key asks for anything of either."""
    for name, (prepare, _) in ASKED.items():
        if prepare is to_nothing or name == "connect-rugs":
            continue
        action = bench.window.actions_.actions[name]
        assert not action.isEnabled(), name
        action.trigger()
        for key in action.row.keys:
            press(bench, key)
    assert bench.asked == []


def test_chaos_is_for_the_practice_exchange_only(bench):
    bench.connect(RUGS)
    assert not bench.window.actions_.actions["chaos-drop"].isEnabled()
    bench.connect(PRACTICE)
    assert bench.window.actions_.actions["chaos-drop"].isEnabled()


def test_space_plays_and_pauses_and_does_not_repeat(bench):
    bench.replay()
    actions = bench.window.actions_.actions
    press(bench, "Space")
    bench.move(playing=True)
    press(bench, "Space")
    assert bench.asked == [c.Play(), c.Pause()]
    assert not actions["play"].autoRepeat()
    assert actions["step-forward"].autoRepeat()


def test_speeds_stop_at_the_slowest_and_the_fastest(bench):
    bench.replay()
    bench.move(speed=0.1)
    press(bench, "[")
    bench.move(speed=float("inf"))
    press(bench, "]")
    bench.move(speed=3.3)
    press(bench, "]")
    press(bench, "[")
    wanted = [0.1, float("inf"), 5.0, 2.0]
    assert [each.speed for each in bench.asked] == wanted
    bench.move(speed=5.0)
    assert bench.window.actions_.actions["speed-5x"].isChecked()


def test_record_stops_what_records_and_even_what_is_at_fault(bench):
    bench.connect()
    bench.record(Recording.FAULTED)
    press(bench, "Ctrl+R")
    assert bench.asked == [c.StopRecording()]
    assert bench.window.actions_.actions["record"].isChecked()


def test_a_connection_given_up_can_be_tried_again(bench):
    """S3-P5: the same venue can be asked for again when its feed has ended."""
    bench.connect(PRACTICE, Link.LIVE)
    assert not bench.window.actions_.actions["connect-practice"].isEnabled()
    bench.connect(PRACTICE, Link.ENDED)
    assert bench.window.actions_.actions["connect-practice"].isEnabled()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            ["toggle-practice", "toggle-rugs", "toggle-record", "refused", "drop"]
            + [link.value for link in Link]
            + [state.value for state in Recording]
        ),
        max_size=15,
    )
)
def test_every_view_of_connected_and_recording_equals_the_state(bench, steps):
    """S2-H5: after each step ticks and words say what the state says, not what was clicked."""
    actions = bench.window.actions_.actions
    for step in steps:
        match step:
            case "toggle-practice":
                actions["connect-practice"].trigger()  # asked for; not obeyed
            case "toggle-rugs":
                actions["connect-rugs"].trigger()
                bench.connect(RUGS, Link.CONNECTING)  # obeyed
            case "toggle-record":
                actions["record"].trigger()
            case "refused":
                actions["disconnect"].trigger()
            case "drop":
                bench.disconnect()
            case _ if step in {link.value for link in Link}:
                bench.connect(PRACTICE, Link(step))
            case _:
                bench.record(Recording(step))
        state = bench.engine.state
        venue = None if state.live is None else venue_of(state.live)
        assert actions["connect-practice"].isChecked() == (venue == "practice")
        assert actions["connect-rugs"].isChecked() == (venue == "rugs")
        assert actions["disconnect"].isEnabled() == (venue is not None)
        recording = state.recording is not None and state.recording.state is not Recording.OFF
        assert actions["record"].isChecked() == recording
        strip = bench.window.strip
        expected = read_status(state, now=bench.clock.mono)
        assert strip.badge.badge == expected.badge
        assert strip.cells["feed"].word == expected.feed
        assert strip.cells["recording"].word == expected.recording


INPUTS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QComboBox)
TYPED = string.digits + string.ascii_letters + string.punctuation + " "
MOVES = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
)  # fmt: skip


def inputs(window):
    found = [each for kind in INPUTS for each in window.findChildren(kind)]
    return [
        each
        for each in found
        if each.focusPolicy() & Qt.FocusPolicy.ClickFocus
        and each.isVisibleTo(window)
        and each.isEnabled()
    ]


def bring_forward(place):
    above = place
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    if above is not None:
        above.raise_()
        QApplication.processEvents()


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_keys_typed_into_an_input_act_nowhere_else(bench):
    """N10: each input is focused, and every printable key typed: no command, no other effect."""
    lively(bench)
    bench.connect()
    bench.replay()
    traded = trading(REPLAY, account=account(holding=holding()))
    on = bench.clock.mono + 60_000_000_000
    accounts = {REPLAY: traded}
    state = replace(bench.engine.state, accounts=accounts, keys_until=on, keys_of=REPLAY)
    bench.window.show_frame(frame(state))
    QApplication.processEvents()
    places = inputs(bench.window)
    assert len(places) >= 10
    for place in places:
        bring_forward(place)
        bench.window.activateWindow()  # the list of a box that opened took that away
        QApplication.processEvents()
        place.setFocus()
        focused = QApplication.focusWidget()
        assert focused is not None, place.accessibleName()
        assert place is focused or place.isAncestorOf(focused) or focused.isAncestorOf(place)
        bench.asked.clear()
        bench.chart.told.clear()
        for letter in TYPED:
            if isinstance(place, QComboBox):
                place.setFocus()
            QTest.keyClicks(QApplication.focusWidget(), letter)
            if isinstance(place, QComboBox):
                place.hidePopup()
        for key in MOVES:
            QTest.keyClick(QApplication.focusWidget(), key)
        if isinstance(place, QComboBox):
            assert all(isinstance(each, c.SetSpeed) for each in bench.asked)
        else:
            assert bench.asked == [], place
        assert bench.chart.told == [], place
        bench.chart.setFocus()


def test_a_button_with_the_focus_keeps_space(bench):
    bench.replay()
    button = next(
        each
        for each in bench.window.transport.findChildren(QAbstractButton)
        if each.accessibleName() == "To the peak"
    )
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert bench.asked == [c.SeekPeak()]


def test_a_table_with_the_focus_keeps_up_and_down_alone(bench):
    """What the chart says of End, back to live, holds wherever the focus is."""
    lively(bench)
    bench.replay()
    bench.window.show_frame(bench.engine.show(PRACTICE))
    bench.window.show_frame(bench.engine.show(REPLAY))
    table = bench.window.panels["rounds"]._table
    table.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        QTest.keyClick(table, key)
    assert bench.asked == []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(table, key)
    assert bench.asked == [c.Step(ticks=1), c.Play(), c.SeekStart(), c.SeekEnd()]


def test_every_button_of_the_bars_belongs_to_an_action(bench):
    """S0-L2: no button without an action of the table behind it."""
    bar = bench.window.findChild(QToolBar, "bar-actions")
    known = set(bench.window.actions_.actions.values())
    assert {each for each in bar.actions() if not each.isSeparator()} <= known
    for button in bench.window.transport.findChildren(QAbstractButton):
        assert button.defaultAction() in known


def effects(bench):
    look = bench.window._look
    return len(bench.asked), len(bench.chart.told), look, len(bench.window.findChildren(QDialog))


@pytest.mark.parametrize("prepare", [to_nothing, to_live, to_past_with_live, to_both])
def test_every_button_has_an_effect_when_it_is_clicked(bench, prepare):
    """S0-L2: each enabled button in sight, clicked by mouse, does something that can be seen."""
    prepare(bench)
    QApplication.processEvents()
    bars = [bench.window.findChild(QToolBar, "bar-actions"), bench.window.transport]
    bars.append(bench.window.welcome)
    clicked = 0
    for bar in bars:
        for button in bar.findChildren(QAbstractButton):
            if not (button.isVisible() and button.isEnabled()):
                continue
            before = effects(bench)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            assert effects(bench) != before, button.accessibleName()
            clicked += 1
            for opened in bench.window.findChildren(QDialog):
                opened.close()
            QApplication.processEvents()
            prepare(bench)
    assert clicked >= 9


def test_buttons_of_notices_dismiss_and_clear(bench):
    """S0-L2: the toast's and the list's own buttons."""
    bench.feed([event(ProblemRaised, code="x", what=what, remedy="") for what in ("A.", "B.")])
    QApplication.processEvents()
    bar = bench.window.notice_bar
    QTest.mouseClick(bar.toasts[0].findChild(QAbstractButton), Qt.MouseButton.LeftButton)
    assert [toast.notice.what for toast in bar.toasts] == ["B."]
    clear = bench.window.panels["notices"].findChild(QPushButton)
    clear.click()
    assert bar.toasts == []
    assert bench.window.notices.rows.rowCount() == 0


@pytest.mark.parametrize("name", ["about", "shortcuts", "jump"])
def test_buttons_of_dialogs_close_them(bench, name):
    """S0-L2: every button of a dialog ends it."""
    bench.replay()
    for number in range(2 if name == "jump" else 1):
        bench.window.actions_.actions[name].trigger()
        opened = next(each for each in bench.window.findChildren(QDialog) if each.isVisible())
        buttons = [each for each in opened.findChildren(QPushButton) if each.isVisible()]
        QTest.mouseClick(buttons[number], Qt.MouseButton.LeftButton)
        assert not opened.isVisible()
        del opened, buttons
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(bench.asked) == (1 if name == "jump" else 0)


def test_ten_clicks_on_connect_while_connecting_are_ten_wishes_at_most(bench):
    action = bench.window.actions_.actions["connect-practice"]
    action.trigger()
    bench.connect(PRACTICE, Link.CONNECTING)
    for _ in range(9):
        action.trigger()
    assert bench.asked == [c.Connect(venue="practice")]
    assert event is not None


def test_recent_files_stand_below_the_other_ways_to_open(bench):
    names = [each.text() for each in bench.window.menus["&File"].actions() if each.text()]
    at = names.index("Open &recent")
    assert names[at - 1] == bench.window.actions_.actions["open-folder"].text()
    assert names[-1] == bench.window.actions_.actions["quit"].text()
