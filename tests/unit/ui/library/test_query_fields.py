import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.library import Range, RoundQuery, SortBy
from replayer_qt.core.library_language import parse_query, query_text
from replayer_qt.ui.library.query_fields import (
    FIELDS,
    Unreadable,
    cleared,
    is_narrow,
    limit_of,
    limit_text,
    range_of,
    toggled,
    with_range,
)

NUMBERS = st.floats(min_value=0.001, max_value=1e6).map(lambda value: float(f"{value:.6g}"))


@given(NUMBERS)
def test_a_number_that_is_shown_reads_as_the_same_number(value):
    assert limit_of(limit_text(value, is_date=False), is_date=False, is_high=False) == value


@given(st.dates(), st.booleans())
def test_a_day_that_is_shown_reads_as_the_same_day(day, is_high):
    if 1971 <= day.year <= 2200:
        limit = limit_of(day.isoformat(), is_date=True, is_high=is_high)
        assert limit_text(limit, is_date=True) == day.isoformat()


@given(st.text(max_size=30), st.booleans(), st.booleans())
def test_no_text_breaks_a_field(text, is_date, is_high):
    made = limit_of(text, is_date=is_date, is_high=is_high)
    assert made is None or isinstance(made, float | Unreadable)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_each_field_is_a_range_of_the_query_and_has_a_word(field):
    wanted = Range(low=1e18, high=2e18) if field.is_date else Range(low=1.0, high=2.0)
    query = with_range(RoundQuery(), field, wanted)
    assert range_of(query, field) == wanted
    again = range_of(parse_query(query_text(query)).query, field)
    assert again == wanted


def test_clearing_keeps_the_order_and_nothing_else():
    query = RoundQuery(text="moon", peak=Range(low=2.0), sort=SortBy.PEAK, descending=False)
    assert is_narrow(query)
    assert cleared(query) == RoundQuery(sort=SortBy.PEAK, descending=False)
    assert not is_narrow(cleared(query))


def test_a_value_is_put_in_once_and_taken_out():
    assert toggled(("a",), "a", on=True) == ("a",)
    assert toggled((), "a", on=False) == ()
