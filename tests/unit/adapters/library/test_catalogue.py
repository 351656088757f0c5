"""The catalogue, in each database that it can be kept in."""

import math
from decimal import Decimal

import msgspec
import pytest

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import (
    LibraryRound,
    Marks,
    Quality,
    Range,
    RoundQuery,
    SavedSearch,
    SortBy,
)
from replayer_qt.core.library_answers import OwnResult
from replayer_qt.core.units import RUGS, RoundId
from tests.helpers.library import BEGUN, file_entry, round_entry, stream


def names(catalogue, **asked) -> list[str]:
    rows = catalogue.rows(catalogue.find(RoundQuery(**asked)))
    return [row.entry.round_id for row in rows]


def fill(catalogue, **rounds) -> None:
    """Put one file for each round, in the order of their names."""
    for name, said in sorted(rounds.items()):
        file = file_entry(f"/rec/{name}.jsonl", **said.pop("file", {}))
        catalogue.put(file, [round_entry(name, **said)])


def test_a_round_comes_back_as_it_was_put(catalogue):
    entry, file = round_entry(), file_entry(origin="/from/here", ended="closed", problem="")
    assert catalogue.put(file, [entry]) == 1
    (number,) = catalogue.find(RoundQuery())
    assert catalogue.rows([number]) == (
        LibraryRound(id=number, entry=entry, file=file, copies=1, result=None, marks=Marks()),
    )
    assert catalogue.files() == (file,)
    assert catalogue.rounds_of(file.path) == (entry,)
    assert catalogue.locate(RUGS, RoundId("r1")) == (file.path,)
    assert catalogue.file_of_digest(file.digest) == file
    assert catalogue.file_of_digest("0" * 64) is None


def test_what_is_not_known_of_a_round_stays_unknown(catalogue):
    bare = round_entry(
        begun_at=0,
        ended_at=0,
        ticks=0,
        first_index=None,
        last_index=None,
        rugged=False,
        rug_index=None,
        rug_price=None,
        peak=None,
        peak_index=None,
        volume=None,
        volatility=None,
        fairness=Fairness.UNREVEALED,
        quality=Quality.PARTIAL,
        spark=b"",
    )
    catalogue.put(file_entry(), [bare])
    (row,) = catalogue.rows(catalogue.find(RoundQuery()))
    assert row.entry == bare
    for asked in ({"peak": Range(low=0)}, {"begun": Range(high=BEGUN)}, {"rug": Range(low=0)}):
        assert names(catalogue, **asked) == []


def test_the_better_copy_wins_and_a_tie_stays_with_what_was_there(catalogue):
    good, poor = round_entry(trades=12), round_entry(trades=11)
    assert catalogue.put(file_entry("/b"), [poor]) == 1
    assert catalogue.put(file_entry("/c"), [poor]) == 0
    assert catalogue.put(file_entry("/a"), [good]) == 1
    (row,) = catalogue.rows(catalogue.find(RoundQuery()))
    assert (row.entry, row.file.path, row.copies) == (good, "/a", 3)
    assert catalogue.locate(RUGS, RoundId("r1")) == ("/a", "/b", "/c")


def test_when_the_best_file_goes_the_next_best_takes_its_place_under_the_same_number(catalogue):
    catalogue.put(file_entry("/good"), [round_entry(trades=12)])
    catalogue.put(file_entry("/poor"), [round_entry(trades=10, peak=1.5)])
    catalogue.put(file_entry("/fair"), [round_entry(trades=11, peak=2.5)])
    (number,) = catalogue.find(RoundQuery())
    catalogue.forget(["/good", "/unknown"])
    (row,) = catalogue.rows([number])
    assert (row.file.path, row.entry.peak, row.copies) == ("/fair", 2.5, 2)
    assert names(catalogue, peak=Range(low=3)) == []
    catalogue.forget(["/fair", "/poor"])
    assert catalogue.rows([number]) == ()
    assert catalogue.find(RoundQuery()) == ()
    assert catalogue.locate(RUGS, RoundId("r1")) == ()


