"""The library's window: requests out, answers in, nothing decided, every deed reached by hand."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from replayer_qt.core.commands import OpenRecordings, OpenRound
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import Marks, Quality, Range, RoundQuery, SortBy
from replayer_qt.core.library_answers import (
    FileReport,
    JobEnded,
    JobState,
    Progress,
    UsageRead,
    UsedSpace,
)
from replayer_qt.core.library_language import LANGUAGE, parse_query
from replayer_qt.core.library_requests import (
    CancelJob,
    Export,
    FindRounds,
    Import,
    MarkRounds,
    ReadColumns,
    ReadRows,
    ReadSearches,
    ReadUsage,
    Rebuild,
    Refresh,
    SavePlaylist,
    Seal,
    Study,
    Tidy,
    TidyRules,
    Trash,
    Verify,
)
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.ui.library.deeds import reveal, trash_words
from replayer_qt.ui.library.dialogs import ConfirmDialog, NameDialog, NoteDialog, TagsDialog
from replayer_qt.ui.library.export_dialog import ExportDialog
from replayer_qt.ui.library.gathering import Picked, Picks
from replayer_qt.ui.library.report_dialog import LISTED_MOST, ReportDialog
from replayer_qt.ui.library.rounds_table import RUNS_KEPT
from replayer_qt.ui.library.row_actions import DEEDS
from replayer_qt.ui.library.sheet import KEYS, Sheet, lines
from replayer_qt.ui.library.space_page import parts_of
from replayer_qt.ui.library.state_pane import Lack
from replayer_qt.ui.library.study_page import Showing, StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from replayer_qt.ui.models.library_rows import ROWS_KEPT, WAITING
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import THEMES
from tests.gui.desk import Bench, Store
from tests.helpers.a_library import ALibrary, a_library_round

POPUP = pytest.mark.qt_log_ignore("does not support (grabbing|raise)", extend=True)
"""Offscreen, a list of words cannot take the keyboard; it need not, to be typed past."""


@pytest.fixture
def opened(qtbot):
    """Open a window with so many rounds behind it; None for nobody who answers."""
    kept: list[object] = []  # a test that is over must not leave them to the collector alone

    def make(count=60, *, store=None, size=(1280, 800), show=True, **fields):
        window = LibraryWindow(layout_store=store or Store(), **fields)
        qtbot.addWidget(window)
        library = None if count is None else ALibrary(window, count)
        kept.extend((window, library))
        window.resize(*size)
        if show:
            window.show()
            settle()
        return window, library

    yield make
    kept.clear()


def settle():
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def pick(window, *rows):
    """Select rows, the first one being the current one."""
    table = window.rounds.table
    table.clearSelection()
    ids = [int(table.rows.ids[row]) for row in rows]
    table.selectRow(rows[0])
    table.pick(ids)
    return ids


def deed(window, name):
    """Choose a deed from the menu."""
    action = window.rounds.actions_.actions[name]
    assert action in window.rounds.actions_.menu.actions()
    assert action.isEnabled(), action.toolTip()
    action.trigger()
    settle()


def dialog_of(window, kind):
    return next(each for each in window.findChildren(kind) if each.isVisible())


# --- finding


def test_it_asks_for_nothing_before_it_is_shown(opened):
    """N21: a window that nobody opened asks for nothing; the first sight asks once."""
    window, library = opened(show=False)
    assert library.asked == []
    window.show()
    settle()
    assert len(library.of(FindRounds)) == 1
    window.hide()
    window.show()
    settle()
    assert len(library.of(FindRounds)) == 1
    assert library.of(FindRounds)[0].query == RoundQuery()


def test_what_is_found_is_counted_and_the_rows_in_sight_are_read(opened):
    window, library = opened(5_000)
    assert window.rounds.count.text() == "5,000 of 5,000 rounds in 12 ms"
    read = sum(len(each.ids) for each in library.of(ReadRows))
    assert 18 <= read <= 256
    words = window.rounds.table.rows.words(0)
    assert words[2].startswith("2025-10-1")
    assert "x" in words[6]


def test_scrolling_reads_the_page_that_comes_into_sight_and_keeps_a_bounded_number(opened, qtbot):
    window, library = opened(50_000)
    bar, rows = window.rounds.table.verticalScrollBar(), window.rounds.table.rows
    for place in range(0, 50_000, 900):
        bar.setValue(place)
        qtbot.waitUntil(lambda: rows.words(window.rounds.table.rowAt(0)) is not None)
    assert len(rows._known) <= ROWS_KEPT
    asked = sum(len(each.ids) for each in library.of(ReadRows))
    assert asked <= 56 * 256


def test_a_row_that_is_not_read_yet_says_so(opened):
    window, library = opened(5_000)
    library.holding = True
    window.rounds.table.verticalScrollBar().setValue(3_000)
    window.rounds.table._look()
    index = window.rounds.table.rows.index(3_001, 6)
    assert index.data() == WAITING
    library.release()
    assert index.data().endswith("x")


def test_a_newer_question_wins_over_an_older_answer(opened):
    window, library = opened()
    library.holding = True
    window.rounds.set_query(RoundQuery(text="nothing of that kind"), at_once=True)
    window.rounds.set_query(RoundQuery(), at_once=True)
    library.release(backwards=True)
    assert len(window.rounds.table.rows.ids) == 60


@POPUP
def test_typing_asks_once_when_it_pauses(opened, qtbot):
    window, library = opened()
    before = len(library.of(FindRounds))
    box = window.rounds.bar.search
    QTest.keyClicks(box, "moon peak>1.5")
    qtbot.waitUntil(lambda: len(library.of(FindRounds)) > before)
    assert len(library.of(FindRounds)) == before + 1
    query = library.of(FindRounds)[-1].query
    assert query.text == "moon"
    assert query.peak.low == pytest.approx(1.5)
    assert box.text() == "moon peak>1.5"


@POPUP
@pytest.mark.parametrize("waits", [False, True])
def test_down_from_the_search_selects_the_first_hit_for_the_keys(opened, qtbot, waits):
    window, library = opened()
    table, box = window.rounds.table, window.rounds.bar.search
    pick(window, 5)
    library.holding = waits
    box.setFocus()
    QTest.keyClicks(box, library.row(9).entry.round_id)
    if not waits:
        qtbot.waitUntil(lambda: len(table.rows.ids) == 1)
        settle()
    QTest.keyClick(box, Qt.Key.Key_Down)
    library.release()
    qtbot.waitUntil(lambda: table.picked_ids().tolist() == [9])
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert "1 file" in dialog_of(window, ConfirmDialog).lines[0]


@POPUP
def test_the_fields_show_what_is_typed_and_the_box_shows_what_is_set(opened, qtbot):
    window, library = opened()
    pane, box = window.rounds.pane, window.rounds.bar.search
    QTest.keyClicks(box, "peak:2..50 quality:gaps is:rugged date:2025-10-09")
    low, high = pane.inputs["peak"]
    assert (low.text(), high.text()) == ("2", "50")
    assert pane.boxes["quality", "gaps"].isChecked()
    assert pane.rugged.currentText() == "shown"
    assert [line.text() for line in pane.inputs["begun"]] == ["2025-10-09"] * 2
    box.clear()
    assert low.text() == ""
    QTest.keyClicks(pane.inputs["ticks"][1], "200")
    pane.boxes["fairness", "failed"].click()
    pane.bookmarked.setCurrentIndex(1)
    assert box.text() == "length<=200 fairness:failed is:bookmarked"
    qtbot.waitUntil(lambda: library.of(FindRounds)[-1].query == window.rounds.query)
    query = window.rounds.query
    assert query.ticks == Range(high=200.0)
    assert query.fairness == (Fairness.FAILED,)
    assert query.bookmarked is True


def test_a_day_in_the_fields_is_the_day_in_the_box(opened):
    window, _ = opened()
    for line, day in zip(
        window.rounds.pane.inputs["begun"], ("2025-10-09", "2025-10-10"), strict=True
    ):
        QTest.keyClicks(line, day)
    assert window.rounds.bar.search.text() == "date:2025-10-09..2025-10-10"


def test_a_field_that_makes_no_sense_is_marked_and_the_rest_holds(opened):
    window, _ = opened()
    pane = window.rounds.pane
    QTest.keyClicks(pane.inputs["peak"][0], "abc")
    assert pane.inputs["peak"][0].property("bad")
    assert pane.why.isVisible()
    assert "type a number" in pane.why.whole
    QTest.keyClicks(pane.inputs["ticks"][0], "10")
    assert window.rounds.query == RoundQuery(ticks=Range(low=10.0))


@POPUP
def test_a_word_that_makes_no_sense_is_told_beside_the_box(opened):
    window, _ = opened()
    QTest.keyClicks(window.rounds.bar.search, "moon peak>lots")
    assert window.rounds.problem.isVisible()
    assert "peak>lots" in window.rounds.problem.whole
    assert window.rounds.query.text == "moon"
    window.rounds.bar.search.clear()
    assert not window.rounds.problem.isVisible()


@POPUP
def test_the_box_offers_words_and_tags(opened):
    window, _ = opened()
    box = window.rounds.bar.search
    box.setFocus()
    QTest.keyClicks(box, "late qual")
    assert box._offer.completionCount() == len(Quality)
    box._take("quality:gaps")
    assert box.text() == "late quality:gaps "
    assert window.rounds.query.quality == (Quality.GAPS,)
    QTest.keyClicks(box, "tag:mo")
    assert box._offer.completionCount() == 1
    box._popup.hide()


def test_tags_in_use_are_listed_with_counts_and_narrow_the_search(opened):
    window, _ = opened()
    window.rounds.refresh()
    tags = window.rounds.pane.tags
    listed = [tags.item(place).text() for place in range(tags.count())]
    assert "moon  12" in listed
    tags.item(listed.index("moon  12")).setCheckState(Qt.CheckState.Checked)
    assert window.rounds.query.tags == ("moon",)
    assert window.rounds.bar.search.text() == "tag:moon"


def test_a_header_sorts_and_again_turns_it_round(opened):
    window, library = opened()
    table = window.rounds.table
    head = table.horizontalHeader()
    place = [column.name for column in table.rows.columns].index("peak")
    table.scrollTo(table.rows.index(0, place))
    at = QPoint(head.sectionViewportPosition(place) + 12, head.height() // 2)
    for expected in (True, False):
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
        query = library.of(FindRounds)[-1].query
        assert (query.sort, query.descending) == (SortBy.PEAK, expected)
    title = table.rows.headerData(place, Qt.Orientation.Horizontal)
    assert title == "Peak ▴"
    peaks = [library.row(int(one)).entry.peak for one in table.rows.ids]
    assert peaks == sorted(peaks)


def test_rows_can_be_sorted_by_the_menu_too(opened):
    window, library = opened()
    menu = window.rounds.bar.columns.menu()
    order = next(action.menu() for action in menu.actions() if action.menu() is not None)
    next(each for each in order.actions() if each.text() == "Length").trigger()
    assert library.of(FindRounds)[-1].query.sort is SortBy.TICKS


def test_saved_searches_are_applied_saved_renamed_and_forgotten(opened):
    window, library = opened()
    saved = window.rounds.bar.saved
    window.rounds.set_query(RoundQuery(text="moon"), at_once=True)
    saved.saving.trigger()
    dialog = dialog_of(window, NameDialog)
    QTest.keyClicks(dialog.line, "My & moons")
    dialog.accept()
    settle()
    assert library.searches == {"My & moons": RoundQuery(text="moon")}
    window.rounds.clear_filters()
    saved.menu().actions()[0].trigger()
    assert window.rounds.query.text == "moon"
    assert saved.menu().actions()[0].text() == "My && moons"
    below = {each.text(): each.menu() for each in saved.menu().actions() if each.menu()}
    below["&Rename"].actions()[0].trigger()
    dialog = dialog_of(window, NameDialog)
    dialog.line.clear()
    assert not dialog.ok.isEnabled()
    QTest.keyClicks(dialog.line, "Moons")
    dialog.accept()
    settle()
    assert library.searches == {"Moons": RoundQuery(text="moon")}
    below = {each.text(): each.menu() for each in saved.menu().actions() if each.menu()}
    below["&Forget"].actions()[0].trigger()
    assert library.searches == {}


# --- states


def test_an_empty_library_says_what_to_do_next(opened):
    window, library = opened(0)
    lack = window.rounds.lack
    assert lack.lack is Lack.EMPTY
    lack.buttons["files"].click()
    dialog = dialog_of(window, QFileDialog)
    dialog.filesSelected.emit(["/in/a.jsonl"])
    dialog.close()
    assert library.of(Import)[-1].paths == ("/in/a.jsonl",)


def test_no_match_offers_to_clear_the_filters(opened):
    window, _ = opened()
    window.rounds.set_query(RoundQuery(text="nothing of that kind"), at_once=True)
    assert window.rounds.lack.lack is Lack.NO_MATCH
    assert window.rounds.lack.isVisible()
    window.rounds.lack.buttons["clear"].click()
    assert window.rounds.table.isVisible()
    assert window.rounds.bar.search.text() == ""


def test_a_library_that_fails_says_why_and_can_be_asked_again(opened):
    window, library = opened()
    library.problem = "The catalogue cannot be read. Run library rebuild."
    window.rounds.refresh()
    lack = window.rounds.lack
    assert lack.lack is Lack.ERROR
    assert "cannot be read" in lack.hint.whole
    library.problem = ""
    lack.buttons["again"].click()
    assert window.rounds.table.isVisible()


def test_until_the_first_answer_it_says_that_it_looks(opened):
    window, _ = opened(None)
    assert window.rounds.lack.lack is Lack.LOADING
    assert window.rounds.lack.isVisible()


# --- selection and deeds


def test_enter_and_a_double_click_open_the_round(opened):
    window, library = opened()
    ids = pick(window, 3)
    row = library.row(ids[0])
    table = window.rounds.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    place = table.visualRect(table.rows.index(3, 4)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wish = OpenRound(paths=(row.file.path,), round_id=row.entry.round_id)
    assert library.of(OpenRound) == [wish, wish]


def test_enter_on_several_rounds_plays_them(opened):
    window, library = opened()
    pick(window, 0, 1)
    window.rounds.table.setFocus()
    QTest.keyClick(window.rounds.table, Qt.Key.Key_Return)
    assert len(library.of(OpenRecordings)[-1].paths) == 2


def test_a_selection_plays_in_the_order_of_the_table(opened):
    window, library = opened()
    ids = pick(window, 8, 2, 5)
    deed(window, "play")
    wanted = [library.row(one).file.path for one in sorted(ids, reverse=True)]
    assert library.of(OpenRecordings)[-1].paths == tuple(wanted)


def test_rows_out_of_sight_are_read_before_they_are_played(opened):
    window, library = opened(3_000)
    window.rounds.table.selectAll()
    deed(window, "play")
    assert len(library.of(OpenRecordings)[-1].paths) == 3_000


def test_escape_gives_up_an_errand(opened):
    window, library = opened(3_000)
    window.rounds.table.selectAll()
    library.holding = True
    deed(window, "verify")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    library.release()
    assert library.of(Verify) == []


def test_a_playlist_is_asked_for_with_its_ending(opened):
    window, library = opened()
    ids = pick(window, 1, 2)
    deed(window, "playlist")
    dialog = dialog_of(window, QFileDialog)
    dialog.fileSelected.emit("/out/best")
    dialog.close()
    asked = library.of(SavePlaylist)[-1]
    assert (asked.ids, asked.target) == (tuple(ids), "/out/best.playlist.jsonl")
    assert "2 rounds" in window.rounds.note.whole


def test_backtest_data_is_dim_with_its_reason(opened):
    window, _ = opened()
    pick(window, 0)
    action = window.rounds.actions_.actions["backtest"]
    assert not action.isEnabled()
    assert "Backtests are not in this release." in action.toolTip()


def test_tags_are_put_on_and_taken_off_and_those_of_some_stay(opened):
    window, library = opened()
    pick(window, *range(5))
    table = window.rounds.table
    before = {one: library.row(int(one)).marks.tags for one in table.picked_ids().tolist()}
    assert ("moon",) in before.values()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_T)
    dialog = dialog_of(window, TagsDialog)
    states = {dialog.list.item(n).text(): dialog.list.item(n) for n in range(dialog.list.count())}
    assert states["moon"].checkState() is Qt.CheckState.PartiallyChecked
    states["late"].setCheckState(Qt.CheckState.Unchecked)
    QTest.keyClicks(dialog.line, "fresh, two words")
    dialog.accept()
    settle()
    asked = library.of(MarkRounds)[-1]
    assert asked.add_tags == ("fresh", "two words")
    assert asked.drop_tags == ("late",)
    for one, tags in before.items():
        assert set(library.row(one).marks.tags) == (set(tags) - {"late"}) | {"fresh", "two words"}
    assert "fresh" in window.rounds.table.rows.words(0)[12]


def test_a_note_is_written_by_key_and_shown(opened):
    window, library = opened()
    pick(window, 1)
    window.rounds.table.setFocus()
    QTest.keyClick(window.rounds.table, Qt.Key.Key_N)
    dialog = dialog_of(window, NoteDialog)
    dialog.findChild(QPlainTextEdit).setPlainText("<b>watch</b> the rug")
    dialog.accept()
    settle()
    assert library.of(MarkRounds)[-1].note == "<b>watch</b> the rug"
    assert window.rounds.table.rows.words(1)[13] == "<b>watch</b> the rug"


def test_a_bookmark_is_set_on_all_and_taken_off_when_all_have_it(opened):
    window, library = opened()
    pick(window, 0, 1)
    window.rounds.table.setFocus()
    QTest.keyClick(window.rounds.table, Qt.Key.Key_B)
    QTest.keyClick(window.rounds.table, Qt.Key.Key_B)
    assert [each.bookmarked for each in library.of(MarkRounds)] == [True, False]


def test_files_are_verified_repaired_and_sealed(opened):
    window, library = opened()
    ids = pick(window, 0, 1)
    paths = tuple(library.row(one).file.path for one in ids)
    for name, wanted in (
        ("verify", Verify(paths=paths)),
        ("repair", Verify(paths=paths, repair=True)),
        ("seal", Seal(paths=paths)),
    ):
        deed(window, name)
        job = library.jobs[-1]
        assert (type(job), job.paths) == (type(wanted), paths)
        assert getattr(job, "repair", False) == getattr(wanted, "repair", False)
        assert job.ticket
        library.end()


def test_an_export_is_asked_for_as_the_dialog_says(opened):
    window, library = opened()
    ids = pick(window, 0, 1, 2)
    deed(window, "export")
    dialog = dialog_of(window, ExportDialog)
    assert not dialog.ok.isEnabled()
    QTest.keyClicks(dialog.target, "/out/rounds.parquet")
    dialog.format.setCurrentIndex(1)
    assert dialog.target.text() == "/out/rounds.csv"
    assert not dialog.partitioned.isEnabled()
    dialog.what.setCurrentIndex(1)
    dialog.accept()
    settle()
    job = library.of(Export)[-1]
    assert (job.ids, job.format, job.what) == (tuple(ids), "csv", "rounds")
    assert (job.target, job.partitioned) == ("/out/rounds.csv", False)


def test_only_the_folder_of_a_file_is_ever_opened(opened):
    """FAULTS S3: what the desktop opens is a folder of our own catalogue, never a file."""
    window, library = opened()
    ids = pick(window, 4)
    shown: list[str] = []
    window.rounds.deeds._reveal = shown.append
    deed(window, "reveal")
    assert shown == [library.row(ids[0]).file.path.rpartition("/")[0]]


def test_paths_are_copied(opened):
    window, library = opened()
    ids = pick(window, 0, 1)
    deed(window, "copy-path")
    assert QGuiApplication.clipboard().text().splitlines() == [
        library.row(one).file.path for one in ids
    ]


def test_nothing_goes_to_the_trash_before_it_was_confirmed(opened):
    window, library = opened()
    ids = pick(window, 0, 1)
    table = window.rounds.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    dialog = dialog_of(window, ConfirmDialog)
    size = sum(library.row(one).file.size for one in ids)
    assert "2 files with 2 selected rounds" in dialog.lines[0]
    assert f"{size / 1000:.1f} kB" in dialog.lines[0]
    assert "with the messages beside them, whose size is not counted here" in dialog.lines[0]
    assert all(library.row(one).entry.round_id in dialog.lines[1] for one in ids)
    assert "Tags, notes and bookmarks stay" in dialog.lines[-1]
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    settle()
    assert library.of(Trash) == []
    deed(window, "trash")
    dialog_of(window, ConfirmDialog).accept()
    settle()
    assert library.of(Trash)[-1].paths == tuple(library.row(one).file.path for one in ids)


def test_what_goes_to_the_trash_with_a_file_is_said_only_where_it_can_be():
    def picked(number, kind):
        return Picked(number, "rugs/crash", f"r{number}", f"/{number}", kind, 1_000, Marks(tags=()))

    own = trash_words(Picks(picked(number, "journal") for number in range(5)))
    assert "5 files with 5 selected rounds, 5.0 kB, with the messages beside them" in own[0]
    assert own[1] == "r0, r1, r2 and 2 more."
    assert not any("Other rounds" in line for line in own)
    foreign = trash_words(Picks([picked(1, "B")]))
    assert foreign[0] == "1 file with 1 selected round, 1.0 kB, will be put into the trash."
    assert any("Other rounds in the same files go" in line for line in foreign)


def test_all_rounds_are_selected_and_inverted(opened):
    window, _ = opened(5_000)
    table = window.rounds.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert table.picked_count() == 5_000
    assert window.rounds.selected.text() == "5,000 selected"
    pick(window, 1, 2)
    QTest.keyClick(table, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert table.picked_count() == 4_998
    assert not table.selectionModel().isRowSelected(1)


def test_home_and_end_go_to_the_first_and_the_last_round(opened):
    window, _ = opened(5_000)
    table = window.rounds.table
    pick(window, 40)
    table.setFocus()
    for key, row in ((Qt.Key.Key_End, 4_999), (Qt.Key.Key_Home, 0)):
        QTest.keyClick(table, key)
        assert table.currentIndex().row() == row
        assert table.picked_ids().tolist() == [int(table.rows.ids[row])]


def test_painting_asks_nothing_of_rows_that_are_out_of_sight(opened, monkeypatch):
    """Qt's header would ask every selected row for its flags: seconds, at 100,000 of them."""
    window, _ = opened(20_000)
    table = window.rounds.table
    asked: list[int] = []
    flags = type(table.rows).flags
    monkeypatch.setattr(
        type(table.rows), "flags", lambda self, index: asked.append(1) or flags(self, index)
    )
    table.selectAll()
    window.rounds.refresh()
    settle()
    window.grab()
    assert len(asked) < 5_000


