"""`app.py bench`: measures this program on this machine, against its budgets."""

import argparse
import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol, cast

import msgspec

from replayer_qt.adapters import machine
from replayer_qt.adapters.display import choose_platform
from replayer_qt.cli.bench.baseline import WORSE_MOST, read_baseline, worsened
from replayer_qt.cli.bench.result import Result

MEASUREMENTS: Final = {
    "chart": "replayer_qt.cli.bench.chart",
    "live": "replayer_qt.cli.bench.live",
    "recording": "replayer_qt.cli.bench.recording",
    "library": "replayer_qt.cli.bench.library",
    "feed": "replayer_qt.cli.bench.feed",
    "trading": "replayer_qt.cli.bench.trading",
    "start": "replayer_qt.cli.bench.start",
}
"""Each measurement's name and the module that takes it."""


class _Measurement(Protocol):
    def measure(self) -> list[Result]: ...


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    there = list(_there())
    parser = subparsers.add_parser(
        "bench",
        help="measure this program on this machine",
        description="Measure this program on this machine. Figures are compared with their "
        "budgets; ends with 1 if one is not kept.",
        epilog="example: replayer bench chart start --json",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure (all: {', '.join(there)})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--against", type=Path, metavar="FILE",
        help="what --json printed earlier on this machine: end with 1 if a ratio got worse by "
        f"more than {WORSE_MOST * 100:.0f} %%",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Measure what is named, print the figures and return 0, or 1 if one is too bad."""
    there = _there()
    unknown = [name for name in arguments.names if name not in there]
    if unknown:
        print(
            f"replayer: there is no measurement {unknown[0]!r}. There are: {', '.join(there)}.",
            file=sys.stderr,
        )
        return 2
    before: Mapping[str, float] = {}
    if arguments.against is not None:
        try:
            before = read_baseline(arguments.against)
        except (OSError, msgspec.DecodeError) as error:
            print(
                f"replayer: {arguments.against} can't be compared with: {error}. "
                "Write it with: replayer bench --json",
                file=sys.stderr,
            )
            return 2
    choose_platform(os.environ)
    results: list[Result] = []  # bounded: some figures for each name
    for name in arguments.names or there:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        # peers that a measurement compares with are loaded only for that one
        module = cast("_Measurement", importlib.import_module(there[name]))
        results += module.measure()
    if arguments.json:
        told = {"machine": machine.facts(), "results": [_row(result) for result in results]}
        print(json.dumps(told))
    else:
        for result in results:
            print(_line(result))
    worse = worsened(results, before)
    for line in worse:
        print(f"WORSE  {line}", file=sys.stderr)
    return 1 if worse or any(result.within is False for result in results) else 0


def _there() -> dict[str, str]:
    return {
        name: module
        for name, module in MEASUREMENTS.items()
        if importlib.util.find_spec(module) is not None
    }


def _row(result: Result) -> dict[str, object]:
    row: dict[str, object] = {
        "name": result.name,
        "value": result.value,
        "unit": result.unit,
        "budget": result.budget,
        "within": result.within,
    }
    if result.note:
        row["note"] = result.note
    return row


def _line(result: Result) -> str:
    value = "-" if result.value is None else f"{result.value:,.4g}"
    budget = ""
    if result.budget is not None:
        sign = "at least" if result.at_least else "at most"
        budget = f"  ({sign} {result.budget:g})"
    verdict = {True: "ok  ", False: "OVER", None: "    "}[result.within]
    note = f"  {result.note}" if result.note else ""
    return f"{verdict}  {result.name}: {value} {result.unit}{budget}{note}"
