"""The real way of a tick, from a feed's thread to the pixel and the disk, with watches on it."""

import asyncio
import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.cli.bench.live_feed import SteadyFeed
from replayer_qt.cli.bench.live_window import Stage
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.runtime.recorder_worker import RecorderWorker
from replayer_qt.runtime.tally import Tally

WARM_S: Final = 0.7


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the watches say of one run.

    Attributes:
        delays_ms: from the feed's tick to the window's pixels, each tick [ms].
        gaps_ms: how late the main thread's probe came, each time [ms].
        gui: the main thread's share of a core.
        process: the process's share of a core, the recorder's and the feed's threads included.
        frames: how often prices were handed to the chart [1/s].
        rests: how often all else was shown [1/s].
        paced_ms: how late the feed's own loop sent a tick, on average [ms].
        sent: ticks that the feed sent.
        taken: ticks that the engine took.
        recorded: ticks that are in the recording afterwards.
        unlike: paintings whose newest candle did not show the newest tick.
        ended: whether feed and recorder ended in time.
    """

    delays_ms: tuple[float, ...]
    gaps_ms: tuple[float, ...]
    gui: float
    process: float
    frames: float
    rests: float
    paced_ms: float
    sent: int
    taken: int
    recorded: int
    unlike: int
    ended: bool


async def run(rate: int, seconds: float, folder: Path) -> Seen:
    """Run the whole way at `rate` [1/s] for so long, window shown, recording into `folder`.

    Must run on Qt's loop, with a QApplication; leaves nothing behind but the recording.
    """
    clock = SystemClock()
    feed = SteadyFeed(rate, clock)
    stage, tally = Stage(folder, clock), Tally()
    host, frames, window = stage.host, stage.frames, stage.window
    # how full the disk is shall not matter
    settings = RecorderSettings(warn_free_mb=2, stop_free_mb=1)
    journal = RecordingJournal(
        folder / "recordings", clock, settings, app_version=VERSION, session="bench"
    )
    recorder = RecorderWorker(journal)
    wiring.wire(host=host, recorder=recorder, desk=stage.desk)
    host.advanced.connect(tally.count, wiring.WITHIN)
    recorder.start()
    stage.desk.recording_wanted.emit()
    host.attach(feed.stream)
    host.show(feed.stream)
    worker = wiring.plug_live(feed, host=host, recorder=recorder, clock=clock)
    worker.start()
    await asyncio.sleep(WARM_S)
    window.seen.clear()
    painted, shown, began = frames.painted, frames.frames, time.perf_counter()
    gui, process = time.thread_time(), time.process_time()
    stage.probe.start()
    await asyncio.sleep(seconds)
    stage.probe.stop()
    gui, process = time.thread_time() - gui, time.process_time() - process
    took, seen = time.perf_counter() - began, list(window.seen)
    painted, shown = frames.painted - painted, frames.frames - shown
    ended = worker.stop()
    await asyncio.sleep(0.1)
    ended = recorder.stop() and ended
    stage.clear()
    return Seen(
        delays_ms=tuple(
            float(delay)
            for at, ticks in seen
            for delay in (at - np.array([tick.mono for tick in ticks])) / 1e6
        ),
        gaps_ms=tuple(stage.probe.gaps_ms),
        gui=gui / took,
        process=process / took,
        frames=painted / took,
        rests=shown / took,
        paced_ms=feed.late_ns / max(feed.sent, 1) / 1e6,
        sent=feed.sent,
        taken=tally.ticks,
        recorded=_recorded(folder),
        unlike=stage.chart.unlike,
        ended=ended,
    )


def _recorded(folder: Path) -> int:
    return sum(
        isinstance(event, PriceTicked)
        for path in folder.rglob("*.jsonl")
        for event in read_journal(path).events
    )
