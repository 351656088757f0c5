"""The side of a rugs connection that has an account: logs in, hears of its own, orders."""

import random
from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.adapters.brokers.order_line import OrderLine
from replayer_qt.adapters.feeds.quarantine import Quarantine
from replayer_qt.adapters.feeds.rugs_frames import Frame
from replayer_qt.adapters.feeds.rugs_line import SocketLine
from replayer_qt.adapters.feeds.rugs_own import PUBLIC, OwnParser
from replayer_qt.core.approval import Approval
from replayer_qt.core.commands import Command
from replayer_qt.core.events import (
    Event,
    Link,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickOrigin,
)
from replayer_qt.core.trade_commands import AskVenue, ResolveUnknown
from replayer_qt.core.units import Moment, Nanos, StreamId

_LONG_AFTER: Final = frozenset({TickOrigin.HISTORY, TickOrigin.SEED})


class Login:
    """What it takes to order: who we are, and who may stop it.

    Attributes:
        token: names the account; a secret, never shown.
        gate: whether the kill switch is on; called from the feed's thread.
        patience_ms: how long an order may go without evidence until it is unknown [ms].
    """

    def __init__(self, token: str, gate: Callable[[], bool], patience_ms: int = 2_000) -> None:
        self.token = token
        self.gate = gate
        self.patience_ms = patience_ms

    def slowed(self, speed: float) -> "Login":
        """Return a login as patient as a venue that runs at `speed` [x] requires."""
        patience_ms = round(self.patience_ms / min(speed, 1.0))
        return Login(self.token, self.gate, patience_ms)


class Account:
    """Reads every frame once more for what is ours, and knows the round that orders are for."""

    def __init__(
        self, stream: StreamId, rng: random.Random, login: Login, quarantine: Quarantine
    ) -> None:
        """Prepare; nothing is sent before the first frame of a connection is heard."""
        self._orders = OrderLine(
            stream, rng, token=login.token, gate=login.gate, patience_ms=login.patience_ms
        )
        self._parser = OwnParser(quarantine)
        self._line: SocketLine | None = None

    @property
    def due_at(self) -> Nanos | None:
        """When `turn` is due [monotonic ns]; None: not before something is heard."""
        return self._orders.due_at

    def may_be_recorded(self, frame: Frame) -> bool:
        """Return whether a frame is one that anybody could have heard."""
        return not frame.refused and frame.name in PUBLIC

    def greet(self, line: SocketLine, now: Moment) -> None:
        """Log in when a line is heard for the first time."""
        if line is not self._line:
            self._line = line
            self._parser.forget()
            self._orders.opened(line.put, now)

    def linked(self, link: Link, now: Moment) -> Iterator[Event]:
        """Yield what the state of the connection means for orders."""
        yield from self._orders.linked(link, now)

    def steer(self, command: Command, now: Moment) -> Iterator[Event]:
        """Obey what concerns the account."""
        match command:
            case Approval():
                yield from self._orders.take(command, now)
            case AskVenue():
                self._orders.ask(now)
            case ResolveUnknown():
                self._orders.forget(command.order_id)
            case _:
                pass

    def hear(self, frame: Frame, now: Moment) -> Iterator[Event]:
        """Yield what a frame means for the account."""
        word = self._parser.read(frame)
        if word is not None:
            yield from self._orders.hear(word, now)

    def watch(self, event: Event) -> None:
        """Take note of what the market does."""
        match event:
            case PriceTicked() if event.origin not in _LONG_AFTER:
                self._orders.ticked(event.round_id, event.tick, event.price)
            case RoundOpened():
                self._orders.round_begins(event.round_id)
            case RoundRugged():
                self._orders.round_ends(event.round_id, event.tick, event.price)
            case _:
                pass

    def turn(self, now: Moment) -> Iterator[Event]:
        """Yield what became of orders because time passed."""
        yield from self._orders.turn(now)
