"""Orders over the feed's own connection to the practice exchange, whatever goes wrong."""

import asyncio
import contextlib
from decimal import Decimal

import pytest

from replayer_qt.core.events import RoundRugged
from replayer_qt.core.order_events import (
    AccountStated,
    OrderAcknowledged,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    PositionLiquidated,
    SideBetClosed,
)
from replayer_qt.core.orders import OrderSide
from tests.helpers.chaos_proxy import chaos_proxy
from tests.helpers.dealer import TOKEN, Dealer, trading_feed
from tests.helpers.exchange import RunningExchange, practice_exchange
from tests.helpers.listening import listening
from tests.helpers.random_trader import (
    SIDES,
    RandomTrader,
    check_against,
    key_of_deal,
    key_of_fill,
)

PATIENCE_MS = 400
CASH = Decimal(1_000)


def account(exchange: RunningExchange):
    """Return what the exchange itself says of our account."""
    return exchange.ask("GET", f"/accounts?token={TOKEN}")["accounts"][0]


async def test_a_purchase_a_sale_and_a_side_bet_are_filled_as_the_exchange_did_them():
    """S3-L2: over one connection, to the last digit."""
    with practice_exchange(3, 10.0) as exchange:
        feed = trading_feed(exchange.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await dealer.in_round()
            ends = [await dealer.over(dealer.buy("0.02")), await dealer.over(dealer.bet("0.003"))]
            ends.append(await dealer.over(dealer.sell(50)))
            assert all(isinstance(one, OrderFilled) for one in ends)
            status = await asyncio.to_thread(exchange.status)
            truth = await asyncio.to_thread(account, exchange)
        deals = truth["deals"][:3]
        assert [key_of_fill(one.fill) for one in ends] == [key_of_deal(one) for one in deals]
        assert status["clients"] == 1


async def test_in_the_presale_one_buys_at_exactly_one():
    with practice_exchange(3, 20.0) as exchange:
        feed = trading_feed(exchange.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await dealer.in_round()
            await heard.until(lambda _: str(dealer.phase) == "presale", 40)
            filled = await dealer.over(dealer.buy("0.02"))
            assert (filled.fill.tick, filled.fill.price) == (0, Decimal(1))
            assert filled.fill.quantity == Decimal("0.02")


async def test_the_rug_is_settled_for_us_before_the_public_hears_of_it():
    """The position is sold and the bet is paid; then comes the public tick."""
    with practice_exchange(3, 20.0) as exchange:
        feed = trading_feed(exchange.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await dealer.in_round()
            await dealer.over(dealer.buy("0.02"))
            await heard.until(lambda heard: heard.of(PositionLiquidated), 40)
            round_id = heard.of(PositionLiquidated)[0].fill.round_id
            await heard.until(
                lambda heard: any(one.round_id == round_id for one in heard.of(RoundRugged))
            )
        rug = next(one for one in heard.of(RoundRugged) if one.round_id == round_id)
        sold = heard.of(PositionLiquidated)[0]
        assert heard.events.index(sold) < heard.events.index(rug)
        assert (sold.fill.tick, float(sold.fill.price)) == (rug.tick, rug.price)


FAULTS = {
    "no_ack": OrderFilled,
    "late_ack": OrderFilled,
    "double_ack": OrderFilled,
    "double_echo": OrderFilled,
    "drop_own": OrderFilled,
    "hand_trade": OrderFilled,
    "ack_lost": OrderFilled,
    "reject": OrderRejected,
    "silent": OrderRejected,
}


@pytest.mark.parametrize("side", [OrderSide.BUY, OrderSide.SELL, OrderSide.SIDE_BET])
async def test_each_fault_of_an_order_ends_as_the_exchange_knows_it(side):
    """FAULTS O5, O6, O9, O10: one fault, one order; never twice, never wrong."""
    with practice_exchange(3, 10.0, None, "--cash", str(CASH)) as exchange:
        feed = trading_feed(exchange.url, patience_ms=PATIENCE_MS)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            for fault, end in FAULTS.items():
                told = await one_undisturbed(exchange, dealer, fault, side)
                assert told in ([end], [OrderUnknown, end]), fault
            truth = await asyncio.to_thread(account, exchange)
        theirs = [one for one in truth["deals"] if one["event"] in SIDES and not one["by_hand"]]
        ours = [key_of_fill(one.fill) for one in dealer.fills()]
        assert sorted(ours) == sorted(key_of_deal(one) for one in theirs)


async def one_undisturbed(
    exchange: RunningExchange, dealer: Dealer, fault: str, side: OrderSide
) -> list[type]:
    """Send one order that meets the fault in a round that lives on; return what was told."""
    for _ in range(20):
        await asyncio.to_thread(exchange.clear)
        await dealer.in_round()
        await dealer.heard.until(lambda heard: heard.of(AccountStated)[-1].bet is None, 30)
        if isinstance(await dealer.over(dealer.buy("0.05")), OrderFilled):
            told = await met_by(exchange, dealer, fault, side)
            if told is not None:
                return told
    raise AssertionError("every round ended too soon")


async def met_by(
    exchange: RunningExchange, dealer: Dealer, fault: str, side: OrderSide
) -> list[type] | None:
    """Send one order; None if the round ended meanwhile."""
    round_id = dealer.round_id

    def ended() -> bool:
        return dealer.round_id != round_id or str(dealer.phase) != "active"

    members = {"count": 1, **({"seconds": 1.0} if fault == "late_ack" else {})}
    await asyncio.to_thread(exchange.fault, fault, **members)
    order = dealer.send(side=side, **({} if side is OrderSide.SELL else {"amount": "0.02"}))
    await dealer.heard.until(lambda _: dealer.is_over(order) or ended())
    await dealer.heard.until(lambda _: dealer.told(order))
    await asyncio.sleep(0.1)  # what may come twice, and the rug that was settled before it is told
    if ended():
        return None
    told = [type(one) for one in dealer.told(order)]
    return [one for one in told if one is not OrderAcknowledged]


async def agree(exchange: RunningExchange, trader: RandomTrader) -> None:
    """Compare until a moment is met at which nothing is being settled."""
    for _ in range(5):
        truth = await asyncio.to_thread(account, exchange)
        with contextlib.suppress(AssertionError):
            check_against(truth, trader, CASH)
            return
        await asyncio.sleep(0.3)
    check_against(await asyncio.to_thread(account, exchange), trader, CASH)


async def trade_at_random(seed: int, speed: float, orders: int, share: float) -> RandomTrader:
    with practice_exchange(seed, speed, None, "--cash", str(CASH)) as exchange:
        feed = trading_feed(exchange.url, patience_ms=PATIENCE_MS)
        async with listening(feed) as heard:
            trader = RandomTrader(Dealer(feed, heard), seed, PATIENCE_MS / 1_000)
            await trader.dealer.in_round()
            if share:
                await asyncio.to_thread(exchange.fault, "order_chaos", share=share, seconds=0.5)
            await trader.trade(orders)
            await asyncio.to_thread(exchange.clear)
            await asyncio.sleep(3 * PATIENCE_MS / 1_000)
            await agree(exchange, trader)
        assert feed.quarantine.counts == {}
        return trader


async def test_random_orders_without_faults_leave_nothing_unknown():
    trader = await trade_at_random(5, 20.0, 150, 0.0)
    assert trader.unknown() == []
    assert len(trader.ids) == 150
    assert trader.dealer.heard.of(SideBetClosed)


async def test_random_orders_with_random_faults_are_filled_once_or_stay_visibly_unknown():
    """FAULTS O5, O6, O9, O10: no duplicate, no phantom, none lost."""
    trader = await trade_at_random(7, 10.0, 80, 0.4)
    assert len(trader.unknown()) <= 8


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_thousand_orders_with_random_faults_are_filled_once_or_stay_visibly_unknown():
    """FAULTS O5, O6, O9, O10: five exchanges, two hundred orders each, every fault."""
    for seed in range(11, 16):
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            trader = runner.run(trade_at_random(seed, 20.0, 200, 0.2))
        assert len(trader.ids) == 200
        assert len(trader.unknown()) <= 20


async def test_orders_over_a_line_that_breaks_again_and_again_are_never_sent_twice():
    """FAULTS O5, O7, S2-Q9: cut between the order and its answer, ten times."""
    with practice_exchange(9, 8.0, None, "--cash", str(CASH)) as exchange:
        async with chaos_proxy(exchange.url) as proxy:
            feed = trading_feed(proxy.url, patience_ms=300)
            async with listening(feed) as heard:
                dealer = Dealer(feed, heard)
                trader = RandomTrader(dealer, 3, 0.3)
                await dealer.in_round()
                for number in range(10):
                    cut = asyncio.get_running_loop().call_later(0.004 * number, proxy.cut)
                    await trader.trade(1)
                    cut.cancel()
                    await asyncio.sleep(0.3)
                await asyncio.sleep(1.0)
                await agree(exchange, trader)
