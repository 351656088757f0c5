"""Words that a person wrote stay what they are where money must not be seen."""

import pytest
from PySide6.QtTest import QTest

from replayer_qt.core.trade_commands import RenameBranch
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.dialogs.layouts import LayoutsDialog
from replayer_qt.ui.dialogs.layouts import NameDialog as LayoutNameDialog
from replayer_qt.ui.dialogs.one_line import renaming_of
from replayer_qt.ui.library.dialogs import NameDialog, NoteDialog, TagsDialog
from replayer_qt.ui.library.search_box import SearchBox
from replayer_qt.ui.panels.trade_journal import tags_of
from replayer_qt.ui.plain import COVERED, KeptLine, cover_told, fill
from replayer_qt.ui.privacy import DOTS, set_private

WORDS = "won 0.5 SOL"


@pytest.fixture
def private(qapp):
    set_private(qapp, on=True)
    yield
    set_private(qapp, on=False)


def test_an_input_hides_money_and_waits_until_it_is_shown(qtbot, qapp, private):
    line = KeptLine(400)
    qtbot.addWidget(line)
    fill(line, WORDS)
    QTest.keyClicks(line, "x")
    assert line.text() == WORDS
    assert "5" not in line.displayText()
    assert line.why_covered == COVERED
    set_private(qapp, on=False)
    cover_told(line)
    assert line.displayText() == WORDS
    QTest.keyClicks(line, "!")
    assert line.text() == WORDS + "!"


def test_an_amount_is_typed_unseen(qtbot, private):
    line = KeptLine(80, hides=True)
    qtbot.addWidget(line)
    QTest.keyClicks(line, "0.25")
    assert line.text() == "0.25"
    assert "2" not in line.displayText()


def test_what_no_amount_is_told_in_is_written_as_ever(qtbot, private):
    line = KeptLine(400)
    qtbot.addWidget(line)
    fill(line, "late")
    QTest.keyClicks(line, "r")
    assert (line.displayText(), line.why_covered) == ("later", "")


def test_names_and_tags_are_kept_with_the_money_that_they_tell(qtbot, private):
    assert tags_of(f"late, {WORDS}") == ("late", WORDS)
    assert renaming_of(PRACTICE, (), WORDS) == RenameBranch(stream=PRACTICE, name=WORDS)
    tags, name = TagsDialog([()], []), NameDialog("Name", "Its name:", WORDS)
    layout, layouts = LayoutNameDialog([]), LayoutsDialog([WORDS])
    told = []
    for dialog in (tags, name, layout, layouts):
        qtbot.addWidget(dialog)
    tags.tagged.connect(lambda add, _drop: told.extend(add))
    name.named.connect(lambda new, _old: told.append(new))
    layout.named.connect(told.append)
    for dialog in (tags, layout):
        dialog.line.setText(WORDS)
    for dialog in (tags, name, layout):
        dialog.accept()
    assert told == [WORDS] * 3
    assert layouts.name.text() == WORDS


def test_a_note_of_a_round_is_covered_and_can_t_be_changed(qtbot, private):
    dialog = NoteDialog(WORDS, 1)
    qtbot.addWidget(dialog)
    QTest.keyClicks(dialog.text, "x")
    assert dialog.text.toPlainText() == f"won {DOTS} SOL"
    assert dialog.left.whole == COVERED
    assert not dialog.ok.isEnabled()
    other = NoteDialog("late", 1)
    qtbot.addWidget(other)
    assert other.ok.isEnabled()


def test_a_search_is_hidden_and_stays_the_same_search(qtbot, private):
    search = SearchBox()
    qtbot.addWidget(search)
    search.show_text(WORDS)
    assert search.text() == WORDS
    assert "5" not in search.displayText()
