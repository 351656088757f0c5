import hashlib
import math
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.events import Fairness
from replayer_qt.core.fairness import (
    VERSIONS,
    Evidence,
    check,
    commitment_holds,
    draws,
    generate,
    rug_price,
)
from replayer_qt.core.statement import FinishedRound
from replayer_qt.core.units import RoundId

SEED = "bca795ea31f91aa387622f2548ea5c380774282ea78ec9772bfaa85f3ef6f051"
NAME = RoundId("20251207-e8186dbf38e046d1")
HASH = "4660f3a18f8b937b9d115d5e64200cd7b6f101da871cd976739817096afadcac"
PRICES = generate(SEED, NAME)
ROUND = FinishedRound(
    round_id=NAME, seed=SEED, seed_hash=HASH, version="v3", peak=max(PRICES[:-1]), prices=PRICES
)


def test_the_stream_of_draws_is_seedrandoms():
    assert list(islice(draws("hello."), 3)) == [
        0.9282578795792454,
        0.3752569768646784,
        0.7316977468919549,
    ]


def test_a_key_longer_than_the_state_and_an_empty_key_draw_as_seedrandom_does():
    assert list(islice(draws("x" * 1000), 2)) == [0.08396550037782918, 0.9546047966323279]
    assert list(islice(draws(""), 2)) == [0.23144008215179881, 0.27404636548159655]


def test_a_known_round_is_generated_bit_for_bit():
    assert len(PRICES) == 267
    assert PRICES[0] == 1.0
    assert PRICES[1] == 1.0087724988192917
    assert max(PRICES) == 2.809169793399426
    assert PRICES[-1] == 0.00925864293410624
    assert commitment_holds(SEED, HASH)


def test_a_short_known_round_ends_at_its_rug():
    prices = generate(
        "c7e8a226ffe83633d6bb07db7465d33e45f0d73c4716e54406c0dbc086a1f129",
        RoundId("20250807-300ad2bc3a224bf3"),
    )
    assert len(prices) - 1 == 32
    assert max(prices) == 1.5978270728953674
    assert prices[-1] == 0.020000000000000018


def test_a_god_candle_multiplies_by_ten_from_version_three_on():
    seed, name = f"{0xE8:064x}", RoundId(f"20251207-{0xE8:016x}")
    third = generate(seed, name, "v3")
    assert (len(third), max(third), third[-1]) == (95, 21.68296668062929, 0.020000000000000018)
    assert any(after == before * 10 for before, after in pairwise(third))
    second = generate(seed, name, "v2")
    assert (len(second), max(second), second[-1]) == (811, 25.551836296328627, 0.015533578546217657)


def test_noise_above_a_hundred_is_bounded_from_version_two_on():
    seed, name = f"{450:064x}", RoundId(f"20251207-{450:016x}")
    assert max(generate(seed, name, "v1")) == 348.60104485681467
    assert max(generate(seed, name, "v2")) == 371.01059224158126
    assert len(generate(seed, name, "v1")) == len(generate(seed, name, "v2")) == 446
    assert max(generate(seed, name, "v3")) == 4.185126819820538


def test_a_rug_pays_a_fiftieth_of_the_lowest_price():
    assert rug_price([1.0, 1.2]) == 0.020000000000000018
    assert rug_price([1.0, 0.5, 3.0]) == 0.5 * (1 - 0.98)


def test_a_round_that_is_what_its_seed_says_is_verified():
    heard = Evidence(seed_hash=HASH, prices=dict(enumerate(PRICES)), rug_tick=266)
    assert check(ROUND, heard) == (Fairness.VERIFIED, "")
    assert check(ROUND) == (Fairness.VERIFIED, "")
    assert check(replace(ROUND, prices=None, peak=None)) == (Fairness.VERIFIED, "")


@pytest.mark.parametrize(
    ("stated", "heard", "said"),
    [
        ({"seed": "0" * 64}, {}, "the seed does not match its hash"),
        ({}, {"seed_hash": "0" * 64}, "committed itself to another seed"),
        ({}, {"prices": {1: 1.01}}, "tick 1 was 1.01, the seed makes it 1.0087724988192917"),
        (
            {},
            {"prices": {300: 1.01}},
            "tick 300 was heard, but the seed ends the round at tick 266",
        ),
        ({}, {"rug_tick": 265}, "the rug was at tick 265, the seed makes it tick 266"),
        ({"prices": PRICES[:-1]}, {}, "lists 266 prices, the seed makes 267"),
        ({"prices": (*PRICES[:-1], 0.01)}, {}, "lists 0.01 for tick 266"),
        ({"peak": 2.8}, {}, "states a peak of 2.8, the seed makes it 2.809169793399426"),
    ],
)
def test_the_first_difference_is_named(stated, heard, said):
    verdict, detail = check(replace(ROUND, **stated), Evidence(**heard))
    assert verdict is Fairness.FAILED
    assert said in detail


def test_an_unknown_version_is_neither_fair_nor_unfair():
    verdict, detail = check(replace(ROUND, version="v9"))
    assert verdict is Fairness.UNREVEALED
    assert "v9" in detail
    with pytest.raises(ValueError, match="v9"):
        generate(SEED, NAME, "v9")


@given(seed=st.text(st.characters(), max_size=600), name=st.text(max_size=80))
def test_no_seed_can_break_the_generator(seed, name):
    for version in VERSIONS:
        prices = generate(seed, RoundId(name), version)
        assert 2 <= len(prices) <= 5002
        assert prices[-1] == rug_price(prices[:-1])
    finished = FinishedRound(
        round_id=RoundId(name),
        seed=seed,
        seed_hash=hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest(),
        version="v3",
    )
    assert check(finished) == (Fairness.VERIFIED, "")


@given(
    seed=st.binary(min_size=32, max_size=32),
    tick=st.integers(0, 400),
    ulps=st.sampled_from([-1, 1]),
)
def test_a_price_that_is_off_by_its_last_bit_is_found(seed, tick, ulps):
    text = seed.hex()
    fair = generate(text, NAME)
    tick = min(tick, len(fair) - 1)
    off = math.nextafter(fair[tick], math.inf * ulps)
    finished = FinishedRound(
        round_id=NAME, seed=text, seed_hash=hashlib.sha256(text.encode()).hexdigest(), version="v3"
    )
    verdict, detail = check(finished, Evidence(prices={tick: off}))
    assert verdict is Fairness.FAILED
    assert f"tick {tick} was" in detail
