"""Ticks that are known only because a person pressed something at them: rounds with holes."""

from collections.abc import Iterable

import msgspec

from replayer_qt.adapters.library.importers.round_lines import RoundLines
from replayer_qt.core.events import Event
from replayer_qt.core.units import Nanos, RoundId, StreamId

_RUNNING = ("ACTIVE", "GAME_ACTIVATION")
_OVER = "RUG"


class Glimpse(msgspec.Struct, frozen=True, kw_only=True):
    """What a recorder of presses saw of the market at one moment.

    Attributes:
        round_id: the round's name.
        tick: its position; negative where it is not stated.
        price: the price there [multiplier]; NaN where it is not stated.
        phase: the recorder's own word for the phase; empty where it has none.
    """

    round_id: str
    tick: int
    price: float
    phase: str = ""


def rounds_seen(
    glimpses: Iterable[tuple[Glimpse, Nanos]], stream: StreamId
) -> tuple[list[Event], list[str]]:
    """Return the rounds' events, and what made no sense.

    Only what was seen of a running round is a tick: before and after it these recorders state a
    price of 1 and a tick of 0 for want of better. That a round was over tells of its end, but not
    where the end was.
    """
    rounds: dict[str, RoundLines] = {}
    for glimpse, at in glimpses:
        lines = rounds.get(glimpse.round_id)
        if lines is None:
            lines = rounds[glimpse.round_id] = RoundLines(stream, RoundId(glimpse.round_id), at)
        phase = glimpse.phase.upper()
        if phase.startswith(_OVER):
            lines.rugged_somewhere(at)
        elif phase.startswith(_RUNNING) or (not phase and glimpse.tick > 0):
            lines.tick(glimpse.tick, glimpse.price, at, None)
    events: list[Event] = []
    doubts: list[str] = []
    for lines in rounds.values():
        events += lines.finish()
        doubts += [f"round {lines.round_id}: {what}" for what in lines.damage]
    return events, doubts
