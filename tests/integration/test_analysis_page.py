"""docs/analysis.md works: every block of it is run, and its numbers are computed a second time."""

import re
import shlex
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.cli import entry
from replayer_qt.core.money import side_bet_wins
from tests.helpers import tick_files

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text("utf-8")
ROUNDS = 24


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def write_recordings(folder):
    """Rounds of 3 to 170 ticks with prices of a random walk; one of them without its end."""
    folder.mkdir()
    draw = np.random.default_rng(7)
    for number in range(ROUNDS):
        length = int(draw.integers(3, 170))
        walk = np.exp(np.cumsum(draw.normal(0.003, 0.05, length)))
        prices = [1.0, *walk.tolist(), 0.015]
        lines = tick_files.round_lines(
            prices, game=f"20251031-{number:016x}", ms=number * 9_000_000
        )
        if number == 5:
            lines = [line for line in lines if '"rugged": true' not in line][:-1]
        (folder / f"game_{number:02}.jsonl").write_bytes(tick_files.text(lines))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The page's blocks run one after the other, as a reader would; what they made."""
    folder = tmp_path_factory.mktemp("analysis")
    write_recordings(folder / "recordings")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = {}
        commands = [line for block in blocks("sh") for line in block.splitlines()]
        assert len(commands) == 4
        for command in commands:
            words = shlex.split(command)
            assert words[:2] == ["app.py", "export"]
            assert entry.main(words[1:]) == 0
        for block in blocks("python"):
            exec(block, made)  # noqa: S102  # our own page
        tables = {
            name: value.df()
            for name, value in made.items()
            if isinstance(value, duckdb.DuckDBPyRelation)
        }
    entries = [one for path in (folder / "recordings").iterdir() for one in index_file(path).rounds]
    return made | tables, entries


def whole(entries):
    return [one for one in entries if one.rugged and one.first_index == 0 and not one.missing]


def test_the_page_has_the_examples_that_it_should():
    text = "".join(blocks("python"))
    assert all(word in text for word in ("duckdb", "pandas", "wilson", "cumprod"))
    assert len(blocks("python")) >= 7


def test_the_peaks_are_those_of_our_own_figures(ran):
    made, entries = ran
    assert len(entries) == ROUNDS
    assert len(whole(entries)) == ROUNDS - 1
    peaks = [one.peak for one in whole(entries)]
    table = made["peaks"]
    assert table["hits"].tolist() == [sum(p >= level for p in peaks) for level in table["level"]]
    assert set(table["n"]) == {ROUNDS - 1}
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    assert sorted(made["seen"].peak) == sorted(peaks)


def test_wilsons_interval_is_wilsons(ran):
    """Against the formula solved the other way round: both ends lie 1.96 deviations away."""
    made, _ = ran
    for row in made["peaks"].itertuples():
        for end in (row.low, row.high):
            if 0 < end < 1:
                deviation = np.sqrt(end * (1 - end) / row.n)
                assert abs(abs(row.share - end) - 1.96 * deviation) < 1e-9


def test_survival_counts_rounds_whose_end_was_missed(ran):
    made, entries = ran
    table = made["survival"]
    alive = 1.0
    for tick, row in table.iterrows():
        ended = sum(one.rug_index == tick for one in entries)
        last = [one.rug_index if one.rugged else one.last_index for one in entries]
        at_risk = sum(end >= tick for end in last)
        assert (row.ends, row.at_risk) == (ended, at_risk)
        alive *= 1 - ended / at_risk
        assert row.alive == pytest.approx(alive)
        assert row.low <= row.alive <= row.high
    assert table.alive.is_monotonic_decreasing


def test_the_side_bets_hits_are_those_of_the_venues_rule(ran):
    made, entries = ran
    table = made["bets"].set_index("entry")
    for start, row in table.iterrows():
        running = [one.rug_index for one in whole(entries) if one.rug_index >= start]
        hits = sum(side_bet_wins(start, rug) for rug in running)
        assert (row.hits, row.n) == (hits, len(running))
        assert row.gain_per_stake == pytest.approx(5 * hits / len(running) - 1)
    assert set(table.verdict) <= {"pays", "loses", "not known"}


def test_volatility_is_the_one_that_the_library_shows(ran):
    made, entries = ran
    ours = {one.round_id: one.volatility for one in entries if one.volatility is not None}
    told = made["moves"].set_index("round_id")["volatility"]
    for name, value in ours.items():
        assert told[name] == pytest.approx(value, rel=1e-9)
    assert len(made["moves"]) == ROUNDS


def test_the_days_add_up(ran):
    made, entries = ran
    days = made["days"]
    assert days["rounds"].sum() == ROUNDS
    assert days["ticks"].sum() == sum(one.ticks for one in entries)
    assert len(days) > 1
    assert isinstance(made["rounds"], pd.DataFrame)
