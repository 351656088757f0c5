"""`app.py record`, as a process of its own, on the practice exchange."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.summary import summarise
from tests.helpers.exchange import practice_exchange

ROOT = Path(__file__).parents[2]


def record(tmp_path, *arguments):
    return subprocess.Popen(  # noqa: S603
        [
            sys.executable, str(ROOT / "app.py"), "record", "--json",
            "--out", str(tmp_path / "out"), "--data-dir", str(tmp_path / "data"), *arguments,
        ],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_so_many_rounds_are_recorded_and_verify_finds_them_sound(tmp_path):
    """S4-3b, FAULTS S14: the headless recorder, from the command line to the verified file."""
    process = record(
        tmp_path, "--venue", "practice", "--rounds", "2", "--set", "practice.speed=100"
    )
    said, heard = process.communicate(timeout=50)
    assert process.returncode == 0, heard
    told = json.loads(said)
    assert told["rounds_recorded"] >= 2
    assert told["lost"] == told["errors"] == 0
    assert told["ticks_received"] > 0
    assert told["ended"] == "rounds recorded"
    kept = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert sum(path.suffix == ".jsonl" for path in kept) >= 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
    checked = subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "app.py"), "verify", "--json", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    totals = json.loads(checked.stdout)["totals"]
    assert totals["bad_lines"] == totals["damaged_files"] == 0
    assert totals["ticks"] > 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_finishes_the_files_and_ends_with_130(tmp_path):
    """FAULTS C12, S2-M1: interrupted under load, nothing is lost and nothing is complained of."""
    process = record(tmp_path, "--venue", "practice", "--for", "40s", "--set", "practice.speed=100")
    first = process.stderr.readline()
    assert "practice" in first
    process.send_signal(signal.SIGINT)
    said, heard = process.communicate(timeout=20)
    assert process.returncode == 130
    told = json.loads(said)
    assert told["ended"] == "interrupted"
    assert told["lost"] == 0
    assert "Traceback" not in heard


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_being_asked_to_end_is_no_failure(tmp_path):
    """S2-M1: the system's polite request gives the summary and 0, as the window's end does."""
    process = record(tmp_path, "--venue", "practice", "--for", "40s", "--set", "practice.speed=100")
    assert "practice" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    said, heard = process.communicate(timeout=20)
    assert process.returncode == 0
    told = json.loads(said)
    assert (told["ended"], told["lost"]) == ("asked to end", 0)
    assert "Traceback" not in heard


def test_a_venue_that_refuses_is_no_success(tmp_path):
    """S2-H1: nothing listens; the run ends in its time, says so, and ends with 1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    process = record(
        tmp_path, "--venue", "rugs", "--url", f"http://127.0.0.1:{port}", "--for", "1s"
    )
    said, heard = process.communicate(timeout=30)
    assert process.returncode == 1, heard
    assert json.loads(said)["ticks_received"] == 0


@pytest.mark.slow
def test_a_limit_by_time_can_wait_for_the_running_round(tmp_path):
    """N14: the time is over in the middle of a round; its end is in the file all the same."""
    with practice_exchange(seed=5, speed=8.0) as exchange:
        process = record(
            tmp_path, "--venue", "practice", "--url", exchange.url, "--for", "7s", "--whole-rounds"
        )
        said, heard = process.communicate(timeout=50)
    assert process.returncode == 0, heard
    told = json.loads(said)
    assert told["ended"] == "time is over"
    files = sorted((tmp_path / "out").rglob("*.jsonl"))
    rounds = [one for path in files for one in summarise(read_journal(path).events)]
    played = [one for one in rounds if one.ticks]
    assert played
    assert played[-1].rugged
