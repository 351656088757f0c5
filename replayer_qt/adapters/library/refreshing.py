"""Keeps the catalogue true to the files: what was recorded since, what is gone, all of it anew."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.hold import is_being_written
from replayer_qt.adapters.journal.recovery import repair_all
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.library.crew import Crew, Failed, few_for
from replayer_qt.adapters.library.find import recordings_below
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import Indexed, glance_file
from replayer_qt.adapters.library.marking import named_in, remember, remember_all
from replayer_qt.adapters.library.sealing import seal_what_is_over
from replayer_qt.adapters.library.tidying import tidy
from replayer_qt.core.library import FileEntry
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import LookForNew, Rebuild, Refresh, Tidy, TidyRules

REFRESHING: Final = "Looking for recordings"
REBUILDING: Final = "Rebuilding the catalogue"
NEW_MOST: Final = 64
"""Files that one look for new ones takes, the newest first; others are left to a refresh."""

_DAYS: Final = 2
_BATCH: Final = 64
_MEGABYTE: Final = 1_000_000


class _Seen(msgspec.Struct, frozen=True, gc=False):
    path: str
    size: int
    modified: int


def refresh(job: Refresh, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Learn of what was recorded since, seal what is over, tidy if that is wanted."""
    if job.everywhere:
        _mend(ground, is_cancelled)
    folders = [ground.recordings] if job.everywhere else _newest(ground.recordings)
    found = list(_seen(folders))
    entries = (
        ground.catalogue.files()
        if job.everywhere
        else ground.catalogue.files_named([one.path for one in found])
    )
    known = {entry.path: entry for entry in entries}
    if job.everywhere or not known:  # none at all: the catalogue was begun anew
        remember_all(ground)
    seen = [one for one in found if _is_news(one, known)]
    reports = _index(job.ticket, REFRESHING, seen, ground, tell, is_cancelled)
    there = {one.path for one in found}
    missing = [path for path in known if path not in there] if job.everywhere else []
    gone = _gone(missing, ground.recordings)
    if gone:
        ground.catalogue.forget(gone)
        ground.columns.forget(gone)
    unread = _set_results(ground) if job.everywhere or reports else ""
    sealed: tuple[FileReport, ...] = ()
    if ground.settings.seal and not is_cancelled():
        where = None if job.everywhere else folders
        now = ground.clock.now()
        sealed = seal_what_is_over(
            ground, now, tell, is_cancelled, ticket=job.ticket, folders=where
        )
    freed = _tidy(job, ground, tell, is_cancelled)
    changed = bool(reports or gone or freed) or any(one.outcome == "sealed" for one in sealed)
    return JobEnded(
        ticket=job.ticket,
        title=REFRESHING,
        state=JobState.CANCELLED if is_cancelled() else JobState.DONE,
        said=_said(len(reports), len(sealed), len(gone), freed, ground.keepsakes.damaged) + unread,
        files=(*reports, *sealed),
        changed=changed,
    )


def look_for_new(
    job: LookForNew, ground: Ground, tell: Tell, is_cancelled: IsCancelled
) -> JobEnded:
    """Learn of what was recorded a moment ago; nothing is mended, sealed, tidied or forgotten.

    Another job may run beside it, on another thread: what both learn of is known once.
    """
    found = sorted(_seen(_newest(ground.recordings)), key=lambda one: -one.modified)
    named = ground.catalogue.files_named([one.path for one in found])
    known = {entry.path: entry for entry in named}
    seen = [one for one in found if _is_news(one, known)][:NEW_MOST]
    reports = _index(job.ticket, REFRESHING, seen, ground, tell, is_cancelled)
    gone = [report.path for report in reports if not os.path.lexists(report.path)]
    if gone:  # another job sealed them, or threw them away, while they were read
        ground.catalogue.forget(gone)
    unread = _set_results(ground) if reports else ""
    return JobEnded(
        ticket=job.ticket,
        title=REFRESHING,
        state=JobState.CANCELLED if is_cancelled() else JobState.DONE,
        said=_said(len(reports), 0, 0, 0, ground.keepsakes.damaged) + unread,
        files=reports,
        changed=bool(reports),
    )


