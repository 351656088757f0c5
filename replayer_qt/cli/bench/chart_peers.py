"""Other programs' charts behind one face, to be measured beside ours where they are installed."""

import importlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SIZE: Final = (1280, 800)
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Peer(Protocol):
    """A chart with all its candles in sight."""

    def candle(self) -> None:
        """Add a candle, and draw."""
        ...

    def close(self) -> None:
        """Put the window away."""
        ...


class Vnpy:
    """The chart of vnpy, all candles in sight.

    Raises:
        ImportError: vnpy, or something that it needs, is not installed.
    """

    def __init__(self, opens: Floats, highs: Floats, lows: Floats, closes: Floats) -> None:
        chart = importlib.import_module("vnpy.chart")
        self._objects: Any = importlib.import_module("vnpy.trader.object")
        self._constants: Any = importlib.import_module("vnpy.trader.constant")
        self._count = 0
        bars = [
            self._bar(*values)
            for values in zip(
                opens.tolist(), highs.tolist(), lows.tolist(), closes.tolist(), strict=True
            )
        ]
        self._window: Any = chart.ChartWidget()
        self._window.add_plot("candle")
        self._window.add_item(chart.CandleItem, "candle", "candle")
        self._window.resize(*_SIZE)
        self._window.update_history(bars)
        self._window._bar_count = self._count  # noqa: SLF001  # it has no other way to show all
        self._window.move_to_right()
        self._window.show()
        self._last = float(closes[-1])

    def candle(self) -> None:
        """Add a candle, and draw."""
        price = self._last
        self._window.update_bar(self._bar(price, price + 1, price - 1, price + 0.5))

    def close(self) -> None:
        """Put the window away."""
        self._window.hide()
        self._window.deleteLater()

    def _bar(self, opened: float, high: float, low: float, closed: float) -> object:
        self._count += 1
        return self._objects.BarData(
            gateway_name="bench",
            symbol="bench",
            exchange=self._constants.Exchange.LOCAL,
            datetime=_BEGIN + timedelta(minutes=self._count),
            interval=self._constants.Interval.MINUTE,
            volume=1.0,
            open_price=opened,
            high_price=high,
            low_price=low,
            close_price=closed,
        )


class Finplot:
    """The chart of finplot, all candles in sight.

    Raises:
        ImportError: finplot, or something that it needs, is not installed.
    """

    def __init__(self, opens: Floats, highs: Floats, lows: Floats, closes: Floats) -> None:
        self._finplot: Any = importlib.import_module("finplot")
        pandas: Any = importlib.import_module("pandas")
        index = pandas.date_range(_BEGIN, periods=len(opens), freq="min")
        self._frame: Any = pandas.DataFrame(
            {"open": opens, "close": closes, "high": highs, "low": lows}, index=index
        )
        self._step = pandas.Timedelta(minutes=1)
        self._axes: Any = self._finplot.create_plot("bench", init_zoom_periods=10**9)
        self._plot: Any = self._finplot.candlestick_ochl(self._frame)
        self._finplot.show(qt_exec=False)
        self._window: Any = self._axes.vb.win
        self._window.resize(*_SIZE)

    def candle(self) -> None:
        """Add a candle, and draw."""
        frame = self._frame
        frame.loc[frame.index[-1] + self._step] = frame.iloc[-1]
        self._plot.update_data(frame)

    def close(self) -> None:
        """Put the window away."""
        self._window.hide()
        self._finplot.close()


PEERS: Final[Mapping[str, Callable[[Floats, Floats, Floats, Floats], Peer]]] = MappingProxyType(
    {"vnpy": Vnpy, "finplot": Finplot}
)
"""Each peer by the name of its package."""
