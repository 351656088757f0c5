"""Real jobs that take long, beside rounds that were just recorded and numbers that were learned."""

import threading

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.library.archive import ArchivePlace, open_archive
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import JobEnded, Marked, Renumbered, RoundsFound, RowsRead
from replayer_qt.core.library_requests import (
    Export,
    FindRounds,
    MarkRounds,
    ReadRows,
    Refresh,
    SavePlaylist,
    Trash,
)
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import PRACTICE, Nanos
from replayer_qt.runtime.library_desk import LibraryDesk
from tests.helpers.library_ground import never
from tests.helpers.listener import Listener
from tests.helpers.sealed import closed_journal


@pytest.fixture
def place(tmp_path):
    recordings = tmp_path / "recordings"
    day = recordings / "practice" / "2026-11-21"
    day.mkdir(parents=True)
    return ArchivePlace(
        recordings=recordings,
        data_dir=tmp_path / "data",
        settings=LibrarySettings(processes=1),
        clock=SystemClock(),
        to_trash=lambda _: True,
        secret=lambda _: None,
    )


def record(place, name):
    day = place.recordings / "practice" / "2026-11-21"
    made = closed_journal(place.recordings.parent / name, name=name)
    made.rename(day / f"{name}.jsonl")
    return day / f"{name}.jsonl"


def finished(rounds):
    return RecordingChanged(
        at=Nanos(0), mono=Nanos(0), stream=PRACTICE, state=Recording.ON, rounds=rounds
    )


def test_a_round_is_there_two_seconds_after_its_end_while_a_real_job_runs(qtbot, place):
    """Item 4, live update: the table is told of it, though the job is not over."""
    first = record(place, "first")
    gate, begun = threading.Event(), threading.Event()

    def to_trash(_):
        begun.set()
        return gate.wait(20)

    from_here = ArchivePlace(
        **{name: getattr(place, name) for name in place.__struct_fields__} | {"to_trash": to_trash}
    )
    desk = LibraryDesk(lambda: open_archive(from_here))
    answers = Listener(desk.answered)
    desk.start()
    try:
        qtbot.waitUntil(lambda: len(answers.heard) == 1, timeout=10_000)
        desk.obey(Trash(ticket=7, paths=(str(first),)))
        qtbot.waitUntil(begun.is_set)
        record(place, "second")
        desk.hear(finished(1))
        qtbot.waitUntil(lambda: len(answers.heard) == 2, timeout=2_000)
        told = answers.heard[1]
        assert isinstance(told, JobEnded)
        assert (told.changed, told.problem) == (True, "")
        desk.obey(FindRounds(ticket=8, query=RoundQuery(text="second")))
        qtbot.waitUntil(lambda: len(answers.heard) == 3)
        assert isinstance(answers.heard[2], RoundsFound)
        assert len(answers.heard[2].ids) == 1
        assert not gate.is_set()
    finally:
        gate.set()
        assert desk.stop()


def found_in(archive, text=""):
    return archive.answer(FindRounds(query=RoundQuery(text=text)))


def test_numbers_of_a_catalogue_that_was_made_anew_do_nothing(place):
    """A number means another round then: it must not be marked, exported or played by mistake."""
    for name in ("aa", "bb"):
        record(place, name)
    archive = open_archive(place)
    archive.carry_out(Refresh(everywhere=True), lambda _: None, never)
    before = found_in(archive, "aa")
    assert before.catalogue
    for path in (place.data_dir / "library").glob("catalogue.sqlite*"):
        path.unlink()
    place.recordings.joinpath("practice/2026-11-21/aa.jsonl").unlink()
    archive.carry_out(Refresh(everywhere=True), lambda _: None, never)
    now = found_in(archive, "bb")
    assert now.ids == before.ids  # the same number, another round
    assert now.catalogue != before.catalogue
    old, target = before.catalogue, place.data_dir / "kept"
    for question in (
        ReadRows(ids=before.ids, catalogue=old),
        MarkRounds(ids=before.ids, add_tags=("moon",), catalogue=old),
        SavePlaylist(ids=before.ids, target=f"{target}.playlist.jsonl", catalogue=old),
    ):
        answer = archive.answer(question)
        assert isinstance(answer, Renumbered)
        assert "Choose the rounds again" in answer.problem
    job = Export(ids=before.ids, format="csv", target=f"{target}.csv", catalogue=old)
    assert "Choose the rounds again" in archive.carry_out(job, lambda _: None, never).problem
    assert list(place.data_dir.glob("kept*")) == []
    rows = archive.answer(ReadRows(ids=now.ids, catalogue=now.catalogue))
    assert isinstance(rows, RowsRead)
    assert rows.rows[0].marks.tags == ()
    marked = archive.answer(MarkRounds(ids=now.ids, add_tags=("moon",), catalogue=now.catalogue))
    assert isinstance(marked, Marked)
    archive.close()


def test_making_the_catalogue_anew_from_its_files_leaves_the_numbers_as_they_are(place):
    record(place, "aa")
    archive = open_archive(place)
    archive.carry_out(Refresh(everywhere=True), lambda _: None, never)
    before = found_in(archive)
    archive.ground.catalogue.clear()
    archive.carry_out(Refresh(everywhere=True), lambda _: None, never)
    again = found_in(archive)
    assert (again.ids, again.catalogue) == (before.ids, before.catalogue)
    archive.close()