@POPUP
def test_every_deed_stands_in_the_menu_and_letters_do_nothing_in_an_input(opened):
    """N10: what is typed into a field is text, and asks for nothing."""
    window, library = opened()
    pick(window, 0)
    names = [each.data() for each in window.rounds.actions_.menu.actions() if each.data()]
    assert names == [deed.name for deed in DEEDS]
    before = len(library.jobs)
    for field in window.findChildren(QLineEdit):
        if field.isVisible():
            field.setFocus()
            QTest.keyClicks(field, "tnbvrpsf")
            field.clear()
    assert len(library.jobs) == before
    assert library.of(MarkRounds) == []
    assert not window.findChildren(QDialog)


def test_without_rounds_every_deed_is_dim(opened):
    window, _ = opened(0)
    assert not any(each.isEnabled() for each in window.rounds.actions_.actions.values())


# --- live


def test_a_change_asks_again_and_keeps_selection_and_place_by_id(opened):
    window, library = opened(5_000)
    table = window.rounds.table
    table.verticalScrollBar().setValue(1_000)
    ids = pick(window, 1_003, 1_005)
    top = int(table.rows.ids[table.rowAt(0)])
    library.ids.extend(range(5_001, 5_041))
    window.show_answer(JobEnded(ticket=-1, title="Found", state=JobState.DONE, changed=True))
    settle()
    assert len(table.rows.ids) == 5_040
    assert table.picked_ids().tolist() == ids
    assert table.current_id() == ids[0]
    assert int(table.rows.ids[table.rowAt(0)]) == top
    assert window.rounds.query == RoundQuery()


