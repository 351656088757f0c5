"""What the library knows of a round, from plain events."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    Side,
    TickBlock,
    TickOrigin,
    TradePrinted,
)
from replayer_qt.core.library import SPARK_POINTS, Quality
from replayer_qt.core.library_entries import columns_of, entries_of
from replayer_qt.core.phase import Phase
from replayer_qt.core.recording import Recording
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import RUGS, Nanos, RoundId, StreamId
from tests.helpers.make import ROUND, a_round, event, ticked

SECOND = 1_000_000_000
SAME = (
    "ticks",
    "first_index",
    "last_index",
    "rugged",
    "rug_index",
    "rug_price",
    "peak",
    "fairness",
)


def recording(events, *, kind="A", bad_lines=0):
    return Recording(
        path="x", format=kind, events=tuple(events), lines=len(events), bad_lines=bad_lines
    )


def entry(events, **fields):
    (found,) = entries_of(recording(events, **fields))
    return found


def columns(events, **fields):
    (found,) = columns_of(recording(events, **fields))
    return found


def trade(name, amount, at=0, **fields):
    told = {
        "round_id": ROUND,
        "trade_id": name,
        "player": "x",
        "side": Side.BUY,
        "tick": 0,
        "price": 1.0,
        "amount": Decimal(amount),
        "quantity": Decimal(1),
    }
    return event(TradePrinted, at, **(told | fields))


def test_a_whole_round_is_known_with_its_figures():
    found = entry(a_round([1.0, 1.5, 1.2, 1.3, 0.02]))
    assert (found.ticks, found.first_index, found.last_index) == (5, 0, 4)
    assert (found.rug_index, found.rug_price, found.peak, found.peak_index) == (4, 0.02, 1.5, 1)
    assert (found.missing, found.repaired, found.clock_jumps) == (0, 0, 0)
    assert (found.begun_at, found.ended_at) == (0, SECOND)
    assert (found.quality, found.fairness) == (Quality.WHOLE, Fairness.UNREVEALED)
    steps = np.diff(np.log([1.0, 1.5, 1.2, 1.3]))
    assert found.volatility == pytest.approx(np.std(steps, ddof=1))


def test_columns_hold_each_tick_once_and_cannot_be_written():
    found = columns([*a_round([1.0, 1.5, 0.02]), ticked(1, 9.0)])
    assert found.ticks.tolist() == [0, 1, 2]
    assert found.prices.tolist() == [1.0, 1.5, 0.02]
    assert found.counts.tolist() == [-1, -1, -1]
    assert (found.rug_tick, found.repaired, found.round_id) == (2, 0, ROUND)
    with pytest.raises(ValueError, match="read-only"):
        found.prices[0] = 2.0


def test_ticks_that_were_filled_in_make_a_round_repaired():
    events = a_round([1.0, 1.5, 1.4, 0.02])
    events[2] = ticked(1, 1.5, origin=TickOrigin.HISTORY)
    found = entry(events)
    assert (found.repaired, found.quality) == (1, Quality.REPAIRED)


def test_a_tick_that_was_heard_live_first_is_not_repaired():
    events = a_round([1.0, 1.5, 0.02])
    events.insert(3, ticked(1, 1.5, origin=TickOrigin.SNAPSHOT))
    assert entry(events).repaired == 0


def test_a_tick_filled_in_later_is_learned_of_no_later_than_its_successor():
    late = event(PriceTicked, 9 * SECOND, round_id=ROUND, tick=1, price=1.1)
    found = columns([ticked(0), ticked(2), late, ticked(3)])
    assert found.ats.tolist() == [0, 500_000_000, 500_000_000, 750_000_000]


def test_a_price_list_told_afterwards_fills_what_was_not_heard():
    told = event(
        SeedRevealed,
        9 * SECOND,
        round_id=ROUND,
        seed="0" * 64,
        seed_hash="0" * 64,
        version="v9",
        prices=(1.0, 1.1, 1.2, 0.02),
    )
    found = columns([ticked(0), ticked(2, 1.2), told])
    assert found.prices.tolist() == [1.0, 1.1, 1.2, 0.02]
    assert (found.rug_tick, found.repaired) == (3, 2)
    assert entry([ticked(0), ticked(2, 1.2), told]).ended_at == 500_000_000


def test_ticks_missing_in_between_are_gaps():
    events = a_round([1.0, 1.5, 1.4, 1.3, 0.02])
    del events[3]
    found = entry(events)
    assert (found.missing, found.quality) == (1, Quality.GAPS)


@pytest.mark.parametrize("events", [[ticked(0), ticked(1)], a_round([1.0, 1.1, 0.02])[2:]])
def test_a_round_without_its_beginning_or_its_end_is_partial(events):
    assert entry(events).quality is Quality.PARTIAL


def test_bad_lines_damage_only_rounds_that_lack_ticks():
    whole = a_round([1.0, 1.5, 1.4, 0.02])
    assert entry(whole, bad_lines=3).quality is Quality.WHOLE
    del whole[2]
    assert entry(whole, bad_lines=3).quality is Quality.DAMAGED


def test_a_round_that_is_only_told_of_ended_when_the_venue_says_so():
    """What a history lists has no times of its own but this one; none is invented."""
    told = event(
        SeedRevealed,
        9 * SECOND,
        round_id=ROUND,
        seed="0" * 64,
        seed_hash="0" * 64,
        version="v9",
        prices=(1.0, 1.1, 1.2, 0.02),
        ended_at=5 * SECOND,
    )
    found = entry([told])
    assert (found.begun_at, found.ended_at) == (5 * SECOND, 5 * SECOND)
    assert entry([ticked(0), ticked(2, 1.2), told]).ended_at == 500_000_000


def test_rows_of_a_continuous_market_that_could_not_be_read_damage_it():
    """They leave no hole in the numbers: nobody can say that nothing is missing."""
    ticks = [
        event(PriceTicked, n, stream=StreamId("binance/btcusdt"), round_id=ROUND, tick=n, price=2.0)
        for n in range(3)
    ]
    assert entry(ticks).quality is Quality.WHOLE
    assert entry(ticks, bad_lines=1).quality is Quality.DAMAGED


def test_a_segment_of_a_continuous_market_needs_no_first_tick_and_no_end():
    ticks = [
        event(
            PriceTicked,
            n,
            stream=StreamId("binance/BTCUSDT"),
            round_id=ROUND,
            tick=n,
            price=2.0,
        )
        for n in (70, 71, 72)
    ]
    assert entry(ticks).quality is Quality.WHOLE


def test_the_clock_being_set_is_counted_with_a_monotonic_clock_beside_it():
    moved = [
        PriceTicked(
            at=Nanos(n * SECOND + (3_600 * SECOND if n > 4 else 0)),
            mono=Nanos(n * SECOND + 1),
            stream=RUGS,
            round_id=ROUND,
            tick=n,
            price=1.0,
        )
        for n in range(8)
    ]
    assert entry(moved).clock_jumps == 1


def test_times_going_back_are_counted_where_nothing_else_tells():
    """S2-M11: a clock that was set back is said of the round, and its order stays that of ticks."""
    times = [10, 11, 12, 2, 3, 4]
    told = [
        PriceTicked(
            at=Nanos(at * SECOND), mono=Nanos(0), stream=RUGS, round_id=ROUND, tick=n, price=1.0
        )
        for n, at in enumerate(times)
    ]
    assert entry(told).clock_jumps == 1
    assert columns(told).ticks.tolist() == [0, 1, 2, 3, 4, 5]


def test_trades_count_once_and_only_real_money_is_volume():
    events = [
        ticked(0),
        trade("a", "0.5"),
        trade("a", "0.5"),
        trade("b", "0.25"),
        trade("c", "7", coin="0xPractice"),
    ]
    found = entry(events)
    assert (found.trades, found.volume) == (3, Decimal("0.75"))
    assert entry([ticked(0)]).volume is None


def test_a_count_of_trades_that_a_tick_tells_is_heard_of_too():
    assert entry([ticked(0, trade_count=4), ticked(1, trade_count=9)]).trades == 9


def test_the_sparkline_goes_from_the_lowest_to_the_highest_and_ends_in_the_rug():
    spark = entry(a_round([1.0, 2.0, 4.0, 0.02])).spark
    assert len(spark) == SPARK_POINTS
    assert (spark[0], max(spark), spark[-1]) == (0, 255, 0)
    assert spark[SPARK_POINTS // 2] in {127, 128}


def test_rounds_of_which_a_journal_only_tells_afterwards_are_left_out():
    told = event(FairnessChecked, round_id=RoundId("other"), verdict=Fairness.FAILED)
    events = [ticked(0), told]
    assert [one.round_id for one in entries_of(recording(events, kind="journal"))] == [ROUND]
    assert len(entries_of(recording(events))) == 2


names = st.sampled_from([ROUND, RoundId("b")])
anything = st.one_of(
    st.builds(
        lambda name, tick, price, origin, at, count: event(
            PriceTicked,
            at,
            round_id=name,
            tick=tick,
            price=price,
            origin=origin,
            trade_count=count,
        ),
        names,
        st.integers(-2, 12) | st.integers(),
        st.floats() | st.floats(0.01, 50),
        st.sampled_from(TickOrigin),
        st.integers(0, 100) | st.integers(),
        st.none() | st.integers(),
    ),
    st.builds(
        lambda name, tick: event(RoundRugged, round_id=name, tick=tick, price=0.02),
        names,
        st.integers(-1, 14),
    ),
    st.builds(
        lambda name, phase: event(PhaseChanged, round_id=name, phase=phase),
        names,
        st.sampled_from(Phase),
    ),
    st.builds(lambda name: event(RoundOpened, round_id=name), names),
    st.builds(
        lambda name, prices: event(
            SeedRevealed, round_id=name, seed="a", seed_hash="b", version="v9", prices=prices
        ),
        names,
        st.none() | st.lists(st.floats(0.0, 9.0), max_size=9).map(tuple),
    ),
    st.builds(
        lambda name, first, prices: event(
            TickBlock,
            round_id=name,
            ticks=np.arange(first, first + len(prices)),
            prices=np.array(prices, np.float64),
            ats=np.zeros(len(prices), np.int64),
        ),
        names,
        st.integers(0, 9),
        st.lists(st.floats(0.0, 9.0), max_size=5),
    ),
    st.builds(
        trade,
        st.text(max_size=2),
        st.decimals(allow_nan=True, allow_infinity=True),
    ),
)


@given(events=st.lists(anything, max_size=30), kind=st.sampled_from(["A", "journal"]))
def test_whatever_happened_entry_columns_and_verify_agree(events, kind):
    """N5: what the library shows of a round is what its verification says, tick for tick."""
    told = recording(events, kind=kind)
    summaries = summarise(events, followed_only=kind == "journal")
    entries, columns_found = entries_of(told), columns_of(told)
    assert [one.round_id for one in entries] == [one.round_id for one in summaries]
    for one, summary, column in zip(entries, summaries, columns_found, strict=True):
        for name in SAME:
            assert getattr(one, name) == getattr(summary, name)
        assert one.missing == sum(last - first + 1 for first, last in summary.gaps)
        assert len(column.ticks) == one.ticks
        assert (np.diff(column.ticks) > 0).all()
        assert column.rug_tick == one.rug_index
        assert 0 <= column.repaired <= one.ticks
        assert len(one.spark) in {0, SPARK_POINTS}
        if one.peak is not None:
            assert column.prices[column.ticks.tolist().index(one.peak_index)] == one.peak
