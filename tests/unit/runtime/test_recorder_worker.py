"""The recorder's thread: hears feeds, never delays them, and ends in time."""

import threading

import pytest
from PySide6.QtCore import QMetaObject, Qt

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.events import EventsShed, PriceTicked, RoundOpened
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId
from replayer_qt.runtime.outlet import Outlet
from replayer_qt.runtime.recorder_worker import RecorderWorker
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.journals import files_in, journal_in, ticks, ticks_in
from tests.helpers.listener import Listener
from tests.helpers.make import event

ACROSS = Qt.ConnectionType.QueuedConnection
ONE = RoundId("round-1")


class StalledJournal:
    """A journal whose disk hangs until it is let go."""

    def __init__(self):
        self.gate = threading.Event()
        self.appended = []
        self.calls = []
        self.threads = set()
        self.state = Recording.OFF
        self.raises = None

    def start(self):
        self.calls.append("start")
        self.state = Recording.ON

    def append(self, events):
        self.threads.add(threading.get_ident())
        self.gate.wait(30)
        if self.raises:
            raise self.raises
        self.appended.extend(events)

    def tend(self):
        self.calls.append("tend")

    def status(self):
        return RecordingChanged(
            at=Nanos(0),
            mono=Nanos(len(self.calls) * NANOS_PER_SECOND),
            stream=StreamId("x/y"),
            state=self.state,
            records=len(self.appended),
        )

    def stop(self):
        self.calls.append("stop")
        self.state = Recording.OFF


@pytest.fixture
def stalled(qapp):
    journal = StalledJournal()
    worker = RecorderWorker(journal)
    outlet = Outlet("recorder", raw=True, events_kept=1000)
    outlet.arrived.connect(worker.append, ACROSS)
    worker.start()
    yield journal, worker, outlet
    journal.gate.set()
    assert worker.stop()


def test_events_reach_the_disk_on_a_thread_of_their_own(qtbot, qapp, tmp_path):
    worker = RecorderWorker(journal_in(tmp_path, SystemClock()))
    outlet = Outlet("recorder", raw=True)
    outlet.arrived.connect(worker.append, ACROSS)
    listener = Listener(worker.changed)
    worker.start()
    outlet.post(ticks(0, 2, ONE))  # before recording begins: not recorded
    qtbot.waitUntil(lambda: len(listener.heard) > 0)
    begin(worker)
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.ON)
    outlet.post(ticks(2, 10, ONE))
    qtbot.waitUntil(lambda: listener.heard[-1].records == 8)
    assert worker.stop()
    assert worker.stop()
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.OFF)
    assert ticks_in(tmp_path) == list(range(2, 10))
    assert listener.threads == {qapp.thread()}


def begin(worker):
    QMetaObject.invokeMethod(worker, "begin", ACROSS)


def test_whatever_was_posted_is_written_before_the_end(qtbot, tmp_path):
    """S3-C2, N18: 500 batches posted at once, in order, then the end."""
    worker = RecorderWorker(journal_in(tmp_path, SystemClock()))
    outlet = Outlet("recorder", raw=True)
    outlet.arrived.connect(worker.append, ACROSS)
    worker.start()
    begin(worker)
    for batch in range(500):
        outlet.post(ticks(batch * 4, batch * 4 + 4, ONE))
    assert worker.stop()
    assert ticks_in(tmp_path) == list(range(2000))
    assert read_journal(files_in(tmp_path)[0]).damage == ()


def test_a_stalled_disk_never_delays_the_feed_and_the_hole_is_exact(qtbot, stalled):
    """S0-H8: the queue is bounded, the producer waits for nothing, the loss is one exact record."""
    journal, _, outlet = stalled
    slowest, clock = 0, SystemClock()
    for tick in range(0, 20_000, 10):
        began = clock.monotonic()
        outlet.post(ticks(tick, tick + 10, ONE))
        slowest = max(slowest, clock.monotonic() - began)
        assert outlet.high_water <= 1010
    outlet.post([event(RoundOpened, round_id=ONE)])
    assert outlet.shed_total > 18_000
    assert slowest < 0.25 * NANOS_PER_SECOND
    journal.gate.set()
    qtbot.waitUntil(lambda: any(isinstance(e, RoundOpened) for e in journal.appended))
    kept = [e.tick for e in journal.appended if isinstance(e, PriceTicked)]
    (shed,) = [e for e in journal.appended if isinstance(e, EventsShed)]
    assert shed.count == 20_000 - len(kept) == outlet.shed_total
    missing = sorted(set(range(20_000)) - set(kept))
    assert missing == list(range(missing[0], missing[-1] + 1))
    assert (shed.first_at, shed.last_at) == (missing[0] * 250_000_000, missing[-1] * 250_000_000)
    assert threading.get_ident() not in journal.threads


