"""New York's clock without a time zone database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.library.eastern import utc_ns

NIGHT = ["2025-11-02T00:59:59.000000", "2025-11-02T01:30:00.000000", "2025-11-02T01:59:59.000000"]
AFTER = ["2025-11-02T01:00:00.000000", "2025-11-02T01:30:00.000000", "2025-11-02T02:00:00.000000"]


def hours(texts):
    return [(at // 10**9 - 1_762_041_600) / 3600 for at in utc_ns(texts)]


def test_the_hour_that_comes_twice_is_told_apart_by_what_came_before():
    read = hours([*NIGHT, *AFTER])
    assert read == sorted(read)
    assert [round(hour, 2) for hour in read] == [5.0, 5.5, 6.0, 6.0, 6.5, 7.0]


def test_an_offset_without_colons_is_taken_by_it():
    assert hours(["2025-11-02T05:00:00-040000"]) == [9.0]


def test_the_usual_form_and_others_give_the_same():
    usual = ["2025-10-31T15:00:00.250000", "2025-10-31T15:00:01.000000"]
    other = ["2025-10-31T15:00:00.25", "2025-10-31T15:00:01"]
    assert utc_ns(usual) == utc_ns(other) == utc_ns(["2025-10-31T19:00:00.25Z", usual[1]])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "2025-13-01T00:00:00.000000",
        "2025-10-31T25:00:00.000000",
        "9999-99-99T99:99:99.999999",
        "9999-10-31T15:00:00.000000",
        "1911-10-31T15:00:00.000000",
        "2025-10-31T15:00:00.00000y",
    ],
)
def test_what_is_no_time_has_that_of_its_neighbour(text):
    good = "2025-10-31T15:00:00.000000"
    assert len(set(utc_ns([good, text]))) == 1
    assert len(set(utc_ns([text, good]))) == 1
    assert utc_ns([text]) == [0]


@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_text_can_break_it(texts):
    assert len(utc_ns(texts)) == len(texts)


@given(st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_it_agrees_with_the_time_zone_database(time):
    text = time.isoformat(timespec="microseconds")
    told = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=utc_ns([text])[0] // 1000)
    assert timedelta(hours=4) <= told.replace(tzinfo=None) - time <= timedelta(hours=5)
    try:
        local = time.replace(tzinfo=ZoneInfo("America/New_York"))
    except ZoneInfoNotFoundError:  # this system has no such database
        return
    exists = local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == time
    if exists:
        assert told == local.astimezone(UTC)
