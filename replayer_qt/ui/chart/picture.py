"""The chart as it is seen, painted anew for a file or the clipboard: as pixels or as a drawing."""

from typing import Final

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.layer import HistoryLayer
from replayer_qt.ui.chart.overlay import Notes, paint_newest, paint_words
from replayer_qt.ui.chart.pencil import Pencil
from replayer_qt.ui.chart.plan import Plan

TIMES_MOST: Final = 4
_DOTS_PER_METRE: Final = 3_780  # 96 in an inch


class Seen(msgspec.Struct, frozen=True):
    """What the chart shows at one moment."""

    plan: Plan
    notes: Notes
    extras: Extras

    @property
    def size(self) -> QSize:
        """How large it is [device px]."""
        return QSize(self.plan.room.width, self.plan.room.height)


def paint(painter: QPainter, seen: Seen) -> None:
    """Paint all that is seen but the crosshair and the way back, which are the hand's."""
    plan, extras, pencil = seen.plan, seen.extras, Pencil()
    parts = [cover.draw for cover in extras.covers]
    HistoryLayer(pencil).paint(painter, plan, extras.tracks, parts)
    notes = replace(seen.notes, pointer=None, pointed="", hint=False)
    paint_newest(painter, plan, notes, pencil, extras.tracks, parts)
    painter.save()
    painter.setClipRect(0, 0, plan.room.width, plan.room.height)
    extras.paint(painter, plan)
    painter.restore()
    paint_words(painter, plan, notes)


def image_of(seen: Seen, times: int = 1) -> QImage:
    """Return it as pixels, each of the screen's `times` in each direction, 4 at most.

    It is drawn so large, not blown up: letters and soft edges are as sharp as they can be.
    """
    times = min(max(times, 1), TIMES_MOST)
    image = QImage(seen.size * times, QImage.Format.Format_RGB32)
    for tell in (image.setDotsPerMeterX, image.setDotsPerMeterY):
        tell(round(_DOTS_PER_METRE * seen.plan.room.unit * times))
    painter = QPainter(image)
    painter.scale(times, times)
    paint(painter, seen)
    painter.end()
    return image


def drawing_of(seen: Seen, title: str, dots_per_inch: int) -> bytes:
    """Return it as SVG: shapes and letters, not pixels; empty where that failed.

    Args:
        seen: what is drawn.
        title: what the drawing says of itself.
        dots_per_inch: of the widget, so that letters are as large as they were laid out.
    """
    kept = QByteArray()
    device = QBuffer(kept)
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the smaller one knows no clipping
    drawing.setOutputDevice(device)
    drawing.setSize(seen.size)
    drawing.setViewBox(QRect(0, 0, seen.size.width(), seen.size.height()))
    drawing.setResolution(dots_per_inch)
    drawing.setTitle(title)
    painter = QPainter()
    if not painter.begin(drawing):
        return b""
    paint(painter, seen)
    painter.end()
    device.close()
    return bytes(kept.data())
