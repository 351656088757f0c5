"""Packed files read as what was in them; damage costs a frame, never the file, never silence."""

import hashlib
import random
import shutil
import struct
import subprocess
import tracemalloc

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.reader import digest_matches, read_journal
from replayer_qt.adapters.journal.sealed import (
    check_packed,
    damage_of,
    is_packed,
    open_plain,
    read_info,
    read_plain,
    tick_at,
    unpack,
)
from replayer_qt.adapters.journal.sealed_format import FRAME_SIZE, find_info
from replayer_qt.adapters.journal.sealed_packing import pack_bytes
from replayer_qt.adapters.journal.survey import survey
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.units import RoundId
from tests.helpers.sealed import closed_journal, facts, packed, ruin, sealed_journal

LONG = 4_000


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A packed journal of several frames, and its bytes before."""
    folder = tmp_path_factory.mktemp("long")
    path = closed_journal(folder, LONG)
    plain = path.read_bytes()
    from_it = facts(path)
    target = folder / "packed.jsonl.zst"
    packed_info = pack_bytes(plain, target, from_it)
    assert len(packed_info.frames) > 2
    return target, plain


@pytest.fixture
def copy(tmp_path, long):
    """A copy of the long one that may be damaged."""
    path = tmp_path / "copy.jsonl.zst"
    shutil.copyfile(long[0], path)
    return path


@settings(max_examples=60, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=2_000),
        st.builds(bytes.__mul__, st.binary(max_size=60), st.integers(0, 20_000)),
        st.lists(st.binary(max_size=200), max_size=50).map(b"\n".join),
    )
)
def test_any_bytes_come_back_as_they_were(tmp_path_factory, data):
    """S3-L3: whatever is packed unpacks to the same bytes, at once and as a stream."""
    path = tmp_path_factory.mktemp("any") / "x.bin.zst"
    info = packed(path, data)
    assert read_plain(path) == data
    with open_plain(path) as file:
        assert file.read() == data
    assert (info.plain_size, info.digest) == (len(data), hashlib.sha256(data).hexdigest())
    assert read_info(path) == info
    assert check_packed(path) == ()


def test_other_programs_unpack_it_and_know_its_frames(long):
    """S3-L3: plain zstd gives the very bytes; the seek table is that of the public format."""
    path, plain = long
    told = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True)
    assert told.read() == plain
    data = path.read_bytes()
    frames, descriptor, magic = struct.unpack("<IBI", data[-9:])
    assert (descriptor, magic) == (0, 0x8F92EAB1)
    table = data[-9 - 8 * frames : -9]
    assert struct.unpack("<II", data[-17 - 8 * frames : -9 - 8 * frames]) == (
        0x184D2A5E,
        8 * frames + 9,
    )
    sizes = list(struct.iter_unpack("<II", table))
    assert sum(length for _, length in sizes) == len(plain)
    assert sum(size for size, _ in sizes) + 8 + 8 * frames + 9 == len(data)
    offset = start = 0
    for size, length in sizes[:-2]:
        one = zstandard.ZstdDecompressor().decompress(data[offset : offset + size])
        assert one == plain[start : start + length]
        offset, start = offset + size, start + length


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd program")
def test_the_zstd_program_unpacks_it(long):
    """S3-L3: what a trader has at hand in ten years."""
    path, plain = long
    done = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True, timeout=20)  # noqa: S603, S607
    assert done.stdout == plain


def test_frames_hold_whole_lines_and_say_which(long):
    path, plain = long
    info = read_info(path)
    for frame in info.frames:
        content = plain[frame.start : frame.start + frame.length]
        assert frame.length <= FRAME_SIZE
        assert content.endswith(b"\n")
        assert frame.line == plain.count(b"\n", 0, frame.start) + 1
        assert b'"seq":%d,' % frame.seq in content[:400]
    assert info.names == ("round-1",)
    assert info.frames[0].spans[0][1] == 0
    assert info.frames[-1].spans[0][2] == LONG - 1


def test_a_tick_is_found_in_one_frame(long):
    """S3-L3: any tick of any round, without unpacking the rest."""
    path, plain = long
    expected = {e.tick: e for e in read_journal(path).events if isinstance(e, PriceTicked)}
    for tick in (0, 1, 999, 1_000, 2_345, LONG - 1):
        assert tick_at(path, RoundId("round-1"), tick) == expected[tick]
        assert tick_at(path, None, tick) == expected[tick]
    assert tick_at(path, RoundId("round-2"), 3) is None
    assert tick_at(path, None, LONG) is None
    assert len(plain) > 3 * FRAME_SIZE


def test_a_packed_journal_reads_as_the_plain_one(tmp_path):
    plain = closed_journal(tmp_path / "a", 300)
    path = sealed_journal(tmp_path / "b", 300).path
    assert [type(e) for e in read_journal(path).events] == [
        type(e) for e in read_journal(plain).events
    ]
    assert read_journal(path).ended == "stopped"
    assert digest_matches(path) is True
    found = survey(path)
    assert (found.closed, found.holes) == (True, ())


def test_plain_files_are_read_as_they_are(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":1}\n')
    assert not is_packed(path)
    assert read_info(path) is None
    assert unpack(path).packed is False
    with open_plain(path) as file:
        assert (file.read(), damage_of(file)) == (b'{"a":1}\n', ())


def test_a_damaged_place_is_mended_and_listed(copy, long):
    """S3-P6, FAULTS R4: flipped bits and lost sectors cost nothing, and are told all the same."""
    plain = long[1]
    whole = copy.read_bytes()
    frame = read_info(copy).frames[1]
    for begin, length in ((0, 1), (frame.size // 2, 1), (frame.size - 1, 1), (77, 512), (0, 1024)):
        at = frame.offset + begin
        copy.write_bytes(
            whole[:at] + bytes(b ^ 0x55 for b in whole[at : at + length]) + whole[at + length :]
        )
        found = unpack(copy)
        assert found.data == plain
        assert "computed from its parity" in found.damage[0].what
        assert (found.damage[0].line, found.damage[0].offset) == (frame.line, frame.start)
        assert check_packed(copy) == found.damage
        with open_plain(copy) as file:
            assert file.read() == plain
        first = frame.spans[0][1]
        assert tick_at(copy, None, first).tick == first
        recording = read_journal(copy)
        assert [e.tick for e in recording.events if isinstance(e, PriceTicked)] == list(range(LONG))
        assert recording.damage == found.damage


def test_what_is_beyond_mending_costs_one_frame_and_is_listed_with_its_place(copy, long):
    """S3-P6, FAULTS R4: the sound frames are all there; the damage names line and byte."""
    plain = long[1]
    info = read_info(copy)
    frame = info.frames[1]
    ruin(copy, frame.offset + 2_000, frame.offset + frame.size - 2_000)
    found = unpack(copy)
    assert found.data == plain[: frame.start] + plain[frame.start + frame.length :]
    (damage,) = found.damage
    assert (damage.line, damage.offset) == (frame.line, frame.start)
    assert f"{frame.offset} and {frame.offset + frame.size}" in damage.what
    assert check_packed(copy) == (damage,)
    recording = read_journal(copy)
    ticks = [e.tick for e in recording.events if isinstance(e, PriceTicked)]
    _, first, last = frame.spans[0]
    assert ticks == [n for n in range(LONG) if not first <= n <= last]
    assert damage in recording.damage
    assert any("missing between" in place.what for place in recording.damage)
    assert tick_at(copy, None, first) is None


def test_every_flipped_bit_is_noticed_and_none_costs_a_byte(tmp_path):
    """S3-P6, FAULTS R4: wherever it is, the content is all there, and the damage is told."""
    path = sealed_journal(tmp_path, 12).path
    whole = path.read_bytes()
    plain = read_plain(path)
    draw = random.Random(4)
    for place in [*range(40), *draw.sample(range(len(whole)), 300)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        assert unpack(path).data == plain
        assert check_packed(path) != ()


def test_without_its_index_all_frames_are_still_read(copy, long):
    data = copy.read_bytes()
    info = read_info(copy)
    last = info.frames[-1]
    copy.write_bytes(data[: last.offset + last.size])
    assert read_info(copy) is None
    assert read_plain(copy) == long[1]
    assert [place.what for place in check_packed(copy)] == [
        "the index at its end is missing or damaged, and with it the digest"
    ]


def test_cut_anywhere_the_frames_before_are_read(copy, long):
    """S3-P6: a truncated packed file gives all that is whole, and says where it ends."""
    data, plain = copy.read_bytes(), long[1]
    info = read_info(copy)
    draw = random.Random(1)
    ends = [(frame.offset + frame.size, frame.start + frame.length) for frame in info.frames]
    for cut in sorted(draw.randrange(4, ends[-1][0]) for _ in range(25)):
        copy.write_bytes(data[:cut])
        whole = max((start for offset, start in ends if offset <= cut), default=0)
        found = unpack(copy)
        assert found.data == plain[:whole]
        told = any(offset == cut for offset, _ in ends) or "inside a frame" in found.damage[0].what
        assert told


def test_frames_that_are_not_where_the_index_says_are_found(copy, long):
    """S3-P6: bytes that were put in or taken out cost the frame that they are in."""
    data, plain = copy.read_bytes(), long[1]
    frame = read_info(copy).frames[1]
    place = frame.offset + frame.size // 2
    for changed in (data[:place] + bytes(77) + data[place:], data[:place] + data[place + 77 :]):
        copy.write_bytes(changed)
        found = unpack(copy)
        assert found.data == plain[: frame.start] + plain[frame.start + frame.length :]
        assert (found.damage[0].line, found.damage[0].offset) == (frame.line, frame.start)
        assert check_packed(copy) != ()


def test_a_damaged_frame_without_an_index_is_passed_over(copy, long):
    data = bytearray(copy.read_bytes())
    info = read_info(copy)
    frame, last = info.frames[0], info.frames[-1]
    data[frame.offset + frame.size // 2] ^= 1
    copy.write_bytes(data[: last.offset + last.size])
    found = unpack(copy)
    assert found.data == long[1][frame.length :]
    assert len(found.damage) == 1


def test_garbage_is_never_more_than_damage(tmp_path):
    draw = random.Random(9)
    path = tmp_path / "x.zst"
    for _ in range(300):
        path.write_bytes(b"\x28\xb5\x2f\xfd" + draw.randbytes(draw.randrange(300)))
        found = unpack(path)
        assert found.packed
        assert found.damage or found.data is not None
        assert find_info(draw.randbytes(300) + b"rplyseal" + draw.randbytes(40)) is None


def test_what_others_packed_is_read_too(tmp_path):
    path = tmp_path / "x.jsonl.zst"
    plain = closed_journal(tmp_path / "a", 200).read_bytes()
    packer = zstandard.ZstdCompressor(level=19).compressobj()
    path.write_bytes(packer.compress(plain) + packer.flush())
    assert read_info(path) is None
    assert read_plain(path) == plain
    assert len(check_packed(path)) == 1  # a journal of ours should have its index
    foreign = tmp_path / "y.jsonl.zst"
    foreign.write_bytes(zstandard.ZstdCompressor().compress(b'{"type":"tick"}'))
    assert check_packed(foreign) == ()
    assert read_journal(path).damage == ()


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path):
    """FAULTS S11: 4 GiB of nothing in some 130 kB."""
    path = tmp_path / "bomb.zst"
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    with path.open("wb") as file:
        for _ in range(256):
            file.write(packer.compress(bytes(1024 * 1024)))
        file.write(packer.flush())
    tracemalloc.start()
    with pytest.raises(RecordingUnreadable, match="unpacked, more than"):
        read_plain(path)
    with open_plain(path) as file, pytest.raises(RecordingUnreadable):
        sum(map(len, file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 * 1024 * 1024


def test_the_limit_is_kept_to(tmp_path, long):
    with pytest.raises(RecordingUnreadable):
        read_plain(long[0], limit=len(long[1]) - 1)
    assert len(read_plain(long[0], limit=len(long[1]))) == len(long[1])
    plain = tmp_path / "x"
    plain.write_bytes(bytes(100))
    with pytest.raises(RecordingUnreadable):
        read_plain(plain, limit=99)


def test_streaming_holds_little_of_a_large_file(tmp_path):
    """Memory stays bounded, however long the recording is."""
    path = tmp_path / "x.zst"
    line = b"".join(b"%d,%d\n" % (n, n * n) for n in range(1_000))
    packed(path, line * 2_000)
    tracemalloc.start()
    with open_plain(path) as file:
        count = sum(1 for _ in file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2_000_000
    assert peak < 4 * 1024 * 1024