def test_a_file_that_is_put_again_is_known_as_it_is_now(catalogue):
    catalogue.put(file_entry(size=5), [round_entry("one"), round_entry("two", peak=9.0)])
    numbers = dict(zip(names(catalogue), catalogue.find(RoundQuery()), strict=True))
    catalogue.put(file_entry(size=7), [round_entry("two", peak=8.0), round_entry("three")])
    rows = {row.entry.round_id: row for row in catalogue.rows(catalogue.find(RoundQuery()))}
    assert sorted(rows) == ["three", "two"]
    assert (rows["two"].id, rows["two"].entry.peak) == (numbers["two"], 8.0)
    assert {row.file.size for row in rows.values()} == {7}


def test_a_file_that_grew_worse_gives_way(catalogue):
    catalogue.put(file_entry("/a"), [round_entry(trades=12)])
    catalogue.put(file_entry("/b"), [round_entry(trades=11)])
    catalogue.put(file_entry("/a"), [round_entry(trades=5)])
    assert catalogue.locate(RUGS, RoundId("r1")) == ("/b", "/a")


def test_a_round_twice_in_one_file_is_one(catalogue):
    entries = [round_entry(trades=1), round_entry(trades=3), round_entry(trades=2)]
    assert catalogue.put(file_entry(), entries) == 1
    (row,) = catalogue.rows(catalogue.find(RoundQuery()))
    assert (row.entry.trades, row.copies) == (3, 1)


def test_many_files_are_put_at_once_as_one_by_one(catalogue):
    files = [
        (file_entry(f"/{number}"), [round_entry(f"r{number % 3}", trades=number)])
        for number in range(7)
    ]
    assert catalogue.put_many(files) == (0, 0, 0, 0, 1, 1, 1)
    assert catalogue.put_many([]) == ()
    assert catalogue.locate(RUGS, RoundId("r0")) == ("/6", "/3", "/0")


def test_the_same_name_on_two_streams_is_two_rounds(catalogue):
    catalogue.put(file_entry("/a"), [round_entry("x"), round_entry("x", stream=stream("p/crash"))])
    assert names(catalogue) == ["x", "x"]
    assert names(catalogue, venues=("p",)) == ["x"]
    assert names(catalogue, streams=(RUGS,)) == ["x"]
    assert names(catalogue, venues=("p", "rugs")) == ["x", "x"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"peak": Range(low=2.0)}, ["b", "c"]),
        ({"peak": Range(high=2.0)}, ["a", "b"]),
        ({"peak": Range(2.0, 2.0)}, ["b"]),
        ({"peak": Range(low=math.nan)}, []),
        ({"peak": Range(low=math.inf)}, []),
        ({"peak": Range(low=-math.inf, high=math.inf)}, ["a", "b", "c"]),
        ({"ticks": Range(low=19.5, high=20.5)}, ["b"]),
        ({"ticks": Range(low=-1e300, high=1e300)}, ["a", "b", "c"]),
        ({"rug": Range(high=19)}, ["a", "b"]),
        ({"rug_price": Range(low=0.02)}, ["b", "c"]),
        ({"begun": Range(low=float(BEGUN + 10**9))}, ["b", "c"]),
        ({"volatility": Range(high=0.1)}, ["a"]),
        ({"fairness": (Fairness.FAILED, Fairness.UNREVEALED)}, ["b", "c"]),
        ({"quality": (Quality.GAPS,)}, ["b"]),
        ({"formats": ("A",)}, ["a"]),
        ({"formats": ("A", "B")}, ["a", "b"]),
        ({"rugged": False}, ["c"]),
        ({"rugged": True, "peak": Range(low=2)}, ["b"]),
        ({"limit": 2}, ["a", "b"]),
        ({"limit": -1}, []),
    ],
)
def test_every_range_and_choice_narrows_the_answer(catalogue, asked, wanted):
    fill(
        catalogue,
        a={
            "peak": 1.0,
            "ticks": 10,
            "rug_index": 9,
            "rug_price": 0.01,
            "volatility": 0.1,
            "file": {"format": "A"},
        },
        b={
            "peak": 2.0,
            "ticks": 20,
            "rug_index": 19,
            "rug_price": 0.02,
            "volatility": 0.2,
            "begun_at": BEGUN + 10**9,
            "fairness": Fairness.FAILED,
            "quality": Quality.GAPS,
            "file": {"format": "B"},
        },
        c={
            "peak": 3.0,
            "ticks": 30,
            "rug_index": 29,
            "rug_price": 0.03,
            "volatility": None,
            "begun_at": BEGUN + 2 * 10**9,
            "fairness": Fairness.UNREVEALED,
            "rugged": False,
        },
    )
    assert names(catalogue, sort=SortBy.ROUND, descending=False, **asked) == wanted


