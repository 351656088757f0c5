"""The audit's thread: group commit, order, refusals, and a stop that loses nothing."""

import errno
import random
import threading
import time

import pytest

from replayer_qt.runtime.audit_worker import AuditWorker
from tests.helpers.audits import (
    START,
    checked,
    decided,
    filled,
    names,
    records,
    sent,
    trail_in,
)
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.listener import Listener


class Heard:
    """All that a worker says."""

    def __init__(self, worker):
        self.durable = Listener(worker.durable)
        self.failed = Listener(worker.failed)
        self.found = Listener(worker.found)
        self.recoveries = []
        worker.recovered.connect(lambda: self.recoveries.append(1))

    def events(self):
        return [event for batch in self.durable.heard for event in batch]


@pytest.fixture
def start(tmp_path):
    workers = []

    def begin(disk=None, **fields):
        trail = trail_in(tmp_path, disk=disk)
        worker = AuditWorker(trail, findings=trail.findings, **fields)
        workers.append(worker)
        worker.start()
        return worker, Heard(worker)

    yield begin
    for worker in workers:
        assert worker.stop()


def test_events_are_told_durable_in_the_order_of_their_posting(qtbot, qapp, tmp_path, start):
    worker, heard = start()
    sent_in = []
    for number in range(50):
        events = [*decided(f"o{number}"), sent(f"o{number}")]
        sent_in += events
        assert worker.post(events)
    qtbot.waitUntil(lambda: len(heard.events()) == 150, timeout=10_000)
    assert heard.events() == sent_in
    assert heard.durable.threads == {qapp.thread()}
    assert worker.stop()
    assert checked(tmp_path).is_whole
    assert len(names(tmp_path)) == 150


def test_what_waits_while_the_disk_flushes_is_one_commit(qtbot, tmp_path, start):
    disk = FaultyDisk()
    worker, heard = start(disk)
    disk.gate.clear()
    worker.post([sent("first")])
    qtbot.waitUntil(lambda: not worker._waiting, timeout=5_000)
    for number in range(100):
        worker.post([sent(f"o{number}")])
    disk.gate.set()
    qtbot.waitUntil(lambda: len(heard.events()) == 101, timeout=10_000)
    assert len(heard.durable.heard) == 2


def test_posting_costs_microseconds_even_while_the_disk_hangs(qtbot, start):
    """AU-01, D7: a slow disk delays the release of orders, never the thread that posts."""
    disk = FaultyDisk()
    worker, heard = start(disk)
    disk.gate.clear()
    events = decided()
    began = time.perf_counter()
    for _ in range(2_000):
        worker.post(events)
    spent = time.perf_counter() - began
    disk.gate.set()
    assert spent / 2_000 < 500e-6
    qtbot.waitUntil(lambda: len(heard.events()) == 4_000, timeout=20_000)


def test_a_full_queue_is_said_once_and_loses_nothing(qtbot, tmp_path, start):
    """AU-01: the gate closes; what was decided or filled meanwhile is written all the same."""
    disk = FaultyDisk()
    worker, heard = start(disk, events_kept=10)
    disk.gate.clear()
    worker.post([sent("first")])
    qtbot.waitUntil(lambda: not worker._waiting, timeout=5_000)
    assert worker.post([sent(f"o{number}") for number in range(9)])
    assert not worker.post([sent("a"), sent("b")])
    assert not worker.post([sent("c"), sent("d")])
    disk.gate.set()
    qtbot.waitUntil(lambda: len(heard.events()) == 14, timeout=10_000)
    qtbot.waitUntil(lambda: len(heard.recoveries) == 1, timeout=5_000)
    assert len(heard.failed.heard) == 1
    assert "wait for the disk" in heard.failed.heard[0]
    assert (worker.high_water, worker.lost_total) == (13, 0)
    assert worker.post([sent("last")])


