"""The library's window: a function of answers; requests and commands go out, nothing is decided."""

from functools import cached_property
from typing import Final, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import Answer, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import CancelJob, Import, Job, LibraryRequest, Study
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.ui.assets import app_icon
from replayer_qt.ui.layout_memory import LayoutMemory, LayoutStore
from replayer_qt.ui.library.job_bar import JobBar
from replayer_qt.ui.library.job_queue import JobQueue, title_of
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.report_dialog import ReportDialog
from replayer_qt.ui.library.rounds_page import RoundsPage
from replayer_qt.ui.library.sheet import Sheet
from replayer_qt.ui.library.space_page import SpacePage
from replayer_qt.ui.placing import ScreenKeeper
from replayer_qt.ui.theme import DARK, Theme

_SIZE: Final = (1200, 760)
_LEAST: Final = (600, 420)
_DROPPED_MOST: Final = 10_000
_KEPT: Final = "library/1/"
"""Raised whenever there are other columns or parts: Qt would not know where these belong."""


class StudyView(Protocol):
    """The page of statistics, as this window sees it."""

    asked: SignalInstance

    def show_answer(self, answer: Answer) -> None:
        """Take in the end of a study."""

    def show_progress(self, progress: Progress) -> None:
        """Take in how far a study is."""

    def show_selection(self, query: RoundQuery, ids: tuple[int, ...], count: int) -> None:
        """Know what is to be studied."""

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""


class Pages:
    """The pages of a window, each made when it is first looked at."""

    def __init__(self, settings: LibrarySettings | None = None) -> None:
        self._settings = settings or LibrarySettings()
        self.questions = Questions()

    @cached_property
    def rounds(self) -> RoundsPage:
        """The page of rounds."""
        return RoundsPage(self.questions)

    @cached_property
    def space(self) -> SpacePage:
        """The page of space."""
        return SpacePage(self.questions, self._settings)


