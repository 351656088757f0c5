"""Captures of messages, in the shapes C, D and E, by hand."""

import json
from hashlib import sha256

import pytest

from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.events import Fairness, PriceTicked, RoundRugged
from replayer_qt.core.fairness import generate
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import RoundId, StreamId

REPLAY = StreamId("replay/1")
SEED = "c7e8a226ffe83633d6bb07db7465d33e45f0d73c4716e54406c0dbc086a1f129"
NAME = RoundId("20250807-300ad2bc3a224bf3")
TRACE = {"__trace": True, "traceparent": "00-aa-bb-01"}


def hash_of(seed):
    return sha256(seed.encode()).hexdigest()


def messages():
    """A round from its start to its rug, then the message that reveals its seed."""
    prices = generate(SEED, NAME)
    fair = {"serverSeedHash": hash_of(SEED), "version": "v3"}
    told = [("connect", None)]
    for tick, price in enumerate(prices):
        low = max(0, tick - 4)
        told.append(
            (
                "gameStateUpdate",
                {
                    "active": True,
                    "price": price,
                    "rugged": tick == len(prices) - 1,
                    "tickCount": tick,
                    "cooldownTimer": 0,
                    "allowPreRoundBuys": False,
                    "gameId": NAME,
                    "tradeCount": 10,
                    "partialPrices": {
                        "startTick": low,
                        "endTick": tick,
                        "values": {str(n): prices[n] for n in range(low, tick + 1)},
                    },
                    "provablyFair": fair,
                },
            )
        )
    row = {
        "id": NAME,
        "timestamp": 1_754_600_000_000,
        "prices": list(prices),
        "peakMultiplier": max(prices),
        "rugged": True,
        "globalTrades": [],
        "globalSidebets": [],
        "provablyFair": fair | {"serverSeed": SEED},
        "gameVersion": "v3",
    }
    told.append(
        (
            "gameStateUpdate",
            {
                "gameHistory": [row],
                "active": False,
                "price": 1,
                "rugged": False,
                "tickCount": 0,
                "cooldownTimer": 15_000,
                "gameId": "20250807-ffffffffffffffff",
                "provablyFair": {"serverSeedHash": "0" * 64, "version": "v3"},
            },
        )
    )
    return told


def as_c(n, name, data):
    listed = data if data is None or n % 2 else [TRACE, data]
    return {"seq": n, "ts": f"2025-08-07T17:16:{n % 60:02}.5", "event": name, "data": listed}


def as_d(n, name, data):
    told = as_c(n, name, TRACE if n % 2 else data) | {"source": "cdp_intercept"}
    told |= {"ts": f"2025-08-07T21:16:{n % 60:02}.5+00:00", "direction": "received"}
    arguments = [name, data] if n % 3 else [name, TRACE, data]
    return told | {"raw": f"42{'' if n % 2 else n}{json.dumps(arguments)}"}


def as_e(n, name, data):
    told = as_c(n, name, data)
    return {"timestamp": told["ts"], "event_type": name, "data": told["data"]}


@pytest.mark.parametrize(("shape", "kind"), [(as_c, "C"), (as_d, "D"), (as_e, "E")])
def test_each_shape_tells_the_same_round_which_is_verified(tmp_path, shape, kind):
    path = tmp_path / "capture"
    lines = [json.dumps(shape(n, *told)) for n, told in enumerate(messages(), 1)]
    path.write_text("\n".join(lines))
    recording = open_recording(path, REPLAY)
    found = summarise(recording.events)[0]
    assert (recording.format, recording.bad_lines) == (kind, 0)
    assert (found.round_id, found.ticks, found.rug_index) == (NAME, 33, 32)
    assert found.rug_price == 0.020000000000000018
    assert found.peak == 1.5978270728953674
    assert found.fairness is Fairness.VERIFIED


def test_times_without_an_offset_are_eastern_and_others_are_taken_by_it(tmp_path):
    ats = []
    for shape in (as_c, as_d):
        path = tmp_path / shape.__name__
        path.write_text("\n".join(json.dumps(shape(n, *m)) for n, m in enumerate(messages(), 1)))
        ats.append([event.at for event in open_recording(path, REPLAY).events])
    assert ats[0] == ats[1]
    assert ats[0][0] == 1_754_601_362_500_000_000


def test_what_the_page_sent_is_not_the_markets(tmp_path):
    path = tmp_path / "capture"
    rows = [as_d(n, *told) for n, told in enumerate(messages(), 1)]
    for row in rows[20:]:
        row["direction"] = "sent"
    path.write_text("\n".join(map(json.dumps, rows)))
    events = open_recording(path, REPLAY).events
    assert max(event.tick for event in events if isinstance(event, PriceTicked)) == 18
    assert not [event for event in events if isinstance(event, RoundRugged)]


def test_a_torn_line_costs_itself(tmp_path):
    path = tmp_path / "capture"
    lines = [json.dumps(as_c(n, *told)) for n, told in enumerate(messages(), 1)]
    lines[10] = lines[10][:100]
    path.write_text("\n".join(lines))
    recording = open_recording(path, REPLAY)
    found = summarise(recording.events)[0]
    assert (recording.bad_lines, recording.damage[0].line) == (1, 11)
    assert (found.ticks, found.fairness) == (33, Fairness.VERIFIED)


def test_a_whole_message_inside_a_torn_line_is_recovered(tmp_path):
    path = tmp_path / "capture"
    lines = [json.dumps(as_c(n, *told)) for n, told in enumerate(messages(), 1)]
    lines[10:12] = [lines[10][:77] + lines[11] + lines[10][77:]]
    path.write_text("\n".join(lines))
    recording = open_recording(path, REPLAY)
    assert (recording.bad_lines, recording.recovered_lines) == (1, 1)
    assert summarise(recording.events)[0].fairness is Fairness.VERIFIED


@pytest.mark.parametrize(
    "row",
    [
        {"data": []},
        {"data": "text"},
        {"data": 7},
        {"data": [[[]]]},
        {"data": {}, "raw": "42["},
        {"data": {}, "raw": '42[{"not": "a name"}, {}]'},
        {"data": {"gameId": 5, "price": "x"}},
        {"data": {}, "event": None},
    ],
)
def test_messages_that_make_no_sense_are_passed_over(tmp_path, row):
    path = tmp_path / "capture"
    odd = {"seq": 1, "ts": "?", "event": "gameStateUpdate", "direction": "received"} | row
    lines = [json.dumps(as_d(n, *told)) for n, told in enumerate(messages(), 1)]
    path.write_text("\n".join([*lines[:5], json.dumps(odd), *lines[5:]]))
    found = summarise(open_recording(path, REPLAY).events)[0]
    assert (found.ticks, found.fairness) == (33, Fairness.VERIFIED)
