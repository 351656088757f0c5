"""Imports: packed copies without loss, each content once, whatever interrupts them."""

import hashlib
import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.sealed import read_plain
from replayer_qt.adapters.library.archive import ArchivePlace, open_archive
from replayer_qt.core.library import Quality, RoundQuery
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import Import, Rebuild
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import RUGS
from tests.helpers.journals import journal_in, ticks
from tests.helpers.make import ticked
from tests.helpers.tick_files import round_lines, text

PRICES = [1, 1.01, 1.05, 0.97, 1.2, 1.19, 0.0194]


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "recordings").mkdir()
    archive = open_archive(
        ArchivePlace(
            recordings=tmp_path / "recordings",
            data_dir=tmp_path / "data",
            settings=LibrarySettings(processes=1),
            clock=SystemClock(),
            to_trash=lambda _: True,
            secret=lambda _: None,
        )
    )
    yield archive
    archive.close()


def foreign(folder, name, *games, prices=PRICES, lines=None):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [line for game in games for line in round_lines(prices, game=game)]
    path.write_bytes(text(rows if lines is None else lines(rows)))
    return path


def brought(archive, *paths, cancelled=lambda: False):
    job = Import(ticket=5, paths=tuple(map(str, paths)))
    return archive.carry_out(job, lambda _: None, cancelled)


def outcomes(ended):
    return [(Path(report.path).name, report.outcome) for report in ended.files]


def known(archive):
    ids = archive.ground.catalogue.find(RoundQuery())
    return {row.entry.round_id: row for row in archive.ground.catalogue.rows(ids)}


def test_a_file_is_kept_packed_and_whole(archive, tmp_path):
    """S3-L3: what was imported unpacks to the very bytes that were there."""
    path = foreign(tmp_path / "old", "game_1.jsonl", "20251031-aa")
    ended = brought(archive, path)
    assert ended.state is JobState.DONE
    assert outcomes(ended) == [("game_1.jsonl", "imported")]
    row = known(archive)["20251031-aa"]
    kept = Path(row.file.path)
    assert kept.is_relative_to(tmp_path / "recordings" / "imported" / "A")
    assert read_plain(kept) == path.read_bytes()
    assert row.file.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (row.file.origin, row.file.sealed, row.entry.stream) == (str(path), True, RUGS)
    assert (row.entry.ticks, row.entry.rug_index, row.entry.peak) == (7, 6, 1.2)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_taken_once_whatever_it_is_called(archive, tmp_path):
    old = tmp_path / "old"
    foreign(old, "a.jsonl", "20251031-aa")
    foreign(old, "b.jsonl", "20251031-aa")
    assert outcomes(brought(archive, old)) == [("a.jsonl", "imported"), ("b.jsonl", "known")]
    again = brought(archive, old)
    assert outcomes(again) == [("a.jsonl", "known"), ("b.jsonl", "known")]
    assert not again.changed
    assert len(list((tmp_path / "recordings").rglob("*.zst"))) == 1


@pytest.mark.parametrize("better_first", [True, False])
def test_of_the_same_round_twice_the_better_copy_counts(archive, tmp_path, better_first):
    """The round is one entry; the copy without gaps is the one that is shown."""
    names = ("a.jsonl", "b.jsonl") if better_first else ("b.jsonl", "a.jsonl")
    foreign(tmp_path / "old", names[0], "20251031-aa")
    foreign(tmp_path / "old", names[1], "20251031-aa", lines=lambda rows: rows[:7] + rows[9:])
    ended = brought(archive, tmp_path / "old")
    assert [report.outcome for report in ended.files] == ["imported", "imported"]
    (row,) = known(archive).values()
    assert (row.copies, row.entry.missing, row.entry.quality) == (2, 0, Quality.WHOLE)
    assert Path(row.file.origin).name == names[0]


def test_what_is_damaged_is_kept_with_its_damage_told(archive, tmp_path):
    """N6: a torn line costs that line; the file counts, and the report says what was found."""
    path = foreign(
        tmp_path / "old",
        "torn.jsonl",
        "20251031-aa",
        lines=lambda rows: [*rows[:8], rows[8][:40] + rows[9], *rows[10:]],
    )
    (report,) = brought(archive, path).files
    assert (report.outcome, report.bad_lines, report.recovered_lines) == ("imported", 1, 1)
    assert any("line 9" in place for place in report.damage)
    row = known(archive)["20251031-aa"]
    assert read_plain(Path(row.file.path)) == path.read_bytes()


