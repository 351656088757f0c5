"""Looks at every part of the program, twice a second, and tells when one stops or works again."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from replayer_qt.core.program_events import PartChanged
from replayer_qt.runtime.speaker import Make, Speaker

LOOK_MS: Final = 500

Look = Callable[[], str]
"""Returns why a part does not work, in plain words; an empty text if it does."""


class PartsWatch(QObject):
    """Asks each part how it is; a part that fails to answer does not work.

    Args:
        speaker: tells what has changed.
        parts: what to look at, by name.
        parent: Qt's owner.
    """

    def __init__(
        self, speaker: Speaker, parts: Mapping[str, Look], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._speaker = speaker
        self._parts = dict(parts)
        self._told: dict[str, str] = {}  # bounded: one word a part
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look at once, then every half second."""
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Look no more; safe twice."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look at every part, and tell what has changed."""
        found = {name: _asked(look) for name, look in self._parts.items()}
        news = {name: why for name, why in found.items() if self._told.get(name) != why}
        self._told = found
        if news:
            self._speaker.say(*(_changed(name, why) for name, why in news.items()))


def _asked(look: Look) -> str:
    try:
        return look()
    except Exception as error:  # noqa: BLE001  # whatever it is, the part does not work
        return f"it can't be asked ({type(error).__name__})"


def _changed(name: str, why: str) -> Make:
    return lambda now, nowhere: PartChanged(
        at=now.at, mono=now.mono, stream=nowhere, part=name, works=not why, reason=why
    )
