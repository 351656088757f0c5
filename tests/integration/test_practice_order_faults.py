"""The faults of orders, each as a real client meets it, and the exchange's own account of them."""

import asyncio
import contextlib
import random
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from replayer_qt.practice.faults import Drop, Stall
from replayer_qt.practice.order_faults import (
    AckLost,
    DoubleAck,
    DoubleEcho,
    DropOwn,
    HandTrade,
    LateAck,
    NoAck,
    OrderChaos,
    Reject,
    Silent,
)
from tests.helpers.trader import TRACE, Trader, exchange, trader, trading, until

SOON_S = 0.4


def deals(running, token: str = "ann") -> list[Any]:  # noqa: S107
    """Return what the exchange carried out for an account."""
    found: list[Any] = running.accounts(token)["accounts"][0]["deals"]
    return found


async def unanswered(one: Trader) -> None:
    """Buy, and find that nobody answers."""
    with pytest.raises(TimeoutError):
        await one.buy(0.1, timeout=SOON_S)


async def test_an_order_without_an_acknowledgement_is_done_and_told():
    """FAULTS O5: no answer, but the account's own events say that it was done."""
    async with trading() as (running, one):
        running.inflict(NoAck())
        assert running.status()["faults"] == {"no_ack": 1}
        await unanswered(one)
        assert len(deals(running)) == 1
        assert len(one.own_trades()) == 1
        assert one.last("playerUpdate")["cash"] == 9.9
        assert await one.buy(0.1) == {"success": True}
        assert running.status()["faults"] == {}


async def test_an_order_whose_answer_is_lost_is_learned_of_by_asking():
    """FAULTS O5: done, and nothing says so until the account is read again."""
    async with trading() as (running, one):
        running.inflict(AckLost())
        await unanswered(one)
        assert len(deals(running)) == 1
        since = len(one.heard)
        await until(lambda: len(one.heard) > since + 20)
        told = {event for event, *_ in one.heard[since:]}
        assert not told & {"playerUpdate", "gameStatePlayerUpdate", "ack"}
        assert one.own_trades() == []
        assert one.last("playerUpdate")["cash"] == 10
        await one.login()
        assert one.last("playerUpdate")["cash"] == 9.9
        assert one.last("playerUpdate")["positionQty"] > 0
        states = len(one.all("gameStatePlayerUpdate"))
        await until(lambda: len(one.all("gameStatePlayerUpdate")) > states + 3)


async def test_a_lost_side_bet_is_hidden_from_its_owner_alone():
    """FAULTS O5: others hear of the bet, its owner does not."""
    async with trading() as (running, one), trader(running, "bob") as bob:
        running.inflict(AckLost())
        with pytest.raises(TimeoutError):
            await one.bet(0.1, timeout=SOON_S)
        me = one.last("usernameStatus")["id"]
        assert any(bet["playerId"] == me for bet in bob.all("newSideBet"))
        assert not any(bet["playerId"] == me for bet in one.all("newSideBet"))
        assert one.all("currentSidebet") == []
        await one.login()
        assert one.last("playerUpdate")["sideBet"] is not None


async def test_the_end_of_a_round_ends_the_silence_about_a_lost_order():
    """FAULTS O5: the next statement of the account is the truth again."""
    async with trading() as (running, one):
        running.inflict(AckLost())
        await unanswered(one)
        running.speed = 60
        await until(lambda: one.last("playerUpdate")["cash"] != 10, 25)
        assert one.last("playerUpdate")["positionQty"] == 0
        assert [deal.event for deal in deals(running)] == ["buyOrder", "rug"]


async def test_a_late_acknowledgement_comes_after_everything_else():
    """FAULTS O6: the account's events come at once, the answer long after them."""
    async with trading() as (running, one):
        running.inflict(LateAck(seconds=0.5))
        clock = asyncio.get_running_loop().time
        before = clock()
        buying = asyncio.create_task(one.buy(0.1))
        await until(lambda: one.last("playerUpdate")["cash"] == 9.9)
        assert not buying.done()
        assert await buying == {"success": True}
        assert clock() - before >= 0.5
        assert len(deals(running)) == 1


async def test_an_order_may_be_acknowledged_twice():
    """FAULTS O6: two answers, one order."""
    async with trading() as (running, one):
        running.inflict(DoubleAck())
        assert await one.buy(0.1) == {"success": True}
        await until(lambda: running.status()["sent"].get("ack") == 2)
        assert len(deals(running)) == 1


