"""The frames that a rugs venue takes: to log in, and to order."""

import random
from typing import Final

import msgspec

from replayer_qt.core.money import SIDE_BET_MULTIPLE
from replayer_qt.core.orders import OrderSide, Request

_SOL: Final = "So11111111111111111111111111111111111111112"
_EVENT: Final = "2"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def login_frame(token: str, rng: random.Random) -> str:
    """Return the packet that names the account; the venue then states it.

    Args:
        token: the account's; a secret.
        rng: where the trace's numbers come from.
    """
    return _frame("authenticate", {"token": token}, rng)


def order_frame(request: Request, rng: random.Random, *, number: int) -> str:
    """Return the packet that orders what `request` says.

    Args:
        request: amounts go out as the decimal that they are.
        rng: where the trace's numbers come from.
        number: which the venue's answer will name.
    """
    match request.side:
        case OrderSide.BUY:
            return _frame("buyOrder", {"amount": request.amount}, rng, number)
        case OrderSide.SELL:
            return _frame("sellOrder", {"percentage": request.share}, rng, number)
        case OrderSide.SIDE_BET:
            wish = {"amount": request.amount, "coinAddress": _SOL, "xPayout": SIDE_BET_MULTIPLE}
            return _frame("requestSidebet", wish, rng, number)


def _frame(event: str, payload: object, rng: random.Random, number: int | None = None) -> str:
    trace = {
        "__trace": True,
        "traceparent": f"00-{rng.getrandbits(128):032x}-{rng.getrandbits(64):016x}-01",
    }
    arguments = _ENCODER.encode([event, trace, payload]).decode()
    return f"{_EVENT}{'' if number is None else number}{arguments}"
