"""Two packers, one who unpacks, one who mends and one who reads, all at once on the same files."""

import contextlib
import threading

import pytest

from replayer_qt.adapters.journal.sealed_format import sealed_path
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.journal.sealed_packing import seal, unseal
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.units import StreamId
from tests.helpers.sealed import closed_journal, facts

FILES = 6
TURNS = 25


@pytest.mark.slow
def test_a_reader_never_meets_a_recording_that_is_not_whole(tmp_path):
    """Whoever comes too late finds the file where it lies now; at the end each is there once."""
    paths = [closed_journal(tmp_path, 60, f"r-{number}") for number in range(FILES)]
    expected = {tuple(open_recording(path, StreamId("a/b")).events) for path in paths}
    over = threading.Event()
    reads, wrong = [], []

    def read():
        while not over.is_set():
            found = find_recordings([tmp_path])
            reads.append(len(found))
            for path in found:
                recording = open_recording(path, StreamId("a/b"))
                if recording.damage or tuple(recording.events) not in expected:
                    wrong.append(recording)

    def mend():
        while not over.wait(0.01):
            wrong.extend(one for one in mend_sealing(tmp_path) if one.status != "repaired")

    def pack():
        while not over.is_set():
            for path in paths:
                with contextlib.suppress(FileNotFoundError, FileExistsError):
                    seal(path, facts)

    threads = [threading.Thread(target=work, daemon=True) for work in (read, mend, pack)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(TURNS):
            for path in paths:
                with contextlib.suppress(FileNotFoundError, FileExistsError):
                    seal(path, facts)
                    unseal(sealed_path(path))
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert wrong == []
    assert set(reads) == {FILES}
    assert len(reads) > 5
    mend_sealing(tmp_path)
    forms = [[form for form in (path, sealed_path(path)) if form.exists()] for path in paths]
    assert all(len(found) == 1 for found in forms)
