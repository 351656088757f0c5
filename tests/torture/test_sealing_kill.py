"""Killed or cut off at any moment of packing, importing or unpacking: every recording is whole."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRONG = ("lost", "changed", "damaged", "broken_imports", "unmended")
NONE = dict.fromkeys(WRONG, 0)
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no fork and no SIGKILL")


def torture(module, *arguments):
    command = [sys.executable, "-m", f"tests.torture.{module}", *map(str, arguments)]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    return found, {name: found[name] for name in WRONG}


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
    return tmp_path / "power"


@pytest.mark.slow
@pytest.mark.linux
@POSIX_ONLY
def test_a_kill_at_any_moment_of_packing_loses_nothing(tmp_path):
    """FAULTS R18, S3-P6: 60 kills; each file reads to the same bytes, and mending is complete."""
    found, wrong = torture("killed_sealer", tmp_path, 60, 5)
    assert (found["kills"], found["files"]) == (60, 12)
    assert wrong == NONE
    assert found["begun"] + found["twice"] > 10


@pytest.mark.slow
@pytest.mark.linux
@POSIX_ONLY
def test_kills_find_a_packer_that_removes_before_it_has_written(tmp_path):
    """FAULTS R18: the mutant that must fail."""
    _, wrong = torture("killed_sealer", tmp_path, 3, 5, "naive")
    assert wrong["lost"] + wrong["changed"] + wrong["damaged"] > 0


@pytest.mark.slow
@pytest.mark.linux
def test_a_power_cut_at_any_moment_of_packing_loses_nothing(power):
    """FAULTS R2, R18: four cuts; of each recording one whole form is there."""
    found, wrong = torture("cut_sealer", power, 4, 3)
    assert (found["cuts"], found["files"]) == (4, 6)
    assert wrong == NONE


@pytest.mark.slow
@pytest.mark.linux
def test_power_cuts_find_a_packer_that_does_not_wait_for_the_disk(power):
    """FAULTS R2, R18: the mutant that must fail."""
    _, wrong = torture("cut_sealer", power, 3, 3, "lazy")
    assert wrong["lost"] + wrong["changed"] + wrong["broken_imports"] > 0
