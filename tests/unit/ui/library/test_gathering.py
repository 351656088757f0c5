from replayer_qt.core.library_answers import Answer, RowsRead
from replayer_qt.core.library_requests import ReadRows
from replayer_qt.ui.library.gathering import BATCH, Gathering, Picks
from replayer_qt.ui.library.questions import Questions
from tests.helpers.a_library import a_library_round


def made(known=lambda _number: None):
    questions = Questions()
    asked: list[ReadRows] = []
    questions.asked.connect(asked.append)
    return Gathering(questions, known), asked


def answered(request):
    return RowsRead(ticket=request.ticket, rows=tuple(a_library_round(n) for n in request.ids))


def test_rows_that_are_known_are_not_asked_for(qapp):
    gathering, asked = made(a_library_round)
    found: list[list[int]] = []
    gathering.begin([3, 1, 2], lambda picks: found.append(list(picks.numbers)))
    assert (found, asked) == ([[3, 1, 2]], [])


def test_many_rows_are_asked_for_in_batches_and_keep_their_order(qapp):
    gathering, asked = made()
    found: list[list[int]] = []
    ids = list(range(BATCH * 2 + 10, 0, -1))
    gathering.begin(ids, lambda picks: found.append(list(picks.numbers)))
    for _ in range(3):
        assert found == []
        gathering.show_answer(answered(asked[-1]))
    assert found == [ids]
    assert [len(each.ids) for each in asked] == [BATCH, BATCH, 10]


def test_a_new_errand_takes_the_place_of_the_one_before(qapp):
    gathering, asked = made()
    found: list[str] = []
    gathering.begin([1], lambda _rows: found.append("first"))
    gathering.begin([2], lambda _rows: found.append("second"))
    gathering.show_answer(answered(asked[0]))
    assert found == []
    gathering.show_answer(answered(asked[1]))
    assert found == ["second"]
    assert not gathering.cancel()


def test_an_errand_that_fails_is_told_and_over(qapp):
    gathering, asked = made()
    told: list[str] = []
    gathering.told.connect(told.append)
    found: list[object] = []
    gathering.begin([1], found.append)
    gathering.show_answer(Answer(ticket=asked[0].ticket, problem="The disk is gone."))
    assert told[-1] == "The disk is gone."
    assert found == []
    assert not gathering.cancel()


def test_the_files_of_an_errand_are_kept_once_in_the_order_of_its_rounds(qapp):
    gathering, asked = made()
    found: list[Picks] = []
    gathering.begin([3, 1, 3], found.append)
    gathering.show_answer(answered(asked[0]))
    third, first = a_library_round(3).file, a_library_round(1).file
    assert found[0].paths == (third.path, first.path)
    assert found[0].files == {third.path: third.size, first.path: first.size}
    assert found[0].formats == {third.format, first.format}
