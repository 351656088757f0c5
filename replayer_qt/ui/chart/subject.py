"""What is charted: one round's series, its candles, and what its state says about it."""

import math
from typing import Final

import msgspec
import numpy as np

from replayer_qt.core.candles import Candles, CandleSeries, NanosPerCandle, TicksPerCandle
from replayer_qt.core.events import Link
from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.state import Advance, MarketState
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.plan import Standing, Timeline
from replayer_qt.ui.view import is_nothing_shown

NO_MARKET: Final = "No market yet"
NO_MARKET_DETAIL: Final = "Connect to a venue, or open a recording"
NO_TICK: Final = "Waiting for the first tick"

_FEW: Final = 4_096
_COUNTED_DOWN: Final = frozenset({Phase.PRESALE, Phase.COOLDOWN})


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """The candle under the crosshair.

    Attributes:
        tick: its first tick; in a chart of bare candles, its number.
        time: when that was learned of [ns since the Unix epoch, UTC].
    """

    tick: int
    time: int
    open: float
    high: float
    low: float
    close: float


class Subject:
    """Keeps the candles of what is shown, and starts over whenever that is something else.

    Attributes:
        candles: the candles; empty when there is nothing.
        identity: grows with each other series.
        round: what the state knows of the round; None without one.
        can_seek: whether a replay is shown.
        is_past: whether the candles are those of the round before, for this one has not begun.
        nothing: what is said where there is no market: a headline, and what stands below it.
    """

    def __init__(self) -> None:
        self.candles = CandleSeries()
        self.identity = 0
        self.round: RoundState | None = None
        self.nothing = (NO_MARKET, NO_MARKET_DETAIL)
        self.can_seek = self.is_past = self._is_old = False
        self._before: RoundState | None = None
        self._by: TicksPerCandle | NanosPerCandle = TicksPerCandle(1)
        self._each = False
        self._series: RoundSeries | None = None
        self._stream: StreamId | None = None
        self._bare = False
        self._known: tuple[tuple[int, ...], tuple[float, float]] = ((), (math.inf, -math.inf))

    @property
    def series(self) -> RoundSeries | None:
        """The ticks that the candles are made of; None for bare candles."""
        return None if self._bare else self._series

    @property
    def stream(self) -> StreamId | None:
        """Where they were heard; None for bare candles."""
        return None if self._bare else self._stream

    @property
    def timeline(self) -> Timeline:
        """What the candles' positions mean."""
        if self._bare:
            return Timeline()
        by = self._width()
        if isinstance(by, TicksPerCandle):
            return Timeline(by_time=False, span=max(by.ticks, 1))
        return Timeline(by_time=True, span=max(by.nanos, 1))

    @property
    def is_nothing(self) -> bool:
        """Whether there is no market to chart."""
        return self._stream is None and not self._bare

    @property
    def standing(self) -> Standing:
        """How the newest candle stands to the market."""
        if self.is_past:
            return Standing.PAST
        return Standing.OLD if self._is_old else Standing.NOW

    def take(self, advance: Advance) -> bool:
        """Take the newest state; return whether another round or stream is shown now."""
        market = None if is_nothing_shown(advance.state) else advance.state.market()
        stream = None if market is None else market.stream
        shown = None if market is None else market.round
        series = None
        if stream is not None:
            series = (
                advance.session.newest(stream)
                if shown is None
                else advance.session.series(stream, shown.round_id)
            )
        before, is_bare = (self._stream, self._drawn()), self._bare
        older = None if market is None else _gone_by(market, advance)
        self.is_past = older is not None and not series
        self._before = None if market is None else market.previous
        self.can_seek = market is not None and market.replay is not None and not self.is_past
        self._is_old = market is not None and _is_old(market, advance)
        self._stream, self.round, self._bare = stream, shown, False
        series = older if self.is_past else series
        other = (stream, self._drawn()) != before or is_bare
        if series is not self._series or other:
            self._series = series
            self._begin()
        return other

    def take_bare(self, candles: CandleSeries) -> None:
        """Chart candles that belong to no round."""
        self._series, self._stream, self.round = None, None, None
        self._bare, self.is_past, self._is_old = True, False, False
        self.candles = candles
        self.identity += 1

    def make_by(self, by: TicksPerCandle | NanosPerCandle) -> None:
        """Make candles of another width."""
        if by == self._by:
            return
        before, self._by = self._width(), by
        if not self._bare and self._width() != before:
            self._begin()

    def draw_each(self, *, on: bool) -> float:
        """Have a candle for each tick, or go back to the candles' width.

        Returns:
            How many candles there are now for one that there was.
        """
        wide = self._ticks_per_candle()
        self._each = on
        if not self._bare:
            self._begin()
            self.candles.update()
        return wide / self._ticks_per_candle()

    def words(self) -> tuple[str, str]:
        """Return what stands in the middle of a chart without candles, and what below it."""
        if self._bare or (len(self.candles) and not self.is_past):
            return "", ""
        if self._stream is None:
            return self.nothing
        known = self.round
        if known is None or known.timer_ms is None:
            return NO_TICK, ""
        if known.phase not in _COUNTED_DOWN:
            return NO_TICK, ""
        detail = "Presale at 1.00x" if known.phase is Phase.PRESALE else "The round has ended"
        return f"Next round in {max(known.timer_ms, 0) / 1000:.2f} s", detail

    def peak(self) -> tuple[int, float] | None:
        """Return the candle and the price of the highest price before the rug."""
        known = self.round
        if known is None or known.peak_tick < 0 or self.is_past or not len(self.candles):
            return None
        return self.candle_of(known.peak_tick), known.peak

    def rug(self) -> tuple[int, float, int] | None:
        """Return candle, price and tick of the rug."""
        known = self._before if self.is_past else self.round
        if known is None or known.rug_tick is None or not len(self.candles):
            return None
        price = known.price if known.rug_price is None else known.rug_price
        return self.candle_of(known.rug_tick), price or 0.0, known.rug_tick

    def candle_of(self, tick: int) -> int:
        """Return the candle that a tick is in, or would be."""
        at = int(np.searchsorted(self.candles.first_tick, tick, side="right")) - 1
        return max(at, 0)

    def at(self, index: int) -> Pointed | None:
        """Return a candle's values; None where there is no candle."""
        candles = self.candles
        if not 0 <= index < len(candles):
            return None
        return Pointed(
            tick=int(candles.first_tick[index]),
            time=int(candles.start[index]),
            open=float(candles.open[index]),
            high=float(candles.high[index]),
            low=float(candles.low[index]),
            close=float(candles.close[index]),
        )

    def extremes(self, first: int, end: int, per: int) -> tuple[float, float]:
        """Return lowest and highest price of the columns `first` up to `end`, NaN without any.

        Those of the finished columns are remembered until others are asked for.
        """
        candles, count = self.candles, len(self.candles)
        last = (count - 1) // per
        left, right = max(first, 0) * per, min(end, last) * per
        key = (self.identity, candles.generation, left, right)
        if key != self._known[0]:
            self._known = (key, _extremes(candles, left, right))
        lowest, highest = self._known[1]
        if count and max(first, 0) <= last < end:
            low, high = _extremes(candles, last * per, count)
            lowest, highest = min(lowest, low), max(highest, high)
        return (lowest, highest) if lowest <= highest else (math.nan, math.nan)

    def _width(self) -> TicksPerCandle | NanosPerCandle:
        return TicksPerCandle(1) if self._each else self._by

    def _ticks_per_candle(self) -> float:
        by = self._width()
        if self._bare:
            return 1.0
        if isinstance(by, TicksPerCandle):
            return float(max(by.ticks, 1))
        return float(self.candles.count.mean()) if len(self.candles) else 1.0

    def _drawn(self) -> RoundId | None:
        known = self._before if self.is_past else self.round
        return None if known is None else known.round_id

    def _begin(self) -> None:
        series = self._series
        self.candles = CandleSeries() if series is None else Candles(series, by=self._width())
        self.identity += 1


