"""The marks of one chart: own fills, bets, cost, others' trades; all can be pointed at."""

import operator
from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QPainter

from replayer_qt.core.account import Account, Entry
from replayer_qt.core.events import TradePrinted
from replayer_qt.core.state import State
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.chart import marks_words as words
from replayer_qt.ui.chart.decor import Spot
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.marks_cover import MarksCover
from replayer_qt.ui.chart.marks_ink import LARGE, SMALL, Ink, band_box, strip_height
from replayer_qt.ui.chart.marks_placed import (
    Own,
    Placed,
    own_of,
    place_own,
    place_trades,
    unsettled,
)
from replayer_qt.ui.chart.marks_tape import RoundTrades, TradeTape
from replayer_qt.ui.chart.marks_told import (
    Bet,
    God,
    GodCandles,
    Key,
    Mark,
    Told,
    keys_of,
    tick_of,
    told_of,
)
from replayer_qt.ui.chart.marks_track import MarksTrack
from replayer_qt.ui.chart.plan import Plan, Standing
from replayer_qt.ui.models.position_rows import position_of, unrealised
from replayer_qt.ui.privacy import is_private

_NOTHING_TOLD: Final = Told()
_CLICK_PX: Final = 4


class Marks(QObject):
    """A decoration and a tool; a function of the newest state and of the plan.

    What is painted is looked up in the state for each frame, so that a fill that is taken back is
    gone at once. Others' trades are not in the state; they come from the tape.

    Signals:
        chosen: the mark [Mark] that was clicked; None for none.

    Attributes:
        shows_own: whether own fills, bets and cost are shown.
        shows_trades: whether other players' trades are.
        least: from which amount on these are [SOL].
        told: own marks of the round that is charted.
        track: what of the marks belongs to the columns of the candles.
        cover: their shapes, which lie over the candles and move with them.
    """

    chosen = Signal(object)

    def __init__(self, tape: TradeTape, parent: QObject | None = None) -> None:
        """Mark what there is to mark.

        Args:
            tape: others' trades; whoever owns it feeds it before the chart.
            parent: the Qt owner.
        """
        super().__init__(parent)
        self.shows_own = self.shows_trades = True
        self.least = 0.0
        self.told = _NOTHING_TOLD
        self.track = MarksTrack()
        self._tape = tape
        self._ink = Ink()
        self.cover = MarksCover(self._ink, self._bring_up)
        self._gods = GodCandles()
        self._found: tuple[God, ...] = ()
        self._state = State()
        self._plan: Plan | None = None
        self._trades: RoundTrades | None = None
        self._account: Account | None = None
        self._source: tuple[object, ...] = ()
        self._where: tuple[StreamId, RoundId] | None = None
        self._own_look: tuple[object, ...] = ()
        self._trades_look: tuple[object, ...] = ()
        self._brought: tuple[object, ...] = ()
        self._marked: tuple[object, ...] = ()
        self._own = own_of((), ())
        self._version = 0
        self._words: list[tuple[str, str, str]] = []  # bounded: one for each bet that is told of
        self._valued: tuple[object, ...] = ()
        self._profit: tuple[str, bool] | None = None
        self._chosen: Key | None = None
        self._hover: Key | None = None
        self._grip: tuple[int, int] | None = None

    # --- what is marked

    def show_state(self, state: State) -> None:
        """Take the newest state; to be called before the chart takes it."""
        self._state = state
        self._brought = ()

    def add_to(self, extras: Extras) -> None:
        """Have a chart paint the marks, and let them hear its mouse."""
        extras.add_track(self.track)
        extras.add_cover(self.cover)
        extras.add_decoration(self)
        extras.add_tool(self)

    def choose(self, key: Key | None) -> None:
        """Highlight the mark of that name, if it is in the round that is charted."""
        self._chosen = key

    def current(self) -> Mark | None:
        """Return the mark that is highlighted; None where none is."""
        return self._find(self._chosen)

    def pointed(self) -> Mark | None:
        """Return the mark under the mouse; None where none is."""
        return self._find(self._hover)

    @property
    def painted(self) -> int:
        """How many shapes are in sight."""
        return 0 if self._plan is None else self.cover.seen(self._plan)

    @property
    def account(self) -> Account | None:
        """The account of the market that is charted; None where there is none."""
        return self._account

    @property
    def stream(self) -> StreamId | None:
        """The market that is charted; None where there is none."""
        return None if self._where is None else self._where[0]

    @property
    def key(self) -> Key | None:
        """The name of what is highlighted; None for nothing."""
        return self._chosen

    def place(self) -> tuple[StreamId, RoundId, int] | None:
        """Return stream, round and tick of the highlighted mark; None where none is."""
        mark = self.current()
        if mark is None or self._where is None:
            return None
        return *self._where, tick_of(mark)

    def step(self, by: int) -> Mark | None:
        """Highlight the next own mark (1), or the one before (-1), and return it.

        None is where there is none further on.
        """
        walk = self.told.walk() if self.shows_own else []
        now = self.current()
        places = [at for at, mark in enumerate(walk) if mark == now]
        at = places[0] + by if places else (0 if by > 0 else len(walk) - 1)
        if not 0 <= at < len(walk):
            return None
        self._chosen = keys_of(walk[at])[0]
        return walk[at]

    # --- the decoration

    def look(self, plan: Plan) -> object:
        """Return what the picture depends on besides the shapes."""
        self._bring_up(plan)
        return (self._version, self._hover, self._chosen)

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint what is said of the marks in sight, in device pixels."""
        if not plan.count or plan.series is None:
            return
        ink, room = self._ink, plan.room
        painter.save()
        painter.setClipRect(0, 0, room.plot_width, room.plot_height)
        if self.track.told.bets:
            ink.strips(painter, plan, self.track, self._words)
        if self.track.told.costs:
            self._paint_cost_word(painter, plan)
        if self.shows_own:
            self._paint_profit(painter, plan)
        self._paint_pointed(painter, plan)
        painter.restore()

    def _bring_up(self, plan: Plan) -> None:
        """Place everything anew where what it depends on changed; asked for some times a frame."""
        version = -1 if self._trades is None else self._trades.version
        asked = (self.shows_own, self.shows_trades, self.least, is_private(), version)
        if plan is self._plan and asked == self._brought:
            return
        self._plan = plan
        self._take_source(plan)
        self._found = self._gods.update(plan.series)
        known = self._trades if self.shows_trades else None
        told = self.told if self.shows_own else _NOTHING_TOLD
        self.track.told = told
        plan_look, own = plan.look(), self._columns(told)
        own_look = (plan_look, told, self._found, unsettled(plan, own.newest), is_private())
        if own_look != self._own_look:
            self._own_look = own_look
            self._version += 1
            self.cover.put_own(place_own(plan, own))
            self._words = [words.band_words(bet) for bet in told.bets]
        version = -1 if known is None else known.version
        newest = -1 if known is None else known.newest
        trades_look = (plan_look, known, version, self.least, unsettled(plan, newest))
        if trades_look != self._trades_look:
            self._trades_look = trades_look
            self.cover.put_others(place_trades(plan, known, self.least))
        version = -1 if self._trades is None else self._trades.version
        self._brought = (self.shows_own, self.shows_trades, self.least, is_private(), version)

    # --- the tool

    def press(self, spot: Spot) -> bool:
        """Note where the mouse went down; it stays the chart's."""
        self._grip = (spot.x, spot.y)
        return False

    def move(self, spot: Spot) -> bool:
        """Note which mark is under the mouse."""
        marks = self._at(spot.x, spot.y)
        self._hover = keys_of(marks[-1])[0] if marks else None
        return False

    def release(self, spot: Spot) -> bool:
        """Choose the mark that was clicked; a click beside all of them chooses none."""
        grip, self._grip = self._grip, None
        if grip is None or abs(grip[0] - spot.x) + abs(grip[1] - spot.y) > _CLICK_PX:
            return False
        marks = self._at(spot.x, spot.y)
        before = self._chosen
        self._chosen = keys_of(marks[-1])[0] if marks else None
        if self._chosen != before or marks:
            self.chosen.emit(marks[-1] if marks else None)
        return False

    # --- inside

    def _take_source(self, plan: Plan) -> None:
        """Look up what the state says of the round that is charted; the same again costs little."""
        stream, series = plan.stream, plan.series
        trading = None if stream is None else self._state.accounts.get(stream)
        account = None if trading is None else trading.account
        round_id = None if series is None else series.round_id
        self._trades = None if round_id is None else self._tape.of(stream, round_id)
        where = None if stream is None or round_id is None else (stream, round_id)
        if account is self._account and where == self._where:
            return
        self._account, self._where = account, where
        if account is None or round_id is None:
            self._source, self.told = (), _NOTHING_TOLD
            return
        source = (
            stream, round_id, account.round_id, account.since, account.bet, account.holding,
            account.entries,
        )  # fmt: skip
        if source != self._source:
            self._source, self.told = source, told_of(account, round_id)

    def _find(self, key: Key | None) -> Mark | None:
        if key is None:
            return None
        own = self.told.find(key) if self.shows_own else None
        if own is not None:
            return own
        if key[0] == "god":
            return next((god for god in self._found if key in keys_of(god)), None)
        at = self._trades.find(key[1]) if key[0] == "trade" and self._trades is not None else None
        return None if at is None or self._trades is None else self._trades.trades[at]

    def _columns(self, told: Told) -> Own:
        """Return own marks and god candles in columns, the same for all frames."""
        marked = (told, self._found)
        if not _are_same(marked, self._marked):
            self._marked, self._own = marked, own_of(told.fills, self._found)
        return self._own

    def _everything(self) -> tuple[Entry | God, ...]:
        return (*(self.told.fills if self.shows_own else ()), *self._found)

    def _at(self, x: int, y: int) -> list[Mark]:
        """Return the marks at a place [device px], own ones before others, the nearest last."""
        plan = self._plan
        if plan is None or not plan.count or not 0 <= x < plan.room.plot_width:
            return []
        unit = plan.room.unit
        at = self.cover.own.nearest(plan, x, y, self._ink.drop, round(LARGE * 0.6 * unit))
        if at is not None:
            everything = self._everything()
            return [everything[item] for item in self.cover.own.group(at)]
        bet = self._bet_at(plan, x, y)
        if bet is not None:
            return [bet]
        at = self.cover.others.nearest(plan, x, y, self._ink.drop, round(SMALL * 0.7 * unit))
        if at is None or self._trades is None:
            return []
        return [self._trades.trades[item] for item in self.cover.others.group(at)]

    def _bet_at(self, plan: Plan, x: int, y: int) -> Bet | None:
        height = plan.room.plot_height
        if not (self.shows_own and height - strip_height(plan) <= y < height):
            return None
        for bet in reversed(self.told.bets):
            box = band_box(plan, bet)
            if box is not None and box.contains(x, y):
                return bet
        return None

    def _place_of(self, plan: Plan, mark: Mark) -> tuple[int, int] | None:
        """Return the middle of a mark [device px]; None where it is not on the chart."""
        if isinstance(mark, Bet):
            box = band_box(plan, mark)
            half = strip_height(plan) // 2
            return None if box is None else (box.center().x(), plan.room.plot_height - half)
        placed, at = self._placed(mark)
        return None if at is None else self._ink.spot_of(plan, placed, at)

    def _placed(self, mark: Mark) -> tuple[Placed, int | None]:
        """Return where a mark, or the one that stands for it, was placed."""
        if isinstance(mark, TradePrinted):
            at = None if self._trades is None else self._trades.find(mark.trade_id)
            return self.cover.others, None if at is None else self.cover.others.place(at)
        places = (n for n, one in enumerate(self._everything()) if one == mark)
        item = next(places, None)
        return self.cover.own, None if item is None else self.cover.own.place(item)

    def _paint_pointed(self, painter: QPainter, plan: Plan) -> None:
        now = self.current()
        place = None if now is None else self._place_of(plan, now)
        if place is not None:
            self._ink.ring(painter, plan, *place, LARGE)
        mark = self.pointed() or now
        place = None if mark is None else self._place_of(plan, mark)
        if mark is None or place is None or not 0 <= place[0] < plan.room.plot_width:
            return
        marks = self._at(*place)
        if mark not in marks:
            marks = [mark]
        self._ink.label(painter, plan, *place, words.lines_of(marks))

    def _paint_cost_word(self, painter: QPainter, plan: Plan) -> None:
        cost = self.told.costs[-1] if self.told.costs else None
        if cost is None or not cost.is_open:
            return
        row, face, height = plan.row_of(cost.average), plan.letters.small, plan.room.plot_height
        arrow = " ↑" if row < 0 else " ↓" if row > height else ""
        pad = round(6 * plan.room.unit)
        left = max(plan.middle_of(cost.first), 0) + pad
        top = min(max(row - face.height - 1, 0), height - face.height)
        painter.setPen(plan.palette.text)
        face.draw(painter, left, top, words.cost_word(cost.average) + arrow)

    def _paint_profit(self, painter: QPainter, plan: Plan) -> None:
        if plan.standing is Standing.PAST or plan.stream is None:
            return
        trading = self._state.accounts.get(plan.stream)
        market = self._state.markets.get(plan.stream)
        if trading is None or market is None or plan.series is None:
            return
        if trading.account.round_id != plan.series.round_id:
            return
        valued = (trading.account, market.round, is_private())
        if not _are_same(valued, self._valued):
            result = unrealised(position_of(trading, market))
            word = None if result is None else (words.profit_word(result), result >= 0)
            self._valued, self._profit = valued, word
        if self._profit is not None:
            self._ink.profit(painter, plan, self._profit[0], gains=self._profit[1])

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.Leave:
            self._hover = None
        return super().eventFilter(watched, event)


def _are_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Frozen values that are the same object need not be compared."""
    return len(one) == len(other) and all(map(operator.is_, one, other))