def rebuild(job: Rebuild, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Make the catalogue anew from the files; what a person noted comes from its own file.

    Cancelled, it knows less than before until it is done again, or refreshed.
    """
    _mend(ground, is_cancelled)
    ground.catalogue.clear()
    seen = [one for one in _seen([ground.recordings]) if not _is_being_written(one)]
    reports = _index(job.ticket, REBUILDING, seen, ground, tell, is_cancelled)
    remember_all(ground)
    untold = _set_results(ground)
    rounds = sum(report.rounds for report in reports)
    ended_early = len(reports) < len(seen)
    failed = sum(report.outcome == "failed" for report in reports)
    unread = f", {failed:,} of them unreadable" if failed else ""
    return JobEnded(
        ticket=job.ticket,
        title=REBUILDING,
        state=JobState.CANCELLED if ended_early else JobState.DONE,
        said=f"{len(reports):,} files with {rounds:,} rounds{unread}.{untold}",
        files=reports,
        changed=True,
    )


def _set_results(ground: Ground) -> str:
    """Know own results; return why they could not be read, as the end of a sentence's row."""
    try:
        ground.catalogue.set_results(ground.results())
    except OSError as error:
        return f" {error.filename}: {error.strerror}."
    return ""


def _mend(ground: Ground, is_cancelled: IsCancelled) -> None:
    """Finish what was begun, and close what crashes left, on whichever day that was."""
    repair_all(ground.recordings, is_cancelled=is_cancelled)
    mend_sealing(ground.recordings)


def _newest(recordings: Path) -> list[Path]:
    days: list[Path] = []
    with contextlib.suppress(OSError):
        for venue in sorted(path for path in recordings.iterdir() if path.is_dir()):
            if not venue.name.startswith("."):
                days += sorted(path for path in venue.iterdir() if path.is_dir())[-_DAYS:]
    return days


def _seen(folders: Sequence[Path]) -> Iterator[_Seen]:
    for folder in folders:
        for entry in recordings_below(folder.absolute()):
            with contextlib.suppress(OSError):
                stated = entry.stat()
                yield _Seen(entry.path, stated.st_size, stated.st_mtime_ns)


def _is_news(seen: _Seen, known: dict[str, FileEntry]) -> bool:
    entry = known.get(seen.path)
    if entry is not None and (entry.size, entry.modified) == (seen.size, seen.modified):
        return False
    return not _is_being_written(seen)


def _is_being_written(seen: _Seen) -> bool:
    try:
        return is_being_written(Path(seen.path))
    except OSError:
        return True


def _gone(known: Iterable[str], recordings: Path) -> list[str]:
    """Files that are not there, or not ours, any more; none if our folder itself is not there."""
    if not recordings.is_dir():
        return []
    place = f"{recordings}{os.sep}"  # a copied data directory still knows where it was copied from
    return [path for path in known if not (path.startswith(place) and os.path.lexists(path))]


def _index(
    ticket: int,
    title: str,
    seen: Sequence[_Seen],
    ground: Ground,
    tell: Tell,
    is_cancelled: IsCancelled,
) -> tuple[FileReport, ...]:
    reports: list[FileReport] = []
    waiting: list[Indexed] = []
    paths = [Path(one.path) for one in seen]
    with Crew(ground.settings.processes, few=few_for(paths)) as crew:
        for one, indexed in crew.each(glance_file, paths, is_cancelled):
            if isinstance(indexed, Failed):
                reports.append(FileReport(path=str(one), outcome="failed", problem=indexed.reason))
            else:
                waiting.append(indexed)
                reports.append(_report(indexed))
            if len(waiting) >= _BATCH:
                _put(waiting, ground)
            tell(
                Progress(
                    ticket=ticket, title=title, done=len(reports), total=len(seen), at=one.name
                )
            )
    _put(waiting, ground)
    return tuple(reports)


def _put(waiting: list[Indexed], ground: Ground) -> None:
    if waiting:
        ground.catalogue.put_many([(one.file, one.rounds) for one in waiting])
        remember(ground, named_in(one.rounds for one in waiting))
        for one in waiting:
            if one.columns:  # a packed file tells of its rounds without its ticks
                ground.columns.put(one.file, one.columns)
        waiting.clear()


def _report(indexed: Indexed) -> FileReport:
    file = indexed.file
    return FileReport(
        path=file.path,
        outcome="failed" if file.problem else "imported",
        format=file.format,
        rounds=len(indexed.rounds),
        ticks=sum(one.ticks for one in indexed.rounds),
        bad_lines=file.bad_lines,
        recovered_lines=file.recovered_lines,
        damage=indexed.damage,
        problem=file.problem,
    )


def _tidy(job: Refresh, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> int:
    """Keep to quota and ages where a person wanted that; return how many files went."""
    rules = rules_of(ground)
    if not ground.settings.tidy or rules == TidyRules() or is_cancelled():
        return 0
    ended = tidy(Tidy(ticket=job.ticket, rules=rules), ground, tell, is_cancelled)
    return sum(report.outcome == "removed" for report in ended.files)


def rules_of(ground: Ground) -> TidyRules:
    """Return the settings' rules on what may go."""
    settings = ground.settings
    return TidyRules(
        quota=settings.quota_mb * _MEGABYTE,
        keep_days=settings.keep_days,
        raw_days=settings.raw_days,
    )


def _said(found: int, sealed: int, gone: int, removed: int, damaged: int) -> str:
    told = (
        (found, "{:,} new or changed"),
        (sealed, "{:,} sealed"),
        (gone, "{:,} gone"),
        (removed, "{:,} tidied away"),
        (damaged, "{:,} lines of notes and searches could not be read"),
    )
    parts = [words.format(count) for count, words in told if count]
    return f"{'; '.join(parts)}." if parts else "Nothing new."
