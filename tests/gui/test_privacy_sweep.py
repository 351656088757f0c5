"""Privacy mode, swept: nothing that can be read anywhere depends on how much money there is."""

import re
from decimal import Decimal

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFocusEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from replayer_qt.core.library import Marks, Range, RoundQuery
from replayer_qt.core.order_events import ArmingChanged, ArmState, Difference
from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.settings import RiskSettings, Settings, TradingSettings
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.picture import Seen, drawing_of
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.dialogs.one_line import LineDialog
from replayer_qt.ui.library.study_page import StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from replayer_qt.ui.plain import cover_told
from replayer_qt.ui.privacy import DOTS, set_private
from replayer_qt.ui.theme import DARK
from tests.gui.desk import Bench, Store, trade
from tests.gui.sweep import painted_texts, shown_texts
from tests.helpers.a_library import ALibrary, a_library_round
from tests.helpers.make import event
from tests.helpers.studies import small_study
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


# --- the library


@pytest.fixture(autouse=True)
def in_the_open_again(qapp):
    yield
    set_private(qapp, on=False)


def cover_everything() -> None:
    """As the key does it, for every window."""
    for widget in QApplication.allWidgets():
        cover_told(widget)


def library(qtbot, times: int) -> LibraryWindow:
    """A library in which every part tells of results, so many times as large."""
    window = LibraryWindow(layout_store=Store())
    qtbot.addWidget(window)
    known = Decimal(KNOWN) * times
    rows = [a_library_round(n, result=known, marks=Marks(note=f"made {known} SOL")) for n in (1, 2)]
    window.behind = ALibrary(window, rows=rows)
    page = StudyPage()
    window.take_study(page, page)
    window.resize(1280, 900)
    window.show()
    window.rounds.set_query(RoundQuery(result=Range(float(known), None)), at_once=True)
    window.rounds.table.selectRow(0)
    page.show_study(small_study([*(known * (-1) ** n for n in range(39)), Decimal(0)]))
    QApplication.processEvents()
    return window


def pages(window: LibraryWindow) -> list[QWidget]:
    """The window with each of its pages in front, and every plot."""
    return [window, window.rounds, window.space, window.study, *window.study.views]


def read_library(window: LibraryWindow) -> list[tuple[str, str]]:
    """Every text of the library's window."""
    told = [*shown_texts(window), *painted_texts(*pages(window))]
    return sorted((where, short(text)) for where, text in told if text)


def test_the_library_hides_results_in_rows_filters_preview_and_statistics(qtbot, qapp):
    """N20: a known result is in sight on each page, and then on none."""
    window = library(qtbot, 1)
    found = {where for where, text in read_library(window) if GIVEN_AWAY.search(text)}
    assert {
        "QLineEdit Result from",
        "SearchBox Search rounds",
        "RoundsTable library-rounds",
    } <= found
    assert any(where.startswith("PlotView Own results") for where in found)
    assert any(where.startswith("PlainLabel") for where in found)
    set_private(qapp, on=True)
    window.set_theme(DARK)
    cover_everything()
    left = [(where, text) for where, text in read_library(window) if GIVEN_AWAY.search(text)]
    assert not left, "\n".join(map(str, left))
    rich = library(qtbot, 2)
    rich.set_theme(DARK)
    cover_everything()
    assert sorted(shown_texts(window.rounds)) == sorted(shown_texts(rich.rounds))


def test_a_search_for_amounts_is_dots_until_one_types_in_it(qtbot, qapp):
    window = library(qtbot, 1)
    set_private(qapp, on=True)
    window.set_theme(DARK)
    search = window.rounds.bar.search
    assert not any(map(str.isdigit, search.displayText()))
    QApplication.sendEvent(search, QFocusEvent(QEvent.Type.FocusIn))
    search.setFocus()
    window.rounds.set_query(RoundQuery(text="moon"), at_once=True)
    assert "moon" in search.displayText()


def test_a_drawing_of_the_chart_that_leaves_the_program_hides_money_too(desk):
    """N20: what is saved or copied is what was seen."""
    window = desk().window

    def written() -> str:
        chart = window.chart_desk.chart
        seen = Seen(chart.plan, chart.notes, chart.extras)
        return drawing_of(seen, "chart", window.logicalDpiX()).decode()

    assert GIVEN_AWAY.search(written())
    hide(window)
    assert not GIVEN_AWAY.search(written())
    assert "SOL" in written() or DOTS in written()


def test_what_is_typed_as_a_deposit_is_dots_in_private(desk):
    window = desk().window
    hide(window)
    window.trade_desk.deposit()
    line = window.findChild(LineDialog).line
    line.setText(KNOWN)
    assert line.displayText()
    assert not any(map(str.isdigit, line.displayText()))
    window.findChild(LineDialog).close()
