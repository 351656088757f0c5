"""Killed while packing, importing or unpacking at any moment: every recording is whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.linux
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork and no SIGKILL")
def test_a_kill_at_any_moment_of_packing_loses_nothing(tmp_path):
    """FAULTS R18, S3-P6: 60 kills; each file reads to the same bytes, and mending is complete."""
    command = [sys.executable, "-m", "tests.torture.killed_sealer", str(tmp_path), "60", "5"]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["kills"], found["files"]) == (60, 12)
    wrong = ("lost", "changed", "damaged", "broken_imports", "unmended")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert found["begun"] + found["twice"] > 10
