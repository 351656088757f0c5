"""Privacy mode: amounts of money are dots wherever this application shows them."""

import re
from typing import Final

from PySide6.QtCore import QCoreApplication

DOTS: Final = "•••"
"""What stands for an amount of money, whatever it is."""

_NAME: Final = "replayer-private"
_MONEY: Final = re.compile(
    r"(?<![\d.,])(?<!ARM LIVE )[-+±]?[<>]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?=\s?(?:SOL|units)\b)",
    re.ASCII,
)
"""An amount, or units, which are one at a known price; not the one in the phrase that is typed to
arm: a person must read that."""


def set_private(app: QCoreApplication, *, on: bool) -> None:
    """Hide the money of the whole application from the next painting on, or show it again.

    It is the application's own property, as its style sheet is: what is one window's secret must
    not stand in another.
    """
    app.setProperty(_NAME, on)


def is_private() -> bool:
    """Return whether money is hidden now."""
    app = QCoreApplication.instance()
    return app is not None and bool(app.property(_NAME))


def hidden(text: str) -> str:
    """Return `text`, the words of an amount of money, or dots where it must not be seen."""
    return DOTS if is_private() else text


def covered(text: str) -> str:
    """Return `text` with what says SOL or units behind it hidden, where it must not be seen."""
    has_any = "SOL" in text or "units" in text
    return _MONEY.sub(DOTS, text) if has_any and is_private() else text
