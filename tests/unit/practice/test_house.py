import msgspec
import pytest

from replayer_qt.practice.house import DAY_MS, Era, House, history, records
from replayer_qt.practice.rounds import Round, draw_round

START_MS = 1_767_225_600_000
PLAIN = draw_round(7, 3, START_MS)


def game(*prices: float, number: int = 0) -> Round:
    return msgspec.structs.replace(PLAIN, number=number, prices=tuple(map(float, prices)))


def after(*games: Round, at_ms: int = START_MS) -> House:
    house = House()
    for one in games:
        house = house.after(one, None, at_ms)
    return house


def test_averages_are_over_the_last_hundred_rounds():
    house = after(*(game(1, 50.0, 0.02) for _ in range(5)), *(game(1, 2.0, 0.02),) * 100)
    assert house.average == 2
    assert type(house.average) is int
    assert [house.above(peak) for peak in (2, 10, 50)] == [100, 0, 0]
    assert after(game(1, 3.0, 0.02), game(1, 50.0, 0.02)).average == 26.5


def test_ten_rounds_are_shown_newest_first():
    house = after(*(game(1, 2.0, 0.02, number=number) for number in range(12)))
    assert [ended.round.number for ended in house.ended] == list(range(11, 1, -1))
    assert len(history(house, (), Era.E2)) == 10


def test_the_days_record_is_kept_until_the_utc_day_ends():
    high, low = game(1, 9.0, 0.02), game(1, 2.0, 0.02)
    house = after(high, low)
    assert records(house, Era.E2)["highestToday"] == 9
    tomorrow = house.after(low, None, START_MS + DAY_MS)
    assert records(tomorrow, Era.E2)["highestToday"] == 2
    assert records(tomorrow, Era.E2)["highestTodayTimestamp"] == START_MS + DAY_MS


@pytest.mark.parametrize(("start", "tier"), [(0.5, "2x"), (1.5, "10x"), (6.0, "50x")])
def test_a_god_candle_stands_in_the_tier_of_its_rounds_peak(start, tier):
    told = records(after(game(1, start, start * 10, 0.02)), Era.E2)
    assert told[f"godCandle{tier}"] == start * 10
    assert told[f"godCandle{tier}MassiveJump"] == [start, start * 10]
    for other in {"2x", "10x", "50x"} - {tier}:
        assert told[f"godCandle{other}"] is None
        assert told[f"godCandle{other}Prices"] == []
        assert told[f"godCandle{other}MassiveJump"] is None


def test_the_rug_pool_is_drawn_after_ten_instant_rugs():
    """A rug at tick 6 counts, one at tick 7 does not."""
    instant, later = game(*[1.0] * 6, 0.02), game(*[1.0] * 7, 0.02)
    assert (instant.rug_tick, later.rug_tick) == (6, 7)
    assert after(*[instant] * 9, later).instant_rugs == 9
    assert after(*[instant] * 10).instant_rugs == 0


def test_the_newer_protocol_tells_no_prices():
    house = after(game(1, 9.0, 0.02))
    entry = history(house, (), Era.E3)[0]
    assert "prices" not in entry
    assert entry["provablyFair"]["serverSeed"] == PLAIN.seed
    told = records(house, Era.E3)
    assert told["highestTodayServerSeed"] == PLAIN.seed
    assert "highestTodayPrices" not in told
