"""Exponential smoothing of any number of values at once, bit for bit as one by one.

Within a block the answer to the block's own values is computed from nothing, and what came before
fades in beside it: blocks are then independent of each other but for one number each.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BLOCK: Final = 512


class Smoother:
    """Each value becomes `kept` of the one before and the rest of itself.

    Args:
        kept: between 0 and 1.
        seeds: how many values' plain mean it begins with; 1 or more.

    Attributes:
        seed_sum: of the values that it begins with, as far as they came.
        seen: how many values were taken in.
    """

    def __init__(self, kept: float, seeds: int = 1) -> None:
        self.seed_sum = 0.0
        self.seen = 0
        self._kept, self._gain, self._seeds = kept, 1 - kept, max(seeds, 1)
        self._carried = self._answer = 0.0
        self._place = 0
        powers = [1.0]
        for _ in range(_BLOCK):
            powers.append(powers[-1] * kept)
        self._powers: Final = powers

    def take(self, values: Floats) -> Floats:
        """Return the smoothed values; NaN for those before the seeds are complete."""
        found = np.empty(len(values))
        seeds = min(self._seeds - self.seen, len(values)) if self.seen < self._seeds else 0
        for at, value in enumerate(values[:seeds].tolist()):
            self.seed_sum += value
            self.seen += 1
            found[at] = np.nan
            if self.seen == self._seeds:
                self._carried = self.seed_sum / self._seeds
                found[at] = self._carried
        self.seen += len(values) - seeds
        self._smooth(values[seeds:], found[seeds:])
        return found

    def _smooth(self, values: Floats, out: Floats) -> None:
        head = min(len(values), -self._place % _BLOCK)
        self._step(values[:head], out[:head])
        whole = head + (len(values) - head) // _BLOCK * _BLOCK
        if whole > head:
            self._stride(values[head:whole], out[head:whole])
        self._step(values[whole:], out[whole:])

    def _step(self, values: Floats, out: Floats) -> None:
        for at, value in enumerate(values.tolist()):
            self._answer = self._answer * self._kept + self._gain * value
            self._place += 1
            smoothed = self._carried * self._powers[self._place] + self._answer
            out[at] = smoothed
            if self._place == _BLOCK:
                self._carried, self._answer, self._place = smoothed, 0.0, 0

    def _stride(self, values: Floats, out: Floats) -> None:
        answers = np.ascontiguousarray(values.reshape(-1, _BLOCK).T) * self._gain
        for place in range(1, _BLOCK):
            answers[place] += answers[place - 1] * self._kept
        carried, fades = [self._carried], self._powers[_BLOCK]
        for last in answers[-1].tolist():
            carried.append(carried[-1] * fades + last)
        powers = np.array(self._powers[1:])[:, np.newaxis]
        out[:] = (np.array(carried[:-1]) * powers + answers).T.reshape(-1)
        self._carried = carried[-1]
