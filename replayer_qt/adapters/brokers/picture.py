"""What the venue is believed to hold for us, and the prices that it may have traded at."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.adapters.brokers.words import BetEnd, OwnBet, OwnTrade, Statement
from replayer_qt.core.money import NOTHING, decimal_of, floor9
from replayer_qt.core.orders import Fill, OrderSide
from replayer_qt.core.units import RoundId

TICKS_KEPT: Final = 512
ROUNDS_KEPT: Final = 2

_NINE: Final = Decimal("1e-9")
_DIGITS: Final = 60
_RUG_SHARE: Final = 0.0201
"""A rug sells at 2 % of the round's lowest price; between two ticks nothing else falls so far."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Cash, units and the open side bet, as far as anything was said.

    Attributes:
        cash: [SOL].
        quantity: units held.
        bet: start [tick] and stake [SOL] of the open side bet.
    """

    cash: Decimal
    quantity: Decimal
    bet: tuple[int, Decimal] | None = None


def picture_of(statement: Statement) -> Picture:
    """Return what a statement shows, to the ninth place."""
    bet = statement.bet
    return Picture(
        cash=nine(statement.cash),
        quantity=nine(statement.quantity),
        bet=None if bet is None else (bet.start, nine(bet.stake)),
    )


def after_trade(picture: Picture, trade: OwnTrade) -> Picture:
    """Return the picture after a purchase or a sale."""
    sign = 1 if trade.side is OrderSide.SELL else -1
    return replace(
        picture,
        cash=nine(picture.cash + sign * trade.amount),
        quantity=nine(picture.quantity - sign * trade.quantity),
    )


def after_fill(picture: Picture, fill: Fill) -> Picture:
    """Return the picture after an order was carried out."""
    cash, amount = picture.cash, nine(fill.amount)
    match fill.side:
        case OrderSide.SELL:
            quantity = nine(picture.quantity - fill.quantity)
            return replace(picture, cash=cash + amount, quantity=quantity)
        case OrderSide.BUY:
            quantity = nine(picture.quantity + fill.quantity)
            return replace(picture, cash=cash - amount, quantity=quantity)
        case OrderSide.SIDE_BET:
            return replace(picture, cash=cash - amount, bet=(fill.tick, amount))


def after_rug(picture: Picture, trade: OwnTrade) -> Picture:
    """Return the picture after the rug sold all units."""
    return replace(picture, cash=nine(picture.cash + trade.amount), quantity=nine(NOTHING))


def after_bet(picture: Picture, bet: OwnBet) -> Picture:
    """Return the picture after a side bet was placed, unless it shows it already."""
    if shows(picture, bet):
        return picture
    stake = nine(bet.stake)
    return replace(picture, cash=nine(picture.cash - stake), bet=(bet.start, stake))


def shows(picture: Picture, bet: OwnBet) -> bool:
    """Return whether that side bet is open in the picture."""
    return picture.bet == (bet.start, nine(bet.stake))


def after_bet_end(picture: Picture, end: BetEnd) -> Picture:
    """Return the picture after a side bet was settled, unless it shows none."""
    if picture.bet is None or picture.bet[0] != end.start:
        return picture
    return replace(picture, cash=nine(picture.cash + end.payout), bet=None)


def share_of(quantity: Decimal, percent: int) -> Decimal:
    """Return how many units a share of the holding is.

    >>> share_of(Decimal("0.000000003"), 50)
    Decimal('1E-9')
    """
    return quantity if percent >= 100 else floor9(quantity * percent / 100)


def nine(value: Decimal) -> Decimal:
    """Return `value` with nine places: the wire's numbers are binary and may lie beside them.

    >>> nine(Decimal("0.30000000000000004"))
    Decimal('0.300000000')
    """
    return value.quantize(_NINE, context=Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN))


class _Path:
    def __init__(self) -> None:
        self.prices: dict[int, float] = {0: 1.0}  # every round begins there, and so do presales
        self.lowest = 1.0


class Prices:
    """The newest prices of the newest rounds; bounded, the oldest are forgotten."""

    def __init__(self) -> None:
        self._rounds: dict[RoundId, _Path] = {}
        self._newest: dict[RoundId, int] = {}

    def learn(self, round_id: RoundId, tick: int, price: float) -> None:
        """Note a price [multiplier]."""
        path = self._path(round_id)
        path.prices[tick] = price
        if price > path.lowest * _RUG_SHARE:  # the rug's own is no measure
            path.lowest = min(path.lowest, price)
        self._newest[round_id] = max(tick, self._newest.get(round_id, -1))
        if len(path.prices) > TICKS_KEPT:
            path.prices.pop(next(iter(path.prices)))

    def newest(self, round_id: RoundId | None) -> int:
        """Return the newest tick known of a round; -1 before the first."""
        return -1 if round_id is None else self._newest.get(round_id, -1)

    def at(self, round_id: RoundId, tick: int) -> Decimal | None:
        """Return the price of a tick, if it is known."""
        path = self._rounds.get(round_id)
        price = (path or _Path()).prices.get(tick)
        return None if price is None else decimal_of(price)

    def since(self, round_id: RoundId, tick: int) -> Iterator[tuple[int, Decimal]]:
        """Yield tick and price of what is known from `tick` on, the newest first."""
        path = self._rounds.get(round_id) or _Path()
        for one in sorted((one for one in path.prices if one >= tick), reverse=True):
            yield one, decimal_of(path.prices[one])

    def is_rug(self, trade: OwnTrade) -> bool:
        """Return whether a sale was the rug's: only that is so cheap."""
        if trade.side is not OrderSide.SELL:
            return False
        path = self._rounds.get(trade.round_id) or _Path()
        return trade.price <= decimal_of(path.lowest * _RUG_SHARE)

    def _path(self, round_id: RoundId) -> _Path:
        path = self._rounds.get(round_id)
        if path is None:
            path = self._rounds[round_id] = _Path()
            if len(self._rounds) > ROUNDS_KEPT:
                gone = next(iter(self._rounds))
                self._rounds.pop(gone)
                self._newest.pop(gone, None)
        return path
