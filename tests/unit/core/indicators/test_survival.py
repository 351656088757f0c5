"""The survival clock: from recorded rounds with an interval, else from the generator."""

import numpy as np
import pytest

from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.indicators.survival import (
    HALF_LIFE,
    THEORY,
    SurvivalTable,
    clock_words,
    table_of,
)
from replayer_qt.core.round_survival import Lives, risk_of, survival_of

TABLE = SurvivalTable(
    ticks=(0.0, 10.0, 40.0), share=(1.0, 0.8, 0.25), low=(0.9, 0.6, 0.1), high=(1.0, 0.9, 0.5), n=20
)


def test_the_share_holds_from_each_tick_up_to_the_next_and_not_beyond_what_was_seen():
    assert [TABLE.at(tick)[0] for tick in (0, 9, 10, 39, 40)] == [1.0, 1.0, 0.8, 0.8, 0.25]
    assert TABLE.at(41) is None
    assert "No recorded round was seen beyond tick 41" in clock_words(TABLE, 41)


def test_the_table_of_a_study_says_what_the_study_says():
    exits = np.random.default_rng(6).geometric(RUG_CHANCE, 300)
    lives = Lives(entry=np.zeros(300, np.int64), exit=exits, rugged=np.ones(300, bool))
    study = survival_of(lives, risk_of(lives), 0.95)
    table = table_of(study)
    assert table.n == 300
    for tick in (1, 50, 140, 400):
        share, low, high = table.at(tick)
        assert share == pytest.approx(float((exits > tick).mean()), abs=1e-9)
        assert low <= share <= high
    assert table_of(None) is THEORY


def test_the_clock_says_share_interval_and_that_the_hazard_is_flat():
    words = clock_words(TABLE, 12)
    assert words == (
        "80.0 % of rounds lived beyond tick 12 (60.0 to 90.0 %, 20 recorded);"
        " the hazard is flat: 0.5 % at each tick"
    )


def test_half_of_the_rounds_are_over_after_the_half_life_whenever_one_begins_to_count():
    for begin in (0, 100, 1_000):
        left = THEORY.at(begin + HALF_LIFE)[0] / THEORY.at(begin)[0]
        assert left == pytest.approx(0.5, abs=0.005)
