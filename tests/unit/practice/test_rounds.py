import hashlib
import math
import statistics

import pytest

from replayer_qt.core.fairness import generate, rug_price
from replayer_qt.practice.rounds import draw_round

START_MS = 1_767_225_600_000
ROUNDS = 20_000


def test_a_round_is_what_its_revealed_seed_says():
    game = draw_round(7, 3, START_MS)
    assert game.prices == generate(game.seed, game.round_id, "v3")
    assert game.seed_hash == hashlib.sha256(game.seed.encode()).hexdigest()
    assert game.prices[-1] == rug_price(game.prices[:-1])
    assert game.prices[0] == 1
    assert game.peak == max(game.prices[:-1])


def test_a_round_is_named_by_the_day_it_is_announced_on():
    assert draw_round(7, 3, START_MS - 1).round_id.startswith("20251231-")
    game = draw_round(7, 3, START_MS)
    assert game.round_id.startswith("20260101-")
    assert len(game.round_id) == 25
    assert len(game.seed) == 64


def test_the_same_seed_draws_the_same_rounds_and_another_seed_others():
    first = [draw_round(7, number, START_MS) for number in range(5)]
    assert first == [draw_round(7, number, START_MS) for number in range(5)]
    others = {draw_round(8, number, START_MS).round_id for number in range(5)}
    assert not others & {game.round_id for game in first}


def test_a_god_candle_is_found_by_its_factor_of_ten():
    calm = draw_round(7, 3, START_MS)
    assert calm.god_jump is None
    import msgspec

    jumped = msgspec.structs.replace(calm, prices=(1, 22.4848, 224.848, 0.02))
    assert jumped.god_jump == (22.4848, 224.848)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_twenty_thousand_rounds_have_the_measured_distributions():
    """N25: length, peak and rug price agree with measurement and theory, within 4.5 errors.

    The tolerances follow from the sample's size: a share's standard error is
    sqrt(p(1-p)/n), a mean's is s/sqrt(n), a quantile's sqrt(p(1-p)/n) divided by the density.
    """
    games = [draw_round(20_261_121, number, START_MS) for number in range(ROUNDS)]
    lengths = sorted(game.rug_tick for game in games)
    peaks = sorted(game.peak for game in games)

    assert len({game.seed for game in games}) == ROUNDS
    assert len({game.prices for game in games if game.rug_tick > 3}) == len(
        [game for game in games if game.rug_tick > 3]
    )
    # a rug comes with 0.5 % at each tick: geometric, mean 200
    assert statistics.fmean(lengths) == pytest.approx(200.0, abs=4.5 * 199.5 / math.sqrt(ROUNDS))
    for share, expected in ((0.5, 139), (0.95, 595), (0.99, 925)):
        density = 0.005 * (1 - share)
        error = math.sqrt(share * (1 - share) / ROUNDS) / density
        assert lengths[int(share * ROUNDS)] == pytest.approx(expected, abs=4.5 * error + 4)
    for floor, expected in (
        (1.5, 0.602),
        (2, 0.439),
        (3, 0.285),
        (5, 0.163),
        (10, 0.078),
        (50, 0.014),
        (100, 0.007),
    ):
        share = sum(1 for peak in peaks if peak >= floor) / ROUNDS
        error = math.sqrt(expected * (1 - expected) * (1 / ROUNDS + 1 / 60_000))
        assert share == pytest.approx(expected, abs=4.5 * error + 0.0005), floor
    assert peaks[ROUNDS // 2] == pytest.approx(1.77, abs=0.05)
    assert _hazard_is_flat(lengths)
    within = sum(1 for length in lengths if length <= 40) / ROUNDS
    assert within == pytest.approx(1 - 0.995**40, abs=4.5 * math.sqrt(0.149 / ROUNDS))
    assert max(game.prices[-1] for game in games) <= 1 - 0.98
    assert min(min(game.prices) for game in games) > 0


def _hazard_is_flat(lengths: list[int]) -> bool:
    """The chance of a rug does not depend on the round's age."""
    for start, end in ((1, 50), (51, 100), (101, 200), (201, 400), (401, 800)):
        alive = [length for length in lengths if length >= start]
        exposed = sum(min(length, end) - start + 1 for length in alive)
        rugs = sum(1 for length in alive if length <= end)
        if abs(rugs / exposed - 0.005) > 4.5 * 0.005 / math.sqrt(rugs):
            return False
    return True
