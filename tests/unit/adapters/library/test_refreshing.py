"""The catalogue follows the files: what is new, what is gone, what a crash left, all of it anew."""

import os
import shutil
import time
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.library import refreshing
from replayer_qt.adapters.library.archive import Archive, ArchivePlace, open_archive
from replayer_qt.core.library import Quality, RoundQuery, SavedSearch
from replayer_qt.core.library_answers import JobState, OwnResult
from replayer_qt.core.library_requests import (
    FindRounds,
    LookForNew,
    MarkRounds,
    Rebuild,
    Refresh,
    SaveSearch,
    Seal,
    Tidy,
    TidyRules,
)
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import PRACTICE, RoundId
from tests.helpers.journals import journal_in, ticks

QUIET = LibrarySettings(seal=False, processes=1)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(tmp_path, folder):
    archives = []

    def make(settings=QUIET):
        place = ArchivePlace(
            recordings=folder,
            data_dir=tmp_path / "data",
            settings=settings,
            clock=SystemClock(),
            to_trash=lambda path: path.unlink() is None,
            secret=lambda _: None,
        )
        archives.append(open_archive(place))
        return archives[-1]

    yield make
    for archive in archives:
        archive.close()


def recorded(folder, *names, finished=True):
    """Write a journal of some rounds; one that is not finished is left as by a kill."""
    journal = journal_in(folder, clock=SystemClock())
    journal.start()
    for name in names:
        journal.append(ticks(0, 5, name))
    before = {path: path.read_bytes() for path in folder.rglob("*.jsonl")}
    journal.stop()
    if not finished:
        for path, content in before.items():
            path.write_bytes(content)


def refreshed(archive, *, everywhere=True):
    ended = archive.carry_out(Refresh(everywhere=everywhere), lambda _: None, lambda: False)
    assert ended.state is JobState.DONE
    return ended


def known(archive):
    ids = archive.ground.catalogue.find(RoundQuery())
    return {row.entry.round_id: row for row in archive.ground.catalogue.rows(ids)}


@pytest.mark.parametrize("everywhere", [True, False])
def test_what_was_recorded_since_is_found_once(folder, opened, everywhere):
    archive = opened()
    recorded(folder, "20251031-aa")
    assert refreshed(archive, everywhere=everywhere).changed
    assert set(known(archive)) == {"20251031-aa"}
    again = refreshed(archive, everywhere=everywhere)
    assert (again.changed, again.files, again.said) == (False, (), "Nothing new.")
    recorded(folder, "20251031-bb")
    refreshed(archive, everywhere=everywhere)
    assert set(known(archive)) == {"20251031-aa", "20251031-bb"}


def test_a_look_for_news_takes_the_newest_first_and_seals_nothing(folder, opened, monkeypatch):
    """Item 4, live update: rounds of a moment ago wait for no old ones."""
    monkeypatch.setattr(refreshing, "NEW_MOST", 2)
    for number, name in enumerate(("aa", "bb", "cc")):
        recorded(folder, name)
        (path,) = folder.rglob(f"*_{name}.jsonl")
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
    archive = opened(LibrarySettings(seal=True, seal_after_s=0, processes=1))
    ended = archive.carry_out(LookForNew(), lambda _: None, lambda: False)
    assert (ended.problem, ended.changed) == ("", True)
    assert set(known(archive)) == {"bb", "cc"}
    assert list(folder.rglob("*.zst")) == []
    archive.carry_out(LookForNew(), lambda _: None, lambda: False)
    assert len(known(archive)) == 3
    assert not archive.carry_out(LookForNew(), lambda _: None, lambda: False).changed


def test_what_another_job_sealed_meanwhile_is_not_known_by_its_old_name(folder, opened):
    """Both lanes read one file: the one that comes second must not bring its old name back."""
    recorded(folder, "aa")
    (path,) = folder.rglob("*_aa.jsonl")
    slow, quick = opened(LibrarySettings(seal=True, seal_after_s=0, processes=1)), opened()

    def seal_it(_):
        if path.exists():
            assert slow.carry_out(Seal(paths=(str(path),)), lambda _: None, lambda: False).changed

    quick.carry_out(LookForNew(), seal_it, lambda: False)
    assert not path.exists()
    assert known(quick)["aa"].file.sealed
    assert len(quick.ground.catalogue.files()) == 1


