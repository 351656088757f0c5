"""The journal while the disk refuses: visible, bounded, exactly counted, resumed by itself."""

import errno
import hashlib
import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.spool import Spool
from replayer_qt.core.events import (
    EventsShed,
    PriceTicked,
    RoundOpened,
    SeedRevealed,
    TickBlock,
)
from replayer_qt.core.program_events import Recording
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import Nanos, RoundId
from tests.helpers.clock import SteppedClock
from tests.helpers.faulty_disk import CALLS, FaultyDisk
from tests.helpers.journals import (
    files_in,
    journal_in,
    lines_of,
    open_handles,
    raw,
    ticks,
    ticks_in,
    until,
)
from tests.helpers.make import event

DATA_CALLS = ("open_new", "write", "truncate", "make_folder")
LASTING = (*DATA_CALLS, "sync", "sync_folder", "free")
ONE, TWO = RoundId("round-1"), RoundId("round-2")


def opened(name):
    return event(RoundOpened, round_id=name)


def losses_in(folder):
    return [
        line for path in files_in(folder) for line in lines_of(path) if line.get("ev") == "_lost"
    ]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_each_call_on_the_disk_may_fail_once_and_nothing_is_lost(tmp_path, code, caplog):
    """S0-C3, S1-C6, S3-C2: fails at each call in turn; no handle leaks, no empty file stays."""
    before = open_handles()
    fail_at, calls = 0, 1
    while fail_at < calls:
        fail_at += 1
        folder = tmp_path / str(fail_at)
        clock, disk = SteppedClock(), FaultyDisk(fail_at=fail_at, error=code)
        journal = journal_in(folder, clock, disk=disk)
        journal.start()
        for tick in range(0, 12, 2):
            journal.append([opened(ONE), raw(b"{}"), *ticks(tick, tick + 2, ONE)])
            clock.pass_s(2.1)
            journal.tend()
        journal.append([opened(TWO)])
        clock.pass_s(30)
        journal.tend()
        journal.stop()
        calls = disk.calls
        assert journal.status().state is Recording.OFF
        assert disk.open == set()
        assert [path for path in folder.rglob("*.*l*") if path.stat().st_size == 0] == []
        assert ticks_in(folder) == list(range(12)), fail_at
        assert journal.status().lost == sum(line["count"] for line in losses_in(folder))
    assert calls > 20
    assert open_handles() <= before


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_for_good_at_any_call_costs_only_what_is_counted(tmp_path, code, caplog):
    """S0-C3, S2-C3: everything fails from the k-th call on; each tick is accounted for."""
    before = open_handles()
    fail_at, calls = 0, 1
    while fail_at < calls:
        fail_at += 1
        clock, disk = SteppedClock(), FaultyDisk(fail_from=fail_at, error=code, only=LASTING)
        journal = journal_in(tmp_path / str(fail_at), clock, disk=disk)
        journal.start()
        for tick in range(0, 12, 2):
            name = f"r{tick // 4}"
            journal.append([opened(RoundId(name)), *ticks(tick, tick + 2, name)])
            clock.pass_s(2.1)
            journal.tend()
        journal.stop()
        calls = disk.calls
        kept = ticks_in(tmp_path / str(fail_at))
        assert disk.open == set()
        assert kept == sorted(set(kept))
        assert len(kept) <= 12 <= len(kept) + journal.status().lost
        if fail_at > 200:
            break
    assert open_handles() <= before


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 40)),
        st.tuples(st.just("round"), st.just(0)),
        st.tuples(st.just("break"), st.sampled_from([errno.EIO, errno.ENOSPC, errno.EMFILE])),
        st.tuples(st.just("mend"), st.just(0)),
        st.tuples(st.just("short"), st.integers(0, 900)),
        st.tuples(st.just("room"), st.integers(0, 3000)),
        st.tuples(st.just("pass"), st.integers(1, 25)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=30,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_each_tick_is_kept_once_or_counted(tmp_path_factory, steps, caplog):
    """S0-H8, S3-H1: any mixture of faults, rounds, restarts and time."""
    folder = tmp_path_factory.mktemp("mixture")
    clock, disk, spool = SteppedClock(), FaultyDisk(only=DATA_CALLS), Spool(events_kept=50)
    journal = journal_in(folder, clock, disk=disk, spool=spool)
    journal.start()
    tick, rounds, lost = 0, 0, 0
    for step, amount in steps:
        match step:
            case "append":
                journal.append(ticks(tick, tick + amount, f"r{rounds}"))
                tick += amount
            case "round":
                rounds += 1
                journal.append([opened(RoundId(f"r{rounds}"))])
            case "break":
                disk.broken, disk.error = True, amount
            case "mend":
                disk.broken, disk.room, disk.short = False, None, None
            case "short":
                disk.short = amount
            case "room":
                disk.room = amount
            case "pass":
                clock.pass_s(amount)
                journal.tend()
            case _:
                journal.stop()
                lost += journal.status().lost
                journal.start()
    journal.stop()
    lost += journal.status().lost
    kept = [e.tick for p in files_in(folder) for e in read_journal(p).events if is_tick(e)]
    assert len(kept) == len(set(kept))
    assert set(kept) <= set(range(tick))
    assert tick <= len(kept) + lost <= tick + rounds
    assert disk.open == set()


def is_tick(event):
    return isinstance(event, PriceTicked)


def test_a_disk_that_refuses_every_write_is_a_visible_state_after_one_error(tmp_path, caplog):
    """S0-M4: one error opens the breaker, a try every two seconds, and it goes on by itself."""
    clock, disk = SteppedClock(), FaultyDisk(only=("write",))
    journal = journal_in(tmp_path, clock, disk=disk)
    journal.start()
    journal.append(ticks(0, 5, ONE))
    disk.broken = True
    journal.append(ticks(5, 10, ONE))
    status = journal.status()
    assert status.state is Recording.FAULTED
    assert str(tmp_path) in status.reason
    assert "Input/output error" in status.reason
    tried = disk.calls
    for _ in range(19):
        clock.pass_s(0.1)
        journal.tend()
        journal.append(ticks(0, 0, ONE))
    assert disk.calls == tried
    disk.broken = False
    clock.pass_s(0.2)
    journal.tend()
    assert journal.status().state is Recording.ON
    assert journal.status().reason == ""
    journal.append(ticks(10, 15, ONE))
    journal.stop()
    assert ticks_in(tmp_path) == list(range(15))
    assert len(caplog.records) == 1


def test_a_fault_of_a_minute_loses_nothing_or_states_exactly_what(tmp_path, caplog):
    """S0-H8, S2-C3: memory is bounded by the spool, and the hole is stated with its count."""
    clock, disk, spool = SteppedClock(), FaultyDisk(), Spool(events_kept=1000)
    journal = journal_in(tmp_path, clock, disk=disk, spool=spool)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 100, ONE)])
    disk.broken = True
    for tick in range(100, 6100, 10):
        journal.append(ticks(tick, tick + 10, ONE))
        clock.pass_s(0.01)
        journal.tend()
        assert len(spool) <= 1000
        assert spool.size <= 1000 * 1024
    disk.broken = False
    clock.pass_s(2)
    journal.tend()
    journal.append(ticks(6100, 6200, ONE))
    journal.stop()
    kept = ticks_in(tmp_path)
    (lost,) = losses_in(tmp_path)
    assert kept == [*range(100), *range(5100, 6200)]
    assert lost["count"] == 5000 == journal.status().lost
    assert (lost["first_at"], lost["last_at"]) == (100 * 250_000_000, 5099 * 250_000_000)
    last = read_journal(files_in(tmp_path)[-1])
    assert last.damage[0].what == "5000 records were lost before this one, 0 of them raw messages"


