"""Rounds as tables: what other programs read back is what we had."""

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.library.export_parquet import OPEN_MOST, PartitionedTable
from replayer_qt.adapters.library.export_rows import ROWS, Exported
from replayer_qt.adapters.library.export_text import CsvTable
from replayer_qt.adapters.library.exporting import export_rounds
from replayer_qt.core.errors import ExportImpossible
from replayer_qt.core.library import Marks
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import Export
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from tests.helpers.exports import columns_of, exported, recordings_in
from tests.helpers.library_ground import START, file_entry, ground_in, heard, never, round_entry

FORMATS = ("csv", "jsonl", "parquet")


@pytest.fixture
def ground(tmp_path):
    """A library of two files: one with a round, one with two of them."""
    ground = ground_in(tmp_path)
    one, two = (ground.recordings / name for name in ("one.jsonl", "two.jsonl"))
    first = columns_of("20261121-aa")
    second = columns_of("=cmd|' /C calc'!A0", (1.0, 0.5), begun=START + 10**14)
    third = columns_of("20261123-cc", (1.0, 2.0), rug=False, stream=StreamId("rugs/crash"))
    ground.catalogue.put(file_entry(one), [round_entry("20261121-aa")])
    ground.catalogue.put(
        file_entry(two),
        [
            round_entry("=cmd|' /C calc'!A0", begun_at=0, volume=None, peak=None),
            round_entry("20261123-cc", stream=StreamId("rugs/crash")),
        ],
    )
    ground.columns.put(file_entry(one), [first])
    ground.columns.put(file_entry(two), [second, third])
    ground.catalogue.mark(
        PRACTICE, RoundId("20261121-aa"), Marks(tags=("a", "b"), note="+1", bookmarked=True)
    )
    return ground


def export(ground, target, kind, **fields):
    told, tell = heard()
    job = Export(ids=(1, 2, 3), format=kind, target=str(target), **fields)
    return export_rounds(job, ground, tell, never), told


def read_back(path, kind):
    """Each file as pandas and DuckDB read it."""
    if kind == "csv":
        frame = pd.read_csv(path, dtype={"trade_count": "Int64"})
        return frame, duckdb.read_csv(str(path), header=True)
    if kind == "jsonl":
        frame = pd.read_json(path, lines=True, precise_float=True, dtype=False)
        return frame, duckdb.read_json(str(path), format="newline_delimited")
    return pd.read_parquet(path), duckdb.read_parquet(str(path))


def numbers(rows):
    return [[None if pd.isna(value) else value for value in row] for row in rows]


@pytest.mark.parametrize("kind", FORMATS)
def test_numbers_come_back_exactly(ground, tmp_path, kind):
    """Float64 prices bit for bit, times to the nanosecond, in pandas and in DuckDB."""
    target = tmp_path / f"ticks.{kind}"
    ended, _ = export(ground, target, kind)
    assert (ended.state, ended.problem) == (JobState.DONE, "")
    frame, relation = read_back(target, kind)
    wanted = [
        columns
        for path in ("one.jsonl", "two.jsonl")
        for columns in ground.columns.kept[str(ground.recordings / path)]
    ]
    prices = np.concatenate([columns.prices for columns in wanted]).tolist()
    ats = [at or None for columns in wanted for at in columns.ats.tolist()]
    counts = [None if n < 0 else n for columns in wanted for n in columns.counts.tolist()]
    rugs = [tick == one.rug_tick for one in wanted for tick in one.ticks.tolist()]
    told = relation.project("tick, price, at_ns, trade_count, is_rug").fetchall()
    assert [row[1] for row in told] == prices
    assert [row[2] for row in told] == ats
    assert [row[3] for row in told] == counts
    assert [row[4] for row in told] == rugs
    assert [row[0] for row in told] == [t for one in wanted for t in one.ticks.tolist()]
    if kind != "jsonl":  # pandas reads JSON's whole numbers beside a null as floats
        assert numbers([frame["trade_count"]]) == [counts]
    assert frame["tick"].tolist() == [row[0] for row in told]
    assert frame["is_rug"].tolist() == rugs
    assert frame["price"].tolist() == prices


def test_pandas_reads_parquet_times_to_the_nanosecond(ground, tmp_path):
    target = tmp_path / "ticks.parquet"
    export(ground, target, "parquet")
    frame = pd.read_parquet(target)
    assert str(frame["at"].dtype) == "datetime64[ns, UTC]"
    assert frame["at"][0].value == START
    assert pd.isna(frame["at"][1])


