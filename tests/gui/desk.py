"""A window without a program around it: a chart that only remembers, and a real engine."""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from replayer_qt.core.events import (
    Event,
    FeedChanged,
    FeedMeasured,
    Link,
    PhaseChanged,
    Side,
    TradePrinted,
)
from replayer_qt.core.orders import OrderId
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened, ReplayShaped
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import MarketState
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import PRACTICE, RUGS, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.main_window import MainWindow
from replayer_qt.ui.theme import DARK
from tests.helpers.clock import SteppedClock
from tests.helpers.make import ROUND, a_round, event, ticked
from tests.helpers.trading_frames import frame, state_of, trading

REPLAY = StreamId("replay/1")


class PaperChart(QWidget):
    """Remembers what it was told, and draws a line, so that pictures have something to show."""

    followed = Signal(bool)
    pointed = Signal(object)
    asked = Signal(object)
    planned = Signal(object)

    def __init__(self):
        super().__init__()
        self.setAccessibleName("Price chart")
        self.extras = Extras(self.update)
        self.plan = self.pointed_at = None
        self.notes = Notes()
        self.told: list[tuple[object, ...]] = []
        self.theme = DARK
        self.prices = np.empty(0)

    def paint_ms(self):
        return 0.0

    def say_when_empty(self, headline, detail):
        self.told.append(("empty", headline, detail))

    def hold(self, *, on):
        self.told.append(("hold", on))

    def show_frame(self, advance):
        shown = advance.state.shown
        series = None if shown is None else advance.session.newest(shown)
        self.prices = np.empty(0) if series is None else series.prices.copy()
        self.update()

    def set_theme(self, theme):
        self.theme = theme
        self.told.append(("theme", theme.name))
        self.update()

    def set_style(self, style):
        self.told.append(("style", style))

    def set_log_scale(self, on):
        self.told.append(("log", on))

    def set_ticks_per_candle(self, ticks):
        self.told.append(("ticks", ticks))

    def follow(self):
        self.told.append(("follow",))
        self.followed.emit(True)

    def zoom(self, factor):
        self.told.append(("zoom", factor))

    def show_all(self):
        self.told.append(("all",))

    def show_span(self, first, last):
        self.told.append(("span", first, last))

    def point_away(self):
        self.told.append(("away",))

    def refresh(self):
        self.told.append(("refresh",))

    def paintEvent(self, _event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.background))
        painter.setPen(QColor(self.theme.accent))
        if len(self.prices) > 1:
            top = float(self.prices.max()) * 1.1
            right, down = self.width() - 60, self.height() - 20
            points = [
                QPointF(right * i / (len(self.prices) - 1), 10 + down * (1 - price / top))
                for i, price in enumerate(self.prices)
            ]
            painter.drawPolyline(QPolygonF(points))
        painter.end()


class Store:
    """Keeps the window's values in a dict."""

    def __init__(self):
        self.kept: dict[str, object] = {}

    def value(self, key):
        return self.kept.get(key)

    def setValue(self, key, value):  # noqa: N802
        self.kept[key] = value


