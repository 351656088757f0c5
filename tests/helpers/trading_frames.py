"""Makes frames for the window by hand: a market, an account, and what a test wants of them."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

from replayer_qt.core.account import Account, Entry, EntryKind, OpenBet
from replayer_qt.core.arming import Arming
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.money import Holding, with_bought
from replayer_qt.core.order_events import ArmState
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, MarketState, State
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import PRACTICE, Nanos, StreamId
from tests.helpers.make import ROUND, event

MONO = 1_000_000_000
"""The moment of every frame on the monotonic clock, that of a fresh `SteppedClock`."""


def a_round(*, tick: int = 52, price: float | None = 1.2345, **fields: Any) -> RoundState:
    """Return a running round, told of just now."""
    filled: dict[str, Any] = {"phase": Phase.ACTIVE, "told_mono": Nanos(MONO), "first_tick": 0}
    return RoundState(round_id=ROUND, opened_at=Nanos(0), tick=tick, price=price, **filled | fields)


def holding(amount: str = "0.02", price: str = "1.1") -> Holding:
    """Return a position of one purchase."""
    return with_bought(Holding(), Decimal(amount), Decimal(price))


def account(**fields: Any) -> Account:
    """Return an open account with 10 SOL."""
    filled: dict[str, Any] = {
        "opened": True,
        "cash": Decimal(10),
        "session_opening": Decimal(10),
        "round_id": ROUND,
    }
    return Account(**filled | fields)


def bet(stake: str = "0.01", start: int = 30) -> OpenBet:
    """Return an open side bet."""
    return OpenBet(round_id=ROUND, stake=Decimal(stake), start=start, end=start + 40)


def bought(tick: int = 20, *, number: int = 2, price: str = "1.1", **fields: Any) -> Entry:
    """Return the ledger's line of a buy for 0.022 SOL."""
    filled: dict[str, Any] = {
        "kind": EntryKind.BUY,
        "amount": Decimal("-0.022"),
        "cash": Decimal("9.978"),
        "quantity": Decimal("0.02"),
        "round_id": ROUND,
        "order_id": OrderId(f"order-{number}"),
    }
    at = Nanos(tick * 250_000_000)
    return Entry(number=number, at=at, tick=tick, price=Decimal(price), **filled | fields)


def armed(state: ArmState = ArmState.ARMED, seconds: float = 300, reason: str = "by hand"):
    """Return an arming that runs out in so many seconds."""
    return Arming(state=state, until=Nanos(MONO + round(seconds * 1e9)), reason=reason)


def trading(stream: StreamId = PRACTICE, mode: Mode = Mode.PRACTICE, **fields: Any) -> Trading:
    """Return an armed account of the practice exchange with 10 SOL."""
    filled: dict[str, Any] = {"account": account(mode=mode), "arming": armed()}
    return Trading(stream=stream, mode=mode, **filled | fields)


def market(stream: StreamId = PRACTICE, running: RoundState | None = None, **fields: Any):
    """Return a live market with a running round."""
    link = event(FeedChanged, stream=stream, link=Link.LIVE)
    return MarketState(stream=stream, round=running or a_round(), link=link, **fields)


def state_of(
    traded: Trading | None = None, shown: MarketState | None = None, **fields: Any
) -> State:
    """Return a state that looks at one market with one account."""
    looked = shown or market(PRACTICE if traded is None else traded.stream)
    accounts = {} if traded is None else {traded.stream: traded}
    filled: dict[str, Any] = dict.fromkeys(("live", "shown", "keys_of"), looked.stream)
    return State(
        markets=MappingProxyType({looked.stream: looked}),
        accounts=MappingProxyType(accounts),
        **filled | fields,
    )


def frame(state: State) -> Advance:
    """Return a frame in which nothing happened but which leaves us in `state`."""
    return Advance(events=(), state=state, session=Session())


def killed(**fields: Any) -> Kill:
    """Return a kill switch that was pressed."""
    told = {"on": True, "reason": "asked for", "by": "key", "at": Nanos(1_700_000_000 * 10**9)}
    return Kill(**told | fields)