@pytest.mark.parametrize("kind", FORMATS)
def test_rounds_carry_what_the_library_knows(ground, tmp_path, kind):
    target = tmp_path / f"rounds.{kind}"
    ended, told = export(ground, target, kind, what="rounds")
    assert ended.said == f"3 rounds, 3 rows written to {target}."
    assert [(one.done, one.total) for one in told] == [(0, 3), (1, 3), (2, 3)]
    _, relation = read_back(target, kind)
    rows = relation.project("volume, peak, begun_at_ns, bookmarked, volatility").fetchall()
    assert [None if row[0] is None else Decimal(str(row[0])) for row in rows] == [
        Decimal("0.123456789"),
        None,
        Decimal("0.123456789"),
    ]
    assert [row[1:] for row in rows] == [
        (1.5, START, True, 0.01),
        (None, None, False, 0.01),
        (1.5, START, False, 0.01),
    ]


def test_parquet_keeps_amounts_and_tags_as_what_they_are(ground, tmp_path):
    target = tmp_path / "rounds.parquet"
    export(ground, target, "parquet", what="rounds")
    frame = pd.read_parquet(target)
    assert frame["volume"][0] == Decimal("0.123456789")
    assert list(frame["tags"][0]) == ["a", "b"]
    assert frame["begun_at"][0].value == START


