import hashlib
import random
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickOrigin,
    TimerTicked,
)
from replayer_qt.core.fairness import generate
from replayer_qt.core.followed import FollowedRound
from replayer_qt.core.phase import Phase
from replayer_qt.core.statement import FinishedRound, Statement
from replayer_qt.core.tracker import Tracker
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.engine.engine import Engine


def name(number):
    return RoundId(f"20251212-{number:016x}")


def seed(number):
    return f"{number:064x}"


@cache
def seed_hash(number):
    return hashlib.sha256(seed(number).encode()).hexdigest()


@cache
def prices(number):
    return generate(seed(number), name(number))


def finished(number, **fields):
    row = FinishedRound(
        round_id=name(number),
        seed=seed(number),
        seed_hash=seed_hash(number),
        version="v3",
        peak=max(prices(number)[:-1]),
        prices=prices(number),
    )
    return replace(row, **fields)


def stated(number, **fields):
    return Statement(**{"round_id": name(number), "seed_hash": seed_hash(number)} | fields)


def recent(number, tick):
    return tuple((at, prices(number)[at]) for at in range(max(0, tick - 4), tick + 1))


def tick_of(number, tick, /, **fields):
    last = len(prices(number)) - 1
    told = {
        "active": True,
        "rugged": tick == last,
        "presale": False,
        "timer_ms": 0,
        "tick": tick,
        "price": prices(number)[tick],
        "recent": recent(number, tick),
        "trade_count": tick,
    }
    return stated(number, **(told | fields))


def rugged_snap(number, ran_on=2, /, **fields):
    last = len(prices(number)) - 1
    return tick_of(number, last, **{"tick": last + ran_on, "snapshot": True} | fields)


def countdown(number, timer_ms):
    return stated(number, presale=timer_ms <= 10000, timer_ms=timer_ms, paused=False)


def first_snap(number, **fields):
    told = {
        "active": False, "rugged": False, "presale": False, "tick": 0, "price": 1.0,
        "timer_ms": 15000, "paused": False, "snapshot": True, "recent": ((0, 1.0),),
    }  # fmt: skip
    return stated(number, **(told | fields))


def presale_tick(number):
    return first_snap(number, presale=True, timer_ms=10000, snapshot=False, trade_count=442)


def connect_snap(number, tick, **fields):
    told = {"recent": (), "prices": prices(number)[: tick + 1], "snapshot": True}
    return tick_of(number, tick, **(told | fields))


def a_round(number, *, history=()):
    """The whole script of a round, from its countdown to its rug and what follows."""
    last = len(prices(number)) - 1
    yield first_snap(number, history=history)
    for timer in range(14900, 10000, -100):
        yield countdown(number, timer)
    yield presale_tick(number)
    for timer in range(10000, 0, -100):
        yield countdown(number, timer)
    for tick in range(last + 1):
        yield tick_of(number, tick)
    yield rugged_snap(number)


def told(statements, tracker=None):
    tracker = tracker or Tracker(PRACTICE)
    return [
        event
        for number, statement in enumerate(statements)
        for event in tracker.follow(statement, at=number * 10, mono=number)
    ]


def told_and_refused(statements):
    tracker = Tracker(PRACTICE)
    return told(statements, tracker), tracker.refused


def of(kind, events, number=None):
    return [
        event
        for event in events
        if isinstance(event, kind) and (number is None or event.round_id == name(number))
    ]


def ticks(events, number=None):
    return [(event.tick, event.price) for event in of(PriceTicked, events, number)]


def without_noise(events):
    return [
        event
        for event in events
        if not isinstance(event, PriceTicked | TimerTicked)
    ]  # fmt: skip


LAST = len(prices(1)) - 1
ALL = list(enumerate(prices(1)))


