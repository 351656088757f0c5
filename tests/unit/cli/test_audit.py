"""`replayer audit`: checks, shows, exports and decides again."""

import csv
import json
import random
from decimal import Decimal

import pytest

from replayer_qt.adapters.audit.format import FOLDER, files_in
from replayer_qt.cli import entry
from replayer_qt.core.order_events import LimitsStated, OrderGated, OrderRequested
from replayer_qt.core.orders import OrderId, OrderSide
from replayer_qt.core.risk import evaluate, named_limits
from replayer_qt.core.verdict import Facts, Verdict
from tests.helpers.audits import START, checked, decided, records, sent, trail_in, written
from tests.helpers.clock import SteppedClock
from tests.helpers.make import event
from tests.helpers.orders import make_facts, make_limits, make_request


@pytest.fixture
def data(tmp_path):
    """A data directory with a trail over two days."""
    clock = SteppedClock(START)
    trail = trail_in(tmp_path / FOLDER, clock)
    trail.append([*decided("o1"), sent("o1")])
    clock.pass_s(86_400)
    trail.append(decided("o2", clock.now()))
    for _ in range(10):
        trail.tend()
    trail.close()
    return tmp_path


def audit(data, kind, *arguments):
    return entry.main(["audit", kind, *map(str, arguments), "--data-dir", str(data)])


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_a_whole_trail_is_0_and_a_damaged_one_1(data, capsys):
    """AU-03: the verifier's word for scripts: file, line, number, what."""
    assert audit(data, "verify") == 0
    assert "whole, 7 records in 2 files" in capsys.readouterr().out
    path = files_in(data / FOLDER)[1].path
    path.write_bytes(path.read_bytes().replace(b'"o2"', b'"o3"', 1))
    assert audit(data, "verify", "--json") == 1
    said = told(capsys)
    assert said["whole"] is False
    place = said["trails"][0]["damage"][0]
    assert (place["file"], place["line"], place["seq"]) == (path.name, 2, 6)
    assert audit(data, "verify") == 1
    assert f"{path.name}: line 2, record 6" in capsys.readouterr().out


def test_no_trail_is_one_line_and_1(tmp_path, capsys):
    for arguments in (["verify"], ["show"], ["replay"], ["verify", tmp_path / "x"]):
        assert audit(tmp_path, *arguments) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    (tmp_path / FOLDER).mkdir()
    assert audit(tmp_path, "verify") == 1
    assert "No audit trail" in capsys.readouterr().err


def test_records_are_shown_across_compressed_days(data, capsys):
    """S4-A7: an old day's records are found as a new one's are."""
    assert files_in(data / FOLDER)[0].is_packed
    assert audit(data, "show", "--json") == 0
    assert [record["seq"] for record in told(capsys)["records"]] == list(range(1, 8))
    assert audit(data, "show", "--day", "2023-11-14", "--event", "OrderGated", "--json") == 0
    assert [record["correlation_id"] for record in told(capsys)["records"]] == ["o1"]
    assert audit(data, "show", "--order", "o2", "--json") == 0
    assert len(told(capsys)["records"]) == 2
    assert audit(data, "show", "--code", "approved") == 0
    assert capsys.readouterr().out.count("approved, 0.01 SOL reserved") == 2
    assert audit(data, "show", "--code", "no_such_code") == 1
    assert audit(data, "show", "--limit", "2", "--json") == 0
    assert [record["seq"] for record in told(capsys)["records"]] == [6, 7]


def test_a_record_of_a_later_version_is_shown_as_it_is(tmp_path, capsys):
    """AU-02, S4-A1: what this release can't read is passed on, not dropped."""
    path = tmp_path / "later.jsonl"
    path.write_bytes(b'{"schema":9,"seq":1,"new":"thing"}\n')
    (tmp_path / FOLDER).mkdir()
    path.rename(tmp_path / FOLDER / "2030-01-01.000000000001.jsonl")
    assert audit(tmp_path, "show") == 0
    said = capsys.readouterr().out
    assert "version 9" in said
    assert '{"schema":9,"seq":1,"new":"thing"}' in said


def test_hostile_text_is_shown_on_one_line(tmp_path, capsys):
    written(tmp_path / FOLDER, 0)
    trail = trail_in(tmp_path / FOLDER)
    trail.append(decided("o\x1b[2J\n\u202e", strategy_id="=cmd|x"))
    trail.close()
    assert audit(tmp_path, "show") == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert len(said.splitlines()) == 3
    assert audit(tmp_path, "export", "--format", "csv", "--out", tmp_path / "x.csv") == 0
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["strategy_id"] == "'=cmd|x"


