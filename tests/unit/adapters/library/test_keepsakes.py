"""The file of tags, notes, bookmarks and saved searches."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import replayer_qt
from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.library import kept_lines
from replayer_qt.adapters.library.keepsakes import FILE, KeepsakeFile
from replayer_qt.adapters.library.kept_lines import FEW, Header, sealed
from replayer_qt.core.library import Marks, Quality, Range, RoundQuery, SavedSearch
from replayer_qt.core.units import RUGS, RoundId

MOON = Marks(tags=("late", "moon"), note="Größe\n🚀", bookmarked=True)
SEARCH = SavedSearch(name="s", query=RoundQuery(peak=Range(low=2), quality=(Quality.WHOLE,)))


def test_what_is_noted_is_there_after_opening_again(tmp_path):
    kept = KeepsakeFile(tmp_path / "deep" / ".library")
    assert (kept.marks(), kept.searches()) == ({}, ())
    kept.mark(RUGS, RoundId("r1"), Marks(note="first"))
    kept.mark(RUGS, RoundId("r1"), MOON)
    kept.mark(RUGS, RoundId("r2"), MOON)
    kept.mark(RUGS, RoundId("r2"), Marks())
    kept.save([SEARCH, SavedSearch(name="a", query=RoundQuery())])
    for one in (kept, KeepsakeFile(tmp_path / "deep" / ".library")):
        assert one.marks() == {(RUGS, "r1"): MOON}
        assert [search.name for search in one.searches()] == ["a", "s"]
        assert one.searches()[1] == SEARCH
        assert one.damaged == 0
    kept.save([])
    assert KeepsakeFile(tmp_path / "deep" / ".library").searches() == ()


def test_many_rounds_are_noted_on_at_once(tmp_path):
    kept = KeepsakeFile(tmp_path)
    kept.mark_many({})
    assert not (tmp_path / FILE).exists()
    marks = {(RUGS, RoundId(f"r{number}")): Marks(note=str(number)) for number in range(300)}
    kept.mark_many(marks)
    assert KeepsakeFile(tmp_path).marks() == marks
    kept.mark_many(dict.fromkeys(marks, Marks()))
    assert KeepsakeFile(tmp_path).marks() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_its_owner_reads_it(tmp_path):
    KeepsakeFile(tmp_path / "kept").mark(RUGS, RoundId("r"), MOON)
    assert (tmp_path / "kept" / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_odd_text_comes_back_as_it_was(tmp_path):
    odd = "nul\0 half\ud83d escape\ufdd00000"
    marks = Marks(tags=(odd,), note=odd)
    search = SavedSearch(name=odd, query=RoundQuery(text=odd, tags=(odd,)))
    KeepsakeFile(tmp_path).mark(RUGS, RoundId(odd), marks)
    KeepsakeFile(tmp_path).save([search])
    again = KeepsakeFile(tmp_path)
    assert again.marks() == {(RUGS, odd): marks}
    assert again.searches() == (search,)


def test_a_file_cut_anywhere_keeps_every_line_before_the_cut(tmp_path):
    whole = KeepsakeFile(tmp_path / "whole")
    for number in range(3):
        whole.mark(RUGS, RoundId(f"r{number}"), MOON)
    data = (tmp_path / "whole" / FILE).read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(len(data)):
        folder = tmp_path / "cut"
        folder.mkdir(exist_ok=True)
        (folder / FILE).write_bytes(data[:cut])
        kept = KeepsakeFile(folder)
        there = max(0, sum(end <= cut for end in ends) - 1)
        assert len(kept.marks()) == there
        if cut % 7 == 0 or cut in ends:
            kept.mark(RUGS, RoundId("new"), MOON)
            again = KeepsakeFile(folder)
            assert len(again.marks()) == there + 1
            assert again.damaged == 0


def test_a_damaged_line_is_counted_and_costs_no_other(tmp_path):
    kept = KeepsakeFile(tmp_path)
    for number in range(4):
        kept.mark(RUGS, RoundId(f"r{number}"), MOON)
    path = tmp_path / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    for flipped in range(len(lines)):
        damaged = bytearray(lines[flipped])
        damaged[len(damaged) // 2] ^= 4
        path.write_bytes(b"".join([*lines[:flipped], damaged, *lines[flipped + 1 :]]))
        again = KeepsakeFile(tmp_path)
        assert len(again.marks()) == (4 if flipped == 0 else 3)
        assert again.damaged == 1
        again.mark(RUGS, RoundId("more"), MOON)
        assert (RUGS, "more") in KeepsakeFile(tmp_path).marks()


@pytest.mark.parametrize("junk", [b"\n", b"\0" * 50 + b"\n", b"{}\n", b"[" * 10_000 + b"\n"])
def test_any_bytes_in_the_file_are_survived(tmp_path, junk):
    (tmp_path / FILE).write_bytes(junk * 3)
    kept = KeepsakeFile(tmp_path)
    assert kept.marks() == {}
    assert kept.damaged == 3
    kept.mark(RUGS, RoundId("r"), MOON)
    assert KeepsakeFile(tmp_path).marks() == {(RUGS, "r"): MOON}


def test_what_one_wrote_another_reads_at_once(tmp_path):
    one, other = KeepsakeFile(tmp_path), KeepsakeFile(tmp_path)
    for number in range(5):
        one.mark(RUGS, RoundId(f"a{number}"), MOON)
        other.mark(RUGS, RoundId(f"b{number}"), MOON)
        assert one.marks() == other.marks()
        assert len(one.marks()) == 2 * (number + 1)


def test_a_file_that_grew_is_written_anew_without_what_was_overruled(tmp_path):
    kept, other = KeepsakeFile(tmp_path), KeepsakeFile(tmp_path)
    other.mark(RUGS, RoundId("first"), MOON)
    kept.save([SEARCH])
    for number in range(FEW):
        kept.mark(RUGS, RoundId("same"), Marks(note=str(number)))
    assert (tmp_path / FILE).read_bytes().count(b"\n") < FEW // 2
    for one in (kept, other, KeepsakeFile(tmp_path)):
        assert one.marks() == {
            (RUGS, "first"): MOON,
            (RUGS, "same"): Marks(note=str(FEW - 1)),
        }
        assert one.searches() == (SEARCH,)
    assert sorted(path.name for path in tmp_path.iterdir() if FILE in path.name) == [FILE]


def test_damaged_lines_are_kept_aside_when_the_file_is_written_anew(tmp_path):
    kept = KeepsakeFile(tmp_path)
    kept.mark(RUGS, RoundId("r"), MOON)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"kept":"marks","what":"nobody knows"}\n')
    for number in range(FEW):
        kept.mark(RUGS, RoundId("same"), Marks(note=str(number)))
    (aside,) = tmp_path.glob("*.broken")
    assert b"nobody knows" in aside.read_bytes()
    assert KeepsakeFile(tmp_path).damaged == 0


def test_a_file_of_a_newer_release_is_added_to_but_never_written_anew(tmp_path):
    newer = sealed(Header(format="replayer-keepsakes", version=9))
    (tmp_path / FILE).write_bytes(newer)
    kept = KeepsakeFile(tmp_path)
    for number in range(FEW + 5):
        kept.mark(RUGS, RoundId("r"), Marks(note=str(number)))
    assert (tmp_path / FILE).read_bytes().startswith(newer)
    assert kept.marks() == {(RUGS, "r"): Marks(note=str(FEW + 4))}


class FullDisk(RealDisk):
    """Takes some bytes and then no more."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self._takes = takes

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self._takes <= 0:
            raise OSError(errno.ENOSPC, "no space left")
        taken = super().write(fd, data[: self._takes])
        self._takes -= taken
        return taken


