"""The window's figures are there, with their budgets, whatever the machine."""

import contextlib

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.cli.bench import live, live_app, live_feed, live_speed, live_stage
from replayer_qt.core.events import FeedChanged, PhaseChanged, PriceTicked, RoundOpened


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(live, "RATES", {1_000: 0.4, 10_000: 0.4})
    monkeypatch.setattr(live, "NAIVE_RATES", {1_000: 0.2})
    monkeypatch.setattr(live, "SPEED_TICKS", {1_300: 1})
    monkeypatch.setattr(live, "IDLE_S", 0.0)


def test_the_window_is_measured_beside_the_naive_way(qapp, short, tmp_path):
    """S2-D4, S3-P3: tick to pixel, gaps and load of one run, and nothing lost on the way."""
    told = {result.name: result for result in live._measure(tmp_path)}
    budgets = {name: result.budget for name, result in told.items() if result.budget is not None}
    assert budgets["live: 1,000 ticks/s, tick to pixel p99"] == 10
    assert budgets["live: 1,000 ticks/s, tick to pixel p99 in frames of 60 a second"] == 2
    assert budgets["live: 10,000 ticks/s, tick to pixel p99"] == 15
    assert budgets["live: 10,000 ticks/s, GUI gap p99"] == 33
    assert budgets["live: 10,000 ticks/s, GUI gap max"] == 100
    assert budgets["live: 10,000 ticks/s, main thread busy"] == 40
    assert all(result.value is not None and result.value >= 0 for result in told.values())
    lost = [result for name, result in told.items() if "lost" in name]
    assert [result.value for result in lost] == [0, 0]
    speed = next(result for name, result in told.items() if "full speed" in name)
    assert speed.budget == 100
    assert "did not end" not in speed.note


def played(**fields):
    told = {"took_s": 0.02, "painted_s": 0.03, "frames": 3, "gap_ms": 4.0, "ended": True}
    return live_speed.Played(**(told | fields))


def test_the_middle_run_counts_and_every_run_must_end_with_its_last_tick_on_the_chart():
    """N16: what is charted at the end is as long as the last index says."""
    fine = [
        played(ticks=1_300, length=1_300, newest=1_299, painted_s=s, took_s=s / 2)
        for s in (0.3, 0.1, 0.2)
    ]
    (told,) = live._of_speed(1_300, fine)
    assert (told.value, told.within) == (100, True)
    assert "did not end" not in told.note
    short = played(ticks=1_300, length=1_299, newest=1_299)
    assert "did not end" in live._of_speed(1_300, [*fine, short])[0].note


def test_a_long_round_is_held_to_its_speed_and_its_frames():
    slow = played(ticks=1_000_000, length=1_000_000, newest=999_999, painted_s=2.0, frames=30)
    assert [(told.value, told.within) for told in live._of_speed(1_000_000, [slow])] == [
        (500_000, False),
        (15, False),
    ]


def test_a_program_that_does_not_run_has_no_figures():
    results = live._idle(None)
    assert [(result.value, result.within) for result in results] == [(None, None)]


def test_the_program_is_held_to_its_budgets():
    """S3-P1, S3-P3: less than 250 MiB, and 5 % of a core."""
    idle = live_app.Idle(process=0.06, rss_mib=249.0, threads=9, ticks=40, errors=0)
    assert [(result.value, result.within) for result in live._idle(idle)] == [
        (6.0, False),
        (249.0, True),
    ]


async def test_the_steady_feed_opens_its_round_and_leaves_no_tick_out():
    feed = live_feed.SteadyFeed(2_000, SystemClock())
    told = []
    async with contextlib.aclosing(feed.events()) as events:
        async for event in events:
            told.append(event)
            if len(told) == 200:
                break
    assert [type(event) for event in told[:3]] == [FeedChanged, RoundOpened, PhaseChanged]
    ticks = [event.tick for event in told if isinstance(event, PriceTicked)]
    assert ticks == list(range(len(ticks)))
    assert len(ticks) > 190


def test_a_window_that_painted_nothing_has_no_latency():
    seen = live_stage.Seen(
        delays_ms=(),
        gaps_ms=(),
        gui=0.1,
        process=0.1,
        frames=0.0,
        rests=0.0,
        paced_ms=0.0,
        sent=5,
        taken=3,
        recorded=6,
        unlike=1,
        ended=True,
    )
    told = {result.name: result for result in live._of_rate(1_000, seen)}
    assert told["live: 1,000 ticks/s, tick to pixel p99"].value is None
    lost = told["live: 1,000 ticks/s, ticks lost on the way to state, disk or picture"]
    assert (lost.value, lost.within) == (4, False)
