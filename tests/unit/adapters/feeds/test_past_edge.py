"""The past of a running round, played at its newest end."""

import asyncio
import math

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay_past import PastFeed
from replayer_qt.core.commands import Play, SeekEnd, SetSpeed
from replayer_qt.core.events import PriceTicked, RoundOpened, RoundRugged
from replayer_qt.core.replay_commands import Grow
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import PRACTICE, RoundId, StreamId

PAST = StreamId("past/1")
FIRST, SECOND = RoundId("20261121-first"), RoundId("20261121-second")


def told(kind, round_id=FIRST, **fields):
    clock = SystemClock()
    now, mono = clock.now(), clock.monotonic()
    return kind(at=now, mono=mono, stream=PRACTICE, round_id=round_id, **fields)


@pytest.mark.parametrize("speed", [5.0, math.inf])
async def test_no_round_is_left_before_its_last_word_was_played(speed):
    """S0-H8: the rug and the next round come in one breath, right after a tick."""
    begun = [told(RoundOpened), *(told(PriceTicked, tick=n, price=1.0) for n in range(20))]
    feed = PastFeed(PRACTICE, {FIRST: begun}, PAST, SystemClock(), ReplaySettings())
    heard = []

    async def hear():
        async for event in feed.events():
            heard.append(event)  # noqa: PERF401  # it never ends by itself

    async def until(claim):
        async with asyncio.timeout(20):
            while not claim():  # noqa: ASYNC110  # the feed tells without a word to us
                await asyncio.sleep(0.001)

    hearing = asyncio.create_task(hear())
    try:
        await until(lambda: any(isinstance(e, ReplayShaped) for e in heard))
        feed.steer(SetSpeed(speed=speed))
        feed.steer(SeekEnd())
        feed.steer(Play())
        await until(lambda: any(isinstance(e, ReplayMoved) and e.playing for e in heard))
        feed.steer(Grow(events=(told(PriceTicked, tick=20, price=1.0),)))
        await until(lambda: any(isinstance(e, PriceTicked) and e.tick == 20 for e in heard))
        rug = told(PriceTicked, tick=22, price=0.01), told(RoundRugged, tick=22, price=0.01)
        feed.steer(Grow(events=(told(PriceTicked, tick=21, price=1.0),)))
        feed.steer(Grow(events=rug))
        feed.steer(Grow(events=(told(RoundOpened, SECOND),)))
        await until(
            lambda: any(isinstance(e, ReplayShaped) and e.round_id == SECOND for e in heard)
        )
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    at = [type(event) for event in heard]
    ticks = [event.tick for event in heard if isinstance(event, PriceTicked)]
    assert ticks[-2:] == [21, 22]
    assert RoundRugged in at
    assert at.index(RoundRugged) < len(at) - 1 - at[::-1].index(ReplayShaped)
