"""The odds of a side bet, as the venue's own generator makes them."""

from typing import Final

from replayer_qt.core.fairness import RUG_CHANCE
from replayer_qt.core.money import SIDE_BET_MULTIPLE, SIDE_BET_WINDOW

WIN_CHANCE: Final = 1 - (1 - RUG_CHANCE) ** SIDE_BET_WINDOW
"""How likely the rug comes within a bet's window, at any tick."""

BREAK_EVEN: Final = 1 / SIDE_BET_MULTIPLE
"""The chance at which a bet would cost nothing in the long run."""

EXPECTED: Final = SIDE_BET_MULTIPLE * WIN_CHANCE - 1
"""What a bet brings in the long run, as a share of its stake; below 0 it costs."""
