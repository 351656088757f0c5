"""Packed files mutated at random: what is read is what was packed, and nothing else."""

import random

import pytest

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed import check_packed, read_info, tick_at, unpack
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from tests.helpers.sealed import sealed_journal


def mutated(data, draw):
    """Return the bytes with flips, cuts, zeros, copies, insertions and exchanges."""
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        at, length = draw.randrange(len(data)), draw.choice([1, 1, 8, 64, 600, 5_000])
        match draw.randrange(6):
            case 0 if len(data) > 100:
                del data[draw.randrange(50, len(data)) :]
            case 1:
                data[at : at + length] = bytes(len(data[at : at + length]))
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = draw.randbytes(length)
            case 4:
                other = draw.randrange(len(data))
                piece = data[at : at + length]
                data[at : at + length] = data[other : other + len(piece)]
            case _:
                data[at] ^= 1 << draw.randrange(8)
    return bytes(data)


@pytest.mark.slow
def test_no_mutated_packed_file_gives_what_was_not_in_it(tmp_path):
    """FAULTS R4, R15, S3-P6: 400 files; one kind of error, each event one of the recorded ones."""
    path = sealed_journal(tmp_path, 3_000).path
    whole = path.read_bytes()
    good = {codec.encode(event) for event in read_journal(path).events}
    draw = random.Random(12)
    read = unreadable = complete = 0
    for _ in range(400):
        path.write_bytes(mutated(whole, draw))
        try:
            recording = read_journal(path)
        except RecordingUnreadable:
            unreadable += 1
            continue
        told = [codec.encode(event) for event in recording.events]
        assert good.issuperset(told)
        assert len(told) == len(set(told))
        assert recording.damage or len(told) == len(good)
        read += 1
        complete += len(told) == len(good)
        tick = draw.randrange(3_000)
        found = tick_at(path, None, tick)
        assert found is None or (isinstance(found, PriceTicked) and codec.encode(found) in good)
    assert read > 270
    assert complete > 90
    assert unreadable > 0


@pytest.mark.slow
def test_no_mutated_packed_file_breaks_the_looks_into_it(tmp_path):
    """FAULTS R15: the index, the check and the unpacking raise nothing but the one error."""
    path = sealed_journal(tmp_path, 60).path
    whole = path.read_bytes()
    draw = random.Random(13)
    infos = 0
    for _ in range(1_500):
        path.write_bytes(mutated(whole, draw))
        infos += read_info(path) is not None
        try:
            unpack(path)
            check_packed(path)
        except RecordingUnreadable:
            continue
    assert 0 < infos < 1_500
