"""The panels of an account, each fed by frames that are built by hand."""

import csv
import gc
import io
import weakref
from decimal import Decimal
from functools import partial, reduce
from html import escape

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPushButton,
    QStyledItemDelegate,
)

from replayer_qt.core.account import ENTRIES_KEPT, Account, EntryKind
from replayer_qt.core.arming import Arming
from replayer_qt.core.booking import fold_account
from replayer_qt.core.commands import GoTo
from replayer_qt.core.order_events import (
    AccountOpened,
    ArmState,
    Difference,
    OrderFilled,
    PositionLiquidated,
    SideBetClosed,
    TradeNoted,
)
from replayer_qt.core.orders import Mode, OrderState
from replayer_qt.core.paper_terms import paper_terms
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import PaperSettings
from replayer_qt.core.statistics import DEFINITIONS
from replayer_qt.core.tally import Tally
from replayer_qt.core.trade_commands import (
    AskVenue,
    CancelOrder,
    NoteTrade,
    ResolveUnknown,
)
from replayer_qt.core.trading import Kill
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.limit_rows import BAR_COLUMN
from replayer_qt.ui.panels.cell import Cell
from replayer_qt.ui.panels.fills import NO_FILLS, FillsPanel
from replayer_qt.ui.panels.ledger import NONE_OF_KIND, LedgerPanel, summed
from replayer_qt.ui.panels.open_orders import NO_ORDERS, OrdersPanel
from replayer_qt.ui.panels.positions import NOT_TRADED, PositionsPanel
from replayer_qt.ui.panels.risk import NO_RULES, RiskPanel
from replayer_qt.ui.panels.statistics import StatisticsPanel
from replayer_qt.ui.panels.trade_journal import NO_TRADES, NONE_FOUND, JournalPanel
from replayer_qt.ui.plain import PlainLabel
from replayer_qt.ui.privacy import set_private
from replayer_qt.ui.theme import DARK, LIGHT
from tests.helpers.account_frames import (
    a_busy_day,
    account_of,
    bet_of,
    closed_of,
    entries_of,
    frame_of,
    headroom_of,
    holding_of,
    market_of,
    trading_of,
)
from tests.helpers.make import ROUND, event
from tests.helpers.orders import make_bet, make_book, make_fill, make_request, make_sale

ALL = (
    PositionsPanel,
    OrdersPanel,
    FillsPanel,
    LedgerPanel,
    StatisticsPanel,
    RiskPanel,
    JournalPanel,
)
K = EntryKind


@pytest.fixture
def shown(qtbot):
    """Make a panel, show it, and remember what it asks for."""

    def make(kind, *tradings, **fields):
        panel = kind()
        qtbot.addWidget(panel)
        panel.set_theme(DARK)
        panel.resize(600, 220)
        panel.show()
        panel.heard = []
        if hasattr(panel, "asked"):
            panel.asked.connect(panel.heard.append)
        panel.show_frame(frame_of(*tradings, **fields))
        QApplication.processEvents()
        return panel

    return make


def cells(table):
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def column(table, title):
    titles = [one.title for one in table.rows.columns]
    return [row[titles.index(title)] for row in cells(table)]


def meaning(table, row, place):
    return table.model().index(row, place).data(Qt.ItemDataRole.ForegroundRole)


def choose(table, row):
    """Choose a row whatever keys an earlier test's events have left held."""
    flag = QItemSelectionModel.SelectionFlag
    table.selectionModel().setCurrentIndex(
        table.model().index(row, 0), flag.ClearAndSelect | flag.Rows
    )


def click(button):
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def pick(table, text):
    """Choose from the row's menu; the words without their ampersands."""
    menu = table.menu()
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    enabled = actions[text].isEnabled()
    actions[text].trigger()
    menu.close()
    return enabled


# --- all of them


@pytest.mark.parametrize("kind", ALL)
def test_a_market_without_an_account_says_so(shown, kind):
    panel = shown(kind)
    assert panel.table.empty == NOT_TRADED
    picture = panel.table.viewport().grab().toImage()
    rows = range(0, picture.height(), 3)
    colours = {picture.pixel(x, y) for y in rows for x in range(picture.width())}
    assert len(colours) > 1
    assert panel.heard == []
    assert all(cell.word.text for cell in panel.findChildren(Cell))
    assert not [label for label in panel.findChildren(PlainLabel) if "✓" in label.whole]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OrdersPanel, NO_ORDERS),
        (FillsPanel, NO_FILLS),
        (RiskPanel, NO_RULES),
        (JournalPanel, NO_TRADES),
    ],
)
def test_an_account_on_which_nothing_happened_says_so(shown, kind, words):
    assert shown(kind, trading_of()).table.empty == words


@pytest.mark.parametrize("kind", ALL)
def test_what_is_not_looked_at_any_more_is_not_shown(shown, kind):
    busy = a_busy_day(make_book((make_request(), OrderState.FILLED)), headroom=(headroom_of(),))
    panel = shown(kind, busy)
    assert panel.table.model().rowCount() >= 1
    panel.show_frame(frame_of(busy, shown=RUGS))
    assert kind is PositionsPanel or panel.table.model().rowCount() == 0
    panel.show_frame(frame_of(busy))
    assert panel.table.model().rowCount() >= 1


