"""A whole round at full speed through the real window: watched to its end, and right."""

import math
import time

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QPaintEvent

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.commands import Pause, Play, SetSpeed
from replayer_qt.core.settings import ReplaySettings, Settings
from replayer_qt.core.units import StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from tests.helpers.tick_files import round_lines, text

REPLAY = StreamId("replay/1")
TICKS = 1_300


class Chart(PriceChart):
    """Notes the newest tick of each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[int] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        candles = self.plan.candles
        if len(candles):
            self.pictures.append(int(candles.first_tick[-1] + candles.count[-1] - 1))


class Watched:
    """A replay in a window, and where it stands."""

    def __init__(self, path, folder) -> None:
        self.chart = Chart()
        self.host = EngineHost(Engine())
        self.window = MainWindow(
            Settings(),
            version="1.2.3",
            layout_store=QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat),
            chart=self.chart,
            clock=SystemClock(),
        )
        self.frames = FrameClock(cost_ms=self.chart.paint_ms, parent=self.window)
        self.host.advanced.connect(self.frames.collect)
        self.frames.prices.connect(self.window.show_prices)
        self.frames.frame.connect(self.window.show_rest)
        feed = ReplayFeed(
            [path], REPLAY, SystemClock(), ReplaySettings(), find=find_recordings,
            read=open_recording,
        )  # fmt: skip
        self.worker = wiring.plug_replay(feed, host=self.host)

    @property
    def replay(self):
        market = self.host.state.markets.get(REPLAY)
        return None if market is None else market.replay

    @property
    def tick(self) -> int:
        market = self.host.state.markets.get(REPLAY)
        return -1 if market is None or market.round is None else market.round.tick


@pytest.fixture
def watched(qtbot, tmp_path):
    path = tmp_path / "round.jsonl"
    path.write_bytes(text(round_lines([1 + n % 50 / 100 for n in range(TICKS - 1)] + [0.02])))
    made = Watched(path, tmp_path)
    qtbot.addWidget(made.window)
    made.window.show()
    made.host.show(REPLAY)
    made.worker.start()
    qtbot.waitUntil(lambda: made.replay is not None)
    yield made
    assert made.worker.stop()


def test_a_round_at_full_speed_is_on_the_chart_to_its_last_tick(watched, qtbot):
    """N16: the chart is painted meanwhile and holds index + 1 ticks; words stand at the end too."""
    qtbot.waitUntil(lambda: bool(watched.chart.pictures))
    watched.chart.pictures.clear()
    watched.worker.steer(SetSpeed(speed=math.inf))
    began = time.monotonic()
    watched.worker.steer(Play())
    qtbot.waitUntil(lambda: watched.tick == TICKS - 1)
    took = time.monotonic() - began
    qtbot.waitUntil(lambda: watched.chart.pictures[-1:] == [TICKS - 1])
    assert took < 5  # of a second's tenth; the machine may be busy
    series = watched.chart.plan.series
    assert len(series) == watched.tick + 1 == TICKS
    assert series.ticks[-1] == TICKS - 1
    qtbot.waitUntil(lambda: not watched.replay.playing)
    qtbot.waitUntil(lambda: watched.window.strip.status.tick.text == f"{TICKS - 1:,}")


def test_a_fast_replay_is_painted_all_along_and_each_picture_is_newer(watched, qtbot):
    """N16: at a thousand times its speed, too, the chart is never ahead of or behind its index."""
    watched.chart.pictures.clear()
    watched.worker.steer(SetSpeed(speed=1_000.0))
    watched.worker.steer(Play())
    qtbot.waitUntil(lambda: watched.tick == TICKS - 1)
    qtbot.waitUntil(lambda: watched.chart.pictures[-1:] == [TICKS - 1])
    pictures = watched.chart.pictures
    assert pictures == sorted(pictures)
    assert len(set(pictures)) >= 5
    watched.worker.steer(Pause())
    assert len(watched.chart.plan.series) == TICKS
    assert watched.frames.painted > watched.frames.frames