def test_a_whole_round_is_told_once_and_in_order():
    events = told([*a_round(1), first_snap(2, history=(finished(1),))])
    assert ticks(events, 1) == ALL
    assert {event.origin for event in of(PriceTicked, events)} == {TickOrigin.LIVE}
    kinds = [type(event) for event in without_noise(events)]
    assert kinds == [
        RoundOpened, PhaseChanged, PhaseChanged, PhaseChanged, RoundRugged, PhaseChanged,
        SeedRevealed, FairnessChecked, RoundOpened, PhaseChanged,
    ]  # fmt: skip
    assert [event.phase for event in of(PhaseChanged, events)] == [
        Phase.COOLDOWN, Phase.PRESALE, Phase.ACTIVE, Phase.RUGGED, Phase.COOLDOWN,
    ]  # fmt: skip
    (rug,) = of(RoundRugged, events)
    assert (rug.tick, rug.price) == ALL[-1]
    (checked,) = of(FairnessChecked, events)
    assert (checked.verdict, checked.detail) == (Fairness.VERIFIED, "")
    opened = of(RoundOpened, events)[0]
    assert opened.seed_hash == seed_hash(1)


def test_each_timer_is_told_once_and_repeated_ones_are_tolerated():
    events = told([*a_round(1), countdown(2, 14900), countdown(2, 14800), first_snap(2)])
    timers = [event.remaining_ms for event in of(TimerTicked, events, 1)]
    assert timers == list(range(15000, 0, -100))
    assert [event.remaining_ms for event in of(TimerTicked, events, 2)] == [14900, 14800, 15000]


def test_the_countdown_message_with_a_price_is_not_a_tick():
    tracker = Tracker(PRACTICE)
    assert not ticks(told([first_snap(1), presale_tick(1), countdown(1, 10000)], tracker))


def test_a_message_may_come_before_the_snapshot_that_it_follows():
    """S1-H10: MIN of the new round, then the old round's rugged snapshot, then MIN again."""
    script = [
        *list(a_round(1))[:-1],
        countdown(2, 14900),
        rugged_snap(1),
        countdown(2, 14800),
        first_snap(2, history=(finished(1),)),
        countdown(2, 14700),
    ]
    events = told(script)
    assert [event.round_id for event in of(RoundOpened, events)] == [name(1), name(2)]
    assert len(of(RoundRugged, events)) == 1
    assert of(FairnessChecked, events, 1)[0].verdict is Fairness.VERIFIED
    assert [event.phase for event in of(PhaseChanged, events, 2)] == [Phase.COOLDOWN]


def test_late_messages_of_an_older_round_are_dropped_and_counted():
    tracker = Tracker(PRACTICE)
    told([*a_round(1), first_snap(2)], tracker)
    assert told([tick_of(1, 3), countdown(1, 100), tick_of(1, LAST - 1)], tracker) == []
    assert tracker.refused["older round"] == 3


def test_a_late_rugged_snapshot_still_tells_of_a_rug_that_was_missed():
    script = [*(tick_of(1, tick) for tick in range(LAST)), countdown(2, 14900), rugged_snap(1)]
    events = told(script)
    (rug,) = of(RoundRugged, events, 1)
    assert (rug.tick, rug.price) == ALL[-1]
    assert ticks(events, 1) == ALL


def test_a_rug_is_called_at_the_first_rugged_message_and_the_snapshots_counter_is_ignored():
    script = [*(tick_of(1, tick) for tick in range(LAST + 1))]
    events = told(script)
    assert [event.tick for event in of(RoundRugged, events)] == [LAST]
    for ran_on in (0, 1, 2, 3, 8):
        tracker = Tracker(PRACTICE)
        told(script, tracker)
        assert told([rugged_snap(1, ran_on)], tracker) == []


def test_a_rug_whose_tick_was_lost_is_told_by_its_snapshot():
    events = told([*(tick_of(1, tick) for tick in range(LAST)), rugged_snap(1, 3)])
    assert [(event.tick, event.price) for event in of(RoundRugged, events)] == [ALL[-1]]
    assert ticks(events) == ALL
    assert of(PriceTicked, events)[-1].origin is TickOrigin.PARTIAL


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_gap_of_four_is_filled_from_what_messages_repeat(lost):
    kept = [0, 1, 2, *range(3 + lost, LAST + 1)]
    events = told([tick_of(1, tick) for tick in kept])
    assert ticks(events) == ALL
    filled = [event.tick for event in of(PriceTicked, events) if event.origin is TickOrigin.PARTIAL]
    assert filled == list(range(3, 3 + lost))
    assert not of(GapFound, events)


