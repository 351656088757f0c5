"""Compresses a finished file of the audit trail step by step, and believes what it re-read."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import zstandard

from replayer_qt.adapters.audit.format import TrailFile
from replayer_qt.adapters.journal.disk import Disk, write_all

STEP: Final = 1024 * 1024
"""What one step reads at most [bytes]: some milliseconds of work."""
_LEVEL: Final = 6


def pack(disk: Disk, file: TrailFile) -> Iterator[None]:
    """Put a compressed copy in the place of a file, pausing after each step.

    The plain file is removed only when its copy is on stable storage and unpacks to the very same
    bytes; one that is there already, because a crash came between, is made anew.

    Raises:
        OSError: the disk refused, or the copy is not the same; the plain file is as it was.
    """
    target = file.path.with_name(file.path.name + ".zst")
    draft = target.with_name(target.name + ".part")
    disk.remove(draft)
    digest = hashlib.sha256()
    packer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()
    fd = disk.open_new(draft)
    try:
        with file.path.open("rb") as plain:
            while piece := plain.read(STEP):
                digest.update(piece)
                write_all(disk, fd, packer.compress(piece))
                yield
        write_all(disk, fd, packer.flush())
        disk.sync(fd)
    finally:
        disk.close(fd)
    reread = hashlib.sha256()
    try:
        with draft.open("rb") as packed:
            for piece in zstandard.ZstdDecompressor().read_to_iter(packed, write_size=STEP):
                reread.update(piece)
                yield
    except zstandard.ZstdError:
        reread.update(b"what cannot be unpacked is not the same")
    if reread.digest() != digest.digest():
        disk.remove(draft)
        raise OSError(f"the compressed copy of {file.name} is not what was written")
    _replace(disk, draft, target)
    disk.remove(file.path)
    disk.sync_folder(file.path.parent)


def _replace(disk: Disk, draft: Path, target: Path) -> None:
    draft.replace(target)
    disk.sync_folder(target.parent)
