"""The way of orders over a venue's connection: one at a time, once for ever, or not at all."""

import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from replayer_qt.adapters.brokers.matching import Matching
from replayer_qt.adapters.brokers.problems import login_unanswered
from replayer_qt.adapters.brokers.rugs_orders import login_frame, order_frame
from replayer_qt.adapters.brokers.settling import Rug
from replayer_qt.adapters.brokers.words import (
    Answer,
    Answered,
    BetEnd,
    OwnBet,
    OwnTrade,
    Statement,
    Word,
)
from replayer_qt.core.approval import Approval
from replayer_qt.core.events import Event, Link
from replayer_qt.core.money import decimal_of
from replayer_qt.core.order_events import AccountStated, OrderExpired
from replayer_qt.core.orders import OrderId, Origin, Request
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Moment, Nanos, RoundId, StreamId

WAITING_LIMIT: Final = 16
USED_KEPT: Final = 10_000
"""Names of orders that are never sent again; older approvals have long expired."""

ANSWERS_KEPT: Final = 64
ASKS_KEPT: Final = 64

TRIES_UNTOLD: Final = 3
"""Logins without an answer until a person is told."""

MOST_PATIENT: Final = 6
"""After so many logins without an answer the wait no longer doubles."""

_HANDS: Final = frozenset({Origin.HAND, Origin.KEY})

Send = Callable[[str], bool]
"""Puts one packet on the connection's queue, at once; False if it certainly will not leave."""

_Events = tuple[Event, ...]


