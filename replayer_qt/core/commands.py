"""Everything that can be asked for: frozen, wished, obeyed or refused with a reason."""

import msgspec

from replayer_qt.core.units import RoundId, StreamId


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Something that somebody wants."""


# --- feeds and the recorder ----------------------------------------------------------------------


class Connect(Command, frozen=True, kw_only=True):
    """Receive from a venue.

    Attributes:
        venue: `practice`, `rugs` or `binance`.
        url: another address than the settings' one; None for that.
    """

    venue: str
    url: str | None = None


class Disconnect(Command, frozen=True, kw_only=True):
    """Stop receiving from the venue."""


class StartRecording(Command, frozen=True, kw_only=True):
    """Write what is received to disk."""


class StopRecording(Command, frozen=True, kw_only=True):
    """Finish the file and write no more."""


class Chaos(Command, frozen=True, kw_only=True):
    """Ask the practice exchange for a fault.

    Attributes:
        fault: its name, one of the practice exchange's fault switches.
    """

    fault: str


# --- what is looked at ---------------------------------------------------------------------------


class OpenRecordings(Command, frozen=True, kw_only=True):
    """Open files for replay, one after another.

    Attributes:
        paths: files or folders.
    """

    paths: tuple[str, ...]


class OpenRound(Command, frozen=True, kw_only=True):
    """Open the files that hold a round, and stand at its beginning or at one of its ticks.

    Attributes:
        paths: the files.
        tick: the tick to stand at; -1 for before the first one, None for where replays begin.
    """

    paths: tuple[str, ...]
    round_id: RoundId
    tick: int | None = None


class CloseReplay(Command, frozen=True, kw_only=True):
    """Put the recording away."""


class Show(Command, frozen=True, kw_only=True):
    """Look at another stream; what is not looked at goes on all the same."""

    stream: StreamId


class GoTo(Command, frozen=True, kw_only=True):
    """Look at the recording of a round, at one of its ticks.

    Attributes:
        stream: where it happened.
        tick: the tick to stand at; -1 for before the first one.
    """

    stream: StreamId
    round_id: RoundId
    tick: int


# --- replay --------------------------------------------------------------------------------------


class ReplayCommand(Command, frozen=True, kw_only=True):
    """Something that a replay obeys."""


class Play(ReplayCommand, frozen=True, kw_only=True):
    """Move by itself."""


class Pause(ReplayCommand, frozen=True, kw_only=True):
    """Stand still."""


class Step(ReplayCommand, frozen=True, kw_only=True):
    """Move by some ticks and stand still.

    Attributes:
        ticks: how many, backwards when negative.
    """

    ticks: int


class SeekTick(ReplayCommand, frozen=True, kw_only=True):
    """Go to a tick of the round being replayed: that tick is the last one known."""

    tick: int


class SeekShare(ReplayCommand, frozen=True, kw_only=True):
    """Go to a share of the round being replayed.

    Attributes:
        share: from 0 (nothing known) to 1 (all of it).
    """

    share: float


class SeekStart(ReplayCommand, frozen=True, kw_only=True):
    """Go to before the first event of the round."""


class SeekActivation(ReplayCommand, frozen=True, kw_only=True):
    """Go to the first tick of the round, past the countdown."""


class SeekPeak(ReplayCommand, frozen=True, kw_only=True):
    """Go to the highest price of the round."""


class SeekRug(ReplayCommand, frozen=True, kw_only=True):
    """Go to the rug."""


class SeekEnd(ReplayCommand, frozen=True, kw_only=True):
    """Go to after the last event of the round."""


class NextRound(ReplayCommand, frozen=True, kw_only=True):
    """Go to the start of the next round of the recording."""


class PreviousRound(ReplayCommand, frozen=True, kw_only=True):
    """Go to the start of the round before."""


class SeekRound(ReplayCommand, frozen=True, kw_only=True):
    """Go to a round of the recordings being replayed; nothing happens if none of them holds it.

    Attributes:
        tick: the tick to stand at; -1 for before the first one, None for where replays begin.
    """

    round_id: RoundId
    tick: int | None = None


class SetSpeed(ReplayCommand, frozen=True, kw_only=True):
    """Replay at another speed.

    Attributes:
        speed: 0.1 to 1000 [recording seconds per second], or inf for as fast as possible.
    """

    speed: float


class SetSpacing(ReplayCommand, frozen=True, kw_only=True):
    """Space ticks as they were recorded, or evenly.

    Attributes:
        fixed_ms: time between two ticks at speed 1 [ms]; None for as recorded.
    """

    fixed_ms: int | None