def test_at_the_top_new_rounds_come_into_sight(opened):
    window, library = opened(500)
    library.ids.append(501)
    window.show_answer(JobEnded(ticket=-1, title="Found", state=JobState.DONE, changed=True))
    settle()
    assert int(window.rounds.table.rows.ids[window.rounds.table.rowAt(0)]) == 501


def test_a_selection_in_too_many_pieces_is_let_go_and_that_is_said(opened):
    window, _ = opened(2_000)
    table = window.rounds.table
    table.pick(range(1, 2 * RUNS_KEPT - 1, 2))
    assert table.picked_count() == RUNS_KEPT - 1
    table.pick(range(1, 2 * RUNS_KEPT + 3, 2))
    assert table.picked_count() == 0
    assert "selected no more" in window.rounds.note.whole


def made_anew(library, shift):
    """Give every round of the library another number, as a new catalogue does."""
    library.rows = {
        number: type(row)(
            id=number, entry=row.entry, file=row.file, marks=row.marks, result=row.result
        )
        for number in library.ids
        for row in (a_library_round((number + shift) % len(library.ids) + 1),)
    }


def test_a_new_catalogue_with_other_numbers_lets_the_selection_go(opened):
    """A number that means another round than before never carries a deed to it."""
    window, library = opened(3_000)
    table = window.rounds.table
    pick(window, 3, 4)
    table.verticalScrollBar().setValue(2_000)
    settle()
    made_anew(library, 7)
    window.show_answer(JobEnded(ticket=-1, title="Found", state=JobState.DONE, changed=True))
    settle()
    assert table.picked_count() == 0
    assert table.current_id() == 0
    assert "made anew" in window.rounds.note.whole
    row = table.rowAt(0)
    number = int(table.rows.ids[row])
    assert table.rows.words(row) is not None
    assert table.rows.row(row).entry.round_id == library.row(number).entry.round_id
    assert not window.rounds.actions_.actions["trash"].isEnabled()


