"""The trail on disk: chained, flushed, rolled over, never opened a second time."""

import errno
import os
import random
import sys
import threading

import pytest

from replayer_qt.adapters.audit.format import ANCHOR, anchor_bytes, files_in, read_anchor
from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.format import seal
from tests.helpers.audits import (
    START,
    checked,
    decided,
    filled,
    names,
    records,
    sent,
    trail_in,
    written,
)
from tests.helpers.clock import SteppedClock
from tests.helpers.faulty_disk import FaultyDisk

DAY_S = 86_400
REFUSABLE = {"write", "sync", "open_new"}
"""What each commit calls; a folder is flushed with a new file alone."""


def test_every_event_is_one_line_and_the_chain_holds(tmp_path):
    written(tmp_path, 3)
    found = checked(tmp_path)
    assert found.is_whole
    assert found.records == 1 + 3 * 4
    assert [record["seq"] for record in records(tmp_path)] == list(range(1, 14))
    assert names(tmp_path)[:4] == [
        ("OrderRequested", "o0"),
        ("OrderGated", "o0"),
        ("OrderSent", "o0"),
        ("OrderFilled", "o0"),
    ]


def test_lines_are_on_the_disk_when_append_returns(tmp_path):
    """AU-01: the flush comes after the write and before the return."""
    calls = []

    class Watched(RealDisk):
        def write(self, fd, data):
            calls.append("write")
            return super().write(fd, data)

        def sync(self, fd):
            calls.append("sync")
            super().sync(fd)

    trail = trail_in(tmp_path, disk=Watched())
    trail.append(decided())
    del calls[:]
    trail.append([sent()])
    assert calls == ["write", "sync", "write"]  # the line, its flush, and the anchor beside
    assert read_anchor(tmp_path).seq == trail.head.seq == 4
    trail.close()


def test_a_new_run_goes_on_in_a_file_of_its_own(tmp_path):
    """S4-K1: whoever starts again neither rewrites nor extends what another run wrote."""
    written(tmp_path, 1)
    before = files_in(tmp_path)[0].path.read_bytes()
    written(tmp_path, 1)
    assert len(files_in(tmp_path)) == 2
    assert files_in(tmp_path)[0].path.read_bytes() == before
    assert checked(tmp_path).is_whole
    assert [record["seq"] for record in records(tmp_path)] == list(range(1, 11))
    begun = records(tmp_path)[5]
    assert begun["event"] == "_begun"
    assert begun["payload"]["previous"] == files_in(tmp_path)[0].name
    assert begun["payload"]["why"] == "start"


def test_no_file_of_the_trail_is_ever_opened_to_be_written_twice(tmp_path):
    """S4-K1: every opening for writing makes a new file, and only ever appends to it."""
    opened = []

    def hear(name, arguments):
        path, _, flags = arguments if name == "open" else ("", "", 0)
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) and listening:
            opened.append((os.fsdecode(path).rpartition(os.sep)[2], flags))

    listening = [True]
    sys.addaudithook(hear)
    clock = SteppedClock(START)
    for _ in range(2):
        written(tmp_path, 2, clock)
        clock.pass_s(DAY_S)
    trail = trail_in(tmp_path, clock)
    trail.append([sent(at=clock.now())])
    for _ in range(20):
        trail.tend()
    trail.close()
    listening.clear()
    mine = [(name, flags) for name, flags in opened if ".jsonl" in name]
    assert len(mine) == len({name for name, _ in mine}) >= 4
    wanted = os.O_CREAT | os.O_EXCL | os.O_APPEND
    assert all(flags & wanted == wanted and not flags & os.O_TRUNC for _, flags in mine)
    assert checked(tmp_path).is_whole


