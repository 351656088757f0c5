"""The bench's command line."""

import json

from replayer_qt.cli import entry
from replayer_qt.cli.bench import command
from replayer_qt.cli.bench.result import Result

GOOD = Result(name="a: good", value=1.0, unit="x", budget=1.5)
BAD = Result(name="a: bad", value=2.0, unit="x", budget=1.5)
FLOOR = Result(name="a: floor", value=120.0, unit="x", budget=100, at_least=True)
ABSENT = Result(name="a: peer", value=None, unit="ms", budget=1, note="not installed")


def bench(monkeypatch, results, *argv):
    from replayer_qt.cli.bench import start

    monkeypatch.setattr(start, "measure", lambda: list(results))
    return entry.main(["bench", "start", *argv])


def test_the_json_names_machine_and_results(monkeypatch, capsys):
    assert bench(monkeypatch, [GOOD, FLOOR, ABSENT], "--json") == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert set(told) == {"machine", "results"}
    assert told["machine"]["cores"] >= 1
    assert [row["within"] for row in told["results"]] == [True, True, None]
    assert {"name", "value", "unit", "budget", "within"} <= set(told["results"][0])
    assert "measuring start" in captured.err


def test_a_budget_that_is_not_kept_ends_with_1(monkeypatch, capsys):
    """S0-L3: the answer is no, and the line says which."""
    assert bench(monkeypatch, [GOOD, BAD]) == 1
    assert "OVER  a: bad" in capsys.readouterr().out


def test_an_unknown_measurement_is_refused_with_those_there_are(capsys):
    assert entry.main(["bench", "chartt"]) == 2
    assert "start" in capsys.readouterr().err


def test_measurements_that_are_not_there_are_left_out():
    assert "start" in command._there()
    assert set(command._there()) <= set(command.MEASUREMENTS)
