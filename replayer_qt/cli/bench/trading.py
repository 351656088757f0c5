"""What an order costs: the gate alone, through desk, audit and ledger, on disk, and a jump back."""

import secrets
import statistics
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from PySide6.QtCore import Qt

from replayer_qt.adapters.audit.writer import AuditFiles
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.replay_tape import Tape
from replayer_qt.cli.bench.result import Result
from replayer_qt.core.audit_chain import Chain, Run
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event, PhaseChanged, PriceTicked, RoundOpened
from replayer_qt.core.facts import facts_of
from replayer_qt.core.orders import Mode, OrderId, OrderSide, Origin, Request
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayOpened, ReplayShaped, Rewound
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.settings import PaperSettings, RiskSettings, Settings
from replayer_qt.core.trade_commands import MANUAL, Buy, PlaceSideBet, Sell
from replayer_qt.core.units import Moment, Nanos, RoundId, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.engine.keeper import OWN
from replayer_qt.engine.seat import Context, opened
from replayer_qt.engine.timeline import Timeline
from replayer_qt.runtime.audit_worker import AuditWorker

_STREAM: Final = StreamId("replay/bench")
_ROUND: Final = RoundId("20260101-0123456789abcdef")
_START: Final = 1_760_000_000_000_000_000
_TICK_NS: Final = 250_000_000
_TRIPS: Final = 4_000
_DISK_TRIPS: Final = 2_000
_GROUP: Final = 250  # what the trail's thread commits together at most
_LIVE_ORDERS: Final = 300
_VERDICTS: Final = 5_000
_ROUND_TICKS: Final = 1_300
_JUMPS: Final = 400
_TRIES: Final = 3
_AMOUNT: Final = Decimal("0.01")

# what is measured is the way, not how soon a limit stops it
_SETTINGS: Final = Settings(
    paper=PaperSettings(latency_ms=0, latency_jitter_ms=0),
    risk=RiskSettings(
        duplicate_ms=0,
        orders_per_second=0,
        orders_per_minute=0,
        max_automated=0,
        max_daily_loss_sol=0,
        max_drawdown_sol=0,
    ),
)


def measure() -> list[Result]:
    """Return the figures; writes some megabytes to the temporary folder, and removes them."""
    with tempfile.TemporaryDirectory(prefix="replayer-bench-") as name:
        folder = Path(name)
        return [
            _in_memory(),
            _on_disk(folder / "disk"),
            *_durable(folder / "live"),
            *_gate(),
            *_jump(),
        ]


class _Market:
    """A market that ticks when it is told to, and an engine that trades it on paper."""

    def __init__(self) -> None:
        self.engine = Engine(settings=_SETTINGS)
        self._ticks = 0
        self._orders = 0
        self.engine.handle(
            (
                ReplayOpened(**_stamp(0), source="bench", damage=(), rounds=(_ROUND,)),
                _shape(),
                Rewound(**_stamp(0), history=()),
                RoundOpened(**_stamp(0), round_id=_ROUND),
                PhaseChanged(**_stamp(0), round_id=_ROUND, phase=Phase.ACTIVE),
                _tick(0),
            )
        )

    def tick(self) -> tuple[Event, ...]:
        self._ticks += 1
        return self.engine.handle((_tick(self._ticks),)).events

    def ask(self, kind: type[Buy] | type[Sell], **wish: Any) -> tuple[Event, ...]:
        self._orders += 1
        command: Command = kind(stream=_STREAM, key=OrderId(f"bench-{self._orders}"), **wish)
        at = Nanos(_START + self._ticks * _TICK_NS)
        return self.engine.submit(command, Moment(at, at)).events

    def round_trip(self) -> tuple[Event, ...]:
        """Buy and sell, each filled by the next tick; returns all that an audit is told."""
        told = (
            *self.ask(Buy, amount=_AMOUNT),
            *self.tick(),
            *self.ask(Sell, share=100),
            *self.tick(),
        )
        return tuple([event for event in told if type(event) in OWN])


