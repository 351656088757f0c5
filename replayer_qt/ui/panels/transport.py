"""The replay bar: buttons, speed, a tick to go to, and the scrubber; there while one replays."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.commands import SeekShare, SeekTick, SetSpeed, Step
from replayer_qt.core.replay_events import ReplayGrown, ReplayMoved, ReplayShaped
from replayer_qt.core.state import Advance, MarketState
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.actions import RowAction
from replayer_qt.ui.assets import icon
from replayer_qt.ui.panels.scrubber import Scrubber
from replayer_qt.ui.panels.speed_slider import SpeedSlider
from replayer_qt.ui.panels.table import BUTTON_KEYS, CHOICE_KEYS, KeyKeeper
from replayer_qt.ui.plain import PlainLabel
from replayer_qt.ui.speeds import SPEEDS, next_speed
from replayer_qt.ui.theme import DARK, Theme
from replayer_qt.ui.view import is_replay_shown

_BUTTONS: Final = (
    ("previous-round", "start", "step-back", "play", "step-forward", "end", "next-round"),
    ("activation", "peak", "rug"),
)
_MAX_TICK: Final = 99_999_999
_SHAPES_KEPT: Final = 4
_SLIDER_FROM: Final = 760
"""A narrower bar needs the slider's room for its words [px]; keys, wheel and list stay."""


