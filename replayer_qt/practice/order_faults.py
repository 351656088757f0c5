"""The faults of orders: acknowledgements that fail to come, echoes that lie, trades by hand."""

import random
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Times = Annotated[int, Meta(ge=1, le=100_000)]
Share = Annotated[float, Meta(gt=0, le=1)]
Delay = Annotated[float, Meta(gt=0, le=600)]


class Mishap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to go wrong with the orders that clients send.

    Attributes:
        count: with so many of the next orders; without it and a share, with the next one.
        share: instead, with each order by this probability, until all faults are cleared.
    """

    count: Times | None = None
    share: Share | None = None


class NoAck(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="no_ack"):
    """Carry it out and tell of it, without an acknowledgement."""


class AckLost(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="ack_lost"):
    """Carry it out and tell the account nothing, until something else about it changes."""


class LateAck(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="late_ack"):
    """Acknowledge it late, by seconds of the real clock."""

    seconds: Delay = 3.0


class DoubleAck(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="double_ack"):
    """Acknowledge it twice."""


class Reject(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="reject"):
    """Refuse it, in these words."""

    error: Annotated[str, Meta(max_length=1_000)] = "Order rejected"


class Silent(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="silent"):
    """Lose it: it is neither carried out nor answered."""


class DoubleEcho(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="double_echo"):
    """Tell of its trade or bet twice."""


class DropOwn(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="drop_own"):
    """Leave out the event that tells of its trade or bet; the account's statement comes."""


class HandTrade(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="hand_trade"):
    """Buy by hand elsewhere: at once for every account, or, with a count or share, with orders."""

    amount: Annotated[float, Meta(ge=0.001, le=5)] = 0.001


Kind = Literal[
    "no_ack",
    "ack_lost",
    "late_ack",
    "double_ack",
    "reject",
    "silent",
    "double_echo",
    "drop_own",
    "hand_trade",
]


class OrderChaos(Mishap, frozen=True, kw_only=True, tag_field="fault", tag="order_chaos"):
    """Do one of the others, drawn for each order.

    Attributes:
        seconds: how late a late acknowledgement is [s].
        without: those that are left out.
    """

    share: Share | None = 0.1
    seconds: Delay = 1.0
    without: tuple[Kind, ...] = ()


OrderFault = (
    NoAck
    | AckLost
    | LateAck
    | DoubleAck
    | Reject
    | Silent
    | DoubleEcho
    | DropOwn
    | HandTrade
    | OrderChaos
)

_DRAWN: Final = (
    NoAck,
    AckLost,
    LateAck,
    DoubleAck,
    Reject,
    Silent,
    DoubleEcho,
    DropOwn,
    HandTrade,
)


class OrderFaults:
    """Which fault the next order meets; one at most. A fault that is switched on again starts anew.

    Args:
        chance: draws for faults that have a share.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._left: dict[str, tuple[OrderFault, int]] = {}

    def switch_on(self, fault: OrderFault) -> None:
        """Do this to the next orders."""
        lasting = fault.share is not None and fault.count is None
        self._left[_name(fault)] = (fault, 0 if lasting else fault.count or 1)

    def clear(self) -> None:
        """End all of them."""
        self._left.clear()

    @property
    def active(self) -> dict[str, int]:
        """What is switched on, and for how many orders; 0 for what has a share instead."""
        return {name: left for name, (_, left) in self._left.items()}

    def meet(self) -> OrderFault | None:
        """Return what happens to one order, and count it."""
        for name, (fault, left) in tuple(self._left.items()):
            if left == 1:
                del self._left[name]
            elif left:
                self._left[name] = (fault, left - 1)
            elif self._chance.random() >= (fault.share or 0):
                continue
            return self._drawn(fault)
        return None

    def _drawn(self, fault: OrderFault) -> OrderFault | None:
        if not isinstance(fault, OrderChaos):
            return fault
        kinds = [kind for kind in _DRAWN if kind.__struct_config__.tag not in fault.without]
        if not kinds:
            return None
        kind = self._chance.choice(kinds)
        return LateAck(seconds=fault.seconds) if kind is LateAck else kind()


def _name(fault: OrderFault) -> str:
    return str(fault.__struct_config__.tag)