@pytest.mark.parametrize("sort", SortBy)
def test_every_column_sorts_both_ways_with_what_is_unknown_last(catalogue, sort):
    said = {
        "a": {"peak": 1.0, "ticks": 1, "rug_index": 1, "rug_price": 0.1, "volume": Decimal("1.5")},
        "b": {"peak": 2.0, "ticks": 2, "rug_index": 2, "rug_price": 0.2, "volume": Decimal(10)},
        "c": {"ticks": 3},
    }
    for number, row in enumerate(said.values()):
        row["begun_at"] = BEGUN + number
        row["volatility"] = (number + 1) / 10
        row["quality"] = tuple(Quality)[number]
        row["fairness"] = (Fairness.VERIFIED, Fairness.UNREVEALED, Fairness.FAILED)[number]
        row["file"] = {"size": number}
    said["c"] |= dict.fromkeys(("peak", "rug_index", "rug_price", "volume", "volatility"))
    said["c"]["begun_at"] = 0
    fill(catalogue, **said)
    results = {"a": "-1.5", "b": "10"}
    catalogue.set_results(
        [OwnResult(stream=RUGS, round_id=n, result=Decimal(r)) for n, r in results.items()]
    )
    is_known = sort in {SortBy.TICKS, SortBy.QUALITY, SortBy.FAIRNESS, SortBy.ROUND, SortBy.SIZE}
    assert names(catalogue, sort=sort, descending=False) == ["a", "b", "c"]
    downward = ["c", "b", "a"] if is_known else ["b", "a", "c"]
    assert names(catalogue, sort=sort, descending=True) == downward


def test_text_is_looked_for_word_by_word_in_names_venues_tags_and_notes(catalogue):
    fill(catalogue, **{"20251031-abc": {}, "other": {"stream": stream("practice/crash")}})
    catalogue.mark(RUGS, RoundId("20251031-abc"), Marks(tags=("ÄRGER",), note="Ein Größenwahn"))
    decomposed = "a\u0308rger"
    for text in ("1031-A", "RUGS", decomposed, "GRÖSSENWAHN", "rugs ärger abc", '"ein größen"'):
        assert names(catalogue, text=text) == ["20251031-abc"]
    assert names(catalogue, text="practice") == ["other"]
    assert names(catalogue, text="rugs practice") == []
    assert names(catalogue, text="   ") == ["other", "20251031-abc"]


def test_signs_of_the_database_are_text(catalogue):
    fill(catalogue, **{"100%_a": {}, "100xya": {}, "it's": {}, 'qu"ote': {}, "back\\slash": {}})
    assert names(catalogue, text="0%") == ["100%_a"]
    assert names(catalogue, text="%_") == ["100%_a"]
    assert names(catalogue, text="'") == ["it's"]
    assert names(catalogue, text="\\") == ["back\\slash"]
    assert names(catalogue, text='"qu""o"') == ['qu"ote']
    assert names(catalogue, text="'; DROP TABLE rounds; --") == []
    assert len(names(catalogue)) == 5


@pytest.mark.parametrize("odd", ["nul\0", "half\ud83d", "\ufdd0escape", "emoji 🚀", "\n", ""])
def test_odd_names_are_kept_as_they_are(catalogue, odd):
    file, entry = file_entry(f"/rec/{odd}"), round_entry(odd, stream=stream(f"v{odd}/x"))
    catalogue.put(file, [entry])
    catalogue.mark(entry.stream, entry.round_id, Marks(tags=(odd,) if odd else (), note=odd))
    (row,) = catalogue.rows(catalogue.find(RoundQuery(streams=(entry.stream,))))
    assert (row.entry, row.file, row.marks.note) == (entry, file, odd)
    assert catalogue.locate(entry.stream, entry.round_id) == (file.path,)
    if odd:
        assert catalogue.find(RoundQuery(tags=(odd,))) == (row.id,)
        assert catalogue.tags() == ((odd, 1),)
    catalogue.forget([file.path])
    assert catalogue.files() == ()


