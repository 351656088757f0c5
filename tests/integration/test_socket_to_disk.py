"""From the exchange's socket to the engine and to the disk, with every part the real one."""

import asyncio
import itertools
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.commands import Connect, Disconnect
from replayer_qt.core.events import Fairness, PriceTicked
from replayer_qt.core.program_events import Recording
from replayer_qt.core.settings import FeedSettings, Settings
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import PRACTICE
from replayer_qt.machine import assemble
from tests.helpers.exchange import practice_exchange

SETTINGS = Settings(feed=FeedSettings(backoff_base_s=0.05, backoff_cap_s=0.2))


async def until(claim, *, within_s: float = 25.0) -> None:
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110  # other threads do it, without a word to this loop
            await asyncio.sleep(0.02)


def journals(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.jsonl"))


async def start(stack: AsyncExitStack, folder: Path, url: str):
    machine = await assemble(
        stack, settings=SETTINGS, clock=SystemClock(), recordings=folder, app_version="test"
    )
    machine.desk.obey(Connect(venue="practice", url=url))
    return machine


async def test_what_is_recorded_is_what_the_exchange_played(qapp, tmp_path):
    """S2-T3, S3-I2, S2-Q10: real server, real client, real files; every price bit for bit."""
    with practice_exchange(seed=11, speed=60.0) as exchange:
        async with AsyncExitStack() as stack:
            machine = await start(stack, tmp_path, exchange.url)

            def finished() -> int:
                told = machine.host.state.recording
                return 0 if told is None else told.rounds

            await until(lambda: finished() >= 3)
        played = {told["round_id"]: told for told in exchange.rounds()}
    recorded = {}
    for path in journals(tmp_path):
        recording = read_journal(path)
        assert not recording.damage, path.name
        for known in summarise(recording.events):
            prices = {
                event.tick: event.price
                for event in recording.events
                if isinstance(event, PriceTicked) and event.round_id == known.round_id
            }
            if known.rugged and prices:
                recorded[known.round_id] = (known, prices)
    whole = [name for name, (known, _) in recorded.items() if known.first_index == 0]
    assert len(whole) >= 2
    for name in whole:
        known, prices = recorded[name]
        assert [prices[tick] for tick in sorted(prices)] == played[name]["prices"]
        assert known.rug_index == played[name]["rug_tick"]
        assert not known.gaps
    assert sum(recorded[name][0].fairness is Fairness.VERIFIED for name in whole) >= len(whole) - 1


async def test_the_disk_goes_on_while_the_window_stands_still(qapp, tmp_path):
    """FAULTS C2, N12: two seconds of a frozen main thread cost the recording nothing."""
    with practice_exchange(seed=12, speed=20.0) as exchange:
        async with AsyncExitStack() as stack:
            machine = await start(stack, tmp_path, exchange.url)
            await until(lambda: machine.host.state.markets.get(PRACTICE) is not None)
            await until(lambda: bool(journals(tmp_path)))
            sizes: list[int] = []

            def weigh() -> None:
                for _ in range(10):
                    time.sleep(0.2)
                    sizes.append(sum(path.stat().st_size for path in journals(tmp_path)))

            watcher = threading.Thread(target=weigh)
            watcher.start()
            watcher.join()  # the main thread does nothing else for two seconds
    grown = [after > before for before, after in itertools.pairwise(sizes)]
    assert sum(grown) >= 7
    assert all(not read_journal(path).damage for path in journals(tmp_path))


async def test_nothing_that_was_received_is_lost_at_the_end(qapp, tmp_path):
    """N18: leaving in the middle of a flood loses no tick that the engine has seen."""
    with practice_exchange(seed=13, speed=200.0) as exchange:
        seen: set[tuple[str, int]] = set()

        def look(advance) -> None:
            for event in advance.events:
                if isinstance(event, PriceTicked):
                    seen.add((event.round_id, event.tick))

        async with AsyncExitStack() as stack:
            machine = await start(stack, tmp_path, exchange.url)
            machine.host.advanced.connect(look)
            await until(lambda: len(seen) > 400)
    kept = {
        (event.round_id, event.tick)
        for path in journals(tmp_path)
        for event in read_journal(path).events
        if isinstance(event, PriceTicked)
    }
    assert seen <= kept


async def test_recording_stops_and_starts_again_without_the_feed(qapp, tmp_path):
    with practice_exchange(seed=14, speed=30.0) as exchange:
        async with AsyncExitStack() as stack:
            machine = await start(stack, tmp_path, exchange.url)
            state = machine.host

            def recording() -> Recording | None:
                told = state.state.recording
                return None if told is None else told.state

            await until(lambda: recording() is Recording.ON)
            machine.desk.obey(Disconnect())
            await until(lambda: state.state.live is None)
            machine.desk.recording_unwanted.emit()
            await until(lambda: recording() is Recording.OFF)
            machine.desk.obey(Connect(venue="practice", url=exchange.url))
            await until(lambda: recording() is Recording.ON)
            assert state.state.live == PRACTICE


@pytest.mark.parametrize("fault", ["drop", "polite", "stall"])
async def test_a_recording_spans_a_lost_connection(qapp, tmp_path, fault):
    """S4-T4, S3-T6: after a fault the recording goes on, and gaps are filled or told."""
    with practice_exchange(seed=15, speed=10.0) as exchange:
        async with AsyncExitStack() as stack:
            machine = await start(stack, tmp_path, exchange.url)

            def ticks() -> int:
                market = machine.host.state.markets.get(PRACTICE)
                return -1 if market is None or market.measured is None else market.measured.ticks

            await until(lambda: ticks() > 20)
            before = machine.host.state.markets[PRACTICE].measured.connects
            await asyncio.to_thread(
                exchange.fault, fault, **({"seconds": 6} if fault == "stall" else {})
            )
            await until(lambda: machine.host.state.markets[PRACTICE].measured.connects > before)
            await asyncio.to_thread(exchange.clear)
            reached = ticks()
            await until(lambda: ticks() > reached + 20)
    for path in journals(tmp_path):
        for known in summarise(read_journal(path).events):
            told = sum(last - first + 1 for first, last in known.gaps)
            if known.ticks:
                assert known.ticks + told == known.last_index - known.first_index + 1
