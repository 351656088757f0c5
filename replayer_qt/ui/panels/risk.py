"""How far each rule of the gate is from refusing, and what else keeps orders from leaving."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.arming import shown_state
from replayer_qt.core.order_events import ArmState, Difference
from replayer_qt.core.state import Advance
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.verdict import Headroom
from replayer_qt.ui import fmt
from replayer_qt.ui.models.limit_rows import BAR_COLUMN, by_urgency, rules, verdict
from replayer_qt.ui.models.rows import SORT_ROLE
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.linked_table import LinkedTable
from replayer_qt.ui.panels.positions import NOT_TRADED
from replayer_qt.ui.plain import clean
from replayer_qt.ui.status import Word
from replayer_qt.ui.theme import DARK, Theme

NO_RULES: Final = "No rule was measured yet: that is done with the market's next word."

_ARMED: Final = {
    ArmState.SAFE: ("○ SAFE", "muted"),
    ArmState.READY: ("◔ READY", "practice"),
    ArmState.ARMED: ("● ARMED", "live"),
    ArmState.IN_FLIGHT: ("➤ IN FLIGHT", "accent"),
    ArmState.HALT: ("■ HALT", "error"),
}
_BAR_PX: Final = 24
_BAR_HIGH: Final = 7
_BAR_LEFT: Final = 5
_AROUND_PX: Final = 14
"""What stands around a number in its cell, and between it and its bar [px]."""


class RiskPanel(QWidget):
    """The gate's rules with value, limit and headroom; above them kill switch, arming and drift."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rules()
        self._headroom: tuple[Headroom, ...] = ()
        self.kill = Cell("kill switch", sample="■ ON by command-line", least="■ ON")
        self.arming = Cell("arming", sample="➤ IN FLIGHT, a reason", least="➤ IN FLIGHT")
        self.refusing = Cell("rules", sample="⊘ 88 refuse", least="⊘ 88 refuse")
        self.drift = Cell("ledger", sample="≠ cash and 2 more", least="✓ agrees")
        self.bars = HeadroomBars(self)
        self.table = LinkedTable("Rules", self.rows, [], empty=NOT_TRADED)
        self.table.setItemDelegateForColumn(BAR_COLUMN, self.bars)
        cells = QHBoxLayout()
        cells.setSpacing(0)
        for cell, stretch in (
            (self.kill, 3),
            (self.arming, 3),
            (self.drift, 2),
            (self.refusing, 1),
        ):
            cells.addWidget(cell, stretch=stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(cells)
        layout.addWidget(self.table, stretch=1)
        self.refusing.say(_rules_word(()))
        self.kill.say(_kill_word(Kill()))
        for cell in (self.arming, self.drift):
            cell.say(Word(text=fmt.NOTHING, colour="muted", tip=NOT_TRADED))

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.rows.set_colours(asdict(theme))
        self.bars.set_theme(theme)
        for cell in (self.kill, self.arming, self.drift, self.refusing):
            cell.set_theme(theme)

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Show what the gate would say now."""
        trading = advance.state.trading()
        self.kill.say(_kill_word(advance.state.kill))
        self.arming.say(_arming_word(trading))
        self.drift.say(_drift_word(trading))
        self.table.say_empty(NOT_TRADED if trading is None else NO_RULES)
        headroom = () if trading is None else trading.headroom
        if headroom is self._headroom:
            return
        self._headroom = headroom
        self.rows.set_rows(by_urgency(headroom)[::-1])
        self.refusing.say(_rules_word(headroom))


class HeadroomBars(QStyledItemDelegate):
    """Paints what is left of a limit as a bar beside the number, where that leaves room for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = DARK

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme = theme

    # Qt's names from here on.

    def paint(  # noqa: D102
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        share = float(index.data(SORT_ROLE))
        box: QRect = option.rect
        number = option.fontMetrics.horizontalAdvance(str(index.data()))
        has_room = box.width() >= _BAR_LEFT + _BAR_PX + _AROUND_PX + number
        if share < 0 or not has_room:  # no limit, nothing measured, or a number that needs it all
            return
        bar = QRect(box.left() + _BAR_LEFT, 0, _BAR_PX, _BAR_HIGH)
        bar.moveTop(box.center().y() - _BAR_HIGH // 2)
        painter.fillRect(bar, QColor(self._theme.raised))
        colour = self._theme.live if share >= _SAFE else self._theme.warning
        painter.fillRect(
            QRect(bar.topLeft(), QSize(round(_BAR_PX * share), _BAR_HIGH)), QColor(colour)
        )
        if share == 0:
            painter.setPen(QColor(self._theme.error))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(bar.adjusted(0, 0, -1, -1))


_SAFE: Final = 0.2


def difference(one: Difference) -> str:
    """Return one difference with both numbers."""
    return f"{clean(one.field, 40)} ours {fmt.exact(one.ours)}, venue {fmt.exact(one.theirs)}"


def _kill_word(kill: Kill) -> Word:
    if not kill.on:
        return Word(text="○ off", colour="muted", tip="Trading is not stopped by the kill switch.")
    since = fmt.exact_time(kill.at) if kill.at else "the start"
    return Word(
        text=f"■ ON by {clean(kill.by, 40)}",
        colour="error",
        tip=f"Pressed by {kill.by} at {since}: {kill.reason}",
    )


def _arming_word(trading: Trading | None) -> Word:
    if trading is None:
        return Word(text=fmt.NOTHING, colour="muted", tip=NOT_TRADED)
    words, colour = _ARMED[shown_state(trading.arming, trading.book)]
    reason = trading.arming.reason
    return Word(
        text=f"{words} · {clean(reason, 80)}" if reason else words,
        colour=colour,
        tip=f"{words}: {reason} [{trading.arming.code}]",
    )


def _drift_word(trading: Trading | None) -> Word:
    if trading is None:
        return Word(text=fmt.NOTHING, colour="muted", tip=NOT_TRADED)
    if not trading.drift:
        return Word(text="✓ agrees", colour="live", tip="Our ledger is what the venue stated last.")
    fields = ", ".join(clean(one.field, 40) for one in trading.drift)
    both = "; ".join(difference(one) for one in trading.drift)
    return Word(text=f"≠ {fields}", colour="error", tip=f"Ledger and venue differ: {both}")


def _rules_word(headroom: tuple[Headroom, ...]) -> Word:
    refusing = [row.title for row in headroom if verdict(row)[1] == "error"]
    if not headroom:
        return Word(text=fmt.NOTHING, colour="muted")
    if refusing:
        return Word(
            text=f"⊘ {len(refusing)} refuse", colour="error", tip=f"Refusing: {', '.join(refusing)}"
        )
    near = sum(verdict(row)[1] == "warning" for row in headroom)
    if near:
        return Word(text=f"▲ {near} near", colour="warning", tip="All rules pass, some narrowly.")
    return Word(text="✓ all pass", colour="live", tip="Every rule would let a small order pass.")
