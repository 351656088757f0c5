"""What marks say of themselves: plain words, each line short."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from replayer_qt.core.account import Entry, EntryKind
from replayer_qt.core.events import Side, TradePrinted
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.marks_told import Bet, God, Mark, Outcome
from replayer_qt.ui.models.trade_rows import entry_word
from replayer_qt.ui.plain import clean
from replayer_qt.ui.privacy import hidden

_LINES_MOST: Final = 6
_NAME_LONG: Final = 24

_OUTCOMES: Final = {
    Outcome.OPEN: "◆ open",
    Outcome.WON: "★ won",
    Outcome.LOST: "☆ lost",
    Outcome.UNTOLD: "◇ over",
}
_SIDES: Final = {
    Side.BUY: "▲ buys",
    Side.SELL: "▼ sells",
    Side.SHORT_OPEN: "▼ opens a short",
    Side.SHORT_CLOSE: "▲ closes a short",
}


def lines_of(marks: Sequence[Mark], crowd: int = 0) -> list[str]:
    """Return what is said of marks that stand in one spot, the newest first.

    Args:
        marks: those that are told of one by one.
        crowd: how many there are, where that is more.
    """
    if len(marks) == 1:
        lines = _told(marks[0])
    else:
        lines = [_told(mark)[0] for mark in reversed(marks[-_LINES_MOST:])]
    more = max(crowd, len(marks)) - min(len(marks), _LINES_MOST)
    return [*lines, f"and {more:,} more here"] if more > 0 else lines


def band_word(bet: Bet) -> str:
    """Return what a bet's band says of itself."""
    return f"{_OUTCOMES[bet.outcome]} {_result(bet)}"


def band_words(bet: Bet) -> tuple[str, str, str]:
    """Return the same, ever shorter."""
    word = _OUTCOMES[bet.outcome]
    return band_word(bet), word, word[0]


def cost_word(average: float) -> str:
    """Return what stands at the line of average cost."""
    return f"cost {fmt.price(average)}"


def profit_word(result: Decimal) -> str:
    """Return what stands beside the newest price while something is held."""
    shape = "▲" if result > 0 else "▼" if result < 0 else "="
    return f"{shape} {_signed(result)}"


def summary_of(mark: Mark) -> str:
    """Return one line that says everything, without shapes, for a screen reader."""
    words = ", ".join(_told(mark)).split()
    return " ".join(word for word in words if word.isascii())


def _told(mark: Mark) -> list[str]:
    match mark:
        case Entry():
            return _fill(mark)
        case Bet():
            words = f"side bet {band_word(mark)}"
            return [words, f"ticks {mark.start:,} to {mark.end:,}"]
        case TradePrinted():
            return _trade(mark)
        case God():
            return [f"god candle x{mark.factor:.1f} to {fmt.price(mark.price)} at {mark.tick:,}"]


def _fill(entry: Entry) -> list[str]:
    cash = _signed(entry.amount)
    first = (
        f"{entry_word(entry)} {cash} SOL at {fmt.price(float(entry.price))}, tick {entry.tick:,}"
    )
    units = f"{hidden(fmt.sol(entry.quantity))} units"
    if entry.kind is EntryKind.BUY:
        return [first, units]
    return [first, f"{units}, P&L {_signed(entry.realised)} SOL"]


def _trade(trade: TradePrinted) -> list[str]:
    name = clean(trade.player, _NAME_LONG) or "somebody"
    first = f"{name} {_SIDES[trade.side]} at {fmt.price(trade.price)}, tick {trade.tick:,}"
    lever = f", {trade.leverage}x lever" if trade.leverage > 1 else ""
    return [first, f"{_short(trade.amount)} SOL{lever}"]


def _result(bet: Bet) -> str:
    if bet.outcome is Outcome.OPEN:
        return f"{_short(bet.stake)} SOL"
    if bet.closed is None:
        return f"{_short(bet.stake)} SOL"
    return f"{_signed(bet.closed.realised)} SOL"


def _signed(value: Decimal) -> str:
    return hidden(fmt.signed_sol(value))


def _short(value: Decimal) -> str:
    return hidden(fmt.short_amount(value))
