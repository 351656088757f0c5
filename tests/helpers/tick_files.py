"""Writes recordings in the shape of the predecessor's (variant A), by hand."""

import json
from datetime import datetime, timedelta
from typing import Any

GAME = "20251031-00112233445566ff"
START = datetime(2025, 10, 31, 15, 0, 0)  # noqa: DTZ001  # these files have naive times


def tick_line(tick: int, price: float, ms: int, *, game: str = GAME, **fields: Any) -> str:
    """Return one record, received `ms` after the start."""
    record = {
        "type": "tick",
        "timestamp": (START + timedelta(milliseconds=ms)).isoformat(),
        "game_id": game,
        "tick": tick,
        "price": price,
        "phase": "ACTIVE_GAMEPLAY",
        "active": True,
        "rugged": False,
        "cooldown_timer": 0,
        "trade_count": 40 + tick,
    }
    return json.dumps(record | fields)


def waiting_line(timer: int, ms: int, *, game: str = GAME, phase: str = "UNKNOWN") -> str:
    """Return a record of the countdown; the price and tick in it are defaults, not data."""
    quiet = {"active": False, "cooldown_timer": timer, "trade_count": 0, "phase": phase}
    return tick_line(0, 1.0, ms, game=game, **quiet)


def marker(kind: str, ms: int, *, game: str = GAME, **fields: Any) -> str:
    """Return a mark such as `game_start`."""
    at = (START + timedelta(milliseconds=ms)).isoformat()
    return json.dumps({"type": kind, "timestamp": at, "game_id": game} | fields)


def round_lines(prices: list[float], *, game: str = GAME, ms: int = 0) -> list[str]:
    """Return a whole file: a countdown, a round whose last price is the rug's, the marks."""
    lines = [
        waiting_line(14_900, ms, game=game),
        marker("game_start", ms + 5, game=game),
        waiting_line(14_800, ms + 100, game=game),
        waiting_line(9_900, ms + 5_000, game=game, phase="PRESALE"),
        waiting_line(100, ms + 14_900, game=game, phase="PRESALE"),
    ]
    first, last = ms + 15_000, len(prices) - 1
    for tick, price in enumerate(prices):
        fields: dict[str, Any] = {"phase": "GAME_ACTIVATION", "trade_count": 0} if not tick else {}
        lines.append(
            tick_line(tick, price, first + tick * 250, game=game, rugged=tick == last, **fields)
        )
    end = first + last * 250
    late = {"phase": "RUG_EVENT_1", "rugged": True, "trade_count": 0}
    lines.append(tick_line(last + 2, prices[-1], end + 620, game=game, **late))
    lines.append(
        marker("game_end", end + 630, game=game, total_ticks=last + 6, tick_range=[0, last + 2])
    )
    return lines


def text(lines: list[str]) -> bytes:
    """Return the file that these lines make."""
    return "".join(f"{line}\n" for line in lines).encode()
