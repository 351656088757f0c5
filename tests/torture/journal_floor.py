"""The floor under the journal: tortures it by command and prints exact counts as one JSON object.

`python -m tests.torture.journal_floor FOLDER kills large cuts flips ... --kills 10000 --seed 7`
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.torture.journal_kills import kills
from tests.torture.power_cut import cuts

Mode = Callable[[Path, argparse.Namespace], dict[str, Any]]

MODES: Final[dict[str, Mode]] = {
    "kills": lambda folder, wish: kills(folder, wish.kills, wish.seed),
    "large": lambda folder, wish: kills(folder, wish.kills, wish.seed, large=True),
    "cuts": lambda folder, wish: cuts(folder, wish.cuts, wish.seed),
}


def main(words: list[str]) -> int:
    """Do what is asked, one mode after the other; 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="journal_floor", description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("modes", nargs="+", choices=sorted(MODES))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(words)
    told: dict[str, Any] = {"seed": wish.seed}
    for mode in wish.modes:
        place = wish.folder / mode
        place.mkdir(parents=True)
        begun = time.monotonic()
        told[mode] = MODES[mode](place, wish)
        told[mode]["took_s"] = round(time.monotonic() - begun, 1)
        sys.stderr.write(f"{mode}: {json.dumps(told[mode])}\n")
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
