"""Turns what the rugs server says into events; total: whatever comes, it never raises."""

import contextlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from replayer_qt.adapters.feeds.boundary import (
    Refused,
    checked_amount,
    checked_id,
    checked_price,
    checked_tick,
    plain_name,
)
from replayer_qt.adapters.feeds.quarantine import NAME_KEPT, Quarantine
from replayer_qt.adapters.feeds.rugs_statement import read_state, statement_of
from replayer_qt.adapters.feeds.rugs_wire import Bet, Finished, Trade
from replayer_qt.core.events import (
    Event,
    Side,
    SideBetPrinted,
    SideBetSettled,
    TradePrinted,
)
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.tracker import Tracker
from replayer_qt.core.units import Nanos, RoundId, StreamId

STATE_EVENT: Final = "gameStateUpdate"
NAMES_COUNTED: Final = 64
OTHER_NAMES: Final = "(other)"

LARGEST_MULTIPLE: Final = 1_000_000

_SETTLED_KEPT: Final = 64
_TRADE: Final = msgspec.json.Decoder(Trade)
_BET: Final = msgspec.json.Decoder(Bet)
_MARKS_OF_A_SNAPSHOT: Final = (b'"gameHistory"', b'"prices"')

_T = TypeVar("_T")


class RugsParser:
    """Reads the messages of one stream, one after another, of every generation of the protocol.

    Attributes:
        quarantine: what was refused, by reason.
        unknown: events that are not read, by name; names beyond the 64th are counted together.
        held: whether the newest message told of a countdown that is held.
    """

    def __init__(self, stream: StreamId, settings: FeedSettings | None = None) -> None:
        """Begin with nothing known.

        Args:
            stream: the stream that the events are to name.
            settings: the limits; None for the usual ones.
        """
        settings = settings or FeedSettings()
        self._stream = stream
        self._event_limit = settings.event_limit
        self._snapshot_limit = settings.snapshot_limit
        self._tracker = Tracker(stream)
        self._round_id: RoundId | None = None
        self._settled: deque[str] = deque(maxlen=_SETTLED_KEPT)
        self._history_seen = False
        self._readers: dict[str, Callable[[bytes, Nanos, Nanos], tuple[Event, ...]]] = {
            STATE_EVENT: self._state,
            "standard/newTrade": self._trade,
            "newTrade": self._trade,
            "newSideBet": self._bet,
            "standard/sideBetPlaced": self._bet,
        }
        self.quarantine = Quarantine(settings.quarantine)
        self.unknown: Counter[str] = Counter()
        self.held = False

    @property
    def rejected(self) -> Counter[str]:
        """Messages, or parts of them, that were refused at the boundary, by reason."""
        return self.quarantine.counts

    @property
    def refused(self) -> Counter[str]:
        """Statements that make no sense after those before them, by reason."""
        return self._tracker.refused

    def parse(
        self, name: str, payload: bytes | msgspec.Raw, *, at: Nanos, mono: Nanos
    ) -> tuple[Event, ...]:
        """Return what a message says that those before it did not; never raises.

        Args:
            name: the event's name.
            payload: its last argument, JSON.
            at: when it was received [ns since the Unix epoch, UTC].
            mono: the same on the monotonic clock [ns].
        """
        self.held = False
        data = bytes(payload)
        reader = self._readers.get(name)
        if reader is None:
            self._count_unknown(name)
            return ()
        if len(data) > self._event_limit and not self._may_be_large(name, data):
            self.quarantine.refuse("too-large", name, data)
            return ()
        try:
            return reader(data, at, mono)
        except Refused as refusal:
            self.quarantine.refuse(refusal.reason, name, data)
        except RecursionError:
            self.quarantine.refuse("depth", name, data)
        except msgspec.ValidationError:
            self.quarantine.refuse("wrong-type", name, data)
        except ValueError:  # msgspec.DecodeError, and UnicodeDecodeError
            self.quarantine.refuse("not-json", name, data)
        return ()

    def _may_be_large(self, name: str, data: bytes) -> bool:
        return (
            name == STATE_EVENT
            and len(data) <= self._snapshot_limit
            and any(mark in data for mark in _MARKS_OF_A_SNAPSHOT)
        )

    def _count_unknown(self, name: str) -> None:
        name = name[:NAME_KEPT]
        if name not in self.unknown and len(self.unknown) >= NAMES_COUNTED:
            name = OTHER_NAMES
        self.unknown[name] += 1

    def _state(self, data: bytes, at: Nanos, mono: Nanos) -> tuple[Event, ...]:
        def note(reason: str) -> None:
            self.quarantine.refuse(reason, STATE_EVENT, data)

        state = read_state(data, note)
        statement = statement_of(state, note)
        events = self._tracker.follow(statement, at=at, mono=mono)
        self._round_id = statement.round_id
        self.held = statement.paused is True
        if state.game_history is None:
            return events
        return (*events, *self._settlements(state.game_history, at, mono))

    def _settlements(
        self, history: list[Finished], at: Nanos, mono: Nanos
    ) -> Iterator[SideBetSettled]:
        first, self._history_seen = not self._history_seen, True
        for row in reversed(history):
            if row.id is None or row.id in self._settled:
                continue
            self._settled.append(row.id)
            if first:
                continue  # rounds that ended before we came
            for bet in row.global_sidebets or ():
                if bet.type == "payout":
                    with contextlib.suppress(Refused):
                        yield self._settlement(bet, row.id, at, mono)

    def _settlement(self, bet: Bet, round_id: str, at: Nanos, mono: Nanos) -> SideBetSettled:
        start, end = _span(bet)
        return SideBetSettled(
            at=at,
            mono=mono,
            stream=self._stream,
            round_id=RoundId(checked_id(round_id)),
            player=plain_name(bet.username, bet.player_id),
            start=start,
            end=end,
            amount=checked_amount(bet.bet_amount),
            payout=checked_amount(bet.payout),
            profit=checked_amount(bet.profit, signed=True),
        )

    def _trade(self, data: bytes, at: Nanos, mono: Nanos) -> tuple[Event, ...]:
        trade = _TRADE.decode(data)
        amount = checked_amount(trade.amount)
        quantity = checked_amount(Decimal(0) if trade.qty is None else trade.qty)
        return (
            TradePrinted(
                at=at,
                mono=mono,
                stream=self._stream,
                round_id=self._round_of(trade.game_id),
                trade_id=checked_id(str(trade.id) if isinstance(trade.id, int) else trade.id),
                player=plain_name(trade.username, trade.player_id),
                side=_side(trade.type),
                tick=checked_tick(_stated(trade.tick_index, "tick-missing")),
                price=_trade_price(trade.price, amount, quantity),
                amount=amount,
                quantity=quantity,
                coin=plain_name(trade.coin, None) or "solana",
                leverage=_leverage(trade.leverage),
            ),
        )

    def _bet(self, data: bytes, at: Nanos, mono: Nanos) -> tuple[Event, ...]:
        bet = _BET.decode(data)
        start, end = _span(bet)
        multiple = _stated(bet.x_payout, "multiple-missing")
        if not 0 < multiple <= LARGEST_MULTIPLE:
            raise Refused("multiple-out-of-range")
        return (
            SideBetPrinted(
                at=at,
                mono=mono,
                stream=self._stream,
                round_id=self._round_of(bet.game_id),
                player=plain_name(bet.username, bet.player_id),
                start=start,
                end=end,
                amount=checked_amount(bet.bet_amount),
                multiple=multiple,
            ),
        )

    def _round_of(self, stated: str | None) -> RoundId:
        """Short positions are told without the round: they are of the one that runs."""
        if stated is None and self._round_id is not None:
            return self._round_id
        return RoundId(checked_id(stated))


def _stated(value: _T | None, reason: str) -> _T:
    if value is None:
        raise Refused(reason)
    return value


def _span(bet: Bet) -> tuple[int, int]:
    start = bet.start_tick if bet.start_tick is not None else bet.started_at_tick
    end = bet.end_tick if bet.end_tick is not None else bet.end
    return (
        checked_tick(_stated(start, "tick-missing")),
        checked_tick(_stated(end, "tick-missing")),
    )


def _side(stated: Any) -> Side:
    try:
        return Side(stated.lower()) if isinstance(stated, str) else Side(stated)
    except ValueError:
        raise Refused("side-unknown") from None


def _trade_price(stated: float | None, amount: Decimal, quantity: Decimal) -> float:
    if stated is not None:
        return checked_price(stated)
    if quantity <= 0:
        raise Refused("price-missing")
    return checked_price(
        float(amount / quantity)
    )  # the oldest buys tell what was paid for how many


def _leverage(stated: int | None) -> int:
    if stated is None:
        return 1
    if not 1 <= stated <= LARGEST_MULTIPLE:
        raise Refused("leverage-out-of-range")
    return stated
