"""The chart taken out of the program: what is in the files, and what is never done to others."""

import csv
import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from replayer_qt.core.candles import CandleSeries
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.picture import Seen, drawing_of, image_of
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.visible_slice import slice_of, span_of
from replayer_qt.ui.chart_export import KINDS, proposed_name
from replayer_qt.ui.dialogs.replace_file import ReplaceDialog
from replayer_qt.ui.panels.linked_table import LinkedTable
from tests.gui.desk import Bench, lively, moved_to, wave

PNG, TWICE, SVG, CSV = KINDS
SVG_NAME = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    return made


def live(bench, prices=None):
    """Show a running round."""
    bench.connect()
    bench.feed(moved_to(PRACTICE, wave(90) if prices is None else prices)[:-1])
    QApplication.processEvents()


def press(bench, key):
    combination = QKeySequence(key)[0]
    target = QApplication.focusWidget() or bench.window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def ask(bench):
    """Choose Chart > Export… and return the dialog that opens."""
    bench.window.actions_.actions["export-chart"].trigger()
    return next(each for each in bench.window.findChildren(QFileDialog) if each.isVisible())


def export(bench, kind, path):
    """Save the chart through the dialog, and wait for the word that it is there."""
    dialog = ask(bench)
    dialog.selectNameFilter(kind)
    dialog.selectFile(str(path))
    dialog.accept()
    return dialog


def notices(bench):
    rows = bench.window.notices.rows
    return [rows.row(at) for at in range(rows.rowCount())]


def codes(bench):
    return [notice.code for notice in notices(bench)]


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text("ascii"))))


def test_a_picture_is_the_chart_as_it_is_seen(bench, tmp_path, qtbot):
    live(bench)
    seen = bench.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    export(bench, PNG, tmp_path / "a.png")
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    saved = QImage(str(tmp_path / "a.png")).convertToFormat(QImage.Format.Format_RGB32)
    assert saved.size() == seen.size()
    assert saved == seen


def test_a_picture_twice_as_large_has_four_times_the_pixels_and_finer_edges(bench, tmp_path, qtbot):
    live(bench)
    bench.chart.set_style("line")
    once = image_of(Seen(bench.chart.plan, bench.chart.notes, bench.chart.extras))
    export(bench, TWICE, tmp_path / "a.png")
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    saved = QImage(str(tmp_path / "a.png"))
    assert saved.size() == once.size() * 2
    blown_up = once.scaled(saved.size())
    assert saved.convertToFormat(QImage.Format.Format_RGB32) != blown_up


def test_an_ending_that_was_typed_says_what_is_meant(bench, tmp_path, qtbot):
    live(bench)
    export(bench, PNG, tmp_path / "a.svg")
    qtbot.waitUntil((tmp_path / "a.svg").exists)
    assert (tmp_path / "a.svg").read_bytes().lstrip().startswith(b"<?xml")
    export(bench, PNG, tmp_path / "b.csv")
    qtbot.waitUntil((tmp_path / "b.csv").exists)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.svg", "b.csv"]


def test_a_drawing_is_made_of_shapes_and_letters_and_not_of_pixels(bench, tmp_path, qtbot):
    live(bench)
    room = bench.chart.plan.room
    export(bench, SVG, tmp_path / "a.svg")
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    root = ET.parse(tmp_path / "a.svg").getroot()  # noqa: S314  # made here
    told = [each.tag.removeprefix(SVG_NAME) for each in root.iter()]
    assert root.get("viewBox") == f"0 0 {room.width} {room.height}"
    assert "image" not in told
    assert told.count("rect") + told.count("path") + told.count("polyline") > bench.chart.plan.last
    words = "".join(root.itertext())
    assert "peak" in words


