"""A library in memory for tests of its window: it answers at once, or when it is told to."""

import math
from collections import deque
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QObject, Slot

from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import (
    SPARK_POINTS,
    FileEntry,
    LibraryRound,
    Marks,
    Quality,
    RoundEntry,
    RoundQuery,
    SavedSearch,
    SortBy,
)
from replayer_qt.core.library_answers import (
    Answer,
    ColumnsRead,
    JobEnded,
    JobState,
    Marked,
    PlaylistSaved,
    Renumbered,
    RoundsFound,
    RowsRead,
    SearchesRead,
    TidyingPlanned,
    TidyStep,
    UsageRead,
    UsedSpace,
)
from replayer_qt.core.library_requests import (
    FindRounds,
    ForgetSearch,
    Job,
    MarkRounds,
    PlanTidying,
    ReadColumns,
    ReadRows,
    ReadSearches,
    ReadUsage,
    SavePlaylist,
    SaveSearch,
)
from replayer_qt.core.units import Nanos, RoundId, StreamId

BEGAN = 1_760_000_000_000_000_000
MINUTE = 60_000_000_000


def prices_of(number: int) -> np.ndarray:
    """Return the prices of a made-up round, the rug last."""
    made = np.random.default_rng(number)
    length = 20 + number * 37 % 480
    path = np.exp(np.cumsum(made.normal(0.004, 0.03, length)))
    path[-1] = 0.01 + path[-1] * 0.02
    return path


def spark_of(prices: np.ndarray) -> bytes:
    """Return prices as heights."""
    logs = np.log(prices)
    at = np.linspace(0, len(logs) - 1, SPARK_POINTS).round().astype(int)
    low, high = logs.min(), logs.max()
    return bytes(((logs[at] - low) / max(high - low, 1e-9) * 255).round().astype(np.uint8))


def a_library_round(number: int, **changes) -> LibraryRound:
    """Return a made-up round; every kind of round comes again and again."""
    prices = prices_of(number)
    rugged = number % 7 != 3
    before = prices[:-1]
    venue = ("rugs/crash", "practice/crash", "rugs/crash")[number % 3]
    begun = BEGAN + number * MINUTE
    quality = (Quality.WHOLE, Quality.WHOLE, Quality.REPAIRED, Quality.GAPS, Quality.WHOLE)[
        number % 5
    ]
    quality = Quality.PARTIAL if not rugged else quality
    quality = Quality.DAMAGED if number % 23 == 5 else quality
    fairness = (Fairness.VERIFIED, Fairness.UNREVEALED, Fairness.VERIFIED)[number % 3]
    fairness = Fairness.FAILED if number % 41 == 7 else fairness
    name = f"2025{number % 12 + 1:02}{number % 28 + 1:02}-{number * 2654435761 % 2**64:016x}"
    entry = RoundEntry(
        stream=StreamId(venue),
        round_id=RoundId(name),
        begun_at=Nanos(begun),
        ended_at=Nanos(begun + len(prices) * 250_000_000),
        ticks=len(prices),
        first_index=0,
        last_index=len(prices) - 1,
        rugged=rugged,
        rug_index=len(prices) - 1 if rugged else None,
        rug_price=float(prices[-1]) if rugged else None,
        peak=float(before.max()),
        peak_index=int(before.argmax()),
        missing=3 if quality is Quality.GAPS else 0,
        repaired=2 if quality is Quality.REPAIRED else 0,
        clock_jumps=0,
        trades=number * 13 % 900,
        volume=Decimal(number % 90) / 7 if number % 4 else None,
        volatility=float(np.diff(np.log(before)).std()) if len(before) > 3 else None,
        fairness=fairness,
        quality=quality,
        spark=spark_of(prices),
    )
    file = FileEntry(
        path=f"/rec/{venue.partition('/')[0]}/20251009/{number:06}.jsonl.zst",
        size=4_000 + number * 97 % 90_000,
        modified=begun,
        format="journal" if number % 4 else "A",
        digest="0" * 64,
        sealed=number % 2 == 0,
        plain_size=90_000,
        lines=len(prices) + 2,
        bad_lines=4 if quality is Quality.DAMAGED else 0,
    )
    tags = (("moon",), (), ("late", "slow"), (), ())[number % 5]
    given = {
        "id": number,
        "entry": entry,
        "file": file,
        "result": Decimal(number % 11 - 5) / 1000 if number % 3 == 1 else None,
        "marks": Marks(tags=tags, bookmarked=number % 9 == 0, note="good" if number == 4 else ""),
    }
    return LibraryRound(**(given | changes))


