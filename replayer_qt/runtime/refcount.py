"""A start-up guard against Qt bindings that lose references to `None` and `True`.

PySide6 6.12.0 drops one reference in each call that returns None or a bool. On Python 3.11 the
process aborts after some six hundred of them, in the middle of whatever it was doing; from 3.12 on
these objects are immortal. Nothing but counting shows it beforehand.
"""

import sys
from typing import Final

import PySide6
from PySide6.QtCore import QObject, Signal

from replayer_qt.core.errors import SomethingMissing

_EMITS: Final = 1_000
_AT_ONCE: Final = 50
_TOLERATED: Final = 20


class _Bell(QObject):
    rang = Signal()


def lost_references(emits: int = _EMITS) -> int:
    """Return how many references to None and True were lost while a signal was emitted.

    Stops early once the loss is certain, long before the interpreter could abort.
    """
    bell = _Bell()
    lost = 0
    for _ in range(max(1, emits // _AT_ONCE)):
        before = sys.getrefcount(None) + sys.getrefcount(True)  # noqa: FBT003
        for _ in range(_AT_ONCE):
            bell.rang.emit()
        lost += before - sys.getrefcount(None) - sys.getrefcount(True)  # noqa: FBT003
        if lost >= _TOLERATED:
            break
    return lost


def refuse_faulty_qt() -> None:
    """Return if Qt's bindings keep their references.

    Raises:
        SomethingMissing: they do not, and this program would crash within minutes.
    """
    if lost_references() >= _TOLERATED:
        raise SomethingMissing(
            f"PySide6 {PySide6.__version__} loses references on Python "
            f"{sys.version_info.major}.{sys.version_info.minor} and would crash within minutes.",
            remedy="Install PySide6-Essentials 6.11 (what requirements.lock names), or use "
            "Python 3.12 or newer.",
        )
