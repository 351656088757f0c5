"""Looking back at the running market: nothing of it is lost or delayed meanwhile."""

import asyncio
import random
import threading
import time
from collections import defaultdict

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay_tape import tapes
from replayer_qt.core.commands import (
    CloseReplay,
    Connect,
    Disconnect,
    Pause,
    Play,
    PreviousRound,
    SeekEnd,
    SeekShare,
    SeekStart,
    SetSpeed,
    Show,
    Step,
)
from replayer_qt.core.events import ROUND_EVENTS, PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.landmarks import Landmark
from replayer_qt.core.replay_commands import ClearLoop, SeekLandmark, SetLoopEnd, SetLoopStart
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.view import is_recording
from tests.helpers.past_desk import past_desk

ROUNDS, TICKS = 12, 1_000


def names():
    return [RoundId(f"20261121-{number:04}") for number in range(ROUNDS)]


class FloodingFeed:
    """Rounds as fast as the loop carries them, in bursts; then it waits to be stopped."""

    name = "flood"
    stream = PRACTICE

    def __init__(self, *, bursts_of=50):
        self.bursts_of = bursts_of
        self.is_over = False
        self.may_begin = threading.Event()

    async def events(self):
        clock = SystemClock()
        while not self.may_begin.is_set():  # noqa: ASYNC110  # it is set on another thread
            await asyncio.sleep(0.001)
        for name in names():
            rng = random.Random(name)
            yield self._made(clock, RoundOpened, name)
            price = 1.0
            for tick in range(TICKS):
                price *= 1 + rng.uniform(-0.05, 0.055)
                yield self._made(clock, PriceTicked, name, tick=tick, price=price)
                if tick % self.bursts_of == 0:
                    await asyncio.sleep(0.001)
            yield self._made(clock, RoundRugged, name, tick=TICKS - 1, price=price)
        self.is_over = True
        await asyncio.Event().wait()

    def _made(self, clock, kind, name, **fields):
        now, mono = clock.now(), clock.monotonic()
        return kind(at=now, mono=mono, stream=PRACTICE, round_id=name, **fields)

    def steer(self, command):
        pass


class Floor:
    """A desk with a real recorder, a real engine, and the past of a flood."""

    def __init__(self, folder):
        clock = SystemClock()
        self.feed = FloodingFeed()
        self.host, self.recorder, self.desk = past_desk(folder, self.feed, clock)
        self.heard = defaultdict(list)
        self.host.advanced.connect(self._note)

    def _note(self, advance):
        self.session = advance.session
        for event in advance.events:
            if event.stream == PRACTICE and isinstance(event, ROUND_EVENTS):
                self.heard[event.round_id].append(event)

    @property
    def state(self):
        return self.host.state

    @property
    def past(self):
        return next(
            (m for m in self.state.markets.values() if m.opened is not None and m.replay), None
        )

    def is_back(self):
        return self.past is not None and self.state.shown == self.past.stream


@pytest.fixture
def floor(qtbot, tmp_path):
    made = Floor(tmp_path)
    yield made
    made.desk.obey(CloseReplay())
    made.desk.obey(Disconnect())
    qtbot.waitUntil(made.desk._all_left.is_set, timeout=5_000)
    assert made.recorder.stop()


def begin(floor, qtbot):
    """Connect, and have the venue speak once the recorder writes."""
    floor.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: is_recording(floor.state))
    floor.feed.may_begin.set()


def soon(condition, within_s=10.0):
    """Wait for a condition without a pause between two looks."""
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)


def all_ticked(floor):
    """Whether the engine has all that the venue sent, in the right columns."""
    market = floor.state.markets.get(PRACTICE)
    return floor.feed.is_over and market is not None and market.finished == ROUNDS


def test_nothing_of_a_flood_is_lost_while_one_looks_back(floor, qtbot):
    """N15, S0-H8: 12,000 ticks while the past is stepped, sought, looped and left again."""
    rng = random.Random(3)
    begin(floor, qtbot)
    draw = [
        lambda: Step(ticks=rng.randint(-20, 20)),
        lambda: SeekShare(share=rng.random()),
        lambda: SetSpeed(speed=rng.choice([1.0, 1000.0, float("inf")])),
        lambda: SeekLandmark(kinds=frozenset({Landmark.PEAK}), forward=rng.random() < 0.5),
        lambda: Show(stream=PRACTICE),
        Play, Pause, PreviousRound, SeekStart, SeekEnd, SetLoopStart, SetLoopEnd,
    ]  # fmt: skip
    went_back = asked = 0
    while not all_ticked(floor):
        floor.desk.obey(Step(ticks=-1))
        floor.desk.obey(rng.choice(draw)())
        asked += 2
        qtbot.wait(2)
        went_back += floor.is_back()
    assert went_back > 5
    assert asked > 40
    for name in names():
        series = floor.session.series(PRACTICE, name)
        assert series.ticks.tolist() == list(range(TICKS))
        assert floor.state.markets[PRACTICE].refused == 0
    sent = ROUNDS * (TICKS + 2)
    qtbot.waitUntil(lambda: floor.state.recording.records >= sent, timeout=5_000)
    assert floor.state.recording.lost == 0


