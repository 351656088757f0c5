"""Writes recordings in the shapes of other programs' recorders (F to K), by hand."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from replayer_qt.core.fairness import generate
from replayer_qt.core.units import RoundId
from tests.helpers.tick_files import GAME, START, tick_line, waiting_line

SEED = "c7e8a226ffe83633d6bb07db7465d33e45f0d73c4716e54406c0dbc086a1f129"
NAME = RoundId("20250807-300ad2bc3a224bf3")
FAIR = generate(SEED, NAME)
HASH = sha256(SEED.encode()).hexdigest()
BEGUN_MS = 1_754_600_000_000


def state(tick: int, prices: tuple[float, ...] = FAIR, **fields: Any) -> dict[str, Any]:
    """Return the message of one tick of a round, the last of which is the rug."""
    return {
        "active": True,
        "price": prices[tick],
        "rugged": tick == len(prices) - 1,
        "tickCount": tick,
        "cooldownTimer": 0,
        "allowPreRoundBuys": False,
        "gameId": NAME,
        "tradeCount": 10 + tick,
        "provablyFair": {"serverSeedHash": HASH, "version": "v3"},
    } | fields


def as_lines(rows: Iterable[Any]) -> bytes:
    """Return rows as JSON Lines."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def samples(ticks: Iterable[int] = range(5)) -> dict[str, Any]:
    """Return curated samples (F), the newest first, as a curator may list them."""
    told = list(ticks)
    found: dict[str, Any] = {"_comment": "chosen by hand"}
    for place, tick in enumerate(reversed(told)):
        found[f"tick_{tick}"] = {
            "_meta": {"index": place, "phase": "ACTIVE", "description": "a tick"},
            "event_type": "gameStateUpdate",
            "timestamp_ms": BEGUN_MS + 250 * tick,
            "data": state(tick),
        }
    trade = {"id": "t1", "gameId": NAME, "playerId": "p", "username": "userA", "type": "buy"}
    trade |= {"price": 1.0, "tickIndex": 1, "amount": 0.01, "qty": 0.01, "coin": "solana"}
    found["buy"] = {
        "_meta": {"index": 90},
        "event_type": "standard/newTrade",
        "timestamp_ms": BEGUN_MS + 10_000,
        "data": [{"__trace": True}, trade],
    }
    return found


def sink(prices: list[float], *, counted: int | None = None) -> bytes:
    """Return a sink's file (G): ticks without a type between two lines about the file."""
    rows = [json.loads(waiting_line(100, 0))]
    last = len(prices) - 1
    for tick, price in enumerate(prices):
        rows.append(json.loads(tick_line(tick, price, 250 * tick, rugged=tick == last)))
    late = {"phase": "RUG_EVENT_1", "rugged": True}
    rows.append(json.loads(tick_line(last + 2, prices[-1], 250 * last + 600, **late)))
    for row in rows:
        del row["type"]
    about = {"game_id": GAME, "start_time": START.isoformat(), "version": "1.0"}
    end = {"end_time": START.isoformat(), "tick_count": counted or len(rows), "total_bytes": 9}
    return as_lines([{"_metadata": about}, *rows, {"_metadata": end}])


def press(tick: int, price: str, button: str = "BUY", **fields: Any) -> dict[str, Any]:
    """Return one press of a demonstration (H)."""
    categories = {"BUY": "TRADE_BUY", "SELL": "TRADE_SELL", "SIDEBET": "TRADE_SIDEBET"}
    before = {"balance": "1.0", "position": None, "sidebet": None, "bet_amount": "0.01"}
    before |= {"sell_percentage": "1.0", "current_tick": tick, "current_price": price}
    at = BEGUN_MS + 250 * tick
    return {
        "type": "action",
        "action_id": f"a{tick}",
        "category": categories.get(button, "BET_INCREMENT"),
        "button": button,
        "timestamp_pressed": at,
        "timestamp_confirmed": at + 90,
        "latency_ms": 90.0,
        "state_before": before | {"phase": "ACTIVE"} | fields,
        "amount": "0.01",
    }


def demonstration(presses: list[dict[str, Any]], *, counted: int | None = None) -> bytes:
    """Return one round of a demo recorder's session (H)."""
    header = {"game_id": NAME, "session_id": "s", "game_number": 1, "start_time": BEGUN_MS}
    count = len(presses) if counted is None else counted
    footer = header | {"end_time": BEGUN_MS + 9_000, "action_count": count}
    return as_lines([{"_header": header}, *presses, {"_footer": footer}])


