"""The strip that always says where one is: venue, market, price, feed, recording, replay."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from replayer_qt.core.events import PriceTicked, TickBlock, TimerTicked
from replayer_qt.core.state import Advance, State
from replayer_qt.ports import Clock
from replayer_qt.ui.panels.cell import BadgeCell, Cell
from replayer_qt.ui.status import Status, read_status
from replayer_qt.ui.theme import Theme

_AGE_MS: Final = 500
_STRETCH: Final = {"venue": 1, "recording": 4}
_FILE_STRETCH: Final = {"venue": 4, "recording": 1}


class StatusStrip(QFrame):
    """Never hidden, never clipped: what finds no room is elided and told by its tool tip.

    Args:
        clock: tells the age of what was heard; without one no ages are told.
    """

    def __init__(self, clock: Clock | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAccessibleName("Status")
        self._clock = clock
        self._state = State()
        self._heard: int | None = None
        self.status: Status = read_status(self._state)
        self.badge = BadgeCell()
        self.cells = {
            "venue": Cell(
                "venue",
                sample="Practice exchange",
                least="no venue",
                elide=Qt.TextElideMode.ElideMiddle,
            ),
            "price": Cell("price", sample="8,888.8x", least="8,888.8x", points=15, mono=True),
            "tick": Cell("tick", sample="8,888", least="8,888", points=10, mono=True),
            "phase": Cell("phase", sample="cooldown 88.8 s", least="cooldown 88.8 s"),
            "feed": Cell("feed", sample="waiting, retry in 14.9 s", least="live"),
            "quality": Cell("bad", sample="▲ 8,888", least="▲ 8,888"),
            "recording": Cell("recording", sample="● 888 rounds · 20261121-0123", least="● 88 r…"),
            "replay": Cell("replay", sample="1,000x (998x)", least="1,000x (998x)"),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.badge)
        for cell in self.cells.values():
            layout.addWidget(cell)
        self._layout = layout
        self._stretch: dict[str, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Ages and countdowns move by themselves, but only while there is something to count.
        self._ageing = QTimer(self)
        self._ageing.setInterval(_AGE_MS)
        self._ageing.timeout.connect(self._say)
        self._say()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.badge.set_theme(theme)
        for cell in self.cells.values():
            cell.set_theme(theme)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Say where the frame leaves us."""
        live = advance.state.live
        if live != self._state.live:
            self._heard = None
        for event in advance.events:
            if event.stream == live and isinstance(event, PriceTicked | TickBlock | TimerTicked):
                self._heard = event.mono
        self._state = advance.state
        counts = live is not None and self._clock is not None
        if counts != self._ageing.isActive():
            self._ageing.start() if counts else self._ageing.stop()
        self._say()

    @Slot()
    def _say(self) -> None:
        now = 0 if self._clock is None else self._clock.monotonic()
        heard = None if self._clock is None else self._heard
        self.status = read_status(self._state, now=now, heard=heard)
        self.badge.say(self.status.badge)
        for name, cell in self.cells.items():
            word = getattr(self.status, name)
            cell.say(word)
            cell.setVisible(bool(word.text))
        self._share(_FILE_STRETCH if self.status.venue.caption else _STRETCH)

    def _share(self, stretch: dict[str, int]) -> None:
        """Give the room that is left to the cell with a file's name in it."""
        if stretch is not self._stretch:
            self._stretch = stretch
            for name, factor in stretch.items():
                self._layout.setStretchFactor(self.cells[name], factor)
