"""One thread, one loop, one feed: batches, order, and an end that can be relied upon."""

import asyncio
import logging
import threading
import time

from replayer_qt.core.commands import Chaos
from replayer_qt.core.events import FeedChanged, Link, PriceTicked
from replayer_qt.runtime.feed_worker import BATCH_LIMIT, FeedWorker
from replayer_qt.runtime.outlet import Outlet
from tests.helpers.feeds import ScriptedFeed
from tests.helpers.listener import Listener
from tests.helpers.make import event, ticked


def plugged(feed, **options):
    outlet = Outlet("test", raw=True)
    return FeedWorker(feed, (outlet,), **options), Listener(outlet.arrived), outlet


def deal(listener: Listener) -> list:
    """Return all events so far, and let more come."""
    events = []
    for delivery in list(listener.heard):
        events.extend(delivery.events)
        delivery.done()
    return events


def test_a_burst_arrives_as_one_batch_on_the_listeners_thread(qtbot, qapp):
    burst = tuple(ticked(n) for n in range(100))
    worker, listener, _ = plugged(ScriptedFeed(burst))
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    assert listener.heard[0].events == burst
    assert listener.threads == {qapp.thread()}
    assert worker.stop()


def test_a_feed_that_never_waits_is_posted_in_pieces(qtbot):
    """S1-N4: the batch has a bound, too."""
    count = 10 * BATCH_LIMIT
    worker, listener, _ = plugged(ScriptedFeed([ticked(n) for n in range(count)]))
    worker.start()
    got: list = []

    def all_here() -> bool:
        for delivery in listener.heard:
            got.extend(delivery.events)
            delivery.done()
        listener.heard.clear()
        return len(got) == count

    qtbot.waitUntil(all_here, timeout=10_000)
    assert [one.tick for one in got] == list(range(count))
    assert worker.stop()


def test_stopping_twice_before_and_after_is_safe(qtbot):
    feed = ScriptedFeed([ticked(1)])
    worker, listener, _ = plugged(feed)
    assert worker.stop()
    worker.start()
    assert worker.wait(2000)  # it was asked to stop before it began
    worker, listener, _ = plugged(feed)
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    worker.ask_to_stop()
    worker.ask_to_stop()
    assert worker.stop()
    assert worker.stop()
    worker.steer(Chaos(fault="drop"))  # the loop is closed: nobody hears it
    assert feed.closed == 1


def test_an_end_that_was_asked_for_is_told_last(qtbot):
    goodbye = event(FeedChanged, link=Link.OFF)
    worker, listener, _ = plugged(ScriptedFeed([ticked(1)]), farewell=lambda: goodbye)
    worker.start()
    qtbot.waitUntil(lambda: len(deal(listener)) == 1)
    assert worker.stop()
    qtbot.waitUntil(lambda: goodbye in deal(listener))
    assert deal(listener)[-1] == goodbye


def test_an_end_that_was_not_asked_for_says_no_farewell(qtbot):
    goodbye = event(FeedChanged, link=Link.OFF)
    worker, listener, _ = plugged(ScriptedFeed([ticked(1)], ends=True), farewell=lambda: goodbye)
    worker.start()
    assert worker.wait(2000)
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    assert [type(one) for one in deal(listener)] == [PriceTicked]


def test_a_feed_that_falls_tells_once_and_its_last_events_arrive(qtbot, caplog):
    """S4-1b: logged once, told once."""
    worker, listener, _ = plugged(ScriptedFeed([ticked(1)], falls=RuntimeError("a bug")))
    falls = Listener(worker.fell)
    worker.start()
    qtbot.waitUntil(lambda: bool(falls.heard))
    assert [str(error) for error in falls.heard] == ["a bug"]
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    assert worker.stop()
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 1


def test_a_command_is_obeyed_on_the_feeds_own_thread(qtbot):
    class Steered(ScriptedFeed):
        def steer(self, command) -> None:
            super().steer(command)
            self.thread = threading.current_thread()

    feed = Steered([ticked(1)])
    worker, listener, _ = plugged(feed)
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    worker.steer(Chaos(fault="drop"))
    qtbot.waitUntil(lambda: len(feed.steered) == 1)
    assert feed.thread is not threading.current_thread()
    assert worker.stop()


def test_a_feed_that_closes_slowly_is_left_to_close(qtbot):
    """A second request to stop does not interrupt the closing itself."""

    class Slow(ScriptedFeed):
        async def events(self):
            try:
                yield ticked(1)
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.1)
                self.closed += 1

    feed = Slow()
    worker, listener, _ = plugged(feed)
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    for _ in range(5):
        worker.ask_to_stop()
    assert worker.stop()
    assert feed.closed == 1


def test_a_feed_that_does_not_close_is_interrupted(qtbot):
    """S1-N3: no stop waits for ever."""

    class Clinging(ScriptedFeed):
        async def events(self):
            try:
                yield ticked(1)
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(60)

    worker, listener, _ = plugged(Clinging())
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    began = time.monotonic()
    assert worker.stop(timeout_ms=5_000)
    assert time.monotonic() - began < 4


def test_a_feed_that_cannot_be_steered_goes_on_and_the_error_is_told(qtbot, monkeypatch):
    """S0-D3: the error reaches the program's hook, not only the log of its own loop."""
    heard: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: heard.append(kind))

    class Stubborn(ScriptedFeed):
        def steer(self, command):
            super().steer(command)
            raise ZeroDivisionError("on purpose")

    feed = Stubborn([ticked(0)])
    worker, listener, _ = plugged(feed)
    worker.start()
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    worker.steer(Chaos(fault="drop"))
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert heard == [ZeroDivisionError]
    assert worker.isRunning()
    assert worker.stop()


def test_a_batch_that_cannot_be_posted_keeps_no_later_one_back(qtbot, monkeypatch):
    """S0-D3: the feed does not fall silent, and the error is told."""
    told: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: told.append(kind))

    class Slow(ScriptedFeed):
        async def events(self):
            for number in range(20):
                yield ticked(number)
                await asyncio.sleep(0)
            await asyncio.Event().wait()

    worker, listener, outlet = plugged(Slow())
    post = outlet.post

    def fail_once(events):
        outlet.post = post
        raise ZeroDivisionError("on purpose")

    outlet.post = fail_once
    worker.start()
    qtbot.waitUntil(lambda: bool(listener.heard))
    got: list = []

    def last_is_here() -> bool:
        got.extend(deal(listener))
        listener.heard.clear()
        return bool(got) and got[-1].tick == 19

    qtbot.waitUntil(last_is_here)
    assert told == [ZeroDivisionError]
    assert worker.stop()
