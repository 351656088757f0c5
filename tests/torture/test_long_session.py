"""A short session with everything on, in a process of its own: nothing is lost, nothing is left."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.long_session_report import slope_of
from tests.torture.long_session_watch import Second

ROOT = Path(__file__).parents[2]
MINUTES = 0.3


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_a_session_with_everything_on_loses_no_tick_and_leaves_nothing_behind(tmp_path):
    """S0-D1, S1-V1, S2-D5: four charts, orders, drawings, library, replays, themes; 18 s of it."""
    done = subprocess.run(  # noqa: S603
        [
            sys.executable, "-m", "tests.torture.long_session", str(tmp_path / "session"),
            "--minutes", str(MINUTES), "--every-ms", "60", "--slope", "1000000",
            "--threads", "8", "--files", "24",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["compared"]["wrong"] == []
    assert found["compared"]["exact"] == found["compared"]["rounds"] > 0
    assert found["compared"]["ticks"] > 300
    assert found["ticks"] > 300
    assert found["steps"] > 10  # as many as a busy machine lets them
    assert found["code"] == 0
    assert found["turn_ms"] <= 1  # a thread that computes does not make the window stutter
    assert found["unseen"] > 50_000  # nor does the collector


def second(at_s, rss):
    told = dict.fromkeys(Second.__struct_fields__, 0)
    return Second(**{**told, "at_s": at_s, "rss": rss})


def test_memory_that_grows_by_a_mebibyte_a_minute_is_seen_however_it_began():
    """S1-V1: what is loaded at first does not count, what grows steadily does."""
    loading = [second(at_s, 100_000_000 * at_s) for at_s in range(60)]
    after = [second(at_s, 6_000_000_000 + at_s * 2**20 / 60) for at_s in range(60, 200)]
    assert slope_of([*loading, *after]) == pytest.approx(60, rel=0.01)
    assert slope_of([second(at_s, 5) for at_s in range(9)]) == pytest.approx(0, abs=1e-6)
