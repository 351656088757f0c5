"""The desk: one live feed, one replay, no waiting."""

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Slot

from replayer_qt.core.commands import (
    Chaos,
    CloseReplay,
    Connect,
    Disconnect,
    GoTo,
    OpenRecordings,
    OpenRound,
    Pause,
    Play,
    PreviousRound,
    SeekEnd,
    SeekRound,
    SeekStart,
    Show,
    StartRecording,
    Step,
    StopRecording,
)
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.desk import Desk
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.makers import Makers
from replayer_qt.runtime.outlet import Outlet
from replayer_qt.ui.view import replayed
from tests.helpers.clock import SteppedClock
from tests.helpers.feeds import ScriptedFeed
from tests.helpers.make import a_round

PRICES = [1.0, 1.1, 1.2, 0.02]


class Told(QObject):
    """Counts what the recorder would be told."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.said: list[str] = []
        desk.recording_wanted.connect(self._wanted)
        desk.recording_unwanted.connect(self._unwanted)

    @Slot()
    def _wanted(self) -> None:
        self.said.append("begin")

    @Slot()
    def _unwanted(self) -> None:
        self.said.append("finish")


class Room:
    """A desk with scripted feeds."""

    def __init__(self, *, record_at_once: bool = True) -> None:
        self.host = EngineHost(Engine())
        self.live: list[ScriptedFeed] = []
        self.replays: list[ScriptedFeed] = []
        self.pasts: list[ScriptedFeed] = []
        self.next_replay: ScriptedFeed | None = None
        self.next_past_falls: Exception | None = None
        self.problems: list[ProblemRaised] = []
        self.workers: list[FeedWorker] = []
        self.next_live: ScriptedFeed | None = None
        self.files: dict[str, tuple[str, ...]] = {}
        self.desk = Desk(
            self.host,
            Makers(
                live=self._make_live,
                replay=self._make_replay,
                past=self._make_past,
                plug_live=self._plug,
                plug_replay=self._plug,
                locate=lambda _stream, round_id: self.files.get(round_id, ()),
            ),
            SteppedClock(),
            record_at_once=record_at_once,
        )
        self.told = Told(self.desk)
        self.host.advanced.connect(self.desk.hear)
        self.host.advanced.connect(self._note)

    def _note(self, advance: Advance) -> None:
        self.problems += [e for e in advance.events if isinstance(e, ProblemRaised)]

    def _make_live(self, command: Connect) -> ScriptedFeed:
        stream = {"practice": PRACTICE, "rugs": RUGS}[command.venue]
        feed = self.next_live or ScriptedFeed(round_on(stream), stream=stream)
        self.next_live = None
        self.live.append(feed)
        return feed

    def _make_replay(self, paths, stream):
        if self.next_replay is not None:
            self.next_replay.stream = stream
            self.replays.append(self.next_replay)
            self.next_replay = None
            return self.replays[-1]
        ends = paths == ("unreadable",)
        told = () if ends else [*round_on(stream), stands_on(stream)]
        self.replays.append(ScriptedFeed(told, stream=stream, name="replay", ends=ends))
        return self.replays[-1]

    def _make_past(self, of, rounds, stream):
        told = [*round_on(stream), stands_on(stream)]
        falls, self.next_past_falls = self.next_past_falls, None
        self.pasts.append(ScriptedFeed(told, stream=stream, name="past", falls=falls))
        return self.pasts[-1]

    def _plug(self, feed: ScriptedFeed) -> FeedWorker:
        outlet = Outlet("engine", raw=False)
        outlet.arrived.connect(self.host.take, Qt.ConnectionType.QueuedConnection)
        self.workers.append(FeedWorker(feed, (outlet,)))
        return self.workers[-1]

    def price(self, stream):
        market = self.host.state.markets.get(stream)
        return None if market is None or market.round is None else market.round.price


def round_on(stream):
    return [replace(event, stream=stream) for event in a_round(PRICES)]


def stands_on(stream):
    return ReplayMoved(
        at=0, mono=0, stream=stream, source="past", position=4, length=4,
        speed=1.0, achieved=0.0, playing=False,
    )  # fmt: skip


@pytest.fixture
def room(qtbot):
    room = Room()
    yield room
    for _ in range(2):  # the past, then the recording behind it
        room.desk.obey(CloseReplay())
    room.desk.obey(Disconnect())
    qtbot.waitUntil(lambda: not any(worker.isRunning() for worker in room.workers))


def test_connecting_shows_the_venue_and_begins_to_record(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])
    assert room.host.state.live == room.host.state.shown == PRACTICE
    assert room.told.said == ["begin"]


def test_nothing_runs_before_a_venue_is_picked(room, qtbot):
    """N21: no feed is made, and none runs, before a person asks for one."""
    qtbot.wait(20)
    assert (room.live, room.workers) == ([], [])


def test_another_venue_starts_when_the_one_before_has_ended(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) is not None)
    room.desk.obey(Connect(venue="rugs"))
    qtbot.waitUntil(lambda: room.price(RUGS) is not None)
    assert room.live[0].closed == 1
    assert room.host.state.live == RUGS
    assert sum(worker.isRunning() for worker in room.workers) == 1


def test_ten_connects_while_connecting_leave_one_feed(room, qtbot):
    """S1-C4: connect pressed ten times yields exactly one running feed."""
    for _ in range(10):
        room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: len(room.live) == 2 and room.price(PRACTICE) is not None)
    qtbot.waitUntil(lambda: [worker.isRunning() for worker in room.workers] == [False, True])
    assert room.live[-1].closed == 0


def test_disconnecting_leaves_nothing_running(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) is not None)
    room.desk.obey(Disconnect())
    qtbot.waitUntil(lambda: not room.workers[0].isRunning())
    assert room.host.state.live is None
    assert room.live[0].closed == 1


def test_a_replay_survives_a_connection(room, qtbot):
    """N21: connecting a feed does not put the loaded recording away."""
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: bool(room.replays) and room.price(room.replays[0].stream) is not None)
    stream = room.replays[0].stream
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) is not None)
    assert room.replays[0].closed == 0
    room.desk.obey(Show(stream=stream))
    assert room.host.state.shown == stream
    assert room.price(stream) == PRICES[-1]


def test_opening_another_recording_puts_the_first_away(room, qtbot):
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    room.desk.obey(OpenRecordings(paths=("b.jsonl",)))
    qtbot.waitUntil(
        lambda: len(room.replays) == 2 and room.replays[0].stream != room.replays[1].stream
    )
    qtbot.waitUntil(lambda: not room.workers[0].isRunning())
    assert room.replays[0].stream not in room.host.state.markets


def test_closing_the_replay_goes_back_to_live(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    assert room.host.state.shown == room.replays[0].stream
    room.desk.obey(CloseReplay())
    assert room.host.state.shown == PRACTICE


def test_commands_reach_whom_they_concern(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: room.price(room.replays[0].stream) is not None)
    qtbot.waitUntil(lambda: room.price(PRACTICE) is not None)
    room.desk.obey(Play())
    room.desk.obey(Chaos(fault="drop"))
    qtbot.waitUntil(lambda: bool(room.replays[0].steered) and bool(room.live[0].steered))
    assert room.replays[0].steered == [Play()]
    assert room.live[0].steered == [Chaos(fault="drop")]


def test_recording_is_begun_and_finished_on_demand(room):
    room.desk.obey(StartRecording())
    room.desk.obey(StopRecording())
    assert room.told.said == ["begin", "finish"]


def test_a_feed_that_falls_is_told_and_left(room, qtbot, caplog):
    """S0-H6: an error in a feed reaches the person once; the program goes on."""
    room.next_live = ScriptedFeed(falls=RuntimeError("broken"))
    heard = []
    room.host.advanced.connect(lambda advance: heard.extend(advance.events))
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: any(type(e).__name__ == "ProblemRaised" for e in heard))
    qtbot.waitUntil(lambda: not room.workers[0].isRunning())
    assert room.host.state.live is None
    assert sum(type(e).__name__ == "ProblemRaised" for e in heard) == 1


async def test_closing_waits_for_every_thread(qapp):
    room = Room()
    room.desk.obey(Connect(venue="practice"))
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    assert await room.desk.close()
    assert not any(worker.isRunning() for worker in room.workers)
    room.desk.obey(Connect(venue="practice"))
    assert len(room.live) == 1


def test_what_keeps_failing_is_stopped_and_nothing_else(room, qtbot):
    """FAULTS C1: a component that trips its breaker is stopped; the others live."""
    room.desk.obey(Connect(venue="practice"))
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: len(room.replays) == 1 and room.price(PRACTICE) is not None)
    room.desk.trip("ui.chart.price_chart")
    assert all(worker.isRunning() for worker in room.workers)
    room.desk.trip("adapters.feeds.rugs_parse")
    qtbot.waitUntil(lambda: not room.workers[0].isRunning())
    assert room.workers[1].isRunning()
    room.desk.trip("adapters.feeds.replay_deck")
    qtbot.waitUntil(lambda: not room.workers[1].isRunning())
    room.desk.trip("adapters.journal.writer")
    assert room.told.said[-1] == "finish"


def test_a_batch_that_breaks_the_engine_costs_itself_and_not_what_follows(room, qtbot, monkeypatch):
    """S0-D3: the next batch is asked for all the same; the engine does not go deaf."""
    heard: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: heard.append(kind))
    engine = room.host._engine
    handle = engine.handle
    engine.handle = lambda _: 1 / 0
    outlet = Outlet("engine", raw=False)
    outlet.arrived.connect(room.host.take, Qt.ConnectionType.QueuedConnection)
    first, *rest = round_on(PRACTICE)
    outlet.post([first])
    qtbot.waitUntil(lambda: heard == [ZeroDivisionError])
    engine.handle = handle
    outlet.post([first, *rest])
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])


def test_a_new_practice_exchange_begins_with_an_empty_session(room, qtbot):
    """N16: the rounds of the exchange before are not drawn under those of the new one."""
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])
    room.next_live = ScriptedFeed(a_round([1.0, 3.0])[:-1], stream=PRACTICE)
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == 3.0)
    known = room.host.state.markets[PRACTICE].round
    assert (known.ticks, known.tick, known.rug_tick) == (2, 1, None)


def test_files_that_hold_nothing_leave_the_live_market_in_view(room, qtbot):
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) is not None)
    room.desk.obey(OpenRecordings(paths=("unreadable",)))
    qtbot.waitUntil(lambda: room.host.state.shown == PRACTICE)
    assert set(room.host.state.markets) == {PRACTICE}
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: room.price(room.replays[-1].stream) is not None)
    assert room.host.state.shown == room.replays[-1].stream


def test_going_to_a_tick_opens_the_recording_of_its_round_and_stands_there(room, qtbot):
    """A row of a panel leads to its tick: the file is found by the round, then sought in."""
    room.files["r1"] = ("r1.jsonl",)
    room.desk.obey(GoTo(stream=PRACTICE, round_id="r1", tick=2))
    qtbot.waitUntil(lambda: room.price(room.replays[0].stream) is not None)
    (replay,) = room.replays
    shaped = ReplayShaped(
        at=0, mono=0, stream=replay.stream, round_id="r1", ticks=np.arange(3), prices=np.ones(3)
    )
    room.desk.hear(Advance(events=(shaped,), state=room.host.state, session=Session()))
    qtbot.waitUntil(lambda: replay.steered == [SeekRound(round_id="r1", tick=2)])


def test_opening_a_round_opens_its_files_and_goes_to_it(room, qtbot):
    """A row of the library leads to its round, wherever in its file that is."""
    room.desk.obey(OpenRound(paths=("a.jsonl", "b.jsonl"), round_id="r7"))
    qtbot.waitUntil(lambda: room.price(room.replays[0].stream) is not None)
    (replay,) = room.replays
    shaped = ReplayShaped(
        at=0, mono=0, stream=replay.stream, round_id="r1", ticks=np.arange(3), prices=np.ones(3)
    )
    room.desk.hear(Advance(events=(shaped,), state=room.host.state, session=Session()))
    qtbot.waitUntil(lambda: replay.steered == [SeekRound(round_id="r7")])
    room.desk.hear(Advance(events=(shaped,), state=room.host.state, session=Session()))
    assert len(replay.steered) == 1


def test_going_to_a_round_that_was_not_recorded_is_told(room, qtbot):
    problems = []
    room.host.advanced.connect(
        lambda advance: problems.extend(e.code for e in advance.events if hasattr(e, "code"))
    )
    room.desk.obey(GoTo(stream=PRACTICE, round_id="nowhere", tick=2))
    assert problems == ["round-not-recorded"]
    assert room.replays == []


# --- looking back


def connected_with_a_recording(room, qtbot):
    """Open a recording, then connect, so that live is shown; return the recording's stream."""
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: bool(room.replays) and room.price(room.replays[0].stream) is not None)
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])
    return room.replays[0].stream


