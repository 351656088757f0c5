"""The practice exchange's accounts, as real clients on real sockets trade with them."""

import asyncio
import contextlib
import random
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import pytest

from replayer_qt.core.money import Holding, decimal_of, floor9, with_bought, with_sold
from replayer_qt.practice.rounds import draw_round
from replayer_qt.practice.server import NEW_YEAR_2026_MS
from tests.helpers.trader import SOL, TRACE, Trader, exchange, runs, trader, trading, until

LONG = draw_round(13, 0, NEW_YEAR_2026_MS)
OWN = {"standard/newTrade", "playerUpdate", "currentSidebet", "newSideBet", "ack"}


def money(value) -> Decimal:
    """Return what stands on the wire as an amount of nine places."""
    return Decimal(repr(value)).quantize(Decimal("1e-9"))


def sequence(one: Trader, since: int, names=OWN) -> list[str]:
    """Return the names of the events since a position that concern the trader."""
    me = one.last("usernameStatus")["id"]
    return [
        event
        for event, *args in one.heard[since:]
        if event in names and args[-1].get("playerId", me) == me
    ]


async def at_tick(running, tick: int) -> None:
    """Let time fly until shortly before a tick, then go slowly until it."""
    for speed, before in ((100, 60), (20, 15), (3, 0)):
        running.speed = speed
        await until(lambda before=before: (running.status()["tick"] or 0) >= tick - before)
    assert running.status()["tick"] == tick


async def test_logging_in_is_answered_with_what_the_account_has():
    """S2-T3: statement, state and name, in this order, and once more when asked once more."""
    async with exchange(cash=Decimal("2.5")) as running, trader(running) as one:
        names = {"playerUpdate", "usernameStatus"}
        assert sequence(one, 0, names)[:2] == ["playerUpdate", "usernameStatus"]
        first = one.all("gameStatePlayerUpdate")[0]
        assert first["trades"] == []
        told = one.last("playerUpdate")
        assert (told["cash"], told["positionQty"], told["avgCost"]) == (2.5, 0, 0)
        assert told["authenticated"] is True
        assert told["sideBet"] is None
        assert one.last("usernameStatus")["hasUsername"] is True
        since = len(one.heard)
        await one.login()
        again = sequence(one, since, names)  # a statement of its own accord may stand before it
        assert again[again.index("usernameStatus") - 1] == "playerUpdate"
        assert one.last("usernameStatus")["id"] == told["id"]
        states = [state for state in one.all("gameStatePlayerUpdate") if "trades" in state]
        assert len(states) == 2


async def test_every_message_of_the_stream_is_followed_by_the_accounts_own():
    async with trading() as (_, one):
        since = len(one.heard)
        await until(lambda: len(one.heard) > since + 40)
        names = [
            event
            for event, *_ in one.heard[since:]
            if event in {"gameStateUpdate", "gameStatePlayerUpdate"}
        ]
        start = names.index("gameStateUpdate")
        pairs = names[start : start + 20]
        assert pairs == ["gameStateUpdate", "gameStatePlayerUpdate"] * 10


async def test_a_purchase_is_told_in_the_measured_order_and_time():
    """S2-T3: the trade, the statement, the state, then the acknowledgement."""
    async with trading() as (running, one):
        running.speed = 1
        since, clock = len(one.heard), asyncio.get_running_loop().time
        before = clock()
        assert await one.buy(0.1) == {"success": True}
        assert clock() - before > 0.2
        assert sequence(one, since) == ["standard/newTrade", "playerUpdate", "ack"]
        events = [event for event, *_ in one.heard[since:]]
        assert events.index("playerUpdate") < events.index("ack")
        assert "gameStatePlayerUpdate" in events[events.index("playerUpdate") : events.index("ack")]
        trade, told = one.own_trades()[-1], one.last("playerUpdate")
        assert trade["price"] == LONG.prices[trade["tickIndex"]]
        assert trade["amount"] == 0.1
        assert told["cash"] == 9.9
        assert told["positionQty"] == trade["qty"]
        assert told["totalInvested"] == 0.1


async def test_a_sale_is_told_alike_and_a_full_one_leaves_nothing():
    async with trading() as (_, one):
        await one.buy(1)
        average = one.last("playerUpdate")["avgCost"]
        assert await one.sell(25) == {"success": True}
        assert one.last("playerUpdate")["avgCost"] == average
        since = len(one.heard)
        assert await one.sell(100) == {"success": True}
        assert sequence(one, since) == ["standard/newTrade", "playerUpdate", "ack"]
        told = one.last("playerUpdate")
        assert (told["positionQty"], told["avgCost"]) == (0, 0)
        bought, *sold = one.own_trades()
        assert sum(money(sale["qty"]) for sale in sold) == money(bought["qty"])
        assert money(told["cash"]) == 9 + sum(money(sale["amount"]) for sale in sold)


