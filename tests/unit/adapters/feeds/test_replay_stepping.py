"""Stepping from event to event, loops and lists, on a real loop with real files."""

import math

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds import replay_player
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.adapters.library.playlist import Entry, find_played, write_playlist
from replayer_qt.core.commands import NextRound, Play, SeekEnd, SeekRound, SeekTick, SetSpeed, Step
from replayer_qt.core.events import PriceTicked, TickBlock
from replayer_qt.core.landmarks import Landmark, Place
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.replay_commands import (
    ClearLoop,
    SeekLandmark,
    SetLoopEnd,
    SetLoopStart,
    Shuffle,
)
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped, Rewound
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from tests.unit.adapters.feeds.test_replay import PRICES, a_file, moves, playing, stands_at, until

REPLAY = StreamId("replay/1")
RUG = frozenset({Landmark.RUG})


def a_feed(*paths, **settings):
    return ReplayFeed(
        paths,
        REPLAY,
        SystemClock(),
        ReplaySettings(**settings),
        find=find_played,
        read=open_recording,
    )


def seek(*kinds, forward=True, **places):
    return SeekLandmark(kinds=frozenset(kinds), forward=forward, **places)


def where(told):
    """The round, and how many of its ticks are known."""
    shown = [event for event in told if isinstance(event, ReplayShaped)]
    return (shown[-1].round_id, moves(told)[-1].position) if shown else None


