"""A desk that records one feed for real, and can look back at what came of it."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay_past import PastFeed
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.settings import RecorderSettings, ReplaySettings
from replayer_qt.engine.engine import Engine
from replayer_qt.ports import Feed
from replayer_qt.runtime.desk import Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.makers import Makers
from replayer_qt.runtime.recorder_worker import RecorderWorker


class PastDesk(NamedTuple):
    """The parts, wired as the program does; the recorder runs already."""

    host: EngineHost
    recorder: RecorderWorker
    desk: Desk


def past_desk(folder: Path, feed: Feed, clock: SystemClock) -> PastDesk:
    """Return a desk whose live feed is `feed`, and which records into `folder`."""
    host = EngineHost(Engine())
    journal = RecordingJournal(folder, clock, RecorderSettings(), app_version="1", session="1" * 32)
    recorder = RecorderWorker(journal)
    desk = Desk(
        host,
        Makers(
            live=lambda _command: feed,
            replay=lambda _paths, _stream: None,
            past=lambda of, rounds, stream: PastFeed(of, rounds, stream, clock, ReplaySettings()),
            plug_live=partial(wiring.plug_live, host=host, recorder=recorder, clock=clock),
            plug_replay=partial(wiring.plug_replay, host=host),
            locate=lambda _stream, _round_id: (),
        ),
        clock,
        record_at_once=True,
    )
    wiring.wire(host=host, recorder=recorder, desk=desk)
    recorder.start()
    return PastDesk(host, recorder, desk)
