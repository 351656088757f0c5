"""A window that scrolls, replays back and returns while thousands of ticks a second come in."""

import asyncio
import random
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.commands import CloseReplay, Connect, Disconnect, Play, SetSpeed
from replayer_qt.core.events import FeedChanged, Link, PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.view import is_recording
from tests.gui.desk import Store
from tests.helpers.past_desk import past_desk

ROUNDS, ROUNDS_MOST, TICKS, BURST = 10, 100, 1_500, 20
PER_SECOND = 4_000


class PacedFlood:
    """Rounds at thousands of ticks a second, until it may end; keeps what it told, and when."""

    name = "flood"
    stream = PRACTICE

    def __init__(self) -> None:
        self.told: list[PriceTicked | RoundOpened | RoundRugged] = []
        self.rounds = 0
        self.may_begin = self.may_end = self.is_over = False

    async def events(self):
        clock, rng = SystemClock(), random.Random(9)
        while not self.may_begin:  # noqa: ASYNC110  # it is set on another thread
            await asyncio.sleep(0.001)
        now, mono = clock.now(), clock.monotonic()
        yield FeedChanged(at=now, mono=mono, stream=PRACTICE, link=Link.LIVE)
        began, sent = time.monotonic(), 0
        for number in range(ROUNDS_MOST):
            if number >= ROUNDS and self.may_end:
                break
            self.rounds += 1
            name = RoundId(f"20261121-{number:04}")
            yield self._made(clock, RoundOpened, name)
            price = 1.0
            for tick in range(TICKS):
                price *= 1 + rng.uniform(-0.04, 0.043)
                yield self._made(clock, PriceTicked, name, tick=tick, price=price)
                sent += 1
                if sent % BURST == 0:
                    ahead = began + sent / PER_SECOND - time.monotonic()
                    await asyncio.sleep(max(ahead, 0))
            yield self._made(clock, RoundRugged, name, tick=TICKS - 1, price=price)
        self.is_over = True
        await asyncio.Event().wait()

    def _made(self, clock, kind, name, **fields):
        now, mono = clock.now(), clock.monotonic()
        made = kind(at=now, mono=mono, stream=PRACTICE, round_id=name, **fields)
        self.told.append(made)
        return made

    def steer(self, command):
        pass


class Watched:
    """A desk with a real recorder, a real engine, a real window, and the past of a flood."""

    def __init__(self, folder) -> None:
        clock = SystemClock()
        self.folder = folder
        self.feed = PacedFlood()
        self.host, self.recorder, self.desk = past_desk(folder, self.feed, clock)
        self.chart = PriceChart()
        self.window = MainWindow(
            Settings(), version="1", layout_store=Store(), chart=self.chart, clock=clock
        )
        self.frames = FrameClock(max_fps=60, parent=self.window)
        wiring.wire_window(host=self.host, desk=self.desk, frames=self.frames, window=self.window)
        self.latest_ns = 0
        self._clock = clock
        self.host.advanced.connect(self._hear)

    def _hear(self, advance) -> None:
        now = self._clock.monotonic()
        lags = [now - one.mono for one in advance.events if one.stream == PRACTICE]
        self.latest_ns = max([self.latest_ns, *lags])

    @property
    def is_back(self) -> bool:
        """Whether the window shows the past, in words, and so does the chart."""
        shown = self.host.state.shown
        return (
            shown not in {None, PRACTICE}
            and self.window.chart_desk.era.era.is_past
            and self.chart.plan.stream == shown
        )

    @property
    def is_live(self) -> bool:
        """Whether the window shows the running market and follows it."""
        return (
            self.window.chart_desk.era.era.word == "LIVE"
            and self.chart.plan.stream == PRACTICE
            and self.chart.following
        )

    def press(self, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.chart, key, modifiers)


@pytest.fixture
def watched(qtbot, tmp_path):
    made = Watched(tmp_path)
    qtbot.addWidget(made.window)
    made.window.resize(1000, 700)
    made.window.show()
    made.window.activateWindow()
    made.chart.setFocus()
    yield made
    made.desk.obey(CloseReplay())
    made.desk.obey(Disconnect())
    qtbot.waitUntil(made.desk._all_left.is_set, timeout=20_000)
    assert made.recorder.stop()


def turned(widget, notches):
    place = QPointF(widget.rect().center())
    QApplication.sendEvent(
        widget,
        QWheelEvent(
            place,
            widget.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_one_scrolls_and_replays_back_and_returns_by_end_while_a_flood_is_recorded(watched, qtbot):
    """N15, S0-H8: 15,000 ticks and more, 4,000 a second: each on disk as told, none held up."""
    watched.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: is_recording(watched.host.state), timeout=20_000)
    watched.feed.may_begin = True
    qtbot.waitUntil(lambda: watched.chart.tick_count > 200, timeout=20_000)
    rng, visits, scrolled = random.Random(5), 0, 0
    while not watched.feed.is_over:
        watched.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
        turned(watched.chart.viewport(), rng.choice([-1, 1]))
        scrolled += not watched.chart.following
        watched.press(rng.choice([Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_B]))
        qtbot.waitUntil(lambda: watched.is_back, timeout=20_000)
        for command in (SetSpeed(speed=rng.choice([1.0, 50.0, float("inf")])), Play()):
            watched.window.asked.emit(command)
        for key in rng.sample([Qt.Key.Key_Right, Qt.Key.Key_P, Qt.Key.Key_Left], 2):
            watched.press(key)
            qtbot.wait(rng.choice([1, 20]))
        assert watched.is_back
        watched.press(Qt.Key.Key_End)
        qtbot.waitUntil(lambda: watched.is_live, timeout=20_000)
        visits += 1
        watched.feed.may_end = visits >= 4
    told = [one for one in watched.feed.told if isinstance(one, PriceTicked)]
    assert len(told) == watched.feed.rounds * TICKS
    assert visits >= 4
    assert scrolled >= 4
    assert len(told) / ((told[-1].mono - told[0].mono) / 1e9) > 1_000
    sent = len(watched.feed.told)
    qtbot.waitUntil(
        lambda: watched.host.state.markets[PRACTICE].finished == watched.feed.rounds, timeout=20_000
    )
    qtbot.waitUntil(lambda: watched.host.state.recording.records >= sent, timeout=20_000)
    assert watched.host.state.recording.lost == 0
    assert watched.host.state.markets[PRACTICE].refused == 0
    assert watched.latest_ns < 10_000_000_000
    watched.desk.obey(Disconnect())
    qtbot.waitUntil(watched.desk._all_left.is_set, timeout=20_000)
    assert watched.recorder.stop()
    assert on_disk(watched.folder) == [told_as(one) for one in watched.feed.told]


def told_as(one):
    return (type(one).__name__, one.at, one.round_id, getattr(one, "tick", -1),
            getattr(one, "price", 0.0))  # fmt: skip


def on_disk(folder):
    """What the files hold of the rounds, in the order in which it came."""
    found = []
    for path in sorted(folder.rglob("*.jsonl")):
        recording = read_journal(path)
        assert not recording.damage
        found += [
            told_as(one)
            for one in recording.events
            if isinstance(one, PriceTicked | RoundOpened | RoundRugged)
        ]
    return sorted(found, key=lambda one: one[1])
