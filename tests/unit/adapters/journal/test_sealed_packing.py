"""Packing is all or nothing: whatever fails, the recording is there, once, and whole."""

import errno
import hashlib

import pytest

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.raw import raw_path
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed import check_packed, read_info, read_plain
from replayer_qt.adapters.journal.sealed_format import SealFacts, facts_of, sealed_path
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.journal.sealed_packing import is_over, pack_bytes, seal, unseal
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.journals import open_handles
from tests.helpers.library_ground import file_entry, round_entry
from tests.helpers.sealed import PACKED, closed_journal, facts, flip, packed, sealed_journal


def forms_of(path):
    """Return which forms of a plain recording are there, each verified."""
    found = []
    if path.exists():
        assert is_over(path)
        found.append("plain")
    if sealed_path(path).exists():
        assert check_packed(sealed_path(path)) == ()
        found.append("packed")
    return found


def test_a_closed_journal_is_packed_in_its_place(tmp_path):
    path = closed_journal(tmp_path, 400)
    plain = path.read_bytes()
    done = seal(path, facts)
    assert (done.path, done.problem, done.changed) == (sealed_path(path), "", True)
    assert forms_of(path) == ["packed"]
    assert read_plain(done.path) == plain
    assert done.info.digest == hashlib.sha256(plain).hexdigest()
    assert (done.info.format, done.info.lines) == ("journal", plain.count(b"\n"))
    assert done.size == done.path.stat().st_size < len(plain) / 5
    assert done.path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.rglob("*.part*")] == []
    assert raw_path(done.path) == raw_path(path)


class Visited(RealDisk):
    """Another program mends the folder right before each file gets its name."""

    def __init__(self, folder):
        super().__init__()
        self._folder = folder
        self.found = []

    def rename(self, path, target):
        self.found += mend_sealing(self._folder)
        super().rename(path, target)


def test_no_other_program_takes_a_copy_in_hand_for_one_that_a_crash_left(tmp_path):
    """FAULTS R10, R18: what is being packed or unpacked is held until it has its name."""
    path = closed_journal(tmp_path)
    disk = Visited(tmp_path)
    assert seal(path, facts, disk).changed
    assert forms_of(path) == ["packed"]
    assert unseal(sealed_path(path), disk).changed
    assert forms_of(path) == ["plain"]
    data = path.read_bytes()
    pack_bytes(data, tmp_path / "x.jsonl.zst", facts(path), disk)
    assert read_plain(tmp_path / "x.jsonl.zst") == data
    assert disk.found == []


def test_packing_twice_is_packing_once(tmp_path):
    path = closed_journal(tmp_path)
    first = seal(path, facts)
    before = first.path.read_bytes()
    again = seal(path, facts)
    assert (again.path, again.changed, again.info) == (first.path, False, first.info)
    assert first.path.read_bytes() == before


def test_what_is_being_written_or_torn_stays_as_it_is(tmp_path):
    """FAULTS R18: without a whole last line that is a footer nothing is packed."""
    path = closed_journal(tmp_path)
    whole = path.read_bytes()
    for end in (whole.rindex(b'{"_f"'), len(whole) - 1, len(whole) - 20):
        path.write_bytes(whole[:end])
        done = seal(path, facts)
        assert "no end" in done.problem
        assert path.read_bytes() == whole[:end]
        assert forms_or_none(path) is None


def forms_or_none(path):
    return sealed_path(path) if sealed_path(path).exists() else None


def test_what_is_no_journal_is_not_packed_in_place(tmp_path):
    foreign = tmp_path / "game.jsonl"
    foreign.write_bytes(b'{"type":"tick"}\n')
    link = tmp_path / "link.jsonl"
    link.symlink_to(closed_journal(tmp_path / "a"))
    assert seal(foreign, facts).problem
    assert seal(link, facts).problem
    assert link.is_symlink()


def test_a_file_that_another_one_is_changing_is_left_alone(tmp_path):
    path = closed_journal(tmp_path)
    with path.open("rb") as file:
        assert try_lock(file.fileno())
        assert "in use" in seal(path, facts).problem
        assert forms_of(path) == ["plain"]
    assert seal(path, facts).changed


CALLS_OF_A_SEALING = range(1, 40)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EMFILE])
def test_each_failing_call_of_the_disk_leaves_the_recording_whole(tmp_path, error):
    """FAULTS R18, R5, R6: every call in turn, once; the next attempt finishes it."""
    failures = 0
    for call in CALLS_OF_A_SEALING:
        path = closed_journal(tmp_path / str(call))
        plain = path.read_bytes()
        disk = FaultyDisk(fail_at=call, error=error)
        try:
            seal(path, facts, disk)
            assert disk.calls < call
            break
        except OSError:
            failures += 1
        assert forms_of(path) in (["plain"], ["plain", "packed"], ["packed"])
        held = path if path.exists() else sealed_path(path)
        assert read_plain(held) == plain
        assert disk.open == set()
        again = seal(path, facts)
        assert again.problem == ""
        assert forms_of(path) == ["packed"]
        assert read_plain(again.path) == plain
        assert mend_sealing(tmp_path / str(call)) == ()
    assert failures >= 9


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_for_good_leaves_the_recording_whole(tmp_path, error):
    """FAULTS R18: from each call on, for ever; mending later leaves one form of it."""
    for call in CALLS_OF_A_SEALING:
        path = closed_journal(tmp_path / str(call))
        plain = path.read_bytes()
        disk = FaultyDisk(fail_from=call, error=error)
        try:
            seal(path, facts, disk)
            break
        except OSError:
            pass
        findings = mend_sealing(tmp_path / str(call))
        assert all(finding.status == "repaired" for finding in findings)
        assert len(forms_of(path)) == 1
        held = path if path.exists() else sealed_path(path)
        assert read_plain(held) == plain
        assert [p for p in held.parent.iterdir() if ".part-" in p.name] == []
    else:
        pytest.fail("it never came to its end")


