"""Each part is made to raise, one after the other; the program goes on and says so."""

import logging
from contextlib import AsyncExitStack

import pytest

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.commands import Chaos, Connect, Show
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.settings import FeedSettings, Settings
from replayer_qt.core.units import PRACTICE
from replayer_qt.engine.engine import Engine
from replayer_qt.machine import assemble
from replayer_qt.runtime.crash import CrashHooks
from replayer_qt.runtime.desk import NOWHERE, Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.heartbeat import Heartbeat
from replayer_qt.runtime.outlet import Outlet
from replayer_qt.runtime.tally import Tally
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.notices import Notices
from replayer_qt.ui.panels.feed import FeedPanel
from replayer_qt.ui.panels.rounds import RoundsPanel
from replayer_qt.ui.panels.status_strip import StatusStrip
from replayer_qt.ui.panels.trades import TradesPanel
from replayer_qt.ui.panels.transport import Transport
from tests.gui.desk import Store
from tests.helpers.exchange import practice_exchange
from tests.helpers.make import event
from tests.integration.test_socket_to_disk import until

GAP_MS = 200
SETTINGS = Settings(feed=FeedSettings(backoff_base_s=0.05, backoff_cap_s=0.2))

PARTS = [
    (Engine, "handle"),
    (Engine, "show"),
    (EngineHost, "note"),
    (Outlet, "post"),
    (FrameClock, "collect"),
    (Tally, "count"),
    (MainWindow, "show_prices"),
    (MainWindow, "show_rest"),
    (PriceChart, "show_frame"),
    (PriceChart, "paintEvent"),
    (StatusStrip, "show_frame"),
    (Transport, "show_frame"),
    (RoundsPanel, "show_frame"),
    (TradesPanel, "show_frame"),
    (FeedPanel, "show_frame"),
    (Notices, "show_frame"),
    (Notices, "notify"),
    (RecordingJournal, "append"),
    (RecordingJournal, "tend"),
    (RecordingJournal, "status"),
    (RecordingJournal, "start"),
    (RecordingJournal, "stop"),
    (Desk, "obey"),
    (RugsFeed, "steer"),
    (RugsFeed, "events"),
]


class Breaker:
    """Makes one method raise the next time that it is called."""

    def __init__(self, monkeypatch) -> None:
        self.due: str | None = None
        for owner, name in PARTS:
            monkeypatch.setattr(owner, name, self._breakable(owner, name))

    def _breakable(self, owner, name):
        whole = f"{owner.__name__}.{name}"
        original = getattr(owner, name)
        error = type(f"Broken{owner.__name__}{name.title().replace('_', '')}", (Exception,), {})

        def method(self_, *arguments, **named):
            if self.due == whole:
                self.due = None
                raise error("on purpose")
            return original(self_, *arguments, **named)

        method.__name__ = name
        return method


class Program:
    """What `main` builds, with every part in reach."""

    def __init__(self, machine, window, chart, heartbeat, tally, url) -> None:
        self.machine = machine
        self.tally = tally
        self.url = url
        self.desk = machine.desk
        self.window = window
        self.chart = chart
        self.heartbeat = heartbeat

    def bad_news(self) -> list[Notice]:
        """What the person has been told of faults."""
        rows = self.window.notices.rows
        kept = [rows.row(number) for number in range(rows.rowCount())]
        return [one for one in kept if not one.code.endswith("-restored")]

    def faults(self) -> int:
        """How many faults the person has been told of."""
        return sum(one.count for one in self.bad_news())

    async def goes_on(self) -> None:
        """Wait until newer ticks have come and been painted."""
        if self.machine.host.state.live is None:
            self.desk.obey(Connect(venue="practice", url=self.url))
        ticks, painted = self.tally.ticks, self.chart.frames_painted
        await until(
            lambda: self.tally.ticks > ticks + 3 and self.chart.frames_painted > painted + 1
        )


async def program(stack: AsyncExitStack, folder, url: str) -> Program:
    clock = SystemClock()
    hooks = CrashHooks(clock, NOWHERE)
    hooks.install()
    stack.callback(hooks.uninstall)
    heartbeat = Heartbeat()
    heartbeat.start()
    stack.callback(heartbeat.stop)
    machine = await assemble(
        stack, settings=SETTINGS, clock=clock, recordings=folder, app_version="test"
    )
    tally = Tally(machine.host)
    wiring.wire_watch(host=machine.host, desk=machine.desk, hooks=hooks, tally=tally)
    chart = PriceChart()
    window = MainWindow(SETTINGS, version="1", layout_store=Store(), chart=chart, clock=clock)
    frames = FrameClock(max_fps=30, parent=window)
    wiring.wire_window(host=machine.host, desk=machine.desk, frames=frames, window=window)
    window.resize(900, 700)
    window.show()

    def put_away() -> None:
        window.close()
        window.deleteLater()

    stack.callback(put_away)
    return Program(machine, window, chart, heartbeat, tally, url)


@pytest.fixture
def app(qapp):
    """Qt's application, which goes on when windows are closed, as in `main`."""
    qapp.setQuitOnLastWindowClosed(False)
    yield qapp
    qapp.setQuitOnLastWindowClosed(True)


def provoke(part: str, running: Program, url: str) -> None:
    """Have a part called that is not called by a market alone."""
    match part:
        case "Engine.show" | "Desk.obey":
            running.window.asked.emit(Show(stream=PRACTICE))
        case "RugsFeed.steer":
            running.desk.obey(Chaos(fault="none"))
        case "RugsFeed.events":
            running.desk.obey(Connect(venue="practice", url=url))
        case "RecordingJournal.stop":
            running.desk.recording_unwanted.emit()
        case "RecordingJournal.start":
            running.desk.recording_wanted.emit()
        case "Notices.notify":
            running.machine.host.note(event(ProblemRaised, code="x", what="A.", remedy="B."))


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_whatever_part_raises_the_window_paints_on_and_the_person_is_told(
    qapp, app, tmp_path, monkeypatch, caplog
):
    """S0-D3, S2-H3: each part's public calls in turn; one notice each with a remedy, and no gap."""
    breaker = Breaker(monkeypatch)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    with practice_exchange(seed=31, speed=20.0) as exchange:
        async with AsyncExitStack() as stack:
            running = await program(stack, tmp_path, exchange.url)
            await running.goes_on()
            running.heartbeat.forget()
            await running.goes_on()
            usual = running.heartbeat.worst_gap_ms
            for owner, name in PARTS:
                part = f"{owner.__name__}.{name}"
                before = running.faults()
                breaker.due = part
                provoke(part, running, exchange.url)
                await until(lambda: breaker.due is None)
                await until(lambda before=before: running.faults() > before)
                await running.goes_on()
            usual = max(GAP_MS, 3 * usual)  # a busy machine is late without any fault
            assert running.heartbeat.worst_gap_ms < usual
            told = [f"{one.what} {one.remedy}" for one in running.bad_news()]
    assert all(one.remedy for one in running.bad_news())
    for record in caplog.records:
        if record.levelno >= logging.ERROR and record.name.startswith("replayer_qt"):
            assert is_told(record, told), record.getMessage()


def is_told(record: logging.LogRecord, told: list[str]) -> bool:
    """Whether the person was told of what the log says, too."""
    if record.exc_info and record.exc_info[0] is not None:
        kind = record.exc_info[0].__name__
        if any(f"({kind})" in one for one in told):
            return True
        return "Journal" in kind and any("Recording is interrupted" in one for one in told)
    return "failed 3 times" in record.getMessage()  # each of the three was told