class NoRoomForNew(RealDisk):
    """Takes only half a line of a new file."""

    def __init__(self) -> None:
        super().__init__()
        self._new: set[int] = set()

    def open_new(self, path: Path) -> int:
        fd = super().open_new(path)
        self._new.add(fd)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if fd not in self._new:
            return super().write(fd, data)
        super().write(fd, data[:30])
        self._new.clear()
        raise OSError(errno.ENOSPC, "no space left")


@pytest.mark.parametrize("takes", [0, 1, 20, 60, 100])
def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(tmp_path, takes):
    kept = KeepsakeFile(tmp_path)
    kept.mark(RUGS, RoundId("r"), MOON)
    before = (tmp_path / FILE).read_bytes()
    kept._file.disk = FullDisk(takes)
    with pytest.raises(OSError, match="no space"):
        kept.mark(RUGS, RoundId("r"), Marks(note="x" * 100))
    assert (tmp_path / FILE).read_bytes() == before
    assert kept.marks() == {(RUGS, "r"): MOON}


def test_a_full_disk_while_the_file_is_written_anew_costs_nothing(tmp_path, caplog):
    kept = KeepsakeFile(tmp_path)
    for number in range(FEW - 2):
        kept.mark(RUGS, RoundId("same"), Marks(note=str(number)))
    kept._file.disk = NoRoomForNew()
    for note in ("a", "b", "c"):
        kept.mark(RUGS, RoundId("same"), Marks(note=note))
    assert KeepsakeFile(tmp_path).marks() == {(RUGS, "same"): Marks(note="c")}
    assert "was not written anew" in caplog.text
    KeepsakeFile(tmp_path).mark(RUGS, RoundId("same"), MOON)
    assert (tmp_path / FILE).read_bytes().count(b"\n") < 10


