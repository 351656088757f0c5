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
_SIZES: Final = (18, 36)
_APP_SIZES: Final = (16, 32, 64, 128)


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


def app_icon() -> QIcon:
    """Return the program's own icon; it has its own colours."""
    made = QIcon()
    renderer = QSvgRenderer(QByteArray(_read("icons/app.svg")))
    for size in _APP_SIZES:
        made.addPixmap(_drawn(renderer, size))
    return made


def inks_of(theme: Theme) -> tuple[str, str, str]:
    """Return the colours that icons have in a theme: as a rule, switched on, of no use now."""
    return theme.text, theme.accent, faint(theme)


def icon(name: str, theme: Theme) -> QIcon:
    """Return the icon `name` in the theme's colours; an empty one if there is none."""
    source = _read(f"icons/{name}.svg")
    made = QIcon()
    if not source:
        return made
    normal, disabled = QIcon.Mode.Normal, QIcon.Mode.Disabled
    uses_of = (
        ((normal, QIcon.State.Off),),
        ((normal, QIcon.State.On),),
        ((disabled, QIcon.State.Off), (disabled, QIcon.State.On)),
    )
    for colour, uses in zip(inks_of(theme), uses_of, strict=True):
        renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode())))
        for size in _SIZES:
            pixmap = _drawn(renderer, size)
            for mode, state in uses:
                made.addPixmap(pixmap, mode, state)
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
