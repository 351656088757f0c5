"""The program is told to end at any moment, again and again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.exchange import practice_exchange

ROOT = Path(__file__).parents[2]
WINDOWS = 20
RECORDERS = 80


@pytest.mark.slow
@pytest.mark.linux
@pytest.mark.timeout(180)
@pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor SIGTERM")
def test_a_hundred_ends_at_random_moments_leave_nothing_unfinished(tmp_path):
    """FAULTS C12, S2-M1: each within 5 s, files whole, lock free, no complaint, last word said."""
    with practice_exchange(seed=3, speed=50.0) as exchange:
        done = subprocess.run(  # noqa: S603
            [
                sys.executable, "-m", "tests.torture.ended_program",
                str(tmp_path), exchange.url, str(WINDOWS), str(RECORDERS), "1",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["runs"] == WINDOWS + RECORDERS
    assert found["in_order"] >= found["runs"] // 2
    assert found["recordings"] > found["runs"] // 2
    assert found["slowest_s"] <= 5
