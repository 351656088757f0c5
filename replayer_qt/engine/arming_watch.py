"""Lets arming follow what happens: asked for, run out, halted by a fault, ready again."""

from replayer_qt.core.arming import acknowledge, arm, auto_disarm, disarm, watch
from replayer_qt.core.order_events import ArmingChanged
from replayer_qt.core.orders import Mode
from replayer_qt.core.trade_commands import AcknowledgeHalt, Arm, Disarm
from replayer_qt.engine.turn import Turn


def answer_arming(turn: Turn, command: Arm | Disarm | AcknowledgeHalt) -> None:
    """Arm, disarm, or take note that a halt was read; tell why where it can't be."""
    arming, now = turn.trading.arming, turn.moment
    match command:
        case Arm():
            changed = _armed(turn, command)
        case Disarm():
            changed = disarm(arming, command, now)
        case AcknowledgeHalt():
            changed = acknowledge(arming, command, now)
    if changed is not None:
        turn.tell(changed)


def _armed(turn: Turn, command: Arm) -> ArmingChanged | None:
    facts, limits, trading = turn.facts(None), turn.context.limits, turn.trading
    changed = arm(trading.arming, command, facts, limits, trading.mode, turn.moment)
    if isinstance(changed, ArmingChanged):
        return changed
    turn.problem(
        "arm-refused",
        f"The account was not armed: {' '.join(changed)}",
        "See to what is named, then arm again.",
    )
    return None


def watch_arming(turn: Turn, *, incident: str = "", settings_changed: bool = False) -> None:
    """Disarm if there is a reason to, or get ready if all is well; a replay needs no arming.

    Args:
        turn: of the account.
        incident: one of `core.arming.INCIDENTS`, if one was noticed.
        settings_changed: whether other settings are in force than a moment ago.
    """
    trading, context = turn.trading, turn.context
    needed = trading.mode is not Mode.PAPER or context.settings.trading.arm_paper
    if context.replay or not (needed or trading.arming.is_armed):
        return
    facts, limits = turn.facts(None), context.limits
    changed = auto_disarm(
        trading.stream,
        trading.arming,
        trading.memory,
        facts,
        limits,
        trading.mode,
        turn.moment,
        incident=incident,
        settings_changed=settings_changed,
    ) or watch(trading.stream, trading.arming, facts, limits, trading.mode, turn.moment)
    if changed is not None:
        turn.tell(changed)
