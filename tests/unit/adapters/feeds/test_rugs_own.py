"""What a server says of our own account: read exactly, refused by name, never raised."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.brokers.words import (
    Answer,
    Answered,
    BetEnd,
    OwnBet,
    OwnTrade,
    Statement,
)
from replayer_qt.adapters.feeds.quarantine import Quarantine
from replayer_qt.adapters.feeds.rugs_frames import answer_of, read_event
from replayer_qt.adapters.feeds.rugs_own import OwnParser
from replayer_qt.core.order_events import StatedBet
from replayer_qt.core.orders import OrderSide
from tests.helpers.make import ROUND

ME = "did:privy:cm0123456789abcdefghijklm"
TRACE = {"__trace": True, "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}
SOL = "So11111111111111111111111111111111111111112"

UPDATE: dict[str, Any] = {
    "id": ME,
    "role": None,
    "cash": 0.097595869,
    "positionQty": 0.003384584,
    "avgCost": 1.181828845,
    "cumulativePnL": -0.001978972,
    "sidebetPnl": 0,
    "pnlPercent": -99.32,
    "authenticated": True,
    "sideBet": None,
    "sidebets": [],
    "leveragedPositions": [],
}
TRADE: dict[str, Any] = {
    "id": "0c1d2e3f-0000-4000-8000-000000000001",
    "gameId": ROUND,
    "playerId": ME,
    "price": 1.25,
    "type": "buy",
    "qty": 0.008,
    "tickIndex": 64,
    "coin": "solana",
    "amount": 0.01,
    "leverage": 1,
    "username": None,
    "level": 7,
}
BET: dict[str, Any] = {
    "playerId": ME,
    "gameId": ROUND,
    "username": "me",
    "type": "placed",
    "betAmount": 0.001,
    "xPayout": 5,
    "coinAddress": SOL,
    "startTick": 30,
    "endTick": 70,
    "tickIndex": 30,
    "timestamp": 1766892383152,
}


class Reader:
    """A parser, and what it refused."""

    def __init__(self, *, known: bool = True) -> None:
        self.quarantine = Quarantine(10)
        self.parser = OwnParser(self.quarantine)
        if known:
            self.hear("playerUpdate", UPDATE)

    def hear(self, name: str, *arguments: Any) -> Any:
        return self.parser.read(read_event(json.dumps([name, *arguments]).encode()))

    def answer(self, rest: str) -> Any:
        return self.parser.read(answer_of(rest))


def test_a_statement_is_read_to_the_last_digit():
    """D18: amounts are the decimals that stand on the wire."""
    assert Reader().hear("playerUpdate", UPDATE) == Statement(
        player=ME,
        cash=Decimal("0.097595869"),
        quantity=Decimal("0.003384584"),
        average=Decimal("1.181828845"),
        result=Decimal("-0.001978972"),
        side_result=Decimal(0),
        bet=None,
        bets_stated=True,
    )


def test_what_a_statement_leaves_out_is_not_stated():
    said = Reader().hear("playerUpdate", {"id": ME, "cash": 1, "positionQty": 0})
    assert (said.average, said.result, said.bet, said.bets_stated) == (None, None, None, False)


def test_the_open_side_bet_is_stated_in_the_leaderboard_s_words():
    bet = {"startedAtTick": 169, "end": 209, "betAmount": 0.002, "xPayout": 5, "gameId": ROUND}
    said = Reader().hear("playerUpdate", {**UPDATE, "sideBet": bet})
    assert said.bet == StatedBet(start=169, end=209, stake=Decimal("0.002"))


def test_own_trades_are_known_by_the_identity_that_the_venue_gave():
    reader = Reader(known=False)
    assert reader.hear("standard/newTrade", TRACE, TRADE) is None
    reader.hear("playerUpdate", UPDATE)
    assert reader.hear("standard/newTrade", TRACE, TRADE) == OwnTrade(
        trade_id=TRADE["id"],
        side=OrderSide.BUY,
        round_id=ROUND,
        tick=64,
        price=Decimal("1.25"),
        quantity=Decimal("0.008"),
        amount=Decimal("0.01"),
    )
    reader.parser.forget()
    assert reader.hear("standard/newTrade", TRACE, TRADE) is None


@pytest.mark.parametrize(
    "change",
    [
        {"playerId": "did:privy:cmanother"},
        {"playerId": None, "username": ME},
        {"type": "short_open"},
        {"coin": "free"},
    ],
    ids=str,
)
def test_what_is_not_ours_or_not_our_money_is_not_taken(change):
    assert Reader().hear("standard/newTrade", TRACE, {**TRADE, **change}) is None


@pytest.mark.parametrize("name", ["currentSidebet", "newSideBet"])
def test_an_own_side_bet_is_read(name):
    assert Reader().hear(name, TRACE, BET) == OwnBet(
        round_id=ROUND, start=30, end=70, stake=Decimal("0.001")
    )
    assert Reader().hear(name, TRACE, {**BET, "playerId": "another"}) is None


@pytest.mark.parametrize(
    ("payout", "tick_index", "decided"), [(0.005, 55, 55), (0, 30, 70)], ids=["won", "lost"]
)
def test_the_tick_that_decided_a_side_bet_is_the_rug_s_or_its_last(payout, tick_index, decided):
    """A lost one is told with the tick it was placed at."""
    ended = {**BET, "type": "payout", "payout": payout, "profit": payout - 0.001}
    said = Reader().hear("currentSidebetResult", TRACE, {**ended, "tickIndex": tick_index})
    assert said == BetEnd(
        round_id=ROUND,
        start=30,
        end=70,
        tick=decided,
        stake=Decimal("0.001"),
        payout=Decimal(str(payout)),
    )


def test_the_end_of_a_login_s_answer_is_known():
    status = {"id": ME, "hasUsername": True, "username": "me"}
    assert Reader().hear("usernameStatus", TRACE, status) == Answered()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('7[{"success":true}]', Answer(number=7, done=True)),
        ('7[{"success":false,"error":"No"}]', Answer(number=7, done=False, reason="No")),
        ('7[{"success":false,"reason":"No"}]', Answer(number=7, done=False, reason="No")),
        ('7[{"success":false,"message":"No"}]', Answer(number=7, done=False, reason="No")),
        ('7[{"success":false}]', Answer(number=7, done=False)),
        ('7[{"success":false,"error":"a\\u202e\\nb"}]', Answer(number=7, done=False, reason="ab")),
        ("7[]", None),
        ("7[{}]", None),
        ("7[null]", None),
        ('7["yes"]', None),
        ('7[{"success":"yes"}]', None),
    ],
)
def test_an_answer_is_yes_or_no_or_none(said, expected):
    """FAULTS O10, S4: a refusal's words are plain text; what says neither is no answer."""
    assert Reader().answer(said) == expected


