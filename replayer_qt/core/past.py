"""What was heard lately of a stream that goes on: its newest rounds, event by event, bounded."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from replayer_qt.core.events import ROUND_EVENTS, Event, PriceTicked, RoundOpened, TickBlock
from replayer_qt.core.units import RoundId, StreamId

EVENTS_KEPT: Final = 100_000
"""Events that are kept; the oldest rounds go first, older ones are in the recordings."""

_OF_ROUNDS: Final = frozenset(ROUND_EVENTS)
_OPENING: Final = frozenset({RoundOpened, PriceTicked, TickBlock})


class Past:
    """The rounds of one stream, oldest first; events of a round in the order they came.

    Of a running round that alone is too long, the older half of its events goes.

    Attributes:
        dropped: events that were let go of.
    """

    def __init__(self, *, events_kept: int = EVENTS_KEPT) -> None:
        """Begin with nothing."""
        self._events_kept = events_kept
        self._rounds: OrderedDict[RoundId, list[Event]] = OrderedDict()
        self._size = 0
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many events are kept."""
        return self._size

    def keep(self, events: Iterable[Event], stream: StreamId) -> tuple[Event, ...]:
        """Keep what `events` tell of the rounds of `stream`, and return that part of them."""
        kept = []
        for event in events:
            kind = type(event)
            if kind not in _OF_ROUNDS or event.stream != stream:
                continue
            name: RoundId = event.round_id  # type: ignore[attr-defined]  # a round's event
            told = self._rounds.get(name)
            if told is None:
                if kind not in _OPENING:
                    continue
                told = self._rounds[name] = []
            told.append(event)
            kept.append(event)
        self._size += len(kept)
        if self._size > self._events_kept:
            self._let_go()
        return tuple(kept)

    def rounds(self) -> Mapping[RoundId, tuple[Event, ...]]:
        """Return the events of each round, the oldest round first."""
        return MappingProxyType({name: tuple(told) for name, told in self._rounds.items()})

    def forget(self) -> None:
        """Let everything go."""
        self._rounds.clear()
        self._size = 0

    def _let_go(self) -> None:
        while self._size > self._events_kept and len(self._rounds) > 1:
            _, told = self._rounds.popitem(last=False)
            self._drop(len(told))
        if self._size > self._events_kept:
            (told,) = self._rounds.values()
            half = len(told) // 2
            del told[:half]
            self._drop(half)

    def _drop(self, count: int) -> None:
        self._size -= count
        self.dropped += count
