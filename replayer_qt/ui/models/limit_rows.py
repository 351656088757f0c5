"""The gate's rules as a table: what each measures, and how far it is from refusing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from replayer_qt.core.verdict import Headroom
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.privacy import hidden

BAR_COLUMN: Final = 2
"""The rules' column that is drawn as a bar."""

_RULES_KEPT: Final = 100


def rules() -> RowsModel[Headroom]:
    """Return an empty table of the gate's rules."""
    return RowsModel(
        columns=[
            Column(
                title="Verdict",
                chars=8,
                text=lambda row: verdict(row)[0],
                colour=lambda row: verdict(row)[1],
                about="Whether the rule would let an order of the smallest size pass now.",
            ),
            Column(
                title="Rule",
                chars=14,
                text=lambda row: row.title,
                tip=lambda row: f"{row.title} [{row.code}]",
                about="The gate's rules; those that refuse stand first.",
            ),
            Column(
                title="Left",
                chars=15,
                text=lambda row: quantity(row.left, row.unit),
                number=_bar,
                plain=lambda row: fmt.exact(row.left),
                tip=lambda row: f"{fmt.exact(row.left)} {row.unit} left",
                about="What is left until the rule refuses; the bar shows it as a share.",
            ),
            Column(
                title="Now",
                chars=10,
                text=lambda row: quantity(row.value, row.unit),
                number=lambda row: float(row.value or 0),
                plain=lambda row: fmt.exact(row.value),
                tip=lambda row: f"{fmt.exact(row.value)} {row.unit}",
                about="What is measured now; a dash where it cannot be known.",
            ),
            Column(
                title="Limit",
                chars=8,
                text=_limit,
                number=lambda row: float(row.limit or 0),
                colour=lambda row: "muted" if row.limit is None else None,
                plain=lambda row: fmt.exact(row.limit),
                about="Where the rule refuses; `risk` in the settings has them all.",
            ),
        ],
        key=lambda row: row.code,
        kept=_RULES_KEPT,
        mark=lambda row: "error" if verdict(row)[1] == "error" else None,
    )


def by_urgency(headroom: Sequence[Headroom]) -> list[Headroom]:
    """Return the rules with those that refuse first, then the near ones, then those with a bar."""
    return sorted(
        headroom,
        key=lambda row: (_URGENCY[verdict(row)[1]], share_left(row) is None, row.limit is None),
    )


def _limit(row: Headroom) -> str:
    if row.limit is not None:
        return quantity(row.limit, row.unit)
    return fmt.NOTHING if row.value is None else "off"


def verdict(row: Headroom) -> tuple[str, str]:
    """Return what a rule would say (shape and word), and the meaning that colours it."""
    if not row.ok:
        only = _ONE_SIDE.get(row.code)
        return ("⊘ refuses", "error") if only is None else (f"○ {only}", "muted")
    near = share_left(row)
    return ("▲ near", "warning") if near is not None and near < _NEAR else ("✓ passes", "live")


_NEAR: Final = 0.2
_ONE_SIDE: Final = {
    "no_position": "no sale",
    "sale_under_way": "no sale",
    "side_bet_open": "no bet",
    "side_bet_cooldown": "no bet",
}
"""Rules that are broken in the usual course of things, and stop one kind of order alone."""
_URGENCY: Final = {"error": 0, "warning": 1, "live": 2, "muted": 3}


def _bar(row: Headroom) -> float:
    share = share_left(row)
    return -1.0 if share is None else share


def share_left(row: Headroom) -> float | None:
    """Return what is left as a share of the limit, 0 to 1; None where that means nothing."""
    if row.left is None or row.limit is None or row.limit <= 0:
        return None
    return min(1.0, max(0.0, float(row.left / row.limit)))


def quantity(value: Decimal | None, unit: str) -> str:
    """Return a number in a rule's unit, as short as it may be.

    >>> quantity(Decimal("0.5"), "SOL"), quantity(Decimal("12.000"), "orders"), quantity(None, "s")
    ('0.5 SOL', '12 orders', '—')
    """
    if value is None or not value.is_finite():
        return fmt.NOTHING
    if unit == "SOL":
        short = fmt.exact(value.quantize(_SOL)) if abs(value) < _LARGE else hidden(f"{value:,.0f}")
        return f"{short} SOL"
    number = fmt.digits(value.quantize(_TENTH)) if abs(value) < _WHOLE else f"{value:,.0f}"
    return f"{number} {unit}".strip()


_SOL: Final = Decimal("0.0001")
_LARGE: Final = Decimal(100_000)
_TENTH: Final = Decimal("0.1")
_WHOLE: Final = Decimal(1_000)
