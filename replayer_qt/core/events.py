"""Everything that can have happened: frozen, past, one type for each kind of fact.

The encoded names (`ev`, `src`, `rx_wall_ns`, `rx_mono_ns`) are those of the journal's lines, so
that an event's JSON is a journal record without its sequence number and checksum.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.phase import Phase
from replayer_qt.core.units import Nanos, RoundId, StreamId

_NAMES = {"at": "rx_wall_ns", "mono": "rx_mono_ns", "stream": "src"}


class Event(
    msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="ev", tag=True, rename=_NAMES
):
    """Something that happened.

    Attributes:
        at: when this program learned of it [ns since the Unix epoch, UTC].
        mono: the same moment on the monotonic clock [ns]; 0 where a recording does not tell.
        stream: the venue and instrument that it concerns.
    """

    at: Nanos
    mono: Nanos
    stream: StreamId


# --- the market ----------------------------------------------------------------------------------


class TickOrigin(StrEnum):
    """How a tick came to be known; all but `LIVE` are filled in after the fact."""

    LIVE = "live"
    PARTIAL = "partial"
    """From the five newest ticks that each message repeats."""
    SNAPSHOT = "snapshot"
    """From the prices so far, sent on connecting."""
    HISTORY = "history"
    """From the price list of a finished round."""
    SEED = "seed"
    """Computed from the revealed seed."""


class RoundOpened(Event, frozen=True, kw_only=True, gc=False):
    """A round was heard of for the first time.

    Attributes:
        seed_hash: the venue's commitment to the seed [64 hex digits], where stated.
        version: the version of the price generator, as the venue names it.
    """

    round_id: RoundId
    seed_hash: str | None = None
    version: str | None = None


class PhaseChanged(Event, frozen=True, kw_only=True, gc=False):
    """A round entered another phase."""

    round_id: RoundId
    phase: Phase


class TimerTicked(Event, frozen=True, kw_only=True, gc=False):
    """The countdown to the next round moved.

    Attributes:
        remaining_ms: time left [ms].
        paused: whether the venue holds the countdown.
    """

    round_id: RoundId
    remaining_ms: int
    paused: bool = False


class PriceTicked(Event, frozen=True, kw_only=True, gc=False):
    """A price of a round became known.

    Attributes:
        tick: position in the round, counted from 0 by the venue.
        price: the price [multiplier].
        trade_count: trades of all players so far, where stated.
    """

    round_id: RoundId
    tick: int
    price: float
    origin: TickOrigin = TickOrigin.LIVE
    trade_count: int | None = None


class TickBlock(Event, frozen=True, kw_only=True, gc=False):
    """Many consecutive prices of one round at once; means the same as its ticks one by one.

    Only recordings played faster than they can be watched come like this, and histories. Never
    written to a journal. The arrays have one length and are read-only.

    Attributes:
        ticks: positions in the round, int64.
        prices: the prices [multiplier], float64.
        ats: when each was learned of [ns since the Unix epoch, UTC], int64.
    """

    round_id: RoundId
    ticks: NDArray[np.int64]
    prices: NDArray[np.float64]
    ats: NDArray[np.int64]


class RoundRugged(Event, frozen=True, kw_only=True, gc=False):
    """A round ended.

    Attributes:
        tick: the position of the rug.
        price: the price that every open position was sold at [multiplier].
    """

    round_id: RoundId
    tick: int
    price: float


class GapFound(Event, frozen=True, kw_only=True, gc=False):
    """Ticks of a round are missing and could not (yet) be filled.

    Attributes:
        first: the first missing position.
        last: the last missing position.
    """

    round_id: RoundId
    first: int
    last: int


class Side(StrEnum):
    """What a trade does."""

    BUY = "buy"
    SELL = "sell"
    SHORT_OPEN = "short_open"
    SHORT_CLOSE = "short_close"


class TradePrinted(Event, frozen=True, kw_only=True, gc=False):
    """The venue showed a trade of some player; a sample, not a tape.

    Attributes:
        trade_id: the venue's name for it.
        player: the player's public name, or a short form of the identifier; untrusted text.
        tick: the round's tick at which it was done.
        price: the price [multiplier].
        amount: what was paid or received [SOL].
        quantity: units bought or sold; 0 for shorts.
        coin: the currency's name.
    """

    round_id: RoundId
    trade_id: str
    player: str
    side: Side
    tick: int
    price: float
    amount: Decimal
    quantity: Decimal
    coin: str = "solana"
    leverage: int = 1


class SideBetPrinted(Event, frozen=True, kw_only=True, gc=False):
    """The venue showed a side bet that some player placed.

    Attributes:
        start: the tick it was placed at.
        end: the last tick at which a rug wins it.
        amount: the stake [SOL].
        multiple: what a win pays, as a multiple of the stake, gross.
    """

    round_id: RoundId
    player: str
    start: int
    end: int
    amount: Decimal
    multiple: int


class SideBetSettled(Event, frozen=True, kw_only=True, gc=False):
    """The venue showed how a side bet ended.

    Attributes:
        payout: what was paid out [SOL]; 0 when lost.
        profit: payout less stake [SOL].
    """

    round_id: RoundId
    player: str
    start: int
    end: int
    amount: Decimal
    payout: Decimal
    profit: Decimal


class Fairness(StrEnum):
    """Whether a finished round is what its seed says."""

    UNREVEALED = "unrevealed"
    VERIFIED = "verified"
    FAILED = "failed"


class SeedRevealed(Event, frozen=True, kw_only=True, gc=False):
    """The venue disclosed the seed of a finished round.

    Attributes:
        seed: the server's seed [64 hex digits].
        seed_hash: the commitment stated with it.
        version: the version of the price generator.
        peak: the peak that the venue states [multiplier], where stated.
        prices: all prices of the round, the rug price last, where stated.
        ended_at: when the round ended, by the venue's own clock [ns since the Unix epoch, UTC],
            where stated.
    """

    round_id: RoundId
    seed: str
    seed_hash: str
    version: str
    peak: float | None = None
    prices: tuple[float, ...] | None = None
    ended_at: Nanos | None = None


class FairnessChecked(Event, frozen=True, kw_only=True, gc=False):
    """A finished round was compared with what its seed generates.

    Attributes:
        verdict: never `UNREVEALED`.
        detail: what differed, in plain words; empty when verified.
    """

    round_id: RoundId
    verdict: Fairness
    detail: str = ""


# --- the connection ------------------------------------------------------------------------------


class Link(StrEnum):
    """What a feed's connection is doing."""

    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    """Connected, but no tick has come for too long."""
    WAITING = "waiting"
    """Between two attempts."""
    BLOCKED = "blocked"
    """The breaker is open or the attempt budget is spent."""
    ENDED = "ended"
    """A recording was played to its end, or the venue refused us for good."""