def test_what_cannot_be_read_is_told_and_stops_nothing(archive, tmp_path):
    old = tmp_path / "old"
    foreign(old, "a.jsonl", "20251031-aa")
    (old / "b.jsonl").write_bytes(b"\0\1\2" * 100)
    (old / "c.jsonl").write_bytes(b"")
    foreign(old, "d.jsonl", "20251031-dd")
    ended = brought(archive, old, tmp_path / "nowhere.jsonl")
    assert [outcome for _, outcome in outcomes(ended)] == [
        "imported", "failed", "failed", "imported", "failed",
    ]  # fmt: skip
    assert all(one.problem for one in ended.files if one.outcome == "failed")
    assert set(known(archive)) == {"20251031-aa", "20251031-dd"}


def test_a_cancelled_import_goes_on_where_it_was(archive, tmp_path):
    """Resumable: what was brought in is not brought in again."""
    old = tmp_path / "old"
    for number in range(6):
        foreign(old, f"{number}.jsonl", f"20251031-a{number}", prices=[1, 1 + number / 100, 0.02])
    seen = []
    job = Import(paths=(str(old),))
    told = archive.carry_out(job, seen.append, lambda: any(one.done >= 3 for one in seen))
    assert told.state is JobState.CANCELLED
    assert 0 < len(known(archive)) < 6
    rest = brought(archive, old)
    assert rest.state is JobState.DONE
    first = sum(outcome == "known" for _, outcome in outcomes(rest))
    assert first == 3
    assert len(known(archive)) == 6


def test_many_files_are_brought_in_by_other_processes_with_the_same_result(archive, tmp_path):
    old = tmp_path / "old"
    for number in range(20):
        foreign(old, f"{number:02}.jsonl", f"20251031-a{number:02}")
    told = []
    job = Import(ticket=9, paths=(str(old),))
    ended = archive.carry_out(job, told.append, lambda: False)
    assert [report.outcome for report in ended.files] == ["imported"] * 20
    assert [one.done for one in told] == list(range(21))
    assert {one.ticket for one in told} == {9}
    assert len(known(archive)) == 20


def test_files_among_the_recordings_stay_where_they_are(archive, tmp_path):
    folder = tmp_path / "recordings"
    journal = journal_in(folder)
    journal.start()
    journal.append(ticks(0, 5))
    journal.stop()
    (path,) = folder.rglob("*.jsonl")
    assert outcomes(brought(archive, folder)) == [(path.name, "imported")]
    assert path.exists()
    assert [row.file.path for row in known(archive).values()] == [str(path)]
    assert outcomes(brought(archive, folder)) == [(path.name, "known")]


def test_our_own_journals_from_elsewhere_come_in_with_their_own_stream(archive, tmp_path):
    journal = journal_in(tmp_path / "other")
    journal.start()
    journal.append(ticks(0, 5, "20251031-bb"))
    journal.stop()
    brought(archive, tmp_path / "other")
    row = known(archive)["20251031-bb"]
    assert row.entry.stream == ticked(0).stream
    assert row.file.format == "journal"


def test_a_rebuilt_catalogue_knows_all_that_was_imported(archive, tmp_path):
    """The catalogue is a cache: the files alone make it again, with origins and digests."""
    foreign(tmp_path / "old", "a.jsonl", "20251031-aa", "20251031-ab")
    foreign(tmp_path / "old", "b.jsonl", "20251031-bb")
    brought(archive, tmp_path / "old")
    before = known(archive)
    archive.ground.catalogue.clear()
    assert known(archive) == {}
    ended = archive.carry_out(Rebuild(), lambda _: None, lambda: False)
    assert ended.state is JobState.DONE
    after = known(archive)
    assert {name: row.entry for name, row in after.items()} == {
        name: row.entry for name, row in before.items()
    }
    assert {row.file for row in after.values()} == {row.file for row in before.values()}


def test_nothing_to_import_says_so(archive, tmp_path):
    (tmp_path / "old").mkdir()
    ended = brought(archive, tmp_path / "old")
    assert (ended.state, ended.files, ended.said) == (
        JobState.DONE, (), "No recordings were found there.",
    )  # fmt: skip


@pytest.mark.linux
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk"
)
def test_a_full_disk_ends_an_import_and_is_called_so(tmp_path):
    """S3-C4: it stops at the first file that finds no room, and goes on from there later."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(  # noqa: S603
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        for number in range(60):
            prices = [1 + (number * 37 + n * n % 977) / 991 for n in range(900)]
            foreign(tmp_path / "old", f"{number:02}.jsonl", f"20251031-{number:02}", prices=prices)
        place = ArchivePlace(
            recordings=disk,
            data_dir=tmp_path / "data",
            settings=LibrarySettings(processes=1),
            clock=SystemClock(),
            to_trash=lambda _: True,
            secret=lambda _: None,
        )
        with closing(open_archive(place)) as archive:
            ended = brought(archive, tmp_path / "old")
            assert ended.state is JobState.FAILED
            assert f"The disk of {disk} is full" in ended.problem
            assert 0 < len(known(archive)) == len(ended.files) - 1 < 59
    finally:
        subprocess.run(["/usr/bin/umount", str(disk)], check=True)  # noqa: S603
