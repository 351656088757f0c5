"""Hands that use everything the window has, again and again, as a person would: by clicks."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QTabWidget, QWidget

from replayer_qt.core.orders import OrderSide
from replayer_qt.ui.arrangement import BEFORE, LIVE, REPLAY, Arrangement, Source
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.dialogs.one_line import LineDialog
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.theme import PALETTES

INDICATORS = ("sma", "ema", "bollinger", "rsi", "survival")
LEFT = Qt.MouseButton.LeftButton

Step = tuple[str, Callable[[], object]]


class Hands(QObject):
    """One step at a time, for ever.

    Args:
        window: the program's.
        recordings: where it records to.
        every_ms: time between two steps [ms].
        seed: draws where hands go.
    """

    def __init__(self, window: MainWindow, recordings: Path, *, every_ms: int, seed: int) -> None:
        super().__init__()
        self.doing = "nothing"
        self.steps = self.rounds = 0
        self.passed_over: dict[str, int] = {}  # bounded: one a name of a step
        self._window, self._recordings = window, recordings
        self._rng = random.Random(seed)
        self._script = self._steps()
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """Lay everything down."""
        self._timer.stop()
        self._close_dialogs()

    def _go_on(self) -> None:
        self.doing, act = next(self._script)
        self.steps += 1
        act()

    def _steps(self) -> Iterator[Step]:
        yield from self._begin()
        while True:
            for part in (
                self._trade, self._draw, self._look_back, self._look_at_docks, self._trade,
                self._replay, self._look_otherwise, self._read, self._trade, self._search,
                self._rearrange,
            ):  # fmt: skip
                yield from part()
            self.rounds += 1

    # --- the parts of the script

    def _begin(self) -> Iterator[Step]:
        desk = self._window.chart_desk
        extra = (Source(LIVE), Source(BEFORE), Source(REPLAY))
        yield "panes", lambda: desk.arrange(Arrangement(extra=extra))
        yield self._press("indicators")
        for name in INDICATORS:
            yield f"indicator {name}", lambda name=name: self._add_indicator(name)
        yield "close dialogs", self._close_dialogs
        yield self._press("hud")
        yield self._press("library")

    def _trade(self) -> Iterator[Step]:
        for side in (OrderSide.BUY, OrderSide.SIDE_BET, OrderSide.BUY, OrderSide.SELL):
            yield f"click {side.value}", lambda side=side: self._click_order(side)
        yield self._press("share-50")
        yield "click sell", lambda: self._click_order(OrderSide.SELL)
        yield self._press("share-100")
        yield "click sell", lambda: self._click_order(OrderSide.SELL)

    def _draw(self) -> Iterator[Step]:
        for shape in ("level", "trend", "box", "measure"):
            yield self._press(f"draw-{shape}")
            yield f"draw {shape}", self._drag_over_chart
        yield self._press("draw-undo")
        yield self._press("draw-redo")
        yield self._press("draw-clear")
        yield "draw a text", lambda: self._trigger("draw-text")
        yield "click for the text", self._click_chart
        yield "close dialogs", self._close_dialogs

    def _look_back(self) -> Iterator[Step]:
        for name in (
            "show-live", "step-back", "leap-back", "previous-round", "play", "faster", "faster",
            "speed-1,000x", "loop-start", "leap-forward", "loop-end", "loop-clear",
            "previous-event", "next-event", "peak", "walk-back", "speed-max", "end", "show-live",
        ):  # fmt: skip
            yield self._press(name)

    def _look_at_docks(self) -> Iterator[Step]:
        docking = self._window.docking
        for name, dock in docking.docks.items():
            if dock.isHidden():
                yield f"open dock {name}", lambda name=name: docking.toggle(name)
            yield f"look at dock {name}", dock.raise_

    def _replay(self) -> Iterator[Step]:
        yield "open a recording", self._open_recording
        for name in (
            "play", "speed-100x", "rug", "start", "speed-max", "play", "next-round", "next-event",
            "bookmark",
        ):  # fmt: skip
            yield self._press(name)
        yield "name the bookmark", self._name_bookmark
        for name in ("show-live", "show-past", "show-live", "close-replay"):
            yield self._press(name)

    def _look_otherwise(self) -> Iterator[Step]:
        palettes = [f"palette-{name}" for name in PALETTES]
        for name in (
            "theme-other", "theme-other", "line", "log", "log", "candles", "candle-1", "candle-20",
            "candle-5", "zoom-in", "zoom-in", "zoom-out", "show-all", "follow", "private",
            "private", *palettes, palettes[0], "letters-larger", "letters-normal", "own-marks",
            "own-marks", "trades-from-0.01", "trades-from-0.1", "overview-session",
            "overview-session", "next-mark", "previous-mark", "copy-picture", "copy-values",
            "dry-run", "dry-run", "say-chart",
        ):  # fmt: skip
            yield self._press(name)

    def _read(self) -> Iterator[Step]:
        for name in ("shortcuts", "about", "bookmarks", "indicators", "layouts", "jump"):
            yield self._press(name)
            yield "close dialogs", self._close_dialogs

    def _search(self) -> Iterator[Step]:
        library = self._library()
        tabs = None if library is None else library.findChild(QTabWidget)
        for page in range(0 if tabs is None else tabs.count()):
            yield f"page {page} of the library", lambda page=page: tabs.setCurrentIndex(page)
        if tabs is not None:
            yield "first page of the library", lambda: tabs.setCurrentIndex(0)

    def _rearrange(self) -> Iterator[Step]:
        yield self._press("pane-tabs")
        for _ in range(4):
            yield self._press("pane-next")
        yield self._press("pane-tabs")
        yield self._press("pane-close")
        yield self._press("pane-add")
        yield (
            "panes",
            lambda: self._window.chart_desk.arrange(
                Arrangement(extra=(Source(LIVE), Source(BEFORE), Source(REPLAY)))
            ),
        )

    # --- what hands do

    def _press(self, name: str) -> Step:
        return name, lambda: self._trigger(name)

    def _trigger(self, name: str) -> None:
        action = self._window.actions_.actions[name]
        if action.isEnabled():
            action.trigger()
        else:
            self._pass_over(name)

    def _pass_over(self, name: str) -> None:
        self.passed_over[name] = self.passed_over.get(name, 0) + 1

    def _click_order(self, side: OrderSide) -> None:
        button = self._window.trade_desk.ticket.buttons[side]
        if button.isEnabled() and button.words.allowed:
            QTest.mouseClick(button, LEFT)
        else:
            self._pass_over(f"click {side.value}: {button.words.then}"[:60])

    def _click_chart(self) -> None:
        QTest.mouseClick(self._window.chart_widget, LEFT, pos=self._somewhere())

    def _drag_over_chart(self) -> None:
        chart = self._window.chart_widget
        begin, end = self._somewhere(), self._somewhere()
        QTest.mouseMove(chart, begin)
        QTest.mousePress(chart, LEFT, pos=begin)
        QTest.mouseMove(chart, end)
        QTest.mouseRelease(chart, LEFT, pos=end)

    def _somewhere(self) -> QPoint:
        chart = self._window.chart_widget
        return QPoint(
            round(chart.width() * self._rng.uniform(0.2, 0.7)),
            round(chart.height() * self._rng.uniform(0.2, 0.7)),
        )

    def _add_indicator(self, name: str) -> None:
        dialog = next(iter(self._window.findChildren(IndicatorsDialog)))
        dialog.kinds.setCurrentIndex(dialog.kinds.findData(name))
        QTest.mouseClick(dialog.add, LEFT)

    def _name_bookmark(self) -> None:
        for dialog in self._window.findChildren(LineDialog):
            dialog.accept()
        self._close_dialogs()

    def _open_recording(self) -> None:
        # by name, which begins with the time: meanwhile files are packed, and gone
        finished = sorted(self._recordings.rglob("*.jsonl*"), key=lambda path: path.name)
        chosen = [path for path in finished if not path.name.startswith(".")][-12:-10]
        self._window.open_paths([str(path) for path in chosen])

    def _library(self) -> QWidget | None:
        tops = QApplication.topLevelWidgets()
        return next((one for one in tops if one.objectName() == "library"), None)

    def _close_dialogs(self) -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                dialog.close()
