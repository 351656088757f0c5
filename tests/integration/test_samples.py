"""The recordings that come with the program."""

from pathlib import Path

import pytest

from replayer_qt.adapters.journal.reader import digest_matches
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.events import Fairness
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import stream_of

SAMPLES = sorted((Path(__file__).parents[2] / "recordings" / "samples").glob("*.jsonl"))


def test_there_are_samples():
    assert len(SAMPLES) == 2


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_whole_and_verified(path):
    recording = open_recording(path, stream_of("replay", "1"))
    assert recording.damage == ()
    assert digest_matches(path)
    (known,) = summarise(recording.events)
    assert known.fairness is Fairness.VERIFIED
    assert (known.first_index, known.gaps) == (0, ())
    assert path.stem == f"practice-{known.ticks}-ticks"