async def test_stepping_goes_over_the_edges_of_rounds_and_files_and_stands_still(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    a_file(tmp_path, "b.jsonl", "20251031-cc")
    feed = a_feed(tmp_path)
    end = len(PRICES)
    async with playing(feed) as told:
        feed.steer(Play())
        for name in ("20251031-aa", "20251031-bb", "20251031-cc"):
            feed.steer(seek(*RUG))
            await until(lambda: where(told) == (name, end))  # noqa: B023
            assert moves(told)[-1].playing is False
        feed.steer(seek(*RUG))
        await until(lambda: any(isinstance(event, ProblemRaised) for event in told))
        assert where(told) == ("20251031-cc", end)
        feed.steer(seek(Landmark.PEAK, forward=False))
        await until(lambda: where(told) == ("20251031-cc", PRICES.index(max(PRICES)) + 1))
        for _ in range(2):
            feed.steer(seek(Landmark.ROUND_START, forward=False))
        await until(lambda: where(told) == ("20251031-bb", 1))


async def test_bookmarks_and_own_orders_are_where_the_asker_says(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    feed = a_feed(tmp_path)
    kept = tuple(Place(RoundId(f"20251031-{name}"), 3) for name in ("aa", "bb"))
    async with playing(feed) as told:
        feed.steer(seek(Landmark.BOOKMARK, bookmarks=kept, own=(Place(kept[0].round_id, 1),)))
        await until(lambda: where(told) == ("20251031-aa", 4))
        feed.steer(seek(Landmark.BOOKMARK, bookmarks=kept))
        await until(lambda: where(told) == ("20251031-bb", 4))
        feed.steer(seek(Landmark.OWN_ORDER, forward=False, own=(Place(kept[0].round_id, 1),)))
        await until(lambda: where(told) == ("20251031-aa", 2))


async def test_where_nothing_is_found_the_replay_stays_and_says_so(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    (tmp_path / "b.jsonl").write_bytes(b"\x00\x01\x02" * 100)
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        feed.steer(seek(Landmark.GOD_CANDLE))
        await until(lambda: any(isinstance(event, ProblemRaised) for event in told))
        codes = [event.code for event in told if isinstance(event, ProblemRaised)]
        assert codes == ["recording-unreadable", "landmark-none"]
        assert where(told) == ("20251031-aa", 1)
        feed.steer(NextRound())
        await until(lambda: where(told) == ("20251031-bb", 1))


def codes(told):
    return [event.code for event in told if isinstance(event, ProblemRaised)]


def four_rounds(folder):
    return a_file(folder, "a.jsonl", *(f"20251031-{name}" for name in ("aa", "bb", "cc", "dd")))


async def test_a_search_that_something_newer_ends_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(replay_player, "ROUNDS_AT_ONCE", 1)
    feed = a_feed(four_rounds(tmp_path))
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        feed.steer(seek(Landmark.GOD_CANDLE))
        feed.steer(Step(ticks=2))
        await until(lambda: stands_at(told, 3))
        assert codes(told) == []


async def test_events_asked_for_in_one_breath_are_stepped_to_one_after_another(tmp_path):
    feed = a_feed(four_rounds(tmp_path))
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        for _ in range(3):
            feed.steer(seek(*RUG))
        await until(lambda: where(told) == ("20251031-cc", len(PRICES)))
        assert codes(told) == []


async def test_a_search_that_goes_too_far_ends_and_does_not_say_there_is_nothing(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(replay_player, "ROUNDS_SEARCHED", 2)
    feed = a_feed(four_rounds(tmp_path))
    async with playing(feed) as told:
        feed.steer(seek(Landmark.GOD_CANDLE))
        await until(lambda: codes(told) == ["landmark-far"])
        assert where(told) == ("20251031-aa", 1)


async def test_the_search_for_a_round_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(replay_player, "ROUNDS_SEARCHED", 2)
    for name in ("aa", "bb", "cc", "dd"):
        a_file(tmp_path, f"{name}.jsonl", f"20251031-{name}")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        feed.steer(SeekRound(round_id=RoundId("20251031-dd")))
        await until(lambda: codes(told) == ["landmark-far"])
        feed.steer(SeekRound(round_id=RoundId("20251031-cc")))
        await until(lambda: where(told) == ("20251031-cc", 1))


async def test_what_is_stepped_to_is_the_state_that_is_played_to(tmp_path):
    """N15: over the edge of a round, too."""
    path = a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb")
    peak = PRICES.index(max(PRICES))
    seen = set()
    for commands in (
        [seek(Landmark.RUG), seek(Landmark.PEAK)],
        [NextRound(), SeekTick(tick=peak)],
        [SeekEnd(), NextRound(), Step(ticks=peak)],
    ):
        feed, engine = a_feed(path), Engine()
        for command in commands:
            feed.steer(command)
        async with playing(feed) as told:
            await until(lambda: stands_at(told, peak + 1, 1))
            advance = engine.handle(told)
        columns = advance.session.newest(REPLAY)
        market = advance.state.markets[REPLAY]
        seen.add((repr((market.round, market.previous)), columns.prices.tobytes()))
    assert len(seen) == 1


# --- the loop


def back_at(rewound):
    """The newest tick that a rewind leads to."""
    ticks = [e.tick for e in rewound.history if isinstance(e, PriceTicked)]
    blocks = [int(e.ticks[-1]) for e in rewound.history if isinstance(e, TickBlock)]
    return max(ticks + blocks)


@pytest.mark.parametrize("speed", [20.0, 1000.0, math.inf])
async def test_a_loop_plays_its_ticks_again_and_again_and_each_jump_back_is_a_rewind(
    tmp_path, speed
):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa"), speed=speed)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        for command in (SetLoopEnd(tick=4), SetLoopStart(tick=2), Play()):
            feed.steer(command)
        await until(lambda: sum(isinstance(event, Rewound) for event in told) >= 5)
        last = [event for event in told if isinstance(event, Rewound)][-1]
        assert len(last.history) < 15
        assert back_at(last) == 2
        found = moves(told)[-1]
        assert (found.loop_start, found.loop_end, found.playing) == (2, 4, True)
        assert max(event.position for event in moves(told)) <= 5
        feed.steer(ClearLoop())
        await until(lambda: stands_at(told, len(PRICES)))
        assert moves(told)[-1].loop_end is None


async def test_a_loop_to_the_rounds_end_goes_on_to_no_other_round(tmp_path):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb"), speed=math.inf)
    async with playing(feed) as told:
        for command in (SetLoopStart(tick=1), SeekEnd(), SetLoopEnd(), Play()):
            feed.steer(command)
        await until(lambda: sum(isinstance(event, Rewound) for event in told) >= 6)
        assert {event.round_id for event in told if isinstance(event, ReplayShaped)} == {
            "20251031-aa"
        }
        feed.steer(NextRound())
        await until(lambda: where(told)[0] == "20251031-bb")
        assert moves(told)[-1].loop_start is None


async def test_an_end_before_the_beginning_forgets_it(tmp_path):
    feed = a_feed(a_file(tmp_path, "a.jsonl", "20251031-aa"))
    async with playing(feed) as told:
        for command in (SetLoopStart(tick=4), SetLoopEnd(tick=3)):
            feed.steer(command)
        await until(lambda: moves(told) and moves(told)[-1].loop_end == 3)
        assert moves(told)[-1].loop_start is None
        feed.steer(SetLoopStart(tick=3))
        await until(lambda: moves(told)[-1].loop_start == 3)
        assert moves(told)[-1].loop_end is None


# --- lists


def a_playlist(folder, *named):
    path = folder / "mine.playlist.jsonl"
    write_playlist(
        path,
        [Entry(path=file, stream=PRACTICE, round_id=RoundId(name)) for file, name in named],
    )
    return path


async def played(feed, told):
    """Play to the end of all, and return the rounds in the order they came."""
    feed.steer(SetSpeed(speed=math.inf))
    feed.steer(Play())
    await until(lambda: feed.finished)
    shown = [event.round_id for event in told if isinstance(event, ReplayShaped)]
    return [name.removeprefix("20251031-") for name in shown]


async def test_of_a_playlist_exactly_the_named_rounds_are_played_in_its_order(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa", "20251031-bb", "20251031-cc")
    a_file(tmp_path, "b.jsonl", "20251031-dd", "20251031-ee")
    names = (("a.jsonl", "cc"), ("a.jsonl", "aa"), ("b.jsonl", "ee"), ("a.jsonl", "bb"))
    feed = a_feed(a_playlist(tmp_path, *((file, f"20251031-{name}") for file, name in names)))
    async with playing(feed) as told:
        assert await played(feed, told) == ["cc", "aa", "ee", "bb"]
        await until(lambda: moves(told)[-1].file_index == 2)
        last = moves(told)[-1]
        assert (last.file_index, last.files, last.round_index, last.rounds) == (2, 3, 0, 1)


async def test_a_round_that_its_file_does_not_hold_is_told_of(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa")
    named = (("a.jsonl", "20251031-zz"), ("a.jsonl", "20251031-aa"))
    feed = a_feed(a_playlist(tmp_path, *named))
    async with playing(feed) as told:
        assert await played(feed, told) == ["aa"]
        problems = [event.what for event in told if isinstance(event, ProblemRaised)]
        assert problems == ["a.jsonl does not hold the round 20251031-zz of the playlist."]


async def shuffled(folder, listed, seed):
    feed = a_feed(listed)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        feed.steer(Shuffle(seed=seed))
        await until(lambda: moves(told)[-1].seed == seed)
        before = len([event for event in told if isinstance(event, Rewound)])
        assert before == 1  # the round at hand stays
        first = moves(told)[-1].file_index
        order = await played(feed, told)
        feed.steer(Shuffle(seed=None))
        await until(lambda: moves(told)[-1].seed is None)
        return first, order


async def test_a_shuffled_list_comes_in_the_order_that_its_seed_names(tmp_path):
    names = [f"{n:02}" for n in range(12)]
    for name in names:
        a_file(tmp_path, f"{name}.jsonl", f"20251031-{name}", prices=[1, 1.1, 0.02])
    listed = a_playlist(tmp_path, *((f"{name}.jsonl", f"20251031-{name}") for name in names))
    first, order = await shuffled(tmp_path, listed, 7)
    assert (first, order) == await shuffled(tmp_path, listed, 7)
    assert order[0] == "00"
    assert len(order) == len(names) - first
    assert order[1:] != sorted(order[1:])
    _, other = await shuffled(tmp_path, listed, 8)
    assert other != order


async def test_a_loop_and_a_list_are_told_of_in_every_move(tmp_path):
    a_file(tmp_path, "a.jsonl", "20251031-aa")
    a_file(tmp_path, "b.jsonl", "20251031-bb")
    feed = a_feed(tmp_path)
    async with playing(feed) as told:
        await until(lambda: stands_at(told, 1))
        assert isinstance(moves(told)[-1], ReplayMoved)
        assert (moves(told)[-1].files, moves(told)[-1].behind) == (2, None)