def test_the_hole_of_a_full_queue_is_in_the_file(qtbot, tmp_path):
    """S0-H8: what the queue shed while the disk hung is stated in the recording."""
    gate = threading.Event()

    class Slow(FaultyDisk):
        def write(self, fd, data):
            gate.wait(30)
            return super().write(fd, data)

    disk = Slow()
    worker = RecorderWorker(journal_in(tmp_path, SystemClock(), disk=disk))
    outlet = Outlet("recorder", raw=True, events_kept=500)
    outlet.arrived.connect(worker.append, ACROSS)
    worker.start()
    begin(worker)
    for tick in range(0, 5000, 10):
        outlet.post(ticks(tick, tick + 10, ONE))
    gate.set()
    assert worker.stop()
    recording = read_journal(files_in(tmp_path)[0])
    (shed,) = [e for e in recording.events if isinstance(e, EventsShed)]
    kept = ticks_in(tmp_path)
    assert shed.count + len(kept) == 5000
    assert kept[-1] == 4999
    assert recording.damage[0].what == f"{shed.count} events were shed by the queue of the recorder"


def test_a_hanging_disk_does_not_hang_the_end(qtbot, stalled):
    journal, worker, outlet = stalled
    outlet.post(ticks(0, 3, ONE))
    qtbot.waitUntil(lambda: bool(journal.threads))
    assert not worker.stop(timeout_ms=50)
    journal.gate.set()
    assert worker.stop()
    assert len(journal.appended) == 3
    assert journal.calls[-1] == "stop"


def test_a_journal_that_breaks_its_word_neither_stops_the_thread_nor_the_queue(
    qtbot, stalled, caplog
):
    """S0-H6: the edge of the thread's loop catches a bug, tells it once, and goes on."""
    journal, _, outlet = stalled
    journal.gate.set()
    journal.raises = ValueError("a bug")
    for tick in range(5):
        outlet.post(ticks(tick, tick + 1, ONE))
    journal_is_free = lambda: outlet.high_water >= 0 and len(caplog.records) == 1  # noqa: E731
    qtbot.waitUntil(journal_is_free)
    journal.raises = None
    outlet.post(ticks(7, 8, ONE))
    qtbot.waitUntil(lambda: [e.tick for e in journal.appended][-1:] == [7])
    assert len([r for r in caplog.records if "broke its word" in r.message]) == 1


def test_a_journal_that_breaks_its_word_is_a_fault_that_people_see(qtbot, stalled, caplog):
    """S2-H3, S0-D3: recording does not seem to go on while nothing is written."""
    journal, worker, outlet = stalled
    listener = Listener(worker.changed)
    journal.gate.set()
    begin(worker)
    qtbot.waitUntil(lambda: [one.state for one in listener.heard][-1:] == [Recording.ON])
    journal.raises = ValueError("a bug")
    outlet.post(ticks(0, 1, ONE))
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.FAULTED)
    assert "error of this program" in listener.heard[-1].reason
    tended = journal.calls.count("tend")
    qtbot.waitUntil(lambda: journal.calls.count("tend") > tended + 1)
    assert listener.heard[-1].state is Recording.FAULTED
    journal.raises = None
    outlet.post(ticks(1, 2, ONE))
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.ON)
    assert listener.heard[-1].lost == 1


def test_a_journal_whose_very_status_raises_still_ends(qtbot, stalled, caplog):
    """S0-D3: no bug keeps the thread from ending, or a batch from being dealt with."""
    journal, worker, outlet = stalled
    journal.gate.set()

    def fail():
        raise ZeroDivisionError("on purpose")

    journal.status = fail
    outlet.post(ticks(0, 1, ONE))
    outlet.post(ticks(1, 2, ONE))
    qtbot.waitUntil(lambda: len(journal.appended) == 2)
    assert worker.stop(timeout_ms=5_000)


def test_a_journal_is_tended_and_counts_are_told_only_when_they_change(qtbot, stalled):
    journal, worker, _ = stalled
    journal.gate.set()
    listener = Listener(worker.changed)
    begin(worker)
    qtbot.waitUntil(lambda: journal.calls.count("tend") >= 5, timeout=10_000)
    assert [status.state for status in listener.heard][-1] is Recording.ON
    assert len(listener.heard) <= 2


def test_a_full_disk_is_told_and_recording_goes_on_by_itself(qtbot, tmp_path, caplog):
    """S3-H1, S3-C4: told twice, lost and restored; nothing was lost in between."""
    disk = FaultyDisk()
    settings = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1, retry_s=0.05)
    worker = RecorderWorker(journal_in(tmp_path, SystemClock(), settings, disk=disk))
    outlet = Outlet("recorder", raw=True)
    outlet.arrived.connect(worker.append, ACROSS)
    listener = Listener(worker.changed)
    worker.start()
    begin(worker)
    outlet.post(ticks(0, 10, ONE))
    qtbot.waitUntil(lambda: ticks_in(tmp_path) == list(range(10)))
    disk.room = 300
    outlet.post(ticks(10, 20, ONE))
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.DISK_FULL)
    assert "full" in listener.heard[-1].reason
    disk.room = None
    qtbot.waitUntil(lambda: listener.heard[-1].state is Recording.ON)
    assert listener.heard[-1].reason == ""
    outlet.post(ticks(20, 30, ONE))
    assert worker.stop()
    assert ticks_in(tmp_path) == list(range(30))
