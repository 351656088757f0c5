"""The trades of all players by round, in columns, as far as the venue shows them."""

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import Event, Side, TradePrinted
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.state import Advance
from replayer_qt.core.units import RoundId, StreamId

TRADES_KEPT: Final = 4_096
"""Trades of one round; from then on the oldest quarter goes."""

_ROUNDS_KEPT: Final = 6
"""Of one stream."""
_KEPT_IN_ALL: Final = 24
_FIRST_CAPACITY: Final = 64
_UPWARDS: Final = frozenset({Side.BUY, Side.SHORT_CLOSE})


class RoundTrades:
    """One round's trades in growing columns.

    Attributes:
        trades: the trades, as they came.
        version: grows with each change.
        gone: how many were let go.
        newest: the highest tick of all of them; -1 before the first.
    """

    def __init__(self) -> None:
        self.trades: list[TradePrinted] = []  # bounded by _make_room
        self.version = self.gone = 0
        self.newest = -1
        self._known: dict[str, int] = {}  # numbers from the first on; bounded with the trades
        self._floats = np.empty((2, _FIRST_CAPACITY))
        self._ints = np.empty((2, _FIRST_CAPACITY), np.int64)

    def __len__(self) -> int:
        return len(self.trades)

    @property
    def ticks(self) -> NDArray[np.int64]:
        """The ticks that they were done at, as they came; a view."""
        return self._ints[0, : len(self.trades)]

    @property
    def upwards(self) -> NDArray[np.int64]:
        """1 for what is bought, 0 for what is sold; a view."""
        return self._ints[1, : len(self.trades)]

    @property
    def prices(self) -> NDArray[np.float64]:
        """Prices [multiplier]; a view."""
        return self._floats[0, : len(self.trades)]

    @property
    def amounts(self) -> NDArray[np.float64]:
        """What was paid or received [SOL], for comparing only; a view."""
        return self._floats[1, : len(self.trades)]

    def find(self, trade_id: object) -> int | None:
        """Return where a trade is in the columns; None where it is not (any more) known."""
        number = self._known.get(trade_id) if isinstance(trade_id, str) else None
        return None if number is None else number - self.gone

    def add(self, trade: TradePrinted) -> None:
        """Add a trade, amortised O(1); one that is known, or that has no place, is passed over."""
        if trade.trade_id in self._known or trade.tick < 0 or not trade.price > 0:
            return
        at = len(self.trades)
        if at == self._floats.shape[1]:
            self._make_room()
            at = len(self.trades)
        self._ints[:, at] = trade.tick, trade.side in _UPWARDS
        self._floats[:, at] = trade.price, float(trade.amount)
        self.trades.append(trade)
        self._known[trade.trade_id] = self.gone + at
        self.newest = max(self.newest, trade.tick)
        self.version += 1

    def _make_room(self) -> None:
        size = len(self.trades)
        if size < TRADES_KEPT:
            self._floats = np.concatenate((self._floats, np.empty((2, size))), axis=1)
            self._ints = np.concatenate((self._ints, np.empty((2, size), np.int64)), axis=1)
            return
        excess = TRADES_KEPT // 4
        for columns in (self._floats, self._ints):
            columns[:, : size - excess] = columns[:, excess:size].copy()
        for trade in self.trades[:excess]:
            del self._known[trade.trade_id]
        del self.trades[:excess]
        self.gone += excess


class TradeTape:
    """The newest rounds' trades of each stream; a rewind begins its stream anew."""

    def __init__(self) -> None:
        self._rounds: OrderedDict[tuple[StreamId, RoundId], RoundTrades] = OrderedDict()

    def take(self, advance: Advance) -> None:
        """Take in what a frame tells."""
        for event in advance.events:
            if isinstance(event, TradePrinted):
                self._add(event)
            elif isinstance(event, Rewound | ReplayOpened):
                self._forget(event.stream)
                for past in event.history if isinstance(event, Rewound) else ():
                    self._retell(past)

    def of(self, stream: StreamId | None, round_id: RoundId) -> RoundTrades | None:
        """Return the trades of a round; None where there are none."""
        return None if stream is None else self._rounds.get((stream, round_id))

    def _retell(self, past: Event) -> None:
        if isinstance(past, TradePrinted):
            self._add(past)

    def _add(self, trade: TradePrinted) -> None:
        key = (trade.stream, trade.round_id)
        known = self._rounds.get(key)
        if known is None:
            known = self._rounds[key] = RoundTrades()
            self._let_go(trade.stream)
        known.add(trade)

    def _let_go(self, stream: StreamId) -> None:
        of_it = [key for key in self._rounds if key[0] == stream]
        for key in of_it[:-_ROUNDS_KEPT]:
            del self._rounds[key]
        if len(self._rounds) > _KEPT_IN_ALL:
            self._rounds.popitem(last=False)

    def _forget(self, stream: StreamId) -> None:
        for key in [key for key in self._rounds if key[0] == stream]:
            del self._rounds[key]
