"""The bench's command line."""

import json

import pytest
from msgspec.structs import replace

from replayer_qt.cli import entry
from replayer_qt.cli.bench import command
from replayer_qt.cli.bench.baseline import worsened
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


@pytest.mark.parametrize(
    ("good", "floor", "code"), [(1.0, 120.0, 0), (1.19, 101.0, 0), (1.21, 120, 1), (1.0, 130, 0)]
)
def test_a_ratio_that_is_worse_than_it_was_by_a_fifth_ends_with_1(
    monkeypatch, capsys, tmp_path, good, floor, code
):
    """S0-L3: compared with an earlier run, where every budget is kept all the same."""
    assert bench(monkeypatch, [GOOD, FLOOR, ABSENT], "--json") == 0
    before = tmp_path / "before.json"
    before.write_text(capsys.readouterr().out, "utf-8")
    now = [replace(GOOD, value=good), replace(FLOOR, value=floor), ABSENT]
    assert bench(monkeypatch, now, "--against", str(before)) == code
    assert ("a: good: 1.21 x, was 1 x" in capsys.readouterr().err) == bool(code)


def test_a_floor_that_is_a_fifth_lower_is_worse_and_times_are_not_compared():
    before = {"a: floor": 200.0, "a: slow": 1.0}
    slow = Result(name="a: slow", value=9.0, unit="ms", budget=10)
    assert worsened([FLOOR, slow], before) == ["a: floor: 120 x, was 200 x"]
    assert worsened([FLOOR, slow], {}) == []


@pytest.mark.parametrize("content", [None, "", "[]", '{"results": 1}'])
def test_what_cannot_be_compared_with_is_refused_before_anything_is_measured(
    monkeypatch, capsys, tmp_path, content
):
    path = tmp_path / "before.json"
    if content is not None:
        path.write_text(content, "utf-8")
    assert bench(monkeypatch, [GOOD], "--against", str(path)) == 2
    assert "before.json can't be compared with" in capsys.readouterr().err
