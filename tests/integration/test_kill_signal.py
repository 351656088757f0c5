"""The kill switch from outside, while the program runs as a person started it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import LatchFile
from tests.helpers.exchange import ROOT


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no SIGUSR1")
def test_a_signal_presses_the_kill_switch_of_a_running_program(tmp_path):
    """KS-03, FAULTS C6: latched, told and written down; the program itself goes on."""
    latch = LatchFile(tmp_path, SystemClock())
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "app.py", "--data-dir", str(tmp_path), "--exit-after", "40s"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as program:
        try:
            assert any("offscreen" in line for line in program.stderr), "it never came up"
            assert not latch.is_on()
            program.send_signal(signal.SIGUSR1)
            deadline = time.monotonic() + 10
            while not latch.is_on() and time.monotonic() < deadline:
                time.sleep(0.005)
            assert latch.read().by == "signal"
            assert any("kill switch is on" in line for line in program.stderr)
            assert program.poll() is None
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
        finally:
            program.kill()
    trail = [
        json.loads(line)
        for path in sorted((tmp_path / "audit").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    (killed,) = [one for one in trail if one["event"] == "KillSwitched"]
    assert killed["payload"]["by"] == "signal"
    assert LatchFile(tmp_path, SystemClock()).is_on(), "it stays on for the next start"
