"""What happened along the overview: rugs, the peak, own fills and bets, each with its own shape."""

from typing import Final

import msgspec

from replayer_qt.core.account import EntryKind
from replayer_qt.core.state import State
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.chart.overview_ground import Ground

_FILLS: Final = {
    EntryKind.BUY: ("buy", "bought"),
    EntryKind.SELL: ("sell", "sold"),
    EntryKind.RUG: ("sell", "sold by the rug"),
    EntryKind.SIDE_BET: ("bet", "side bet"),
}


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened.

    Attributes:
        kind: `rug`, `peak`, `buy`, `sell` or `bet`.
        place: where it lies [ticks from the left end].
        words: what it says where it is pointed at.
    """

    kind: str
    place: float
    words: str


def marks_of(state: State, stream: StreamId, ground: Ground) -> tuple[Mark, ...]:
    """Return what happened in the rounds of a strip, as far as the state tells."""
    marks: list[Mark] = []
    market = state.markets.get(stream)
    for known in () if market is None else (market.previous, market.round):
        stretch = None if known is None else ground.named(known.round_id)
        if known is None or stretch is None:
            continue
        if known.peak_tick >= 0:
            words = f"peak {fmt.price(known.peak)}"
            marks.append(Mark(kind="peak", place=stretch.place(known.peak_tick), words=words))
        if known.rug_tick is not None:
            words = f"rug {fmt.price(known.rug_price)}"
            marks.append(Mark(kind="rug", place=stretch.place(known.rug_tick), words=words))
    trading = state.accounts.get(stream)
    for entry in () if trading is None else trading.account.entries:
        stretch = None if entry.round_id is None else ground.named(entry.round_id)
        if stretch is None or entry.kind not in _FILLS or entry.tick < 0:
            continue
        kind, done = _FILLS[entry.kind]
        marks.append(Mark(kind=kind, place=stretch.place(entry.tick), words=f"{done} here"))
    return tuple(marks)
