"""A feed that has an account, against a server that speaks by hand: what is sent, told, kept."""

import asyncio
import json
from typing import Any

import pytest

from replayer_qt.core.events import FeedChanged, Link, PriceTicked, RawReceived, RoundRugged
from replayer_qt.core.order_events import (
    AccountStated,
    OrderAcknowledged,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.trade_commands import AskVenue
from replayer_qt.core.units import PRACTICE
from tests.helpers.approvals import approved
from tests.helpers.dealer import TOKEN, Dealer, trading_feed
from tests.helpers.listening import listening, quick_feed
from tests.helpers.make import ROUND
from tests.helpers.orders import make_request
from tests.helpers.rugs_server import Client, event, price_of, rugs_server, steady_ticks

ME = "did:privy:cm0123456789abcdefghijklm"
TRACE = {"__trace": True, "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}


class Venue:
    """Answers logins with the account as it is set, and orders as it is told."""

    def __init__(self) -> None:
        self.cash, self.quantity = 10.0, 0.0
        self.logins: list[Any] = []
        self.orders: list[Any] = []
        self.answer: Any = None
        self.tick = 0

    async def __call__(self, client: Client) -> None:
        read = 0
        while True:
            while read < len(client.received):
                await self.serve(client, client.received[read])
                read += 1
            await client.tick(self.tick)
            self.tick += 1
            await asyncio.sleep(0.01)

    async def serve(self, client: Client, frame: str) -> None:
        if not frame.startswith("42"):
            return
        number = frame[2 : frame.index("[")]
        said = json.loads(frame[frame.index("[") :])
        if said[0] == "authenticate":
            self.logins.append(said)
            await self.state(client)
            status = {"id": ME, "hasUsername": True, "username": "me-myself"}
            await client.say(event("usernameStatus", TRACE, status))
            return
        self.orders.append(said)
        if self.answer is not None:
            await self.answer(client, number, said)

    async def state(self, client: Client, **more: Any) -> None:
        told = {"id": ME, "authenticated": True, "cash": self.cash, "positionQty": self.quantity}
        await client.say(event("playerUpdate", {**told, "sideBet": None, **more}))

    async def trade(self, client: Client, **more: Any) -> None:
        tick = self.tick - 1
        told = {
            "id": "trade-1", "gameId": ROUND, "playerId": ME, "type": "buy", "tickIndex": tick,
            "price": price_of(tick), "amount": 0.01, "coin": "solana",
            "qty": int(0.01 / price_of(tick) * 1e9) / 1e9,
        }  # fmt: skip
        await client.say(event("standard/newTrade", TRACE, {**told, **more}))


async def done(client: Client, number: str, *_: Any) -> None:
    await client.say(f'43{number}[{{"success":true}}]')


async def ready(dealer: Dealer) -> None:
    await dealer.heard.until(
        lambda heard: (
            any(one.fresh for one in heard.of(AccountStated)) and heard.links()[-1] is Link.LIVE
        )
    )


async def test_a_feed_without_an_account_sends_nothing_ever():
    """S3-R3, FAULTS S7: a read-only client is not heard by the venue, whatever is asked of it."""
    async with rugs_server(steady_ticks) as server:
        feed = quick_feed(server.url)
        async with listening(feed) as heard:
            await heard.ticks_on(more=5)
            feed.steer(approved(make_request()))
            feed.steer(AskVenue(stream=PRACTICE))
            await heard.ticks_on(more=5)
        assert [frame for frame in server.frames if frame.startswith("42")] == []


async def test_the_feed_s_one_connection_logs_in_orders_and_hears_of_it():
    """S3-L2: orders go over the connection that the ticks come from."""
    venue = Venue()

    async def carry_out(client: Client, number: str, said: Any) -> None:
        await venue.trade(client)
        await done(client, number)

    venue.answer = carry_out
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            filled = await dealer.over(dealer.buy())
            await heard.ticks_on()
        assert isinstance(filled, OrderFilled)
        assert server.accepted == 1
        assert venue.logins[0][2] == {"token": TOKEN}
        assert [said[0] for said in venue.orders] == ["buyOrder"]


async def test_nothing_private_is_handed_on_to_be_recorded():
    """FAULTS S7: neither the token, nor what is told to us alone, nor answers."""
    venue = Venue()
    venue.answer = done

    async def script(client: Client) -> None:
        for name in ("inboxMessages", "playerCosmetics", "somethingNew"):
            await client.say(event(name, TRACE, {"note": "for our eyes only"}))
        await client.say("42[garbage for our eyes only")
        await venue(client)

    async with rugs_server(script) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            await heard.until(lambda _: dealer.is_acknowledged(order))
        raw = b"".join(one.data for one in heard.of(RawReceived))
        assert b"gameStateUpdate" in raw
        for secret in (TOKEN, ME, "me-myself", "for our eyes", "playerUpdate", "success"):
            assert secret.encode() not in raw
        assert TOKEN not in repr(heard.events)


async def test_an_order_without_evidence_is_unknown_and_then_without_effect():
    """FAULTS O5: in time, though nothing is said about it; asked for, not waited for."""
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url, patience_ms=200)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            await dealer.over(order)
            assert [type(one) for one in dealer.told(order)] == [OrderUnknown, OrderRejected]
        assert len(venue.orders) == 1
        assert len(venue.logins) == 2


async def test_a_connection_lost_after_sending_leaves_an_order_unknown_until_the_next_one_tells():
    """FAULTS O5, O7: it was done; it is found out by the account, and never sent again."""
    venue = Venue()

    async def take_and_hang_up(client: Client, number: str, said: Any) -> None:
        tick = venue.tick - 1
        venue.cash, venue.quantity = 9.99, int(0.01 / price_of(tick) * 1e9) / 1e9
        await client.socket.close()

    venue.answer = take_and_hang_up
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            filled = await dealer.over(order)
            told = dealer.told(order)
            assert [type(one) for one in told] == [OrderUnknown, OrderFilled]
            assert filled.fill.fill_id == f"{order}-stated"
            assert str(filled.fill.quantity) == f"{venue.quantity:.9f}"
        assert len(venue.orders) == 1
        unknown = heard.events.index(told[0])
        lost = next(one for one in heard.of(FeedChanged) if one.link is Link.WAITING)
        assert heard.events.index(lost) < unknown


async def test_what_is_told_before_the_rug_stays_before_it():
    """The venue settles our own account before the public hears of the rug."""
    venue = Venue()

    async def rug(client: Client, number: str, said: Any) -> None:
        await done(client, number)
        bet = {
            "playerId": ME, "gameId": ROUND, "type": "payout", "betAmount": 0.01, "payout": 0.05,
            "startTick": 0, "endTick": 40, "tickIndex": venue.tick, "xPayout": 5,
        }  # fmt: skip
        await client.say(event("currentSidebetResult", TRACE, bet))
        await venue.trade(client, id="rug", type="sell", price=0.02, qty=0.5, amount=0.01)
        await venue.state(client)
        await client.tick(venue.tick, 0.02, rugged=True)

    venue.answer = rug
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            dealer.buy()
            await heard.until(lambda heard: heard.of(RoundRugged))
        kinds = [
            type(one)
            for one in heard.events
            if isinstance(one, SideBetClosed | PositionLiquidated | RoundRugged)
        ]
        assert kinds == [SideBetClosed, PositionLiquidated, RoundRugged]
        (sold,) = heard.of(PositionLiquidated)
        assert str(sold.fill.price) == "0.02"


async def test_a_trade_made_elsewhere_is_told_and_not_booked():
    """FAULTS O9."""
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            await ready(Dealer(feed, heard))
            await venue.trade(server.clients[0])
            await heard.until(lambda heard: heard.of(ProblemRaised))
        assert heard.of(ProblemRaised)[0].code == "foreign-trade"
        assert heard.of(OrderFilled) == []


async def test_asking_the_venue_brings_a_fresh_statement():
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            await ready(Dealer(feed, heard))
            venue.cash = 12.5
            feed.steer(AskVenue(stream=PRACTICE))
            await heard.until(
                lambda heard: (
                    heard.of(AccountStated)[-1].fresh
                    and str(heard.of(AccountStated)[-1].cash) == "12.5"
                )
            )


@pytest.mark.parametrize(
    "said",
    [
        "43{}[]", "43{}", "43{}[null]", '43{}["x"]', '43{}[{{"success":"x"}}]', "431999[{{}}]",
        '43{}[{{"success":true,"sidebet":{{"betAmount":"x"}}}}]', "43-1[]", "43/ns,{}[]",
    ],
)  # fmt: skip
async def test_an_answer_that_makes_no_sense_is_no_answer(said):
    """FAULTS N6, N15: the connection stays, the order is unknown, then proved undone."""
    venue = Venue()

    async def mumble(client: Client, number: str, _: Any) -> None:
        await client.say(said.format(number))

    venue.answer = mumble
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url, patience_ms=150)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            await dealer.over(order)
            assert [type(one) for one in dealer.told(order)] == [OrderUnknown, OrderRejected]
        assert server.accepted == 1


async def test_orders_that_are_late_or_for_another_round_never_reach_the_venue():
    """FAULTS O11."""
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            gone = await dealer.over(dealer.buy(round_id="20261121-ffffffffffffffff"))
            assert isinstance(gone, OrderExpired)
            await heard.ticks_on()
        assert venue.orders == []


async def test_ticks_go_on_while_orders_are_under_way():
    """An order never holds up the market: nothing on this way waits."""
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url, patience_ms=400)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            before = len(heard.of(PriceTicked))
            await heard.until(lambda _: dealer.told(order))
            assert len(heard.of(PriceTicked)) > before + 5
            assert not any(isinstance(one, OrderAcknowledged) for one in dealer.told(order))


async def test_a_feed_that_ends_leaves_no_order_in_doubt_untold():
    """FAULTS O5: the process behind it is gone, say."""
    venue = Venue()
    async with rugs_server(venue) as server:
        feed = trading_feed(server.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await ready(dealer)
            order = dealer.buy()
            await heard.until(lambda _: venue.orders)
            feed.finish()
            await heard.until(lambda heard: heard.ended)
            assert isinstance(dealer.told(order)[-1], OrderUnknown)
