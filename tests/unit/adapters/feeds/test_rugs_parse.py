"""Messages of every generation become events; what must not be believed is refused by reason."""

import json
import time
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.feeds.rugs_parse import NAMES_COUNTED, OTHER_NAMES, RugsParser
from replayer_qt.core.events import (
    Event,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    Side,
    SideBetPrinted,
    SideBetSettled,
    TickOrigin,
    TimerTicked,
    TradePrinted,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import RUGS, Nanos
from tests.helpers.rugs_server import ROUND, countdown, tick_state

TRADE: dict[str, Any] = {
    "id": "6fcc3612-d7e8-4d8e-bf91-443e84f8eae8",
    "gameId": ROUND,
    "playerId": "did:privy:cm0000000000000000A",
    "price": 1.073446660724414,
    "type": "buy",
    "qty": 0.093157865,
    "tickIndex": 127,
    "coin": "solana",
    "amount": 0.1,
    "leverage": 1,
    "username": None,
    "level": 24,
}
BET: dict[str, Any] = {
    "betAmount": 0.02,
    "endTick": 40,
    "gameId": ROUND,
    "playerId": "did:privy:cm1",
    "startTick": 0,
    "tickIndex": 0,
    "type": "placed",
    "username": "userD",
    "xPayout": 5,
}


def say(parser: RugsParser, name: str, payload: Any) -> tuple[Event, ...]:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return parser.parse(name, data, at=Nanos(10), mono=Nanos(5))


def state(parser: RugsParser, payload: Any) -> tuple[Event, ...]:
    return say(parser, "gameStateUpdate", payload)


def of(kind: type, events: tuple[Event, ...]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


# --- what is said


def test_a_tick_is_one_price_with_its_bits():
    """S0-H7, S2-H2: the float64 of the wire, unchanged."""
    parser = RugsParser(RUGS)
    state(parser, tick_state(411, 3.01))
    price = 3.0712345678901236
    told = of(PriceTicked, state(parser, tick_state(412, price)))
    assert [(one.tick, one.price, one.origin) for one in told] == [(412, price, TickOrigin.LIVE)]
    assert told[0].trade_count == 3 * 412
    assert (told[0].at, told[0].mono, told[0].stream) == (10, 5, RUGS)


def test_a_countdown_states_no_price():
    parser = RugsParser(RUGS)
    events = state(parser, countdown(14_900)) + state(parser, countdown(9_900))
    assert not of(PriceTicked, events)
    assert [one.remaining_ms for one in of(TimerTicked, events)] == [14_900, 9_900]
    assert [one.phase for one in of(PhaseChanged, events)] == [Phase.COOLDOWN, Phase.PRESALE]


def test_a_whole_round_is_told_in_order():
    parser = RugsParser(RUGS)
    events: tuple[Event, ...] = ()
    for timer in (15_000, 100):
        events += state(parser, countdown(timer))
    for tick in range(6):
        events += state(parser, tick_state(tick, 1.0 if tick == 0 else 1.0 + tick / 10))
    events += state(parser, tick_state(6, 0.01, rugged=True))
    assert [one.tick for one in of(PriceTicked, events)] == list(range(7))
    assert [(one.tick, one.price) for one in of(RoundRugged, events)] == [(6, 0.01)]
    assert len(of(RoundOpened, events)) == 1


def test_short_gaps_are_filled_from_what_each_message_repeats():
    """S3-T6: the filled ticks are marked."""
    parser = RugsParser(RUGS)
    state(parser, tick_state(10))
    told = of(PriceTicked, state(parser, tick_state(13)))
    assert [(one.tick, one.origin) for one in told] == [
        (11, TickOrigin.PARTIAL),
        (12, TickOrigin.PARTIAL),
        (13, TickOrigin.LIVE),
    ]


def test_a_snapshot_on_connecting_gives_the_prices_so_far():
    """S0-M2: all ticks of the running round, though we came late."""
    parser = RugsParser(RUGS)
    prices = [1.0, 1.1, 1.2, 1.3]
    snapshot = tick_state(3, 1.3, prices=prices, gameHistory=[])
    snapshot.pop("partialPrices")
    told = of(PriceTicked, state(parser, snapshot))
    assert [(one.tick, one.price) for one in told] == list(enumerate(prices))


def test_the_oldest_generation_repeats_prices_and_trades_each_time():
    """E1: full `prices` and `trades` in each message, one argument, trades numbered as text."""
    parser = RugsParser(RUGS)
    for tick in range(3):
        message = tick_state(tick, 1.0 + tick, prices=[1.0 + n for n in range(tick + 1)], trades=[])
        message.pop("partialPrices")
        told = of(PriceTicked, state(parser, message))
        assert [(one.tick, one.origin) for one in told] == [(tick, TickOrigin.LIVE)]
    rugged = tick_state(3, 0.01, rugged=True, prices=[1.0, 2.0, 3.0, 0.01])
    assert [one.tick for one in of(RoundRugged, state(parser, rugged))] == [3]
    trade = {key: TRADE[key] for key in ("gameId", "playerId", "type", "tickIndex")}
    trade |= {"id": "256", "amount": 0.1, "qty": 0.05, "coin": "free"}
    (told,) = say(parser, "newTrade", trade)
    assert isinstance(told, TradePrinted)
    assert (told.trade_id, told.price, told.coin) == ("256", 2.0, "free")


def test_a_trade_is_told_with_exact_amounts():
    """S0-H7: money is the text of the wire, digit for digit."""
    (told,) = say(RugsParser(RUGS), "standard/newTrade", TRADE)
    assert isinstance(told, TradePrinted)
    assert told.amount == Decimal("0.1")
    assert told.quantity == Decimal("0.093157865")
    assert told.price == 1.073446660724414
    assert (told.side, told.tick, told.leverage) == (Side.BUY, 127, 1)
    assert told.player == "…00000A"


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_every_amount_comes_through_to_the_last_digit(amount):
    """S0-H7: 9 decimals, as the venue counts."""
    text = msgspec.json.encode({**TRADE, "amount": 0}).replace(
        b'"amount":0', b'"amount":' + str(amount).encode()
    )
    (told,) = say(RugsParser(RUGS), "newTrade", text)
    assert isinstance(told, TradePrinted)
    assert str(told.amount) == str(amount)


@pytest.mark.parametrize("side", ["short_open", "short_close"])
def test_shorts_are_told_without_round_or_quantity(side):
    """E3: they are of the round that runs."""
    parser = RugsParser(RUGS)
    state(parser, tick_state(3))
    trade = {"id": "s", "price": 1.02, "type": side, "qty": 0, "tickIndex": 3, "amount": 0.2}
    (told,) = say(parser, "standard/newTrade", trade)
    assert isinstance(told, TradePrinted)
    assert (told.round_id, told.side, told.quantity) == (ROUND, Side(side), 0)


@pytest.mark.parametrize("name", ["newSideBet", "standard/sideBetPlaced"])
def test_a_side_bet_is_told(name):
    (told,) = say(RugsParser(RUGS), name, BET)
    assert isinstance(told, SideBetPrinted)
    assert (told.start, told.end, told.amount, told.multiple) == (0, 40, Decimal("0.02"), 5)
    assert told.player == "userD"


def history_row(number: int, **bet: Any) -> dict[str, Any]:
    payout = {**BET, "type": "payout", "gameId": f"round-{number}", "payout": 0, "profit": -0.02}
    return {
        "id": f"round-{number}",
        "peakMultiplier": 2.5,
        "rugged": True,
        "globalSidebets": [{**BET, "startedAtTick": 3, "end": 43}, {**payout, **bet}],
        "provablyFair": {"serverSeed": "cd" * 32, "serverSeedHash": "ef" * 32},
        "gameVersion": "v3",
    }


def test_side_bets_of_a_round_that_ended_are_settled_once():
    """Rounds that ended before we came are not news, and no row is told twice."""
    parser = RugsParser(RUGS)
    first = countdown(15_000, gameHistory=[history_row(1)])
    assert not of(SideBetSettled, state(parser, first))
    won = {"payout": 0.1, "profit": 0.08}
    second = countdown(14_900, gameHistory=[history_row(2, **won), history_row(1)])
    (told,) = of(SideBetSettled, state(parser, second))
    assert (told.round_id, told.payout, told.profit) == ("round-2", Decimal("0.1"), Decimal("0.08"))
    assert not of(SideBetSettled, state(parser, second))


def test_the_newest_generation_reveals_seeds_without_prices():
    """E3: `gameHistory` has no `prices`."""
    parser = RugsParser(RUGS)
    (told,) = of(SeedRevealed, state(parser, countdown(15_000, gameHistory=[history_row(1)])))
    assert (told.seed, told.prices, told.version) == ("cd" * 32, None, "v3")


# --- what is refused


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": 0}, "price-not-positive"),
        ({"price": -1.5}, "price-not-positive"),
        ({"price": 1e10}, "price-too-large"),
        ({"price": 1e300}, "price-too-large"),
        ({"price": "1.5"}, "wrong-type"),
        ({"price": True}, "wrong-type"),
        ({"tickCount": -1}, "tick-negative"),
        ({"tickCount": 10**7}, "tick-too-large"),
        ({"tickCount": "5"}, "wrong-type"),
        ({"tickCount": 1.5}, "wrong-type"),
        ({"gameId": ""}, "id-empty"),
        ({"gameId": None}, "id-missing"),
        ({"gameId": "x" * 65}, "id-too-long"),
        ({"gameId": "a\nb"}, "id-unprintable"),
        ({"gameId": "\u202egpj"}, "id-unprintable"),
        ({"gameId": 7}, "wrong-type"),
        ({"cooldownTimer": -100}, "timer-negative"),
        ({"cooldownTimer": 10**12}, "timer-too-large"),
        ({"active": "yes"}, "wrong-type"),
    ],
)
def test_a_message_that_must_not_be_believed_is_refused_with_its_reason(change, reason):
    """S2-M3, N28, FAULTS N9: counted, quarantined; its neighbours are accepted."""
    parser = RugsParser(RUGS)
    state(parser, tick_state(5))
    assert (
        state(parser, tick_state(6, **change) if "price" not in change else tick_state(6) | change)
        == ()
    )
    assert dict(parser.rejected) == {reason: 1}
    assert parser.quarantine.kept[0].reason == reason
    assert [one.tick for one in of(PriceTicked, state(parser, tick_state(6)))] == [6]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"NaN", "not-json"),
        (b"Infinity", "not-json"),
        (b"-Infinity", "not-json"),
        (b"1e999", "wrong-type"),
        (b"1e999999999", "wrong-type"),
        (b"-0.0", "price-not-positive"),
        (b"9" * 5000, "wrong-type"),
        (b'"\xef\xbc\x91"', "wrong-type"),
        (b"tru", "not-json"),
    ],
)
def test_no_number_that_is_none_comes_in(value, reason):
    """S2-M3, N28, FAULTS N9: NaN, infinities, 5,000 digits, full-width digits."""
    parser = RugsParser(RUGS)
    data = json.dumps(tick_state(6, 1.5)).replace('"price": 1.5', '"price": ?', 1).encode()
    began = time.process_time()
    assert state(parser, data.replace(b"?", value)) == ()
    assert time.process_time() - began < 0.2
    assert dict(parser.rejected) == {reason: 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-json"),
        (b"[]", "wrong-type"),
        (b"null", "wrong-type"),
        (b'"text"', "wrong-type"),
        (b"\xff\xfe", "not-json"),
        (b"{" * 10_000, "not-json"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "depth"),
        (b'{"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "depth"),
        (b'{"gameId":"\\ud800"}', "not-json"),
    ],
)
def test_what_is_no_message_is_refused_quickly(data, reason):
    """FAULTS N7, S3-H5, FAULTS S11: bombs and fragments, in less than 200 ms each."""
    parser = RugsParser(RUGS)
    began = time.process_time()
    assert state(parser, data) == ()
    assert time.process_time() - began < 0.2
    assert dict(parser.rejected) == {reason: 1}


