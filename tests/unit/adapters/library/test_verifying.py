"""Checking and mending recordings of the library."""

from pathlib import Path

import pytest

from replayer_qt.adapters.journal.format import footer_line, read_footer, record
from replayer_qt.adapters.journal.raw import raw_path
from replayer_qt.adapters.journal.sealed_format import sealed_path
from replayer_qt.adapters.journal.sealed_packing import seal
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.adapters.library.verifying import check_file, closing_fault, verify_files
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import Verify
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in, raw, ticks
from tests.helpers.library_ground import ground_in, heard, never
from tests.helpers.make import a_round
from tests.helpers.sealed import closed_journal, facts, flip, sealed_journal

TORN = b'{"seq":99,"ev":"PriceTi'


@pytest.fixture
def ground(tmp_path):
    return ground_in(tmp_path)


def learn(ground, path):
    found = index_file(path)
    ground.catalogue.put(found.file, found.rounds)
    ground.columns.put(found.file, found.columns)
    return str(path)


def unfinished(path):
    """Leave of a file what a kill leaves."""
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b'{"_f"')] + TORN)
    return path


def verify(ground, *paths, repair=False):
    told, tell = heard()
    job = Verify(ticket=3, paths=tuple(map(str, paths)), repair=repair)
    ended = verify_files(job, ground, tell, never)
    assert [one.done for one in told] == list(range(len(paths)))
    assert ended.ticket == 3
    return ended


def test_sound_files_are_called_sound_plain_and_packed(ground):
    plain = learn(ground, closed_journal(ground.recordings))
    packed = learn(ground, sealed_journal(ground.recordings, 20, "two").path)
    ended = verify(ground, plain, packed)
    assert (ended.state, ended.said, ended.changed) == (JobState.DONE, "2 sound.", False)
    assert [(one.outcome, one.format, one.damage) for one in ended.files] == [
        ("sound", "journal", ()),
        ("sound", "journal", ()),
    ]
    assert [one.ticks for one in ended.files] == [40, 20]


def test_a_damaged_line_is_found_and_nothing_is_changed(ground):
    """FAULTS R4: verifying alone never writes."""
    path = closed_journal(ground.recordings)
    known = learn(ground, path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (report,) = verify(ground, known).files
    assert (report.outcome, report.bad_lines) == ("damaged", 1)
    assert "fails its checksum" in report.damage[0]
    assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]
    assert ground.catalogue.known[known][0].bad_lines == 1


def test_a_crashed_file_is_damaged_until_it_is_repaired(ground):
    """FAULTS R3, R18: repaired, the library knows it anew; a second time there is nothing to do."""
    path = unfinished(closed_journal(ground.recordings))
    known = learn(ground, path)
    assert verify(ground, known).files[0].outcome == "damaged"
    ended = verify(ground, known, repair=True)
    assert (ended.files[0].outcome, ended.changed) == ("repaired", True)
    assert f"{len(TORN)} bytes of a torn record" in ended.files[0].damage[0]
    assert path.with_name(path.name + ".torn").read_bytes() == TORN
    assert ground.catalogue.known[known][0].ended == "recovered"
    again = verify(ground, known, repair=True)
    assert (again.files[0].outcome, again.changed) == ("sound", False)


def test_damage_before_sound_records_is_listed_and_left_alone(ground):
    path = unfinished(closed_journal(ground.recordings))
    data = path.read_bytes().replace(b'"tick":7,', b'"tick":8,')
    path.write_bytes(data)
    (report,) = verify(ground, learn(ground, path), repair=True).files
    assert report.outcome == "damaged"
    assert "damaged places before sound records" in report.damage[0]
    assert path.read_bytes() == data


def test_a_file_that_somebody_writes_is_never_changed(ground):
    """FAULTS R10, S3-H3: it is looked at, said to be in hand, and goes on."""
    journal = journal_in(ground.recordings)
    journal.start()
    journal.append(ticks(0, 10, "live"))
    (path,) = files_in(ground.recordings)
    before = path.read_bytes()
    (report,) = verify(ground, path, repair=True).files
    assert report.outcome == "sound"
    assert "being written" in " ".join(report.damage)
    assert path.read_bytes() == before
    journal.append(ticks(10, 20, "live"))
    journal.stop()
    (report,) = verify(ground, path, repair=True).files
    assert (report.outcome, report.ticks, report.damage) == ("sound", 20, ())


