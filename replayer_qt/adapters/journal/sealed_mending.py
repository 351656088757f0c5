"""Finishes or undoes what an interrupted sealing left behind; writes damaged packed files anew."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import SEALED_SUFFIX, SUFFIX
from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.mending import Finding
from replayer_qt.adapters.journal.reader import digest_matches
from replayer_qt.adapters.journal.sealed import Unpacked, check_packed, unpack
from replayer_qt.adapters.journal.sealed_format import SealFacts, digest_named, plain_path
from replayer_qt.adapters.journal.sealed_packing import PART, held, repack, settle
from replayer_qt.core.errors import RecordingUnreadable

_PLACES_TOLD: Final = 5
_PACKED: Final = SUFFIX + SEALED_SUFFIX
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
        except FileNotFoundError:
            continue  # somebody else has just finished with it
        except (OSError, RecordingUnreadable) as error:
            finding = Finding(path=str(path), status="skipped", what=str(error))
        if finding is not None:
            findings.append(finding)
    return tuple(findings)


def mend_packed(
    path: Path, facts_of_path: Callable[[Path], SealFacts], disk: Disk | None = None
) -> Finding | None:
    """Write a damaged packed file anew, if all that it held can still be read.

    What is beyond its parity is left as it is. Safe to repeat and to interrupt. Never raises.

    Args:
        path: the packed file.
        facts_of_path: what is known of it; called if it does not say that itself any more.
        disk: what is written through.

    Returns:
        What was done; None if nothing is wrong with it.
    """
    try:
        damage = () if path.is_symlink() else check_packed(path)
        if not damage:
            return None
        found = unpack(path)
        if not _is_whole(path, found):
            places = "; ".join(place.what for place in damage[:_PLACES_TOLD])
            what = f"It is damaged beyond what its parity tells; it was left alone: {places}."
            return Finding(path=str(path), status="quarantined", what=what[:1000])
        facts = found.info or facts_of_path(path)
        repack(found.data, path, facts, disk or RealDisk())
    except (OSError, RecordingUnreadable) as error:
        return Finding(path=str(path), status="skipped", what=str(error))
    what = (
        f"The packed file was damaged in {len(damage)} places; all that it held was written anew."
    )
    return Finding(path=str(path), status="repaired", what=what)


def _is_whole(path: Path, found: Unpacked) -> bool:
    """Whether that is all that was packed: by its index, by the journal's footer, by its name."""
    digest = hashlib.sha256(found.data).hexdigest()
    if found.info is not None:
        return digest == found.info.digest
    named = digest_named(path)
    return digest_matches(path) is True or (named is not None and digest.startswith(named))


def _mend(path: Path, disk: Disk) -> Finding | None:
    if PART.search(path.name):
        return _remove_begun(path, disk)
    plain = plain_path(path)
    if not plain.exists():
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
    """Yield begun copies, and packed recordings that lie beside their plain form.

    Nearly all lie alone, and by the names of a folder that is known without looking at them.
    """
    looked_at = 0
    for place, folders, names in os.walk(folder, onerror=None, followlinks=False):
        if len(Path(place).relative_to(folder).parts) >= _DEPTH_LIMIT:
            folders.clear()
        folders.sort()
        there = frozenset(names)
        for name in sorted(name for name in names if _may_be_torn(name, there)):
            path = Path(place, name)
            with contextlib.suppress(OSError):
                if not path.is_symlink():
                    yield path
        looked_at += len(names)
        if looked_at > _FILES_LIMIT:
            return


def _may_be_torn(name: str, there: Collection[str]) -> bool:
    if name.endswith(_PACKED) and name.removesuffix(SEALED_SUFFIX) in there:
        return True
    return PART.search(name) is not None
