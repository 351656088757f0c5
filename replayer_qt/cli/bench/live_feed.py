"""A feed that ticks at one rate, by deadlines, to measure the window by."""

import asyncio
import math
from collections.abc import AsyncGenerator
from typing import Final

from replayer_qt.core.commands import Command
from replayer_qt.core.events import (
    Event,
    FeedChanged,
    FeedMeasured,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId, StreamId, stream_of
from replayer_qt.ports import Clock

ROUND_TICKS: Final = 20_000
"""A round's length [ticks]: at 10,000 a second the chart begins anew every two seconds."""

_TOLD_EVERY: Final = NANOS_PER_SECOND // 2


class SteadyFeed:
    """Ticks at `rate` [1/s], each when it is due, those that are late all at once.

    Attributes:
        sent: ticks yielded so far.
        late_ns: the sum of the times by which ticks left after they were due [ns].
    """

    def __init__(self, rate: int, clock: Clock) -> None:
        self.name = f"steady-{rate}"
        self.stream: StreamId = stream_of("bench", "steady")
        self.sent = 0
        self.late_ns = 0
        self._rate = rate
        self._clock = clock

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield ticks, rounds and counts as a venue's feed does, until closed."""
        begun = told = self._clock.monotonic()
        yield FeedChanged(at=self._clock.now(), mono=begun, stream=self.stream, link=Link.LIVE)
        while True:
            now = self._clock.monotonic()
            count = (now - begun) * self._rate // NANOS_PER_SECOND + 1
            for number in range(self.sent, count):
                for event in self._played(number, now):
                    yield event
                self.late_ns += now - begun - number * NANOS_PER_SECOND // self._rate
            self.sent = max(self.sent, count)
            if now - told >= _TOLD_EVERY:
                told = now
                yield self._counts(now)
            due = begun + self.sent * NANOS_PER_SECOND // self._rate
            await asyncio.sleep(max(0, due - self._clock.monotonic()) / NANOS_PER_SECOND)

    def steer(self, command: Command) -> None:
        """Nothing steers it."""

    def _played(self, number: int, mono: Nanos) -> list[Event]:
        played, tick = divmod(number, ROUND_TICKS)
        at, stream = self._clock.now(), self.stream
        name = RoundId(f"20260101-{played:016x}")
        events: list[Event] = []  # bounded: three at most
        if tick == 0:
            events.append(RoundOpened(at=at, mono=mono, stream=stream, round_id=name))
            events.append(
                PhaseChanged(at=at, mono=mono, stream=stream, round_id=name, phase=Phase.ACTIVE)
            )
        price = 1.0 + 0.5 * math.sin(tick / 300) + 0.01 * math.sin(tick)
        events.append(
            PriceTicked(at=at, mono=mono, stream=stream, round_id=name, tick=tick, price=price)
        )
        return events

    def _counts(self, mono: Nanos) -> FeedMeasured:
        return FeedMeasured(
            at=self._clock.now(),
            mono=mono,
            stream=self.stream,
            messages=self.sent,
            ticks=self.sent,
            filled=0,
            rejected={},
            connects=1,
            attempts=1,
            latency_ns=0,
        )
