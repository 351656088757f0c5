"""Finds what crashes left unfinished: the newest recordings at each start, all on demand."""

import heapq
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.disk import Disk
from replayer_qt.adapters.journal.format import SUFFIX
from replayer_qt.adapters.journal.hold import is_being_written
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.mending import Finding, mend_file
from replayer_qt.core.errors import DataDirUnusable

DAYS: Final = 2
"""Folders of a venue that each start looks into: the newest by name, and the last changed."""

Told = Callable[[int, int, str], None]
"""Hears how many files of how many were looked at, and which one is next."""


def recover(folder: Path, disk: Disk | None = None) -> tuple[Finding, ...]:
    """Mend the newest recordings in `folder`, unless somebody is writing there.

    A file that a crash left without its end has its torn tail cut off and kept, and gets a footer
    that says `recovered`; from then on it is sound.

    Never raises; safe to repeat and to interrupt anywhere.
    """
    lock = FolderLock(folder)
    if not folder.is_dir():
        return ()
    try:
        lock.acquire()
    except DataDirUnusable as error:
        return (Finding(path=str(folder), status="skipped", what=error.what),)
    except OSError as error:
        return (Finding(path=str(folder), status="skipped", what=str(error)),)
    try:
        return repair(folder, disk)
    finally:
        lock.release()


def repair(folder: Path, disk: Disk | None = None) -> tuple[Finding, ...]:
    """Mend the newest recordings in `folder`, whose lock the caller holds; never raises.

    Quick whatever the folder holds: only some days are looked into. What an older crash left is
    mended by `repair_all`.
    """
    found = (
        mend_file(path, disk, folder_is_ours=True)
        for venue in _folders(folder)
        for day in _newest(list(_folders(venue)))
        for path in _recordings(day)
    )
    return tuple(finding for finding in found if finding is not None)


def repair_all(
    folder: Path,
    told: Told | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    disk: Disk | None = None,
) -> tuple[Finding, ...]:
    """Mend every recording in `folder`, of whatever day; never raises.

    May run while somebody records there: a file that is being written is passed over.
    """
    paths = [
        path for venue in _folders(folder) for day in _folders(venue) for path in _recordings(day)
    ]
    findings: list[Finding] = []
    for number, path in enumerate(paths):
        if is_cancelled():
            break
        if told is not None:
            told(number, len(paths), path.name)
        if not _is_live(path) and (finding := mend_file(path, disk)) is not None:
            findings.append(finding)
    return tuple(findings)


def _is_live(path: Path) -> bool:
    try:
        return is_being_written(path)
    except OSError:
        return False  # mending will say why it cannot be looked at


def _newest(days: list[Path]) -> list[Path]:
    """A clock that was set far ahead leaves a day that stays the newest by name for years."""
    by_name = heapq.nlargest(DAYS, days)
    changed = heapq.nlargest(DAYS, days, key=_changed_at)
    return sorted({*by_name, *changed})


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _folders(folder: Path) -> Iterator[Path]:
    return _listed(folder, lambda entry: entry.is_dir() and not entry.name.startswith("."))


def _recordings(day: Path) -> Iterator[Path]:
    return _listed(
        day, lambda entry: entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
    )


def _listed(folder: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if wanted(entry))
    except OSError:
        return
    for name in names:
        yield folder / name