class Watched(RealDisk):
    """Remembers what was asked of it, by the name of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self.calls.append("write")
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        self.calls.append("sync")
        super().sync(fd)

    def sync_folder(self, path: Path) -> None:
        self.calls.append(f"sync {path.name}")
        super().sync_folder(path)

    def rename(self, path: Path, target: Path) -> None:
        self.calls.append(f"rename {target.name}")
        super().rename(path, target)


def test_what_is_noted_is_on_stable_storage_when_it_is_acknowledged(tmp_path):
    """The lines are flushed, and the folder that shows their file, each time."""
    kept = KeepsakeFile(tmp_path / "kept")
    kept._file.disk = Watched()
    kept.mark(RUGS, RoundId("r"), MOON)
    assert kept._file.disk.calls[-3:] == ["write", "sync", "sync kept"]
    for number in range(FEW):
        kept._file.disk.calls.clear()
        kept.mark(RUGS, RoundId("r"), Marks(note=str(number)))
        assert kept._file.disk.calls[:2] == ["write", "sync"]
        if len(kept._file.disk.calls) > 2:
            break
    assert kept._file.disk.calls[2:] == ["write", "sync", f"rename {FILE}", "sync kept"]


def test_a_disk_that_takes_little_at_a_time_gets_all_of_a_line(tmp_path):
    class Slow(RealDisk):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            return super().write(fd, data[:7])

    kept = KeepsakeFile(tmp_path)
    kept._file.disk = Slow()
    kept.mark(RUGS, RoundId("r"), MOON)
    assert KeepsakeFile(tmp_path).marks() == {(RUGS, "r"): MOON}


def test_a_disk_that_takes_nothing_is_full(tmp_path):
    class Deaf(RealDisk):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            return 0

    kept = KeepsakeFile(tmp_path)
    kept._file.disk = Deaf()
    with pytest.raises(OSError, match="nothing was written"):
        kept.mark(RUGS, RoundId("r"), MOON)
    assert KeepsakeFile(tmp_path).marks() == {}


class NoRename(RealDisk):
    """Never gives a file another name."""

    def rename(self, path: Path, target: Path) -> None:
        raise OSError(errno.EIO, "no rename")


@pytest.mark.parametrize("other", [False, True])
def test_what_a_failed_attempt_set_aside_does_not_stop_the_next_one(tmp_path, caplog, other):
    """The file shrinks at the next line, and damaged lines are still kept."""
    kept = KeepsakeFile(tmp_path)
    kept.mark(RUGS, RoundId("r"), MOON)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"kept":"marks","what":"nobody knows"}\n')
    kept._file.disk = NoRename()
    for number in range(FEW):
        kept.mark(RUGS, RoundId("same"), Marks(note=str(number)))
    (aside,) = tmp_path.glob("*.broken")
    assert "was not written anew" in caplog.text
    if other:
        aside.unlink()
        aside.write_bytes(b"something else")
    KeepsakeFile(tmp_path).mark(RUGS, RoundId("same"), Marks(note="last"))
    assert (tmp_path / FILE).read_bytes().count(b"\n") < 10
    found = sorted(tmp_path.glob("*.broken"))
    assert len(found) == 1 + other
    assert b"nobody knows" in found[-1].read_bytes()
    again = KeepsakeFile(tmp_path)
    assert again.marks() == {(RUGS, "r"): MOON, (RUGS, "same"): Marks(note="last")}
    assert again.damaged == 0


def test_a_change_is_made_to_what_the_file_says_now(tmp_path):
    """What another one wrote a moment ago stays."""
    one, other = KeepsakeFile(tmp_path / "kept"), KeepsakeFile(tmp_path / "kept")
    keys = [(RUGS, RoundId("r1")), (RUGS, RoundId("r2"))]
    assert one.change([], lambda _, marks: marks) == {}
    assert not (tmp_path / "kept").exists()
    assert one.change(keys, lambda _, marks: marks) == dict.fromkeys(keys, Marks())
    assert not (tmp_path / "kept" / FILE).exists()
    one.mark(*keys[0], Marks(note="mine"))
    now = other.change(keys, lambda _, marks: Marks(tags=("moon",), note=marks.note))
    assert now == {keys[0]: Marks(tags=("moon",), note="mine"), keys[1]: Marks(tags=("moon",))}
    assert one.marks() == now
    before = (tmp_path / "kept" / FILE).read_bytes()
    assert one.change(keys, lambda _, marks: marks) == now
    assert (tmp_path / "kept" / FILE).read_bytes() == before


def test_a_change_that_is_refused_is_not_noted(tmp_path):
    def refuse(_: object, __: Marks) -> Marks:
        raise ValueError("no")

    kept = KeepsakeFile(tmp_path)
    kept.mark(RUGS, RoundId("r"), MOON)
    with pytest.raises(ValueError, match="no"):
        kept.change([(RUGS, RoundId("r"))], refuse)
    assert KeepsakeFile(tmp_path).marks() == {(RUGS, "r"): MOON}


def test_threads_that_change_the_same_round_and_searches_lose_nothing(tmp_path):
    """Read, change and write are one."""
    key = (RUGS, RoundId("r"))

    def work(name: str) -> None:
        kept = KeepsakeFile(tmp_path)
        for number in range(25):
            tag = f"{name}{number:02}"
            added = SavedSearch(name=tag, query=RoundQuery())
            kept.change([key], lambda _, m, tag=tag: Marks(tags=(*m.tags, tag)))
            kept.change_searches(lambda found, added=added: (*found, added))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = KeepsakeFile(tmp_path)
    names = [f"{name}{number:02}" for name in "abc" for number in range(25)]
    assert sorted(again.marks()[key].tags) == names
    assert [search.name for search in again.searches()] == names


def test_a_lock_held_for_long_is_an_error_that_names_the_holder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_lines, "WAIT_S", 0.05)
    holder = FolderLock(tmp_path)
    holder.acquire()
    kept = KeepsakeFile(tmp_path)
    with pytest.raises(OSError, match=str(os.getpid())):
        kept.mark(RUGS, RoundId("r"), MOON)
    holder.release()
    kept.mark(RUGS, RoundId("r"), MOON)
    assert kept.marks() == {(RUGS, "r"): MOON}


def test_threads_with_a_file_each_lose_nothing(tmp_path):
    def work(name: str) -> None:
        kept = KeepsakeFile(tmp_path)
        for number in range(40):
            kept.mark(RUGS, RoundId(f"{name}{number}"), MOON)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = KeepsakeFile(tmp_path)
    assert len(again.marks()) == 120
    assert again.damaged == 0


WRITER = """
import sys
from pathlib import Path
from replayer_qt.adapters.library.keepsakes import KeepsakeFile
from replayer_qt.core.library import Marks
kept = KeepsakeFile(Path(sys.argv[1]))
number = 0
while True:
    kept.mark("rugs/crash", f"{sys.argv[2]}{number % 50}", Marks(note=str(number)))
    print(number, flush=True)
    number += 1
"""


def test_processes_that_are_killed_lose_nothing_that_was_acknowledged(tmp_path):
    root = Path(replayer_qt.__file__).parent.parent
    writers = [
        subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-c", WRITER, str(tmp_path), name], stdout=subprocess.PIPE, cwd=root
        )
        for name in "ab"
    ]
    try:
        acknowledged = [0, 0]
        while min(acknowledged) < 300:
            for which, writer in enumerate(writers):
                acknowledged[which] = int(writer.stdout.readline())
    finally:
        for writer in writers:
            writer.kill()
    for which, writer in enumerate(writers):
        rest = writer.communicate(timeout=10)[0].splitlines()
        acknowledged[which] = max([acknowledged[which], *(int(line) for line in rest[:-1])])
    kept = KeepsakeFile(tmp_path)
    marks = kept.marks()
    assert kept.damaged == 0
    for name, last in zip("ab", acknowledged, strict=True):
        for number in range(last - 49, last + 1):
            assert int(marks[RUGS, f"{name}{number % 50}"].note) >= number
