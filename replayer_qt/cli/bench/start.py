"""How long the window takes from the start of the process to its first paint."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from replayer_qt.adapters.display import choose_platform
from replayer_qt.cli.bench.result import Result

BUDGET_S: Final = 1.0
RUNS: Final = 5
_DEADLINE_S: Final = 60.0
_ROOT: Final = Path(__file__).parents[3]

# The first paint of a main window is the moment that a person sees something.
_WATCH: Final = """
import os, sys, time
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent

class Watching(QtWidgets.QApplication):
    def notify(self, receiver, event):
        done = super().notify(receiver, event)
        if event.type() == QEvent.Type.Paint and isinstance(receiver, QtWidgets.QMainWindow):
            print(time.monotonic_ns(), flush=True)
            os._exit(0)
        return done

QtWidgets.QApplication = Watching
"""
_BARE: Final = """
app = Watching(["bare"])
window = QtWidgets.QMainWindow()
window.resize(1280, 800)
window.show()
app.exec()
"""
_OURS: Final = """
from replayer_qt.cli.entry import main
sys.exit(main(["--data-dir", sys.argv[1], "--exit-after", "30"]))
"""


def measure() -> list[Result]:
    """Return the time to first paint, of a bare Qt window and of ours."""
    bare = _median(_WATCH + _BARE)
    ours = _median(_WATCH + _OURS)
    ratio = None if bare is None or ours is None else ours / bare
    return [
        Result(name="start: bare Qt window to first paint", value=bare, unit="s"),
        Result(
            name="start: window to first paint",
            value=ours,
            unit="s",
            budget=BUDGET_S,
            note="" if ours is not None else "the window did not paint",
        ),
        Result(name="start: ours against a bare Qt window", value=ratio, unit="x"),
    ]


def _median(script: str) -> float | None:
    with tempfile.TemporaryDirectory(prefix="replayer-start-") as folder:
        _run(script, folder)  # compiles the byte-code and makes the directories
        taken = [_run(script, folder) for _ in range(RUNS)]
    known = [seconds for seconds in taken if seconds is not None]
    return statistics.median(known) if known else None


def _run(script: str, folder: str) -> float | None:
    environ = dict(os.environ, PYTHONPATH=str(_ROOT))
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ.pop("PYTHONSTARTUP", None)
    choose_platform(environ)
    begun = time.monotonic_ns()
    done = subprocess.run(  # noqa: S603  # our own interpreter and script
        [sys.executable, "-c", script, folder],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_DEADLINE_S,
        check=False,
    )
    painted = done.stdout.split()
    return (int(painted[0]) - begun) / 1e9 if painted and painted[0].isdigit() else None
