"""The parts that have no pixels, built and connected: engine, recorder, feeds, desk."""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import msgspec

from replayer_qt import wiring
from replayer_qt.adapters.account_store import AccountFile
from replayer_qt.adapters.audit.cleaning import cleaner
from replayer_qt.adapters.audit.writer import AuditFiles
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.feeds.replay_past import PastFeed
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.adapters.kill_latch import LatchFile
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.adapters.library.playlist import find_played
from replayer_qt.adapters.library.whereabouts import find_round
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.adapters.practice_token import practice_token
from replayer_qt.adapters.vault_choice import wanted_vault
from replayer_qt.adapters.vault_door import Sealer
from replayer_qt.core.audit_chain import Run
from replayer_qt.core.commands import Command, Connect
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.settings import Settings
from replayer_qt.core.units import PRACTICE, RUGS, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.ports import Clock, Feed
from replayer_qt.runtime.account_keeper import AccountKeeper
from replayer_qt.runtime.audit_worker import AuditWorker
from replayer_qt.runtime.bookmark_keeper import BookmarkKeeper, BookmarkStore
from replayer_qt.runtime.desk import NOWHERE, Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.kill_watch import KillWatch
from replayer_qt.runtime.library_desk import LibraryDesk
from replayer_qt.runtime.library_thread import Store
from replayer_qt.runtime.makers import Makers
from replayer_qt.runtime.parts_watch import PartsWatch
from replayer_qt.runtime.recorder_worker import RecorderWorker
from replayer_qt.runtime.speaker import Speaker
from replayer_qt.runtime.trade_host import TradeHost
from replayer_qt.runtime.trash import to_trash
from replayer_qt.runtime.troubles import feed_trouble, recorder_trouble, thread_trouble
from replayer_qt.runtime.vault_desk import VaultDesk

log = logging.getLogger(__name__)

_STREAMS = {"practice": PRACTICE, "rugs": RUGS}


class Till(msgspec.Struct, frozen=True, kw_only=True):
    """Where money is accounted for.

    Attributes:
        folder: the profile's own directory: the kill switch, the audit trail, the accounts.
        profile: its name.
        redactor: learns which secrets no text may have in it.
    """

    folder: Path
    profile: str
    redactor: Redactor


class Worker(Protocol):
    """A thread that writes something."""

    def stop(self) -> bool:
        """Write what it was sent, and end; False if not in time."""
        ...


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


def live_feed(
    command: Connect,
    settings: Settings,
    clock: Clock,
    gate: Callable[[], bool] | None = None,
    token: str = "",
) -> Feed:
    """Return the feed of a venue.

    Args:
        command: which venue.
        settings: how it is connected to.
        clock: what time it is.
        gate: whether the kill switch is on; None only listens, and orders nothing.
        token: names our account on a practice exchange.

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
        from replayer_qt.adapters.feeds.rugs_account import Login  # noqa: PLC0415
        from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed  # noqa: PLC0415
        from replayer_qt.adapters.practice_process import PracticeFeed  # noqa: PLC0415

        rng = random.Random()  # noqa: S311  # spreads reconnections, keeps no secret
        login = None
        if gate is not None and command.venue == "practice":
            login = Login(token, gate, settings.trading.ack_ms)
        if command.venue == "practice" and command.url is None:
            return PracticeFeed(settings, clock, rng, login=login)
        url = command.url or settings.feed.rugs_url
        return RugsFeed(url, stream, clock, settings.feed, rng, name=command.venue, login=login)

    return LateFeed(command.venue, stream, make)


class Machine:
    """Everything that runs, whether anybody looks or not.

    Attributes:
        host: the engine's seat.
        recorder: the recorder's thread.
        desk: who obeys commands about what is watched.
        trade: who obeys commands about money; None where nothing can be traded.
        library: who knows the recordings that are over; None where nobody asks.
        bookmarks: who keeps bookmarks; None where there are none.
        vault: who takes the vault's passphrase; None where nothing is put away.
    """

    def __init__(
        self,
        *,
        host: EngineHost,
        recorder: RecorderWorker,
        desk: Desk,
        place: tuple[Path, Clock],
        trade: TradeHost | None = None,
        library: LibraryDesk | None = None,
        writers: tuple[Worker, ...] = (),
    ) -> None:
        self.host = host
        self.recorder = recorder
        self.desk = desk
        self.trade = trade
        self.library = library
        self.bookmarks: BookmarkKeeper | None = None
        self.vault: VaultDesk | None = None
        self._recordings, self._clock = place
        self._writers = writers

    def abandon(self) -> bool:
        """Stop everything in order where the main loop has ended under us; False if not in time."""
        stopped = [self.desk.abandon(), self.recorder.stop()]
        stopped += [writer.stop() for writer in self._writers]
        return all(stopped)

    async def mend(self) -> None:
        """Mend what a crash left of earlier recordings, and tell what was found.

        Then the library begins to look at them. Call it before anything is recorded. Takes as long
        as the disk does, without holding up the loop.
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
        if self.library is not None:
            self.library.start()


