"""The line above the chart that names its indicators, in words beside their colours."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replayer_qt.core.indicators.catalogue import Place
from replayer_qt.core.indicators.survival import THEORY, SurvivalTable, clock_words
from replayer_qt.core.library_figures import is_continuous
from replayer_qt.ui.chart.bet_window import window_words
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.study import Study
from replayer_qt.ui.theme import DARK, Theme

_PAD: Final = 6
_STROKE: Final = 18


class StudyLegend(QWidget):
    """Says what each line is and where it stands, at the crosshair or else at the newest candle.

    A strip that there was no room for is told of as well, without a stroke: there is no such line.

    Args:
        parent: the widget's parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studies: tuple[Study, ...] = ()
        self._plan: Plan | None = None
        self._pointed: int | None = None
        self._table = THEORY
        self._theme = DARK
        self._said: tuple[str, ...] = ()
        self._fits = True
        self.setAccessibleName("Indicators of the chart")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def studies(self) -> tuple[Study, ...]:
        """What is named."""
        return self._studies

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.update()

    def set_survival(self, table: SurvivalTable) -> None:
        """Let the survival clock go by a table."""
        self._table = table
        self._say()

    def show_studies(self, studies: Sequence[Study]) -> None:
        """Name these from now on."""
        self._studies = tuple(studies)
        lines = sum(one.kind.place is Place.WORDS for one in self._studies)
        lines += any(one.kind.place is not Place.WORDS for one in self._studies)
        if lines:
            self.setFixedHeight(lines * self._line() + _PAD)
        self.setVisible(lines > 0 and self._fits)
        self._said = ()
        self._say()

    def give_way(self, *, on: bool) -> None:
        """Leave a chart that is very low its room, or be there again."""
        self._fits = not on
        self.setVisible(bool(self._studies) and self._fits)

    @Slot(object)
    def show_plan(self, plan: Plan) -> None:
        """Say what holds of what the chart shows."""
        self._plan = plan
        for study in self._studies:
            if study.kind.place is Place.STRIP:
                study.follow(plan)  # what is drawn takes in the ticks by itself
        self._say()

    def show_tick(self, tick: int | None) -> None:
        """Say what holds at a tick, or else at the newest one."""
        self._pointed = tick
        self._say()

    def words(self) -> tuple[str, ...]:
        """Return what is said of each indicator, in their order."""
        return self._said

    def _say(self) -> None:
        plan = self._plan
        if plan is None or not self._studies:
            return
        tick = self._pointed
        candle = plan.count - 1
        if tick is not None:
            candle = int(np.searchsorted(plan.candles.first_tick, tick, side="right")) - 1
        said = tuple(self._words_of(study, plan, candle) for study in self._studies)
        if said != self._said:
            self._said = said
            self.setAccessibleDescription(", ".join(said))
            self.update()

    def _words_of(self, study: Study, plan: Plan, candle: int) -> str:
        if study.kind.name == "survival":
            series, tick = plan.series, self._pointed
            if plan.stream is None or series is None or not len(series):
                return "Survival clock: no round is shown"
            if is_continuous(plan.stream):
                return "Survival clock: this market does not end"
            return clock_words(self._table, int(series.ticks[-1]) if tick is None else tick)
        if study.kind.name == "side-bet":
            return window_words(plan)
        words = study.words(candle)
        untold = study.complete and not np.isfinite(study.value(candle))
        if study.kind.name == "vwap" and untold:
            words = "no volume told"
        return f"{study.shown.chosen.title()} {words}"

    def _line(self) -> int:
        return QFontMetrics(self.font()).height() + 2

    # Qt's names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        ground = QColor(self._theme.background)
        painter.fillRect(event.rect(), ground)
        metrics = painter.fontMetrics()
        left, top = _PAD, _PAD // 2
        for study, words in zip(self._studies, self._said, strict=False):
            room = self.width() - left - _PAD
            if study.kind.place is not Place.WORDS:
                if room < 3 * _STROKE:
                    continue
                if study.kind.place is Place.PRICES:
                    self._paint_stroke(painter, study, left, top + metrics.height() // 2)
                    left += _STROKE + _PAD
                    room -= _STROKE
                text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
                painter.setPen(QColor(self._theme.text))
                painter.drawText(left, top + metrics.ascent(), text)
                left += metrics.horizontalAdvance(text) + 2 * _PAD
        lines = any(one.kind.place is not Place.WORDS for one in self._studies)
        top += self._line() if lines else 0
        for study, words in zip(self._studies, self._said, strict=False):
            if study.kind.place is Place.WORDS:
                room = self.width() - 2 * _PAD
                text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
                painter.setPen(QColor(self._theme.muted))
                painter.drawText(_PAD, top + metrics.ascent(), text)
                top += self._line()
        painter.end()

    def _paint_stroke(self, painter: QPainter, study: Study, left: int, row: int) -> None:
        colour = study.shown.on(QColor(self._theme.background))
        parts = ((0, 5), (10, 5)) if study.shown.dashed else ((0, _STROKE - 3),)
        for begin, wide in parts:
            painter.fillRect(left + begin, row, wide, 2, colour)
