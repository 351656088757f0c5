"""The hand that draws on the chart: begins, ends, chooses, moves and resizes drawings."""

import math
from collections.abc import Callable
from typing import Final, Protocol

from msgspec.structs import replace
from PySide6.QtGui import QPainter

from replayer_qt.core.drawings import Anchor, Drawing, Drawings, Hue, Reach, Shape
from replayer_qt.ui.chart import drawing_shapes as shapes
from replayer_qt.ui.chart.decor import Spot
from replayer_qt.ui.chart.drawing_book import DrawingBook
from replayer_qt.ui.chart.drawing_cover import DrawingCover
from replayer_qt.ui.chart.drawing_shapes import Grip
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.plan import Plan

_PULL: Final = 8.0
_CLICK: Final = 4.0


class Drawn(Protocol):
    """What the tool needs of the chart."""

    @property
    def plan(self) -> Plan | None:
        """What is shown, and where."""
        ...

    def refresh(self) -> None:
        """Look again at what was added."""
        ...


class DrawingTool:
    """A tool and a decoration of the chart.

    With a shape in hand a press begins it, and it ends where the button goes up or, after a click,
    where the next one goes down. Without one a press takes the drawing that is there.

    Attributes:
        shape: what is in hand; None to choose and move.
        hue: the colour of what is drawn next.
        reach: where that is shown.
        snaps: whether prices close by draw the hand to them.
        chosen: the number of the drawing that is chosen; None without one.
        cover: the drawings that are not chosen.
    """

    def __init__(
        self,
        chart: Drawn,
        book: DrawingBook,
        *,
        ask_text: Callable[[Anchor], None],
        done: Callable[[], None],
    ) -> None:
        """Take nothing into the hand yet.

        Args:
            chart: what is drawn on.
            book: the drawings.
            ask_text: asks for the words of a text that begins there.
            done: called when what was in hand was drawn.
        """
        self.shape: Shape | None = None
        self.hue, self.reach, self.snaps = Hue.ORANGE, Reach.ROUND, True
        self.chosen: int | None = None
        self._chart, self._book = chart, book
        self._ask_text, self._done = ask_text, done
        self._draft: Drawing | None = None
        self._moved: Drawing | None = None
        self._grip: Grip | None = None
        self._from: Spot | None = None
        self._stood: tuple[object, ...] = ()
        self._stills = 0
        self._rest: Drawings = ()
        self.cover = DrawingCover(self._still)

    def add_to(self, extras: Extras) -> None:
        """Have a chart paint the drawings, and let the hand have its mouse."""
        extras.add_cover(self.cover)
        extras.add_decoration(self)
        extras.add_tool(self)

    @property
    def book(self) -> DrawingBook:
        """Where it draws."""
        return self._book

    def use(self, book: DrawingBook) -> None:
        """Show and change the drawings of another book from now on."""
        if book is not self._book:
            self._book = book
            self.forget()

    # --- what a person asks for

    def take(self, shape: Shape | None) -> None:
        """Take a shape into the hand, or lay down whatever is in it."""
        self.shape, self._draft, self._moved, self._grip = shape, None, None, None
        self.chosen = None
        self._chart.refresh()

    def forget(self) -> None:
        """Let go of everything, for other drawings are shown now."""
        self._draft = self._moved = self._grip = self.chosen = None
        self._chart.refresh()

    def add(self, drawing: Drawing) -> None:
        """Add a drawing, and choose it."""
        if self._book.is_open and not self._book.is_full:
            self._book.change(f"draw a {drawing.shape}", (*self._book.drawings, drawing))
            self._choose(len(self._book.drawings) - 1)

    def alter(self, words: str, **changes: object) -> None:
        """Change the drawing that is chosen; does nothing without one."""
        at, drawings = self.chosen, self._book.drawings
        if at is not None and at < len(drawings):
            self._put(words, at, replace(drawings[at], **changes))

    def delete(self) -> None:
        """Delete the drawing that is chosen; does nothing without one."""
        at, drawings = self.chosen, self._book.drawings
        if at is not None and at < len(drawings):
            self._book.change(f"delete the {drawings[at].shape}", _without(drawings, at))
            self._choose(None)

    # --- the mouse

    def press(self, spot: Spot) -> bool:
        """Begin or end what is in hand, or take what is there."""
        plan = self._chart.plan
        if plan is None or not _is_inside(plan, spot) or not self._book.is_open:
            return False
        if self._draft is not None:
            self._end(plan, spot)
            return True
        self._from = spot
        return self._take_there(plan, spot) if self.shape is None else self._begin(plan, spot)

    def move(self, spot: Spot) -> bool:
        """Draw what is in hand as far as the hand is."""
        plan = self._chart.plan
        if plan is None:
            return False
        if self._draft is not None:
            self._draft = replace(self._draft, end=self._anchor(plan, spot))
            return True
        at, grip = self.chosen, self._grip
        if grip is None or at is None or self._from is None:
            return False
        if self._moved is not None or _is_away(plan, spot, self._from):
            self._moved = self._shifted(plan, self._book.drawings[at], grip, spot)
        return True

    def release(self, spot: Spot) -> bool:
        """Leave what was drawn or moved where the hand is."""
        plan, at = self._chart.plan, self.chosen
        if plan is None:
            return False
        if self._draft is not None:
            if self._from is not None and _is_away(plan, spot, self._from):
                self._end(plan, spot)
            return True
        if self._grip is None:
            return False
        moved, self._moved, self._grip = self._moved, None, None
        if moved is not None and at is not None and moved.is_sound:
            self._put(f"move the {moved.shape}", at, moved)
        return True

    # --- the picture

    def look(self, plan: Plan) -> object:  # noqa: ARG002  # its places are the plan's
        """Return all that the picture depends on besides the plan."""
        return self._book.place, self._book.version, self.chosen, self._draft, self._moved

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint what is in hand or chosen, and what the others say of themselves."""
        for at, drawing in enumerate(self._book.drawings):
            if at != self.chosen:
                shapes.paint_words(painter, plan, drawing)
            else:
                shapes.paint(painter, plan, drawing if self._moved is None else self._moved)
        if self._draft is not None:
            shapes.paint(painter, plan, self._draft)

    def _still(self) -> tuple[int, Drawings]:
        """What nobody moves, and a number that grows with each change of it."""
        now = (self._book, self._book.version, self.chosen)
        if now != self._stood:
            self._stood = now
            self._stills += 1
            drawings, at = self._book.drawings, self.chosen
            self._rest = drawings if at is None else _without(drawings, at)
        return self._stills, self._rest

    # --- how it is done

    def _begin(self, plan: Plan, spot: Spot) -> bool:
        anchor, shape = self._anchor(plan, spot), self.shape
        if shape is Shape.TEXT:
            self._lay_down()
            self._ask_text(anchor)
        elif shape is not None:
            drawing = Drawing(shape=shape, begin=anchor, end=anchor, hue=self.hue, reach=self.reach)
            if shape is Shape.LEVEL:
                self._lay_down()
                self.add(drawing)
            else:
                self._draft = drawing
                self._chart.refresh()
        return True

    def _end(self, plan: Plan, spot: Spot) -> None:
        draft, self._draft = self._draft, None
        self._lay_down()
        if draft is not None:
            self.add(replace(draft, end=self._anchor(plan, spot)))

    def _lay_down(self) -> None:
        self.shape = None
        self._done()

    def _take_there(self, plan: Plan, spot: Spot) -> bool:
        drawings = self._book.drawings
        order = [*range(len(drawings) - 1, -1, -1)]
        if self.chosen is not None and self.chosen < len(drawings):
            order.insert(0, self.chosen)
        for at in order:
            grip = shapes.grip_at(plan, drawings[at], spot.x, spot.y, chosen=at == self.chosen)
            if grip is not None:
                self._grip = grip
                self._choose(at)
                return True
        self._choose(None)
        return False

    def _choose(self, at: int | None) -> None:
        if at != self.chosen:
            self.chosen = at
            self._chart.refresh()

    def _put(self, words: str, at: int, drawing: Drawing) -> None:
        drawings = self._book.drawings
        self._book.change(words, (*drawings[:at], drawing, *drawings[at + 1 :]))
        self._choose(at)

    def _anchor(self, plan: Plan, spot: Spot) -> Anchor:
        """Return the tick there, and its price where that is close by."""
        tick = max(math.floor(spot.tick), 0)
        near = self._near(plan, spot) if self.snaps else None
        return Anchor(tick, spot.price if near is None else near)

    def _near(self, plan: Plan, spot: Spot) -> float | None:
        first = (spot.x + plan.origin) // plan.step * plan.per
        end = min(first + plan.per, plan.count)
        if not 0 <= first < end:
            return None
        candles = plan.candles
        known = [float(candles.close[end - 1])]
        if not plan.line:
            known += [float(candles.high[first:end].max()), float(candles.low[first:end].min())]
            known.append(float(candles.open[first]))
        away, price = min((abs(plan.row_of(price) - spot.y), price) for price in known)
        return price if away <= _PULL * plan.room.unit else None

    def _shifted(self, plan: Plan, drawing: Drawing, grip: Grip, spot: Spot) -> Drawing:
        if not grip.is_all:
            at = self._anchor(plan, spot)
            begin, end = drawing.begin, drawing.end
            return replace(
                drawing,
                begin=_set(begin, at, tick=grip.begin_tick, price=grip.begin_price),
                end=_set(end, at, tick=grip.end_tick, price=grip.end_price),
            )
        began = spot if self._from is None else self._from
        ticks = math.floor(spot.tick) - math.floor(began.tick)
        ticks = max(ticks, -min(drawing.begin.tick, drawing.end.tick))
        begin, end = (
            Anchor(each.tick + ticks, self._lifted(plan, each.price, spot.y - began.y))
            for each in (drawing.begin, drawing.end)
        )
        return replace(drawing, begin=begin, end=end)

    def _lifted(self, plan: Plan, price: float, rows: int) -> float:
        row = shapes.place(plan, Anchor(0, price)).y() + rows
        return price if not rows else plan.scale.price(row, plan.room.plot_height)


def _set(anchor: Anchor, to: Anchor, *, tick: bool, price: bool) -> Anchor:
    return Anchor(to.tick if tick else anchor.tick, to.price if price else anchor.price)


def _without(drawings: Drawings, at: int) -> Drawings:
    return (*drawings[:at], *drawings[at + 1 :])


def _is_inside(plan: Plan, spot: Spot) -> bool:
    return 0 <= spot.x < plan.room.plot_width and 0 <= spot.y < plan.room.plot_height


def _is_away(plan: Plan, spot: Spot, other: Spot) -> bool:
    return max(abs(spot.x - other.x), abs(spot.y - other.y)) > _CLICK * plan.room.unit