async def test_a_side_bet_is_told_to_its_owner_and_to_everybody():
    async with trading() as (running, one), trader(running, "bob") as other:
        running.speed = 4
        since = len(one.heard)
        answer = await one.bet(0.02)
        assert sequence(one, since) == ["currentSidebet", "newSideBet", "playerUpdate", "ack"]
        assert answer["success"] is True
        assert answer["message"] == "Side bet placed"
        placed = answer["sidebet"]
        assert placed == one.last("currentSidebet")
        assert placed in other.all("newSideBet")
        assert placed["endTick"] == placed["startTick"] + 40
        told = one.last("playerUpdate")
        assert told["sideBet"]["startedAtTick"] == placed["startTick"]
        assert told["cash"] == 9.98
        assert (await one.bet(0.02))["error"] == "A side bet is open already"


async def test_what_is_malformed_is_refused_and_breaks_nothing():
    """N3, FAULTS O10: every refusal is an acknowledgement, and nothing is done."""
    nasty = [None, "1", float("nan"), float("inf"), -1, 0, 5.1, 10**400, -(10**400), True, [], {}]
    async with trading() as (running, one):
        for amount in [*nasty, 0.0009, 0.1000000001]:
            for answer in (await one.buy(amount), await one.bet(amount)):
                assert answer["success"] is False
                assert answer["error"]
        for percentage in [*nasty, 101, 50.0]:
            assert (await one.sell(percentage))["success"] is False
        assert (await one.sell(100))["error"] == "No position to sell"
        assert (await one.order("requestSidebet", amount=1, coinAddress=SOL, xPayout=6))["error"]
        assert (await one.order("requestSidebet", amount=1, coinAddress="x", xPayout=5))["error"]
        for bare in (None, (), "x", [1], (TRACE, "x"), (TRACE, None)):
            assert (await one.client.call("buyOrder", bare))["success"] is False
        assert running.accounts()["dealt"] == 0
        await one.login()
        assert one.last("playerUpdate")["cash"] == 10


FRAMES = [
    "42", "42[]", "42{}", "42[1]", "42[{}]", "42[[]]", '42["buyOrder"]', "42nonsense",
    '42900["buyOrder",' + "[" * 50_000, '42["buyOrder",{"amount":' + "1" * 9_000 + "}]",
]  # fmt: skip


async def test_frames_that_are_no_orders_at_all_are_survived():
    """N3: what cannot be read is refused or passed over."""
    async with trading() as (running, one):
        for frame in FRAMES:
            await one.client.eio.send(frame[1:])
        assert await one.buy(0.001) == {"success": True}
        assert running.status()["clients"] == 1
        assert running.accounts()["dealt"] == 1


async def test_who_has_not_logged_in_cannot_order():
    async with exchange() as running, trader(running, "") as one:
        for answer in (await one.buy(0.1), await one.sell(100), await one.bet(0.1)):
            assert answer == {"success": False, "error": "Authentication required"}
        for token in ("", "x" * 65, "a b", None, 7, {"a": 1}):
            await one.client.emit("authenticate", (TRACE, {"token": token}))
        await one.client.emit("authenticate", ("x",))
        assert (await one.buy(0.1))["error"] == "Authentication required"
        await until(lambda: len(one.all("gameStateUpdate")) > 5)
        assert not {event for event, *_ in one.heard} & {"playerUpdate", "gameStatePlayerUpdate"}
        assert running.accounts()["accounts"] == []


async def test_presale_purchases_are_made_at_exactly_one():
    async with exchange(lead_in_ms=15_000) as running, trader(running) as one:
        assert (await one.buy(0.1))["error"] == "The round has not opened"
        assert (await one.bet(0.1))["error"] == "The round has not opened"
        await until(lambda: running.status()["timer_ms"] <= 9_900)
        running.speed = 5
        assert (await one.buy(0.123456789))["success"]
        assert (await one.buy(0.1))["success"]
        assert (await one.bet(0.01))["success"]
        assert (await one.sell(100))["error"] == "Selling is closed"
        assert not running.status()["active"]
        told = one.last("playerUpdate")
        assert (told["positionQty"], told["avgCost"]) == (0.223456789, 1)
        assert [trade["tickIndex"] for trade in one.own_trades()] == [0, 0]
        assert [trade["price"] for trade in one.own_trades()] == [1, 1]
        assert one.last("currentSidebet")["endTick"] == 40
        statements = len(one.all("playerUpdate"))
        running.speed = 20
        await until(lambda: running.status()["active"])
        # the start itself brings a statement
        await until(lambda: len(one.all("playerUpdate")) > statements)
        assert (await one.sell(100))["success"]


