"""Notes: what a person did last stands, wherever and whenever others did theirs."""

import pytest
from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.library.archive import ArchivePlace, open_archive
from replayer_qt.adapters.library.catalogue_postgres import NAMESPACE
from replayer_qt.adapters.library.keepsakes import FILE
from replayer_qt.adapters.library.marking import mark_rounds, remember_all
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.library import NOTE_LIMIT, TAG_LIMIT, Marks, RoundQuery, SavedSearch
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import (
    ForgetSearch,
    Import,
    MarkRounds,
    Rebuild,
    Refresh,
    SaveSearch,
)
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import PRACTICE, RoundId
from tests.helpers.journals import journal_in, ticks
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


AA = (PRACTICE, RoundId("20251031-aa"))
ALL = RoundQuery()


@pytest.fixture
def profile(tmp_path):
    """Opens libraries with a catalogue each, over the same recordings or their own."""
    made = []

    def make(name, recordings="recordings", url=""):
        (tmp_path / recordings).mkdir(exist_ok=True)
        place = ArchivePlace(
            recordings=tmp_path / recordings,
            data_dir=tmp_path / name,
            settings=LibrarySettings(seal=False, processes=1, url=url),
            clock=SystemClock(),
            to_trash=lambda path: path.unlink() is None,
            secret=lambda _: None,
        )
        made.append(open_archive(place))
        return made[-1]

    yield make
    for archive in made:
        archive.close()


def recorded(folder, name):
    folder.mkdir(exist_ok=True)
    journal = journal_in(folder, clock=SystemClock())
    journal.start()
    journal.append(ticks(0, 5, name))
    journal.stop()


def done(archive, job):
    ended = archive.carry_out(job, lambda _: None, lambda: False)
    assert ended.state is JobState.DONE
    return ended


def noted(archive, **said):
    answer = archive.answer(MarkRounds(ids=archive.ground.catalogue.find(ALL), **said))
    assert not answer.problem
    return [row.marks for row in answer.rows]


def shown(archive):
    catalogue = archive.ground.catalogue
    return {row.entry.round_id: row.marks for row in catalogue.rows(catalogue.find(ALL))}


def test_two_catalogues_over_one_folder_keep_what_each_of_them_noted(tmp_path, profile):
    """The file is what a change is made to, not what a cache remembers."""
    recorded(tmp_path / "recordings", "20251031-aa")
    one, other = profile("one"), profile("other")
    for archive in (one, other):
        done(archive, Refresh(everywhere=True))
    noted(one, add_tags=("mine",), note="from one")
    told = noted(other, add_tags=("yours",))
    both = Marks(tags=("mine", "yours"), note="from one")
    assert told == [both]
    assert one.ground.keepsakes.marks() == {AA: both}
    assert noted(one, drop_tags=("mine",)) == [replace(both, tags=("yours",))]
    for archive, name in ((one, "a"), (other, "b"), (one, "c")):
        archive.answer(SaveSearch(search=SavedSearch(name=name, query=ALL)))
    told = other.answer(ForgetSearch(name="a"))
    assert [search.name for search in told.searches] == ["b", "c"]
    assert [search.name for search in one.ground.keepsakes.searches()] == ["b", "c"]


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_lost_catalogue_is_told_of_marks_before_anything_is_noted(tmp_path, profile, everywhere):
    """What is noted next is added to what was there, though the cache was deleted."""
    recorded(tmp_path / "recordings", "20251031-aa")
    archive = profile("one")
    done(archive, Refresh(everywhere=True))
    noted(archive, add_tags=("precious",), note="keep", bookmarked=True)
    archive.answer(SaveSearch(search=SavedSearch(name="s", query=ALL)))
    for part in ("", "-wal", "-shm"):
        (tmp_path / "one" / "library" / f"catalogue.sqlite{part}").unlink(missing_ok=True)
    done(archive, Refresh(everywhere=everywhere))
    kept = Marks(tags=("precious",), note="keep", bookmarked=True)
    assert shown(archive) == {AA[1]: kept}
    assert [search.name for search in archive.ground.catalogue.searches()] == ["s"]
    assert noted(archive, add_tags=("new",)) == [replace(kept, tags=("new", "precious"))]


@pytest.mark.parametrize("how", ["refresh", "import"])
def test_a_round_that_becomes_known_shows_what_was_noted_on_it(tmp_path, profile, how):
    """Another catalogue, or an earlier one, knew it; the file still does."""
    folder = tmp_path / "recordings"
    archive = profile("one")
    recorded(folder, "20251031-bb")
    done(archive, Refresh())
    archive.ground.keepsakes.mark(*AA, Marks(note="why"))
    if how == "refresh":
        recorded(folder, "20251031-aa")
        done(archive, Refresh())
    else:
        recorded(tmp_path / "elsewhere", "20251031-aa")
        done(archive, Import(paths=(str(tmp_path / "elsewhere"),)))
    assert shown(archive)[AA[1]] == Marks(note="why")


