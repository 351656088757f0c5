"""The figures of a session as a table, in groups; what is not defined says so."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.statistics import DEFINITIONS, Statistics
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel

UNDEFINED: Final = "n/a"

_FIGURES_KEPT: Final = 100


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a session, or the heading of those below it.

    Attributes:
        text: the value as it is shown; with its sign where it has one.
        exact: with nine decimals, for tool tip and copy.
        about: how it is defined.
        colour: the meaning that colours it; None for plain text.
    """

    name: str
    text: str = ""
    exact: str = ""
    about: str = ""
    colour: str | None = None
    head: bool = False


Number = Decimal | int
Words = Callable[[Number], str]


def _signed(value: Number) -> str:
    return fmt.signed_sol(Decimal(value))


def _sol(value: Number) -> str:
    return fmt.sol(Decimal(value))


def _count(value: Number) -> str:
    return fmt.count(int(value))


def _percent(value: Number) -> str:
    return fmt.percent(Decimal(value) / 100)


def _ratio(value: Number) -> str:
    return f"{value:,.2f}"


def _streak(value: Number) -> str:
    return f"{int(value):+d} {'won' if value > 0 else 'lost'}" if value else "0"


_TABLE: Final[dict[str, tuple[tuple[str, str, Words], ...]]] = {
    "Result": (
        ("result", "Session", _signed),
        ("realised", "Realised", _signed),
        ("unrealised", "Unrealised", _signed),
        ("day_result", "Today", _signed),
        ("equity", "Equity", _sol),
        ("fees", "Fees", _sol),
        ("cut_off", "Cut off", _sol),
    ),
    "All closed": (
        ("closed", "Closed", _count),
        ("wins", "Won", _count),
        ("losses", "Lost", _count),
        ("evens", "Even", _count),
        ("win_rate", "Win rate", _percent),
        ("profit_factor", "Profit factor", _ratio),
        ("expectancy", "Expectancy", _signed),
        ("average_win", "Average win", _sol),
        ("average_loss", "Average loss", _sol),
        ("best", "Best", _signed),
        ("worst", "Worst", _signed),
        ("streak", "Streak now", _streak),
        ("longest_wins", "Longest won", _count),
        ("longest_losses", "Longest lost", _count),
    ),
    "Risk": (
        ("max_drawdown", "Max drawdown", _sol),
        ("max_drawdown_percent", "as a share", _percent),
        ("drawdown", "Drawdown now", _sol),
        ("exposure", "Exposure", _percent),
        ("rounds", "Rounds traded", _count),
        ("round_share", "of all rounds", _percent),
    ),
    "Trades alone": (
        ("trades", "Trades", _count),
        ("trades_won", "Trades won", _count),
        ("trades_lost", "Trades lost", _count),
        ("trade_win_rate", "Trade win rate", _percent),
        ("trade_profit_factor", "Trade profit f.", _ratio),
        ("trade_expectancy", "Trade expect.", _signed),
        ("trades_result", "Trades' result", _signed),
    ),
    "Side bets alone": (
        ("bets", "Side bets", _count),
        ("bets_won", "Bets won", _count),
        ("bets_lost", "Bets lost", _count),
        ("bet_win_rate", "Bet win rate", _percent),
        ("bet_profit_factor", "Bet profit f.", _ratio),
        ("bet_expectancy", "Bet expect.", _signed),
        ("bets_result", "Bets' result", _signed),
    ),
}
_COLOURED: Final = frozenset({_signed, _streak})


def figures_of(statistics: Statistics) -> Iterator[Figure]:
    """Yield the figures in their groups, the uppermost first."""
    for head, rows in _TABLE.items():
        yield Figure(name=head, head=True)
        for field, name, words in rows:
            yield _figure(name, getattr(statistics, field), DEFINITIONS[field], words)


def figure(statistics: Statistics, field: str) -> Figure:
    """Return one figure by its field's name; raises StopIteration for one that is not shown."""
    rows = (row for group in _TABLE.values() for row in group)
    name, words = next((name, words) for known, name, words in rows if known == field)
    return _figure(name, getattr(statistics, field), DEFINITIONS[field], words)


def _figure(name: str, value: Number | None, about: str, words: Words) -> Figure:
    if value is None:
        return Figure(name=name, text=UNDEFINED, exact=UNDEFINED, about=about, colour="muted")
    colour = fmt.sign_colour(Decimal(value)) if words in _COLOURED else None
    digits = fmt.exact if words in {_signed, _sol} else fmt.digits
    exact = digits(round(Decimal(value), 9))
    return Figure(name=name, text=words(value), exact=exact, about=about, colour=colour)


def figures() -> RowsModel[Figure]:
    """Return an empty table of figures."""
    return RowsModel(
        columns=[
            Column(
                title="Figure",
                chars=13,
                text=lambda row: row.name.upper() if row.head else row.name,
                colour=lambda row: "accent" if row.head else "muted",
                tip=lambda row: row.about or row.name,
                about="The tool tip of each says how it is defined.",
            ),
            Column(
                title="Value [SOL]",
                chars=9,
                text=lambda row: row.text,
                number=lambda _: 0.0,
                colour=lambda row: row.colour,
                plain=lambda row: row.exact,
                about="Money is in SOL; what is not says so.",
                tip=lambda row: row.name if row.head else f"{row.exact} - {row.about}",
            ),
        ],
        key=lambda row: row.name,
        kept=_FIGURES_KEPT,
    )
