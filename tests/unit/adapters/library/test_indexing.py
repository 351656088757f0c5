"""A file, as the library sees it."""

import hashlib
import pickle

import pytest

from replayer_qt.adapters.library.indexing import index_file, load_columns
from replayer_qt.core.library import Quality
from replayer_qt.core.units import PRACTICE, RUGS, StreamId
from tests.helpers.journals import files_in, journal_in, ticks
from tests.helpers.make import a_round
from tests.helpers.tick_files import GAME, round_lines, text


@pytest.fixture
def foreign(tmp_path):
    path = tmp_path / "game.jsonl"
    path.write_bytes(text(round_lines([1.0, 1.2, 1.1, 0.02])))
    return path


def a_journal(folder):
    journal = journal_in(folder)
    journal.start()
    journal.append(a_round([1.0, 1.2, 1.1, 0.02]))
    journal.stop()
    (path,) = files_in(folder)
    return path


def test_a_foreign_file_is_told_whole(foreign):
    found = index_file(foreign)
    content = foreign.read_bytes()
    assert found.file.path == str(foreign)
    assert (found.file.format, found.file.size) == ("A", len(content))
    assert found.file.digest == hashlib.sha256(content).hexdigest()
    assert (found.file.plain_size, found.file.lines) == (len(content), content.count(b"\n"))
    assert found.file.modified == foreign.stat().st_mtime_ns
    (one,), (columns,) = found.rounds, found.columns
    assert (one.round_id, one.stream, one.ticks, one.quality) == (GAME, RUGS, 4, Quality.WHOLE)
    assert columns.prices.tolist() == [1.0, 1.2, 1.1, 0.02]


def test_a_journal_names_its_own_stream(tmp_path):
    found = index_file(a_journal(tmp_path))
    assert (found.file.format, found.file.ended) == ("journal", "stopped")
    (one,) = found.rounds
    assert (one.stream, one.ticks) == (PRACTICE, 4)
    assert found.columns[0].stream == PRACTICE


def test_a_stream_that_is_given_counts(foreign):
    found = index_file(foreign, StreamId("replay/1"), origin="elsewhere")
    assert found.rounds[0].stream == "replay/1"
    assert found.file.origin == "elsewhere"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\x89PNG....", "png"), (b"hello\n", "no recording"), (None, "no such file")],
)
def test_what_cannot_be_read_is_a_problem_not_an_error(tmp_path, content, said):
    path = tmp_path / "x.jsonl"
    if content is not None:
        path.write_bytes(content)
    found = index_file(path)
    assert said in found.file.problem.lower()
    assert found.rounds == ()
    assert found.columns == ()


def test_a_folder_is_a_problem_too(tmp_path):
    assert (
        "folder" in index_file(tmp_path).file.problem.lower() or index_file(tmp_path).file.problem
    )


def test_damage_is_told_in_words_and_good_ticks_are_kept(tmp_path):
    """N6: a torn line does not reject the file."""
    lines = round_lines([1.0, 1.2, 1.1, 1.3, 0.02])
    lines[7] = lines[7][:40]
    path = tmp_path / "torn.jsonl"
    path.write_bytes(text(lines))
    found = index_file(path)
    assert (found.file.bad_lines, found.file.places) == (1, 1)
    assert found.damage == ("line 8: a torn record",)
    (one,) = found.rounds
    assert (one.ticks, one.missing, one.quality) == (4, 1, Quality.DAMAGED)


def test_what_was_found_can_be_sent_to_another_process(foreign):
    found = index_file(foreign)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301  # our own
    assert (again.file, again.rounds) == (found.file, found.rounds)
    assert again.columns[0].ticks.tolist() == found.columns[0].ticks.tolist()


class _Shelf:
    def __init__(self):
        self.kept = {}

    def get(self, file):
        return self.kept.get(file.path)

    def put(self, file, rounds):
        self.kept[file.path] = tuple(rounds)

    def forget(self, paths): ...

    def close(self): ...


def test_columns_come_from_the_store_once_they_are_there(foreign):
    shelf, file = _Shelf(), index_file(foreign).file
    first = load_columns(file, shelf)
    foreign.unlink()
    assert load_columns(file, shelf) is shelf.kept[file.path]
    assert len(first[0].ticks) == 4


def test_columns_of_a_file_that_is_gone_are_none_and_nothing_is_kept(foreign):
    shelf, file = _Shelf(), index_file(foreign).file
    foreign.unlink()
    assert load_columns(file, shelf) == ()
    assert shelf.kept == {}


def test_a_journal_still_being_written_is_told_as_far_as_it_goes(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(0, 50))
    (path,) = files_in(tmp_path)
    found = index_file(path)
    journal.stop()
    assert (found.rounds[0].ticks, found.file.ended) == (50, "")
    assert found.rounds[0].quality is Quality.PARTIAL
