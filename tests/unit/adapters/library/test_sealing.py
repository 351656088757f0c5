"""Recordings of the library are packed once they are over, and it knows where they lie then."""

from pathlib import Path

import pytest

from replayer_qt.adapters.journal.sealed import read_info
from replayer_qt.adapters.journal.sealed_format import sealed_path
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.adapters.library.sealing import seal_files, seal_what_is_over
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import Seal
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import NANOS_PER_SECOND
from tests.helpers.journals import journal_in
from tests.helpers.library_ground import ground_in, heard, never
from tests.helpers.make import a_round
from tests.helpers.sealed import closed_journal


@pytest.fixture
def ground(tmp_path):
    """Three closed recordings that the catalogue knows."""
    ground = ground_in(tmp_path, settings=LibrarySettings(seal_after_s=120))
    for name in ("r-1", "r-2", "r-3"):
        found = index_file(closed_journal(ground.recordings, 60, name))
        ground.catalogue.put(found.file, found.rounds)
        ground.columns.put(found.file, found.columns)
    return ground


def paths_in(ground):
    return sorted(file.path for file in ground.catalogue.files())


def later(ground, seconds):
    last = max(Path(path).stat().st_mtime_ns for path in paths_in(ground))
    return last + seconds * NANOS_PER_SECOND


def test_named_recordings_are_packed_and_known_at_their_new_place(ground):
    told, tell = heard()
    paths = paths_in(ground)
    before = {path: index_file(Path(path)) for path in paths}
    ended = seal_files(Seal(ticket=7, paths=(paths[0], paths[2])), ground, tell, never)
    assert (ended.ticket, ended.state, ended.changed) == (7, JobState.DONE, True)
    assert ended.said.startswith("2 of 2 recordings packed, 0.0 MB became")
    assert [report.outcome for report in ended.files] == ["sealed", "sealed"]
    assert ended.files[0].rounds == 1
    assert ended.files[0].ticks == 60
    assert [progress.done for progress in told] == [0, 1]
    packed = str(sealed_path(Path(paths[0])))
    assert paths_in(ground) == sorted([packed, paths[1], paths[2] + ".zst"])
    entry, rounds = ground.catalogue.known[packed]
    plain = before[paths[0]]
    assert entry.sealed
    assert (entry.digest, entry.plain_size) == (plain.file.digest, plain.file.size)
    assert entry.size == Path(packed).stat().st_size
    assert rounds == plain.rounds == read_info(Path(packed)).rounds
    assert ground.columns.kept[packed][0].prices.tolist() == plain.columns[0].prices.tolist()
    assert paths[0] not in ground.columns.kept


def test_what_was_packed_before_is_said_to_be_so(ground):
    path = paths_in(ground)[0]
    _, tell = heard()
    seal_files(Seal(paths=(path,)), ground, tell, never)
    again = seal_files(Seal(paths=(path, path + ".zst")), ground, tell, never)
    assert [report.outcome for report in again.files] == ["unchanged", "unchanged"]
    assert again.state is JobState.DONE
    assert not again.changed


def test_what_is_being_recorded_is_not_packed(ground):
    """FAULTS R10: a recording without its end is never touched, asked or not."""
    journal = journal_in(ground.recordings)
    journal.start()
    try:
        journal.append(a_round([1.0, 1.1], round_id="r-9"))
        (path,) = ground.recordings.rglob("*_r-9.jsonl")
        _, tell = heard()
        ended = seal_files(Seal(paths=(str(path),)), ground, tell, never)
        assert ended.state is JobState.FAILED
        assert ended.files[0].problem
        reports = seal_what_is_over(ground, later(ground, 10_000), tell, never)
        assert str(path) not in [report.path for report in reports]
        assert len(reports) == 3
    finally:
        journal.stop()
    assert path.exists()


def test_only_what_was_over_for_long_enough_is_packed_by_itself(ground):
    _, tell = heard()
    assert seal_what_is_over(ground, later(ground, 60), tell, never) == ()
    reports = seal_what_is_over(ground, later(ground, 130), tell, never)
    assert [report.outcome for report in reports] == ["sealed"] * 3
    assert all(path.endswith(".jsonl.zst") for path in paths_in(ground))
    assert seal_what_is_over(ground, later(ground, 200), tell, never) == ()


def test_only_the_named_folders_are_looked_through(ground):
    _, tell = heard()
    now = later(ground, 500)
    assert seal_what_is_over(ground, now, tell, never, folders=[ground.recordings / "x"]) == ()
    day = Path(paths_in(ground)[0]).parent
    assert len(seal_what_is_over(ground, now, tell, never, folders=[day])) == 3


def test_a_clock_that_was_set_back_does_not_keep_recordings_plain_for_years(ground):
    """FAULTS R9: a time of the future says nothing of when a recording ended."""
    _, tell = heard()
    reports = seal_what_is_over(ground, later(ground, -100_000), tell, never)
    assert len(reports) == 3


def test_nothing_is_packed_by_itself_when_the_settings_say_so(tmp_path):
    ground = ground_in(tmp_path, settings=LibrarySettings(seal=False, seal_after_s=0))
    path = closed_journal(ground.recordings)
    _, tell = heard()
    assert seal_what_is_over(ground, 2 * 10**18, tell, never) == ()
    assert path.exists()


def test_foreign_files_and_those_elsewhere_are_refused(ground, tmp_path):
    """FAULTS S8: nothing outside of the recordings is packed in place."""
    outside = closed_journal(tmp_path / "elsewhere")
    imported = ground.recordings / "imported" / "A" / "x.jsonl"
    imported.parent.mkdir(parents=True)
    imported.write_bytes(b"{}\n")
    gone = str(ground.recordings / "practice" / "gone.jsonl")
    _, tell = heard()
    ended = seal_files(Seal(paths=(str(outside), str(imported), gone)), ground, tell, never)
    assert [report.outcome for report in ended.files] == ["failed"] * 3
    assert "import it" in ended.files[0].problem
    assert "imported" in ended.files[1].problem
    assert "No such file" in ended.files[2].problem
    assert outside.exists()
    assert imported.exists()


def test_a_cancelled_job_keeps_what_it_has_done(ground):
    paths = paths_in(ground)
    answers = iter([False, True, True])
    _, tell = heard()
    ended = seal_files(Seal(paths=tuple(paths)), ground, tell, lambda: next(answers))
    assert ended.state is JobState.CANCELLED
    assert len(ended.files) == 1
    assert paths_in(ground)[1:] == paths[1:]
