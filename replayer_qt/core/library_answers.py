"""What the library answers: to questions at once, to jobs as they go and when they are over."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import LibraryRound, SavedSearch
from replayer_qt.core.units import Nanos, RoundId, StreamId


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request.

    Attributes:
        ticket: the request's.
        problem: why it was not done, in plain words with what to do; empty when it was.
    """

    ticket: int = 0
    problem: str = ""


class RoundsFound(Answer, frozen=True, kw_only=True):
    """The rounds that a query means.

    Attributes:
        ids: their numbers, sorted as asked, `IDS_MOST` at most.
        total: rounds in the library.
        took_ms: how long it took [ms].
        catalogue: the name of the catalogue that gave the numbers; one that is made anew has
            another name, and other numbers.
    """

    ids: tuple[int, ...] = ()
    total: int = 0
    took_ms: float = 0.0
    catalogue: str = ""


class Renumbered(Answer, frozen=True, kw_only=True):
    """Nothing was done: the numbers in the question are those of a catalogue that is gone."""


class RowsRead(Answer, frozen=True, kw_only=True):
    """What is known of rounds; one that is gone is left out."""

    rows: tuple[LibraryRound, ...] = ()


class ColumnsRead(Answer, frozen=True, kw_only=True):
    """The ticks of a round; None where its file is gone or cannot be read."""

    id: int
    columns: RoundColumns | None = None


class SearchesRead(Answer, frozen=True, kw_only=True):
    """What a person saved.

    Attributes:
        tags: each tag in use with how many rounds have it, the most used first.
    """

    searches: tuple[SavedSearch, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()


class Marked(Answer, frozen=True, kw_only=True):
    """The rounds as they are marked now."""

    rows: tuple[LibraryRound, ...] = ()


class UsedSpace(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of thing uses.

    Attributes:
        name: for people: a venue, a format, a month.
        files: how many.
        size: what they use on the disk, with what lies beside them [bytes].
        rounds: rounds in them.
    """

    name: str
    files: int
    size: int
    rounds: int = 0


class UsageRead(Answer, frozen=True, kw_only=True):
    """What uses the space.

    Attributes:
        size: all of it [bytes].
        raw: of it, messages as they came [bytes].
        sealed: of it, sealed recordings [bytes].
        catalogue: of it, the catalogue and its cached columns [bytes].
        free: left on the disk [bytes]; None when unknown.
        saved: what sealing saves [bytes].
    """

    size: int = 0
    raw: int = 0
    sealed: int = 0
    catalogue: int = 0
    free: int | None = None
    saved: int = 0
    by_venue: tuple[UsedSpace, ...] = ()
    by_month: tuple[UsedSpace, ...] = ()
    by_format: tuple[UsedSpace, ...] = ()
    largest: tuple[UsedSpace, ...] = ()


class TidyStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would go.

    Attributes:
        path: the file.
        size: what that frees [bytes].
        reason: why, in plain words.
    """

    path: str
    size: int
    reason: str


class TidyingPlanned(Answer, frozen=True, kw_only=True):
    """What tidying would do.

    Attributes:
        steps: in the order in which they would be done.
        freed: all of it [bytes].
        kept: files that the rules would take, but for their marks.
        over: how much more than the quota would still be used, because of these [bytes].
    """

    steps: tuple[TidyStep, ...] = ()
    freed: int = 0
    kept: int = 0
    over: int = 0


class PlaylistSaved(Answer, frozen=True, kw_only=True):
    """A playlist: JSON lines of `path`, `stream` and `round_id`, in the order of playing.

    Attributes:
        path: the file.
        rounds: rounds in it.
    """

    path: str = ""
    rounds: int = 0


class JobState(StrEnum):
    """How a job ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is.

    Attributes:
        title: what is being done, for people.
        done: steps done of `total`; a total of 0 is not known yet.
        at: what is in hand now; empty when nothing is.
    """

    ticket: int
    title: str
    done: int
    total: int
    at: str = ""


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file.

    Attributes:
        path: as it was named.
        outcome: `imported`, `known` (its content is there already), `unchanged`, `sealed`,
            `sound`, `repaired`, `damaged`, `removed`, `failed`.
        format: as in a file's entry; empty where nothing could be told.
        rounds: rounds in it.
        better: rounds of it that are the best copy now.
        bad_lines: lines that could not be read; `recovered_lines` records found inside them.
        damage: each place that is not as it should be, at most 100, in plain words.
        problem: why it failed, in plain words; empty when it did not.
    """

    path: str
    outcome: str
    format: str = ""
    rounds: int = 0
    better: int = 0
    ticks: int = 0
    bad_lines: int = 0
    recovered_lines: int = 0
    damage: tuple[str, ...] = ()
    problem: str = ""


class JobEnded(Answer, frozen=True, kw_only=True):
    """A job is over.

    Attributes:
        title: what was done, for people.
        state: how it ended.
        said: the result in one sentence.
        files: what became of each file, in the order of the request; bounded by it.
        outcome: what a job was for, where that is more than files: a `RoundStudy`.
        changed: whether the library is not as it was.
        took_s: how long it took [s].
    """

    title: str
    state: JobState
    said: str = ""
    files: tuple[FileReport, ...] = ()
    outcome: object = None
    changed: bool = False
    took_s: float = 0.0


class LibraryTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The library in a few figures, for its window's foot and the command line."""

    rounds: int
    files: int
    ticks: int
    size: int
    damaged_files: int
    first_at: Nanos
    last_at: Nanos


class OwnResult(msgspec.Struct, frozen=True, kw_only=True):
    """What our own trading of one round brought."""

    stream: StreamId
    round_id: RoundId
    result: Decimal