def test_a_catalogue_of_another_name_lets_the_selection_go_before_a_row_is_read(opened):
    window, library = opened()
    table = window.rounds.table
    pick(window, 2, 3)
    library.catalogue = "another"
    made_anew(library, 7)
    library.asked.clear()
    window.show_answer(JobEnded(ticket=-1, title="Found", state=JobState.DONE, changed=True))
    assert table.picked_count() == 0
    assert table.current_id() == 0
    settle()
    assert "made anew" in window.rounds.note.whole
    assert {each.catalogue for each in library.of(ReadRows)} == {"another"}
    row = table.rows.row(0)
    assert row.entry.round_id == library.row(int(table.rows.ids[0])).entry.round_id


def test_a_dialog_over_numbers_of_a_catalogue_that_is_gone_marks_nothing(opened):
    """A wish that was begun before the catalogue was made anew does not reach another round."""
    window, library = opened()
    before = pick(window, 2)
    deed(window, "note")
    dialog = dialog_of(window, NoteDialog)
    library.catalogue = "another"
    made_anew(library, 7)
    dialog.findChild(QPlainTextEdit).setPlainText("of the round that was chosen")
    dialog.accept()
    settle()
    (asked,) = library.of(MarkRounds)
    assert (asked.ids, asked.catalogue) == (tuple(before), "one")
    assert all(row.marks.note != "of the round that was chosen" for row in library.rows.values())
    assert window.rounds.catalogue == "another"
    assert window.rounds.table.picked_count() == 0


