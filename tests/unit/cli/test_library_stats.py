"""Statistics on a terminal, and as the JSON of the command."""

from decimal import Decimal

import msgspec

from replayer_qt.cli.library_stats import stats_lines
from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_study import study
from replayer_qt.core.units import StreamId
from tests.helpers.studies import entry, small_study

RESULTS = [Decimal(n % 3 - 1) / 1000 for n in range(40)]


def test_lines_for_a_terminal_name_each_figure_with_its_number():
    lines = stats_lines(small_study(RESULTS))
    titles = [line for line in lines if line and not line.startswith((" ", "Note"))]
    told = " ".join(titles)
    for name in ("Peak (n = 40)", "Survival (n = 40)", "Hazard (n = 40 rounds", "Side bets (n ="):
        assert name in told
    assert any("95 % intervals" in line for line in lines)
    assert all(len(line) <= 110 for line in lines)


def test_a_selection_without_rounds_is_told_in_a_line_or_two():
    lines = stats_lines(study(sampled([])))
    assert lines[0] == "0 rounds"
    assert len(lines) == 2


def test_markets_are_told_apart():
    market = StreamId("binance/BTCUSDT")
    lines = stats_lines(
        study(sampled([entry(None, last=90, stream=market, volatility=1e-4 * n) for n in range(9)]))
    )
    assert any(line.startswith("Volatility of markets (n = 9)") for line in lines)
    assert not any(line.startswith("Survival") for line in lines)


def test_json_has_every_figure_or_null():
    told = msgspec.json.decode(msgspec.json.encode(small_study()))
    assert told["hazard"]["overall"]["low"] < 0.005 < told["hazard"]["overall"]["high"]
    assert told["results"] is None
    assert told["rounds"] == 40


def test_a_streams_name_cannot_steer_the_terminal():
    lines = stats_lines(study(sampled([entry(stream=StreamId("rugs/\x1b[2Jcrash"))])))
    assert "\x1b" not in "".join(lines)
