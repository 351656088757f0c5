"""How the program itself does, in a corner of the chart: frames, gaps, feed and recorder."""

from collections.abc import Callable
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QPainter, QPixmap

from replayer_qt.core.events import PriceTicked, TickBlock, TimerTicked
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import NANOS_PER_MILLISECOND
from replayer_qt.ports import Clock
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Plan

EVERY_MS: Final = 250
"""How long its numbers stand [ms]; each change of them repaints the chart once."""

_HEARD: Final = (PriceTicked, TickBlock, TimerTicked)
_NAMES: Final = ("frame", "gap", "feed", "decode", "dropped", "merged", "recorder")


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """How the program does; None is not known.

    Attributes:
        frame_ms: the slowest painting of the chart since the last numbers [ms].
        gap_ms: the latest beat of the main thread since then [ms past its time].
        age: since the feed was last heard [ns].
        decode: the longest way from socket to event that the feed told of last [ns].
        dropped: events left out of frames since the start; the state has them.
        merged: advances that became one frame with a later one since the start.
        lag_ms: age of the oldest record that is not yet on the disk [ms].
    """

    frame_ms: float | None = None
    gap_ms: float | None = None
    age: int | None = None
    decode: int | None = None
    dropped: int | None = None
    merged: int | None = None
    lag_ms: float | None = None


def lines(doing: Doing) -> tuple[str, ...]:
    """Return what is said, a line a number.

    >>> lines(Doing(frame_ms=0.8, age=1_500_000_000))[:3]
    ('frame  0.8 ms', 'gap  —', 'feed  1.5 s')
    """
    values = (
        _ms(doing.frame_ms),
        _ms(doing.gap_ms),
        fmt.NOTHING if doing.age is None else fmt.seconds(doing.age),
        fmt.NOTHING if doing.decode is None else f"{doing.decode / 1000:,.0f} µs",
        fmt.count(doing.dropped),
        fmt.count(doing.merged),
        _ms(doing.lag_ms),
    )
    return tuple(f"{name}  {value}" for name, value in zip(_NAMES, values, strict=True))


class Hud(QObject):
    """A decoration that is off at first, and then costs nothing.

    Args:
        changed: called when there are other numbers to paint.
        frame_ms: tells how long the last painting took [ms].
        clock: tells how old what was heard is; without one no age is told.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        *,
        frame_ms: Callable[[], float],
        clock: Clock | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._changed, self._frame_ms, self._clock = changed, frame_ms, clock
        self._gap_ms: Callable[[], float] | None = None
        self._left_out: Callable[[], tuple[int, int]] | None = None
        self._state = State()
        self._heard: int | None = None
        self._slowest = 0.0
        self._lines: tuple[str, ...] = ()
        self._pictured: tuple[object, ...] = ()
        self._picture = QPixmap()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._measure)

    def watch(
        self, *, gap_ms: Callable[[], float], left_out: Callable[[], tuple[int, int]]
    ) -> None:
        """Tell, from now on, what only the program around the window knows.

        Args:
            gap_ms: the latest beat of the main thread since it was asked last [ms].
            left_out: how many events were dropped from frames, and advances merged into others.
        """
        self._gap_ms, self._left_out = gap_ms, left_out

    @property
    def is_on(self) -> bool:
        """Whether it is shown."""
        return self._timer.isActive()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says now; empty when it is off."""
        return self._lines

    def turn(self, *, on: bool) -> None:
        """Show it or not."""
        if on == self.is_on:
            return
        if on:
            self._timer.start()
            self._measure()
        else:
            self._timer.stop()
            self._lines = ()
            self._changed()

    def take(self, advance: Advance) -> None:
        """Take the newest state, and when the feed was heard."""
        if not self.is_on:
            return
        live = advance.state.live
        if live != self._state.live:
            self._heard = None
        self._state = advance.state
        for event in reversed(advance.events):
            if event.stream == live and isinstance(event, _HEARD):
                self._heard = event.mono
                break

    @Slot()
    def _measure(self) -> None:
        slowest, self._slowest = max(self._slowest, self._frame_ms()), 0.0
        said = lines(self._doing(slowest))
        if said != self._lines:
            self._lines = said
            self._changed()

    def _doing(self, slowest: float) -> Doing:
        state = self._state
        market = None if state.live is None else state.markets.get(state.live)
        told = None if market is None else market.measured
        dropped, merged = (None, None) if self._left_out is None else self._left_out()
        age = None
        if self._clock is not None and self._heard is not None:
            age = self._clock.monotonic() - self._heard
        return Doing(
            frame_ms=slowest,
            gap_ms=None if self._gap_ms is None else self._gap_ms(),
            age=age,
            decode=None if told is None else told.latency_ns,
            dropped=dropped,
            merged=merged,
            lag_ms=None if state.recording is None else state.recording.lag_ms,
        )

    # what a decoration does

    def look(self, plan: Plan) -> object:  # noqa: ARG002  # the protocol's
        """Return what its picture depends on."""
        return self._lines

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint it into the lower left corner, on a veil."""
        if not self._lines:
            return
        self._slowest = max(self._slowest, self._frame_ms())
        look = (self._lines, plan.room, plan.palette.name)
        if look != self._pictured:
            self._pictured, self._picture = look, self._drawn(plan)
        pad = round(8 * plan.room.unit)
        top = max(plan.room.plot_height - self._picture.height() - pad, 0)
        painter.drawPixmap(pad, top, self._picture)

    def _drawn(self, plan: Plan) -> QPixmap:
        """Letters cost more than a picture of them, and stand for many frames."""
        face, pad = plan.letters.small, round(8 * plan.room.unit)
        width = max(map(face.width, self._lines)) + 2 * pad
        picture = QPixmap(width, len(self._lines) * face.height + pad)
        picture.fill(plan.palette.veil)
        painter = QPainter(picture)
        painter.setPen(plan.palette.muted)
        for number, line in enumerate(self._lines):
            face.draw(painter, pad, pad // 2 + number * face.height, line)
        painter.end()
        return picture


def _ms(value: float | None) -> str:
    return fmt.NOTHING if value is None else fmt.milliseconds(round(value * NANOS_PER_MILLISECOND))