class ALibrary(QObject):
    """Answers a window's requests from memory.

    Attributes:
        asked: everything that was asked, commands too.
        held: answers that are kept back while `holding`.
        jobs: jobs that were asked for; a test ends them.
        catalogue: its name, which its numbers hold for.
    """

    def __init__(self, window, count: int = 200, rows=None):
        super().__init__()
        self.window = window
        self.rows = {row.id: row for row in rows} if rows is not None else {}
        self.ids = list(self.rows) or list(range(1, count + 1))
        self.asked: list[object] = []
        self.jobs: list[Job] = []
        self.holding = False
        self.held: deque[Answer] = deque(maxlen=1_000)
        self.searches: dict[str, RoundQuery] = {}
        self.problem = ""
        self.catalogue = "one"
        self.usage = UsageRead(
            size=9_400_000, raw=5_000_000, sealed=3_000_000, catalogue=400_000,
            free=52_000_000_000, saved=31_000_000,
            by_venue=(UsedSpace(name="rugs.fun", files=140, size=7_000_000, rounds=140),
                      UsedSpace(name="Practice", files=60, size=2_000_000, rounds=60)),
            by_month=tuple(UsedSpace(name=f"2025-{m:02}", files=m, size=m * 90_000, rounds=m)
                           for m in range(12, 0, -1)),
            by_format=(UsedSpace(name="journal", files=150, size=8_000_000, rounds=150),
                       UsedSpace(name="variant A", files=50, size=1_400_000, rounds=50)),
            largest=tuple(UsedSpace(name=f"{n:06}.jsonl.zst", files=1, size=90_000 - n * 900)
                          for n in range(8)),
        )  # fmt: skip
        self.steps = tuple(
            TidyStep(
                path=f"/rec/rugs/20250101/{n:04}.jsonl.zst", size=20_000, reason="over 90 days old"
            )
            for n in range(30)
        )
        window.asked.connect(self.ask)

    def row(self, number: int) -> LibraryRound:
        """Return a round, made when it is first asked for."""
        if number not in self.rows:
            self.rows[number] = a_library_round(number)
        return self.rows[number]

    def of(self, kind: type) -> list:
        """Return what was asked of that kind."""
        return [each for each in self.asked if isinstance(each, kind)]

    @Slot(object)
    def ask(self, request: object) -> None:
        """Take in a request."""
        self.asked.append(request)
        if isinstance(request, Job):
            self.jobs.append(request)
            return
        answer = self.answer(request)
        if answer is None:
            return
        if self.holding:
            self.held.append(answer)
        else:
            self.window.show_answer(answer)

    def release(self, *, backwards: bool = False) -> None:
        """Let the answers go that were kept back."""
        self.holding = False
        held = list(self.held)
        self.held.clear()
        for answer in reversed(held) if backwards else held:
            self.window.show_answer(answer)

    def end(self, job: Job | None = None, **fields) -> None:
        """End a job; the newest by default."""
        job = job or self.jobs[-1]
        given = {"title": "Done", "state": JobState.DONE, "said": "All well.", "took_s": 1.5}
        self.window.show_answer(JobEnded(ticket=job.ticket, **(given | fields)))

    def find(self, query: RoundQuery) -> tuple[int, ...]:
        """Return the rounds of a query, roughly as the catalogue does."""
        if query == RoundQuery() and len(self.ids) > 1_000:
            return tuple(reversed(self.ids))
        found = [self.row(one) for one in self.ids]
        found = [row for row in found if _is_meant(row, query)]
        keys = {
            SortBy.BEGUN: lambda row: row.entry.begun_at,
            SortBy.PEAK: lambda row: row.entry.peak or -math.inf,
            SortBy.TICKS: lambda row: row.entry.ticks,
            SortBy.SIZE: lambda row: row.file.size,
        }
        key = keys.get(query.sort, lambda row: row.entry.round_id)
        return tuple(row.id for row in sorted(found, key=key, reverse=query.descending))

    def answer(self, request: object) -> Answer | None:
        """Return the answer to a question; None to what is no question."""
        ticket = getattr(request, "ticket", 0)
        if self.problem:
            return Answer(ticket=ticket, problem=self.problem)
        if getattr(request, "catalogue", "") not in {"", self.catalogue}:
            return Renumbered(ticket=ticket, problem="It was made anew. Choose again.")
        match request:
            case FindRounds(query=query):
                ids = self.find(query)
                return RoundsFound(
                    ticket=ticket,
                    ids=ids,
                    total=len(self.ids),
                    took_ms=12.3,
                    catalogue=self.catalogue,
                )
            case ReadRows(ids=ids):
                known = set(self.ids)
                rows = tuple(self.row(one) for one in ids if one in known)
                return RowsRead(ticket=ticket, rows=rows)
            case ReadColumns(id=number):
                return ColumnsRead(ticket=ticket, id=number, columns=columns_of(self.row(number)))
            case ReadSearches():
                return self._searches(ticket)
            case SaveSearch(search=search):
                self.searches[search.name] = search.query
                return self._searches(ticket)
            case ForgetSearch(name=name):
                self.searches.pop(name, None)
                return self._searches(ticket)
            case MarkRounds():
                return self._mark(request, ticket)
            case SavePlaylist(ids=ids, target=target):
                return PlaylistSaved(ticket=ticket, path=target, rounds=len(ids))
            case ReadUsage():
                return UsageRead(**{**_fields(self.usage), "ticket": ticket})
            case PlanTidying():
                freed = sum(step.size for step in self.steps)
                return TidyingPlanned(ticket=ticket, steps=self.steps, freed=freed, kept=2)
        return None

    def _searches(self, ticket: int) -> SearchesRead:
        saved = (SavedSearch(name=name, query=query) for name, query in self.searches.items())
        count: dict[str, int] = {}
        for row in self.rows.values():
            for tag in row.marks.tags:
                count[tag] = count.get(tag, 0) + 1
        tags = sorted(count.items(), key=lambda pair: -pair[1])
        return SearchesRead(ticket=ticket, searches=tuple(saved), tags=tuple(tags))

    def _mark(self, request: MarkRounds, ticket: int) -> Marked:
        changed = []
        for number in request.ids:
            row = self.row(number)
            tags = (set(row.marks.tags) | set(request.add_tags)) - set(request.drop_tags)
            note = row.marks.note if request.note is None else request.note
            on = row.marks.bookmarked if request.bookmarked is None else request.bookmarked
            marks = Marks(tags=tuple(sorted(tags)), note=note, bookmarked=on)
            self.rows[number] = LibraryRound(**{**_fields(row), "marks": marks})
            changed.append(self.rows[number])
        return Marked(ticket=ticket, rows=tuple(changed))


