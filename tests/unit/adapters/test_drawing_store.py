"""What was drawn is kept whole or not at all, and never shown on another round."""

import os
import threading

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.drawing_store import BYTES_MOST, VERSION, DrawingFiles, read
from replayer_qt.core.drawings import (
    DRAWINGS_MOST,
    Anchor,
    Drawing,
    Hue,
    Reach,
    Shape,
    Sheet,
    sheets_of,
)
from replayer_qt.core.units import RoundId, StreamId

A, B = Sheet(Reach.ROUND, "round-a"), Sheet(Reach.ROUND, "round-b")
LINE = Drawing(shape=Shape.TREND, begin=Anchor(3, 1.25), end=Anchor(9, 2.0), hue=Hue.SKY)


class Desk:
    """Waits for what the store tells on its thread."""

    def __init__(self, folder):
        self.files = DrawingFiles(folder)
        self.told = []

    def _wait(self, begin):
        done = threading.Event()

        def then(*told):
            self.told.append(told)
            done.set()

        begin(then)
        assert done.wait(10)
        return self.told[-1]

    def save(self, sheet, *drawings):
        return self._wait(lambda then: self.files.save(sheet, drawings, then))[1]

    def load(self, sheet):
        return self._wait(lambda then: self.files.load(sheet, then))[1:]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "drawings")
    yield made
    made.files.close()


def only_file(desk):
    return next(path for path in desk.files._folder.iterdir() if path.suffix == ".json")


def test_what_was_kept_comes_back_and_on_its_own_round_alone(desk):
    text = Drawing(shape=Shape.TEXT, begin=Anchor(1, 1.0), end=Anchor(1, 1.0), text="Größe <b>")
    assert desk.save(A, LINE, text) == ""
    assert desk.load(A) == ((LINE, text), "")
    assert desk.load(B) == ((), "")
    assert desk.load(Sheet(Reach.VENUE, "round-a")) == ((), "")


def test_nothing_is_made_before_something_is_drawn_and_nothing_stays_of_an_empty_sheet(desk):
    assert desk.load(A) == ((), "")
    assert desk.save(A) == ""
    assert not desk.files._folder.exists()
    desk.save(A, LINE)
    desk.save(A)
    assert list(desk.files._folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "\0", "x" * 10_000, "CON", ""])
def test_a_round_s_name_from_outside_makes_no_path(desk, tmp_path, name):
    sheet = Sheet(Reach.ROUND, name)
    assert desk.save(sheet, LINE) == ""
    assert desk.load(sheet) == ((LINE,), "")
    assert [path.parent.name for path in tmp_path.rglob("*.json")] == ["drawings"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=400) | st.just(b"[" * 5000) | st.just(b'{"version":1}'))
def test_any_bytes_are_read_without_an_exception(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "a.json"
    path.write_bytes(content)
    drawings, why = read(path, A)
    assert drawings == ()
    assert why


def test_a_damaged_file_is_set_aside_and_not_lost(desk):
    desk.save(A, LINE)
    path = only_file(desk)
    path.write_bytes(path.read_bytes()[:-20])
    assert desk.load(A) == ((), "it is damaged")
    assert desk.save(A, LINE) == ""
    assert desk.load(A) == ((LINE,), "")
    assert len(list(desk.files._folder.glob("*.damaged"))) == 1


def test_a_file_of_a_newer_version_is_left_alone(desk):
    desk.save(A, LINE)
    path = only_file(desk)
    newer = msgspec.json.encode({"version": VERSION + 1, "sheets": []})
    path.write_bytes(newer)
    assert "newer" in desk.load(A)[1]
    assert "newer" in desk.save(A, LINE)
    assert path.read_bytes() == newer


def test_a_file_that_was_renamed_is_not_shown_on_another_round(desk):
    desk.save(A, LINE)
    only_file(desk).replace(desk.files._path(B))
    assert desk.load(B) == ((), "it is the file of another round")


def test_too_large_and_too_many_are_cut_off_at_their_bounds(desk):
    desk.save(A, *[LINE] * (DRAWINGS_MOST + 7))
    assert len(desk.load(A)[0]) == DRAWINGS_MOST
    only_file(desk).write_bytes(b" " * (BYTES_MOST + 1))
    assert desk.load(A)[0] == ()


def test_what_cannot_be_written_leaves_what_was_there(desk):
    desk.save(A, LINE)
    path = only_file(desk)
    before = path.read_bytes()
    path.with_name(f".{path.name}.{os.getpid()}.new").mkdir()
    assert desk.save(A, LINE, LINE)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "anchor", [Anchor(-1, 1.0), Anchor(1, float("nan")), Anchor(1, float("inf")), Anchor(1, 1e300)]
)
def test_a_drawing_that_makes_no_sense_is_not_kept(desk, anchor):
    broken = Drawing(shape=Shape.TREND, begin=anchor, end=LINE.end)
    assert not broken.is_sound
    desk.save(A, broken, LINE)
    assert desk.load(A)[0] == (LINE,)


def test_a_round_has_one_sheet_wherever_it_is_told_and_a_venue_another():
    live = sheets_of(StreamId("rugs/crash"), RoundId("r1"))
    again = sheets_of(StreamId("replay/1"), RoundId("r1"))
    assert live[0] == again[0]
    assert live[1] != again[1]


def test_the_newest_of_many_wishes_is_what_is_kept(tmp_path):
    files, told = DrawingFiles(tmp_path), []
    for number in range(1, 60):
        files.save(A, (LINE,) * number, lambda *words: told.append(words))
    files.close()
    assert len(read(files._path(A), A)[0]) == 59
    assert 1 <= len(told) <= 59
    assert {why for _, why in told} == {""}
