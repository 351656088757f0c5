"""What another program presses reaches this one."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import FILE, TRIGGER, LatchFile
from replayer_qt.runtime.kill_watch import KillWatch
from tests.helpers.listener import Listener

ROOT = Path(__file__).parents[3]


@pytest.fixture
def watch(tmp_path, qtbot):
    latch = LatchFile(tmp_path, SystemClock())
    watch = KillWatch(latch)
    listener = Listener(watch.changed)
    watch.start()
    yield latch, listener
    assert watch.stop()
    assert watch.stop()


def heard(listener):
    return [(kill.on, kill.by) for kill in listener.heard]


def test_a_press_and_a_lift_of_another_program_are_told_once_each(qtbot, qapp, tmp_path, watch):
    """KS-03, FAULTS C6: the command line's press reaches the window within a blink."""
    _, listener = watch
    other = LatchFile(tmp_path, SystemClock())
    other.press(by="command-line", reason="enough")
    qtbot.waitUntil(lambda: heard(listener) == [(True, "command-line")], timeout=5_000)
    other.press(by="command-line", reason="again")
    other.lift(reason="fine")
    qtbot.waitUntil(lambda: len(listener.heard) == 2, timeout=5_000)
    assert heard(listener)[1] == (False, "lifted")
    assert listener.threads == {qapp.thread()}


def test_a_bare_file_is_latched(qtbot, tmp_path, watch):
    """FAULTS C6: taking the file away again does not lift it."""
    latch, listener = watch
    (tmp_path / TRIGGER).touch()
    qtbot.waitUntil(lambda: heard(listener) == [(True, "file")], timeout=5_000)
    (tmp_path / TRIGGER).unlink()
    assert latch.is_on()
    assert LatchFile(tmp_path, SystemClock()).is_on()


def test_a_latch_that_cannot_be_read_any_more_is_a_press(qtbot, tmp_path, watch):
    """KS-01: garbage appears while the window runs."""
    _, listener = watch
    (tmp_path / FILE).write_bytes(b"garbage")
    qtbot.waitUntil(lambda: heard(listener) == [(True, "latch-unreadable")], timeout=5_000)


def test_the_command_reaches_a_program_whose_main_thread_hangs(qtbot, tmp_path, watch):
    """KS-06, KS-02: `is_on` is true for a broker's thread while nothing on the main one moves."""
    latch, _ = watch
    seen = threading.Event()
    begun, told = [], []

    def broker():
        while not latch.is_on():
            time.sleep(0.001)
        told.append(time.monotonic())
        seen.set()

    thread = threading.Thread(target=broker)
    thread.start()
    subprocess.run(  # noqa: S603
        [sys.executable, "app.py", "kill", "--data-dir", str(tmp_path)],
        cwd=ROOT,
        env=dict(os.environ),
        timeout=60,
        check=True,
        capture_output=True,
    )
    begun.append(time.monotonic())
    assert seen.wait(10)
    thread.join()
    assert told[0] - begun[0] < 1.0
