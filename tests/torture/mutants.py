"""Naive recorders, readers and menders, one for each rule: the torture must find every one out."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import is_sound
from replayer_qt.adapters.journal.mending import TORN, has_footer
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.spool import Spool
from replayer_qt.adapters.journal.survey import survey
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event, RawReceived
from replayer_qt.core.recording import Recording
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.journals import files_in, journal_in
from tests.torture.journal_cache import CachedDisk
from tests.torture.journal_checks import opening
from tests.torture.journal_kills import real_journal

# --- recorders ----------------------------------------------------------------------------------


class Buffered:
    """Gathers a hundred records, and leaves the rest to the buffer of a text file."""

    def __init__(self, folder: Path) -> None:
        self._real = real_journal(folder)
        self._waiting: list[Event] = []

    def start(self) -> None:
        self._real.start()

    def append(self, events: Sequence[Event]) -> None:
        self._waiting += events
        if len(self._waiting) >= 100:
            self._real.append(self._waiting)
            self._waiting = []


class Appending:
    """Goes on in the file that the crash left, behind whatever stands at its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = real_journal(folder)

    def start(self) -> None:
        before = files_in(self._folder)
        self._real.start()
        self._real.append([opening("again")])
        if before:
            fresh = files_in(self._folder)[-1]
            data = fresh.read_bytes()
            with before[-1].open("ab") as file:
                file.write(data)
            fresh.unlink()
            os.link(before[-1], fresh)

    def append(self, events: Sequence[Event]) -> None:
        self._real.append(events)


class SilentSpool(Spool):
    """Gives up the oldest and says nothing."""

    def _give_up(self, event: Event) -> None:
        self._bytes -= 512


def silently_losing(folder: Path, clock: Any, *, disk: Disk | None = None) -> Any:
    """Return a journal whose small spool loses without counting."""
    return journal_in(folder, clock, disk=disk, spool=SilentSpool(events_kept=5))


def counting(folder: Path, clock: Any, *, disk: Disk | None = None) -> Any:
    """Return a journal with the same small spool that counts."""
    return journal_in(folder, clock, disk=disk, spool=Spool(events_kept=5))


class _NoLock:
    is_held = False

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


class _LockFile(_NoLock):
    def __init__(self, folder: Path) -> None:
        self._path = folder / ".taken"

    def acquire(self) -> bool:
        if self.is_held:
            return False
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL))
        self.is_held = True
        return True

    def release(self) -> None:
        if self.is_held:
            self._path.unlink()


def unlocked(folder: Path, clock: Any, **fields: Any) -> Any:
    """Return a journal that lets others write beside it."""
    journal = journal_in(folder, clock, **fields)
    journal._lock = _NoLock()  # the naive one has none
    return journal


def locked_by_a_file(folder: Path, clock: Any, **fields: Any) -> Any:
    """Return a journal whose lock is a file that is there or not, also after a kill."""
    journal = journal_in(folder, clock, **fields)
    journal._lock = _LockFile(folder)  # the naive one's lock
    return journal


def without_ballast(folder: Path, clock: Any, **fields: Any) -> Any:
    """Return a journal that holds no space back for the end of its files."""
    journal = journal_in(folder, clock, **fields)
    journal._take_ballast = lambda: None  # the naive one has none
    return journal


def ignoring_messages(folder: Path, clock: Any, **fields: Any) -> Any:
    """Return a journal that forgets the messages as they came."""
    journal = journal_in(folder, clock, **fields)
    keep = journal.append
    journal.append = lambda events: keep([e for e in events if not isinstance(e, RawReceived)])
    return journal


def without_spares(folder: Path, clock: Any) -> Any:
    """Return a journal that keeps no descriptor for its next round."""
    return journal_in(folder, clock, disk=WithoutSpares())


# --- disks --------------------------------------------------------------------------------------


