"""The power fails under a recording: what was promised to be durable is there afterwards."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def power(tmp_path):
    """A folder in which file systems can be made, mounted and cut off."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("cutting a file system's power needs Linux and root")
    if not shutil.which("mkfs.ext4"):
        pytest.skip("cutting a file system's power needs mkfs.ext4")
    image, place = tmp_path / "probe", tmp_path / "probed"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    for command in (["mkfs.ext4", "-q", "-F", image], ["mount", "-o", "loop", image, place]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            pytest.skip(f"a file system of our own could not be mounted: {done.stderr.strip()}")
    subprocess.run(["umount", place], check=True)  # noqa: S603, S607
    folder = tmp_path / "power"
    folder.mkdir()
    return folder


def torture(mode, folder, *more):
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.torture.journal_floor", str(folder), mode, *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])[mode]


@pytest.mark.slow
@pytest.mark.linux
def test_a_power_cut_breaks_no_promise(power):
    """FAULTS goal 2, R2: three cuts; what the status had called durable is there, messages too."""
    found = torture("cuts", power, "--cuts", "3")
    assert found["durable"] > 0
    assert found["broken_promises"] == 0
    assert found["raw_broken"] == 0
    assert found["doubled"] == found["wrong"] == 0
    assert found["bad_lines"] == 0


@pytest.mark.linux
def test_a_disk_that_is_taken_away_and_brought_back_costs_only_what_is_counted(power):
    """FAULTS R12, S3-H1: every call fails, the recorder waits, and goes on by itself."""
    found = torture("removed", power)
    assert (found["faulted"], found["resumed"], found["locked_anew"]) == (1, 1, 1)
    assert found["missing"] < 210 - 40
    assert found["uncounted"] == found["doubled"] == found["bad_lines"] == 0
