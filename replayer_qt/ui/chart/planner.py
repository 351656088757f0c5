"""Decides what one frame of the chart shows: the plan, and what is said over it."""

from typing import Final

from PySide6.QtGui import QFont

from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.chart.palette import Palette
from replayer_qt.ui.chart.plan import Letters, Plan
from replayer_qt.ui.chart.scale import Fitter
from replayer_qt.ui.chart.subject import Pointed, Subject, in_words
from replayer_qt.ui.chart.viewport import Viewport
from replayer_qt.ui.lettering import factor
from replayer_qt.ui.theme import Theme

_ROWS_APART: Final = 56


class Planner:
    """Puts together subject, view and look.

    Attributes:
        log: whether equal distances are equal factors.
        line: whether prices are a line, not candles.
        pointer: where the crosshair is [device px]; None when it is out.
    """

    def __init__(self, subject: Subject, viewport: Viewport, theme: Theme, font: QFont) -> None:
        self.log = self.line = False
        self.pointer: tuple[int, int] | None = None
        self._subject = subject
        self._viewport = viewport
        self._palettes = Palette.pair(theme)
        self._font, self._unit = font, 1.0
        self._letters = Letters(font, 1.0)
        self._fitter = Fitter()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._palettes = Palette.pair(theme)
        self._letters = Letters(self._font, self._unit, factor())

    def plan(self, pixels: tuple[int, int], unit: float) -> Plan:
        """Return the next frame for so many device pixels, `unit` of them in a length unit."""
        if unit != self._unit:
            self._unit, self._letters = unit, Letters(self._font, unit, factor())
        room = self._letters.room(*pixels, unit)
        subject, view = self._subject, self._viewport
        candles = subject.candles
        view.settle(room.plot_width, len(candles), unit)
        seen = view.columns(0, room.plot_width)
        extremes = subject.extremes(*seen, view.per)
        apart = _ROWS_APART * room.unit
        scale, marks = self._fitter.fit(
            *extremes, log=self.log, height=room.plot_height, apart=apart
        )
        rug = subject.rug()
        return Plan(
            room=room,
            letters=self._letters,
            palette=self._palettes[subject.is_past],
            candles=candles,
            generation=candles.generation,
            identity=subject.identity,
            count=len(candles),
            timeline=subject.timeline,
            step=view.step,
            per=view.per,
            origin=view.origin,
            last=view.last,
            scale=scale,
            marks=marks,
            rug=None if rug is None else rug[0],
            line=self.line,
            blank=subject.is_nothing,
            standing=subject.standing,
            series=subject.series,
            stream=subject.stream,
        )

    def notes(self, plan: Plan, pointed: Pointed | None) -> Notes:
        """Return what is said over a plan."""
        headline, detail = self._subject.words()
        peak = self._subject.peak()
        if peak is not None and peak[0] // plan.per >= plan.last:
            peak = None
        return Notes(
            headline=headline,
            detail=detail,
            peak=peak,
            rug=self._subject.rug(),
            pointer=self.pointer if plan.count else None,
            pointed="" if pointed is None else in_words(pointed),
            hint=not self._viewport.following and plan.count > 0,
        )

    def pointed(self, plan: Plan) -> Pointed | None:
        """Return the candle under the crosshair."""
        if self.pointer is None:
            return None
        column = (self.pointer[0] + plan.origin) // plan.step
        return self._subject.at(column * plan.per)
