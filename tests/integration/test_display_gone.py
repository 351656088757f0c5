"""The display server dies: Qt ends its loop under the program."""

import subprocess
import sys
from pathlib import Path

from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.journal.reader import read_journal
from tests.helpers.exchange import ROOT

SCRIPT = """
import sys
from PySide6 import QtCore
import replayer_qt.main as main

class Ending(main.MainWindow):
    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        # what Qt does when the connection to the display breaks, once some ticks are recorded
        self._ending = QtCore.QTimer(self, interval=50)
        self._ending.timeout.connect(self._end_soon)
        self._ending.start()

    def _end_soon(self):
        told = None if self._advance is None else self._advance.state.recording
        if told is not None and told.records > 30:
            for _ in range(4):
                QtCore.QCoreApplication.exit(1)

main.MainWindow = Ending
from replayer_qt.cli.entry import main as enter
sys.exit(enter(sys.argv[1:]))
"""


def test_a_lost_display_ends_the_program_in_order(tmp_path):
    """S1-V3, FAULTS C12: no abort, no thread destroyed while it runs, a whole file on disk."""
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-c", SCRIPT, "--venue", "practice", "--data-dir", str(tmp_path)),
            *("--set", "practice.speed=20", "--exit-after", "40s"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "QThread" not in done.stderr
    assert "the display is gone; everything was stopped" in done.stderr
    files = sorted(Path(tmp_path, "recordings").rglob("*.jsonl"))
    assert files
    for path in files:
        assert read_journal(path).damage == ()
    assert verify_trail(Path(tmp_path, "audit")).is_whole
