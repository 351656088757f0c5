"""The replay feed on a real loop: files, rounds, commands, the end."""

import asyncio
import contextlib
import math
import random
import time

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.feeds.replay_player import COMMANDS_KEPT
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.commands import (
    Disconnect,
    NextRound,
    Pause,
    Play,
    PreviousRound,
    SeekEnd,
    SeekRound,
    SeekStart,
    SeekTick,
    SetSpeed,
    Step,
)
from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened, Rewound
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.tick_files import round_lines, text

REPLAY = StreamId("replay/1")
PRICES = [1, 1.01, 1.05, 0.97, 1.2, 1.19, 0.0194]


def a_file(folder, name, *games, prices=PRICES):
    path = folder / name
    lines = [
        line
        for n, game in enumerate(games)
        for line in round_lines(prices, game=game, ms=n * 60_000)
    ]
    path.write_bytes(text(lines))
    return path


def a_feed(*paths, **settings):
    return ReplayFeed(
        paths,
        REPLAY,
        SystemClock(),
        ReplaySettings(**settings),
        find=find_recordings,
        read=open_recording,
    )


@contextlib.asynccontextmanager
async def playing(feed):
    """Run a feed; what it told is in the list, and grows."""
    told = []

    async def pump():
        async for event in feed.events():
            told.append(event)  # noqa: PERF401  # the list is looked at while it grows

    task = asyncio.get_running_loop().create_task(pump())
    try:
        yield told
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition):
    while not condition():  # noqa: ASYNC110  # what is waited for has no event of its own
        await asyncio.sleep(0.001)


def moves(told):
    return [event for event in told if isinstance(event, ReplayMoved)]


def stands_at(told, position, round_index=0):
    found = moves(told)
    return bool(found) and (found[-1].position, found[-1].round_index) == (position, round_index)


async def test_a_recording_opens_at_its_first_tick_and_waits(tmp_path):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa"))
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        assert isinstance(told[0], ReplayOpened)
        assert told[0].rounds == ("20251031-aa",)
        assert moves(told)[-1].playing is False
        assert {event.stream for event in told} == {REPLAY}


async def test_rounds_and_files_are_played_one_after_another_to_the_last_end(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    a_file(tmp_path, "b.jsonl", "20251031-cc")
    feed = a_feed(tmp_path, skip_to_activation=False)
    feed.steer(SetSpeed(speed=math.inf))
    feed.steer(Play())
    async with playing(feed) as told:
        await until(lambda: feed.finished)
        await until(lambda: stands_at(told, len(PRICES)))
        opened = [event for event in told if isinstance(event, ReplayOpened)]
        assert [event.source for event in opened] == ["a.jsonl", "b.jsonl"]
        names = {e.round_id for e in told if isinstance(e, PriceTicked | TickBlock)}
        assert names == {"20251031-aa", "20251031-bb", "20251031-cc"}
        assert moves(told)[-1].playing is False


async def test_next_and_previous_go_over_the_edge_of_a_file(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    a_file(tmp_path, "b.jsonl", "20251031-cc")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1, 0))
        feed.steer(NextRound())
        await until(lambda: stands_at(told, 1, 1))
        feed.steer(NextRound())
        await until(lambda: moves(told)[-1].source == "b.jsonl")
        feed.steer(NextRound())
        feed.steer(PreviousRound())
        await until(lambda: moves(told)[-1].source == "a.jsonl")
        assert moves(told)[-1].round_index == 1


@pytest.mark.parametrize(
    ("name", "tick", "source", "place", "position"),
    [
        ("20251031-bb", None, "a.jsonl", 1, 1),
        ("20251031-bb", 2, "a.jsonl", 1, 3),
        ("20251031-aa", -1, "a.jsonl", 0, 0),
        ("20251031-dd", 3, "c.jsonl", 0, 4),
        ("20251031-aa", 2, "a.jsonl", 0, 3),
    ],
)
async def test_a_round_is_found_wherever_it_is(tmp_path, name, tick, source, place, position):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    (tmp_path / "b.jsonl").write_bytes(b"\x00\x01\x02" * 100)
    a_file(tmp_path, "c.jsonl", "20251031-dd")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1, 0))
        feed.steer(SeekRound(round_id=name, tick=tick))
        await until(lambda: stands_at(told, position, place) and moves(told)[-1].source == source)
        shown = [event for event in told if isinstance(event, ReplayOpened)][-1]
        assert name in shown.rounds
        feed.steer(SeekRound(round_id="20251031-aa"))
        await until(lambda: stands_at(told, 1, 0) and moves(told)[-1].source == "a.jsonl")


