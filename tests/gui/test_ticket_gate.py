"""The ticket before a real engine: what is clicked is gated, and what was refused is seen."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.commands import Command
from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, PriceTicked, RoundOpened
from replayer_qt.core.order_events import AccountOpened, KillSwitched, OrderGated
from replayer_qt.core.orders import Mode, OrderSide
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import PRACTICE, Moment
from tests.gui.desk import ROUND, Bench

LEFT = Qt.MouseButton.LeftButton


class Floor:
    """A window whose wishes a real engine obeys at once."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.verdicts: list[OrderGated] = []
        self.bench.window.asked.connect(self.obey)
        self.bench.engine.set_health(audit_ok=True, recorder_ok=True)
        self.ticket = self.bench.window.trade_desk.ticket
        self.tick = 0

    def tell(self, kind, **fields) -> None:
        clock = self.bench.clock
        told = kind(at=clock.now(), mono=clock.monotonic(), stream=PRACTICE, **fields)
        self.show(self.bench.engine.handle([told]))

    def open(self) -> None:
        engine, window = self.bench.engine, self.bench.window
        engine.attach(PRACTICE)
        window.show_frame(engine.show(PRACTICE))
        self.tell(FeedChanged, link=Link.LIVE)
        self.tell(AccountOpened, mode=Mode.PAPER, cash=Decimal(10))
        self.tell(RoundOpened, round_id=ROUND)
        self.tell(PhaseChanged, round_id=ROUND, phase=Phase.ACTIVE)
        self.move()

    def move(self, price: float = 1.25) -> None:
        self.tell(PriceTicked, round_id=ROUND, tick=self.tick, price=price)
        self.tick += 1

    def obey(self, command: Command) -> None:
        clock = self.bench.clock
        self.show(self.bench.engine.submit(command, Moment(clock.now(), clock.monotonic())))

    def show(self, advance) -> None:
        self.verdicts += [each for each in advance.events if isinstance(each, OrderGated)]
        self.bench.window.show_frame(advance)

    def allowed(self) -> int:
        return sum(each.verdict.allowed for each in self.verdicts)

    def click(self, side: OrderSide) -> None:
        QTest.mouseClick(self.ticket.buttons[side], LEFT)


@pytest.fixture
def floor(qtbot):
    made = Floor()
    qtbot.addWidget(made.bench.window)
    made.bench.window.show()
    made.open()
    QApplication.processEvents()
    return made


def test_fifty_different_clicks_a_second_are_four_orders_and_the_rest_is_refused_in_sight(floor):
    """S0-M3: 50 clicks in one second, each for another amount, place the configured four."""
    for _ in range(50):
        floor.click(OrderSide.BUY)
        QTest.mouseClick(floor.ticket.amount.buttons["+0.001"], LEFT)
        floor.bench.clock.pass_s(0.0199)
    assert len(floor.verdicts) == 50
    assert floor.allowed() == 4
    last = floor.ticket.hops.order
    assert last.hops[-1].name == "refused"
    assert "second" in last.why
    assert "too many orders a second" in floor.ticket.buttons[OrderSide.BUY].words.then


def test_a_double_click_is_one_order_and_can_be_sent_anyway(floor):
    """S0-M3, S4-4e: the same click again within 250 ms is one order, unless a person insists."""
    floor.click(OrderSide.BUY)
    floor.bench.clock.pass_s(0.1)
    floor.click(OrderSide.BUY)
    assert [each.verdict.allowed for each in floor.verdicts] == [True, False]
    assert floor.ticket.again.isVisible()
    QTest.mouseClick(floor.ticket.again, LEFT)
    assert [each.verdict.allowed for each in floor.verdicts] == [True, False, True]
    assert not floor.ticket.again.isVisible()


def test_what_the_button_said_is_what_the_gate_then_says(floor):
    """S4-4: the preview and the decision agree, side by side, in whatever state."""
    gates = []
    for prepare in (
        lambda: None,
        lambda: floor.click(OrderSide.BUY),
        lambda: floor.bench.clock.pass_s(2),
        floor.move,
        lambda: floor.tell(KillSwitched, on=True, reason="asked for", by="key"),
    ):
        prepare()
        for side in OrderSide:
            floor.bench.clock.pass_s(0.3)
            floor.ticket._say()
            said = floor.ticket.buttons[side].words
            before = len(floor.verdicts)
            floor.click(side)
            assert len(floor.verdicts) == before + 1
            assert floor.verdicts[-1].verdict.allowed is said.allowed, (side, said)
            gates.append(said.allowed)
    assert True in gates
    assert False in gates


def test_the_kill_switch_refuses_every_click(floor):
    """S4-4a, KS-02: under the kill switch no click on a buy or a bet becomes an order."""
    floor.tell(KillSwitched, on=True, reason="asked for", by="button")
    for _ in range(100):
        floor.click(OrderSide.BUY)
        floor.click(OrderSide.SIDE_BET)
        floor.bench.clock.pass_s(0.3)
        floor.move()
    assert len(floor.verdicts) == 200
    assert floor.allowed() == 0
    assert floor.bench.window.trade_desk.killed.isVisible()
