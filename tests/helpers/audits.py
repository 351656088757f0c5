"""Makes and reads audit trails for tests."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from replayer_qt.adapters.audit.format import files_in
from replayer_qt.adapters.audit.reader import counting_lines
from replayer_qt.adapters.audit.verify import TrailReport, verify_trail
from replayer_qt.adapters.audit.writer import AuditFiles
from replayer_qt.core.audit_chain import Run
from replayer_qt.core.order_events import OrderFilled, OrderGated, OrderRequested, OrderSent
from replayer_qt.core.orders import Fill, OrderId, OrderSide
from replayer_qt.core.verdict import Verdict
from tests.helpers.clock import SteppedClock
from tests.helpers.make import ROUND, event
from tests.helpers.orders import make_facts, make_request

RUN = Run(app_version="0.1.0", run_id="run-1", profile="default")
START = 1_700_000_000_000_000_000


def trail_in(folder: Path, clock: Any = None, *, run: Run = RUN, **fields: Any) -> AuditFiles:
    """Return a trail that is not opened yet; its names are drawn from a seed."""
    fields.setdefault("entropy", random.Random(1).getrandbits)
    return AuditFiles(folder, clock or SteppedClock(), run=run, **fields)


def decided(name: str = "o1", at: int = START, **fields: Any) -> list[Any]:
    """Return what the gate says of one order that it allows."""
    request = make_request(name, **fields)
    verdict = Verdict(
        allowed=True, facts=make_facts(), reserved=Decimal("0.01"), limits_hash="a" * 64
    )
    return [
        event(OrderRequested, at, order_id=OrderId(name), request=request),
        event(OrderGated, at, order_id=OrderId(name), verdict=verdict),
    ]


def sent(name: str = "o1", at: int = START) -> Any:
    """Return an order's leaving."""
    return event(OrderSent, at, order_id=OrderId(name))


def filled(name: str = "o1", at: int = START) -> Any:
    """Return an order's fill."""
    fill = Fill(
        fill_id=f"{name}/fill",
        side=OrderSide.BUY,
        round_id=ROUND,
        tick=11,
        price=Decimal("1.5"),
        quantity=Decimal("0.006666666"),
        amount=Decimal("0.01"),
    )
    return event(OrderFilled, at, order_id=OrderId(name), fill=fill)


def written(folder: Path, orders: int = 3, clock: Any = None, **fields: Any) -> None:
    """Write a trail of some orders, one batch each, and close it."""
    trail = trail_in(folder, clock, **fields)
    for number in range(orders):
        trail.append([*decided(f"o{number}"), sent(f"o{number}"), filled(f"o{number}")])
    trail.close()


def records(folder: Path) -> list[dict[str, Any]]:
    """Return what counts, by a plain JSON parser."""
    return [json.loads(line) for line in counting_lines(files_in(folder))]


def names(folder: Path) -> list[tuple[str, str | None]]:
    """Return the events and orders that count, in order, without the trail's own words."""
    return [
        (record["event"], record["correlation_id"])
        for record in records(folder)
        if not record["event"].startswith("_")
    ]


def checked(path: Path) -> TrailReport:
    """Return what verifying finds."""
    return verify_trail(path)