async def assemble(
    stack: AsyncExitStack,
    *,
    settings: Settings,
    clock: Clock,
    recordings: Path,
    app_version: str,
    till: Till | None = None,
) -> Machine:
    """Build and start the parts; leaving `stack` stops them in reverse order.

    Must run on the main thread, on a loop that also runs Qt's. Feeds stop first, then the engine
    takes what is queued, then what writes files writes what it was sent and closes.

    Args:
        stack: stops what is started here.
        settings: all settings.
        clock: what time it is.
        recordings: where recordings go.
        app_version: the release.
        till: where money is accounted for; None trades nothing.
    """
    run_id = uuid.uuid4().hex
    journal = RecordingJournal(
        recordings, clock, settings.recorder, app_version=app_version, session=run_id
    )
    latch = None if till is None else LatchFile(till.folder, clock)
    gate = None if latch is None else latch.is_on
    token = "" if till is None else practice_token(till.folder)
    if till is not None:
        till.redactor.register("token", token)
    host = EngineHost(Engine(settings=settings))
    recorder = RecorderWorker(journal)
    desk = Desk(
        host,
        Makers(
            live=lambda command: live_feed(command, settings, clock, gate, token),
            replay=lambda paths, stream: ReplayFeed(
                [Path(path) for path in paths],
                stream,
                clock,
                settings.replay,
                find=find_played,
                read=open_recording,
            ),
            past=lambda of, rounds, stream: PastFeed(of, rounds, stream, clock, settings.replay),
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
    stack.callback(_stop, recorder, "the recorder")
    trade: TradeHost | None = None
    library: LibraryDesk | None = None
    bookmarks: BookmarkKeeper | None = None
    writers: tuple[Worker, ...] = ()
    if till is not None:
        library = LibraryDesk(lambda: _open_library(till, recordings, settings, clock))
        wiring.wire_library(recorder=recorder, library=library)
        stack.callback(_stop, library, "the library")
        bookmarks = BookmarkKeeper(lambda: _open_bookmarks(recordings), clock, NOWHERE)
        wiring.wire_bookmarks(host=host, bookmarks=bookmarks)
        bookmarks.start()
        stack.callback(_stop, bookmarks, "the bookmarks")
    vault: VaultDesk | None = None
    if till is not None and latch is not None:
        session = wanted_vault(settings.library, till.folder, till.profile, till.redactor.register)
        vault = VaultDesk(session)
        stack.callback(_stop, vault, "the vault")
        run = Run(app_version=app_version, run_id=run_id, profile=till.profile)
        sealer = None if session is None else session.sealer
        trade, writers = _open_till(
            stack, till, latch, (run, sealer), settings, (host, desk, recorder, clock)
        )
    stack.push_async_callback(_stop_feeds, desk)
    machine = Machine(
        host=host,
        recorder=recorder,
        desk=desk,
        place=(recordings, clock),
        trade=trade,
        library=library,
        writers=(*(each for each in (library, bookmarks) if each is not None), *writers),
    )
    machine.bookmarks, machine.vault = bookmarks, vault
    return machine


def _open_bookmarks(recordings: Path) -> BookmarkStore:
    # imported on the bookmarks' thread, as below
    from replayer_qt.adapters.bookmark_file import BookmarkFile  # noqa: PLC0415
    from replayer_qt.adapters.library.archive import KEEPSAKES  # noqa: PLC0415

    return BookmarkFile(recordings / KEEPSAKES)


def _open_library(till: Till, recordings: Path, settings: Settings, clock: Clock) -> Store:
    # imported on the library's thread: tables, catalogues and statistics take long to load
    from replayer_qt.adapters.library.archive import ArchivePlace, open_archive  # noqa: PLC0415
    from replayer_qt.adapters.library.passwords import password_of  # noqa: PLC0415

    return open_archive(
        ArchivePlace(
            recordings=recordings,
            data_dir=till.folder,
            settings=settings.library,
            clock=clock,
            to_trash=to_trash,
            secret=password_of,
        )
    )


def _open_till(
    stack: AsyncExitStack,
    till: Till,
    latch: LatchFile,
    trail_of: tuple[Run, Sealer | None],
    settings: Settings,
    floor: tuple[EngineHost, Desk, RecorderWorker, Clock],
) -> tuple[TradeHost, tuple[Worker, ...]]:
    """Build and start what trading needs: the latch is read before any order can be."""
    host, desk, recorder, clock = floor
    run, sealer = trail_of
    trail = AuditFiles(
        till.folder / "audit",
        clock,
        run=run,
        clean=cleaner(till.redactor.clean),
        vault=sealer,
    )
    audit = AuditWorker(trail, findings=trail.findings)
    keeper = AccountKeeper(lambda: AccountFile(till.folder / "accounts.sqlite"))
    watch = KillWatch(latch)
    trade = TradeHost(
        host,
        audit,
        latch,
        clock,
        settings=settings,
        send=desk.send,
        is_new_venue=desk.is_new_venue,
        nowhere=NOWHERE,
    )
    wiring.wire_trading(host=host, trade=trade, audit=audit, keeper=keeper, watch=watch)
    for worker, name in ((audit, "the audit trail"), (keeper, "the accounts")):
        worker.start()
        stack.callback(_stop, worker, name)
    watch.start()
    stack.callback(_stop, watch, "the kill switch's watch")
    parts = PartsWatch(
        Speaker(host, clock, NOWHERE),
        {
            "Feed": lambda: feed_trouble(host.state),
            "Recorder": lambda: recorder_trouble(recorder, host.state),
            "Audit trail": lambda: thread_trouble(audit) or trade.audit_trouble,
            "Accounts": lambda: thread_trouble(keeper),
            "Kill switch's watch": lambda: thread_trouble(watch),
        },
    )
    for timed in (trade, parts):
        timed.start()
        stack.callback(timed.stop)
    return trade, (audit, keeper, watch)


async def _stop_feeds(desk: Desk) -> None:
    if not await desk.close():
        log.error("a feed did not stop in time")
    await asyncio.sleep(0)  # one turn of the loop lets the engine take what is queued


def _stop(worker: Worker, name: str) -> None:
    if not worker.stop():
        log.error("%s did not stop in time", name)
