"""The past of a running stream, replayed while it grows."""

import math
import random
from hashlib import sha256

from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds import replay_past
from replayer_qt.adapters.feeds.replay_past import NAME, PastFeed
from replayer_qt.adapters.feeds.replay_tape import tapes
from replayer_qt.core.commands import (
    NextRound,
    Pause,
    Play,
    PreviousRound,
    SeekEnd,
    SeekPeak,
    SeekShare,
    SeekStart,
    SetSpeed,
    Step,
)
from replayer_qt.core.landmarks import Landmark
from replayer_qt.core.replay_commands import Grow, SeekLandmark, SetLoopEnd, SetLoopStart
from replayer_qt.core.replay_events import ReplayGrown, ReplayOpened
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.make import a_round
from tests.unit.adapters.feeds.test_replay import moves, playing, until
from tests.unit.adapters.feeds.test_replay_stepping import where

REPLAY = StreamId("replay/1")
ONE, TWO = RoundId("20261121-01"), RoundId("20261121-02")
PRICES = [1 + (n * 7 % 13) / 50 for n in range(40)]


def a_feed(told, **settings):
    rounds = {}
    for event in told:
        rounds.setdefault(event.round_id, []).append(event)
    return PastFeed(PRACTICE, rounds, REPLAY, SystemClock(), ReplaySettings(**settings))


def first_round():
    return a_round([*PRICES, 0.02], round_id=ONE)


def second_round():
    return a_round([*PRICES, 0.02], round_id=TWO)


async def test_it_stands_at_the_newest_tick_and_says_how_far_behind_it_falls():
    heard = second_round()
    feed = a_feed(first_round() + heard[:11])
    feed.steer(SeekEnd())
    feed.steer(Step(ticks=-3))
    async with playing(feed) as told:
        await until(lambda: where(told) == (TWO, 7))
        assert isinstance(told[0], ReplayOpened)
        assert (told[0].past_of, told[0].source, told[0].rounds) == (PRACTICE, NAME, (ONE, TWO))
        assert moves(told)[-1].behind == 3
        feed.steer(Grow(events=tuple(heard[11:21])))
        await until(lambda: moves(told)[-1].behind == 13)
        assert where(told) == (TWO, 7)
        assert any(isinstance(event, ReplayGrown) for event in told)


async def test_played_it_catches_up_goes_on_with_what_comes_and_into_the_next_round():
    heard = first_round()
    feed = a_feed(heard[:11], speed=math.inf)
    for command in (SeekEnd(), Step(ticks=-8), Play()):
        feed.steer(command)
    async with playing(feed) as told:
        await until(lambda: where(told) == (ONE, 10) and moves(told)[-1].behind == 0)
        assert moves(told)[-1].playing
        for event in heard[11:]:
            feed.steer(Grow(events=(event,)))
        await until(lambda: moves(told)[-1].position == 41)
        feed.steer(Grow(events=tuple(second_round()[:5])))
        await until(lambda: where(told) == (TWO, 4))
        assert moves(told)[-1].behind == 0
        feed.steer(Grow(events=tuple(second_round()[5:7]), ended=True))
        await until(lambda: where(told) == (TWO, 6))
        await until(lambda: moves(told)[-1].behind is None and not moves(told)[-1].playing)


async def test_earlier_rounds_are_gone_to_while_the_running_one_grows():
    heard = second_round()
    feed = a_feed(first_round() + heard[:5])
    feed.steer(PreviousRound())
    async with playing(feed) as told:
        await until(lambda: where(told) == (ONE, 1))
        feed.steer(Grow(events=tuple(heard[5:20])))
        feed.steer(SeekLandmark(kinds=frozenset({Landmark.ROUND_START}), forward=True))
        await until(lambda: where(told) == (TWO, 1))
        await until(lambda: moves(told)[-1].length == 19)


async def test_where_its_room_ends_it_stands_still_and_knows_no_later_round(monkeypatch):
    """The past has a bound; what comes after it makes no round that holds nothing."""
    monkeypatch.setattr(replay_past, "EVENTS_KEPT", 10)
    heard = first_round()
    feed = a_feed(heard[:11], speed=math.inf)
    for command in (SeekEnd(), Step(ticks=-1), Play()):
        feed.steer(command)
    async with playing(feed) as told:
        await until(lambda: moves(told) and moves(told)[-1].behind == 0)
        feed.steer(Grow(events=tuple(heard[11:])))
        for _ in range(3):
            feed.steer(Grow(events=tuple(second_round())))
        await until(lambda: moves(told)[-1].behind is None and not moves(told)[-1].playing)
        assert where(told) == (ONE, 19)
        feed.steer(NextRound())
        feed.steer(Step(ticks=-2))
        await until(lambda: where(told) == (ONE, 17))


async def test_rounds_of_which_nothing_is_known_are_none_of_the_past():
    feed = PastFeed(
        PRACTICE, {ONE: [], TWO: second_round()}, REPLAY, SystemClock(), ReplaySettings()
    )
    feed.steer(PreviousRound())
    async with playing(feed) as told:
        await until(lambda: where(told) is not None)
        assert told[0].rounds == (TWO,)


async def test_nothing_heard_yet_is_nothing_to_look_back_at():
    assert [event async for event in a_feed([]).events()] == []


def digest(engine):
    market = engine.state.markets[REPLAY]
    session = engine.handle(()).session
    name = market.round.round_id
    columns = b"".join(
        column.tobytes()
        for series in [session.series(REPLAY, name)]
        for column in (series.ticks, series.prices, series.ats)
    )
    return sha256(repr(market.round).encode() + columns).hexdigest()


def expected(events, position):
    """The state after so many ticks, folded from what the venue said alone."""
    engine = Engine()
    (tape,) = tapes([replace(event, stream=REPLAY) for event in events], REPLAY)
    engine.handle(tape.events[: tape.stop(position)])
    return digest(engine)


async def at_rest(feed, told):
    await until(lambda: not feed._commands and moves(told) and not moves(told)[-1].playing)


async def test_the_state_at_a_tick_is_the_same_however_it_is_reached_while_it_grows():
    """N15: 250 walks of steps, jumps, speeds, directions and loops; four checks in each."""
    rng = random.Random(15)
    heard = second_round()
    known = {n: expected(heard, n) for n in range(1, 42)}
    draw = [
        lambda: Step(ticks=rng.randint(-9, 9)),
        lambda: SeekShare(share=rng.random()),
        lambda: SetSpeed(speed=rng.choice([0.5, 50.0, 1000.0, math.inf])),
        Play,
        Pause,
        SeekStart,
        SeekPeak,
        SeekEnd,
        SetLoopStart,
        SetLoopEnd,
        lambda: SeekLandmark(
            kinds=frozenset({Landmark.PEAK, Landmark.TROUGH}), forward=rng.random() < 0.5
        ),
    ]
    checks = 0
    for _ in range(250):
        feed, engine, taken = a_feed(first_round() + heard[:11]), Engine(), 0
        at = 11
        async with playing(feed) as told:
            for _ in range(4):
                for _ in range(rng.randint(1, 5)):
                    feed.steer(rng.choice(draw)())
                    more = rng.randint(0, 4)
                    feed.steer(Grow(events=tuple(heard[at : at + more])))
                    at += more
                feed.steer(Pause())
                await at_rest(feed, told)
                engine.handle(told[taken:])
                taken = len(told)
                round_ = engine.state.markets[REPLAY].round
                position = moves(told)[-1].position
                if round_ is not None and round_.round_id == TWO and position:
                    assert digest(engine) == known[position]
                    checks += 1
    assert checks > 300