def test_an_export_is_checked_anywhere(data, capsys, tmp_path):
    """AU-04: one file with the trail's own lines; and a table for spreadsheets."""
    out = tmp_path / "out.jsonl"
    assert audit(data, "export", "--out", out) == 0
    assert "7 records, the last one is 7" in capsys.readouterr().out
    assert entry.main(["audit", "verify", str(out)]) == 0
    assert checked(out).records == 7
    assert audit(data, "export", "--out", out) == 1
    assert "not written" in capsys.readouterr().err
    assert audit(data, "export", "--format", "csv", "--out", tmp_path / "out.csv") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows] == [r["event"] for r in records(data / FOLDER)]
    assert json.loads(rows[1]["payload"])["request"]["amount"] == "0.01"
    whole = bytearray(out.read_bytes())
    whole[len(whole) // 2] ^= 1
    out.write_bytes(whole)
    assert entry.main(["audit", "verify", str(out)]) == 1


@pytest.fixture
def gated(tmp_path):
    """A trail of a hundred decisions of the real gate, some of which refuse."""
    limits = make_limits(max_order_sol=1.0)
    draw = random.Random(5)
    trail = trail_in(tmp_path / FOLDER)
    stated = event(LimitsStated, START, digest=limits.digest, limits=named_limits(limits))
    trail.append([stated])
    for number in range(100):
        name = OrderId(f"o{number}")
        amount = Decimal(draw.randrange(1, 1_500)) / 1_000
        side = draw.choice([OrderSide.BUY, OrderSide.SIDE_BET])
        request = make_request(name, side=side, amount=amount)
        facts = make_facts(
            killed=draw.random() < 0.1,
            tick_age_ms=draw.choice([0.5, 12.25, 3_000.125]),
            unknown=draw.choice([0, 0, 0, 1]),
            cash=None if draw.random() < 0.05 else Decimal("7.123456789"),
        )
        verdict = evaluate(request, facts, limits)
        trail.append(
            [
                event(OrderRequested, START, order_id=name, request=request),
                event(OrderGated, START, order_id=name, verdict=verdict),
            ]
        )
    trail.close()
    return tmp_path


def test_every_decision_is_the_same_again(gated, capsys):
    """AU-07, S4-4h: from what was written down alone, each verdict is computed anew."""
    assert audit(gated, "replay", "--json") == 0
    said = told(capsys)
    assert (said["decisions"], said["same"], said["flips"], said["undecidable"]) == (100, 100, 0, 0)
    gates = [r for r in records(gated / FOLDER) if r["event"] == "OrderGated"]
    assert 10 < sum(r["payload"]["verdict"]["allowed"] for r in gates) < 90


def test_another_limit_shows_which_decisions_flip(gated, capsys):
    """AU-07: exactly the orders above the new limit that were allowed before."""
    assert audit(gated, "replay", "--set", "risk.max_order_sol=0.5", "--json") == 0
    said = told(capsys)
    flipped = {one["seq"] for one in said["differences"] if one["flips"]}
    wanted = set()
    amounts = {}
    for record in records(gated / FOLDER):
        payload = record["payload"]
        if record["event"] == "OrderRequested":
            amounts[record["correlation_id"]] = Decimal(payload["request"]["amount"])
        elif record["event"] == "OrderGated" and payload["verdict"]["allowed"]:
            is_large = amounts[record["correlation_id"]] > Decimal("0.5")
            wanted |= {record["seq"]} if is_large else set()
    assert flipped == wanted
    assert wanted
    assert said["flips"] == len(wanted)


def test_an_order_that_was_brought_back_is_no_second_decision(gated, capsys):
    """What a run before had allowed is told again at the start, without facts to decide upon."""
    back = Verdict(allowed=True, facts=Facts())
    trail = trail_in(gated / FOLDER)
    for name in ("o1", "o999"):
        order_id, request = OrderId(name), make_request(name)
        trail.append(
            [
                event(OrderRequested, START, order_id=order_id, request=request),
                event(OrderGated, START, order_id=order_id, verdict=back),
            ]
        )
    trail.close()
    assert audit(gated, "replay", "--json") == 1
    said = told(capsys)
    assert (said["decisions"], said["undecidable"]) == (101, 1)
    assert [one["order_id"] for one in said["differences"]] == ["o999"]


def test_decisions_upon_limits_nobody_stated_are_told(data, capsys):
    assert audit(data, "replay") == 1
    said = capsys.readouterr().out
    assert "never stated" in said
    assert "2 not decidable" in said


@pytest.mark.parametrize(
    "flag", ["risk.max_order=1", "risk.max_order_sol=x", "feed.stale_s=1", "x"]
)
def test_a_limit_that_is_none_is_a_usage_mistake(gated, capsys, flag):
    assert audit(gated, "replay", "--set", flag) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["bogus"], ["export"], ["show", "--bogus"]])
def test_a_usage_mistake_is_2(arguments, capsys):
    assert entry.main(["audit", *arguments]) == 2
    assert "usage" in capsys.readouterr().err
