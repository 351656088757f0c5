"""Writes rounds as tables for other programs: CSV, JSON lines and Parquet, round by round."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import msgspec

from replayer_qt.adapters.library.export_parquet import ParquetTable, PartitionedTable
from replayer_qt.adapters.library.export_rows import Exported, What, round_row
from replayer_qt.adapters.library.export_target import new_file, new_folder
from replayer_qt.adapters.library.export_text import CsvTable, JsonTable
from replayer_qt.adapters.library.ground import ColumnStore, Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import index_file, load_columns
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.errors import ExportImpossible, UserFacingError
from replayer_qt.core.library import FileEntry, LibraryRound
from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Export, ExportFormat
from replayer_qt.core.units import NANOS_PER_SECOND, StreamId
from replayer_qt.ports import Catalogue

TITLE: Final = "Exporting"

_AT_ONCE: Final = 500
_FILES_KEPT: Final = 4


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What an export came to.

    Attributes:
        rounds: rounds that were written.
        rows: rows that were written.
        cancelled: whether it was ended before; then there is no file.
        files: what was to be said of each file that was read, or of a round that was not there.
    """

    rounds: int = 0
    rows: int = 0
    cancelled: bool = False
    files: tuple[FileReport, ...] = ()


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of table is written.

    Attributes:
        what: `ticks` or `rounds`.
        partitioned: one Parquet file for each venue and day.
    """

    format: ExportFormat
    what: What = "ticks"
    partitioned: bool = False


class _Table(Protocol):
    def add(self, exported: Exported) -> None: ...

    def close(self) -> None: ...


class _Cancelled(Exception):
    """The job was ended by a person."""


def export_rounds(job: Export, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Write the rounds of a job; a target that is there already is never replaced."""
    begun = ground.clock.monotonic()
    problem = ""
    written = Written()
    try:
        written = export_library(job, ground.catalogue, ground.columns, tell, is_cancelled)
    except UserFacingError as error:
        problem = str(error)
    state = JobState.CANCELLED if written.cancelled else JobState.DONE
    failed = sum(report.outcome == "failed" for report in written.files)
    said = f"{written.rounds:,} rounds, {written.rows:,} rows written to {job.target}."
    if failed:
        said += f" {failed} could not be read."
    return JobEnded(
        ticket=job.ticket,
        title=TITLE,
        state=JobState.FAILED if problem else state,
        said="" if problem else "Nothing was written." if written.cancelled else said,
        files=written.files,
        problem=problem,
        took_s=(ground.clock.monotonic() - begun) / NANOS_PER_SECOND,
    )


def export_library(
    job: Export,
    catalogue: Catalogue,
    columns: ColumnStore,
    tell: Tell,
    is_cancelled: IsCancelled,
    *,
    force: bool = False,
) -> Written:
    """Write the rounds of a job; one whose file cannot be read is told, and the others go on.

    Raises:
        ExportImpossible: nothing was written; the message says why.
        CatalogueUnusable: the catalogue cannot be read.
    """
    reports: list[FileReport] = []
    shape = Shape(format=job.format, what=job.what, partitioned=job.partitioned)
    progress = _Told(job.ticket, len(job.ids), tell, is_cancelled)
    rounds = _library_rounds(job, catalogue, _Columns(columns), reports, progress)
    return _write(rounds, Path(job.target), shape, reports, force=force)


def export_paths(
    paths: Sequence[Path],
    stream: StreamId | None,
    shape: Shape,
    target: Path,
    *,
    force: bool = False,
    tell: Tell,
    is_cancelled: IsCancelled,
) -> Written:
    """Write all rounds of some files; a file that cannot be read is told, and the others go on.

    Args:
        paths: the files.
        stream: the stream of what does not name its own; None lets the format tell.
        shape: what kind of table.
        target: the file, or the folder where it is partitioned.
        force: put it in the place of one that is there already.
        tell: hears how far it is.
        is_cancelled: whether to end now; then nothing is left.

    Raises:
        ExportImpossible: nothing was written; the message says why.
    """
    reports: list[FileReport] = []
    progress = _Told(0, len(paths), tell, is_cancelled)
    rounds = _rounds_of_files(paths, stream, shape.what, reports, progress)
    return _write(rounds, target, shape, reports, force=force)


class _Told:
    """Tells how far an export is, and ends it when it was cancelled."""

    def __init__(self, ticket: int, total: int, tell: Tell, is_cancelled: IsCancelled) -> None:
        self._ticket = ticket
        self._total = total
        self._tell = tell
        self._is_cancelled = is_cancelled

    def step(self, done: int, at: str) -> None:
        if self._is_cancelled():
            raise _Cancelled
        self._tell(Progress(ticket=self._ticket, title=TITLE, done=done, total=self._total, at=at))


