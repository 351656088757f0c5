from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.ui.plots.profit_curve import Mark, ProfitCurve
from replayer_qt.ui.theme import DARK, LIGHT


@pytest.fixture
def curve(qtbot):
    made = ProfitCurve()
    qtbot.addWidget(made)
    made.set_theme(DARK)
    made.resize(400, 160)
    made.show()
    return made


def marks(*results, rug=-1):
    return [
        Mark(result=Decimal(result), forced=number == rug) for number, result in enumerate(results)
    ]


def inks(curve):
    picture = curve.grab().toImage()
    return {
        picture.pixelColor(x, y).name()
        for x in range(picture.width() - 90)
        for y in range(22, picture.height())
    }


def test_without_trades_nothing_is_drawn_but_words(curve):
    curve.grab()
    assert curve.words() == ""
    assert curve.marks == ()


def test_only_a_fall_from_the_peak_is_shaded(curve):
    curve.show_marks(marks("1", "2", "3"))
    rising = inks(curve)
    curve.show_marks(marks("3", "1", "2"))
    falling = inks(curve)
    shade = [QColor(name) for name in falling - rising]
    assert any(colour.red() > 60 and colour.red() > colour.blue() for colour in shade)
    assert not any(
        QColor(name).red() > 60 and QColor(name).red() > QColor(name).blue() + 20 for name in rising
    )


def test_what_the_rug_closed_is_crossed(curve):
    curve.show_marks(marks("1", "0.5", "2"))
    assert DARK.rug not in inks(curve)
    curve.show_marks(marks("1", "0.5", "2", rug=1))
    reds = [QColor(name) for name in inks(curve)]
    rug = QColor(DARK.rug)
    assert any(
        abs(c.red() - rug.red()) + abs(c.green() - rug.green()) + abs(c.blue() - rug.blue()) < 90
        for c in reds
    )


def test_the_end_is_told_exactly_until_something_else_is_pointed_at(curve):
    curve.show_marks(marks("1", "-0.5"))
    assert curve.words() == "#2 1 → -0.500000 SOL"
    QTest.mouseMove(curve, QPoint(1, 80))
    assert curve.words() == "Start: 0.000000 SOL"
    QTest.mouseMove(curve, QPoint(160, 80))
    assert curve.words() == "#1 0 → +1.000000 SOL"
    curve.grab()
    QApplication.sendEvent(curve, QEvent(QEvent.Type.Leave))
    assert curve.words().startswith("#2")


def test_a_double_click_chooses_the_nearest_trade(curve):
    chosen = []
    curve.chosen.connect(chosen.append)
    QTest.mouseDClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(160, 80))
    curve.show_marks(marks("1", "-0.5"))
    QTest.mouseDClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(160, 80))
    QTest.mouseDClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(1, 80))
    assert chosen == [0]


@pytest.mark.parametrize("results", [("0",), ("1", "1"), ("1e-12", "-1e-12"), ("1e9", "-1e9")])
def test_any_results_can_be_drawn(curve, results):
    curve.show_marks(marks(*results))
    for size in ((400, 160), (60, 30), (1, 1)):
        curve.resize(*size)
        assert not curve.grab().isNull()


def test_the_theme_is_used(curve):
    curve.show_marks(marks("1", "0.5"))
    before = curve.grab().toImage()
    curve.set_theme(LIGHT)
    assert curve.grab().toImage() != before
