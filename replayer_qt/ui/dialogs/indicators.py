"""Adds and removes the chart's indicators, and sets their numbers and looks; each change shows."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.indicators.catalogue import KINDS, MOST, Place, checked
from replayer_qt.ui.chart.track_styles import COLOURS, Shown, another
from replayer_qt.ui.plain import PlainLabel, clean

_FORM_PX: Final = 260
_WHERE: Final = {
    Place.PRICES: "over the prices",
    Place.STRIP: "below the chart",
    Place.WORDS: "in words",
}


class IndicatorsDialog(QDialog):
    """A list on the left, the numbers and looks of what is chosen in it on the right.

    Args:
        shown: the indicators of the chart.
        parent: the dialog's parent.

    Signals:
        changed: all indicators that shall be shown from now on, a tuple of `Shown`.
    """

    changed = Signal(object)

    def __init__(self, shown: Sequence[Shown], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Indicators")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shown = list(shown)  # bounded: MOST
        self._numbers: tuple[QDoubleSpinBox, ...] = ()
        self._filling = False
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("Kind of indicator")
        self.kinds.view().setAccessibleName("Kind of indicator")
        for kind in KINDS.values():
            self.kinds.addItem(f"{kind.title}, {_WHERE[kind.place]}", kind.name)
        self.add = QPushButton("&Add")
        self.remove = QPushButton("&Remove")
        self.list = QListWidget()
        self.list.setAccessibleName("Indicators of the chart")
        self.says = PlainLabel(role="muted", lines=2)
        self.form = QFormLayout()
        self.colour = QComboBox()
        self.colour.setAccessibleName("Colour")
        self.colour.view().setAccessibleName("Colour")
        for name in COLOURS:
            self.colour.addItem(_swatch(name, self), name.capitalize(), name)
        self.dashed = QCheckBox("Broken line")
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.list.currentRowChanged.connect(self._show_chosen)
        self.colour.currentIndexChanged.connect(self._take_look)
        self.dashed.toggled.connect(self._take_look)
        self._fill(0)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The indicators, in order."""
        return tuple(self._shown)

    @property
    def numbers(self) -> tuple[QDoubleSpinBox, ...]:
        """The inputs for the numbers of what is chosen in the list."""
        return self._numbers

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        above = QHBoxLayout()
        above.addWidget(self.kinds, stretch=1)
        above.addWidget(self.add)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.list)
        left.addWidget(self.remove)
        side = QWidget()
        side.setFixedWidth(_FORM_PX)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.says)
        right.addLayout(self.form)
        right.addStretch(1)
        side.setLayout(right)
        middle = QHBoxLayout()
        middle.addLayout(left, stretch=1)
        middle.addWidget(side)
        column = QVBoxLayout(self)
        column.addLayout(above)
        column.addLayout(middle)
        column.addWidget(buttons)

    def _fill(self, row: int) -> None:
        self._filling = True
        self.list.clear()
        for one in self._shown:
            self.list.addItem(QListWidgetItem(_swatch(one.colour, self), one.chosen.title()))
        self.list.setCurrentRow(min(row, len(self._shown) - 1))
        self._filling = False
        self.add.setEnabled(len(self._shown) < MOST)
        self.remove.setEnabled(bool(self._shown))
        self._show_chosen()

    @Slot()
    def _add(self) -> None:
        if len(self._shown) < MOST:
            self._shown.append(another(self.kinds.currentData(), self._shown))
            self._fill(len(self._shown) - 1)
            self.changed.emit(self.shown)

    @Slot()
    def _remove(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            del self._shown[row]
            self._fill(max(row - 1, 0))
            self.changed.emit(self.shown)

    @Slot()
    def _show_chosen(self) -> None:
        if self._filling:
            return
        self._filling = True
        for widget in (self.colour, self.dashed):
            widget.setParent(None)
        while self.form.rowCount():
            self.form.removeRow(0)
        self._numbers = ()
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            self._show_form(self._shown[row])
        else:
            self.says.say("No indicator is shown. Choose a kind above, and add it.")
        self._filling = False

    def _show_form(self, one: Shown) -> None:
        kind = KINDS[one.chosen.kind]
        self.says.say(f"{kind.title}. {kind.says}")
        numbers = []
        for parameter, value in zip(kind.parameters, one.chosen.values, strict=True):
            number = QDoubleSpinBox()
            number.lineEdit().setTextMargins(5, 0, 0, 0)
            number.setDecimals(parameter.decimals)
            number.setRange(parameter.low, parameter.high)
            number.setSingleStep(10**-parameter.decimals)
            number.setSuffix(f" {parameter.unit}")
            number.setValue(value)
            number.setAccessibleName(parameter.title)
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._take_numbers)
            self.form.addRow(f"{parameter.title}:", number)
            numbers.append(number)
        self._numbers = tuple(numbers)
        self.colour.setCurrentIndex(list(COLOURS).index(one.colour))
        self.dashed.setChecked(one.dashed)
        if one.chosen.kind != "survival":
            self.form.addRow("Colour:", self.colour)
            self.colour.show()
        if kind.place is not Place.WORDS:
            self.form.addRow("", self.dashed)
            self.dashed.show()

    @Slot()
    def _take_numbers(self) -> None:
        values = tuple(round(number.value(), number.decimals()) for number in self._numbers)
        one = self._shown[self.list.currentRow()]
        wanted = checked(replace(one.chosen, values=values))
        if wanted is not None:
            self._change(replace(one, chosen=wanted))

    @Slot()
    def _take_look(self) -> None:
        if self._filling or self.list.currentRow() < 0:
            return
        one = self._shown[self.list.currentRow()]
        self._change(replace(one, colour=self.colour.currentData(), dashed=self.dashed.isChecked()))

    def _change(self, one: Shown) -> None:
        row = self.list.currentRow()
        self._shown[row] = one
        item = self.list.item(row)
        item.setData(Qt.ItemDataRole.DisplayRole, clean(one.chosen.title()))
        item.setIcon(_swatch(one.colour, self))
        self.changed.emit(self.shown)


def _swatch(colour: str, on: QWidget) -> QIcon:
    """A square of a colour as it is on the chart."""
    picture = QPixmap(12, 12)
    dark, light = COLOURS[colour]
    picture.fill(dark if on.palette().base().color().lightness() < 128 else light)
    return QIcon(picture)
