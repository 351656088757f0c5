"""What a person types to find rounds."""

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import replayer_qt
from replayer_qt.core.errors import QueryInvalid
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import IDS_MOST, Quality, Range, RoundQuery, SortBy
from replayer_qt.core.library_language import (
    LANGUAGE,
    parse_query,
    query_text,
    read_query,
    words_of,
)


def ns(*moment: int) -> float:
    return float(int(datetime(*moment, tzinfo=UTC).timestamp()) * 10**9)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", RoundQuery()),
        ("  moon   late ", RoundQuery(text="moon late")),
        ('"to the moon" x', RoundQuery(text='"to the moon" x')),
        ("peak>=10", RoundQuery(peak=Range(low=10))),
        ("peak<=10", RoundQuery(peak=Range(high=10))),
        ("PEAK:2..50", RoundQuery(peak=Range(2, 50))),
        ("peak:2x..50x", RoundQuery(peak=Range(2, 50))),
        ("peak>=2 peak<=50", RoundQuery(peak=Range(2, 50))),
        ("length<200", RoundQuery(ticks=Range(high=199))),
        ("length>200", RoundQuery(ticks=Range(low=201))),
        ("length>200.5", RoundQuery(ticks=Range(low=201))),
        ("length=200", RoundQuery(ticks=Range(200, 200))),
        ("rug:40..", RoundQuery(rug=Range(low=40))),
        ("rug:..40", RoundQuery(rug=Range(high=40))),
        ("rugprice<=0.01", RoundQuery(rug_price=Range(high=0.01))),
        ("result:-1..-.5", RoundQuery(result=Range(-1, -0.5))),
        ("volatility>=1e-3", RoundQuery(volatility=Range(low=0.001))),
        ("tag:moon tag:late,big", RoundQuery(tags=("moon", "late", "big"))),
        ('tag:"a, b" -tag:bad', RoundQuery(tags=("a, b",), without_tags=("bad",))),
        ("fairness:failed,unrevealed", RoundQuery(fairness=(Fairness.FAILED, Fairness.UNREVEALED))),
        ("quality:Whole", RoundQuery(quality=(Quality.WHOLE,))),
        ("venue:rugs venue:practice", RoundQuery(venues=("rugs", "practice"))),
        ("stream:rugs/crash", RoundQuery(streams=("rugs/crash",))),
        ("format:a,journal", RoundQuery(formats=("A", "journal"))),
        ("is:bookmarked -is:rugged", RoundQuery(bookmarked=True, rugged=False)),
        ("sort:peak", RoundQuery(sort=SortBy.PEAK, descending=False)),
        ("sort:-rugprice", RoundQuery(sort=SortBy.RUG_PRICE, descending=True)),
        ("limit:10", RoundQuery(limit=10)),
        ('"peak>10"', RoundQuery(text="peak>10")),
        ('un"finished', RoundQuery(text="unfinished")),
        ('"un finished', RoundQuery(text='"un finished"')),
        ("-word", RoundQuery(text="-word")),
    ],
)
def test_words_mean_what_they_say(text, wanted):
    parsed = parse_query(text)
    assert parsed.problems == ()
    assert parsed.query == wanted


def test_above_and_below_leave_the_number_out():
    peak = read_query("peak>10 peak<50").peak
    assert peak.low == math.nextafter(10, math.inf)
    assert peak.high == math.nextafter(50, 0)
    assert query_text(RoundQuery(peak=peak)) == "peak>10 peak<50"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("date:2025", ns(2025, 1, 1), ns(2026, 1, 1)),
        ("date:2025-10", ns(2025, 10, 1), ns(2025, 11, 1)),
        ("date:2025-12", ns(2025, 12, 1), ns(2026, 1, 1)),
        ("date:2025-10-31", ns(2025, 10, 31), ns(2025, 11, 1)),
        ("date:2025-10-31T14:30", ns(2025, 10, 31, 14, 30), ns(2025, 10, 31, 14, 31)),
        ("date:2025-10-31T14:30:05Z", ns(2025, 10, 31, 14, 30, 5), ns(2025, 10, 31, 14, 30, 6)),
        ("date:2025-10..2025-11", ns(2025, 10, 1), ns(2025, 12, 1)),
    ],
)
def test_a_date_is_all_of_what_it_names(text, low, high):
    begun = read_query(text).begun
    assert begun.low == low
    assert begun.high == math.nextafter(high, 0)


