"""A replay at full speed in the real window: how long it takes, and what is painted meanwhile."""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Slot

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.cli.bench.live_window import Stage
from replayer_qt.cli.bench.loading import at_full_speed
from replayer_qt.core.commands import Play
from replayer_qt.core.events import Event, PhaseChanged, PriceTicked, RoundOpened
from replayer_qt.core.phase import Phase
from replayer_qt.core.recording import Recording
from replayer_qt.core.state import Advance
from replayer_qt.core.units import NANOS_PER_MILLISECOND, Nanos, RoundId, StreamId, stream_of
from replayer_qt.runtime.engine_host import EngineHost

PATIENCE_S: Final = 30.0
_STREAM: Final = StreamId("replay/bench")
_RECORDED: Final = stream_of("bench", "steady")
_NAME: Final = RoundId("20260101-0000000000000001")
_TICK_MS: Final = 250
_STEP_S: Final = 0.005
_REST_S: Final = 0.2


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one round played at full speed.

    Attributes:
        ticks: its ticks.
        took_s: from the wish to play until the state stood at its last tick [s].
        painted_s: until that tick was painted [s].
        frames: paintings of the chart in that time.
        gap_ms: the latest that the main thread's probe came [ms].
        length: ticks that the chart's columns held at the end.
        newest: the tick that they ended with.
        ended: whether it came to the end before patience did.
    """

    ticks: int
    took_s: float
    painted_s: float
    frames: int
    gap_ms: float
    length: int
    newest: int
    ended: bool


async def run(ticks: int, folder: Path) -> Played:
    """Play a round of so many ticks at full speed, window shown; leaves nothing behind.

    Must run on Qt's loop, with a QApplication.
    """
    clock = SystemClock()
    feed = at_full_speed(_recorded(ticks), _STREAM)
    stage = Stage(folder, clock)
    arrival = _Arrival(stage.host, ticks)
    worker = wiring.plug_replay(feed, host=stage.host)
    stage.host.show(_STREAM)
    worker.start()
    await _until(lambda: arrival.stands, PATIENCE_S)
    await asyncio.sleep(_REST_S)
    stage.probe.start()
    painted, began = stage.chart.frames_painted, time.perf_counter()
    worker.steer(Play())
    ended = await _until(lambda: arrival.at is not None, PATIENCE_S)
    reached = time.perf_counter() if arrival.at is None else arrival.at
    ended = await _until(lambda: stage.chart.newest[0] == ticks - 1, PATIENCE_S) and ended
    newest, done = stage.chart.newest
    painted = stage.chart.frames_painted - painted
    await asyncio.sleep(_REST_S)
    stage.probe.stop()
    series = stage.chart.plan.series
    played = Played(
        ticks=ticks,
        took_s=reached - began,
        painted_s=done - began,
        frames=painted,
        gap_ms=max(stage.probe.gaps_ms, default=0.0),
        length=0 if series is None else len(series),
        newest=newest,
        ended=worker.stop() and ended,
    )
    stage.clear()
    return played


class _Arrival(QObject):
    """Notes when the state stands at the last tick.

    Attributes:
        stands: whether there is something to play.
        at: when that was [s of `perf_counter`]; None before.
    """

    def __init__(self, host: EngineHost, ticks: int) -> None:
        super().__init__()
        self.stands = False
        self.at: float | None = None
        self._ticks = ticks
        host.advanced.connect(self._look)

    @Slot(object)
    def _look(self, advance: Advance) -> None:
        market = advance.state.markets.get(_STREAM)
        self.stands = self.stands or (market is not None and market.replay is not None)
        known = None if market is None else market.round
        if self.at is None and known is not None and known.tick == self._ticks - 1:
            self.at = time.perf_counter()


async def _until(holds: Callable[[], bool], patience_s: float) -> bool:
    end = time.perf_counter() + patience_s
    while not holds() and time.perf_counter() < end:  # noqa: ASYNC110  # a look now and then disturbs nothing
        await asyncio.sleep(_STEP_S)
    return holds()


def _recorded(ticks: int) -> Recording:
    events: list[Event] = [
        RoundOpened(at=Nanos(0), mono=Nanos(0), stream=_RECORDED, round_id=_NAME),
        PhaseChanged(
            at=Nanos(0), mono=Nanos(0), stream=_RECORDED, round_id=_NAME, phase=Phase.ACTIVE
        ),
    ]
    for tick in range(ticks):
        at = Nanos(tick * _TICK_MS * NANOS_PER_MILLISECOND)
        price = 1.0 + 0.5 * math.sin(tick / 300) + 0.01 * math.sin(tick)
        events.append(
            PriceTicked(at=at, mono=at, stream=_RECORDED, round_id=_NAME, tick=tick, price=price)
        )
    return Recording(path="generated", format="A", events=tuple(events), lines=ticks)
