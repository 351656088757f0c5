"""Killed at any moment, starved of descriptors and space: nothing acknowledged is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.journal_checks import BROKEN

ROOT = Path(__file__).parents[2]
FLOOR = "tests.torture.journal_floor"
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no fork, limits or signals")


def run(*arguments, timeout=50):
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.linux
@POSIX_ONLY
@pytest.mark.parametrize(("size", "count"), [("kills", 50), ("large", 20), ("rounds", 36)])
def test_a_kill_at_any_moment_loses_no_acknowledged_record(tmp_path, size, count):
    """FAULTS goal 1, R1, R18, S3-C2, S3-P6: writers and repairs killed, rounds turning.

    None is lost. At most one torn record a kill, its bytes kept; complete files are not touched.
    """
    told = run("-m", FLOOR, str(tmp_path / "floor"), size, "--kills", str(count), "--seed", "1")
    found = told[size]
    assert found["kills"] >= count
    assert found["acknowledged"] > 20 * count
    assert found["raw"] > 5 * count
    assert found["recoveries_killed"] > count / 4
    assert found["files"] > (1_000 if size == "rounds" else count / 2)
    assert {name: found[name] for name in BROKEN if found.get(name)} == {}
    assert found.get("torn", 0) <= found["kills"]


STARVED = """
import json, resource, sys
from pathlib import Path
from replayer_qt.adapters.clock import SystemClock
from tests.helpers.journals import SETTINGS, files_in, journal_in, ticks, ticks_in
from tests.helpers.make import event
from replayer_qt.core.events import PhaseChanged, RoundOpened
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import RoundId

folder = Path(sys.argv[1])
journal = journal_in(folder, SystemClock())
journal.start()
journal.append([event(RoundOpened, round_id=RoundId("r0")), *ticks(0, 10, "r0")])
hogs = []
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
try:
    while True:
        hogs.append(open("/dev/null"))
except OSError:
    pass
states = []
for number in range(1, 6):
    name = f"r{number}"
    journal.append([event(RoundOpened, round_id=RoundId(name))])
    journal.append([event(PhaseChanged, round_id=RoundId(name), phase=Phase.ACTIVE)])
    journal.append(ticks(number * 10, number * 10 + 10, name))
    states.append(journal.status().state.value)
for hog in hogs:
    hog.close()
journal.tend()
journal.append([event(RoundOpened, round_id=RoundId("r9")), *ticks(60, 70, "r9")])
lost = journal.status().lost
journal.stop()
print(json.dumps({"ticks": sorted(ticks_in(folder)), "states": states, "lost": lost,
                  "files": len(files_in(folder))}))
"""


@pytest.mark.linux
@POSIX_ONLY
def test_without_a_free_descriptor_recording_goes_on(tmp_path):
    """FAULTS R8: the open file goes on, and spare descriptors serve the next rounds."""
    found = run("-c", STARVED, str(tmp_path / "in"))
    assert found["ticks"] == list(range(70))
    assert set(found["states"]) == {"on"}
    assert found["lost"] == 0
    assert found["files"] >= 3


LIMITED = """
import json, resource, signal, sys
from pathlib import Path
from replayer_qt.adapters.clock import SystemClock
from tests.helpers.clock import SteppedClock
from tests.helpers.journals import files_in, journal_in, lines_of, ticks, ticks_in

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder, clock = Path(sys.argv[1]), SteppedClock()
journal = journal_in(folder, clock)
journal.start()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
states, worst = [], 0
for tick in range(0, 400, 10):
    journal.append(ticks(tick, tick + 10, "r1"))
    states.append(journal.status().state.value)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
clock.pass_s(3)
journal.tend()
states.append(journal.status().state.value)
journal.append(ticks(400, 410, "r1"))
journal.stop()
torn = [p.name for p in files_in(folder) if not p.read_bytes().endswith(b"\\n")]
print(json.dumps({"ticks": ticks_in(folder), "states": states, "torn": torn,
                  "lost": journal.status().lost, "files": len(files_in(folder))}))
"""


@pytest.mark.linux
@POSIX_ONLY
def test_a_limit_on_the_files_size_is_a_full_disk(tmp_path):
    """FAULTS R5, S3-C4: short write, then an error, by the kernel itself; nothing torn or lost."""
    found = run("-c", LIMITED, str(tmp_path / "in"))
    assert found["states"][0] == "on"
    assert found["states"][-2:] == ["disk_full", "on"]
    assert found["ticks"] == list(range(410))
    assert found["torn"] == []
    assert found["lost"] == 0
    assert found["files"] >= 2


@pytest.fixture
def small_disk(tmp_path):
    """A file system of four megabytes, where this user may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs Linux and root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, check=False)  # noqa: S603
    if mounted.returncode != 0:
        pytest.skip(f"a small file system could not be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    unmount = ["umount", "-l", folder]
    subprocess.run(unmount, check=True)  # noqa: S603


FULL = """
import json, sys
from pathlib import Path
from replayer_qt.adapters.journal.disk import RealDisk
from tests.helpers.clock import SteppedClock
from tests.helpers.journals import files_in, journal_in, lines_of, ticks, ticks_in

class Unaware(RealDisk):
    def free(self, path):
        return 10**12

folder, clock = Path(sys.argv[1]), SteppedClock()
disk = Unaware() if sys.argv[2] == "unaware" else None
(folder / "ours").mkdir()
journal = journal_in(folder / "ours", clock, disk=disk)
journal.start()
(folder / "other").write_bytes(bytes(1_500_000))
states = []
for tick in range(0, 12_000, 20):
    journal.append(ticks(tick, tick + 20, "r1"))
    clock.pass_s(0.1)
    journal.tend()
    states.append(journal.status().state.value)
ends = [lines_of(p)[-1].get("_f", {}).get("end") for p in files_in(folder)]
(folder / "other").unlink()
clock.pass_s(3)
journal.tend()
states.append(journal.status().state.value)
journal.append(ticks(12_000, 12_010, "r1"))
journal.stop()
torn = [p.name for p in files_in(folder) if not p.read_bytes().endswith(b"\\n")]
print(json.dumps({"ticks": ticks_in(folder), "states": sorted(set(states)), "last": states[-1],
                  "torn": torn, "lost": journal.status().lost, "ends": ends}))
"""


@pytest.mark.linux
@pytest.mark.parametrize("watch", ["aware", "unaware"])
def test_a_real_full_disk_pauses_and_resumes_without_loss(small_disk, watch):
    """FAULTS R5, S3-C4, S3-Mo1b, S2-M8c: with and without being warned by the free space."""
    found = run("-c", FULL, str(small_disk), watch)
    assert "disk_full" in found["states"]
    assert found["last"] == "on"
    assert found["ticks"] == list(range(12_010))
    assert found["torn"] == []
    assert found["lost"] == 0
    assert found["ends"][0] == "full"
