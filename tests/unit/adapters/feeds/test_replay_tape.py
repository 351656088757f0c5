"""Tapes: recorded rounds laid out for playing."""

import numpy as np

from replayer_qt.adapters.feeds.replay_tape import tapes
from replayer_qt.core.events import GapFound, PriceTicked, RoundOpened, TickBlock
from replayer_qt.core.units import Nanos, RoundId, StreamId

REPLAY = StreamId("replay/1")
ELSEWHERE = StreamId("binance/btcusdt")
NAME = RoundId("BTCUSDT-2024-12-31T00")
MOMENT = {"mono": Nanos(0), "stream": ELSEWHERE, "round_id": NAME}


def block(ticks, prices):
    return TickBlock(
        at=Nanos(10 * ticks[-1]),
        ticks=np.array(ticks, np.int64),
        prices=np.array(prices, np.float64),
        ats=np.array([10 * tick for tick in ticks], np.int64),
        **MOMENT,
    )


def tick(number, price, **fields):
    return PriceTicked(at=Nanos(10 * number), tick=number, price=price, **MOMENT, **fields)


def test_ticks_in_blocks_are_laid_out_as_if_they_had_come_one_by_one():
    opened = RoundOpened(at=Nanos(0), **MOMENT)
    gap = GapFound(at=Nanos(50), first=3, last=4, **MOMENT)
    last = tick(7, 2.5, trade_count=6)
    blocks = [opened, block([0, 1, 2], [1.0, 1.5, 2.0]), gap, block([5, 6], [2.1, 2.2]), last]
    singles = [opened, tick(0, 1.0), tick(1, 1.5), tick(2, 2.0), gap]
    singles += [tick(5, 2.1), tick(6, 2.2), last]
    (one,), (other,) = tapes(blocks, REPLAY), tapes(singles, REPLAY)
    assert one.events == other.events
    assert one.ticks.tolist() == [0, 1, 2, 5, 6, 7]
    assert one.dues(None).tolist() == other.dues(None).tolist()


def test_an_unsound_price_in_a_block_is_left_out():
    opened = RoundOpened(at=Nanos(0), **MOMENT)
    (tape,) = tapes([opened, block([0, 1, 2], [1.0, float("nan"), 2.0])], REPLAY)
    assert tape.ticks.tolist() == [0, 2]