def test_of_two_members_with_one_name_the_last_counts():
    """FAULTS N7: duplicate keys mean the same every time, and are validated like any other."""
    parser = RugsParser(RUGS)
    data = json.dumps(tick_state(1)).encode()[:-1]
    (told,) = of(PriceTicked, state(parser, data + b',"price":2.5}'))[-1:]
    assert told.price == 2.5
    assert state(parser, data + b',"price":-2.5}') == ()


def test_messages_are_measured_before_they_are_read():
    """S3-H5, S3-T7, FAULTS S11: 1 MB for events, 4 MB for snapshots, and nothing beyond."""
    parser = RugsParser(RUGS)
    padding = {"x": "a" * 1_100_000}
    assert state(parser, tick_state(1) | padding) == ()
    assert say(parser, "standard/newTrade", TRADE | padding) == ()
    assert dict(parser.rejected) == {"too-large": 2}
    assert of(PriceTicked, state(parser, tick_state(1) | padding | {"gameHistory": []}))
    assert state(parser, tick_state(2) | {"x": "a" * 4_100_000, "gameHistory": []}) == ()
    assert parser.rejected["too-large"] == 3


def test_one_changed_field_does_not_end_the_market():
    """FAULTS N15: a part of another type is left out, counted, and the tick is still told."""
    parser = RugsParser(RUGS)
    message = tick_state(4, connectedPlayers="many", partialPrices=[1, 2], rugpool=None)
    assert [one.tick for one in of(PriceTicked, state(parser, message))] == [4]
    assert dict(parser.rejected) == {"wrong-type": 2}