def demo_session(folder: Path) -> Path:
    """Write a session of the demo recorder (H); return its folder."""
    session = folder / "session_20250807_170000"
    session.mkdir(parents=True)
    told = demonstration([press(3, "1.1"), press(5, "1.2", "SELL"), press(5, "1.2", "+0.01")])
    (session / f"game_001_{NAME}.jsonl").write_bytes(told)
    (session / "session_metadata.json").write_text(json.dumps({"session_id": "s", "games": 1}))
    return session


def unified_round(prices: Iterable[float | None] = FAIR, **fields: Any) -> bytes:
    """Return a unified recorder's round (I): prices as text, by tick."""
    listed = [None if price is None else repr(price) for price in prices]
    meta = {
        "game_id": NAME,
        "start_time": "2025-08-07T17:00:00.000000",
        "end_time": "2025-08-07T17:00:10.000000",
        "duration_ticks": len(listed),
        "peak_multiplier": "1.0",
        "server_seed_hash": HASH,
        "server_seed": SEED,
        "has_player_input": True,
        "action_count": 2,
    }
    return json.dumps({"meta": meta | fields, "prices": listed}, indent=2).encode()


def player_action(tick: int, price: str, action: str = "BUY") -> dict[str, Any]:
    """Return one action beside a unified recorder's round (I)."""
    return {
        "game_id": NAME,
        "tick": tick,
        "timestamp": "2025-08-07T17:00:01.000000",
        "action": action,
        "amount": "0.01",
        "price": price,
        "local_state": {"balance": "1"},
        "server_state": None,
        "drift_balance": "0",
    }


def unified_archive(folder: Path) -> Path:
    """Write a unified recorder's day (I); return its folder."""
    for name in ("games", "player", "demonstrations"):
        (folder / name).mkdir(parents=True)
    (folder / "games" / "20250807T170000_300ad2bc.game.json").write_bytes(unified_round())
    lines = as_lines([player_action(2, "1.05"), player_action(6, "1.2", "SELL")])
    (folder / "player" / "20250807T170000_300ad2bc_player.jsonl").write_bytes(lines)
    told = {"meta": {"username": "userA"}, "actions": [press(4, "1.2"), press(7, "1.3")]}
    (folder / "demonstrations" / "20250807T170000_userA_demo.json").write_text(json.dumps(told))
    (folder / "index.json").write_text(json.dumps({"games": [{"game_id": NAME}]}))
    return folder


def store_row(number: int, doc_type: str, **fields: Any) -> dict[str, Any]:
    """Return one row of an event store (J); times are UTC without saying so."""
    seconds, micros = divmod(number * 250_000, 1_000_000)
    return {
        "ts": f"2025-08-07T21:00:{seconds:02}.{micros:06}",
        "source": "public_ws",
        "doc_type": doc_type,
        "session_id": "s",
        "seq": number,
        "direction": "received",
        "raw_json": "{}",
        "game_id": NAME,
        "event_name": None,
        "price": None,
        "tick": None,
        "action_type": None,
    } | fields


def stored_tick(tick: int, prices: tuple[float, ...] = FAIR) -> dict[str, Any]:
    """Return the row of one tick (J)."""
    raw = json.dumps(state(tick, prices))
    return store_row(tick, "game_tick", tick=tick, price=str(prices[tick]), raw_json=raw)


def stored_message(tick: int) -> dict[str, Any]:
    """Return the row of one message (J)."""
    raw = json.dumps({"event": "gameStateUpdate", "data": state(tick)})
    return store_row(tick, "ws_event", event_name="gameStateUpdate", raw_json=raw)


def write_store(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write an event store's file (J); return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {"seq": pa.int64(), "tick": pa.int64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in rows[0]])
    parquet.write_table(pa.Table.from_pylist(rows, schema), path)
    return path


def relayed(ticks: Iterable[int], *, times: int = 3) -> bytes:
    """Return a relay's capture (K): every message as often as the relay heard it."""
    rows = []
    for tick in ticks:
        for copy in range(times):
            at = f"2025-08-07T21:00:{tick % 60:02}.{copy}00000Z"
            rows.append(
                {
                    "type": "raw_event",
                    "event_type": "gameStateUpdate",
                    "data": state(tick),
                    "timestamp": at,
                    "game_id": NAME,
                }
            )
    return as_lines(rows)