def test_messages_as_they_came_cannot_fill_the_memory(tmp_path, caplog):
    """S0-H8: the spool is bounded in bytes as well."""
    disk, spool = FaultyDisk(), Spool(bytes_kept=1_000_000)
    journal = journal_in(tmp_path, disk=disk, spool=spool)
    journal.start()
    disk.broken = True
    for number in range(100):
        journal.append([raw(bytes(100_000), at=number)])
        assert spool.size <= 1_000_000
    disk.broken = False
    journal.stop()
    (lost,) = losses_in(tmp_path)
    assert lost["count"] == lost["raw"] == 91


def test_a_full_disk_pauses_recording_with_a_footer_and_resumes_by_itself(tmp_path, caplog):
    """FAULTS R5, S3-C4, S3-H1: the file ends with a whole record, the next goes on."""
    clock, disk = SteppedClock(), FaultyDisk()
    journal = journal_in(tmp_path, clock, disk=disk)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 50, ONE)])
    disk.room = 1000
    journal.append(ticks(50, 100, ONE))
    assert journal.status().state is Recording.DISK_FULL
    assert "full" in journal.status().reason
    written = ticks_in(tmp_path)
    assert written == list(range(len(written)))
    assert 50 < len(written) < 60
    disk.room = None
    clock.pass_s(2.1)
    journal.tend()
    journal.append(ticks(100, 110, ONE))
    assert journal.status().state is Recording.ON
    journal.stop()
    assert ticks_in(tmp_path) == list(range(110))
    assert journal.status().lost == 0


