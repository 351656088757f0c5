"""The inspect command."""

import json

from replayer_qt.cli.entry import main
from tests.helpers.tick_files import round_lines, text

PRICES = [1, 1.25, 1.5, 0.020000000000000018]


def test_it_says_what_is_in_a_file(tmp_path, capsys):
    path = tmp_path / "x"
    path.write_bytes(text([*round_lines(PRICES), "## note"]))
    assert main(["inspect", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["bad_lines"], told["events"]["PriceTicked"]) == ("A", 1, 4)
    assert told["first"] == "2025-10-31T19:00:00.000Z"
    assert told["rounds"][0]["rug_rule"] is True
    assert told["damage"][0]["what"] == "not a record"


def test_a_rug_price_against_the_rule_is_pointed_out(tmp_path, capsys):
    path = tmp_path / "x"
    path.write_bytes(text(round_lines([1, 1.25, 0.5])))
    assert main(["inspect", str(path)]) == 0
    assert "AGAINST THE RULE" in capsys.readouterr().out


def test_a_file_that_is_no_recording_is_one_line_and_a_no(tmp_path, capsys):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\x00\x01" * 50)
    assert main(["inspect", str(path)]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "binary" in said.err
