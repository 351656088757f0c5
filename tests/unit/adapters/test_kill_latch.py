"""The latch: on unless a readable file says off."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.format import seal
from replayer_qt.adapters.kill_latch import FILE, TRIGGER, LatchFile
from tests.helpers.clock import SteppedClock
from tests.helpers.faulty_disk import FaultyDisk

ROOT = Path(__file__).parents[3]


def latch(folder, **fields):
    return LatchFile(folder, fields.pop("clock", None) or SystemClock(), **fields)


def test_it_is_off_before_anybody_pressed_it(tmp_path):
    assert not latch(tmp_path).is_on()
    assert latch(tmp_path).read().by == ""


def test_pressed_it_is_on_for_everybody_and_after_a_restart(tmp_path):
    """KS-01, D1, S4-4a: another process' latch, there before or made after, is on as well."""
    running = latch(tmp_path)
    assert not running.is_on()
    pressed = latch(tmp_path).press(by="command-line", reason="enough")
    assert pressed.on
    assert running.is_on()
    restarted = latch(tmp_path)
    assert restarted.is_on()
    assert restarted.read() == pressed
    assert running.read() == pressed


def test_lifted_it_is_off_for_everybody(tmp_path):
    running, other = latch(tmp_path), latch(tmp_path)
    running.press(by="button", reason="enough")
    assert other.is_on()
    assert running.lift(reason="looked at").on is False
    assert not running.is_on()
    assert not other.is_on()
    assert latch(tmp_path).read().reason == "looked at"


CHILD = """
import sys, os
from pathlib import Path
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import LatchFile
latch = LatchFile(Path(sys.argv[1]), SystemClock())
os.write(1, b"r")
os.read(0, 1)
latch.press(by="button", reason="test")
os.write(1, b"p")
while True: pass
"""


def test_it_survives_a_kill_right_after_it_was_pressed(tmp_path):
    """KS-01, D1: killed as soon as `press` returned, it is on at the next start."""
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        child = subprocess.Popen(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", CHILD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        with child:
            assert os.read(child.stdout.fileno(), 1) == b"r"
            os.write(child.stdin.fileno(), b"g")
            assert os.read(child.stdout.fileno(), 1) == b"p"
            os.kill(child.pid, signal.SIGKILL)
        assert latch(folder).is_on()
        assert latch(folder).read().by == "button"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"garbage",
        b"\x00" * 100,
        b'{"on":false}',
        b'{"on":false}\n',
        b"[]\n",
        b"\xff\xfe",
        b"x" * 200_000,
        seal(b'{"on":"off","reason":"","by":"","at":0}'),
        seal(b'{"reason":"","by":"","at":0}'),
        seal(b'{"on":' + b"[" * 60_000 + b"}"),
        seal(b'{"on":null,"reason":"","by":"","at":0}'),
    ],
)
def test_what_cannot_be_read_is_on(tmp_path, content):
    """KS-01: torn, empty, garbage, of the wrong type, without a checksum: on."""
    (tmp_path / FILE).write_bytes(content)
    assert latch(tmp_path).is_on()
    assert latch(tmp_path).read().by == "latch-unreadable"


def test_every_torn_or_flipped_off_is_on(tmp_path):
    """KS-01: no byte of the word "off" can be lost or changed without it counting as on."""
    whole = latch(tmp_path)
    whole.lift(reason="fine")
    content = (tmp_path / FILE).read_bytes()
    assert not latch(tmp_path).is_on()
    for size in range(len(content)):
        (tmp_path / FILE).write_bytes(content[:size])
        assert latch(tmp_path).is_on(), size
        flipped = bytearray(content)
        flipped[size] ^= 1 << size % 8
        (tmp_path / FILE).write_bytes(flipped)
        assert latch(tmp_path).is_on(), size


def test_a_folder_in_its_place_is_on(tmp_path):
    (tmp_path / FILE).mkdir()
    assert latch(tmp_path).is_on()
    pressed = latch(tmp_path)
    assert pressed.is_on()
    with pytest.raises(OSError, match="irectory"):
        pressed.lift(reason="try")
    assert pressed.is_on()


def test_a_data_directory_that_is_not_there_is_on(tmp_path):
    assert latch(tmp_path / "nowhere").is_on()
    (tmp_path / "file").write_text("x")
    assert latch(tmp_path / "file").is_on()


def test_a_bare_file_is_a_press(tmp_path):
    """FAULTS C6: anything that can touch a file can kill; lifting takes that file away."""
    running = latch(tmp_path)
    assert not running.is_on()
    (tmp_path / TRIGGER).touch()
    assert running.is_on()
    assert running.read().by == "file"
    assert latch(tmp_path).is_on()
    running.lift(reason="fine")
    assert not running.is_on()
    assert not (tmp_path / TRIGGER).exists()
    (tmp_path / TRIGGER).touch()
    assert running.is_on()


