"""Keys of the replay and the chart work wherever the focus is, unless something is typed there."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QWidget,
)

from replayer_qt.core.units import RUGS
from replayer_qt.ui.action_table import ACTIONS
from replayer_qt.ui.chart.overview import Overview
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.dock_table import DOCKS
from tests.gui.desk import Bench, lively

TYPED_INTO = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QComboBox)
KEPT: tuple[tuple[type[QWidget], frozenset[str]], ...] = (
    (QAbstractItemView, frozenset({"Home", "End", "Ctrl+C"})),
    (QAbstractButton, frozenset({"Space"})),
    (QSlider, frozenset({"Left", "Right", "Shift+Left", "Shift+Right", "Home", "End", "Space"})),
    (QTabBar, frozenset({"Left", "Right", "Home", "End", "Space"})),
    (Overview, frozenset({"Left", "Right", "Shift+Left", "Shift+Right", "Home", "End"})),
)
"""The keys by which one goes about within such a widget: they are its own."""

APART = {"kill"}
"""Heard before any widget: test_kill_ui."""


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1600, 1000)
    made.window.show()
    made.window.activateWindow()
    made.connect(RUGS)
    made.replay()
    lively(made)
    QApplication.processEvents()
    return made


def places(ground: QWidget):
    """What takes the focus within `ground` and is not typed into."""
    found = [
        each
        for each in [ground, *ground.findChildren(QWidget)]
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.isVisible()
        and each.isEnabled()
        and not isinstance(each, TYPED_INTO)
    ]
    return [each for each in found if each.focusProxy() is None]


def kept_by(place: QWidget) -> frozenset[str]:
    return frozenset().union(*(keys for kind, keys in KEPT if isinstance(place, kind)))


def heard_at(bench, place: QWidget):
    """Press every key of the table with the focus there; which actions each one triggered."""
    actions = bench.window.actions_.actions
    chosen: list[str] = []
    listeners = []
    for name, action in actions.items():
        action.setEnabled(True)
        listener = lambda *_, name=name: chosen.append(name)  # noqa: E731
        action.triggered.connect(listener)
        listeners.append((action, listener))
    bench.window.actions_.blockSignals(True)  # what they do is tested elsewhere
    wrong: list[str] = []
    for row in ACTIONS:
        for key in () if row.key_apart or row.name in APART else row.keys:
            if key in kept_by(place):
                continue
            place.setFocus()
            assert QApplication.focusWidget() is place, place.accessibleName()
            chosen.clear()
            combination = QKeySequence(key)[0]
            QTest.keyClick(place, combination.key(), combination.keyboardModifiers())
            QApplication.processEvents()
            if Counter(chosen) != {row.name: 1}:
                wrong.append(f"{key} at {place.accessibleName()!r}: {chosen}")
    for action, listener in listeners:
        action.triggered.disconnect(listener)
    bench.window.actions_.blockSignals(False)
    return wrong


@pytest.mark.parametrize("name", [row.name for row in DOCKS])
def test_every_key_reaches_its_action_from_every_place_of_a_dock(bench, name):
    """S0-L2: with the focus on each list, button and tab of each panel."""
    dock = bench.window.docking.docks[name]
    dock.show()
    dock.raise_()
    QApplication.processEvents()
    bench.window.activateWindow()
    kinds = {}
    for place in places(dock.widget()):
        kinds.setdefault(type(place), place)  # one of each kind will do
    for place in kinds.values():
        assert "; ".join(heard_at(bench, place)) == ""


def test_every_key_reaches_its_action_from_the_chart_and_the_bars(bench):
    """S0-L2: as above, from all that is no panel."""
    bench.window.activateWindow()
    docks = bench.window.findChildren(QDockWidget)
    found = [
        place
        for place in places(bench.window)
        if not any(dock.isAncestorOf(place) for dock in docks)
    ]
    kinds = {}
    for place in found:
        kinds.setdefault(type(place), place)
    assert PriceChart in kinds
    assert Overview in kinds
    for place in kinds.values():
        assert "; ".join(heard_at(bench, place)) == ""
