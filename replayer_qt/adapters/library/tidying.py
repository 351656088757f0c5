"""What uses the disk, what may go, and putting it into the trash with all that lies beside it."""

import os
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import RAW_SUFFIX
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.importing import IMPORTED
from replayer_qt.adapters.library.space import (
    OnDisk,
    files_beside,
    folder_sizes,
    is_open,
    over_at,
    survey,
)
from replayer_qt.core.library import FileEntry, Marks, Range, RoundQuery
from replayer_qt.core.library_answers import (
    FileReport,
    JobEnded,
    JobState,
    Progress,
    TidyingPlanned,
    UsageRead,
    UsedSpace,
)
from replayer_qt.core.library_entries import JOURNAL
from replayer_qt.core.library_requests import PlanTidying, ReadUsage, Tidy, TidyRules, Trash
from replayer_qt.core.tidying import Stored, plan
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

LARGEST: Final = 20
"""Recordings that are named as the largest."""

_DAY: Final = 86_400 * NANOS_PER_SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def usage(question: ReadUsage, ground: Ground) -> UsageRead:
    """Return what uses the space; what cannot be looked at is not counted."""
    entries = {entry.path: entry for entry in ground.catalogue.files()}
    kept, loose = survey(ground.recordings, entries)
    totals = [(one, entries[one.path]) for one in kept]
    largest = sorted(kept, key=lambda one: (-one.whole, one.path))[:LARGEST]
    caches = _size_below(ground.folder)
    return UsageRead(
        ticket=question.ticket,
        size=sum(one.whole for one in kept) + loose + caches,
        raw=sum(one.raw[1] for one in kept if one.raw is not None),
        sealed=sum(one.size for one, entry in totals if entry.sealed),
        catalogue=caches,
        free=_free(ground.recordings),
        saved=sum(max(0, e.plain_size - one.size) for one, e in totals if e.sealed),
        by_venue=_by_venue(totals, ground),
        by_month=_by_month(totals, ground),
        by_format=_by_format(totals, ground),
        largest=tuple(_named(_below(ground.recordings, one.path), [one]) for one in largest),
    )


def plan_tidying(question: PlanTidying, ground: Ground) -> TidyingPlanned:
    """Return what tidying would do; changes nothing."""
    planned = _planned(question.rules, ground)
    return msgspec.structs.replace(planned, ticket=question.ticket)