def test_a_longer_gap_is_announced_when_the_next_tick_has_not_closed_it():
    script = [tick_of(1, tick) for tick in (0, 1, 12, 13)]
    assert not of(GapFound, told(script[:3]))
    events = told(script)
    assert [(event.first, event.last) for event in of(GapFound, events)] == [(2, 7)]
    assert ticks(events) == [ALL[tick] for tick in (0, 1, 8, 9, 10, 11, 12, 13)]


def test_a_gap_right_before_the_rug_is_announced_with_the_rug():
    events = told([tick_of(1, 0), tick_of(1, 1), tick_of(1, LAST, recent=())])
    assert [(event.first, event.last) for event in of(GapFound, events)] == [(2, LAST - 1)]
    assert [type(event) for event in events[-3:]] == [GapFound, RoundRugged, PhaseChanged]


def test_connecting_while_the_rug_is_shown_tells_the_round_and_its_rug():
    prices_so_far = {"recent": (), "prices": prices(1)}
    events = told([rugged_snap(1, 2, **prices_so_far), first_snap(2, history=(finished(1),))])
    assert ticks(events, 1) == ALL
    assert [(event.tick, event.price) for event in of(RoundRugged, events)] == [ALL[-1]]


def test_a_snapshot_that_is_older_than_the_stream_fills_what_came_before_it():
    """S3-T6: on connecting the first tick may come before the snapshot."""
    events = told([tick_of(1, 20), connect_snap(1, 19), tick_of(1, 21)])
    assert sorted(ticks(events)) == ALL[:22]
    assert not of(GapFound, events)
    newest = [event.tick for event in of(PriceTicked, events) if event.origin is TickOrigin.LIVE]
    assert newest == [20, 21]


def test_a_reconnection_fills_the_gap_from_the_snapshots_prices():
    events = told([tick_of(1, 0), tick_of(1, 1), connect_snap(1, 19), tick_of(1, 20)])
    assert ticks(events) == ALL[:21]
    origins = [event.origin for event in of(PriceTicked, events)]
    assert origins == [TickOrigin.LIVE] * 2 + [TickOrigin.SNAPSHOT] * 18 + [TickOrigin.LIVE]


def test_ticks_that_were_lost_are_filled_from_the_history():
    script = [tick_of(1, 0), tick_of(1, 9), tick_of(1, 10), tick_of(1, LAST), rugged_snap(1)]
    events = told([*script, first_snap(2, history=(finished(1),))])
    assert sorted(ticks(events, 1)) == ALL
    assert of(GapFound, events)
    assert TickOrigin.HISTORY in {event.origin for event in of(PriceTicked, events)}
    assert of(FairnessChecked, events)[0].verdict is Fairness.VERIFIED


def test_ticks_that_were_lost_are_computed_from_the_seed_where_no_prices_are_told():
    script = [tick_of(1, 0), tick_of(1, 9), tick_of(1, 10)]
    events = told([*script, first_snap(2, history=(finished(1, prices=None),))])
    assert sorted(ticks(events, 1)) == ALL
    assert {event.origin for event in of(PriceTicked, events)} == {
        TickOrigin.LIVE, TickOrigin.PARTIAL, TickOrigin.SEED,
    }  # fmt: skip
    assert [(event.tick, event.price) for event in of(RoundRugged, events)] == [ALL[-1]]


def test_a_disconnection_over_the_rug_loses_nothing_once_the_history_tells():
    """S3-T6: no phantom round, the missing end is filled, the rug is told once."""
    for row in (finished(1), finished(1, prices=None)):
        events = told(
            [*(tick_of(1, tick) for tick in range(9)), connect_snap(2, 3, history=(row,))]
        )
        assert ticks(events, 1) == ALL
        assert len(of(RoundRugged, events, 1)) == 1
        assert of(FairnessChecked, events, 1)[0].verdict is Fairness.VERIFIED
        kinds = [type(event) for event in events]
        assert kinds.index(SeedRevealed) < len(kinds) - 1 - kinds[::-1].index(RoundOpened)
        assert ticks(events, 2) == list(enumerate(prices(2)))[:4]


