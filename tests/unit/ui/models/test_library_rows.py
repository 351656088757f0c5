import pytest
from PySide6.QtCore import QModelIndex, Qt

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import FileEntry, LibraryRound, Quality, RoundEntry, SortBy
from replayer_qt.core.units import Nanos, RoundId, StreamId
from replayer_qt.ui.models.library_columns import COLUMNS, FAIRNESS, QUALITIES
from replayer_qt.ui.models.library_rows import PAGE, ROWS_KEPT, LibraryRows
from tests.helpers.a_library import a_library_round


@pytest.fixture
def rows(qtmodeltester):
    made = LibraryRows()
    made.show_ids(range(1, 301))
    made.put(a_library_round(number) for number in range(1, 41))
    return made


def test_it_is_a_sound_model(rows, qtmodeltester):
    qtmodeltester.check(rows)
    rows.show_ids(())
    assert rows.rowCount() == 0
    assert rows.rowCount(rows.index(0, 0)) == 0
    assert rows.data(QModelIndex()) is None


def test_what_is_in_sight_is_asked_for_once_and_a_page_around_it(rows):
    asked: list[tuple[int, ...]] = []
    rows.wanted.connect(asked.append)
    rows.look_at(100, 118)
    rows.look_at(101, 119)
    assert len(asked) == 1
    assert set(range(101, 120)) <= set(asked[0])
    assert len(asked[0]) <= 5 * PAGE
    rows.put(a_library_round(number) for number in asked[0])
    rows.look_at(100, 118)
    assert len(asked) == 1


def test_other_rounds_are_read_again_but_what_is_known_stays_in_sight(rows):
    asked: list[tuple[int, ...]] = []
    rows.wanted.connect(asked.append)
    rows.show_ids(range(1, 301))
    assert rows.row(0) is not None
    rows.look_at(0, 18)
    assert 1 in asked[0]


def test_only_so_many_rows_are_known_at_once(rows):
    rows.show_ids(range(1, 10_001))
    made = a_library_round(1)
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    for number in range(1, 5_001):
        rows.put([LibraryRound(**(fields | {"id": number}))])
    assert len(rows._known) == ROWS_KEPT
    assert len(rows._fresh) <= ROWS_KEPT
    assert rows.row(0) is None
    assert rows.row(4_999) is not None


def test_the_sorted_column_says_so(rows):
    names = [column.name for column in rows.columns]
    across = Qt.Orientation.Horizontal
    rows.show_sort(SortBy.PEAK, descending=True)
    assert rows.headerData(names.index("peak"), across) == "Peak ▾"
    rows.show_sort(SortBy.PEAK, descending=False)
    assert rows.headerData(names.index("peak"), across) == "Peak ▴"
    assert rows.headerData(names.index("date"), across) == "Date, UTC"


def test_a_round_of_which_hardly_anything_is_known_has_words_for_every_cell(rows):
    """S2-M3: what is missing is a dash, never a crash and never a zero."""
    entry = RoundEntry(
        stream=StreamId("elsewhere"), round_id=RoundId(""), begun_at=Nanos(0), ended_at=Nanos(0),
        ticks=0, first_index=None, last_index=None, rugged=False, rug_index=None, rug_price=None,
        peak=None, peak_index=None, missing=0, repaired=0, clock_jumps=0, trades=0, volume=None,
        volatility=None, fairness=Fairness.UNREVEALED, quality=Quality.PARTIAL, spark=b"",
    )  # fmt: skip
    file = FileEntry(
        path="", size=0, modified=0, format="", digest="", sealed=False, plain_size=0, lines=0
    )
    row = LibraryRound(id=1, entry=entry, file=file)
    rows.put([row])
    words = dict(zip((column.name for column in COLUMNS), rows.words(0), strict=True))
    assert [words[name] for name in ("date", "peak", "rug", "rugprice", "result")] == ["—"] * 5
    assert words["spark"] == "no ticks"
    for place, column in enumerate(COLUMNS):
        told = rows.index(0, place).data(Qt.ItemDataRole.AccessibleTextRole)
        assert told.startswith(f"{column.title}: ")


def test_every_quality_and_fairness_is_told_by_word_shape_and_colour():
    assert set(QUALITIES) == set(Quality)
    assert set(FAIRNESS) == set(Fairness)
    for badges in (QUALITIES, FAIRNESS):
        assert len({badge.word for badge in badges.values()}) == len(badges)
        assert len({badge.shape for badge in badges.values()}) == len(badges)


def test_every_sort_of_the_library_has_a_column():
    assert {column.sort for column in COLUMNS} - {None} == set(SortBy)