def test_the_ballast_makes_room_for_the_footer(tmp_path, caplog):
    """FAULTS R5: a megabyte held back lets the file end as it should on a full disk."""

    class Ballasted(FaultyDisk):
        def remove(self, path):
            super().remove(path)
            if path.name == ".ballast" and self.room == 0:
                self.room = 1_000_000

    disk = Ballasted()
    journal = journal_in(tmp_path, disk=disk)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 50, ONE)])
    assert (tmp_path / ".ballast").stat().st_size == 1024 * 1024
    disk.room = 0
    journal.append(ticks(50, 100, ONE))
    assert lines_of(files_in(tmp_path)[0])[-1]["_f"]["end"] == "full"
    journal.stop()
    assert ticks_in(tmp_path) == list(range(100))


def test_little_space_warns_and_less_pauses_until_there_is_more(tmp_path, caplog):
    """S3-C4, S3-T3: watched while recording; told twice, lost and restored."""
    clock, disk = SteppedClock(), FaultyDisk()
    careful = RecorderSettings(sync_ms=10, warn_free_mb=500, stop_free_mb=200, retry_s=2.0)
    journal = journal_in(tmp_path, clock, careful, disk=disk)
    states = []
    journal.start()
    tick = 0
    for free_mb in [900, 450, 250, 150, 150, 190, 300, 900]:
        disk.free_bytes = free_mb * 1_000_000
        clock.pass_s(2.1)
        journal.tend()
        journal.append(ticks(tick, tick + 10, ONE))
        tick += 10
        status = journal.status()
        states.append((free_mb, status.state.value, bool(status.reason)))
        assert status.free == disk.free_bytes
    journal.stop()
    assert states == [
        (900, "on", False),
        (450, "on", True),
        (250, "on", True),
        (150, "disk_full", True),
        (150, "disk_full", True),
        (190, "disk_full", True),
        (300, "on", True),
        (900, "on", False),
    ]
    assert ticks_in(tmp_path) == list(range(80))


def test_a_short_write_leaves_no_torn_record(tmp_path):
    disk = FaultyDisk()
    journal = journal_in(tmp_path, disk=disk)
    journal.start()
    journal.append([opened(ONE)])
    disk.short = 700
    journal.append(ticks(0, 20, ONE))
    journal.stop()
    recording = read_journal(files_in(tmp_path)[0])
    assert recording.damage == ()
    assert len(recording.events) == 21