async def test_what_the_rug_ends_is_told_before_the_public_hears_of_it():
    """N3, N4: the side bet pays, the position is sold at the rug's price, SELL is refused then."""
    async with trading() as (running, one):
        await at_tick(running, LONG.rug_tick - 30)
        assert (await one.buy(0.5))["success"]
        assert (await one.bet(0.1))["success"]
        cash = money(one.last("playerUpdate")["cash"])
        held = money(one.last("playerUpdate")["positionQty"])
        since = len(one.heard)
        await until(lambda: one.all("currentSidebetResult"))
        assert (await one.sell(100))["error"] in {"Selling is closed", "No position to sell"}
        await until(lambda: any(state.get("rugged") for state in one.all("gameStateUpdate")))
        names = {"currentSidebetResult", "playerUpdate", "standard/newTrade", "gameStateUpdate"}
        me = one.last("usernameStatus")["id"]
        heard = [
            (event, args[-1])
            for event, *args in one.heard[since:]
            if event in names and args[-1].get("playerId", me) == me
        ]
        rug = next(place for place, (_, told) in enumerate(heard) if told.get("rugged"))
        assert [event for event, _ in heard[rug - 4 : rug]] == [
            "currentSidebetResult",
            "playerUpdate",
            "standard/newTrade",
            "playerUpdate",
        ]
        result, paid, sale, settled = (told for _, told in heard[rug - 4 : rug])
        assert (result["payout"], result["profit"]) == (0.5, 0.4)
        assert result["tickIndex"] == sale["tickIndex"] == LONG.rug_tick
        assert result["price"] == sale["price"] == heard[rug][1]["price"] == LONG.prices[-1]
        assert money(paid["cash"]) == cash + Decimal("0.5")
        assert paid["positionQty"] == sale["qty"]
        assert money(sale["amount"]) == floor9(held * decimal_of(LONG.prices[-1]))
        assert (settled["positionQty"], settled["avgCost"], settled["sideBet"]) == (0, 0, None)
        assert money(settled["cash"]) == money(paid["cash"]) + money(sale["amount"])
        before = [event for event, *_ in one.heard].index("currentSidebetResult")
        assert "gameStatePlayerUpdate" in {event for event, *_ in one.heard[before:]}


@pytest.mark.parametrize(("after", "won"), [(39, True), (40, True), (41, False)])
async def test_a_side_bet_is_won_up_to_its_fortieth_tick(after, won):
    """N3: as the wire tells it, at 39, 40 and 41 ticks."""
    async with trading() as (running, one):
        await at_tick(running, LONG.rug_tick - after)
        placed = (await one.bet(0.1))["sidebet"]
        assert placed["startTick"] == LONG.rug_tick - after
        running.speed = 20
        await until(lambda: one.all("currentSidebetResult"))
        result = one.last("currentSidebetResult")
        assert result["payout"] == (0.5 if won else 0)
        assert result["profit"] == (0.4 if won else -0.1)
        assert result["tickIndex"] == (LONG.rug_tick if won else placed["startTick"])
        await until(lambda: one.last("playerUpdate")["sideBet"] is None)
        assert one.last("playerUpdate")["cash"] == (10.4 if won else 9.9)


async def test_a_bet_that_runs_out_is_lost_at_its_last_tick():
    """N3: the loss is settled when that tick has passed without a rug."""
    async with trading(pace=20) as (_, one):
        await one.bet(0.1)
        end = one.last("currentSidebet")["endTick"]
        await until(lambda: one.all("currentSidebetResult"))
        heard = [(event, args[-1]) for event, *args in one.heard]
        at = next(
            place for place, (event, _) in enumerate(heard) if event == "currentSidebetResult"
        )
        ticks = [told["tickCount"] for event, told in heard[:at] if "tradeCount" in told]
        assert ticks[-1] == end
        assert (await one.bet(0.1))["success"]


