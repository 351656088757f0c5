"""Other programs' charts behind one face, to be measured beside ours where they are installed."""

import importlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import msgspec
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPicture

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


class PlainCandles:
    """An item in pyqtgraph's own plot that draws its candles into a picture, all in sight."""

    def __init__(self, opens: Floats, highs: Floats, lows: Floats, closes: Floats) -> None:
        self._candles = list(
            zip(opens.tolist(), highs.tolist(), lows.tolist(), closes.tolist(), strict=True)
        )
        self._plot = pg.PlotWidget()
        self._plot.resize(*_SIZE)
        self._item = _Pictured(self._candles)
        self._plot.addItem(self._item)
        self._plot.show()

    def candle(self) -> None:
        """Add a candle, and draw."""
        self._candles.append(self._candles[-1])
        self._item.draw()

    def close(self) -> None:
        """Put the window away."""
        self._plot.hide()
        self._plot.deleteLater()


class PlainLine:
    """The line of pyqtgraph's own plot, with all that makes it quick switched on."""

    def __init__(self, _opens: Floats, _highs: Floats, _lows: Floats, closes: Floats) -> None:
        self._closes = closes
        self._plot = pg.PlotWidget()
        self._plot.resize(*_SIZE)
        self._curve = self._plot.plot(closes, pen=pg.mkPen("w", width=1), skipFiniteCheck=True)
        self._curve.setClipToView(True)
        self._curve.setDownsampling(auto=True, method="peak")
        self._plot.show()

    def candle(self) -> None:
        """Add a price, and draw."""
        self._closes = np.append(self._closes, self._closes[-1])
        self._curve.setData(self._closes)

    def close(self) -> None:
        """Put the window away."""
        self._plot.hide()
        self._plot.deleteLater()


class _Pictured(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is not typed
    def __init__(self, candles: list[tuple[float, float, float, float]]) -> None:
        super().__init__()
        self._candles = candles
        self._picture = QPicture()
        self.draw()

    def draw(self) -> None:
        self.prepareGeometryChange()
        self._picture = QPicture()
        painter = QPainter(self._picture)
        painter.setPen(pg.mkPen("w"))
        ups, downs = pg.mkBrush("g"), pg.mkBrush("r")
        for at, (opened, high, low, closed) in enumerate(self._candles):
            painter.drawLine(QPointF(at, low), QPointF(at, high))
            painter.setBrush(ups if closed >= opened else downs)
            painter.drawRect(QRectF(at - 0.4, opened, 0.8, closed - opened))
        painter.end()
        self.update()

    # Qt's names from here on.

    def paint(self, painter: QPainter, *_args: object) -> None:
        painter.drawPicture(0, 0, self._picture)

    def boundingRect(self) -> QRectF:
        return QRectF(self._picture.boundingRect())


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of chart.

    Attributes:
        package: what it needs.
        words: what it is called.
        make: makes one of opens, highs, lows and closes.
        factor: how many times slower than ours it is at least; None where nothing is promised.
    """

    package: str
    words: str
    make: Callable[[Floats, Floats, Floats, Floats], Peer]
    factor: float | None = None


PEERS: Final = (
    Kind(package="pyqtgraph", words="pyqtgraph with candles in a picture", make=PlainCandles,
         factor=100.0),
    Kind(package="pyqtgraph", words="pyqtgraph's own line, tuned", make=PlainLine),
    Kind(package="vnpy", words="vnpy's chart", make=Vnpy, factor=100.0),
    Kind(package="finplot", words="finplot's chart", make=Finplot, factor=10.0),
)  # fmt: skip
"""Each peer; finplot comes last, for it changes pyqtgraph itself."""
