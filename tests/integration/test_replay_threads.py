"""A replay on its real thread: closed at any moment, it is gone at once."""

import math
import time

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.commands import Play, SeekPeak, SetSpeed
from replayer_qt.core.events import TickBlock
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import StreamId
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.outlet import Outlet
from tests.helpers.listener import Listener
from tests.helpers.tick_files import round_lines, text

REPLAY = StreamId("replay/1")


def test_closed_while_it_plays_at_full_speed_it_ends_within_a_second(tmp_path, qtbot):
    """S3-H4: a hundred times, at a hundred different moments."""
    path = tmp_path / "long.jsonl"
    path.write_bytes(text(round_lines([1 + n % 50 / 100 for n in range(2_000)] + [0.02])))
    longest = 0.0
    for n in range(100):
        feed = ReplayFeed(
            [path],
            REPLAY,
            SystemClock(),
            ReplaySettings(),
            find=find_recordings,
            read=open_recording,
        )
        outlet = Outlet("test", raw=False)
        worker = FeedWorker(feed, [outlet])
        feed.steer(SetSpeed(speed=math.inf))
        feed.steer(Play())
        worker.start()
        worker.wait(n % 10)
        began = time.monotonic()
        assert worker.stop()
        longest = max(longest, time.monotonic() - began)
    assert longest < 1.0


def test_what_is_played_arrives_on_the_listeners_thread(tmp_path, qtbot, qapp):
    path = tmp_path / "round.jsonl"
    path.write_bytes(text(round_lines([1 + n / 100 for n in range(300)] + [0.02])))
    feed = ReplayFeed(
        [path], REPLAY, SystemClock(), ReplaySettings(), find=find_recordings, read=open_recording
    )
    outlet = Outlet("test", raw=False)
    worker = FeedWorker(feed, [outlet])
    listener = Listener(outlet.arrived)
    worker.start()
    qtbot.waitUntil(lambda: bool(listener.heard))
    listener.heard[0].done()
    worker.steer(SeekPeak())

    def told():
        return [event for delivery in listener.heard for event in delivery.events]

    def has_rewound():
        for delivery in listener.heard:
            delivery.done()
        found = [e.history for e in told() if hasattr(e, "history") and len(e.history) > 1]
        return bool(found) and any(isinstance(e, TickBlock) for e in found[-1])

    qtbot.waitUntil(has_rewound)
    assert listener.threads == {qapp.thread()}
    assert worker.stop()