async def test_the_leaderboard_and_the_own_entry_lag_behind_a_trade():
    """What was bought in tick t is seen at t+2; a side bet at t+3."""
    async with trading(cash=Decimal(100)) as (running, one):
        running.speed = 4
        for _ in range(3):
            assert (await one.buy(5))["success"]
        assert (await one.bet(1))["success"]
        first, bet = one.own_trades()[0]["tickIndex"], one.last("currentSidebet")["startTick"]
        await until(lambda: running.status()["tick"] > bet + 6)
        me = one.last("usernameStatus")["id"]
        ticks, entries = {}, {}
        for (event, *args), (_, *after) in zip(one.heard, one.heard[1:], strict=False):
            state = args[-1]
            if event == "gameStateUpdate" and "tradeCount" in state:
                ticks[state["tickCount"]] = state
                entries[state["tickCount"]] = after[-1].get("leaderboardEntry")
        assert entries[first + 1] is None
        assert entries[first + 2]["positionQty"] > 0
        assert entries[bet + 2]["sideBet"] is None
        assert entries[bet + 3]["sideBet"]["startedAtTick"] == bet
        assert entries[bet + 3]["totalInvested"] == 16
        full = entries[bet + 5]
        worth = floor9(money(full["positionQty"]) * decimal_of(LONG.prices[bet + 4]))
        bought = [(money(trade["amount"]), trade["price"]) for trade in one.own_trades()]
        holding = Holding()
        for amount, price in bought:
            holding = with_bought(holding, amount, decimal_of(price))
        assert money(full["regularPnl"]) == worth - holding.basis
        assert full["pnlPercent"] == pytest.approx(full["pnl"] / full["totalInvested"] * 100)
        shown = [row for row in ticks[bet + 5]["leaderboard"] if row["id"] == me]
        assert shown == ([full] if full["position"] <= 10 else [])
        assert [row["position"] for row in ticks[bet + 5]["leaderboard"]] == list(range(1, 11))


async def test_own_trades_and_bets_count_in_public():
    """In the number of trades, and in the history of the round."""
    async with trading() as (running, one), exchange(speed=2) as twin:
        for _ in range(3):
            assert (await one.buy(0.1))["success"]
        assert (await one.bet(0.02))["success"]
        running.speed = twin.speed = 60
        async with trader(twin, "") as watcher:
            for who in (one, watcher):
                await until(lambda who=who: any(
                    state["gameHistory"][0]["id"] == LONG.round_id
                    for state in who.all("gameStateUpdate") if "gameHistory" in state
                ), 30)  # fmt: skip
            counts = [
                {s["tickCount"]: s["tradeCount"] for s in who.all("gameStateUpdate")
                 if "tradeCount" in s and s["active"] and s["gameId"] == LONG.round_id}
                for who in (one, watcher)
            ]  # fmt: skip
            last = LONG.rug_tick
            assert counts[0][last] == counts[1][last] + 4
            assert counts[0][last - 1] == counts[1][last - 1] + 3
            me = one.last("usernameStatus")["id"]
            snapshot = next(s for s in reversed(one.all("gameStateUpdate")) if "gameHistory" in s)
            entry = next(e for e in snapshot["gameHistory"] if e["id"] == LONG.round_id)
            rows = [row for row in entry["globalSidebets"] if row["playerId"] == me]
            assert [row["type"] for row in rows] == ["placed", "payout"]
            assert rows[1]["profit"] == -0.02
            assert rows[1]["tickIndex"] == rows[0]["startedAtTick"]
            times = [row["timestamp"] for row in entry["globalSidebets"]]
            assert times == sorted(times)


def told_without(me: str, who: Trader) -> dict:
    """Return each tick's price and the best nine others, whatever their places."""
    return {
        state["tickCount"]: (
            state["price"],
            [{**row, "position": 0} for row in state["leaderboard"] if row["id"] != me][:9],
        )
        for state in who.all("gameStateUpdate")
        if runs(state) and 10 < state["tickCount"] < 150 and state["gameId"] == LONG.round_id
    }


async def test_a_trader_changes_no_price_and_no_other_player():
    """The script stays a function of its seed."""
    async with contextlib.AsyncExitStack() as stack:
        running, one = await stack.enter_async_context(trading())
        twin = await stack.enter_async_context(exchange(speed=2))
        watcher = await stack.enter_async_context(trader(twin, ""))
        for _ in range(20):
            await one.buy(0.1)
            await one.sell(50)
        running.speed = twin.speed = 40
        for who in (one, watcher):
            await until(lambda who=who: len(told_without("", who)) > 120, 30)
        me = one.last("usernameStatus")["id"]
        stories = [told_without(me, who) for who in (one, watcher)]
        both = stories[0].keys() & stories[1].keys()
        assert len(both) > 80
        assert all(stories[0][tick] == stories[1][tick] for tick in both)


