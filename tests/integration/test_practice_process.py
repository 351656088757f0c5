"""The practice exchange as a process: its one line, its ends and its exit codes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

import psutil
import pytest

from tests.helpers.exchange import practice_exchange
from tests.helpers.trader import Trader

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "app.py", "practice", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=40, check=False, **options,
    )  # fmt: skip


def test_it_says_in_one_json_line_where_it_is():
    with practice_exchange(seed=3, speed=20) as exchange:
        assert set(exchange.ready) == {"url", "control", "token", "seed", "pid"}
        assert exchange.ready["pid"] == exchange.process.pid
        assert exchange.ready["seed"] == 3
        assert exchange.url.startswith("http://127.0.0.1:")
        assert exchange.status()["speed"] == 20
        exchange.fault("refuse", seconds=5)
        assert "refuse" in exchange.status()["faults"]
        exchange.clear()
        assert exchange.status()["faults"] == {}
        with pytest.raises(urllib.error.HTTPError):
            exchange.fault("nothing")


def test_its_process_listens_on_loopback_only():
    """S3-R3, N26: what the operating system says of the process."""
    with practice_exchange() as exchange:
        sockets = psutil.Process(exchange.process.pid).net_connections()
        listening = {one.laddr for one in sockets if one.status == psutil.CONN_LISTEN}
        assert len(listening) == 2
        assert {address.ip for address in listening} == {"127.0.0.1"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_within_a_second(number, code):
    with practice_exchange() as exchange:
        start = time.monotonic()
        exchange.process.send_signal(number)
        assert exchange.process.wait(5) == code
        assert time.monotonic() - start < 1.5


def test_it_ends_with_its_parent():
    """FAULTS goal 14: standard input closes when the parent dies, however it dies."""
    with practice_exchange() as exchange:
        assert exchange.process.stdin is not None
        exchange.process.stdin.close()
        assert exchange.process.wait(5) == 0


PARENT = """
import subprocess, sys, time
command = [sys.executable, "app.py", "practice", "--json", "--parent"]
child = subprocess.Popen(command, stdin=subprocess.PIPE)
time.sleep(60)
"""


def test_it_outlives_no_parent_that_is_killed():
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(json.loads(parent.stdout.readline())["pid"])
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    gone, _ = psutil.wait_procs([child], timeout=5)
    assert gone


def test_it_ends_after_its_rounds():
    done = run("--rounds", "1", "--speed", "500", "--seed", "3")
    assert done.returncode == 0
    assert json.loads(done.stdout)["seed"] == 3
    assert "Ctrl-C" in done.stderr


def test_without_a_seed_one_is_drawn_and_told():
    first, second = (run("--rounds", "1", "--speed", "1000", "--json") for _ in range(2))
    assert json.loads(first.stdout)["seed"] != json.loads(second.stdout)["seed"]
    assert first.stderr == ""


def test_two_processes_with_one_seed_play_the_same_rounds():
    def played() -> list[dict]:
        with practice_exchange(seed=9, speed=500) as exchange:
            deadline = time.monotonic() + 30
            while len(found := exchange.rounds()) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
            return found[:2]

    first = played()
    assert len(first) == 2
    assert first == played()


async def test_its_accounts_begin_with_the_cash_that_was_asked_for():
    with practice_exchange(13, 20.0, None, "--cash", "3.5") as exchange:
        one = Trader("ann")
        try:
            await one.connect(exchange.url)
            assert one.last("playerUpdate")["cash"] == 3.5
            told = await asyncio.to_thread(exchange.accounts)
            assert told["ann"]["cash"] == "3.500000000"
            assert told["ann"]["deals"] == []
        finally:
            await one.client.shutdown()


def test_a_taken_port_ends_it_with_a_plain_line():
    with practice_exchange() as exchange:
        done = run("--port", exchange.url.rpartition(":")[2])
        assert done.returncode == 2
        assert "Choose another port" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ["--speed", "0"],
        ["--speed", "nan"],
        ["--speed", "x"],
        ["--port", "65536"],
        ["--rounds", "0"],
        ["--seed", "-1"],
        ["--cash", "-1"],
        ["--cash", "nan"],
        ["--cash", "much"],
        ["--cash", "0.0000000001"],
        ["--start", "yesterday"],
        ["--host", "0.0.0.0"],  # noqa: S104
    ],
)
def test_wrong_usage_is_answered_with_two(wrong):
    """S3-R3: there is not even an option to listen elsewhere."""
    done = run(*wrong)
    assert done.returncode == 2
    assert "usage" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_an_example():
    done = run("--help")
    assert done.returncode == 0
    assert "example:" in done.stdout