def _extremes(candles: CandleSeries, first: int, end: int) -> tuple[float, float]:
    """Return lowest and highest price of some candles; inf and -inf without any."""
    if end - first <= _FEW:  # looked through more quickly than looked up
        low, high = candles.low[first:end], candles.high[first:end]
        return float(low.min(initial=math.inf)), float(high.max(initial=-math.inf))
    lows, highs = candles.columns(first, end, 1)
    return float(lows[0]), float(highs[0])


def in_words(pointed: Pointed) -> str:
    """Return what stands below the crosshair, in words."""
    if pointed.open == pointed.high == pointed.low == pointed.close:
        return f"tick {pointed.tick:,}   {fmt.price(pointed.close)}"
    change = pointed.close / pointed.open - 1 if pointed.open else 0.0
    return (
        f"tick {pointed.tick:,}   open {fmt.price(pointed.open)}   high {fmt.price(pointed.high)}"
        f"   low {fmt.price(pointed.low)}   close {fmt.price(pointed.close)}   {change:+.2%}"
    )


def _gone_by(market: MarketState, advance: Advance) -> RoundSeries | None:
    """Return the round before, if it is kept, while the next one is counted down to."""
    if market.round is None or market.previous is None or market.round.phase not in _COUNTED_DOWN:
        return None
    return advance.session.series(market.stream, market.previous.round_id)


def _is_old(market: MarketState, advance: Advance) -> bool:
    """Whether the market may be elsewhere by now: its feed is not live, or there is none."""
    if market.replay is not None or market.opened is not None:
        return False
    link = Link.LIVE if market.link is None else market.link.link
    return market.stream != advance.state.live or link is not Link.LIVE