async def test_others_hear_of_a_trade_when_the_venue_shows_one_and_its_owner_at_once():
    async with trading() as (running, one), trader(running, "bob") as bob:
        for _ in range(12):
            assert (await one.buy(0.01))["success"]
        me = one.last("usernameStatus")["id"]
        assert len(one.own_trades()) == 12
        await until(lambda: any(t["playerId"] == me for t in bob.all("standard/newTrade")))
        seen = [trade for trade in bob.all("standard/newTrade") if trade["playerId"] == me]
        assert len(seen) < 12
        assert all(trade in one.own_trades() for trade in seen)
        assert len(one.own_trades()) == 12


async def test_an_account_outlives_its_connections():
    """FAULTS O5: whoever comes again learns the exchange's own truth."""
    async with exchange() as running:
        await until(lambda: running.status()["active"])
        running.speed = 2
        async with trader(running) as one:
            await one.buy(0.5)
            told = one.last("playerUpdate")
        async with trader(running) as again, trader(running) as twice:
            assert again.all("playerUpdate")[0]["cash"] == told["cash"]
            assert again.all("playerUpdate")[0]["positionQty"] == told["positionQty"]
            await again.buy(0.5)
            await until(lambda: twice.last("playerUpdate")["cash"] == 9)
            assert len(twice.own_trades()) == 1
            assert "ack" not in [event for event, *_ in twice.heard]


def floor_nano(value: Fraction) -> Fraction:
    """An arithmetic of its own: whole numbers, no decimals."""
    return Fraction(int(value * 10**9), 10**9)


async def trade_at_random(one: Trader, chance: random.Random, count: int) -> list[dict]:
    """Send orders and return the acknowledged ones, with the trade or bet that each became."""
    done = []
    for _ in range(count):
        kind = chance.random()
        if kind < 0.55:
            order = {"event": "buyOrder", "amount": chance.randint(1, 400) / 1000}
        elif kind < 0.9:
            order = {
                "event": "sellOrder",
                "percentage": chance.choice([1, 10, 25, 33, 50, 99, 100]),
            }
        else:
            order = {"event": "requestSidebet", "amount": 0.01, "coinAddress": SOL, "xPayout": 5}
        answer = await one.order(**order)
        if answer["success"]:
            done.append(order)
    return done


async def test_two_hundred_random_orders_end_in_the_account_that_they_must():
    """S2-H2, N4: four clients at once, each checked by an arithmetic of its own."""
    names = ["ann", "bob", "cat", "dan"]
    async with (
        exchange(speed=10, cash=Decimal(50)) as running,
        contextlib.AsyncExitStack() as stack,
    ):
        await until(lambda: running.status()["active"])
        traders = [await stack.enter_async_context(trader(running, name)) for name in names]
        acked = await asyncio.gather(
            *(trade_at_random(one, random.Random(one.token), 50) for one in traders)
        )
        report = {account["token"]: account for account in running.accounts()["accounts"]}
        for one, done in zip(traders, acked, strict=True):
            account = report[one.token]
            ordered = [deal for deal in account["deals"] if deal.event not in {"rug", "payout"}]
            assert [deal.event for deal in ordered] == [order["event"] for order in done]
            cash, units, holding = Fraction(50), Fraction(0), Holding()
            for deal in account["deals"]:
                price = Fraction(repr(deal.price))
                amount = Fraction(deal.amount) if deal.amount is not None else None
                if deal.event == "buyOrder":
                    assert Fraction(deal.quantity) == floor_nano(amount / price)
                    cash, units = cash - amount, units + floor_nano(amount / price)
                    holding = with_bought(holding, deal.amount, decimal_of(deal.price))
                elif deal.event in {"sellOrder", "rug"}:
                    percentage = 100 if deal.percentage is None else deal.percentage
                    sold = floor_nano(units * percentage / 100)
                    assert Fraction(deal.quantity) == sold
                    assert Fraction(deal.proceeds) == floor_nano(sold * price)
                    cash, units = cash + floor_nano(sold * price), units - sold
                    holding = with_sold(holding, deal.quantity)
                elif deal.event == "requestSidebet":
                    cash -= amount
                else:
                    assert Fraction(deal.proceeds) in {0, amount * 5}
                    cash += Fraction(deal.proceeds)
                assert Fraction(deal.cash) == cash
            assert Fraction(account["cash"]) == cash
            assert Fraction(account["quantity"]) == units
            assert account["average"] == holding.average
            await one.login()
            told = one.last("playerUpdate")
            if running.accounts(one.token)["accounts"][0]["cash"] == account["cash"]:
                assert money(told["cash"]) == account["cash"]
                shown = holding.average.quantize(Decimal("1e-9"), ROUND_FLOOR)
                assert money(told["avgCost"]) == shown