class OrderLine:
    """Sends what was approved and tells what became of it; lives on the feed's loop.

    Nothing here waits. Every method returns the events that follow, in order.
    """

    def __init__(
        self,
        stream: StreamId,
        rng: random.Random,
        *,
        token: str,
        gate: Callable[[], bool],
        patience_ms: int,
    ) -> None:
        """Prepare; nothing is sent before `opened`.

        Args:
            stream: what the events are to name.
            rng: where trace numbers come from.
            token: names the account; a secret that is only ever sent to the venue.
            gate: whether the kill switch is on; asked right before each order leaves.
            patience_ms: how long an order may go without evidence until it is unknown [ms].
        """
        self._stream = stream
        self._rng = rng
        self._token = token
        self._gate = gate
        self._patience = Nanos(patience_ms * NANOS_PER_MILLISECOND)
        self._matching = Matching(stream, patience=self._patience)
        self._waiting: deque[Approval] = deque()  # bounded by take
        self._used: dict[OrderId, None] = {}
        self._numbers: dict[int, OrderId] = {}
        self._number = 0
        self._send: Send | None = None
        self._link = Link.OFF
        self._asked: deque[Nanos] = deque(maxlen=ASKS_KEPT)
        self._ask_again: Nanos | None = None
        self._authenticated = False
        self._tries = 0
        self._statement: Statement | None = None
        self._round_id: RoundId | None = None
        self._round_over = False

    @property
    def due_at(self) -> Nanos | None:
        """When `turn` is due without anything being heard [monotonic ns]; None: never."""
        times = [self._matching.due_at if self._authenticated else None, self._ask_again]
        times += [self._expiry(approval) for approval in self._waiting]
        return min((time for time in times if time is not None), default=None)

    # --- the connection --------------------------------------------------------------------------

    def opened(self, send: Send, now: Moment) -> None:
        """A new connection is there: log in."""
        self._send = send
        self._asked.clear()
        self._statement = None
        self._authenticated, self._tries = False, 0
        self.ask(now)

    def linked(self, link: Link, now: Moment) -> _Events:
        """The connection changed; when it is gone, nothing more is sent over it."""
        self._link = link
        if link in {Link.LIVE, Link.STALE} or self._send is None:
            return ()
        self._send, self._ask_again, self._authenticated = None, None, False
        self._numbers.clear()
        withdrawn = tuple(
            self._expired(approval, now, "the connection was lost before it could be sent")
            for approval in self._waiting
        )
        self._waiting.clear()
        return (*self._matching.lost(now), *withdrawn)

    def ask(self, now: Moment) -> None:
        """Have the venue state the account; logging in once more is how that is asked for."""
        if self._send is None:
            return
        if self._send(login_frame(self._token, self._rng)):
            self._asked.append(now.mono)
        self._tries = min(self._tries + 1, MOST_PATIENT)
        wait = self._patience << self._tries - 1
        self._ask_again = None if self._authenticated else Nanos(now.mono + wait)
        self._matching.asked(now)

    # --- orders ----------------------------------------------------------------------------------

    def take(self, approval: Approval, now: Moment) -> _Events:
        """Send an approved order as soon as may be; a second approval of the same is ignored."""
        order_id = approval.order.order_id
        if order_id in self._used:
            return ()
        self._used[order_id] = None
        if len(self._used) > USED_KEPT:
            self._used.pop(next(iter(self._used)))
        if len(self._waiting) >= WAITING_LIMIT:
            return (self._expired(approval, now, "too many orders are waiting to be sent"),)
        self._waiting.append(approval)
        return self.turn(now)

    def forget(self, order_id: OrderId) -> None:
        """A person settled an unknown order."""
        self._matching.forget(order_id)

    def turn(self, now: Moment) -> _Events:
        """Do what is due: give up waiting for evidence, withdraw what is too old, send the next."""
        told: list[Event] = [*self._matching.due(now)]
        login_due = self._ask_again is not None and now.mono >= self._ask_again
        if login_due and self._tries == TRIES_UNTOLD:
            told.append(login_unanswered(self._stream, now))
        if login_due or (self._authenticated and self._matching.wants_statement(now)):
            self.ask(now)
        while self._waiting:
            objection = self._objection(self._waiting[0], now)
            if objection is not None:
                told.append(self._expired(self._waiting.popleft(), now, objection))
            elif self._matching.in_flight:
                break
            else:
                told += self._emit(self._waiting.popleft(), now)
        return tuple(told)

    def _emit(self, approval: Approval, now: Moment) -> _Events:
        request = approval.order.request
        self._number += 1
        frame = order_frame(request, self._rng, number=self._number)
        if self._send is None or not self._send(frame):
            return (self._expired(approval, now, "the connection was gone"),)
        self._numbers[self._number] = request.order_id
        if len(self._numbers) > ANSWERS_KEPT:
            self._numbers.pop(next(iter(self._numbers)))
        self._matching.sent(request, now)
        return ()

    def _objection(self, approval: Approval, now: Moment) -> str | None:
        """Why an order must not leave now; asked until it leaves."""
        request = approval.order.request
        if self._is_killed() and not _may_exit(request):
            return "the kill switch is on"
        if now.mono > self._expiry(approval):
            return f"it waited longer than {approval.expires_in_ms} ms"
        if not self._may_send(request):
            return "the venue's connection is not live"
        if not self._authenticated or not self._matching.knows_account:
            return "the venue has not accepted our login"
        if request.round_id is None or request.round_id != self._round_id:
            return "the round that it was meant for does not run"
        return "the round is over" if self._round_over else None

    def _may_send(self, request: Request) -> bool:
        alive = {Link.LIVE, Link.STALE} if request.reduces else {Link.LIVE}
        return self._send is not None and self._link in alive

    def _is_killed(self) -> bool:
        try:
            return self._gate()
        except Exception:  # noqa: BLE001 - what can't be asked counts as on
            return True

    def _expiry(self, approval: Approval) -> Nanos:
        released = approval.order.hops[-1].mono
        return Nanos(released + approval.expires_in_ms * NANOS_PER_MILLISECOND)

    def _expired(self, approval: Approval, now: Moment, reason: str) -> OrderExpired:
        order_id = approval.order.order_id
        return OrderExpired(**self._at(now), order_id=order_id, reason=reason)

    # --- what is heard ---------------------------------------------------------------------------

    def round_begins(self, round_id: RoundId) -> None:
        """Take note of the one round that orders can be meant for from now on."""
        self._round_id, self._round_over = round_id, False

    def round_ends(self, round_id: RoundId, tick: int = -1, price: float = 0.0) -> None:
        """Take note that a round is over; an older one's end may be learned of late.

        Args:
            round_id: which one.
            tick: the rug's; -1 if it is not known.
            price: that positions were sold at [multiplier].
        """
        if tick >= 0:
            self._matching.rugged(Rug(round_id=round_id, tick=tick, price=decimal_of(price)))
        self._round_over = self._round_over or round_id == self._round_id

    def ticked(self, round_id: RoundId, tick: int, price: float) -> None:
        """Take note of a public price [multiplier]."""
        self._matching.ticked(round_id, tick, price)

    def hear(self, word: Word, now: Moment) -> _Events:
        """Take one word of the venue on our account."""
        match word:
            case OwnTrade():
                return self._matching.traded(word, now)
            case OwnBet():
                return self._matching.placed(word, now)
            case BetEnd():
                return self._matching.closed(word, now)
            case Answer():
                order_id = self._numbers.get(word.number)
                return () if order_id is None else self._matching.answered(order_id, word, now)
            case Statement():
                return self._stated(word, now)
            case Answered():
                return self._answered(now)

    def _stated(self, word: Statement, now: Moment) -> _Events:
        self._statement = word
        if word.authenticated and self._asked:
            self._authenticated, self._ask_again, self._tries = True, None, 0
        told = self._matching.stated(word, now, as_of=None)
        return (*told, self._told(word, now, fresh=False))

    def _answered(self, now: Moment) -> _Events:
        """The end of an answer: the statement before it is not older than the question."""
        if not self._asked or self._statement is None:
            return ()
        told = self._matching.stated(self._statement, now, as_of=self._asked.popleft())
        return (*told, self._told(self._statement, now, fresh=True))

    def _told(self, word: Statement, now: Moment, *, fresh: bool) -> AccountStated:
        return AccountStated(
            **self._at(now),
            cash=word.cash,
            quantity=word.quantity,
            average=word.average,
            result=word.result,
            side_result=word.side_result,
            bet=word.bet,
            bets_stated=word.bets_stated,
            round_id=self._round_id,
            fresh=fresh,
        )

    def _at(self, now: Moment) -> dict[str, Any]:
        return {"at": now.at, "mono": now.mono, "stream": self._stream}


def _may_exit(request: Request) -> bool:
    """A person may always sell."""
    return request.reduces and request.origin in _HANDS
