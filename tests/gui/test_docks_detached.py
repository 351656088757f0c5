"""Panels as windows of their own: by the buttons in their titles, and kept in a layout."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from replayer_qt.core.commands import Play, Step
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui.dock_table import DOCKS
from tests.gui.desk import Bench, lively, moved_to, wave
from tests.gui.test_layouts import act, save

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.resize(1600, 1000)
    made.window.show()
    QApplication.processEvents()
    return made


def brought_forward(bench, name):
    dock = bench.window.docking.docks[name]
    dock.show()
    dock.raise_()
    QApplication.processEvents()
    return dock


def pressed(dock, name):
    """Press one of the buttons in a dock's title."""
    button = dock.findChild(QAbstractButton, f"qt_dockwidget_{name}button")
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    QApplication.processEvents()


def test_each_panel_is_detached_fed_attached_and_closed_by_its_title(bench):
    """S0-L2: both buttons of each dock; the panel goes on while it is a window of its own."""
    bench.connect()
    lively(bench)
    for number, row in enumerate(DOCKS):
        dock = brought_forward(bench, row.name)
        place = bench.window.dockWidgetArea(dock)
        pressed(dock, "float")
        assert dock.isFloating(), row.name
        assert dock.isWindow()
        bench.feed(moved_to(PRACTICE, wave(30), RoundId(f"20261121-apart-{number}")))
        QApplication.processEvents()
        assert dock.isVisible()
        assert bench.window.panels["rounds"].rows.row(0).round_id.endswith(f"-{number}")
        dock.setFloating(False)  # as by a double click on the title of a window
        assert bench.window.dockWidgetArea(dock) is place
        dock.raise_()
        QApplication.processEvents()
        pressed(dock, "close")
        assert row.name not in bench.window.docking.open_names()
        assert not bench.window.actions_.actions[f"dock-{row.name}"].isChecked()
        act(bench, f"dock-{row.name}")
        assert row.name in bench.window.docking.open_names()


def test_keys_of_the_replay_work_from_a_panel_that_is_detached(bench):
    bench.replay()
    dock = brought_forward(bench, "rounds")
    pressed(dock, "float")
    dock.activateWindow()
    QApplication.processEvents()
    table = bench.window.panels["rounds"]._table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Left)
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert bench.asked == [Step(ticks=-1), Play()]
    dock.setFloating(False)


def test_a_detached_panel_comes_back_with_the_layout_it_was_saved_in(bench):
    dock = brought_forward(bench, "trades")
    pressed(dock, "float")
    save(bench, "Apart")
    act(bench, "reset-layout")
    assert not dock.isFloating()
    named = {each.text(): each for each in bench.window.layouts._menu.actions()}
    named["Apart"].trigger()
    QApplication.processEvents()
    assert dock.isFloating()
    assert dock.isVisible()
    dock.setFloating(False)
