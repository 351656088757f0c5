"""The watch over the main thread."""

import logging
import threading
import time

from replayer_qt.runtime.heartbeat import BEAT_MS, Heartbeat


def _dawdle(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


def test_a_stall_of_the_main_thread_leaves_its_stack_in_the_log(qtbot, caplog):
    """FAULTS C2: the stack, with the function's name, is saved while the thread stands still."""
    heart = Heartbeat(stall_ms=250)
    heart.start()
    try:
        qtbot.waitUntil(lambda: heart._last is not None)
        _dawdle(0.7)
        assert heart.stalls == 1
        qtbot.waitUntil(lambda: heart.worst_gap_ms > 500)
    finally:
        assert heart.stop()
    saved = [record for record in caplog.records if record.stack_info]
    assert len(saved) == 1
    assert "_dawdle" in saved[0].stack_info
    assert saved[0].levelno == logging.WARNING


def test_each_stall_is_told_once(qtbot, caplog):
    heart = Heartbeat(stall_ms=100)
    heart.start()
    try:
        for _ in range(3):
            heart.forget()
            qtbot.waitUntil(lambda: heart._last is not None)
            before = heart.stalls
            _dawdle(0.5)
            assert heart.stalls == before + 1
    finally:
        heart.stop()
    assert "the main thread stands still" in caplog.text


def test_an_idle_loop_is_no_stall(qtbot, caplog):
    heart = Heartbeat(stall_ms=2_000)
    heart.start()
    qtbot.waitUntil(lambda: heart._last is not None)
    qtbot.wait(4 * BEAT_MS)
    assert heart.stop()
    assert heart.stalls == 0


def test_stopping_ends_the_thread_and_may_be_done_twice(qtbot):
    heart = Heartbeat()
    heart.start()
    heart.start()
    assert sum(thread.name == "heartbeat" for thread in threading.enumerate()) == 1
    assert heart.stop()
    assert heart.stop()
    assert not any(thread.name == "heartbeat" for thread in threading.enumerate())


def test_what_was_before_can_be_forgotten(qtbot, caplog):
    heart = Heartbeat(stall_ms=5_000)
    heart.start()
    qtbot.waitUntil(lambda: heart._last is not None)
    _dawdle(0.3)
    qtbot.waitUntil(lambda: heart.worst_gap_ms > 200)
    heart.forget()
    assert heart.worst_gap_ms == 0.0
    heart.stop()
