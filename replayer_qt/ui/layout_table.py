"""The one table of built-in layouts: which panels are open, and how the charts stand."""

from typing import Final

import msgspec

from replayer_qt.ui.arrangement import BEFORE, Arrangement, Source
from replayer_qt.ui.dock_table import DOCKS


class BuiltIn(msgspec.Struct, frozen=True, kw_only=True):
    """A layout that the program brings along.

    Attributes:
        name: a stable short name.
        tip: one sentence on what it is for.
        docks: the names of those that are open, the foremost first.
    """

    name: str
    title: str
    tip: str
    key: str
    docks: tuple[str, ...]
    charts: Arrangement = Arrangement()


BUILT_IN: Final = (
    BuiltIn(
        name="watch", title="&Watch", key="Ctrl+Alt+1", docks=("rounds", "trades", "feed"),
        tip="The chart, the rounds, and what other players do.",
    ),
    BuiltIn(
        name="trade", title="&Trade", key="Ctrl+Alt+2", docks=tuple(row.name for row in DOCKS),
        tip="The chart with everything that trading needs around it.",
    ),
    BuiltIn(
        name="replay", title="&Replay", key="Ctrl+Alt+3",
        docks=("rounds", "positions", "orders", "fills", "journal"),
        tip="The chart, the rounds, and what was done in them.",
    ),
    BuiltIn(
        name="research", title="R&esearch", key="Ctrl+Alt+4",
        docks=("statistics", "rounds", "ledger", "risk", "journal"),
        tip="Two charts, one of the round before, the result's figures and the rounds.",
        charts=Arrangement(extra=(Source(BEFORE),), by_session=True),
    ),
)  # fmt: skip
"""In the order of the menu."""