class Transport(QFrame):
    """What moves a replay.

    Signals:
        asked: a command.
        done: an input was finished; the keys belong to the chart again.
    """

    asked = Signal(object)
    done = Signal()

    def __init__(self, actions: Mapping[str, RowAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAccessibleName("Replay")
        self._theme = DARK
        self._playing: bool | None = None
        self._speed, self._turned = 1.0, 0
        self._shapes: OrderedDict[StreamId, ReplayShaped | ReplayGrown] = (
            OrderedDict()
        )  # bounded: _SHAPES_KEPT
        self._keeper = KeyKeeper(self, BUTTON_KEYS)
        self.scrubber = Scrubber()
        self.scrubber.sought.connect(self._seek_share)
        self.scrubber.stepped.connect(self._step)
        self.tick = self._make_tick()
        self.speed = self._make_speed()
        self.slider = SpeedSlider()
        self.slider.chosen.connect(self._choose_speed)
        self.reached = PlainLabel(role="muted")
        self.place = PlainLabel(elide=Qt.TextElideMode.ElideRight, role="muted")
        self._play = actions["play"]
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 6, 3)
        row.setSpacing(1)
        for group in _BUTTONS:
            for name in group:
                row.addWidget(self._button(actions[name]))
            row.addSpacing(8)
        row.addWidget(self.tick)
        row.addSpacing(4)
        row.addWidget(self.slider)
        row.addWidget(self.speed)
        row.addSpacing(4)
        row.addWidget(self.reached)
        row.addSpacing(8)
        row.addWidget(self.place, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.scrubber)
        layout.addLayout(row)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme, self._playing = theme, None
        self.scrubber.set_theme(theme)
        _fit(self.tick)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Say where the replay stands; hide when none is looked at."""
        for event in advance.events:
            if isinstance(event, ReplayShaped | ReplayGrown):
                self._keep(event)
        market = advance.state.market()
        if market is None or not is_replay_shown(advance.state):
            self.hide()
            return
        shape = self._shapes.get(market.stream)
        if shape is not self.scrubber.shape:
            self.scrubber.set_shape(shape)
        if market.replay is not None:
            self._show(market, market.replay)
        self.show()

    def _show(self, market: MarketState, at: ReplayMoved) -> None:
        self.scrubber.set_place(at.position, at.length)
        self.scrubber.set_loop(at.loop_start, at.loop_end)
        self.place.say(in_words(at))
        self.reached.say(reached_in_words(at))
        if not self.tick.hasFocus() and market.round is not None:
            self.tick.blockSignals(True)  # noqa: FBT003
            self.tick.setValue(max(0, market.round.tick))
            self.tick.blockSignals(False)  # noqa: FBT003
        place = next((i for i, speed in enumerate(SPEEDS) if speed == at.speed), -1)
        if place != self.speed.currentIndex() and not self.speed.view().isVisible():
            self.speed.setCurrentIndex(place)
        if place < 0:
            self.speed.setPlaceholderText(fmt.speed(at.speed))
        self._speed = at.speed
        self.slider.show_speed(at.speed)
        if at.playing is not self._playing:
            self._playing = at.playing
            self._play.setIcon(icon("pause" if at.playing else "play", self._theme))

    def _keep(self, shape: ReplayShaped | ReplayGrown) -> None:
        self._shapes[shape.stream] = shape
        self._shapes.move_to_end(shape.stream)
        if len(self._shapes) > _SHAPES_KEPT:
            self._shapes.popitem(last=False)

    def _button(self, action: RowAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setAutoRepeat(action.row.repeats)
        button.setAccessibleName(action.row.text.replace("&", ""))
        button.installEventFilter(self._keeper)
        return button

    def _make_tick(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, _MAX_TICK)
        box.setPrefix("tick ")
        box.lineEdit().setTextMargins(5, 0, 0, 0)  # a style sheet does not reach in there
        box.setKeyboardTracking(False)
        box.setAccessibleName("Go to tick")
        box.setToolTip("Go to this tick (Enter).")
        _fit(box)
        box.valueChanged.connect(self._seek_tick)
        box.editingFinished.connect(self.done)
        return box

    def _make_speed(self) -> QComboBox:
        box = QComboBox()
        box.addItems([fmt.speed(speed) for speed in SPEEDS])
        box.setAccessibleName("Speed")
        box.view().setAccessibleName("Speed")
        box.setToolTip("Speed of the replay ([ slower, ] faster).")
        box.setPlaceholderText("—")
        box.setMaxVisibleItems(len(SPEEDS))
        box.installEventFilter(KeyKeeper(box, CHOICE_KEYS, letters=True))
        box.activated.connect(self._set_speed)
        return box

    @Slot(float)
    def _seek_share(self, share: float) -> None:
        self.asked.emit(SeekShare(share=share))

    @Slot(int)
    def _seek_tick(self, tick: int) -> None:
        self.asked.emit(SeekTick(tick=tick))

    @Slot(int)
    def _step(self, ticks: int) -> None:
        self.asked.emit(Step(ticks=ticks))

    @Slot(float)
    def _choose_speed(self, speed: float) -> None:
        self.asked.emit(SetSpeed(speed=speed))

    @Slot(int)
    def _set_speed(self, place: int) -> None:
        self.asked.emit(SetSpeed(speed=SPEEDS[place]))
        self.done.emit()

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        wide = event.size().width() >= _SLIDER_FROM
        self.slider.setVisible(wide)
        self.reached.setVisible(wide)  # the status strip says it, too

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._turned / 120)
        self._turned -= notches * 120
        if notches:
            self.asked.emit(SetSpeed(speed=next_speed(self._speed, notches)))
        event.accept()


def _fit(box: QSpinBox) -> None:
    """Leave room for a long round's tick in letters of the chosen size."""
    box.setFixedWidth(box.fontMetrics().horizontalAdvance("tick 888888") + 20)


def in_words(at: ReplayMoved) -> str:
    """Return where a replay stands: tick, round, file, the list's order, the loop."""
    words = [fmt.share(at.position, at.length), f"round {fmt.share(at.round_index + 1, at.rounds)}"]
    if at.files > 1:
        words.append(f"file {fmt.share(at.file_index + 1, at.files)}")
    if at.seed is not None:
        words.append(f"shuffled by {at.seed}")
    if at.loop_start is not None or at.loop_end is not None:
        start, end = (fmt.count(tick) for tick in (at.loop_start, at.loop_end))
        words.append(f"loop {start} to {end}")
    return " · ".join(words)


def reached_in_words(at: ReplayMoved) -> str:
    """Return the speed that is reached, while something moves."""
    return f"reached {fmt.speed(at.achieved)}" if at.playing else ""