def test_numbers_too_large_for_a_database_do_no_harm(catalogue):
    entry = round_entry(begun_at=10**30, ticks=10**25, peak=math.inf, rug_price=math.nan)
    catalogue.put(file_entry(size=10**22), [entry])
    assert names(catalogue, ticks=Range(low=5), sort=SortBy.PEAK) == ["r1"]
    assert names(catalogue, peak=Range(low=5)) == []


# --- marks, results, searches


def test_tags_are_all_wanted_and_none_unwanted_in_any_case(catalogue):
    fill(catalogue, a={}, b={}, c={})
    catalogue.mark(RUGS, RoundId("a"), Marks(tags=("Moon", "late")))
    catalogue.mark(RUGS, RoundId("b"), Marks(tags=("moon",), bookmarked=True))
    asked = {"sort": SortBy.ROUND, "descending": False}
    assert names(catalogue, tags=("moon",), **asked) == ["a", "b"]
    assert names(catalogue, tags=("moon", "LATE"), **asked) == ["a"]
    assert names(catalogue, without_tags=("late",), **asked) == ["b", "c"]
    assert names(catalogue, bookmarked=True) == ["b"]
    assert names(catalogue, bookmarked=False, **asked) == ["a", "c"]
    assert catalogue.tags() == (("Moon", 1), ("late", 1), ("moon", 1))
    catalogue.mark(RUGS, RoundId("c"), Marks(tags=("late",)))
    assert catalogue.tags()[0] == ("late", 2)


def test_marks_take_the_place_of_marks(catalogue):
    fill(catalogue, a={})
    catalogue.mark(RUGS, RoundId("a"), Marks(tags=("z", "b", "z"), note="first", bookmarked=True))
    (row,) = catalogue.rows(catalogue.find(RoundQuery()))
    assert row.marks == Marks(tags=("b", "z"), note="first", bookmarked=True)
    assert catalogue.marks() == {(RUGS, "a"): row.marks}
    catalogue.mark(RUGS, RoundId("a"), Marks())
    assert catalogue.marks() == {}
    assert catalogue.tags() == ()
    assert names(catalogue, text="first") == []
    assert names(catalogue, tags=("b",)) == []


def test_many_rounds_are_marked_at_once(catalogue):
    fill(catalogue, **{f"r{number:04}": {} for number in range(5)})
    marks = {
        (RUGS, RoundId(f"r{number:04}")): Marks(tags=("odd",) if number % 2 else ("even", "x"))
        for number in range(1_500)
    }
    catalogue.mark_many(marks)
    catalogue.mark_many({})
    assert catalogue.marks() == marks
    assert names(catalogue, tags=("odd",), sort=SortBy.ROUND) == ["r0003", "r0001"]
    assert catalogue.tags() == (("even", 750), ("odd", 750), ("x", 750))


def test_what_is_noted_on_a_round_waits_for_it_and_outlives_its_files(catalogue):
    catalogue.mark(RUGS, RoundId("r1"), Marks(tags=("early",), bookmarked=True))
    catalogue.set_results([OwnResult(stream=RUGS, round_id="r1", result=Decimal("0.000000001"))])
    assert catalogue.find(RoundQuery()) == ()
    catalogue.put(file_entry(), [round_entry()])
    (before,) = catalogue.rows(catalogue.find(RoundQuery(tags=("early",), bookmarked=True)))
    assert before.result == Decimal("0.000000001")
    catalogue.forget([file_entry().path])
    assert catalogue.marks() == {(RUGS, "r1"): before.marks}
    catalogue.put(file_entry(), [round_entry()])
    assert catalogue.rows(catalogue.find(RoundQuery(text="early"))) == (before,)