def test_a_spreadsheet_is_given_no_formula(ground, tmp_path):
    """Server text that begins like a formula, and a person's own note, are texts."""
    ticks, rounds = tmp_path / "ticks.csv", tmp_path / "rounds.csv"
    export(ground, ticks, "csv")
    export(ground, rounds, "csv", what="rounds")
    for path in (ticks, rounds):
        raw = path.read_bytes()
        assert raw.endswith(b"\r\n")
        cells = [cell for row in csv.reader(raw.decode().splitlines()) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=cmd|' /C calc'!A0" in ticks.read_text("utf-8")
    assert "'+1" in rounds.read_text("utf-8")


@given(st.text(max_size=30))
def test_any_text_comes_back_from_csv_and_begins_no_formula(name):
    """RFC 4180: quotes, commas and line breaks in server text stay in their cell."""
    file = io.BytesIO()
    table = CsvTable(file, "ticks")
    table.add(Exported(columns=columns_of(name, (1.5,))))
    table.close()
    text = file.getvalue().decode()
    (_, row) = csv.reader(io.StringIO(text, newline=""))
    is_formula = name.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[2] == (f"'{name}" if is_formula else name)
    assert row[4] == "1.5"


def test_json_lines_are_one_object_each_with_null_for_what_is_unknown(ground, tmp_path):
    target = tmp_path / "ticks.jsonl"
    export(ground, target, "jsonl")
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert rows[0]["at"] == "2025-11-21T11:31:53.123456789+00:00"
    assert rows[0]["trade_count"] is None
    assert rows[1]["at"] is None
    assert rows[1]["price"] == 1.0712345678901234
    assert rows[4]["is_rug"] is True


def test_partitions_say_venue_and_day(ground, tmp_path):
    target = tmp_path / "parts"
    ended, _ = export(ground, target, "parquet", partitioned=True)
    assert ended.state is JobState.DONE
    files = sorted(path.relative_to(target).as_posix() for path in target.rglob("*.parquet"))
    assert files == [
        "venue=practice/date=2025-11-21/part-0.parquet",
        "venue=practice/date=2025-11-22/part-0.parquet",
        "venue=rugs/date=2025-11-21/part-0.parquet",
    ]
    read = duckdb.read_parquet(f"{target}/**/*.parquet", hive_partitioning=True)
    found = read.aggregate("venue, date::varchar, count(*)").order("all").fetchall()
    assert found == [
        ("practice", "2025-11-21", 5),
        ("practice", "2025-11-22", 2),
        ("rugs", "2025-11-21", 2),
    ]
    assert len(pd.read_parquet(target)) == 9


def test_many_partitions_are_written_with_few_open_files(tmp_path):
    """A partition that is met again goes on in a next part."""
    opened, closed_most = [], []

    def make(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        opened.append(path.open("xb"))
        closed_most.append(sum(not file.closed for file in opened))
        return opened[-1]

    table = PartitionedTable(make, "ticks")
    for again in range(2):
        for day in range(OPEN_MOST + 4):
            begun = START + day * 86_400 * 10**9
            table.add(Exported(columns=columns_of(f"r{again}-{day}", begun=begun)))
    table.close()
    table.close()
    assert max(closed_most) <= OPEN_MOST
    assert all(file.closed for file in opened)
    assert len(opened) == 2 * (OPEN_MOST + 4)
    assert len(pd.read_parquet(tmp_path)) == 5 * len(opened)


def test_a_long_round_is_written_in_pieces(tmp_path):
    """Bounded memory: no more than some ten thousand rows are made at a time."""
    size = 2 * ROWS + 17
    ground = ground_in(tmp_path)
    path = ground.recordings / "long.jsonl"
    ground.catalogue.put(file_entry(path), [round_entry("long")])
    long = columns_of("long", tuple(np.linspace(1, 2, size)))
    ground.columns.put(file_entry(path), [long])
    target = tmp_path / "long.parquet"
    _, tell = heard()
    export_rounds(Export(ids=(1,), format="parquet", target=str(target)), ground, tell, never)
    import pyarrow.parquet as pq

    told = pq.ParquetFile(target)
    assert told.metadata.num_rows == size
    assert told.metadata.num_row_groups == 3
    assert told.metadata.row_group(0).column(0).compression == "ZSTD"
    read = duckdb.read_parquet(str(target)).aggregate("count(*), max(price), max(tick)")
    assert read.fetchall() == [(size, 2.0, size - 1)]


def test_files_are_exported_without_a_library(tmp_path):
    paths = recordings_in(tmp_path / "in")
    broken = tmp_path / "in" / "broken.jsonl"
    broken.write_bytes(b"no recording")
    target = tmp_path / "ticks.parquet"
    written = exported([*paths, broken], target, format="parquet")
    assert written.rounds == 3
    assert written.rows == len(pd.read_parquet(target)) == 6 + 13 + 20
    assert [report.outcome for report in written.files] == ["sound"] * 3 + ["failed"]
    assert written.files[3].problem
    rounds = tmp_path / "rounds.parquet"
    assert exported(paths, rounds, format="parquet", what="rounds").rows == 3
    assert pd.read_parquet(rounds)["rug_index"].tolist() == [5, 12, 19]


@pytest.mark.parametrize("partitioned", [False, True])
def test_nothing_that_is_there_is_ever_written_over(tmp_path, partitioned):
    paths = recordings_in(tmp_path / "in", 1)
    target = tmp_path / "out"
    exported(paths, target, format="parquet", partitioned=partitioned)
    before = sorted(path.read_bytes() for path in [target, *target.rglob("*")] if path.is_file())
    with pytest.raises(ExportImpossible, match="there already"):
        exported(paths, target, format="parquet", partitioned=partitioned)
    after = sorted(path.read_bytes() for path in [target, *target.rglob("*")] if path.is_file())
    assert after == before
    exported(paths, target, format="parquet", partitioned=partitioned, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_force_replaces_no_folder_but_an_exports(tmp_path):
    paths = recordings_in(tmp_path / "in", 1)
    target = tmp_path / "home"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportImpossible, match=r"thesis\.txt"):
        exported(paths, target, format="parquet", partitioned=True, force=True)
    assert (target / "thesis.txt").read_text() == "years of work"


def test_a_cancelled_export_leaves_nothing(tmp_path):
    paths = recordings_in(tmp_path / "in")
    for number, partitioned in enumerate((False, True)):
        answers = iter([False, False, True])
        target = tmp_path / f"out{number}"
        written = exported(
            paths,
            target,
            format="parquet",
            partitioned=partitioned,
            is_cancelled=lambda answers=answers: next(answers),
        )
        assert written.cancelled
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_job_that_cannot_be_done_is_a_value(ground, tmp_path):
    (tmp_path / "there.csv").write_text("x")
    ended, _ = export(ground, tmp_path / "there.csv", "csv")
    assert ended.state is JobState.FAILED
    assert "there already" in ended.problem
    ended, _ = export(ground, tmp_path / "no" / "such" / "folder.csv", "csv")
    assert "was not written" in ended.problem
    ended, _ = export(ground, tmp_path / "parts", "csv", partitioned=True)
    assert "cannot be partitioned" in ended.problem
    _, tell = heard()
    none = Export(ids=(99,), format="csv", target=str(tmp_path / "none.csv"))
    assert "no round to write" in export_rounds(none, ground, tell, never).problem
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["there.csv"]


def test_a_round_whose_file_is_gone_is_told_and_the_rest_is_written(ground, tmp_path):
    ground.columns.forget([str(ground.recordings / "one.jsonl")])
    ended, _ = export(ground, tmp_path / "ticks.csv", "csv")
    assert ended.state is JobState.DONE
    assert ended.said.startswith("2 rounds, 4 rows")
    assert "1 could not be read" in ended.said
    assert [report.path for report in ended.files] == [str(ground.recordings / "one.jsonl")]


def test_an_interrupt_leaves_nothing(tmp_path):
    paths = recordings_in(tmp_path / "in")

    def interrupt(progress):
        if progress.done:
            raise KeyboardInterrupt

    for number, fields in enumerate(({}, {"partitioned": True}, {"what": "rounds"})):
        with pytest.raises(KeyboardInterrupt):
            exported(paths, tmp_path / f"out{number}", format="parquet", tell=interrupt, **fields)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


FULL = """
import resource, sys
from replayer_qt.cli.entry import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
sys.exit(main(["export", "in", "--format", sys.argv[1], "--out", "out", *sys.argv[2:]]))
"""


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux", reason="the limit stands in for a full disk")
@pytest.mark.parametrize("words", [["csv"], ["jsonl"], ["parquet"], ["parquet", "--partitioned"]])
def test_a_disk_that_is_full_is_one_line_and_leaves_nothing(tmp_path, words):
    """S3-C4: what was written so far is taken away again."""
    recordings_in(tmp_path / "in", 12)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FULL, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("replayer: ")
    assert "was not written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
