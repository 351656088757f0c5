"""Palettes and letters in the window: by pixels, and by what is still in sight."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDockWidget, QListWidget

from replayer_qt.core.events import Link
from replayer_qt.core.settings import Settings, WindowSettings
from replayer_qt.ui.appearance import LETTERS
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import DARK, PALETTES, THEMES, theme_of
from tests.gui.desk import Bench, lively
from tests.gui.test_ticket import held
from tests.unit.ui.test_theme import EYES, contrast, lab

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def as_made(qapp):
    yield
    dress(qapp, DARK)


def opened(qtbot, settings=None, store=None):
    made = Bench(settings or Settings(), store=store, chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    made.window.activateWindow()
    made.chart.setFocus()
    QApplication.processEvents()
    return made


def pixels(widget):
    """How often each colour is in a widget's picture."""
    image = widget.grab().toImage()
    data = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    values, counts = np.unique(data, return_counts=True)
    return {f"#{value:06x}": int(count) for value, count in zip(values, counts, strict=True)}


def apart(one, other, eye):
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("name", THEMES)
def test_candles_and_order_buttons_are_painted_in_colours_that_every_eye_tells_apart(
    qtbot, name, palette
):
    """N20: pixels of rising and falling candles 20 apart, those of the three buttons 15."""
    bench = opened(qtbot, Settings(window=WindowSettings(theme=name, palette=palette)))
    theme = theme_of(name, palette)
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["candle-5"].trigger()
    QApplication.processEvents()
    seen = pixels(bench.chart.viewport())
    assert seen.get(theme.up, 0) > 20
    assert seen.get(theme.down, 0) > 20
    bench.trade(held())
    QApplication.processEvents()
    fills = []
    for button in bench.window.trade_desk.ticket.buttons.values():
        image = button.grab().toImage()
        fills.append(image.pixelColor(12, image.height() // 2).name())
    for eye in EYES:
        assert apart(theme.up, theme.down, eye) >= 20
        assert min(apart(*pair, eye) for pair in itertools.combinations(fills, 2)) >= 15


def test_another_palette_paints_the_same_chart_anew_and_is_kept(qtbot):
    bench = opened(qtbot)
    bench.connect()
    lively(bench)
    bench.window.actions_.actions["candle-5"].trigger()
    bench.window.actions_.actions["palette-red-green"].trigger()
    QApplication.processEvents()
    seen, theme = pixels(bench.chart.viewport()), theme_of("dark", "red-green")
    assert DARK.up not in seen
    assert seen[theme.up] > 20
    again = opened(qtbot, store=bench.store)
    assert again.window.theme == theme
    assert again.window.actions_.actions["palette-red-green"].isChecked()


@pytest.mark.usefixtures("as_made")
def test_keys_make_all_letters_larger_and_smaller_and_as_they_were(qtbot, qapp):
    bench = opened(qtbot)
    bench.connect()
    lively(bench)
    strip, chart = bench.window.strip, bench.chart
    before = (qapp.font().pointSizeF(), strip.height(), chart.plan.letters.small.height)
    QTest.keyClick(chart, Qt.Key.Key_Equal, CONTROL)
    QTest.keyClick(chart, Qt.Key.Key_Equal, CONTROL)
    QTest.keyClick(chart, Qt.Key.Key_Equal, CONTROL)
    QApplication.processEvents()
    larger = (qapp.font().pointSizeF(), strip.height(), chart.plan.letters.small.height)
    assert all(now > then * 1.3 for now, then in zip(larger, before, strict=True))
    QTest.keyClick(chart, Qt.Key.Key_0, CONTROL)
    QApplication.processEvents()
    assert (qapp.font().pointSizeF(), strip.height()) == before[:2]
    assert chart.plan.letters.small.height == before[2]
    QTest.keyClick(chart, Qt.Key.Key_Minus, CONTROL)
    assert qapp.font().pointSizeF() < before[0]


@pytest.mark.usefixtures("as_made")
def test_sizes_of_letters_end_at_the_first_and_the_last(qtbot):
    bench = opened(qtbot)
    for _ in range(20):
        bench.window.appearance.grow_letters(-1)
    assert bench.window._look.letters == LETTERS[0]
    for _ in range(20):
        bench.window.appearance.grow_letters(1)
    assert bench.window._look.letters == LETTERS[-1]


@pytest.mark.usefixtures("as_made")
def test_the_price_is_whole_in_the_largest_letters(qtbot):
    bench = opened(qtbot, Settings(window=WindowSettings(letters=200)))
    bench.window.resize(1920, 1080)
    bench.connect()
    lively(bench)
    QApplication.processEvents()
    assert "…" not in bench.window.strip.cells["price"].shown_text()
    assert bench.window.strip.cells["price"].isVisible()


@pytest.mark.parametrize("name", ["rounds", "trades", "feed health", "notices"])
def test_a_table_without_rows_says_why_and_what_to_do(qtbot, name):
    bench = opened(qtbot)
    table = bench.window.findChild(Table, f"table-{name}")
    assert table.empty.endswith(".")
    for dock in bench.window.findChildren(QDockWidget):
        if dock.isAncestorOf(table):
            dock.raise_()
    QApplication.processEvents()
    written = pixels(table.viewport())
    assert len(written) > 2, "letters leave more than the ground's colours"


def test_what_an_empty_table_says_is_gone_with_the_first_row(qtbot):
    bench = opened(qtbot)
    table = bench.window.findChild(Table, "table-rounds")
    assert table.empty
    bench.connect()
    lively(bench)
    assert table.empty == ""


@pytest.mark.parametrize("link", [link for link in Link if link is not Link.LIVE])
def test_a_feed_that_is_not_live_is_not_called_live_on_the_chart(qtbot, link):
    bench = opened(qtbot)
    bench.connect(link=link)
    assert bench.window.chart_desk.era.era.word == ""
    bench.connect(link=Link.LIVE)
    assert bench.window.chart_desk.era.era.word == "LIVE"


@pytest.mark.parametrize("name", THEMES)
def test_a_chosen_line_of_a_list_can_be_read_and_a_list_to_choose_from_has_its_arrow(qtbot, name):
    """N20: letters on the chosen line have a contrast of 4.5 at least."""
    theme = theme_of(name)
    dress(QApplication.instance(), theme)
    chosen, offered = QListWidget(), QComboBox()
    for each in (chosen, offered):
        qtbot.addWidget(each)
        each.addItems(["first", "second"])
        each.show()
    chosen.setCurrentRow(0)
    QApplication.processEvents()
    room = chosen.visualItemRect(chosen.item(0))
    seen = chosen.viewport().grab(room).toImage()
    spots = itertools.product(range(80), range(seen.height()))
    colours = {seen.pixelColor(x, y).name() for x, y in spots}
    assert theme.raised in colours
    assert max(contrast(each, theme.raised) for each in colours) >= 4.5
    arrow = offered.grab().toImage()
    right = range(arrow.width() - 18, arrow.width() - 3)
    middle = {arrow.pixelColor(x, arrow.height() // 2 + 1).name() for x in right}
    assert len(middle) > 1
    dress(QApplication.instance(), DARK)
