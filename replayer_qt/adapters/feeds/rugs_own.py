"""Reads what the rugs server says of our own account; total: whatever comes, it never raises."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import UNSET

from replayer_qt.adapters.brokers.words import (
    Answer,
    Answered,
    BetEnd,
    OwnBet,
    OwnTrade,
    Statement,
    Word,
)
from replayer_qt.adapters.feeds.boundary import (
    Refused,
    checked_amount,
    checked_id,
    checked_price,
    checked_tick,
    plain_text,
)
from replayer_qt.adapters.feeds.quarantine import Quarantine
from replayer_qt.adapters.feeds.rugs_frames import Frame
from replayer_qt.adapters.feeds.rugs_wire import Acknowledgement, Bet, PlayerUpdate, Trade
from replayer_qt.core.money import decimal_of
from replayer_qt.core.order_events import StatedBet
from replayer_qt.core.orders import OrderSide
from replayer_qt.core.units import RoundId

PUBLIC: Final = frozenset(
    {
        "gameStateUpdate",
        "standard/newTrade",
        "newTrade",
        "newSideBet",
        "standard/sideBetPlaced",
        "standard/sideBetResult",
        "newChatMessage",
        "goldenHourUpdate",
        "goldenHourDrawing",
        "rugRoyaleUpdate",
        "battleEventUpdate",
        "sidebetEventUpdate",
        "maintenanceUpdate",
        "gameNotification",
        "godCandle50xUpdate",
        "rugpoolDrawing",
        "rugpoolStatus",
    }
)
"""The only events of a connection with an account that may be recorded as they came."""

_TRADES: Final = frozenset({"standard/newTrade", "newTrade"})
_BETS: Final = frozenset({"newSideBet", "standard/sideBetPlaced", "currentSidebet"})
_SIDES: Final = {"buy": OrderSide.BUY, "sell": OrderSide.SELL}
_PRACTICE_COIN: Final = "free"

_UPDATE: Final = msgspec.json.Decoder(PlayerUpdate)
_TRADE: Final = msgspec.json.Decoder(Trade)
_BET: Final = msgspec.json.Decoder(Bet)
_ANSWER: Final = msgspec.json.Decoder(Acknowledgement)


class OwnParser:
    """Knows which events are ours once the venue has said who we are."""

    def __init__(self, quarantine: Quarantine) -> None:
        """Begin as nobody.

        Args:
            quarantine: counts what is refused; the bytes of private messages are not kept there.
        """
        self._quarantine = quarantine
        self._player: str | None = None
        self._mark = b""
        self._readers: dict[str, Callable[[bytes], Word | None]] = {
            "playerUpdate": self._statement,
            "usernameStatus": self._answered,
            "currentSidebetResult": self._end,
        }

    def forget(self) -> None:
        """A new connection: nobody is logged in yet."""
        self._player = None

    def read(self, frame: Frame) -> Word | None:
        """Return what a frame says of our account; None if nothing. Never raises."""
        try:
            if frame.answers is not None:
                return _answer(frame.answers, frame.payload)
            reader = self._readers.get(frame.name)
            if reader is not None:
                return reader(frame.payload)
            return self._printed(frame)
        except Refused as refusal:
            self._refuse(refusal.reason, frame)
        except RecursionError:
            self._refuse("depth", frame)
        except msgspec.ValidationError:
            self._refuse("wrong-type", frame)
        except ValueError:  # msgspec.DecodeError, and UnicodeDecodeError
            self._refuse("not-json", frame)
        return None

    def _refuse(self, reason: str, frame: Frame) -> None:
        if frame.name not in PUBLIC:  # of those the parser of the market keeps what it refuses
            self._quarantine.refuse(reason, frame.name or "(answer)", b"")

    def _printed(self, frame: Frame) -> Word | None:
        """Own trades and bets come as everybody's do; only ours are decoded here."""
        if self._player is None or self._mark not in frame.payload:
            return None
        if frame.name in _TRADES:
            trade = _TRADE.decode(frame.payload)
            side = _SIDES.get((trade.type or "").lower())
            ours = trade.player_id == self._player and trade.coin != _PRACTICE_COIN
            return _own_trade(trade, side) if ours and side is not None else None
        if frame.name in _BETS:
            bet = _BET.decode(frame.payload)
            return _own_bet(bet) if bet.player_id == self._player else None
        return None

    def _statement(self, payload: bytes) -> Statement:
        told = _UPDATE.decode(payload)
        self._player = checked_id(told.id)
        self._mark = self._player.encode()
        bet = told.side_bet
        return Statement(
            player=self._player,
            authenticated=told.authenticated is not False,
            cash=checked_amount(told.cash, signed=True),
            quantity=checked_amount(told.position_qty),
            average=_maybe(told.avg_cost),
            result=_maybe(told.cumulative_pnl),
            side_result=_maybe(told.sidebet_pnl),
            bet=_stated_bet(bet) if isinstance(bet, Bet) else None,
            bets_stated=bet is not UNSET,
        )

    def _answered(self, _payload: bytes) -> Answered:
        return Answered()

    def _end(self, payload: bytes) -> BetEnd | None:
        bet = _BET.decode(payload)
        if self._player is not None and bet.player_id not in {None, self._player}:
            return None
        start, end = _span(bet)
        payout = checked_amount(bet.payout)
        return BetEnd(
            round_id=RoundId(checked_id(bet.game_id)),
            start=start,
            end=end,
            tick=_tick(bet.tick_index) if payout > 0 else end,
            stake=checked_amount(bet.bet_amount),
            payout=payout,
        )


def _answer(number: int, payload: bytes) -> Answer | None:
    told = _ANSWER.decode(payload) if payload else Acknowledgement()
    if told.success is None:
        return None  # it says nothing: as good as no answer
    bet = None
    if told.success and told.sidebet is not None:
        bet = _own_bet(told.sidebet)
    reason = plain_text(told.error or told.reason or told.message) if not told.success else ""
    return Answer(number=number, done=told.success, reason=reason, bet=bet)


def _own_trade(trade: Trade, side: OrderSide) -> OwnTrade:
    if trade.price is None:
        raise Refused("price-missing")
    return OwnTrade(
        trade_id=checked_id(str(trade.id) if isinstance(trade.id, int) else trade.id),
        side=side,
        round_id=RoundId(checked_id(trade.game_id)),
        tick=_tick(trade.tick_index),
        price=decimal_of(checked_price(trade.price)),
        quantity=checked_amount(trade.qty),
        amount=checked_amount(trade.amount),
    )


def _own_bet(bet: Bet) -> OwnBet:
    start, end = _span(bet)
    return OwnBet(
        round_id=RoundId(checked_id(bet.game_id)),
        start=start,
        end=end,
        stake=checked_amount(bet.bet_amount),
        price=None if bet.price is None else decimal_of(checked_price(bet.price)),
    )


def _stated_bet(bet: Bet) -> StatedBet:
    start, end = _span(bet)
    return StatedBet(start=start, end=end, stake=checked_amount(bet.bet_amount))


def _span(bet: Bet) -> tuple[int, int]:
    start = bet.start_tick if bet.start_tick is not None else bet.started_at_tick
    end = bet.end_tick if bet.end_tick is not None else bet.end
    return _tick(start), _tick(end)


def _tick(value: int | None) -> int:
    if value is None:
        raise Refused("tick-missing")
    return checked_tick(value)


def _maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else checked_amount(value, signed=True)
