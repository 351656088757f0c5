"""The bounded way to a receiver: nothing that matters is lost, what is shed is counted."""

import sys
import threading
import time
from decimal import Decimal

import numpy as np

from replayer_qt.core.events import (
    EventsShed,
    PriceTicked,
    RawReceived,
    RoundOpened,
    TickBlock,
)
from replayer_qt.core.order_events import AccountStated
from replayer_qt.core.units import RoundId
from replayer_qt.runtime.outlet import Outlet
from tests.helpers.listener import Listener
from tests.helpers.make import event, ticked


class Receiver:
    """Deals with deliveries on the sender's own thread, when told to."""

    def __init__(self, outlet: Outlet) -> None:
        self.deliveries = []
        outlet.arrived.connect(self.deliveries.append)

    def deal_with_one(self):
        """Deal with the oldest delivery; return its events."""
        delivery = self.deliveries.pop(0)
        delivery.done()
        return delivery.events

    def deal(self):
        """Deal with all there is; return the events."""
        events = []
        while self.deliveries:
            delivery = self.deliveries.pop(0)
            events.extend(delivery.events)
            delivery.done()
        return events


def test_batches_arrive_in_order_one_at_a_time():
    outlet = Outlet("test", raw=False)
    receiver = Receiver(outlet)
    for n in range(100):
        outlet.post([ticked(2 * n), ticked(2 * n + 1)])
    assert len(receiver.deliveries) == 1
    assert [one.tick for one in receiver.deal()] == list(range(200))


def test_raw_messages_go_only_where_they_are_wanted():
    raw = event(RawReceived, data=b"x")
    for wanted in (True, False):
        outlet = Outlet("test", raw=wanted)
        receiver = Receiver(outlet)
        outlet.post([raw, ticked(1)])
        assert (raw in receiver.deal()) is wanted


def test_a_million_ticks_behind_a_stalled_receiver_cost_a_bound_and_a_count():
    """S1-H8, S1-N4, FAULTS N12: no order, alert or record among them is lost."""
    outlet = Outlet("test", raw=False)
    receiver = Receiver(outlet)
    batch = [ticked(tick) for tick in range(1000)]
    outlet.post([ticked(0)])
    for n in range(1000):
        outlet.post([*batch, event(RoundOpened, at=n, round_id=RoundId(f"round-{n}"))])
        assert len(outlet._waiting) <= 65_536 + 1001
    events = receiver.deal()
    shed = sum(one.count for one in events if isinstance(one, EventsShed))
    ticks = sum(isinstance(one, PriceTicked) for one in events)
    assert shed + ticks == 1_000_001
    assert shed == outlet.shed_total > 0
    assert outlet.high_water <= 65_536 + 1001
    opened = [one.round_id for one in events if isinstance(one, RoundOpened)]
    assert opened == [f"round-{n}" for n in range(1000)]
    assert events[-2] == batch[-1]


def test_what_is_shed_says_from_when_to_when():
    outlet = Outlet("eye", raw=False, events_kept=8)
    receiver = Receiver(outlet)
    outlet.post([ticked(0)])
    outlet.post([ticked(tick) for tick in range(1, 21)])
    first, *kept = receiver.deal()[1:]
    assert isinstance(first, EventsShed)
    assert (first.queue, first.count) == ("eye", 20 - len(kept))
    assert first.first_at == ticked(1).at
    assert first.last_at == ticked(first.count).at
    assert [one.tick for one in kept] == list(range(first.count + 1, 21))


def test_events_that_may_not_be_shed_are_all_kept_and_cost_no_more_each():
    """S0-C4, S1-H8: beyond the bound, too; the time for each does not grow."""
    outlet = Outlet("test", raw=False, events_kept=1000)
    receiver = Receiver(outlet)
    outlet.post([ticked(0)])
    opened = [event(RoundOpened, at=n, round_id=RoundId(str(n))) for n in range(100)]
    began = time.process_time()
    for _ in range(1000):
        outlet.post(opened)
    assert time.process_time() - began < 5.0
    assert sum(isinstance(one, RoundOpened) for one in receiver.deal()) == 100_000
    assert outlet.shed_total == 0


