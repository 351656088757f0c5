"""Counting and cutting: a block of ticks counts as its ticks, and can be cut between any two."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from replayer_qt.core.events import Event, TickBlock
from replayer_qt.core.units import Nanos


def weight_of(event: Event) -> int:
    """Return how many events `event` stands for."""
    return len(event.ticks) if isinstance(event, TickBlock) else 1


def part_of(block: TickBlock, first: int, last: int) -> TickBlock:
    """Return the ticks of `block` from index `first` to before `last`, as a block of its own."""
    if first == 0 and last == len(block.ticks):
        return block
    return replace(
        block,
        at=Nanos(int(block.ats[last - 1])),
        ticks=block.ticks[first:last],
        prices=block.prices[first:last],
        ats=block.ats[first:last],
    )


def after(events: Sequence[Event], ordinal: int) -> Iterator[Event]:
    """Yield what comes after the first `ordinal` events, a block counted as its ticks."""
    seen = 0
    for event in events:
        weight = weight_of(event)
        if seen >= ordinal:
            yield event
        elif isinstance(event, TickBlock) and seen + weight > ordinal:
            yield part_of(event, ordinal - seen, weight)
        seen += weight