@pytest.mark.parametrize(
    "command",
    [Pause(), Step(ticks=-1), SeekStart(), PreviousRound()],
    ids=lambda c: type(c).__name__,
)
def test_what_is_asked_on_the_running_market_leads_into_its_past(room, qtbot, command):
    """Space, Left, Home and B stand in the past of what was running."""
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])
    room.desk.obey(command)
    qtbot.waitUntil(lambda: bool(room.pasts) and room.host.state.shown == room.pasts[0].stream)
    assert room.pasts[0].steered == [SeekEnd(), command]
    assert room.live[0].closed == 0
    room.desk.obey(command)
    qtbot.waitUntil(lambda: room.pasts[0].steered == [SeekEnd(), command, command])
    assert len(room.pasts) == 1


def test_an_open_recording_stays_open_while_one_looks_back(room, qtbot):
    """N21: no key on the running market puts the loaded recording away."""
    stream = connected_with_a_recording(room, qtbot)
    room.desk.obey(Pause())
    qtbot.waitUntil(lambda: bool(room.pasts) and room.host.state.shown == room.pasts[0].stream)
    assert replayed(room.host.state).stream == room.pasts[0].stream
    room.desk.obey(Step(ticks=-1))
    qtbot.waitUntil(lambda: room.pasts[0].steered[-1:] == [Step(ticks=-1)])
    room.desk.obey(Show(stream=PRACTICE))
    qtbot.waitUntil(lambda: room.pasts[0].closed == 1)
    assert replayed(room.host.state).stream == stream
    assert (room.replays[0].closed, room.replays[0].steered) == (0, [])
    room.desk.obey(Show(stream=stream))
    assert room.price(stream) == PRICES[-1]
    room.desk.obey(Play())
    qtbot.waitUntil(lambda: room.replays[0].steered == [Play()])


