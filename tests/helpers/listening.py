"""Hears a feed in the background and lets a test wait for what it says."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.rugs_account import Login
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.core.events import (
    Event,
    FeedChanged,
    Link,
    PriceTicked,
)
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import PRACTICE
from replayer_qt.ports import Feed

T = TypeVar("T")

QUICK = FeedSettings(
    connect_timeout_s=1.0,
    backoff_base_s=0.01,
    backoff_cap_s=0.05,
    healthy_after_s=0.2,
    attempts=10_000,
    attempts_window_s=1.0,
    breaker_failures=1000,
    stale_s=0.2,
    reconnect_s=0.5,
    silent_s=0.7,
)
"""The rules of a feed, with little patience, so that tests are quick."""


class Heard:
    """What a feed has said so far."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = False
        self._more = asyncio.Event()

    def add(self, event: Event | None) -> None:
        if event is None:
            self.ended = True
        else:
            self.events.append(event)
        self._more.set()

    def of(self, kind: type[T]) -> list[T]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def links(self) -> list[Link]:
        """Return the states of the connection, in order."""
        return [event.link for event in self.of(FeedChanged)]

    def ticks(self) -> list[int]:
        """Return the ticks, in order."""
        return [event.tick for event in self.of(PriceTicked)]

    async def until(self, claim: Callable[["Heard"], Any], within_s: float = 8.0) -> None:
        """Wait until `claim` holds."""
        try:
            async with asyncio.timeout(within_s):
                while not claim(self):
                    self._more.clear()
                    # the claim may be about something else than what was heard
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._more.wait(), 0.02)
        except TimeoutError:
            changes = [(one.link, one.reason) for one in self.of(FeedChanged)]
            raise AssertionError(
                f"did not come true; {len(self.events)} events, {changes}"
            ) from None

    async def ticks_on(self, within_s: float = 8.0, more: int = 3) -> None:
        """Wait for some more ticks."""
        before = len(self.ticks())
        await self.until(lambda heard: len(heard.ticks()) >= before + more, within_s)


def quick_feed(url: str, seed: int = 1, *, login: Login | None = None, **settings: Any) -> RugsFeed:
    """Return a rugs feed with little patience."""
    rules, rng = replace(QUICK, **settings), random.Random(seed)
    return RugsFeed(url, PRACTICE, SystemClock(), rules, rng, login=login)


@contextlib.asynccontextmanager
async def listening(feed: Feed) -> AsyncIterator[Heard]:
    """Hear `feed` until the block ends; then close it."""
    heard = Heard()

    async def hear() -> None:
        async with contextlib.aclosing(feed.events()) as events:
            async for event in events:
                heard.add(event)
        heard.add(None)

    task = asyncio.create_task(hear())
    try:
        yield heard
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled() and task.exception() is not None:
            raise task.exception()  # type: ignore[misc]
