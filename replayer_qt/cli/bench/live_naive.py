"""The way that first comes to mind: one queued signal a tick, and the whole line set anew."""

import asyncio
import math
import threading
import time
from typing import Final

import msgspec
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, QThread, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from replayer_qt.cli.bench.live_window import SIZE, Probe

PATIENCE_S: Final = 30.0
_SOME: Final = 0.1


class Naive(msgspec.Struct, frozen=True, kw_only=True):
    """What the watches say of the naive way.

    Attributes:
        delays_ms: from the tick to the window's pixels, each tick [ms].
        gap_ms: the latest that the main thread's probe came [ms].
        gui: the main thread's share of a core, while ticks came or waited.
    """

    delays_ms: tuple[float, ...]
    gap_ms: float
    gui: float


class _Ticking(QThread):
    """Emits one signal a tick, each when it is due."""

    ticked = Signal(object)

    def __init__(self, rate: int, seconds: float) -> None:
        super().__init__()
        self.sent = 0
        self.over = threading.Event()
        self._rate, self._seconds = rate, seconds

    def run(self) -> None:
        """Qt's name for the body of the thread."""
        began = time.monotonic()
        while not self.over.is_set():
            passed = time.monotonic() - began
            due = int(min(passed, self._seconds) * self._rate)
            for number in range(self.sent, due):
                price = 1.0 + 0.5 * math.sin(number / 300)
                self.ticked.emit((time.monotonic_ns(), price))
            self.sent = due
            if passed >= self._seconds:
                return
            self.over.wait(max(0.0005, 1 / self._rate))


class _Plot(QMainWindow):
    """A plot of all ticks so far."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0
        self.delays_ms: list[float] = []  # bounded by the ticks of the run
        self._prices: list[float] = []  # bounded by the ticks of the run
        self._waiting: list[int] = []  # bounded: emptied by each painting
        self._plot = pg.PlotWidget()
        self._curve = self._plot.plot()
        self.setCentralWidget(self._plot)
        self.resize(*SIZE)

    @Slot(object)
    def take(self, tick: tuple[int, float]) -> None:
        """Plot one more tick."""
        self.taken += 1
        self._waiting.append(tick[0])
        self._prices.append(tick[1])
        self._curve.setData(self._prices)

    # Qt's names from here on.

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            now = time.monotonic_ns()
            self.delays_ms += [(now - at) / 1e6 for at in self._waiting]
            self._waiting.clear()
        return done


async def run(rate: int, seconds: float) -> Naive:
    """Tick for so long and wait until all of it is on the plot, or patience is out."""
    plot, probe, thread = _Plot(), Probe(), _Ticking(rate, seconds)
    thread.ticked.connect(plot.take, Qt.ConnectionType.QueuedConnection)
    plot.show()
    await asyncio.sleep(_SOME)
    began, gui = time.perf_counter(), time.thread_time()
    probe.start()
    thread.start()
    while time.perf_counter() - began < PATIENCE_S:
        await asyncio.sleep(_SOME)
        if thread.isFinished() and len(plot.delays_ms) >= thread.sent:
            break
    probe.stop()
    thread.over.set()
    thread.wait()
    gui = (time.thread_time() - gui) / (time.perf_counter() - began)
    thread.ticked.disconnect(plot.take)
    plot.close()
    plot.deleteLater()
    return Naive(delays_ms=tuple(plot.delays_ms), gap_ms=max(probe.gaps_ms, default=0.0), gui=gui)