def digest(engine_state, session, stream, name):
    """What a trader sees of a round: its state, and its columns."""
    series = session.series(stream, name)
    columns = (series.ticks.tobytes(), series.prices.tobytes(), series.ats.tobytes())
    return repr(engine_state.markets[stream].round), columns


def folded(heard, position):
    """The same after so many ticks, and after each event before the next tick, from live alone."""
    (tape,) = tapes(heard, PRACTICE)
    last = tape.stop(position + 1) if position < len(tape) else tape.end + 1
    found = []
    for cursor in range(tape.stop(position), last):
        advance = Engine().handle(tape.events[:cursor])
        found.append(digest(advance.state, advance.session, PRACTICE, tape.round_id))
    return found


def test_a_thousand_walks_find_the_same_state_at_the_same_tick_while_live_is_recorded(floor, qtbot):
    """N15: steps, jumps, speeds, directions, loops and events, through desk, threads and engine."""
    rng = random.Random(1_000)
    floor.feed.bursts_of = 2
    begin(floor, qtbot)
    qtbot.waitUntil(lambda: len(floor.heard[names()[0]]) > 20)
    floor.desk.obey(Step(ticks=-1))
    qtbot.waitUntil(floor.is_back)
    draw = [
        lambda: Step(ticks=rng.randint(-50, 50)),
        lambda: SeekShare(share=rng.random()),
        lambda: SetSpeed(speed=rng.choice([1.0, 50.0, 1000.0, float("inf")])),
        lambda: SeekLandmark(
            kinds=frozenset({Landmark.PEAK, Landmark.TROUGH}), forward=rng.random() < 0.5
        ),
        Play, Play, Pause, PreviousRound, SeekStart, SeekEnd, SetLoopStart, SetLoopEnd,
    ]  # fmt: skip
    checked = set()
    for walk in range(1_000):
        for _ in range(3):
            floor.desk.obey(rng.choice(draw)())
        for last in (Pause(), ClearLoop(), SetLoopStart(tick=100_000 + walk)):
            floor.desk.obey(last)
        soon(lambda walk=walk: floor.past.replay.loop_start == 100_000 + walk)
        shown, position = floor.past.round, floor.past.replay.position
        if shown is None or not position:
            continue
        found = digest(floor.state, floor.session, floor.past.stream, shown.round_id)
        assert found in folded(floor.heard[shown.round_id], position)
        checked.add((shown.round_id, position))
    assert len(checked) > 200
    assert floor.state.recording.lost == 0
    assert floor.state.recording.records > 1_000


def test_one_steps_back_catches_up_and_comes_back_to_live(floor, qtbot):
    """N21: the market goes on meanwhile; its past is put away when one comes back."""
    floor.feed.bursts_of = 2
    begin(floor, qtbot)
    qtbot.waitUntil(lambda: PRACTICE in floor.state.markets)
    qtbot.waitUntil(lambda: floor.state.markets[PRACTICE].round is not None)
    floor.desk.obey(Step(ticks=1))
    assert floor.past is None  # there is nothing after now
    qtbot.waitUntil(lambda: floor.state.markets[PRACTICE].round.tick > 40)
    floor.desk.obey(Step(ticks=-30))
    qtbot.waitUntil(floor.is_back)
    assert floor.past.opened.past_of == PRACTICE
    assert floor.state.live == PRACTICE
    stood = floor.past.round
    live = floor.state.markets[PRACTICE]
    qtbot.waitUntil(lambda: floor.state.markets[PRACTICE].round.tick != live.round.tick)
    assert floor.past.round is stood
    qtbot.waitUntil(
        lambda: (floor.past.replay.behind or 0) > 30 or floor.past.replay.behind is None
    )
    floor.desk.obey(SetSpeed(speed=float("inf")))
    floor.desk.obey(Play())
    qtbot.waitUntil(lambda: floor.past.replay.behind == 0, timeout=10_000)
    floor.desk.obey(Show(stream=PRACTICE))
    qtbot.waitUntil(lambda: floor.past is None)
    assert floor.state.shown == PRACTICE
    floor.desk.obey(PreviousRound())
    qtbot.waitUntil(floor.is_back)
    floor.desk.obey(Disconnect())
    qtbot.waitUntil(lambda: floor.past.replay.behind is None)
    assert floor.is_back()