def tidy(job: Tidy, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Put what the rules take into the trash; what cannot be put there stays, and is told."""
    planned = _planned(job.rules, ground)
    paths = [step.path for step in planned.steps]
    ended = _remove(job.ticket, "Tidying", paths, ground, tell, is_cancelled)
    if planned.over:
        kept = f" {planned.kept} marked files stay" if planned.kept else " Files in use stay"
        over = f"{kept}, {planned.over / 1e6:,.1f} MB above the quota."
        ended = msgspec.structs.replace(ended, said=ended.said + over)
    return ended


def trash(job: Trash, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Put the named recordings, with what lies beside them, into the trash."""
    return _remove(job.ticket, "Moving to the trash", job.paths, ground, tell, is_cancelled)


# --- the plan


def _planned(rules: TidyRules, ground: Ground) -> TidyingPlanned:
    entries = {entry.path: entry for entry in ground.catalogue.files()}
    kept, loose = survey(ground.recordings, entries)
    exempt = _exempt(ground)
    ages = rules.keep_days or rules.raw_days or rules.quota
    files = [
        Stored(
            path=one.path,
            at=over_at(entries[one.path], ground) if ages else Nanos(0),
            size=one.size,
            beside=sum(size for _, size in one.beside),
            raw_path="" if one.raw is None else one.raw[0],
            raw_size=0 if one.raw is None else one.raw[1],
            exempt=one.path in exempt,
            is_open=is_open(entries[one.path]),
        )
        for one in kept
    ]
    return plan(files, rules, ground.clock.now(), other=loose)


def _exempt(ground: Ground) -> set[str]:
    """The files of rounds that were noted or traded, every copy, by the truth of these."""
    noted = dict(ground.catalogue.marks())
    noted.update(ground.keepsakes.marks())
    rounds = {name for name, marks in noted.items() if marks != Marks()}
    rounds |= {(own.stream, own.round_id) for own in ground.results()}
    return {path for name in rounds for path in ground.catalogue.locate(*name)}


# --- removing


def _remove(
    ticket: int,
    title: str,
    paths: Sequence[str],
    ground: Ground,
    tell: Tell,
    is_cancelled: IsCancelled,
) -> JobEnded:
    begun = ground.clock.monotonic()
    entries = {entry.path: entry for entry in ground.catalogue.files()}
    reports: list[FileReport] = []
    gone: list[str] = []
    freed = 0
    state = JobState.DONE
    for number, path in enumerate(paths):
        if is_cancelled():
            state = JobState.CANCELLED
            break
        tell(Progress(ticket=ticket, title=title, done=number, total=len(paths), at=path))
        size, problem = _put_away(path, entries.get(path), ground)
        outcome = "failed" if problem else "removed"
        reports.append(FileReport(path=path, outcome=outcome, problem=problem))
        freed += size
        if not problem and path in entries:
            gone.append(path)
    if gone:
        ground.catalogue.forget(gone)
        ground.columns.forget(gone)
    removed = sum(report.outcome == "removed" for report in reports)
    failed = len(reports) - removed
    said = f"{removed} of {len(paths)} moved to the trash, {freed / 1e6:,.1f} MB."
    if failed:
        said += f" {failed} could not be, and stay."
        state = JobState.FAILED if state is JobState.DONE else state
    return JobEnded(
        ticket=ticket,
        title=title,
        state=state,
        said=said,
        files=tuple(reports),
        changed=removed > 0,
        problem=reports_problem(reports),
        took_s=(ground.clock.monotonic() - begun) / NANOS_PER_SECOND,
    )


def reports_problem(reports: Sequence[FileReport]) -> str:
    """Return the first thing that failed, in plain words; empty when nothing did."""
    return next((f"{one.path}: {one.problem}" for one in reports if one.problem), "")


def _put_away(path: str, entry: FileEntry | None, ground: Ground) -> tuple[int, str]:
    file = Path(path)
    problem = _refusal(file, entry, ground)
    if problem:
        return 0, problem
    freed = 0
    # what lies beside goes first: a recording without it is whole, it without a recording is lost
    others = [] if path.endswith(RAW_SUFFIX) else files_beside(file)
    for one in [*others, file]:
        try:
            size = one.stat().st_size
        except OSError as error:
            return freed, f"it cannot be looked at ({error.strerror})"
        if not ground.to_trash(one):
            what = "it" if one == file else one.name
            return freed, f"{what} could not be moved to the trash, and stays where it is"
        freed += size
    return freed, ""


def _refusal(file: Path, entry: FileEntry | None, ground: Ground) -> str:
    try:
        inside = file.parent.resolve().is_relative_to(ground.recordings.resolve())
        there = file.is_file() and not file.is_symlink()
    except OSError as error:
        return f"it cannot be looked at ({error.strerror})"
    if not inside:
        return "it is not among the recordings; only those are moved to the trash"
    if not there:
        return "it is not there any more"
    if entry is None and not file.name.endswith(RAW_SUFFIX):
        return "the library does not know it; refresh the library first"
    if entry is not None and is_open(entry):
        return "it is being recorded, or was not closed; it stays"
    return ""


# --- what uses the space


def _size_below(folder: Path) -> int:
    return sum(sum(sizes.values()) for sizes in folder_sizes(folder))


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _below(folder: Path, path: str) -> str:
    return path.removeprefix(f"{folder}{os.sep}")


def _named(name: str, files: Sequence[OnDisk], rounds: int = 0) -> UsedSpace:
    count = sum(1 + (one.raw is not None) + len(one.beside) for one in files)
    return UsedSpace(name=name, files=count, size=sum(f.whole for f in files), rounds=rounds)


def _grouped(groups: Mapping[str, Sequence[OnDisk]], counts: Mapping[str, int]) -> list[UsedSpace]:
    return [_named(name, files, counts.get(name, 0)) for name, files in sorted(groups.items())]


def _by_venue(totals: Sequence[tuple[OnDisk, FileEntry]], ground: Ground) -> tuple[UsedSpace, ...]:
    groups: dict[str, list[OnDisk]] = defaultdict(list)
    foreign: set[str] = set()
    for one, entry in totals:
        folder = _below(ground.recordings, one.path).partition(os.sep)[0]
        groups[folder].append(one)
        if folder == IMPORTED:
            foreign.add(entry.format)
    counts = {
        name: _rounds(ground, RoundQuery(venues=(name,), formats=(JOURNAL,))) for name in groups
    }
    if foreign - {JOURNAL}:
        kinds = tuple(sorted(foreign - {JOURNAL}))
        counts[IMPORTED] = _rounds(ground, RoundQuery(formats=kinds))
    return tuple(sorted(_grouped(groups, counts), key=lambda used: -used.size))


def _rounds(ground: Ground, query: RoundQuery) -> int:
    return len(ground.catalogue.find(query))


def _by_format(totals: Sequence[tuple[OnDisk, FileEntry]], ground: Ground) -> tuple[UsedSpace, ...]:
    groups: dict[str, list[OnDisk]] = defaultdict(list)
    for one, entry in totals:
        groups[entry.format].append(one)
    counts = {name: _rounds(ground, RoundQuery(formats=(name,))) for name in groups}
    return tuple(sorted(_grouped(groups, counts), key=lambda used: -used.size))


def _by_month(totals: Sequence[tuple[OnDisk, FileEntry]], ground: Ground) -> tuple[UsedSpace, ...]:
    days: dict[int, list[OnDisk]] = defaultdict(list)
    for one, entry in totals:
        days[over_at(entry, ground) // _DAY].append(one)
    groups: dict[str, list[OnDisk]] = defaultdict(list)
    for day, files in days.items():
        groups[f"{_EPOCH + timedelta(day):%Y-%m}"] += files
    counts = {name: _rounds(ground, RoundQuery(begun=_month(name))) for name in groups}
    return tuple(sorted(_grouped(groups, counts), key=lambda used: used.name))


def _month(name: str) -> Range:
    year, month = int(name[:4]), int(name[5:])
    first = datetime(year, month, 1, tzinfo=UTC)
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return Range(
        first.timestamp() * NANOS_PER_SECOND, after.timestamp() * NANOS_PER_SECOND - 1_000_000
    )
