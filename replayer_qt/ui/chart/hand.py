"""The hand on the chart: a view box that says what the mouse wants instead of doing it."""

from pyqtgraph import ViewBox
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

_NOTCH: float = 120.0


class Hand(ViewBox):
    """The plot's frame in pyqtgraph's scene, whose mouse events it turns into wishes.

    Signals:
        taken: a drag begins.
        dragged: how far right the hand is from where the drag began [px].
        turned: notches of the wheel, away from the person above 0, and where [px].
        pushed: notches of the wheel sideways.
        pressed: where the plot was clicked [px], and whether twice.
    """

    taken = Signal()
    dragged = Signal(float)
    turned = Signal(float, QPointF)
    pushed = Signal(float)
    pressed = Signal(QPointF, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()

    # pyqtgraph's names from here on.

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:  # noqa: ARG002, D102
        ev.accept()
        if ev.isStart():
            self.taken.emit()
        self.dragged.emit(ev.scenePos().x() - ev.buttonDownScenePos(ev.button()).x())

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:  # noqa: D102
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            self.pressed.emit(QPointF(ev.scenePos()), bool(ev.double()))

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:  # noqa: ARG002, D102
        ev.accept()
        notches = ev.delta() / _NOTCH
        if ev.orientation() == Qt.Orientation.Horizontal:
            self.pushed.emit(notches)
        else:
            self.turned.emit(notches, ev.scenePos())
