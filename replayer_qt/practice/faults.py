"""The fault switches: what can be asked for, and what each does to the stream of messages."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from replayer_qt.practice.hostile import NAMES, PRICES, garbage_kinds, mark, spoil
from replayer_qt.practice.order_faults import OrderFault

Times = Annotated[int, Meta(ge=1, le=100_000)]
Seconds = Annotated[float, Meta(gt=0, le=600)]

STATE: Final = "gameStateUpdate"


class _Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to go wrong."""


class Drop(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="drop"):
    """Break every connection now, with a reset, or a plain end."""

    how: Literal["reset", "end"] = "reset"


class Polite(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="polite"):
    """Disconnect every client by the protocol: Socket.IO's packet, or Engine.IO's."""

    how: Literal["socket", "engine"] = "socket"


class Refuse(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="refuse"):
    """Take no new connections; with a status, answer them with it instead."""

    seconds: Seconds = 5.0
    status: Annotated[int, Meta(ge=400, le=599)] | None = None


class Blackhole(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="blackhole"):
    """Accept new connections and never answer them."""

    seconds: Seconds = 5.0


class Stall(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="stall"):
    """Send nothing, with the connections up; afterwards a burst, or nothing of what was missed."""

    seconds: Seconds = 5.0
    keep: bool = True


class Slow(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="slow"):
    """Let bytes drip."""

    seconds: Seconds = 5.0
    bytes_per_s: Annotated[float, Meta(ge=10)] = 2_000.0


class Flood(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="flood"):
    """Send trades at a rate, beside the stream."""

    rate: Annotated[int, Meta(ge=1, le=1_000_000)] = 1_000
    seconds: Seconds = 1.0


class Garbage(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="garbage"):
    """Send a malformed frame; kinds are in `hostile`."""

    kind: str = "json"


class Binary(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="binary"):
    """Send a binary event with a placeholder for an attachment that does not exist."""


class Oversized(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="oversized"):
    """Send one event of so many bytes."""

    size: Annotated[int, Meta(ge=1, le=100_000_000)] = 10_000_000
    event: str = STATE


class Bomb(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="bomb"):
    """Send one event nested so deep."""

    depth: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    event: str = STATE


class Skip(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="skip"):
    """Lose the next ticks."""

    count: Times = 3


class Duplicate(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="duplicate"):
    """Send each of the next messages twice."""

    count: Times = 1


class Reorder(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="reorder"):
    """Swap the next messages, two by two."""

    count: Times = 1


class Price(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="price"):
    """Give the next ticks a price that is none; kinds are in `hostile`."""

    kind: str = "nan"
    count: Times = 1


class Types(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="types"):
    """Give the next ticks values of the wrong types."""

    count: Times = 1


class Mutate(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="mutate"):
    """Change the next ticks: set fields, remove fields, as a new version of the venue would."""

    set: Mapping[str, Any] = {}
    remove: tuple[str, ...] = ()
    count: Times = 1


class Hostile(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="hostile"):
    """Rename a player in the next messages; kinds are in `hostile`."""

    kind: str = "table"
    count: Times = 4


class Lie(_Fault, frozen=True, kw_only=True, tag_field="fault", tag="lie"):
    """Tell what cannot be: the next ticks far ahead or behind, or the next rug undone."""

    kind: Literal["jump", "back", "unrug"] = "jump"
    count: Times = 1


Immediate = Drop | Polite | Refuse | Blackhole | Stall | Slow | Flood
Injected = Garbage | Binary | Oversized | Bomb
Streamed = Skip | Duplicate | Reorder | Price | Types | Mutate | Hostile | Lie
WireFault = Immediate | Injected | Streamed
Fault = WireFault | OrderFault

_WRONG_TYPES: Final[Mapping[str, object]] = {
    "tickCount": "twelve",
    "active": "yes",
    "rugged": 0,
    "price": [1.5],
    "gameId": 17,
    "leaderboard": {"id": 1},
    "partialPrices": "none",
    "cooldownTimer": None,
    "tradeCount": {"n": 1},
    "provablyFair": [],
}

Message = tuple[str, tuple[Any, ...]]
_S = TypeVar("_S", bound=_Fault)