def test_after_a_day_begins_with_the_next_one():
    assert read_query("date>2025-10-31").begun.low == ns(2025, 11, 1)
    assert read_query("date<2025-10-31").begun.high == math.nextafter(ns(2025, 10, 31), 0)


@pytest.mark.parametrize(
    "word",
    [
        "peak:abc",
        "peak>",
        "peak:",
        "peak:..",
        "peak:50..2",
        "peak>2..50",
        "peak:nan",
        "peak:1e999",
        "-peak:2",
        "date:2025-02-30",
        "date:9999",
        "date:2025-13",
        "date:yesterday",
        "fairness:so",
        "quality>whole",
        "is:good",
        "sort:beauty",
        "limit:-1",
        "limit:99999999",
        f"limit:{'1' * 5000}",
        "tag:",
        f"tag:{'x' * 65}",
        "colour:red",
        "http://example",
    ],
)
def test_a_word_that_makes_no_sense_is_named_and_the_others_hold(word):
    parsed = parse_query(f"moon {word} peak>=3")
    assert parsed.query == RoundQuery(text="moon", peak=Range(low=3))
    (problem,) = parsed.problems
    assert problem.startswith(f'"{word}" is not understood: ')
    with pytest.raises(QueryInvalid) as refused:
        read_query(word)
    assert word in refused.value.what
    assert refused.value.remedy


def test_every_example_of_the_language_is_understood():
    for example, meaning in LANGUAGE:
        assert parse_query(example).problems == ()
        assert parse_query(example).query != RoundQuery()
        assert meaning


def test_the_manual_lists_the_same_words():
    manual = (Path(replayer_qt.__file__).parent.parent / "docs" / "library.md").read_text("utf-8")
    for example, _ in LANGUAGE:
        assert f"| `{example}` |" in manual


@given(text=st.text(max_size=60) | st.text(alphabet='peakdt:<>=.-"12, ', max_size=30))
def test_anything_may_be_typed(text):
    parsed = parse_query(text)
    assert parse_query(query_text(parsed.query)).query == parsed.query


texts = st.text(min_size=1, max_size=12)
floats = st.floats(allow_nan=False, allow_infinity=False)
times = st.integers(0, 4 * 10**18).map(float) | st.sampled_from(
    [ns(2025, 10, 31), math.nextafter(ns(2025, 10, 31), 0), -1.0, 0.5, 1e300, -1e300]
)


def ranges(numbers):
    return st.builds(Range, st.none() | numbers, st.none() | numbers)


def some(values):
    return st.lists(values, max_size=3, unique=True).map(tuple)


def joined(words: list[str]) -> str:
    return " ".join('"' + word.replace('"', '""') + '"' for word in words)


queries = st.builds(
    RoundQuery,
    text=st.lists(texts, max_size=3).map(joined),
    venues=some(texts),
    streams=some(texts),
    peak=ranges(floats),
    ticks=ranges(floats),
    rug=ranges(st.integers(0, 10**6).map(float)),
    rug_price=ranges(floats),
    begun=ranges(times),
    result=ranges(floats),
    volatility=ranges(floats),
    fairness=some(st.sampled_from(Fairness)),
    quality=some(st.sampled_from(Quality)),
    formats=some(st.sampled_from(["A", "K", "journal", "klines"])),
    tags=some(texts),
    without_tags=some(texts),
    bookmarked=st.none() | st.booleans(),
    rugged=st.none() | st.booleans(),
    sort=st.sampled_from(SortBy),
    descending=st.booleans(),
    limit=st.integers(0, IDS_MOST),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(query=queries)
def test_a_query_survives_being_typed(query):
    parsed = parse_query(query_text(query))
    assert parsed.problems == ()
    again = parsed.query
    assert words_of(again.text) == words_of(query.text)
    assert again == RoundQuery(
        **{name: getattr(query, name) for name in query.__struct_fields__} | {"text": again.text}
    )
