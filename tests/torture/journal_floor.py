"""The floor under the journal: tortures it by command and prints exact counts as one JSON object.

`python -m tests.torture.journal_floor FOLDER kills large cuts flips ... --kills 10000 --seed 7`
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.torture.journal_cache import model_cuts
from tests.torture.journal_calls import by_kernel, in_process
from tests.torture.journal_flips import flips, messages
from tests.torture.journal_kills import LARGE, ROUNDS, SMALL, Flood, kills
from tests.torture.journal_repairs import every_cut, interrupted, repairs, shorts
from tests.torture.journal_world import clocks, crowded, full, rivals, starved
from tests.torture.power_cut import cuts, removed

Mode = Callable[[Path, argparse.Namespace], dict[str, Any]]


def _kill(folder: Path, wish: argparse.Namespace, kind: Flood) -> dict[str, Any]:
    return kills(folder, wish.kills, wish.seed, kind, at_most_s=wish.minutes * 60)


MODES: Final[dict[str, Mode]] = {
    "kills": lambda folder, wish: _kill(folder, wish, SMALL),
    "large": lambda folder, wish: _kill(folder, wish, LARGE),
    "rounds": lambda folder, wish: _kill(folder, wish, ROUNDS),
    "cuts": lambda folder, wish: cuts(folder, wish.cuts, wish.seed),
    "removed": lambda folder, wish: removed(folder),
    "flips": lambda folder, wish: flips(folder, wish.flips, wish.seed, at_most_s=wish.minutes * 60),
    "messages": lambda folder, wish: messages(folder, wish.flips // 10, wish.seed),
    "calls": lambda folder, wish: in_process(folder),
    "kernel": lambda folder, wish: by_kernel(folder, wish.deep),
    "full": lambda folder, wish: full(folder, wish.disks, wish.seed),
    "crowded": lambda folder, wish: crowded(folder, wish.disks, wish.seed),
    "model": lambda folder, wish: model_cuts(folder, wish.cuts, wish.seed),
    "repairs": lambda folder, wish: repairs(folder, wish.repairs, wish.seed),
    "interrupted": lambda folder, wish: interrupted(folder),
    "every-cut": lambda folder, wish: every_cut(folder),
    "shorts": lambda folder, wish: shorts(folder, wish.repairs, wish.seed),
    "starved": lambda folder, wish: starved(folder),
    "clocks": lambda folder, wish: clocks(folder, wish.jumps, wish.seed),
    "rivals": lambda folder, wish: rivals(folder, wish.rivals),
}
COUNTS: Final = {
    "kills": 100,
    "cuts": 5,
    "flips": 10_000,
    "deep": 1,
    "disks": 5,
    "jumps": 100,
    "rivals": 5,
    "repairs": 50,
}
"""How much of each is done unless it is said otherwise; `deep` is the k of the k-th call."""


def main(words: list[str]) -> int:
    """Do what is asked, one mode after the other, and print what was found."""
    parser = argparse.ArgumentParser(prog="journal_floor", description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("modes", nargs="+", choices=sorted(MODES))
    for name, count in COUNTS.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument(
        "--minutes", type=float, default=1440, help="end kills and flips after a time"
    )
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(words)
    logging.disable(logging.CRITICAL)  # each fault is told, and there are thousands
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