@pytest.mark.parametrize("job", [Rebuild(), Refresh(everywhere=True)])
def test_what_is_noted_no_more_goes_from_the_catalogue(tmp_path, profile, job):
    """A kill between file and catalogue leaves a stale mark for a moment only."""
    recorded(tmp_path / "recordings", "20251031-aa")
    archive = profile("one")
    done(archive, Refresh(everywhere=True))
    noted(archive, add_tags=("stale",), note="stale", bookmarked=True)
    archive.ground.keepsakes.mark(*AA, Marks())
    done(archive, job)
    assert shown(archive) == {AA[1]: Marks()}
    assert archive.ground.catalogue.marks() == {}
    assert archive.ground.catalogue.tags() == ()


def test_what_only_a_stale_catalogue_shows_is_not_noted_again(tmp_path, profile):
    """A cache that lags behind adds nothing to the truth."""
    recorded(tmp_path / "recordings", "20251031-aa")
    archive = profile("one")
    done(archive, Refresh(everywhere=True))
    noted(archive, add_tags=("stale",), note="stale", bookmarked=True)
    archive.ground.keepsakes.mark(*AA, Marks())
    assert noted(archive, add_tags=("new",)) == [Marks(tags=("new",))]
    assert archive.ground.keepsakes.marks() == {AA: Marks(tags=("new",))}


def test_a_catalogue_keeps_what_a_damaged_line_may_have_said(tmp_path, profile):
    """Nothing is taken out while nobody can tell what was noted."""
    recorded(tmp_path / "recordings", "20251031-aa")
    archive = profile("one")
    done(archive, Refresh(everywhere=True))
    noted(archive, add_tags=("moon",))
    path = tmp_path / "recordings" / ".library" / FILE
    path.write_bytes(path.read_bytes().replace(b'"moon"', b'"noon"'))
    archive = profile("one")
    assert archive.ground.keepsakes.marks() == {}
    ended = done(archive, Rebuild())
    assert shown(archive) == {AA[1]: Marks(tags=("moon",))}
    assert noted(archive, note="n") == [Marks(tags=("moon",), note="n")]
    assert archive.ground.keepsakes.marks() == {AA: Marks(tags=("moon",), note="n")}
    assert ended.changed


def test_machines_that_share_a_catalogue_take_nothing_of_each_other_out(
    tmp_path, profile, postgres_server
):
    """What only another machine's file says stays shown, and what is noted here is added to it."""
    postgres_server.empty(NAMESPACE)
    one, other = (profile(name, f"rec-{name}", postgres_server.url) for name in ("one", "other"))
    for archive, name in ((one, "one"), (other, "other")):
        recorded(tmp_path / f"rec-{name}", "20251031-aa")
        done(archive, Refresh(everywhere=True))
        archive.answer(SaveSearch(search=SavedSearch(name=name, query=ALL)))
    noted(one, add_tags=("mine",), note="from one")
    for job in (Rebuild(), Refresh(everywhere=True)):
        done(other, job)
        assert shown(other) == {AA[1]: Marks(tags=("mine",), note="from one")}
    both = Marks(tags=("mine", "yours"), note="from one")
    assert noted(other, add_tags=("yours",)) == [both]
    assert shown(one) == {AA[1]: both}
    assert other.ground.keepsakes.marks() == {AA: both}
    assert noted(one, drop_tags=("yours",)) == [replace(both, tags=("mine",))]
    assert [search.name for search in one.ground.catalogue.searches()] == ["one", "other"]
    assert [search.name for search in one.ground.keepsakes.searches()] == ["one"]
    told = one.answer(ForgetSearch(name="other"))
    assert [search.name for search in told.searches] == ["one"]


def test_what_is_noted_while_a_job_tells_the_catalogue_is_not_undone(tmp_path, profile):
    """Window and jobs have a hold each; whoever tells the catalogue last tells what is true."""
    recorded(tmp_path / "recordings", "20251031-aa")
    window, jobs = profile("one"), profile("one")
    done(jobs, Refresh(everywhere=True))
    window.ground.keepsakes.mark(*AA, Marks(note="before"))

    class Slow:
        def __init__(self, catalogue):
            self._catalogue = catalogue
            self.turns = 0

        def __getattr__(self, name):
            return getattr(self._catalogue, name)

        def mark_many(self, marks):
            self.turns += 1
            if self.turns == 1:
                noted(window, note="after")
            self._catalogue.mark_many(marks)

    slow = Slow(jobs.ground.catalogue)
    remember_all(replace(jobs.ground, catalogue=slow))
    assert shown(jobs) == {AA[1]: Marks(note="after")}
    assert slow.turns == 2
