"""What the venue's own word makes of an account: the ledger is compared, drift is told."""

from msgspec.structs import replace

from replayer_qt.core.events import Event
from replayer_qt.core.order_events import (
    AccountStated,
    Difference,
    DriftFound,
    OrderFilled,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
)
from replayer_qt.core.orders import Mode
from replayer_qt.engine.answers import tell_drift_is_over
from replayer_qt.engine.followed_market import tidy
from replayer_qt.engine.reconcile import PATIENCE_NS, accepted, differences, explained
from replayer_qt.engine.seat import Doubt
from replayer_qt.engine.turn import Turn


def hear_venue(turn: Turn, event: Event) -> None:
    """Do what follows from an own event that the venue told, and that is folded already."""
    if turn.trading.mode is not Mode.PAPER:
        match event:
            case AccountStated():
                _stated(turn, event)
            case OrderFilled() | PositionLiquidated() | SideBetClosed() | Rebaselined():
                _compared_again(turn)
            case _:
                pass
    tidy(turn, (event, *turn.told))


def outlast(turn: Turn) -> None:
    """Call a difference drift once it has lasted."""
    doubt = turn.seat.doubt
    if doubt is None or turn.moment.mono - doubt.since < PATIENCE_NS:
        return
    found = _differences(turn)
    if found and not explained(turn.trading):
        _drifts(turn, found)
    elif not found:
        _agrees(turn)


def _stated(turn: Turn, event: AccountStated) -> None:
    trading = turn.trading
    found = differences(trading.account, event)
    if not turn.seat.known and event.cash is not None:
        turn.seat = replace(turn.seat, known=True)
        if found:
            reason = "the venue's word when the account was opened"
            turn.tell(accepted(trading, event, reason, turn.moment))
    elif not found:
        _agrees(turn)
    elif explained(trading):
        turn.seat = replace(turn.seat, doubt=None)
    elif trading.drift or turn.seat.doubt is not None:
        _drifts(turn, found)
    else:
        turn.seat = replace(turn.seat, doubt=Doubt(turn.moment.mono, found))


def _compared_again(turn: Turn) -> None:
    """Our ledger moved: what looked like a difference may have been the venue's head start."""
    if turn.seat.doubt is None and not turn.trading.drift:
        return
    found = _differences(turn)
    if not found:
        _agrees(turn)
    elif turn.seat.doubt is not None:
        turn.seat = replace(turn.seat, doubt=Doubt(turn.moment.mono, found))


def _differences(turn: Turn) -> tuple[Difference, ...]:
    stated = turn.trading.stated
    return () if stated is None else differences(turn.trading.account, stated)


def _agrees(turn: Turn) -> None:
    if turn.seat.doubt is not None:
        turn.seat = replace(turn.seat, doubt=None)
    if turn.trading.drift:
        tell_drift_is_over(turn)


def _drifts(turn: Turn, found: tuple[Difference, ...]) -> None:
    turn.seat = replace(turn.seat, doubt=None)
    if found != turn.trading.drift:
        turn.tell(
            DriftFound(
                at=turn.moment.at,
                mono=turn.moment.mono,
                stream=turn.trading.stream,
                differences=found,
            )
        )