@pytest.mark.parametrize("kind", [Export, Study])
def test_jobs_by_number_name_the_catalogue_that_the_numbers_were_read_from(opened, tmp_path, kind):
    window, library = opened()
    page = StudyPage()
    window.take_study(page, page)
    pick(window, 2, 5)
    if kind is Export:
        deed(window, "export")
        dialog = dialog_of(window, ExportDialog)
        dialog.target.setText(str(tmp_path / "out.csv"))
        library.catalogue = "another"
        dialog.accept()
    else:
        deed(window, "study")
    settle()
    (job,) = [one for one in library.jobs if isinstance(one, kind)]
    assert len(job.ids) == 2
    assert job.catalogue == "one"


# --- the chosen round


def test_the_chosen_round_is_drawn_with_its_figures(opened, qtbot):
    window, library = opened()
    ids = pick(window, 2)
    preview = window.rounds.preview
    qtbot.waitUntil(lambda: preview.plot._round is not None)
    entry = library.row(ids[0]).entry
    assert library.of(ReadColumns)[-1].id == ids[0]
    assert preview.figures["Round"].whole == entry.round_id
    assert f"{entry.peak:.4f}x" in preview.figures["Peak"].whole
    assert "peak" in preview.plot.words()


def test_a_live_look_does_not_read_the_chosen_round_again_unless_its_file_changed(opened, qtbot):
    window, library = opened()
    ids = pick(window, 2)
    qtbot.waitUntil(lambda: window.rounds.preview.plot._round is not None)
    before = len(library.of(ReadColumns))
    changed = JobEnded(ticket=-1, title="Found", state=JobState.DONE, changed=True)
    window.show_answer(changed)
    settle()
    assert len(library.of(ReadColumns)) == before
    assert window.rounds.preview.plot._round is not None
    row = library.row(ids[0])
    file = {name: getattr(row.file, name) for name in row.file.__struct_fields__}
    library.rows[ids[0]] = a_library_round(
        ids[0], file=type(row.file)(**(file | {"size": row.file.size + 9}))
    )
    window.show_answer(changed)
    qtbot.waitUntil(lambda: len(library.of(ReadColumns)) == before + 1)


def test_running_through_rounds_reads_only_some_of_them(opened, qtbot):
    window, library = opened()
    table = window.rounds.table
    pick(window, 0)
    table.setFocus()
    for _ in range(40):
        QTest.keyClick(table, Qt.Key.Key_Down)
    last = table.current_id()
    qtbot.waitUntil(lambda: library.of(ReadColumns)[-1].id == last)
    assert len(library.of(ReadColumns)) < 40


def test_an_answer_for_a_round_that_is_no_longer_chosen_is_too_late(opened, qtbot):
    window, library = opened()
    pick(window, 2)
    qtbot.waitUntil(lambda: window.rounds.preview.plot._round is not None)
    first = library.of(ReadColumns)[-1]
    library.holding = True
    ids = pick(window, 3)
    qtbot.waitUntil(lambda: library.of(ReadColumns)[-1].id == ids[0])
    window.show_answer(library.answer(first))
    assert window.rounds.preview.plot._round is None
    library.release()
    assert window.rounds.preview.plot._round.round_id == library.row(ids[0]).entry.round_id