def test_a_round_without_its_rug_stays_open_until_the_history_of_a_later_message():
    tracker = Tracker(PRACTICE)
    script = [tick_of(1, 0), tick_of(1, 9), countdown(2, 14900), countdown(2, 14800)]
    events = told(script, tracker)
    assert [(event.first, event.last) for event in of(GapFound, events)] == [(1, 4)]
    events = told([first_snap(2, history=(finished(1),))], tracker)
    assert len(of(RoundRugged, events, 1)) == 1
    assert not of(RoundOpened, events)


def test_rounds_that_were_never_followed_are_checked_once():
    rows = tuple(finished(number) for number in (13, 12, 11))
    tracker = Tracker(PRACTICE)
    events = told([connect_snap(1, 5, history=rows)], tracker)
    assert [event.round_id for event in of(SeedRevealed, events)] == [name(11), name(12), name(13)]
    assert {event.verdict for event in of(FairnessChecked, events)} == {Fairness.VERIFIED}
    assert not ticks(events, 11)
    assert not of(SeedRevealed, told([rugged_snap(1, history=rows)], tracker))


def test_an_unfair_round_is_told_with_the_first_difference():
    wrong = [tick_of(1, 0), replace(tick_of(1, 1), price=1.5, recent=())]
    events = told([*wrong, first_snap(2, history=(finished(1),))])
    (checked,) = of(FairnessChecked, events)
    assert checked.verdict is Fairness.FAILED
    assert "tick 1 was 1.5" in checked.detail
    assert ticks(events, 1) == [(0, 1.0), (1, 1.5)], "a list that contradicts us fills nothing"
    assert not of(RoundRugged, events)


def test_another_commitment_than_the_one_before_the_round_is_unfair():
    first = replace(tick_of(1, 0), seed_hash="0" * 64)
    events = told([first, tick_of(1, 1), first_snap(2, history=(finished(1),))])
    assert "another seed" in of(FairnessChecked, events)[0].detail


def test_a_seed_that_cannot_be_checked_is_revealed_without_a_verdict():
    events = told([tick_of(1, 0), first_snap(2, history=(finished(1, version="v9"),))])
    assert len(of(SeedRevealed, events)) == 1
    assert not of(FairnessChecked, events)


def test_repeated_lifecycle_messages_change_nothing():
    """N13: a round that is opened, started or rugged twice is opened, started and rugged once."""
    script = [message for message in a_round(1) for _ in range(2)]
    events = told([*script, *[first_snap(2, history=(finished(1),))] * 2])
    assert ticks(events, 1) == ALL
    assert len(of(RoundOpened, events)) == 2
    assert len(of(RoundRugged, events)) == len(of(SeedRevealed, events)) == 1


def test_swapped_and_repeated_ticks_never_move_the_price_back():
    """FAULTS N10: duplicate, old and out-of-order ticks are dropped, what is lost is a gap."""
    shuffled = [*range(LAST)]
    rng = random.Random(4)
    for at in range(0, LAST - 3, 3):
        part = shuffled[at : at + 3]
        rng.shuffle(part)
        shuffled[at : at + 3] = part
    doubled = [tick for tick in shuffled for _ in range(2)]
    tracker = Tracker(PRACTICE)
    events = told([*(tick_of(1, tick) for tick in [*doubled, LAST])], tracker)
    live = [event.tick for event in of(PriceTicked, events) if event.origin is TickOrigin.LIVE]
    assert all(before < after for before, after in pairwise(live))
    assert sorted(ticks(events)) == ALL
    assert tracker.refused["repeated tick"] + tracker.refused["late tick"] > LAST / 2


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (tick_of(1, 1, tick=9999, recent=((9998, 1.0),)), "tick beyond the longest round"),
        (tick_of(1, 1, tick=4000, recent=((3999, 1.0),)), "jump that nothing bears out"),
        (tick_of(1, 1, price=2e9, tick=9, recent=()), "absurd price"),
        (tick_of(1, 1, price=float("nan"), tick=9, recent=()), "absurd price"),
        (tick_of(1, 1, price=1.5), "other price for a known tick"),
        (countdown(1, 9000), "phase went back"),
        (tick_of(1, 2, seed_hash="0" * 64, recent=()), "commitment changed"),
        (tick_of(1, 1, history=(finished(1),)), "history names the running round"),
    ],
)
def test_a_lie_is_counted_by_its_reason_and_the_truth_goes_on(lie, reason):
    """S2-M3: absurd prices and positions have each their own reason, and neighbours pass."""
    tracker = Tracker(PRACTICE)
    script = [tick_of(1, 0), tick_of(1, 1), lie, *(tick_of(1, tick) for tick in range(2, LAST + 1))]
    events = told(script, tracker)
    assert tracker.refused[reason] >= 1
    assert sorted(ticks(events)) == ALL
    assert len(of(RoundRugged, events)) == 1


