"""Whose money it is and whether orders may leave, in words: a function of the state and time."""

from typing import Final

import msgspec

from replayer_qt.core.arming import shown_state
from replayer_qt.core.commands import Command
from replayer_qt.core.order_events import ArmState
from replayer_qt.core.orders import Mode
from replayer_qt.core.settings import TradingSettings
from replayer_qt.core.state import State
from replayer_qt.core.trade_commands import AcknowledgeHalt, Arm, ArmKeys, Disarm
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import Nanos
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean
from replayer_qt.ui.status import Badge, Word
from replayer_qt.ui.view import is_replay_shown

NO_ACCOUNT: Final = Badge(
    word="NO ACCOUNT", shape="ring", colour="muted", tip="Nothing here can be traded."
)
REPLAYED: Final = Badge(
    word="REPLAY", shape="triangle", colour="past",
    tip="Play money in a recording: stepping back takes orders back, too.",
)  # fmt: skip
_BADGES: Final = {
    Mode.PAPER: Badge(
        word="PAPER", shape="square", colour="muted",
        tip="Play money: orders are filled by this program and never leave it.",
    ),
    Mode.PRACTICE: Badge(
        word="PRACTICE", shape="diamond", colour="practice",
        tip="The practice exchange's play money: orders leave this program, no money does.",
    ),
    Mode.LIVE: Badge(word="LIVE MONEY", shape="disc", colour="rug", tip="Real money."),
}  # fmt: skip
_KILL_CODE: Final = "kill-switch"
_STATES: Final = {
    ArmState.SAFE: ("SAFE", "muted"),
    ArmState.READY: ("READY", "live"),
    ArmState.ARMED: ("ARMED", "warning"),
    ArmState.IN_FLIGHT: ("IN FLIGHT", "warning"),
    ArmState.HALT: ("HALT", "error"),
}


class ArmingWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the arming bar says.

    Attributes:
        state: SAFE, ARMED or what else it is, with the time that is left.
        why: in plain words.
        button: what the button does; empty for no button.
        keys: whether the trading keys are armed, with the time that is left; empty while not.
        counts: whether a time is shown that runs by itself.
    """

    badge: Badge = NO_ACCOUNT
    state: Word = Word(text="")
    why: str = ""
    button: str = ""
    keys: Word = Word(text="")
    counts: bool = False


def account_badge(state: State) -> Badge:
    """Return whose money the market looked at is about, by word, colour and shape."""
    trading = state.trading()
    if trading is None:
        return NO_ACCOUNT
    return REPLAYED if is_replay_shown(state) else _BADGES[trading.mode]


def needs_arming(trading: Trading, settings: TradingSettings) -> bool:
    """Return whether orders of this account leave only while it is armed."""
    return trading.mode is not Mode.PAPER or settings.arm_paper


def read_arming(state: State, settings: TradingSettings, now: Nanos | None) -> ArmingWords:
    """Return what the bar says at `now` [monotonic ns]; without that no time left is told."""
    trading = state.trading()
    keys = _keys(state, now)
    if trading is None:
        return ArmingWords(keys=keys, counts=bool(keys.text))
    arming = trading.arming
    if arming.state is ArmState.SAFE and not needs_arming(trading, settings):
        word, why = _open_words(state)
        return ArmingWords(
            badge=account_badge(state),
            state=word,
            why=why,
            keys=keys,
            counts=bool(keys.text),
        )
    text, colour = _STATES[shown_state(arming, trading.book)]
    until = arming.until if arming.is_armed else None
    button, _ = _way_on(trading)
    lifted = arming.code == _KILL_CODE and not state.kill.on
    why = "the kill switch was on" if lifted else clean(arming.reason)
    return ArmingWords(
        badge=account_badge(state),
        state=Word(text=f"{text}{_left(until, now)}", colour=colour, tip=f"{text}: {why}"),
        why=why,
        button=button,
        keys=keys,
        counts=bool(keys.text) or until is not None,
    )


def _open_words(state: State) -> tuple[Word, str]:
    """What an account says that needs no arming."""
    if state.kill.on:
        why = "the kill switch is on: only your own sales leave"
        return Word(text="KILLED", colour="error", tip=why), why
    why = "paper orders need no arming"
    return Word(text="OPEN", colour="live", tip="Orders need no arming on paper."), why


def are_keys_armed(state: State, now: Nanos | None) -> bool:
    """Return whether the trading keys are armed at this moment."""
    until = state.keys_until
    if until is None or state.keys_of != state.shown:  # armed for play money, say
        return False
    return now is None or now < until


def _keys(state: State, now: Nanos | None) -> Word:
    if not are_keys_armed(state, now):
        return Word(text="")
    left = _left(state.keys_until, now)
    if state.kill.on:
        tip = "The kill switch is on: the trading keys only sell."
        return Word(text=f"SALES ONLY{left}", colour="warning", tip=tip)
    return Word(text=f"KEYS{left}", colour="warning", tip="The trading keys are armed.")


def keys_wish(state: State, now: Nanos | None = None) -> ArmKeys:
    """Return the wish to switch the trading keys off while they are on, else on."""
    return ArmKeys(minutes=0.0 if are_keys_armed(state, now) else None)


def arming_wish(state: State) -> Command | None:
    """Return the wish to arm, to disarm, or to take note of a halt; None without an account."""
    trading = state.trading()
    return None if trading is None else _way_on(trading)[1]


def _way_on(trading: Trading) -> tuple[str, Command]:
    if trading.arming.state is ArmState.HALT:
        return "Acknowledge", AcknowledgeHalt(stream=trading.stream)
    if trading.arming.is_armed:
        return "Disarm", Disarm(stream=trading.stream)
    return "Arm", Arm(stream=trading.stream)


def _left(until: Nanos | None, now: Nanos | None) -> str:
    return "" if until is None or now is None else f" {fmt.seconds(until - now)}"
