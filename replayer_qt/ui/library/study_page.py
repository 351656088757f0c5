"""The page of statistics: plots of a selection in a grid, what they rest on, and their export."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import Answer, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import CancelJob, Study
from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.core.study_words import level_words
from replayer_qt.ui import fmt
from replayer_qt.ui.library.study_export import KINDS, StudyExport, save_plot
from replayer_qt.ui.library.study_plots import plots_of
from replayer_qt.ui.plain import PlainLabel, clean
from replayer_qt.ui.plots.plot import Plot
from replayer_qt.ui.plots.plot_view import PlotView
from replayer_qt.ui.theme import DARK, Theme

_HINT: Final = "Select rounds and press S, or look at all of them."
_CANCELLED: Final = "Cancelled; nothing was computed."
_BAR_PX: Final = 260
_WIDE_PX: Final = 420
_HIGH_PX: Final = 350
_ACROSS_MOST: Final = 3
_STREAMS_TOLD: Final = 4
_NOTES_KEPT: Final = 900


class Showing(StrEnum):
    """What the page shows."""

    NOTHING = "nothing"
    WORKING = "working"
    PROBLEM = "problem"
    EMPTY = "empty"
    STUDY = "study"


class StudyPage(QWidget):
    """Plots of a study, each with its interval, its number and a sentence.

    Tickets are the page's own, from 1 on; an answer with another one is of no concern to it.

    Signals:
        asked: a `Study`, or a `CancelJob` for one that runs or waits.

    Attributes:
        showing: what is shown.
        views: the plots, in the order of reading.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._ticket = 0
        self._is_running = False
        self._query: RoundQuery | None = None
        self._ids: tuple[int, ...] = ()
        self._count = 0
        self._study: RoundStudy | None = None
        self._across = 0
        self.showing = Showing.NOTHING
        self.views: list[PlotView] = []
        self.export = StudyExport(self)
        self.export.moved.connect(self._tell_export)
        self.export.ended.connect(self._end_export)
        self.setAccessibleName("Statistics")
        self._lay_out()
        self._show(Showing.NOTHING)

    @property
    def study(self) -> RoundStudy | None:
        """The study whose plots are shown; None before the first."""
        return self._study

    # --- what comes in

    def show_selection(self, query: RoundQuery, ids: tuple[int, ...], count: int) -> None:
        """Study a selection: the rounds of `ids`, or those of the query where there are none.

        Args:
            query: which rounds are listed.
            ids: the selected ones of them.
            count: how many rounds that is.
        """
        self._query, self._ids, self._count = query, ids, count
        self._ask()

    def show_progress(self, progress: Progress) -> None:
        """Show how far the study is."""
        if progress.ticket != self._ticket or self.showing is not Showing.WORKING:
            return
        self._is_running = True
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.hint.say(progress.at)

    def show_answer(self, answer: Answer) -> None:
        """Show a study, or why there is none; an answer to something older is passed over."""
        if answer.ticket != self._ticket or self.showing is not Showing.WORKING:
            return
        self._is_running = False
        outcome = answer.outcome if isinstance(answer, JobEnded) else None
        if isinstance(outcome, RoundStudy) and not answer.problem:
            self.show_study(outcome)
        elif isinstance(answer, JobEnded) and answer.state is JobState.CANCELLED:
            self._show(Showing.PROBLEM, _CANCELLED)
        else:
            self._show(Showing.PROBLEM, answer.problem or "The statistics were not computed.")

    def show_study(self, study: RoundStudy) -> None:
        """Show the plots of a study; one without rounds says so."""
        self._study = study
        plots = plots_of(study)
        if not plots:
            self._show(Showing.EMPTY)
            return
        self._show_plots(plots)
        self.head.say(_headline(study))
        self.notes.say(" ".join(study.notes), _NOTES_KEPT)
        self.notes.setVisible(bool(study.notes))
        self._tell("")
        self._show(Showing.STUDY)

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours, and say amounts as they may be seen now."""
        self._theme = theme
        for view in self.views:
            view.set_theme(theme)
        if self._study is not None:
            self._show_plots(plots_of(self._study))

    # --- asking

    @Slot()
    def _ask(self) -> None:
        if self.showing is Showing.WORKING:
            self.asked.emit(CancelJob(ticket=self._ticket))
        self._ticket += 1
        self._is_running = False
        self._show(Showing.WORKING)
        query = None if self._ids else self._query
        self.asked.emit(Study(ticket=self._ticket, query=query, ids=self._ids))

    @Slot()
    def _ask_for_all(self) -> None:
        self._query, self._ids, self._count = RoundQuery(), (), 0
        self._ask()

    @Slot()
    def _cancel(self) -> None:
        """One that runs ends when it can; one that waits for its turn is forgotten at once."""
        self.asked.emit(CancelJob(ticket=self._ticket))
        if self._is_running:
            self.hint.say("Cancelling…")
        elif self.showing is Showing.WORKING:
            self._ticket += 1
            self._show(Showing.PROBLEM, _CANCELLED)

    # --- showing

    def _show(self, showing: Showing, why: str = "") -> None:
        self.showing = showing
        count = f" of {self._count:,} rounds" if self._count else ""
        titles = {
            Showing.NOTHING: "Statistics",
            Showing.WORKING: f"Computing statistics{count}…",
            Showing.PROBLEM: "No statistics",
            Showing.EMPTY: "No rounds, no statistics",
        }
        hints = {Showing.NOTHING: _HINT, Showing.EMPTY: _HINT, Showing.PROBLEM: why}
        if showing is Showing.STUDY:
            self.stack.setCurrentWidget(self.found)
            return
        self.title.say(titles[showing])
        self.hint.say(hints.get(showing, "Waiting for its turn."))
        self.bar.setRange(0, 0)
        self.bar.setVisible(showing is Showing.WORKING)
        self.cancel.setVisible(showing is Showing.WORKING)
        self.all.setVisible(showing in {Showing.NOTHING, Showing.EMPTY})
        self.again.setVisible(showing is Showing.PROBLEM)
        self.stack.setCurrentWidget(self.state)

    def _show_plots(self, plots: tuple[Plot, ...]) -> None:
        """Views of plots that stay are kept, and with them their places and the keyboard's."""
        while len(self.views) > len(plots):
            self.views.pop().deleteLater()
        for view, plot in zip(self.views, plots, strict=False):
            view.show_plot(plot)
        for plot in plots[len(self.views) :]:
            view = PlotView(plot)
            view.setMinimumHeight(_HIGH_PX)
            view.set_theme(self._theme)
            view.save_wanted.connect(self._save_one)
            self.views.append(view)
        self._across = 0
        self._arrange()

    def _arrange(self) -> None:
        """As many plots beside each other as are still wide enough."""
        across = min(_ACROSS_MOST, max(1, self.width() // _WIDE_PX))
        if across == self._across:
            return
        for place in range(_ACROSS_MOST):
            self.grid.setColumnStretch(place, 1 if place < across else 0)
        self._across = across
        for number, view in enumerate(self.views):
            self.grid.addWidget(view, number // across, number % across)

    # --- saving

    @Slot(str, str)
    def _save_one(self, key: str, kind: str) -> None:
        dialog = QFileDialog(self, "Save", f"{key}.{kind}", KINDS[kind])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setObjectName(key)
        dialog.fileSelected.connect(self._write_one)
        dialog.open()

    @Slot(str)
    def _write_one(self, path: str) -> None:
        self.save_plot(self.sender().objectName(), path)

    def save_plot(self, key: str, path: str) -> bool:
        """Write a plot as its file's ending says, and say what came of it."""
        plot = next((view.plot for view in self.views if view.plot.key == key), None)
        if plot is None or self._study is None:
            return False
        written = save_plot(plot, self._study, self._theme, self, path)
        self._tell(
            f"Saved {clean(path)}."
            if written
            else f"{clean(path)} could not be written; choose another folder or free some space."
        )
        return written

    @Slot()
    def _export_all(self) -> None:
        dialog = QFileDialog(self, "Export all statistics into a new folder in")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.export_into)
        dialog.open()

    @Slot(str)
    def export_into(self, folder: str) -> None:
        """Write all plots and numbers into a new folder below `folder`."""
        if self._study is not None:
            self.all_wanted.setEnabled(False)
            plots = tuple(view.plot for view in self.views)
            self.export.start(self._study, plots, self._theme, folder)

    def _tell(self, words: str) -> None:
        self.said.say(words)
        self.said.setVisible(bool(words))

    @Slot(int, int)
    def _tell_export(self, done: int, total: int) -> None:
        self._tell(f"Writing {done} of {total} files…")

    @Slot(str, int)
    def _end_export(self, folder: str, failed: int) -> None:
        self.all_wanted.setEnabled(True)
        if not folder:
            self._tell("No folder could be made there; choose another one.")
        elif failed:
            self._tell(f"{failed} files could not be written to {clean(folder)}.")
        else:
            self._tell(f"All is in {clean(folder)}.")

    # --- how it is made

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        self.stack.addWidget(self._state_pane())
        self.stack.addWidget(self._found_pane())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)

    def _state_pane(self) -> QWidget:
        self.state = QWidget()
        self.title = PlainLabel(role="title")
        self.hint = PlainLabel(role="muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.bar = QProgressBar()
        self.bar.setFixedWidth(_BAR_PX)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the statistics")
        self.all = _button("Statistics of &all rounds", self._ask_for_all)
        self.again = _button("&Try again", self._ask)
        self.cancel = _button("&Cancel", self._cancel)
        row = QHBoxLayout()
        row.addStretch()
        for button in (self.all, self.again, self.cancel):
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self.state)
        column.addStretch()
        column.addWidget(self.title, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.hint)
        column.addWidget(self.bar, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(row)
        column.addStretch()
        return self.state

    def _found_pane(self) -> QWidget:
        self.found = QWidget()
        self.head = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self.said = PlainLabel(role="muted", elide=Qt.TextElideMode.ElideMiddle)
        self.notes = PlainLabel(role="muted")
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(0, 0, 10, 4)
        self.all_wanted = _button("&Export all…", self._export_all, small=True)
        self.repeat = _button("Compute &again", self._ask, small=True)
        row = QHBoxLayout()
        row.addWidget(self.head, stretch=1)
        row.addWidget(self.repeat)
        row.addWidget(self.all_wanted)
        inside = QWidget()
        self.grid = QGridLayout()
        self.grid.setSpacing(2)
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.notes)
        whole.addLayout(self.grid, stretch=1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setWidget(inside)
        self.area.setAccessibleName("Plots")
        column = QVBoxLayout(self.found)
        column.setContentsMargins(10, 6, 0, 0)
        column.setSpacing(4)
        row.setContentsMargins(0, 0, 10, 0)
        column.addLayout(row)
        column.addWidget(self.said)
        column.addWidget(self.area, stretch=1)
        return self.found

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(900, 640)


def _button(words: str, pressed: object, *, small: bool = False) -> QPushButton:
    made = QPushButton(words)
    made.setAccessibleName(words.replace("&", "").rstrip("…"))
    if small:
        made.setProperty("role", "small")
    made.clicked.connect(pressed)
    return made


def _headline(study: RoundStudy) -> str:
    rounds = "1 round" if study.rounds == 1 else f"{study.rounds:,} rounds"
    where = ", ".join(
        f"{fmt.stream(stream)} {count:,}" for stream, count in study.streams[:_STREAMS_TOLD]
    )
    more = len(study.streams) - _STREAMS_TOLD
    others = f" and {more} more" if more > 0 else ""
    fair = study.fairness
    proved = (
        f" - {fair.verified:,} verified, {fair.failed:,} failed, {fair.unrevealed:,} unrevealed"
        if study.crash
        else ""
    )
    return f"{rounds} ({where}{others}){proved} - {level_words(study)}"