def test_closing_the_past_leaves_the_recording_and_closing_again_does_not(room, qtbot):
    stream = connected_with_a_recording(room, qtbot)
    room.desk.obey(Pause())
    qtbot.waitUntil(lambda: bool(room.pasts) and room.host.state.shown == room.pasts[0].stream)
    room.desk.obey(CloseReplay())
    assert room.host.state.shown == PRACTICE
    assert set(room.host.state.markets) == {PRACTICE, stream}
    room.desk.obey(CloseReplay())
    assert set(room.host.state.markets) == {PRACTICE}


def test_from_the_past_one_goes_to_the_recording_and_the_past_is_put_away(room, qtbot):
    stream = connected_with_a_recording(room, qtbot)
    room.desk.obey(Pause())
    qtbot.waitUntil(lambda: bool(room.pasts) and room.host.state.shown == room.pasts[0].stream)
    room.desk.obey(Show(stream=stream))
    qtbot.waitUntil(lambda: room.pasts[0].closed == 1)
    assert room.host.state.shown == stream
    assert set(room.host.state.markets) == {PRACTICE, stream}


def test_a_replay_that_falls_is_closed_and_the_running_market_goes_on(room, qtbot, caplog):
    """S0-H6: whose feed fell is told by its name; nobody else's ends."""
    room.desk.obey(Connect(venue="practice"))
    qtbot.waitUntil(lambda: room.price(PRACTICE) == PRICES[-1])
    room.next_replay = ScriptedFeed(falls=RuntimeError("broken"), name="replay")
    room.desk.obey(OpenRecordings(paths=("a.jsonl",)))
    qtbot.waitUntil(lambda: bool(room.problems) and not room.workers[1].isRunning())
    told = [(problem.code, problem.stream) for problem in room.problems]
    assert told == [("replay-fell", room.replays[0].stream)]
    assert room.host.state.live == room.host.state.shown == PRACTICE
    assert room.workers[0].isRunning()


def test_a_past_that_falls_leaves_the_market_and_the_recording(room, qtbot, caplog):
    """S0-H6: the running market and the open recording go on."""
    stream = connected_with_a_recording(room, qtbot)
    room.next_past_falls = RuntimeError("broken")
    room.desk.obey(Pause())
    qtbot.waitUntil(lambda: bool(room.problems))
    qtbot.waitUntil(lambda: [worker.isRunning() for worker in room.workers] == [True, True, False])
    assert room.problems[0].stream == room.pasts[0].stream
    assert set(room.host.state.markets) == {PRACTICE, stream}
    assert room.host.state.shown == PRACTICE
