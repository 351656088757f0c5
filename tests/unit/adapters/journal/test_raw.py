"""Messages as they came: packed small, readable up to a cut, never a bomb."""

import random

import pytest
import zstandard

from replayer_qt.adapters.journal.raw import MAGIC, RawPacker, read_raw
from replayer_qt.core.errors import RecordingUnreadable
from tests.helpers.journals import raw

SAID = [raw(b'{"tickCount":%d,"price":1.5}' % n, at=1000 + n) for n in range(200)]


def packed(*, finish=True):
    packer = RawPacker()
    return b"".join(packer.pack(message) for message in SAID) + (packer.finish() if finish else b"")


def test_messages_come_back_as_they_were(tmp_path):
    (tmp_path / "a.raw.zst").write_bytes(packed())
    kept = list(read_raw(tmp_path / "a.raw.zst"))
    assert [(m.number, m.at, m.mono, m.data) for m in kept] == [
        (n, e.at, e.mono, e.data) for n, e in enumerate(SAID, 1)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_cut_costs_only_what_follows_it(tmp_path, seed):
    """FAULTS R1, R3: killed in the middle of a message, all before it can be read."""
    packer, sizes = RawPacker(), [0]
    data = b""
    for message in SAID:
        data += packer.pack(message)
        sizes.append(len(data))
    for cut in random.Random(seed).choices(range(sizes[1], len(data)), k=40):
        (tmp_path / "a.raw.zst").write_bytes(data[:cut])
        whole = sum(size <= cut for size in sizes) - 1
        kept = list(read_raw(tmp_path / "a.raw.zst"))
        assert len(kept) >= whole
        assert [m.data for m in kept] == [e.data for e in SAID[: len(kept)]]


def test_zeros_after_a_power_cut_cost_no_message(tmp_path):
    """FAULTS R3: a tail that is no zstd at all is left out, and nothing before it."""
    data = packed(finish=False)
    for tail in [bytes(4096), b"\xff" * 100, random.Random(1).randbytes(3000)]:
        (tmp_path / "a.raw.zst").write_bytes(data + tail)
        kept = list(read_raw(tmp_path / "a.raw.zst"))
        assert [m.data for m in kept] == [e.data for e in SAID]


def test_no_flipped_bit_is_handed_out(tmp_path):
    """FAULTS R4: a damaged message ends the reading, and is never returned."""
    good, draw = {message.data for message in SAID}, random.Random(1)
    data = packed()
    for _ in range(300):
        flipped = bytearray(data)
        place = draw.randrange(len(data) * 8)
        flipped[place // 8] ^= 1 << place % 8
        (tmp_path / "a.raw.zst").write_bytes(flipped)
        try:
            assert {m.data for m in read_raw(tmp_path / "a.raw.zst")} <= good
        except RecordingUnreadable:
            continue


def test_a_bomb_is_stopped(tmp_path):
    """FAULTS S11: a small file that unpacks to a gigabyte."""
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    head = (
        MAGIC + bytes(4) + (1).to_bytes(8, "little") + bytes(16) + (60 << 20).to_bytes(4, "little")
    )
    data = packer.compress(head) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(200))
    path = tmp_path / "bomb.raw.zst"
    path.write_bytes(data + packer.flush())
    assert path.stat().st_size < 64_000
    with pytest.raises(RecordingUnreadable, match="unpacks to more than"):
        list(read_raw(path))


@pytest.mark.parametrize("data", [b"", b"hello", bytes(1000), zstandard.compress(b"something")])
def test_a_file_that_is_no_raw_file_is_refused(tmp_path, data):
    (tmp_path / "a.raw.zst").write_bytes(data)
    with pytest.raises(RecordingUnreadable):
        list(read_raw(tmp_path / "a.raw.zst"))
    with pytest.raises(RecordingUnreadable, match="No such file"):
        list(read_raw(tmp_path / "none.raw.zst"))