async def test_an_order_may_be_rejected():
    """FAULTS O10: refused in words, and nothing is done."""
    async with trading() as (running, one):
        running.inflict(Reject(count=2, error="Not today"))
        assert await one.buy(0.1) == {"success": False, "error": "Not today"}
        assert (await one.bet(0.1))["error"] == "Not today"
        assert deals(running) == []
        assert (await one.buy(0.1))["success"]


async def test_an_order_may_vanish():
    """FAULTS O5: nothing is done, and nothing is said."""
    async with trading() as (running, one):
        running.inflict(Silent())
        await unanswered(one)
        assert deals(running) == []
        assert one.own_trades() == []
        await one.login()
        assert one.last("playerUpdate")["cash"] == 10


async def test_a_trade_may_be_told_twice():
    """FAULTS O6: the echo comes twice, with one name; one fill."""
    async with trading() as (running, one):
        running.inflict(DoubleEcho())
        assert (await one.buy(0.1))["success"]
        first, second = one.own_trades()
        assert first == second
        assert len(deals(running)) == 1
        running.inflict(DoubleEcho())
        assert (await one.bet(0.1))["success"]
        assert len(one.all("currentSidebet")) == 2


async def test_a_trade_may_be_told_by_the_statement_alone():
    """FAULTS O5: no echo, but the position has moved."""
    async with trading() as (running, one), trader(running, "bob") as bob:
        running.inflict(DropOwn())
        assert (await one.buy(0.1))["success"]
        assert one.last("playerUpdate")["cash"] == 9.9
        me = one.last("usernameStatus")["id"]
        await until(lambda: any(t["playerId"] == me for t in bob.all("standard/newTrade")))
        assert one.own_trades() == []


async def test_somebody_trades_by_hand_elsewhere():
    """FAULTS O6: an echo and a statement of what no client asked for."""
    async with trading() as (running, one):
        since = len(one.heard)
        running.inflict(HandTrade(amount=0.25))
        await until(lambda: one.last("playerUpdate")["cash"] == 9.75)
        assert [trade["amount"] for trade in one.own_trades()] == [0.25]
        assert "ack" not in {event for event, *_ in one.heard[since:]}
        (deal,) = deals(running)
        assert deal.by_hand
        assert deal.amount == Decimal("0.25")


async def test_a_trade_by_hand_may_come_with_an_order():
    """FAULTS O6: the statement after the order holds more than the order."""
    async with trading() as (running, one):
        running.inflict(HandTrade(count=1, amount=0.25))
        assert (await one.buy(0.1))["success"]
        assert one.last("playerUpdate")["cash"] == 9.65
        assert sorted(deal.by_hand for deal in deals(running)) == [False, True]


async def test_only_an_order_that_would_be_done_meets_a_fault():
    async with trading() as (running, one):
        running.inflict(Silent())
        assert (await one.buy(0))["success"] is False
        assert (await one.sell(100))["error"] == "No position to sell"
        assert running.status()["faults"] == {"silent": 1}
        await unanswered(one)


async def test_clearing_ends_the_faults_and_the_silence():
    async with trading() as (running, one):
        running.inflict(AckLost(share=1.0))
        running.inflict(NoAck(count=5))
        await unanswered(one)
        await running.clear()
        assert running.status()["faults"] == {}
        assert (await one.buy(0.1))["success"]
        assert one.last("playerUpdate")["cash"] == 9.8


async def test_the_control_channel_arms_faults_and_tells_of_accounts():
    """FAULTS O10: over HTTP, with the session's token, amounts as exact texts."""
    async with trading() as (running, one), aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {running.token}"}

        async def post(**body: Any) -> int:
            url = running.control_url + "/fault"
            async with session.post(url, json=body, headers=headers) as answer:
                return answer.status

        assert await post(fault="reject", count=1) == 200
        assert await post(fault="reject", count=0) == 400
        assert await post(fault="order_chaos", share=2) == 400
        assert await post(fault="order_chaos", without=["nothing"]) == 400
        assert (await one.buy(0.1))["error"] == "Order rejected"
        assert (await one.buy(0.1))["success"]
        for query, names in (("", ["ann"]), ("?token=ann", ["ann"]), ("?token=eve", [])):
            url = running.control_url + "/accounts" + query
            async with session.get(url, headers=headers) as answer:
                told = await answer.json()
            assert told["dealt"] == 1
            assert [account["token"] for account in told["accounts"]] == names
        async with session.get(running.control_url + "/accounts", headers=headers) as answer:
            (account,) = (await answer.json())["accounts"]
        assert account["cash"] == "9.900000000"
        (deal,) = account["deals"]
        assert (deal["event"], deal["amount"], deal["number"]) == ("buyOrder", "0.1", 0)
        assert deal["price"] == one.own_trades()[0]["price"]
        async with session.get(running.control_url + "/accounts") as answer:
            assert answer.status == 401


