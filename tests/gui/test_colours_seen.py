"""What is written can be read, and nothing is told by colour alone, in every theme and palette."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from replayer_qt.core.settings import Settings, WindowSettings
from replayer_qt.ui.chart.marks_ink import Ink
from replayer_qt.ui.chart.marks_placed import Shape
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.dock_table import DOCKS
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import DARK, PALETTES, THEMES, theme_of
from tests.gui.desk import Bench, lively
from tests.gui.test_ticket import held
from tests.unit.ui.test_theme import EYES, lab

EVERY = list(itertools.product(THEMES, PALETTES))


@pytest.fixture
def opened(qtbot, qapp):
    def make(name, palette):
        made = Bench(
            Settings(window=WindowSettings(theme=name, palette=palette)), chart=PriceChart()
        )
        qtbot.addWidget(made.window)
        made.window.resize(1600, 1000)
        made.window.show()
        QApplication.processEvents()
        return made

    yield make
    dress(qapp, DARK)


def colours_of(image: QImage) -> dict[str, int]:
    """How often each colour is in a picture."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    values, counts = np.unique(data, return_counts=True)
    return {f"#{value:06x}": int(count) for value, count in zip(values, counts, strict=True)}


def luminances(colours: list[str]) -> np.ndarray:
    channels = np.array([[int(one[i : i + 2], 16) / 255 for i in (1, 3, 5)] for one in colours])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def readable(image: QImage) -> float:
    """The contrast of what stands out most in a picture with what most of it is."""
    found = colours_of(image)
    light = luminances(list(found))
    ground = light[int(np.argmax(list(found.values())))]
    low, high = np.minimum(light, ground), np.maximum(light, ground)
    return float(((high + 0.05) / (low + 0.05)).max())


def writings(window):
    """What shows words or a picture, and is not dimmed because it can't be pressed."""
    found = [
        each
        for kind in (QLabel, QAbstractButton, Cell)
        for each in window.findChildren(kind)
        if each.isVisible() and each.width() > 12 and each.height() > 8
    ]
    for each in found:
        words = each.word.text if isinstance(each, Cell) else each.text()
        painted = isinstance(each, QAbstractButton) and not each.icon().isNull()
        if (words.strip() or painted) and each.isEnabled() and not each.visibleRegion().isEmpty():
            yield each, bool(words.strip())


def weak_words(window, picture):
    """The labels, buttons and cells in sight whose contrast is too low, and how many were seen."""
    weak, seen = set(), 0
    for each, has_words in writings(window):
        place = QRect(each.mapTo(window, QPoint()), each.size())
        contrast = readable(picture.copy(place))
        seen += 1
        if contrast < (4.5 if has_words else 3):
            weak.add((type(each).__name__, each.accessibleName(), round(contrast, 2)))
    return weak, seen


def weak_rows(window, picture, table):
    """The same of a table's first rows."""
    weak, seen = set(), 0
    model, inside = table.model(), table.viewport().rect()
    for row, column in itertools.product(range(min(model.rowCount(), 6)), range(20)):
        index = model.index(row, column)
        box = table.visualRect(index)
        if not str(index.data() or "").strip() or not inside.contains(box):
            continue
        corner = table.viewport().mapTo(window, box.topLeft())
        contrast = readable(picture.copy(QRect(corner, box.size())))
        seen += 1
        if contrast < 4.5:
            weak.add((table.accessibleName(), index.data(), round(contrast, 2)))
    return weak, seen


@pytest.mark.parametrize(("name", "palette"), EVERY)
def test_every_word_in_sight_can_be_read_and_what_is_pressed_is_told_apart(opened, name, palette):
    """N20: by pixels. 4.5:1 in each word and table row, 3:1 in each picture: no white on white.

    BUY, SELL and SIDEBET are 15 apart for each eye, and each says its own word.
    """
    bench = opened(name, palette)
    window = bench.window
    bench.connect()
    lively(bench)
    bench.trade(held())
    weak, looked, rows = set(), 0, 0
    for row in DOCKS:
        dock = window.docking.docks[row.name]
        dock.raise_()
        QApplication.processEvents()
        picture = window.grab().toImage()
        found, seen = weak_words(window, picture)
        weak |= found
        looked += seen
        for table in dock.findChildren(Table):
            found, seen = weak_rows(window, picture, table)
            weak |= found
            rows += seen
    assert looked > 300
    assert rows > 30
    assert not weak, sorted(weak)
    buttons = list(window.trade_desk.ticket.buttons.values())
    assert len({button.words.what.split()[0] for button in buttons}) == len(buttons) == 3
    images = [button.grab().toImage() for button in buttons]
    fills = [image.pixelColor(12, image.height() // 2).name() for image in images]
    for eye, (one, other) in itertools.product(EYES, itertools.combinations(fills, 2)):
        assert float(np.linalg.norm(lab(one, eye) - lab(other, eye))) >= 15, (eye, one, other)


@pytest.mark.parametrize("name", THEMES)
def test_marks_differ_by_shape_where_there_is_no_colour_at_all(opened, name):
    """N20: fills, the rug and others' trades, painted and made black and white: no two the same."""
    bench = opened(name, PALETTES[0])
    bench.connect()
    lively(bench)
    ink = Ink()
    ink.prepare(bench.chart.plan)
    shapes = []
    for shape in Shape:
        left, top, wide, high = (int(one) for one in ink._places[shape])
        part = ink._atlas.copy(left, top, wide, high).toImage()
        covered = [[part.pixelColor(x, y).alpha() > 127 for x in range(wide)] for y in range(high)]
        shapes.append(np.array(covered))
        assert shapes[-1].any()
    for one, other in itertools.combinations(shapes, 2):
        assert one.shape != other.shape or (one != other).mean() > 0.1


def test_the_high_and_the_low_of_a_theme_are_not_swapped_by_its_palettes():
    """N20: both directions of both palettes: what rises in the one falls in the other."""
    for name in THEMES:
        pairs = [(theme_of(name, one).up, theme_of(name, one).down) for one in PALETTES]
        assert len(set(pairs)) == len(PALETTES)
        assert {(down, up) for up, down in pairs[1:]} == set(pairs[1:])


def test_a_bad_pair_of_colours_would_be_noticed(qapp):
    """N20: the check itself: grey on grey is weak, white on white is nothing."""
    for ink, ground, least, most in (
        ("#ffffff", "#ffffff", 1.0, 1.0),
        ("#8a8a8a", "#777777", 1.0, 1.6),
        ("#000000", "#ffffff", 20.0, 21.1),
    ):
        image = QImage(60, 20, QImage.Format.Format_RGB32)
        image.fill(QColor(ground))
        painter = QPainter(image)
        painter.setPen(QColor(ink))
        painter.drawText(4, 15, "BUY")
        painter.end()
        assert least <= readable(image) <= most
