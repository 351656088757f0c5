"""`replayer export`: tables for other programs."""

import json
import stat

import pandas as pd
import pytest

from replayer_qt.adapters.library.catalogue import open_catalogue
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.cli import entry
from replayer_qt.core.settings import LibrarySettings
from tests.helpers.exports import recordings_in


@pytest.fixture
def folder(tmp_path):
    recordings_in(tmp_path / "in")
    return tmp_path


def export(*arguments):
    return entry.main(["export", *map(str, arguments)])


def test_a_folder_becomes_a_table(folder, capsys):
    target = folder / "ticks.parquet"
    assert export(folder / "in", "--format", "parquet", "--out", target, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rounds"], told["rows"], told["failed_files"]) == (3, 39, 0)
    assert len(told["files"]) == 3
    assert len(pd.read_parquet(target)) == 39
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_rounds_and_partitions_can_be_had(folder, capsys):
    rounds, parts = folder / "rounds.csv", folder / "parts"
    assert export(folder / "in", "--format", "csv", "--what", "rounds", "--out", rounds) == 0
    assert "3 rounds, 3 rows" in capsys.readouterr().out
    assert pd.read_csv(rounds)["ticks"].tolist() == [6, 13, 20]
    assert export(folder / "in", "--format", "parquet", "--partitioned", "--out", parts) == 0
    assert len(list(parts.glob("venue=rugs/date=*/part-0.parquet"))) == 3


def test_a_file_that_cannot_be_read_is_1_and_named(folder, capsys):
    (folder / "in" / "broken.jsonl").write_bytes(b"no recording")
    assert export(folder / "in", "--format", "jsonl", "--out", folder / "out.jsonl") == 1
    said = capsys.readouterr()
    assert "3 rounds" in said.out
    assert "broken.jsonl" in said.err
    assert len((folder / "out.jsonl").read_text().splitlines()) == 39


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Neither files nor a query"),
        (["in", "--where", "peak>1"], "Both were named"),
        (["nowhere.jsonl"], "no round to write"),
        (["in", "--partitioned"], "cannot be partitioned"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_2(folder, arguments, said, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert export(*arguments, "--format", "csv", "--out", "out.csv") == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert len(complaint.splitlines()) == 1
    assert not (folder / "out.csv").exists()


def test_a_file_that_is_there_is_replaced_by_force_alone(folder, capsys):
    target = folder / "out.csv"
    target.write_text("mine")
    assert export(folder / "in", "--format", "csv", "--out", target) == 2
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert export(folder / "in", "--format", "csv", "--out", target, "--force") == 0
    assert target.read_text().startswith("venue,")


def test_a_query_exports_what_the_library_knows(folder, capsys):
    data = folder / "data"
    catalogue = open_catalogue(data / "library", LibrarySettings(), lambda _: None)
    for path in sorted((folder / "in").iterdir()):
        found = index_file(path)
        catalogue.put(found.file, found.rounds)
    catalogue.close()
    target = folder / "long.csv"
    said = ["--where", "length>10", "--format", "csv", "--out", target, "--data-dir", data]
    assert export(*said) == 0
    frame = pd.read_csv(target)
    assert sorted(frame.groupby("round_id").size()) == [13, 20]
    assert export("--where", "peek>10", *said[2:-2], "--data-dir", data) == 2
    assert (
        export("--where", "length>1000", "--format", "csv", "--out", folder / "x", *said[-2:]) == 2
    )
    assert "no round to write" in capsys.readouterr().err
