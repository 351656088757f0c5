"""The events of a round that one steps to: found in its columns, by thresholds that stand here."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.units import NANOS_PER_SECOND, RoundId

SWING: Final = 0.1
"""A peak is followed by a fall of so much, a trough by a rise of so much."""
BIG_MOVE: Final = 0.15
"""A tick that changes the price by at least so much, either way."""
GOD_CANDLE: Final = 10.0
"""A tick that multiplies the price by at least so much."""
SILENCE_NS: Final = 3 * NANOS_PER_SECOND
"""Two ticks further apart than this were parted by a disconnect [ns]."""


class Landmark(StrEnum):
    """What can be stepped to."""

    ROUND_START = "round-start"
    """The first tick."""
    RUG = "rug"
    PEAK = "peak"
    """The highest price of the round, and each high that the price fell from by `SWING`."""
    TROUGH = "trough"
    """The lowest price before the rug, and each low that it rose from by `SWING`."""
    BIG_MOVE = "big-move"
    GOD_CANDLE = "god-candle"
    OWN_ORDER = "own-order"
    BET_END = "bet-end"
    """The last tick at which a side bet could have been won."""
    GAP = "gap"
    """The first tick known after missing ones."""
    DISCONNECT = "disconnect"
    """The last tick heard before the connection was lost, or was silent for `SILENCE_NS`."""
    BOOKMARK = "bookmark"


PLACED: Final = frozenset({Landmark.OWN_ORDER, Landmark.BOOKMARK})
"""The kinds that no recording tells of: whoever asks knows where they are."""


class Placed(Protocol):
    """What stands at a tick of a round."""

    @property
    def round_id(self) -> RoundId:
        """The round."""
        ...

    @property
    def tick(self) -> int:
        """Position in the round."""
        ...


class Place(msgspec.Struct, frozen=True):
    """A tick of a round."""

    round_id: RoundId
    tick: int


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A whole round, as landmarks are looked for in it.

    Attributes:
        ticks: positions in the round, rising.
        prices: their prices [multiplier].
        ats: when each was learned of [ns].
        rug_tick: position of the rug; None where it is not known.
        bets: the last ticks of the windows of side bets.
        losses: when the connection was lost [ns].
    """

    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    ats: NDArray[np.int64]
    rug_tick: int | None = None
    bets: tuple[int, ...] = ()
    losses: tuple[int, ...] = ()


Found = Mapping[Landmark, NDArray[np.int64]]
"""The ticks of each kind, rising, each once."""


def landmarks(passage: Passage) -> Found:
    """Return where the landmarks of a round are; a kind of which there is none is not in it."""
    ticks = passage.ticks
    if not len(ticks):
        return MappingProxyType({})
    rug = passage.rug_tick
    alive = ticks < rug if rug is not None else np.ones(len(ticks), np.bool_)
    peaks, troughs = _swings(passage.prices[alive])
    factors = passage.prices[1:] / passage.prices[:-1]
    known = alive[1:] & (np.diff(ticks) == 1)  # over missing ticks nobody knows what one did
    silent = np.diff(passage.ats) >= SILENCE_NS
    lost = np.searchsorted(passage.ats, np.array(passage.losses, np.int64), side="right") - 1
    found = {
        Landmark.ROUND_START: ticks[:1],
        Landmark.RUG: np.array([] if rug is None else [rug], np.int64),
        Landmark.PEAK: ticks[alive][peaks],
        Landmark.TROUGH: ticks[alive][troughs],
        Landmark.BIG_MOVE: ticks[1:][(np.abs(factors - 1.0) >= BIG_MOVE) & known],
        Landmark.GOD_CANDLE: ticks[1:][(factors >= GOD_CANDLE) & known],
        Landmark.BET_END: _reached(passage.bets, int(ticks[-1])),
        Landmark.GAP: ticks[1:][np.diff(ticks) > 1],
        Landmark.DISCONNECT: np.concatenate((ticks[:-1][silent], ticks[lost[lost >= 0]])),
    }
    return MappingProxyType({kind: np.unique(at) for kind, at in found.items() if len(at)})


def stops(
    found: Found,
    kinds: Collection[Landmark],
    round_id: RoundId,
    places: Mapping[Landmark, Collection[Placed]],
) -> NDArray[np.int64]:
    """Return the ticks of a round that one stops at, rising, each once.

    Args:
        found: the round's landmarks.
        kinds: those that count.
        round_id: the round.
        places: where those are that no recording tells of, of this round and of others.
    """
    parts = [at for kind, at in found.items() if kind in kinds]
    parts += [
        np.array([place.tick for place in known if place.round_id == round_id], np.int64)
        for kind, known in places.items()
        if kind in kinds
    ]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def next_stop(at: NDArray[np.int64], tick: int, *, forward: bool) -> int | None:
    """Return the nearest of some ticks after `tick`, or before it; None where there is none."""
    if forward:
        place = int(np.searchsorted(at, tick, side="right"))
        return int(at[place]) if place < len(at) else None
    place = int(np.searchsorted(at, tick, side="left")) - 1
    return int(at[place]) if place >= 0 else None


def _reached(bets: Collection[int], last: int) -> NDArray[np.int64]:
    return np.array([end for end in bets if 0 <= end <= last], np.int64)


def _swings(prices: NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Return the indexes of highs and lows between which the price turned by `SWING`."""
    if not len(prices):
        return [], []
    turns = _turns(prices.tolist())
    highs = {index for index, is_high in turns if is_high} | {int(np.argmax(prices))}
    lows = {index for index, is_high in turns if not is_high} | {int(np.argmin(prices))}
    return sorted(highs), sorted(lows)


def _turns(prices: list[float]) -> list[tuple[int, bool]]:
    """Where a high (True) or a low (False) was left by `SWING`, in order."""
    turns: list[tuple[int, bool]] = []
    high = low = 0
    rising: bool | None = None
    for index, price in enumerate(prices):
        if price > prices[high]:
            high = index
        if price < prices[low]:
            low = index
        if rising is not False and price <= prices[high] * (1 - SWING):
            turns.append((high, True))
            rising, low = False, index
        elif rising is not True and price >= prices[low] * (1 + SWING):
            turns.append((low, False))
            rising, high = True, index
    return turns
