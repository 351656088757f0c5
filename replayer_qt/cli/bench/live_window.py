"""The real window on a stage: an engine and a frame clock, and watches on what is painted."""

import math
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent

from replayer_qt import wiring
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance
from replayer_qt.engine.engine import Engine
from replayer_qt.ports import Clock
from replayer_qt.runtime.desk import Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.makers import Makers
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

SIZE: Final = (1280, 800)
PROBE_MS: Final = 5


class SightedChart(PriceChart):
    """The chart, noting which ticks are in the picture that it painted last.

    Attributes:
        unlike: paintings whose newest candle did not show the newest tick.
        newest: the newest tick in the last picture, and when it was painted [s of `perf_counter`].
    """

    def __init__(self) -> None:
        super().__init__()
        self.unlike = 0
        self.newest = (-1, 0.0)
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
        candles = self.plan.candles
        if len(candles):
            tick = int(candles.first_tick[-1] + candles.count[-1] - 1)
            if tick != self.newest[0]:
                self.newest = tick, time.perf_counter()
        if self._shown:
            drawn, newest = self.plan.candles.close, self._shown[-1]
            self.unlike += not (len(drawn) and math.isclose(drawn[-1], newest.price))
            self._painted += self._shown
            self._shown.clear()


class SightedWindow(MainWindow):
    """The window, noting when its pixels have left it."""

    def __init__(self, chart: SightedChart, folder: Path, clock: Clock) -> None:
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

    def event(self, event: QEvent) -> bool:  # noqa: D102
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


class Stage:
    """All of the window's way but feeds and recorder.

    Must be made on Qt's thread, with a QApplication.

    Attributes:
        host: takes what feeds send.
        desk: is never asked for anything.
        chart: the chart in the window.
        window: the window, shown.
        frames: its frames.
        probe: notes how late the main thread is.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.host, self.probe = EngineHost(Engine()), Probe()
        self.desk = _desk(self.host, clock)
        self.chart = SightedChart()
        self.window = SightedWindow(self.chart, folder, clock)
        self.frames = FrameClock(
            max_fps=Settings().chart.max_fps,
            cost_ms=self.window.chart_desk.panes.paint_ms,
            parent=self.window,
        )
        wiring.wire_window(host=self.host, desk=self.desk, frames=self.frames, window=self.window)
        self.window.resize(*SIZE)
        self.window.show()

    def clear(self) -> None:
        """Close the window for good."""
        self.window.close()
        self.window.write_layout()
        self.window.deleteLater()


def _desk(host: EngineHost, clock: Clock) -> Desk:
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
