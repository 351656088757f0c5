"""Mending after a crash: once, by itself, and without touching what is sound."""

import json

import pytest

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in, ticks, ticks_in

ONE = RoundId("round-1")


@pytest.fixture
def crashed(tmp_path):
    """A recording without its footer, as a kill leaves it."""
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(0, 30, ONE))
    journal.stop()
    path = files_in(tmp_path)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'{"_f"')])
    return path


def test_a_torn_tail_is_cut_off_and_kept_once(tmp_path, crashed):
    """FAULTS R3: the bytes go to a file beside; a second run finds nothing to do."""
    sound = crashed.read_bytes()
    for cut in range(1, 200, 7):
        torn = sound.splitlines()[5][:cut]
        crashed.write_bytes(sound + torn)
        (finding,) = recover(tmp_path)
        assert (finding.status, finding.path) == ("repaired", str(crashed))
        assert crashed.read_bytes() == sound
        assert crashed.with_name(crashed.name + ".torn").read_bytes() == torn
        assert recover(tmp_path) == ()
    assert ticks_in(tmp_path) == list(range(30))


def test_zeros_after_a_power_cut_are_cut_off(tmp_path, crashed):
    sound = crashed.read_bytes()
    crashed.write_bytes(sound + bytes(8192))
    assert [f.status for f in recover(tmp_path)] == ["repaired"]
    assert crashed.read_bytes() == sound


def test_damage_before_sound_records_is_written_down_and_left_alone(tmp_path, crashed):
    """FAULTS R4: the file is not changed; its holes are listed beside it."""
    data = bytearray(crashed.read_bytes())
    data[len(data) // 2] ^= 4
    crashed.write_bytes(data)
    for _ in range(2):
        assert [f.status for f in recover(tmp_path)] == ["quarantined"]
        assert crashed.read_bytes() == data
    (hole,) = json.loads(crashed.with_name(crashed.name + ".holes.json").read_text())["holes"]
    assert hole["offset"] <= len(data) // 2 < hole["offset"] + hole["length"]
    assert len(read_journal(crashed).events) == 29


def test_an_interruption_between_keeping_and_cutting_is_made_good(tmp_path, crashed):
    """FAULTS R18: each step may be the last before the next start."""
    sound, torn = crashed.read_bytes(), b'{"seq":31,"ev":"Pri'
    for left in [{}, {".torn.new": b"half"}, {".torn": torn}, {".torn": torn, ".torn.new": b""}]:
        crashed.write_bytes(sound + torn)
        for suffix, content in left.items():
            crashed.with_name(crashed.name + suffix).write_bytes(content)
        recover(tmp_path)
        assert crashed.read_bytes() == sound
        assert crashed.with_name(crashed.name + ".torn").read_bytes() == torn
        assert not crashed.with_name(crashed.name + ".torn.new").exists()


def test_a_file_that_is_being_written_is_not_touched(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(0, 5, ONE))
    path = files_in(tmp_path)[0]
    before = path.read_bytes()
    (finding,) = recover(tmp_path)
    assert finding.status == "skipped"
    assert "is writing there" in finding.what
    assert path.read_bytes() == before
    journal.stop()


def test_a_file_without_a_word_is_removed(tmp_path, crashed):
    """FAULTS R18: killed between making the file and writing its header."""
    crashed.write_bytes(b"")
    assert [f.status for f in recover(tmp_path)] == ["repaired"]
    assert files_in(tmp_path) == []


def test_finished_and_foreign_files_are_not_touched(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(0, 5, ONE))
    journal.stop()
    foreign = files_in(tmp_path)[0].with_name("game_20251030.jsonl")
    foreign.write_bytes(b'{"event":"tick","price":1.5}\n{"event":"ti')
    before = [path.read_bytes() for path in files_in(tmp_path)]
    assert recover(tmp_path) == ()
    assert [path.read_bytes() for path in files_in(tmp_path)] == before
    assert recover(tmp_path / "none") == ()


def test_starting_to_record_mends_what_the_last_crash_left(tmp_path, crashed, caplog):
    """S3-H1: the next start repairs by itself, and records into a new file."""
    crashed.write_bytes(crashed.read_bytes() + b'{"seq":31,')
    journal = journal_in(tmp_path)
    journal.start()
    assert [finding.status for finding in journal.findings] == ["repaired"]
    assert "torn record" in caplog.text
    journal.append(ticks(30, 40, ONE))
    journal.stop()
    assert ticks_in(tmp_path) == list(range(40))
    assert len(files_in(tmp_path)) == 2