def test_a_short_write_is_finished(tmp_path):
    disk = FaultyDisk()
    disk.short = 7
    path = closed_journal(tmp_path)
    plain = path.read_bytes()
    assert read_plain(seal(path, facts, disk).path) == plain


def test_a_copy_that_does_not_read_back_never_takes_the_place(tmp_path):
    class Garbling(FaultyDisk):
        def write(self, fd, data):
            return super().write(fd, bytes(byte ^ (at == 99) for at, byte in enumerate(data)))

    path = closed_journal(tmp_path)
    plain = path.read_bytes()
    with pytest.raises(OSError, match="not what was to be packed"):
        seal(path, facts, Garbling())
    assert path.read_bytes() == plain
    assert [p.name for p in path.parent.iterdir() if ".zst" in p.name and "raw" not in p.name] == []


def test_another_recording_of_the_same_name_is_never_overwritten(tmp_path):
    done = sealed_journal(tmp_path / "a", 30)
    path = closed_journal(tmp_path / "b", 50)
    sealed_path(path).write_bytes(done.path.read_bytes())
    again = seal(path, facts)
    assert "another content" in again.problem
    assert forms_of(path) == ["plain", "packed"]
    (finding,) = mend_sealing(tmp_path / "b")
    assert finding.status == "quarantined"
    assert forms_of(path) == ["plain", "packed"]


def test_unpacking_gives_the_plain_file_back(tmp_path):
    path = closed_journal(tmp_path, 300)
    plain = path.read_bytes()
    done = seal(path, facts)
    back = unseal(done.path)
    assert (back.path, back.problem) == (path, "")
    assert path.read_bytes() == plain
    assert forms_of(path) == ["plain"]


def test_each_failing_call_of_an_unpacking_leaves_the_recording_whole(tmp_path):
    """FAULTS R18: the way back is as safe."""
    for call in CALLS_OF_A_SEALING:
        path = closed_journal(tmp_path / str(call))
        plain = path.read_bytes()
        target = seal(path, facts).path
        disk = FaultyDisk(fail_at=call)
        try:
            unseal(target, disk)
            assert disk.calls < call
            break
        except OSError:
            pass
        assert forms_of(path) != []
        held = path if path.exists() else target
        assert read_plain(held) == plain
    else:
        pytest.fail("it never came to its end")


def test_a_damaged_packed_file_is_not_unpacked_over_anything(tmp_path):
    done = sealed_journal(tmp_path, 300)
    flip(done.path, 40)
    assert unseal(done.path).problem
    assert done.path.exists()


def test_imports_are_packed_whole_or_not_at_all(tmp_path):
    """FAULTS R18: at each failing call there is no file, or the whole one."""
    data = b"".join(b'{"n":%d}\n' % n for n in range(200))
    for call in CALLS_OF_A_SEALING:
        target = tmp_path / str(call) / "0123_x.csv.zst"
        disk = FaultyDisk(fail_at=call)
        try:
            pack_bytes(data, target, PACKED, disk)
            break
        except OSError:
            pass
        assert not target.exists() or (read_plain(target) == data and not check_packed(target))
        pack_bytes(data, target, PACKED)
        assert read_plain(target) == data
    else:
        pytest.fail("it never came to its end")


def test_the_same_import_twice_is_one_file_and_a_broken_one_is_made_anew(tmp_path):
    target = tmp_path / "imported" / "x.csv.zst"
    info = packed(target, b"one\n" * 100)
    first = target.read_bytes()
    assert packed(target, b"one\n" * 100) == info
    flip(target, 20)
    assert packed(target, b"one\n" * 100) == info
    assert target.read_bytes() == first
    with pytest.raises(FileExistsError):
        packed(target, b"two\n")
    assert read_plain(target) == b"one\n" * 100


def test_an_import_never_follows_a_link(tmp_path):
    """FAULTS S8: a link in its place is not written through, nor replaced."""
    outside = tmp_path / "outside"
    link = tmp_path / "x.zst"
    link.symlink_to(outside)
    with pytest.raises(FileExistsError):
        packed(link, b"data")
    assert not outside.exists()


def test_what_a_file_says_of_itself_is_what_was_known(tmp_path):
    """The summary of the rounds is in the file, to be read without unpacking."""
    target = tmp_path / "x.zst"
    told = facts_of(
        file_entry("x", origin="C:/sess\udc80ions/x.csv", bad_lines=2), [round_entry("r-1")]
    )
    pack_bytes(b"data", target, told)
    info = read_info(target)
    assert info.rounds == (round_entry("r-1"),)
    assert (info.bad_lines, info.ended) == (2, "closed")
    assert info.origin.startswith("C:/sess")


def test_no_descriptor_is_left_open(tmp_path):
    before = open_handles()
    path = sealed_journal(tmp_path).path
    read_journal(path)
    unseal(path)
    pack_bytes(b"x", tmp_path / "y.zst", SealFacts(format="X"))
    assert open_handles() == before
