"""Obeys commands: which venue, which recording, recorder on or off; owns the feeds that run."""

import asyncio
import logging

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
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped
from replayer_qt.core.state import Advance
from replayer_qt.core.trade_commands import ArmKeys, Kill, LiftKill, NoteTrade, TradeCommand
from replayer_qt.core.units import StreamId, stream_of
from replayer_qt.ports import Clock
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.look_back import LookBack
from replayer_qt.runtime.makers import Makers, Running

log = logging.getLogger(__name__)

NOWHERE = stream_of("replayer", "desk")
"""The stream named by what concerns no market."""

_ELSEWHERE = (TradeCommand, ArmKeys, Kill, LiftKill, NoteTrade, BookmarkCommand)
"""What other doors take."""


class Desk(QObject):
    """One live feed, one recording and one past at most; no slot of it ever waits.

    A recording that is open stays open while one looks back at the running market.

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
        self._live: Running | None = None
        self._recording: Running | None = None
        self._past: Running | None = None
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
                self._live.worker.steer(command)
            case ReplayCommand():
                self._obey_replay(command)
            case _ if isinstance(command, _ELSEWHERE):
                pass
            case _:
                self._obey_looking(command)

    def _obey_replay(self, command: ReplayCommand) -> None:
        """Steer the replay; where the running market is looked at, look back at it."""
        live = None if self._live is None else self._live.stream
        is_live_shown = live is not None and self._host.state.shown == live
        replay = self._past or self._recording
        if replay is not None and (not is_live_shown or self._back.stream is not None):
            replay.worker.steer(command)
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
                self._close_shown()
            case Show(stream=stream):
                self._show(stream)
            case GoTo():
                self._go_to(command)
            case _:
                log.info("nothing obeys %s now", type(command).__name__)

    def send(self, stream: StreamId, command: Command) -> bool:
        """Hand a command to the venue's connection; False where that stream has none."""
        if self._live is None or self._live.stream != stream:
            return False
        self._live.worker.steer(command)
        return True

    def is_new_venue(self) -> bool:
        """Return whether the venue began with the connection, and knows no account of ours yet."""
        return self._is_new_venue

    @Slot(object)
    def hear(self, advance: Advance) -> None:
        """Go on to the tick that was asked for, once its round is loaded; keep what was heard."""
        if self._live is not None:
            self._back.hear(advance.events, self._live.stream)
        self._show_the_past(advance)
        recording = self._recording
        if self._goal is None or recording is None:
            return
        for event in advance.events:
            if isinstance(event, ReplayShaped) and event.stream == recording.stream:
                recording.worker.steer(self._goal)
                self._goal = None
                return

    @Slot(str)
    def trip(self, component: str) -> None:
        """Stop what keeps failing: the part of this program that `component` is a module of."""
        if component.startswith("adapters.feeds.replay"):
            self._close_replays()
        elif component.startswith(("adapters.feeds", "runtime.feed")):
            self.obey(Disconnect())
        elif component.startswith(("adapters.journal", "runtime.recorder")):
            self.obey(StopRecording())

    async def close(self, *, timeout_s: float = 4.0) -> bool:
        """Stop every feed and wait for the threads; safe twice. False if one did not end."""
        self._closed = True
        self._next = None
        self._close_replays()
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
        running = [each.worker for each in (self._live, self._recording, self._past) if each]
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
        self._live = Running(worker, feed.stream)
        if command.venue == "practice":
            self._host.drop(feed.stream)  # a new exchange may play the same rounds once more
        self._host.attach(feed.stream)
        self._host.show(feed.stream)
        if self._record_at_once:
            self.recording_wanted.emit()

    def _leave_live(self) -> None:
        if self._live is None:
            return
        live, self._live = self._live, None
        self._back.end()
        self._leave(live.worker)
        self._host.attach(None)

    # --- the recording, and the past

    def _open(self, paths: tuple[str, ...]) -> None:
        if self._closed or not paths:
            return
        self._close_replays()
        stream = self._new_stream()
        worker = self._makers.plug_replay(self._makers.replay(paths, stream))
        self._start(worker)
        self._recording = Running(worker, stream)
        self._host.show(stream)

    def _look_back(self, live: StreamId, command: Command) -> None:
        """Stand at the newest tick of the running market, then obey; shown once it stands there."""
        if self._closed or self._makers.past is None:
            return
        self._close(self._past)  # that of a connection before
        stream = self._new_stream()
        feed = self._makers.past(live, self._back.rounds(), stream)
        feed.steer(SeekEnd())
        feed.steer(command)
        worker = self._makers.plug_replay(feed)
        self._start(worker)
        self._past = Running(worker, stream)
        self._back.grows(worker, stream)

    def _new_stream(self) -> StreamId:
        self._replays += 1
        return stream_of("replay", str(self._replays))

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
        is_live = self._live is not None and stream == self._live.stream
        is_recording = self._recording is not None and stream == self._recording.stream
        self._host.show(stream)
        if is_recording or (is_live and self._back.stream is not None):
            self._close(self._past)

    def _go_to(self, command: GoTo) -> None:
        """Stand at a tick of a round: in an open replay if one plays it, else in its file."""
        for replay in (self._past, self._recording):
            if replay is not None and self._plays(replay, command):
                self._show(replay.stream)
                tick = command.tick
                replay.worker.steer(SeekTick(tick=tick) if tick >= 0 else SeekStart())
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

    def _plays(self, replay: Running, command: GoTo) -> bool:
        market = self._host.state.markets.get(replay.stream)
        playing = None if market is None else market.round
        return playing is not None and playing.round_id == command.round_id

    def _tell(self, code: str, what: str, remedy: str, stream: StreamId = NOWHERE) -> None:
        self._host.note(
            ProblemRaised(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                stream=stream,
                code=code,
                what=what,
                remedy=remedy,
                severity=Severity.WARNING,
            )
        )

    def _close_shown(self) -> None:
        """Close what is replayed; where the past is looked at, that alone."""
        past = self._past
        if past is None or self._host.state.shown != past.stream:
            self._close(self._recording)
        self._close(past)

    def _close_replays(self) -> None:
        self._goal = None
        self._close(self._past)
        self._close(self._recording)

    def _close(self, replay: Running | None, *, has_ended: bool = False) -> None:
        """Forget a replay; look at what is still there, the running market first."""
        if replay is None:
            return
        if replay is self._past:
            self._past = None
            self._back.let_go()
        else:
            self._recording = self._goal = None
        if not has_ended:
            self._leave(replay.worker)
        self._host.drop(replay.stream)
        after = self._live or self._past or self._recording
        if self._host.state.shown is None and after is not None:
            self._host.show(after.stream)

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
        if self._live is not None and self._live.worker is ended:
            self._live = None  # the feed ended by itself, and has told why
            self._back.end()
            self._host.attach(None)
        for replay in (self._past, self._recording):
            if replay is not None and replay.worker is ended:
                self._close(replay, has_ended=True)  # nothing of it could be read, which was told
        if not self._leaving:
            self._all_left.set()
        if self._next is not None and self._live is None and not self._leaving:
            command, self._next = self._next, None
            self._connect(command)

    @Slot(object)
    def _fell(self, error: BaseException) -> None:
        """A feed told of a bug by an exception: it is left, and every other one goes on."""
        fallen = self.sender()
        kind = type(error).__name__
        if self._live is not None and self._live.worker is fallen:
            self._tell(
                "feed-fell",
                f"The feed ended by an error of this program ({kind}).",
                "Connect again; the log has the details.",
                self._live.stream,
            )
            self._leave_live()
            return
        replay = next((r for r in (self._past, self._recording) if r and r.worker is fallen), None)
        self._tell(
            "replay-fell",
            f"A replay ended by an error of this program ({kind}).",
            "Open the recording again, or look back again; the log has the details.",
            NOWHERE if replay is None else replay.stream,
        )
        self._close(replay)
