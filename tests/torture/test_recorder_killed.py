"""The whole recorder, killed in the middle of a round and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.summary import summarise
from tests.helpers.exchange import practice_exchange

ROOT = Path(__file__).parents[2]
SPEED = 4.0
TICKS_A_SECOND = 4.0 * SPEED
ENOUGH = 16


def record(folder, url):
    command = [sys.executable, str(ROOT / "app.py"), "record", "--venue", "practice", "--url", url]
    command += ["--out", str(folder / "in"), "--data-dir", str(folder / "data"), "--for", "60s"]
    return subprocess.Popen(  # noqa: S603  # our own interpreter
        command,
        cwd=folder,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ticks_of(folder):
    """Return the ticks of each round, whichever files they are in."""
    found = {}
    for path in sorted((folder / "in").rglob("*.jsonl")):
        for told in read_journal(path).events:
            if isinstance(told, PriceTicked):
                found.setdefault(told.round_id, {})[told.tick] = told.price
    return found


def until(claim, within_s=25.0):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := claim():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came true")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_in_a_round_costs_at_most_the_time_without_a_recorder(tmp_path):
    """S0-M2, S3-C2: every tick up to the last second is there again; a hole is listed as one."""
    with practice_exchange(seed=5, speed=SPEED) as exchange:
        first = record(tmp_path, exchange.url)
        try:
            until(lambda: any(len(ticks) > ENOUGH for ticks in _recorded(tmp_path).values()))
            playing = exchange.status()
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        left = sorted((tmp_path / "in").rglob("*.jsonl"))
        second = record(tmp_path, exchange.url)
        try:
            name = playing["round_id"]
            until(lambda: any(told["round_id"] == name for told in exchange.rounds()))
            until(lambda: not any(read_journal(path).damage for path in left))
            (played,) = [told for told in exchange.rounds() if told["round_id"] == name]
        finally:
            second.send_signal(signal.SIGINT)
            second.wait(20)
    kept = ticks_of(tmp_path)[name]
    assert all(price == played["prices"][tick] for tick, price in kept.items())
    before_the_kill = set(range(playing["tick"]))
    assert len(before_the_kill - kept.keys()) <= TICKS_A_SECOND
    events = [e for p in sorted((tmp_path / "in").rglob("*.jsonl")) for e in read_journal(p).events]
    (told,) = [one for one in summarise(events) if one.round_id == name]
    listed = {tick for low, high in told.gaps for tick in range(low, high + 1)}
    assert set(range(min(kept), max(kept))) - kept.keys() == listed
    checked = subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "app.py"), "verify", "--json", str(tmp_path / "in")],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert json.loads(checked.stdout)["totals"]["damaged_files"] == 0, checked.stdout


def _recorded(folder):
    try:
        return ticks_of(folder)
    except RecordingUnreadable:  # a file that is being made is empty for a moment
        return {}
