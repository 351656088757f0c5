"""Rounds for tests of exports, and what was written as other programs read it."""

from pathlib import Path
from typing import Any

import numpy as np

from replayer_qt.adapters.library.exporting import Shape, Written, export_paths
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from tests.helpers import tick_files
from tests.helpers.library_ground import START, never


def columns_of(
    name: str = "20261121-00",
    prices: tuple[float, ...] = (
        1.0,
        1.0712345678901234,
        0.1 + 0.2,
        1.0000000000000003e-09,
        0.0199,
    ),
    *,
    stream: StreamId = PRACTICE,
    begun: int = START,
    rug: bool = True,
) -> RoundColumns:
    """Return a round whose prices are awkward to write, with one time and one count untold."""
    size = len(prices)
    ats = begun + np.arange(size, dtype=np.int64) * 250_000_001
    if size > 1:
        ats[1] = 0
    return RoundColumns(
        stream=stream,
        round_id=RoundId(name),
        ticks=np.arange(size, dtype=np.int64),
        prices=np.array(prices),
        ats=ats,
        counts=np.arange(size, dtype=np.int64) - 1,
        rug_tick=size - 1 if rug and size else None,
    )


def recordings_in(folder: Path, rounds: int = 3) -> list[Path]:
    """Write some recordings of one round each, and return their paths."""
    folder.mkdir(exist_ok=True, parents=True)
    paths = []
    for number in range(rounds):
        length = 5 + number * 7
        prices = [1.0 + 0.013 * tick * (number + 1) / 3 for tick in range(length)]
        lines = tick_files.round_lines(
            [*prices, 0.0123456789], game=f"20251031-{number:016x}", ms=number * 90_000_000
        )
        path = folder / f"game_{number}.jsonl"
        path.write_bytes(tick_files.text(lines))
        paths.append(path)
    return paths


def exported(paths: list[Path], target: Path, **fields: Any) -> Written:
    """Export files; `shape` by its fields, what else is given goes on."""
    names = {"format", "what", "partitioned"}
    shape = Shape(**{name: value for name, value in fields.items() if name in names})
    rest = {name: value for name, value in fields.items() if name not in names}
    rest = {"tell": lambda _: None, "is_cancelled": never} | rest
    return export_paths(paths, None, shape, target, **rest)
