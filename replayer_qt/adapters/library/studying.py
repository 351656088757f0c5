"""Carries a study out: reads the rounds in pages, the ticks of some, and the generator's sample."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.library.ground import Ground, IsCancelled, Tell
from replayer_qt.adapters.library.indexing import load_columns
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import FileEntry, LibraryRound, RoundQuery
from replayer_qt.core.library_answers import JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Study
from replayer_qt.core.round_sample import RoundSample, joined, sampled
from replayer_qt.core.round_spread import RoundReturns, returns_of
from replayer_qt.core.round_study import study
from replayer_qt.core.round_theory import (
    ROUNDS,
    VERSION,
    GeneratorSample,
    generated,
    generator_sample,
)
from replayer_qt.core.study_figures import RoundStudy
from replayer_qt.core.study_notes import selection_note
from replayer_qt.core.units import RoundId, StreamId

TITLE: Final = "Computing statistics"
"""What the job is called."""

READ_MOST: Final = 2_000
"""Rounds whose ticks are read at most, evenly spread over the selection."""

THEORY_FILE: Final = f"generator-{VERSION}-{ROUNDS}-1.json"
"""Where the generator's sample is kept, in the library's folder; a cache."""

_PAGE: Final = 2_000
_TOLD_EVERY: Final = 50
_THEORY_LIMIT: Final = 4_000_000


class _Cancelled(Exception):
    """The job shall end; never leaves this module."""


class _Place(msgspec.Struct, frozen=True):
    """A round whose ticks are wanted, and the file that holds it."""

    file: FileEntry
    stream: StreamId
    round_id: RoundId


def study_rounds(job: Study, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> JobEnded:
    """Compute the statistics of some rounds; without a query or numbers of all there are.

    `JobEnded.outcome` holds the `RoundStudy`, whole or not at all. Ticks are read of at most
    `READ_MOST` rounds, evenly spread; what the rest of the figures needs is in the catalogue.

    Raises:
        CatalogueUnusable: the catalogue can't be read.
    """
    work = _Work(job, ground, tell, is_cancelled)
    try:
        found = work.found()
    except _Cancelled:
        return JobEnded(
            ticket=job.ticket,
            title=TITLE,
            state=JobState.CANCELLED,
            said="Cancelled; nothing was computed.",
        )
    rounds = "1 round" if found.rounds == 1 else f"{found.rounds:,} rounds"
    return JobEnded(
        ticket=job.ticket,
        title=TITLE,
        state=JobState.DONE,
        said=f"Statistics of {rounds}.",
        outcome=found,
    )


class _Work:
    """One study as it goes."""

    def __init__(self, job: Study, ground: Ground, tell: Tell, is_cancelled: IsCancelled) -> None:
        self._job, self._ground = job, ground
        self._tell, self._is_cancelled = tell, is_cancelled

    def found(self) -> RoundStudy:
        """Do all of it."""
        self._step("finding the rounds", 0, 0)
        ids = self._job.ids or self._ground.catalogue.find(self._job.query or RoundQuery())
        sample, places = self._sampled(ids)
        returns = self._returns(places)
        theory = self._theory() if bool(sample.crash.any()) else None
        self._step("computing", 0, 0)
        found = study(sample, theory, returns)
        note = self._selection_note(sample.n)
        return msgspec.structs.replace(found, notes=(*((note,) if note else ()), *found.notes))

    def _selection_note(self, rounds: int) -> str:
        if not self._job.ids:
            return selection_note(self._job.query or RoundQuery())
        is_all = rounds == self._ground.catalogue.totals().rounds
        return "" if is_all else selection_note(None)

    def _step(self, at: str, done: int, total: int) -> None:
        if self._is_cancelled():
            raise _Cancelled
        self._tell(Progress(ticket=self._job.ticket, title=TITLE, done=done, total=total, at=at))

    def _sampled(self, ids: Sequence[int]) -> tuple[RoundSample, list[_Place]]:
        samples: list[RoundSample] = []
        places: list[_Place] = []
        stride = max(1, -(-len(ids) // READ_MOST))
        for start in range(0, len(ids), _PAGE):
            self._step("reading the catalogue", start, len(ids))
            rows = self._ground.catalogue.rows(ids[start : start + _PAGE], of=self._job.catalogue)
            samples.append(_sample_of(rows))
            places += [
                _Place(row.file, row.entry.stream, row.entry.round_id)
                for number, row in enumerate(rows, start)
                if number % stride == 0
            ]
        return joined(samples), places

    def _returns(self, places: list[_Place]) -> list[RoundReturns]:
        """File by file, so that a file of many rounds is read once and none is held for long."""
        ordered = sorted(places, key=lambda place: place.file.path)
        told: list[RoundReturns] = []
        path, rounds = "", dict[tuple[StreamId, RoundId], RoundColumns]()
        for number, place in enumerate(ordered):
            if number % _TOLD_EVERY == 0:
                self._step("reading ticks", number, len(ordered))
            if place.file.path != path:
                path = place.file.path
                read = load_columns(place.file, self._ground.columns)
                rounds = {(one.stream, one.round_id): one for one in read}
            columns = rounds.get((place.stream, place.round_id))
            returns = None if columns is None else returns_of(columns)
            if returns is not None:
                told.append(returns)
        return told

    def _theory(self) -> GeneratorSample:
        kept = read_theory(self._ground.folder)
        if kept is not None:
            return kept
        made = generator_sample(self._generated())
        keep_theory(self._ground.folder, made)
        return made

    def _generated(self) -> Iterator[RoundColumns]:
        for number, columns in enumerate(generated(ROUNDS)):
            if number % _TOLD_EVERY == 0:
                self._step("asking the generator, once", number, ROUNDS)
            yield columns


def read_theory(folder: Path) -> GeneratorSample | None:
    """Return the generator's sample as it is kept in a folder; None where there is no sound one."""
    path = folder / THEORY_FILE
    try:
        if path.stat().st_size > _THEORY_LIMIT:
            return None
        kept = msgspec.json.decode(path.read_bytes(), type=GeneratorSample)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    sound = kept.rounds == ROUNDS == len(kept.peaks) and kept.version == VERSION
    return kept if sound and kept.returns is not None else None


def keep_theory(folder: Path, sample: GeneratorSample) -> None:
    """Keep the generator's sample in a folder; where that fails it is made again next time."""
    part = folder / f"{THEORY_FILE}.part"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.encode(sample))
        part.replace(folder / THEORY_FILE)


def _sample_of(rows: Sequence[LibraryRound]) -> RoundSample:
    return sampled([row.entry for row in rows], [row.result for row in rows])
