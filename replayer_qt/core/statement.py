"""What one message of a crash venue states; what it does not state is None, never 0 or false."""

import msgspec

from replayer_qt.core.units import Nanos, RoundId


class FinishedRound(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the venue's history: a round that ended, with its seed.

    Attributes:
        prices: all prices, the rug price last; None where the venue does not tell them.
        ended_at: when it ended, by the venue's own clock [ns since the Unix epoch, UTC].
    """

    round_id: RoundId
    seed: str
    seed_hash: str
    version: str
    peak: float | None = None
    prices: tuple[float, ...] | None = None
    ended_at: Nanos | None = None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One message, validated: prices are finite and positive, ticks and timers not negative.

    Attributes:
        round_id: the round that it speaks of.
        active: whether the round runs; still true in the messages that tell of the rug.
        rugged: whether the round has ended.
        presale: whether buying ahead of the round is open.
        price: the newest price [multiplier].
        tick: the server's counter. In a rugged snapshot it has run on past the rug.
        snapshot: whether this is a full snapshot, whose tick may be older than the stream.
        timer_ms: the countdown [ms]; 0 while the round runs.
        paused: whether the countdown is held.
        recent: the newest ticks and prices that the message repeats, in order.
        prices: all prices of the round so far, index is tick; None unless stated.
        history: finished rounds, newest first.
    """

    round_id: RoundId
    active: bool | None = None
    rugged: bool | None = None
    presale: bool | None = None
    price: float | None = None
    tick: int | None = None
    snapshot: bool = False
    timer_ms: int | None = None
    paused: bool | None = None
    trade_count: int | None = None
    players: int | None = None
    seed_hash: str | None = None
    version: str | None = None
    recent: tuple[tuple[int, float], ...] = ()
    prices: tuple[float, ...] | None = None
    history: tuple[FinishedRound, ...] = ()
