"""Mends what a crash left: torn tails are cut off and kept, unfinished files are closed."""

import contextlib
import filecmp
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.format import HEADER_START, SUFFIX, footer_line, is_sound
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.journal.survey import Hole, Survey, survey
from replayer_qt.core.errors import DataDirUnusable

TORN: Final = ".torn"
HOLES: Final = ".holes.json"

_DAYS: Final = 2
_FOOTER_WITHIN: Final = 4096
_FIRST_LINE: Final = 64 * 1024
_COPY: Final = 1024 * 1024
_TAILS_KEPT: Final = 100
_STOPPED: Final = "the writer was killed, or the disk failed it, before it could finish"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file, and done about it.

    Attributes:
        path: the file.
        status: `repaired`: a file without its end was closed, after a torn tail was cut off, or
            one without a word removed; `quarantined`: damage before sound records, left alone;
            `skipped`: it could not be looked at or mended.
        what: the same in plain words.
    """

    path: str
    status: Literal["repaired", "quarantined", "skipped"]
    what: str


def recover(folder: Path) -> tuple[Finding, ...]:
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
    found = survey(path)
    if found.sound_end == 0:
        return _set_aside(path, found.size)
    if found.holes or not (found.closed or found.footer):
        return _quarantined(path, found)
    torn = found.size - found.sound_end
    begun = _is_begun_footer(path, found)
    if torn:
        _cut(path, found.sound_end, found.size, keep=not begun)
    _close(path, found)
    return _repaired(path, _story(found, 0 if begun else torn))


def _repaired(path: Path, what: str) -> Finding:
    return Finding(path=str(path), status="repaired", what=what)


def _story(found: Survey, cut: int) -> str:
    kept = f"kept beside it in {TORN}"
    if found.closed:
        behind = f"{cut} bytes behind its end were cut off, {kept}" if cut else "its end was mended"
        return f"{behind}; all {found.records} records are sound."
    torn = f" {cut} bytes of a torn record were cut off, {kept};" if cut else ""
    count = f"all {found.records} records are" if found.records else "nothing was recorded, all is"
    return f"{_STOPPED};{torn} {count} sound; what came in the last moments before may be missing."


def _quarantined(path: Path, found: Survey) -> Finding:
    if found.holes:
        _write_down(path, found.holes)
        places = len(found.holes)
        what = f"{places} damaged places before sound records; listed in {path.name}{HOLES}."
    else:
        what = "Its lines are sound, but not one header and then every record; it was left alone."
    return Finding(path=str(path), status="quarantined", what=what)


def _set_aside(path: Path, size: int) -> Finding | None:
    """Keep a torn first line under another name; what is not ours is not ours to touch."""
    if size > _FIRST_LINE:
        return None
    data = path.read_bytes()
    if data.strip(b"\0") and not (data.startswith(HEADER_START) and data.count(b"\n") == 0):
        return None
    _keep(path, 0, size)
    path.unlink()
    RealDisk().sync_folder(path.parent)
    return _repaired(path, f"{_STOPPED} its first line; the {size} bytes are kept in {TORN}.")


def _is_begun_footer(path: Path, found: Survey) -> bool:
    """Return whether the tail is what a recovery that was itself interrupted has written."""
    if found.footer is None or found.closed:
        return False
    footer = footer_line(found.footer)
    if found.size - found.sound_end >= len(footer):
        return False
    with path.open("rb") as file:
        file.seek(found.sound_end)
        return footer.startswith(file.read(len(footer)))


def _close(path: Path, found: Survey) -> None:
    """Append what is missing; interrupted anywhere, the next recovery begins it again."""
    missing = b"\n" if found.unbroken else b""
    if found.footer is not None and not found.closed:
        missing += footer_line(found.footer)
    if not missing:
        return
    with path.open("r+b", buffering=0) as file:
        file.seek(found.sound_end)
        try:
            done = 0
            while done < len(missing):
                done += file.write(missing[done:])
        except OSError:
            file.truncate(found.sound_end)
            raise
        RealDisk().sync(file.fileno())


def _cut(path: Path, end: int, size: int, *, keep: bool) -> None:
    """Keep the tail first, then cut: interrupted in between, the same is done again."""
    if keep:
        _keep(path, end, size)
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    RealDisk().sync_folder(path.parent)


def _keep(path: Path, start: int, size: int) -> None:
    """Copy the bytes from `start` on to a file beside, never over others that are kept there."""
    disk = RealDisk()
    fresh = path.with_name(path.name + TORN + ".new")
    fresh.unlink(missing_ok=True)
    fd = disk.open_new(fresh)
    try:
        with path.open("rb") as file:
            file.seek(start)
            left = size - start
            while left > 0 and (piece := file.read(min(left, _COPY))):
                os.write(fd, piece)
                left -= len(piece)
        disk.sync(fd)
    finally:
        disk.close(fd)
    for number in range(1, _TAILS_KEPT + 1):
        torn = path.with_name(path.name + TORN + (f".{number}" if number > 1 else ""))
        if number == _TAILS_KEPT or not torn.exists() or filecmp.cmp(fresh, torn, shallow=False):
            fresh.replace(torn)
            return


def _write_down(path: Path, holes: Sequence[Hole]) -> None:
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
