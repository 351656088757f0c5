"""What looking back at the running stream needs: what was heard of it, and what wishes mean it."""

from collections.abc import Mapping, Sequence
from typing import Final

from replayer_qt.core.commands import (
    Command,
    Pause,
    PreviousRound,
    SeekActivation,
    SeekPeak,
    SeekRound,
    SeekStart,
    SeekTick,
    Step,
)
from replayer_qt.core.events import Event
from replayer_qt.core.past import Past
from replayer_qt.core.replay_commands import Grow, SeekLandmark
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.runtime.feed_worker import FeedWorker

_BACK: Final = (PreviousRound, SeekActivation, SeekPeak, SeekRound, SeekStart, SeekTick, Pause)


class LookBack:
    """Keeps the past of the connected stream, and has its replay grow with what comes.

    Attributes:
        stream: the replay that shows the past of the connected stream; None without one.
        is_awaited: whether it was asked for, and has not told yet where it stands.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._past = Past()
        self._worker: FeedWorker | None = None
        self.stream: StreamId | None = None
        self.is_awaited = False

    def rounds(self) -> Mapping[RoundId, Sequence[Event]]:
        """Return what was heard so far, the oldest round first."""
        return self._past.rounds()

    def hear(self, events: Sequence[Event], live: StreamId) -> None:
        """Keep what was heard, and hand it on to the replay of it."""
        kept = self._past.keep(events, live)
        if kept and self._worker is not None:
            self._worker.steer(Grow(events=kept))

    def grows(self, worker: FeedWorker, stream: StreamId) -> None:
        """Have a replay grow from now on."""
        self._worker, self.stream, self.is_awaited = worker, stream, True

    def let_go(self) -> None:
        """Have no replay grow any more."""
        self._worker = self.stream = None
        self.is_awaited = False

    def end(self) -> None:
        """Know that nothing more will come of the stream; its replay stays."""
        if self._worker is not None:
            self._worker.steer(Grow(ended=True))

    def forget(self) -> None:
        """Begin anew: another connection, maybe to another market."""
        self._past.forget()
        self.let_go()

    def is_wanted(self, command: Command) -> bool:
        """Return whether a wish leads into the past, and there is one."""
        if not len(self._past):
            return False
        match command:
            case Step(ticks=ticks):
                return ticks < 0
            case SeekLandmark(forward=forward):
                return not forward
            case _:
                return isinstance(command, _BACK)
