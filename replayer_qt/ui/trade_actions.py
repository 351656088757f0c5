"""The rows of the Trade menu: orders, arming, keys, the venue's word, and the kill switch."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.core.commands import Command
from replayer_qt.core.orders import Mode, OrderSide
from replayer_qt.core.trade_commands import (
    AcceptVenue,
    AskVenue,
    ChooseMode,
    Kill,
    SetCashOut,
)
from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.arming import are_keys_armed, keys_wish
from replayer_qt.ui.kill import KILL_KEYS
from replayer_qt.ui.ordering import SHARES
from replayer_qt.ui.view import View, is_replay_shown

_MENU: Final = "&Trade"

ORDERS: Final = (
    ("buy", "&Buy", "E", (OrderSide.BUY, None), "Buy for the ticket's amount."),
    ("sell", "&Sell the share", "S", (OrderSide.SELL, None), "Sell the ticket's share."),
    ("sell-all", "Sell &all", "Shift+S", (OrderSide.SELL, 100),
     "Sell everything; this key works whether the keys are armed or not."),
    ("side-bet", "Side &bet", "D", (OrderSide.SIDE_BET, None), "Bet the ticket's amount."),
)  # fmt: skip
"""What keys and menu order: name, words, key, side with share, and a sentence."""


def traded(view: View) -> bool:
    """Return whether there is an account to trade with."""
    return view.state.trading() is not None


def _at_venue(view: View) -> bool:
    trading = view.state.trading()
    return trading is not None and trading.mode is not Mode.PAPER


def _drifts(view: View) -> bool:
    trading = view.state.trading()
    return trading is not None and bool(trading.drift)


def _stands(view: View) -> bool:
    trading = view.state.trading()
    return trading is not None and trading.cash_out is not None


def _can_choose(view: View) -> bool:
    return traded(view) and not is_replay_shown(view.state)


def _killed(view: View) -> bool:
    return view.state.kill.on


def _has_mode(mode: Mode) -> Callable[[View], bool]:
    def has(view: View) -> bool:
        trading = view.state.trading()
        return trading is not None and trading.mode is mode

    return has


def _choosing(mode: Mode) -> Callable[[View], Command | None]:
    def choose(view: View) -> Command | None:
        trading = view.state.trading()
        return None if trading is None else ChooseMode(stream=trading.stream, mode=mode)

    return choose


def _ask_venue(view: View) -> Command | None:
    trading = view.state.trading()
    return None if trading is None else AskVenue(stream=trading.stream)


def _accept_venue(view: View) -> Command | None:
    trading = view.state.trading()
    return None if trading is None else AcceptVenue(stream=trading.stream)


def _drop_cash_out(view: View) -> Command | None:
    trading = view.state.trading()
    return None if trading is None else SetCashOut(stream=trading.stream, cash_out=None)


def _kill(_view: View) -> Command:
    return Kill(by="menu")


def _orders() -> Iterator[ActionRow]:
    for name, text, key, order, sentence in ORDERS:
        yield ActionRow(
            name=name, menu=_MENU, text=text, keys=(key,), tip=sentence, enabled=traded,
            call="order", argument=order, key_apart=True,
        )  # fmt: skip
    for number, share in enumerate(SHARES, start=1):
        yield ActionRow(
            name=f"share-{share}", menu=f"{_MENU}/S&hare", text=f"{share} %", keys=(str(number),),
            tip=f"Let a sale sell {share} %; this orders nothing.", call="set_share",
            argument=share,
        )  # fmt: skip
    yield ActionRow(
        name="amount", menu=_MENU, text="A&mount", keys=("M",), call="focus_amount",
        tip="Type an amount into the ticket.",
    )  # fmt: skip
    yield ActionRow(
        name="drop-cash-out", menu=_MENU, text="&Remove the cash-out", enabled=_stands,
        tip="Take away the standing order that sells by itself.", ask=_drop_cash_out,
    )  # fmt: skip


def trade_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    yield from _orders()
    yield ActionRow(
        name="arm", menu=_MENU, text="Ar&m or disarm", keys=("Ctrl+Shift+A",), enabled=traded,
        tip="Let orders leave for a time, or no more; or take note of a halt.", rule=True,
        call="arm",
    )  # fmt: skip
    yield ActionRow(
        name="arm-keys", menu=_MENU, text="Trading &keys", keys=("Ctrl+E",), enabled=traded,
        tip="Let the trading keys order, for a time.", ask=lambda view: keys_wish(view.state),
        checked=lambda view: are_keys_armed(view.state, None),
    )  # fmt: skip
    yield ActionRow(
        name="dry-run", menu=_MENU, text="Sho&w what keys would do", keys=("T",),
        tip="A sheet over the chart says what each trading key would do now; it sends nothing.",
        call="toggle_dry_run", checked=lambda view: view.look.dry_run,
    )  # fmt: skip
    for mode, text, sentence in (
        (Mode.PAPER, "On &paper", "Let this program fill the orders, with play money."),
        (Mode.PRACTICE, "At the &venue", "Send the orders to the practice exchange."),
    ):
        yield ActionRow(
            name=f"mode-{mode.value}", menu=_MENU, text=text, tip=sentence, enabled=_can_choose,
            checked=_has_mode(mode), ask=_choosing(mode), rule=mode is Mode.PAPER,
        )  # fmt: skip
    yield ActionRow(
        name="deposit", menu=_MENU, text="&Deposit play money…", enabled=_has_mode(Mode.PAPER),
        tip="Put play money into the paper account, or take some out.", call="deposit",
    )  # fmt: skip
    yield ActionRow(
        name="ask-venue", menu=_MENU, text="As&k the venue", enabled=_at_venue, ask=_ask_venue,
        tip="Have the venue state the account anew.", rule=True,
    )  # fmt: skip
    yield ActionRow(
        name="accept-venue", menu=_MENU, text="Set the ledger to the &venue's word",
        tip="Book the difference as an entry of its own.", enabled=_drifts, ask=_accept_venue,
    )  # fmt: skip
    yield ActionRow(
        name="kill", menu=_MENU, text="&Kill all trading", keys=KILL_KEYS, rule=True,
        tip="Stop all trading, now, everywhere, until a person lifts it.", ask=_kill,
    )  # fmt: skip
    yield ActionRow(
        name="lift-kill", menu=_MENU, text="&Lift the kill switch…", enabled=_killed,
        tip="Allow trading again; asks for a typed word and a reason.", call="lift_kill",
    )  # fmt: skip
