"""Letters that a style sheet does not reach, as large as a person chose letters to be."""

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont

_NAME: Final = "replayer-letters"


def set_letters(app: QCoreApplication, percent: int) -> None:
    """Have the whole application's letters so large from now on, 100 is as made [%]."""
    app.setProperty(_NAME, percent)


def factor() -> float:
    """Return how many times as large as made letters are."""
    app = QCoreApplication.instance()
    percent = None if app is None else app.property(_NAME)
    return percent / 100 if isinstance(percent, int) else 1.0


def scaled(pixels: float) -> int:
    """Return a length that follows the letters [px]."""
    return round(pixels * factor())


def lettered(family: str, points: float, *, bold: bool = False) -> QFont:
    """Return a font that would be `points` large if letters were as made."""
    font = QFont(family)
    font.setPointSizeF(points * factor())
    font.setBold(bold)
    return font
