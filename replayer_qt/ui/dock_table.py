"""The one table of docks: their names, keys, and where they stand at first."""

from typing import Final

import msgspec

RIGHT: Final = "right"
"""Beside the chart: where hands are."""

ACCOUNT: Final = "account"
"""Below the chart, on the left: what became of orders and money."""

MARKET: Final = "market"
"""Below the chart, on the right: what the market did."""


class DockRow(msgspec.Struct, frozen=True):
    """One dock; docks of the same group are tabs of one another, in the table's order.

    Attributes:
        name: a stable short name.
        title: its words.
        tip: one sentence on what it shows.
        key: its shortcut; empty for none.
        group: `RIGHT`, `ACCOUNT` or `MARKET`.
    """

    name: str
    title: str
    tip: str
    key: str
    group: str


DOCKS: Final = (
    DockRow("ticket", "Ticket", "Buys, sells and bets, and says what would become of it.",
            "Alt+5", RIGHT),
    DockRow("positions", "Positions", "What is held, its worth, and what the rug could take of it.",
            "Alt+6", ACCOUNT),
    DockRow("orders", "Orders", "Orders, the open ones first, with the times of their hops.",
            "Alt+7", ACCOUNT),
    DockRow("fills", "Fills", "What was bought, sold and bet, and what the rug sold.",
            "Alt+8", ACCOUNT),
    DockRow("ledger", "Ledger", "Every change of the cash, and the proof that they add up.",
            "Alt+9", ACCOUNT),
    DockRow("statistics", "Stats", "The session's result as a curve, and its figures.",
            "Alt+0", ACCOUNT),
    DockRow("risk", "Risk", "How far each rule of the gate is from refusing.",
            "Alt+Shift+6", ACCOUNT),
    DockRow("journal", "Journal", "Every closed trade with your own note and tags.",
            "Alt+Shift+7", ACCOUNT),
    DockRow("rounds", "Rounds", "Recent rounds of the market that is looked at.",
            "Alt+1", MARKET),
    DockRow("trades", "Trades", "Trades of all players, as far as the venue shows them.",
            "Alt+2", MARKET),
    DockRow("feed", "Feed", "What the feed received, refused, filled in and shed.",
            "Alt+3", MARKET),
    DockRow("notices", "Notices", "Everything that a person should know, kept.",
            "Alt+4", MARKET),
)  # fmt: skip
"""Every dock, in the order of the menu and of the tabs."""
