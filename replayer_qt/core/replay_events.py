"""What happens to a replay: opened, moved, sent somewhere else."""

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.events import Event
from replayer_qt.core.units import RoundId, StreamId


class Rewound(Event, frozen=True, kw_only=True, gc=False):
    """A replay went somewhere else: forget the stream, then fold this history.

    Attributes:
        history: everything before the new position, oldest first; no `Rewound` in it.
    """

    history: "tuple[Event, ...]"


class ReplayMoved(Event, frozen=True, kw_only=True, gc=False):
    """Where a replay stands; told with every batch it sends.

    Attributes:
        source: the recording's file name, for people.
        position: how many ticks of the round were played.
        length: how many there are in the round.
        speed: asked-for speed [recording seconds per second]; inf is as fast as possible.
        achieved: the speed reached lately [recording seconds per second].
        playing: whether it moves by itself.
        round_index: which round of the recording this is, from 0.
        rounds: how many rounds the recording has.
        file_index: which file of the list this is, from 0.
        files: how many the list has.
        seed: names the order of a shuffled list; None for the list's own.
        loop_start: the tick that a loop begins at; None where it has none.
        loop_end: the tick that it ends at.
        behind: ticks behind the newest one of a round that still goes on; None in any other.
    """

    source: str
    position: int
    length: int
    speed: float
    achieved: float
    playing: bool
    round_index: int = 0
    rounds: int = 1
    file_index: int = 0
    files: int = 1
    seed: int | None = None
    loop_start: int | None = None
    loop_end: int | None = None
    behind: int | None = None


class ReplayOpened(Event, frozen=True, kw_only=True, gc=False):
    """A recording was opened for replay.

    Attributes:
        source: the recording's file name, for people.
        damage: what was wrong with it, one line each, in plain words.
        rounds: the round names in it, in order.
        path: where the file lies; empty where there is none.
        past_of: the running stream whose past this is; None for a recording.
    """

    source: str
    damage: tuple[str, ...]
    rounds: tuple[RoundId, ...]
    path: str = ""
    past_of: StreamId | None = None


class ReplayShaped(Event, frozen=True, kw_only=True, gc=False):
    """Another round of a replay was loaded: all of its prices, for the scrubber to draw.

    Tells the eye what lies ahead; no state, bot or account may ever look at it. The arrays have
    one length and are read-only; long rounds may be thinned, first, last, highest kept.

    Attributes:
        ticks: positions in the round, int64.
        prices: the prices [multiplier], float64.
        rug_tick: the position of the rug; None where the recording ends before it.
        recorded_as: the stream that it was recorded from, which the replay's own hides.
    """

    round_id: RoundId
    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    rug_tick: int | None = None
    recorded_as: StreamId | None = None


class ReplayGrown(Event, frozen=True, kw_only=True, gc=False):
    """The round that is replayed went on meanwhile: its shape so far, as in `ReplayShaped`.

    For the eye alone, too; nobody forgets anything, for what was played stays as it was.
    """

    round_id: RoundId
    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    rug_tick: int | None = None
