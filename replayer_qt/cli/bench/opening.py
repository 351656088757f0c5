"""How long a recorded round takes from the wish to the first paint, in the real window."""

import asyncio
import contextlib
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import msgspec
import qasync
from PySide6.QtCore import QSettings
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.display import choose_platform
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.commands import CloseReplay, OpenRound
from replayer_qt.core.orders import OrderId
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import RoundId
from replayer_qt.machine import Till, assemble
from replayer_qt.runtime.desk import Desk
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

BUDGET_MS: Final = 50.0
_RUNS: Final = 7
_DEADLINE_S: Final = 90.0
_PAINT_S: Final = 5.0
_REST_S: Final = 0.25
_ALL: Final = 2**31
_ROOT: Final = Path(__file__).parents[3]
_SCRIPT: Final = "import sys; from replayer_qt.cli.bench.opening import run; run(sys.argv[1:])"


def opening(folder: Path, rounds: Mapping[str, tuple[Path, RoundId]]) -> list[Result]:
    """Return how long each takes, in a process of its own.

    Args:
        folder: where that may write.
        rounds: a file and the round in it, by what the row is called.
    """
    environ = dict(os.environ, PYTHONPATH=str(_ROOT))
    choose_platform(environ)
    wanted = [text for path, name in rounds.values() for text in (str(path), name)]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and script
            [sys.executable, "-c", _SCRIPT, str(folder), *wanted],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_DEADLINE_S,
            check=False,
        )
        taken = msgspec.json.decode(done.stdout, type=list[tuple[float, float]])
    except (subprocess.TimeoutExpired, msgspec.MsgspecError):
        taken = []
    figures = taken if len(taken) == len(rounds) else [None] * len(rounds)
    return [
        Result(
            name=f"open {name}, to its first paint in the window",
            value=None if figure is None else figure[0],
            unit="ms",
            budget=BUDGET_MS,
            note="it was not painted" if figure is None else f"{figure[1]:.0f} ms of processor",
        )
        for name, figure in zip(rounds, figures, strict=True)
    ]


def run(arguments: list[str]) -> None:
    """Open rounds by turns in a window, and print the shortest times of each as JSON [ms].

    Args:
        arguments: a folder that may be written, then a file and a round's name, and so on.
    """
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    rounds = list(zip(arguments[1::2], arguments[2::2], strict=True))
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        taken = runner.get_loop().run_until_complete(_measure(Path(arguments[0]), rounds))
    print(msgspec.json.encode(taken).decode(), flush=True)
    os._exit(0)


class _Chart(PriceChart):
    """Notes when the first picture with the round's prices was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = (math.inf, math.inf)
        self.painted = asyncio.Event()

    def paintEvent(self, event: QPaintEvent) -> None:  # Qt's name
        super().paintEvent(event)
        if self.tick_count > 1 and not self.painted.is_set():
            self.seen = time.perf_counter(), time.process_time()
            self.painted.set()


async def _measure(folder: Path, rounds: list[tuple[str, str]]) -> list[tuple[float, float]]:
    best = [(math.inf, math.inf)] * len(rounds)
    async with AsyncExitStack() as stack:
        machine = await assemble(
            stack,
            settings=Settings(),
            clock=SystemClock(),
            recordings=folder / "recordings",
            app_version="bench",
            till=Till(folder=folder, profile="bench", redactor=Redactor()),
        )
        chart = _Chart()
        window = MainWindow(
            Settings(),
            version="bench",
            layout_store=QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat),
            chart=chart,
            clock=SystemClock(),
            new_order_id=lambda: OrderId("bench"),
        )
        wiring.wire_window(
            host=machine.host, desk=machine.desk, frames=FrameClock(parent=window), window=window
        )
        window.resize(1280, 800)
        window.show()
        for turn in range(_RUNS + 1):
            for number, (path, name) in enumerate(rounds):
                took = await _open(machine.desk, chart, path, RoundId(name))
                if turn:  # the first time loads what every later one has
                    best[number] = min(best[number][0], took[0]), min(best[number][1], took[1])
        machine.desk.obey(CloseReplay())
        await asyncio.sleep(_REST_S)
        window.close()
    return best


async def _open(desk: Desk, chart: _Chart, path: str, name: RoundId) -> tuple[float, float]:
    desk.obey(CloseReplay())
    await asyncio.sleep(_REST_S)
    chart.painted.clear()
    chart.seen = (math.inf, math.inf)
    began, spent = time.perf_counter(), time.process_time()
    desk.obey(OpenRound(paths=(path,), round_id=name, tick=_ALL))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(chart.painted.wait(), _PAINT_S)
    return (chart.seen[0] - began) * 1e3, (chart.seen[1] - spent) * 1e3
