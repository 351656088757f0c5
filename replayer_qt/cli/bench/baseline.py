"""Compares figures with those of an earlier run of the same machine."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.cli.bench.result import Result

WORSE_MOST: Final = 0.20
"""By so much a ratio may be worse than it was."""


class _Row(msgspec.Struct):
    name: str
    value: float | None = None


class _Told(msgspec.Struct):
    results: list[_Row]


def read_baseline(path: Path) -> Mapping[str, float]:
    """Return the figures by name that `bench --json` printed into a file.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it is no such file.
    """
    told = msgspec.json.decode(path.read_bytes(), type=_Told)
    return {row.name: row.value for row in told.results if row.value is not None}


def worsened(results: Iterable[Result], before: Mapping[str, float]) -> list[str]:
    """Return a sentence for each ratio that is worse than before by more than `WORSE_MOST`.

    Only ratios with a budget count: times tell of how busy the machine is, too.
    """
    found: list[str] = []
    for result in results:
        was, now = before.get(result.name), result.value
        if result.unit != "x" or result.budget is None or was is None or now is None:
            continue
        is_lower, is_higher = now < was * (1 - WORSE_MOST), now > was * (1 + WORSE_MOST)
        if is_lower if result.at_least else is_higher:
            found.append(f"{result.name}: {now:,.4g} x, was {was:,.4g} x")
    return found