def test_a_rugged_round_does_not_come_back_to_life():
    tracker = Tracker(PRACTICE)
    told(list(a_round(1)), tracker)
    undead = tick_of(1, LAST, tick=LAST + 1, rugged=False, recent=((LAST + 1, 5.0),))
    assert told([undead], tracker) == []
    assert told([rugged_snap(1, 2, recent=((LAST + 1, 0.5),))], tracker) == []
    assert tracker.refused["tick after the rug"] == 1


def test_one_stray_message_does_not_end_a_round_that_runs():
    """S3-T6: no phantom round; a new one that follows without a rug is borne out by a second."""
    tracker = Tracker(PRACTICE)
    script = [tick_of(1, tick) for tick in range(LAST + 1)]
    events = told([*script[:3], tick_of(7, 2), *script[3:]], tracker)
    assert [event.round_id for event in of(RoundOpened, events)] == [name(1)]
    assert ticks(events) == ALL
    assert tracker.refused["new round that nothing bears out"] == 1
    events = told([*script[:3], tick_of(2, 1), tick_of(2, 2)])
    assert [event.round_id for event in of(RoundOpened, events)] == [name(1), name(2)]
    assert ticks(events, 2) == list(enumerate(prices(2)))[:3]


def test_a_true_leap_is_borne_out_by_the_next_message():
    long = next(number for number in range(1, 99) if len(prices(number)) > 300)
    tracker = Tracker(PRACTICE)
    script = [tick_of(long, tick) for tick in (0, 1, 200, 201, 202)]
    assert max(ticks(told(script[:3], tracker))) == (1, prices(long)[1])
    events = told(script[3:], tracker)
    assert [tick for tick, _ in ticks(events)] == [197, 198, 199, 200, 201, 202]
    assert [(event.first, event.last) for event in of(GapFound, events)] == [(2, 196)]


def test_what_is_remembered_is_bounded():
    """S1-N4: names, rounds and prices that a tracker keeps are bounded."""
    tracker = Tracker(PRACTICE)
    for number in range(400):
        message = Statement(round_id=RoundId(f"r{number}"), active=True, tick=0, price=1.0)
        tracker.follow(message, at=0, mono=0)
    assert len(tracker._over) <= 64
    assert len(tracker._ended) <= 16


FLAG = st.sampled_from([None, True, False])
PRICE = st.one_of(st.floats(), st.sampled_from([1.0, 1.1, 0.02, 10**400]))
TICK = st.one_of(st.integers(-2, 30), st.integers(-(10**30), 10**30))
PAIRS = st.lists(st.tuples(TICK, PRICE), max_size=6).map(tuple)
ROWS = st.one_of(
    st.integers(0, 4).map(finished),
    st.builds(
        FinishedRound,
        round_id=st.integers(0, 4).map(name),
        seed=st.text(max_size=5),
        seed_hash=st.text(max_size=5),
        version=st.sampled_from(["v1", "v3", "v9"]),
        peak=st.one_of(st.none(), PRICE),
        prices=st.one_of(st.none(), st.lists(PRICE, max_size=5).map(tuple)),
    ),
)
ANYTHING = st.builds(
    Statement,
    round_id=st.integers(0, 4).map(name),
    active=FLAG,
    rugged=FLAG,
    presale=FLAG,
    price=st.one_of(st.none(), PRICE),
    tick=st.one_of(st.none(), TICK),
    snapshot=st.booleans(),
    timer_ms=st.one_of(st.none(), st.integers(0, 20000)),
    paused=FLAG,
    seed_hash=st.one_of(st.none(), st.integers(0, 4).map(seed_hash)),
    recent=PAIRS,
    prices=st.one_of(st.none(), st.lists(PRICE, max_size=9).map(tuple)),
    history=st.lists(ROWS, max_size=3).map(tuple),
)


