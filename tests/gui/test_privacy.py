"""Privacy mode: one key hides every amount of money, wherever it stands."""

import re
from decimal import Decimal

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QWidget,
)

from replayer_qt.core.order_events import Difference
from replayer_qt.ui import fmt
from replayer_qt.ui.amount import BUTTONS
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.privacy import DOTS, covered, hidden, is_private, set_private
from tests.gui.desk import Bench, lively
from tests.gui.test_ticket import held

ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


@pytest.fixture
def in_private(qapp):
    set_private(qapp, on=True)
    yield
    set_private(qapp, on=False)


@pytest.fixture
def bench(qtbot, qapp):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.resize(1400, 1000)
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    yield made
    set_private(qapp, on=False)


def cells(model: QAbstractItemModel):
    for row in range(min(model.rowCount(), 50)):
        for column in range(model.columnCount()):
            title = model.headerData(column, Qt.Orientation.Horizontal)
            for role in ROLES:
                yield f"{title}", str(model.data(model.index(row, column), role) or "")


def words(window: QWidget):
    """Every text of the window, with the kind of widget that it stands in."""
    yield "title", window.windowTitle()
    for widget in window.findChildren(QWidget):
        kind = f"{type(widget).__name__} {widget.objectName()}"
        if widget.objectName() in BUTTONS:
            continue  # steps of the amount, not amounts
        for text in (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()):
            yield kind, text
        if isinstance(widget, QLabel | QAbstractButton):
            yield kind, widget.text()
        if isinstance(widget, QLineEdit):
            yield kind, widget.displayText()
        if isinstance(widget, Cell):
            yield kind, widget.shown_text()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from cells(widget.model())


def amounts(window):
    """The texts that have an amount of money in them."""
    money = re.compile(r"\d[\d,.]*\s?SOL\b")
    named = re.compile(r"\[SOL\]|^(cash|open|day|equity|value|risk|held|Amount)", re.IGNORECASE)
    for kind, text in words(window):
        if money.search(text) or (
            named.search(kind)
            and re.search(r"\d\.\d{3}", text)
            and not text.endswith("x")
            and "share of" not in text
        ):
            yield kind, text


def test_one_key_hides_every_amount_of_the_window_and_shows_it_again(bench):
    """N20: the words of each widget, its tool tips and what it tells a screen reader."""
    lively(bench)
    bench.trade(held(drift=(Difference(field="cash", ours=Decimal("9.87"), theirs=Decimal(9)),)))
    seen = {text for _, text in amounts(bench.window)}
    assert len(seen) > 10
    QTest.keyClick(bench.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert is_private()
    left = set(amounts(bench.window))
    assert not left, "\n".join(map(str, left))
    assert any(DOTS in text for _, text in words(bench.window))
    QTest.keyClick(bench.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert {text for _, text in amounts(bench.window)} == seen


def test_prices_stay_in_sight(bench):
    lively(bench)
    bench.trade(held())
    before = bench.window.strip.cells["price"].shown_text()
    bench.window.actions_.actions["private"].trigger()
    assert bench.window.strip.cells["price"].shown_text() == before
    assert before.endswith("x")


def test_what_is_typed_as_an_amount_is_dots(bench):
    bench.trade(held())
    line = bench.window.trade_desk.ticket.amount.line
    assert any(map(str.isdigit, line.displayText()))
    bench.window.actions_.actions["private"].trigger()
    assert not any(map(str.isdigit, line.displayText()))
    assert line.text() == "0.010"


def test_privacy_is_kept_for_the_next_start(qtbot, bench):
    bench.window.actions_.actions["private"].trigger()
    again = Bench(store=bench.store)
    qtbot.addWidget(again.window)
    assert again.window._look.private
    assert is_private()


@pytest.mark.usefixtures("in_private")
def test_every_word_of_money_is_dots_and_no_other():
    value = Decimal("12.345678901")
    told = (fmt.amount, fmt.short_amount, fmt.sol, fmt.signed_sol, fmt.exact)
    assert {say(value) for say in told} == {DOTS}
    assert {say(Decimal(-1)) for say in told} == {DOTS}  # nor is it told whether it was lost
    assert fmt.price(1.5) == "1.5000x"
    assert fmt.digits(value) == "12.345678901"
    assert fmt.sol(None) == fmt.exact(None) == fmt.NOTHING
    assert hidden("9") == DOTS


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("only 1.5 SOL are free", f"only {DOTS} SOL are free"),
        ("+1,234.50 SOL, limit 1e-9 SOL", f"{DOTS} SOL, limit {DOTS} SOL"),
        ("at 1.5000x, tick 12", "at 1.5000x, tick 12"),
        ("Type: ARM LIVE 0.01 SOL", "Type: ARM LIVE 0.01 SOL"),
    ],
)
@pytest.mark.usefixtures("in_private")
def test_sentences_hide_what_is_said_in_sol(told, shown):
    assert covered(told) == shown


def test_nothing_is_hidden_without_privacy():
    assert covered("only 1.5 SOL are free") == "only 1.5 SOL are free"
    assert hidden("9") == "9"
    assert not is_private()
