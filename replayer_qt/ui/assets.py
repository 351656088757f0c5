"""Finds what ships beside the code: fonts and icons."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, Qt
from PySide6.QtGui import QFontDatabase, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from replayer_qt.ui.theme import Theme, faint

SANS: Final = "DejaVu Sans"
MONO: Final = "DejaVu Sans Mono"

_FONTS: Final = ("DejaVuSans.ttf", "DejaVuSansMono.ttf")
_SIZES: Final = (16, 20, 32, 40, 64)


def resource(name: str) -> Path:
    """Return where the resource `name` (a relative path) is; it may be missing.

    An installed package carries its resources inside itself; a checkout has them beside it.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "resources" / name
    return inside if inside.exists() else package.parent / "resources" / name


def load_fonts() -> bool:
    """Make the bundled fonts known to Qt, so that pixels are the same on every machine.

    Returns:
        Whether all of them were there; without them the system's own are used.
    """
    loaded = [QFontDatabase.addApplicationFont(str(resource(f"fonts/{file}"))) for file in _FONTS]
    return all(number >= 0 for number in loaded)


def icon(name: str, theme: Theme) -> QIcon:
    """Return the icon `name` in the theme's colours; an empty one if there is none."""
    source = _read(f"icons/{name}.svg")
    made = QIcon()
    if not source:
        return made
    looks = (
        (theme.text, QIcon.Mode.Normal, QIcon.State.Off),
        (theme.accent, QIcon.Mode.Normal, QIcon.State.On),
        (faint(theme), QIcon.Mode.Disabled, QIcon.State.Off),
        (faint(theme), QIcon.Mode.Disabled, QIcon.State.On),
    )
    for colour, mode, state in looks:
        renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode())))
        for size in _SIZES:
            made.addPixmap(_drawn(renderer, size), mode, state)
    return made


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def _read(name: str) -> bytes:
    file = QFile(str(resource(name)))
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return b""
    try:
        return bytes(file.readAll().data())
    finally:
        file.close()