@pytest.mark.parametrize("kind", ALL)
def test_both_themes_colour_the_rows(shown, kind):
    busy = a_busy_day(make_book((make_request(), OrderState.UNKNOWN)), headroom=(headroom_of(),))
    panel = shown(kind, busy)
    before = panel.grab().toImage()
    panel.set_theme(LIGHT)
    assert panel.grab().toImage() != before


@pytest.mark.parametrize("kind", ALL)
def test_the_same_frame_again_touches_no_row(shown, kind):
    busy = a_busy_day(make_book((make_request(), OrderState.FILLED)), headroom=(headroom_of(),))
    panel = shown(kind, busy)
    touched = []
    panel.rows.dataChanged.connect(lambda *_: touched.append("changed"))
    panel.rows.rowsInserted.connect(lambda *_: touched.append("inserted"))
    panel.rows.rowsRemoved.connect(lambda *_: touched.append("removed"))
    panel.show_frame(frame_of(busy))
    assert touched == []


def test_one_entry_more_touches_one_row(shown):
    """A long ledger costs a frame next to nothing: what is shown already is left alone."""
    told = [(K.OPENING, "10"), *[(K.BUY, "-0.001"), (K.SELL, "0.001")] * ENTRIES_KEPT]
    entries = entries_of(*told)
    panel = shown(LedgerPanel, trading_of(account_of(entries[:ENTRIES_KEPT])))
    inserted, changed = [], []
    panel.rows.rowsInserted.connect(lambda _, first, last: inserted.append(last - first + 1))
    panel.rows.dataChanged.connect(lambda *_: changed.append(1))
    panel.show_frame(frame_of(trading_of(account_of(entries[1 : ENTRIES_KEPT + 1]))))
    assert (sum(inserted), changed) == (1, [])
    assert panel.rows.rowCount() == ENTRIES_KEPT


@pytest.mark.parametrize("kind", ALL)
def test_a_panel_that_is_let_go_takes_its_rows_with_it(qapp, kind):
    """No circle holds it: in one the collector takes a model apart while Qt still asks it."""
    gc.collect()
    gc.disable()
    try:
        panel = kind()
        panel.set_theme(DARK)
        panel.show()
        panel.show_frame(frame_of(a_busy_day(headroom=(headroom_of(),))))
        QApplication.processEvents()
        panel.close()
        left = [weakref.ref(panel), weakref.ref(panel.rows)]
        del panel
        assert [ref() for ref in left] == [None, None]
    finally:
        gc.enable()


# --- rows lead to recordings, and can be copied


