"""Each rule of the journal has a naive variant that breaks it, and the torture finds it out.

The same check is run against the real thing, where it finds nothing.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.journals import journal_in
from tests.torture import mutants
from tests.torture.journal_cache import model_cuts
from tests.torture.journal_calls import in_process
from tests.torture.journal_flips import flips
from tests.torture.journal_repairs import interrupted, repairs, shorts
from tests.torture.journal_world import clocks, crowded

ROOT = Path(__file__).parents[2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")

pytestmark = [pytest.mark.linux, LINUX, pytest.mark.usefixtures("caplog")]

BROKEN = frozenset({
    "lost", "raw_lost", "damaged", "doubled", "not_repaired", "broken_promises", "uncounted",
    "accepted", "dropped", "silent", "unkept", "unlisted", "changed", "bad_lines", "admitted",
    "locked_out", "without_a_word", "out_of_order", "without_a_file", "invented", "wrong",
    "lost_for_one_error",
})  # fmt: skip


def broken(found):
    return {name for name, count in found.items() if name in BROKEN and count}


def cut_power(disk):
    return lambda folder: model_cuts(folder, 12, 1, disk)


def read_with(read):
    return lambda folder: flips(folder, 600, 1, read, thorough=False)


def mend_with(mend):
    return lambda folder: repairs(folder, 12, 1, mend)


def lose_with(make):
    return lambda folder: in_process(folder, make, ["ENOSPC"])


def crowd(make):
    return lambda folder: crowded(folder, 8, 1, make)


CHECKS = {
    "calls durable what was never flushed": (cut_power(mutants.NeverFlushing), "broken_promises"),
    "never flushes a folder": (cut_power(mutants.ForgettingFolders), "broken_promises"),
    "flushes again after an error": (cut_power(mutants.Retrying), "broken_promises"),
    "ignores a short write": (
        lambda folder: shorts(folder, 10, 1, lambda disk: mutants.Trusting()),
        "bad_lines",
    ),
    "gives up events without counting": (lose_with(mutants.silently_losing), "uncounted"),
    "keeps no ballast": (crowd(mutants.without_ballast), "without_a_word"),
    "checks no checksum": (read_with(mutants.unchecked), "accepted"),
    "stops at the first damage": (read_with(mutants.stopping_at_damage), "dropped"),
    "refuses a file for one bad line": (read_with(mutants.all_or_nothing), "dropped"),
    "says nothing of damage": (read_with(mutants.silent), "silent"),
    "orders by the wall clock": (
        lambda folder: clocks(folder, 60, 1, mutants.by_the_clock),
        "out_of_order",
    ),
    "throws torn bytes away": (mend_with(mutants.cutting_only), "unkept"),
    "cuts at the first damage": (mend_with(mutants.cutting_at_damage), "dropped"),
    "writes finished files anew": (mend_with(mutants.rewriting), "changed"),
    "keeps torn bytes without a rename": (
        lambda folder: interrupted(folder, mutants.keeping_without_a_rename),
        "unkept",
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_naive_variant_is_found_out(tmp_path, name):
    """FAULTS goal 22, R2, R3, R4, R5, R6, R9, R15, R18: each rule has a mutant that fails."""
    check, rule = CHECKS[name]
    assert rule in broken(check(tmp_path))


REAL = {
    "power": cut_power(lambda disk: disk),
    "short writes": lambda folder: shorts(folder, 10, 1),
    "losses": lose_with(mutants.counting),
    "crowded": crowd(journal_in),
    "flips": lambda folder: flips(folder, 600, 1, thorough=False),
    "clocks": lambda folder: clocks(folder, 60, 1),
    "repairs": lambda folder: repairs(folder, 12, 1),
    "interrupted repairs": interrupted,
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_one_passes_the_same_checks(tmp_path, name):
    """FAULTS R2, R3, R4, R5, R6, R9, R15, R18: as above, and nothing is found."""
    found = REAL[name](tmp_path)
    assert sum(found.values()) > 0
    assert broken(found) - ({"lost_for_one_error"} if name == "losses" else set()) == set()


FORKING = {
    "buffers records": ("kills(d, 12, 1, make=mutants.Buffered)", "lost"),
    "appends to a crashed file": ("kills(d, 12, 3, make=mutants.Appending)", "not_repaired"),
    "forgets messages": (
        "kills(d, 4, 1, make=lambda f: mutants.ignoring_messages(f, SystemClock()))",
        "raw_lost",
    ),
    "knows no lock": ("rivals(d, 2, mutants.unlocked)", "admitted"),
    "leaves its lock behind": ("rivals(d, 2, mutants.locked_by_a_file)", "locked_out"),
    "keeps no descriptors": ("starved(d, mutants.without_spares)", "without_a_file"),
    "": ("{**kills(d, 12, 3), **rivals(d / 'r', 2), **starved(d / 's')}", None),
}
PROGRAM = """
import json, logging, sys
from pathlib import Path
from replayer_qt.adapters.clock import SystemClock
from tests.torture import mutants
from tests.torture.journal_kills import kills
from tests.torture.journal_world import rivals, starved
logging.disable(logging.CRITICAL)
d = Path(sys.argv[1])
print(json.dumps({what}))
"""


@pytest.mark.parametrize("name", FORKING)
def test_a_naive_writer_does_not_survive_kills_and_rivals(tmp_path, name):
    """FAULTS goal 22, R1, R8, R10, S3-C2, S3-H3: in a process of its own, for it forks."""
    what, rule = FORKING[name]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", PROGRAM.replace("{what}", what), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counts = json.loads(done.stdout.splitlines()[-1])
    found = broken(counts)
    assert (rule in found) if rule else (found == set()), counts
