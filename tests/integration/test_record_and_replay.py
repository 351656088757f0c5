"""What was recorded is what is replayed: journal, library, feed and engine together."""

import asyncio
import math
from pathlib import Path

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.commands import Play, SetSpeed
from replayer_qt.core.events import PhaseChanged
from replayer_qt.core.fairness import generate
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayMoved
from replayer_qt.core.settings import RecorderSettings, ReplaySettings
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.make import a_round, event

REPLAY = StreamId("replay/1")


def record(folder, events):
    journal = RecordingJournal(
        folder, SystemClock(), RecorderSettings(), app_version="test", session="test"
    )
    journal.start()
    journal.append(events)
    journal.stop()


async def replay_to_end(folder: Path, engine: Engine) -> list[Path]:
    feed = ReplayFeed(
        [folder],
        REPLAY,
        SystemClock(),
        ReplaySettings(skip_to_activation=False),
        find=find_recordings,
        read=open_recording,
    )
    feed.steer(SetSpeed(speed=math.inf))
    feed.steer(Play())
    async with asyncio.timeout(20):
        async for told in feed.events():
            engine.handle((told,))
            if isinstance(told, ReplayMoved) and feed.finished:
                break
    return feed._files


async def test_a_recorded_round_is_replayed_to_the_same_state(tmp_path):
    """S3-P6, N15: what the live engine knew, the replaying one knows, tick for tick."""
    names = [RoundId(f"20261121-{n:016x}") for n in range(5)]
    live = Engine()
    events = []
    for number, name in enumerate(names):
        prices = list(generate(f"{number:064x}", name))
        events += a_round(prices, round_id=name)
        events.append(event(PhaseChanged, 10**12, round_id=name, phase=Phase.RUGGED))
    record(tmp_path, events)
    live_advance = live.handle(events)

    replayed = Engine()
    files = await replay_to_end(tmp_path, replayed)
    then, now = live.state.markets[PRACTICE].round, replayed.state.markets[REPLAY].round
    assert len(files) == 5
    assert then == now
    series = live_advance.session.series(PRACTICE, names[-1])
    again = replayed.handle(()).session.series(REPLAY, names[-1])
    assert series.prices.tobytes() == again.prices.tobytes()
    assert series.ats.tobytes() == again.ats.tobytes()


def test_verify_says_of_a_journal_what_it_says_of_the_events(tmp_path):
    name = RoundId("20261121-00000000000000aa")
    events = a_round(list(generate("ab" * 32, name)), round_id=name)
    record(tmp_path, events)
    (path,) = find_recordings([tmp_path])
    recording = open_recording(path, REPLAY)
    assert recording.format == "journal"
    assert recording.damage == ()
    assert summarise(recording.events) == summarise(events)
