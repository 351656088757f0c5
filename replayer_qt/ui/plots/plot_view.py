"""Shows one plot: the pointer or the arrow keys tell its numbers, a button saves it."""

from bisect import bisect_left
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QIODevice,
    QPoint,
    QRectF,
    QSaveFile,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from replayer_qt.ui.packing import write_picture
from replayer_qt.ui.plots.plot import Place, Plot
from replayer_qt.ui.plots.plot_painter import PlotPainter
from replayer_qt.ui.privacy import covered
from replayer_qt.ui.theme import DARK, Theme

PICTURE: Final = QSize(1000, 640)
"""Size of a saved picture [points]; a PNG has twice as many pixels each way."""

_SHARP: Final = 2
_ROOM: Final = QRectF(0, 0, PICTURE.width(), PICTURE.height())
_LEAST: Final = QSize(300, 260)


class PlotView(QWidget):
    """One plot.

    Signals:
        save_wanted: the plot's key [str], and as what: `png`, `svg` or `csv`.
    """

    save_wanted = Signal(str, str)

    def __init__(self, plot: Plot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot, self._theme = plot, DARK
        self._pointed: int | None = None
        self._painter: PlotPainter | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.menu = QMenu(self)
        for kind, words in (
            ("png", "As a picture (PNG)…"),
            ("svg", "As a drawing (SVG)…"),
            ("csv", "Its numbers (CSV)…"),
        ):
            self.menu.addAction(words).setData(kind)
        self.menu.triggered.connect(self._ask)
        self.save = QToolButton(self)
        self.save.setText("Save…")
        self.save.setProperty("role", "step")
        self.save.clicked.connect(self._pop_up)
        self.show_plot(plot)

    @property
    def plot(self) -> Plot:
        """What is shown."""
        return self._plot

    @property
    def words(self) -> str:
        """What the pointer tells; empty where it is not on the plot."""
        place = self._place()
        return "" if place is None else covered(place.words)

    def show_plot(self, plot: Plot) -> None:
        """Show another plot."""
        self._plot, self._pointed, self._painter = plot, None, None
        self.setAccessibleName(plot.title)
        self.setAccessibleDescription(covered(f"{plot.rests_on}. {plot.sentence}"))
        self.save.setAccessibleName(f"Save {plot.title}")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self._theme, self._painter = theme, None
        self.update()

    @Slot()
    def _pop_up(self) -> None:
        self.menu.popup(self.save.mapToGlobal(QPoint(0, self.save.height())))

    @Slot(object)
    def _ask(self, action: object) -> None:
        kind = getattr(action, "data", str)()
        self.save_wanted.emit(self._plot.key, str(kind))

    def _place(self) -> Place | None:
        return None if self._pointed is None else self._plot.places[self._pointed]

    def _point(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.update()

    def _ready(self) -> PlotPainter:
        if self._painter is None:
            self._painter = PlotPainter(self._plot, QRectF(self.rect()), self._theme, self.font())
        return self._painter

    # Qt's names from here on.

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(460, 340)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return _LEAST

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._painter = None
        self.save.adjustSize()
        self.save.move(self.width() - self.save.width() - 6, 6)

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._painter = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._point(nearest(self._ready(), event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._point(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self._point(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        last = len(self._plot.places) - 1
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        begin = -1 if step > 0 else last + 1
        at = begin if self._pointed is None else self._pointed
        self._point(min(last, max(0, at + step)))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        self._ready().paint(painter, self._place())
        if self.hasFocus():
            painter.setPen(self._theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


def nearest(painter: PlotPainter, column: float) -> int | None:
    """Return the number of the place that is nearest to a pixel column; None without places."""
    places = painter.scale.plot.places
    if not places:
        return None
    columns = [painter.scale.x(place.x) for place in places]
    at = bisect_left(columns, column)
    near = [n for n in (at - 1, at) if 0 <= n < len(columns)]
    return min(near, key=lambda n: abs(columns[n] - column))


def save_picture(plot: Plot, theme: Theme, view: QWidget, path: str) -> bool:
    """Write a plot as PNG; False where that failed.

    Args:
        plot: what is drawn.
        theme: its colours.
        view: whose font is used.
        path: the file; what is there is replaced, and only by what is whole.
    """
    return not write_picture(picture_of(plot, theme, view), path)


def picture_of(plot: Plot, theme: Theme, view: QWidget) -> QImage:
    """Return a plot as pixels. The arguments are those of a picture that is saved."""
    image = QImage(PICTURE * _SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SHARP)
    painter = QPainter(image)
    PlotPainter(plot, _ROOM, theme, view.font()).paint(painter)
    painter.end()
    return image


def save_drawing(plot: Plot, theme: Theme, view: QWidget, path: str) -> bool:
    """Write a plot as SVG; False where that failed. The arguments are those of a picture."""
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return False
    drawing = QSvgGenerator()
    drawing.setOutputDevice(file)
    drawing.setSize(PICTURE)
    drawing.setResolution(view.logicalDpiX())  # else letters are smaller than they were laid out
    drawing.setViewBox(_ROOM)
    drawing.setTitle(plot.title)
    drawing.setDescription(plot.sentence)
    painter = QPainter()
    if not painter.begin(drawing):
        return False
    PlotPainter(plot, _ROOM, theme, view.font()).paint(painter)
    return painter.end() and file.commit()