def test_a_day_ends_with_a_batch_and_old_days_are_compressed_and_still_whole(tmp_path):
    """S4-A7: roll-over by the day of a batch's first event; the plain file goes last."""
    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock)
    trail.append(decided("o1"))
    clock.pass_s(DAY_S)
    trail.append([*decided("o2", clock.now()), sent("o1", START)])
    for _ in range(20):
        trail.tend()
    assert [file.day for file in files_in(tmp_path)] == ["2023-11-14", "2023-11-15"]
    assert [file.is_packed for file in files_in(tmp_path)] == [True, False]
    assert checked(tmp_path).is_whole
    trail.close()
    assert len(names(tmp_path)) == 5
    assert records(tmp_path)[3]["payload"]["why"] == "day"


def test_a_day_that_cannot_be_compressed_is_left_as_it_is(tmp_path, caplog):
    """S4-A7: no decision waits for it, and it is not tried again in this run."""
    clock = SteppedClock(START)
    disk = FaultyDisk(only=["open_new"])
    trail = trail_in(tmp_path, clock, disk=disk)
    trail.append(decided("o1"))
    clock.pass_s(DAY_S)
    trail.append([sent(at=clock.now())])
    disk.broken = True
    for _ in range(5):
        trail.tend()
    disk.broken = False
    trail.append([sent(at=clock.now())])
    trail.close()
    assert caplog.text.count("cannot be compressed") == 1
    assert [file.is_packed for file in files_in(tmp_path)] == [False, False]
    assert checked(tmp_path).is_whole


def test_a_compressed_copy_that_differs_is_thrown_away(tmp_path, caplog):
    """S4-A7: the plain file goes only when its copy was read again and is the same."""

    class Garbling(RealDisk):
        def write(self, fd, data):
            packed = bytes(data)[:4] == b"\x28\xb5\x2f\xfd"
            return super().write(
                fd, bytes(data[:20]) + b"\0" + bytes(data[21:]) if packed else data
            )

    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock, disk=Garbling())
    trail.append([one for n in range(50) for one in decided(f"o{n}")])
    clock.pass_s(DAY_S)
    trail.append([sent(at=clock.now())])
    for _ in range(10):
        trail.tend()
    trail.close()
    assert "cannot be compressed" in caplog.text
    assert not files_in(tmp_path)[0].is_packed
    assert checked(tmp_path).is_whole


def test_the_wall_clock_set_back_begins_no_older_day(tmp_path):
    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock)
    trail.append([sent(at=clock.now())])
    clock.jump_wall_s(-3 * DAY_S)
    trail.append([sent(at=clock.now())])
    trail.close()
    assert [file.day for file in files_in(tmp_path)] == ["2023-11-14"]
    ids = [record["event_id"] for record in records(tmp_path)]
    assert ids == sorted(ids)


def test_an_event_of_another_time_begins_no_day_of_its_own(tmp_path):
    """What is replayed keeps its own time in its line; the file is of the day it is written."""
    trail = trail_in(tmp_path, SteppedClock(START))
    for at in (0, START, START + 400 * DAY_S * 10**9):
        trail.append([sent(at=at)])
    trail.close()
    assert [file.day for file in files_in(tmp_path)] == ["2023-11-14"]
    assert [record["at"][:4] for record in records(tmp_path)[1:]] == ["1970", "2023", "2024"]


def test_nothing_is_lost_or_split_while_days_go_by_under_load(tmp_path):
    """S4-A7: batches from four threads, a new day every few of them."""
    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock)
    lock = threading.Lock()

    def write(who):
        draw = random.Random(who)
        for number in range(60):
            name = f"{who}/{number}"
            with lock:
                if draw.random() < 0.1:
                    clock.pass_s(DAY_S / 2)
                now = clock.now()
                trail.append([*decided(name, now), sent(name, now), filled(name, now)])
                trail.tend()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trail.close()
    assert checked(tmp_path).is_whole
    assert len(files_in(tmp_path)) > 5
    told = names(tmp_path)
    assert len(told) == 4 * 60 * 4
    for at in range(0, len(told), 4):
        assert len({order for _, order in told[at : at + 4]}) == 1


