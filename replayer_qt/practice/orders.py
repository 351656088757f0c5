"""The orders that clients send: how they are read, and why they are refused."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.money import PLACES
from replayer_qt.practice.accounts import SIDE_BET_PAYS
from replayer_qt.practice.board import SOL
from replayer_qt.practice.messages import Scene
from replayer_qt.practice.stake import Stake

SMALLEST: Final = Decimal("0.001")
LARGEST: Final = Decimal(5)
MOST_A_ROUND: Final = 100_000

BUY: Final = "buyOrder"
SELL: Final = "sellOrder"
BET: Final = "requestSidebet"


class Buy(msgspec.Struct, frozen=True, kw_only=True):
    """Buy units for `amount` [SOL]."""

    amount: Decimal


class Sell(msgspec.Struct, frozen=True, kw_only=True):
    """Sell `percentage` [%] of the units held."""

    percentage: int


class Bet(msgspec.Struct, frozen=True, kw_only=True):
    """Bet `amount` [SOL] that the rug comes soon."""

    amount: Decimal


Order = Buy | Sell | Bet


class Refusal(msgspec.Struct, frozen=True):
    """Why an order is not carried out, in the words that its sender gets."""

    why: str


def read(event: str, args: tuple[object, ...]) -> Order | Refusal:
    """Return the order that an event asks for; never raises, whatever the event holds.

    Args:
        event: `buyOrder`, `sellOrder` or `requestSidebet`.
        args: its arguments, of which the last one counts: a trace may stand in front of it.
    """
    payload = args[-1] if args else None
    if not isinstance(payload, Mapping):
        return Refusal("Invalid order")
    if event == SELL:
        return _sell(payload.get("percentage"))
    amount = _amount(payload.get("amount"))
    if isinstance(amount, Refusal):
        return amount
    if event == BUY:
        return Buy(amount=amount)
    return _bet(payload, amount)


def objection(order: Order, stake: Stake, cash: Decimal, scene: Scene) -> Refusal | None:
    """Return what speaks against an order at this moment, if anything.

    Args:
        order: what is asked for.
        stake: what its sender has in the round.
        cash: what its sender has besides [SOL].
        scene: where the round is, by the exchange's own clock.
    """
    running = scene.active and not scene.rugged
    if stake.trades >= MOST_A_ROUND:
        return Refusal("Too many orders in one round")
    if isinstance(order, Sell):
        return _against_selling(order, stake, running=running)
    if scene.rugged:
        return Refusal("The round is over")
    if not running and not scene.allows_early_buys:
        return Refusal("The round has not opened")
    if isinstance(order, Bet) and stake.bet is not None:
        return Refusal("A side bet is open already")
    if order.amount > cash:
        return Refusal("Insufficient balance")
    return None


def _against_selling(order: Sell, stake: Stake, *, running: bool) -> Refusal | None:
    if not running:
        return Refusal("Selling is closed")
    if not stake.holding.quantity:
        return Refusal("No position to sell")
    return None if stake.share(order.percentage) else Refusal("Nothing to sell")


def _sell(percentage: object) -> Sell | Refusal:
    if type(percentage) is not int or not 1 <= percentage <= 100:
        return Refusal("Percentage must be a whole number from 1 to 100")
    return Sell(percentage=percentage)


def _bet(payload: Mapping[str, object], amount: Decimal) -> Bet | Refusal:
    if payload.get("coinAddress") != SOL:
        return Refusal("Coin is not supported")
    multiple = payload.get("xPayout")
    if isinstance(multiple, bool) or multiple != SIDE_BET_PAYS:
        return Refusal(f"Payout must be {SIDE_BET_PAYS}x")
    return Bet(amount=amount)


def _amount(value: object) -> Decimal | Refusal:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value):
        return Refusal("Amount must be a number")
    # the range first: a number of a thousand digits is compared, not computed with
    if value > LARGEST:
        return Refusal(f"Amount is above the maximum of {LARGEST} SOL")
    if value <= 0:
        return Refusal("Amount must be positive")
    amount = Decimal(repr(value))
    if amount < SMALLEST:
        return Refusal(f"Amount is below the minimum of {SMALLEST} SOL")
    if amount != round(amount, PLACES):
        return Refusal(f"Amount has more than {PLACES} decimals")
    return amount


def _finite(value: float) -> bool:
    # an integer is finite, however many digits it has
    return isinstance(value, int) or math.isfinite(value)
