"""How often the intervals of a study hold the truth, and its verdicts are wrong, by simulation.

Run by hand with more tries: `python -m tests.helpers.interval_coverage 2000`.
"""

import math
import sys

import numpy as np

from replayer_qt.core.odds import WIN_CHANCE
from replayer_qt.core.round_survival import (
    Lives,
    hazard_of,
    risk_of,
    side_bets_of,
    survival_of,
)

CHANCE = 0.005
ROUNDS = 150


def covered(tries: int, seed: int = 11) -> dict[str, float]:
    """Return how often each interval held, over samples of rounds cut as a lost link cuts them."""
    random = np.random.default_rng(seed)
    held = dict.fromkeys(("hazard", "hazard of one age", "survival", "median", "side bets"), 0)
    truth, median = (1 - CHANCE) ** 100, math.ceil(math.log(0.5) / math.log(1 - CHANCE))
    for _ in range(tries):
        rugs, cuts = random.geometric(CHANCE, ROUNDS), random.geometric(CHANCE / 5, ROUNDS)
        seen = Lives(
            entry=np.zeros(ROUNDS, np.int64), exit=np.minimum(rugs, cuts), rugged=rugs <= cuts
        )
        risk = risk_of(seen)
        hazard, alive = hazard_of(seen, risk, 0.95), survival_of(seen, risk, 0.95)
        overall, age = hazard.overall, hazard.bars[1].estimate
        bet, half = side_bets_of(seen, 0.95).overall, alive.median
        place = max(at for at, x in enumerate(alive.curve.xs) if x <= 100)
        held["hazard"] += overall.low <= CHANCE <= overall.high
        held["hazard of one age"] += age.low <= CHANCE <= age.high
        held["survival"] += alive.curve.lows[place] <= truth <= alive.curve.highs[place]
        held["median"] += half.low <= median <= half.high
        held["side bets"] += bet.low <= WIN_CHANCE <= bet.high
    return {name: count / tries for name, count in held.items()}


def wrongly_accused(tries: int, seed: int = 12) -> dict[str, float]:
    """Return how often a fair generator is called something else."""
    random = np.random.default_rng(seed)
    wrong = dict.fromkeys(("flat", "fits", "bets fit", "break-even beaten"), 0)
    for _ in range(tries):
        rugs = random.geometric(CHANCE, ROUNDS)
        seen = Lives(entry=np.zeros(ROUNDS, np.int64), exit=rugs, rugged=rugs > 0)
        hazard, bets = hazard_of(seen, risk_of(seen), 0.95), side_bets_of(seen, 0.95)
        wrong["flat"] += not hazard.flat
        wrong["fits"] += not hazard.fits
        wrong["bets fit"] += not bets.fits
        wrong["break-even beaten"] += bool(bets.beaten)
    return {name: count / tries for name, count in wrong.items()}


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for told in (covered(times), wrongly_accused(times)):
        for what, share in told.items():
            print(f"{what:>20}  {share:.1%} of {times:,}")  # noqa: T201  # for a terminal