def test_a_second_writer_is_refused(tmp_path):
    trail = trail_in(tmp_path)
    trail.append([sent()])
    other = trail_in(tmp_path)
    with pytest.raises(OSError, match="is writing there"):
        other.append([sent()])
    other.close()
    trail.append([sent()])
    trail.close()
    assert checked(tmp_path).is_whole


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("call", ["write", "sync", "open_new", "sync_folder"])
@pytest.mark.parametrize("batch", [0, 1])
def test_a_disk_that_refuses_once_costs_a_file_and_no_line(tmp_path, call, error, batch):
    """AU-01, D4: an OSError, the dead file is left, the same events are written to a new one."""
    disk = FaultyDisk(only=[call], error=error)
    trail = trail_in(tmp_path, disk=disk)
    trail.append(decided("o0"))
    batches = [decided(f"o{number}") for number in range(1, 4)]
    for number, events in enumerate(batches):
        disk.broken = number == batch
        if number == batch and call in REFUSABLE:
            with pytest.raises(OSError, match=os.strerror(error)):
                trail.append(events)
            disk.broken = False
        trail.append(events)
        disk.broken = False
    trail.close()
    found = checked(tmp_path)
    assert found.damage == ()
    assert [order for _, order in names(tmp_path)] == [f"o{number // 2}" for number in range(8)]
    assert disk.open == set()


def test_a_refusal_at_any_call_is_no_false_acknowledgement(tmp_path):
    """AU-01, FAULTS R17: every single call of a trail's life may fail, once or from then on."""
    clean = FaultyDisk()
    written(tmp_path / "clean", 3, disk=clean)
    for for_ever in (False, True):
        for k in range(1, clean.calls + 1):
            folder = tmp_path / f"{for_ever}-{k}"
            disk = FaultyDisk(fail_from=k) if for_ever else FaultyDisk(fail_at=k)
            trail = trail_in(folder, disk=disk)
            acknowledged = []
            for number in range(3):
                name = f"o{number}"
                for _ in range(2):
                    try:
                        trail.append([*decided(name), sent(name), filled(name)])
                    except OSError:
                        continue
                    acknowledged.append(name)
                    break
            trail.close()
            assert disk.open == set()
            if not folder.exists():
                assert acknowledged == []
                continue
            kept = [order for event, order in names(folder) if event == "OrderFilled"]
            assert kept[: len(acknowledged)] == acknowledged
            if read_anchor(folder) is not None:
                assert checked(folder).damage == ()
            else:
                assert acknowledged == []


def test_a_short_write_is_gone_on_with(tmp_path):
    disk = FaultyDisk()
    trail = trail_in(tmp_path, disk=disk)
    trail.append(decided("o0"))
    disk.short = 100
    trail.append(decided("o1"))
    trail.close()
    assert checked(tmp_path).is_whole
    assert len(names(tmp_path)) == 4


def test_a_torn_tail_is_left_where_it_is_and_told_of(tmp_path):
    written(tmp_path, 2)
    first = files_in(tmp_path)[0].path
    with first.open("ab") as file:
        file.write(b'{"schema":1,"seq":10,"event_id":"01')
    torn = first.read_bytes()
    trail = trail_in(tmp_path)
    trail.append([sent()])
    assert trail.findings() == ()
    trail.close()
    assert first.read_bytes() == torn
    begun = records(tmp_path)[9]["payload"]
    assert begun["torn"] == 35
    found = checked(tmp_path)
    assert found.is_whole
    assert found.files[0].left == 35


