"""The whole program for a test: machine, window and chart as `main` builds them, in one folder."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.core.commands import Show
from replayer_qt.core.orders import OrderId
from replayer_qt.core.replay_commands import SetLoopStart
from replayer_qt.core.session import Session
from replayer_qt.core.settings import FeedSettings, RiskSettings, Settings
from replayer_qt.core.state import Advance, MarketState
from replayer_qt.machine import Till, assemble
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

QUICK = Settings(
    feed=FeedSettings(backoff_base_s=0.05, backoff_cap_s=0.2),
    risk=RiskSettings(
        duplicate_ms=0, orders_per_second=0, orders_per_minute=0, collar_percent=0,
        refuse_gapped=False,
    ),
)  # fmt: skip
"""Settings under which nothing waits, and no order is refused for its haste."""


async def until(claim, *, within_s: float = 25.0) -> None:
    """Wait for what other threads do."""
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110  # they do it without a word to this loop
            await asyncio.sleep(0.001)


class Program:
    """One program and its window."""

    def __init__(self, machine, window: MainWindow, frames: FrameClock, settings: Settings) -> None:
        self.machine, self.window, self.frames = machine, window, frames
        self.settings = settings
        self.chart = window.chart_desk.chart
        self.session = Session()
        self.ordered = 0
        self._late: set[str] = set()
        self._marker = 1_000_000
        self._blind = False
        machine.host.advanced.connect(self._keep)
        frames.frame.connect(self._note)  # after the window, which was connected before
        frames.prices.connect(self._note_prices)

    def _keep(self, advance: Advance) -> None:
        self.session = advance.session

    def _note(self, _advance: Advance) -> None:
        self._late.discard("frame")

    def _note_prices(self, _advance: Advance) -> None:
        self._late.discard("prices")

    @property
    def state(self):
        return self.machine.host.state

    @property
    def replay(self) -> MarketState | None:
        """The replay that is open."""
        markets = self.state.markets.values()
        return next((one for one in markets if one.opened is not None), None)

    def obey(self, *commands: object) -> None:
        """Ask as the window does."""
        for command in commands:
            self.window.asked.emit(command)

    def trade(self, kind, **wish: object) -> OrderId:
        """Ask for an order where the replay stands."""
        self.ordered += 1
        key = OrderId(f"order-{self.ordered:04}")
        self.obey(kind(stream=self.replay.stream, key=key, **wish))
        return key

    def close_eyes(self) -> None:
        """Let the window see nothing, which is quicker; the program goes on."""
        if not self._blind:
            self._blind = True
            self.machine.host.advanced.disconnect(self.frames.collect)

    def open_eyes(self) -> None:
        """Let the window see what happens from now on; another round tells it all of a replay."""
        if self._blind:
            self._blind = False
            self.machine.host.advanced.connect(self.frames.collect, wiring.WITHIN)

    async def seen(self) -> None:
        """Wait until the window shows all that has happened: to look again is to be shown it."""
        self._late = {"frame", "prices"}
        self.obey(Show(stream=self.state.shown))
        await until(lambda: not self._late)

    async def at_rest(self, *commands: object) -> None:
        """Ask the replay, and wait until it has obeyed all of it; `seen` waits for the window.

        The beginning of a loop that has no end marks the place in the replay's answers.
        """
        self._marker += 1
        self.obey(*commands, SetLoopStart(tick=self._marker))

        def obeyed() -> bool:
            told = self.replay
            return (
                told is not None
                and told.replay is not None
                and told.replay.loop_start == self._marker
            )

        await until(obeyed)


async def program(
    stack: AsyncExitStack, folder: Path, settings: Settings = QUICK, *, max_fps: int = 240
) -> Program:
    """Build what `main` builds; leaving `stack` ends it. The recordings are in `recordings`."""
    (folder / "recordings").mkdir(exist_ok=True)
    clock = SystemClock()
    machine = await assemble(
        stack,
        settings=settings,
        clock=clock,
        recordings=folder / "recordings",
        app_version="test",
        till=Till(folder=folder, profile="test", redactor=Redactor()),
    )
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(
        settings,
        version="test",
        layout_store=store,
        chart=PriceChart(),
        clock=clock,
        new_order_id=lambda: OrderId(f"window-{clock.now()}"),
    )
    frames = FrameClock(max_fps=max_fps, parent=window)
    wiring.wire_window(
        host=machine.host,
        desk=machine.desk,
        trade=machine.trade,
        bookmarks=machine.bookmarks,
        frames=frames,
        window=window,
    )
    window.resize(1280, 800)
    window.show()
    QGuiApplication.setQuitOnLastWindowClosed(False)  # as `main` does: the loop goes on

    def put_away() -> None:
        window.close()
        window.deleteLater()
        QGuiApplication.setQuitOnLastWindowClosed(True)

    stack.callback(put_away)
    return Program(machine, window, frames, settings)