# --- jobs


def test_rounds_come_into_sight_while_an_import_brings_them(opened, qtbot):
    window, library = opened(0)
    assert window.rounds.lack.lack is Lack.EMPTY
    window.import_paths(["/a"])
    job = library.jobs[-1]
    assert window.rounds.lack.lack is Lack.COMING
    library.ids.extend(range(1, 31))
    before = len(library.of(FindRounds))
    for done in range(50):
        told = Progress(ticket=job.ticket, title="Importing", done=done, total=90)
        window.show_progress(told)
    qtbot.waitUntil(lambda: len(window.rounds.table.rows.ids) == 30)
    assert len(library.of(FindRounds)) == before + 1
    assert window.rounds.table.isVisible()
    library.end(changed=False)


def test_an_import_that_brings_nothing_leaves_the_library_empty(opened):
    window, library = opened(0)
    window.import_paths(["/a"])
    assert "No recordings" not in window.rounds.lack.title.text()
    window.rounds.refresh()
    assert window.rounds.lack.lack is Lack.COMING
    library.end(changed=False)
    assert window.rounds.lack.lack is Lack.EMPTY


def test_a_question_that_waits_for_its_answer_is_not_asked_again(opened, qtbot):
    window, library = opened()
    library.holding = True
    window.rounds.set_query(RoundQuery(text="moon"), at_once=True)
    before = len(library.of(FindRounds))
    window.rounds.show_more_came()
    qtbot.waitUntil(lambda: not window.rounds._asking._again.isActive())
    assert len(library.of(FindRounds)) == before
    library.release()


def test_one_job_runs_and_the_others_wait_with_their_number(opened):
    window, library = opened()
    window.import_paths(["/a"])
    window.import_paths(["/b"])
    window.import_paths(["/c"])
    assert [job.paths for job in library.of(Import)] == [("/a",)]
    assert window.jobs.waiting.text() == "2 waiting"
    library.end(said="1 file.")
    assert [job.paths for job in library.of(Import)] == [("/a",), ("/b",)]
    assert window.jobs.waiting.text() == "1 waiting"
    window.jobs.drop.click()
    assert not window.jobs.waiting.isVisible()
    library.end()
    assert len(library.jobs) == 2


def test_progress_is_shown_and_escape_cancels(opened):
    window, library = opened()
    window.import_paths(["/a"])
    job = library.jobs[-1]
    told = Progress(ticket=job.ticket, title="Importing", done=3, total=12, at="x.jsonl")
    window.show_progress(told)
    assert window.jobs.said.whole == "Importing 3 of 12 · x.jsonl"
    assert window.jobs.bar.value() == 250
    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert library.of(CancelJob) == [CancelJob(ticket=job.ticket)]
    assert window.jobs.said.whole.startswith("Cancelling")
    library.end(state=JobState.CANCELLED, said="3 files were brought in.")
    assert window.jobs.said.whole == "○ Done cancelled: 3 files were brought in."
    assert not window.jobs.cancel.isVisible()


def test_a_job_that_could_not_be_asked_for_ends_with_its_reason(opened):
    window, library = opened()
    window.import_paths(["/a"])
    answer = type(library.answer(ReadSearches()))(
        ticket=library.jobs[-1].ticket, problem="Too much was asked at once; ask again."
    )
    window.show_answer(answer)
    assert window.queue.running is None
    assert "Too much was asked" in window.jobs.said.whole


def test_the_report_lists_what_became_of_each_file(opened, qtbot):
    window, library = opened()
    window.import_paths(["/a"])
    files = (
        FileReport(path="/a/1.jsonl", outcome="imported", rounds=2, ticks=500),
        FileReport(path="/a/2.jsonl", outcome="damaged", bad_lines=3, damage=("line 7 is torn",)),
        FileReport(path="/a/3.jsonl", outcome="failed", problem="<b>It is empty.</b>"),
    )
    library.end(files=files, said="2 of 3 files.")
    assert window.jobs.said.whole == "✓ Done: 2 of 3 files. (3 files, 1.5 s)"
    window.jobs.report.click()
    dialog = dialog_of(window, ReportDialog)
    qtbot.waitUntil(lambda: not dialog.listing.is_running)
    assert dialog.rows.rowCount() == 3
    assert dialog.rows.row(0) is files[1]
    assert dialog.rows.row(2) is files[0]
    assert dialog.count.text() == "3 of 3 files, 2 wrong."
    dialog.only.setChecked(True)
    assert dialog.rows.rowCount() == 2
    dialog.search.setText("3.jsonl")
    assert dialog.table.model().rowCount() == 1
    dialog.table.selectRow(0)
    assert dialog.told.toPlainText() == "/a/3.jsonl\n<b>It is empty.</b>"
    dialog._copy()
    assert "line 7 is torn" in QGuiApplication.clipboard().text()
    dialog.close()
    pick(window, 0)
    deed(window, "seal")
    library.end(said="Sealed.")
    assert window.jobs.report.isVisible()


def test_a_long_report_lists_what_is_wrong_first_and_looks_through_everything(opened, qtbot):
    window, library = opened()
    window.import_paths(["/a"])
    files = tuple(
        FileReport(path=f"/a/{number:05}.jsonl", outcome="imported") for number in range(20_000)
    )
    torn = FileReport(path="/a/torn.jsonl", outcome="damaged", damage=("line 7 is torn",))
    library.end(files=(*files, torn))
    window.jobs.report.click()
    dialog = dialog_of(window, ReportDialog)
    qtbot.waitUntil(lambda: not dialog.listing.is_running)
    assert dialog.rows.rowCount() == LISTED_MOST
    assert dialog.rows.row(0) is torn
    assert dialog.rows.row(1) is files[0]
    words = "20,001 of 20,001 files, 1 wrong; the first 1,000 of them are listed."
    assert dialog.count.text() == words
    dialog.search.setText("19999")
    qtbot.waitUntil(lambda: not dialog.listing.is_running)
    assert dialog.rows.rowCount() == 1
    dialog._copy()
    qtbot.waitUntil(lambda: not dialog.copying.is_running)
    assert QGuiApplication.clipboard().text().count("imported: ") == 20_000
    dialog.close()


