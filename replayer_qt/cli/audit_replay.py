"""`audit replay`: every recorded decision taken again, with the same limits or with others."""

import argparse
from collections.abc import Iterable
from typing import Final

import msgspec

from replayer_qt.adapters.audit.decisions import Again, taken_again
from replayer_qt.adapters.log_setup import escape
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.verdict import Verdict

_KEPT: Final = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a replay of decisions needs to know."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="risk.NAME=VALUE",
        help="decide with this limit instead; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def replay(lines: Iterable[bytes], arguments: argparse.Namespace) -> int:
    """Print what differs; 0 if every decision is the same again.

    With `--set` differences are what was asked for, and only decisions that can't be taken
    again give 1.

    Raises:
        SettingInvalid: a limit is not known, not allowed, or not written section.key=value.
    """
    overrides = _overrides(arguments.overrides)
    count = same = flips = lacking = 0
    different: list[Again] = []
    for again in taken_again(lines, overrides):
        count += 1
        same += again.is_same
        flips += again.flips
        lacking += again.now is None
        if not again.is_same and len(different) < _KEPT:
            different.append(again)
    if arguments.json:
        print(msgspec.json.encode(_as_json(count, same, flips, lacking, different)).decode())
    else:
        for again in different:
            print(escape(_line(again)))
        print(f"{count} decisions: {same} the same, {flips} flip, {lacking} not decidable")
    return int(lacking > 0 or (not overrides and same < count))


def _overrides(flags: Iterable[str]) -> dict[str, str]:
    found = {}
    for flag in flags:
        name, equals, value = flag.partition("=")
        if not equals or not name.strip().startswith(("risk.", "trading.")):
            raise SettingInvalid(
                f"The flag --set {flag[:80]!r} names no limit.",
                remedy="Write it like --set risk.max_order_sol=0.5.",
            )
        found[name.strip()] = value.strip()
    return found


def _as_json(
    count: int, same: int, flips: int, lacking: int, different: list[Again]
) -> dict[str, object]:
    return {
        "decisions": count,
        "same": same,
        "flips": flips,
        "undecidable": lacking,
        "differences": [
            {
                "seq": again.seq,
                "at": again.at,
                "order_id": again.order_id,
                "was": _code(again.was),
                "now": _code(again.now),
                "flips": again.flips,
                "why_not": again.why_not,
            }
            for again in different
        ],
    }


def _line(again: Again) -> str:
    now = again.why_not if again.now is None else f"now {again.now.code}"
    was = _code(again.was) or "unreadable"
    flips = "  FLIPS" if again.flips else ""
    return f"{again.seq:>8}  {again.at}  {again.order_id}  was {was}, {now}{flips}"


def _code(verdict: Verdict | None) -> str | None:
    return None if verdict is None else verdict.code
