"""The real way of a tick, from a feed's thread to the pixel and the disk, with watches on it."""

import asyncio
import math
import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.cli.bench.live_feed import SteadyFeed
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import RecorderSettings, Settings
from replayer_qt.core.state import Advance
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.desk import Desk, Makers
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.recorder_worker import RecorderWorker
from replayer_qt.runtime.tally import Tally
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

SIZE: Final = (1280, 800)
PROBE_MS: Final = 5
WARM_S: Final = 0.7


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the watches say of one run.

    Attributes:
        delays_ms: from the feed's tick to the window's pixels, each tick [ms].
        gaps_ms: how late the main thread's probe came, each time [ms].
        gui: the main thread's share of a core.
        process: the process's share of a core, the recorder's and the feed's threads included.
        frames: frames a second.
        paced_ms: how late the feed's own loop sent a tick, on average [ms].
        sent: ticks that the feed sent.
        taken: ticks that the engine took.
        recorded: ticks that are in the recording afterwards.
        unlike: paintings whose newest candle did not show the newest tick.
        ended: whether feed and recorder ended in time.
    """

    delays_ms: tuple[float, ...]
    gaps_ms: tuple[float, ...]
    gui: float
    process: float
    frames: float
    paced_ms: float
    sent: int
    taken: int
    recorded: int
    unlike: int
    ended: bool


class SightedChart(PriceChart):
    """The chart, noting which ticks are in the picture that it painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.unlike = 0
        self._shown: list[PriceTicked] = []  # bounded: emptied by each painting
        self._painted: list[PriceTicked] = []  # bounded: emptied by `take_painted`

    def show_frame(self, advance: Advance) -> None:
        """Show the newest state, and remember what came with it."""
        super().show_frame(advance)
        self._shown += [each for each in advance.events if isinstance(each, PriceTicked)]

    def take_painted(self) -> list[PriceTicked]:
        """Return the ticks painted since the last call."""
        painted, self._painted = self._painted, []
        return painted

    # Qt's names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._shown:
            drawn, newest = self.plan.candles.close, self._shown[-1]
            self.unlike += not (len(drawn) and math.isclose(drawn[-1], newest.price))
            self._painted += self._shown
            self._shown.clear()


class _Window(MainWindow):
    """The window, noting when its pixels have left it."""

    def __init__(self, chart: SightedChart, folder: Path, clock: SystemClock) -> None:
        self._store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self._sighted = chart
        self.seen: list[tuple[int, list[PriceTicked]]] = []  # bounded by the time of the run
        super().__init__(
            Settings(), chart=chart, version=VERSION, layout_store=self._store, clock=clock
        )  # fmt: skip

    def write_layout(self) -> None:
        """Have the layout written now: left to itself that comes when the folder is gone."""
        self._store.sync()

    # Qt's names from here on.

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:  # painted, and handed to the platform
            painted = self._sighted.take_painted()
            if painted:
                self.seen.append((time.monotonic_ns(), painted))
        return done


class Probe(QObject):
    """A timer of the main thread that notes how late it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []  # bounded by the time of the run
        self._last = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to note."""
        self._last = time.monotonic_ns()
        self._timer.start()

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()

    @Slot()
    def _beat(self) -> None:
        now = time.monotonic_ns()
        self.gaps_ms.append(max(0.0, (now - self._last) / 1e6 - PROBE_MS))
        self._last = now


async def run(rate: int, seconds: float, folder: Path) -> Seen:
    """Run the whole way at `rate` [1/s] for so long, window shown, recording into `folder`.

    Must run on Qt's loop, with a QApplication; leaves nothing behind but the recording.
    """
    clock = SystemClock()
    feed = SteadyFeed(rate, clock)
    host, tally, probe = EngineHost(Engine()), Tally(), Probe()
    # how full the disk is shall not matter
    settings = RecorderSettings(warn_free_mb=2, stop_free_mb=1)
    journal = RecordingJournal(
        folder / "recordings", clock, settings, app_version=VERSION, session="bench"
    )
    recorder = RecorderWorker(journal)
    chart = SightedChart()
    window = _Window(chart, folder, clock)
    frames = FrameClock(max_fps=Settings().chart.max_fps, parent=window)
    desk = _desk(host, clock)
    wiring.wire(host=host, recorder=recorder, desk=desk)
    wiring.wire_window(host=host, desk=desk, frames=frames, window=window)
    host.advanced.connect(tally.count, wiring.WITHIN)
    window.resize(*SIZE)
    window.show()
    recorder.start()
    desk.recording_wanted.emit()
    host.attach(feed.stream)
    host.show(feed.stream)
    worker = wiring.plug_live(feed, host=host, recorder=recorder, clock=clock)
    worker.start()
    await asyncio.sleep(WARM_S)
    window.seen.clear()
    painted, began = frames.frames, time.perf_counter()
    gui, process = time.thread_time(), time.process_time()
    probe.start()
    await asyncio.sleep(seconds)
    probe.stop()
    gui, process = time.thread_time() - gui, time.process_time() - process
    took, painted, seen = time.perf_counter() - began, frames.frames - painted, list(window.seen)
    ended = worker.stop()
    await asyncio.sleep(0.1)
    ended = recorder.stop() and ended
    window.close()
    window.write_layout()
    window.deleteLater()
    return Seen(
        delays_ms=tuple(
            float(delay)
            for at, ticks in seen
            for delay in (at - np.array([tick.mono for tick in ticks])) / 1e6
        ),
        gaps_ms=tuple(probe.gaps_ms),
        gui=gui / took,
        process=process / took,
        frames=painted / took,
        paced_ms=feed.late_ns / max(feed.sent, 1) / 1e6,
        sent=feed.sent,
        taken=tally.ticks,
        recorded=_recorded(folder),
        unlike=chart.unlike,
        ended=ended,
    )


def _desk(host: EngineHost, clock: SystemClock) -> Desk:
    """A desk that is never asked for anything."""

    def nothing(*_arguments: object) -> None:
        raise NotImplementedError

    makers = Makers(
        live=nothing,  # type: ignore[arg-type]
        replay=nothing,  # type: ignore[arg-type]
        plug_live=nothing,  # type: ignore[arg-type]
        plug_replay=nothing,  # type: ignore[arg-type]
        locate=nothing,  # type: ignore[arg-type]
    )
    return Desk(host, makers, clock, record_at_once=False)


def _recorded(folder: Path) -> int:
    return sum(
        isinstance(event, PriceTicked)
        for path in folder.rglob("*.jsonl")
        for event in read_journal(path).events
    )
