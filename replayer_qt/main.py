"""The composition root of the window: builds everything, connects it, runs it, stops it in reverse.

Start-up, in order: choose a platform that can draw (offscreen where there is no display); the Qt
application with one asyncio loop inside it; the crash hooks and the heartbeat; the machine (engine,
recorder, desk); the window; what the command line asked for. Then nothing happens here until the
window closes, Ctrl-C is pressed or the time is up.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NoReturn

import msgspec
import qasync
from msgspec.structs import replace
from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.display import choose_platform
from replayer_qt.adapters.drawing_store import DrawingFiles
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.adapters.memory import peak_rss_mib
from replayer_qt.core.commands import Connect, OpenRecordings, OpenRound
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.event_ids import EventIds
from replayer_qt.core.options import VERSION, WindowOptions
from replayer_qt.core.orders import OrderId
from replayer_qt.core.report import status_line
from replayer_qt.core.settings import Settings
from replayer_qt.core.trade_commands import Kill
from replayer_qt.machine import Machine, Till, assemble
from replayer_qt.runtime.crash import CrashHooks
from replayer_qt.runtime.desk import NOWHERE, Desk
from replayer_qt.runtime.heartbeat import Heartbeat
from replayer_qt.runtime.library_desk import LibraryDesk
from replayer_qt.runtime.settling import Settling
from replayer_qt.runtime.tally import Tally
from replayer_qt.runtime.teller import Teller
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow

STATUS_EVERY_S: Final = 5.0
INTERRUPTED: Final = 130
DISPLAY_GONE: Final = 3
IDLE_MS: Final = 4_000
"""How long after the start the library's window is made [ms]."""
STEP_MS: Final = 200
"""How long after one part of it the next one is made [ms]."""
TURN_S: Final = 0.0005
"""How long another thread may compute while this one wants its turn [s].

Painting a frame gives the interpreter's lock away many times; each time it would wait ten times as
long to have it back from a thread that reads a recording.
"""

log = logging.getLogger(__name__)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The last line of a run that was told when to end."""

    ticks_received: int
    frames_painted: int
    worst_gui_gap_ms: float
    rounds_recorded: int
    peak_rss_mib: float
    errors: int


def main(options: WindowOptions, redactor: Redactor) -> int:
    """Run the window until it is closed, and return the exit code.

    Args:
        options: what the command line decided.
        redactor: learns which secrets no text may have in it.
    """
    choose_platform(os.environ)
    sys.setswitchinterval(TURN_S)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Replayer")
    app.setApplicationVersion(VERSION)
    app.setQuitOnLastWindowClosed(False)  # the loop ends when everything has been stopped
    built: list[Machine] = []  # bounded: one
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        loop = runner.get_loop()
        running = loop.create_task(_run(options, redactor, app, built))
        try:
            return loop.run_until_complete(running)
        except RuntimeError:
            if running.done():
                raise
            _end_without_display(built)


def _end_without_display(built: list[Machine]) -> NoReturn:
    """Stop in order, though Qt's loop has ended under us; nothing that needs it can be run."""
    stopped = [machine.abandon() for machine in built]
    late = "" if all(stopped) else ", not in time"
    log.error("the display is gone; everything was stopped%s", late)
    logging.shutdown()
    os._exit(DISPLAY_GONE)


async def _run(
    options: WindowOptions, redactor: Redactor, app: QApplication, built: list[Machine]
) -> int:
    over = asyncio.Event()
    _end_on_signals(over)
    tally = Tally()
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        hooks = CrashHooks(clock, NOWHERE)
        hooks.install()
        hooks.watch(asyncio.get_running_loop())
        stack.callback(hooks.uninstall)
        heartbeat = Heartbeat()
        heartbeat.start()
        stack.callback(heartbeat.stop)
        machine = await assemble(
            stack,
            settings=options.settings,
            clock=clock,
            recordings=Path(options.recordings),
            app_version=VERSION,
            till=Till(folder=Path(options.data_dir), profile=options.profile, redactor=redactor),
        )
        built.append(machine)
        _kill_on_signal(machine)
        wiring.wire_watch(host=machine.host, desk=machine.desk, hooks=hooks, tally=tally)
        chart = PriceChart()
        unseen = app.platformName() == "offscreen"
        window = _build_window(options, machine, chart, heartbeat, unseen=unseen)
        window.closed.connect(over.set)
        window.show()
        stack.callback(window.close)
        heartbeat.forget()  # building the window is not a stall
        settling = Settling()
        settling.start()
        stack.callback(settling.stop)
        teller = Teller(_say)
        if unseen:
            wiring.wire_teller(host=machine.host, teller=teller)
        await machine.mend()
        _obey_options(options, machine, window)
        await asyncio.to_thread(_load_library_window)
        if not unseen:
            for shelf in window.findChildren(_Shelf):
                shelf.make_when_idle()
        await _until_over(options, machine, over, unseen=unseen)
        _take_picture(options, window, unseen=unseen)
        painted, gap_ms = chart.frames_painted, heartbeat.worst_gap_ms
    if options.exit_after_s is not None or options.screenshot is not None:
        summary = Summary(
            ticks_received=tally.ticks,
            frames_painted=painted,
            worst_gui_gap_ms=round(gap_ms, 1),
            rounds_recorded=tally.rounds,
            peak_rss_mib=round(peak_rss_mib(), 1),
            errors=tally.errors + hooks.caught + tally.unrecorded,
        )
        print(msgspec.json.encode(summary).decode(), flush=True)
    return 0


