"""What can be asked of the library: questions that are answered at once, jobs that take time."""

from typing import Literal

import msgspec

from replayer_qt.core.library import RoundQuery, SavedSearch
from replayer_qt.core.units import StreamId

ExportFormat = Literal["csv", "parquet", "jsonl"]


class TidyRules(msgspec.Struct, frozen=True, kw_only=True):
    """What may go; rounds with a tag, a note, a bookmark or an own result never do.

    Attributes:
        quota: keep at most so much, the oldest goes first [bytes]; 0 is no quota.
        keep_days: what is older goes [days]; 0 keeps all.
        raw_days: messages as they came that are older go, the recording stays [days]; 0 keeps all.
    """

    quota: int = 0
    keep_days: int = 0
    raw_days: int = 0


class LibraryRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that is wanted of the library.

    Attributes:
        ticket: a number of the asker's own, which comes back with the answer.
        catalogue: the one that gave the numbers of rounds in it, as `RoundsFound` says; another
            one does nothing and says so. Empty: whichever is there.
    """

    ticket: int = 0
    catalogue: str = ""


# --- questions: answered within a fifth of a second ----------------------------------------------


class Question(LibraryRequest, frozen=True, kw_only=True):
    """Answered by the next `Answer` with its ticket."""


class FindRounds(Question, frozen=True, kw_only=True):
    """Which rounds does a query mean? Answered by `RoundsFound`."""

    query: RoundQuery


class ReadRows(Question, frozen=True, kw_only=True):
    """What is known of these rounds? Answered by `RowsRead`, in the same order."""

    ids: tuple[int, ...]


class ReadColumns(Question, frozen=True, kw_only=True):
    """The ticks of one round. Answered by `ColumnsRead`."""

    id: int


class ReadSearches(Question, frozen=True, kw_only=True):
    """The saved searches and the tags in use. Answered by `SearchesRead`."""


class ReadUsage(Question, frozen=True, kw_only=True):
    """What uses the space? Answered by `UsageRead`."""


class MarkRounds(Question, frozen=True, kw_only=True):
    """Note something on rounds; what is None stays as it is. Answered by `Marked`.

    Attributes:
        add_tags: tags that they shall have.
        drop_tags: tags that they shall not have.
    """

    ids: tuple[int, ...]
    add_tags: tuple[str, ...] = ()
    drop_tags: tuple[str, ...] = ()
    note: str | None = None
    bookmarked: bool | None = None


class SaveSearch(Question, frozen=True, kw_only=True):
    """Keep a query under a name, in place of one that is there. Answered by `SearchesRead`."""

    search: SavedSearch


class ForgetSearch(Question, frozen=True, kw_only=True):
    """Keep it no more. Answered by `SearchesRead`."""

    name: str


class PlanTidying(Question, frozen=True, kw_only=True):
    """What would tidying remove? Changes nothing. Answered by `TidyingPlanned`."""

    rules: TidyRules


class SavePlaylist(Question, frozen=True, kw_only=True):
    """Write rounds, in this order, as a playlist. Answered by `PlaylistSaved`.

    Attributes:
        target: the file, which ends in `.playlist.jsonl`; one that is there is replaced.
    """

    ids: tuple[int, ...]
    target: str


# --- jobs: one at a time, with progress, can be cancelled ----------------------------------------


class Job(LibraryRequest, frozen=True, kw_only=True):
    """Answered by `Progress` now and then, and by one `JobEnded`."""


class Import(Job, frozen=True, kw_only=True):
    """Bring files and folders into the library; what is there already is passed over.

    Attributes:
        paths: files or folders.
        stream: the stream of what does not name its own; None lets the format tell.
    """

    paths: tuple[str, ...]
    stream: StreamId | None = None


class Refresh(Job, frozen=True, kw_only=True):
    """Learn of what was recorded since, finish what was begun, seal what is over.

    Attributes:
        everywhere: look at every folder, and forget files that are gone; else at the newest two
            days of each venue.
    """

    everywhere: bool = False


class LookForNew(Job, frozen=True, kw_only=True):
    """Learn of what was finished a moment ago, and nothing else; may run beside another job."""


class Rebuild(Job, frozen=True, kw_only=True):
    """Make the catalogue anew, from the files alone."""


class Verify(Job, frozen=True, kw_only=True):
    """Read files whole and check every line.

    Attributes:
        paths: files of the library.
        repair: mend what can be mended.
    """

    paths: tuple[str, ...]
    repair: bool = False


class Seal(Job, frozen=True, kw_only=True):
    """Pack files that are over, whatever their age."""

    paths: tuple[str, ...]


class Export(Job, frozen=True, kw_only=True):
    """Write rounds as tables for other programs.

    Attributes:
        target: the file, or the folder where it is partitioned.
        what: `ticks`, one row each; or `rounds`, one row each.
        partitioned: one Parquet file for each venue and date.
    """

    ids: tuple[int, ...]
    format: ExportFormat
    target: str
    what: Literal["ticks", "rounds"] = "ticks"
    partitioned: bool = False


class Study(Job, frozen=True, kw_only=True):
    """Compute the statistics of some rounds; `JobEnded.outcome` holds a `RoundStudy`."""

    query: RoundQuery | None = None
    ids: tuple[int, ...] = ()


class Trash(Job, frozen=True, kw_only=True):
    """Put files, with what lies beside them, into the trash."""

    paths: tuple[str, ...]


class Tidy(Job, frozen=True, kw_only=True):
    """Put into the trash what the rules say; plans again, so that nothing new is lost."""

    rules: TidyRules


class CancelJob(LibraryRequest, frozen=True, kw_only=True):
    """End the job with this ticket as soon as it can be ended, or take it from the queue.

    What it has done stays done; it is answered by the job's own `JobEnded`.
    """


AnyJob = Import | Refresh | LookForNew | Rebuild | Verify | Seal | Export | Study | Trash | Tidy