def test_the_report_of_a_look_says_found_and_fits_its_screen(opened, qtbot):
    window, library = opened(size=(730, 700))
    QTest.keyClick(window, Qt.Key.Key_F5)
    library.end(files=(FileReport(path="/a/1.jsonl", outcome="imported"),), title="Looking")
    window.jobs.report.click()
    dialog = dialog_of(window, ReportDialog)
    qtbot.waitUntil(lambda: not dialog.listing.is_running)
    assert dialog.table.model().index(0, 1).data() == "found"
    assert dialog.width() <= min(730, dialog.screen().availableSize().width())
    dialog.close()


def test_statistics_are_asked_for_with_tickets_of_the_window(opened, qtbot):
    """Two askers number their requests for themselves, and neither gets the other's answer."""
    window, library = opened()
    page = StudyPage()
    window.take_study(page, page)
    ids = pick(window, 0, 1)
    window.import_paths(["/a"])
    deed(window, "study")
    assert window.tabs.currentWidget() is page
    assert library.of(Study) == []
    library.end()
    asked = library.of(Study)[-1]
    assert asked.ids == tuple(ids)
    window.show_progress(Progress(ticket=asked.ticket, title="Studying", done=1, total=2))
    assert page.showing is Showing.WORKING
    library.end(state=JobState.CANCELLED)
    assert page.showing is Showing.PROBLEM
    assert window._study_tickets == {}


def test_a_study_that_waits_is_cancelled_and_the_import_goes_on(opened):
    window, library = opened()
    page = StudyPage()
    window.take_study(page, page)
    pick(window, 0, 1)
    window.import_paths(["/a"])
    deed(window, "study")
    window.queue.forget_waiting()
    assert page.showing is Showing.PROBLEM
    assert window.queue.running is not None
    assert not library.of(CancelJob)


def test_looking_for_new_recordings_has_a_key(opened):
    window, library = opened()
    QTest.keyClick(window, Qt.Key.Key_F5)
    assert library.of(Refresh)[-1].everywhere


def test_the_catalogue_is_made_anew_after_a_question(opened):
    window, library = opened()
    actions = {each.text(): each for each in window.rounds.bar.imports.menu().actions()}
    actions["Make the catalogue &anew…"].trigger()
    assert library.of(Rebuild) == []
    dialog = dialog_of(window, ConfirmDialog)
    assert "Nothing is lost" in dialog.lines[1]
    dialog.accept()
    settle()
    assert len(library.of(Rebuild)) == 1


def test_a_tag_that_is_offered_means_that_tag(opened):
    window, _ = opened(0)
    box = window.rounds.bar.search
    for tag in ("moon", "two words", "a,b", 'say "no"', "-tag:x"):
        box.show_tags([tag])
        offered = [each for each in box._words.stringList() if each.startswith("tag:")]
        assert parse_query(offered[-1]).query.tags == (tag,)


def test_what_is_no_folder_is_not_revealed(tmp_path):
    (tmp_path / "file.jsonl").write_text("x", "utf-8")
    assert not reveal(str(tmp_path / "file.jsonl"))
    assert not reveal(str(tmp_path / "gone"))


# --- dragging


def test_files_and_folders_that_are_dropped_are_imported(opened, tmp_path):
    window, library = opened()
    data = QMimeData()
    paths = [str(tmp_path / "a.jsonl"), str(tmp_path / "folder")]
    data.setUrls([*(QUrl.fromLocalFile(path) for path in paths), QUrl("https://x.invalid/")])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))
    assert library.of(Import)[-1].paths == tuple(paths)


def test_rows_are_dragged_out_as_files(opened):
    window, library = opened()
    ids = pick(window, 0, 1)
    urls = window.rounds.table.dragged().urls()
    assert [url.toLocalFile() for url in urls] == [library.row(one).file.path for one in ids]


# --- space


def test_the_page_of_space_tells_what_uses_it(opened):
    window, library = opened()
    assert library.of(ReadUsage) == []
    window.tabs.setCurrentWidget(window.space)
    settle()
    assert "The library uses 9.4 MB" in window.space.said.whole
    assert "52.0 GB are free" in window.space.said.whole
    assert "rugs.fun: 7.0 MB, 74%, 140 files" in window.space.bars["venue"].accessibleDescription()


def test_the_parts_of_the_space_add_up_to_the_whole_and_a_bar_is_a_share_of_it(opened):
    window, library = opened()
    parts = parts_of(library.usage)
    assert sum(size for _, size in parts) == library.usage.size
    with_more = UsageRead(
        size=1_000, raw=100, sealed=200, catalogue=50,
        by_venue=(UsedSpace(name="imported", files=3, size=600),),
    )  # fmt: skip
    assert [size for _, size in parts_of(with_more)] == [200, 300, 100, 50, 350]
    assert sum(size for _, size in parts_of(with_more)) == 1_000
    library.usage = with_more
    window.tabs.setCurrentWidget(window.space)
    settle()
    assert "300 B recordings that are not packed yet" in window.space.said.whole
    assert "350 B other files" in window.space.said.whole
    assert "Imported files: 600 B, 60%" in window.space.bars["venue"].accessibleDescription()
    assert "all that the library uses, 1.0 kB" in window.space.whole.text()


def test_tidying_takes_a_try_first_and_then_a_confirmation(opened):
    settings = LibrarySettings(quota_mb=500, keep_days=90)
    window, library = opened(settings=settings)
    window.tabs.setCurrentWidget(window.space)
    space = window.space
    assert not space.tidy.isEnabled()
    space.dry.click()
    rules = TidyRules(quota=500_000_000, keep_days=90)
    assert space.rules() == rules
    assert (
        "30 files would be moved to the trash; 600.0 kB are free once that is emptied. 2 more would"
        in space.result.whole
    )
    assert space.rows.rowCount() == 30
    space.keep.setValue(91)
    assert not space.tidy.isEnabled()
    assert space.rows.rowCount() == 0
    space.keep.setValue(90)
    space.dry.click()
    space.tidy.click()
    assert library.of(Tidy) == []
    dialog_of(window, ConfirmDialog).accept()
    settle()
    assert library.of(Tidy)[-1].rules == rules


# --- the window


