"""Makes moments of a round for tests, without a script behind them."""

from collections.abc import Sequence
from typing import Any

from replayer_qt.core.units import RoundId
from replayer_qt.practice.house import Era, House
from replayer_qt.practice.messages import Scene
from replayer_qt.practice.rounds import Round

ROUND_ID = RoundId("20260101-00000000000000aa")


def prices(rug_tick: int, step: float = 0.01) -> tuple[float, ...]:
    """Return prices that rise until the rug comes at `rug_tick`."""
    return (*(1.0 + step * tick for tick in range(rug_tick)), 0.02)


def scene(
    tick: int, path: Sequence[float] | None = None, *, number: int = 0, **changes: Any
) -> Scene:
    """Return the moment of a tick of the round `number`; by default the rug is at 100."""
    path = tuple(path or prices(100))
    game = Round(
        number=number,
        round_id=RoundId(f"{ROUND_ID[:-2]}{number:02x}"),
        seed="0" * 64,
        seed_hash="1" * 64,
        prices=path,
    )
    usual: dict[str, Any] = {
        "house": House(),
        "crowd": (),
        "era": Era.E2,
        "round": game,
        "active": True,
        "rugged": tick == game.rug_tick,
        "tick": tick,
        "counter": tick,
        "timer_ms": 0,
        "board": (),
        "trade_count": 10,
        "connected": 1,
    }
    return Scene(**(usual | changes))


def presale(timer_ms: int = 5_000, *, number: int = 0, **changes: Any) -> Scene:
    """Return a moment of the countdown to the round `number`."""
    return scene(0, number=number, active=False, rugged=False, timer_ms=timer_ms, **changes)