def test_a_bad_price_in_what_is_repeated_spoils_only_that():
    parser = RugsParser(RUGS)
    message = tick_state(4)
    message["partialPrices"]["values"]["2"] = -1
    assert [one.tick for one in of(PriceTicked, state(parser, message))] == [4]
    assert dict(parser.rejected) == {"price-not-positive": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": -1}, "amount-negative"),
        ({"amount": None}, "amount-missing"),
        ({"amount": 1e10}, "amount-out-of-range"),
        ({"amount": []}, "wrong-type"),
        ({"qty": -1}, "amount-negative"),
        ({"price": 0}, "price-not-positive"),
        ({"price": None, "qty": 0}, "price-missing"),
        ({"type": "gift"}, "side-unknown"),
        ({"type": None}, "side-unknown"),
        ({"tickIndex": -1}, "tick-negative"),
        ({"tickIndex": None}, "tick-missing"),
        ({"id": ""}, "id-empty"),
        ({"id": "x" * 65}, "id-too-long"),
        ({"gameId": ""}, "id-empty"),
        ({"leverage": 0}, "leverage-out-of-range"),
    ],
)
def test_a_trade_that_must_not_be_believed_is_refused(change, reason):
    """S2-M3: each with its own reason."""
    parser = RugsParser(RUGS)
    assert say(parser, "standard/newTrade", TRADE | change) == ()
    assert dict(parser.rejected) == {reason: 1}


