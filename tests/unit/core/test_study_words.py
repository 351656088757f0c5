"""A study is told in words and rows; each figure with its interval and its number."""

import csv
import re
from decimal import Decimal

from replayer_qt.core import study_words as words
from replayer_qt.core.intervals import Estimate
from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_study import study
from replayer_qt.core.study_rows import HEADINGS, csv_of, rows_of
from tests.helpers.studies import entry, small_study

RESULTS = [Decimal(n % 3 - 1) / 1000 for n in range(40)]


def test_every_sentence_has_an_interval():
    found = small_study(RESULTS)
    sentences = [
        words.peak_words(found.peak),
        words.reached_words(found.peak),
        words.rug_words(found.rug),
        words.survival_words(found.survival, 139.0),
        words.hazard_words(found.hazard),
        words.side_bet_words(found.side_bets),
        words.volatility_words(found.volatility[0]),
        words.result_words(found.results),
    ]
    for sentence in sentences:
        assert re.search(r"\([-+]?[\d.,]+.* to .*\)", sentence), sentence


def test_a_verdict_on_the_hazard_says_what_it_cannot_exclude():
    flat = study(sampled([entry(rug) for rug in range(1, 400)])).hazard
    said = words.hazard_words(flat)
    assert "no proof" in said or "contradicts a constant chance" in said
    steep = study(sampled([entry(10)] * 60 + [entry(300)] * 60)).hazard
    assert "Flat within its interval: no" in words.hazard_words(steep)
    assert "does not agree" in words.hazard_words(steep)


def test_side_bets_are_told_with_break_even_and_the_houses_edge():
    said = words.side_bet_words(small_study().side_bets)
    assert "20.0 % is break-even" in said
    assert "-9.16 %, the house's edge" in said
    won = study(sampled([entry(60)] * 30 + [entry(300)] * 10)).side_bets
    assert "Above break-even beyond chance: entry at 40" in words.side_bet_words(won)


def test_what_is_not_bounded_is_not_invented():
    assert words.told(Estimate(), words.percent) == "not known"
    assert words.told(Estimate(value=0.5, n=1), words.percent) == "50.0 % (too few to bound it)"
    assert words.told(Estimate(low=3.0, n=5), words.tick) == "not known (3 or more)"
    assert words.interval(Estimate(high=3.0, n=5), words.tick) == "3 or less"


def test_peaks_unlike_the_generators_are_said_to_be():
    found = small_study()
    assert "Nowhere does the distribution leave" in words.peak_words(found.peak)
    bare = study(sampled([entry()] * 9))
    assert "generator" not in words.peak_words(bare.peak)


def test_own_results_say_whether_chance_explains_them():
    chance = study(sampled([entry()] * 3, [Decimal(1), Decimal(-1), Decimal("0.5")])).results
    assert "no more than chance can explain" in words.result_words(chance)
    sure = study(sampled([entry()] * 3, [Decimal("1.0"), Decimal("1.1"), Decimal("1.2")])).results
    assert "by more than chance does" in words.result_words(sure)
    one = study(sampled([entry()], [Decimal(1)])).results
    assert "1 round brought +1 SOL" in words.result_words(one)


def test_what_was_left_out_is_one_sentence():
    found = study(sampled([entry(), entry(None), entry(missing=2)]))
    assert words.left_out_words(found, "peak") == (
        "Left out - 1: their rug is not shown; 1: ticks are missing in between."
    )
    assert words.left_out_words(found, "survival") == ""


def test_rows_hold_every_number_with_what_it_rests_on():
    found = small_study(RESULTS)
    rows = rows_of(found)
    assert {row.figure for row in rows} == {
        "peak", "rug tick", "survival", "hazard", "side bets", "volatility", "returns", "results",
    }  # fmt: skip
    assert all(row.n is not None for row in rows)
    assert rows_of(found, "hazard") == tuple(row for row in rows if row.figure == "hazard")


def test_rows_as_csv_are_read_back_digit_for_digit():
    rows = rows_of(small_study(), "hazard")
    read = list(csv.DictReader(csv_of(rows).splitlines()))
    assert tuple(read[0]) == HEADINGS
    assert [float(line["value"]) for line in read] == [row.value for row in rows]
    assert read[-1]["from"] == ""
    assert csv_of([]) == ",".join(HEADINGS) + "\n"