def _write(
    rounds: Iterable[Exported],
    target: Path,
    shape: Shape,
    reports: list[FileReport],
    *,
    force: bool,
) -> Written:
    if shape.partitioned and shape.format != "parquet":
        raise ExportImpossible(
            f"{shape.format} cannot be partitioned.", remedy="Take --format parquet."
        )
    try:
        with _opened(target, shape, force=force) as table:
            count = rows = 0
            for exported in rounds:
                table.add(exported)
                count += 1
                rows += 1 if exported.columns is None else len(exported.columns.ticks)
            if not count:
                why = next((f" {one.path}: {one.problem}" for one in reports if one.problem), "")
                raise ExportImpossible(
                    f"There is no round to write to {target}.{why}", remedy="Choose others."
                )
    except _Cancelled:
        return Written(cancelled=True, files=tuple(reports))
    return Written(rounds=count, rows=rows, files=tuple(reports))


@contextmanager
def _opened(target: Path, shape: Shape, *, force: bool) -> Iterator[_Table]:
    if shape.partitioned:
        with (
            new_folder(target, force=force) as folder,
            closing(PartitionedTable(folder.make, shape.what)) as table,
        ):
            yield table
        return
    with new_file(target, force=force) as file, closing(_table_of(file, shape)) as table:
        yield table


def _table_of(file: BinaryIO, shape: Shape) -> _Table:
    match shape.format:
        case "csv":
            return CsvTable(file, shape.what)
        case "jsonl":
            return JsonTable(file)
        case "parquet":
            return ParquetTable(file, shape.what)


# --- from the library


def _library_rounds(
    job: Export,
    catalogue: Catalogue,
    columns: "_Columns",
    reports: list[FileReport],
    progress: _Told,
) -> Iterator[Exported]:
    for first in range(0, len(job.ids), _AT_ONCE):
        rows = catalogue.rows(job.ids[first : first + _AT_ONCE], of=job.catalogue)
        for number, known in enumerate(rows, first):
            progress.step(number, known.entry.round_id)
            if job.what == "rounds":
                yield Exported(row=round_row(known.entry, known))
                continue
            found = columns.of(known)
            if found is None:
                reports.append(_failed(known.file.path, known.file.format, known.entry.round_id))
            else:
                yield Exported(columns=found)


def _failed(path: str, kind: str, round_id: str) -> FileReport:
    problem = f"the ticks of round {round_id} could not be read"
    return FileReport(path=path, outcome="failed", format=kind, problem=problem)


class _Columns:
    """The ticks of rounds, file by file; the files read last are kept."""

    def __init__(self, store: ColumnStore) -> None:
        self._store = store
        # bounded by _FILES_KEPT
        self._kept: OrderedDict[str, tuple[RoundColumns, ...]] = OrderedDict()

    def of(self, known: LibraryRound) -> RoundColumns | None:
        wanted = (known.entry.stream, known.entry.round_id)
        found = self._file(known.file)
        return next((one for one in found if (one.stream, one.round_id) == wanted), None)

    def _file(self, file: FileEntry) -> tuple[RoundColumns, ...]:
        if file.path not in self._kept:
            while len(self._kept) >= _FILES_KEPT:
                self._kept.popitem(last=False)
            self._kept[file.path] = load_columns(file, self._store)
        self._kept.move_to_end(file.path)
        return self._kept[file.path]


# --- from files


def _rounds_of_files(
    paths: Sequence[Path],
    stream: StreamId | None,
    what: What,
    reports: list[FileReport],
    progress: _Told,
) -> Iterator[Exported]:
    for number, path in enumerate(paths):
        progress.step(number, str(path))
        found = index_file(path, stream)
        file = found.file
        reports.append(
            FileReport(
                path=str(path),
                outcome="failed" if file.problem else "damaged" if file.bad_lines else "sound",
                format=file.format,
                rounds=len(found.rounds),
                ticks=sum(entry.ticks for entry in found.rounds),
                bad_lines=file.bad_lines,
                recovered_lines=file.recovered_lines,
                damage=found.damage,
                problem=file.problem,
            )
        )
        for entry, columns in zip(found.rounds, found.columns, strict=True):
            if what == "rounds":
                yield Exported(row=round_row(entry))
            else:
                yield Exported(columns=columns)
