"""What the venue's own word makes of an account: the ledger is compared, drift is told."""

from typing import Final

from msgspec.structs import replace

from replayer_qt.core.events import Event, FeedChanged, Link
from replayer_qt.core.order_events import (
    AccountStated,
    Difference,
    DriftFound,
    OrderEvent,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
)
from replayer_qt.core.orders import Mode
from replayer_qt.engine.answers import tell_drift_is_over
from replayer_qt.engine.followed_market import tidy
from replayer_qt.engine.reconcile import PATIENCE_NS, accepted, differences, patience
from replayer_qt.engine.seat import Doubt, unheard
from replayer_qt.engine.turn import Turn

_LOST: Final = frozenset({Link.OFF, Link.CONNECTING, Link.WAITING, Link.BLOCKED, Link.ENDED})
"""While the connection is in one of these states, what the venue says is missed."""


def hear_venue(turn: Turn, event: Event) -> None:
    """Do what follows from an own event that the venue told, and that is folded already."""
    if turn.trading.mode is not Mode.PAPER:
        match event:
            case AccountStated():
                _stated(turn, event)
            case OrderEvent() | PositionLiquidated() | SideBetClosed() | Rebaselined():
                _compared_again(turn)
            case FeedChanged(link=link) if link in _LOST:
                turn.seat = unheard(turn.seat)
            case _:
                pass
    tidy(turn, (event, *turn.told))


def outlast(turn: Turn) -> None:
    """Call a difference drift once it has lasted."""
    if turn.seat.doubt is None or not _has_lasted(turn):
        return
    found = _differences(turn)
    if found:
        _drifts(turn, found)
    else:
        _agrees(turn)


def _stated(turn: Turn, event: AccountStated) -> None:
    if not turn.seat.known:
        _catch_up(turn)
        return
    trading = turn.trading
    found = differences(trading.account, event)
    needed = patience(trading)
    if not found:
        _agrees(turn)
    elif needed == PATIENCE_NS and (trading.drift or turn.seat.doubt is not None):
        _drifts(turn, found)
    else:
        _wait(turn, found)


def _wait(turn: Turn, found: tuple[Difference, ...]) -> None:
    """Let a difference last for a while before it is drift, while nothing is sure to explain it."""
    if patience(turn.trading) is None:
        turn.seat = replace(turn.seat, doubt=None)
    elif turn.seat.doubt is None:
        turn.seat = replace(turn.seat, doubt=Doubt(turn.moment.mono, found))
    elif _has_lasted(turn):
        _drifts(turn, found)


def _has_lasted(turn: Turn) -> bool:
    doubt, needed = turn.seat.doubt, patience(turn.trading)
    return doubt is not None and needed is not None and turn.moment.mono - doubt.since >= needed


def _catch_up(turn: Turn) -> None:
    """Take over what the venue did while nobody listened; its word opens the account anew.

    While an order may explain the difference, what becomes of it is waited for.
    """
    trading = turn.trading
    stated = trading.stated
    if stated is None or stated.cash is None:
        return
    found = differences(trading.account, stated)
    if patience(trading) != PATIENCE_NS:
        if found:
            _wait(turn, found)
        else:
            _agrees(turn)
        return
    turn.seat = replace(turn.seat, known=True, doubt=None)
    if found:
        reason = "what the venue held when it was listened to again"
        turn.tell(accepted(trading, stated, reason, turn.moment, turn.running_round()))
    if trading.drift:
        tell_drift_is_over(turn)


def _compared_again(turn: Turn) -> None:
    """Our ledger moved: what looked like a difference may have been the venue's head start."""
    if not turn.seat.known:
        _catch_up(turn)
        return
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