def test_an_amount_of_absurd_size_is_refused_quickly():
    parser = RugsParser(RUGS)
    texts = (b"1e999999999", b"0." + b"1" * 5000, b"1e-999999999", b'"NaN"', b'"Infinity"')
    for text in texts:
        data = json.dumps(TRADE).encode().replace(b'"amount": 0.1', b'"amount": ' + text)
        assert say(parser, "newTrade", data) == ()
    assert parser.rejected.total() == len(texts)


def test_a_name_is_short_plain_text():
    """FAULTS S3: 32 letters, without control, direction or line marks."""
    parser = RugsParser(RUGS)
    hostile = "Bob\n\u202e\u2066\x1b[2J\u2028" + "<table><tr><td>" * 16
    (told,) = say(parser, "newTrade", TRADE | {"username": hostile})
    assert isinstance(told, TradePrinted)
    assert len(told.player) <= 32
    assert told.player.isprintable()
    assert told.player.startswith("Bob[2J<table>")


def test_unknown_events_are_counted_and_never_fatal():
    """FAULTS N15: counted by name, the names bounded."""
    parser = RugsParser(RUGS)
    for number in range(1000):
        assert say(parser, f"event{number}", b"not even json") == ()
    assert say(parser, "y" * 10_000, {}) == ()
    assert len(parser.unknown) == NAMES_COUNTED + 1
    assert parser.unknown[OTHER_NAMES] == 1001 - NAMES_COUNTED
    assert not parser.rejected


def test_the_quarantine_is_bounded_in_number_and_size():
    """S3-C1: 100 refusals, 4 kB of each."""
    parser = RugsParser(RUGS, FeedSettings(quarantine=100))
    for _ in range(1000):
        state(parser, b"x" * 500_000)
    assert parser.rejected["not-json"] == 1000
    assert len(parser.quarantine.kept) == 100
    assert all(len(one.head) == 4096 and one.size == 500_000 for one in parser.quarantine.kept)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(["gameStateUpdate", "standard/newTrade", "newTrade", "newSideBet", "other"])
MUTATED = st.one_of(
    st.builds(
        lambda tick, key, value: tick_state(tick) | {key: value},
        st.integers(0, 50),
        st.sampled_from(sorted(tick_state(1))),
        JSON,
    ),
    st.builds(lambda key, value: TRADE | {key: value}, st.sampled_from(sorted(TRADE)), JSON),
    st.builds(lambda key, value: BET | {key: value}, st.sampled_from(sorted(BET)), JSON),
    JSON,
)


@given(st.lists(st.tuples(NAMES, MUTATED), max_size=8))
def test_no_payload_can_break_the_parser(messages):
    """S0-H6, S2-M3: total, whatever comes; and what comes out is valid."""
    parser = RugsParser(RUGS)
    for name, payload in messages:
        for event in say(parser, name, json.dumps(payload).encode()):
            if isinstance(event, PriceTicked):
                assert 0 < event.price <= 1e9
                assert event.tick >= 0


@given(st.binary(max_size=200))
def test_no_bytes_can_break_the_parser(data):
    parser = RugsParser(RUGS)
    for name in ("gameStateUpdate", "newTrade", "newSideBet"):
        assert say(parser, name, data) == ()