async def test_an_order_whose_connection_breaks_is_learned_of_on_the_next():
    """FAULTS O5: the order arrived, the answer found nobody; the account knows."""
    async with trading() as (running, one):
        running.speed = 1
        await one.client.emit("buyOrder", (TRACE, {"amount": 0.1}))
        await until(lambda: deals(running))
        running.inflict(Drop())
        await until(lambda: not one.client.connected)
        assert "ack" not in {event for event, *_ in one.heard}
        async with trader(running) as again:
            told = again.all("playerUpdate")[0]
            assert told["cash"] == 9.9
            assert len(deals(running)) == 1
            # the rest of what follows an order reaches whoever is there by then
            await until(lambda: len(again.all("playerUpdate")) > 1)
            assert again.last("playerUpdate")["positionQty"] == told["positionQty"]


async def test_what_is_thrown_away_while_the_line_stalls_takes_answers_with_it():
    """FAULTS O5: nothing comes through, and nothing of it comes later; the order was done."""
    async with trading() as (running, one):
        running.inflict(Stall(seconds=0.5, keep=False))
        with pytest.raises(TimeoutError):
            await one.buy(0.1, timeout=0.8)
        assert len(deals(running)) == 1
        await until(lambda: "stall" not in running.status()["faults"])
        await one.login()
        assert one.last("playerUpdate")["cash"] == 9.9


async def place_at_random(one: Trader, chance: random.Random, count: int) -> int:
    """Send orders as fast as they are answered, or not; return how many were answered."""
    answered = 0
    for _ in range(count):
        order = one.buy(0.01) if chance.random() < 0.6 else one.sell(chance.choice([50, 100]))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(order, 0.2)
            answered += 1
    return answered


async def test_whatever_goes_wrong_with_orders_the_accounts_add_up():
    """FAULTS O5, O6, O10: every fault at random, on four connections, until after the rug."""
    async with exchange(speed=10) as running, contextlib.AsyncExitStack() as stack:
        await until(lambda: running.status()["active"])
        running.inflict(OrderChaos(share=0.5, seconds=0.2))
        names = ["ann", "ann", "bob", "cat"]
        traders = [await stack.enter_async_context(trader(running, name)) for name in names]
        answered = await asyncio.gather(
            *(place_at_random(one, random.Random(n), 30) for n, one in enumerate(traders))
        )
        assert 0 < sum(answered) < 120
        await running.clear()
        running.speed = 50
        await until(lambda: running.status()["rounds"] > 0, 25)
        assert all(account["quantity"] == 0 for account in running.accounts()["accounts"])
        for account in running.accounts()["accounts"]:
            cash = Decimal(10)
            for deal in account["deals"]:
                cash += deal.proceeds - (deal.amount if deal.event == "buyOrder" else 0)
                assert deal.cash == cash
            assert account["cash"] == cash
            trades = [deal.number for deal in account["deals"]]
            assert trades == sorted(set(trades))
        for one in traders:
            trades = {trade["id"]: trade for trade in one.own_trades()}
            known = {
                (str(deal.round_id), deal.tick, f"{deal.quantity:f}".rstrip("0").rstrip("."))
                for deal in deals(running, one.token)
            }
            assert all(
                (t["gameId"], t["tickIndex"], f"{Decimal(repr(t['qty'])):f}") in known
                for t in trades.values()
            )


async def test_a_flood_of_orders_is_refused_beyond_a_bound():
    """S1-N4: what is on its way is bounded; the rest is refused in words."""
    async with trading() as (running, one):
        running.speed = 0.05
        since = running.status()["received"]
        for _ in range(400):
            await one.client.emit("buyOrder", (TRACE, {"amount": 0.001}))
        await until(lambda: running.status()["received"] >= since + 400)
        assert (await one.buy(0.001))["error"] == "Too many orders at once"
        assert running.accounts()["dealt"] == 256
        running.speed = 20
        await until(lambda: len(one.own_trades()) == 256)
        assert (await one.buy(0.001))["success"]