def test_once_seen_on_a_missing_file_is_still_on(tmp_path):
    running = latch(tmp_path)
    running.press(by="key", reason="x")
    (tmp_path / FILE).unlink()
    assert running.is_on()
    running.lift(reason="fine")
    assert not running.is_on()


@pytest.mark.parametrize("call", ["write", "sync", "sync_folder"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_dead_disk_does_not_stop_it_from_being_on(tmp_path, caplog, call, error):
    """KS-06, KS-01: it never raises, is on at once, and says that it is not on the disk."""
    disk = FaultyDisk(only=[call], error=error)
    running = latch(tmp_path, disk=disk)
    disk.broken = True
    pressed = running.press(by="button", reason="enough")
    assert pressed.on
    assert "not on disk" in pressed.reason
    assert running.is_on()
    assert "could not be written" in caplog.text
    with pytest.raises(OSError, match=os.strerror(error)):
        running.lift(reason="try")
    assert running.is_on()
    disk.broken = False
    assert running.press(by="button", reason="again").reason == "again"
    assert latch(tmp_path).is_on()
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_lift_that_fails_leaves_it_on(tmp_path):
    disk = FaultyDisk(only=["write"])
    running = latch(tmp_path, disk=disk)
    running.press(by="button", reason="enough")
    disk.broken = True
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        running.lift(reason="try")
    assert running.is_on()
    assert latch(tmp_path).is_on()


def test_it_is_on_for_other_threads_before_the_disk_has_it(tmp_path):
    """KS-02: the flag comes first, the disk next, everything else after."""
    disk = FaultyDisk()
    running = latch(tmp_path, disk=disk)
    disk.gate.clear()
    presser = threading.Thread(target=running.press, kwargs={"by": "key", "reason": "x"})
    presser.start()
    deadline = time.monotonic() + 5
    while not running.is_on() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert running.is_on()
    assert presser.is_alive()
    disk.gate.set()
    presser.join()
    assert running.is_on()
    assert latch(tmp_path).is_on()


def test_a_disk_that_hangs_does_not_hang_whoever_presses(tmp_path, caplog):
    """KS-06, FAULTS C6: after the deadline it is on in memory, and says that it is not on disk."""
    disk = FaultyDisk()
    running = latch(tmp_path, disk=disk, deadline_s=0.05)
    disk.gate.clear()
    began = time.monotonic()
    pressed = running.press(by="button", reason="enough")
    assert time.monotonic() - began < 5
    assert "not answered" in pressed.reason
    assert running.is_on()
    assert "could not be written" in caplog.text
    disk.gate.set()
    deadline = time.monotonic() + 5
    while not latch(tmp_path).is_on() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert latch(tmp_path).read().by == "button"
    assert running.lift(reason="fine").on is False
    assert not running.is_on()


def test_a_press_while_it_is_being_lifted_wins(tmp_path):
    disk = FaultyDisk()
    running = latch(tmp_path, disk=disk)
    running.press(by="button", reason="first")
    disk.gate.clear()
    failures = []

    def lift():
        try:
            running.lift(reason="fine")
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=lift)]
    threads[0].start()
    deadline = time.monotonic() + 5
    while not running._is_lifting and time.monotonic() < deadline:
        time.sleep(0.001)
    threads.append(
        threading.Thread(target=running.press, kwargs={"by": "rule:drift", "reason": "second"})
    )
    threads[1].start()
    while running._presses < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    disk.gate.set()
    for thread in threads:
        thread.join()
    assert running.is_on()
    assert latch(tmp_path).is_on()
    assert len(failures) == 1


def test_many_presses_at_once_leave_a_sound_file(tmp_path):
    running = latch(tmp_path)
    threads = [
        threading.Thread(target=running.press, kwargs={"by": f"t{n}", "reason": "x"})
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert latch(tmp_path).read().by.startswith("t")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_no_change_is_overlooked_however_quick(tmp_path):
    """A file changed twice within one tick of the file system's clock is read again."""
    running, other = latch(tmp_path), latch(tmp_path)
    for _ in range(100):
        other.press(by="x", reason="x")
        assert running.is_on()
        other.lift(reason="y")
        assert not running.is_on()


def test_a_hostile_reason_is_kept_as_text(tmp_path):
    running = latch(tmp_path, clock=SteppedClock())
    running.press(by="x", reason="\ud800" + "é" * 10_000)
    assert len(latch(tmp_path).read().reason) <= 2_000
