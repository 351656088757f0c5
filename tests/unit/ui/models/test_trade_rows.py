from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from replayer_qt.core.account import EntryKind
from replayer_qt.core.orders import OrderState
from replayer_qt.core.statistics import statistics_of
from replayer_qt.ui.models import figure_rows, limit_rows, order_rows, position_rows, trade_rows
from replayer_qt.ui.models.rows import SORT_ROLE
from replayer_qt.ui.theme import DARK, THEMES, mixed
from tests.helpers.account_frames import (
    account_of,
    closed_of,
    entries_of,
    frame_of,
    headroom_of,
    holding_of,
    trading_of,
)
from tests.helpers.orders import make_order, make_request
from tests.unit.ui.test_theme import contrast

money = st.decimals(-(10**6), 10**6, places=9)


def filled(make, rows):
    model = make()
    model.set_colours({name: getattr(DARK, name) for name in DARK.__struct_fields__})
    model.set_rows(rows)
    return model


def every_table():
    entries = entries_of(*[(kind, "0.5") for kind in EntryKind])
    held = trading_of(account_of(entries, holding=holding_of()))
    noted = [trade_rows.Noted(closed=one, note="n", tags=("t",)) for one in closed_of("1", "-1")]
    return [
        filled(trade_rows.fills, entries),
        filled(trade_rows.ledger, entries),
        filled(trade_rows.journal, noted),
        filled(order_rows.orders, [make_order(state=state) for state in OrderState][:1]),
        filled(limit_rows.rules, [headroom_of("a"), headroom_of("b", ok=False)]),
        filled(
            figure_rows.figures, list(figure_rows.figures_of(statistics_of(held.account, None)))
        ),
        filled(position_rows.positions, position_rows.positions_of(frame_of(held).state)),
    ]


@pytest.mark.parametrize("number", range(7))
def test_the_models_keep_qts_rules(qtmodeltester, number):
    qtmodeltester.check(every_table()[number], force_py=True)


@pytest.mark.parametrize("number", range(7))
def test_every_cell_has_text_a_tip_and_something_to_sort_by(qapp, number):
    model = every_table()[number]
    for row in range(model.rowCount()):
        for place, column in enumerate(model.columns):
            index = model.index(row, place)
            assert isinstance(index.data(), str)
            assert isinstance(index.data(SORT_ROLE), float if column.number else str)
            assert column.copied(model.row(row)) is not None
            tip = index.data(Qt.ItemDataRole.ToolTipRole)
            assert tip is None or tip.startswith("<span>")


def test_every_kind_of_entry_has_its_own_shape_and_word():
    words = [trade_rows.KINDS[kind][0] for kind in EntryKind]
    assert len({word.split()[0] for word in words}) == len(EntryKind)
    assert not [a for a in words for b in words if a != b and a in b]


def test_every_state_and_side_has_its_own_shape():
    shapes = [word.split()[0] for word, _ in order_rows.STATES.values()]
    assert len(set(shapes)) == len(OrderState)
    assert set(order_rows.STATES) == set(OrderState)


@given(money)
def test_no_digit_of_money_is_lost_in_a_copy(value):
    """Cells are cut off to be read; what is copied, and the tool tip, are exact."""
    (entry,) = entries_of((EntryKind.DEPOSIT, str(value)))
    change = next(c for c in trade_rows.ledger().columns if c.title == "Change [SOL]")
    assert Decimal(change.copied(entry)) == value
    assert change.tip(entry) == f"{change.copied(entry)} SOL"
    assert "E" not in change.copied(entry)


@given(money)
def test_a_result_tells_its_sign(value):
    text = trade_rows.fmt.signed_sol(value)
    assert text.startswith("+") == (value > 0)
    assert text.startswith("-") == (value < 0)


def test_the_price_seen_and_the_price_filled_are_both_told():
    order = make_order(make_request(price=Decimal("1.25")))
    column = next(c for c in order_rows.orders().columns if c.title == "Price [x]")
    assert column.tip(order) == "Seen 1.25x when asked, filled at 1.25x"


@pytest.mark.parametrize(
    ("fields", "share", "word"),
    [
        ({}, 0.75, "✓ passes"),
        ({"left": Decimal("0.1")}, 0.1, "▲ near"),
        ({"left": Decimal(0), "ok": False}, 0.0, "⊘ refuses"),
        ({"left": Decimal(-3), "ok": False}, 0.0, "⊘ refuses"),
        ({"left": Decimal(9)}, 1.0, "✓ passes"),
        ({"limit": None, "left": None}, None, "✓ passes"),
        ({"limit": Decimal(0), "left": Decimal(0)}, None, "✓ passes"),
    ],
)
def test_what_is_left_of_a_limit_is_a_share_and_a_word(fields, share, word):
    """BR-03: every rule tells how far it is from refusing."""
    row = headroom_of(**fields)
    assert limit_rows.share_left(row) == share
    assert limit_rows.verdict(row)[0] == word


def test_rules_that_refuse_stand_first_and_keep_their_order():
    rows = [
        headroom_of("a"),
        headroom_of("b", ok=False),
        headroom_of("c", left=Decimal("0.1")),
        headroom_of("d", ok=False),
        headroom_of("e", value=None, limit=None, left=None),
    ]
    assert [row.code for row in limit_rows.by_urgency(rows)] == ["b", "d", "c", "a", "e"]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("mark", ["rug", "error", "warning"])
def test_words_on_a_tinted_row_can_be_read(qapp, theme, mark):
    """N20: contrast is 4.5:1 at least on the rows of forced events, too."""
    model = filled(trade_rows.ledger, entries_of((EntryKind.RUG, "0")))
    model.set_colours({"rug": getattr(theme, mark)})
    part = model.index(0, 0).data(Qt.ItemDataRole.BackgroundRole).alphaF()
    ground = mixed(theme.background, getattr(theme, mark), part)
    for word in ("text", "muted", "up", "down", "rug", "accent", "warning", "error"):
        # the tint lies over the letters, too
        ink = mixed(getattr(theme, word), getattr(theme, mark), part)
        assert contrast(ink, ground) >= 4.5, word


@given(
    st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(["SOL", "ms", "orders", ""])
)
def test_any_number_of_a_rule_can_be_written(value, unit):
    assert limit_rows.quantity(value, unit)
