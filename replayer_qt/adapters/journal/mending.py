"""Mends one recording that was not finished: its torn tail is cut off and kept, its end written."""

import contextlib
import filecmp
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import HEADER_START, footer_line, is_sound
from replayer_qt.adapters.journal.hold import Hold, hold
from replayer_qt.adapters.journal.survey import Hole, Survey, survey

TORN: Final = ".torn"
HOLES: Final = ".holes.json"

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


def mend_file(
    path: Path, disk: Disk | None = None, *, folder_is_ours: bool = False
) -> Finding | None:
    """Mend a recording unless somebody is writing it; None if there is nothing to be said.

    A file that ends as it should is not opened to write. Each step can be interrupted and done
    again. Never raises.

    Args:
        path: a recording that is not packed.
        disk: where it lies.
        folder_is_ours: whether the caller has the folder's lock, so that nobody writes there
            even where the file system knows no locks.
    """
    disk = RealDisk() if disk is None else disk
    try:
        if has_footer(path):
            return None
        fd = disk.open_there(path)
        try:
            held = hold(fd)
            if held is Hold.TAKEN or (held is Hold.UNKNOWN and not folder_is_ours):
                what = "it is being written" if held is Hold.TAKEN else "it may be being written"
                return Finding(path=str(path), status="skipped", what=what)
            return _Mending(path, fd, disk).mend()
        finally:
            disk.close(fd)
    except OSError as error:
        return Finding(path=str(path), status="skipped", what=str(error))


def has_footer(path: Path) -> bool:
    """Return whether a file ends with a sound footer; raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _FOOTER_WITHIN))
        tail = file.read()
    if not tail.endswith(b"\n"):
        return False
    line = tail[:-1].rpartition(b"\n")[2]
    return line.startswith(b'{"_f":') and is_sound(line)


class _Mending:
    def __init__(self, path: Path, fd: int, disk: Disk) -> None:
        self._path = path
        self._fd = fd
        self._disk = disk

    def mend(self) -> Finding | None:
        if os.fstat(self._fd).st_size == 0:
            self._disk.remove(self._path)
            return self._repaired(
                "The writer was stopped before its first word; the empty file was removed."
            )
        found = survey(self._path)
        if found.sound_end == 0:
            return self._set_aside(found.size)
        if found.holes or not (found.closed or found.footer):
            return self._quarantined(found)
        torn = found.size - found.sound_end
        begun = self._is_begun_footer(found)
        if torn:
            self._cut(found.sound_end, keep=not begun)
        self._close(found)
        return self._repaired(_story(found, 0 if begun else torn))

    def _repaired(self, what: str) -> Finding:
        return Finding(path=str(self._path), status="repaired", what=what)

    def _quarantined(self, found: Survey) -> Finding:
        if found.holes:
            self._write_down(found.holes)
            places, name = len(found.holes), self._path.name
            what = f"{places} damaged places before sound records; listed in {name}{HOLES}."
        else:
            what = (
                "Its lines are sound, but not one header and then every record; it was left alone."
            )
        return Finding(path=str(self._path), status="quarantined", what=what)

    def _set_aside(self, size: int) -> Finding | None:
        """Keep a torn first line under another name; what is not ours is not ours to touch."""
        if size > _FIRST_LINE:
            return None
        data = self._path.read_bytes()
        begun = data.startswith(HEADER_START) or HEADER_START.startswith(data)
        if data.strip(b"\0") and not (begun and b"\n" not in data):
            return None
        self._keep(0)
        self._disk.remove(self._path)
        self._disk.sync_folder(self._path.parent)
        kept = f"the {size} bytes are kept in {TORN}"
        return self._repaired(f"{_STOPPED} its first line; {kept}.")

    def _is_begun_footer(self, found: Survey) -> bool:
        """Return whether the tail is what a mending that was itself interrupted has written."""
        if found.footer is None or found.closed:
            return False
        footer = footer_line(found.footer)
        if found.size - found.sound_end >= len(footer):
            return False
        with self._path.open("rb") as file:
            file.seek(found.sound_end)
            return footer.startswith(file.read(len(footer)))

    def _close(self, found: Survey) -> None:
        """Append what is missing; interrupted anywhere, the next mending begins it again."""
        missing = b"\n" if found.unbroken else b""
        if found.footer is not None and not found.closed:
            missing += footer_line(found.footer)
        if not missing:
            return
        os.lseek(self._fd, found.sound_end, os.SEEK_SET)
        try:
            self._write(self._fd, missing)
        except OSError:
            self._disk.truncate(self._fd, found.sound_end)
            raise
        self._disk.sync(self._fd)

    def _cut(self, end: int, *, keep: bool) -> None:
        """Keep the tail first, then cut: interrupted in between, the same is done again."""
        if keep:
            self._keep(end)
        self._disk.truncate(self._fd, end)
        self._disk.sync(self._fd)
        self._disk.sync_folder(self._path.parent)

    def _keep(self, start: int) -> None:
        """Copy the bytes from `start` on to a file beside, never over others kept there."""
        path = self._path
        with path.open("rb") as file:
            file.seek(start)
            fresh = self._write_beside(TORN, iter(lambda: file.read(_COPY), b""))
        for number in range(1, _TAILS_KEPT + 1):
            torn = path.with_name(path.name + TORN + (f".{number}" if number > 1 else ""))
            last = number == _TAILS_KEPT
            if last or not torn.exists() or filecmp.cmp(fresh, torn, shallow=False):
                self._disk.rename(fresh, torn)
                break
        # The kept bytes' name must be safe before the tail is cut, else a power cut takes both.
        self._disk.sync_folder(path.parent)

    def _write_down(self, holes: Sequence[Hole]) -> None:
        path = self._path
        text = json.dumps({"file": path.name, "holes": [msgspec.to_builtins(h) for h in holes]})
        fresh = self._write_beside(HOLES, [text.encode()])
        self._disk.rename(fresh, path.with_name(path.name + HOLES))

    def _write_beside(self, suffix: str, pieces: Sequence[bytes] | Iterator[bytes]) -> Path:
        """Write and flush a file under a name of no meaning, which a rename then gives it."""
        fresh = self._path.with_name(self._path.name + suffix + ".new")
        self._disk.remove(fresh)
        fd = self._disk.open_new(fresh)
        try:
            for piece in pieces:
                self._write(fd, piece)
            self._disk.sync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.remove(fresh)
            raise
        finally:
            self._disk.close(fd)
        return fresh

    def _write(self, fd: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._disk.write(fd, rest) :]


def _story(found: Survey, cut: int) -> str:
    kept = f"kept beside it in {TORN}"
    if found.closed:
        behind = f"{cut} bytes behind its end were cut off, {kept}" if cut else "its end was mended"
        return f"{behind}; all {found.records} records are sound."
    torn = f" {cut} bytes of a torn record were cut off, {kept};" if cut else ""
    count = f"all {found.records} records are" if found.records else "nothing was recorded, all is"
    return f"{_STOPPED};{torn} {count} sound; what came in the last moments before may be missing."
