"""Frames of a traded market for tests of panels: an account with a history, orders, limits."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from replayer_qt.core.account import (
    Account,
    Closed,
    Entry,
    EntryKind,
    OpenBet,
    RoundResult,
)
from replayer_qt.core.events import Event
from replayer_qt.core.money import Holding
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.orders import Mode, OrderId
from replayer_qt.core.phase import Phase
from replayer_qt.core.round import RoundState
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, MarketState, State
from replayer_qt.core.tally import Tally
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import PRACTICE, Nanos, StreamId
from replayer_qt.core.verdict import Headroom
from tests.helpers.make import ROUND

NOON = 1_763_726_400_000_000_000
"""A wall time [ns]: 2025-11-21 12:00:00 UTC."""


OFF = Kill()


def entries_of(*told: tuple[EntryKind, str], **fields: Any) -> tuple[Entry, ...]:
    """Return entries of these kinds and amounts [SOL], one a second, with their running cash."""
    cash, made = Decimal(0), []
    for number, (kind, amount) in enumerate(told, start=1):
        cash += Decimal(amount)
        traded = kind not in {EntryKind.OPENING, EntryKind.DEPOSIT, EntryKind.REBASELINE}
        about: dict[str, Any] = {
            "round_id": ROUND if traded else None,
            "tick": number * 10 if traded else -1,
            "order_id": OrderId(f"order-{number}") if traded else None,
        }
        if kind in {EntryKind.BUY, EntryKind.SELL, EntryKind.RUG}:
            about |= {"quantity": Decimal("0.093157865"), "price": Decimal("1.073446660724414")}
        about |= fields
        at = Nanos(NOON + number * 1_000_000_000)
        made.append(
            Entry(number=number, at=at, kind=kind, amount=Decimal(amount), cash=cash, **about)
        )
    return tuple(made)


def closed_of(*results: str, rug: int = -1) -> tuple[Closed, ...]:
    """Return closed trades with these results [SOL]; number `rug` was closed by the rug."""
    return tuple(
        Closed(
            trade_id=f"trade-{number}",
            at=Nanos(NOON + number * 1_000_000_000),
            kind=EntryKind.RUG if number == rug else EntryKind.SELL,
            round_id=ROUND,
            tick=20 + number,
            result=Decimal(result),
            cost=Decimal("0.1"),
            held=7,
        )
        for number, result in enumerate(results)
    )


def account_of(entries: Sequence[Entry] = (), **fields: Any) -> Account:
    """Return an open account with these entries."""
    told: dict[str, Any] = {
        "opened": True,
        "round_id": ROUND,
        "cash": entries[-1].cash if entries else Decimal(0),
        "entries": tuple(entries),
        "entry_count": len(entries),
        "session_opening": entries[0].cash if entries else Decimal(0),
    }
    return Account(**(told | fields))


def holding_of(quantity: str = "0.093157865", average: str = "1.073446660724414") -> Holding:
    """Return a holding."""
    units, price = Decimal(quantity), Decimal(average)
    return Holding(quantity=units, basis=round(units * price, 9), average=price)


def bet_of(start: int = 100) -> OpenBet:
    """Return an open side bet."""
    return OpenBet(round_id=ROUND, stake=Decimal("0.01"), start=start, end=start + 40)


def headroom_of(code: str = "max_order", **fields: Any) -> Headroom:
    """Return how far a rule is from refusing."""
    told: dict[str, Any] = {
        "title": code.replace("_", " ").capitalize(),
        "value": Decimal("0.25"),
        "limit": Decimal(1),
        "unit": "SOL",
        "left": Decimal("0.75"),
        "ok": True,
    }
    return Headroom(code=code, **(told | fields))


def trading_of(account: Account | None = None, **fields: Any) -> Trading:
    """Return what is traded on the practice exchange."""
    told: dict[str, Any] = {
        "stream": PRACTICE,
        "mode": Mode.PRACTICE,
        "account": account_of() if account is None else account,
    }
    return Trading(**(told | fields))


def market_of(stream: StreamId = PRACTICE, **fields: Any) -> MarketState:
    """Return a market in a round that stands at tick 123 and 1.5x."""
    told: dict[str, Any] = {
        "round_id": ROUND,
        "opened_at": Nanos(NOON),
        "phase": Phase.ACTIVE,
        "tick": 123,
        "price": 1.5,
    }
    return MarketState(stream=stream, round=RoundState(**(told | fields)))


def frame_of(
    *tradings: Trading,
    shown: StreamId | None = PRACTICE,
    markets: Iterable[MarketState] = (),
    events: tuple[Event, ...] = (),
    kill: Kill = OFF,
) -> Advance:
    """Return a frame with these accounts, each in a market of its own."""
    told = {one.stream: market_of(one.stream) for one in tradings}
    told |= {one.stream: one for one in markets}
    state = State(
        markets=MappingProxyType(told),
        shown=shown,
        accounts=MappingProxyType({one.stream: one for one in tradings}),
        kill=kill,
    )
    return Advance(events=events, state=state, session=Session())


def a_busy_day(book: OrderBook | None = None, **fields: Any) -> Trading:
    """Return an account on which much has happened."""
    kinds = (EntryKind.BUY, EntryKind.SELL, EntryKind.SIDE_BET, EntryKind.PAYOUT, EntryKind.RUG)
    told: list[tuple[EntryKind, str]] = [(EntryKind.OPENING, "10")]
    told += [
        (kinds[number % 5], ("-0.1", "0.123456789", "-0.01", "0.05", "0.000537")[number % 5])
        for number in range(60)
    ]
    told.append((EntryKind.REBASELINE, "-0.000000001"))
    results = [str((Decimal(n * 37 % 23) - 10) / 400) for n in range(40)]
    account = account_of(
        _realised(entries_of(*told)),
        closed=closed_of(*results, rug=17),
        holding=holding_of(),
        since=88,
        bet=bet_of(),
        session_result=sum(map(Decimal, results), Decimal(0)),
        day_result=Decimal("-0.25"),
        tally=Tally(wins=22, losses=17, evens=1, gained=Decimal("0.6"), lost=Decimal("0.4")),
        rounds=(RoundResult(round_id=ROUND, realised=Decimal("0.1"), trades=40),),
    )
    return trading_of(account, book=OrderBook() if book is None else book, **fields)


def _realised(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    booked = {EntryKind.SELL: "0.023456789", EntryKind.RUG: "-0.1", EntryKind.PAYOUT: "0.04"}
    return tuple(replace(one, realised=Decimal(booked.get(one.kind, "0"))) for one in entries)
