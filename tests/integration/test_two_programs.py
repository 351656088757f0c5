"""Two complete programs in one process: machines, windows, recordings, settings."""

import gc
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSettings

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.commands import Connect, Disconnect
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.settings import FeedSettings, Settings
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.machine import Machine, assemble
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from tests.helpers.exchange import practice_exchange
from tests.integration.test_socket_to_disk import SETTINGS, journals, until


@pytest.fixture
def app(qapp):
    """Qt's application, which goes on when windows are closed, as in `main`."""
    qapp.setQuitOnLastWindowClosed(False)
    yield qapp
    qapp.setQuitOnLastWindowClosed(True)


async def program(stack: AsyncExitStack, folder: Path) -> tuple[Machine, MainWindow]:
    """Build what `main` builds, in a folder of its own."""
    clock = SystemClock()
    machine = await assemble(
        stack, settings=SETTINGS, clock=clock, recordings=folder, app_version="test"
    )
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(SETTINGS, version="1", layout_store=store, chart=PriceChart(), clock=clock)
    frames = FrameClock(max_fps=30, parent=window)
    wiring.wire_window(host=machine.host, desk=machine.desk, frames=frames, window=window)
    window.show()

    def put_away() -> None:
        window.close()
        window.deleteLater()

    stack.callback(put_away)
    return machine, window


def python_threads() -> set[str]:
    """Return the threads that run; Python keeps a Dummy entry for each Qt thread that ended."""
    names = {thread.name for thread in threading.enumerate()}
    return {name for name in names if not name.startswith("Dummy-")}


def rounds_in(folder: Path) -> set[str]:
    return {
        event.round_id
        for path in journals(folder)
        for event in read_journal(path).events
        if isinstance(event, PriceTicked)
    }


def ticks_of(machine: Machine) -> int:
    market = machine.host.state.markets.get(PRACTICE)
    return 0 if market is None or market.measured is None else market.measured.ticks


@pytest.mark.slow
async def test_two_programs_run_side_by_side_and_share_nothing(qapp, app, tmp_path):
    """S2-M5, S1-V3: each hears, shows and records its own venue; one ends, the other goes on."""
    gc.collect()
    threads = python_threads()
    children = len(psutil.Process().children())
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with (
        practice_exchange(seed=21, speed=60.0) as one,
        practice_exchange(seed=22, speed=60.0) as two,
    ):
        async with AsyncExitStack() as outer:
            second, its_window = await program(outer, folders[1])
            async with AsyncExitStack() as inner:
                first, window = await program(inner, folders[0])
                for machine, exchange in ((first, one), (second, two)):
                    machine.desk.obey(Connect(venue="practice", url=exchange.url))
                await until(lambda: min(map(ticks_of, (first, second))) > 200)
                window.actions_.actions["disconnect"].trigger()
                await until(lambda: first.host.state.live is None)
                assert second.host.state.live == PRACTICE
                stop, its_stop = (
                    each.actions_.actions["disconnect"] for each in (window, its_window)
                )
                await until(lambda: not stop.isEnabled())
                assert its_stop.isEnabled()
            reached = ticks_of(second)
            await until(lambda: ticks_of(second) > reached + 100)
        played = [{told["round_id"] for told in each.rounds()} for each in (one, two)]
        running = [each.status()["round_id"] for each in (one, two)]
    for number, folder in enumerate(folders):
        recorded = rounds_in(folder)
        assert len(recorded) >= 2
        assert recorded <= played[number] | {running[number]}
        assert not recorded & played[1 - number]
    gc.collect()
    assert len(psutil.Process().children()) == children
    assert python_threads() == threads


async def test_the_address_of_the_venue_is_the_settings(qapp, tmp_path):
    """S2-M12: the real venue's feed goes where the setting says, here to a server of our own."""
    with practice_exchange(seed=23, speed=60.0) as exchange:
        settings = Settings(feed=replace(FeedSettings(), rugs_url=exchange.url))
        async with AsyncExitStack() as stack:
            machine = await assemble(
                stack,
                settings=settings,
                clock=SystemClock(),
                recordings=tmp_path,
                app_version="test",
            )
            machine.desk.obey(Connect(venue="rugs"))

            def heard() -> bool:
                market = machine.host.state.markets.get(RUGS)
                return (
                    market is not None and market.measured is not None and market.measured.ticks > 5
                )

            await until(heard)
            machine.desk.obey(Disconnect())
