"""A file, as the library sees it."""

import hashlib
import pickle

import pytest

from replayer_qt.adapters.journal.sealed_format import facts_of
from replayer_qt.adapters.journal.sealed_packing import pack_bytes
from replayer_qt.adapters.library.indexing import glance_file, index_file, load_columns
from replayer_qt.cli.verify import verify_file
from replayer_qt.core.library import Quality
from replayer_qt.core.units import PRACTICE, RUGS, StreamId
from tests.helpers.journals import files_in, journal_in, ticks
from tests.helpers.make import a_round
from tests.helpers.tick_files import GAME, round_lines, text

SAME = (
    "round_id",
    "ticks",
    "first_index",
    "last_index",
    "rugged",
    "rug_index",
    "rug_price",
    "peak",
    "fairness",
)


@pytest.fixture
def foreign(tmp_path):
    path = tmp_path / "game.jsonl"
    path.write_bytes(text(round_lines([1.0, 1.2, 1.1, 0.02])))
    return path


def files_in_one(folder, events):
    folder.mkdir(exist_ok=True)
    journal = journal_in(folder)
    journal.start()
    journal.append(events)
    journal.stop()
    return files_in(folder)


def a_journal(folder):
    (path,) = files_in_one(folder, a_round([1.0, 1.2, 1.1, 0.02]))
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


def test_packed_files_answer_at_a_glance_with_what_reading_them_tells(foreign, tmp_path):
    found = index_file(foreign)
    packed = tmp_path / "imported" / "a.jsonl.zst"
    packed.parent.mkdir()
    pack_bytes(foreign.read_bytes(), packed, facts_of(found.file, found.rounds))
    glanced, read = glance_file(packed), index_file(packed)
    assert (glanced.file, glanced.rounds) == (read.file, read.rounds)
    assert (glanced.file.sealed, glanced.file.digest) == (True, found.file.digest)
    assert glanced.columns == ()
    assert glance_file(foreign).rounds == found.rounds
    assert glance_file(tmp_path / "gone").file.problem


def test_a_packed_file_keeps_the_stream_that_its_rounds_were_given(foreign, tmp_path):
    found = index_file(foreign, StreamId("replay/7"))
    packed = tmp_path / "a.jsonl.zst"
    pack_bytes(foreign.read_bytes(), packed, facts_of(found.file, found.rounds))
    assert index_file(packed).rounds[0].stream == "replay/7"
    assert load_columns(index_file(packed).file, _Shelf())[0].stream == "replay/7"


def test_a_public_table_is_indexed_by_its_name(tmp_path):
    path = tmp_path / "BTCUSDT-aggTrades-2025-10-31.csv"
    rows = [
        f"{n},{100 + n}.5,0.25,{n},{n},{1_761_900_000_000 + n * 100},True,True" for n in range(50)
    ]
    path.write_text("".join(f"{row}\n" for row in rows))
    found = index_file(path)
    (one,) = found.rounds
    assert (one.stream, one.ticks, one.missing) == ("binance/btcusdt", 50, 0)
    assert (one.quality, one.peak) == (Quality.WHOLE, 149.5)
    assert found.columns[0].prices[0] == 100.5


def test_one_bad_record_never_costs_a_round(tmp_path):
    """S3-P6: of every recording with one spoilt line, all other ticks are there."""
    for number in range(40):
        lines = round_lines([1.0 + n / 9 for n in range(30)] + [0.02])
        at = 5 + number % 30
        lines[at] = lines[at][: 5 + number] + "#" * (number % 4) + lines[at][9 + number :]
        path = tmp_path / f"{number}.jsonl"
        path.write_bytes(text(lines))
        found = index_file(path)
        assert found.file.problem == ""
        assert found.rounds[0].ticks >= 30


def test_one_bad_record_never_costs_a_journal(tmp_path):
    """S3-P6: a flipped byte in a journal costs its line; the checksums tell which."""
    (path,) = files_in_one(tmp_path, ticks(0, 60))
    data = path.read_bytes()
    for at in range(400, len(data) - 400, 397):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x11]) + data[at + 1 :])
        found = index_file(path)
        assert found.rounds[0].ticks >= 58
        assert found.file.bad_lines in {1, 2}
        assert found.rounds[0].quality is Quality.DAMAGED


@pytest.mark.parametrize("spoil", [False, True])
def test_the_library_and_verify_say_the_same_of_a_file(tmp_path, spoil):
    lines = round_lines([1.0, 1.2, 1.1, 1.3, 0.02])
    if spoil:
        lines[7] = lines[7][:40]
    foreign = tmp_path / "a.jsonl"
    foreign.write_bytes(text(lines))
    own = a_journal(tmp_path / "own")
    for path in (foreign, own):
        report, found = verify_file(path), index_file(path)
        assert report.bad_lines == found.file.bad_lines
        assert report.recovered_lines == found.file.recovered_lines
        for one, other in zip(report.rounds, found.rounds, strict=True):
            for name in SAME:
                assert getattr(one, name) == getattr(other, name)
