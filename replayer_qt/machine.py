"""The parts that have no pixels, built and connected: engine, recorder, feeds, desk."""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from replayer_qt import wiring
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.adapters.library.whereabouts import find_round
from replayer_qt.core.commands import Command, Connect
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import PRACTICE, RUGS, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.ports import Clock, Feed
from replayer_qt.runtime.desk import NOWHERE, Desk, Makers
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.recorder_worker import RecorderWorker

log = logging.getLogger(__name__)

_STREAMS = {"practice": PRACTICE, "rugs": RUGS}


class LateFeed:
    """A feed whose libraries are loaded on its own thread, when it starts.

    The network's libraries take a quarter of a second to import, which no window should wait for.
    """

    def __init__(self, name: str, stream: StreamId, make: Callable[[], Feed]) -> None:
        self.name = name
        self.stream = stream
        self._make = make
        self._feed: Feed | None = None

    async def events(self) -> AsyncGenerator[Event, None]:
        """Make the feed, then yield what it yields."""
        self._feed = self._make()
        told = self._feed.events()
        try:
            async for event in told:
                yield event
        finally:
            await told.aclose()

    def steer(self, command: Command) -> None:
        """Pass the command on, once there is a feed."""
        if self._feed is not None:
            self._feed.steer(command)


def live_feed(command: Connect, settings: Settings, clock: Clock) -> Feed:
    """Return the feed of a venue.

    Raises:
        SettingInvalid: the venue is not known, or cannot be had yet.
    """
    stream = _STREAMS.get(command.venue)
    if stream is None:
        raise SettingInvalid(
            f"The venue {command.venue!r} cannot be connected to yet.",
            remedy="Use practice or rugs.",
        )

    def make() -> Feed:
        # imported on the feed's thread: see LateFeed
        from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed  # noqa: PLC0415
        from replayer_qt.adapters.practice_process import PracticeFeed  # noqa: PLC0415

        rng = random.Random()  # noqa: S311  # spreads reconnections, keeps no secret
        if command.venue == "practice" and command.url is None:
            return PracticeFeed(settings, clock, rng)
        url = command.url or settings.feed.rugs_url
        return RugsFeed(url, stream, clock, settings.feed, rng, name=command.venue)

    return LateFeed(command.venue, stream, make)


class Machine:
    """Everything that runs, whether anybody looks or not.

    Attributes:
        host: the engine's seat.
        recorder: the recorder's thread.
        desk: who obeys commands.
    """

    def __init__(
        self,
        *,
        host: EngineHost,
        recorder: RecorderWorker,
        desk: Desk,
        recordings: Path,
        clock: Clock,
    ) -> None:
        self.host = host
        self.recorder = recorder
        self.desk = desk
        self._recordings = recordings
        self._clock = clock

    def abandon(self) -> bool:
        """Stop everything in order where the main loop has ended under us; False if not in time."""
        feeds_stopped = self.desk.abandon()
        return self.recorder.stop() and feeds_stopped

    async def mend(self) -> None:
        """Mend what a crash left of earlier recordings, and tell what was found.

        Call it before anything is recorded. Takes as long as the disk does, without holding up
        the loop.
        """
        for finding in await asyncio.to_thread(recover, self._recordings):
            self.host.note(
                ProblemRaised(
                    at=self._clock.now(),
                    mono=self._clock.monotonic(),
                    stream=NOWHERE,
                    code=f"recording-{finding.status}",
                    what=f"{Path(finding.path).name}: {finding.what}",
                    remedy="Every sound record is kept; app.py verify lists what is missing.",
                    severity=Severity.WARNING,
                )
            )


async def assemble(
    stack: AsyncExitStack,
    *,
    settings: Settings,
    clock: Clock,
    recordings: Path,
    app_version: str,
) -> Machine:
    """Build and start the parts; leaving `stack` stops them in reverse order.

    Must run on the main thread, on a loop that also runs Qt's. Feeds stop first, then the engine
    takes what is queued, then the recorder writes what it was sent and closes.
    """
    journal = RecordingJournal(
        recordings, clock, settings.recorder, app_version=app_version, session=uuid.uuid4().hex
    )
    host = EngineHost(Engine())
    recorder = RecorderWorker(journal)
    desk = Desk(
        host,
        Makers(
            live=lambda command: live_feed(command, settings, clock),
            replay=lambda paths, stream: ReplayFeed(
                [Path(path) for path in paths],
                stream,
                clock,
                settings.replay,
                find=find_recordings,
                read=open_recording,
            ),
            plug_live=lambda feed: wiring.plug_live(
                feed, host=host, recorder=recorder, clock=clock
            ),
            plug_replay=lambda feed: wiring.plug_replay(feed, host=host),
            locate=lambda stream, round_id: tuple(
                str(path) for path in find_round(recordings, stream, round_id)
            ),
        ),
        clock,
        record_at_once=settings.recorder.autostart,
    )
    wiring.wire(host=host, recorder=recorder, desk=desk)
    recorder.start()
    stack.callback(_stop_recorder, recorder)
    stack.push_async_callback(_stop_feeds, desk)
    return Machine(host=host, recorder=recorder, desk=desk, recordings=recordings, clock=clock)


async def _stop_feeds(desk: Desk) -> None:
    if not await desk.close():
        log.error("a feed did not stop in time")
    await asyncio.sleep(0)  # one turn of the loop lets the engine take what is queued


def _stop_recorder(recorder: RecorderWorker) -> None:
    if not recorder.stop():
        log.error("the recorder did not stop in time")
