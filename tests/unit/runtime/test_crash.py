"""What happens to an exception that nobody caught."""

import asyncio
import gc
import logging
import sys
import threading

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import stream_of
from replayer_qt.runtime.crash import CrashHooks
from tests.helpers.clock import SteppedClock

HERE = stream_of("replayer", "test")


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
def hooks(qapp, clock):
    hooks = CrashHooks(clock, HERE)
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    hooks.install()
    yield hooks
    hooks.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


@pytest.fixture
def told(hooks):
    heard = []
    hooks.raised.connect(heard.append)
    return heard


def _fail():
    raise ZeroDivisionError("on purpose")


def test_an_exception_in_a_slot_is_logged_and_told(qtbot, hooks, told, caplog):
    """FAULTS C1, S0-D3: a slot that raises is told once, in plain words with what to do."""
    QTimer.singleShot(0, _fail)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], ProblemRaised)
    assert told[0].code == "crash"
    assert "ZeroDivisionError" in told[0].what
    assert told[0].remedy
    assert "on purpose" in caplog.text
    assert hooks.caught == 1


def test_an_exception_on_a_qt_thread_is_told_on_the_main_thread(qtbot, hooks, caplog):
    """FAULTS C1: the hook runs where it happened, whoever listens hears it at home."""

    class Worker(QThread):
        def run(self):
            _fail()

    heard = []

    class Ear(QObject):
        @Slot(object)
        def hear(self, _):
            heard.append(threading.current_thread())

    ear = Ear()
    hooks.raised.connect(ear.hear)
    worker = Worker()
    worker.start()
    assert worker.wait(5_000)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [threading.main_thread()]


def test_an_exception_on_a_python_thread_is_told(qtbot, hooks, told, caplog):
    """FAULTS C1: the second of the three hooks."""
    thread = threading.Thread(target=_fail, name="doomed")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(told))
    assert "doomed" in caplog.text


def test_an_exception_in_a_finaliser_is_told(qtbot, hooks, told, caplog):
    """FAULTS C1: the third of the three hooks."""

    class Doomed:
        def __del__(self):
            _fail()

    Doomed()
    gc.collect()
    qtbot.waitUntil(lambda: bool(told))
    assert "a finaliser" in caplog.text


def test_a_task_that_nobody_awaits_is_told(qtbot, hooks, told, caplog):
    """FAULTS C1: executor futures and tasks are silent without the loop's handler."""

    async def body():
        hooks.watch(asyncio.get_running_loop())
        task = asyncio.create_task(_doomed())
        await asyncio.wait([task])
        del task
        gc.collect()

    async def _doomed():
        _fail()

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(body())
    qtbot.waitUntil(lambda: bool(told))
    assert "on purpose" in caplog.text


def test_the_same_traceback_is_told_once_and_counted_each_time(qtbot, hooks, told, caplog):
    """FAULTS C1: shown once, counted."""
    for _ in range(20):
        QTimer.singleShot(0, _fail)
    qtbot.waitUntil(lambda: hooks.caught == 20)
    qtbot.waitUntil(lambda: len(told) == 1)
    qtbot.wait(20)
    assert len(told) == 1
    assert sum("caught on" in record.message for record in caplog.records) == 20


def test_three_failures_within_five_minutes_trip_the_breaker(qtbot, hooks, clock, caplog):
    """FAULTS C1: breaker 3 in 5 min, others live."""
    tripped = []
    hooks.tripped.connect(tripped.append)
    for _ in range(2):
        QTimer.singleShot(0, _fail)
    qtbot.waitUntil(lambda: hooks.caught == 2)
    clock.pass_s(301)
    QTimer.singleShot(0, _fail)
    qtbot.waitUntil(lambda: hooks.caught == 3)
    qtbot.wait(10)
    assert tripped == []
    for _ in range(2):
        QTimer.singleShot(0, _fail)
    qtbot.waitUntil(lambda: len(tripped) == 1)


def test_many_distinct_errors_are_bounded(hooks, qtbot, told, caplog):
    caplog.set_level(logging.CRITICAL)
    for number in range(400):
        kind = type(f"Error{number}", (Exception,), {})
        sys.excepthook(kind, kind(), None)
    qtbot.waitUntil(lambda: len(told) == 256)
    assert hooks.caught == 400


def test_no_lock_is_held_while_calling_out(hooks, qtbot, caplog):
    """FAULTS C3, S3-C7: a listener may fail itself, on any thread, and nothing waits for ever."""

    class Caller(QObject):
        rang = Signal()

    caller = Caller()
    caller.rang.connect(_fail)
    hooks.raised.connect(lambda _: caller.rang.emit())
    threads = [threading.Thread(target=_fail) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)
    qtbot.waitUntil(lambda: hooks.caught >= 9)
