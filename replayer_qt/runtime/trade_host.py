"""The one door for orders: hands, keys and strategies come in here, and nothing leaves unwritten.

A command goes to the engine, which gates it; all that follows is handed to the audit trail; when
the decision is on stable storage the engine releases the order, and only then it goes to its venue.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replayer_qt.core.approval import Approval
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, FeedChanged, Link
from replayer_qt.core.history import Note
from replayer_qt.core.order_book import Order
from replayer_qt.core.order_events import (
    ACCOUNT_EVENTS,
    KeysArmed,
    KillSwitched,
    KillWanted,
    LimitsStated,
    OrderExpired,
    OrderGated,
    OrderUnknown,
    TradeNoted,
)
from replayer_qt.core.orders import Mode, OrderState
from replayer_qt.core.program_events import ProblemRaised, Recording, Severity
from replayer_qt.core.risk import limits_of, named_limits
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance
from replayer_qt.core.trade_commands import (
    ArmKeys,
    AskVenue,
    Kill,
    LiftKill,
    NoteTrade,
    ResolveUnknown,
    TradeCommand,
)
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import NANOS_PER_SECOND, PRACTICE, Moment, StreamId, venue_of
from replayer_qt.engine.beginning import beginning
from replayer_qt.ports import Clock, KillLatch, Restored
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.kill_door import KillDoor
from replayer_qt.runtime.speaker import Make, Speaker

TURN_MS: Final = 100
STALL_NS: Final = NANOS_PER_SECOND
"""The main thread stood still for so long: what it was armed for is another market now."""

JUMP_NS: Final = 2 * NANOS_PER_SECOND
"""The wall clock went so much faster or slower: it was set, or the machine slept."""
CRASH: Final = "crash"
"""The code under which an error of this program is told."""

_AUDITED: Final = (*ACCOUNT_EVENTS, KillSwitched, KeysArmed, LimitsStated, FeedChanged)
_SENT: Final = (OrderState.SENT, OrderState.ACKNOWLEDGED)
_BAD: Final = frozenset({Recording.FAULTED, Recording.DISK_FULL})

log = logging.getLogger(__name__)


class Audit(Protocol):
    """The audit trail's thread."""

    def post(self, events: Iterable[Event]) -> bool:
        """Have events written; False if they can't be taken, which closes the gate."""
        ...


