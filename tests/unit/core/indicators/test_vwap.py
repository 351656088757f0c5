"""The average price weighted by what was traded: of the trades told, and of no others."""

import math
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import Side, TradePrinted
from replayer_qt.core.indicators import volumes
from replayer_qt.core.indicators.volumes import RoundVolumes, VolumeBook
from replayer_qt.core.indicators.vwap import Vwap
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from tests.helpers.make import ROUND, event, ticked


def trade(tick, price=1.0, quantity="1", **fields):
    told = {"round_id": ROUND, "trade_id": f"t{tick}", "player": "someone", "side": Side.BUY}
    amount = Decimal(quantity)
    return event(
        TradePrinted,
        **(told | {"tick": tick, "price": price, "amount": amount, "quantity": amount} | fields),
    )


def series_of(count):
    series = RoundSeries(ROUND)
    for tick in range(count):
        series.add(ticked(tick, 1.0 + tick))
    return series


def weighed(trades, tick):
    before = [told for told in trades if told.tick < tick]
    quantity = sum(told.quantity for told in before)
    value = sum(told.quantity * Decimal(repr(told.price)) for told in before)
    return float(value / quantity) if quantity else math.nan


traded = st.lists(
    st.tuples(st.integers(0, 30), st.floats(0.1, 100.0), st.sampled_from(["0.5", "1", "3"])),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(told=traded, rests=st.lists(st.integers(0, 30), max_size=40))
def test_the_average_is_that_of_all_trades_of_earlier_ticks_however_late_they_are_told(told, rests):
    series, vwap, book = RoundSeries(ROUND), Vwap(), VolumeBook()
    trades = [trade(*one) for one in told]
    for number, one in enumerate(trades):
        book.take([one])
        for tick in range(rests[number] if number < len(rests) else 0):
            series.add(ticked(tick, 1.0))
        vwap.weigh_by(book.of(PRACTICE, ROUND))
        vwap.update(series)
    for tick in range(32):
        series.add(ticked(tick, 1.0))
    vwap.weigh_by(book.of(PRACTICE, ROUND))
    vwap.update(series)
    expected = [weighed(trades, tick) for tick in range(32)]
    assert np.allclose(vwap.column(), expected, rtol=1e-12, equal_nan=True)


def test_without_trades_there_is_no_average():
    series, vwap = series_of(5), Vwap()
    vwap.update(series)
    assert np.isnan(vwap.column()).all()
    vwap.weigh_by(RoundVolumes())
    vwap.update(series)
    assert np.isnan(vwap.column()).all()


def test_trades_without_a_quantity_a_price_or_in_another_coin_have_no_weight():
    book = VolumeBook()
    book.take(
        [trade(1, 2.0), trade(1, 9.0, "0"), trade(1, -1.0), trade(1, math.nan),
         trade(1, 9.0, coin="free")]
    )  # fmt: skip
    assert book.of(PRACTICE, ROUND).before(2) == 2.0


def test_a_rewound_replay_is_counted_anew():
    book = VolumeBook()
    book.take([trade(1, 2.0), trade(2, 4.0)])
    book.take([event(Rewound, history=(trade(1, 2.0),))])
    assert book.of(PRACTICE, ROUND).before(9) == 2.0


def test_a_replayed_round_keeps_its_trades_however_many_rounds_the_market_plays_meanwhile():
    """N15: the average price at a tick is the same with a market beside the replay."""
    book, replay = VolumeBook(), StreamId("replay/1")
    book.take([trade(1, 2.0, stream=replay), trade(2, 4.0, stream=replay)])
    book.take(trade(1, round_id=RoundId(f"live-{number}")) for number in range(50))
    book.take([trade(3, 6.0, stream=replay)])
    assert book.of(replay, ROUND).before(9) == 4.0
    streams = [StreamId(f"replay/{number}") for number in range(2, 200)]
    book.take(trade(1, stream=stream) for stream in streams)
    assert len(book._rounds) == volumes.KEPT_IN_ALL


def test_rounds_and_trades_are_bounded(monkeypatch):
    book = VolumeBook()
    names = [RoundId(f"20261121-{number:016x}") for number in range(volumes.ROUNDS_KEPT + 3)]
    book.take(trade(1, round_id=name) for name in names)
    assert [book.of(PRACTICE, name) is None for name in names[:4]] == [True, True, True, False]
    monkeypatch.setattr(volumes, "TRADES_MOST", 3)
    told = RoundVolumes()
    for tick in range(10):
        told.add(trade(tick))
    assert told.arrived == [0, 1, 2]