@pytest.mark.parametrize("style", ["candles", "line"])
def test_a_table_has_every_tick_in_sight_with_every_digit(bench, tmp_path, qtbot, style):
    prices = wave(400)
    live(bench, prices)
    bench.chart.set_style(style)
    bench.chart.zoom(4.0)
    export(bench, CSV, tmp_path / "a.csv")
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    rows, plan = table(tmp_path / "a.csv"), bench.chart.plan
    first, last = span_of(plan)
    series = plan.series
    ticks = [int(row["tick"]) for row in rows]
    assert ticks == list(range(first, int(series.ticks[-1]) + 1))
    assert last <= ticks[-1]
    assert len(ticks) < len(series)
    assert [float(row["price"]) for row in rows] == series.prices[first:].tolist()
    stamped = [np.datetime64(row["time_utc"].removesuffix("Z"), "ns").astype(int) for row in rows]
    assert stamped == series.ats[first:].tolist()
    assert ("open" in rows[0]) == (style == "candles")


def test_the_candle_of_each_row_is_the_one_that_the_tick_is_in(bench):
    live(bench)
    bench.chart.set_ticks_per_candle(10)
    told = slice_of(bench.chart.plan)
    columns = dict(zip(told.names, told.columns, strict=True))
    assert (columns["candle_first_tick"] == columns["tick"] // 10 * 10).all()
    assert (columns["low"] <= columns["price"]).all()
    assert (columns["high"] >= columns["price"]).all()


def test_the_file_shows_the_moment_of_the_asking_and_not_that_of_the_answer(bench, tmp_path, qtbot):
    prices = wave(200)
    bench.connect()
    events = moved_to(PRACTICE, prices)
    bench.feed(events[:100])
    before = len(bench.chart.plan.series)
    dialog = ask(bench)
    bench.feed(events[100:150])
    dialog.selectNameFilter(CSV)
    dialog.selectFile(str(tmp_path / "a.csv"))
    dialog.accept()
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    assert len(table(tmp_path / "a.csv")) <= before
    assert int(table(tmp_path / "a.csv")[-1]["tick"]) == before - 1


def test_the_ending_is_added_where_it_is_not_the_kind_s_own(bench, tmp_path, qtbot):
    live(bench)
    export(bench, SVG, tmp_path / "round.1")
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    assert [path.name for path in tmp_path.iterdir()] == ["round.1.svg"]


def replacing(bench):
    return next(
        (each for each in bench.window.findChildren(ReplaceDialog) if each.isVisible()), None
    )


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_file_that_is_there_is_never_replaced_without_asking(bench, tmp_path, qtbot, kind):
    live(bench)
    path = tmp_path / f"a.{KINDS[kind]}"
    path.write_bytes(b"mine")
    export(bench, kind, path)
    dialog = replacing(bench)
    assert path.read_bytes() == b"mine"
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert path.read_bytes() == b"mine"
    assert codes(bench) == []
    export(bench, kind, path)
    QTest.mouseClick(replacing(bench).replace, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    assert path.read_bytes() != b"mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_picture_is_packed_on_a_thread_of_its_own_and_told_of_when_it_is_there(
    bench, tmp_path, qtbot
):
    live(bench)
    export(bench, TWICE, tmp_path / "a.png")
    assert codes(bench) == []
    bench.window.chart_desk.export.save(TWICE, str(tmp_path / "b.png"))
    assert "another picture" in notices(bench)[-1].what
    qtbot.waitUntil(lambda: "chart-exported" in codes(bench))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    export(bench, PNG, tmp_path / "c.png")
    qtbot.waitUntil(lambda: codes(bench).count("chart-exported") == 2)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_file_that_cannot_be_written_leaves_nothing_and_says_so(bench, tmp_path, qtbot, kind):
    live(bench)
    missing = tmp_path / "not there" / f"a.{KINDS[kind]}"
    bench.window.actions_.actions["export-chart"].trigger()
    bench.window.chart_desk.export.save(kind, str(missing))
    qtbot.waitUntil(lambda: "chart-not-exported" in codes(bench))
    assert list(tmp_path.iterdir()) == []
    for dialog in bench.window.findChildren(QFileDialog):
        dialog.close()


def test_the_picture_and_the_values_go_to_the_clipboard(bench):
    live(bench)
    place = QPoint(bench.chart.plan.middle_of(40), 120)
    QTest.mouseMove(bench.chart.viewport(), place)
    QApplication.processEvents()
    bench.chart.setFocus()
    press(bench, "Ctrl+C")
    names, values = (line.split("\t") for line in QApplication.clipboard().text().split("\n"))
    told = dict(zip(names, values, strict=True))
    assert names == ["tick", "time_utc", "open", "high", "low", "close"]
    series = bench.chart.plan.series
    tick = int(told["tick"])
    assert tick == 40
    assert float(told["open"]) == series.prices[tick]
    assert told["time_utc"].endswith("Z")
    press(bench, "Ctrl+Shift+C")
    image = QApplication.clipboard().image()
    assert image.size().width() == bench.chart.plan.room.width
    assert codes(bench) == ["chart-copied"] * 2


def test_without_a_crosshair_the_newest_values_are_copied(bench):
    live(bench)
    bench.chart.set_style("line")
    bench.window.actions_.actions["copy-values"].trigger()
    names, values = (line.split("\t") for line in QApplication.clipboard().text().split("\n"))
    assert names == ["tick", "time_utc", "price"]
    assert float(values[2]) == bench.chart.plan.series.prices[-1]


def test_a_line_of_text_and_a_table_keep_their_own_copying(bench):
    """N10: the same keys in an input or a table copy what is chosen there."""
    lively(bench)
    bench.connect()
    line = next(
        each
        for each in bench.window.findChildren(QLineEdit)
        if each.isVisible() and each.isEnabled()
    )
    line.setFocus()
    line.setText("0.25")
    line.selectAll()
    press(bench, "Ctrl+C")
    assert QApplication.clipboard().text() == "0.25"
    assert codes(bench) == []
    tables = bench.window.findChildren(LinkedTable)
    assert tables
    for each in tables:
        key, mods = Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier
        asked = QKeyEvent(QEvent.Type.ShortcutOverride, key, mods)
        asked.ignore()
        QApplication.sendEvent(each, asked)
        assert asked.isAccepted()


def test_an_empty_chart_says_that_there_is_nothing_to_copy(bench):
    bench.window.actions_.actions["copy-values"].trigger()
    assert codes(bench) == ["chart-empty"]


def test_a_round_s_name_from_outside_makes_no_path(qtbot):
    chart = PriceChart()
    qtbot.addWidget(chart)
    chart.show_candles(CandleSeries.of([1.0], [1.0], [1.0], [1.0]))
    assert proposed_name(chart.plan) == "chart-0-0"


def test_candles_of_no_round_are_written_by_the_candle(qtbot):
    chart = PriceChart()
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show_candles(CandleSeries.of([1.0, 2.0], [3.0, 3.0], [0.5, 1.5], [2.0, 2.5]))
    told = slice_of(chart.plan)
    assert told.header == "candle_first_tick,time_utc,open,high,low,close\n"
    assert told.lines(0, 9) == (
        "0,1970-01-01T00:00:00.000000000Z,1.0,3.0,0.5,2.0\n"
        "1,1970-01-01T00:00:01.000000000Z,2.0,3.0,1.5,2.5\n"
    )


def test_the_hatching_of_missing_ticks_is_in_the_drawing_as_well(bench, recwarn):
    bench.connect()
    events = moved_to(PRACTICE, wave(120))
    bench.feed([*events[:40], *events[60:90]])
    bench.chart.set_ticks_per_candle(1)
    seen = Seen(bench.chart.plan, bench.chart.notes, bench.chart.extras)
    assert drawing_of(seen, "gap", 96).startswith(b"<?xml")
    assert not recwarn.list
