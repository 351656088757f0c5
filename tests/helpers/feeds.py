"""Feeds behind the port that say what a test tells them to."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.units import PRACTICE, StreamId


class ScriptedFeed:
    """Says its events at once, then waits to be stopped, unless it is to end or to fall."""

    def __init__(
        self,
        events: Sequence[Event] = (),
        *,
        name: str = "scripted",
        stream: StreamId = PRACTICE,
        ends: bool = False,
        falls: Exception | None = None,
    ) -> None:
        self.name = name
        self.stream = stream
        self.steered: list[Command] = []
        self.closed = 0
        self._events = tuple(events)
        self._ends = ends
        self._falls = falls

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for event in self._events:
                yield event
            if self._falls is not None:
                raise self._falls
            if not self._ends:
                await asyncio.Event().wait()
        finally:
            self.closed += 1

    def steer(self, command: Command) -> None:
        self.steered.append(command)
