"""What a plot of statistics shows: axes, layers with their intervals, words for each place."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

Say = Callable[[float], str]


class Ink(StrEnum):
    """What a layer stands for; each has a colour and a kind of line, so neither is alone."""

    DATA = "data"
    THEORY = "theory"
    LIMIT = "limit"


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """One axis; `low` is below `high`, and above 0 on a logarithmic scale.

    Attributes:
        title: what it measures, with its unit in brackets.
        say: writes a number of it.
    """

    title: str
    low: float
    high: float
    say: Say
    log: bool = False


class Ribbon(msgspec.Struct, frozen=True, kw_only=True):
    """A band between two curves: filled for data, hatched for a theory.

    Attributes:
        xs: where it is told, ascending.
        stepped: whether a height holds until the next place.
    """

    name: str
    ink: Ink
    xs: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    stepped: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A curve: solid for data, dashed for a theory, dotted for a limit."""

    name: str
    ink: Ink
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    stepped: bool = False


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One value with its interval, over a bin or at a place.

    Attributes:
        left: where the bin begins; the place itself where `right` is the same.
        right: where it ends.
        y: the value; None where it is not known.
        low: the interval's lower end; None where it has none.
        high: its upper end.
        wide_low: the same of an interval that holds together with the others.
        wide_high: its upper end.
    """

    left: float
    right: float
    y: float | None
    low: float | None = None
    high: float | None = None
    wide_low: float | None = None
    wide_high: float | None = None


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """Values with whiskers: as bars from 0, or as dots with the width of their bins."""

    name: str
    marks: tuple[Mark, ...]
    bars: bool = False


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A line at one height, all the way."""

    name: str
    ink: Ink
    y: float


Layer = Ribbon | Line | Marks | Level


class Place(msgspec.Struct, frozen=True):
    """What the pointer is told near `x`."""

    x: float
    words: str


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One plot.

    Attributes:
        key: its short name, for files: letters, digits and dashes.
        title: what it shows.
        rests_on: how many rounds, and how sure the intervals are.
        sentence: what it says, in plain words.
        layers: the lowest first.
        places: ascending.
    """

    key: str
    title: str
    rests_on: str
    sentence: str
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    places: tuple[Place, ...] = ()
