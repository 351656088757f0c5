"""Obeys commands: which venue, which recording, recorder on or off; owns the feeds that run."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from replayer_qt.core.bookmarks import BookmarkCommand
from replayer_qt.core.commands import (
    Chaos,
    CloseReplay,
    Command,
    Connect,
    Disconnect,
    GoTo,
    OpenRecordings,
    OpenRound,
    ReplayCommand,
    SeekEnd,
    SeekRound,
    SeekStart,
    SeekTick,
    Show,
    StartRecording,
    StopRecording,
)
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped
from replayer_qt.core.state import Advance
from replayer_qt.core.trade_commands import ArmKeys, Kill, LiftKill, NoteTrade, TradeCommand
from replayer_qt.core.units import RoundId, StreamId, stream_of
from replayer_qt.ports import Clock, Feed
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.look_back import LookBack

log = logging.getLogger(__name__)

NOWHERE = stream_of("replayer", "desk")
"""The stream named by what concerns no market."""

_ELSEWHERE = (TradeCommand, ArmKeys, Kill, LiftKill, NoteTrade, BookmarkCommand)
"""What other doors take."""


class Makers:
    """How the desk comes by its feeds and by their threads.

    Attributes:
        live: makes the feed of a venue; must be quick, for it runs on the main thread.
        replay: makes the feed of some files, under the stream's name it is given.
        past: makes the feed of what was heard of a stream so far, under the name it is given;
            None looks back at nothing.
        plug_live: makes the thread for a live feed, connected to recorder and engine.
        plug_replay: makes the thread for a replay, connected to the engine alone.
        locate: finds the files that hold a round that was recorded here; must be quick.
    """

    def __init__(
        self,
        *,
        live: Callable[[Connect], Feed],
        replay: Callable[[tuple[str, ...], StreamId], Feed],
        past: Callable[[StreamId, Mapping[RoundId, Sequence[Event]], StreamId], Feed] | None = None,
        plug_live: Callable[[Feed], FeedWorker],
        plug_replay: Callable[[Feed], FeedWorker],
        locate: Callable[[StreamId, RoundId], tuple[str, ...]],
    ) -> None:
        self.live = live
        self.replay = replay
        self.past = past
        self.plug_live = plug_live
        self.plug_replay = plug_replay
        self.locate = locate


class Desk(QObject):
    """One live feed at most, one replay at most; no slot of it ever waits.

    Signals:
        recording_wanted: the recorder shall begin.
        recording_unwanted: the recorder shall finish.
    """

    recording_wanted = Signal()
    recording_unwanted = Signal()

    def __init__(
        self,
        host: EngineHost,
        makers: Makers,
        clock: Clock,
        *,
        record_at_once: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._host = host
        self._makers = makers
        self._clock = clock
        self._record_at_once = record_at_once
        self._live: tuple[FeedWorker, StreamId] | None = None
        self._replay: tuple[FeedWorker, StreamId] | None = None
        self._leaving: list[FeedWorker] = []  # bounded: one for each feed that is being left
        self._all_left = asyncio.Event()
        self._all_left.set()
        self._next: Connect | None = None
        self._replays = 0
        self._urls: dict[str, str] = {}  # bounded: one a venue
        self._is_new_venue = False
        self._goal: SeekRound | None = None
        self._back = LookBack()
        self._closed = False

    @Slot(object)
    def obey(self, command: object) -> None:
        """Do what is asked, or tell why not; what other doors take is passed over."""
        if not isinstance(command, Command):
            return
        match command:
            case Connect():
                self._connect(command)
            case Disconnect():
                self._next = None
                self._leave_live()
            case StartRecording():
                self.recording_wanted.emit()
            case StopRecording():
                self.recording_unwanted.emit()
            case Chaos() if self._live is not None:
                self._live[0].steer(command)
            case ReplayCommand():
                self._obey_replay(command)
            case _ if isinstance(command, _ELSEWHERE):
                pass
            case _:
                self._obey_looking(command)

    def _obey_replay(self, command: ReplayCommand) -> None:
        """Steer the replay; where the running market is looked at, look back at it."""
        live = None if self._live is None else self._live[1]
        is_live_shown = live is not None and self._host.state.shown == live
        if self._replay is not None and (not is_live_shown or self._back.stream is not None):
            self._replay[0].steer(command)
        elif is_live_shown and live is not None and self._back.is_wanted(command):
            self._look_back(live, command)

    def _obey_looking(self, command: Command) -> None:
        match command:
            case OpenRecordings(paths=paths):
                self._open(paths)
            case OpenRound(paths=paths, round_id=round_id, tick=tick):
                self._open(paths)
                self._goal = SeekRound(round_id=round_id, tick=tick)
            case CloseReplay():
                self._close_replay()
            case Show(stream=stream):
                self._show(stream)
            case GoTo():
                self._go_to(command)
            case _:
                log.info("nothing obeys %s now", type(command).__name__)

    def send(self, stream: StreamId, command: Command) -> bool:
        """Hand a command to the venue's connection; False where that stream has none."""
        if self._live is None or self._live[1] != stream:
            return False
        self._live[0].steer(command)
        return True

    def is_new_venue(self) -> bool:
        """Return whether the venue began with the connection, and knows no account of ours yet."""
        return self._is_new_venue

    @Slot(object)
    def hear(self, advance: Advance) -> None:
        """Go on to the tick that was asked for, once its round is loaded; keep what was heard."""
        if self._live is not None:
            self._back.hear(advance.events, self._live[1])
        self._show_the_past(advance)
        if self._goal is None or self._replay is None:
            return
        stream = self._replay[1]
        for event in advance.events:
            if isinstance(event, ReplayShaped) and event.stream == stream:
                self._replay[0].steer(self._goal)
                self._goal = None
                return

    @Slot(str)
    def trip(self, component: str) -> None:
        """Stop what keeps failing: the part of this program that `component` is a module of."""
        if component.startswith("adapters.feeds.replay"):
            self._close_replay()
        elif component.startswith(("adapters.feeds", "runtime.feed")):
            self.obey(Disconnect())
        elif component.startswith(("adapters.journal", "runtime.recorder")):
            self.obey(StopRecording())

    async def close(self, *, timeout_s: float = 4.0) -> bool:
        """Stop every feed and wait for the threads; safe twice. False if one did not end."""
        self._closed = True
        self._next = None
        self._close_replay()
        self._leave_live()
        try:
            async with asyncio.timeout(timeout_s):
                await self._all_left.wait()
        except TimeoutError:
            stuck = [worker.objectName() for worker in self._leaving]
            log.error("did not stop in %s s: %s", timeout_s, ", ".join(stuck))
            return False
        return True

    def abandon(self) -> bool:
        """Stop every feed at once, without the main thread's loop; it waits for the threads."""
        self._closed = True
        running = [pair[0] for pair in (self._live, self._replay) if pair is not None]
        stopped = [worker.stop() for worker in (*running, *self._leaving)]
        return all(stopped)

    # --- the venue

    def _connect(self, command: Connect) -> None:
        if self._closed:
            return
        if self._live is not None or self._leaving:
            self._next = command  # goes on in _left, when the threads before have ended
            self._leave_live()
            return
        if command.url is not None:
            self._urls[command.venue] = command.url
        elif (known := self._urls.get(command.venue)) is not None:
            command = replace(command, url=known)  # the same exchange as before, not another one
        self._is_new_venue = command.venue == "practice" and command.url is None
        self._back.forget()
        feed = self._makers.live(command)
        worker = self._makers.plug_live(feed)
        self._start(worker)
        self._live = (worker, feed.stream)
        if command.venue == "practice":
            self._host.drop(feed.stream)  # a new exchange may play the same rounds once more
        self._host.attach(feed.stream)
        self._host.show(feed.stream)
        if self._record_at_once:
            self.recording_wanted.emit()

    def _leave_live(self) -> None:
        if self._live is None:
            return
        worker, _ = self._live
        self._live = None
        self._back.end()
        self._leave(worker)
        self._host.attach(None)

    # --- the replay

    def _open(self, paths: tuple[str, ...]) -> None:
        if self._closed or not paths:
            return
        self._close_replay()
        self._replays += 1
        stream = stream_of("replay", str(self._replays))
        worker = self._makers.plug_replay(self._makers.replay(paths, stream))
        self._start(worker)
        self._replay = (worker, stream)
        self._host.show(stream)

    def _look_back(self, live: StreamId, command: Command) -> None:
        """Stand at the newest tick of the running market, then obey; shown once it stands there."""
        if self._closed or self._makers.past is None:
            return
        self._close_replay()
        self._replays += 1
        stream = stream_of("replay", str(self._replays))
        feed = self._makers.past(live, self._back.rounds(), stream)
        feed.steer(SeekEnd())
        feed.steer(command)
        worker = self._makers.plug_replay(feed)
        self._start(worker)
        self._replay = (worker, stream)
        self._back.grows(worker, stream)

    def _show_the_past(self, advance: Advance) -> None:
        """Look at the past when there is something to look at: no empty frame comes before it."""
        stream = self._back.stream
        if stream is None or not self._back.is_awaited:
            return
        if any(isinstance(each, ReplayMoved) and each.stream == stream for each in advance.events):
            self._back.is_awaited = False
            self._host.show(stream)

    def _show(self, stream: StreamId) -> None:
        """Look at a stream; from the past of the running market one comes back for good."""
        if self._live is not None and stream == self._live[1] and self._back.stream is not None:
            self._close_replay()
        self._host.show(stream)

    def _go_to(self, command: GoTo) -> None:
        """Stand at a tick of a round: in the open replay if it plays it, else in its file."""
        market = None if self._replay is None else self._host.state.markets.get(self._replay[1])
        playing = None if market is None or market.round is None else market.round.round_id
        if self._replay is not None and playing == command.round_id:
            self._host.show(self._replay[1])
            tick = command.tick
            self._replay[0].steer(SeekTick(tick=tick) if tick >= 0 else SeekStart())
            return
        files = self._makers.locate(command.stream, command.round_id)
        if not files:
            self._tell(
                "round-not-recorded",
                f"No recording of round {command.round_id[:40]} was found.",
                "Only rounds that were recorded here, to their end or so far, can be gone to.",
            )
            return
        self._open(files)
        self._goal = SeekRound(round_id=command.round_id, tick=command.tick)

    def _tell(self, code: str, what: str, remedy: str) -> None:
        self._host.note(
            ProblemRaised(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=NOWHERE,
                code=code,
                what=what,
                remedy=remedy,
                severity=Severity.WARNING,
            )
        )

    def _close_replay(self) -> None:
        self._goal = None
        self._back.let_go()
        if self._replay is None:
            return
        self._leave(self._replay[0])
        self._forget_replay()

    def _forget_replay(self) -> None:
        if self._replay is None:
            return
        stream, self._replay = self._replay[1], None
        self._host.drop(stream)
        if self._live is not None:
            self._host.show(self._live[1])

    # --- threads

    def _start(self, worker: FeedWorker) -> None:
        worker.finished.connect(self._left)
        worker.fell.connect(self._fell)
        worker.start()

    def _leave(self, worker: FeedWorker) -> None:
        self._leaving.append(worker)
        self._all_left.clear()
        worker.ask_to_stop()

    @Slot()
    def _left(self) -> None:
        ended = self.sender()
        if isinstance(ended, FeedWorker):
            ended.wait()  # it said that it is over: only the thread's own end is left
        self._leaving = [worker for worker in self._leaving if worker is not ended]
        if self._live is not None and self._live[0] is ended:
            self._live = None  # the feed ended by itself, and has told why
            self._back.end()
            self._host.attach(None)
        if self._replay is not None and self._replay[0] is ended:
            self._back.let_go()
            self._forget_replay()  # nothing of it could be read, which was told
        if not self._leaving:
            self._all_left.set()
        if self._next is not None and self._live is None and not self._leaving:
            command, self._next = self._next, None
            self._connect(command)

    @Slot(object)
    def _fell(self, error: BaseException) -> None:
        """A feed told of a bug by an exception: the market is not watched any more."""
        stream = NOWHERE if self._live is None else self._live[1]
        self._host.note(
            ProblemRaised(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=stream,
                code="feed-fell",
                what=f"The feed ended by an error of this program ({type(error).__name__}).",
                remedy="Connect again; the log has the details.",
            )
        )
        self._leave_live()
