"""`verify`: are these recordings whole, and were their rounds fair?"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.journal.format import RECOVERED
from replayer_qt.adapters.journal.mending import Finding
from replayer_qt.adapters.journal.sealed import check_packed, is_packed
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.library.crew import Crew, Failed
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.importers.public_tables import TABLES, summaries_of
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.adapters.library.verifying import closing_fault, mend_one
from replayer_qt.cli.saying import say, say_json
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event, Fairness, FairnessChecked, SeedRevealed
from replayer_qt.core.recording import Recording
from replayer_qt.core.summary import RoundSummary, summarise
from replayer_qt.core.units import RoundId, StreamId

_STREAM: Final = StreamId("replay/1")
_FEW: Final = 499
_PLACES_SHOWN: Final = 5


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying one file found.

    Attributes:
        path: the file.
        format: `journal`, a variant's letter, or `unreadable`.
        bad_lines: lines that are not one JSON object.
        recovered_lines: whole records found inside them.
        rounds: the rounds that the file tells of; of our journals only those that were followed.
        damage: each place that is not as it should be, in plain words.
        error: why it could not be read; empty if it could.
        recovered: whether a crash left it unfinished, and a later start closed it.
        repaired: what was mended just now, in plain words; empty if nothing was.
        unrepaired: why it was not mended though it was wanted; empty if it was, or had no need.
        words: what one of our journals says of rounds after their end, without price lists.
    """

    path: str
    format: str
    bad_lines: int
    recovered_lines: int
    rounds: tuple[RoundSummary, ...]
    damage: tuple[str, ...] = ()
    error: str = ""
    recovered: bool = False
    repaired: str = ""
    unrepaired: str = ""
    words: tuple[Event, ...] = ()

    @property
    def damaged(self) -> bool:
        """Whether anything of the file was not as it should be."""
        return bool(self.error or self.damage or self.bad_lines)

    @property
    def failed(self) -> bool:
        """Whether a round is not what its seed says."""
        return any(found.fairness is Fairness.FAILED for found in self.rounds)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify",
        description="Check recordings: what was damaged, which ticks are missing, which rounds "
        "are what their revealed seeds say. Exit code 0: all whole and fair; 1: not.",
        epilog="example: replayer verify recordings/ --repair --json",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="first mend what a crash left unfinished: torn ends are cut off and kept beside, "
        "nothing that is being written is touched",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Verify, print, and return 0 if everything is whole and fair, 1 if not."""
    sealing = _sealing_mended(arguments.paths) if arguments.repair else {}
    files = find_recordings(arguments.paths)
    if not files:
        named = ", ".join(str(path) for path in arguments.paths)
        raise RecordingUnreadable(f"No recording was found in {named}.", remedy="Name another.")
    findings = {**sealing, **(_mended(files) if arguments.repair else {})}
    reports = _completed(list(_reports(files)))
    reports = [_with_finding(report, findings.get(report.path)) for report in reports]
    if arguments.json:
        say_json(_as_json(reports))
    else:
        for report in reports:
            _print_report(report)
        _print_totals(reports)
    return 1 if any(report.damaged or report.failed for report in reports) else 0


def _sealing_mended(paths: Sequence[Path]) -> dict[str, Finding]:
    folders = [path for path in paths if path.is_dir()]
    return {found.path: found for folder in folders for found in mend_sealing(folder)}


def _mended(files: Sequence[Path]) -> dict[str, Finding]:
    found = ((path, mend_one(path)) for path in files)
    return {str(path): finding for path, finding in found if finding is not None}


def _with_finding(report: FileReport, finding: Finding | None) -> FileReport:
    if finding is None:
        return report
    if finding.status != "repaired":
        return msgspec.structs.replace(report, unrepaired=finding.what)
    if Path(report.path).exists():
        return msgspec.structs.replace(report, repaired=finding.what)
    # A file without a word in it was taken away: there is nothing left to be damaged.
    return msgspec.structs.replace(report, format="journal", error="", repaired=finding.what)


def verify_file(path: Path, words: Sequence[Event] = ()) -> FileReport:
    """Return what is to be said of one file; a file that cannot be read is said so.

    Args:
        path: the file.
        words: what other files say of its rounds, once they are over.
    """
    try:
        recording = open_recording(path, _STREAM)
    except RecordingUnreadable as error:
        return FileReport(
            path=str(path),
            format="unreadable",
            bad_lines=0,
            recovered_lines=0,
            rounds=(),
            error=str(error),
        )
    ours = recording.format == "journal"
    return FileReport(
        path=str(path),
        format=recording.format,
        bad_lines=recording.bad_lines,
        recovered_lines=recording.recovered_lines,
        rounds=summaries_of(recording)
        if recording.format in TABLES
        else summarise([*recording.events, *words], followed_only=ours),
        recovered=recording.ended == RECOVERED,
        words=tuple(_words(recording.events)) if ours else (),
        damage=_damage(path, recording),
    )


def _damage(path: Path, recording: Recording) -> tuple[str, ...]:
    told = tuple(
        f"line {place.line}: {place.what}" if place.line else place.what
        for place in recording.damage
    )
    if told:
        return told
    try:
        if recording.format == "journal":
            fault = closing_fault(path)
            return (fault,) if fault else ()
        # what a packed file says of itself, and what may mend it, is a part of it
        return tuple(place.what for place in check_packed(path)) if is_packed(path) else ()
    except (OSError, RecordingUnreadable) as error:
        return (str(error),)


def _words(events: Sequence[Event]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, SeedRevealed):
            yield msgspec.structs.replace(event, prices=None)
        elif isinstance(event, FairnessChecked) and event.verdict is Fairness.FAILED:
            yield event


def _completed(reports: Sequence[FileReport]) -> list[FileReport]:
    """Judge rounds whose seed was revealed only when another file was being recorded."""
    told: dict[RoundId, list[Event]] = {}
    for report in reports:
        for word in report.words:
            if isinstance(word, SeedRevealed | FairnessChecked):
                told.setdefault(word.round_id, []).append(word)
    return [_with_words(report, told) for report in reports]


def _with_words(report: FileReport, told: Mapping[RoundId, list[Event]]) -> FileReport:
    if report.format != "journal":
        return report
    open_rounds = [r.round_id for r in report.rounds if r.fairness is Fairness.UNREVEALED]
    words = [word for name in open_rounds for word in told.get(name, ())]
    return verify_file(Path(report.path), words) if words else report


def _reports(files: Sequence[Path]) -> Iterator[FileReport]:
    told = sys.stderr.isatty()
    with Crew(os.cpu_count() or 1, few=_FEW) as crew:
        results = crew.each(verify_file, files, lambda: False)
        for number, (path, report) in enumerate(results, 1):
            if told:
                print(f"\r{number}/{len(files)}", end="", file=sys.stderr, flush=True)
            yield _unread(path, report.reason) if isinstance(report, Failed) else report
    if told:
        print("\r", end="", file=sys.stderr)


def _unread(path: Path, why: str) -> FileReport:
    return FileReport(
        path=str(path),
        format="unreadable",
        bad_lines=0,
        recovered_lines=0,
        rounds=(),
        error=f"{path} was not read: {why}.",
    )


def _as_json(reports: Sequence[FileReport]) -> dict[str, Any]:
    files = []
    for report in reports:
        told = msgspec.to_builtins(msgspec.structs.replace(report, words=()))
        del told["words"]
        for member in ("damage", "error", "recovered", "repaired", "unrepaired"):
            if not told[member]:
                del told[member]
        files.append(told)
    return {
        "files": files,
        "totals": {
            "files": len(reports),
            "rounds": sum(len(report.rounds) for report in reports),
            "ticks": sum(found.ticks for report in reports for found in report.rounds),
            "bad_lines": sum(report.bad_lines for report in reports),
            "recovered_lines": sum(report.recovered_lines for report in reports),
            "damaged_files": sum(report.damaged for report in reports),
        },
    }


def _print_report(report: FileReport) -> None:
    if report.error:
        say(report.error)
        return
    ticks = sum(found.ticks for found in report.rounds)
    damage = f", {report.bad_lines} bad lines" if report.bad_lines else ""
    saved = f" ({report.recovered_lines} records recovered)" if report.recovered_lines else ""
    crashed = ", recovered after a crash" if report.recovered else ""
    say(
        f"{report.path}: {report.format}, {len(report.rounds)} rounds, {ticks} ticks"
        f"{damage}{saved}{crashed}"
    )
    for what in filter(None, (report.repaired, report.unrepaired)):
        say(f"    {'repaired' if report.repaired else 'not repaired'}: {what}")
    for what in report.damage[:_PLACES_SHOWN]:
        say(f"    {what}")
    if len(report.damage) > _PLACES_SHOWN:
        say(f"    and {len(report.damage) - _PLACES_SHOWN} places more (--json lists them)")
    for found in report.rounds:
        say(f"  {line_of(found)}")


def line_of(found: RoundSummary) -> str:
    """Return a round in one line, for people."""
    if not found.ticks:
        return f"{found.round_id}  no ticks  {found.fairness}"
    ended = (
        f"rug at {found.rug_index} {found.rug_price:.6g}x"
        if found.rug_index is not None and found.rug_price is not None
        else "rugged"
        if found.rugged
        else "no rug"
    )
    peak = "" if found.peak is None else f"  peak {found.peak:.4g}x"
    missing = sum(last - first + 1 for first, last in found.gaps)
    gaps = f"  {missing} ticks missing in {len(found.gaps)} gaps" if missing else ""
    return (
        f"{found.round_id}  {found.ticks} ticks {found.first_index}..{found.last_index}  "
        f"{ended}{peak}{gaps}  {found.fairness}"
    )


def _print_totals(reports: Sequence[FileReport]) -> None:
    totals = _as_json(reports)["totals"]
    told = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in totals.items())
    say(f"total: {told}")
