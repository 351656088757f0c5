"""The library's catalogue with 100,000 rounds: how long it takes to fill, to search, to show."""

import os
import random
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

from replayer_qt.adapters.library.catalogue import open_catalogue
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import (
    FileEntry,
    Marks,
    Quality,
    Range,
    RoundEntry,
    RoundQuery,
    SortBy,
)
from replayer_qt.core.library_answers import OwnResult
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import RUGS, Nanos, RoundId
from replayer_qt.ports import Catalogue

ROUNDS: Final = 100_000
ADDRESS: Final = "REPLAYER_BENCH_POSTGRES"
"""Environment variable with the address of a database to measure too, which holds nothing else."""

_BUDGET_MS: Final = 200.0
_ROWS: Final = 200
_MARKED: Final = 50
_RUNS: Final = 5
_AT_LEAST_S: Final = 0.3
_BEGUN: Final = 1_735_689_600 * 10**9
_MINUTE: Final = 60 * 10**9
_TAGS: Final = ("moon", "late", "odd", "study")

_QUERIES: Final = (
    ("all, newest first", RoundQuery()),
    ("all, by peak", RoundQuery(sort=SortBy.PEAK)),
    ("all, by length, shortest first", RoundQuery(sort=SortBy.TICKS, descending=False)),
    ("all, by own result", RoundQuery(sort=SortBy.RESULT)),
    ("all, by quality, best first", RoundQuery(sort=SortBy.QUALITY, descending=False)),
    ("peak from 2 to 5", RoundQuery(peak=Range(2, 5))),
    (
        "four ranges and choices, by peak",
        RoundQuery(
            peak=Range(low=1.5),
            ticks=Range(50, 500),
            begun=Range(low=float(_BEGUN + ROUNDS // 4 * _MINUTE)),
            quality=(Quality.WHOLE, Quality.REPAIRED),
            sort=SortBy.PEAK,
        ),
    ),
    ("a piece of a name", RoundQuery(text="20250217-0")),
    ("two words, one in notes", RoundQuery(text="rugs Größe")),
    ("two tags and without a third", RoundQuery(tags=("moon", "late"), without_tags=("odd",))),
)


def measure() -> list[Result]:
    """Fill a catalogue in a temporary folder, and ask it what a person would."""
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as folder:
        catalogue = open_catalogue(Path(folder), LibrarySettings(), lambda _: None)
        results = _measured("SQLite", catalogue)
    address = os.environ.get(ADDRESS, "")
    if not address:
        note = f"skipped: no server's address in {ADDRESS}"
        return [*results, Result(name="catalogue in PostgreSQL", value=None, unit="ms", note=note)]
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as folder:
        settings = LibrarySettings(url=address)
        catalogue = open_catalogue(Path(folder), settings, lambda _: None)
        return results + _measured("PostgreSQL", catalogue)


def _measured(where: str, catalogue: Catalogue) -> list[Result]:
    try:
        results = _filled(where, catalogue)
        results += [_found(where, catalogue, words, query) for words, query in _QUERIES]
        results += _shown(where, catalogue)
        catalogue.clear()
    finally:
        catalogue.close()
    return results


def _found(where: str, catalogue: Catalogue, words: str, query: RoundQuery) -> Result:
    note = f"{len(catalogue.find(query)):,} rounds"
    return _timed(f"{where}: {words}", lambda: catalogue.find(query), note)


def _filled(where: str, catalogue: Catalogue) -> list[Result]:
    draw = random.Random(4)  # noqa: S311 - not for secrets
    files = [(_file(number), [_entry(number, draw)]) for number in range(ROUNDS)]
    began = time.perf_counter()
    catalogue.put_many(files)
    took = (time.perf_counter() - began) * 1e3
    for number in range(0, ROUNDS, _MARKED):
        marks = Marks(tags=tuple(draw.sample(_TAGS, 2)), note=f"Größe {number}")
        catalogue.mark(RUGS, _name(number), marks)
    catalogue.set_results(
        [
            OwnResult(
                stream=RUGS, round_id=_name(number), result=Decimal(draw.randint(-999, 999)) / 1000
            )
            for number in range(0, ROUNDS, 10)
        ]
    )
    note = f"{ROUNDS:,} files of a round each: {took / 1e3:.1f} s"
    return [
        Result(
            name=f"{where}: put a file, of many",
            value=took / ROUNDS,
            unit="ms",
            budget=2.0,
            note=note,
        )
    ]


def _shown(where: str, catalogue: Catalogue) -> list[Result]:
    ids = catalogue.find(RoundQuery(sort=SortBy.PEAK))
    some = ids[ROUNDS // 2 : ROUNDS // 2 + _ROWS]
    name = _name(ROUNDS // 3)
    return [
        _timed(f"{where}: rows of {_ROWS} rounds", lambda: catalogue.rows(some), budget=10.0),
        _timed(f"{where}: locate a round", lambda: catalogue.locate(RUGS, name), budget=10.0),
        _timed(f"{where}: the library in figures", catalogue.totals),
    ]


def _timed(
    name: str, work: Callable[[], object], note: str = "", *, budget: float = _BUDGET_MS
) -> Result:
    """The shortest of some runs: the others were disturbed."""
    took: list[float] = []
    while len(took) < _RUNS or sum(took) < _AT_LEAST_S:
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return Result(name=name, value=min(took) * 1e3, unit="ms", budget=budget, note=note)


def _name(number: int) -> RoundId:
    return RoundId(
        f"2025{1 + number // 9_000:02}{1 + number % 28:02}-{number * 2_654_435_761 % 2**64:016x}"
    )


def _file(number: int) -> FileEntry:
    return FileEntry(
        path=f"/recordings/rugs/2025-{1 + number // 9_000:02}/{number:08}.jsonl.zst",
        size=20_000 + number % 9_000,
        modified=_BEGUN + number * _MINUTE,
        format="journal" if number % 5 else "A",
        digest=f"{number:064x}",
        sealed=True,
        plain_size=200_000,
        lines=900,
    )


def _entry(number: int, draw: random.Random) -> RoundEntry:
    ticks = 1 + int(draw.expovariate(1 / 180))
    at = Nanos(_BEGUN + number * _MINUTE)
    return RoundEntry(
        stream=RUGS,
        round_id=_name(number),
        begun_at=at,
        ended_at=Nanos(at + ticks * 250_000_000),
        ticks=ticks,
        first_index=0,
        last_index=ticks - 1,
        rugged=True,
        rug_index=ticks - 1,
        rug_price=draw.random() * 0.02,
        peak=None if ticks == 1 else 1 + draw.paretovariate(1.2),
        peak_index=ticks // 2,
        missing=0,
        repaired=0,
        clock_jumps=0,
        trades=draw.randint(0, 400),
        volume=Decimal(draw.randint(0, 10**9)) / 10**6,
        volatility=draw.random() / 10,
        fairness=draw.choice(tuple(Fairness)),
        quality=draw.choice(tuple(Quality)),
        spark=draw.randbytes(64),
    )
