"""Packs recordings of the library that are over, and lets the catalogue know where they lie now."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.format import SUFFIX
from replayer_qt.adapters.journal.sealed_format import (
    SealFacts,
    SealInfo,
    entry_of,
    facts_of,
    plain_path,
)
from replayer_qt.adapters.journal.sealed_packing import SealedFile, is_over, seal
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import Indexed, index_file
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Seal
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

TITLE: Final = "Packing"
IMPORTED: Final = "imported"

_DEPTH: Final = 4
_FILES_MOST: Final = 1_000_000
_CLOCK_SET: Final = 60 * NANOS_PER_SECOND


def seal_files(job: Seal, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Pack the named recordings, whatever their age; what is not over stays, and that is said.

    Raises:
        CatalogueUnusable: from the catalogue; what was packed is packed.
    """
    begun = ground.clock.monotonic()
    reports: list[FileReport] = []
    packing = _Packing(ground)
    for number, path in enumerate(job.paths):
        if is_cancelled():
            break
        tell(_progress(job.ticket, number, len(job.paths), path))
        reports.append(packing.take(Path(path)))
    failed = sum(report.outcome == "failed" for report in reports)
    state = JobState.DONE if len(reports) == len(job.paths) else JobState.CANCELLED
    if failed and state is JobState.DONE:
        state = JobState.FAILED
    return JobEnded(
        ticket=job.ticket,
        title=TITLE,
        state=state,
        said=packing.said(len(job.paths), failed),
        files=tuple(reports),
        changed=packing.count > 0,
        problem=next((f"{one.path}: {one.problem}" for one in reports if one.problem), ""),
        took_s=(ground.clock.monotonic() - begun) / NANOS_PER_SECOND,
    )


def seal_what_is_over(
    ground: Ground,
    now: Nanos,
    tell: Tell,
    is_cancelled: IsCancelled,
    *,
    ticket: int = 0,
    folders: Sequence[Path] | None = None,
) -> tuple[FileReport, ...]:
    """Pack our own recordings that were closed longer ago than the settings say.

    Recordings without an end are being written, or wait for their repair; they are not touched.

    Args:
        ground: what it stands on.
        now: the time [ns since the Unix epoch, UTC].
        tell: hears how far it is.
        is_cancelled: whether to end now.
        ticket: the job's that it is part of.
        folders: look here only; None looks through all recordings.

    Returns:
        What became of each that was to be packed.

    Raises:
        CatalogueUnusable: from the catalogue; what was packed is packed.
    """
    if not ground.settings.seal:
        return ()
    due = [
        path
        for folder in ([ground.recordings] if folders is None else folders)
        for path in _plain_journals(folder)
        if _is_due(path, now, ground.settings.seal_after_s * NANOS_PER_SECOND)
    ]
    reports: list[FileReport] = []
    packing = _Packing(ground)
    for number, path in enumerate(due):
        if is_cancelled():
            break
        tell(_progress(ticket, number, len(due), str(path)))
        reports.append(packing.take(path))
    return tuple(reports)


class _Packing:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._root = ground.recordings.resolve()
        self.count = 0
        self.before = self.after = 0

    def take(self, path: Path) -> FileReport:
        """Pack one recording and let the catalogue know; what the disk refuses is a report."""
        path = path.absolute()
        known = _Known(index_file)
        try:
            problem = self._refusal(path)
            if problem:
                return FileReport(path=str(path), outcome="failed", problem=problem)
            if plain_path(path) != path:
                return FileReport(path=str(path), outcome="unchanged")
            done = seal(path, known.facts)
        except RecordingUnreadable as error:
            return FileReport(path=str(path), outcome="failed", problem=error.what)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return FileReport(path=str(path), outcome="failed", problem=f"the disk refused: {why}")
        if done.problem or done.info is None:
            problem = done.problem or f"{done.path.name} is there already, and damaged"
            return FileReport(path=str(path), outcome="failed", problem=problem)
        return self._note(path, done, done.info, known.found)

    def said(self, asked: int, failed: int) -> str:
        """Return what it came to, in one sentence for people."""
        said = f"{self.count:,} of {asked:,} recordings packed"
        if self.count:
            said += f", {self.before / 1e6:,.1f} MB became {self.after / 1e6:,.1f} MB"
        return f"{said}; {failed:,} could not be, and stay as they are." if failed else f"{said}."

    def _refusal(self, path: Path) -> str:
        if not path.parent.resolve().is_relative_to(self._root):
            return "it is not among the recordings; import it instead"
        if path.parent.resolve().is_relative_to(self._root / IMPORTED):
            return "" if plain_path(path) != path else "it was imported; only journals are packed"
        return ""

    def _note(
        self, path: Path, done: SealedFile, info: SealInfo, found: Indexed | None
    ) -> FileReport:
        entry = entry_of(done.path, info)
        if found is not None:
            self._ground.columns.put(entry, found.columns)
        better = self._ground.catalogue.put(entry, info.rounds)
        self._ground.catalogue.forget([str(path)])
        self._ground.columns.forget([str(path)])
        self.count += done.changed
        self.before += info.plain_size if done.changed else 0
        self.after += done.size if done.changed else 0
        return FileReport(
            path=str(path),
            outcome="sealed" if done.changed else "unchanged",
            format=entry.format,
            rounds=len(info.rounds),
            better=better,
            ticks=sum(one.ticks for one in info.rounds),
            bad_lines=entry.bad_lines,
            recovered_lines=entry.recovered_lines,
            damage=() if found is None else found.damage,
        )


class _Known:
    """Keeps what was told of a file before it is packed, for its columns are the same after."""

    def __init__(self, index: Callable[[Path], Indexed]) -> None:
        self._index = index
        self.found: Indexed | None = None

    def facts(self, path: Path) -> SealFacts:
        self.found = self._index(path)
        return facts_of(self.found.file, self.found.rounds)


def _plain_journals(folder: Path) -> Iterator[Path]:
    """Yield `<venue>/<day>/<name>.jsonl`; not what was imported, not what is hidden."""
    found = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(
            name
            for name in folders
            if depth < _DEPTH and not name.startswith(".") and (depth or name != IMPORTED)
        )
        for name in sorted(names):
            if name.endswith(SUFFIX) and not name.startswith("."):
                yield Path(place, name)
                found += 1
        if found > _FILES_MOST:
            return


def _is_due(path: Path, now: Nanos, after: int) -> bool:
    try:
        age = now - path.stat(follow_symlinks=False).st_mtime_ns
        old = age >= after or age < -_CLOCK_SET  # the clock was set back: it is over all the same
        return old and not path.is_symlink() and is_over(path)
    except OSError:
        return False


def _progress(ticket: int, done: int, total: int, at: str) -> Progress:
    return Progress(ticket=ticket, title=TITLE, done=done, total=total, at=Path(at).name)
