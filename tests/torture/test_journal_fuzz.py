"""The reader against twenty thousand mutated files."""

import random

import pytest

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core import codec
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import a_round

INPUTS = 20_000


def mutated(data, draw):
    copy = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(copy))
        match draw.randrange(6):
            case 0:
                copy[at] ^= 1 << draw.randrange(8)
            case 1:
                del copy[at + 1 :]
            case 2:
                copy[at:at] = draw.randbytes(draw.randrange(1, 40))
            case 3:
                del copy[at : at + draw.randrange(1, 300)]
            case 4:
                copy[at:at] = copy[at : at + draw.randrange(1, 600)]
            case _:
                copy[at : at + 64] = bytes(64)
        if not copy:
            return b"x"
    return bytes(copy)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_mutated_file_crashes_the_reader_or_invents_a_record(tmp_path):
    """FAULTS goal 5, R15, R4, S11: each record that is read was written."""
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(a_round([1.0, 1.1, 1.2, 0.02], round_id=RoundId("r")))
    journal.stop()
    whole = files_in(tmp_path)[0].read_bytes()
    good = {codec.encode(e) for e in read_journal(files_in(tmp_path)[0]).events}
    draw, path, unreadable = random.Random(15), tmp_path / "fuzzed", 0
    for _ in range(INPUTS):
        path.write_bytes(mutated(whole, draw))
        try:
            events = read_journal(path).events
        except RecordingUnreadable:
            unreadable += 1
            continue
        assert {codec.encode(e) for e in events} <= good
    assert unreadable < INPUTS / 2
