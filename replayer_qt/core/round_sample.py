"""A selection of rounds as columns: what its statistics need of each, and no more."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import Fairness
from replayer_qt.core.fairness import LONGEST_ROUND
from replayer_qt.core.library import RoundEntry
from replayer_qt.core.library_figures import is_continuous
from replayer_qt.core.units import StreamId

NOT_TOLD: Final = -1

_FAIRNESS: Final = {Fairness.UNREVEALED: 0, Fairness.VERIFIED: 1, Fairness.FAILED: 2}
_MOST_TICK: Final = 2**40
_MOST_PRICE: Final = 1e15
_MOST_SPREAD: Final = 1e6


class RoundSample(msgspec.Struct, frozen=True, kw_only=True):
    """Rounds as arrays of one length, in the order in which they were given.

    Attributes:
        crash: whether it is a round of the crash game.
        begun: when it began [ns since the Unix epoch, UTC]; 0 where not told.
        first: position of the first tick; `NOT_TOLD` without ticks, as in what follows.
        last: position of the last tick.
        rug: position of the rug; `NOT_TOLD` where it is not shown.
        missing: ticks missing.
        repaired: ticks filled in afterwards.
        peak: highest price [multiplier]; NaN where not known.
        volatility: as in the entry; NaN where not known.
        fairness: 0 unrevealed, 1 verified, 2 failed.
        result: own result [SOL]; NaN without one.
        total: the exact sum of the results [SOL].
        streams: rounds of each stream.
    """

    crash: NDArray[np.bool_]
    begun: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    rug: NDArray[np.int64]
    missing: NDArray[np.int64]
    repaired: NDArray[np.int64]
    peak: NDArray[np.float64]
    volatility: NDArray[np.float64]
    fairness: NDArray[np.int8]
    result: NDArray[np.float64]
    total: Decimal
    streams: tuple[tuple[StreamId, int], ...]

    @property
    def n(self) -> int:
        """How many rounds there are."""
        return int(self.crash.size)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which crash rounds are known from their first tick to their rug, nothing missing."""
        found: NDArray[np.bool_] = self.from_start & (self.rug > 0) & (self.missing == 0)
        return found

    @property
    def from_start(self) -> NDArray[np.bool_]:
        """Which crash rounds are known from their first tick on."""
        found: NDArray[np.bool_] = self.crash & (self.first == 0) & self.possible
        return found

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Which rounds have a length that the generator may make."""
        ends = np.maximum(self.last, self.rug)
        found: NDArray[np.bool_] = (ends <= LONGEST_ROUND + 1) & (self.rug != 0)
        return found


def sampled(
    entries: Sequence[RoundEntry], results: Sequence[Decimal | None] | None = None
) -> RoundSample:
    """Return rounds as columns.

    Args:
        entries: the rounds.
        results: what our own trading of each brought [SOL]; None where it was not traded.
    """
    told = [None] * len(entries) if results is None else list(results)
    streams = Counter(entry.stream for entry in entries)
    return RoundSample(
        crash=np.fromiter(
            (not is_continuous(entry.stream) for entry in entries), np.bool_, len(entries)
        ),
        begun=_whole(entry.begun_at for entry in entries),
        first=_places(entry.first_index for entry in entries),
        last=_places(entry.last_index for entry in entries),
        rug=_places(entry.rug_index for entry in entries),
        missing=_whole(entry.missing for entry in entries),
        repaired=_whole(entry.repaired for entry in entries),
        peak=_floats((entry.peak for entry in entries), least=5e-324, most=_MOST_PRICE),
        volatility=_floats((entry.volatility for entry in entries), most=_MOST_SPREAD),
        fairness=np.array([_FAIRNESS[entry.fairness] for entry in entries], np.int8),
        result=_floats(
            (None if result is None else float(result) for result in told),
            least=-_MOST_PRICE,
            most=_MOST_PRICE,
        ),
        total=sum((result for result in told if result is not None), Decimal(0)),
        streams=tuple(streams.most_common()),
    )


def joined(samples: Sequence[RoundSample]) -> RoundSample:
    """Return samples as one, in this order."""
    if not samples:
        return sampled([])
    streams: Counter[StreamId] = Counter()
    for sample in samples:
        streams.update(dict(sample.streams))
    arrays = {
        name: np.concatenate([getattr(sample, name) for sample in samples])
        for name in RoundSample.__struct_fields__
        if name not in {"total", "streams"}
    }
    return RoundSample(
        **arrays,
        total=sum((sample.total for sample in samples), Decimal(0)),
        streams=tuple(streams.most_common()),
    )


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array([min(value, 2**62) for value in values], np.int64)


def _places(values: Iterable[int | None]) -> NDArray[np.int64]:
    """What lies beyond every possible position is kept as one that is."""
    return np.array(
        [NOT_TOLD if value is None else max(NOT_TOLD, min(value, _MOST_TICK)) for value in values],
        np.int64,
    )


def _floats(
    values: Iterable[float | None], *, least: float = 0.0, most: float
) -> NDArray[np.float64]:
    """What lies outside of `least` to `most` makes no sense, and is not known."""
    found = np.array([math.nan if value is None else value for value in values], np.float64)
    found[~((found >= least) & (found <= most))] = math.nan
    return found