class StreamFaults:
    """The faults that change messages on their way out; each ends after its count.

    A fault that is switched on again starts anew.
    """

    def __init__(self) -> None:
        self._left: dict[type[_Fault], tuple[Streamed, int]] = {}
        self._held: Message | None = None

    def switch_on(self, fault: Streamed) -> None:
        """Do this to the next messages that it concerns."""
        self._left[type(fault)] = (fault, fault.count)

    def clear(self) -> list[str]:
        """End all faults and return the packet that was being held back, if there is one."""
        self._left.clear()
        held, self._held = self._held, None
        return [encode(held)] if held else []

    @property
    def active(self) -> dict[str, int]:
        """What is switched on, and how often it will still be done."""
        return {str(fault.__struct_config__.tag): count for fault, count in self._left.values()}

    def pass_on(self, event: str, args: tuple[Any, ...]) -> list[str]:
        """Return the packets to send for one message of the script."""
        if not self._left and self._held is None:
            return [encode((event, args))]
        messages = self._altered((event, args))
        return [spoil(encode(message)) for message in messages]

    def _altered(self, message: Message) -> list[Message]:
        event, args = message
        if is_tick(event, args) and self._takes(Skip) is not None:
            return []
        told = self._told(message)
        messages = [told]
        if is_rug(event, args) and self._kind_of(Lie) == "unrug" and self._takes(Lie) is not None:
            messages.append(_undone(told))
        if self._takes(Duplicate) is not None:
            messages += messages
        return self._swapped(messages)

    def _told(self, message: Message) -> Message:
        event, args = message
        if is_tick(event, args):
            changes: dict[str, Any] = {}
            removed: tuple[str, ...] = ()
            if (price := self._takes(Price)) is not None:
                changes |= _priced(args[-1], price.kind)
            if self._takes(Types) is not None:
                changes |= _WRONG_TYPES
            if self._kind_of(Lie) in {"jump", "back"} and (lie := self._takes(Lie)) is not None:
                changes["tickCount"] = args[-1]["tickCount"] + (
                    9_000 if lie.kind == "jump" else -50
                )
            if (mutation := self._takes(Mutate)) is not None:
                changes |= dict(mutation.set)
                removed = mutation.remove
            kept = {name: value for name, value in args[-1].items() if name not in removed}
            args = (*args[:-1], kept | changes)
        if (hostile := self._about_player(args)) is not None:
            args = (*args[:-1], _renamed(args[-1], NAMES[hostile.kind]))
        return event, args

    def _about_player(self, args: tuple[Any, ...]) -> Hostile | None:
        shows = bool(args[-1].get("leaderboard")) or "username" in args[-1]
        return self._takes(Hostile) if shows else None

    def _swapped(self, messages: list[Message]) -> list[Message]:
        if self._held is not None:
            held, self._held = self._held, None
            return [*messages, held]
        if messages and self._takes(Reorder) is not None:
            self._held, *messages = messages
        return messages

    def _kind_of(self, kind: type[Lie]) -> str | None:
        fault = self._left.get(kind)
        return fault[0].kind if fault is not None and isinstance(fault[0], Lie) else None

    def _takes(self, kind: type[_S]) -> _S | None:
        if kind not in self._left:
            return None
        streamed, left = self._left[kind]
        if left > 1:
            self._left[kind] = (streamed, left - 1)
        else:
            del self._left[kind]
        fault: object = streamed
        return fault if isinstance(fault, kind) else None


def encode(message: Message) -> str:
    """Return the Socket.IO event packet of a message, without Engine.IO's own digit.

    >>> encode(("ping", (1, "x")))
    '2["ping",1,"x"]'
    """
    event, args = message
    return "2" + msgspec.json.encode((event, *args)).decode()


def check(fault: Fault) -> str | None:
    """Return what is wrong with a fault's kind, if anything."""
    match fault:
        case Price(kind=kind) if kind not in PRICES:
            return f"price has no kind {kind!r}; it has {', '.join(PRICES)}"
        case Hostile(kind=kind) if kind not in NAMES:
            return f"hostile has no kind {kind!r}; it has {', '.join(NAMES)}"
        case Garbage(kind=kind) if kind not in garbage_kinds():
            return f"garbage has no kind {kind!r}; it has {', '.join(garbage_kinds())}"
        case _:
            return None


def is_tick(event: str, args: tuple[Any, ...]) -> bool:
    """Say whether this is an ordinary tick of a running round."""
    state = args[-1]
    return event == STATE and "tradeCount" in state and state["active"] and not state["rugged"]


def is_rug(event: str, args: tuple[Any, ...]) -> bool:
    """Say whether this is the rug's own tick."""
    state = args[-1]
    return event == STATE and "tradeCount" in state and bool(state["rugged"])


def _priced(state: Mapping[str, Any], kind: str) -> dict[str, Any]:
    window = state["partialPrices"]
    values = window["values"] | {str(window["endTick"]): mark(kind)}
    return {"price": mark(kind), "partialPrices": {**window, "values": values}}


def _undone(message: Message) -> Message:
    event, args = message
    state = args[-1]
    before = state["partialPrices"]["values"].get(str(state["tickCount"] - 1), 1)
    undone = {**state, "rugged": False, "price": before, "tickCount": state["tickCount"] + 1}
    return event, (*args[:-1], undone)


def _renamed(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    if "username" in payload:
        return (
            {**payload, "username": name, "message": name}
            if "message" in payload
            else {
                **payload,
                "username": name,
            }
        )
    first, *others = payload["leaderboard"]
    return {**payload, "leaderboard": [{**first, "username": name}, *others]}
