"""Trading as state: the account of one stream with all that hangs on it, and the kill switch."""

from typing import Final

import msgspec

from replayer_qt.core.account import Account
from replayer_qt.core.arming import Arming
from replayer_qt.core.order_book import OrderBook
from replayer_qt.core.order_events import AccountStated, CashOut, Difference
from replayer_qt.core.orders import Mode
from replayer_qt.core.risk_memory import RiskMemory
from replayer_qt.core.units import Nanos, StreamId
from replayer_qt.core.verdict import Headroom


class Branches(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """In a replay: which line of decisions is followed.

    Attributes:
        current: its name.
        names: all of them, oldest first.
        ahead: decisions of it that lie ahead, and will be made again.
    """

    current: str = "main"
    names: tuple[str, ...] = ("main",)
    ahead: int = 0


class Trading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stream's account, orders and limits in use.

    Attributes:
        cash_out: the standing order that sells by itself, and since when it stands.
        cash_out_tick: the tick it was set at.
        cash_out_peak: the highest price since [multiplier].
        stated: the venue's newest word; None where no venue speaks.
        drift: where our ledger and the venue differ; empty when they agree.
        memory: what the gate remembers: order times, streaks, cool-downs.
        headroom: how far each rule is from refusing; refreshed with each advance.
        branches: None for anything but a replay.
    """

    stream: StreamId
    mode: Mode
    account: Account = Account()
    book: OrderBook = OrderBook()
    arming: Arming = Arming()
    cash_out: CashOut | None = None
    cash_out_tick: int = -1
    cash_out_peak: float = 0.0
    stated: AccountStated | None = None
    drift: tuple[Difference, ...] = ()
    memory: RiskMemory = RiskMemory()
    headroom: tuple[Headroom, ...] = ()
    branches: Branches | None = None


LIFT_WORD: Final = "RESUME"
"""What a person must type to lift the kill switch."""


class Kill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The kill switch.

    Attributes:
        at: when it was pressed or lifted last [ns since the Unix epoch, UTC]; 0: never.
    """

    on: bool = False
    reason: str = ""
    by: str = ""
    at: Nanos = Nanos(0)
