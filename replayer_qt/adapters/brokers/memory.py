"""What was heard of an account already, so that it is known again; bounded."""

from collections import deque
from typing import Final, TypeVar

from replayer_qt.adapters.brokers.words import OwnTrade
from replayer_qt.core.orders import Fill, OrderSide
from replayer_qt.core.units import RoundId

KEPT: Final = 256

_T = TypeVar("_T")


class Memory:
    """Trades, side bets and settlements; each question about one remembers it."""

    def __init__(self) -> None:
        self._trades: deque[str] = deque(maxlen=KEPT)
        self._bets: deque[tuple[RoundId, int]] = deque(maxlen=KEPT)
        self._ended: deque[tuple[RoundId, int]] = deque(maxlen=KEPT)
        self._stated: deque[Fill] = deque(maxlen=KEPT)
        self._rugged: RoundId | None = None

    def is_new_trade(self, trade_id: str) -> bool:
        """Return whether that trade is heard of for the first time."""
        return _added(self._trades, trade_id)

    def is_new_bet(self, round_id: RoundId, start: int) -> bool:
        """Return whether that side bet is heard of for the first time."""
        return _added(self._bets, (round_id, start))

    def is_new_end(self, round_id: RoundId, start: int) -> bool:
        """Return whether that side bet's end is heard of for the first time."""
        return _added(self._ended, (round_id, start))

    def is_new_rug(self, round_id: RoundId) -> bool:
        """Return whether the rug's sale in that round is heard of for the first time."""
        before, self._rugged = self._rugged, round_id
        return before != round_id

    def round_of_bet(self, start: int) -> RoundId | None:
        """Return the round of the newest side bet, if it was placed at that tick."""
        newest = self._bets[-1] if self._bets else None
        return newest[0] if newest is not None and newest[1] == start else None

    def remember(self, fill: Fill) -> None:
        """Keep what a statement proved, for its own event may come yet."""
        if fill.side is OrderSide.SIDE_BET:
            self._bets.append((fill.round_id, fill.tick))
        else:
            self._stated.append(fill)

    def knows(self, trade: OwnTrade) -> bool:
        """Return whether a statement proved this trade already; it is asked once."""
        for fill in self._stated:
            same = fill.side is trade.side and fill.round_id == trade.round_id
            if same and fill.quantity == trade.quantity and fill.amount == trade.amount:
                self._stated.remove(fill)
                return True
        return False


def _added(kept: deque[_T], one: _T) -> bool:
    if one in kept:
        return False
    kept.append(one)
    return True