def test_large_raw_messages_are_bounded_in_bytes():
    """FAULTS R7: 64 MB, whatever their number."""
    outlet = Outlet("recorder", raw=True, bytes_kept=1_000_000)
    receiver = Receiver(outlet)
    outlet.post([ticked(0)])
    for n in range(100):
        outlet.post([event(RawReceived, at=n, data=b"x" * 100_000)])
        assert sum(len(one.data) for one in outlet._waiting) <= 1_100_000
    events = receiver.deal()
    shed = sum(one.count for one in events if isinstance(one, EventsShed))
    assert shed + sum(isinstance(one, RawReceived) for one in events) == 100


def test_a_late_post_to_nobody_is_harmless():
    """FAULTS N12: the receiver is gone; the feed does not notice."""
    outlet = Outlet("test", raw=False, events_kept=10)
    for n in range(1000):
        outlet.post([ticked(n)])
    assert len(outlet._waiting) <= 11


def test_a_word_said_twice_is_harmless():
    outlet = Outlet("test", raw=False)
    receiver = Receiver(outlet)
    outlet.post([ticked(1)])
    delivery = receiver.deliveries.pop()
    outlet.post([ticked(2)])
    delivery.done()
    delivery.done()
    assert [one.tick for one in receiver.deal()] == [2]


def test_four_threads_post_at_once_and_nothing_is_lost_or_mixed_up(qtbot):
    """S0-C2, S2-C2, S2-M8b: 250,000 ticks; each once, with its own price, in its thread's order."""
    each = 62_500
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        outlet = Outlet("test", raw=False, events_kept=4 * each)
        listener = Listener(outlet.arrived)
        dealt: list = []

        def work(number: int) -> None:
            name = RoundId(str(number))
            for tick in range(each):
                outlet.post([ticked(tick, 1.0 + tick / 8 + number / 64, round_id=name)])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()

        def all_dealt() -> bool:
            while listener.heard:
                delivery = listener.heard.pop(0)
                dealt.extend(delivery.events)
                delivery.done()
            return len(dealt) == 4 * each

        qtbot.waitUntil(all_dealt, timeout=40_000)
        for thread in threads:
            thread.join()
        for number in range(4):
            told = [(one.tick, one.price) for one in dealt if one.round_id == str(number)]
            assert told == [(tick, 1.0 + tick / 8 + number / 64) for tick in range(each)]
    finally:
        sys.setswitchinterval(interval)


def test_a_receiver_that_records_the_market_is_not_told_of_our_own_account():
    """FAULTS S7: what concerns our account stays out of recordings; the engine hears it all."""
    own = event(AccountStated, cash=Decimal(1))
    for wanted in (True, False):
        outlet = Outlet("test", raw=True, own=wanted)
        receiver = Receiver(outlet)
        outlet.post([ticked(1), own])
        assert receiver.deal() == ([ticked(1), own] if wanted else [ticked(1)])


def test_what_waits_is_delivered_in_parts_that_are_dealt_with_soon():
    outlet = Outlet("test", raw=True, at_once=100)
    receiver = Receiver(outlet)
    outlet.post([ticked(0)])
    outlet.post(ticked(tick) for tick in range(1, 1_000))
    sizes, told = [], []
    while receiver.deliveries:
        sizes.append(len(receiver.deliveries[0].events))
        told += receiver.deal_with_one()
    assert sizes == [1, *[100] * 9, 99]
    assert [one.tick for one in told] == list(range(1_000))


def test_a_block_of_ticks_weighs_as_much_as_it_takes():
    block = event(
        TickBlock,
        round_id=RoundId("r"),
        ticks=np.arange(1_600),
        prices=np.ones(1_600),
        ats=np.arange(1_600),
    )
    outlet = Outlet("test", raw=False, at_once=150)
    receiver = Receiver(outlet)
    outlet.post([block, block, block, ticked(0)])
    sizes = []
    while receiver.deliveries:
        sizes.append(len(receiver.deliveries[0].events))
        receiver.deal_with_one()
    assert sizes == [2, 2]


def test_raw_bytes_that_were_delivered_in_part_count_no_more():
    outlet = Outlet("test", raw=True, at_once=1, bytes_kept=1_000)
    receiver = Receiver(outlet)
    outlet.post(event(RawReceived, data=b"x" * 300) for _ in range(3))
    assert outlet._bytes == 600
    receiver.deal()
    assert outlet._bytes == 0
    assert outlet.shed_total == 0
