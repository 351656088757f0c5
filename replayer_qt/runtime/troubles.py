"""What is wrong with a part of this program, in plain words; empty when nothing is."""

from typing import Protocol

from replayer_qt.core.events import Link
from replayer_qt.core.program_events import Recording
from replayer_qt.core.state import State
from replayer_qt.runtime.recorder_worker import RecorderWorker


class Running(Protocol):
    """A thread of Qt's."""

    def isRunning(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether it runs."""
        ...


def thread_trouble(thread: Running) -> str:
    """Return what is wrong with a thread."""
    return "" if thread.isRunning() else "its thread has ended"


def recorder_trouble(recorder: RecorderWorker, state: State) -> str:
    """Return what is wrong with the recorder, by itself and by its newest word."""
    if not recorder.is_running():
        return "its thread has ended"
    told = state.recording
    return "" if told is None or told.state in {Recording.ON, Recording.OFF} else told.reason


def feed_trouble(state: State) -> str:
    """Return what is wrong with the connection to the venue."""
    market = None if state.live is None else state.markets.get(state.live)
    link = None if market is None else market.link
    if link is None or link.link in {Link.LIVE, Link.OFF}:
        return ""
    return link.reason or link.link.value
