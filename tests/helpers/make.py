"""Makes events for tests with everything that does not matter filled in."""

from typing import Any

from replayer_qt.core.events import (
    Event,
    PriceTicked,
    RoundOpened,
    RoundRugged,
)
from replayer_qt.core.units import PRACTICE, Nanos, RoundId, StreamId

ROUND = RoundId("20261121-0123456789abcdef")


def event(kind: type[Any], at: int = 0, *, stream: StreamId = PRACTICE, **fields: Any) -> Any:
    """Return an event of `kind`, received `at` [ns]."""
    return kind(at=Nanos(at), mono=Nanos(at), stream=stream, **fields)


def ticked(tick: int, price: float = 1.0, *, round_id: RoundId = ROUND, **fields: Any) -> Any:
    """Return a price, 250 ms after the one before."""
    return event(
        PriceTicked, tick * 250_000_000, round_id=round_id, tick=tick, price=price, **fields
    )


def a_round(prices: list[float], *, round_id: RoundId = ROUND) -> list[Event]:
    """Return a whole round with these prices, the last one being the rug's."""
    ticks = [ticked(tick, price, round_id=round_id) for tick, price in enumerate(prices)]
    last = len(prices) - 1
    rug = event(RoundRugged, last * 250_000_000, round_id=round_id, tick=last, price=prices[-1])
    return [event(RoundOpened, round_id=round_id), *ticks, rug]
