"""A window that stands still for five seconds under a million ticks."""

import asyncio
import time
from collections.abc import AsyncGenerator

from PySide6.QtCore import QObject, Slot

from replayer_qt import wiring
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, EventsShed, PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.outlet import EVENTS_KEPT, Outlet
from replayer_qt.ui.frame_clock import EVENTS_KEPT as FRAME_KEPT
from replayer_qt.ui.frame_clock import FrameClock
from tests.helpers.make import event, ticked

BLOCKED_S = 5.0
ROUNDS = 200
TICKS = 5_000


class Flood:
    """A million ticks in two hundred rounds, each with a word that nobody may lose."""

    name = "flood"
    stream = PRACTICE

    def __init__(self) -> None:
        self.told = 0
        self.over = False

    async def events(self) -> AsyncGenerator[Event, None]:
        for number in range(ROUNDS):
            name = RoundId(f"round-{number}")
            yield event(RoundOpened, number, round_id=name)
            ticks = [ticked(tick, 1.0 + tick / 1e4, round_id=name) for tick in range(TICKS - 1)]
            for tick in ticks:
                yield tick
            self.told += TICKS
            yield event(ProblemRaised, number, code="x", what=f"Alert {number}.", remedy="None.")
            yield ticked(TICKS - 1, 0.01, round_id=name)
            yield event(RoundRugged, number, round_id=name, tick=TICKS - 1, price=0.01)
            await asyncio.sleep(0)
        self.over = True
        await asyncio.Event().wait()

    def steer(self, command: Command) -> None:
        """Nothing obeys."""


class Eye(QObject):
    """Counts what reaches the engine, and what reaches the eye."""

    def __init__(self) -> None:
        super().__init__()
        self.engine: list[Event] = []
        self.ticks = 0
        self.shed = 0
        self.frames: list[Event] = []

    @Slot(object)
    def advanced(self, advance) -> None:
        for told in advance.events:
            if isinstance(told, PriceTicked):
                self.ticks += 1
            elif isinstance(told, EventsShed):
                self.shed += told.count
            else:
                self.engine.append(told)

    @Slot(object)
    def framed(self, advance) -> None:
        self.frames += [one for one in advance.events if isinstance(one, ProblemRaised)]


def test_a_window_blocked_for_five_seconds_loses_no_word_and_keeps_a_bound(qtbot):
    """S1-H8: 1,000,000 ticks meanwhile; every alert and round arrives, what is shed is counted."""
    host, frames, eye, flood = EngineHost(Engine()), FrameClock(), Eye(), Flood()
    outlet = Outlet("engine", raw=False)
    outlet.arrived.connect(host.take, wiring.ACROSS)
    host.advanced.connect(eye.advanced, wiring.WITHIN)
    host.advanced.connect(frames.collect, wiring.WITHIN)
    frames.frame.connect(eye.framed, wiring.WITHIN)
    worker = FeedWorker(flood, (outlet,))
    worker.start()
    until = time.monotonic() + BLOCKED_S
    while time.monotonic() < until or not flood.over:
        time.sleep(0.05)  # the window's thread does nothing else: this is the fault
        assert len(outlet._waiting) <= EVENTS_KEPT + 4_096
    qtbot.waitUntil(lambda: eye.ticks + eye.shed == ROUNDS * TICKS, timeout=30_000)
    qtbot.waitUntil(lambda: len(eye.frames) == ROUNDS, timeout=10_000)
    assert worker.stop()
    assert flood.told == ROUNDS * TICKS == 1_000_000
    assert eye.shed == outlet.shed_total > 0
    opened = [one.round_id for one in eye.engine if isinstance(one, RoundOpened)]
    rugged = [one.round_id for one in eye.engine if isinstance(one, RoundRugged)]
    assert opened == rugged == [f"round-{number}" for number in range(ROUNDS)]
    assert [one.what for one in eye.frames] == [f"Alert {number}." for number in range(ROUNDS)]
    assert max(len(frames._prices), len(frames._rest)) <= FRAME_KEPT
    market = host.state.markets[PRACTICE]
    assert market.round is not None
    assert market.round.round_id == f"round-{ROUNDS - 1}"
    assert market.round.price == 0.01