def test_a_refusal_s_words_are_cut():
    said = Reader().answer('7[{"success":false,"error":"' + "x" * 100_000 + '"}]')
    assert len(said.reason) == 256


def test_the_answer_to_a_side_bet_holds_the_bet():
    said = Reader().answer("7" + json.dumps([{"success": True, "sidebet": BET}]))
    assert said.bet == OwnBet(round_id=ROUND, start=30, end=70, stake=Decimal("0.001"))


@pytest.mark.parametrize(
    ("name", "payload", "reason"),
    [
        ("playerUpdate", {**UPDATE, "cash": None}, "amount-missing"),
        ("playerUpdate", {**UPDATE, "cash": "much"}, "wrong-type"),
        ("playerUpdate", {**UPDATE, "positionQty": -1}, "amount-negative"),
        ("playerUpdate", {**UPDATE, "cash": 1e300}, "amount-out-of-range"),
        ("playerUpdate", {**UPDATE, "id": None}, "id-missing"),
        ("playerUpdate", {**UPDATE, "id": "x" * 65}, "id-too-long"),
        ("playerUpdate", [], "wrong-type"),
        ("currentSidebetResult", {**BET, "payout": None}, "amount-missing"),
        ("currentSidebet", {**BET, "startTick": None}, "tick-missing"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_its_words_are_not_kept(name, payload, reason):
    """FAULTS S7, N9."""
    reader = Reader()
    assert reader.hear(name, payload) is None
    assert dict(reader.quarantine.counts) == {reason: 1}
    assert reader.quarantine.kept[0].head == b""


@given(
    st.sampled_from(
        ["playerUpdate", "usernameStatus", "currentSidebet", "currentSidebetResult", "newTrade"]
    ),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from([ME, "buy", "x" * 99]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*UPDATE, *TRADE, *BET]), inner, max_size=9)
        ),
        max_leaves=20,
    ),
)
def test_no_words_raise(name, payload):
    """FAULTS N6, N9: whatever a server says of us."""
    Reader().hear(name, payload)
