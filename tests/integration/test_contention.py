"""Eight threads at once, switched at any moment, through recorder, engine and window."""

import asyncio
import os
import random
import sys
import threading

import pytest
from PySide6.QtCore import QMetaObject, Qt

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.events import PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.settings import RecorderSettings, Settings
from replayer_qt.core.units import RoundId, stream_of
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.recorder_worker import RecorderWorker
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.view import is_recording
from tests.gui.desk import Store

FEEDS, ROUNDS, TICKS = 8, 3, 250


class HastyFeed:
    """Rounds in bursts of any size, with pauses of any length; notes the thread it runs on."""

    def __init__(self, number: int) -> None:
        self.name = f"hasty-{number}"
        self.stream = stream_of("practice", f"room{number}")
        self.thread = 0
        self.told: list[tuple[RoundId, int, float]] = []
        self.may_begin = threading.Event()
        self.is_over = False
        self._rng = random.Random(number)

    async def events(self):
        clock, rng = SystemClock(), self._rng
        self.thread = threading.get_ident()
        while not self.may_begin.is_set():  # noqa: ASYNC110  # it is set on another thread
            await asyncio.sleep(0.001)
        for number in range(ROUNDS):
            name = RoundId(f"{self.name}-{number}")
            yield self._made(clock, RoundOpened, name)
            for tick in range(TICKS):
                price = 1.0 + rng.random()
                self.told.append((name, tick, price))
                yield self._made(clock, PriceTicked, name, tick=tick, price=price)
                if rng.random() < 0.1:
                    await asyncio.sleep(rng.choice([0, 0, 0.001, 0.004]))
            yield self._made(clock, RoundRugged, name, tick=TICKS - 1, price=price)
        self.is_over = True
        await asyncio.Event().wait()

    def _made(self, clock, kind, name, **fields):
        now, mono = clock.now(), clock.monotonic()
        return kind(at=now, mono=mono, stream=self.stream, round_id=name, **fields)

    def steer(self, command):
        pass


@pytest.fixture
def often_switched():
    """Have Python change threads a million times a second."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def synced(monkeypatch):
    """On which threads something was made durable; it is made durable all the same."""
    threads: list[int] = []
    for name in ("fsync", "fdatasync"):
        real = getattr(os, name)

        def traced(fd, real=real):
            threads.append(threading.get_ident())
            return real(fd)

        monkeypatch.setattr(os, name, traced)
    return threads


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("often_switched")
def test_eight_feeds_at_once_lose_mix_and_hold_up_nothing(qtbot, tmp_path, synced):
    """S1-V2, S2-T2, S3-Mo1a, S3-Mo3a: every tick is on disk and in the engine, in its order.

    The disk is waited for on no thread of a feed and not on the window's.
    """
    clock, host = SystemClock(), EngineHost(Engine())
    journal = RecordingJournal(
        tmp_path, clock, RecorderSettings(), app_version="1", session="1" * 32
    )
    recorder = RecorderWorker(journal)
    recorder.changed.connect(host.note, wiring.ACROSS)
    recorder.start()
    window = MainWindow(
        Settings(), version="1", layout_store=Store(), chart=PriceChart(), clock=clock
    )
    qtbot.addWidget(window)
    frames = FrameClock(parent=window)
    host.advanced.connect(frames.collect, wiring.WITHIN)
    for name, slot in (("prices", "show_prices"), ("frame", "show_rest")):
        getattr(frames, name).connect(getattr(window, slot), wiring.WITHIN)
    window.show()
    kept = {}
    host.advanced.connect(lambda advance: kept.update(session=advance.session))
    feeds = [HastyFeed(number) for number in range(FEEDS)]
    workers = [wiring.plug_live(feed, host=host, recorder=recorder, clock=clock) for feed in feeds]
    QMetaObject.invokeMethod(recorder, "begin", Qt.ConnectionType.QueuedConnection)
    for worker in workers:
        worker.start()
    qtbot.waitUntil(lambda: is_recording(host.state), timeout=20_000)
    for feed in feeds:
        feed.may_begin.set()
    looks = 0

    def all_taken() -> bool:
        nonlocal looks
        looks += 1
        host.show(feeds[looks % FEEDS].stream)  # a restless hand, meanwhile
        markets = host.state.markets
        return all(
            feed.stream in markets and markets[feed.stream].finished == ROUNDS for feed in feeds
        )

    qtbot.waitUntil(all_taken, timeout=60_000)
    session = kept["session"]
    for worker in workers:
        assert worker.stop()
    assert recorder.stop()
    for feed in feeds:
        assert host.state.markets[feed.stream].refused == 0
        for number in range(ROUNDS):
            name = RoundId(f"{feed.name}-{number}")
            sent = [(tick, price) for of, tick, price in feed.told if of == name]
            series = session.series(feed.stream, name)
            assert list(zip(series.ticks.tolist(), series.prices.tolist(), strict=True)) == sent
    assert sorted(on_disk(tmp_path)) == sorted(one for feed in feeds for one in feed.told)
    assert synced
    assert not {threading.get_ident(), *(feed.thread for feed in feeds)} & set(synced)


def on_disk(folder):
    found = []
    for path in sorted(folder.rglob("*.jsonl")):
        recording = read_journal(path)
        assert not recording.damage, path.name
        ticks = [one for one in recording.events if isinstance(one, PriceTicked)]
        found += [(one.round_id, one.tick, one.price) for one in ticks]
    return found