def test_a_double_click_leads_to_the_tick(shown):
    panel = shown(FillsPanel, trading_of(account_of(entries_of((K.OPENING, "1"), (K.BUY, "-0.1")))))
    table = panel.table
    at = table.visualRect(table.model().index(0, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.heard == [GoTo(stream=PRACTICE, round_id=ROUND, tick=20)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_leads_to_the_tick(shown, key):
    panel = shown(JournalPanel, trading_of(account_of(closed=closed_of("0.1", "-0.1"))))
    choose(panel.table, 0)
    QTest.keyClick(panel.table, key)
    assert panel.heard == [GoTo(stream=PRACTICE, round_id=ROUND, tick=21)]


@pytest.mark.parametrize(
    ("kind", "verb", "tick"),
    [
        (PositionsPanel, "Go to its first buy", 88),
        (OrdersPanel, "Go to its tick", 10),
        (FillsPanel, "Go to its tick", 610),
        (LedgerPanel, "Go to its tick", 610),
        (JournalPanel, "Go to its end", 59),
    ],
)
def test_every_row_leads_to_its_tick_from_its_menu(shown, kind, verb, tick):
    panel = shown(kind, a_busy_day(make_book((make_request(), OrderState.FILLED))))
    row = 1 if kind is LedgerPanel else 0  # the newest entry of the ledger is book-keeping
    choose(panel.table, row)
    assert pick(panel.table, verb)
    assert panel.heard == [GoTo(stream=PRACTICE, round_id=ROUND, tick=tick)]


def test_a_row_without_a_tick_leads_nowhere(shown):
    panel = shown(LedgerPanel, trading_of(account_of(entries_of((K.OPENING, "10")))))
    choose(panel.table, 0)
    assert not pick(panel.table, "Go to its tick")
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert panel.heard == []


def test_rows_are_copied_exact(shown):
    panel = shown(
        LedgerPanel, trading_of(account_of(entries_of((K.OPENING, "10"), (K.BUY, "-0.123456789"))))
    )
    choose(panel.table, 0)
    QTest.keySequence(panel.table, QKeySequence(QKeySequence.StandardKey.Copy))
    copied = QApplication.clipboard().text().split("\t")
    assert copied[0] == "2"
    assert copied[2:5] == ["-0.123456789", "9.876543211", "20"]
    QApplication.clipboard().clear()
    assert pick(panel.table, "Copy rows")
    assert QApplication.clipboard().text().split("\t") == copied


def test_a_table_is_copied_as_csv_with_its_header(shown):
    entries = entries_of((K.OPENING, "10"), (K.BUY, "-1.5"), (K.SELL, "2"), note='=1+1, "x"')
    panel = shown(LedgerPanel, trading_of(account_of(entries)))
    assert pick(panel.table, "Copy table as CSV")
    rows = list(csv.DictReader(io.StringIO(QApplication.clipboard().text())))
    assert [row["Change [SOL]"] for row in rows] == ["2", "-1.5", "10"]
    assert {row["Note"] for row in rows} == {"""'=1+1, "x\""""}  # no spreadsheet's formula


def test_a_row_is_needed_to_copy_it(shown):
    panel = shown(LedgerPanel, trading_of())
    QApplication.clipboard().setText("as before")
    assert not pick(panel.table, "Copy rows")
    assert not pick(panel.table, "Copy table as CSV")
    panel.table.copy_rows()
    assert QApplication.clipboard().text() == "as before"


@pytest.mark.qt_log_ignore("does not support (grabbing the keyboard|raise|propagateSizeHints)")
def test_the_menu_opens_where_it_is_asked_for(shown, qtbot):
    panel = shown(FillsPanel, a_busy_day())
    table = panel.table
    at = table.visualRect(table.model().index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), asked)
    qtbot.waitUntil(lambda: table.findChildren(QMenu) != [])
    (menu,) = table.findChildren(QMenu)
    assert menu.isVisible()
    menu.actions()[0].trigger()
    menu.close()
    assert panel.heard == [GoTo(stream=PRACTICE, round_id=ROUND, tick=590)]


@pytest.mark.parametrize("kind", ALL)
def test_every_button_and_every_verb_has_an_effect(shown, kind):
    """S0-L2: whatever can be pressed in these panels asks for something, or copies."""
    book = make_book((make_request("a"), OrderState.GATED), (make_request("b"), OrderState.UNKNOWN))
    panel = shown(kind, a_busy_day(book, headroom=(headroom_of(),)))
    effects = 0
    for row in range(min(2, panel.table.model().rowCount())):
        choose(panel.table, row)
        for action in panel.table.menu().actions():
            if action.isSeparator() or not action.isEnabled():
                continue
            QApplication.clipboard().clear()
            panel.heard.clear()
            action.trigger()
            assert panel.heard or QApplication.clipboard().text(), action.text()
            effects += 1
    for button in panel.findChildren(QPushButton):
        panel.heard.clear()
        click(button)
        assert panel.heard, button.text()
        effects += 1
    assert effects >= (1 if kind is StatisticsPanel else 2)


@pytest.mark.parametrize("kind", ALL)
def test_every_control_of_a_panel_has_a_name(shown, kind):
    panel = shown(kind, a_busy_day())
    controls = [
        *panel.findChildren(QAbstractButton),
        *panel.findChildren(QLineEdit),
        *panel.findChildren(QComboBox),
        panel.table,
    ]
    ours = [one for one in controls if not one.objectName().startswith("qt_")]
    assert not [one for one in ours if not one.accessibleName()]


# --- positions


def test_a_position_is_told_with_every_number(shown):
    trading = trading_of(
        account_of(entries_of((K.OPENING, "10"), (K.BUY, "-0.1")), holding=holding_of(), since=20)
    )
    panel = shown(PositionsPanel, trading)
    told = {name: cell.word.text for name, cell in panel.cells.items()}
    assert told["units"] == "0.093157"
    assert told["average"] == "1.0734x"
    assert told["price"] == "1.5000x"
    assert told["value"] == "0.139736"
    assert told["pnl"].startswith("+0.0397")
    assert told["cash"] == "9.900000"
    assert panel.cells["pnl"].word.colour == "up"
    assert panel.cells["cash"].word.tip.startswith("9.9 SOL")
    assert "0.093157865 units held" in panel.cells["units"].word.tip


def test_a_loss_is_told_by_sign_and_colour(shown):
    trading = trading_of(account_of(holding=holding_of()))
    panel = shown(PositionsPanel, trading, markets=[market_of(price=0.5)])
    assert panel.cells["pnl"].word.text.startswith("-")
    assert panel.cells["pnl"].word.colour == "down"
    assert column(panel.table, "P&L [SOL]")[0].startswith("-")


@pytest.mark.parametrize(
    "market",
    [
        market_of(round_id=RoundId("another")),
        market_of(phase=Phase.RUGGED),
        market_of(price=None),
    ],
)
def test_without_a_price_of_its_round_a_holding_has_no_open_result(shown, market):
    """No result is made up from a price of another round."""
    panel = shown(PositionsPanel, trading_of(account_of(holding=holding_of())), markets=[market])
    assert panel.cells["pnl"].word.text == "—"


def test_the_price_is_told_though_nothing_is_held(shown):
    panel = shown(PositionsPanel, trading_of(account_of(round_id=None)))
    assert panel.cells["price"].word.text == "1.5000x"
    assert panel.cells["pnl"].word.text == "—"


def test_in_the_presale_the_price_is_one(shown):
    market = market_of(phase=Phase.PRESALE, tick=-1, price=None)
    panel = shown(PositionsPanel, trading_of(account_of(holding=holding_of())), markets=[market])
    assert panel.cells["price"].word.text == "1.0000x"


def test_an_open_side_bet_runs_out(shown):
    trading = trading_of(account_of(bet=bet_of(start=100)))
    panel = shown(PositionsPanel, trading)
    assert panel.bet.countdown.text == "◆ Side bet 0.01 pays 0.05 SOL · 17 of 40 ticks left"
    assert panel.bet.countdown.share == pytest.approx(17 / 40)
    assert "tick 100 to tick 140" in panel.bet.countdown.tip
    full = panel.bet.grab().toImage()
    panel.show_frame(frame_of(trading, markets=[market_of(tick=139)]))
    assert "1 of 40 ticks left" in panel.bet.accessibleName()
    assert panel.bet.grab().toImage() != full
    panel.show_frame(frame_of(trading_of(account_of())))
    assert panel.bet.countdown.text == "No open side bet"


def test_positions_of_every_market_are_listed_the_one_looked_at_first(shown):
    trading = trading_of(account_of(holding=holding_of()))
    other = replace(trading, stream=RUGS)
    panel = shown(PositionsPanel, other, trading)
    assert [row[0] for row in cells(panel.table)] == [
        "practice · practice",
        "rugs · practice",
    ]


# --- orders


def test_open_orders_stand_first_and_each_state_has_its_own_word_and_shape(shown):
    stories = [(make_request(f"o{n}"), state) for n, state in enumerate(OrderState)]
    panel = shown(OrdersPanel, trading_of(book=make_book(*stories)))
    states = column(panel.table, "State")
    assert len(set(states)) == len(OrderState)
    assert len({state.split()[0] for state in states}) == len(OrderState)
    over = [panel.rows.row(n).is_over for n in range(panel.rows.rowCount())]
    assert over == sorted(over)


def test_an_order_tells_its_hops_and_why_it_was_refused(shown):
    book = make_book(
        (make_request("a"), OrderState.REFUSED), (make_sale("b", share=25), OrderState.FILLED)
    )
    panel = shown(OrdersPanel, trading_of(book=book))
    assert column(panel.table, "Size") == ["25 %", "0.0100"]
    assert column(panel.table, "Why")[1] == "The kill switch is on."
    tip = panel.table.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "sent +2.0 ms, taken +3.0 ms, filled +4.0 ms" in tip


def test_why_an_order_was_refused_takes_the_room_that_is_left(shown):
    panel = shown(OrdersPanel, trading_of())
    panel.resize(1000, 220)
    QApplication.processEvents()
    table, titles = panel.table, [one.title for one in panel.rows.columns]
    place = titles.index("Why")
    right = table.columnViewportPosition(place) + table.columnWidth(place)
    assert right == table.viewport().width()
    assert table.columnWidth(place) > table.columnWidth(titles.index("Took")) * 4


def test_an_unknown_order_asks_a_person_and_the_answer_is_asked_for(shown):
    """An order whose fate nobody knows is in sight, and is resolved by a person's word alone."""
    book = make_book((make_request("lost"), OrderState.UNKNOWN))
    panel = shown(OrdersPanel, trading_of(book=book))
    assert panel.question.isVisible()
    assert "UNKNOWN: was buy 0.01 SOL at tick 10 carried out?" in panel.question.words.whole
    assert panel.table.model().index(0, 0).data(Qt.ItemDataRole.BackgroundRole) is not None
    for button in (panel.question.happened, panel.question.did_not, panel.question.ask):
        click(button)
    assert panel.heard == [
        ResolveUnknown(stream=PRACTICE, order_id="lost", happened=True),
        ResolveUnknown(stream=PRACTICE, order_id="lost", happened=False),
        AskVenue(stream=PRACTICE),
    ]
    panel.show_frame(frame_of(trading_of(book=make_book((make_request(), OrderState.FILLED)))))
    assert not panel.question.isVisible()


def test_of_several_unknown_orders_the_chosen_one_is_asked_about(shown):
    book = make_book((make_request("a"), OrderState.UNKNOWN), (make_bet("b"), OrderState.UNKNOWN))
    panel = shown(OrdersPanel, trading_of(book=book))
    assert "(1 of 2)" in panel.question.words.whole
    assert panel.question.order.order_id == "a"
    choose(panel.table, 0)
    assert panel.question.order.order_id == "b"
    assert pick(panel.table, "Unknown: it happened")
    assert pick(panel.table, "Unknown: it did not")
    assert pick(panel.table, "Ask the venue")
    assert panel.heard == [
        ResolveUnknown(stream=PRACTICE, order_id="b", happened=True),
        ResolveUnknown(stream=PRACTICE, order_id="b", happened=False),
        AskVenue(stream=PRACTICE),
    ]


def test_only_what_was_not_sent_can_be_withdrawn(shown):
    book = make_book((make_request("a"), OrderState.SENT), (make_request("b"), OrderState.GATED))
    panel = shown(OrdersPanel, trading_of(book=book))
    choose(panel.table, 0)
    assert pick(panel.table, "Withdraw it")
    choose(panel.table, 1)
    assert not pick(panel.table, "Withdraw it")
    assert not pick(panel.table, "Unknown: it happened")
    assert panel.heard == [CancelOrder(stream=PRACTICE, order_id="b")]


# --- fills


def test_what_the_rug_sold_looks_different_from_own_sales(shown):
    entries = entries_of((K.OPENING, "1"), (K.BUY, "-0.1"), (K.SELL, "0.05"), (K.RUG, "0.001"))
    panel = shown(FillsPanel, trading_of(account_of(entries)))
    assert column(panel.table, "What") == ["✕ RUG", "▼ sell", "▲ buy"]
    tints = [
        panel.table.model().index(row, 0).data(Qt.ItemDataRole.BackgroundRole) for row in range(3)
    ]
    assert tints[0] is not None
    assert tints[1:] == [None, None]
    assert meaning(panel.table, 0, 0) != meaning(panel.table, 1, 0)


def test_a_bet_that_is_over_says_how_it_ended(shown):
    entries = entries_of((K.SIDE_BET, "-0.01"), (K.PAYOUT, "0.05"), (K.PAYOUT, "0"))
    panel = shown(FillsPanel, trading_of(account_of(entries)))
    assert column(panel.table, "What") == ["☆ bet lost", "★ bet won", "◆ side bet"]


# --- the ledger


def test_the_sum_of_the_ledger_is_the_cash(shown):
    entries = entries_of((K.OPENING, "10"), (K.BUY, "-0.1"), (K.SELL, "0.123456789"))
    panel = shown(LedgerPanel, trading_of(account_of(entries)))
    assert panel.sum.whole == "✓ 3 entries = cash 10.023456789 SOL"
    panel.show_frame(frame_of(trading_of(account_of(entries[1:]))))
    assert panel.sum.whole == "✓ 10 before, 2 entries = cash 10.023456789 SOL"


def test_a_ledger_that_does_not_add_up_says_so(shown):
    entries = entries_of((K.OPENING, "10"), (K.BUY, "-0.1"))
    account = account_of(entries, cash=Decimal("9.8"))
    panel = shown(LedgerPanel, trading_of(account))
    assert panel.sum.whole.startswith("✗")
    assert "9.8" in panel.sum.whole
    assert not summed(account).agrees


def test_the_ledger_can_be_filtered_by_kind(shown):
    panel = shown(LedgerPanel, a_busy_day())
    whole = panel.table.model().rowCount()
    box = panel.filter
    for kind, count in ((K.BUY, 12), (K.RUG, 12), (K.REBASELINE, 1), (K.DEPOSIT, 0)):
        box.setCurrentIndex(box.findData(kind))
        assert panel.table.model().rowCount() == count
        assert panel.sum.whole.startswith(f"{count} entries: ")
    assert panel.table.empty == NONE_OF_KIND
    box.setCurrentIndex(0)
    assert panel.table.model().rowCount() == whole


def folded():
    """An account that bought, sold, was rugged and bet, as the venue told it."""
    buy, sell = make_request("b"), make_sale("s", share=50)
    half = Decimal("0.004")
    told = [
        event(AccountOpened, mode=Mode.PRACTICE, cash=Decimal(10)),
        event(OrderFilled, order_id="b", fill=make_fill("f1", request=buy)),
        event(
            OrderFilled,
            order_id="s",
            fill=make_fill("f2", request=sell, quantity=half, amount=half * 2, price=Decimal(2)),
        ),
        event(OrderFilled, order_id="x", fill=make_fill("f3", request=make_bet("x"))),
        event(
            PositionLiquidated,
            fill=make_fill(
                "f4", request=sell, tick=30, price=Decimal("0.01"), amount=Decimal("1e-5")
            ),
        ),
        event(
            SideBetClosed,
            round_id=ROUND,
            start=10,
            end=50,
            tick=30,
            stake=Decimal("0.01"),
            payout=Decimal("0.05"),
        ),
    ]
    return reduce(fold_account, told, Account())


def test_panels_agree_on_an_account_that_was_folded_from_events(shown):
    account = folded()
    trading = trading_of(account)
    assert shown(LedgerPanel, trading).sum.whole == (
        f"✓ {account.entry_count} entries = cash {fmt.exact(account.cash)} SOL"
    )
    assert column(shown(FillsPanel, trading).table, "What") == [
        "★ bet won",
        "✕ RUG",
        "◆ side bet",
        "▼ sell",
        "▲ buy",
    ]
    assert column(shown(JournalPanel, trading).table, "Ended by") == [
        "★ bet won",
        "✕ RUG",
        "▼ sell",
    ]
    statistics = shown(StatisticsPanel, trading)
    assert figures(statistics)["Realised"] == fmt.signed_sol(account.cash - 10)
    assert statistics.curve.marks[-1].result == account.session_result == account.cash - 10


# --- statistics


def figures(panel):
    return {name: text for name, text in cells(panel.table) if text}


def test_the_figures_of_a_session_are_told_with_their_definitions(shown):
    panel = shown(StatisticsPanel, a_busy_day())
    told = figures(panel)
    assert told["Closed"] == "40"
    assert told["Win rate"] == "55.0 %"
    assert told["Profit factor"] == "1.50"
    assert told["Expectancy"] == "+0.005000"
    assert panel.cells["profit_factor"].word.text == "1.50"
    tips = [
        panel.table.model().index(row, 1).data(Qt.ItemDataRole.ToolTipRole)
        for row in range(panel.rows.rowCount())
    ]
    for definition in DEFINITIONS.values():
        assert any(escape(definition) in tip for tip in tips), definition


@pytest.mark.parametrize("mode", list(Mode))
def test_results_of_a_paper_account_say_what_they_rest_on(shown, mode):
    """PT-03: latency, slippage, rejects and fee, wherever paper results are read."""
    terms = paper_terms(PaperSettings(latency_ms=50, latency_jitter_ms=0, slippage_bp=20))
    panel = shown(partial(StatisticsPanel, terms), trading_of(mode=mode))
    assert panel.terms.isVisible() is (mode is Mode.PAPER)
    assert panel.terms.text() == (
        "Paper fills: first tick 50 ms after the order, up to 20 bp worse, none rejected, no fee."
    )


def test_the_headline_counts_side_bets_as_the_result_does(shown):
    """Win rate, factor and expectancy stand beside a result of the same population."""
    tally = Tally(
        wins=2, losses=2, gained=Decimal(3), lost=Decimal(1),
        bets=2, bets_won=1, bets_gained=Decimal(2), bets_lost=Decimal("0.5"),
    )  # fmt: skip
    panel = shown(StatisticsPanel, trading_of(account_of(tally=tally, session_result=Decimal(2))))
    words = {name: cell.word for name, cell in panel.cells.items()}
    assert words["result"].text == "+2.000000"
    assert words["win_rate"].text == "50.0 %"
    assert words["profit_factor"].text == "3.00"
    assert words["expectancy"].text == "+0.500000"
    for name in ("result", "win_rate", "profit_factor", "expectancy", "max_drawdown"):
        assert "side bets included" in words[name].tip
    told = figures(panel)
    assert (told["Trade win rate"], told["Bet win rate"]) == ("50.0 %", "50.0 %")
    assert (told["Trade profit f."], told["Bet profit f."]) == ("2.00", "4.00")


def test_what_is_not_defined_says_so(shown):
    panel = shown(StatisticsPanel, trading_of())
    told = figures(panel)
    for name in ("Win rate", "Profit factor", "Expectancy", "Best", "Bet win rate"):
        assert told[name] == "n/a"
    assert panel.cells["win_rate"].word.text == "n/a"
    assert panel.curve.marks == ()


def test_the_curve_ends_at_the_realised_result_and_leads_to_the_trade(shown):
    closed = closed_of("0.5", "-0.2", "0.1", rug=1)
    account = account_of(
        entries_of((K.OPENING, "10")), closed=closed, session_result=Decimal("0.4")
    )
    panel = shown(StatisticsPanel, trading_of(account))
    assert [mark.result for mark in panel.curve.marks] == list(map(Decimal, ("0.5", "0.3", "0.4")))
    assert [mark.forced for mark in panel.curve.marks] == [False, True, False]
    assert panel.curve.words() == "#3 ▼ sell +0.100000 → +0.400000 SOL"
    end = QPoint(panel.curve.width() - 90, 60)
    QTest.mouseDClick(panel.curve, Qt.MouseButton.LeftButton, pos=end)
    assert panel.heard == [GoTo(stream=PRACTICE, round_id=ROUND, tick=22)]


def test_a_long_session_begins_its_curve_where_memory_begins(shown):
    account = account_of(
        entries_of((K.OPENING, "10")), closed=closed_of("0.1"), session_result=Decimal(3)
    )
    panel = shown(StatisticsPanel, trading_of(account))
    QTest.mouseMove(panel.curve, QPoint(1, 60))
    assert panel.curve.words() == "Start: +2.900000 SOL"


def test_a_curve_that_nobody_sees_is_drawn_when_it_is_shown(shown):
    panel = shown(StatisticsPanel, trading_of())
    panel.hide()
    panel.show_frame(frame_of(trading_of(account_of(closed=closed_of("1", "2")))))
    assert panel.curve.marks == ()
    panel.show()
    assert len(panel.curve.marks) == 2


def test_open_results_follow_the_price(shown):
    trading = trading_of(account_of(holding=holding_of()))
    panel = shown(StatisticsPanel, trading)
    before = figures(panel)["Unrealised"]
    panel.show_frame(frame_of(trading, markets=[market_of(price=0.5)]))
    assert before.startswith("+")
    assert figures(panel)["Unrealised"].startswith("-")


# --- risk


def test_each_rule_has_value_limit_and_what_is_left(shown):
    """BR-03: the distance to each limit is shown, as number, bar and word."""
    rows = (
        headroom_of("max_order"),
        headroom_of("daily_loss", value=Decimal("4.6"), limit=Decimal(5), left=Decimal("0.4")),
        headroom_of("drawdown", value=Decimal(5), limit=Decimal(5), left=Decimal(0), ok=False),
        headroom_of("streak", value=Decimal(2), limit=None, left=None, unit="orders"),
    )
    panel = shown(RiskPanel, trading_of(headroom=rows))
    assert column(panel.table, "Rule") == ["Drawdown", "Daily loss", "Max order", "Streak"]
    assert column(panel.table, "Verdict") == ["⊘ refuses", "▲ near", "✓ passes", "✓ passes"]
    assert column(panel.table, "Limit") == ["5 SOL", "5 SOL", "1 SOL", "off"]
    assert column(panel.table, "Left")[1:] == ["0.4 SOL", "0.75 SOL", "—"]
    assert panel.refusing.word.text == "⊘ 1 refuse"
    bars = [bar_of(panel, row) for row in range(4)]
    assert bars[2] > bars[1] > 0
    assert (bars[0], bars[3]) == (0, 0)


def test_what_stops_one_kind_of_order_in_the_usual_course_is_no_alarm(shown):
    codes = ("no_position", "side_bet_open")
    rules = [headroom_of(code, value=None, limit=None, left=None, ok=False) for code in codes]
    panel = shown(RiskPanel, trading_of(headroom=tuple(rules)))
    assert column(panel.table, "Verdict") == ["○ no sale", "○ no bet"]
    assert panel.refusing.word.text == "✓ all pass"


def bar_of(panel, row):
    """Count the painted pixels of a row's bar."""
    table = panel.table
    box = table.visualRect(table.model().index(row, BAR_COLUMN))
    picture = table.viewport().grab().toImage()
    inks = {DARK.live, DARK.warning}
    y = box.center().y()
    return sum(picture.pixelColor(x, y).name() in inks for x in range(box.left(), box.right()))


def left_cells(panel):
    """The pictures of the column with the bars, from the top."""
    table = panel.table
    table.clearSelection()
    table.setCurrentIndex(QModelIndex())
    picture = table.viewport().grab().toImage()
    rows = range(table.model().rowCount())
    return [
        picture.copy(table.visualRect(table.model().index(row, BAR_COLUMN))).copy() for row in rows
    ]


def columns_of(picture):
    """The colours of each column of a picture, from the left."""
    return [
        [picture.pixelColor(x, y).name() for y in range(picture.height())]
        for x in range(picture.width())
    ]


def test_a_bar_covers_no_digit_and_no_sign_of_its_number(shown):
    """BR-03: an overrun keeps its minus sign, and a number too long for both stands alone."""
    rules = tuple(
        headroom_of(code, limit=Decimal(5), left=Decimal(left), ok=Decimal(left) > 0)
        for code, left in (
            ("a", "-0.075"), ("b", "-1.0751"), ("c", "0.2773"), ("d", "4.5"), ("e", "-99999.0751"),
        )
    )  # fmt: skip
    panel = shown(RiskPanel, trading_of(headroom=rules))
    panel.resize(700, 260)
    with_bars = [columns_of(picture) for picture in left_cells(panel)]
    texts = column(panel.table, "Left")
    plain = QStyledItemDelegate(panel)
    panel.table.setItemDelegateForColumn(BAR_COLUMN, plain)
    without = [columns_of(picture) for picture in left_cells(panel)]
    assert sorted(texts) == [
        "-0.075 SOL", "-1.0751 SOL", "-99999.0751 SOL", "0.2773 SOL", "4.5 SOL",
    ]  # fmt: skip
    for text, both, alone in zip(texts, with_bars, without, strict=True):
        first = next(x for x in range(3, len(alone)) if alone[x] != alone[2])
        changed = [x for x in range(len(alone)) if both[x] != alone[x]]
        assert (not changed) == (len(text) > 12), text
        assert all(x < first for x in changed), text


def test_all_rules_passing_and_near_ones_are_told(shown):
    panel = shown(RiskPanel, trading_of(headroom=(headroom_of(),)))
    assert panel.refusing.word.text == "✓ all pass"
    panel.show_frame(frame_of(trading_of(headroom=(headroom_of(left=Decimal("0.1")),))))
    assert panel.refusing.word.text == "▲ 1 near"


def test_the_kill_switch_and_the_arming_are_told_by_word_and_shape(shown):
    panel = shown(RiskPanel, trading_of())
    assert panel.kill.word.text == "○ off"
    assert panel.arming.word.text.startswith("○ SAFE")
    halted = trading_of(arming=Arming(state=ArmState.HALT, reason="the feed is stale", code="x"))
    panel.show_frame(frame_of(halted, kill=Kill(on=True, by="key", reason="asked for")))
    assert panel.kill.word.text == "■ ON by key"
    assert panel.kill.word.colour == "error"
    assert panel.arming.word.text == "■ HALT · the feed is stale"


def test_drift_is_told_with_both_numbers(shown):
    drift = (Difference(field="cash", ours=Decimal("10.1"), theirs=Decimal("10.000000001")),)
    panel = shown(RiskPanel, trading_of(drift=drift))
    assert panel.drift.word.text == "≠ cash"
    assert panel.drift.word.tip.endswith("cash ours 10.1, venue 10.000000001")
    panel.show_frame(frame_of(trading_of()))
    assert panel.drift.word.text == "✓ agrees"


# --- the journal


def noted(trade_id, note, *tags):
    return event(TradeNoted, trade_id=trade_id, note=note, tags=tags)


def test_closed_trades_show_result_and_return(shown):
    panel = shown(JournalPanel, trading_of(account_of(closed=closed_of("0.05", "-0.1", rug=1))))
    assert column(panel.table, "P&L [SOL]") == ["-0.100000", "+0.050000"]
    assert column(panel.table, "Return") == ["-100.0 %", "+50.0 %"]
    assert column(panel.table, "Ended by") == ["✕ RUG", "▼ sell"]


def test_a_note_is_asked_for_and_shown_when_it_is_kept(shown):
    trading = trading_of(account_of(closed=closed_of("0.05", "-0.1")))
    panel = shown(JournalPanel, trading)
    assert not panel.save.isEnabled()
    choose(panel.table, 1)
    panel.tags.setFocus()
    QTest.keyClicks(panel.tags, "late, fomo,late")
    QTest.keyClicks(panel.note, "chased it")
    click(panel.save)
    wish = NoteTrade(trade_id="trade-0", note="chased it", tags=("late", "fomo"))
    assert panel.heard == [wish]
    QTest.keyClick(panel.note, Qt.Key.Key_Return)
    assert panel.heard == [wish, wish]
    panel.show_frame(frame_of(trading, events=(noted("trade-0", "chased it", "late", "fomo"),)))
    assert column(panel.table, "Note") == ["", "chased it"]
    assert column(panel.table, "Tags") == ["", "late, fomo"]
    choose(panel.table, 0)
    assert panel.note.text() == ""
    choose(panel.table, 1)
    assert (panel.tags.text(), panel.note.text()) == ("late, fomo", "chased it")


def test_saving_the_tags_keeps_a_note_whose_money_is_hidden(shown, qapp):
    trading = trading_of(account_of(closed=closed_of("0.05")))
    note = "n" * 400 + " won 0.5 SOL"
    set_private(qapp, on=True)
    try:
        panel = shown(JournalPanel, trading, events=(noted("trade-0", note),))
        choose(panel.table, 0)
        assert "0.5" not in panel.note.displayText()
        QTest.keyClicks(panel.note, "x")
        QTest.keyClicks(panel.tags, "late")
        click(panel.save)
    finally:
        set_private(qapp, on=False)
    assert panel.heard == [NoteTrade(trade_id="trade-0", note=note, tags=("late",))]


def test_what_is_being_written_is_not_overwritten_by_a_frame(shown):
    panel = shown(JournalPanel, trading_of(account_of(closed=closed_of("0.05"))))
    choose(panel.table, 0)
    QTest.keyClicks(panel.note, "half a sen")
    panel.show_frame(frame_of(trading_of(account_of(closed=closed_of("0.05", "1")))))
    assert panel.note.text() == "half a sen"
    click(panel.save)
    assert panel.heard[0].trade_id == "trade-0"


def test_the_journal_can_be_filtered_by_note_and_tag(shown):
    trading = trading_of(account_of(closed=closed_of("0.05", "-0.1", "1")))
    told = (noted("trade-0", "Chased it", "fomo"), noted("trade-2", "a plan"))
    panel = shown(JournalPanel, trading, events=told)
    for words, found in (("FOMO", 1), ("chased fomo", 1), ("plan", 1), ("", 3)):
        panel.filter.setText(words)
        assert panel.table.model().rowCount() == found, words
    panel.filter.setText("nothing like it")
    assert panel.table.empty == NONE_FOUND


def test_notes_of_a_market_not_looked_at_are_kept(shown):
    trading = trading_of(account_of(closed=closed_of("0.05")))
    panel = shown(JournalPanel, trading, shown=None, events=(noted("trade-0", "early"),))
    panel.show_frame(frame_of(trading))
    assert column(panel.table, "Note") == ["early"]


WORDS = {OrdersPanel: "Why", JournalPanel: "Note", LedgerPanel: "Note"}


@pytest.mark.parametrize("kind", WORDS)
def test_hostile_words_are_painted_as_letters(shown, kind):
    """FAULTS S3: what a venue or a file says is never rich text."""
    bad = "<img src=file:///etc/passwd>\n\u202eevil" + "<table><tr><td>" * 16
    book = make_book((make_request("x"), OrderState.REJECTED))
    order = replace(book.over[0], reason=bad)
    trading = trading_of(
        account_of(entries_of((K.DEPOSIT, "1"), note=bad), closed=closed_of("1")),
        book=replace(book, over=(order,)),
    )
    panel = shown(kind, trading, events=(noted("trade-0", bad, bad),))
    panel.grab()
    place = [one.title for one in panel.rows.columns].index(WORDS[kind])
    assert "\n" not in panel.rows.index(0, place).data()
    assert "&lt;img" in panel.rows.index(0, place).data(Qt.ItemDataRole.ToolTipRole)
