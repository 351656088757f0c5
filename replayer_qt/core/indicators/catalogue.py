"""Every indicator that there is: its parameters with their ranges, and where it is drawn."""

import math
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import msgspec

from replayer_qt.core.indicators.activity import RealisedVolatility, TickRate
from replayer_qt.core.indicators.averages import Ema, Sma
from replayer_qt.core.indicators.bands import Bollinger
from replayer_qt.core.indicators.extremes import Drawdown, RunningPeak
from replayer_qt.core.indicators.indicator import Indicator
from replayer_qt.core.indicators.momentum import Rsi
from replayer_qt.core.indicators.ranges import Atr
from replayer_qt.core.indicators.vwap import Vwap

MOST: Final = 12
"""Indicators that are shown at once at most."""


class Place(Enum):
    """Where an indicator is drawn.

    Attributes:
        PRICES: among the prices, on their scale.
        STRIP: in a strip of its own below them.
        WORDS: in words and areas over the prices; it has no line.
    """

    PRICES = "prices"
    STRIP = "strip"
    WORDS = "words"


class Parameter(msgspec.Struct, frozen=True):
    """One number that a person may choose.

    Attributes:
        title: its name.
        usual: what it is at first.
        low: the least.
        high: the most.
        decimals: digits after the point; 0 for whole numbers.
        unit: what it is counted in.
    """

    title: str
    usual: float
    low: float
    high: float
    decimals: int = 0
    unit: str = "ticks"

    def takes(self, value: float) -> bool:
        """Return whether `value` is within the range, with no more digits than are allowed."""
        if not (math.isfinite(value) and self.low <= value <= self.high):
            return False
        return math.isclose(round(value, self.decimals), value, rel_tol=0, abs_tol=1e-9)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of indicator.

    Attributes:
        name: a stable short name.
        title: its name for people.
        short: its name where there is little room.
        says: one sentence on what it is.
        place: where it is drawn.
        parameters: what can be chosen, in order.
        make: makes one with such values; None where nothing is computed.
        lines: how many of its lines are drawn.
        unit: what stands behind its values.
        bounds: the ends of its scale, where it has fixed ones.
        levels: values that get a line of their own.
    """

    name: str
    title: str
    short: str
    says: str
    place: Place
    parameters: tuple[Parameter, ...] = ()
    make: Callable[..., Indicator] | None = None
    lines: int = 1
    unit: str = "x"
    bounds: tuple[float, float] | None = None
    levels: tuple[float, ...] = ()


def _length(usual: int, low: int = 2, high: int = 500, unit: str = "ticks") -> Parameter:
    return Parameter("Length", usual, low, high, unit=unit)


_KINDS: Final = (
    Kind(
        name="sma", title="Simple moving average", short="SMA", place=Place.PRICES, make=Sma,
        says="The mean of the newest prices.", parameters=(_length(20, 1),),
    ),
    Kind(
        name="ema", title="Exponential moving average", short="EMA", place=Place.PRICES, make=Ema,
        says="A mean in which newer prices weigh more.", parameters=(_length(12, 1),),
    ),
    Kind(
        name="vwap", title="Volume-weighted average price", short="VWAP", place=Place.PRICES,
        make=Vwap, says="What was paid on average by all whose trades were told.",
    ),
    Kind(
        name="bollinger", title="Bollinger bands", short="BB", place=Place.PRICES, lines=3,
        make=Bollinger, says="The mean, and standard deviations above and below it.",
        parameters=(_length(20), Parameter("Width", 2, 0.1, 10, 1, "deviations")),
    ),
    Kind(
        name="peak", title="Running peak", short="Peak", place=Place.PRICES, make=RunningPeak,
        says="The highest price so far.",
    ),
    Kind(
        name="drawdown", title="Drawdown from the peak", short="Drawdown", place=Place.STRIP,
        make=Drawdown, says="How far the price is below its highest so far.", unit=" %",
        levels=(0.0,),
    ),
    Kind(
        name="rsi", title="Relative strength index", short="RSI", place=Place.STRIP, make=Rsi,
        says="How much of the newest changes went up (Wilder).", parameters=(_length(14),),
        unit="", bounds=(0.0, 100.0), levels=(30.0, 70.0),
    ),
    Kind(
        name="atr", title="Average true range", short="ATR", place=Place.STRIP, make=Atr,
        says="How far candles reach on average (Wilder).",
        parameters=(
            _length(14, unit="candles"), Parameter("Candle", 5, 1, 100),
        ),
    ),
    Kind(
        name="volatility", title="Realised volatility", short="Volatility", place=Place.STRIP,
        make=RealisedVolatility, says="The size of the newest returns, per tick.", unit=" %",
        parameters=(_length(40),),
    ),
    Kind(
        name="tick-rate", title="Tick rate", short="Ticks", place=Place.STRIP, make=TickRate,
        says="How many ticks came in each of the newest seconds.", unit="/s",
        parameters=(Parameter("Window", 5, 0.5, 600, 1, "seconds"),),
    ),
    Kind(
        name="survival", title="Survival clock", short="Survival", place=Place.WORDS,
        says="What share of rounds lives beyond this tick.", unit=" %",
    ),
    Kind(
        name="side-bet", title="Side-bet window", short="Side bet", place=Place.WORDS,
        says="Until where a side bet of now would run.", unit="",
    ),
)  # fmt: skip

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Each kind by its name, in the order in which they are offered."""


class Chosen(msgspec.Struct, frozen=True):
    """An indicator with its parameters; as text like `sma:20` or `bollinger:20,2`.

    Attributes:
        kind: its name in `KINDS`.
        values: of its parameters, in their order.
    """

    kind: str
    values: tuple[float, ...] = ()

    def text(self) -> str:
        """Return it as text that `chosen` understands."""
        values = ",".join(f"{value:g}" for value in self.values)
        return f"{self.kind}:{values}" if values else self.kind

    def title(self) -> str:
        """Return its name for people where there is little room."""
        values = " ".join(f"{value:g}" for value in self.values)
        return f"{KINDS[self.kind].short} {values}".rstrip()


def usual(kind: str) -> Chosen:
    """Return an indicator of a kind in `KINDS` with the usual parameters."""
    return Chosen(kind, tuple(parameter.usual for parameter in KINDS[kind].parameters))


def chosen(text: str) -> Chosen | None:
    """Return the indicator that a text names; None where it names none, or beyond its ranges.

    >>> chosen("sma:20"), chosen("sma:0")
    (Chosen(kind='sma', values=(20.0,)), None)
    """
    name, _, rest = text.strip().partition(":")
    kind = KINDS.get(name)
    if kind is None:
        return None
    try:
        values = tuple(float(value) for value in rest.split(",")) if rest else ()
    except ValueError:
        return None
    return checked(Chosen(name, values))


def checked(wanted: Chosen) -> Chosen | None:
    """Return `wanted` if each value is within its range; None otherwise."""
    parameters = KINDS[wanted.kind].parameters if wanted.kind in KINDS else None
    if parameters is None or len(parameters) != len(wanted.values):
        return None
    fits = all(one.takes(value) for one, value in zip(parameters, wanted.values, strict=True))
    return wanted if fits else None


def made(wanted: Chosen) -> Indicator | None:
    """Return an indicator as it was chosen; None for a kind that computes nothing."""
    kind = KINDS[wanted.kind]
    if kind.make is None:
        return None
    values: Iterable[float | int] = (
        value if parameter.decimals else round(value)
        for parameter, value in zip(kind.parameters, wanted.values, strict=True)
    )
    return kind.make(*values)