def test_a_file_that_has_changed_is_read_again(folder, opened):
    archive = opened()
    recorded(folder, "20251031-aa")
    refreshed(archive)
    (path,) = folder.glob("*/*/*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"tick":3', b'"tick":4'))
    refreshed(archive)
    row = known(archive)["20251031-aa"]
    assert (row.file.bad_lines, row.entry.quality) == (1, Quality.DAMAGED)


def test_a_file_that_is_gone_is_forgotten_and_its_marks_are_not(folder, opened):
    archive = opened()
    recorded(folder, "20251031-aa")
    refreshed(archive)
    archive.answer(MarkRounds(ids=(known(archive)["20251031-aa"].id,), add_tags=("moon",)))
    (path,) = folder.glob("*/*/*.jsonl")
    content = path.read_bytes()
    path.unlink()
    assert refreshed(archive).changed
    assert known(archive) == {}
    path.write_bytes(content)
    refreshed(archive)
    assert known(archive)["20251031-aa"].marks.tags == ("moon",)


def test_a_folder_that_is_not_there_loses_no_round(tmp_path, folder, opened):
    """A disk that is not plugged in is no reason to forget what lies on it."""
    archive = opened()
    recorded(folder, "20251031-aa")
    refreshed(archive)
    folder.rename(tmp_path / "away")
    refreshed(archive)
    assert set(known(archive)) == {"20251031-aa"}


def test_what_is_being_written_waits_and_what_a_crash_left_is_closed_and_counts(folder, opened):
    """FAULTS R10, R18: whoever writes holds its file; what nobody holds is mended, however old."""
    archive = opened()
    journal = journal_in(folder, clock=SystemClock())
    journal.start()
    journal.append(ticks(0, 5, "20251031-aa"))
    refreshed(archive)
    assert known(archive) == {}
    (path,) = folder.glob("*/*/*.jsonl")
    left = path.read_bytes()
    journal.stop()
    path.unlink()
    day = path.parent.with_name("2024-01-01")
    day.mkdir()
    (day / path.name).write_bytes(left + b'{"seq":99,"ev":"Pri')
    refreshed(archive)
    row = known(archive)["20251031-aa"]
    assert (row.entry.ticks, row.file.ended, row.file.bad_lines) == (5, "recovered", 0)
    assert (day / f"{path.name}.torn").read_bytes() == b'{"seq":99,"ev":"Pri'


def test_all_that_a_look_tells_of_itself_names_the_look(folder, opened):
    """Else its last words stand for ever: its end is told under its own number."""
    archive = opened(replace(QUIET, seal=True, seal_after_s=0))
    told = []
    recorded(folder, "20251031-aa")
    ended = archive.carry_out(Refresh(ticket=7), told.append, lambda: False)
    assert any(each.title == "Packing" for each in told)
    assert {each.ticket for each in told} == {ended.ticket} == {7}


def test_what_is_over_is_sealed_and_found_at_its_new_place(folder, opened):
    archive = opened(replace(QUIET, seal=True, seal_after_s=0))
    recorded(folder, "20251031-aa")
    refreshed(archive)
    row = known(archive)["20251031-aa"]
    assert Path(row.file.path).name.endswith(".jsonl.zst")
    assert Path(row.file.path).is_file()
    assert (row.file.sealed, row.copies, row.entry.ticks) == (True, 1, 5)
    assert list(folder.glob("*/*/*.jsonl")) == []
    assert not refreshed(archive).changed


def test_own_results_stand_beside_their_rounds(folder, opened):
    archive = opened()
    recorded(folder, "20251031-aa", "20251031-bb")
    result = OwnResult(stream=PRACTICE, round_id=RoundId("20251031-aa"), result=Decimal("-0.25"))
    archive = Archive(replace(archive.ground, results=lambda: (result,)))
    refreshed(archive)
    found = {name: row.result for name, row in known(archive).items()}
    assert found == {"20251031-aa": Decimal("-0.25"), "20251031-bb": None}


def test_a_lost_catalogue_comes_back_with_all_that_was_noted(tmp_path, folder, opened):
    """Files, tags, notes and searches are the truth; the catalogue can be deleted."""
    archive = opened()
    recorded(folder, "20251031-aa", "20251031-bb")
    refreshed(archive)
    number = known(archive)["20251031-bb"].id
    archive.answer(MarkRounds(ids=(number,), add_tags=("moon",), note="why", bookmarked=True))
    search = SavedSearch(name="mine", query=RoundQuery(tags=("moon",)))
    archive.answer(SaveSearch(search=search))
    archive.close()
    for path in (tmp_path / "data" / "library").iterdir():
        path.unlink()
    fresh = opened()
    ended = fresh.carry_out(Rebuild(), lambda _: None, lambda: False)
    assert ended.state is JobState.DONE
    rows = known(fresh)
    assert set(rows) == {"20251031-aa", "20251031-bb"}
    assert rows["20251031-bb"].marks.note == "why"
    assert rows["20251031-bb"].marks.bookmarked
    assert fresh.ground.catalogue.searches() == (search,)
    found = fresh.answer(FindRounds(ticket=3, query=search.query))
    assert (found.ticket, found.total, len(found.ids)) == (3, 2, 1)


def test_a_refresh_tidies_only_where_that_is_wanted(folder, opened):
    recorded(folder, "20251031-aa")
    (path,) = folder.glob("*/*/*.jsonl")
    old = time.time_ns() - 10 * 86_400 * 10**9
    os.utime(path, ns=(old, old))
    refreshed(opened(replace(QUIET, keep_days=1)))
    assert path.exists()


def test_a_catalogue_that_cannot_be_read_is_a_problem_and_no_exception(folder, opened):
    archive = opened()
    archive.ground.catalogue.close()
    told = archive.answer(FindRounds(ticket=4, query=RoundQuery()))
    assert (told.ticket, bool(told.problem)) == (4, True)
    ended = archive.carry_out(Refresh(ticket=5), lambda _: None, lambda: False)
    assert (ended.ticket, ended.state) == (5, JobState.FAILED)
    assert ended.problem


def test_accounts_that_cannot_be_read_are_told_and_stop_nothing_but_tidying(folder, opened):
    """What was traded is exempt from tidying; without knowing what was, nothing goes."""

    def unreadable():
        raise OSError(5, "own results cannot be read: locked", "accounts.sqlite")

    archive = opened()
    archive = Archive(replace(archive.ground, results=unreadable))
    recorded(folder, "20251031-aa")
    assert "own results cannot be read" in refreshed(archive).said
    assert set(known(archive)) == {"20251031-aa"}
    rules = TidyRules(keep_days=1)
    tidied = archive.carry_out(Tidy(rules=rules), lambda _: None, lambda: False)
    assert (tidied.state, "cannot be read" in tidied.problem) == (JobState.FAILED, True)
    assert list(folder.glob("*/*/*.jsonl"))


def test_a_copied_data_directory_lets_go_of_where_it_was_copied_from(tmp_path, folder, opened):
    recorded(folder, "20251031-aa")
    archive = opened()
    refreshed(archive)
    archive.close()
    shutil.copytree(tmp_path, tmp_path.with_name("copy"))
    place = ArchivePlace(
        recordings=tmp_path.with_name("copy") / "recordings",
        data_dir=tmp_path.with_name("copy") / "data",
        settings=QUIET,
        clock=SystemClock(),
        to_trash=lambda _: True,
        secret=lambda _: None,
    )
    copy = open_archive(place)
    refreshed(copy)
    (row,) = known(copy).values()
    copy.close()
    assert (row.copies, Path(row.file.path).is_relative_to(place.recordings)) == (1, True)
