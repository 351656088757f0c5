"""Puts files into the desktop's trash, from where a person can get them back."""

from pathlib import Path

from PySide6.QtCore import QFile


def to_trash(path: Path) -> bool:
    """Move a file into the trash; False if that failed, and then it is where it was.

    Safe on any thread; never raises, never deletes. The space is free only when the trash is
    emptied, where it lies on the same disk.
    """
    told: object = QFile.moveToTrash(str(path))
    # the binding's stubs promise a pair, and what comes is the answer alone
    return bool(told[0]) if isinstance(told, tuple) else bool(told)
