"""What is held in each traded market, valued at its newest price."""

from decimal import Decimal

import msgspec

from replayer_qt.core.account import Account, Valuation, valued
from replayer_qt.core.money import decimal_of
from replayer_qt.core.orders import Mode
from replayer_qt.core.phase import Phase
from replayer_qt.core.state import MarketState, State
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import StreamId
from replayer_qt.ui import fmt
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.plain import clean

_STREAMS_KEPT = 50
_TRADED = frozenset({Phase.PRESALE, Phase.ACTIVE})
_PRESALE_PRICE = Decimal(1)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """One market's account at one moment.

    Attributes:
        price: the newest price of the holding's round [multiplier]; None when there is none.
        tick: that round's newest tick; -1 before the first.
    """

    stream: StreamId
    mode: Mode
    account: Account
    valuation: Valuation
    price: Decimal | None
    tick: int


def position_of(trading: Trading, market: MarketState | None) -> Position:
    """Return a market's account, valued at its round's price; at cost where there is none."""
    account = trading.account
    price = price_now(account, market)
    return Position(
        stream=trading.stream,
        mode=trading.mode,
        account=account,
        valuation=valued(account, price),
        price=price,
        tick=_tick_now(account, market),
    )


def positions_of(state: State) -> tuple[Position, ...]:
    """Return every market's account, the one looked at last."""
    traded = sorted(state.accounts.values(), key=lambda one: one.stream == state.shown)
    return tuple(position_of(one, state.markets.get(one.stream)) for one in traded)


def price_now(account: Account, market: MarketState | None) -> Decimal | None:
    """Return the newest price [multiplier]; None without one, or with one of another round.

    What is held is worth nothing at another round's price.
    """
    known = None if market is None else market.round
    if known is None or (account.holding.quantity and known.round_id != account.round_id):
        return None
    if known.phase is Phase.PRESALE:
        return _PRESALE_PRICE
    if known.phase is not Phase.ACTIVE or known.price is None:
        return None
    return decimal_of(known.price)


def _tick_now(account: Account, market: MarketState | None) -> int:
    known = None if market is None else market.round
    return -1 if known is None or known.round_id != account.round_id else known.tick


def positions() -> RowsModel[Position]:
    """Return an empty table of positions."""
    return RowsModel(
        columns=[
            Column(
                title="Market",
                chars=15,
                text=lambda row: f"{clean(row.stream.partition('/')[0], 12)} · {row.mode}",
                tip=lambda row: f"{fmt.stream(row.stream)}, stream {row.stream}, {row.mode} money",
                about="Where it is held, and whose money it is.",
            ),
            Column(
                title="Units",
                chars=9,
                text=lambda row: fmt.sol(row.account.holding.quantity or None),
                number=lambda row: float(row.account.holding.quantity),
                plain=lambda row: fmt.exact(row.account.holding.quantity),
                tip=lambda row: f"{fmt.exact(row.account.holding.quantity)} units",
            ),
            Column(
                title="P&L [SOL]",
                chars=10,
                text=lambda row: fmt.signed_sol(unrealised(row)),
                number=lambda row: float(unrealised(row) or 0),
                colour=lambda row: fmt.sign_colour(unrealised(row)),
                plain=lambda row: fmt.exact(unrealised(row)),
                tip=lambda row: f"{fmt.exact(unrealised(row))} SOL",
                about="Value less cost: not certain before it is sold.",
            ),
            Column(
                title="At risk [SOL]",
                chars=9,
                text=lambda row: fmt.sol(row.account.at_risk or None),
                number=lambda row: float(row.account.at_risk),
                colour=lambda row: "warning" if row.account.at_risk else "muted",
                plain=lambda row: fmt.exact(row.account.at_risk),
                tip=lambda row: f"{fmt.exact(row.account.at_risk)} SOL",
                about="What the rug could take of what was paid: cost of the holding and stake.",
            ),
            Column(
                title="Value [SOL]",
                chars=9,
                text=lambda row: fmt.sol(row.valuation.value or None),
                number=lambda row: float(row.valuation.value),
                plain=lambda row: fmt.exact(row.valuation.value),
                tip=lambda row: f"{fmt.exact(row.valuation.value)} SOL",
                about="What a sale of all of it would bring at the newest price.",
            ),
            Column(
                title="Avg [x]",
                chars=9,
                text=lambda row: fmt.price(float(row.account.holding.average) or None).rstrip("x"),
                number=lambda row: float(row.account.holding.average),
                plain=lambda row: fmt.digits(row.account.holding.average),
                tip=lambda row: fmt.multiple(row.account.holding.average),
                about="Quantity-weighted average cost, as the venue shows it.",
            ),
            Column(
                title="Cash [SOL]",
                chars=9,
                text=lambda row: fmt.sol(row.account.cash),
                number=lambda row: float(row.account.cash),
                plain=lambda row: fmt.exact(row.account.cash),
                tip=lambda row: f"{fmt.exact(row.account.cash)} SOL",
            ),
        ],
        key=lambda row: row.stream,
        kept=_STREAMS_KEPT,
    )


def unrealised(row: Position) -> Decimal | None:
    """Return the open profit or loss [SOL]; None where nothing is held or no price is known."""
    if not row.account.holding.quantity or row.price is None:
        return None
    return row.valuation.unrealised
