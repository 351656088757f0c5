"""What a person drew on a chart: lines, boxes and words, tied to ticks and prices of a round."""

import math
from enum import StrEnum
from typing import Final

import msgspec

from replayer_qt.core.units import RoundId, StreamId, venue_of

DRAWINGS_MOST: Final = 100
"""How many drawings one round, or one venue, can have."""

TEXT_MOST: Final = 80
"""How long a drawing's words can be."""

_TICK_MOST: Final = 10**9
_PRICE_MOST: Final = 1e12


class Shape(StrEnum):
    """What is drawn."""

    LEVEL = "level"
    TREND = "trend"
    RAY = "ray"
    BOX = "box"
    MEASURE = "measure"
    TEXT = "text"


class Hue(StrEnum):
    """In which colour; six that most people can tell apart on dark and on light."""

    ORANGE = "orange"
    SKY = "sky"
    GREEN = "green"
    RED = "red"
    PINK = "pink"
    PLAIN = "plain"


class Reach(StrEnum):
    """Where a drawing is shown: on its round alone, or on every round of its venue."""

    ROUND = "round"
    VENUE = "venue"


class Anchor(msgspec.Struct, frozen=True):
    """A place in a round, whatever the chart's zoom and scale.

    Attributes:
        tick: the position in the round.
        price: the price [multiplier].
    """

    tick: int
    price: float

    @property
    def is_sound(self) -> bool:
        """Whether it can be drawn."""
        return 0 <= self.tick <= _TICK_MOST and math.isfinite(self.price) and self.is_priced

    @property
    def is_priced(self) -> bool:
        """Whether its price is one that can be: above -1e12 and below 1e12."""
        return abs(self.price) < _PRICE_MOST


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """One of them.

    Attributes:
        begin: where it begins; a level's price, a text's place.
        end: where it ends; the same as `begin` for a level and a text.
        text: the words of a text; empty for others.
    """

    shape: Shape
    begin: Anchor
    end: Anchor
    hue: Hue = Hue.ORANGE
    reach: Reach = Reach.ROUND
    text: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it can be drawn and kept."""
        return self.begin.is_sound and self.end.is_sound and len(self.text) <= TEXT_MOST


Drawings = tuple[Drawing, ...]


class Sheet(msgspec.Struct, frozen=True):
    """What drawings are kept under: one round, whichever stream tells it, or one venue.

    Attributes:
        reach: what the name is of.
        name: the round's or the venue's.
    """

    reach: Reach
    name: str


def sheets_of(stream: StreamId, round_id: RoundId) -> tuple[Sheet, Sheet]:
    """Return where the drawings of a round and of its venue are kept.

    >>> [sheet.name for sheet in sheets_of(StreamId("rugs/crash"), RoundId("r1"))]
    ['r1', 'rugs']
    """
    return Sheet(Reach.ROUND, str(round_id)), Sheet(Reach.VENUE, venue_of(stream))


def sound(drawings: Drawings) -> Drawings:
    """Return those that can be drawn and kept, the first hundred of them."""
    return tuple(each for each in drawings if each.is_sound)[:DRAWINGS_MOST]
