"""`app.py practice`: the practice exchange alone."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from replayer_qt.core.money import PLACES, floor9
from replayer_qt.practice.house import Era
from replayer_qt.practice.process import run_until_told
from replayer_qt.practice.server import NEW_YEAR_2026_MS, Options


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its options."""
    parser = subparsers.add_parser(
        "practice",
        help="the practice exchange alone",
        description=(
            "Runs the practice exchange on this machine: the venue's protocol, no money. "
            "Prints one JSON line once it listens: where clients connect, where faults are "
            "switched and with which token, the seed, the process."
        ),
        epilog="example: app.py practice --seed 7 --speed 10 --rounds 3",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=0, help="where it listens; 0: a free one")
    parser.add_argument(
        "--seed",
        type=_count,
        default=0,
        help="makes a run repeatable, with the clock set to --start; 0 draws one",
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="how much faster than the real one, 0.1 to 1000"
    )
    parser.add_argument("--rounds", type=_rounds, help="end after so many rounds")
    parser.add_argument(
        "--start",
        type=_date,
        help="date of the first round, YYYY-MM-DD; 2026-01-01 with a seed, today without",
    )
    parser.add_argument(
        "--era",
        choices=[era.value for era in Era],
        default=Era.E2.value,
        help="generation of the protocol: E3 has no prices in its history",
    )
    parser.add_argument(
        "--cash",
        type=_cash,
        default=Decimal(10),
        help="what every account begins with, in SOL, 0 to 1000000",
    )
    parser.add_argument(
        "--parent", action="store_true", help="end, too, when standard input is closed"
    )
    parser.add_argument("--json", action="store_true", help="say nothing on standard error")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the exchange until it is told to end, and return the exit code.

    Raises:
        AddressRefused: the port is taken.
    """
    drawn = not arguments.seed
    seed = secrets.randbelow(1 << 31) if drawn else arguments.seed
    start_ms = arguments.start
    if start_ms is None:
        start_ms = int(time.time_ns() // 1_000_000) if drawn else NEW_YEAR_2026_MS
    options = Options(
        seed=seed,
        speed=arguments.speed,
        rounds=arguments.rounds,
        port=arguments.port,
        start_ms=start_ms,
        era=Era(arguments.era),
        cash=arguments.cash,
    )

    def ready(where: Mapping[str, object]) -> None:
        print(json.dumps(where), flush=True)
        if not arguments.json:
            print(
                f"Practice exchange at {where['url']}, seed {where['seed']}; Ctrl-C ends it.",
                file=sys.stderr,
                flush=True,
            )

    return run_until_told(options, ready=ready, parent=arguments.parent)


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _rounds(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError("must be from 0 to 65535")
    return value


def _speed(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 1_000:
        raise argparse.ArgumentTypeError("must be from 0.1 to 1000")
    return value


def _cash(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError("must be a number") from None
    if not value.is_finite() or not 0 <= value <= 1_000_000 or floor9(value) != value:
        raise argparse.ArgumentTypeError(
            f"must be from 0 to 1000000, with at most {PLACES} decimals"
        )
    return value


def _date(text: str) -> int:
    day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    return int(day.timestamp() * 1000)
