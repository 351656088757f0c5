"""What was traded in each round, by ticks: the weights of an average price."""

import math
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from replayer_qt.core.events import Event, TradePrinted
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.units import RoundId, StreamId

TRADES_MOST: Final = 200_000
"""Trades of one round that are counted; later ones are passed over."""

ROUNDS_KEPT: Final = 8
"""Of one stream."""

KEPT_IN_ALL: Final = 64

COIN: Final = "solana"
"""The currency that is counted; quantities in others can't be added to these."""


class RoundVolumes:
    """The trades of one round that were told; a sample, where the venue tells a sample.

    Attributes:
        arrived: the tick of each trade, in the order in which they were told.
    """

    def __init__(self) -> None:
        self.arrived: list[int] = []  # bounded: TRADES_MOST
        self._ticks: list[int] = []
        self._values: list[float] = []
        self._quantities: list[float] = []
        self._summed = 0
        self._sums: tuple[list[float], list[float]] = ([], [])

    def add(self, trade: TradePrinted) -> None:
        """Count a trade; one without a quantity, in another coin or at no price says nothing."""
        quantity, price = float(trade.quantity), trade.price
        if trade.coin != COIN or len(self.arrived) >= TRADES_MOST:
            return
        if not (quantity > 0 and price > 0 and math.isfinite(quantity * price)):
            return
        at = bisect_left(self._ticks, trade.tick)
        if at == len(self._ticks) or self._ticks[at] != trade.tick:
            self._ticks.insert(at, trade.tick)
            self._values.insert(at, 0.0)
            self._quantities.insert(at, 0.0)
        self._values[at] += quantity * price
        self._quantities[at] += quantity
        self.arrived.append(trade.tick)
        self._summed = min(self._summed, at)

    def before(self, tick: int) -> float:
        """Return the average price of what was traded at ticks before `tick`; NaN without any."""
        at = bisect_right(self._ticks, tick - 1)
        if not at:
            return math.nan
        values, quantities = self._added()
        return values[at - 1] / quantities[at - 1]

    def _added(self) -> tuple[list[float], list[float]]:
        for sums, parts in zip(self._sums, (self._values, self._quantities), strict=True):
            del sums[self._summed :]
            total = sums[-1] if sums else 0.0
            for part in parts[self._summed :]:
                total += part
                sums.append(total)
        self._summed = len(self._ticks)
        return self._sums


class VolumeBook:
    """The newest rounds' trades, stream by stream; older rounds are let go."""

    def __init__(self) -> None:
        self._rounds: OrderedDict[tuple[StreamId, RoundId], RoundVolumes] = OrderedDict()

    def take(self, events: Iterable[Event]) -> None:
        """Count what happened; a replay that was rewound is counted anew."""
        for event in events:
            if isinstance(event, TradePrinted):
                self._add(event)
            elif isinstance(event, Rewound | ReplayOpened):
                for key in [key for key in self._rounds if key[0] == event.stream]:
                    del self._rounds[key]
                if isinstance(event, Rewound):
                    self.take(past for past in event.history if isinstance(past, TradePrinted))

    def of(self, stream: StreamId, round_id: RoundId) -> RoundVolumes | None:
        """Return a round's trades; None where none were told, or are no longer kept."""
        return self._rounds.get((stream, round_id))

    def _add(self, trade: TradePrinted) -> None:
        key = (trade.stream, trade.round_id)
        if key not in self._rounds:
            self._rounds[key] = RoundVolumes()
            self._let_go(trade.stream)
        self._rounds[key].add(trade)

    def _let_go(self, stream: StreamId) -> None:
        """Keep the newest rounds of each stream: a round that is replayed outlives a market's."""
        of_it = [key for key in self._rounds if key[0] == stream]
        for key in of_it[:-ROUNDS_KEPT]:
            del self._rounds[key]
        if len(self._rounds) > KEPT_IN_ALL:
            self._rounds.popitem(last=False)
