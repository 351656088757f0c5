"""Sums and spreads over the newest n values, without cancellation and in any portions the same.

A window reaches over two blocks of n values at most, so its sum is the end of one block and the
beginning of the next: sums run from the blocks' edges, never across the whole column.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def begin_of(first: int, n: int) -> int:
    """Return the first value that windows ending at `first` or later are computed from."""
    return max(first - n + 1, 0) // n * n


class _Halves(msgspec.Struct, frozen=True):
    """The two parts of each window: their sums; `ends` and `starts` in the blocks' order."""

    starts: Floats
    ends: Floats


def sums(values: Floats, n: int, first: int) -> Floats:
    """Return the sums of the `n` values up to each index from `first` on; NaN with fewer.

    Takes O(n) and O(indexes asked for), whatever stands before.
    """
    begin = begin_of(first, n)
    parts = _halves(_blocks(values[begin:], n))
    ends = np.arange(first, len(values)) - begin
    found = parts.starts[ends]
    rest = (ends + 1) % n != 0
    full = ends - n + 1 >= 0
    both = rest & full
    found[both] += parts.ends[ends[both] - n + 1]
    found[~full] = np.nan
    return found


def spreads(values: Floats, n: int, first: int) -> Floats:
    """Return the standard deviations (of a population) of the `n` values up to each index.

    As `sums`. Each block is told from its first value, so that what is lost is as small as the
    block's own range.
    """
    begin = begin_of(first, n)
    blocks = _blocks(values[begin:], n)
    origins = blocks[:, :1].copy()
    apart = blocks - origins
    once, twice = _halves(apart), _halves(apart * apart)
    ends = np.arange(first, len(values)) - begin
    full = ends - n + 1 >= 0
    place = ends % n
    count = (place + 1).astype(np.float64)
    squares = twice.starts[ends] - once.starts[ends] ** 2 / count
    split = full & (place != n - 1)
    if split.any():
        here, before = ends[split], ends[split] - n + 1
        few, many = count[split], n - count[split]
        older = twice.ends[before] - once.ends[before] ** 2 / many
        flat = origins[:, 0]
        step = (flat[here // n] + once.starts[here] / few) - (
            flat[before // n] + once.ends[before] / many
        )
        squares[split] = np.maximum(squares[split], 0.0) + np.maximum(older, 0.0)
        squares[split] += step * step * (few * many / n)
    found = np.sqrt(np.maximum(squares, 0.0) / n)
    found[~full] = np.nan
    return found


def _blocks(values: Floats, n: int) -> Floats:
    whole = -(-len(values) // n) * n
    padded = np.zeros(whole)
    padded[: len(values)] = values
    padded[len(values) :] = values[-1] if len(values) else 0.0
    return padded.reshape(-1, n)


def _halves(blocks: Floats) -> _Halves:
    return _Halves(
        starts=np.cumsum(blocks, axis=1).reshape(-1),
        ends=np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1].reshape(-1),
    )