class TradeHost(QObject):
    """Seats trading on the main thread; no slot of it waits for anything but the kill latch.

    Signals:
        kept: account events of live streams, to be stored.
        noted: a person's `NoteTrade`, to be stored.
    """

    noted = Signal(object)
    kept = Signal(object)

    def __init__(  # noqa: PLR0913 - each is another part of the floor
        self,
        host: EngineHost,
        audit: Audit,
        latch: KillLatch,
        clock: Clock,
        *,
        settings: Settings,
        send: Callable[[StreamId, Command], bool],
        is_new_venue: Callable[[], bool],
        nowhere: StreamId,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            host: the engine's seat.
            audit: takes every decision.
            latch: the kill switch on disk.
            clock: what time it is.
            settings: the limits, and what an account begins with.
            send: hands a command to the connection of a stream's venue; False where there is none.
            is_new_venue: whether the connected venue knows no account of an earlier connection.
            nowhere: the stream named by what concerns no market.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._host = host
        self._audit = audit
        self._settings = settings
        self._send = send
        self._is_new_venue = is_new_venue
        self._speaker = Speaker(host, clock, nowhere)
        self._kill = KillDoor(host, latch, self._speaker, send)
        self._opened: StreamId | None = None
        self._restored: Mapping[tuple[StreamId, Mode], Restored] | None = None
        self._audit_ok = True
        self._told_recorder: bool | None = None
        self._turned: Moment | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        """Read the latch, before any order can be; then let time pass."""
        self._kill.follow()
        limits = limits_of(self._settings.risk, self._settings.trading)
        self._speaker.say(
            lambda now, nowhere: LimitsStated(
                at=now.at,
                mono=now.mono,
                stream=nowhere,
                digest=limits.digest,
                limits=named_limits(limits),
            )
        )
        self._timer.start()

    def stop(self) -> None:
        """Let no more time pass; safe twice."""
        self._timer.stop()

    @property
    def audit_trouble(self) -> str:
        """Why decisions can't be written down; empty when they can."""
        return "" if self._audit_ok else "it can't be written"

    # --- what is asked

    @Slot(object)
    def obey(self, command: Command) -> None:
        """Do what is asked of trading, or tell why not; pass over what is not about trading."""
        match command:
            case Kill(by=by, reason=reason):
                self._kill.press(by=by, reason=reason)
            case LiftKill(typed=typed, reason=reason):
                self._kill.lift(typed, reason)
            case AskVenue(stream=stream):
                self._send(stream, command)
            case NoteTrade():
                self._note_trade(command)
            case TradeCommand() | ArmKeys():
                self._submit(command)
            case _:
                pass

    @Slot()
    def follow_latch(self) -> None:
        """Follow the latch where another program changed it."""
        self._kill.follow()

    def _submit(self, command: Command) -> None:
        advance = self._host.submit(command, self._speaker.moment())
        if isinstance(command, ResolveUnknown):  # the connection need not wait for it any more
            self._send(command.stream, command)
        # of a replay only what hands did is written: what follows is made again with each seek
        self._post([e for e in advance.events if isinstance(e, _AUDITED) and _is_replayed(e)])

    # --- what happened

    @Slot(object)
    def hear(self, advance: Advance) -> None:
        """Write down what concerns trading, and act on what rules wish."""
        own = [e for e in advance.events if isinstance(e, _AUDITED) and not _is_replayed(e)]
        self._post(own)
        kept = tuple(event for event in own if isinstance(event, ACCOUNT_EVENTS))
        if kept:
            self.kept.emit(kept)
        for event in advance.events:
            if isinstance(event, KillWanted) and not self._host.state.kill.on:
                self._kill.press(by=event.by, reason=event.reason)
            elif isinstance(event, FeedChanged) and event.link is Link.OFF:
                self._lose_sight(advance.state.accounts.get(event.stream))
            elif isinstance(event, ProblemRaised) and event.code == CRASH:
                self._host.incident(CRASH, self._speaker.moment())
        self._watch_recorder(advance)
        live = advance.state.live
        if live != self._opened:
            self._opened = live
            if live is not None:
                self._open(live)

    @Slot(object)
    def restore(self, restored: Mapping[tuple[StreamId, Mode], Restored]) -> None:
        """Take what every account was when this program ended last; before that none begins."""
        self._restored = restored
        if self._opened is not None:
            self._open(self._opened)

    @Slot(object)
    def remember(self, notes: Iterable[Note]) -> None:
        """Take a person's notes of earlier runs."""
        self._speaker.say(*(_noted(note) for note in notes))

    def _lose_sight(self, trading: Trading | None) -> None:
        """Say of what is under way that nobody will hear what becomes of it."""
        sent = () if trading is None else trading.book.in_state(*_SENT)
        for order in sent if trading is not None and trading.mode is not Mode.PAPER else ():
            self._speaker.say(_unseen(order))

    def _open(self, stream: StreamId) -> None:
        """Begin the account of a venue that was connected, where the last run left it."""
        if self._restored is None:
            return  # which is told soon
        known = self._host.state.accounts.get(stream)
        if known is not None and known.mode is Mode.PAPER:
            return  # it goes on
        mode = Mode(self._settings.trading.practice_mode) if stream == PRACTICE else Mode.PAPER
        first = beginning(
            stream,
            mode,
            known,
            self._restored.get((stream, mode)),
            self._settings.paper,
            self._speaker.moment(),
            is_new_venue=self._is_new_venue(),
        )
        if first:
            self._host.note_all(first)

    def _post(self, events: Sequence[Event]) -> None:
        if events and not self._audit.post(events):
            self.audit_failed("it cannot keep up")

    @Slot(object)
    def durable(self, events: tuple[Event, ...]) -> None:
        """Release the orders whose decision is on stable storage."""
        for event in events:
            if isinstance(event, OrderGated) and event.verdict.allowed and not _is_replayed(event):
                approval = self._host.release(event.stream, event.order_id, self._speaker.moment())
                if approval is not None and not self._send(event.stream, approval):
                    self._not_delivered(approval)

    @Slot(str)
    def audit_failed(self, reason: str) -> None:
        """Close the gate: what can't be written down can't be done."""
        if not self._audit_ok:
            return
        self._audit_ok = False
        self._host.set_health(audit_ok=False)
        self._speaker.problem(
            "audit-failed",
            f"The audit trail cannot be written: {reason}.",
            "No order leaves until it can be. See to the disk.",
            Severity.ERROR,
        )
        self._kill.press(by="rule:audit", reason="the audit trail cannot be written")

    @Slot(str)
    def audit_found(self, finding: str) -> None:
        """Tell what was wrong with the trail when it was opened."""
        self._speaker.problem(
            "audit-damaged",
            f"The audit trail is damaged: {finding}",
            "app.py audit verify lists the places; the trail goes on after them.",
        )

    @Slot(str)
    def store_failed(self, reason: str) -> None:
        """Tell that accounts are not kept; the audit trail still has every decision."""
        self._speaker.problem(
            "accounts-not-kept",
            f"Entries and fills cannot be stored: {reason}.",
            "See to the disk. The audit trail holds every decision meanwhile.",
        )

    @Slot(str)
    def store_found(self, finding: str) -> None:
        """Tell what was wrong with the accounts' file when it was opened."""
        self._speaker.problem(
            "accounts-damaged",
            f"The file of the accounts: {finding}",
            "What could be read is kept; the audit trail holds every decision.",
        )

    @Slot()
    def audit_recovered(self) -> None:
        """Open the gate again for the audit's part; the kill switch stays as it is."""
        if self._audit_ok:
            return
        self._audit_ok = True
        self._host.set_health(audit_ok=True)

    def _not_delivered(self, approval: Approval) -> None:
        """Tell of an order that reached no connection: it certainly had no effect."""
        now, order = self._speaker.moment(), approval.order
        self._host.note(
            OrderExpired(
                at=now.at,
                mono=now.mono,
                stream=order.request.stream,
                order_id=order.order_id,
                reason="the venue was not connected when it was to leave",
            )
        )

    def _note_trade(self, command: NoteTrade) -> None:
        self._speaker.say(_noted(command))
        self.noted.emit(command)

    def _watch_recorder(self, advance: Advance) -> None:
        recording = advance.state.recording
        fine = recording is None or recording.state not in _BAD
        if fine != self._told_recorder:
            self._told_recorder = fine
            self._host.set_health(recorder_ok=fine)

    @Slot()
    def _turn(self) -> None:
        now, before = self._speaker.moment(), self._turned
        self._turned = now
        if before is not None:
            passed, shown = now.mono - before.mono, now.at - before.at
            if passed > STALL_NS:
                self._host.incident("gui-stall", now)
            if abs(shown - passed) > JUMP_NS:
                self._host.incident("clock-jump", now)
        self._host.pass_time(now)


def _unseen(order: Order) -> Make:
    return lambda now, _nowhere: OrderUnknown(
        at=now.at,
        mono=now.mono,
        stream=order.request.stream,
        order_id=order.order_id,
        reason="the connection was closed before its fate was known",
    )


def _noted(note: Note | NoteTrade) -> Make:
    return lambda now, nowhere: TradeNoted(
        at=now.at,
        mono=now.mono,
        stream=nowhere,
        trade_id=note.trade_id,
        note=note.note,
        tags=note.tags,
    )


def _is_replayed(event: Event) -> bool:
    return venue_of(event.stream) == "replay"
