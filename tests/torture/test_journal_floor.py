"""The floor under the journal, in short: failing calls, damage, set clocks, rivals, full disks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINUX = sys.platform.startswith("linux")

pytestmark = [
    pytest.mark.linux,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not LINUX, reason="needs Linux: it forks, mounts and traces"),
]


def torture(folder, mode, *more):
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "tests.torture.journal_floor", str(folder), mode, *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])[mode]


def zero(found, *names):
    assert {name: found[name] for name in names if found.get(name)} == {}


@pytest.mark.slow
def test_every_bit_of_every_kind_of_record_may_be_wrong(tmp_path):
    """FAULTS goal 3, R3, R4, R15, S3-P6: none is accepted damaged, none dropped sound."""
    found = torture(tmp_path, "flips", "--flips", "10000")
    assert found["tried"] == 10_000
    zero(found, "accepted", "dropped", "silent")


@pytest.mark.slow
def test_a_file_may_be_cut_at_every_byte_and_is_mended(tmp_path):
    """FAULTS R3, R18: each byte of the first line and of the last kilobyte, the footer's too."""
    found = torture(tmp_path, "every-cut")
    assert found["cuts"] > 1_200
    assert found["torn"] > 900
    zero(found, "dropped", "unkept", "changed", "damaged", "found_again")


def test_damaged_messages_are_never_taken_for_what_came(tmp_path):
    """FAULTS R4, R15: what is read of them is what came, up to the damage."""
    found = torture(tmp_path, "messages", "--flips", "10000")
    assert found["tried"] == 1_000
    zero(found, "accepted", "dropped")


def test_each_call_may_fail_with_each_error_once_and_for_ever(tmp_path):
    """FAULTS goal 4, R5, R6, R8: the k-th call for every k; each tick is there, or counted."""
    found = torture(tmp_path, "calls")
    assert found["cases"] > 250
    assert found["missing"] > 0
    zero(found, "uncounted", "doubled", "bad_lines", "lost_for_one_error", "out_of_order")
    zero(found, "left_open", "unreadable")


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace, to have the kernel fail")
def test_the_kernel_may_refuse_each_call_of_a_writer_and_of_a_repair(tmp_path):
    """FAULTS goal 4, R5, R6, R18: in a real child, by the kernel: write, fsync, rename ..."""
    done = subprocess.run(  # noqa: S603
        ["strace", "-o", os.devnull, "true"],  # noqa: S607
        capture_output=True,
        check=False,
        timeout=20,
    )
    if done.returncode != 0:
        pytest.skip(f"no process may be traced here: {done.stderr.decode().strip()[:200]}")
    found = torture(tmp_path, "kernel")
    assert found["repairs"] == 42
    assert found["torn"] > found["repairs"]
    zero(found, "crashed", "uncounted", "doubled", "bad_lines", "out_of_order", "unreadable")
    zero(found, "dropped", "unkept", "changed", "lost_for_one_error")


def test_the_wall_clock_may_be_set_by_years(tmp_path):
    """FAULTS goal 16, R9, S2-M11: order is by number, and each jump is told."""
    found = torture(tmp_path, "clocks", "--jumps", "300")
    assert found["ticks"] == 300
    assert found["jumps_told"] == found["jumps"]
    zero(found, "lost", "out_of_order", "bad_lines")


def test_a_second_writer_learns_the_first_ones_process(tmp_path):
    """FAULTS R10, S3-H3: refused by name; and a kill leaves no lock behind."""
    found = torture(tmp_path, "rivals", "--rivals", "4")
    assert found["rivals"] == 4
    zero(found, "admitted", "unnamed", "locked_out")


def test_small_disks_that_fill_up_cost_nothing(tmp_path):
    """FAULTS R5, S3-C4: five of random size, filled by the kernel's own count."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    found = torture(tmp_path, "full", "--disks", "5")
    assert found["filled"] == found["disks"] == 5
    zero(found, "lost", "spilled", "doubled", "torn", "without_a_word", "stays_paused")


def test_without_descriptors_the_next_rounds_still_get_their_files(tmp_path):
    """FAULTS R8, S3-H3: RLIMIT_NOFILE, and every one of them taken."""
    found = torture(tmp_path, "starved")
    assert found["rounds"] == 4
    zero(found, "without_a_file", "paused", "lost", "doubled")
