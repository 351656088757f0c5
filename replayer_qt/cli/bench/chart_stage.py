"""A chart of one long round with what stands on it: indicators, marks, trades, drawings."""

import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

import numpy as np
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from replayer_qt.core.account import Account, Entry, EntryKind
from replayer_qt.core.drawings import Anchor, Drawing, Drawings, Shape
from replayer_qt.core.events import Event, PriceTicked, RoundOpened, Side, TickBlock, TradePrinted
from replayer_qt.core.money import NOTHING, decimal_of
from replayer_qt.core.orders import Mode
from replayer_qt.core.replay_events import ReplayShaped
from replayer_qt.core.state import Advance
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.chart.drawing_book import DrawingBook
from replayer_qt.ui.chart.drawing_cover import DrawingCover
from replayer_qt.ui.chart.drawing_tool import DrawingTool
from replayer_qt.ui.chart.marks import Marks
from replayer_qt.ui.chart.marks_tape import TradeTape
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.studies import Studies
from replayer_qt.ui.chart.track_styles import all_shown

SIZE: Final = (1280, 800)
OWN: Final = 4
"""One of so many marks is an own fill, the others are trades of others."""

_ROUND: Final = RoundId("bench-chart")
_APART_NS: Final = 250_000_000
_SHAPES: Final = (Shape.TREND, Shape.RAY, Shape.LEVEL, Shape.BOX)

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


