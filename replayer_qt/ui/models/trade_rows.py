"""What an account did, as tables: its fills, its ledger, and its closed trades with their notes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from replayer_qt.core.account import CLOSED_KEPT, ENTRIES_KEPT, Closed, Entry, EntryKind
from replayer_qt.core.units import RoundId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.plain import clean

Row = TypeVar("Row")

KINDS: Final = {
    EntryKind.OPENING: ("○ opening", "muted"),
    EntryKind.DEPOSIT: ("⊕ deposit", "muted"),
    EntryKind.BUY: ("▲ buy", "up"),
    EntryKind.SELL: ("▼ sell", "down"),
    EntryKind.RUG: ("✕ RUG", "rug"),
    EntryKind.SIDE_BET: ("◆ side bet", "accent"),
    EntryKind.PAYOUT: ("◇ bet over", "accent"),
    EntryKind.REBASELINE: ("≠ re-based", "warning"),
}
"""Shape, word and meaning of what happened to the cash; each word is in no other."""

FILL_KINDS: Final = frozenset(
    {EntryKind.BUY, EntryKind.SELL, EntryKind.RUG, EntryKind.SIDE_BET, EntryKind.PAYOUT}
)
"""What was done in the market; the rest is book-keeping."""

_FORCED: Final = {EntryKind.RUG: "rug", EntryKind.REBASELINE: "warning"}


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A closed trade with what a person wrote to it."""

    closed: Closed
    note: str = ""
    tags: tuple[str, ...] = ()


def kind_word(kind: EntryKind, amount: Decimal | None = None) -> str:
    """Return shape and word of an entry's kind; a bet that is over says how it ended."""
    if kind is EntryKind.PAYOUT and amount is not None:
        return "★ bet won" if amount > 0 else "☆ bet lost"
    return KINDS[kind][0]


def entry_word(entry: Entry) -> str:
    """Return shape and word of an entry."""
    return kind_word(entry.kind, entry.amount)


def forced(kind: EntryKind) -> str | None:
    """Return the meaning that tints what nobody here decided; None for own decisions."""
    return _FORCED.get(kind)


def fills() -> RowsModel[Entry]:
    """Return an empty table of fills."""
    return RowsModel(
        columns=[
            Column(
                title="What",
                chars=9,
                text=entry_word,
                colour=lambda row: KINDS[row.kind][1],
                tip=_whence,
                about="What was done; a tinted row was forced by the rug.",
            ),
            _tick(lambda row: row.tick, lambda row: row.round_id),
            Column(
                title="Units",
                chars=8,
                text=lambda row: fmt.sol(row.quantity or None),
                number=lambda row: float(row.quantity),
                plain=lambda row: fmt.exact(row.quantity),
                tip=lambda row: f"{fmt.exact(row.quantity)} units",
                about="Units bought or sold; a side bet has none.",
            ),
            Column(
                title="Price [x]",
                chars=7,
                text=lambda row: fmt.price(float(row.price) or None).rstrip("x"),
                number=lambda row: float(row.price),
                plain=lambda row: fmt.digits(row.price),
                tip=lambda row: f"{fmt.digits(row.price)}x",
                about="The price it was done at.",
            ),
            _money("Cash [SOL]", lambda row: row.amount, "Paid (-) or received (+)."),
            _money(
                "P&L [SOL]",
                lambda row: row.realised if row.kind in _SETTLES else None,
                "The profit (+) or loss (-) that it made certain.",
                coloured=True,
            ),
            _time(lambda row: row.at),
        ],
        key=lambda row: row.number,
        kept=ENTRIES_KEPT,
        group=lambda row: str(row.round_id),
        mark=lambda row: forced(row.kind),
    )


_SETTLES: Final = frozenset({EntryKind.SELL, EntryKind.RUG, EntryKind.PAYOUT})


def ledger() -> RowsModel[Entry]:
    """Return an empty ledger."""
    return RowsModel(
        columns=[
            Column(
                title="#",
                chars=4,
                text=lambda row: fmt.count(row.number),
                number=lambda row: float(row.number),
                plain=lambda row: str(row.number),
                about="Every change of the cash has a number, from 1 without gaps.",
            ),
            Column(
                title="What",
                chars=9,
                text=entry_word,
                colour=lambda row: KINDS[row.kind][1],
                tip=_whence,
                about="Why the cash changed; a tinted row was nobody's decision here.",
            ),
            _money("Change [SOL]", lambda row: row.amount, "Paid (-) or received (+)."),
            Column(
                title="Cash [SOL]",
                chars=9,
                text=lambda row: fmt.sol(row.cash),
                number=lambda row: float(row.cash),
                plain=lambda row: fmt.exact(row.cash),
                tip=lambda row: f"{fmt.exact(row.cash)} SOL",
                about="The cash after it: the sum of all changes so far.",
            ),
            _tick(lambda row: row.tick, lambda row: row.round_id),
            _time(lambda row: row.at),
            Column(
                title="Note",
                chars=24,
                text=lambda row: clean(row.note, 80),
                tip=lambda row: row.note,
                about="Why, where somebody said so.",
            ),
        ],
        key=lambda row: row.number,
        kept=ENTRIES_KEPT,
        mark=lambda row: forced(row.kind),
    )


