import pytest

from replayer_qt.adapters.library.marking import mark_rounds
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.library import NOTE_LIMIT, TAG_LIMIT, Marks
from replayer_qt.core.library_requests import MarkRounds
from tests.helpers.library_ground import file_entry, ground_in, round_entry


@pytest.fixture
def ground(tmp_path):
    ground = ground_in(tmp_path)
    for name in ("aa", "bb"):
        ground.catalogue.put(file_entry(tmp_path / f"{name}.jsonl"), [round_entry(name)])
    return ground


def marked(ground, *ids, **said):
    return [row.marks for row in mark_rounds(MarkRounds(ids=ids, **said), ground).rows]


def test_tags_come_and_go_and_the_rest_stays(ground):
    assert marked(ground, 1, 2, add_tags=("moon", " late ")) == [Marks(tags=("late", "moon"))] * 2
    assert marked(ground, 1, note="  why?  ", bookmarked=True) == [
        Marks(tags=("late", "moon"), note="why?", bookmarked=True)
    ]
    assert marked(ground, 1, drop_tags=("MOON",)) == [
        Marks(tags=("late",), note="why?", bookmarked=True)
    ]
    assert marked(ground, 2) == [Marks(tags=("late", "moon"))]


def test_what_is_noted_is_in_the_file_that_is_the_truth(ground):
    marked(ground, 2, add_tags=("moon",))
    kept = ground.keepsakes.marks()
    assert [(name, marks.tags) for (_, name), marks in kept.items()] == [("bb", ("moon",))]


@pytest.mark.parametrize("tag", ["", "   ", "a\nb", "x" * (TAG_LIMIT + 1), "\u202eevil"])
def test_a_tag_that_nobody_can_read_is_refused_and_nothing_is_noted(ground, tag):
    with pytest.raises(SettingInvalid, match="was not added"):
        marked(ground, 1, add_tags=("fine", tag), note="n")
    assert ground.keepsakes.marks() == {}


def test_a_note_has_an_end(ground):
    with pytest.raises(SettingInvalid, match="characters"):
        marked(ground, 1, note="x" * (NOTE_LIMIT + 1))
    assert marked(ground, 1, note="x" * NOTE_LIMIT)[0].note == "x" * NOTE_LIMIT
