"""Brings foreign files into the library: packed copies, each content once, nothing done twice."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import FULL, RealDisk, write_whole
from replayer_qt.adapters.journal.layout import safe_name
from replayer_qt.adapters.journal.sealed import read_plain
from replayer_qt.adapters.journal.sealed_format import facts_of
from replayer_qt.adapters.journal.sealed_packing import pack_bytes
from replayer_qt.adapters.library.crew import Crew, Failed, few_for
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import Indexed, index_file
from replayer_qt.adapters.library.marking import named_in, remember
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Import
from replayer_qt.core.units import StreamId

IMPORTED: Final = "imported"
"""The folder of imported files among the recordings."""
TITLE: Final = "Importing"

_DIGITS: Final = 16
_STEM: Final = 48
_BATCH: Final = 64
_ALREADY_PACKED: Final = frozenset({".zip", ".parquet"})
_PACKED: Final = ".zst"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One file to bring in.

    Attributes:
        path: where it lies now.
        folder: where imported files go; None leaves it where it lies.
        stream: what its events shall name; None lets the file tell.
    """

    path: Path
    folder: Path | None
    stream: StreamId | None


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    Attributes:
        outcome: as in a `FileReport`.
        indexed: what is in it; None where it is known already, or could not be brought in.
        problem: why not, in plain words.
        full: whether the disk has no room for it, nor for any other.
    """

    outcome: str
    indexed: Indexed | None = None
    problem: str = ""
    full: bool = False


def import_files(job: Import, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Bring files into the library; what was done stays done when it is cancelled or killed.

    The same content is taken once, whatever it is called; of the same round in two files both are
    kept and the better copy counts. Files among the recordings stay where they are.
    """
    tell(Progress(ticket=job.ticket, title=TITLE, done=0, total=0, at="looking for recordings"))
    paths = [path.absolute() for path in find_recordings([Path(path) for path in job.paths])]
    folder = ground.recordings / IMPORTED
    tasks = [
        Task(
            path=path,
            folder=None if _is_among(path, ground.recordings) else folder,
            stream=job.stream,
        )
        for path in paths
    ]
    reports: list[FileReport] = []
    keeper = _Keeper(ground)
    full = False
    with Crew(ground.settings.processes, few=few_for(paths)) as crew:
        for task, brought in _brought(crew, tasks, _Known(ground), is_cancelled):
            reports.append(keeper.take(task, brought))
            full = full or brought.full
            if full:
                break
            tell(
                Progress(
                    ticket=job.ticket,
                    title=TITLE,
                    done=len(reports),
                    total=len(tasks),
                    at=task.path.name,
                )
            )
        keeper.flush()
    ended_early = len(reports) < len(tasks)
    return JobEnded(
        ticket=job.ticket,
        title=TITLE,
        state=JobState.FAILED if full else JobState.CANCELLED if ended_early else JobState.DONE,
        said=summary(keeper.settled(reports), len(tasks)),
        problem=_full(ground, reports, len(tasks)) if full else "",
        files=keeper.settled(reports),
        changed=any(report.outcome == "imported" for report in reports),
    )


def summary(reports: Sequence[FileReport], asked: int) -> str:
    """Return what an import came to, in one sentence for people."""
    if not asked:
        return "No recordings were found there."
    counts = {
        outcome: sum(report.outcome == outcome for report in reports)
        for outcome in ("imported", "known", "failed")
    }
    rounds = sum(report.rounds for report in reports if report.outcome == "imported")
    bad = sum(report.bad_lines for report in reports if report.outcome == "imported")
    recovered = sum(report.recovered_lines for report in reports if report.outcome == "imported")
    parts = [f"{counts['imported']:,} of {asked:,} files imported, {rounds:,} rounds"]
    if counts["known"]:
        parts.append(f"{counts['known']:,} were there already")
    if counts["failed"]:
        parts.append(f"{counts['failed']:,} could not be read")
    if bad:
        parts.append(f"{bad:,} bad lines, {recovered:,} records recovered from them")
    return "; ".join(parts) + "."


def _full(ground: Ground, reports: Sequence[FileReport], asked: int) -> str:
    done = sum(report.outcome == "imported" for report in reports)
    return (
        f"The disk of {ground.recordings} is full: {done:,} of {asked:,} files were imported. "
        "Make room, and import the same again; what is there is passed over."
    )


def bring_in(task: Task) -> Brought:
    """Copy one file into the library, packed, and tell what is in it; never raises.

    Runs in a worker process; whatever interrupts it, the copy is there whole or not at all.
    """
    try:
        return _bring_in(task)
    except UserFacingError as error:
        return Brought(outcome="failed", problem=str(error))
    except OSError as error:
        where = error.filename or task.path
        said = f"{where}: {error.strerror or error}."
        return Brought(outcome="failed", problem=said, full=error.errno in FULL)


def digest_of(path: Path) -> str | Failed:
    """Return the SHA-256 of a file's content, unpacked, or why it cannot be told; never raises."""
    try:
        return hashlib.sha256(read_plain(path)).hexdigest()
    except UserFacingError as error:
        return Failed(str(error))
    except OSError as error:
        return Failed(f"{path}: {error.strerror or error}.")