def journal() -> RowsModel[Noted]:
    """Return an empty journal of closed trades."""
    return RowsModel(
        columns=[
            Column(
                title="Ended by",
                chars=9,
                text=lambda row: kind_word(row.closed.kind, row.closed.result + row.closed.cost),
                colour=lambda row: forced(row.closed.kind),
                tip=lambda row: f"Round {row.closed.round_id}",
                about="What ended it: a sale of yours, the rug, or a side bet's end.",
            ),
            _tick(lambda row: row.closed.tick, lambda row: row.closed.round_id),
            _money(
                "P&L [SOL]",
                lambda row: row.closed.result,
                "Its profit (+) or loss (-).",
                coloured=True,
            ),
            Column(
                title="Return",
                chars=7,
                text=lambda row: _return(row.closed),
                number=lambda row: float(gain(row.closed) or 0),
                colour=lambda row: fmt.sign_colour(row.closed.result),
                about="The result as a share of what it had cost.",
            ),
            Column(
                title="Tags",
                chars=9,
                text=lambda row: clean(", ".join(row.tags), 60),
                colour=lambda _: "accent",
                tip=lambda row: ", ".join(row.tags),
                about="Your own words to find it again by.",
            ),
            Column(
                title="Note",
                chars=15,
                text=lambda row: clean(row.note, 120),
                tip=lambda row: row.note,
                about="What you wrote to it.",
            ),
            Column(
                title="Held",
                chars=4,
                text=lambda row: fmt.count(row.closed.held),
                number=lambda row: float(row.closed.held),
                plain=lambda row: str(row.closed.held),
                about="How many ticks it was held.",
            ),
            _time(lambda row: row.closed.at),
        ],
        key=lambda row: row.closed.trade_id,
        kept=CLOSED_KEPT,
        group=lambda row: str(row.closed.round_id),
        mark=lambda row: forced(row.closed.kind),
    )


def gain(closed: Closed) -> Decimal | None:
    """Return the result as a share of its cost; None where it had none."""
    return closed.result / closed.cost if closed.cost > 0 else None


def _return(closed: Closed) -> str:
    share = gain(closed)
    plus = "+" if share is not None and share > 0 else ""
    return plus + fmt.percent(share)


def _whence(entry: Entry) -> str:
    told = [f"Entry {entry.number}"]
    told += [] if entry.round_id is None else [f"round {entry.round_id}"]
    told += [] if entry.order_id is None else [f"order {entry.order_id}"]
    told += [entry.note] if entry.note else []
    return ", ".join(told)


def _time(at: Callable[[Row], int]) -> Column[Row]:
    return Column(
        title="Time [UTC]",
        chars=8,
        text=lambda row: fmt.clock(at(row)),
        number=lambda row: float(at(row)),
        tip=lambda row: fmt.exact_time(at(row)),
        plain=lambda row: fmt.exact_time(at(row)),
    )


def _tick(tick: Callable[[Row], int], round_id: Callable[[Row], RoundId | None]) -> Column[Row]:
    return Column(
        title="Tick",
        chars=4,
        text=lambda row: fmt.NOTHING if tick(row) < 0 else fmt.count(tick(row)),
        number=lambda row: float(tick(row)),
        plain=lambda row: str(tick(row)),
        tip=lambda row: fmt.NOTHING if round_id(row) is None else f"Round {round_id(row)}",
        about="The round's tick; a double click goes there.",
    )


def _money(
    title: str, value: Callable[[Row], Decimal | None], about: str, *, coloured: bool = False
) -> Column[Row]:
    return Column(
        title=title,
        chars=9,
        text=lambda row: fmt.signed_sol(value(row)),
        number=lambda row: float(value(row) or 0),
        colour=(lambda row: fmt.sign_colour(value(row))) if coloured else None,
        tip=lambda row: f"{fmt.exact(value(row))} SOL",
        plain=lambda row: fmt.exact(value(row)),
        about=about,
    )