class LibraryWindow(QWidget):
    """Rounds, statistics and space on three pages, jobs at the foot.

    It asks for nothing before it is shown for the first time.

    Signals:
        asked: a request [LibraryRequest] with its ticket, or a command [Command] for the main
            window.
        closed: a person closed it; its layout is kept.
    """

    asked = Signal(object)
    closed = Signal()

    def __init__(
        self,
        *,
        layout_store: LayoutStore,
        settings: LibrarySettings | None = None,
        theme: Theme = DARK,
        pages: Pages | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build it.

        Args:
            layout_store: where its layout is kept.
            settings: the rules of tidying at first.
            theme: its colours.
            pages: its pages, as far as they were made before; no other window has them.
            parent: what it lies in.
        """
        super().__init__(parent)
        self.setObjectName("library")
        self.setWindowTitle("Library - Replayer")
        self.setWindowIcon(app_icon())
        self.setAccessibleName("Library")
        self.setMinimumSize(*_LEAST)
        self.setAcceptDrops(True)
        self.resize(*_SIZE)
        self._memory = LayoutMemory(layout_store)
        self._theme = theme
        self._started = False  # what nobody has seen asks for nothing
        self._study_tickets: dict[int, int] = {}  # bounded by the waiting jobs
        self._studied = ""
        made = pages or Pages(settings)
        self.questions = made.questions
        self.questions.setParent(self)
        self.queue = JobQueue(self.questions, self)
        self.rounds, self.space = made.rounds, made.space
        self.study: StudyView | None = None
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Pages of the library")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.rounds, "&Rounds")
        self.tabs.addTab(self.space, "S&pace")
        self.jobs = JobBar(self.queue)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, stretch=1)
        column.addWidget(self.jobs)
        self._connect()
        self._restore()
        self._keeper = ScreenKeeper(self) if self.isWindow() else None
        self.set_theme(theme)

    # --- what comes in

    @Slot(object)
    def show_answer(self, answer: Answer) -> None:
        """Take in what became of a request; one that nobody waits for is passed over."""
        running = self.queue.running
        is_job = running is not None and answer.ticket == running.ticket
        if is_job and running is not None and not isinstance(answer, JobEnded):
            answer = JobEnded(
                ticket=answer.ticket,
                title=title_of(running),
                state=JobState.FAILED,
                problem=answer.problem,
            )
        if isinstance(answer, JobEnded):
            self._end_job(answer)
            return
        taken = self.rounds.show_answer(answer)
        taken = self.space.show_answer(answer) or taken
        if answer.problem and not taken:
            self.rounds.say(answer.problem)

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        """Show how far a job is."""
        self.queue.show_progress(progress)
        running = self.queue.running
        if self.queue.brings_rounds or (running is not None and running.ticket != progress.ticket):
            self.rounds.show_more_came()
        ticket = self._study_tickets.get(progress.ticket)
        if self.study is not None and ticket is not None:
            self.study.show_progress(replace(progress, ticket=ticket))

    @Slot(object)
    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme
        self.rounds.set_theme(theme)
        self.space.set_theme(theme)
        if self.study is not None:
            self.study.set_theme(theme)

    def import_paths(self, paths: list[str]) -> None:
        """Have files and folders imported."""
        if paths:
            self.queue.add(Import(paths=tuple(paths)))

    @Slot()
    def come_forward(self) -> None:
        """Show the window, or bring it to the front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # --- jobs

    def _end_job(self, ended: JobEnded) -> None:
        self.queue.show_ended(ended)
        ticket = self._study_tickets.pop(ended.ticket, None)
        if ticket is not None and self.study is not None:
            self.study.show_answer(replace(ended, ticket=ticket))
        if ended.changed and self._started:
            self.rounds.refresh()
            if self.space.isVisible():
                self.space.refresh()

    @Slot()
    def _tell_bringing(self) -> None:
        self.rounds.show_bringing(brings=self.queue.brings_rounds)

    @Slot(object)
    def _send(self, request: LibraryRequest) -> None:
        self.asked.emit(request)

    @Slot()
    def _stop_what_goes_on(self) -> None:
        """Escape gives up the nearest thing: an errand, else the job."""
        if not self.rounds.gathering.cancel():
            self.queue.cancel()

    @Slot()
    def _show_report(self) -> None:
        queue = self.queue
        if queue.reported is not None:
            ReportDialog(queue.reported, self._theme, self, is_look=queue.is_look).open()

    @Slot()
    def _show_sheet(self) -> None:
        Sheet(self).open()

    # --- what is brought in

    @Slot()
    def ask_for_files(self) -> None:
        """Ask for files to import."""
        dialog = self._dialog("Import files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.open()

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder to import."""
        dialog = self._dialog("Import a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
        dialog.filesSelected.connect(self.import_paths)
        return dialog

    # --- how it is made

    def _connect(self) -> None:
        self.questions.asked.connect(self._send)
        self.questions.wanted.connect(self.queue.add)
        self.queue.asked.connect(self._send)
        self.queue.changed.connect(self._tell_bringing)
        self.queue.given_up.connect(self._give_up)
        self.rounds.asked.connect(self.asked)
        self.rounds.studied.connect(self._study)
        self.rounds.files_wanted.connect(self.ask_for_files)
        self.rounds.folder_wanted.connect(self.ask_for_folder)
        self.jobs.report_wanted.connect(self._show_report)
        QShortcut(QKeySequence("F5"), self, self.rounds.look_for_new)
        QShortcut(QKeySequence("F1"), self, self._show_sheet)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)

    def take_study(self, page: QWidget, view: StudyView) -> None:
        """Put the page of statistics between the other two.

        Args:
            page: the widget.
            view: the same, by what this window asks of it.
        """
        self.study = view
        self.tabs.insertTab(1, page, "&Statistics")
        view.set_theme(self._theme)
        view.asked.connect(self._ask_study)

    @Slot(object)
    def _ask_study(self, request: LibraryRequest) -> None:
        if isinstance(request, Job):
            # its numbers are its own, and may be taken here
            ticket = self.questions.ticket()
            self._study_tickets[ticket] = request.ticket
            of = self._studied if isinstance(request, Study) and request.ids else ""
            self.queue.add(replace(request, ticket=ticket, catalogue=of))
        elif isinstance(request, CancelJob):
            ours = (one for one, its in self._study_tickets.items() if its == request.ticket)
            self.queue.cancel_one(next(ours, 0))

    @Slot(object)
    def _give_up(self, job: Job) -> None:
        """Whoever waits for a job that nobody will do is told so."""
        ticket = self._study_tickets.pop(job.ticket, None)
        if ticket is not None and self.study is not None:
            title, state = title_of(job), JobState.CANCELLED
            self.study.show_answer(JobEnded(ticket=ticket, title=title, state=state))

    @Slot(object, object)
    def _study(self, query: RoundQuery, ids: tuple[int, ...]) -> None:
        if self.study is not None:
            count = len(ids) or len(self.rounds.table.rows.ids)
            self._studied = self.rounds.catalogue
            self.study.show_selection(query, ids, count)
            self.tabs.setCurrentIndex(1)

    def _restore(self) -> None:
        geometry = self._memory.kept(f"{_KEPT}geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        columns = self._memory.kept(f"{_KEPT}columns")
        if columns is not None:
            self.rounds.table.restore_columns(columns)
        for name, part in (("across", self.rounds.across), ("down", self.rounds.down)):
            kept = self._memory.kept(f"{_KEPT}{name}")
            if kept is not None:
                part.restoreState(kept)

    def _keep(self) -> None:
        parts: dict[str, QByteArray] = {
            "geometry": self.saveGeometry(),
            "columns": self.rounds.table.columns_state(),
            "across": self.rounds.across.saveState(),
            "down": self.rounds.down.saveState(),
        }
        for name, state in parts.items():
            self._memory.keep(f"{_KEPT}{name}", state)

    # Qt's names from here on.

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if not self._started:
            self._started = True
            self.rounds.start()
            self.rounds.table.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if self._started:  # else it was never seen, and its parts have no size of their own
            self._keep()
        super().closeEvent(event)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self._stop_what_goes_on()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        ours = event.source() is self.rounds.table
        if not ours and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        urls = event.mimeData().urls()[:_DROPPED_MOST]
        self.import_paths([url.toLocalFile() for url in urls if url.isLocalFile()])
        event.acceptProposedAction()