def _bring_in(task: Task) -> Brought:
    indexed = index_file(task.path, task.stream)
    if indexed.file.problem:
        return Brought(outcome="failed", indexed=indexed, problem=indexed.file.problem)
    if not indexed.rounds:
        return Brought(outcome="failed", indexed=indexed, problem="There is no round in it.")
    if task.folder is None:
        return Brought(outcome="imported", indexed=indexed)
    content = read_plain(task.path)
    digest = hashlib.sha256(content).hexdigest()
    origin = str(task.path)
    entry = msgspec.structs.replace(indexed.file, digest=digest, origin=origin)
    target = _target(task.folder, task.path, entry.format, digest)
    _keep(content, target, msgspec.structs.replace(indexed, file=entry))
    stated = target.stat()
    packed = target.name.endswith(_PACKED)
    entry = msgspec.structs.replace(
        entry,
        path=str(target),
        size=stated.st_size,
        modified=stated.st_mtime_ns,
        sealed=packed,
        plain_size=len(content),
    )
    return Brought(outcome="imported", indexed=msgspec.structs.replace(indexed, file=entry))


def _target(folder: Path, path: Path, kind: str, digest: str) -> Path:
    name = path.name.removesuffix(_PACKED)
    stem, _, suffix = name.partition(".")
    ending = "." + ".".join(safe_name(part) for part in suffix.split(".")) if suffix else ""
    packed = "" if Path(name).suffix.lower() in _ALREADY_PACKED else _PACKED
    short = safe_name(stem)[:_STEM]
    return folder / safe_name(kind) / f"{digest[:_DIGITS]}_{short}{ending}{packed}"


def _keep(content: bytes, target: Path, indexed: Indexed) -> None:
    disk = RealDisk()
    if target.name.endswith(_PACKED):
        pack_bytes(content, target, facts_of(indexed.file, indexed.rounds), disk)
        return
    if target.exists() and target.read_bytes() == content:
        return
    disk.make_folder(target.parent)
    write_whole(target, content, disk)


def _brought(
    crew: Crew, tasks: Sequence[Task], known: "_Known", is_cancelled: IsCancelled
) -> Iterator[tuple[Task, Brought]]:
    """Bring in what is new, some at a time: first all digests of a batch, then the files."""
    for start in range(0, len(tasks), _BATCH):
        some = {task.path: task for task in tasks[start : start + _BATCH]}
        settled: dict[Path, Brought] = {}
        for path, digest in crew.each(digest_of, tuple(some), is_cancelled):
            if isinstance(digest, Failed):
                settled[path] = Brought(outcome="failed", problem=digest.reason)
            elif known.has(some[path], digest):
                settled[path] = Brought(outcome="known")
        if is_cancelled():
            return
        fresh = [task for path, task in some.items() if path not in settled]
        results = crew.each(bring_in, fresh, is_cancelled)
        for path, task in some.items():
            if path in settled:
                yield task, settled[path]
                continue
            _, result = next(results, (task, None))
            if result is None:
                return
            if isinstance(result, Failed):
                yield task, Brought(outcome="failed", problem=result.reason)
            else:
                yield task, result


class _Known:
    """Which contents are in the library already, or are on their way into it."""

    def __init__(self, ground: Ground) -> None:
        self._catalogue = ground.catalogue
        self._coming: set[str] = set()  # bounded by the files of the job

    def has(self, task: Task, digest: str) -> bool:
        """Return whether this content is known, and remember that it will be."""
        if task.folder is None:
            found = self._catalogue.files_named([str(task.path)])
            return any(entry.digest == digest and not entry.problem for entry in found)
        if digest in self._coming:
            return True
        self._coming.add(digest)
        return self._catalogue.file_of_digest(digest) is not None


class _Keeper:
    """Puts what was brought into the catalogue and the columns, many at a time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting: list[tuple[str, Indexed]] = []  # bounded by flush
        self._better: dict[str, int] = {}

    def take(self, task: Task, brought: Brought) -> FileReport:
        indexed = brought.indexed
        if brought.outcome == "imported" and indexed is not None:
            self._waiting.append((str(task.path), indexed))
            if len(self._waiting) >= _BATCH:
                self.flush()
        file = None if indexed is None else indexed.file
        return FileReport(
            path=str(task.path),
            outcome=brought.outcome,
            format="" if file is None else file.format,
            rounds=0 if indexed is None else len(indexed.rounds),
            ticks=0 if indexed is None else sum(one.ticks for one in indexed.rounds),
            bad_lines=0 if file is None else file.bad_lines,
            recovered_lines=0 if file is None else file.recovered_lines,
            damage=() if indexed is None else indexed.damage,
            problem=brought.problem,
        )

    def flush(self) -> None:
        """Put what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        best = self._ground.catalogue.put_many([(one.file, one.rounds) for _, one in waiting])
        remember(self._ground, named_in(one.rounds for _, one in waiting))
        for (path, indexed), better in zip(waiting, best, strict=True):
            self._better[path] = better
            self._ground.columns.put(indexed.file, indexed.columns)

    def settled(self, reports: Sequence[FileReport]) -> tuple[FileReport, ...]:
        """Return the reports with how many rounds each file tells best."""
        return tuple(
            msgspec.structs.replace(report, better=self._better.get(report.path, 0))
            for report in reports
        )


def _is_among(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
