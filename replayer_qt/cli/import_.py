"""`import`: brings recordings from elsewhere into the library."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.cli.arguments import add_place
from replayer_qt.cli.library_place import carry_out, exit_code, opened_library
from replayer_qt.cli.saying import say, say_json
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.library_answers import FileReport, JobEnded
from replayer_qt.core.library_requests import Import

_PLACES_SHOWN: Final = 5


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "import",
        description="Bring recordings of this and of other programs into the library: packed "
        "copies, without loss; what is there already is passed over, so it can be repeated and "
        "interrupted. Exit code 0: every file is in the library; 1: some could not be read.",
        epilog="example: replayer import old-recordings/ BTCUSDT-trades-2024-12-01.zip",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Import, print what became of each file, and return the exit code."""
    if not find_recordings(arguments.paths):
        named = ", ".join(str(path) for path in arguments.paths)
        raise RecordingUnreadable(f"No recording was found in {named}.", remedy="Name another.")
    paths = tuple(str(path.absolute()) for path in arguments.paths)
    with opened_library(arguments) as archive:
        ended = carry_out(archive, Import(paths=paths))
    if arguments.json:
        say_json(_as_json(ended))
    else:
        for report in ended.files:
            _print_report(report)
        say(ended.problem or ended.said)
        if ended.took_s:
            say(f"It took {ended.took_s:.1f} s.")
    return exit_code(ended)


def _print_report(report: FileReport) -> None:
    if report.problem:
        named = report.path in report.problem
        say(report.problem if named else f"{report.path}: {report.problem}")
    elif report.bad_lines or report.damage:
        told = f"{report.bad_lines:,} bad lines, {report.recovered_lines:,} records recovered"
        say(f"{report.path}: {report.outcome}, {report.rounds} rounds; {told}")
        for place in report.damage[:_PLACES_SHOWN]:
            say(f"  {place}")
        if len(report.damage) > _PLACES_SHOWN:
            say(f"  and {len(report.damage) - _PLACES_SHOWN} more places")


def _as_json(ended: JobEnded) -> dict[str, Any]:
    return {
        "state": ended.state,
        "said": ended.said,
        "problem": ended.problem,
        "files": ended.files,
        "totals": _totals(ended.files),
        "took_s": round(ended.took_s, 3),
    }


def _totals(reports: Sequence[FileReport]) -> dict[str, int]:
    return {
        "files": len(reports),
        "imported": sum(report.outcome == "imported" for report in reports),
        "known": sum(report.outcome == "known" for report in reports),
        "failed": sum(report.outcome == "failed" for report in reports),
        "rounds": sum(report.rounds for report in reports),
        "ticks": sum(report.ticks for report in reports),
        "bad_lines": sum(report.bad_lines for report in reports),
        "recovered_lines": sum(report.recovered_lines for report in reports),
        "damaged_files": sum(bool(report.bad_lines or report.damage) for report in reports),
    }