def columns_of(row: LibraryRound) -> RoundColumns:
    """Return the ticks of a made-up round."""
    prices = prices_of(row.id)
    count = len(prices)
    return RoundColumns(
        stream=row.entry.stream,
        round_id=row.entry.round_id,
        ticks=np.arange(count),
        prices=prices,
        ats=row.entry.begun_at + np.arange(count) * 250_000_000,
        counts=np.full(count, -1),
        rug_tick=count - 1 if row.entry.rugged else None,
    )


def _fields(struct) -> dict:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _is_meant(row: LibraryRound, query: RoundQuery) -> bool:
    entry, marks = row.entry, row.marks
    words = f"{entry.round_id} {entry.stream} {' '.join(marks.tags)} {marks.note}".lower()
    ranges = (
        (query.peak, entry.peak), (query.ticks, entry.ticks), (query.rug, entry.rug_index),
        (query.begun, entry.begun_at),
    )  # fmt: skip
    return (
        all(word in words for word in query.text.lower().split())
        and all(_is_in(wanted, value) for wanted, value in ranges)
        and (not query.quality or entry.quality in query.quality)
        and (not query.fairness or entry.fairness in query.fairness)
        and (not query.venues or str(entry.stream).partition("/")[0] in query.venues)
        and set(query.tags) <= set(marks.tags)
        and query.bookmarked in {None, marks.bookmarked}
        and query.rugged in {None, entry.rugged}
    )


def _is_in(wanted, value) -> bool:
    if wanted.low is None and wanted.high is None:
        return True
    low = -math.inf if wanted.low is None else wanted.low
    high = math.inf if wanted.high is None else wanted.high
    return value is not None and low <= value <= high
