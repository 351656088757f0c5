"""What the disk's refusals mean, in a person's words, with what to do."""

import errno
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.disk import FULL
from replayer_qt.core.errors import DataDirUnusable

_REMEDIES: Final = {
    errno.EROFS: "Mount it writable, or choose another folder.",
    errno.EACCES: "Give yourself the right to write there, or choose another folder.",
    errno.EPERM: "Give yourself the right to write there, or choose another folder.",
    errno.EMFILE: "Close other windows of this program.",
    errno.ENFILE: "Close other programs.",
    errno.EIO: "Check the disk; until then choose a folder on another one.",
    errno.ENOENT: "Bring the folder or its disk back, or choose another folder.",
    errno.ENOTDIR: "Choose a folder.",
}


def is_full(error: OSError) -> bool:
    """Return whether the disk, or this user's share of it, is full."""
    return error.errno in FULL


def complaint(folder: Path, error: OSError) -> str:
    """Return one line that says what does not work, why, and what to do."""
    if is_full(error):
        return f"The disk of {folder} is full. Free some space; recording resumes by itself."
    why = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0, "Check the disk, or choose another folder.")
    return f"Recordings cannot be written to {folder}: {why}. {remedy} It is tried again by itself."


def low_space(folder: Path, free: int, floor_mb: int) -> str:
    """Return one line on a disk with less space than recording needs."""
    return (
        f"Only {free // 1_000_000} MB are left for {folder}; recording pauses below {floor_mb} MB. "
        "Free some space; it resumes by itself."
    )


def unusable(folder: Path, error: OSError) -> DataDirUnusable:
    """Return the error for a folder that cannot be written at the start."""
    why = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0, "Choose another folder.")
    if is_full(error):
        remedy = "Free some space, or choose another folder."
    return DataDirUnusable(f"Recordings cannot be written to {folder}: {why}.", remedy=remedy)