async def test_a_round_that_no_file_holds_moves_nothing(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    a_file(tmp_path, "c.jsonl", "20251031-dd")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        feed.steer(NextRound())
        await until(lambda: stands_at(told, 1, 1))
        before = len(told)
        feed.steer(SeekRound(round_id="20251031-zz"))
        feed.steer(Step(ticks=1))
        await until(lambda: stands_at(told, 2, 1))
        assert not [event for event in told[before:] if isinstance(event, ReplayOpened)]
        feed.steer(NextRound())
        await until(lambda: moves(told)[-1].source == "c.jsonl")


async def test_a_file_that_cannot_be_read_is_told_of_and_passed_over(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "b.jsonl").write_bytes(b"\x00\x01\x02" * 100)
    a_file(tmp_path, "c.jsonl", "20251031-cc")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        problems = [event for event in told if isinstance(event, ProblemRaised)]
        assert len(problems) == 2
        assert "a.jsonl" in problems[0].what
        assert "empty" in problems[0].what
        assert moves(told)[-1].source == "c.jsonl"


async def test_a_list_without_one_readable_file_tells_why_and_ends(tmp_path):
    feed = a_feed(tmp_path / "missing.jsonl")
    feed.steer(Play())
    told = [event async for event in feed.events()]
    assert feed.finished
    assert [type(event) for event in told] == [ProblemRaised]


async def test_commands_that_are_not_a_replays_are_left_alone(tmp_path):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa"))
    feed.steer(Disconnect())
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        assert len(moves(told)) == 1


async def test_of_seeks_that_wait_only_the_newest_counts(tmp_path):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa"))
    for n in range(10_000):
        feed.steer(SeekTick(tick=n % 7))
    for _ in range(2 * COMMANDS_KEPT):
        feed.steer(Step(ticks=0))
    feed.steer(SeekTick(tick=3))
    assert len(feed._commands) == COMMANDS_KEPT
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 4))
        assert len([event for event in told if isinstance(event, Rewound)]) == 2


async def test_the_pace_is_kept_on_a_real_clock(tmp_path):
    prices = [1 + n / 100 for n in range(60)] + [0.02]
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa", prices=prices), speed=50.0)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        began = time.monotonic()
        feed.steer(Play())
        await until(lambda: stands_at(told, 61))
        assert 0.28 <= time.monotonic() - began < 2.0


async def test_the_state_is_the_same_at_any_speed_and_after_any_seeks(tmp_path):
    """FAULTS R16: one file, slow, fast, sought in and stepped through: one state."""
    path = a_file(tmp_path, "a.jsonl", "20251031-aa")
    seen = set()
    for commands in (
        [SetSpeed(speed=math.inf), Play()],
        [SetSpeed(speed=1000.0), Play()],
        [SeekEnd()],
        [SeekTick(tick=4), SeekStart(), Step(ticks=3), Step(ticks=-1), SeekEnd()],
    ):
        feed, engine = a_feed(path), Engine()
        for command in commands:
            feed.steer(command)
        async with playing(feed) as told:
            await until(lambda: stands_at(told, len(PRICES)) and feed.finished)  # noqa: B023
            advance = engine.handle(told)
        columns = advance.session.newest(REPLAY)
        seen.add((repr(advance.state.markets[REPLAY].round), columns.prices.tobytes()))
    assert len(seen) == 1


async def test_it_stops_at_once_at_full_speed(tmp_path):
    """S3-H4: closed while playing at full speed, 100 times, each in far less than a second."""
    prices = [1 + (n % 50) / 100 for n in range(1_000)] + [0.02]
    path = a_file(tmp_path, "a.jsonl", "20251031-aa", prices=prices)
    longest = 0.0
    for _ in range(100):
        feed = a_feed(path)
        feed.steer(SetSpeed(speed=math.inf))
        feed.steer(Play())
        async with playing(feed) as told:
            await until(lambda: told)
            began = time.monotonic()
        longest = max(longest, time.monotonic() - began)
    assert longest < 1.0
    assert len(asyncio.all_tasks()) == 1


async def test_no_order_of_commands_ends_the_feed(tmp_path):
    """S3-C3: open, play, pause, seek, change round, stop, in any order."""
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    a_file(tmp_path, "b.jsonl", "20251031-cc")
    rng = random.Random(33)
    draw = [
        Play(),
        Pause(),
        NextRound(),
        PreviousRound(),
        SeekStart(),
        SeekEnd(),
        Step(ticks=-2),
        SetSpeed(speed=math.inf),
        SetSpeed(speed=0.1),
    ]
    for _ in range(60):
        feed = a_feed(tmp_path)
        async with playing(feed) as told:
            for _ in range(12):
                feed.steer(rng.choice(draw))
                await asyncio.sleep(rng.choice([0, 0, 0.001]))
            feed.steer(Pause())
            feed.steer(SeekStart())
            await until(lambda: moves(told) and moves(told)[-1].position == 0)
            assert not [event for event in told if isinstance(event, ProblemRaised)]
    assert len(asyncio.all_tasks()) == 1


async def test_of_a_long_list_only_the_file_being_played_is_read(tmp_path):
    files = [a_file(tmp_path, f"{n:03}.jsonl", "20251031-yy") for n in range(900)]
    opened = []

    def read(path, stream):
        opened.append(path)
        return open_recording(path, stream)

    feed = ReplayFeed(
        files, REPLAY, SystemClock(), ReplaySettings(), find=find_recordings, read=read
    )
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        feed.steer(NextRound())
        await until(lambda: moves(told)[-1].source == "001.jsonl")
        assert len(opened) == 2
