"""Drawing on the chart by mouse and keys: what is drawn stays on its round, and comes back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from replayer_qt.adapters.drawing_store import DrawingFiles
from replayer_qt.core.drawings import Anchor, Drawing, Hue, Reach, Shape
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui.chart.drawing_book import DrawingBook
from replayer_qt.ui.chart.drawing_shapes import grip_at, measured, place
from replayer_qt.ui.chart.price_chart import PriceChart
from tests.gui.desk import ROUND, Bench, moved_to, wave

OTHER = RoundId("20261121-another")
LEFT = Qt.MouseButton.LeftButton
LINES = [Shape.TREND, Shape.RAY, Shape.BOX, Shape.MEASURE]


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.activateWindow()
    made.connect()
    made.feed(moved_to(PRACTICE, wave(90))[:-2])
    QApplication.processEvents()
    return made


def book(bench):
    return bench.window.chart_desk.drawing.book


def tool(bench):
    return bench.window.chart_desk.drawing.tool


def press(bench, key):
    combination = QKeySequence(key)[0]
    target = QApplication.focusWidget() or bench.window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def drag(bench, begin, end):
    view = bench.chart.viewport()
    QTest.mousePress(view, LEFT, pos=QPoint(*begin))
    for share in (0.3, 0.7, 1.0):
        way = [round(a + (b - a) * share) for a, b in zip(begin, end, strict=True)]
        QTest.mouseMove(view, QPoint(*way))
        QApplication.processEvents()
    QTest.mouseRelease(view, LEFT, pos=QPoint(*end))
    QApplication.processEvents()


def click(bench, at):
    QTest.mouseClick(bench.chart.viewport(), LEFT, pos=QPoint(*at))
    QApplication.processEvents()


def do(bench, name):
    bench.window.actions_.actions[name].trigger()
    QApplication.processEvents()


def draw(bench, shape, begin=(60, 100), end=(160, 200)):
    do(bench, f"draw-{shape}")
    drag(bench, begin, end)
    return book(bench).drawings[-1]


def spots(bench, drawing):
    """Return where the two ends of a drawing are seen [px]."""
    plan = bench.chart.plan
    return tuple(
        (round(at.x()), round(at.y()))
        for at in (place(plan, drawing.begin), place(plan, drawing.end))
    )


@pytest.mark.parametrize("shape", LINES)
def test_a_shape_is_drawn_from_where_the_button_goes_down_to_where_it_goes_up(bench, shape):
    do(bench, "draw-snap")
    drawing = draw(bench, shape)
    plan = bench.chart.plan
    assert drawing.shape is shape
    (left, top), (right, bottom) = spots(bench, drawing)
    assert abs(left - 60) <= plan.step
    assert abs(right - 160) <= plan.step
    assert (abs(top - 100) <= 1, abs(bottom - 200) <= 1) == (True, True)
    assert not bench.window._look.tool
    assert bench.window._look.following


def test_a_shape_is_drawn_by_two_clicks_as_well(bench):
    do(bench, "draw-trend")
    click(bench, (60, 100))
    assert book(bench).drawings == ()
    QTest.mouseMove(bench.chart.viewport(), QPoint(120, 150))
    click(bench, (160, 200))
    assert [each.shape for each in book(bench).drawings] == [Shape.TREND]


def test_a_level_takes_one_click_and_stands_at_its_price(bench):
    do(bench, "draw-level")
    click(bench, (300, 130))
    drawing = book(bench).drawings[0]
    assert abs(bench.chart.plan.row_of(drawing.begin.price) - 130) <= 1
    assert tool(bench).chosen == 0


def test_a_text_is_asked_for_and_shown_letter_by_letter(bench):
    do(bench, "draw-text")
    click(bench, (100, 130))
    dialog = bench.window.findChild(QInputDialog)
    dialog.setTextValue("<b>sold\nhere</b>" + "x" * 300)
    dialog.accept()
    (drawing,) = book(bench).drawings
    assert drawing.text.startswith("<b>sold here</b>")
    assert len(drawing.text) == 80
    bench.chart.grab()


@pytest.mark.parametrize("key", ["Shift+T", "Shift+Y", "Shift+Q", "Shift+U", "Shift+H"])
def test_escape_lays_the_tool_down_and_the_mouse_moves_the_chart_again(bench, key):
    bench.chart.setFocus()
    press(bench, key)
    assert bench.window._look.tool
    assert bench.chart.cursor().shape() is Qt.CursorShape.CrossCursor
    press(bench, "Esc")
    assert not bench.window._look.tool
    drag(bench, (60, 100), (260, 100))
    assert book(bench).drawings == ()
    assert not bench.window._look.following


def test_a_drawing_is_chosen_moved_resized_coloured_and_deleted(bench):
    do(bench, "draw-snap")
    first = draw(bench, Shape.TREND)
    begin, end = spots(bench, first)
    middle = ((begin[0] + end[0]) // 2, (begin[1] + end[1]) // 2)
    click(bench, (500, 300))
    assert tool(bench).chosen is None
    drag(bench, middle, (middle[0] + 50, middle[1] + 30))
    moved = book(bench).drawings[0]
    assert tool(bench).chosen == 0
    ticks = moved.begin.tick - first.begin.tick
    assert ticks == moved.end.tick - first.end.tick > 0
    now = spots(bench, moved)
    assert (now[0][1] - begin[1], now[1][1] - end[1]) == pytest.approx((30, 30), abs=2)
    drag(bench, now[1], (now[1][0] + 40, now[1][1] - 60))
    resized = book(bench).drawings[0]
    assert resized.begin == moved.begin
    assert resized.end.tick > moved.end.tick
    assert resized.end.price > moved.end.price
    do(bench, "draw-pink")
    assert book(bench).drawings[0].hue is Hue.PINK
    bench.chart.setFocus()
    press(bench, "Del")
    assert book(bench).drawings == ()
    for wanted in (Hue.PINK, Hue.ORANGE):
        press(bench, "Ctrl+Z")
        assert book(bench).drawings[0].hue is wanted
    press(bench, "Ctrl+Z")
    assert book(bench).drawings == (moved,)
    press(bench, "Ctrl+Z")
    assert book(bench).drawings == (first,)
    press(bench, "Ctrl+Z")
    assert book(bench).drawings == ()
    for _ in range(9):
        press(bench, "Ctrl+Shift+Z")
    assert book(bench).drawings == ()
    press(bench, "Ctrl+Z")
    assert book(bench).drawings == (Drawing(**_fields(resized) | {"hue": Hue.PINK}),)


def _fields(drawing):
    return {name: getattr(drawing, name) for name in drawing.__struct_fields__}


def test_a_box_is_resized_at_each_of_its_corners(bench):
    do(bench, "draw-snap")
    box = draw(bench, Shape.BOX)
    begin, end = spots(bench, box)
    drag(bench, (begin[0], end[1]), (begin[0] - 40, end[1] + 40))
    after = book(bench).drawings[0]
    assert (after.begin.price, after.end.tick) == (box.begin.price, box.end.tick)
    assert after.begin.tick < box.begin.tick
    assert after.end.price < box.end.price


@pytest.mark.parametrize("change", ["zoom", "line", "log", "wide"])
def test_anchors_are_ticks_and_prices_whatever_the_chart_s_look(bench, change):
    drawing = draw(bench, Shape.TREND)
    chart = bench.chart
    {
        "zoom": lambda: chart.zoom(3.0),
        "line": lambda: chart.set_style("line"),
        "log": lambda: chart.set_log_scale(True),
        "wide": lambda: chart.set_ticks_per_candle(20),
    }[change]()
    assert book(bench).drawings == (drawing,)
    plan = chart.plan
    for anchor in (drawing.begin, drawing.end):
        at = place(plan, anchor)
        assert at.x() == plan.middle_of(anchor.tick)
        assert abs(at.y() - plan.row_of(anchor.price)) <= 1
        column = plan.tick_at(round(at.x()))
        per = plan.per * (20 if change == "wide" else 1 if change == "line" else 5)
        assert abs(column - anchor.tick) <= per


def test_prices_close_by_draw_the_hand_to_them_unless_that_is_off(bench):
    bench.chart.set_ticks_per_candle(1)
    plan = bench.chart.plan
    price = float(plan.series.prices[30])
    at = (plan.middle_of(30), plan.row_of(price) + 5)
    do(bench, "draw-level")
    click(bench, at)
    assert book(bench).drawings[0].begin == Anchor(30, price)
    do(bench, "draw-delete")
    do(bench, "draw-snap")
    do(bench, "draw-level")
    click(bench, at)
    assert book(bench).drawings[0].begin.price != price


def test_a_measure_tells_ticks_time_and_share(bench):
    plan = bench.chart.plan
    series = plan.series
    first, last = float(series.prices[10]), float(series.prices[40])
    drawing = Drawing(shape=Shape.MEASURE, begin=Anchor(10, first), end=Anchor(40, last))
    passed = (int(series.ats[40]) - int(series.ats[10])) / 1e9
    assert measured(plan, drawing) == (f"+30 ticks   {passed:+,.2f} s   {last / first - 1:+.2%}")
    beyond = Drawing(shape=Shape.MEASURE, begin=Anchor(10, 1.0), end=Anchor(9_999, 2.0))
    assert measured(plan, beyond) == "+9,989 ticks   time not known   +100.00%"


def test_a_drawing_of_one_round_is_never_shown_on_another(bench, qtbot, tmp_path):
    files = DrawingFiles(tmp_path)
    kept = DrawingBook(files)
    line = Drawing(shape=Shape.TREND, begin=Anchor(1, 1.0), end=Anchor(9, 2.0))
    level = Drawing(shape=Shape.LEVEL, begin=Anchor(1, 3.0), end=Anchor(1, 3.0), reach=Reach.VENUE)
    kept.open(PRACTICE, ROUND)
    kept.change("draw", (line, level))
    kept.open(PRACTICE, OTHER)
    assert kept.drawings == ()
    qtbot.waitUntil(lambda: kept.drawings == (level,))
    kept.open(RUGS, OTHER)
    assert kept.drawings == ()
    kept.open(RUGS, ROUND)
    qtbot.waitUntil(lambda: kept.drawings == (line,))
    kept.open(None, None)
    assert kept.drawings == ()
    files.close()


def test_the_window_shows_the_drawings_of_the_round_it_shows(bench):
    """N16: with the next round the drawings of the one before are gone, and come back with it."""
    draw(bench, Shape.TREND)
    assert book(bench).drawings
    bench.feed(moved_to(PRACTICE, wave(40), OTHER)[:30])
    assert book(bench).drawings == ()
    do(bench, "draw-undo")
    assert book(bench).drawings == ()


def test_what_is_drawn_for_a_venue_is_there_in_its_recordings(qtbot, tmp_path):
    """A replay has a stream of its own; the trader's levels are the market's."""
    files = DrawingFiles(tmp_path)
    made = Bench(chart=PriceChart(), drawings=files)
    qtbot.addWidget(made.window)
    made.window.show()
    made.connect()
    made.feed(moved_to(PRACTICE, wave(90), OTHER)[:-2])
    do(made, "draw-venue-wide")
    do(made, "draw-level")
    click(made, (300, 130))
    (level,) = book(made).drawings
    made.replay(wave(120), recorded_as=PRACTICE)
    assert made.chart.plan.series.round_id == ROUND
    qtbot.waitUntil(lambda: book(made).drawings == (level,))
    made.replay(wave(120), recorded_as=RUGS)
    assert book(made).drawings == ()
    files.close()


def test_drawings_are_back_after_a_restart(qtbot, tmp_path):
    line = Drawing(shape=Shape.RAY, begin=Anchor(1, 1.0), end=Anchor(9, 2.0), hue=Hue.SKY)
    files = DrawingFiles(tmp_path)
    before = DrawingBook(files)
    before.open(PRACTICE, ROUND)
    before.change("draw", (line,))
    qtbot.waitUntil(lambda: not before._awaited)
    files.close()
    again = DrawingFiles(tmp_path)
    after = DrawingBook(again)
    after.open(PRACTICE, ROUND)
    qtbot.waitUntil(lambda: after.drawings == (line,))
    again.close()


def test_what_cannot_be_kept_is_told_and_stays_on_the_chart(qtbot, tmp_path):
    folder = tmp_path / "drawings"
    folder.write_text("in the way")
    files = DrawingFiles(folder)
    kept, told = DrawingBook(files), []
    kept.failed.connect(told.append)
    line = Drawing(shape=Shape.RAY, begin=Anchor(1, 1.0), end=Anchor(9, 2.0))
    kept.open(PRACTICE, ROUND)
    kept.change("draw", (line,))
    qtbot.waitUntil(lambda: any("kept" in each for each in told))
    assert kept.drawings == (line,)
    files.close()


def test_a_double_click_with_a_tool_in_hand_does_not_seek(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    made.replay(wave(120))
    QApplication.processEvents()
    do(made, "draw-trend")
    QTest.mouseDClick(made.chart.viewport(), LEFT, pos=QPoint(80, 100))
    assert made.asked == []


def test_a_picture_of_the_chart_has_the_drawings_in_it(bench):
    before = bench.chart.grab().toImage()
    for shape in (*LINES, Shape.LEVEL):
        do(bench, f"draw-{shape}")
        drag(bench, (60, 100), (160, 200))
        do(bench, "draw-choose")
        after = bench.chart.grab().toImage()
        assert after != before
        before = after
    assert len(book(bench).drawings) == 5


ANCHORS = st.builds(Anchor, st.integers(0, 10**9), st.floats(-1e11, 1e11))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(list(Shape)), ANCHORS, ANCHORS, st.booleans(), st.booleans())
def test_any_sound_drawing_is_painted_and_can_be_pointed_at(bench, shape, begin, end, log, line):
    bench.chart.set_log_scale(log)
    bench.chart.set_style("line" if line else "candles")
    drawing = Drawing(shape=shape, begin=begin, end=end, text="x" if shape is Shape.TEXT else "")
    assert drawing.is_sound
    book(bench).change("draw", (drawing,))
    tool(bench).chosen = 0
    bench.chart.grab()
    assert grip_at(bench.chart.plan, drawing, 5, 5, chosen=True) is None or drawing.is_sound


def test_a_ray_goes_on_to_the_edge_and_is_taken_there(bench):
    do(bench, "draw-snap")
    ray = draw(bench, Shape.RAY, (60, 150), (160, 160))
    click(bench, (500, 20))
    assert tool(bench).chosen is None
    plan = bench.chart.plan
    begin, end = spots(bench, ray)
    right = plan.room.plot_width - 10
    row = begin[1] + (end[1] - begin[1]) * (right - begin[0]) / (end[0] - begin[0])
    click(bench, (right, round(row)))
    assert tool(bench).chosen == 0
