"""Turns events that a person should know of into notices, each told once and counted after."""

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, QThread, Signal, Slot

from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import (
    Event,
    EventsShed,
    Fairness,
    FairnessChecked,
    FeedChanged,
    Link,
)
from replayer_qt.core.order_events import AccountOpened, ArmingChanged, ArmState, KillSwitched
from replayer_qt.core.program_events import (
    ProblemRaised,
    Recording,
    RecordingChanged,
    Severity,
)
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.state import Advance
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.tables import Notice, notices
from replayer_qt.ui.plain import bare

_DAMAGE_TOLD: Final = 3
_KILL_CODE: Final = "kill-switch"
_BAD_LINKS: Final = {
    Link.STALE: (Severity.WARNING, "sends no new ticks", "The last price may be old."),
    Link.WAITING: (Severity.WARNING, "lost the connection", "It is tried again by itself."),
    Link.BLOCKED: (Severity.ERROR, "was tried too often", "It is tried again after a pause."),
    Link.ENDED: (Severity.ERROR, "ended the connection", "Connect again, or pick another venue."),
}
_AFTER_A_HALT: Final = "See to the cause, acknowledge the halt above the chart, then arm again."
_BAD_RECORDING: Final = {
    Recording.FAULTED: "Recording is interrupted.",
    Recording.DISK_FULL: "Recording is interrupted: the disk is full.",
}


class Notices(QObject):
    """Keeps notices, newest first, bounded; the same one again only counts up.

    Lives on the GUI thread; other threads send it `notify` through a queued connection.

    Signals:
        told: a `Notice`, new or counted up.
        over: a `Notice` that is not so any more; its row stays.
        cleared: a person has read them all.
    """

    told = Signal(object)
    over = Signal(object)
    cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = notices()
        self._links: dict[StreamId, Link] = {}  # bounded: one a stream
        self._troubles: dict[StreamId | None, Notice] = {}  # as well, and the recorder's
        self._halts: dict[StreamId, Notice] = {}  # bounded: one a stream
        self._recording = Recording.OFF

    @Slot(object)
    def notify(self, notice: Notice) -> None:
        """Keep `notice`, or count the one that says the same.

        Raises:
            ContractBroken: called on another thread than the window's.
        """
        if QThread.currentThread() is not self.thread():
            raise ContractBroken("Notices are told on the window's thread.")
        before = self.rows.find((notice.code, notice.what))
        if before is not None:
            notice = replace(notice, count=before.count + notice.count)
        self.rows.upsert([notice])
        self.told.emit(notice)

    @Slot()
    def clear(self) -> None:
        """Forget every notice."""
        self.rows.clear()
        self.cleared.emit()

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Notify of what the frame's events tell."""
        for event in advance.events:
            notice = self._read(event)
            if notice is not None:
                self.notify(notice)

    def _read(self, event: Event) -> Notice | None:
        match event:
            case ProblemRaised():
                return _notice(event, event.severity, event.what, event.remedy, code=event.code)
            case KillSwitched(on=False):
                self._end_kill()
                return None
            case FeedChanged():
                return self._read_link(event)
            case ArmingChanged() | AccountOpened():
                return self._read_arming(event)
            case RecordingChanged():
                return self._read_recording(event)
            case FairnessChecked(verdict=Fairness.FAILED, round_id=name, detail=detail):
                what = f"Round {bare(fmt.round_name(name), 8)} is not what its seed generates."
                return _notice(event, Severity.ERROR, what, detail, code="unfair")
            case EventsShed(queue=queue, count=count):
                what = f"The queue of {bare(queue, 40)} was full and left ticks out."
                told = _notice(event, Severity.WARNING, what, "The recording has them.", "shed")
                return replace(told, count=count)
            case ReplayOpened(damage=damage, source=source) if damage:
                what = f"{bare(source, 80)} is damaged: {'; '.join(damage[:_DAMAGE_TOLD])}"
                more = len(damage) - _DAMAGE_TOLD
                rest = f" {more} more places." if more > 0 else ""
                remedy = f"Every sound record is kept.{rest}"
                return _notice(event, Severity.WARNING, what, remedy, "damaged")
            case _:
                return None

    def _read_link(self, event: FeedChanged) -> Notice | None:
        before = self._links.get(event.stream, Link.OFF)
        self._links[event.stream] = event.link
        venue = fmt.stream(event.stream)
        if event.link in _BAD_LINKS and event.link is not before:
            severity, what, remedy = _BAD_LINKS[event.link]
            words = f"{remedy} ({bare(event.reason, 160)})" if event.reason else remedy
            code = f"feed-{event.link.value}"
            told = _notice(event, severity, f"{venue} {what}.", words, code)
            return self._begin_trouble(event.stream, told)
        if event.link is Link.OFF:
            self._end_trouble(event.stream)
        if event.link is Link.LIVE and self._end_trouble(event.stream):
            return _notice(event, Severity.INFO, f"{venue} is live again.", "", "feed-restored")
        return None

    def _read_arming(self, event: ArmingChanged | AccountOpened) -> Notice | None:
        before = self._halts.get(event.stream)
        if isinstance(event, ArmingChanged) and event.state is ArmState.HALT:
            if before is not None:
                return None
            what = f"{fmt.stream(event.stream)} is halted: {bare(event.reason, 160)}."
            told = _notice(event, Severity.ERROR, what, _AFTER_A_HALT, "halted")
            self._halts[event.stream] = told
            return told
        if before is not None:
            del self._halts[event.stream]
            self.over.emit(before)
        return None

    def _begin_trouble(self, stream: StreamId | None, told: Notice) -> Notice:
        before = self._troubles.get(stream)
        if before is not None and (before.code, before.what) != (told.code, told.what):
            self.over.emit(before)
        self._troubles[stream] = told
        return told

    def _end_trouble(self, stream: StreamId | None) -> bool:
        before = self._troubles.pop(stream, None)
        if before is not None:
            self.over.emit(before)
        return before is not None

    def _end_kill(self) -> None:
        for number in range(self.rows.rowCount()):
            notice = self.rows.row(number)
            if notice.code == _KILL_CODE:
                self.over.emit(notice)

    def _read_recording(self, event: RecordingChanged) -> Notice | None:
        before, self._recording = self._recording, event.state
        if event.state is before:
            return None
        if event.state in _BAD_RECORDING:
            code = f"recording-{event.state.value}"
            reason = bare(event.reason)
            told = _notice(event, Severity.ERROR, _BAD_RECORDING[event.state], reason, code)
            return self._begin_trouble(None, told)
        self._end_trouble(None)
        if event.state is Recording.ON and before in _BAD_RECORDING:
            lost = f"{event.lost:,} records were lost." if event.lost else "Nothing was lost."
            what = "Recording goes on."
            return _notice(event, Severity.INFO, what, lost, "recording-restored")
        return None


def _notice(event: Event, severity: Severity, what: str, remedy: str, code: str) -> Notice:
    return Notice(
        code=bare(code, 40),
        severity=severity,
        what=bare(what),
        remedy=bare(remedy),
        at=event.at,
    )
