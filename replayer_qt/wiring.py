"""The one table of signal connections: who is heard by whom, and across which threads."""

from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance

from replayer_qt.core.events import Event, FeedChanged, Link
from replayer_qt.core.library_answers import Answer, Progress
from replayer_qt.ports import Clock, Feed
from replayer_qt.runtime.account_keeper import AccountKeeper
from replayer_qt.runtime.audit_worker import AuditWorker
from replayer_qt.runtime.bookmark_keeper import BookmarkKeeper
from replayer_qt.runtime.crash import CrashHooks
from replayer_qt.runtime.desk import Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.kill_watch import KillWatch
from replayer_qt.runtime.library_desk import LibraryDesk
from replayer_qt.runtime.outlet import Outlet
from replayer_qt.runtime.recorder_worker import RecorderWorker
from replayer_qt.runtime.tally import Tally
from replayer_qt.runtime.teller import Teller
from replayer_qt.runtime.trade_host import TradeHost
from replayer_qt.runtime.vault_desk import VaultDesk
from replayer_qt.ui.frame_clock import FrameClock
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.theme import Theme

ACROSS = Qt.ConnectionType.QueuedConnection
"""The receiver lives on another thread. Bound methods of QObjects only: Qt would run a lambda or a
partial on the sender's thread."""

WITHIN = Qt.ConnectionType.DirectConnection
"""Sender and receiver live on the same thread."""

AT_ONCE = 2_048
"""Events that the main thread takes in one go: some milliseconds' worth, however many wait."""


class LibraryView(Protocol):
    """The library's window as it is connected here; its module is loaded when it is asked for."""

    asked: SignalInstance

    def show_answer(self, answer: Answer) -> None:
        """Take in what became of a request."""

    def show_progress(self, progress: Progress) -> None:
        """Take in how far a job is."""

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""

    def close(self) -> bool:
        """Close it."""


def plug_live(
    feed: Feed, *, host: EngineHost, recorder: RecorderWorker, clock: Clock
) -> FeedWorker:
    """Return a thread for a venue's feed; recorder and engine both hear it directly."""
    to_recorder = Outlet("recorder", raw=True, own=False)
    to_engine = Outlet("engine", raw=False, at_once=AT_ONCE)
    to_recorder.arrived.connect(recorder.append, ACROSS)
    to_engine.arrived.connect(host.take, ACROSS)

    def farewell() -> Event:
        return FeedChanged(
            at=clock.now(),
            mono=clock.monotonic(),
            stream=feed.stream,
            link=Link.OFF,
            reason="disconnected",
        )

    return FeedWorker(feed, (to_recorder, to_engine), farewell=farewell)


def plug_replay(feed: Feed, *, host: EngineHost) -> FeedWorker:
    """Return a thread for a recording's feed: nothing of it is recorded again."""
    to_engine = Outlet("engine", raw=False, at_once=AT_ONCE)
    to_engine.arrived.connect(host.take, ACROSS)
    return FeedWorker(feed, (to_engine,))


def wire(*, host: EngineHost, recorder: RecorderWorker, desk: Desk) -> None:
    """Connect the parts that have no pixels."""
    desk.recording_wanted.connect(recorder.begin, ACROSS)
    desk.recording_unwanted.connect(recorder.finish, ACROSS)
    recorder.changed.connect(host.note, ACROSS)
    host.advanced.connect(desk.hear, WITHIN)


def wire_trading(
    *,
    host: EngineHost,
    trade: TradeHost,
    audit: AuditWorker,
    keeper: AccountKeeper,
    watch: KillWatch,
) -> None:
    """Connect the money: every decision to the trail, and only from there on its way."""
    host.advanced.connect(trade.hear, WITHIN)
    audit.durable.connect(trade.durable, ACROSS)
    audit.failed.connect(trade.audit_failed, ACROSS)
    audit.recovered.connect(trade.audit_recovered, ACROSS)
    audit.found.connect(trade.audit_found, ACROSS)
    keeper.restored.connect(trade.restore, ACROSS)
    keeper.remembered.connect(trade.remember, ACROSS)
    keeper.failed.connect(trade.store_failed, ACROSS)
    keeper.found.connect(trade.store_found, ACROSS)
    trade.kept.connect(keeper.keep, WITHIN)  # which only queues
    trade.noted.connect(keeper.note, WITHIN)
    watch.changed.connect(trade.follow_latch, ACROSS)


def wire_bookmarks(*, host: EngineHost, bookmarks: BookmarkKeeper) -> None:
    """Connect the bookmarks: what is kept becomes part of the state."""
    bookmarks.told.connect(host.note, ACROSS)


def wire_library(*, recorder: RecorderWorker, library: LibraryDesk) -> None:
    """Connect the library: it looks for a recording when one is finished."""
    recorder.changed.connect(library.hear, ACROSS)


def wire_library_window(
    *, library: LibraryDesk, desk: Desk, window: LibraryView, main: MainWindow
) -> None:
    """Connect the library's pixels: answers in, requests out; what is to be played, to the desk."""
    library.answered.connect(window.show_answer, WITHIN)
    library.progressed.connect(window.show_progress, WITHIN)
    window.asked.connect(library.obey, WITHIN)
    window.asked.connect(desk.obey, WITHIN)
    main.themed.connect(window.set_theme, WITHIN)
    main.closed.connect(window.close, WITHIN)


def wire_vault(*, vault: VaultDesk, window: MainWindow) -> None:
    """Connect the vault: a passphrase goes from its dialog to its thread, past everybody else."""
    window.vault.wanted.connect(vault.obey, WITHIN)  # which only queues
    vault.told.connect(window.vault.show_told, ACROSS)


def wire_survival(*, library: LibraryDesk, window: MainWindow) -> None:
    """Connect the survival clock: it goes by the library's rounds."""
    window.asked.connect(library.obey, WITHIN)
    library.answered.connect(window.chart_desk.indicators.take_answer, WITHIN)


def wire_window(
    *,
    host: EngineHost,
    desk: Desk,
    frames: FrameClock,
    window: MainWindow,
    trade: TradeHost | None = None,
    bookmarks: BookmarkKeeper | None = None,
) -> None:
    """Connect the pixels: frames in, wishes out; those about money through the other door."""
    host.advanced.connect(frames.collect, WITHIN)
    frames.prices.connect(window.show_prices, WITHIN)
    frames.frame.connect(window.show_rest, WITHIN)
    window.asked.connect(desk.obey, WITHIN)
    if trade is not None:
        window.asked.connect(trade.obey, WITHIN)
    if bookmarks is not None:
        window.asked.connect(bookmarks.obey, WITHIN)  # which only queues


def wire_watch(*, host: EngineHost, desk: Desk, hooks: CrashHooks, tally: Tally) -> None:
    """Connect what watches the run: crashes become events, what keeps failing is stopped."""
    hooks.raised.connect(host.note, WITHIN)
    hooks.tripped.connect(desk.trip, WITHIN)
    host.advanced.connect(tally.count, WITHIN)


def wire_teller(*, host: EngineHost, teller: Teller) -> None:
    """Connect the words for a person who has no window to look at."""
    host.advanced.connect(teller.tell, WITHIN)
