"""Finishes or undoes what an interrupted sealing left behind."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import SEALED_SUFFIX, SUFFIX
from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.mending import Finding
from replayer_qt.adapters.journal.sealed_format import plain_path
from replayer_qt.adapters.journal.sealed_packing import PART, held, settle
from replayer_qt.core.errors import RecordingUnreadable

_DEPTH_LIMIT: Final = 16
_FILES_LIMIT: Final = 1_000_000


def mend_sealing(folder: Path, disk: Disk | None = None) -> tuple[Finding, ...]:
    """Remove begun copies, and of a recording that lies there twice the plain one.

    The plain one goes only if the packed one reads back to the very same bytes; else both stay,
    and that is said. What another program is working on is not touched. Never raises; safe to
    repeat and to interrupt anywhere.
    """
    disk = disk or RealDisk()
    findings: list[Finding] = []
    for path in _files_below(folder):
        try:
            finding = _mend(path, disk)
        except (OSError, RecordingUnreadable) as error:
            finding = Finding(path=str(path), status="skipped", what=str(error))
        if finding is not None:
            findings.append(finding)
    return tuple(findings)


def _mend(path: Path, disk: Disk) -> Finding | None:
    if PART.search(path.name):
        return _remove_begun(path, disk)
    plain = plain_path(path)
    if not path.name.endswith(SUFFIX + SEALED_SUFFIX) or not plain.exists():
        return None
    with held(plain) as file:
        if file is None:
            return None
        problem = settle(plain, path, disk).problem
    if problem:
        what = f"It lies there plain and packed, and the two differ ({problem}); both stay."
        return Finding(path=str(plain), status="quarantined", what=what)
    what = (
        "Sealing was interrupted; the packed recording holds the same, the plain one was removed."
    )
    return Finding(path=str(path), status="repaired", what=what)


def _remove_begun(path: Path, disk: Disk) -> Finding | None:
    with path.open("r+b") as file:
        if not try_lock(file.fileno()):
            return None
    disk.remove(path)
    disk.sync_folder(path.parent)
    what = "A copy that sealing or an import had begun, and was interrupted at, was removed."
    return Finding(path=str(path), status="repaired", what=what)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield packed recordings and begun copies."""
    found = 0
    for place, folders, names in os.walk(folder, onerror=None, followlinks=False):
        if len(Path(place).relative_to(folder).parts) >= _DEPTH_LIMIT:
            folders.clear()
        folders.sort()
        for name in sorted(names):
            if PART.search(name) or name.endswith(SUFFIX + SEALED_SUFFIX):
                path = Path(place, name)
                with contextlib.suppress(OSError):
                    if not path.is_symlink():
                        yield path
                        found += 1
        if found > _FILES_LIMIT:
            return