def test_a_file_that_cannot_be_flushed_is_given_up_after_one_error(tmp_path, caplog):
    """FAULTS R6: the next file says which records of the one before are in doubt."""
    clock, disk = SteppedClock(), FaultyDisk(only=("sync",))
    journal = journal_in(tmp_path, clock, disk=disk)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 5, ONE)])
    clock.pass_s(0.1)
    until(lambda: journal.status().lag_ms == 0)
    disk.broken = True
    journal.append(ticks(5, 10, ONE))
    clock.pass_s(3)
    until(
        lambda: journal.status().state is not Recording.ON or len(files_in(tmp_path)) > 1, journal
    )
    disk.broken = False
    clock.pass_s(3)
    journal.tend()
    journal.append(ticks(10, 15, ONE))
    journal.stop()
    assert ticks_in(tmp_path) == list(range(15))
    doubts = [
        line
        for path in files_in(tmp_path)
        for line in lines_of(path)
        if line.get("ev") == "_doubtful"
    ]
    assert doubts[0]["file"] == files_in(tmp_path)[0].name
    assert (doubts[0]["durable"], doubts[0]["last"]) == (6, 11)
    assert "_f" not in lines_of(files_in(tmp_path)[0])[-1]


def test_a_slow_flush_never_holds_the_writer_up(tmp_path):
    """FAULTS R7: the flush hangs, records go on, and their age is told."""
    clock, disk = SteppedClock(), FaultyDisk()
    journal = journal_in(tmp_path, clock, disk=disk)
    journal.start()
    disk.gate.clear()
    for tick in range(0, 1000, 10):
        journal.append(ticks(tick, tick + 10, ONE))
        clock.pass_s(0.05)
        journal.tend()
    assert journal.status().state is Recording.ON
    assert journal.status().lag_ms == pytest.approx(5000, abs=100)
    disk.gate.set()
    until(lambda: journal.status().lag_ms == 0)
    journal.stop()
    assert ticks_in(tmp_path) == list(range(1000))


@pytest.mark.parametrize("price", [math.nan, math.inf, -math.inf])
def test_a_price_that_is_no_number_is_refused_with_a_reason_and_the_message_is_kept(
    tmp_path, price, caplog
):
    """S3-Mo1c, FAULTS R14: the record is refused, the stream goes on, the raw text stays."""
    bad = event(PriceTicked, round_id=ONE, tick=5, price=price)
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([raw(b'{"price":NaN}'), *ticks(0, 5, ONE), bad, *ticks(6, 9, ONE)])
    journal.stop()
    assert ticks_in(tmp_path) == [0, 1, 2, 3, 4, 6, 7, 8]
    (refused,) = [line for line in lines_of(files_in(tmp_path)[0]) if line.get("ev") == "_refused"]
    assert (refused["type"], refused["reason"]) == ("PriceTicked", "its price is no number")
    assert lines_of(files_in(tmp_path)[0])[-1]["_f"]["refused"] == 1
    assert len(list(tmp_path.rglob("*.zst"))) == 1


def test_an_event_that_cannot_be_written_is_refused_and_the_next_one_is_not(tmp_path, caplog):
    """S3-Mo1c: half characters, kinds that are never recorded, values of no JSON type."""
    import numpy as np

    empty = np.zeros(0)
    block = event(TickBlock, round_id=ONE, ticks=empty, prices=empty, ats=empty)
    half = event(RoundOpened, round_id=ONE, seed_hash="\ud800")
    object_ = event(RoundOpened, round_id=ONE, seed_hash=object())
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([*ticks(0, 3, ONE), half, block, object_, *ticks(3, 6, ONE)])
    journal.stop()
    assert ticks_in(tmp_path) == list(range(6))
    assert lines_of(files_in(tmp_path)[0])[-1]["_f"]["refused"] == 3


def test_refusals_are_logged_once_a_kind_and_counted_always(tmp_path, caplog):
    """S3-Mo1c: a feed gone mad does not flood the log."""
    journal = journal_in(tmp_path)
    journal.start()
    bad = [event(PriceTicked, round_id=ONE, tick=n, price=math.nan) for n in range(500)]
    journal.append([*ticks(0, 1, ONE), *bad])
    journal.stop()
    assert lines_of(files_in(tmp_path)[0])[-1]["_f"]["refused"] == 500
    assert len(caplog.records) == 1


