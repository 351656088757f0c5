"""`replayer kill`: presses, lifts and looks, beside a running window or without one."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.kill_latch import FILE, LatchFile
from replayer_qt.cli import entry

ROOT = Path(__file__).parents[3]


def latch(folder):
    return LatchFile(folder, SystemClock())


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_it_presses_the_switch_of_the_profile_that_is_named(tmp_path, capsys):
    """KS-03: the command line's trigger; no window needs to run."""
    assert entry.main(["kill", "--data-dir", str(tmp_path), "--reason", "odd prices"]) == 0
    assert "ON" in capsys.readouterr().out
    pressed = latch(tmp_path).read()
    assert (pressed.on, pressed.by, pressed.reason) == (True, "command-line", "odd prices")
    assert entry.main(["kill", "--data-dir", str(tmp_path), "--profile", "x", "--status"]) == 0
    assert "off" not in told_state(capsys, tmp_path)
    assert not (tmp_path / "profiles" / "x" / FILE).exists()


def told_state(capsys, folder):
    capsys.readouterr()
    entry.main(["kill", "--data-dir", str(folder), "--status"])
    return capsys.readouterr().out


def test_it_makes_the_directory_where_none_is_yet(tmp_path, capsys):
    assert entry.main(["kill", "--data-dir", str(tmp_path / "a" / "b")]) == 0
    assert latch(tmp_path / "a" / "b").is_on()
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_it_works_while_the_window_holds_the_folder(tmp_path, capsys):
    """KS-06: whoever kills waits for no lock."""
    lock = FolderLock(tmp_path)
    lock.acquire()
    running = latch(tmp_path)
    assert not running.is_on()
    assert entry.main(["kill", "--data-dir", str(tmp_path)]) == 0
    assert running.is_on()
    lock.release()


def test_the_status_changes_nothing(tmp_path, capsys):
    assert entry.main(["kill", "--data-dir", str(tmp_path), "--status", "--json"]) == 0
    assert told(capsys)["on"] is False
    assert list(tmp_path.iterdir()) == []
    latch(tmp_path).press(by="button", reason="x")
    assert entry.main(["kill", "--data-dir", str(tmp_path), "--status", "--json"]) == 0
    assert told(capsys)["by"] == "button"


def test_lifting_takes_the_word_and_a_reason(tmp_path, capsys, monkeypatch):
    """KS-05: by hand alone: a typed word and a reason, else it stays on."""
    where = ["kill", "--data-dir", str(tmp_path)]
    latch(tmp_path).press(by="button", reason="x")
    assert entry.main([*where, "--lift", "--reason", "fine", "--confirm", "resume"]) == 1
    assert entry.main([*where, "--lift", "--confirm", "RESUME"]) == 1
    assert entry.main([*where, "--lift", "--reason", " ", "--confirm", "RESUME"]) == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert entry.main([*where, "--lift", "--reason", "fine"]) == 1
    assert latch(tmp_path).is_on()
    assert "RESUME was not typed" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.StringIO("RESUME\n"))
    assert entry.main([*where, "--lift", "--reason", "fine"]) == 0
    assert not latch(tmp_path).is_on()
    assert latch(tmp_path).read().reason == "fine"


def test_what_could_not_be_pressed_is_said_loudly(tmp_path, capsys, caplog):
    (tmp_path / FILE).mkdir()
    assert entry.main(["kill", "--data-dir", str(tmp_path)]) == 1
    assert "NOT PRESSED" in capsys.readouterr().err
    (tmp_path / "file").write_text("x")
    assert entry.main(["kill", "--data-dir", str(tmp_path / "file")]) == 1
    assert "NOT PRESSED" in capsys.readouterr().err


@pytest.mark.parametrize("extra", [["--status", "--lift"], ["--bogus"]])
def test_a_usage_mistake_presses_nothing(tmp_path, capsys, extra):
    assert entry.main(["kill", "--data-dir", str(tmp_path), *extra]) == 2
    assert not latch(tmp_path).is_on()


def test_as_a_program_it_is_done_without_loading_qt(tmp_path):
    """KS-03: seconds matter: the libraries of the window stay where they are."""
    code = (
        "import sys; from replayer_qt.cli.entry import main\n"
        f"main(['kill', '--data-dir', {str(tmp_path)!r}])\n"
        "sys.exit(bool({'PySide6', 'qasync', 'aiohttp'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False, capture_output=True
    )
    assert latch(tmp_path).is_on()
    assert done.returncode == 0, done.stderr
