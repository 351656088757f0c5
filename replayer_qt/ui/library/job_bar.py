"""The bar at the window's foot: the job in hand, what waits, what came of the last one."""

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.ui.library.job_queue import JobQueue, title_of
from replayer_qt.ui.plain import PlainLabel, clean

_BAR_PX: Final = 150
_MOST: Final = 1_000
_SHAPES: Final = {JobState.DONE: "✓", JobState.CANCELLED: "○", JobState.FAILED: "■"}


def ended_words(ended: JobEnded) -> str:
    """Return what came of a job, in one line that begins with a sign of it."""
    said = clean(ended.problem or ended.said)
    cancelled = f" {ended.state.value}" if ended.state is JobState.CANCELLED else ""
    files = len(ended.files)
    counted = f" ({files:,} file{'' if files == 1 else 's'}, {ended.took_s:.1f} s)" if files else ""
    told = f": {said}" if said or cancelled else f": {ended.state.value}"
    told = told if said or not cancelled else ""
    return f"{_SHAPES[ended.state]} {clean(ended.title, 80)}{cancelled}{told}{counted}"


class JobBar(QFrame):
    """A function of the queue.

    Signals:
        report_wanted: the files of the last job shall be listed.
    """

    report_wanted = Signal()

    def __init__(self, queue: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setAccessibleName("Jobs")
        self._queue = queue
        self.said = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
        self.waiting = PlainLabel(role="muted")
        self.bar = QProgressBar()
        self.bar.setFixedWidth(_BAR_PX)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the job")
        self.cancel = self._button("Cancel", "Cancel the job (Esc)")
        self.drop = self._button("Drop waiting", "Do nothing of what waits")
        self.report = self._button("Report…", "List the files of the last job (Ctrl+R)")
        self.cancel.clicked.connect(queue.cancel)
        self.drop.clicked.connect(queue.forget_waiting)
        self.report.setShortcut(QKeySequence("Ctrl+R"))
        self.report.clicked.connect(self.report_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.bar)
        row.addWidget(self.said, stretch=1)
        row.addWidget(self.waiting)
        row.addWidget(self.drop)
        row.addWidget(self.cancel)
        row.addWidget(self.report)
        queue.changed.connect(self.refresh)
        queue.refused.connect(self._refuse)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the queue as it is."""
        queue = self._queue
        told, running = queue.told, queue.running
        busy = running is not None or told is not None
        self.bar.setVisible(busy)
        self.cancel.setVisible(running is not None)
        self.cancel.setEnabled(not queue.cancelling)
        waiting = len(queue.waiting)
        self.waiting.say(f"{waiting} waiting" if waiting else "")
        self.waiting.setVisible(bool(waiting))
        self.drop.setVisible(bool(waiting))
        ended = queue.ended
        self.report.setVisible(not busy and queue.reported is not None)
        if busy:
            self._show_running()
        else:
            news = (each for each in (ended, queue.trouble) if each is not None)
            self.said.say(" · ".join(ended_words(each) for each in news))

    def _show_running(self) -> None:
        queue = self._queue
        told = queue.told
        if told is None:
            self.bar.setRange(0, 0)
            self.said.say("" if queue.running is None else f"{title_of(queue.running)}…")
            return
        self.bar.setRange(0, _MOST if told.total > 0 else 0)
        self.bar.setValue(int(_MOST * min(1.0, told.done / told.total)) if told.total > 0 else 0)
        counted = f" {told.done:,} of {told.total:,}" if told.total > 0 else ""
        at = f" · {clean(told.at)}" if told.at else ""
        title = "Cancelling" if queue.cancelling else clean(told.title, 80)
        self.said.say(f"{title}{counted}{at}")

    def _button(self, words: str, about: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("role", "small")
        button.setAccessibleName(about)
        return button

    @Slot(str)
    def _refuse(self, why: str) -> None:
        self.said.say(why)
