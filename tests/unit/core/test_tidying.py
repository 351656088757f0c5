"""What may go, and what never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.library_requests import TidyRules
from replayer_qt.core.tidying import Stored, plan

DAY = 86_400_000_000_000
NOW = 1_000 * DAY


def stored(name, age_days, size=100, **fields):
    return Stored(path=name, at=NOW - int(age_days * DAY), size=size, **fields)


@st.composite
def libraries(draw):
    count = draw(st.integers(0, 25))
    files = []
    for number in range(count):
        raw = draw(st.integers(0, 50))
        files.append(
            stored(
                f"f{number}",
                draw(st.integers(0, 40)),
                draw(st.integers(0, 200)),
                beside=draw(st.integers(0, 20)),
                raw_path=f"f{number}.raw" if raw else "",
                raw_size=raw,
                exempt=draw(st.booleans()) and draw(st.booleans()),
                is_open=draw(st.integers(0, 9)) == 0,
            )
        )
    return files


rules_made = st.builds(
    TidyRules,
    quota=st.integers(0, 3_000),
    keep_days=st.integers(0, 40),
    raw_days=st.integers(0, 40),
)


def used(files, other, planned):
    return other + sum(file.whole for file in files) - planned.freed


@given(libraries(), rules_made, st.integers(0, 500))
def test_what_is_set_apart_or_being_written_is_never_planned(files, rules, other):
    """S3-C4: a quota never costs a round that somebody tagged, noted, marked or traded."""
    planned = plan(files, rules, NOW, other=other)
    named = {step.path for step in planned.steps}
    for file in files:
        if file.exempt or file.is_open:
            assert not {file.path, file.raw_path} & named


@given(libraries(), rules_made, st.integers(0, 500))
def test_the_quota_is_kept_or_the_plan_says_how_much_over(files, rules, other):
    """S3-C4: no silent overrun."""
    planned = plan(files, rules, NOW, other=other)
    left = used(files, other, planned)
    if rules.quota:
        assert planned.over == max(0, left - rules.quota)
        if planned.over:
            gone = {step.path for step in planned.steps}
            assert all(f.exempt or f.is_open for f in files if f.path not in gone)
    else:
        assert planned.over == 0


@given(libraries(), st.integers(1, 3_000))
def test_no_more_goes_than_the_quota_needs(files, quota):
    planned = plan(files, TidyRules(quota=quota), NOW)
    if planned.steps:
        before_the_last = used(files, 0, planned) + planned.steps[-1].size
        assert before_the_last > quota


@given(libraries(), st.integers(1, 3_000))
def test_the_oldest_goes_first(files, quota):
    planned = plan(files, TidyRules(quota=quota), NOW)
    at = {file.path: file.at for file in files}
    ages = [at[step.path] for step in planned.steps]
    assert ages == sorted(ages)
    gone = {step.path for step in planned.steps}
    if gone:
        for file in files:
            if file.at < max(ages) and not file.exempt and not file.is_open:
                assert file.path in gone


@given(libraries(), rules_made, st.randoms(use_true_random=False))
def test_the_order_of_the_files_changes_nothing(files, rules, random):
    shuffled = list(files)
    random.shuffle(shuffled)
    assert plan(shuffled, rules, NOW) == plan(files, rules, NOW)


@given(libraries(), rules_made)
def test_a_second_tidying_finds_nothing_left_to_do(files, rules):
    planned = plan(files, rules, NOW)
    gone = {step.path for step in planned.steps}
    left = [
        Stored(
            path=file.path,
            at=file.at,
            size=file.size,
            beside=file.beside,
            exempt=file.exempt,
            is_open=file.is_open,
            raw_path="" if file.raw_path in gone else file.raw_path,
            raw_size=0 if file.raw_path in gone else file.raw_size,
        )
        for file in files
        if file.path not in gone
    ]
    again = plan(left, rules, NOW)
    assert again.steps == ()
    assert again.over == planned.over


def test_ages_take_recordings_and_raw_messages_apart():
    files = [
        stored("old", 31, raw_path="old.raw", raw_size=7, beside=3),
        stored("middle", 12, raw_path="middle.raw", raw_size=9),
        stored("new", 1, raw_path="new.raw", raw_size=9),
        stored("tagged", 50, exempt=True),
    ]
    planned = plan(files, TidyRules(keep_days=30, raw_days=10), NOW)
    assert [(step.path, step.size) for step in planned.steps] == [("old", 110), ("middle.raw", 9)]
    assert "older than 30 days" in planned.steps[0].reason
    assert "the recording stays" in planned.steps[1].reason
    assert (planned.freed, planned.kept, planned.over) == (119, 1, 0)


def test_raw_messages_that_went_are_not_counted_a_second_time():
    files = [stored("a", 12, raw_path="a.raw", raw_size=50), stored("b", 1)]
    planned = plan(files, TidyRules(raw_days=10, quota=150), NOW)
    assert [(step.path, step.size) for step in planned.steps] == [("a.raw", 50), ("a", 100)]


@pytest.mark.parametrize("rules", [TidyRules(), TidyRules(quota=10_000)])
def test_without_a_rule_that_bites_nothing_goes(rules):
    files = [stored("a", 900), stored("b", 1)]
    assert plan(files, rules, NOW).steps == ()
