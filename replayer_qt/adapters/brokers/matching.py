"""Turns evidence into the fate of orders: the venue's answers, trades and statements; no I/O.

An order that was sent ends by the venue's own words only. What may have happened and is not
proved is unknown, and stays so until a statement made afterwards, or a person, settles it.

```
sent -- answer "done" ----------------------------------------> ACKNOWLEDGED, and goes on
     -- its trade, its bet, a statement of exactly its effect -> FILLED
     -- answer "refused" -------------------------------------> REJECTED
     -- nothing of these in time, or the connection is lost --> UNKNOWN, and goes on
UNKNOWN -- a statement asked for afterwards shows no effect, and it was not called done -> REJECTED
```
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from replayer_qt.adapters.brokers.belief import Belief
from replayer_qt.adapters.brokers.memory import KEPT, Memory
from replayer_qt.adapters.brokers.picture import (
    Picture,
    Prices,
    after_bet,
    after_bet_end,
    after_fill,
    after_rug,
    after_trade,
    picture_of,
    shows,
)
from replayer_qt.adapters.brokers.problems import contradiction, foreign_trade
from replayer_qt.adapters.brokers.proof import (
    Sent,
    bought_before_rug,
    fill_of_bet,
    fill_of_trade,
    is_bet_of,
    is_trade_of,
    is_undone,
    may_make,
    proved,
    sold_before_rug,
)
from replayer_qt.adapters.brokers.settling import Rug, settled_unheard
from replayer_qt.adapters.brokers.words import Answer, BetEnd, OwnBet, OwnTrade, Statement
from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import Event
from replayer_qt.core.order_events import (
    OrderAcknowledged,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import Fill, OrderId, OrderSide, Request
from replayer_qt.core.units import Moment, Nanos, RoundId, StreamId

OPEN_KEPT: Final = 64
ASKS: Final = 4
"""How often a statement is asked for because of one unknown order, for each connection."""

NO_EFFECT: Final = "it had no effect: the venue's own state shows none"
NO_REASON: Final = "the venue gave no reason"

_Events = tuple[Event, ...]


class Matching:
    """The orders that were sent over one account's connections, and what is known of each."""

    def __init__(self, stream: StreamId, *, patience: Nanos) -> None:
        """Begin with nothing sent and nothing known.

        Args:
            stream: what the events are to name.
            patience: how long an order may go without evidence until it is unknown [ns].
        """
        self._stream = stream
        self._patience = patience
        self._prices = Prices()
        self._belief = Belief(patience)
        self._open: list[Sent] = []
        self._memory = Memory()
        self._over: deque[tuple[OrderId, bool]] = deque(maxlen=KEPT)
        self._foreign_in: RoundId | None = None
        self._rug: Rug | None = None

    @property
    def in_flight(self) -> bool:
        """Whether an order is on its way of which neither an end nor UNKNOWN was told."""
        return any(not order.unknown for order in self._open)

    @property
    def unresolved(self) -> tuple[OrderId, ...]:
        """The orders that may or may not have been done, oldest first."""
        return tuple(order.request.order_id for order in self._open)

    @property
    def knows_account(self) -> bool:
        """Whether the venue ever stated the account; nothing may be sent before."""
        return self._belief.picture is not None

    @property
    def due_at(self) -> Nanos | None:
        """When `due` or `wants_statement` would answer otherwise [monotonic ns]; None: never."""
        times = [
            order.ask_at if order.unknown else Nanos(order.sent + self._patience)
            for order in self._open
            if not order.unknown or order.asked < ASKS
        ]
        if self._belief.ask_at is not None:
            times.append(self._belief.ask_at)
        return min(times, default=None)

    # --- what we do ------------------------------------------------------------------------------

    def ticked(self, round_id: RoundId, tick: int, price: float) -> None:
        """Take note of a public price [multiplier]."""
        self._prices.learn(round_id, tick, price)

    def rugged(self, rug: Rug) -> None:
        """Take note of how a round ended."""
        self._rug = rug

    def sent(self, request: Request, now: Moment) -> None:
        """Take note that an order is leaving.

        Raises:
            ContractBroken: the account is not known yet.
        """
        before = self._belief.picture
        if before is None:
            raise ContractBroken("no order may be sent before the venue stated the account")
        order = Sent(
            request=request,
            sent=now.mono,
            tick=self._prices.newest(request.round_id),
            before=before,
            sure=self._belief.sure,
            held=[before.quantity],
        )
        self._open = [*self._open[-OPEN_KEPT + 1 :], order]

    def asked(self, now: Moment) -> None:
        """Take note that the venue was asked to state the account."""
        self._belief.asked(now.mono)
        for order in self._open:
            if order.unknown:
                order.asked += 1
                order.ask_at = Nanos(now.mono + self._patience)

    def wants_statement(self, now: Moment) -> bool:
        """Return whether the venue should be asked to state the account now."""
        ask_at = self._belief.ask_at
        return (ask_at is not None and ask_at <= now.mono) or any(
            order.unknown and order.asked < ASKS and order.ask_at <= now.mono
            for order in self._open
        )

    def forget(self, order_id: OrderId) -> None:
        """A person settled it: let no evidence end it any more."""
        self._open = [order for order in self._open if order.request.order_id != order_id]

    # --- what happens ----------------------------------------------------------------------------

    def due(self, now: Moment) -> _Events:
        """Return what has become of orders because time passed."""
        for order in self._open:
            if order.until is None and now.mono >= order.sent + self._patience:
                order.until = self._prices.newest(order.request.round_id)
        late = [o for o in self._open if not o.unknown and now.mono >= o.sent + self._patience]
        return tuple(
            self._unknown(
                order,
                now,
                "the venue called it done, but shows neither a trade nor its effect"
                if order.acked
                else f"no answer and no trade within {self._patience / 1e9:g} s",
            )
            for order in late
        )

    def lost(self, now: Moment) -> _Events:
        """The connection is over; what was under way is unknown at once."""
        told = tuple(
            self._unknown(order, now, "the connection was lost after it had been sent")
            for order in self._open
            if not order.unknown
        )
        for order in self._open:
            order.asked = 0
            order.ask_at = Nanos(max(now.mono, order.sent + self._patience))
        self._belief.lost(now.mono, unresolved=bool(self._open))
        return told

    def answered(self, order_id: OrderId, answer: Answer, now: Moment) -> _Events:
        """The venue acknowledged or refused an order; late and repeated answers do no harm."""
        order = next((o for o in self._open if o.request.order_id == order_id), None)
        if order is None:
            return self._against(order_id, now, done=answer.done)
        if not answer.done:
            if order.acked:
                return ()  # it said otherwise before: only its state can tell
            self._close(order, filled=False)
            reason = answer.reason or NO_REASON
            return (OrderRejected(**self._at(now), order_id=order_id, reason=reason),)
        first, order.acked = not order.acked, True
        if answer.bet is not None and is_bet_of(order, answer.bet):
            return self.placed(answer.bet, now)
        if order.unknown or not first:
            order.ask_at = now.mono
            return ()
        return (OrderAcknowledged(**self._at(now), order_id=order_id),)

    def traded(self, trade: OwnTrade, now: Moment) -> _Events:
        """The venue showed a purchase or sale of ours, perhaps once more, perhaps another's."""
        if not self._memory.is_new_trade(trade.trade_id):
            return ()
        if self._prices.is_rug(trade):
            return self._liquidated(trade, now)
        if self._memory.knows(trade):
            return ()
        order = self._maker_of(trade)
        if order is not None:
            self._close(order, filled=True)
        self._change(lambda picture: after_trade(picture, trade))
        if order is None:
            for one in self._open:
                one.blurred = one.blurred or one.request.side is trade.side
            return self._foreign(trade.round_id, now)
        return (self._filled(order, fill_of_trade(trade), now),)

    def placed(self, bet: OwnBet, now: Moment) -> _Events:
        """The venue showed a side bet of ours."""
        if not self._memory.is_new_bet(bet.round_id, bet.start):
            return ()
        picture = self._belief.picture
        stated = picture is not None and shows(picture, bet)
        order = self._whose(lambda one: is_bet_of(one, bet))
        if order is not None:
            self._close(order, filled=True)
        self._change(lambda picture: after_bet(picture, bet))
        if order is None:
            return () if stated else self._foreign(bet.round_id, now)
        return (self._filled(order, fill_of_bet(order, bet, self._prices), now),)

    def closed(self, end: BetEnd, now: Moment) -> _Events:
        """A side bet of ours was settled; that it was, proves that it had been placed."""
        if not self._memory.is_new_end(end.round_id, end.start):
            return ()
        placed = OwnBet(round_id=end.round_id, start=end.start, end=end.end, stake=end.stake)
        before = self.placed(placed, now)
        self._change(lambda picture: after_bet_end(picture, end))
        ended = SideBetClosed(
            **self._at(now),
            round_id=end.round_id,
            start=end.start,
            end=end.end,
            tick=end.tick,
            stake=end.stake,
            payout=end.payout,
        )
        return (*before, ended)

    def stated(self, statement: Statement, now: Moment, *, as_of: Nanos | None) -> _Events:
        """The venue stated the account.

        Args:
            statement: its words.
            now: when they came.
            as_of: when it had been asked for them [monotonic ns]; None if it had not.
        """
        picture = picture_of(statement)
        for order in self._open:
            order.hold(picture.quantity)
        proof = self._proof(picture)
        if proof is not None:
            order, fill = proof
            self._close(order, filled=True)
            self._memory.remember(fill)
            self._change(lambda before: after_fill(before, fill))
            self._belief.stated(picture, now.mono)
            return (self._filled(order, fill, now),)
        settled = self._settled(picture, now)
        self._belief.stated(picture, now.mono)
        if as_of is None or settled:
            return settled
        undone = [
            one for one in self._open if is_undone(one, picture, as_of, self._open, self._patience)
        ]
        for order in undone:
            self._close(order, filled=False)
        return tuple(
            OrderRejected(**self._at(now), order_id=order.request.order_id, reason=NO_EFFECT)
            for order in undone
        )

    # --- the parts -------------------------------------------------------------------------------

    def _proof(self, picture: Picture) -> tuple[Sent, Fill] | None:
        """The one order that explains the statement; none if another one could do so as well."""
        found = [
            (one, fill)
            for one in self._open
            if one.sure and (fill := proved(one, picture, self._prices))
        ]
        if len(found) != 1:
            return None
        order, fill = found[0]
        others = [replace(one, before=order.before) for one in self._open if one is not order]
        if any(proved(other, picture, self._prices) for other in others):
            return None
        return order, fill

    def _settled(self, picture: Picture, now: Moment) -> _Events:
        """What the venue settled without a word, where that alone explains the statement."""
        before = self._belief.picture
        if self._open or before is None or before == picture:
            return ()
        round_id = None if before.bet is None else self._memory.round_of_bet(before.bet[0])
        told: list[Event] = []
        for word in settled_unheard(before, picture, self._rug, round_id):
            if isinstance(word, BetEnd):
                told += self.closed(word, now)
            else:
                told += self._liquidated(word, now)
        return tuple(told)

    def _liquidated(self, trade: OwnTrade, now: Moment) -> _Events:
        before: _Events = ()
        if not self._memory.is_new_rug(trade.round_id):
            return ()
        order = self._open[0] if len(self._open) == 1 and self._open[0].sure else None
        fill = None if order is None else bought_before_rug(order, trade, self._prices)
        if order is not None and fill is not None:
            self._close(order, filled=True)
            self._memory.remember(fill)
            self._change(lambda picture: after_fill(picture, fill))
            before = (self._filled(order, fill, now),)
        elif order is not None:
            order.sold = sold_before_rug(order, trade)
        self._change(lambda picture: after_rug(picture, trade))
        return (*before, PositionLiquidated(**self._at(now), fill=fill_of_trade(trade)))

    def _whose(self, belongs: Callable[[Sent], bool]) -> Sent | None:
        """The newest order that fits, for orders are done at once; none if two are as new."""
        fitting = [order for order in self._open if belongs(order)]
        newest = max((order.tick for order in fitting), default=-1)
        best = [order for order in fitting if order.tick == newest]
        return best[0] if len(best) == 1 else None

    def _maker_of(self, trade: OwnTrade) -> Sent | None:
        """The order that a trade carried out.

        How much a sale sells hangs on the holding, so only the newest one can be known by it.
        """
        sales = [one for one in self._open if trade.side is OrderSide.SELL and may_make(one, trade)]
        newest = max((one.tick for one in sales), default=-1)
        return self._whose(lambda one: one.tick >= newest and is_trade_of(one, trade))

    def _close(self, order: Sent, *, filled: bool) -> None:
        self._open = [one for one in self._open if one is not order]
        self._over.append((order.request.order_id, filled))

    def _change(self, change: Callable[[Picture], Picture]) -> None:
        self._belief.heard(change)
        for order in self._open:
            order.moved(change(order.before))

    def _filled(self, order: Sent, fill: Fill, now: Moment) -> OrderFilled:
        return OrderFilled(**self._at(now), order_id=order.request.order_id, fill=fill)

    def _unknown(self, order: Sent, now: Moment, reason: str) -> OrderUnknown:
        order.unknown, order.ask_at = True, now.mono
        return OrderUnknown(**self._at(now), order_id=order.request.order_id, reason=reason)

    def _foreign(self, round_id: RoundId, now: Moment) -> _Events:
        """Nothing is invented: the next statement tells what it did. Told once a round."""
        if round_id == self._foreign_in:
            return ()
        self._foreign_in = round_id
        return (foreign_trade(self._stream, now),)

    def _against(self, order_id: OrderId, now: Moment, *, done: bool) -> _Events:
        """An answer to an order that is over: heard before, or not what was found out."""
        filled = dict(self._over).get(order_id, done)
        return () if filled == done else (contradiction(self._stream, now, done=done),)

    def _at(self, now: Moment) -> dict[str, Any]:
        return {"at": now.at, "mono": now.mono, "stream": self._stream}