def _in_memory() -> Result:
    """Round trips a second of processor time, of the quickest group: nothing waits here."""
    market = _Market()
    chain = Chain(_run(), entropy=secrets.randbits)
    spent: list[float] = []
    for _ in range(_TRIPS // _GROUP):
        begun = time.process_time()
        for _ in range(_GROUP):
            for event in market.round_trip():
                chain.append(event)
        spent.append((time.process_time() - begun) / _GROUP)
    _require_fills(market, _TRIPS)
    return Result(
        name=f"round trips with the audit in memory, quickest group of {_GROUP}",
        value=1 / min(spent),
        unit="/s",
        budget=20_000,
        at_least=True,
        note=f"{min(spent) * 1e6:.0f} us each; {fmean(spent) * 1e6:.0f} us on average",
    )


def _on_disk(folder: Path) -> Result:
    """Round trips a second of the clock, of the quickest group: the disk and the system wait."""
    market = _Market()
    trail = AuditFiles(folder, SystemClock(), run=_run())
    quickest = float("inf")
    for _ in range(_DISK_TRIPS // _GROUP):
        begun = time.perf_counter()
        group: list[Event] = []
        for _ in range(_GROUP):
            group += market.round_trip()
        trail.append(group)
        quickest = min(quickest, time.perf_counter() - begun)
    trail.close()
    _require_fills(market, _DISK_TRIPS)
    return Result(
        name=f"round trips with the audit on disk, quickest group of {_GROUP}",
        value=_GROUP / quickest,
        unit="/s",
        budget=5_000,
        at_least=True,
    )


def _durable(folder: Path) -> list[Result]:
    """Time from asking to having the decision on stable storage, one order after another."""
    market = _Market()
    worker = AuditWorker(AuditFiles(folder, SystemClock(), run=_run()))
    written = threading.Event()
    direct = Qt.ConnectionType.DirectConnection  # on the worker's thread: no loop runs on this one
    worker.durable.connect(lambda _events: written.set(), direct)
    worker.start()
    waits: list[float] = []
    for number in range(_LIVE_ORDERS):
        begun = time.perf_counter_ns()
        asked = market.ask(Buy, amount=_AMOUNT) if number % 2 == 0 else market.ask(Sell, share=100)
        told = [event for event in asked if type(event) in OWN]
        written.clear()
        worker.post(told)
        if not written.wait(10):
            raise RuntimeError("the audit trail did not answer in 10 s")
        waits.append((time.perf_counter_ns() - begun) / 1e6)
        market.tick()
    worker.stop()
    return [
        Result(name="asked to durable, p50", value=statistics.median(waits), unit="ms"),
        Result(name="asked to durable, p99", value=_share(waits, 0.99), unit="ms"),
    ]


def _gate() -> list[Result]:
    market = _Market()
    for _ in range(300):  # an account with a past
        market.round_trip()
    market.ask(Buy, amount=_AMOUNT)
    market.tick()
    state = market.engine.state
    trading, shown = state.accounts[_STREAM], state.markets[_STREAM]
    limits = limits_of(_SETTINGS.risk, _SETTINGS.trading)
    at = Nanos(_START + 10_000 * _TICK_NS)
    request = Request(
        order_id=OrderId("bench"),
        stream=_STREAM,
        mode=Mode.PAPER,
        side=OrderSide.BUY,
        amount=_AMOUNT,
        share=None,
        round_id=_ROUND,
        tick=1,
        price=Decimal(1),
        origin=Origin.HAND,
        strategy_id=MANUAL,
    )
    spent: list[float] = []
    for _ in range(_VERDICTS):
        begun = time.perf_counter_ns()
        facts = facts_of(
            request,
            trading,
            shown,
            state.kill,
            now=Moment(at, at),
            audit_ok=True,
            recorder_ok=True,
            breaker_ms=None,
            replay=True,
        )
        evaluate(request, facts, limits)
        spent.append((time.perf_counter_ns() - begun) / 1e3)
    return [
        Result(
            name="verdict of the gate, p50",
            value=statistics.median(spent),
            unit="us",
            budget=20.0,
        ),
        Result(name="verdict of the gate, p99", value=_share(spent, 0.99), unit="us"),
    ]


def _jump() -> list[Result]:
    """Jumps in a long round that was traded in all over, to everywhere in turn.

    Each jump is made some times among the others, and the quickest counts: how long the system let
    something else run is no property of a place.
    """
    tape = Tape(
        [
            RoundOpened(**_stamp(0), round_id=_ROUND),
            PhaseChanged(**_stamp(0), round_id=_ROUND, phase=Phase.ACTIVE),
            *(_tick(number) for number in range(_ROUND_TICKS)),
        ],
        _STREAM,
    )
    context = Context(
        settings=_SETTINGS, limits=limits_of(_SETTINGS.risk, _SETTINGS.trading), replay=True
    )
    zero = Moment(Nanos(0), Nanos(0))
    timeline = Timeline(opened(_STREAM, Mode.PAPER, Decimal(10), moment=zero), context)
    timeline.take(_shape())
    timeline.take(Rewound(**_stamp(0), history=()))
    for number, event in enumerate(tape.events):
        timeline.take(event)
        key = OrderId(f"jump-{number}")
        if number % 50 == 10:
            timeline.submit(Buy(stream=_STREAM, key=key, amount=_AMOUNT), None, context)
        elif number % 50 == 30:
            timeline.submit(PlaceSideBet(stream=_STREAM, key=key, amount=_AMOUNT), None, context)
        elif number % 50 == 40:
            timeline.submit(Sell(stream=_STREAM, key=key, share=100), None, context)
    histories = [tuple(tape.between(0, place * 7919 % tape.end)) for place in range(1, _JUMPS + 1)]
    rewinds = [Rewound(**_stamp(0), history=history) for history in histories]
    spent = [float("inf")] * len(rewinds)
    for _ in range(_TRIES):
        for place, rewound in enumerate(rewinds):
            begun = time.perf_counter_ns()
            timeline.take(rewound)
            spent[place] = min(spent[place], (time.perf_counter_ns() - begun) / 1e6)
    return [
        Result(
            name=f"jump with the account, {_ROUND_TICKS:,} ticks, p50",
            value=statistics.median(spent),
            unit="ms",
            budget=2.0,
        ),
        Result(name="the same, p99", value=_share(spent, 0.99), unit="ms", budget=2.0),
    ]


def _require_fills(market: _Market, trips: int) -> None:
    account = market.engine.state.accounts[_STREAM].account
    if account.entry_count < 2 * trips:
        raise RuntimeError(f"only {account.entry_count} entries were booked in {trips} round trips")


def _share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _run() -> Run:
    return Run(app_version="bench", run_id="bench", profile="bench")


def _stamp(number: int) -> dict[str, Any]:
    at = Nanos(_START + number * _TICK_NS)
    return {"at": at, "mono": at, "stream": _STREAM}


def _tick(number: int) -> PriceTicked:
    price = 1.0 + number % 97 / 200
    return PriceTicked(**_stamp(number), round_id=_ROUND, tick=number, price=price)


def _shape() -> ReplayShaped:
    import numpy as np  # noqa: PLC0415  # for two empty arrays

    return ReplayShaped(
        **_stamp(0),
        round_id=_ROUND,
        ticks=np.zeros(0, np.int64),
        prices=np.zeros(0, np.float64),
    )
