"""The kill switch while everything that could hold it up does."""

import random
import threading
import time
from decimal import Decimal

from replayer_qt.adapters.brokers.order_line import OrderLine
from replayer_qt.adapters.brokers.words import Answer, Answered, Statement
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import LatchFile
from replayer_qt.core.events import Link
from replayer_qt.core.order_events import OrderExpired
from replayer_qt.core.units import PRACTICE, Moment
from tests.helpers.approvals import approved
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.make import ROUND
from tests.helpers.orders import make_request

CLOCK = SystemClock()
FLOOD = 1_000
"""Ticks that the venue tells of between two orders."""

LIMIT_S = 0.25


class Broker(threading.Thread):
    """Sends one approved order after another over a line that is flooded."""

    def __init__(self, latch: LatchFile) -> None:
        super().__init__()
        self.left_at: list[float] = []
        self.refused: list[str] = []
        self.ticks = 0
        self.over = threading.Event()
        rng = random.Random(1)
        self.line = OrderLine(PRACTICE, rng, token="ann", gate=latch.is_on, patience_ms=60_000)  # noqa: S106

    def run(self) -> None:
        line = self.line
        line.round_begins(ROUND)
        line.opened(self._send, now())
        line.linked(Link.LIVE, now())
        line.hear(Statement(player="me", cash=Decimal(10), quantity=Decimal(0)), now())
        line.hear(Answered(), now())
        self.left_at.clear()
        number = 0
        while not self.over.is_set():
            number += 1
            for tick in range(FLOOD):
                line.ticked(ROUND, tick, 1.5)
            self.ticks += FLOOD
            told = line.take(approved(make_request(f"o{number}")), now())
            self.refused += [one.reason for one in told if isinstance(one, OrderExpired)]
            line.hear(Answer(number=number, done=False), now())

    def _send(self, _frame: str) -> bool:
        self.left_at.append(time.monotonic())
        return True


def now() -> Moment:
    return Moment(CLOCK.now(), CLOCK.monotonic())


def spin(seconds: float) -> None:
    """Stand still as a hung window does: busy, and answering nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_no_order_leaves_after_the_press_though_window_disk_and_feed_are_in_the_way(
    tmp_path, caplog
):
    """FAULTS goal 11, C6, KS-03, KS-06, S4-K3: frozen, flooded, disk dead: 250 ms at most."""
    disk = FaultyDisk()
    latch = LatchFile(tmp_path, CLOCK, disk=disk)
    broker = Broker(latch)
    pressed: list[float] = []

    def press() -> None:
        time.sleep(0.3)
        pressed.append(time.monotonic())
        latch.press(by="signal", reason="tested")

    presser = threading.Thread(target=press)
    broker.start()
    disk.gate.clear()
    presser.start()
    spin(1.0)
    broker.over.set()
    broker.join()
    disk.gate.set()
    presser.join()
    (at,) = pressed
    assert min(broker.left_at) < at, "orders left before"
    assert broker.ticks >= FLOOD
    assert max(broker.left_at) - at < LIMIT_S
    assert set(broker.refused) == {"the kill switch is on"}
    assert LatchFile(tmp_path, CLOCK).is_on() or "could not be written" in caplog.text
