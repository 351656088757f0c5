"""One process at a time, and each in its turn."""

import threading
import time

import pytest

from replayer_qt.adapters.library.alone import alone


def test_whoever_holds_it_again_and_again_lets_others_in(tmp_path):
    """A busy writer starves nobody."""
    done = threading.Event()
    turns = 0

    def be_greedy() -> None:
        nonlocal turns
        while not done.is_set():
            with alone(tmp_path, what="Notes", wait_s=30.0):
                turns += 1
                time.sleep(0.005)  # a slow disk

    greedy = threading.Thread(target=be_greedy)
    greedy.start()
    try:
        for turn in range(30):
            with alone(tmp_path, what="Notes", wait_s=30.0):
                before = turns
            assert before <= turn * 4 + 4
    finally:
        done.set()
        greedy.join()


def test_a_holder_who_stays_too_long_is_named(tmp_path):
    with (
        alone(tmp_path, what="Notes", wait_s=1.0),
        pytest.raises(OSError, match=r"Notes cannot be written to .*: process"),
        alone(tmp_path, what="Notes", wait_s=0.05),
    ):
        pytest.fail("two at once")  # pragma: no cover
    with alone(tmp_path, what="Notes", wait_s=0.05):
        assert (tmp_path / ".lock").exists()
