"""What the window is told of the connection, from the feed through the engine's state."""

import asyncio

from replayer_qt.core.events import Link
from replayer_qt.core.units import PRACTICE
from replayer_qt.engine.engine import Engine
from tests.helpers.listening import listening, quick_feed
from tests.helpers.rugs_server import Client, ContinuedTicks, rugs_server

DROPS = 3


async def test_after_a_clean_reconnect_the_state_says_live():
    """N8, FAULTS N2: within 5 s of steady ticks, after each of several polite goodbyes."""
    ticks = ContinuedTicks()

    async def script(client: Client) -> None:
        if server.accepted <= DROPS:
            for _ in range(10):
                await client.tick(ticks.tick)
                ticks.tick += 1
                await asyncio.sleep(0.01)
            await client.say("41")
        else:
            await ticks(client)

    engine = Engine()
    seen = []
    async with rugs_server(script) as server, listening(quick_feed(server.url)) as heard:
        await heard.until(lambda heard: heard.links().count(Link.LIVE) == DROPS + 1)
        await heard.ticks_on(within_s=5)
        for event in heard.events:
            state = engine.handle((event,)).state
            seen.append(state.markets[PRACTICE].link)
    assert seen[-1].link is Link.LIVE
    assert any(link is not None and link.link is Link.WAITING for link in seen)
    assert seen[-1].reason == ""
