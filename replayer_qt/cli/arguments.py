"""Arguments that several commands share, and how their values are read."""

import argparse
import math
import re
from typing import Final

VENUES: Final = ("practice", "rugs", "binance")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?", re.ASCII)
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, None: 1.0}
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


def span(text: str) -> float:
    """Return a length of time [s] written like `90`, `500ms`, `30s`, `10m` or `2h`.

    Raises:
        argparse.ArgumentTypeError: it is written otherwise, or is not above zero.

    >>> span("10m"), span("1.5h"), span("250ms"), span("20")
    (600.0, 5400.0, 0.25, 20.0)
    """
    found = _SPAN.fullmatch(text.strip())
    seconds = float(found[1]) * _UNITS[found[2]] if found else math.nan
    if not seconds > 0 or math.isinf(seconds):
        message = f"{text!r} is no length of time; write 30s, 10m or 2h"
        raise argparse.ArgumentTypeError(message)
    return seconds


def profile_name(text: str) -> str:
    """Return a profile's name if it can safely name a folder.

    Raises:
        argparse.ArgumentTypeError: it cannot.
    """
    if not _PROFILE.fullmatch(text):
        message = f"{text!r} is no profile's name; use letters, digits, _ and -, 64 at most"
        raise argparse.ArgumentTypeError(message)
    return text


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where this program keeps its files, and its settings."""
    parser.add_argument(
        "--profile",
        type=profile_name,
        default="default",
        metavar="NAME",
        help="keep settings, layout and recordings apart under this name",
    )
    parser.add_argument("--data-dir", metavar="DIR", help="where everything is kept")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="override one setting, e.g. feed.stale_s=2; may be repeated",
    )
