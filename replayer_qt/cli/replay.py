"""`replay`: play a recording through the engine without a window."""

import argparse
import asyncio
import math
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay import ReplayFeed
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.cli.saying import say, say_json
from replayer_qt.core.commands import Play, SetSpeed
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened, ReplayShaped
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import StreamId
from replayer_qt.engine.engine import Engine

_STREAM: Final = StreamId("replay/1")
_BATCH: Final = 1_000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        description="Play a recording through the same engine as live, and tell the final state. "
        "The same recording gives the same digest at any speed.",
        epilog="example: replayer replay recordings/game.jsonl --headless --speed max --json",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording, or a folder of them")
    parser.add_argument("--headless", action="store_true", help="without a window")
    parser.add_argument("--strategy", metavar="NAME", help="run a strategy (not yet)")
    parser.add_argument(
        "--speed",
        type=speed,
        default=math.inf,
        metavar="X|max",
        help="0.1 to 1000, or max, which is the default",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def speed(text: str) -> float:
    """Return a speed [recording seconds per second]; `max` is infinite.

    Raises:
        argparse.ArgumentTypeError: it is no speed, or out of range.

    >>> speed("max"), speed("2.5x")
    (inf, 2.5)
    """
    if text.lower() == "max":
        return math.inf
    try:
        value = float(text.lower().removesuffix("x"))
    except ValueError:
        value = math.nan
    if not 0.1 <= value <= 1000:
        message = f"{text!r} is no speed; write 0.1 to 1000, or max"
        raise argparse.ArgumentTypeError(message)
    return value


def run(arguments: argparse.Namespace) -> int:
    """Play to the end and print where that leaves us; 0, or 1 if nothing could be played."""
    if arguments.strategy is not None:
        say("replayer: replay --strategy: not yet in this release.", file=sys.stderr)
        return 2
    if not arguments.headless:
        hint = f"replayer {arguments.file}"
        say(f"replayer: for the window say {hint!r}, or add --headless.", file=sys.stderr)
        return 2
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        told = runner.run(play(arguments.file, arguments.speed))
    if arguments.json:
        say_json(told)
        return 0
    for found in told["rounds"]:
        rug = "no rug" if found["rug_tick"] is None else f"rug at {found['rug_tick']}"
        peak = "" if found["peak"] is None else f"  peak {found['peak']:.4g}x"
        say(f"{found['round_id']}  {found['ticks']} ticks{peak}  {rug}")
    say(f"{len(told['rounds'])} rounds, {told['ticks']} ticks, digest {told['digest']}")
    return 0


async def play(path: Path, at_speed: float) -> dict[str, Any]:
    """Return the final state of every round that was played, and one digest over all.

    Raises:
        RecordingUnreadable: nothing could be played.
    """
    files = find_recordings([path])
    if not files:
        raise RecordingUnreadable(f"No recording was found in {path}.", remedy="Name another.")
    feed = ReplayFeed(
        files,
        _STREAM,
        SystemClock(),
        ReplaySettings(skip_to_activation=False),
        find=find_recordings,
        read=open_recording,
    )
    feed.steer(SetSpeed(speed=at_speed))
    feed.steer(Play())
    sheet = _Sheet()
    problems = 0
    async for event in feed.events():
        if isinstance(event, ProblemRaised):
            problems += 1
            if problems == len(files):
                empty = event.code == "recording-empty"
                raise RecordingUnreadable(
                    event.what, remedy="Name another." if empty else event.remedy
                )
            say(f"replayer: {event.what}", file=sys.stderr)
        sheet.take(event)
        if isinstance(event, ReplayMoved) and feed.finished:
            break
    return sheet.result(str(path))


class _Sheet:
    """Seats the engine, and notes each round's state when the next one begins."""

    def __init__(self) -> None:
        self._engine = Engine()
        self._waiting: list[Event] = []
        self._rounds: list[dict[str, Any]] = []

    def take(self, event: Event) -> None:
        if isinstance(event, ReplayOpened | ReplayShaped):
            self._note()
        self._waiting.append(event)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def result(self, path: str) -> dict[str, Any]:
        self._note()
        whole = sha256("".join(found["digest"] for found in self._rounds).encode())
        return {
            "path": path,
            "rounds": self._rounds,
            "ticks": sum(found["ticks"] for found in self._rounds),
            "digest": whole.hexdigest(),
        }

    def _flush(self) -> None:
        self._engine.handle(self._waiting)
        self._waiting.clear()

    def _note(self) -> None:
        self._flush()
        session = self._engine.handle(()).session
        market = self._engine.state.markets.get(_STREAM)
        if market is None or market.round is None:
            return
        state = market.round
        digest = sha256(msgspec.json.encode([state, market.finished, market.refused]))
        series = session.series(_STREAM, state.round_id)
        if series is not None:
            for column in (series.ticks, series.prices, series.ats):
                digest.update(column.astype(column.dtype.newbyteorder("<")).tobytes())
        self._rounds.append(
            {
                "round_id": state.round_id,
                "ticks": state.ticks,
                "first_tick": state.first_tick,
                "last_tick": state.tick if state.ticks else None,
                "peak": state.peak if state.peak_tick >= 0 else None,
                "rug_tick": state.rug_tick,
                "rug_price": state.rug_price,
                "fairness": state.fairness,
                "digest": digest.hexdigest(),
            }
        )
        self._engine.drop(_STREAM)