def test_results_are_kept_exactly_and_searched(catalogue):
    fill(catalogue, a={}, b={})
    exact = Decimal("-12345678901234567890.123456789")
    catalogue.set_results([OwnResult(stream=RUGS, round_id="a", result=exact)])
    catalogue.set_results([OwnResult(stream=RUGS, round_id="b", result=Decimal(1))])
    rows = catalogue.rows(catalogue.find(RoundQuery(sort=SortBy.RESULT)))
    assert [row.result for row in rows] == [Decimal(1), exact]
    assert names(catalogue, result=Range(high=0)) == ["a"]
    catalogue.set_results([OwnResult(stream=RUGS, round_id="a", result=Decimal(2))])
    assert names(catalogue, result=Range(low=0), sort=SortBy.RESULT) == ["a", "b"]


def test_saved_searches_are_these_and_no_others(catalogue):
    query = RoundQuery(text="moon", peak=Range(low=10), tags=("x",), quality=(Quality.WHOLE,))
    first = [SavedSearch(name="z", query=query), SavedSearch(name="a", query=RoundQuery())]
    catalogue.save_searches(first)
    assert catalogue.searches() == (first[1], first[0])
    catalogue.save_searches(first[:1])
    assert catalogue.searches() == (first[0],)
    odd = SavedSearch(name="half\ud83d", query=RoundQuery(text="\ud83d"))
    catalogue.save_searches([odd])
    assert catalogue.searches() == (odd,)


# --- as a whole


def test_totals_are_the_library_in_figures(catalogue):
    assert catalogue.totals().rounds == catalogue.totals().first_at == 0
    fill(catalogue, a={"begun_at": BEGUN, "ended_at": BEGUN + 5}, b={"ended_at": BEGUN + 9})
    catalogue.put(file_entry("/damaged", bad_lines=2, size=10), [])
    catalogue.put(file_entry("/unread", problem="it is empty", size=0), [])
    totals = catalogue.totals()
    assert (totals.rounds, totals.files, totals.ticks, totals.size) == (2, 4, 200, 2_010)
    assert (totals.damaged_files, totals.first_at, totals.last_at) == (2, BEGUN, BEGUN + 9)


def test_clearing_forgets_files_and_rounds_but_not_what_a_person_noted(catalogue):
    fill(catalogue, a={}, b={})
    before = catalogue.find(RoundQuery())
    catalogue.mark(RUGS, RoundId("a"), Marks(tags=("t",)))
    catalogue.save_searches([SavedSearch(name="s", query=RoundQuery())])
    catalogue.set_results([OwnResult(stream=RUGS, round_id="a", result=Decimal(1))])
    catalogue.clear()
    assert catalogue.find(RoundQuery()) == catalogue.files() == ()
    assert catalogue.rows(before) == ()
    fill(catalogue, a={}, b={})
    assert catalogue.find(RoundQuery()) == before
    (row,) = catalogue.rows(catalogue.find(RoundQuery(tags=("t",))))
    assert (row.result, len(catalogue.searches())) == (Decimal(1), 1)


def test_what_one_wrote_another_reads(opened):
    one, other = opened(), opened()
    one.put(file_entry(), [round_entry()])
    assert names(other) == ["r1"]
    other.mark(RUGS, RoundId("r1"), Marks(note="seen"))
    (row,) = one.rows(one.find(RoundQuery(text="seen")))
    assert row.marks.note == "seen"


def test_rows_come_in_the_order_asked_and_as_often(catalogue):
    fill(catalogue, a={}, b={}, c={})
    ids = catalogue.find(RoundQuery(sort=SortBy.ROUND, descending=False))
    asked = (ids[2], ids[0], 10**9, ids[0])
    assert [row.entry.round_id for row in catalogue.rows(asked)] == ["c", "a", "a"]


def test_entries_are_equal_to_the_last_bit(catalogue):
    entry = round_entry(peak=1 / 3, volume=Decimal("0.100000000"), volatility=5e-324)
    catalogue.put(file_entry(), [entry])
    (again,) = catalogue.rounds_of(file_entry().path)
    assert msgspec.json.encode(again) == msgspec.json.encode(entry)