def _end_on_signals(over: asyncio.Event) -> None:
    """End in order at the first signal; at the second at once, which no written record minds."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        if over.is_set():
            os._exit(INTERRUPTED)
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts the loop
            loop.add_signal_handler(number, end)


def _kill_on_signal(machine: Machine) -> None:
    """Press the kill switch at SIGUSR1: another way in that needs no window."""
    trade = machine.trade
    number = getattr(signal, "SIGUSR1", None)  # Windows has none
    if trade is None or number is None:
        return
    press = Kill(by="signal", reason="SIGUSR1 was received")
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(number, trade.obey, press)


def _build_window(
    options: WindowOptions,
    machine: Machine,
    chart: PriceChart,
    heartbeat: Heartbeat,
    *,
    unseen: bool,
) -> MainWindow:
    settings = options.settings
    if unseen:  # Qt's offscreen screen is small, and would squeeze a restored window
        settings = replace(settings, window=replace(settings.window, restore_layout=False))
    store = QSettings(str(Path(options.data_dir, "window.ini")), QSettings.Format.IniFormat)
    clock, ids = SystemClock(), EventIds(secrets.randbits)
    drawings = DrawingFiles(Path(options.data_dir, "drawings"))
    window = MainWindow(
        settings,
        version=VERSION,
        layout_store=store,
        chart=chart,
        clock=clock,
        new_order_id=lambda: OrderId(ids.next(clock.now()).decode()),
        drawings=drawings,
    )
    window.closed.connect(drawings.close)
    cost_ms = window.chart_desk.panes.paint_ms
    frames = FrameClock(max_fps=settings.chart.max_fps, cost_ms=cost_ms, parent=window)
    window.chart_desk.hud.watch(
        gap_ms=heartbeat.take_gap_ms, left_out=lambda: (frames.shed, frames.merged)
    )
    wiring.wire_window(
        host=machine.host,
        desk=machine.desk,
        trade=machine.trade,
        bookmarks=machine.bookmarks,
        frames=frames,
        window=window,
    )
    if machine.vault is not None:
        wiring.wire_vault(vault=machine.vault, window=window)
    if machine.library is not None:
        shelf = _Shelf(machine.library, machine.desk, window, store, settings, parent=window)
        window.library_wanted.connect(shelf.show)
        wiring.wire_survival(library=machine.library, window=window)
    return window


def _load_library_window() -> None:
    """Load what Ctrl+L needs away from the main thread, after the start: its plots take long."""
    import replayer_qt.ui.library.study_page  # noqa: PLC0415  # see above
    import replayer_qt.ui.library.window  # noqa: F401, PLC0415  # see above


class _Shelf(QObject):
    """The library's window: made part by part while nothing happens, or when it is asked for."""

    def __init__(
        self,
        library: LibraryDesk,
        desk: Desk,
        window: MainWindow,
        store: QSettings,
        settings: Settings,
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._parts = (library, desk, window)
        self._store, self._settings = store, settings
        self._shown: QWidget | None = None
        self._steps = self._made()
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._make_more)

    def make_when_idle(self) -> None:
        """Make it soon, one part after another: all at once would be seen as a stall."""
        self._idle.start()

    @Slot()
    def show(self) -> None:
        """Show it, or bring it to the front."""
        from replayer_qt.ui.library.window import LibraryWindow  # noqa: PLC0415  # see below

        while self._make_more():
            pass
        if isinstance(self._shown, LibraryWindow):
            self._shown.come_forward()

    @Slot()
    def _make_more(self) -> bool:
        """Make the next part; False when there is none."""
        self._idle.setInterval(STEP_MS)
        more = next(self._steps, False)
        if not more:
            self._idle.stop()
        return more

    def _made(self) -> Iterator[bool]:
        # loaded after the start, which is not to wait for plots and tables
        from replayer_qt.ui.library.study_page import StudyPage  # noqa: PLC0415
        from replayer_qt.ui.library.window import LibraryWindow, Pages  # noqa: PLC0415

        library, desk, main = self._parts
        page = StudyPage()
        yield True
        pages = Pages(self._settings.library)
        _ = pages.rounds
        yield True
        _ = pages.space
        yield True
        shown = LibraryWindow(layout_store=self._store, theme=main.theme, pages=pages)
        shown.take_study(page, page)
        wiring.wire_library_window(library=library, desk=desk, window=shown, main=main)
        shown.asked.connect(self._give_way)
        self._shown = shown
        yield True
        shown.grab()  # lays everything out, which its first sight would wait for
        yield True

    @Slot(object)
    def _give_way(self, request: object) -> None:
        """A round that was opened is to be seen: the main window comes to the front."""
        if isinstance(request, OpenRound | OpenRecordings):
            main = self._parts[2]
            main.raise_()
            main.activateWindow()


def _obey_options(options: WindowOptions, machine: Machine, window: MainWindow) -> None:
    venue = options.venue or options.settings.window.connect_at_start
    if venue != "none":
        machine.desk.obey(Connect(venue=venue, url=options.url))
    if options.files:
        window.open_paths([str(Path(path).absolute()) for path in options.files])


async def _until_over(
    options: WindowOptions, machine: Machine, over: asyncio.Event, *, unseen: bool
) -> None:
    """Wait for the end; where nobody can see the window, say how things stand meanwhile."""
    if unseen:
        _say("No display: working offscreen; Ctrl-C ends it.")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(options.exit_after_s):
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STATUS_EVERY_S if unseen else None):
                        await over.wait()
                if unseen:
                    _say(status_line(machine.host.state))


def _take_picture(options: WindowOptions, window: MainWindow, *, unseen: bool) -> None:
    place = options.screenshot
    if place is None and unseen:
        place = str(Path(options.data_dir, "window.png"))
    if place is None:
        return
    if window.grab().save(place):
        _say(f"Picture of the window: {place}")
    else:
        raise DataDirUnusable(
            f"The picture could not be saved as {place}.",
            remedy="Name a file ending in .png in a folder that can be written.",
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # standard output is for the summary alone
