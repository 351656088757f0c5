"""How the window keeps up with a feed: gaps of the main thread, and its share of the processor."""

import asyncio
import math
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from replayer_qt import wiring
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, PriceTicked, RoundOpened
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import Nanos, RoundId, StreamId, stream_of
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

RATES: Final = (1_000, 10_000)
RUN_S: Final = 4.0
ROUND_TICKS: Final = 20_000
_TURN_S: Final = 0.01
_PROBE_MS: Final = 2
_BUDGETS_MS: Final = {10_000: (33.0, 100.0)}


def measure() -> list[Result]:
    """Return gaps and load while ticks come at each rate, window and chart shown."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    results: list[Result] = []  # bounded: four for each rate
    for rate in RATES:
        results += _measure_rate(rate)
    del app
    return results


class _Steady:
    """Ticks at one rate, a batch each 10 ms."""

    def __init__(self, rate: int) -> None:
        self.name = f"{rate}/s"
        self.stream: StreamId = stream_of("bench", "steady")
        self.sent = 0
        self._rate = rate

    async def events(self) -> AsyncGenerator[Event, None]:
        begun = time.monotonic()
        while True:
            due = int((time.monotonic() - begun) * self._rate)
            while self.sent < due:
                tick = self._tick(self.sent)
                if tick.tick == 0:
                    yield RoundOpened(
                        at=tick.at, mono=tick.mono, stream=tick.stream, round_id=tick.round_id
                    )
                yield tick
                self.sent += 1
            await asyncio.sleep(_TURN_S)

    def steer(self, command: Command) -> None:
        """Nothing steers it."""

    def _tick(self, number: int) -> PriceTicked:
        played, tick = divmod(number, ROUND_TICKS)
        return PriceTicked(
            at=Nanos(time.time_ns()),
            mono=Nanos(time.monotonic_ns()),
            stream=self.stream,
            round_id=RoundId(f"20260101-{played:016x}"),
            tick=tick,
            price=1.0 + 0.5 * math.sin(tick / 300),
        )


def _measure_rate(rate: int) -> list[Result]:
    feed = _Steady(rate)
    host = EngineHost(Engine())
    with tempfile.TemporaryDirectory(prefix="replayer-live-") as folder:
        store = QSettings(str(Path(folder, "window.ini")), QSettings.Format.IniFormat)
        window = MainWindow(Settings(), chart=PriceChart(), version=VERSION, layout_store=store)
        frames = FrameClock(parent=window)
        host.advanced.connect(frames.collect, wiring.WITHIN)
        frames.frame.connect(window.show_frame, wiring.WITHIN)
        window.resize(1280, 800)
        window.show()
        host.show(feed.stream)
        worker = wiring.plug_replay(feed, host=host)
        worker.start()
        _spin(0.5)
        cpu = time.process_time()
        gaps = sorted(_spin(RUN_S))
        share = (time.process_time() - cpu) / RUN_S
        ended = worker.stop()
        window.close()
        window.deleteLater()
    p99, worst = gaps[int(len(gaps) * 0.99)], gaps[-1]
    p99_budget, worst_budget = _BUDGETS_MS.get(rate, (None, None))
    at = f"live: {rate} ticks/s"
    return [
        Result(name=f"{at}, GUI gap p99", value=p99, unit="ms", budget=p99_budget),
        Result(name=f"{at}, GUI gap max", value=worst, unit="ms", budget=worst_budget),
        Result(
            name=f"{at}, processor", value=100 * share, unit="% of a core",
            note="" if ended else "the feed did not end in time",
        ),
        Result(name=f"{at}, frames", value=frames.frames / (RUN_S + 0.5), unit="1/s"),
    ]  # fmt: skip


def _spin(seconds: float) -> list[float]:
    """Run Qt's loop and return how late its timer came, each time [ms]."""
    app = QApplication.instance()
    if app is None:
        return []
    late: list[float] = []  # bounded by the time it runs
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, (now - last) * 1000 - _PROBE_MS))
        last = now

    probe = QTimer()
    probe.setTimerType(Qt.TimerType.PreciseTimer)
    probe.setInterval(_PROBE_MS)
    probe.timeout.connect(beat)
    probe.start()
    QTimer.singleShot(round(seconds * 1000), app.quit)
    app.exec()
    probe.stop()
    return late