def test_the_sheet_has_every_word_of_the_search_and_every_key(opened):
    window, _ = opened()
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = dialog_of(window, Sheet)
    told = {line.what for line in lines()}
    assert {word for word, _ in LANGUAGE} <= told
    assert {" or ".join(each.keys) for each in DEEDS if each.keys} <= told
    assert sheet.model.rowCount() == len(told)
    sheet.findChild(QLineEdit).setText("tag:")
    assert 0 < sheet.table.model().rowCount() < len(told)
    sheet.close()


def test_the_page_on_the_library_has_the_keys_of_the_window():
    page = (Path(__file__).parents[2] / "docs" / "library.md").read_text("utf-8")
    told = {
        key for row in re.findall(r"^\| (.+?) \|", page, re.MULTILINE) for key in row.split(", ")
    }
    assert {f"`{key}`" for each in DEEDS for key in each.keys} <= told
    assert {f"`{key}`" for key, _ in KEYS} <= told


def test_columns_and_geometry_come_back(opened):
    store = Store()
    window, _ = opened(store=store, size=(900, 640))
    table = window.rounds.table
    shown = window.rounds.bar.shown
    names = [column.name for column in table.rows.columns]
    shown[names.index("venue")].trigger()
    shown[names.index("volume")].trigger()
    table.horizontalHeader().moveSection(6, 2)
    window.close()
    again, _ = opened(store=store, show=False)
    again.show()
    assert again.rounds.table.isColumnHidden(names.index("venue"))
    assert not again.rounds.table.isColumnHidden(names.index("volume"))
    assert again.rounds.table.horizontalHeader().visualIndex(6) == 2
    again.rounds.bar._put_back()
    assert not again.rounds.table.isColumnHidden(names.index("venue"))


@pytest.mark.parametrize("damage", [b"", b"\x00\x01nonsense", b"\xff" * 400])
def test_a_damaged_memory_of_the_columns_is_the_built_in_one(opened, damage):
    from PySide6.QtCore import QByteArray

    store = Store()
    for name in ("geometry", "columns", "across", "down"):
        store.setValue(f"library/1/{name}", QByteArray(damage))
    window, _ = opened(store=store)
    assert window.rounds.table.horizontalHeader().count() == len(window.rounds.table.rows.columns)
    assert not window.rounds.table.isColumnHidden(6)


@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
def test_the_bars_have_room_for_their_figures(opened, size):
    window, _ = opened(size=size)
    window.tabs.setCurrentWidget(window.space)
    settle()
    for bars in window.space.bars.values():
        assert bars.visibleRegion().isEmpty() or (
            bars.visibleRegion().boundingRect().width() == bars.width()
        )


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
def test_nothing_reaches_beyond_the_window(opened, size, theme, qapp):
    dress(qapp, THEMES[theme])
    window, _ = opened(size=size, theme=THEMES[theme])
    pick(window, 2)
    for tab in range(window.tabs.count()):
        window.tabs.setCurrentIndex(tab)
        settle()
        assert (window.width(), window.height()) == size
        for child in window.findChildren(QWidget):
            if child.isVisible() and child.window() is window and not _scrolled(child):
                corner = child.mapTo(window, QPoint(0, 0))
                assert corner.x() >= 0, child
                assert corner.x() + child.width() <= window.width() + 1, child


def _scrolled(widget):
    """Whether it lies inside something that scrolls."""
    above = widget.parentWidget()
    while above is not None:
        if above.objectName() == "qt_scrollarea_viewport":
            return True
        above = above.parentWidget()
    return False


NAMED = {
    QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText, QAccessible.Role.SpinBox, QAccessible.Role.Table,
    QAccessible.Role.List, QAccessible.Role.ButtonMenu, QAccessible.Role.ProgressBar,
}  # fmt: skip


def test_every_control_has_a_name_for_those_who_cannot_see_it(opened):
    window, _ = opened()
    pick(window, 1)
    window.import_paths(["/a"])
    nameless, found = [], 0
    for widget in window.findChildren(QWidget):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or widget.objectName().startswith("qt_"):
            continue
        if interface.role() in NAMED:
            found += 1
            if not interface.text(QAccessible.Text.Name):
                nameless.append(repr(widget))
    assert found > 30
    assert not nameless, nameless


def test_text_from_outside_is_shown_letter_by_letter(opened):
    """FAULTS S3: names, tags and notes of any kind are plain text, and short."""
    window, library = opened()
    hostile = "<img src='file:///etc/passwd'>\u202e\n" * 40
    row = a_library_round(60)
    entry = type(row.entry)(
        **{name: getattr(row.entry, name) for name in row.entry.__struct_fields__}
        | {"round_id": hostile}
    )
    marks = type(row.marks)(tags=(hostile,), note=hostile, bookmarked=False)
    library.rows[60] = type(row)(id=60, entry=entry, file=row.file, marks=marks)
    window.rounds.refresh()
    pick(window, 0)
    settle()
    words = window.rounds.table.rows.words(0)
    assert all("\u202e" not in each and "\n" not in each for each in words)
    assert all(len(each) <= 400 for each in words)
    tip = window.rounds.table.rows.index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    labels = window.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())
    assert window.grab().width() > 0


def test_the_main_window_asks_for_it_and_tells_its_theme(qtbot):
    bench = Bench()
    qtbot.addWidget(bench.window)
    wanted: list[int] = []
    themes: list[str] = []
    bench.window.library_wanted.connect(lambda: wanted.append(1))
    bench.window.themed.connect(lambda theme: themes.append(theme.name))
    bench.window.show()
    action = bench.window.actions_.actions["library"]
    assert [key.toString() for key in action.shortcuts()] == ["Ctrl+L"]
    action.trigger()
    bench.window.appearance.toggle_theme()
    assert wanted == [1]
    assert themes == ["light"]
    assert bench.asked == []


def test_both_themes_paint_the_sparkline_in_their_own_colours(opened, qapp):
    window, _ = opened()
    pick(window, 1)
    pictures = {}
    for name, theme in THEMES.items():
        dress(qapp, theme)
        window.set_theme(theme)
        settle()
        picture = window.rounds.table.viewport().grab().toImage()
        pictures[name] = {
            picture.pixelColor(x, y).name() for x in range(30, 160) for y in range(200)
        }
    for name, theme in THEMES.items():
        assert theme.background in pictures[name]
        assert theme.up in pictures[name]
    dress(qapp, THEMES["dark"])
