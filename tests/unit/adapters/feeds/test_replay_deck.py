"""Positions, pace and commands of a tape being played, on a clock moved by hand."""

import math
import random
from hashlib import sha256

import pytest
from msgspec.structs import replace

from replayer_qt.adapters.feeds.replay_deck import Deck
from replayer_qt.adapters.feeds.replay_shape import Standing
from replayer_qt.adapters.feeds.replay_tape import tapes
from replayer_qt.core.commands import (
    Pause,
    Play,
    SeekActivation,
    SeekEnd,
    SeekPeak,
    SeekRug,
    SeekShare,
    SeekStart,
    SeekTick,
    SetSpacing,
    SetSpeed,
    Step,
)
from replayer_qt.core.events import (
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TickBlock,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayMoved, ReplayShaped, Rewound
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.clock import SteppedClock
from tests.helpers.make import event, ticked

REPLAY = StreamId("replay/1")
NAME = RoundId("20251031-00112233445566ff")


def a_recording(count: int = 40):
    """A countdown, ticks every 250 ms (some without a trade count, one late), and the rug."""
    rng = random.Random(7)
    ms = 1_000_000
    events = [
        event(RoundOpened, 0, round_id=NAME),
        event(PhaseChanged, 0, round_id=NAME, phase=Phase.PRESALE),
    ]
    events += [
        event(TimerTicked, n * 100 * ms, round_id=NAME, remaining_ms=5_000 - n * 100)
        for n in range(50)
    ]
    events.append(event(PhaseChanged, 5_000 * ms, round_id=NAME, phase=Phase.ACTIVE))
    price = 1.0
    for n in range(count):
        price *= 1 + rng.uniform(-0.05, 0.06)
        at = (5_000 + n * 250) * ms
        rug = n == count - 1
        events.append(
            event(
                PriceTicked,
                at,
                round_id=NAME,
                tick=n,
                price=0.01 if rug else price,
                trade_count=n if n % 3 else None,
                origin=TickOrigin.PARTIAL if n == 11 else TickOrigin.LIVE,
            )
        )
        if rug:
            events.append(event(RoundRugged, at, round_id=NAME, tick=n, price=0.01))
    events.append(
        event(PhaseChanged, (5_600 + count * 250) * ms, round_id=NAME, phase=Phase.RUGGED)
    )
    return events


def a_deck(events=None, *, speed=1.0, fixed_ms=None, skip=False):
    clock = SteppedClock()
    deck = Deck(REPLAY, clock, speed=speed, fixed_ms=fixed_ms)
    (tape,) = tapes(events or a_recording(), REPLAY)
    told = deck.load(tape, Standing(source="x"), skip=skip)
    return deck, clock, tape, told


def run_until(deck, clock, stop, limit=100_000):
    """Let time pass from due to due, and return what was told."""
    told = []
    for _ in range(limit):
        if stop():
            return told
        due = deck.due()
        assert due is not None
        clock.mono = max(clock.mono, due)
        told += deck.turn()
    raise AssertionError("never stopped")


def digest(engine: Engine) -> str:
    """What a trader would see: the rounds and the columns, not the replay's own position."""
    market = engine.state.markets[REPLAY]
    series = engine.handle(()).session.series(REPLAY, NAME)
    columns = (
        b""
        if series is None
        else b"".join(column.tobytes() for column in (series.ticks, series.prices, series.ats))
    )
    seen = (market.round, market.previous, market.finished, market.refused)
    return sha256(repr(seen).encode() + columns).hexdigest()


def test_full_speed_takes_a_long_round_in_a_tenth_of_a_second_of_its_clock():
    """S0-L3: 1,300 ticks within 100 ms, and no turn waits, so that frames are painted between."""
    deck, clock, _tape, _told = a_deck(a_recording(1_300), speed=math.inf)
    began = clock.mono
    told = deck.obey(Play()) + run_until(deck, clock, deck.at_end)
    assert clock.mono - began <= 100_000_000
    played = sum(len(e.ticks) if isinstance(e, TickBlock) else 1 for e in told
                 if isinstance(e, TickBlock | PriceTicked))  # fmt: skip
    assert played == 1_300
    assert newest_position(told) == 1_300


def newest_position(events):
    return [e.position for e in events if isinstance(e, ReplayMoved)][-1]


def test_state_at_a_tick_is_the_same_however_it_was_reached():
    """N15: forward, backward, by jumps and at any speed, over 1,000 random walks."""
    deck, clock, tape, told = a_deck()
    truth = {}
    engine = Engine()
    engine.handle(told)
    for position in range(1, len(tape) + 1):
        engine.handle(deck.obey(Step(ticks=1)))
        truth[position] = digest(engine)
    rng = random.Random(15)
    for _ in range(1_000):
        deck, clock, tape, told = a_deck(speed=rng.choice([0.1, 1.0, 30.0, 1000.0, math.inf]))
        engine = Engine()
        engine.handle(told)
        for _ in range(rng.randint(1, 6)):
            command = rng.choice(
                [
                    Step(ticks=rng.randint(-20, 20)),
                    SeekTick(tick=rng.randint(0, len(tape) + 3)),
                    SeekShare(share=rng.random()),
                    SeekPeak(),
                    SeekRug(),
                    SeekActivation(),
                    SeekStart(),
                    SeekEnd(),
                    Play(),
                    Pause(),
                    SetSpeed(speed=rng.choice([0.1, 7.0, 1000.0])),
                ]
            )
            engine.handle(deck.obey(command))
            clock.pass_s(rng.choice([0.0, 0.01, 0.3, 2.0]))
            engine.handle(deck.turn())
        target = rng.randint(1, len(tape))
        engine.handle(deck.obey(Pause()))
        engine.handle(deck.obey(SeekTick(tick=target - 1)))
        if rng.random() < 0.5 and target > 3:
            engine.handle(deck.obey(SeekTick(tick=target - 4)))
            engine.handle(deck.obey(Step(ticks=3)))
        assert digest(engine) == truth[target]


@pytest.mark.parametrize("speed", [0.1, 1.0, 10.0, 1000.0, math.inf])
def test_playing_through_ends_in_the_same_state_at_any_speed(speed):
    """N15, FAULTS R16: blocks of ticks mean the same as the ticks one by one."""
    events = a_recording(300)
    deck, clock, _, told = a_deck(events, speed=speed)
    engine = Engine()
    engine.handle(told + deck.obey(Play()))
    engine.handle(run_until(deck, clock, deck.at_end))
    deck, clock, tape, told = a_deck(events)
    stepped = Engine()
    stepped.handle(told)
    for _ in range(len(tape)):
        stepped.handle(deck.obey(Step(ticks=1)))
    stepped.handle(deck.obey(Play()))
    stepped.handle(run_until(deck, clock, deck.at_end))
    assert digest(engine) == digest(stepped)


def test_at_speed_one_every_tick_comes_when_it_came():
    deck, clock, tape, _ = a_deck(skip=True)
    began = clock.mono
    deck.obey(Play())
    arrivals = []
    while not deck.at_end():
        clock.mono = max(clock.mono, deck.due())
        ticks = [told.tick for told in deck.turn() if isinstance(told, PriceTicked)]
        arrivals += [(tick, (clock.mono - began) / 1e6) for tick in ticks]
    assert arrivals[0] == (1, 250.0)
    assert all(abs(ms - tick * 250) <= 1 for tick, ms in arrivals)
    assert len(arrivals) == len(tape) - 1


def test_a_late_turn_never_moves_the_deadlines_after_it():
    deck, clock, _, _ = a_deck(skip=True)
    deck.obey(Play())
    clock.pass_s(1.1)
    late = [told.tick for told in deck.turn() if isinstance(told, PriceTicked)]
    assert late == [1, 2, 3, 4]
    clock.pass_s(0.15)
    assert [told.tick for told in deck.turn() if isinstance(told, PriceTicked)] == [5]


def test_a_change_of_speed_never_moves_the_position():
    deck, clock, _, _ = a_deck(skip=True)
    deck.obey(Play())
    clock.pass_s(1.0)
    deck.turn()
    before = deck.cursor
    for speed in (0.1, 1000.0, math.inf, 3.0):
        deck.obey(SetSpeed(speed=speed))
        assert deck.cursor == before


def test_a_speed_out_of_range_is_brought_into_it_and_no_number_is_refused():
    deck, _, _, _ = a_deck()
    told = [deck.obey(SetSpeed(speed=speed)) for speed in (5_000.0, 0.01, math.inf)]
    assert [moved[-1].speed for moved in told] == [1000.0, 0.1, math.inf]
    assert deck.obey(SetSpeed(speed=math.nan)) == []
    assert deck.obey(SetSpeed(speed=-1.0)) == []


def test_even_spacing_is_between_ticks_only():
    deck, clock, _, _ = a_deck(fixed_ms=100, skip=True)
    deck.obey(Play())
    began = clock.mono
    ticks = []
    while len(ticks) < 10:
        clock.mono = max(clock.mono, deck.due())
        ticks += [(e.tick, clock.mono - began) for e in deck.turn() if isinstance(e, PriceTicked)]
    assert [at for _, at in ticks] == [n * 100_000_000 for n in range(1, 11)]
    deck.obey(SetSpacing(fixed_ms=None))
    assert deck.due() - clock.mono == 250_000_000


def test_each_seek_goes_where_it_says():
    deck, _, tape, _ = a_deck()
    peak = max(range(len(tape) - 1), key=lambda n: tape.prices[n])
    for command, position in [
        (SeekStart(), 0),
        (SeekActivation(), 1),
        (SeekPeak(), peak + 1),
        (SeekRug(), len(tape)),
        (SeekTick(tick=17), 18),
        (SeekTick(tick=-5), 0),
        (SeekTick(tick=10**9), len(tape)),
        (SeekShare(share=0.5), len(tape) // 2),
        (SeekShare(share=math.nan), 0),
        (SeekShare(share=9.0), len(tape)),
        (SeekEnd(), len(tape)),
    ]:
        rewound, moved = deck.obey(command)
        assert isinstance(rewound, Rewound)
        assert moved.position == position, command


def test_the_rug_is_told_in_the_same_moment_as_its_tick():
    deck, _, _, _ = a_deck()
    rewound, _ = deck.obey(SeekRug())
    assert isinstance(rewound.history[-1], RoundRugged)


def test_a_step_forward_yields_the_events_themselves():
    deck, _, _, _ = a_deck()
    deck.obey(SeekTick(tick=4))
    told = deck.obey(Step(ticks=2))
    assert [e.tick for e in told if isinstance(e, PriceTicked)] == [5, 6]
    assert not [e for e in told if isinstance(e, Rewound)]


def test_steps_beyond_the_ends_stay_at_the_ends():
    deck, _, tape, _ = a_deck()
    assert newest_position(deck.obey(Step(ticks=10**6))) == len(tape)
    assert newest_position(deck.obey(Step(ticks=1))) == len(tape)
    assert newest_position(deck.obey(Step(ticks=-(10**6)))) == 0


def test_it_stands_still_at_the_end_and_play_begins_the_round_again():
    deck, clock, _, _ = a_deck(speed=1000.0, skip=True)
    deck.obey(Play())
    told = run_until(deck, clock, deck.at_end)
    assert told[-1].playing is False
    assert deck.due() is None
    rewound, moved, playing = deck.obey(Play())
    assert isinstance(rewound, Rewound)
    assert (moved.position, playing.playing) == (1, True)


def test_where_it_stands_is_told_twenty_times_a_second_at_most():
    deck, clock, _, _ = a_deck(a_recording(4000), speed=100.0, skip=True)
    deck.obey(Play())
    began = clock.mono
    told = run_until(deck, clock, lambda: clock.mono - began > 2_000_000_000)
    moves = [e for e in told if isinstance(e, ReplayMoved)]
    assert 30 <= len(moves) <= 41
    assert moves[-1].achieved == pytest.approx(100.0, rel=0.05)


def test_the_speed_that_is_reached_is_that_of_what_was_played():
    """A deck that falls behind does not say what was asked for."""
    count = 500_000
    ms = 1_000_000
    told = [event(RoundOpened, 0, round_id=NAME)]
    told += [event(PriceTicked, n * ms, round_id=NAME, tick=n, price=1.0) for n in range(count)]
    deck, clock, _, _ = a_deck(told, speed=1000.0)
    deck.obey(Play())
    began = clock.monotonic()
    for _ in range(4):
        clock.mono += 100 * ms
        moved = [each for each in deck.turn() if isinstance(each, ReplayMoved)][-1]
        played = moved.position * ms / (clock.monotonic() - began)
        assert moved.achieved == pytest.approx(played, rel=0.01)
        assert moved.achieved < 700


def test_a_deck_that_keeps_up_reaches_the_speed_between_two_ticks_too():
    deck, clock, _, _ = a_deck(speed=2.0)
    deck.obey(Play())
    reached = []
    for _ in range(60):
        clock.mono += 70_000_000
        reached += [each.achieved for each in deck.turn() if isinstance(each, ReplayMoved)]
    assert reached
    assert all(speed == pytest.approx(2.0) for speed in reached)


def test_ticks_played_faster_than_one_can_see_come_in_blocks():
    deck, _, _, _ = a_deck(a_recording(5000), speed=math.inf, skip=True)
    deck.obey(Play())
    told = deck.turn()
    blocks = [e for e in told if isinstance(e, TickBlock)]
    assert sum(len(block.ticks) for block in blocks) > 4_900
    assert not blocks[0].prices.flags.writeable


def test_a_tick_that_was_filled_in_is_never_put_into_a_block():
    deck, _, _, _ = a_deck(speed=math.inf)
    told = deck.obey(SeekEnd())[0].history
    single = [e for e in told if isinstance(e, PriceTicked) and e.origin is TickOrigin.PARTIAL]
    assert [e.tick for e in single] == [11]


def test_loading_another_round_keeps_nothing_of_the_one_before():
    """N16: the chart's line has as many points as there are ticks up to the position."""
    deck, _, _, told = a_deck(skip=True)
    engine = Engine()
    engine.handle(told)
    engine.handle(deck.obey(SeekTick(tick=20)))
    other = [ticked(n, 1.0 + n, round_id=RoundId("other")) for n in range(9)]
    (next_tape,) = tapes(other, REPLAY)
    advance = engine.handle(
        deck.load(next_tape, Standing(source="y", round_index=1, rounds=2), skip=True)
    )
    assert advance.session.series(REPLAY, NAME) is None
    assert len(advance.session.newest(REPLAY)) == 1
    advance = engine.handle(deck.obey(SeekTick(tick=5)))
    assert len(advance.session.newest(REPLAY)) == 6
    assert advance.state.markets[REPLAY].round.ticks == 6


def test_the_whole_rounds_shape_is_told_when_it_is_loaded():
    _, _, tape, told = a_deck()
    assert isinstance(told[0], ReplayShaped)
    assert told[0].prices.tolist() == tape.prices.tolist()
    assert told[0].rug_tick == len(tape) - 1
    assert (told[0].stream, told[0].recorded_as) == (REPLAY, PRACTICE)


def test_the_shape_of_a_long_round_keeps_its_ends_and_extremes():
    events = a_recording(50_000)
    _, _, tape, told = a_deck(events)
    shape = told[0]
    assert len(shape.prices) <= 4_200
    assert shape.prices.max() == tape.prices.max()
    assert (shape.ticks[0], shape.ticks[-1]) == (0, 49_999)


def test_no_order_of_commands_raises_or_starts_a_second_clock():
    """S3-C3: 10,000 random sequences of play, pause, stop, seek, speed and load."""
    rng = random.Random(3)
    (tape,) = tapes(a_recording(12), REPLAY)
    (other,) = tapes([ticked(n, 1.0 + n) for n in range(5)], REPLAY)
    draw = [
        Play,
        Pause,
        SeekStart,
        SeekEnd,
        SeekPeak,
        SeekRug,
        SeekActivation,
        lambda: Step(ticks=rng.randint(-9, 9)),
        lambda: SeekTick(tick=rng.randint(-3, 20)),
        lambda: SeekShare(share=rng.uniform(-1, 2)),
        lambda: SetSpeed(speed=rng.choice([0.1, 1.0, 50.0, 1e9, math.inf, math.nan, 0.0])),
        lambda: SetSpacing(fixed_ms=rng.choice([None, 0, 10, -4, 10**9])),
    ]
    for _ in range(10_000):
        clock = SteppedClock()
        deck = Deck(REPLAY, clock, speed=rng.choice([1.0, math.inf]), fixed_ms=None)
        for _ in range(rng.randint(1, 8)):
            if rng.random() < 0.2:
                deck.load(rng.choice([tape, other]), Standing(), skip=True)
            deck.obey(rng.choice(draw)())
            clock.mono += rng.choice([0, 1_000, 300_000_000])
            deck.turn()
            assert (deck.due() is not None) == deck.playing
            assert not (deck.playing and deck.at_end())


def test_times_that_no_clock_can_show_do_not_stop_a_replay():
    events = [
        ticked(0),
        replace(ticked(1), at=10**30),
        replace(ticked(2), at=-(10**30)),
        ticked(2**60),
        ticked(3),
    ]
    deck, clock, tape, _ = a_deck(events, speed=1000.0)
    deck.obey(Play())
    run_until(deck, clock, deck.at_end)
    assert tape.ticks.tolist() == [0, 1, 2, 3]


def test_the_shape_is_in_the_order_of_the_ticks_though_some_came_late():
    events = [ticked(n, 1.0 + n, origin=TickOrigin.SNAPSHOT) for n in (3, 0, 1, 2)]
    _, _, _, told = a_deck(events)
    assert told[0].ticks.tolist() == [0, 1, 2, 3]
    assert told[0].prices.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert not told[0].prices.flags.writeable
