"""What the ticket says: a pure function of the state, of what hands have set, and of the gate."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from replayer_qt.core.account import valued
from replayer_qt.core.money import (
    NOTHING,
    SIDE_BET_WINDOW,
    bought,
    proceeds,
    side_bet_payout,
    with_bought,
    with_sold,
)
from replayer_qt.core.odds import BREAK_EVEN, EXPECTED, WIN_CHANCE
from replayer_qt.core.orders import OrderSide, Request
from replayer_qt.core.state import State
from replayer_qt.core.trading import Trading
from replayer_qt.core.verdict import Verdict
from replayer_qt.ui import fmt
from replayer_qt.ui.amount import written
from replayer_qt.ui.arming import NO_ACCOUNT, account_badge
from replayer_qt.ui.ordering import Draft, price_now, request_of
from replayer_qt.ui.privacy import hidden
from replayer_qt.ui.refusal import every_reason, refusal
from replayer_qt.ui.status import Badge, Word
from replayer_qt.ui.view import is_replay_shown

Gate = Callable[[State, Request], Verdict | None]
"""Asks the gate what it would say now; None where it can't be asked."""

ODDS: Final = (
    f"P(win) {WIN_CHANCE:.2%} · break-even {BREAK_EVEN:.0%} · EV {EXPECTED:+.1%}"
).replace("%", " %")
"""What a side bet is worth, said wherever one can be placed."""

_NAMES: Final = {OrderSide.BUY: "BUY", OrderSide.SELL: "SELL", OrderSide.SIDE_BET: "SIDE BET"}
_NO_ACCOUNT: Final = "connect to a venue or open a recording"


class ButtonWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a big button says.

    Attributes:
        what: what it is for, with its size.
        then: what it would do now, or why it can't.
        tip: every reason against it, or more of what it would do.
        usable: whether there is anything to ask for.
        allowed: whether the gate would let it pass now.
    """

    what: str
    then: str = ""
    tip: str = ""
    usable: bool = False
    allowed: bool = False


class TicketWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the ticket says.

    Attributes:
        held: the position, or that there is none.
        open_result: what the position has won or lost, sign and colour.
        bet: the open side bet with its countdown; the odds where there is none.
    """

    badge: Badge = NO_ACCOUNT
    cash: Word = Word(text=fmt.NOTHING)
    held: Word = Word(text=fmt.NOTHING)
    open_result: Word = Word(text=fmt.NOTHING)
    day: Word = Word(text=fmt.NOTHING)
    buy: ButtonWords = ButtonWords(what="BUY", then=_NO_ACCOUNT)
    sell: ButtonWords = ButtonWords(what="SELL", then=_NO_ACCOUNT)
    side_bet: ButtonWords = ButtonWords(what="SIDE BET", then=_NO_ACCOUNT)
    bet: Word = Word(text=ODDS, colour="muted")


def read_ticket(state: State, draft: Draft, gate: Gate) -> TicketWords:
    """Return what the ticket says; every number is as the ledger has it."""
    trading = state.trading()
    if trading is None:
        return TicketWords()
    market = state.market()
    price = price_now(None if market is None else market.round)
    tick = -1 if market is None or market.round is None else market.round.tick
    worth = valued(trading.account, price)
    return TicketWords(
        badge=account_badge(state),
        cash=Word(
            text=fmt.sol(trading.account.cash),
            tip=f"Free money: {fmt.exact(trading.account.cash)} SOL.",
        ),
        held=_held(trading),
        open_result=_result(worth.unrealised, "Unrealised", is_there=_holds(trading)),
        day=_result(worth.day_result, "Result of this UTC day, unrealised included"),
        buy=_button(state, trading, draft, OrderSide.BUY, gate, _buying(trading, draft, price)),
        sell=_button(state, trading, draft, OrderSide.SELL, gate, _selling(trading, draft, price)),
        side_bet=_button(
            state, trading, draft, OrderSide.SIDE_BET, gate, _betting(draft, tick)
        ),
        bet=_bet(trading, tick),
    )  # fmt: skip


def _button(
    state: State, trading: Trading, draft: Draft, side: OrderSide, gate: Gate, then: str
) -> ButtonWords:
    name = _NAMES[side]
    if side is OrderSide.SELL:
        what = f"{name} {draft.share} %"
    elif draft.amount is None:
        return ButtonWords(what=name, then=draft.reason, tip=draft.reason)
    else:
        what = f"{name} {hidden(written(draft.amount))} SOL"
    verdict = gate(state, request_of(state, trading, draft, side))
    if verdict is None or verdict.allowed:
        return ButtonWords(what=what, then=then, tip=then, usable=True, allowed=True)
    return ButtonWords(
        what=what,
        then=refusal(verdict, replayed=is_replay_shown(state)),
        tip=every_reason(verdict),
        usable=True,
    )


def _holds(trading: Trading) -> bool:
    return trading.account.holding.quantity > 0


def _buying(trading: Trading, draft: Draft, price: Decimal | None) -> str:
    if draft.amount is None or not price:
        return "no price yet"
    units = bought(draft.amount, price)
    now = f"→ {fmt.short_amount(units)} @ {fmt.price(float(price))}"
    if _holds(trading):
        average = with_bought(trading.account.holding, draft.amount, price).average
        now = f"{now}, avg {fmt.price(float(average))}"
    return f"{now}, worst -{hidden(written(draft.amount))}"


def _selling(trading: Trading, draft: Draft, price: Decimal | None) -> str:
    if not _holds(trading):
        return "nothing to sell"
    holding = trading.account.holding
    units = proceeds(holding.quantity, Decimal(draft.share) / 100)
    if not price:
        return f"{fmt.short_amount(units)} units"
    brings = proceeds(units, price)
    result = brings - (holding.basis - with_sold(holding, units).basis)
    return f"{fmt.short_amount(units)} → {fmt.sol(brings)} SOL, {fmt.signed_sol(result)}"


def _betting(draft: Draft, tick: int) -> str:
    if draft.amount is None:
        return draft.reason
    start = max(tick, 0)
    wins = hidden(written(side_bet_payout(draft.amount, won=True)))
    return f"rug in ticks {start}-{start + SIDE_BET_WINDOW} pays {wins}"


def _held(trading: Trading) -> Word:
    holding = trading.account.holding
    if not _holds(trading):
        return Word(text="none", colour="muted", tip="No position.")
    average = fmt.price(float(holding.average))
    return Word(
        text=f"{fmt.short_amount(holding.quantity)} @ {average}",
        tip=f"{fmt.exact(holding.quantity)} units that cost {fmt.exact(holding.basis)} SOL.",
    )


def _result(value: Decimal, what: str, *, is_there: bool = True) -> Word:
    if not is_there:
        return Word(text=fmt.NOTHING, colour="muted")
    colour = "up" if value > NOTHING else "down" if value < NOTHING else "muted"
    return Word(text=fmt.signed_sol(value), colour=colour, tip=f"{what}: {fmt.exact(value)} SOL.")


def _bet(trading: Trading, tick: int) -> Word:
    bet = trading.account.bet
    if bet is None:
        tip = f"Pays 5x if the rug comes within {SIDE_BET_WINDOW} ticks. {ODDS}."
        return Word(text=ODDS, colour="muted", tip=tip)
    left = max(0, bet.end - max(tick, bet.start))
    wins = hidden(written(side_bet_payout(bet.stake, won=True)))
    text = f"bet {hidden(written(bet.stake))} · {left} ticks left · to win {wins}"
    tip = f"Wins if the rug comes at tick {bet.start} to {bet.end}. {ODDS}."
    return Word(text=text, colour="past", tip=tip)
