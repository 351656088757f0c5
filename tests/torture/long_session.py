"""A long session with everything on, on a fast exchange: what grows, what stalls, what is lost.

`python -m tests.torture.long_session DIR --minutes 30 [--speed 50] [--chaos] [--traced]` runs the
program itself in this process: the window, the practice exchange in a process of its own, the
recorder, the library, four charts, paper orders by clicks. It prints a page and a JSON line, and
ends with 1 when a tick is lost, when threads or handles grow, or when memory grows too quickly.
"""

import argparse
import os
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from replayer_qt.cli import entry
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from tests.helpers.exchange import RunningExchange, practice_exchange
from tests.torture.long_session_hands import Hands
from tests.torture.long_session_report import Limits, Report, judged, report
from tests.torture.long_session_truth import compare
from tests.torture.long_session_watch import Watch

LOOK_MS = 50
PATIENCE_S = 60.0
"""How long the last round has to arrive in the window [s]."""
ARRIVE_MS = 1_000
"""How long what follows it has, and the recorder with it [ms]."""
SETTINGS = {
    "trading.practice_mode": "paper",
    "paper.cash": 100_000,
    "paper.latency_ms": 0,
    "paper.latency_jitter_ms": 0,
    "risk.max_daily_loss_sol": 0,
    "risk.max_drawdown_sol": 0,
    "risk.duplicate_ms": 0,
    "risk.orders_per_minute": 0,
    "risk.orders_per_second": 0,
    "risk.max_position_sol": 0,
    "risk.max_exposure_sol": 0,
    "risk.collar_percent": 0,
    "risk.kill_on_daily_loss": "false",
    "library.seal_after_s": 20,
}
"""Paper orders that are hardly ever refused, and recordings that are packed soon."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run.

    Attributes:
        folder: where the program keeps its files; must be empty.
        minutes: how long.
        speed: the exchange's [x].
        seed: draws rounds and where hands go.
        every_ms: time between two clicks [ms].
        settle: how much of it passes before what is alive is counted first, as a share.
        chaos: whether the exchange misbehaves now and then, in ways that lose no tick.
        traced: whether allocations are traced, which takes much of the speed.
    """

    folder: Path
    minutes: float = 30.0
    speed: float = 50.0
    seed: int = 5
    every_ms: int = 150
    settle: float = 0.25
    chaos: bool = False
    traced: bool = False


class Session(QObject):
    """Waits for the window, watches it, uses it, and closes it when the time is up."""

    def __init__(self, wish: Wish, exchange: RunningExchange) -> None:
        super().__init__()
        self.watch: Watch | None = None
        self.hands: Hands | None = None
        self.grown: list[str] = []
        self.played: list[dict[str, Any]] = []
        self._wish, self._exchange = wish, exchange
        self._traced: tracemalloc.Snapshot | None = None
        self._counted = False
        self._until = 0.0

    @Slot()
    def begin(self) -> None:
        """Look for the window, from Qt's loop."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        if self.watch is None:
            self._find()
        elif (
            not self._counted and self.watch.passed_s > self._wish.minutes * 60 * self._wish.settle
        ):
            self._counted = True
            self._count()
        elif self.watch.passed_s > self._wish.minutes * 60:
            self._end()

    def _find(self) -> None:
        tops = QApplication.topLevelWidgets()
        window = next((one for one in tops if isinstance(one, MainWindow)), None)
        frames = None if window is None else window.findChild(FrameClock)
        if window is None or frames is None or not window.isVisible():
            return
        recordings, every_ms = self._wish.folder / "recordings", self._wish.every_ms
        self.hands = hands = Hands(window, recordings, every_ms=every_ms, seed=self._wish.seed)
        self.watch = Watch(window, frames, lambda: hands.doing)
        self.watch.start()
        hands.start()
        if self._wish.traced:
            tracemalloc.start()
        for fault in ("duplicate", "slow", "hostile") if self._wish.chaos else ():
            self._exchange.fault(fault)

    def _count(self) -> None:
        assert self.watch is not None
        self.watch.count()
        if self._wish.traced:
            now, before = tracemalloc.take_snapshot(), self._traced
            self._traced = now
            if before is not None:
                self.grown = [str(each) for each in now.compare_to(before, "lineno")[:40]]
        self.watch.excuse()

    def _end(self) -> None:
        """Lay everything down, ask what was played so far, and close when that has arrived."""
        assert self.watch is not None
        assert self.hands is not None
        self._timer.stop()
        self.hands.stop()
        self._count()
        self.watch.stop()
        self.played = self._exchange.rounds()
        self._until = time.monotonic() + PATIENCE_S
        self._timer.timeout.disconnect()
        self._timer.timeout.connect(self._await_the_last)
        self._timer.start(LOOK_MS)

    def _await_the_last(self) -> None:
        """On a busy machine what was played may be on its way for long."""
        assert self.watch is not None
        last = self.played[-1]["round_id"] if self.played else ""
        if last in self.watch.rugged or time.monotonic() > self._until:
            self._timer.stop()
            QTimer.singleShot(ARRIVE_MS, self, self._close)

    @Slot()
    def _close(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow):
                window.close()


def run(wish: Wish) -> Report:
    """Run it, and return what came of it; the program ends in order before."""
    wish.folder.mkdir(parents=True, exist_ok=True)
    with practice_exchange(wish.seed, wish.speed) as exchange:
        session = Session(wish, exchange)
        QMetaObject.invokeMethod(session, "begin", Qt.ConnectionType.QueuedConnection)
        arguments = ["--venue", "practice", "--url", exchange.url, "--data-dir", str(wish.folder)]
        for name, value in SETTINGS.items():
            arguments += ["--set", f"{name}={value}"]
        limit_s = wish.minutes * 60 * 1.5 + 60
        began = time.monotonic()
        code = entry.main([*arguments, "--exit-after", f"{limit_s:.0f}s"])
        took_s = time.monotonic() - began
    assert session.watch is not None, "the window never came"
    assert session.hands is not None
    return report(
        session.watch,
        session.hands,
        compare(wish.folder / "recordings", session.played),
        code=code,
        took_s=took_s,
        speed=wish.speed,
        grown=session.grown,
        log=wish.folder / "logs" / "replayer.log",
    )


def main(arguments: list[str]) -> int:
    """Run what the command line says, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.long_session")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=50.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--every-ms", type=int, default=150)
    parser.add_argument("--settle", type=float, default=0.25)
    parser.add_argument("--chaos", action="store_true")
    parser.add_argument("--traced", action="store_true")
    parser.add_argument("--slope", type=float, default=1.0, help="MiB an hour of the market")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--gap", type=float, default=0.0, help="worst gap [ms]; 0: any")
    chosen = vars(parser.parse_args(arguments))
    limits = Limits(**{name: chosen.pop(name) for name in Limits.__struct_fields__})
    found = run(Wish(**chosen))
    wrong = judged(found, limits)
    sys.stdout.write("\n".join(found.page) + "\n")
    sys.stdout.writelines(f"WRONG: {each}\n" for each in wrong)
    bare = msgspec.structs.replace(found, page=())
    sys.stdout.write(msgspec.json.encode(bare).decode() + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