def test_what_is_lost_in_the_end_is_counted_in_the_trail(qtbot, tmp_path, start):
    """AU-01: memory has a bound; beyond it the trail says how many are missing, and of when."""
    disk = FaultyDisk()
    worker, heard = start(disk, events_kept=10)
    disk.gate.clear()
    worker.post([sent("first")])
    qtbot.waitUntil(lambda: not worker._waiting, timeout=5_000)
    for number in range(30):
        worker.post([sent(f"o{number}", START + number)])
    disk.gate.set()
    qtbot.waitUntil(lambda: len(heard.recoveries) == 1, timeout=10_000)
    assert worker.lost_total == 10
    shed = records(tmp_path)[-1]
    assert shed["event"] == "EventsShed"
    assert shed["payload"]["count"] == 10
    assert shed["payload"]["first_at"] == START + 20
    assert shed["payload"]["last_at"] == START + 29


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_closes_the_gate_and_is_tried_again(qtbot, tmp_path, start, error):
    """AU-01, D4: nothing is told durable before it is; what waited is written when it can be."""
    disk = FaultyDisk(error=error)
    worker, heard = start(disk, retry_s=0.02)
    worker.post(decided("o0"))
    qtbot.waitUntil(lambda: len(heard.events()) == 2, timeout=5_000)
    disk.broken = True
    worker.post(decided("o1"))
    qtbot.waitUntil(lambda: len(heard.failed.heard) == 1, timeout=5_000)
    worker.post(decided("o2"))
    assert len(heard.events()) == 2
    disk.broken = False
    qtbot.waitUntil(lambda: len(heard.events()) == 6, timeout=5_000)
    qtbot.waitUntil(lambda: len(heard.recoveries) == 1, timeout=5_000)
    assert len(heard.failed.heard) == 1
    worker.stop()
    assert checked(tmp_path).is_whole
    assert [order for _, order in names(tmp_path)] == ["o0", "o0", "o1", "o1", "o2", "o2"]


def test_many_threads_post_and_nothing_is_lost(qtbot, tmp_path, start):
    worker, _ = start()

    def post(who):
        draw = random.Random(who)
        for number in range(100):
            name = f"{who}/{number}"
            assert worker.post([*decided(name), sent(name), filled(name)][: draw.randrange(2, 5)])

    threads = [threading.Thread(target=post, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worker.stop()
    assert checked(tmp_path).is_whole
    told = [order for event, order in names(tmp_path) if event == "OrderGated"]
    assert len(told) == 400
    for who in range(4):
        mine = [order for order in told if order.startswith(f"{who}/")]
        assert mine == [f"{who}/{number}" for number in range(100)]


def test_stopping_writes_what_was_posted(qtbot, tmp_path, start):
    worker, _ = start()
    for number in range(500):
        worker.post([sent(f"o{number}")])
    assert worker.stop()
    assert worker.stop()
    assert not worker.post([sent("late")])
    assert len(names(tmp_path)) == 500
    assert checked(tmp_path).is_whole


def test_stopping_does_not_wait_for_a_disk_that_is_dead(qtbot, start, caplog):
    disk = FaultyDisk()
    worker, heard = start(disk, retry_s=30.0)
    worker.post([sent("o0")])
    qtbot.waitUntil(lambda: len(heard.events()) == 1, timeout=5_000)
    disk.broken = True
    worker.post([sent("o1"), sent("o2")])
    qtbot.waitUntil(lambda: len(heard.failed.heard) == 1, timeout=5_000)
    began = time.monotonic()
    assert worker.stop()
    assert time.monotonic() - began < 10
    assert "2 audit events could not be written" in caplog.text


class Broken:
    """A trail with a bug in it."""

    def append(self, events):
        raise KeyError("no such thing")

    def tend(self):
        pass

    def close(self):
        pass


def test_a_bug_closes_the_gate_for_good(qtbot, caplog):
    """AU-01: whatever fails, nothing is told durable and nothing is taken any more."""
    worker = AuditWorker(Broken())
    heard = Heard(worker)
    worker.start()
    worker.post(decided())
    qtbot.waitUntil(lambda: len(heard.failed.heard) == 1, timeout=5_000)
    qtbot.waitUntil(worker.isFinished, timeout=5_000)
    assert not worker.post([sent("o2")])
    assert heard.events() == []
    assert "no such thing" in caplog.text
    assert worker.stop()


def test_what_was_found_wrong_is_told(qtbot, tmp_path, start, caplog):
    trail = trail_in(tmp_path)
    trail.append([sent()])
    trail.close()
    for path in tmp_path.glob("*.jsonl"):
        path.unlink()
    _, heard = start()
    qtbot.waitUntil(lambda: len(heard.found.heard) == 1, timeout=5_000)
    assert "lines 1 to 2 are missing" in heard.found.heard[0]


def test_a_trail_that_another_program_writes_is_told_and_taken_when_free(qtbot, tmp_path, start):
    other = trail_in(tmp_path)
    other.append([sent()])
    worker, heard = start(retry_s=0.02)
    worker.post([sent("o1")])
    qtbot.waitUntil(lambda: len(heard.failed.heard) == 1, timeout=5_000)
    assert "writing there" in heard.failed.heard[0]
    other.close()
    qtbot.waitUntil(lambda: len(heard.events()) == 1, timeout=5_000)
    qtbot.waitUntil(lambda: len(heard.recoveries) == 1, timeout=5_000)
