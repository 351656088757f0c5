"""The door of orders asked from many sides, and what it has written down."""

import threading
from decimal import Decimal

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from replayer_qt.adapters.kill_latch import LatchFile
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.order_events import KeysArmed, KillSwitched, LimitsStated, OrderGated
from replayer_qt.core.orders import OrderId
from replayer_qt.core.settings import PaperSettings, RiskSettings, Settings
from replayer_qt.core.trade_commands import ArmKeys, Buy, Kill, LiftKill
from replayer_qt.core.units import RUGS
from tests.helpers.make import event
from tests.unit.runtime.test_trade_host import Floor

THREADS = 8
ORDERS = 25
LIMIT = Decimal("0.3")
TIGHT = Settings(
    paper=PaperSettings(cash=10),
    risk=RiskSettings(
        max_tick_age_ms=0, duplicate_ms=0, orders_per_second=0, orders_per_minute=0,
        max_position_sol=float(LIMIT), max_order_sol=0.1,
    ),
)  # fmt: skip


class Asker(QObject):
    """Asks from whatever thread it is called on."""

    asked = Signal(object)


@pytest.fixture
def floor(qapp, tmp_path):
    made = Floor(tmp_path, TIGHT)
    yield made
    made.door.stop()


def test_what_eight_threads_ask_for_at_once_never_exceeds_the_limit(qtbot, floor):
    """S4-4d, BR-05, D8: held, pending and asked for stay within the limit at every decision."""
    floor.running(RUGS)
    asker = Asker()
    asker.asked.connect(floor.door.obey, Qt.ConnectionType.QueuedConnection)
    together = threading.Barrier(THREADS)

    def ask(thread: int) -> None:
        together.wait()
        for number in range(ORDERS):
            amount = Decimal(1 + (thread + number) % 9) / 100
            key = OrderId(f"{thread}-{number}")
            asker.asked.emit(Buy(stream=RUGS, key=key, amount=amount))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(floor.of(OrderGated)) == THREADS * ORDERS, timeout=10_000)
    for thread in threads:
        thread.join()
    reserved = Decimal(0)
    for gated in floor.of(OrderGated):
        reserved += gated.verdict.reserved
        assert reserved <= LIMIT
    book = floor.host.state.accounts[RUGS].book
    assert LIMIT - Decimal("0.01") <= book.at_stake() == reserved


def test_connecting_killing_lifting_keys_and_limits_are_written_down(floor):
    """AU-06: beside orders; the order in which they came is kept."""
    floor.running(RUGS)
    floor.door.obey(ArmKeys(minutes=1))
    floor.door.obey(Kill(by="button", reason="tested"))
    floor.door.obey(LiftKill(typed="RESUME", reason="over"))
    floor.host.note(event(FeedChanged, floor.clock.monotonic(), stream=RUGS, link=Link.ENDED))
    kinds = (LimitsStated, FeedChanged, KeysArmed, KillSwitched)
    told = [one for one in floor.trail.posted if isinstance(one, kinds)]
    assert [type(one) for one in told] == [
        LimitsStated, FeedChanged, KeysArmed, KillSwitched, KillSwitched, FeedChanged,
    ]  # fmt: skip
    assert [one.link for one in told if isinstance(one, FeedChanged)] == [Link.LIVE, Link.ENDED]
    assert [(one.on, one.reason) for one in told if isinstance(one, KillSwitched)] == [
        (True, "tested"),
        (False, "over"),
    ]


def test_the_latch_is_on_disk_before_anybody_is_told(floor, tmp_path):
    """KS-01, KS-02: whoever hears of the kill finds it latched, and a new program would too."""
    floor.running(RUGS)
    latched = []

    def hear(advance) -> None:
        if any(isinstance(one, KillSwitched) for one in advance.events):
            latched.append(LatchFile(tmp_path, floor.clock).is_on())

    floor.host.advanced.connect(hear)
    floor.door.obey(Kill(by="button", reason="tested"))
    assert latched == [True]
    assert floor.host.state.kill.on
