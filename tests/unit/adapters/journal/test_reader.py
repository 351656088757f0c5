"""Reading back: every sound record, every hole, and no invented tick."""

import json
import os
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.format import LINE_LIMIT, record, seal
from replayer_qt.adapters.journal.reader import digest_matches, looks_like_journal, read_journal
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import a_round, ticked

ONE = RoundId("round-1")


def written(folder, prices=(1.0, 1.1, 1.2, 0.02)):
    journal = journal_in(folder)
    journal.start()
    journal.append(a_round(list(prices), round_id=ONE))
    journal.stop()
    return files_in(folder)[-1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return written(tmp_path_factory.mktemp("whole"), [1 + n / 100 for n in range(40)]).read_bytes()


def read(tmp_path, data):
    path = tmp_path / "read.jsonl"
    path.write_bytes(data)
    return read_journal(path)


def test_our_files_are_known_by_their_first_bytes(whole):
    assert looks_like_journal(whole[:256])
    assert not looks_like_journal(b'{"event":"game_start"}')
    assert not looks_like_journal(b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01\0\0", "ELF"),
        (b'{"event":"game_start","ts":1}\n', "event"),
        (b"\0" * 4096, "no sound line"),
        (os.urandom(10_000), "no sound line"),
    ],
)
def test_a_file_that_is_no_journal_is_refused_with_what_was_found(tmp_path, data, said):
    with pytest.raises(RecordingUnreadable, match=said):
        read(tmp_path, data)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RecordingUnreadable, match="No such file"):
        read_journal(tmp_path / "none.jsonl")
    with pytest.raises(RecordingUnreadable, match="directory"):
        read_journal(tmp_path)


def test_a_file_cut_anywhere_keeps_every_whole_record(tmp_path, whole):
    """FAULTS R3: cut at every byte of the last kilobyte and a half; nothing is invented."""
    full = read(tmp_path, whole).events
    header = whole.index(b"\n") + 1
    for cut in range(max(header, len(whole) - 1500), len(whole)):
        recording = read(tmp_path, whole[:cut])
        lines = whole[header:cut].count(b"\n")
        kept = recording.events
        assert kept == full[: len(kept)]
        # a line that lacks nothing but its line break is whole
        assert len(kept) in {min(lines, len(full)), min(lines + 1, len(full))}
        assert "the end is missing" in recording.damage[-1].what or cut == len(whole) - 1


def test_no_flipped_bit_is_ever_replayed(tmp_path, whole):
    """FAULTS R4: each accepted record is one that was written."""
    full = set(map(codec.encode, read(tmp_path, whole).events))
    draw = random.Random(4)
    for _ in range(800):
        place = draw.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        recording = read(tmp_path, bytes(flipped))
        assert recording.damage
        assert set(map(codec.encode, recording.events)) <= full
        assert len(recording.events) >= len(full) - 1


def test_a_damaged_record_is_a_hole_with_its_place(tmp_path, whole):
    lines = whole.splitlines(keepends=True)
    lines[10] = lines[10].replace(b"1.08", b"9.08")
    recording = read(tmp_path, b"".join(lines))
    offset = sum(map(len, lines[:10]))
    first, second = recording.damage
    assert (first.line, first.offset, first.what) == (11, offset, "the line fails its checksum")
    assert second.what == "1 records are missing between 9 and 11"
    assert recording.bad_lines == 1
    assert len(recording.events) == 41


def test_a_lost_line_break_costs_no_record(tmp_path, whole):
    lines = whole.splitlines(keepends=True)
    lines[10] = lines[10].rstrip(b"\n") + b"?"
    recording = read(tmp_path, b"".join(lines))
    assert len(recording.events) == 42
    assert (recording.bad_lines, recording.recovered_lines) == (1, 2)


def test_a_tail_of_zeros_is_named(tmp_path, whole):
    recording = read(tmp_path, whole + b"\0" * 4096)
    assert len(recording.events) == 42
    assert recording.damage[-1].what == "4096 bytes of nothing"


def test_the_digest_tells_lines_that_were_exchanged(tmp_path, whole):
    path = tmp_path / "read.jsonl"
    path.write_bytes(whole)
    assert digest_matches(path) is True
    lines = whole.splitlines(keepends=True)
    other = codec.encode(ticked(7, 9.0, round_id=ONE))
    path.write_bytes(b"".join([*lines[:9], record(9, other), *lines[10:]]))
    assert digest_matches(path) is False
    path.write_bytes(b"".join(lines[:-1]))
    assert digest_matches(path) is None


