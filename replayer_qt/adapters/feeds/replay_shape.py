"""What is told of a tape being played: its place in the list, its shape, where a seek leads."""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.adapters.feeds.replay_tape import Tape
from replayer_qt.core.commands import (
    Command,
    SeekActivation,
    SeekEnd,
    SeekPeak,
    SeekRug,
    SeekShare,
    SeekStart,
    SeekTick,
)

_SHAPE_POINTS: Final = 4_096


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Which round of what is played, for people.

    Attributes:
        source: the recording's name.
        round_index: which of its rounds it is, from 0; `rounds` of them.
        file_index: which file of the list it is, from 0; `files` of them.
        seed: names the order of a shuffled list.
    """

    source: str = ""
    round_index: int = 0
    rounds: int = 1
    file_index: int = 0
    files: int = 1
    seed: int | None = None


def shape_of(tape: Tape) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return ticks and prices by their numbers, read-only; long rounds are thinned.

    Ticks that were filled in late come late in a tape.
    """
    order = np.argsort(tape.ticks, kind="stable")
    ticks, prices = tape.ticks[order], tape.prices[order]
    keep = _thinned(prices)
    ticks, prices = ticks[keep], prices[keep]
    for column in (ticks, prices):
        column.flags.writeable = False
    return ticks, prices


def target_of(tape: Tape, command: Command) -> int | None:
    """Return the cursor that a seek asks for; None for anything else."""
    match command:
        case SeekTick(tick=tick):
            return tape.stop(tape.position_of(tick))
        case SeekShare(share=share):
            return 0 if math.isnan(share) else tape.stop(_share_of(tape, share))
        case SeekStart():
            return 0
        case SeekActivation():
            return tape.stop(1)
        case SeekPeak():
            return tape.stop(tape.position_of_peak())
        case SeekRug():
            rug = tape.rug_tick
            return tape.end if rug is None else tape.stop(tape.position_of(rug))
        case SeekEnd():
            return tape.end
        case _:
            return None


def _share_of(tape: Tape, share: float) -> int:
    return round(min(max(share, 0.0), 1.0) * len(tape))


def _thinned(prices: NDArray[np.float64]) -> NDArray[np.int64] | slice:
    """Return which points show the shape: the ends and the extremes of equal parts."""
    size = len(prices)
    if size <= _SHAPE_POINTS:
        return slice(None)
    edges = np.linspace(0, size, _SHAPE_POINTS // 2 + 1).astype(np.int64)
    parts = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    kept = [np.array([0, size - 1])]
    for extreme in (np.minimum, np.maximum):
        found = np.flatnonzero(prices == extreme.reduceat(prices, edges[:-1])[parts])
        _, first = np.unique(parts[found], return_index=True)
        kept.append(found[first])
    return np.unique(np.concatenate(kept))
