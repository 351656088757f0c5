"""Privacy mode, swept: nothing that can be read anywhere depends on how much money there is."""

import re
from decimal import Decimal

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from replayer_qt.core.order_events import ArmingChanged, ArmState, Difference
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.settings import RiskSettings, Settings, TradingSettings
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.privacy import set_private
from tests.gui.desk import Bench, trade
from tests.gui.sweep import painted_texts, shown_texts
from tests.helpers.make import event
from tests.helpers.trading import FREE, Floor

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

KNOWN = "0.73194628"
"""What is bought for, in every part that tells of it: four digits in a row give it away."""

GIVEN_AWAY = re.compile(r"7319|1946|9462|4628")


def settings(times: int) -> Settings:
    """The usual limits, all of them so many times as large."""
    risk = {
        name: getattr(FREE, name) * times
        for name in RiskSettings.__struct_fields__
        if name.endswith("_sol")
    }
    amount = float(KNOWN) * times
    return Settings(
        risk=replace(FREE, **risk | {"max_order_sol": 1.0 * times}),
        trading=replace(TradingSettings(), amount=amount),
    )


class Desk(Bench):
    """A window with everything open, and an account of so many times the money behind it."""

    def __init__(self, times: int = 1):
        made = settings(times)
        super().__init__(made, chart=PriceChart())
        self.floor = Floor(
            stream=PRACTICE, cash=str(10 * times), risk=made.risk, trading=made.trading
        )
        self.shown = 0
        self.times = times

    def show(self, *events):
        """Show what happened since, as a frame, and these events with it."""
        advance = self.floor.engine.handle(())
        told, self.shown = tuple(self.floor.told[self.shown :]), len(self.floor.told)
        accounts = dict(advance.state.accounts)
        ours = Decimal(KNOWN) * self.times
        drift = (Difference(field="cash", ours=ours, theirs=Decimal(9) * self.times),)
        accounts[PRACTICE] = replace(accounts[PRACTICE], drift=drift)
        state = replace(advance.state, shown=PRACTICE, live=PRACTICE, accounts=accounts)
        self.window.show_frame(replace(advance, state=state, events=(*told, *events)))
        QApplication.processEvents()

    def live_on(self):
        """Trade for some time: own fills, bets, refusals, notices, and trades of others."""
        floor, amount = self.floor, str(Decimal(KNOWN) * self.times)
        floor.begin()
        floor.ticks(1.0, 1.05)
        floor.buy(amount)
        floor.ticks(*[1.1 + tick / 50 for tick in range(10)])
        floor.sell(50)
        floor.bet(amount)
        floor.ticks(*[1.3 - tick / 100 for tick in range(30)])
        floor.buy(str(Decimal(50) * self.times))  # refused
        floor.buy(amount)
        floor.tick(1.2)
        said = f"A buy of {amount} SOL is not known to have been carried out."
        self.show(
            event(
                ProblemRaised, code="unknown-order", severity=Severity.ERROR, what=said,
                remedy=f"Look at the venue for {amount} SOL.",
            ),
            event(ArmingChanged, state=ArmState.HALT, reason=f"{amount} SOL were lost", code="x"),
            *(replace(trade(n), amount=Decimal(amount)) for n in range(5)),
        )  # fmt: skip
        self.window.actions_.actions["previous-mark"].trigger()


@pytest.fixture
def desk(qtbot, qapp):
    made = []

    def make(times=1):
        desk = Desk(times)
        qtbot.addWidget(desk.window)
        desk.window.resize(1400, 1000)
        desk.window.show()
        desk.live_on()
        for dock in desk.window.docking.docks.values():
            dock.show()
            dock.raise_()
            QApplication.processEvents()
        desk.window.trade_desk.show_tray()
        desk.window.actions_.actions["dry-run"].trigger()
        desk.show()
        made.append(desk)
        return desk

    yield make
    set_private(qapp, on=False)
    for desk in made:
        desk.window.trade_desk.close()


def parts(window: QWidget) -> list[QWidget]:
    """The window, and each panel by itself, for most of them stand behind others."""
    return [window, *(dock.widget() for dock in window.docking.docks.values())]


def pictures(window: QWidget) -> list[QImage]:
    """The chart and every panel; the rest of the window knows whether it has the keyboard."""
    seen = [window.chart_widget, *(dock.widget() for dock in window.docking.docks.values())]
    return [each.grab().toImage() for each in seen]


def read(*windows: QWidget) -> list[tuple[str, str]]:
    """Every text of these windows: said by them, or painted."""
    told = [*shown_texts(*windows)]
    for window in windows:
        told += painted_texts(*(parts(window) if hasattr(window, "docking") else [window]))
    return [(where, text) for where, text in told if text]


def short(text: str) -> str:
    """A share with six decimals: the venue cuts amounts off, so that later ones may differ."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def hide(window):
    window.actions_.actions["private"].trigger()
    QApplication.processEvents()


def test_a_known_amount_is_in_sight_everywhere_and_hidden_everywhere(desk):
    """N20: its digits are in none of the texts that are shown, painted or told to a reader."""
    window = desk().window
    before = {where for where, text in read(window) if GIVEN_AWAY.search(text)}
    assert len(before) > 20, before
    hide(window)
    left = [(where, text) for where, text in read(window) if GIVEN_AWAY.search(text)]
    assert not left, "\n".join(map(str, left))
    hide(window)
    again = {where for where, text in read(window) if GIVEN_AWAY.search(text)}
    assert before - again <= {"PriceChart Price chart"}, "what was read aloud is not read again"


def test_a_desk_with_twice_the_money_looks_and_reads_the_same_in_private(desk):
    """N20: prices, shares and counts are alike, and nothing else can be told apart."""
    poor, rich = desk().window, desk(2).window
    assert set(read(poor)) != set(read(rich))
    hide(poor)
    rich.appearance._choose(private=True)
    rich.appearance._redress()
    QApplication.processEvents()
    told, same = (sorted((where, short(text)) for where, text in read(one)) for one in (poor, rich))
    assert [pair for pair in zip(told, same, strict=True) if pair[0] != pair[1]] == []
    for one, other in zip(pictures(poor), pictures(rich), strict=True):
        assert one == other