def test_two_recordings_in_one_file_are_both_read(tmp_path, whole):
    recording = read(tmp_path, whole + whole)
    assert len(recording.events) == 84


def test_bombs_are_passed_over(tmp_path, whole):
    """FAULTS S11: deep JSON, endless lines and absurd numbers, with good checksums."""
    deep = seal(b'{"seq":43,"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    long = seal(b'{"seq":44,"x":"' + b"a" * (LINE_LIMIT + 10) + b'"}')
    digits = seal(b'{"seq":' + b"9" * 100_000 + b"}")
    huge = record(46, b'{"ev":"PriceTicked","rx_wall_ns":' + b"9" * 5000 + b"}")
    infinite = codec.encode(ticked(1, 1.5)).replace(b"1.5", b"1e999")
    odd = record(47, infinite)
    good = record(48, codec.encode(ticked(99, 1.5)))
    recording = read(tmp_path, b"".join([whole, deep, long, digits, huge, odd, good]))
    assert len(recording.events) == 43
    assert recording.events[-1].tick == 99
    assert len(recording.damage) >= 5


def test_a_record_of_a_kind_we_do_not_know_is_named_and_passed_over(tmp_path, whole):
    lines = whole.splitlines(keepends=True)
    strange = record(43, msgspec.json.encode({"ev": "FromTheFuture", "x": 1}))
    recording = read(tmp_path, b"".join([*lines[:-1], strange]))
    assert len(recording.events) == 42
    assert "of a kind that we do not know" in recording.damage[0].what


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["flip", "cut", "insert", "delete", "repeat", "zero"]),
            st.floats(0, 1, exclude_max=True),
            st.binary(min_size=1, max_size=40),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_damage_crashes_the_reader_or_invents_a_tick(tmp_path_factory, whole, faults):
    """FAULTS R15: any mixture of faults."""
    data = bytearray(whole)
    for kind, where, junk in faults:
        at = int(where * len(data))
        match kind:
            case "flip":
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
        if not data:
            return
    path = tmp_path_factory.getbasetemp() / "fuzzed.jsonl"
    path.write_bytes(data)
    good = {json.loads(line)["tick"] for line in whole.splitlines() if b"PriceTicked" in line}
    try:
        events = read_journal(path).events
    except RecordingUnreadable:
        return
    prices = [e for e in events if isinstance(e, PriceTicked)]
    assert {e.tick for e in prices} <= good
    assert all(e.price == 1 + e.tick / 100 for e in prices)


def test_a_second_reader_agrees(tmp_path):
    """S3-C2: DuckDB reads the same file and counts and sums the same."""
    duckdb = pytest.importorskip("duckdb", reason="an extra that is not installed here")
    path = written(tmp_path, [1 + n / 7 for n in range(500)])
    ours = [e for e in read_journal(path).events if isinstance(e, PriceTicked)]
    ticks = duckdb.read_json(str(path), format="newline_delimited", sample_size=-1)
    ((count, total, last),) = (
        ticks.filter("ev = 'PriceTicked'").aggregate("count(*), sum(price), max(tick)").fetchall()
    )
    assert (count, last) == (len(ours), 499)
    assert total == pytest.approx(sum(e.price for e in ours), rel=1e-12)


def test_the_quick_and_the_careful_way_read_the_same(tmp_path, whole):
    quick = read(tmp_path, whole)
    lines = whole.splitlines(keepends=True)
    careful = read(tmp_path, b"".join(lines[:-1]))
    assert quick.events == careful.events
    assert (quick.lines, quick.damage) == (len(lines), ())
    assert (careful.lines, len(careful.damage)) == (len(lines) - 1, 1)


def test_amounts_that_are_no_numbers_are_left_out_whatever_their_checksum(tmp_path, whole):
    """FAULTS R14: a file made by hand, with good checksums."""
    lines = whole.splitlines(keepends=True)
    quoted = codec.encode(ticked(1, 1.5)).replace(b":1.5,", b':"nan",')
    assert b"nan" in quoted
    recording = read(tmp_path, b"".join([*lines[:-1], record(43, quoted)]))
    assert len(recording.events) == 42
