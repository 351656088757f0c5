"""Mends what a crash left: torn tails are cut off and kept, other damage is only written down."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.format import LINE_LIMIT, SUFFIX, is_sound
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.core.errors import DataDirUnusable

TORN: Final = ".torn"
HOLES: Final = ".holes.json"

_DAYS: Final = 2
_FOOTER_WITHIN: Final = 4096
_COPY: Final = 1024 * 1024


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file, and done about it.

    Attributes:
        path: the file.
        status: `repaired`: a torn tail was cut off, or an empty file removed; `quarantined`:
            damage before sound records, left alone; `skipped`: it could not be looked at.
        what: the same in plain words.
    """

    path: str
    status: Literal["repaired", "quarantined", "skipped"]
    what: str


class _Hole(msgspec.Struct, frozen=True):
    line: int
    offset: int
    length: int


def recover(folder: Path) -> tuple[Finding, ...]:
    """Mend the newest recordings in `folder`, unless somebody is writing there.

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
        return repair(folder)
    finally:
        lock.release()


def repair(folder: Path) -> tuple[Finding, ...]:
    """Mend the newest recordings in `folder`, whose lock the caller holds; never raises."""
    findings: list[Finding] = []
    for path in _newest(folder):
        try:
            finding = _remove_empty(path) or (None if _has_footer(path) else _mend(path))
        except OSError as error:
            finding = Finding(path=str(path), status="skipped", what=str(error))
        if finding is not None:
            findings.append(finding)
    return tuple(findings)


def _newest(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for venue in sorted(path for path in folder.iterdir() if path.is_dir()):
            days = sorted(path for path in venue.iterdir() if path.is_dir())
            for day in days[-_DAYS:]:
                yield from sorted(p for p in day.glob(f"*{SUFFIX}") if not p.is_symlink())


def _remove_empty(path: Path) -> Finding | None:
    if path.stat().st_size > 0:
        return None
    path.unlink()
    what = "The writer was stopped before its first word; the empty file was removed."
    return Finding(path=str(path), status="repaired", what=what)


def _has_footer(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _FOOTER_WITHIN))
        tail = file.read()
    if not tail.endswith(b"\n"):
        return False
    line = tail[:-1].rpartition(b"\n")[2]
    return line.startswith(b'{"_f":') and is_sound(line)


def _mend(path: Path) -> Finding | None:
    sound_end, holes = _scan(path)
    if sound_end == 0:  # not ours, or nothing in it: not ours to touch
        return None
    size = path.stat().st_size
    if sound_end < size:
        _cut(path, sound_end, size)
    if holes:
        _write_down(path, holes)
        what = f"{len(holes)} damaged places before sound records; listed in {path.name}{HOLES}."
        return Finding(path=str(path), status="quarantined", what=what)
    if sound_end == size:
        return None
    what = f"{size - sound_end} bytes of a torn record were cut off, kept in {path.name}{TORN}."
    return Finding(path=str(path), status="repaired", what=what)


def _scan(path: Path) -> tuple[int, list[_Hole]]:
    """Return where the last sound line ends, and what is damaged before it."""
    end = offset = number = 0
    holes: list[_Hole] = []
    waiting: list[_Hole] = []
    with path.open("rb") as file:
        while line := file.readline(LINE_LIMIT):
            number += 1
            if line.endswith(b"\n") and is_sound(line[:-1]):
                end = offset + len(line)
                holes.extend(waiting)
                waiting.clear()
            else:
                waiting.append(_Hole(number, offset, len(line)))
            offset += len(line)
    return end, holes


def _cut(path: Path, end: int, size: int) -> None:
    """Keep the tail first, then cut: interrupted in between, the same is done again."""
    disk = RealDisk()
    torn, fresh = path.with_name(path.name + TORN), path.with_name(path.name + TORN + ".new")
    fresh.unlink(missing_ok=True)
    fd = disk.open_new(fresh)
    try:
        with path.open("rb") as file:
            file.seek(end)
            left = size - end
            while left > 0 and (piece := file.read(min(left, _COPY))):
                os.write(fd, piece)
                left -= len(piece)
        disk.sync(fd)
    finally:
        disk.close(fd)
    fresh.replace(torn)
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    disk.sync_folder(path.parent)


def _write_down(path: Path, holes: list[_Hole]) -> None:
    listed = path.with_name(path.name + HOLES)
    text = json.dumps({"file": path.name, "holes": [msgspec.to_builtins(h) for h in holes]})
    fresh = listed.with_name(listed.name + ".new")
    fresh.unlink(missing_ok=True)
    disk = RealDisk()
    fd = disk.open_new(fresh)
    try:
        os.write(fd, text.encode())
        disk.sync(fd)
    finally:
        disk.close(fd)
    fresh.replace(listed)