def assert_sane(events):
    seen: dict[tuple[str, int], float] = {}
    live: dict[str, int] = {}
    rugs: dict[str, int] = {}
    once: set[tuple[type, str]] = set()
    for event in events:
        match event:
            case PriceTicked(round_id=round_id, tick=tick, price=price):
                assert 0 <= tick <= 5001
                assert 0 < price <= 1e9
                assert (round_id, tick) not in seen
                assert tick <= rugs.get(round_id, tick)
                seen[round_id, tick] = price
                if event.origin is TickOrigin.LIVE:
                    assert tick > live.get(round_id, -1)
                    live[round_id] = tick
            case RoundRugged(round_id=round_id, tick=tick, price=price):
                assert round_id not in rugs
                assert seen[round_id, tick] == price
                rugs[round_id] = tick
            case RoundOpened() | SeedRevealed() | FairnessChecked():
                key = (type(event), event.round_id)
                assert key not in once
                once.add(key)


@given(messages=st.lists(ANYTHING, max_size=12))
def test_no_sequence_of_messages_breaks_the_tracker(messages):
    """S1-H10: what comes out depends on the sequence alone, whatever it is."""
    events = told(messages)
    assert_sane(events)
    assert told(messages) == events


def random_script(rng, corpus):
    """A stretch of real messages with losses, repetitions, swaps and lies put in."""
    begin = rng.randrange(len(corpus))
    script = corpus[begin : begin + rng.randrange(1, 9)]
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(script))
        match rng.randrange(5):
            case 0 if len(script) > 1:
                del script[at]
            case 1:
                script.insert(at, script[rng.randrange(len(script))])
            case 2:
                script[at], script[-1] = script[-1], script[at]
            case 3:
                script[at] = corpus[rng.randrange(len(corpus))]
            case _:
                lies = {
                    "tick": rng.randrange(-5, 6000),
                    "active": None,
                    "rugged": True,
                    "price": 0.5,
                }
                field = rng.choice(list(lies))
                script[at] = replace(script[at], **{field: lies[field]})
    return script


def test_the_short_way_tells_what_the_long_way_does(monkeypatch):
    corpus = [*a_round(1, history=(finished(3),)), *a_round(2, history=(finished(1),))]
    rng = random.Random(8)
    scripts = [corpus, *(random_script(rng, corpus) for _ in range(2000))]
    short = [told_and_refused(script) for script in scripts]
    monkeypatch.setattr(FollowedRound, "goes_on_with", lambda *_: False)
    long = [told_and_refused(script) for script in scripts]
    assert short == long


def test_the_state_depends_on_the_sequence_alone_and_refuses_nothing_of_it():
    """S1-H10: messages to events to state, in any batches, is one function of the sequence."""
    corpus = [*a_round(1, history=(finished(3),)), *a_round(2, history=(finished(1),))]
    rng = random.Random(9)
    for _ in range(1500):
        events = told(random_script(rng, corpus))
        at_once, in_parts = Engine(), Engine()
        at_once.handle(events)
        while events:
            size = rng.randrange(1, 6)
            in_parts.handle(events[:size])
            events = events[size:]
        assert in_parts.state == at_once.state
        assert sum(market.refused for market in at_once.state.markets.values()) == 0


@pytest.mark.slow
def test_a_hundred_thousand_random_sequences_never_raise_and_depend_on_the_sequence_alone():
    """S1-H10: 100,000 random message sequences, each followed twice, in other company."""
    short = [number for number in range(1, 400) if 8 < len(prices(number)) < 20][:3]
    corpus = []
    for before, number in pairwise([short[-1], *short]):
        corpus += [*a_round(number, history=(finished(before),))][::7]
        corpus += [tick_of(number, tick) for tick in range(len(prices(number)))]
        corpus += [connect_snap(number, 5), rugged_snap(number)]
    rng = random.Random(20251212)
    for number in range(100_000):
        script = random_script(rng, corpus)
        events = told(script)
        if number % 10 == 0:
            assert_sane(events)
            assert told(script) == events
