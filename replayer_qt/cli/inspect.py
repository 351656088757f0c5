"""`inspect`: what is in this recording?"""

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.journal.format import RECOVERED
from replayer_qt.adapters.library.money_said import money_in
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.cli.saying import say, say_json
from replayer_qt.cli.verify import line_of
from replayer_qt.core.events import Event, PriceTicked
from replayer_qt.core.money_check import MoneyCheck
from replayer_qt.core.recording import Recording
from replayer_qt.core.summary import RoundSummary, follows_rug_rule, summarise
from replayer_qt.core.units import NANOS_PER_SECOND, RoundId, StreamId

_STREAM: Final = StreamId("replay/1")
_FORMATS: Final = {
    "journal": "journal of this program",
    "A": "tick recording (variant A)",
    "B": "session recording (variant B)",
    "C": "raw client capture (variant C)",
    "D": "browser capture (variant D)",
    "E": "explorer sample (variant E)",
    "F": "curated samples (variant F)",
    "G": "recording of a sink (variant G)",
    "H": "demonstration (variant H)",
    "I": "unified recorder's round or presses (variant I)",
    "J": "event store (variant J)",
    "K": "relay's capture (variant K)",
    "binance-klines": "klines of Binance's public archive",
    "binance-trades": "trades of Binance's public archive",
    "binance-aggtrades": "aggregated trades of Binance's public archive",
}
_PLACES_SHOWN: Final = 20


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "inspect",
        description="Say what is in a recording: format, times, rounds, events, damage.",
        epilog="example: replayer inspect recordings/game.jsonl --json",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print what is in the file; 0 unless it cannot be read, which is a `RecordingUnreadable`."""
    recording = open_recording(arguments.file, _STREAM)
    found = summarise(recording.events, followed_only=recording.format == "journal")
    money = money_in(arguments.file, recording.format)
    told = _as_json(recording, found, arguments.file.stat().st_size)
    told["money"] = None if money is None else msgspec.to_builtins(money)
    if arguments.json:
        say_json(told)
    else:
        _print(told, recording, found)
        if money is not None:
            _print_money(money)
    return 0


def _as_json(recording: Recording, found: Sequence[RoundSummary], size: int) -> dict[str, Any]:
    first, last = _span(recording.events)
    prices = _prices(recording.events)
    rounds = []
    for summary in found:
        told = msgspec.to_builtins(summary)
        told["rug_rule"] = _rug_rule(summary, prices.get(summary.round_id, {}))
        rounds.append(told)
    return {
        "path": recording.path,
        "format": recording.format,
        "bytes": size,
        "lines": recording.lines,
        "bad_lines": recording.bad_lines,
        "recovered_lines": recording.recovered_lines,
        "ended": recording.ended,
        "first": _time(first),
        "last": _time(last),
        "seconds": (last - first) / NANOS_PER_SECOND if first else 0.0,
        "events": dict(Counter(type(event).__name__ for event in recording.events).most_common()),
        "rounds": rounds,
        "damage": [msgspec.to_builtins(place) for place in recording.damage],
        "notes": list(recording.notes),
    }


def _print(told: dict[str, Any], recording: Recording, found: Sequence[RoundSummary]) -> None:
    say(f"{told['path']}: {_FORMATS.get(recording.format, recording.format)}")
    say(f"  {told['bytes']:,} bytes, {told['lines']:,} lines, {told['bad_lines']} of them bad")
    if recording.ended == RECOVERED:
        say("  recovered after a crash: what came in the last moments before may be missing")
    if told["first"]:
        say(f"  {told['first']} to {told['last']}, {told['seconds']:.1f} s")
    for name, count in told["events"].items():
        say(f"  {count:>9,} {name}")
    for summary, row in zip(found, told["rounds"], strict=True):
        rule = {True: "  rug price as the rule says", False: "  RUG PRICE AGAINST THE RULE"}
        say(f"  {line_of(summary)}{rule.get(row['rug_rule'], '')}")
    for note in recording.notes:
        say(f"  note: {note}")
    for place in recording.damage[:_PLACES_SHOWN]:
        where = f"line {place.line}, byte {place.offset}: " if place.line else ""
        say(f"  damage: {where}{place.what}")
    if len(recording.damage) > _PLACES_SHOWN:
        say(f"  damage: {len(recording.damage) - _PLACES_SHOWN} places more (--json lists them)")


def _print_money(money: MoneyCheck) -> None:
    parts = {"trades": money.trades, "positions": money.positions, "side bets": money.side_bets}
    for name, part in parts.items():
        if part.stated:
            say(
                f"  {part.stated:>9,} {name} stated, {part.checked:,} computed again,"
                f" {part.reproduced:,} of them alike"
            )
    for one in money.exceptions:
        word = "otherwise" if one.checked else "not checked"
        say(f"  {one.count:>9,} {one.what} {word}: {one.cause}")


def _rug_rule(found: RoundSummary, prices: dict[int, float]) -> bool | None:
    return None if found.rug_index is None else follows_rug_rule(prices, found.rug_index)


def _prices(events: Sequence[Event]) -> dict[RoundId, dict[int, float]]:
    prices: dict[RoundId, dict[int, float]] = {}
    for event in events:
        if isinstance(event, PriceTicked):
            prices.setdefault(event.round_id, {}).setdefault(event.tick, event.price)
    return prices


def _span(events: Sequence[Event]) -> tuple[int, int]:
    ats = [event.at for event in events if event.at > 0]
    return min(ats, default=0), max(ats, default=0)


def _time(at: int) -> str | None:
    """Return the time in ISO 8601, UTC, to the millisecond."""
    if not at:
        return None
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % NANOS_PER_SECOND // 1_000_000:03}Z"
