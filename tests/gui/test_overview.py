"""The strip under the chart: the whole round, the chart's window on it, and the playhead."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.account import Entry, EntryKind
from replayer_qt.core.bookmarks import Bookmark, BookmarksChanged
from replayer_qt.core.commands import GoTo, SeekEnd, SeekStart, SeekTick, Step
from replayer_qt.core.events import FeedChanged, Link, PriceTicked, RoundOpened
from replayer_qt.core.replay_events import ReplayGrown, ReplayShaped
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui.chart import overview_paint, overview_picture
from replayer_qt.ui.chart.overview import Overview
from replayer_qt.ui.chart.overview_ground import Ground
from replayer_qt.ui.chart.overview_marks import Mark
from replayer_qt.ui.chart.overview_picture import LANE, Scene
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.theme import DARK, THEMES
from tests.gui.desk import REPLAY, ROUND, Bench, event, lively, moved_to, wave
from tests.helpers.make import ticked
from tests.helpers.trading_frames import account, trading

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    QApplication.processEvents()
    return made


def strip(bench) -> Overview:
    return bench.window.chart_desk.overview


def at(bench, place: float, y: int = 34) -> QPoint:
    return QPoint(round(strip(bench).x_of(place)), y)


def drag(bench, begin: QPoint, end: QPoint) -> None:
    QTest.mousePress(strip(bench), LEFT, pos=begin)
    for part in range(1, 5):
        QTest.mouseMove(strip(bench), begin + (end - begin) * part / 4)
    QTest.mouseRelease(strip(bench), LEFT, pos=end)
    QApplication.processEvents()


def seen(bench) -> tuple[float, float]:
    plan = bench.chart.plan
    return plan.tick_at(0), plan.tick_at(plan.room.plot_width)


def live(bench, prices, number: int = 0) -> None:
    bench.connect(PRACTICE)
    bench.feed(moved_to(PRACTICE, prices, RoundId(f"20261121-{number:016x}"))[:-1])
    bench.chart.grab()


def test_the_window_on_the_strip_is_what_the_chart_shows(bench):
    bench.replay(wave(800))
    bench.chart.show_span(100, 220)
    first, last = seen(bench)
    assert strip(bench).window_ticks == pytest.approx((first, last), abs=0.01)
    assert "ticks 100 to" in strip(bench).accessibleDescription()


def test_dragging_the_handle_moves_the_chart_and_keeps_its_width(bench):
    bench.replay(wave(800))
    bench.chart.show_span(100, 220)
    before = seen(bench)
    middle = sum(before) / 2
    drag(bench, at(bench, middle), at(bench, middle + 100))
    after = seen(bench)
    assert after[0] == pytest.approx(before[0] + 100, abs=6)
    assert after[1] - after[0] == pytest.approx(before[1] - before[0], rel=0.3)
    assert not bench.chart.following


def test_dragging_an_edge_makes_the_window_wider_and_narrower(bench):
    live(bench, wave(1200))
    bench.chart.show_span(300, 500)
    QApplication.processEvents()
    left, right = strip(bench).window_ticks
    drag(bench, at(bench, right), at(bench, right + 300))
    wider = seen(bench)
    assert wider[1] - wider[0] > 1.5 * (right - left)
    left, right = strip(bench).window_ticks
    drag(bench, at(bench, left), at(bench, right - 60))
    narrower = seen(bench)
    assert narrower[1] - narrower[0] < 0.5 * (wider[1] - wider[0])


def test_a_press_beside_the_window_brings_it_there(bench):
    live(bench, wave(1200))
    bench.chart.show_span(100, 220)
    QTest.mouseClick(strip(bench), LEFT, pos=at(bench, 800))
    first, last = seen(bench)
    assert first < 800 < last


def test_a_window_dragged_to_the_end_follows_the_newest_tick_again(bench):
    live(bench, wave(600))
    bench.chart.show_span(100, 220)
    assert not bench.chart.following
    middle = sum(strip(bench).window_ticks) / 2
    drag(bench, at(bench, middle), QPoint(strip(bench).width() + 40, 34))
    assert bench.chart.following


def test_a_double_click_seeks_in_a_replay_and_does_nothing_in_a_running_round(bench):
    bench.replay(wave(800))
    bench.asked.clear()
    QTest.mouseDClick(strip(bench), LEFT, pos=at(bench, 600))
    assert len(bench.asked) == 1
    assert bench.asked[0].tick == pytest.approx(600, abs=1)
    bench.asked.clear()
    live(bench, wave(400))
    QTest.mouseDClick(strip(bench), LEFT, pos=at(bench, 100))
    assert bench.asked == []


def test_the_playhead_stands_where_the_replay_does_and_what_lies_ahead_is_dimmed(bench):
    bench.replay(wave(400))
    assert strip(bench).head == bench.engine.state.market().round.tick
    picture = strip(bench).grab().toImage()
    x = int(strip(bench).x_of(strip(bench).head))
    known, ahead = (
        {picture.pixelColor(c, y).name() for c in columns for y in range(LANE, 50)}
        for columns in (range(4, x - 6, 2), range(x + 6, picture.width() - 6, 2))
    )
    assert len(known) > 3
    assert len(ahead) > 3
    assert known != ahead
    assert strip(bench).ground.length == 400


def test_the_playhead_is_dragged_by_its_knob_at_most_thirty_times_a_second(bench, qtbot):
    bench.replay(wave(400))
    bench.asked.clear()
    head = at(bench, strip(bench).head, 4)
    QTest.mousePress(strip(bench), LEFT, pos=head)
    for x in range(head.x(), head.x() + 150):
        QTest.mouseMove(strip(bench), QPoint(x, 4))
    bench.move(position=3, length=400)
    wanted = round(strip(bench).place_of(head.x() + 149))
    assert strip(bench).head == pytest.approx(wanted, abs=1)  # the hand holds it, not the replay
    QTest.mouseRelease(strip(bench), LEFT, pos=QPoint(head.x() + 149, 4))
    qtbot.waitUntil(lambda: bench.asked[-1].tick == pytest.approx(wanted, abs=1))
    assert all(isinstance(each, SeekTick) for each in bench.asked)
    assert len(bench.asked) < 20
    assert strip(bench).head == bench.engine.state.market().round.tick


@pytest.mark.parametrize(("x", "command"), [(-50, SeekStart()), (5000, SeekEnd())])
def test_the_ends_of_the_playhead_are_nothing_and_all(bench, x, command):
    bench.replay(wave(120))
    bench.asked.clear()
    QTest.mousePress(strip(bench), LEFT, pos=at(bench, 30, 4))
    QTest.mouseMove(strip(bench), QPoint(x, 4))
    QTest.qWait(60)
    QTest.mouseRelease(strip(bench), LEFT, pos=QPoint(x, 4))
    assert bench.asked[-1] == command


def test_what_is_pointed_at_is_said_with_its_tick(bench):
    bench.replay(wave(400))
    QTest.mouseMove(strip(bench), at(bench, 60))
    said = strip(bench).words()
    assert "tick 60" in said or "tick 59" in said or "tick 61" in said
    assert "x" in said
    QTest.mouseMove(strip(bench), at(bench, 390))
    assert "ahead" in strip(bench).words()


def test_keys_move_the_window_while_the_strip_has_the_focus(bench):
    live(bench, wave(1200))
    bench.chart.show_span(400, 520)
    strip(bench).setFocus()
    first, last = seen(bench)
    QTest.keyClick(strip(bench), Qt.Key.Key_Right)
    assert seen(bench)[0] > first
    QTest.keyClick(strip(bench), Qt.Key.Key_PageUp)
    assert seen(bench)[0] < first - (last - first) / 3
    QTest.keyClick(strip(bench), Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert seen(bench)[1] - seen(bench)[0] > last - first
    QTest.keyClick(strip(bench), Qt.Key.Key_Home)
    assert seen(bench)[0] == pytest.approx(0, abs=2)
    QTest.keyClick(strip(bench), Qt.Key.Key_End)
    assert bench.chart.following
    assert bench.asked == []  # the replay's own keys are not pressed


def test_return_seeks_to_the_middle_of_the_window_in_a_replay(bench):
    bench.replay(wave(800))
    bench.chart.show_span(100, 220)
    bench.asked.clear()
    strip(bench).setFocus()
    QTest.keyClick(strip(bench), Qt.Key.Key_Return)
    assert bench.asked == [SeekTick(tick=round(sum(seen(bench)) / 2))]


def test_rug_peak_fills_and_bets_are_marked_and_say_what_they_are(bench):
    prices = wave(300)
    bench.connect(PRACTICE)
    bench.feed(moved_to(PRACTICE, prices))
    kinds = (EntryKind.BUY, EntryKind.SELL, EntryKind.SIDE_BET, EntryKind.DEPOSIT)
    entries = tuple(
        Entry(
            number=place + 1, at=0, kind=kind, amount=Decimal(1), cash=Decimal(1),
            tick=50 * (place + 1), round_id=ROUND,
        )
        for place, kind in enumerate(kinds)
    )  # fmt: skip
    traded = trading(PRACTICE, account=account(entries=entries))
    advance = bench.engine.handle(())
    shown = replace(advance.state, accounts={PRACTICE: traded})
    bench.window.show_frame(replace(advance, state=shown))
    found = {"move", "trough"}  # of the prices themselves: below
    marks = {mark.kind: mark.place for mark in strip(bench).marks if mark.kind not in found}
    peak = int(np.argmax(prices[:-1]))
    assert marks == {"rug": 299, "peak": peak, "buy": 50, "sell": 100, "bet": 150}
    QTest.mouseMove(strip(bench), at(bench, 50))
    assert "bought here" in strip(bench).words()
    QTest.mouseMove(strip(bench), at(bench, 299))
    assert "rug 0.0123x" in strip(bench).words()
    strip(bench).grab()


def pointed(bench, place: float) -> str:
    QTest.mouseMove(strip(bench), at(bench, place))
    return strip(bench).words()


def test_moves_god_candles_and_the_trough_are_marked_and_the_rug_is_none_of_them(bench):
    prices = [1.0] * 100
    prices[20:] = [0.8] * 80
    prices[40:] = [1.0] * 60
    prices[60:] = [20.0] * 40
    live(bench, [*prices, 0.01])
    bench.feed(moved_to(PRACTICE, [*prices, 0.01], RoundId("20261121-" + "0" * 16))[-1:])
    marks = {(mark.kind, mark.place) for mark in strip(bench).marks}
    moved = {("trough", 20), ("move", 20), ("move", 40), ("god", 60)}
    assert marks == {*moved, ("peak", 60), ("rug", 100)}
    assert "move +25%" in pointed(bench, 40)
    assert "trough 0.8" in pointed(bench, 20)
    assert pointed(bench, 30) == "tick 30 · 0.8000x"


def test_of_the_rounds_of_the_session_no_rug_is_a_move_or_a_trough(bench):
    bench.connect(PRACTICE)
    for number in range(4):
        bench.feed(moved_to(PRACTICE, [1.0, 1.0, 1.1, 1.1, 0.01], RoundId(f"20261121-{number}")))
    strip(bench).set_by_session(on=True)
    kinds = [mark.kind for mark in strip(bench).marks]
    assert len(strip(bench).ground.stretches) == 4
    assert not {"move", "god", "trough"} & set(kinds)


def test_silences_and_lost_connections_are_marked(bench):
    bench.connect(PRACTICE)
    quarter = 250_000_000
    late = [ticked(tick, 1.0) for tick in range(20)]
    late += [replace(ticked(tick), at=tick * quarter + 9_000_000_000) for tick in range(20, 40)]
    bench.feed([event(RoundOpened, round_id=ROUND), *late])
    lost = event(FeedChanged, late[30].at, stream=PRACTICE, link=Link.WAITING)
    bench.feed([lost])
    assert [(mark.kind, mark.place) for mark in strip(bench).marks if mark.kind == "lost"] == [
        ("lost", 19),
        ("lost", 30),
    ]
    assert "silent for 9.25 s" in pointed(bench, 19)
    assert "connection lost here" in pointed(bench, 30)


def test_bookmarks_are_flags_that_say_their_note(bench):
    live(bench, wave(300))
    name = strip(bench).ground.stretches[0].round_id
    kept = (
        Bookmark(round_id=RoundId("another"), tick=9),
        Bookmark(round_id=name, tick=70, note="<b>here</b> it turned"),
        Bookmark(round_id=name, tick=5_000),
    )
    bench.feed([event(BookmarksChanged, bookmarks=kept)])
    assert [mark.place for mark in strip(bench).marks if mark.kind == "bookmark"] == [70]
    assert pointed(bench, 70) == "tick 70 · bookmark: <b>here</b> it turned"
    bench.feed([event(BookmarksChanged, bookmarks=())])
    assert "bookmark" not in pointed(bench, 70)


KINDS = ("rug", "peak", "trough", "buy", "sell", "bet", "god", "move", "lost", "bookmark")


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_every_kind_of_mark_has_a_shape_of_its_own(theme):
    shapes = set()
    for kind in KINDS:
        picture = QImage(40, 56, QImage.Format.Format_ARGB32)
        picture.fill(0)
        scene = Scene(ground=Ground(length=40), theme=theme, width=40, height=56)
        painter = QPainter(picture)
        overview_paint.marks(painter, [Mark(kind=kind, place=20, words=kind)], scene)
        painter.end()
        inked = [picture.pixelColor(x, y).alpha() > 127 for x in range(40) for y in range(56)]
        assert sum(inked) >= 12
        shapes.add(tuple(inked))
    assert len(shapes) == len(KINDS)


def test_missing_ticks_are_hatched_and_called_missing(bench):
    bench.connect(PRACTICE)
    told = [event(RoundOpened, round_id=ROUND)]
    told += [ticked(tick, 1.0 + tick / 100) for tick in range(400) if not 100 <= tick < 200]
    bench.feed(told)
    QTest.mouseMove(strip(bench), at(bench, 150))
    assert "missing" in strip(bench).words()
    strip(bench).leaveEvent(None)
    picture = strip(bench).grab().toImage()
    hatched = {
        picture.pixelColor(round(strip(bench).x_of(x)), y).name()
        for x in range(110, 190)
        for y in range(LANE, 50)
    }
    assert any(_is_like(colour, DARK.warning) for colour in hatched)


def _is_like(one: str, other: str) -> bool:
    return all(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) < 90 for i in (1, 3, 5))


def test_the_session_shows_every_round_and_a_double_click_opens_an_earlier_one(bench):
    bench.connect(PRACTICE)
    lively(bench)
    strip(bench).set_by_session(on=True)
    assert len(strip(bench).ground.stretches) == 13
    stretch = strip(bench).ground.stretches[3]
    QTest.mouseMove(strip(bench), at(bench, stretch.start + 20))
    assert "double-click opens it" in strip(bench).words()
    QTest.mouseDClick(strip(bench), LEFT, pos=at(bench, stretch.start + 20))
    (asked,) = bench.asked
    assert isinstance(asked, GoTo)
    assert asked.round_id == stretch.round_id
    assert asked.tick == pytest.approx(20, abs=4)
    first, _ = strip(bench).window_ticks
    assert first >= strip(bench).ground.stretches[-1].start


def test_a_growing_round_patches_the_picture_and_seldom_draws_it_anew(bench):
    live(bench, wave(1100))
    strip(bench).grab()
    picture = strip(bench).picture
    redraws = picture.redraws
    running = RoundId(f"20261121-{0:016x}")
    for tick in range(1099, 1150):
        bench.feed([event(PriceTicked, tick, round_id=running, tick=tick, price=1.01)])
        strip(bench).grab()
    assert picture.redraws - redraws <= 1
    assert picture.patches >= 49


@pytest.mark.parametrize(("begins", "ends", "most"), [(8, 60, 0.0), (1000, 1100, 0.03)])
def test_a_patched_picture_looks_like_one_that_was_drawn_at_once(bench, begins, ends, most):
    """Exactly where ticks are pixels apart; beyond, parts begin a little elsewhere."""
    running = RoundId(f"20261121-{0:016x}")
    prices = wave(1150)
    live(bench, prices[: begins + 1])
    strip(bench).grab()
    for tick in range(begins, ends):
        bench.feed([event(PriceTicked, tick, round_id=running, tick=tick, price=prices[tick])])
        strip(bench).grab()
    patched = strip(bench).grab().toImage()
    # it forgets how it looks, but not where the prices lie
    strip(bench).picture._look = strip(bench).picture._look[:2]
    whole = strip(bench).grab().toImage()
    differ = sum(
        patched.pixel(x, y) != whole.pixel(x, y)
        for x in range(whole.width())
        for y in range(whole.height())
    )
    assert differ <= most * whole.width() * whole.height()


def test_prices_that_are_none_break_nothing(bench):
    bench.replay(wave(120))
    shape = event(
        ReplayShaped, stream=REPLAY, round_id=ROUND, ticks=np.arange(3),
        prices=np.array([np.nan, -1.0, np.inf]),
    )  # fmt: skip
    bench.feed([shape])
    strip(bench).grab()
    assert strip(bench).ground.length >= 3


def test_the_past_of_a_running_round_grows_on_the_strip(bench):
    bench.replay(wave(120))
    prices = np.array(wave(300))
    bench.feed(
        [event(ReplayGrown, stream=REPLAY, round_id=ROUND, ticks=np.arange(300), prices=prices)]
    )
    assert strip(bench).ground.length == 300


def test_a_hidden_strip_costs_nothing(bench):
    bench.replay(wave(400))
    bench.window.chart_desk.ground.want_overview(on=False)
    redraws = strip(bench).picture.redraws
    bench.feed(moved_to(REPLAY, wave(500), RoundId("other")))
    QApplication.processEvents()
    assert strip(bench).picture.redraws == redraws
    bench.window.chart_desk.ground.want_overview(on=True)
    QApplication.processEvents()
    assert strip(bench).picture.redraws > redraws


def test_the_replay_has_one_slider_the_strip_or_where_that_is_not_the_bars_own(bench):
    bench.replay(wave(120))
    scrubber = bench.window.transport.scrubber
    assert strip(bench).isVisible()
    assert not scrubber.isVisible()
    bench.window.chart_desk.ground.want_overview(on=False)
    QApplication.processEvents()
    assert not strip(bench).isVisible()
    assert scrubber.isVisible()
    bench.window.chart_desk.ground.want_overview(on=True)
    QApplication.processEvents()
    assert (strip(bench).isVisible(), scrubber.isVisible()) == (True, False)


def test_a_low_window_leaves_its_room_to_the_chart(bench):
    bench.window.resize(700, 480)
    QApplication.processEvents()
    assert not strip(bench).isVisible()
    bench.window.resize(1280, 900)
    QApplication.processEvents()
    assert strip(bench).isVisible()


def test_a_loop_and_the_wheel_belong_to_the_strip_while_it_is_the_slider(bench):
    bench.replay(wave(400))
    plain = strip(bench).grab().toImage()
    bench.move(position=200, length=400, loop_start=50, loop_end=120)
    assert strip(bench).grab().toImage() != plain
    bench.asked.clear()
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        turn = QWheelEvent(
            QPointF(100, 30), QPointF(100, 30), QPoint(), QPoint(0, -120),
            Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(strip(bench), turn)
    assert bench.asked == [Step(ticks=1), Step(ticks=10)]


def test_another_loop_is_painted_while_the_replay_stands_still(bench):
    bench.replay(wave(400))
    bench.move(position=200, length=400, loop_start=50, loop_end=120)
    pictures = [strip(bench).grab().toImage()]
    QApplication.processEvents()
    paints = Paints()
    strip(bench).installEventFilter(paints)
    for ends in ((60, 120), (60, None), (None, None)):
        before = paints.count
        bench.move(position=200, length=400, loop_start=ends[0], loop_end=ends[1])
        QApplication.processEvents()
        assert paints.count > before
        pictures.append(strip(bench).grab().toImage())
    strip(bench).removeEventFilter(paints)
    assert all(one != other for one, other in pairwise(pictures))


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched, event):
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_another_shape_of_the_same_round_is_shown_too(bench):
    bench.replay(wave(120))
    QApplication.processEvents()
    redraws = strip(bench).picture.redraws
    prices = np.array(wave(120, seed=8))
    shape = event(
        ReplayShaped, stream=REPLAY, round_id=ROUND, ticks=np.arange(120), prices=prices,
        rug_tick=119,
    )  # fmt: skip
    bench.feed([shape])
    QApplication.processEvents()
    assert strip(bench).picture.redraws == redraws + 1


def test_a_strip_painted_in_parts_is_the_same_as_in_one(bench, monkeypatch):
    bench.replay(wave(600))
    QApplication.processEvents()
    in_parts = strip(bench).grab().toImage()
    monkeypatch.setattr(overview_picture, "_EDGES", 10**6)
    strip(bench).set_theme(THEMES["light"])
    strip(bench).grab()
    strip(bench).set_theme(DARK)
    assert strip(bench).grab().toImage() == in_parts


def test_the_handle_is_at_most_a_moment_behind_a_chart_that_moves(bench, qtbot):
    bench.replay(wave(600))
    QApplication.processEvents()
    bench.chart.show_span(10, 60)
    assert strip(bench)._placing.isActive()
    qtbot.waitUntil(lambda: "ticks 10 to" in strip(bench).accessibleDescription())
    assert not strip(bench)._placing.isActive()
