"""Mending on a disk that refuses, beside somebody who records, and of crashes long ago."""

import errno
import os

import pytest

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.hold import Hold, hold, is_being_written
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.mending import mend_file
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover, repair_all
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.units import RoundId
from tests.helpers.faulty_disk import CALLS, FaultyDisk
from tests.helpers.journals import files_in, journal_in, open_handles, ticks, ticks_in

TAIL = b'{"seq":31,"ev":"PriceTi'


def crash_in(folder, count=30):
    """Return a recording as a kill leaves it: whole records, then a torn one."""
    journal = journal_in(folder)
    journal.start()
    journal.append(ticks(0, count, "crashed"))
    journal.stop()
    path = files_in(folder)[-1]
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'{"_f"')] + TAIL)
    return path


def torn_bytes_of(path):
    return [other.read_bytes() for other in path.parent.glob(path.name + ".torn*")]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EMFILE])
@pytest.mark.parametrize("lasting", [False, True])
def test_each_call_of_a_mending_may_fail_and_nothing_is_lost(tmp_path, code, lasting):
    """FAULTS R6, R18: every call in turn, once or from there on; the next start makes it good."""
    before = open_handles()
    healthy = FaultyDisk()
    crash_in(tmp_path / "healthy")
    recover(tmp_path / "healthy", healthy)
    assert healthy.calls > 8
    for number in range(1, healthy.calls + 1):
        folder = tmp_path / str(number)
        path = crash_in(folder)
        sound = path.read_bytes().removesuffix(TAIL)
        fault = {"fail_from" if lasting else "fail_at": number}
        disk = FaultyDisk(error=code, only=CALLS, **fault)
        recover(folder, disk)
        assert disk.open == set()
        assert path.read_bytes().startswith(sound)
        assert TAIL in [path.read_bytes().removeprefix(sound), *torn_bytes_of(path)]
        recover(folder)
        assert read_journal(path).damage == ()
        assert torn_bytes_of(path) == [TAIL]
        assert recover(folder) == ()
    assert open_handles() <= before


def test_the_kept_bytes_have_their_name_on_the_disk_before_they_are_cut_off(tmp_path):
    """FAULTS R2, R3: a power cut in the middle of a mending takes neither."""
    path = crash_in(tmp_path)
    calls = []

    class Watched(RealDisk):
        def rename(self, path, target):
            calls.append("rename")
            super().rename(path, target)

        def sync_folder(self, path):
            calls.append("sync_folder")
            super().sync_folder(path)

        def truncate(self, fd, size):
            calls.append("truncate")
            super().truncate(fd, size)

    assert mend_file(path, Watched()).status == "repaired"
    assert calls[:3] == ["rename", "sync_folder", "truncate"]


def test_every_day_is_mended_while_somebody_records(tmp_path, caplog):
    """FAULTS R18: a crash of long ago is finished too; the file in hand is not touched."""
    old = crash_in(tmp_path / "elsewhere")
    days = [tmp_path / "in" / "practice" / f"2026-01-{day:02d}" for day in range(1, 6)]
    for day in days:
        day.mkdir(parents=True)
        (day / old.name).write_bytes(old.read_bytes())
    journal = journal_in(tmp_path / "in")
    journal.start()
    journal.append(ticks(0, 10, "live"))
    told = []
    findings = repair_all(tmp_path / "in", lambda *said: told.append(said))
    assert len(journal.findings) + len(findings) == len(days)
    assert {finding.status for finding in findings} == {"repaired"}
    assert [number for number, _, _ in told] == list(range(len(days) + 1))
    journal.append(ticks(10, 20, "live"))
    journal.stop()
    assert sorted(ticks_in(tmp_path / "in")) == sorted([*range(30)] * len(days) + [*range(20)])
    assert all(read_journal(path).damage == () for path in files_in(tmp_path / "in"))
    assert repair_all(tmp_path / "in") == ()


def test_a_day_far_ahead_does_not_hide_the_last_crash(tmp_path):
    """FAULTS R9: the clock once stood ten years ahead; the next start still finds today's crash."""
    ahead = [tmp_path / "practice" / f"203{year}-01-01" for year in (6, 7)]
    for day in ahead:
        day.mkdir(parents=True)
        os.utime(day, (1_000_000_000, 1_000_000_000))
    path = crash_in(tmp_path)
    assert [finding.path for finding in recover(tmp_path)] == [str(path)]


def test_mending_everything_can_be_cancelled(tmp_path):
    path = crash_in(tmp_path)
    assert repair_all(tmp_path, is_cancelled=lambda: True) == ()
    assert path.read_bytes().endswith(TAIL)


def test_a_file_in_hand_is_held_until_it_is_closed(tmp_path):
    """FAULTS R10, S3-H3: each file says by itself that somebody writes it."""
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(0, 5))
    path = files_in(tmp_path)[0]
    assert is_being_written(path)
    asking = os.open(path, os.O_RDONLY)
    assert hold(asking, to_look=True) is Hold.TAKEN
    os.close(asking)
    found = mend_file(path)
    assert (found.status, found.what) == ("skipped", "it is being written")
    journal.stop()
    assert not is_being_written(path)
    asking = os.open(path, os.O_RDONLY)
    assert hold(asking, to_look=True) is Hold.OURS
    assert not is_being_written(path)  # two that ask do not take each other for a writer
    os.close(asking)
    assert mend_file(path) is None


def test_a_new_file_that_somebody_takes_for_a_crashs_is_not_written_to(tmp_path):
    """FAULTS R18: between its first breath and its lock, a file may be mended away."""
    path = tmp_path / "x.jsonl"

    class Taken(RealDisk):
        def _with_spare(self, attempt):
            fd = attempt()
            other = os.open(path, os.O_RDONLY)
            self.other = other
            assert hold(other) is Hold.OURS
            return fd

    disk = Taken()
    with pytest.raises(FileExistsError):
        disk.open_new(path)
    os.close(disk.other)

    class Removed(RealDisk):
        def _with_spare(self, attempt):
            fd = attempt()
            path.unlink()
            return fd

    path.unlink()
    with pytest.raises(FileExistsError):
        Removed().open_new(path)
    assert not path.exists()


def test_a_folder_of_many_finished_files_costs_a_glance_each(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    for number in range(40):
        journal.append(ticks(number, number + 1, RoundId(f"r{number}")))
    journal.stop()
    disk = FaultyDisk(fail_from=1)
    assert recover(tmp_path, disk) == ()
    assert disk.calls == 0


def test_a_folder_that_was_taken_away_and_is_back_is_locked_anew(tmp_path):
    """FAULTS R10, R12: the lock was on the folder that is gone; its successor needs one, too."""
    folder, away = tmp_path / "in", tmp_path / "away"
    folder.mkdir()
    lock, rival = FolderLock(folder), FolderLock(folder)
    assert lock.acquire()
    assert not lock.acquire()
    folder.rename(away)
    folder.mkdir()
    assert lock.acquire()
    with pytest.raises(DataDirUnusable):
        rival.acquire()
    lock.release()
    assert rival.acquire()
    rival.release()