def test_a_huge_record_is_kept_in_a_file_of_its_own(tmp_path):
    """FAULTS R13: a record of megabytes is put beside, with size and digest."""
    seed = event(
        SeedRevealed, round_id=ONE, seed="a", seed_hash="b", version="v3", prices=(1.5,) * 400_000
    )
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([*ticks(0, 3, ONE), seed, *ticks(3, 6, ONE)])
    journal.stop()
    (big,) = [line for line in lines_of(files_in(tmp_path)[0]) if line.get("ev") == "_big"]
    beside = (files_in(tmp_path)[0].parent / big["file"]).read_bytes()
    assert big["size"] == len(beside) > 1024 * 1024
    assert big["sha256"] == hashlib.sha256(beside).hexdigest()
    assert ticks_in(tmp_path) == list(range(6))


def test_a_round_without_a_descriptor_shares_the_file_before(tmp_path):
    """FAULTS R8: no next file can be opened, so the open one goes on; nothing is lost."""
    disk = FaultyDisk(error=errno.EMFILE, only=("open_new",))
    journal = journal_in(tmp_path, disk=disk)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 5, ONE)])
    disk.broken = True
    journal.append([opened(TWO), *ticks(0, 5, TWO)])
    assert journal.status().state is Recording.ON
    assert "shares the file" in journal.status().reason
    disk.broken = False
    journal.append([opened(RoundId("round-3"))])
    assert journal.status().reason == ""
    journal.stop()
    assert ticks_in(tmp_path) == [*range(5), *range(5)]
    assert len(files_in(tmp_path)) == 2


def test_what_a_full_queue_shed_is_written_down(tmp_path):
    shed = event(EventsShed, queue="recorder", count=77, first_at=Nanos(1), last_at=Nanos(9))
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([opened(ONE), shed])
    journal.stop()
    recording = read_journal(files_in(tmp_path)[0])
    assert shed in recording.events
    assert recording.damage[0].what == "77 events were shed by the queue of the recorder"


def test_a_folder_that_vanishes_comes_back(tmp_path, caplog):
    """S3-H1: recording goes on by itself once the folder can be written again."""
    clock = SteppedClock()
    (tmp_path / "disk").write_text("not mounted")
    journal = journal_in(tmp_path / "disk" / "recordings", clock)
    journal.start()
    assert journal.status().state is Recording.FAULTED
    assert re.search(r"Not a directory|cannot be written", journal.status().reason)
    journal.append([opened(ONE), *ticks(0, 5, ONE)])
    (tmp_path / "disk").unlink()
    clock.pass_s(2.1)
    journal.tend()
    assert journal.status().state is Recording.ON
    journal.stop()
    assert ticks_in(tmp_path) == list(range(5))


def test_losses_that_no_file_could_state_are_logged(tmp_path, caplog):
    disk = FaultyDisk(only=CALLS)
    journal = journal_in(tmp_path, disk=disk)
    journal.start()
    disk.broken = True
    journal.append(ticks(0, 7, ONE))
    journal.stop()
    assert journal.status().lost == 7
    assert "7 records were lost" in caplog.text
    assert disk.open == set()


def test_a_file_that_failed_a_flush_is_not_flushed_again_nor_called_complete(tmp_path, caplog):
    """FAULTS R6: a second try may succeed and say nothing about the first."""
    clock, disk = SteppedClock(), FaultyDisk(only=("sync",), fail_at=2)
    journal = journal_in(tmp_path, clock, disk=disk)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 5, ONE)])
    until(lambda: disk.calls >= 1)
    journal.append(ticks(5, 10, ONE))
    until(lambda: disk.calls >= 2)
    journal.append([opened(TWO)])
    clock.pass_s(30)
    journal.tend()
    journal.append(ticks(0, 5, TWO))
    journal.stop()
    first = files_in(tmp_path)[0]
    assert "_f" not in lines_of(first)[-1]
    assert [e.tick for e in read_journal(first).events if is_tick(e)] == list(range(10))
    notes = [line for path in files_in(tmp_path)[1:] for line in lines_of(path)]
    assert first.name in {line["file"] for line in notes if line.get("ev") == "_doubtful"}
