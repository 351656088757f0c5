"""`library`: what is in it, what of it one looks for, its figures, and making it anew."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from replayer_qt.adapters.library.archive import Archive
from replayer_qt.adapters.library.refreshing import rules_of
from replayer_qt.adapters.log_setup import escape
from replayer_qt.cli.arguments import add_place
from replayer_qt.cli.library_place import carry_out, exit_code, opened_library
from replayer_qt.cli.library_stats import stats_lines
from replayer_qt.cli.saying import say, say_json
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.library import LibraryRound, RoundQuery
from replayer_qt.core.library_answers import (
    Answer,
    JobEnded,
    RoundsFound,
    RowsRead,
    TidyingPlanned,
    UsageRead,
)
from replayer_qt.core.library_language import read_query
from replayer_qt.core.library_requests import (
    FindRounds,
    Job,
    PlanTidying,
    Question,
    ReadRows,
    ReadUsage,
    Rebuild,
    Refresh,
    Study,
    Tidy,
)
from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.core.units import NANOS_PER_SECOND

Told = TypeVar("Told", bound=Answer)

_SHOWN: Final = 50
_EXAMPLE: Final = "example: replayer library find 'peak>10 length<200 -tag:seen sort:-peak'"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "library",
        description="The catalogue of all recordings: list it, search it, study it, make it anew.",
        epilog=_EXAMPLE,
    )
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    words = "words of the search box: peak>10, length<200, tag:moon, date:2025-10-31, ..."
    for name, about, takes_query in (
        ("ls", "list rounds, the newest first", False),
        ("find", "list the rounds that some words mean", True),
        ("stats", "peaks, rugs, hazard, side bets of a selection, with intervals", True),
        ("rebuild", "make the catalogue anew from the files", False),
        ("refresh", "learn of new files, seal what is over", False),
        ("space", "what uses the disk", False),
        ("tidy", "put into the trash what quota and ages say (settings: library)", False),
    ):
        task = tasks.add_parser(name, help=about, description=about, epilog=_EXAMPLE)
        if takes_query:
            task.add_argument("query", nargs="*", metavar="WORD", help=words)
        if name in {"ls", "find"}:
            task.add_argument("--limit", type=int, default=_SHOWN, metavar="N", help="rows")
        if name in {"ls", "find", "stats"}:
            task.add_argument("--as-it-is", action="store_true", help="look for no new files first")
        if name == "tidy":
            task.add_argument("--dry-run", action="store_true", help="only say what would go")
        task.add_argument("--json", action="store_true", help="print one JSON object")
        add_place(task)


def run(arguments: argparse.Namespace) -> int:
    """Carry out the task, print, and return the exit code."""
    with opened_library(arguments) as archive:
        return _TASKS[arguments.task](archive, arguments)


def _list(archive: Archive, arguments: argparse.Namespace) -> int:
    query = _query(arguments)
    _look_first(archive, arguments)
    found = _asked(archive, FindRounds(query=query), RoundsFound)
    ids = found.ids[: max(0, arguments.limit)]
    rows = _asked(archive, ReadRows(ids=ids), RowsRead).rows
    if arguments.json:
        _print_json({"found": len(found.ids), "total": found.total, "rounds": rows})
        return 0
    for row in rows:
        say(_line(row))
    more = f", the first {len(rows):,} shown" if len(rows) < len(found.ids) else ""
    say(f"{len(found.ids):,} of {found.total:,} rounds{more}.")
    return 0


def _stats(archive: Archive, arguments: argparse.Namespace) -> int:
    query = _query(arguments)
    _look_first(archive, arguments)
    ended = carry_out(archive, Study(query=query))
    study = ended.outcome
    if not isinstance(study, RoundStudy):
        say(ended.problem or ended.said)
        return exit_code(ended) or 1
    if arguments.json:
        _print_json(study)
    else:
        for line in stats_lines(study):
            say(line)
    return exit_code(ended)


def _job(make: Callable[[Archive], Job]) -> Callable[[Archive, argparse.Namespace], int]:
    def work(archive: Archive, arguments: argparse.Namespace) -> int:
        return _print_ended(carry_out(archive, make(archive)), json=arguments.json)

    return work


def _space(archive: Archive, arguments: argparse.Namespace) -> int:
    usage = _asked(archive, ReadUsage(), UsageRead)
    if arguments.json:
        _print_json(usage)
        return 0
    free = "" if usage.free is None else f", {_mb(usage.free)} free"
    say(f"{_mb(usage.size)} in all{free}; sealing saves {_mb(usage.saved)}.")
    say(f"  messages as they came {_mb(usage.raw)}, catalogue {_mb(usage.catalogue)}")
    for title, listed in (("venue", usage.by_venue), ("month", usage.by_month)):
        for one in listed:
            told = f"{_mb(one.size):>14}  {one.files:,} files, {one.rounds:,} rounds"
            say(f"  {title} {one.name:<16} {told}")
    return 0


def _tidy(archive: Archive, arguments: argparse.Namespace) -> int:
    rules = rules_of(archive.ground)
    if not arguments.dry_run:
        return _print_ended(carry_out(archive, Tidy(rules=rules)), json=arguments.json)
    planned = _asked(archive, PlanTidying(rules=rules), TidyingPlanned)
    if arguments.json:
        _print_json(planned)
        return 0
    for step in planned.steps:
        say(f"{_mb(step.size):>12}  {step.path}: {step.reason}")
    over = f"; {_mb(planned.over)} above the quota would stay" if planned.over else ""
    say(f"{len(planned.steps):,} files would go, {_mb(planned.freed)} be freed{over}.")
    return 0


_TASKS: Final[dict[str, Callable[[Archive, argparse.Namespace], int]]] = {
    "ls": _list,
    "find": _list,
    "stats": _stats,
    "rebuild": _job(lambda _: Rebuild()),
    "refresh": _job(lambda _: Refresh(everywhere=True)),
    "space": _space,
    "tidy": _tidy,
}


def _query(arguments: argparse.Namespace) -> RoundQuery:
    return read_query(" ".join(getattr(arguments, "query", ())))


def _look_first(archive: Archive, arguments: argparse.Namespace) -> None:
    if not arguments.as_it_is:
        carry_out(archive, Refresh(everywhere=True))


def _asked(archive: Archive, question: Question, kind: type[Told]) -> Told:
    answer = archive.answer(question)
    if answer.problem or not isinstance(answer, kind):
        raise SettingInvalid(answer.problem or "There was no answer.", remedy="")
    return answer


def _line(row: LibraryRound) -> str:
    entry = row.entry
    begun = datetime.fromtimestamp(entry.begun_at // NANOS_PER_SECOND, tz=UTC)
    peak = "" if entry.peak is None else f"{entry.peak:,.2f}x"
    rug = "" if entry.rug_index is None else f"rug {entry.rug_index:,}"
    result = "" if row.result is None else f"{row.result:+f}"
    tags = " ".join(f"#{tag}" for tag in row.marks.tags)
    name = f"{entry.stream} {escape(entry.round_id)}"
    figures = f"{entry.ticks:>6,} ticks {peak:>10} {rug:>9}"
    words = f"{entry.quality.value:<8} {entry.fairness.value:<10}"
    return f"{begun:%Y-%m-%d %H:%M:%S}  {name:<40} {figures}  {words} {result} {tags}".rstrip()


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1_000_000 else f"{size / 1e3:,.1f} kB"


def _print_ended(ended: JobEnded, *, json: bool) -> int:
    if json:
        _print_json(
            {
                "state": ended.state,
                "said": ended.said,
                "problem": ended.problem,
                "files": _told(ended),
                "took_s": round(ended.took_s, 3),
            }
        )
    else:
        for report in _told(ended):
            if report.problem:
                say(f"{report.path}: {report.problem}")
        say(ended.problem or ended.said)
    return exit_code(ended)


def _told(ended: JobEnded) -> Sequence[Any]:
    return [report for report in ended.files if report.outcome != "unchanged"]


def _print_json(what: object) -> None:
    say_json(what)
