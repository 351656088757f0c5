"""Answers for the commands that are promised and not there yet."""

import argparse
import sys
from typing import Final

NAMES: Final = {
    "backtest": "replayer backtest --strategy hold --data recordings/",
}
"""Each of these commands with an example of what it will take."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands that are not there yet; what else is given is not looked at."""
    for name, example in NAMES.items():
        subparsers.add_parser(
            name, description="Not yet in this release.", epilog=f"example: {example}"
        )


def run(arguments: argparse.Namespace) -> int:
    """Say "not yet" and return 2."""
    print(f"replayer: {arguments.command}: not yet in this release.", file=sys.stderr)
    return 2
