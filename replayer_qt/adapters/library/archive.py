"""The library as its users see it: questions answered, jobs carried out, whatever is below."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.catalogue import open_catalogue
from replayer_qt.adapters.library.columns_store import ColumnFile
from replayer_qt.adapters.library.exporting import export_rounds
from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.importing import import_files
from replayer_qt.adapters.library.indexing import load_columns
from replayer_qt.adapters.library.keepsakes import KeepsakeFile
from replayer_qt.adapters.library.marking import keep_search, mark_rounds
from replayer_qt.adapters.library.own_results import own_results
from replayer_qt.adapters.library.playlist import save_playlist
from replayer_qt.adapters.library.refreshing import look_for_new, rebuild, refresh
from replayer_qt.adapters.library.sealing import seal_files
from replayer_qt.adapters.library.studying import study_rounds
from replayer_qt.adapters.library.tidying import plan_tidying, tidy, trash, usage
from replayer_qt.adapters.library.verifying import verify_files
from replayer_qt.core.errors import CatalogueRenumbered, UserFacingError
from replayer_qt.core.library_answers import (
    Answer,
    ColumnsRead,
    JobEnded,
    JobState,
    LibraryTotals,
    Renumbered,
    RoundsFound,
    RowsRead,
    SearchesRead,
)
from replayer_qt.core.library_requests import (
    Export,
    FindRounds,
    ForgetSearch,
    Import,
    Job,
    LookForNew,
    MarkRounds,
    PlanTidying,
    Question,
    ReadColumns,
    ReadRows,
    ReadSearches,
    ReadUsage,
    Rebuild,
    Refresh,
    SavePlaylist,
    SaveSearch,
    Seal,
    Study,
    Tidy,
    Trash,
    Verify,
)
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, RoundId, StreamId
from replayer_qt.ports import Clock

FOLDER: Final = "library"
"""The library's folder in the data directory."""
KEEPSAKES: Final = ".library"
"""The folder among the recordings that holds what a person noted on them."""


class ArchivePlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a library is, and what it is kept by.

    Attributes:
        recordings: where recordings lie.
        data_dir: the profile's own directory.
        to_trash: puts a file where a person can get it back; False if that failed.
        secret: gives the password of a shared catalogue's address.
    """

    recordings: Path
    data_dir: Path
    settings: LibrarySettings
    clock: Clock
    to_trash: Callable[[Path], bool]
    secret: Callable[[str], str | None]


def open_archive(place: ArchivePlace) -> "Archive":
    """Open a library for one thread.

    Raises:
        CatalogueUnusable: its catalogue can't be opened or made.
    """
    folder = place.data_dir / FOLDER
    return Archive(
        Ground(
            recordings=place.recordings.absolute(),
            folder=folder,
            catalogue=open_catalogue(folder, place.settings, place.secret),
            columns=ColumnFile(folder / "columns.sqlite"),
            keepsakes=KeepsakeFile(place.recordings / KEEPSAKES),
            settings=place.settings,
            clock=place.clock,
            to_trash=place.to_trash,
            results=lambda: own_results(place.data_dir / "accounts.sqlite"),
        )
    )


class Archive:
    """One thread's hold on the library; what fails is a problem in the answer.

    Attributes:
        ground: what its jobs stand on.
    """

    def __init__(self, ground: Ground) -> None:
        """Take hold of a library."""
        self.ground = ground

    def close(self) -> None:
        """Let go of it; safe twice."""
        self.ground.catalogue.close()
        self.ground.columns.close()

    # --- questions

    def answer(self, question: Question) -> Answer:
        """Return the answer to a question; a problem in it says why there is none."""
        try:
            return self._answer(question)
        except CatalogueRenumbered as error:
            return Renumbered(ticket=question.ticket, problem=str(error))
        except UserFacingError as error:
            return Answer(ticket=question.ticket, problem=str(error))
        except OSError as error:
            return Answer(ticket=question.ticket, problem=_said(error))

    def locate(self, stream: StreamId, round_id: RoundId) -> tuple[str, ...]:
        """Return the files of a round that are on this machine, the best first.

        Raises:
            CatalogueUnusable: the catalogue can't be read.
        """
        found = self.ground.catalogue.locate(stream, round_id)
        return tuple(path for path in found if Path(path).is_file())

    def totals(self) -> LibraryTotals:
        """Return the library in a few figures; raises `CatalogueUnusable`."""
        return self.ground.catalogue.totals()

    def _answer(self, question: Question) -> Answer:
        ground, ticket = self.ground, question.ticket
        match question:
            case FindRounds():
                return self._find(question)
            case ReadRows(ids=ids):
                rows = ground.catalogue.rows(ids, of=question.catalogue)
                return RowsRead(ticket=ticket, rows=rows)
            case ReadColumns():
                return self._columns(question)
            case ReadSearches():
                return self._searches(ticket)
            case ReadUsage():
                return usage(question, ground)
            case MarkRounds():
                return mark_rounds(question, ground)
            case SaveSearch() | ForgetSearch():
                return self._keep_search(question)
            case PlanTidying():
                return plan_tidying(question, ground)
            case SavePlaylist():
                return save_playlist(question, ground)
            case _:
                return Answer(ticket=ticket, problem=f"{type(question).__name__} is not known.")

    def _find(self, question: FindRounds) -> RoundsFound:
        clock = self.ground.clock
        began = clock.monotonic()
        catalogue = self.ground.catalogue
        name, ids = catalogue.identity(), catalogue.find(question.query)
        while name != (now := catalogue.identity()):  # another process set it aside on the way
            name, ids = now, catalogue.find(question.query)
        total = catalogue.totals().rounds
        took = (clock.monotonic() - began) / NANOS_PER_MILLISECOND
        return RoundsFound(
            ticket=question.ticket, ids=ids, total=total, took_ms=took, catalogue=name
        )

    def _columns(self, question: ReadColumns) -> ColumnsRead:
        for row in self.ground.catalogue.rows((question.id,), of=question.catalogue):
            for columns in load_columns(row.file, self.ground.columns):
                if columns.round_id == row.entry.round_id:
                    return ColumnsRead(ticket=question.ticket, id=question.id, columns=columns)
        return ColumnsRead(ticket=question.ticket, id=question.id)

    def _searches(self, ticket: int) -> SearchesRead:
        catalogue = self.ground.catalogue
        return SearchesRead(ticket=ticket, searches=catalogue.searches(), tags=catalogue.tags())

    def _keep_search(self, question: SaveSearch | ForgetSearch) -> SearchesRead:
        keep_search(question, self.ground)
        return self._searches(question.ticket)

    # --- jobs

    def carry_out(self, job: Job, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
        """Do a job and return how it ended; a problem in it says why it failed."""
        clock = self.ground.clock
        began = clock.monotonic()
        try:
            ended = self._carry_out(job, tell, is_cancelled)
        except UserFacingError as error:
            ended = _failed(job, str(error))
        except OSError as error:
            ended = _failed(job, _said(error))
        took = (clock.monotonic() - began) / NANOS_PER_SECOND
        return msgspec.structs.replace(ended, ticket=job.ticket, took_s=took)

    def _carry_out(self, job: Job, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
        for kind, work in _WORKS:
            if isinstance(job, kind):
                return work(job, self.ground, tell, is_cancelled)
        return _failed(job, f"{type(job).__name__} is not known.")


_Work = Callable[..., JobEnded]
_WORKS: Final[tuple[tuple[type[Job], _Work], ...]] = (
    (Import, import_files),
    (Refresh, refresh),
    (LookForNew, look_for_new),
    (Rebuild, rebuild),
    (Verify, verify_files),
    (Seal, seal_files),
    (Export, export_rounds),
    (Study, study_rounds),
    (Trash, trash),
    (Tidy, tidy),
)


def _failed(job: Job, problem: str) -> JobEnded:
    title = type(job).__name__
    return JobEnded(ticket=job.ticket, title=title, state=JobState.FAILED, problem=problem)


def _said(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or type(error).__name__}."
