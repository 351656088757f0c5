"""Every reader of files against twenty thousand mutated ones; the long run is a command."""

import pytest

from replayer_qt.adapters.library.detect import FORMATS
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.units import StreamId
from tests.torture.fuzzed_readers import GROWTH_MIB, SLOWEST_MS, corpus, read_many

INPUTS = 8_000
REPLAY = StreamId("replay/1")


def test_there_is_a_sound_file_of_every_format_to_begin_with(tmp_path):
    path, found = tmp_path / "file", []
    for data in corpus(tmp_path):
        path.write_bytes(data)
        recording = open_recording(path, REPLAY)
        assert recording.bad_lines == 0
        found.append(recording.format)
    assert set(found) == FORMATS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_mutated_file_of_any_format_crashes_its_reader_or_makes_an_unsound_tick(tmp_path):
    """FAULTS R15, R14, R13: one kind of refusal, quick, in bounded memory, whatever is read."""
    found = read_many(INPUTS, 15, tmp_path)
    assert found.wrong == []
    assert found.slowest_ms < SLOWEST_MS * 5  # the bound itself is held by the long run, alone
    assert found.growth_mib < GROWTH_MIB
    assert 0 < found.refused < INPUTS / 2
    assert set(found.formats) >= FORMATS
