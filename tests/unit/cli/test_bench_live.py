"""The window's figures are there, with their budgets, whatever the machine."""

import contextlib

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.cli.bench import live, live_app, live_feed, live_stage
from replayer_qt.core.events import FeedChanged, PhaseChanged, PriceTicked, RoundOpened


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(live, "RATES", {1_000: 0.4, 10_000: 0.4})
    monkeypatch.setattr(live, "NAIVE_RATES", {1_000: 0.2})
    monkeypatch.setattr(live, "IDLE_S", 0.0)


def test_the_window_is_measured_beside_the_naive_way(qapp, short, tmp_path):
    """S2-D4, S3-P3: tick to pixel, gaps and load of one run, and nothing lost on the way."""
    told = {result.name: result for result in live._measure(tmp_path)}
    budgets = {name: result.budget for name, result in told.items() if result.budget is not None}
    assert budgets["live: 1,000 ticks/s, tick to pixel p99"] == pytest.approx(33.3, abs=0.1)
    assert budgets["live: 10,000 ticks/s, GUI gap p99"] == 33
    assert budgets["live: 10,000 ticks/s, GUI gap max"] == 100
    assert budgets["live: 10,000 ticks/s, main thread busy"] == 40
    assert all(result.value is not None and result.value >= 0 for result in told.values())
    lost = [result for name, result in told.items() if "lost" in name]
    assert [result.value for result in lost] == [0, 0]


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
