"""Every text that people can read in the program's windows: shown, painted, or told to a reader."""

import re
from collections.abc import Iterator
from html import unescape

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QBuffer,
    QByteArray,
    QIODevice,
    QPoint,
    Qt,
)
from PySide6.QtGui import QAccessible, QAction, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSystemTrayIcon,
    QTabWidget,
    QWidget,
)

Text = tuple[str, str]
"""Where it stands, and what it says."""

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
_TOLD = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
_ROWS = 60
_WRITTEN = re.compile(r"<text[^>]*>([^<]*)</text>")


def shown_texts(*windows: QWidget) -> Iterator[Text]:
    """Yield what every widget, row and action of these windows says, seen or not yet."""
    for window in windows:
        yield "title", window.windowTitle()
        for widget in (window, *window.findChildren(QWidget)):
            where = f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()}"
            for text in _widget_texts(widget):
                yield where, text
        for action in window.findChildren(QAction):
            for text in (action.text(), action.toolTip(), action.statusTip()):
                yield f"action {action.objectName()}", text
        for icon in window.findChildren(QSystemTrayIcon):
            yield "tray", icon.toolTip()


def painted_texts(*widgets: QWidget) -> Iterator[Text]:
    """Yield each run of letters that these widgets paint, with all that lies on them."""
    for widget in widgets:
        kept = QByteArray()
        device = QBuffer(kept)
        device.open(QIODevice.OpenModeFlag.WriteOnly)
        drawing = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        drawing.setOutputDevice(device)
        drawing.setSize(widget.size())
        painter = QPainter(drawing)
        widget.render(painter, QPoint())
        painter.end()
        device.close()
        for found in _WRITTEN.finditer(bytes(kept.data()).decode()):
            yield f"painted on {type(widget).__name__}", unescape(found[1]).strip()


def _widget_texts(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    yield widget.statusTip()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    told = QAccessible.queryAccessibleInterface(widget)
    if told is not None and not isinstance(widget, QAbstractItemView | QHeaderView):
        yield from (told.text(kind) for kind in _TOLD)
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield from (widget.displayText(), widget.placeholderText())
    if isinstance(widget, QPlainTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QAbstractSpinBox):
        yield widget.text()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(place) for place in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _model_texts(widget.model())


def _model_texts(model: QAbstractItemModel) -> Iterator[str]:
    for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
        for role in _ROLES[:2]:
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        for row in range(min(model.rowCount(), _ROWS)):
            for role in _ROLES:
                yield str(model.data(model.index(row, column), role) or "")