def test_a_batch_torn_at_any_byte_is_gone_on_after(tmp_path):
    """AU-01, S4-K1: whatever a crash leaves of a batch, the next run's chain is whole."""
    written(tmp_path / "model", 2)
    anchor = (tmp_path / "model" / ANCHOR).read_bytes()
    name = files_in(tmp_path / "model")[0].name
    content = (tmp_path / "model" / name).read_bytes()
    more = trail_in(tmp_path / "longer", entropy=random.Random(1).getrandbits)
    for number in range(3):
        more.append([*decided(f"o{number}"), sent(f"o{number}"), filled(f"o{number}")])
    more.close()
    longer = (tmp_path / "longer" / name).read_bytes()
    assert longer.startswith(content)
    for length in range(len(content), len(longer) + 1, 41):
        folder = tmp_path / str(length)
        folder.mkdir()
        (folder / name).write_bytes(longer[:length])
        (folder / ANCHOR).write_bytes(anchor)
        trail = trail_in(folder)
        trail.append([sent("after")])
        assert trail.findings() == ()
        trail.close()
        found = checked(folder)
        assert found.is_whole
        whole = longer.count(b"\n", 0, length)
        assert found.records == whole + 2


def test_a_compressed_end_is_gone_on_after(tmp_path, caplog):
    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock)
    trail.append(decided("o1"))
    clock.pass_s(DAY_S)
    trail.append([sent(at=clock.now())])
    for _ in range(20):
        trail.tend()
    trail.close()
    files_in(tmp_path)[1].path.unlink()
    trail = trail_in(tmp_path, clock)
    trail.append([sent(at=clock.now())])
    trail.close()
    assert "lines 4 to 5 are missing" in caplog.text
    assert [(place.seq, place.line) for place in checked(tmp_path).damage] == [(4, 1)]


def test_a_tail_cut_off_is_never_gone_on_after_in_silence(tmp_path, caplog):
    """AU-03: the anchor says how far the trail went; the hole stays to be seen for ever."""
    written(tmp_path, 3)
    first = files_in(tmp_path)[0].path
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(lines[:-2]))
    trail = trail_in(tmp_path)
    trail.append([sent()])
    assert "lines 12 to 13 are missing" in trail.findings()[0]
    assert trail.findings() == ()
    trail.close()
    found = checked(tmp_path)
    assert [(place.seq, place.line) for place in found.damage] == [(12, 1)]
    assert "12 to 13 are missing" in found.damage[0].what
    assert "damaged" in caplog.text


@pytest.mark.parametrize("content", [b"", b"garbage\n", seal(b'{"seq":9}'), None])
def test_an_anchor_that_is_gone_or_garbage_is_told_of(tmp_path, caplog, content):
    written(tmp_path, 1)
    anchor = tmp_path / ANCHOR
    if content is None:
        anchor.unlink()
    else:
        anchor.write_bytes(content)
    assert not checked(tmp_path).is_whole
    trail = trail_in(tmp_path)
    trail.append([sent()])
    assert "anchor" in trail.findings()[0]
    trail.close()
    found = checked(tmp_path)
    assert [(place.seq, place.line) for place in found.damage] == [(6, 1)]
    assert "anchor" in found.damage[0].what
    assert "damaged" in caplog.text


def test_a_closed_trail_can_be_opened_again(tmp_path):
    trail = trail_in(tmp_path)
    trail.append([sent()])
    trail.close()
    trail.close()
    trail.append([sent()])
    trail.close()
    assert checked(tmp_path).is_whole
    assert len(files_in(tmp_path)) == 2


def test_a_trail_that_a_crash_left_after_its_first_lines_is_whole(tmp_path):
    """AU-03, FAULTS R1: the anchor stands before the first line, so that nothing looks cut off."""
    anchors = []

    class Watched(RealDisk):
        def open_new(self, path):
            if path.suffix == ".jsonl":
                anchors.append(read_anchor(tmp_path))
            return super().open_new(path)

    trail = trail_in(tmp_path, disk=Watched())
    trail.append(decided())
    first = anchors[0]
    assert first is not None
    assert first.seq == 0
    (tmp_path / ANCHOR).write_bytes(anchor_bytes(first))  # as a kill before its next writing leaves
    assert checked(tmp_path).is_whole
