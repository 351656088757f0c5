"""`export`: writes recordings, or what the library knows, as tables for other programs."""

import argparse
import sys
from pathlib import Path
from typing import Final

from replayer_qt.adapters.library.exporting import Shape, Written, export_library, export_paths
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.cli.arguments import add_place
from replayer_qt.cli.library_place import opened_library
from replayer_qt.cli.saying import say, say_json
from replayer_qt.core.errors import ExportImpossible
from replayer_qt.core.library_answers import Progress
from replayer_qt.core.library_language import read_query
from replayer_qt.core.library_requests import Export

_PLACES_SHOWN: Final = 20
_TOLD_EVERY: Final = 25


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "export",
        description="Write rounds as a table: one row a tick, or one a round. Exit code 0: all of "
        "them; 1: some file could not be read, the rest is written.",
        epilog="example: replayer export recordings/ --format parquet --out ticks.parquet",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument("--format", choices=("csv", "parquet", "jsonl"), required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    parser.add_argument(
        "--what",
        choices=("ticks", "rounds"),
        default="ticks",
        help="one row a tick (as usual), or one a round",
    )
    parser.add_argument(
        "--partitioned",
        action="store_true",
        help="FILE is a folder, with one Parquet file a venue and day",
    )
    parser.add_argument(
        "--where",
        metavar="QUERY",
        help="rounds of the library that this means, e.g. 'peak>10 tag:moon', in place of PATH",
    )
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there already")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the table and say what is in it; 1 if a file could not be read.

    Raises:
        ExportImpossible: nothing was written.
        QueryInvalid: the query makes no sense.
        CatalogueUnusable: the library cannot be read.
        DataDirUnusable: a directory of it cannot be written.
    """
    if bool(arguments.paths) is (arguments.where is not None):
        raise ExportImpossible(
            "Neither files nor a query were named." if not arguments.paths else "Both were named.",
            remedy="Name files or folders, or --where QUERY for rounds of the library.",
        )
    written = _from_files(arguments) if arguments.paths else _from_library(arguments)
    _end_line()
    failed = [report for report in written.files if report.outcome == "failed"]
    if arguments.json:
        say_json(_as_json(arguments, written, len(failed)))
    else:
        say(f"{arguments.out}: {written.rounds} rounds, {written.rows} rows")
        for report in failed[:_PLACES_SHOWN]:
            say(f"  {report.path}: {report.problem}", file=sys.stderr)
        if len(failed) > _PLACES_SHOWN:
            more = len(failed) - _PLACES_SHOWN
            say(f"  and {more} files more (--json lists them)", file=sys.stderr)
    return 1 if failed else 0


def _as_json(arguments: argparse.Namespace, written: Written, failed: int) -> dict[str, object]:
    return {
        "target": str(arguments.out),
        "format": arguments.format,
        "what": arguments.what,
        "rounds": written.rounds,
        "rows": written.rows,
        "failed_files": failed,
        "files": [
            {"path": one.path, "outcome": one.outcome, "rounds": one.rounds, "problem": one.problem}
            for one in written.files
        ],
    }


def _from_files(arguments: argparse.Namespace) -> Written:
    files = find_recordings(arguments.paths)
    if not files:
        named = ", ".join(str(path) for path in arguments.paths)
        raise ExportImpossible(f"No recording was found in {named}.", remedy="Name another.")
    shape = Shape(format=arguments.format, what=arguments.what, partitioned=arguments.partitioned)
    return export_paths(
        files,
        None,
        shape,
        arguments.out.absolute(),
        force=arguments.force,
        tell=_tell,
        is_cancelled=_never,
    )


def _from_library(arguments: argparse.Namespace) -> Written:
    query = read_query(arguments.where)
    with opened_library(arguments) as archive:
        ground = archive.ground
        job = Export(
            ids=ground.catalogue.find(query),
            format=arguments.format,
            target=str(arguments.out.absolute()),
            what=arguments.what,
            partitioned=arguments.partitioned,
        )
        return export_library(
            job, ground.catalogue, ground.columns, _tell, _never, force=arguments.force
        )


def _tell(progress: Progress) -> None:
    if sys.stderr.isatty() and progress.done % _TOLD_EVERY == 0:
        print(f"\r{progress.done}/{progress.total}", end="", file=sys.stderr, flush=True)


def _end_line() -> None:
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)


def _never() -> bool:
    return False
