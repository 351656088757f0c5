import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from replayer_qt.adapters.library.crew import FEW, SMALL, Crew, Failed, crew_size, few_for


def never() -> bool:
    return False


def squared(number: int) -> int:
    return number * number


def where(_: int) -> int:
    return os.getpid()


def deadly(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def faulty(number: int) -> int:
    if number == 3:
        raise ZeroDivisionError("of this test")
    return number


def slow(number: int) -> int:
    if number == 2:
        time.sleep(60)
    return number


def test_results_come_in_the_order_of_the_tasks_from_other_processes():
    with Crew(2, few=0) as crew:
        assert list(crew.each(squared, range(50), never)) == [(n, n * n) for n in range(50)]
        pids = {pid for _, pid in crew.each(where, range(20), never)}
    assert os.getpid() not in pids
    assert len(pids) <= 2


def test_few_tasks_start_no_process():
    with Crew(2, few=4) as crew:
        assert {pid for _, pid in crew.each(where, range(4), never)} == {os.getpid()}


def test_a_task_that_kills_its_process_takes_no_other_with_it():
    """S3-P6: one file that cannot be read at all costs none of the others."""
    with Crew(2, few=0) as crew:
        results = dict(crew.each(deadly, range(20), never))
    assert [n for n, result in results.items() if isinstance(result, Failed)] == [7]
    assert all(results[n] == n for n in range(20) if n != 7)


@pytest.mark.parametrize("few", [0, 100])
def test_a_bug_in_one_task_is_that_tasks_result(few):
    with Crew(1, few=few) as crew:
        results = dict(crew.each(faulty, range(10), never))
    failed = results.pop(3)
    assert isinstance(failed, Failed)
    assert "ZeroDivisionError: of this test" in failed.reason
    assert results == {n: n for n in range(10) if n != 3}


def test_a_task_that_hangs_is_given_up_and_the_rest_is_done():
    with Crew(1, few=0, deadline_s=3) as crew:
        results = dict(crew.each(slow, range(6), never))
    assert isinstance(results.pop(2), Failed)
    assert results == {n: n for n in range(6) if n != 2}


@pytest.mark.parametrize("few", [0, 1_000])
def test_cancelling_ends_it_between_two_results(few):
    seen: list[int] = []
    with Crew(1, few=few) as crew:
        for task, _ in crew.each(squared, range(500), lambda: len(seen) >= 5):
            seen.append(task)
    assert seen == [0, 1, 2, 3, 4]


def test_what_takes_long_is_given_up_at_once_when_it_is_cancelled():
    began = time.monotonic()
    with Crew(1, few=0) as crew:
        results = crew.each(slow, [2, 3], lambda: time.monotonic() - began > 1.5)
        assert list(results) == []
    assert time.monotonic() - began < 30


def test_no_process_is_left_when_the_crew_goes():
    with Crew(2, few=0) as crew:
        pids = {pid for _, pid in crew.each(where, range(20), never)}
    gone = time.monotonic() + 10
    while any(_alive(pid) for pid in pids) and time.monotonic() < gone:
        time.sleep(0.02)
    assert not [pid for pid in pids if _alive(pid)]


@pytest.mark.linux
def test_no_process_outlives_a_killed_parent(tmp_path):
    """What was started ends with who started it, even by kill -9."""
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent("""
        from replayer_qt.adapters.library.crew import Crew
        from tests.unit.adapters.library.test_crew import where
        import sys, time
        if __name__ == "__main__":
            with Crew(2, few=0) as crew:
                print(*{pid for _, pid in crew.each(where, range(30), lambda: False)}, flush=True)
                time.sleep(60)
        """)
    )
    root = Path(__file__).parents[4]
    with subprocess.Popen(  # noqa: S603  # our own script
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert pids
        parent.kill()
        parent.wait(10)
    gone = time.monotonic() + 10
    while any(_alive(pid) for pid in pids) and time.monotonic() < gone:
        time.sleep(0.02)
    assert not [pid for pid in pids if _alive(pid)]


def test_a_large_file_is_never_read_on_the_calling_thread(tmp_path):
    """Item 6 of the library: worker processes, which can be given up at any time."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x" * 1_000)
    large.write_bytes(b"x" * (SMALL + 1))
    assert few_for([small, tmp_path / "gone"]) == FEW
    assert few_for([small, large]) == 0


def dies_once(path: Path) -> bool:
    if path.exists():
        return True
    path.write_bytes(b"")
    os.kill(os.getpid(), signal.SIGKILL)
    return False


def test_what_was_in_hand_when_a_process_died_is_tried_once_more(tmp_path):
    """A process may be ended by somebody else, for want of memory say."""
    with Crew(1, few=0) as crew:
        assert list(crew.each(dies_once, [tmp_path / "mark"], never)) == [(tmp_path / "mark", True)]


def test_there_is_always_somebody():
    assert crew_size(3) == 3
    assert crew_size(0) >= 1


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