def test_lines_that_were_exchanged_are_found_by_the_digest(ground):
    """FAULTS R15: each line is sound, and its number the next; only the whole is not."""
    path = closed_journal(ground.recordings)
    lines = path.read_bytes().splitlines(keepends=True)
    other = closed_journal(ground.recordings, 40, "other").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], other[5], *lines[6:]]))
    (report,) = verify(ground, path).files
    assert report.outcome == "damaged"
    assert "exchanged" in report.damage[0]


def test_messages_that_are_missing_beside_a_file_are_counted(ground):
    journal = journal_in(ground.recordings)
    journal.start()
    messages = [raw(bytes([65 + n]) * 3000) for n in range(8)]
    journal.append([*a_round([1.0, 0.02], round_id=RoundId("m")), *messages])
    journal.stop()
    (path,) = files_in(ground.recordings)
    assert closing_fault(path) == ""
    beside = raw_path(path)
    beside.write_bytes(beside.read_bytes()[:-40])
    (report,) = verify(ground, path).files
    assert "of 8 messages as they came can be read" in report.damage[0]
    beside.unlink()
    assert verify(ground, path).files[0].outcome == "sound"


def test_a_damaged_packed_file_is_found(ground):
    """S3-P6: its frames carry sums of their own."""
    path = sealed_journal(ground.recordings).path
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x10
    path.write_bytes(data)
    checked = check_file(path)
    assert checked.damage or checked.indexed.file.problem


def test_a_damaged_packed_file_is_written_anew(ground):
    """S3-P6: what its parity tells is made whole again, and said."""
    path = sealed_journal(ground.recordings).path
    known, whole = learn(ground, path), path.read_bytes()
    flip(path, len(whole) // 3)
    ended = verify(ground, known, repair=True)
    assert ended.files[0].outcome == "repaired"
    assert path.read_bytes() == whole
    assert verify(ground, known).files[0].outcome == "sound"


def test_an_interrupted_sealing_is_finished(ground):
    """FAULTS R18: the recording lies there plain and packed; the plain one goes, known as one."""
    path = closed_journal(ground.recordings)
    known, packed = learn(ground, path), sealed_path(path)
    data = path.read_bytes()
    seal(path, facts)
    path.write_bytes(data)
    ended = verify(ground, known, repair=True)
    assert ended.files[0].outcome == "repaired"
    assert not path.exists()
    assert [file.path for file in ground.catalogue.files()] == [str(packed)]


def test_a_missing_file_and_a_foreign_one_are_told_and_left(ground, tmp_path):
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_bytes(b"no recording\n")
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    ended = verify(ground, tmp_path / "none.jsonl", foreign, empty, repair=True)
    assert [one.outcome for one in ended.files] == ["failed"] * 3
    assert all(one.problem for one in ended.files)
    assert foreign.read_bytes() == b"no recording\n"
    assert empty.exists()


def test_a_torn_first_line_is_taken_away_and_the_library_forgets_it(ground):
    path = closed_journal(ground.recordings)
    known = learn(ground, path)
    path.write_bytes(path.read_bytes()[:40])
    (report,) = verify(ground, known, repair=True).files
    assert (report.outcome, report.problem) == ("repaired", "")
    assert ground.catalogue.files() == ()
    assert len(list(path.parent.iterdir())) == 1


def test_many_files_are_checked_in_processes_and_it_can_be_cancelled(ground):
    paths = [learn(ground, closed_journal(ground.recordings, 10, f"r{n}")) for n in range(12)]
    unfinished(Path(paths[5]))
    _, tell = heard()
    ended = verify_files(Verify(paths=tuple(paths)), ground, tell, never)
    outcomes = [one.outcome for one in ended.files]
    assert outcomes == ["sound"] * 5 + ["damaged"] + ["sound"] * 6
    assert ended.said == "11 sound, 1 damaged."
    cancelled = verify_files(Verify(paths=tuple(paths)), ground, tell, lambda: True)
    assert (cancelled.state, cancelled.files) == (JobState.CANCELLED, ())


def test_a_footer_that_claims_another_digest_is_not_believed(ground):
    path = closed_journal(ground.recordings)
    body, _, foot = path.read_bytes().rpartition(b'{"_f"')
    footer = read_footer(b'{"_f"' + foot.rstrip(b"\n"))
    forged = footer_line(type(footer)(**{
        **{name: getattr(footer, name) for name in footer.__struct_fields__},
        "sha256": "00" * 32,
    }))  # fmt: skip
    path.write_bytes(body + forged)
    assert "exchanged" in closing_fault(path)
    path.write_bytes(body)
    assert closing_fault(path) == ""
    path.write_bytes(body + record(41, b'{"ev":"X"}'))
    assert closing_fault(path) == ""
