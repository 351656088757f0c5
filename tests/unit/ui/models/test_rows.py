import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSortFilterProxyModel, Qt

from replayer_qt.ui.models.rows import SORT_ROLE, Column, RowsModel
from replayer_qt.ui.models.tables import facts, notices, rounds, trades
from tests.gui.desk import trade


class Pair(msgspec.Struct, frozen=True):
    key: int
    value: float = 0.0


def pairs(kept=1_000):
    return RowsModel(
        columns=[
            Column(title="Key", text=lambda row: str(row.key), tip=lambda row: f"<b>{row.key}"),
            Column(
                title="Value [x]",
                text=lambda row: f"{row.value:.1f}",
                number=lambda row: row.value,
                colour=lambda row: "up" if row.value > 0 else None,
                about="What it is worth.",
            ),
        ],
        key=lambda row: row.key,
        kept=kept,
    )


def shown(model):
    return [model.row(number) for number in range(model.rowCount())]


@pytest.mark.parametrize("make", [pairs, rounds, trades, facts, notices])
def test_the_model_keeps_qts_rules(qtmodeltester, make):
    qtmodeltester.check(make(), force_py=True)


def test_a_model_with_rows_keeps_qts_rules(qtmodeltester):
    model = trades()
    model.upsert(trade(number) for number in range(30))
    qtmodeltester.check(model, force_py=True)
    model.upsert([trade(31)])


def test_the_newest_row_stands_uppermost(qapp):
    model = pairs()
    model.upsert([Pair(1), Pair(2)])
    model.upsert([Pair(3)])
    assert [row.key for row in shown(model)] == [3, 2, 1]


def test_a_known_key_is_replaced_in_its_place(qapp):
    model = pairs()
    changed = []
    model.upsert([Pair(1), Pair(2)])
    model.dataChanged.connect(lambda first, last, _: changed.append((first.row(), last.row())))
    model.upsert([Pair(1, 5.0)])
    model.upsert([Pair(1, 5.0)])
    assert shown(model) == [Pair(2), Pair(1, 5.0)]
    assert changed == [(1, 1)]


def test_only_the_cells_that_look_different_are_told_of(qapp):
    """S3-P3: a running round does not repaint its whole row with each tick."""
    model = pairs()
    told = []
    model.upsert([Pair(1)])
    model.dataChanged.connect(lambda first, last, _: told.append((first.column(), last.column())))
    model.upsert([Pair(1, 5.0)])
    assert told == [(1, 1)]


def test_the_oldest_rows_go_when_there_are_too_many(qapp):
    """S1-N4: bounded, drop-oldest."""
    model = pairs(kept=10)
    for key in range(1_000):
        model.upsert([Pair(key)])
    assert [row.key for row in shown(model)] == list(range(999, 989, -1))
    model.upsert(Pair(key) for key in range(5_000, 5_100))
    assert [row.key for row in shown(model)] == list(range(5_099, 5_089, -1))
    assert model.find(5_000) is None
    assert model.find(5_099) == Pair(5_099)


def test_numbers_sort_as_numbers(qapp):
    model = pairs()
    model.upsert([Pair(1, 9.0), Pair(2, 10.0), Pair(3, -1.0)])
    proxy = QSortFilterProxyModel()
    proxy.setSortRole(SORT_ROLE)
    proxy.setSourceModel(model)
    proxy.sort(1, Qt.SortOrder.AscendingOrder)
    assert [proxy.index(n, 1).data() for n in range(3)] == ["-1.0", "9.0", "10.0"]
    proxy.setSourceModel(None)


def test_cells_carry_meaning_alignment_and_escaped_tips(qapp):
    model = pairs()
    model.set_colours({"up": "#00ff00"})
    model.upsert([Pair(1, 2.0)])
    cell = model.index(0, 1)
    assert cell.data(Qt.ItemDataRole.ForegroundRole).name() == "#00ff00"
    assert cell.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "<span>&lt;b&gt;1</span>"
    across = Qt.Orientation.Horizontal
    assert model.headerData(1, across) == "Value [x]"
    assert "worth" in model.headerData(1, across, Qt.ItemDataRole.ToolTipRole)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=8), max_size=20)
)
def test_a_model_is_the_last_rows_of_each_key_in_order_of_arrival(batches):
    kept = 6
    model = pairs(kept)
    expected: dict[int, Pair] = {}
    for batch in batches:
        rows = [Pair(key, float(value)) for key, value in batch]
        known = set(expected)
        model.upsert(rows)
        for row in rows:
            if row.key in known:
                expected[row.key] = row
        for row in rows:
            if row.key not in known:
                expected.pop(row.key, None) if row.key not in expected else None
                expected[row.key] = row
        while len(expected) > kept:
            expected.pop(next(iter(expected)))
        assert shown(model) == list(reversed(expected.values()))


# --- a list that is told whole


def test_setting_rows_touches_only_what_changed(qapp):
    model = pairs()
    model.set_rows([Pair(n) for n in range(5)])
    inserted, removed, changed = [], [], []
    model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    model.rowsRemoved.connect(lambda _, first, last: removed.append((first, last)))
    model.dataChanged.connect(lambda first, _: changed.append(first.row()))
    model.set_rows([Pair(2), Pair(3, 1.0), Pair(4), Pair(5)])
    assert [row.key for row in shown(model)] == [5, 4, 3, 2]
    assert (inserted, removed, changed) == ([(0, 0)], [(3, 4)], [1])


@given(
    st.lists(
        st.lists(st.builds(Pair, st.integers(0, 9), st.sampled_from([0.0, 1.0])), max_size=9),
        max_size=6,
    )
)
def test_whatever_is_set_is_shown_and_found(qapp, lists):
    model = pairs(kept=6)
    for rows in lists:
        told = list({row.key: row for row in rows}.values())
        model.set_rows(told)
        assert shown(model) == told[::-1][:6]
        assert [model.find(row.key) for row in told[-6:]] == told[-6:]


def test_a_marked_row_is_tinted(qapp):
    model = RowsModel(
        columns=[Column(title="Key", text=lambda row: str(row.key))],
        key=lambda row: row.key,
        kept=9,
        mark=lambda row: "rug" if row.value else None,
    )
    model.set_rows([Pair(1), Pair(2, 1.0)])
    model.set_colours({"rug": "#ff0000"})
    tints = [model.index(n, 0).data(Qt.ItemDataRole.BackgroundRole) for n in (0, 1)]
    assert tints[0].name() == "#ff0000"
    assert tints[0].alpha() < 60
    assert tints[1] is None


def test_what_is_copied_is_exact(qapp):
    column = Column(title="A", text=lambda row: "about 1", plain=lambda row: repr(row.value))
    assert column.copied(Pair(1, 1.25)) == "1.25"
    assert Column(title="A", text=lambda row: "as shown").copied(Pair(1)) == "as shown"


def test_a_model_that_the_collector_emptied_is_an_empty_table(qapp):
    model = pairs()
    model.set_rows([Pair(1)])
    vars(model).clear()
    assert (model.rowCount(), model.columnCount()) == (0, 0)