class _Wrapped(RealDisk):
    def __init__(self, disk: CachedDisk) -> None:
        super().__init__()
        self._disk = disk

    def open_new(self, path: Path) -> int:
        return self._disk.open_new(path)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return self._disk.write(fd, data)

    def sync(self, fd: int) -> None:
        self._disk.sync(fd)

    def sync_folder(self, path: Path) -> None:
        self._disk.sync_folder(path)


class NeverFlushing(_Wrapped):
    """Calls a record durable that the system has."""

    def sync(self, fd: int) -> None:
        pass


class ForgettingFolders(_Wrapped):
    """Flushes files, but never the folder that names them."""

    def sync_folder(self, path: Path) -> None:
        pass


class Retrying(_Wrapped):
    """Flushes once more after a failure, and believes the second answer."""

    def sync(self, fd: int) -> None:
        try:
            self._disk.sync(fd)
        except OSError:
            self._disk.sync(fd)


class Trusting(FaultyDisk):
    """Takes it that a write writes all that it is given."""

    def write(self, fd: int, data: Any) -> int:
        super().write(fd, data)
        return len(data)


class WithoutSpares(RealDisk):
    """Holds no descriptor back."""

    def reserve(self) -> None:
        pass


# --- readers ------------------------------------------------------------------------------------


def unchecked(path: Path) -> Recording:
    """Believe every line that is JSON."""
    events = []
    for line in path.read_bytes().splitlines():
        try:
            events.append(codec.decode(line))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
    return Recording(path=str(path), format="journal", events=tuple(events), lines=len(events))


def stopping_at_damage(path: Path) -> Recording:
    """Read up to the first line that is not sound."""
    sound = []
    for line in path.read_bytes().splitlines():
        if not is_sound(line):
            break
        sound.append(line)
    path.write_bytes(b"\n".join(sound) + b"\n")
    return read_journal(path)


def all_or_nothing(path: Path) -> Recording:
    """Refuse a file for one bad line."""
    recording = read_journal(path)
    if recording.bad_lines:
        raise RecordingUnreadable(f"{path} is damaged.", remedy="Delete it.")
    return recording


def silent(path: Path) -> Recording:
    """Say nothing of what is missing."""
    return msgspec.structs.replace(read_journal(path), damage=())


def by_the_clock(path: Path) -> Recording:
    """Put records in the order of the wall clock."""
    recording = read_journal(path)
    events = tuple(sorted(recording.events, key=lambda event: event.at))
    return msgspec.structs.replace(recording, events=events)


# --- menders ------------------------------------------------------------------------------------


def cutting_only(folder: Path, disk: Disk | None = None) -> None:
    """Cut the torn tail off and throw it away."""
    for path in files_in(folder):
        if not has_footer(path):
            os.truncate(path, survey(path).sound_end)
    recover(folder)


def cutting_at_damage(folder: Path, disk: Disk | None = None) -> None:
    """Cut at the first damage, whatever stands behind."""
    for path in files_in(folder):
        holes = () if has_footer(path) else survey(path).holes
        if holes:
            os.truncate(path, holes[0].offset)
    recover(folder)


def rewriting(folder: Path, disk: Disk | None = None) -> None:
    """Write every file anew, the finished ones too."""
    recover(folder)
    for path in files_in(folder):
        path.write_bytes(path.read_bytes() + b"\n")


def keeping_without_a_rename(folder: Path, disk: Disk | None = None) -> None:
    """Write the torn bytes under their last name at once; take what is there for all of it."""
    disk = RealDisk() if disk is None else disk
    for path in files_in(folder):
        if has_footer(path):
            continue
        end = survey(path).sound_end
        torn = path.with_name(path.name + TORN)
        try:
            if not torn.exists():
                fd = disk.open_new(torn)
                try:
                    rest = memoryview(path.read_bytes()[end:])
                    while rest:
                        rest = rest[disk.write(fd, rest[:64]) :]
                finally:
                    disk.close(fd)
            disk.sync_folder(path.parent)
            fd = disk.open_there(path)
            try:
                disk.truncate(fd, end)
            finally:
                disk.close(fd)
        except OSError:
            return
