import json

import msgspec
import pytest

from replayer_qt.practice import faults, hostile
from replayer_qt.practice.faults import (
    Duplicate,
    Fault,
    Hostile,
    Lie,
    Mutate,
    Price,
    Reorder,
    Skip,
    StreamFaults,
    Types,
)
from replayer_qt.practice.script import Script

MESSAGES = []
for _step in Script(seed=7, start_ms=1_767_225_600_000).steps():
    MESSAGES.append((_step.event, _step.args))
    if _step.ended is not None:
        break
TICKS = [message for message in MESSAGES if faults.is_tick(*message)]
PLAIN = [faults.encode(message) for message in MESSAGES]


def through(*asked, messages=None) -> list[str]:
    stream = StreamFaults()
    for fault in asked:
        stream.switch_on(fault)
    return [
        packet
        for event, args in (MESSAGES if messages is None else messages)
        for packet in stream.pass_on(event, args)
    ]


def payload(packet: str) -> dict:
    return json.loads(packet[1:])[-1]


def test_without_faults_the_stream_is_the_script():
    assert through() == PLAIN
    assert all(packet.startswith('2["') for packet in PLAIN)


def test_skipping_loses_ticks_and_nothing_else():
    """FAULTS N10: the next ticks are lost, once."""
    left = through(Skip(count=3))
    lost = [packet for packet in PLAIN if packet not in left]
    assert lost == [faults.encode(message) for message in TICKS[:3]]
    assert len(left) == len(PLAIN) - 3


def test_duplicating_repeats_messages():
    """FAULTS N10: each of the next messages comes twice."""
    assert through(Duplicate(count=2))[:5] == [PLAIN[0], PLAIN[0], PLAIN[1], PLAIN[1], PLAIN[2]]


def test_reordering_swaps_two_by_two_and_loses_nothing():
    """FAULTS N10: what is held back follows the message after it."""
    assert through(Reorder(count=2))[:5] == [PLAIN[1], PLAIN[0], PLAIN[3], PLAIN[2], PLAIN[4]]


def test_clearing_sends_what_was_held_back():
    stream = StreamFaults()
    stream.switch_on(Reorder(count=1))
    assert stream.pass_on(*MESSAGES[0]) == []
    assert stream.clear() == [PLAIN[0]]
    assert stream.pass_on(*MESSAGES[1]) == [PLAIN[1]]
    assert stream.active == {}


@pytest.mark.parametrize("kind", hostile.PRICES)
def test_a_bad_price_stands_in_both_places_and_only_once(kind):
    """FAULTS N9, S2-M3: a price that is none, where the venue would write one."""
    packets = through(Price(kind=kind), messages=TICKS[:2])
    assert hostile.PRICES[kind] in packets[0]
    assert "@@" not in packets[0]
    assert packets[1] == faults.encode(TICKS[1])
    if kind == "digits":
        return  # the standard decoder refuses that many
    state = payload(packets[0])
    value, window = state["price"], state["partialPrices"]
    repeated = window["values"][str(window["endTick"])]
    assert repr(repeated) == repr(value)
    assert not (type(value) in {int, float} and 0 < value < 1e9)


def test_wrong_types_are_wrong_everywhere():
    """FAULTS N6: no field keeps its type."""
    good, bad = payload(faults.encode(TICKS[0])), payload(through(Types(), messages=TICKS[:1])[0])
    for name in ("tickCount", "active", "rugged", "gameId", "leaderboard", "partialPrices"):
        assert type(bad[name]) is not type(good[name])


def test_a_changed_schema_sets_and_removes_fields():
    """FAULTS N15: fields come and go."""
    fault = Mutate(set={"tick": 5, "v": {"x": [1]}}, remove=("tickCount",), count=2)
    told = [payload(packet) for packet in through(fault, messages=TICKS[:3])]
    assert ["tickCount" in state for state in told] == [False, False, True]
    assert told[0]["tick"] == 5
    assert "v" not in told[2]


def test_a_lie_jumps_ahead_or_back():
    """FAULTS N16: a tick far from the one before."""
    tick = TICKS[0][1][-1]["tickCount"]
    assert payload(through(Lie(kind="jump"), messages=TICKS[:1])[0])["tickCount"] == tick + 9_000
    assert payload(through(Lie(kind="back"), messages=TICKS[:1])[0])["tickCount"] == tick - 50


def test_a_lie_undoes_the_rug():
    """FAULTS N16: after the rug, the round goes on for a tick."""
    packets = through(Lie(kind="unrug"))
    states = [payload(packet) for packet in packets if packet.startswith('2["gameStateUpdate"')]
    place = next(
        n for n, state in enumerate(states) if state.get("rugged") and "tradeCount" in state
    )
    assert states[place + 1]["rugged"] is False
    assert states[place + 1]["active"] is True
    assert states[place + 1]["tickCount"] == states[place]["tickCount"] + 1
    assert len(packets) == len(PLAIN) + 1


@pytest.mark.parametrize("kind", hostile.NAMES)
def test_a_hostile_name_reaches_a_player(kind):
    """FAULTS S3: every kind of name stands in a leaderboard, or in a trade."""
    with_rows = [message for message in TICKS if message[1][-1]["leaderboard"]]
    state = payload(through(Hostile(kind=kind, count=1), messages=with_rows[:1])[0])
    name = state["leaderboard"][0]["username"]
    assert name == ("\ud800" if kind == "surrogate" else hostile.NAMES[kind])
    trade = next(message for message in MESSAGES if message[0] == "standard/newTrade")
    assert payload(through(Hostile(kind=kind), messages=[trade])[0])["username"] == name


def test_faults_that_are_not_met_stay_switched_on():
    stream = StreamFaults()
    stream.switch_on(Skip(count=5))
    stream.switch_on(Price(kind="nan", count=2))
    assert stream.active == {"skip": 5, "price": 2}
    stream.pass_on(*TICKS[0])
    assert stream.active == {"skip": 4, "price": 2}


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"fault":"nothing"}',
        b'{"fault":"skip","count":0}',
        b'{"fault":"skip","count":"3"}',
        b'{"fault":"skip","more":1}',
        b'{"fault":"refuse","seconds":-1}',
        b'{"fault":"refuse","status":200}',
        b'{"fault":"lie","kind":"white"}',
        b"[]",
        b"{",
    ],
)
def test_a_fault_that_makes_no_sense_is_not_decoded(body):
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(body, type=Fault)


def test_unknown_kinds_are_named_with_the_known_ones():
    assert "nan" in (faults.check(Price(kind="strange")) or "")
    assert "table" in (faults.check(Hostile(kind="strange")) or "")
    assert faults.check(Price(kind="nan")) is None
    assert "json" in (faults.check(faults.Garbage(kind="strange")) or "")


def test_a_bomb_is_as_deep_and_an_oversized_event_as_large_as_asked():
    """FAULTS N7, FAULTS N8: what the decoder must refuse."""
    assert hostile.bomb("e", 10_000).count("[") == 10_001
    assert 10_000_000 <= len(hostile.oversized("e", 10_000_000)) < 10_000_100
    assert len(hostile.garbage_kinds()) >= 15
    assert hostile.garbage("strange") is None