class Bench(QObject):
    """A window, its engine, and everything that it asked for."""

    def __init__(
        self,
        settings: Settings | None = None,
        store: Store | None = None,
        clock=None,
        chart=None,
        drawings=None,
    ):
        super().__init__()
        self.engine = Engine()
        self.chart = chart or PaperChart()
        self.store = store or Store()
        self.clock = clock or SteppedClock()
        self.ordered = 0
        self.window = MainWindow(
            settings or Settings(),
            version="1.2.3",
            layout_store=self.store,
            chart=self.chart,
            clock=self.clock,
            new_order_id=self.new_order_id,
            drawings=drawings,
        )
        self.asked: list[object] = []
        self.window.asked.connect(self.asked.append)

    def new_order_id(self) -> OrderId:
        """Return a name that was not given before."""
        self.ordered += 1
        return OrderId(f"order-{self.ordered:04}")

    def feed(self, events: Iterable[Event]) -> None:
        """Let the engine take events, and the window the frame."""
        self.window.show_frame(self.engine.handle(events))

    def connect(self, stream: StreamId = PRACTICE, link: Link = Link.LIVE) -> None:
        """Be connected to a venue."""
        self.engine.attach(stream)
        self.window.show_frame(self.engine.show(stream))
        self.feed([event(FeedChanged, stream=stream, link=link)])

    def disconnect(self) -> None:
        """Have no venue any more."""
        self.window.show_frame(self.engine.attach(None))

    def replay(
        self,
        prices: list[float] | None = None,
        *,
        playing: bool = False,
        recorded_as: StreamId | None = None,
        **fields,
    ) -> None:
        """Have a recording open, and look at it."""
        prices = prices or wave(120)
        events = moved_to(REPLAY, prices)
        shape = event(
            ReplayShaped,
            stream=REPLAY,
            round_id=ROUND,
            ticks=np.arange(len(prices)),
            prices=np.array(prices),
            rug_tick=len(prices) - 1,
            recorded_as=recorded_as,
        )
        opened = event(
            ReplayOpened, stream=REPLAY, source="20261121-evening.jsonl", damage=(), rounds=(ROUND,)
        )
        self.feed([opened, shape, *events[: len(prices) // 2]])
        self.move(playing=playing, position=len(prices) // 2 - 1, length=len(prices), **fields)
        self.window.show_frame(self.engine.show(REPLAY))

    def move(self, **fields) -> None:
        """Let the replay tell where it stands."""
        told = {"source": "20261121-evening.jsonl", "position": 10, "length": 120, "speed": 1.0}
        told |= {"achieved": 1.0, "playing": False, "rounds": 3} | fields
        self.feed([event(ReplayMoved, stream=REPLAY, **told)])

    def trade(self, traded: Trading | None = None, shown: MarketState | None = None, **fields):
        """Show a frame, made by hand, of a market with an account in it."""
        traded = trading() if traded is None else traded
        self.window.show_frame(frame(state_of(traded, shown, **fields)))
        return traded

    def record(self, state: Recording = Recording.ON, **fields) -> None:
        """Let the recorder speak."""
        self.feed([event(RecordingChanged, state=state, **fields)])


def _fields(told: Event) -> dict[str, object]:
    return {name: getattr(told, name) for name in told.__struct_fields__}


def moved_to(stream: StreamId, prices: list[float], round_id: RoundId = ROUND) -> list[Event]:
    """Return a round with these prices, as a stream tells it."""
    told = a_round(prices, round_id=round_id)
    return [each.__class__(**{**_fields(each), "stream": stream}) for each in told]


def wave(ticks: int, seed: int = 7) -> list[float]:
    """Return a round's worth of plausible prices, rugged at the end."""
    rng = np.random.default_rng(seed)
    steps = np.exp(rng.normal(0.004, 0.03, ticks))
    return [1.0, *np.cumprod(steps)[1:-1].round(6).tolist(), 0.0123]


def trade(number: int, *, player: str = "", stream: StreamId = PRACTICE, tick: int = 1):
    """Return a trade of some player."""
    return event(
        TradePrinted,
        number,
        stream=stream,
        round_id=ROUND,
        trade_id=f"t{number}",
        player=player or f"player{number % 17}",
        side=list(Side)[number % 4],
        tick=tick,
        price=1.0 + number / 100,
        amount=Decimal(number + 1) / Decimal(1000),
        quantity=Decimal(1),
    )


def measured(**fields):
    """Return a feed's counts."""
    told = {"messages": 4_812, "ticks": 3_401, "filled": 12, "rejected": {}, "connects": 2}
    told |= {"attempts": 3, "latency_ns": 2_400_000} | fields
    return event(FeedMeasured, **told)


def lively(bench: Bench, *, stream: StreamId = PRACTICE) -> None:
    """Make a market in which something goes on."""
    for number in range(12):
        name = RoundId(f"20261121-{number:x}a3f09c{number:x}42")
        bench.feed(moved_to(stream, wave(60 + 31 * number, number), name))
    ticks = moved_to(stream, wave(200, 5))[:151]
    active = event(PhaseChanged, stream=stream, round_id=ROUND, phase=Phase.ACTIVE)
    bench.feed([ticks[0], active, *ticks[1:]])
    bench.feed([trade(n, stream=stream, tick=n * 2) for n in range(60)])


__all__ = ["PRACTICE", "REPLAY", "ROUND", "RUGS", "Bench", "event", "ticked"]
