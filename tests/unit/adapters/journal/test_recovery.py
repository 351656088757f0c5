"""Mending after a crash: once, by itself, and without touching what is sound."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.format import Lost, is_sound, note_body, record
from replayer_qt.adapters.journal.reader import digest_matches, read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.core.units import Nanos, RoundId
from tests.helpers.journals import files_in, journal_in, raw, ticks, ticks_in
from tests.helpers.make import a_round, ticked

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
    for cut in range(3, 200, 7):
        torn = sound.splitlines()[5][:cut]
        crashed.write_bytes(sound + torn)
        (finding,) = recover(tmp_path)
        assert (finding.status, finding.path) == ("repaired", str(crashed))
        assert crashed.read_bytes().startswith(sound)
        kept = crashed.with_name(crashed.name + ".torn")
        assert kept.read_bytes() == torn
        kept.unlink()
        assert read_journal(crashed).damage == ()
        assert recover(tmp_path) == ()
    assert ticks_in(tmp_path) == list(range(30))


def test_zeros_after_a_power_cut_are_cut_off(tmp_path, crashed):
    sound = crashed.read_bytes()
    crashed.write_bytes(sound + bytes(8192))
    assert [f.status for f in recover(tmp_path)] == ["repaired"]
    assert crashed.read_bytes().startswith(sound)
    assert read_journal(crashed).damage == ()


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
        crashed.with_name(crashed.name + ".torn").unlink(missing_ok=True)
        for suffix, content in left.items():
            crashed.with_name(crashed.name + suffix).write_bytes(content)
        recover(tmp_path)
        assert crashed.read_bytes().startswith(sound)
        assert read_journal(crashed).damage == ()
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


def footer_of(path):
    return json.loads(path.read_bytes().splitlines()[-1])["_f"]


def test_a_file_cut_between_two_lines_is_closed_and_then_sound(tmp_path, crashed):
    """FAULTS R1, R3: what a kill leaves is damaged until the next start, and no longer."""
    sound = crashed.read_bytes()
    assert read_journal(crashed).damage
    (finding,) = recover(tmp_path)
    assert (finding.status, finding.path) == ("repaired", str(crashed))
    assert "all 30 records are sound" in finding.what
    assert "may be missing" in finding.what
    assert crashed.read_bytes().startswith(sound)
    recording = read_journal(crashed)
    assert (recording.damage, recording.bad_lines, recording.ended) == ((), 0, "recovered")
    assert len(recording.events) == 30
    assert recover(tmp_path) == ()


def test_the_footer_of_a_recovered_file_says_what_its_writer_would_have_said(tmp_path, caplog):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([*a_round([1.0, 1.1, 0.02], round_id=ONE), raw(b"x" * 100), raw(b"y")])
    journal.append([ticked(4, float("nan"), round_id=ONE)])
    journal.stop()
    assert "price is no number" in caplog.text
    (path,) = files_in(tmp_path)
    whole, told = path.read_bytes(), footer_of(path)
    assert (told["rugged"], told["refused"], told["n"]) == (True, 1, 6)
    path.write_bytes(whole[: whole.rindex(b'{"_f"')])
    recover(tmp_path)
    assert footer_of(path) == {**told, "end": "recovered"}
    assert digest_matches(path) is True


def test_a_footer_that_was_torn_by_a_second_crash_is_written_again(tmp_path, crashed):
    """FAULTS R18: recovery killed at each byte of its own footer; no torn bytes are replaced."""
    sound, torn = crashed.read_bytes(), b'{"seq":31,"ev":"Pri'
    crashed.write_bytes(sound + torn)
    recover(tmp_path)
    mended = crashed.read_bytes()
    for cut in range(len(sound), len(mended), 9):
        crashed.write_bytes(mended[:cut])
        assert [finding.status for finding in recover(tmp_path)] == ["repaired"]
        assert crashed.read_bytes() == mended
        assert crashed.with_name(crashed.name + ".torn").read_bytes() == torn
    assert len(list(crashed.parent.iterdir())) == 2


def test_torn_bytes_of_two_crashes_are_both_kept(tmp_path, crashed):
    sound = crashed.read_bytes()
    for torn in (b'{"seq":31,"ev', bytes(512)):
        crashed.write_bytes(sound + torn)
        recover(tmp_path)
    kept = sorted(crashed.parent.glob("*.torn*"))
    assert [path.read_bytes() for path in kept] == [b'{"seq":31,"ev', bytes(512)]
    assert read_journal(crashed).damage == ()


def test_a_file_that_holds_its_header_alone_is_closed(tmp_path, crashed):
    header = crashed.read_bytes().splitlines(keepends=True)[0]
    crashed.write_bytes(header)
    (finding,) = recover(tmp_path)
    assert "nothing was recorded" in finding.what
    recording = read_journal(crashed)
    assert (recording.events, recording.damage) == ((), ())
    assert footer_of(crashed)["last_seq"] is None


def test_a_header_that_was_torn_is_kept_aside(tmp_path, crashed):
    """FAULTS R18: killed within the very first line."""
    header = crashed.read_bytes().splitlines(keepends=True)[0]
    for torn in (header[:40], header[:-1], bytes(4096)):
        crashed.write_bytes(torn)
        assert [finding.status for finding in recover(tmp_path)] == ["repaired"]
        assert files_in(tmp_path) == []
        aside = crashed.with_name(crashed.name + ".torn")
        assert aside.read_bytes() == torn
        aside.unlink()


def test_a_file_whose_numbers_have_holes_is_not_called_sound(tmp_path, crashed):
    """FAULTS R4: lines that are sound but not all there; no footer may hide that."""
    lines = crashed.read_bytes().splitlines(keepends=True)
    odd = [lines[:9] + lines[10:], lines[1:], lines + lines, [*lines, lines[4]]]
    for left in odd:
        crashed.write_bytes(b"".join(left))
        for _ in range(2):
            assert [finding.status for finding in recover(tmp_path)] == ["quarantined"]
        assert crashed.read_bytes() == b"".join(left)
        assert read_journal(crashed).damage


def test_losses_that_a_recovered_file_states_are_still_told(tmp_path, crashed):
    sound = crashed.read_bytes()
    lost = note_body(Lost(count=7, raw=2, first_at=Nanos(1), last_at=Nanos(2)))
    crashed.write_bytes(sound + record(31, lost))
    recover(tmp_path)
    assert footer_of(crashed)["lost"] == 7
    assert "7 records were lost" in read_journal(crashed).damage[0].what


LIMITED = """
import resource, signal, sys
from pathlib import Path
from replayer_qt.adapters.journal.recovery import recover
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
print(*[finding.status for finding in recover(Path(sys.argv[1]))])
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limits")
def test_a_disk_too_full_for_a_footer_is_said_and_costs_nothing(tmp_path, crashed):
    sound = crashed.read_bytes()
    done = subprocess.run(  # noqa: S603  # a limit that a process sets itself is for good
        [sys.executable, "-c", LIMITED, str(tmp_path), str(len(sound) + 20)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.split() == ["skipped"], done.stderr
    assert crashed.read_bytes() == sound


def test_a_last_line_that_lacks_its_line_break_alone_is_not_torn(tmp_path, crashed):
    """FAULTS R3: a record or a footer that is whole is never cut off."""
    sound = crashed.read_bytes()
    recover(tmp_path)
    mended = crashed.read_bytes()
    for cut in (len(sound) - 1, len(mended) - 1):
        crashed.write_bytes(mended[:cut])
        assert [finding.status for finding in recover(tmp_path)] == ["repaired"]
        assert crashed.read_bytes() == mended
    assert list(crashed.parent.iterdir()) == [crashed]
    assert len(read_journal(crashed).events) == 30


def test_a_last_record_without_its_line_break_is_not_cut_off_behind_damage(tmp_path, crashed):
    """FAULTS R4: a hole, or a number left out, and then a whole record: nothing is touched."""
    lines = crashed.read_bytes().splitlines(keepends=True)
    for before in (lines[7][:30] + b"#" + lines[7][31:], b""):
        data = b"".join([*lines[:7], before, lines[8].rstrip(b"\n")])
        crashed.write_bytes(data)
        assert [finding.status for finding in recover(tmp_path)] == ["quarantined"]
        assert crashed.read_bytes() == data
        assert len(read_journal(crashed).events) == 7


@pytest.fixture(scope="module")
def left_by_a_crash(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crashed")
    journal = journal_in(folder)
    journal.start()
    journal.append(ticks(0, 12, ONE))
    journal.stop()
    data = files_in(folder)[0].read_bytes()
    return data[: data.rindex(b'{"_f"')]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["flip", "cut", "insert", "delete", "repeat", "zero", "append"]),
            st.floats(0, 1, exclude_max=True),
            st.binary(min_size=1, max_size=40),
        ),
        max_size=4,
    )
)
def test_whatever_a_crash_left_recovery_loses_no_sound_line_and_ends(
    tmp_path_factory, left_by_a_crash, faults
):
    """FAULTS R15, R18: any mixture of faults; the second run has nothing left to repair."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "practice" / "2026-11-21" / "x.jsonl"
    path.parent.mkdir(parents=True)
    data = bytearray(left_by_a_crash)
    for kind, where, junk in faults:
        at = int(where * len(data))
        match kind:
            case "flip" if data:
                data[at] ^= junk[0] or 1
            case "cut":
                del data[at + 1 :]
            case "insert":
                data[at:at] = junk
            case "delete":
                del data[at : at + len(junk)]
            case "repeat":
                data[at:at] = data[at : at + 400]
            case "zero":
                data[at : at + len(junk)] = bytes(len(junk))
            case _:
                data += junk
    path.write_bytes(data)
    before = [line for line in bytes(data).split(b"\n") if is_sound(line)]
    recover(folder)
    left = path.read_bytes() if path.exists() else b""
    after = [line for line in left.split(b"\n") if is_sound(line)]
    assert after[: len(before)] == before or not path.exists()
    assert all(finding.status != "repaired" for finding in recover(folder))
    assert (path.read_bytes() if path.exists() else b"") == left


def test_what_stands_behind_a_files_end_is_cut_off_and_kept(tmp_path, crashed):
    """FAULTS R2: zeros behind a footer, as a power cut leaves them; no second footer."""
    recover(tmp_path)
    mended = crashed.read_bytes()
    crashed.write_bytes(mended + bytes(64))
    (finding,) = recover(tmp_path)
    assert "64 bytes behind its end" in finding.what
    assert crashed.read_bytes() == mended
    assert crashed.with_name(crashed.name + ".torn").read_bytes() == bytes(64)
