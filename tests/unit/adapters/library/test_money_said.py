"""Money in captures: messages in the shapes of the wire, by hand."""

import json
from decimal import Decimal

from replayer_qt.adapters.journal.raw import RawPacker, raw_path
from replayer_qt.adapters.library.money_said import check_messages, money_in
from replayer_qt.cli.entry import main
from replayer_qt.core.events import RawReceived
from tests.helpers.make import event

NAME = "20261121-0123456789abcdef"
TRACE = {"__trace": True, "traceparent": "00-aa-bb-01"}
PRICES = [1, 1.0087724988192917, 1.073446660724414, 1.0425081084067145, 0.020000000000000018]


def trade(number, **fields):
    told = {
        "id": f"trade-{number}",
        "gameId": NAME,
        "playerId": "someone",
        "price": PRICES[2],
        "type": "buy",
        "qty": 0.093157865,
        "tickIndex": 2,
        "coin": "solana",
        "amount": 0.1,
        "leverage": 1,
        "username": None,
    }
    return "standard/newTrade", told | fields


def payout(number, *, start, won, **fields):
    told = {
        "id": f"bet-{number}",
        "type": "payout",
        "gameId": NAME,
        "playerId": "someone",
        "betAmount": 0.02,
        "payout": 0.1 if won else 0,
        "profit": 0.08 if won else -0.02,
        "xPayout": 5,
        "startTick": start,
        "endTick": start + 40,
        "tickIndex": 4 if won else start,
    }
    return told | fields


def state(tick, *, rows=(), history=None, **fields):
    told = {
        "gameId": NAME,
        "active": True,
        "price": PRICES[tick],
        "rugged": tick == 4,
        "tickCount": tick,
        "cooldownTimer": 0,
        "partialPrices": {
            "startTick": 0,
            "endTick": tick,
            "values": {str(n): PRICES[n] for n in range(tick + 1)},
        },
        "leaderboard": list(rows),
    }
    if history is not None:
        told["gameHistory"] = history
    return "gameStateUpdate", told | fields


def row(quantity, average, regular, *, side=0, invested=0.1):
    total = Decimal(repr(regular)) + Decimal(repr(side))
    return {
        "id": "someone",
        "username": None,
        "pnl": float(total),
        "regularPnl": regular,
        "sidebetPnl": side,
        "shortPnl": 0,
        "pnlPercent": float(total / Decimal(repr(invested)) * 100),
        "positionQty": quantity,
        "avgCost": average,
        "totalInvested": invested,
        "sideBet": None,
    }


def messages():
    """A round with trades and rows, and its end with the settlements of its side bets."""
    bought = {"quantity": 0.093157865, "average": 1.07344666}
    ended = {
        "id": NAME,
        "prices": PRICES,
        "globalSidebets": [
            payout(1, start=0, won=True),
            payout(2, start=0, won=True, payout=0.10000000000000002, profit=0.08000000000000002),
            {"id": "bet-3", "type": "placed", "gameId": NAME, "betAmount": 0.02},
        ],
    }
    return [
        state(2),
        trade(1),
        state(3, rows=[row(0, 0, 0)]),
        state(
            4,
            rows=[
                row(quantity=bought["quantity"], average=bought["average"], regular=-0.002882171)
            ],
        ),
        trade(2, type="sell", price=PRICES[3], tickIndex=3, qty=0.05, amount=0.052125405),
        trade(3, type="short_open", qty=0),
        ("newChatMessage", {"message": "hello"}),
        state(4, history=[ended], rows=[row(0, 0, -0.09)]),
        state(4, history=[ended]),
    ]


def encoded(told):
    return [(name, json.dumps(payload).encode()) for name, payload in told]


def test_what_a_capture_states_of_money_is_computed_again():
    """N1, N3: trades, rows and settlements of a capture come out as the venue stated them."""
    check = check_messages(encoded(messages()))
    assert (check.trades.stated, check.trades.checked, check.trades.reproduced) == (3, 2, 2)
    assert (check.positions.stated, check.positions.reproduced) == (3, 3), check.exceptions
    assert (check.side_bets.stated, check.side_bets.reproduced) == (2, 2)
    (short,) = check.exceptions
    assert (short.what, short.checked, short.count) == ("trades", False, 1)


def test_messages_that_make_no_sense_are_passed_over():
    odd = [
        ("standard/newTrade", b"[]"),
        ("standard/newTrade", b'{"qty": "NaN x"}'),
        ("gameStateUpdate", b'{"leaderboard": 3}'),
        ("gameStateUpdate", b"\xff\xfe"),
        ("gameStateUpdate", b"{}"),
    ]
    check = check_messages(odd)
    assert check.trades.stated == check.positions.stated == 0


def test_inspect_tells_what_came_of_the_money(tmp_path, capsys):
    path = tmp_path / "capture.jsonl"
    lines = [
        {"seq": number, "ts": "2026-11-21T12:00:00.000001", "event": name, "data": payload}
        for number, (name, payload) in enumerate(messages(), 1)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["inspect", str(path), "--json"]) == 0
    money = json.loads(capsys.readouterr().out)["money"]
    assert money["trades"] == {"stated": 3, "checked": 2, "reproduced": 2}
    assert money["side_bets"] == {"stated": 2, "checked": 2, "reproduced": 2}
    assert money["exceptions"][0]["cause"] == "a short, whose rule is not known"
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "2 side bets stated, 2 computed again, 2 of them alike" in said
    assert "1 trades not checked: a short" in said


def test_a_journal_is_checked_by_its_raw_messages(tmp_path):
    path = tmp_path / "round.jsonl"
    path.write_text("")
    assert money_in(path, "journal") is None
    assert money_in(path, "A") is None
    packer = RawPacker()
    packed = b"".join(
        packer.pack(event(RawReceived, number, data=_frame(name, payload)))
        for number, (name, payload) in enumerate(messages(), 1)
    )
    raw_path(path).write_bytes(packed + packer.finish())
    check = money_in(path, "journal")
    assert (check.trades.reproduced, check.side_bets.reproduced) == (2, 2)


def _frame(name, payload):
    arguments = [name, TRACE, payload] if name == "standard/newTrade" else [name, payload]
    return ("42" + json.dumps(arguments)).encode()
