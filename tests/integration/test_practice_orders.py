"""Orders over the feed's own connection to the practice exchange, whatever goes wrong."""

import asyncio

from replayer_qt.core.order_events import OrderFilled
from tests.helpers.dealer import TOKEN, Dealer, trading_feed
from tests.helpers.exchange import RunningExchange, practice_exchange
from tests.helpers.listening import listening


def account(exchange: RunningExchange):
    """Return what the exchange itself says of our account."""
    return exchange.ask("GET", f"/accounts?token={TOKEN}")["accounts"][0]


async def test_a_purchase_and_a_sale_are_filled_as_the_exchange_did_them():
    with practice_exchange(3, 10.0) as exchange:
        feed = trading_feed(exchange.url)
        async with listening(feed) as heard:
            dealer = Dealer(feed, heard)
            await dealer.in_round()
            bought = await dealer.over(dealer.buy("0.02"))
            sold = await dealer.over(dealer.sell(50))
            assert isinstance(bought, OrderFilled)
            assert isinstance(sold, OrderFilled)
            truth = await asyncio.to_thread(account, exchange)
            first, second = truth["deals"][:2]
            assert (bought.fill.tick, str(bought.fill.quantity)) == (
                first["tick"],
                first["quantity"],
            )
            assert (sold.fill.tick, str(sold.fill.amount)) == (second["tick"], second["proceeds"])
