"""The rows of the menu of marks: which are shown, and the way from one to the next."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.trade_actions import traded
from replayer_qt.ui.view import View

TRADES_FROM: Final = (0.0, 0.01, 0.1, 1.0)
"""From which amounts on other players' trades can be marked [SOL]."""

_MENU: Final = "&Chart/&Marks"


def _marks_from(least: float) -> Callable[[View], bool]:
    return lambda view: view.look.trades_from == least


def mark_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    yield ActionRow(
        name="own-marks", menu=_MENU, text="&Own fills, bets and cost", keys=("Shift+M",),
        tip="Mark what you bought, sold and bet, and the average cost of what is held.",
        call="toggle_own_marks", checked=lambda view: view.look.own_marks,
    )  # fmt: skip
    yield ActionRow(
        name="trade-marks", menu=_MENU, text="Other players' &trades", keys=("Shift+O",),
        tip="Mark what other players buy and sell, faintly.",
        call="toggle_trade_marks", checked=lambda view: view.look.trade_marks,
    )  # fmt: skip
    for least in TRADES_FROM:
        yield ActionRow(
            name=f"trades-from-{least:g}", menu=f"{_MENU}/Trades &from",
            text=f"{least:g} SOL" if least else "Every trade",
            tip="Mark other players' trades of this size or more.", call="set_trades_from",
            argument=least, checked=_marks_from(least),
        )  # fmt: skip
    yield ActionRow(
        name="next-mark", menu=_MENU, text="&Next own mark", keys=("W",), rule=True,
        tip="Choose the next of your fills and bets, and its rows in the panels.",
        enabled=traded, call="step_mark", argument=1, repeats=True,
    )  # fmt: skip
    yield ActionRow(
        name="previous-mark", menu=_MENU, text="&Previous own mark", keys=("Shift+W",),
        tip="Choose the one before of your fills and bets, and its rows in the panels.",
        enabled=traded, call="step_mark", argument=-1, repeats=True,
    )  # fmt: skip
    yield ActionRow(
        name="go-to-mark", menu=_MENU, text="&Go to the chosen mark", keys=("Ctrl+Shift+W",),
        tip="Stand at the tick of the chosen mark, in the recording of its round.",
        enabled=traded, call="go_to_mark",
    )  # fmt: skip