class ChartStage:
    """A chart, and the engine whose state it shows.

    Args:
        app: the application.
        count: ticks of the round; each is a candle.
        indicators: as text that `all_shown` understands.

    Attributes:
        chart: the chart.
        studies: its indicators.
        marks: its marks.
        advance: what was shown last.
    """

    def __init__(self, app: QApplication, count: int, indicators: str = "") -> None:
        self.app, self._engine, self._next = app, Engine(), count
        self._random = np.random.default_rng(count)
        self._sign = 1
        self._ground = QWidget()
        self.chart = PriceChart()
        self.studies = Studies(self.chart.extras, self._ground)
        self._tape = TradeTape()
        self.marks = Marks(self._tape, self._ground)
        self.marks.add_to(self.chart.extras)
        self._book = DrawingBook(parent=self._ground)
        self._tool = DrawingTool(self.chart, self._book, ask_text=_nothing, done=_nothing)
        self._tool.add_to(self.chart.extras)
        self._book.changed.connect(self._tool.forget)
        self._entries: tuple[Entry, ...] = ()
        self._lay_out()
        steps = np.random.default_rng(2).normal(0, 0.002, count)
        ticks = np.arange(count)
        self._price = float(np.exp(steps.sum()))
        self.feed(
            RoundOpened(at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=_ROUND),
            TickBlock(
                at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=_ROUND, ticks=ticks,
                prices=np.exp(np.cumsum(steps)), ats=ticks * _APART_NS,
            ),
        )  # fmt: skip
        self._book.open(PRACTICE, _ROUND)
        self.studies.show(all_shown(indicators))
        self.settle()

    @property
    def count(self) -> int:
        """How many ticks there are."""
        return self._next

    @property
    def drawings(self) -> Drawings:
        """What is drawn on it."""
        return self._book.drawings

    @property
    def cover(self) -> DrawingCover:
        """What keeps the drawings."""
        return self._tool.cover

    # --- what stands on it

    def mark(self, many: int, first: int) -> None:
        """Put so many marks on the ticks from `first` on, a quarter of them own fills."""
        series = self.chart.plan.series
        assert series is not None  # noqa: S101  # the stage shows a round from its first moment on
        end = self._next
        ticks = np.linspace(max(first, 0), end - 1, many).astype(int).tolist()
        own = ticks[::OWN]
        self._entries = tuple(
            Entry(
                number=number + 1, at=Nanos(tick * _APART_NS), amount=NOTHING, cash=NOTHING,
                kind=(EntryKind.BUY, EntryKind.SELL)[number % 2], round_id=_ROUND, tick=tick,
                price=decimal_of(float(series.prices[tick])),
            )
            for number, tick in enumerate(own)
        )  # fmt: skip
        others = [tick for at, tick in enumerate(ticks) if at % OWN]
        self.feed(*(self._trade(tick, float(series.prices[tick])) for tick in others))
        self.settle()

    def draw(self, many: int) -> None:
        """Draw so many lines, levels and boxes over what is in sight."""
        plan = self.chart.plan
        places = np.random.default_rng(5).uniform(0.05, 0.95, (many, 4)).tolist()
        self._book.put(tuple(
            Drawing(
                shape=_SHAPES[at % len(_SHAPES)], begin=self._anchor(plan.room.plot_width * left,
                plan.room.plot_height * top), end=self._anchor(plan.room.plot_width * right,
                plan.room.plot_height * bottom),
            )
            for at, (left, top, right, bottom) in enumerate(places)
        ))  # fmt: skip
        self.settle()

    # --- what happens to it

    def tick(self) -> None:
        """Let the market tell a price, which is a candle of its own."""
        self.feed(self._ticked())

    def tick_with_trade(self) -> None:
        """Let the market tell a price, and somebody trade at it."""
        event = self._ticked()
        self.feed(event, self._trade(event.tick, event.price))

    def trade(self, tick: int) -> None:
        """Let somebody trade at a tick of the round."""
        series = self.chart.plan.series
        assert series is not None  # noqa: S101  # the stage shows a round from its first moment on
        self.feed(self._trade(tick, float(series.prices[tick])))

    def pan(self) -> None:
        """Look a few candles further left, later right."""
        self.chart.pan(-3 * self._sign)
        self._turn()

    def zoom(self) -> None:
        """Show fewer candles, then more."""
        self.chart.zoom(1.25 if self._sign > 0 else 0.8)
        self._turn()

    def settle(self) -> None:
        """Wait until everything is computed and painted."""
        while not all(study.complete for study in self.studies.studies):
            self.app.processEvents()
        self.app.processEvents()

    def close(self) -> None:
        """Put the window away."""
        self._ground.hide()
        self._ground.deleteLater()

    def feed(self, *events: Event) -> None:
        """Let something happen, and show where that leaves us."""
        advance = self._engine.handle(events)
        account = Account(opened=True, entries=self._entries, round_id=_ROUND)
        trading = Trading(stream=PRACTICE, mode=Mode.PAPER, account=account)
        state = replace(advance.state, shown=PRACTICE, live=PRACTICE, accounts={PRACTICE: trading})
        self.advance: Advance = replace(advance, state=state)
        self._tape.take(self.advance)
        self.marks.show_state(state)
        self.chart.show_frame(self.advance)

    def shaped(self) -> Advance:
        """Return what was shown last, as if it were replayed: all of its prices are known."""
        series = self.chart.plan.series
        assert series is not None  # noqa: S101  # the stage shows a round from its first moment on
        shape = ReplayShaped(
            at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=_ROUND, ticks=series.ticks,
            prices=series.prices,
        )  # fmt: skip
        return replace(self.advance, events=(shape,))

    # --- inside

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._ground)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.studies.legend, self.chart, self.studies.pane):
            column.addWidget(widget)
        self.chart.planned.connect(self.studies.show_plan)
        self.studies.lagging.connect(self.chart.refresh)
        self.chart.set_ticks_per_candle(1)
        self._ground.resize(*SIZE)
        self._ground.show()

    def _ticked(self) -> PriceTicked:
        at, tick = Nanos(self._next * _APART_NS), self._next
        self._next += 1
        self._price *= float(np.exp(self._random.normal(0, 0.0001)))
        return PriceTicked(
            at=at, mono=at, stream=PRACTICE, round_id=_ROUND, tick=tick, price=self._price
        )

    def _trade(self, tick: int, price: float) -> TradePrinted:
        at = Nanos(tick * _APART_NS)
        return TradePrinted(
            at=at, mono=at, stream=PRACTICE, round_id=_ROUND, trade_id=f"t{tick}", player="bench",
            side=(Side.BUY, Side.SELL)[tick % 2], tick=tick, price=price, quantity=Decimal(1),
            amount=Decimal(1 + tick % 7),
        )  # fmt: skip

    def _anchor(self, x: float, y: float) -> Anchor:
        plan = self.chart.plan
        price = plan.scale.price(y, plan.room.plot_height)
        return Anchor(max(int(plan.tick_at(round(x))), 0), price)

    def _turn(self) -> None:
        self._sign = -self._sign


def by_turns(
    stages: Iterable[ChartStage], act: Callable[[ChartStage], None], frames: int
) -> list[Floats]:
    """Return how long each stage's frames take [ms], with the painting that they cause.

    Processor time of this thread, the stages taking turns.
    """
    stages = list(stages)
    taken = np.empty((len(stages), frames))
    for frame in range(-8, frames):
        for number, stage in enumerate(stages):
            took = timed(stage, act)
            if frame >= 0:
                taken[number, frame] = took
    return list(taken)


def timed(stage: ChartStage, act: Callable[[ChartStage], None]) -> float:
    """Return how long a frame takes [ms], with the painting that it causes."""
    began = time.thread_time()
    act(stage)
    stage.app.processEvents()
    return 1e3 * (time.thread_time() - began)


def application() -> QApplication:
    """Return the application, which there must be already."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # noqa: S101  # the only kind with windows
    return app


def _nothing(*_anything: object) -> None:
    """What nobody asks for here."""