class FeedChanged(Event, frozen=True, kw_only=True, gc=False):
    """A feed's connection changed its state.

    Attributes:
        reason: why, in plain words; empty where the state says it all.
        attempt: which attempt this is since the last healthy connection, from 1; 0 when none.
        retry_at: when the next attempt is due [monotonic ns]; None when none is planned.
    """

    link: Link
    reason: str = ""
    attempt: int = 0
    retry_at: Nanos | None = None


class FeedMeasured(Event, frozen=True, kw_only=True, gc=False):
    """What a feed has counted since it was started; told at most twice a second.

    Attributes:
        messages: messages received.
        ticks: new ticks among them.
        filled: ticks filled in afterwards.
        rejected: messages refused, by reason.
        connects: connections made.
        attempts: connections tried.
        latency_ns: largest time from socket to event since the last measurement [ns].
    """

    messages: int
    ticks: int
    filled: int
    rejected: dict[str, int]
    connects: int
    attempts: int
    latency_ns: int


class RawReceived(Event, frozen=True, kw_only=True, gc=False):
    """A message exactly as it came; goes to the recorder only.

    Attributes:
        data: the payload's bytes.
    """

    data: bytes


class EventsShed(Event, frozen=True, kw_only=True, gc=False):
    """A queue was full, and events that may be shed were.

    Attributes:
        queue: which queue, by its receiver's name.
        count: how many events.
        first_at: when the first of them was received [ns since the Unix epoch, UTC].
        last_at: when the last of them was.
    """

    queue: str
    count: int
    first_at: Nanos
    last_at: Nanos


JournalEvent = (
    RoundOpened
    | PhaseChanged
    | TimerTicked
    | PriceTicked
    | RoundRugged
    | GapFound
    | TradePrinted
    | SideBetPrinted
    | SideBetSettled
    | SeedRevealed
    | FairnessChecked
    | FeedChanged
    | FeedMeasured
    | EventsShed
)
"""What a journal may hold."""

ROUND_EVENTS = (
    RoundOpened,
    PhaseChanged,
    TimerTicked,
    PriceTicked,
    TickBlock,
    RoundRugged,
    GapFound,
    TradePrinted,
    SideBetPrinted,
    SideBetSettled,
    SeedRevealed,
    FairnessChecked,
)
"""The types that name a round, for `isinstance`."""

SHEDDABLE = (PriceTicked, TimerTicked, FeedMeasured, RawReceived)
"""What a full queue in front of the eye may shed, for `isinstance`; nothing else ever is."""
