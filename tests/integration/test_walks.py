"""Walks through a recording in the whole program: a place is the same however it is reached."""

import asyncio
import hashlib
import math
import random
from contextlib import AsyncExitStack
from decimal import Decimal

import pytest

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.core.commands import (
    Connect,
    NextRound,
    OpenRecordings,
    Pause,
    Play,
    PreviousRound,
    SeekActivation,
    SeekEnd,
    SeekPeak,
    SeekRound,
    SeekRug,
    SeekShare,
    SeekStart,
    SeekTick,
    SetSpacing,
    SetSpeed,
    Step,
)
from replayer_qt.core.events import PhaseChanged, PriceTicked, Side, TimerTicked, TradePrinted
from replayer_qt.core.landmarks import Landmark, Place
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_commands import ClearLoop, SeekLandmark, SetLoopEnd, SetLoopStart
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.summary import summarise
from replayer_qt.core.trade_commands import Buy, PlaceSideBet, Sell
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.arrangement import REPLAY, Arrangement, Source
from replayer_qt.ui.chart.track_styles import all_shown
from tests.helpers.exchange import practice_exchange
from tests.helpers.make import a_round, event
from tests.helpers.program import Program, program, until

ROUNDS = (RoundId("20261120-00000000000000aa"), RoundId("20261120-00000000000000bb"))
TICKS = 36
STUDIES = "ema:7@pink;vwap@sky;bollinger:9,2@grey;drawdown@blue"
WALKS, WATCHED = 500, 10
DECISIONS = {
    4: (Buy, {"amount": Decimal("0.4")}),
    9: (PlaceSideBet, {"amount": Decimal("0.05")}),
    18: (Sell, {"share": 40}),
    27: (Buy, {"amount": Decimal("0.2")}),
}
"""What is traded in each round, by the tick it is decided at."""
LATE_NS = 10_000_000_000
"""A live tick that the engine has later than this was held up, on the busiest machine too [ns]."""


def prices_of(place: int) -> list[float]:
    rng = random.Random(place)
    prices = [1.0]
    while len(prices) < TICKS:
        prices.append(round(max(0.05, prices[-1] * rng.uniform(0.9, 1.12)), 6))
    return [*prices, 0.02]


def told_of(place: int):
    """A round with a countdown, and with trades of others between its ticks."""
    name, start = ROUNDS[place], 10**12 * (place + 1)
    rng = random.Random(100 + place)
    opened, *rest = a_round(prices_of(place), round_id=name)
    told = [
        opened,
        event(PhaseChanged, round_id=name, phase=Phase.PRESALE),
        event(TimerTicked, round_id=name, remaining_ms=500),
        event(PhaseChanged, round_id=name, phase=Phase.ACTIVE),
    ]
    for one in rest:
        told.append(one)
        if isinstance(one, PriceTicked) and rng.random() < 0.4:
            told.append(
                event(
                    TradePrinted,
                    one.at,
                    round_id=name,
                    trade_id=f"{name}-{one.tick}",
                    player="somebody",
                    side=rng.choice([Side.BUY, Side.SELL]),
                    tick=one.tick,
                    price=one.price,
                    amount=Decimal(rng.randint(1, 500)) / 100,
                    quantity=Decimal(1),
                )
            )
    return [_at(one, Nanos(one.at + start)) for one in told]


def _at(one, at):
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return type(one)(**{**fields, "at": at, "mono": at})


def record(folder):
    """Write the rounds as the recorder does, and return the files."""
    journal = RecordingJournal(
        folder, SystemClock(), RecorderSettings(), app_version="test", session="1" * 32
    )
    journal.start()
    for place in range(len(ROUNDS)):
        journal.append(told_of(place))
    journal.stop()
    return sorted(folder.rglob("*.jsonl"))


def digest(*parts: object) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else repr(part).encode())
    return found.hexdigest()[:16]


def place_of(seen: Program):
    """Where the replay stands: round, ticks and trades of it; None before its first tick."""
    told = seen.replay
    if told.round is None or told.round.tick < 0:
        return None
    return told.round.round_id, told.replay.position, seen.watcher.trades


def what_is_known(seen: Program) -> dict[str, str]:
    """Digests of the engine's state of a place, part by part."""
    told = seen.replay
    series = seen.session.series(told.stream, told.round.round_id)
    columns = [one.tobytes() for one in (series.ticks, series.prices, series.ats)]
    assert len(series) == told.replay.position
    return {
        "market": digest(told.round),
        "account": digest(seen.state.accounts[told.stream]),
        "session": digest(*columns),
    }


async def what_is_seen(seen: Program) -> dict[str, str]:
    """Digests of everything that the window shows of a place, part by part."""
    await seen.seen()
    desk, told = seen.window.chart_desk, seen.replay
    await until(lambda: all(study.complete for study in desk.indicators.studies.studies))
    series = seen.session.series(told.stream, told.round.round_id)
    chart, other = (pane.chart for pane in desk.panes.panes)
    candles = chart.plan.candles
    assert chart.plan.series is other.plan.series is series
    assert desk.overview.isVisible()
    assert chart.tick_count == other.tick_count == told.replay.position
    studies = {
        study.shown.chosen.title(): [line.last[: len(candles)] for line in study.lines]
        for study in desk.indicators.studies.studies
    }
    heard = desk.marks.tape.of(told.stream, told.round.round_id)
    trades = () if heard is None else (heard.ticks, heard.upwards, heard.prices, heard.amounts)
    assert len(desk.marks.tape.of(told.stream, told.round.round_id) or ()) == seen.watcher.trades
    shape = desk.overview._sight.shape
    cells = seen.window.panels["positions"].cells.items()
    return {
        **{name: digest(*(line.tobytes() for line in lines)) for name, lines in studies.items()},
        "chart": digest(
            *(
                column[: len(candles)].tobytes()
                for column in (
                    candles.open, candles.high, candles.low, candles.close, candles.count,
                    candles.first_tick,
                )
            )
        ),
        "marks": digest(desk.marks.marks.told),
        "trades": digest(*(column.tobytes() for column in trades)),
        "overview's head": digest(desk.overview.head),
        "overview's marks": digest(desk.overview.marks),
        "overview's ground": digest(
            desk.overview.ground.length, b"" if shape is None else shape.prices.tobytes()
        ),
        "panels": digest(
            [(name, cell.word.text) for name, cell in cells],
            seen.window.strip.cells["price"].word.text,
        ),
    }  # fmt: skip


def folded(place: int) -> dict[tuple[int, int], str]:
    """The market's state after each event of a round, folded from the recording alone."""
    engine, found, trades = Engine(), {}, 0
    for one in told_of(place):
        round_state = engine.handle((one,)).state.markets[PRACTICE].round
        trades += isinstance(one, TradePrinted)
        found.setdefault((round_state.tick + 1, trades), set()).add(digest(round_state))
    return found


async def play_and_decide(seen: Program) -> None:
    """Play both rounds to their ends, and trade in both."""
    for name in ROUNDS:
        for tick, (kind, wish) in DECISIONS.items():
            await seen.at_rest(SeekRound(round_id=name, tick=tick), Pause())
            seen.trade(kind, **wish)
        await seen.at_rest(SeekEnd())


def wishes(rng: random.Random):
    """What a restless hand does next."""
    name = rng.choice(ROUNDS)
    own = tuple(Place(name, tick) for tick in DECISIONS)
    kinds = frozenset(rng.sample(list(Landmark), 4))
    return rng.choice(
        [
            [Step(ticks=rng.choice([-20, -10, -1, 1, 10, 20]))],
            [Step(ticks=rng.choice([-1, 1]))] * rng.randint(1, 5),
            [SeekTick(tick=rng.randint(0, TICKS + 2))],
            [SeekShare(share=rng.random())],
            [rng.choice([SeekStart(), SeekEnd(), SeekPeak(), SeekRug(), SeekActivation()])],
            [rng.choice([NextRound(), PreviousRound()])],
            [SeekRound(round_id=name, tick=rng.randint(0, TICKS))],
            [SetSpeed(speed=rng.choice([0.1, 1.0, 50.0, 1000.0, math.inf])), Play()],
            [SetSpacing(fixed_ms=rng.choice([None, 250])), Play()],
            [
                SeekLandmark(kinds=kinds, forward=rng.random() < 0.5, own=own, bookmarks=own[:1]),
                Step(ticks=1),
            ],
            [
                SetLoopStart(tick=rng.randint(0, 20)),
                SetLoopEnd(tick=rng.randint(21, 35)),
                SeekTick(tick=20),
                SetSpeed(speed=1000.0),
                Play(),
            ],
        ]
    )


async def walk(seen: Program, rng: random.Random) -> None:
    """Move about by some wishes, let it play a little, and stand still."""
    for _ in range(rng.randint(1, 4)):
        seen.obey(*wishes(rng))
        if rng.random() < 0.3:
            await asyncio.sleep(rng.choice([0.0, 0.002, 0.006]))
    await seen.at_rest(Pause(), ClearLoop())


async def to_a_tick(seen: Program, rng: random.Random) -> None:
    """Have a tick to compare: before the first one of a round there is nothing to see."""
    while place_of(seen) is None:
        await seen.at_rest(SeekTick(tick=rng.randint(0, TICKS)))


class Watcher:
    """Counts what the engine has of both streams, and how late it had it of the live one."""

    def __init__(self, host) -> None:
        self.ticks: dict[RoundId, list[float]] = {}
        self.trades = 0
        self.newest: RoundId | None = None
        self.latest_ns = 0
        self._clock = SystemClock()
        host.advanced.connect(self._hear)

    def _hear(self, advance) -> None:
        now = self._clock.monotonic()
        for one in advance.events:
            if isinstance(one, PriceTicked) and one.stream == PRACTICE:
                self.newest = one.round_id
                self.ticks.setdefault(one.round_id, []).append(one.price)
                self.latest_ns = max(self.latest_ns, now - one.mono)
            elif isinstance(one, Rewound):
                self.trades = sum(isinstance(past, TradePrinted) for past in one.history)
            elif isinstance(one, TradePrinted) and one.stream != PRACTICE:
                self.trades += 1


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_seen_at_a_tick_is_the_same_after_every_walk_while_live_is_recorded(
    qapp, tmp_path, seed
):
    """N15: 500 walks of each seed: state, account; in each tenth chart, indicators, marks, strip.

    Meanwhile an exchange of its own process is heard and recorded: no tick of it is lost or late.
    """
    rng = random.Random(seed)
    files = record(tmp_path / "earlier")
    alone = {name: folded(place) for place, name in enumerate(ROUNDS)}
    with practice_exchange(seed=40 + seed, speed=60.0) as exchange:
        async with AsyncExitStack() as stack:
            seen = await program(stack, tmp_path)
            seen.window.resize(1600, 1200)  # where there is little room, the overview gives way
            seen.window.setUpdatesEnabled(False)  # what is painted is tested elsewhere
            watcher = seen.watcher = Watcher(seen.machine.host)
            seen.obey(Connect(venue="practice", url=exchange.url))
            await until(lambda: len(watcher.ticks) > 0)
            studies = seen.window.chart_desk.indicators.studies
            studies.show(all_shown(STUDIES))
            assert len(studies.studies) == STUDIES.count(";") + 1
            seen.window.chart_desk.arrange(Arrangement(extra=(Source(REPLAY),)))
            seen.obey(OpenRecordings(paths=tuple(map(str, files))))
            await until(lambda: seen.replay is not None and seen.replay.round is not None)
            await play_and_decide(seen)
            known: dict[object, dict[str, str]] = {}
            for name in ROUNDS:
                await seen.at_rest(SeekRound(round_id=name, tick=0), Pause())
                for tick in range(TICKS):
                    found = what_is_known(seen)
                    if tick % 3 == 0:
                        found |= await what_is_seen(seen)
                    known[place_of(seen)] = found
                    await seen.at_rest(Step(ticks=1))
            assert len(known) == 2 * TICKS
            assert len({one["account"] for one in known.values()}) > TICKS
            compared = looked = 0
            for number in range(WALKS):
                if is_watched := number % WATCHED == 0:
                    seen.open_eyes()
                    seen.obey(*(SeekRound(round_id=name, tick=0) for name in ROUNDS))
                else:
                    seen.close_eyes()
                await walk(seen, rng)
                await to_a_tick(seen, rng)
                place, found = place_of(seen), what_is_known(seen)
                assert found["market"] in alone[place[0]][place[1:]]
                if is_watched:
                    found |= await what_is_seen(seen)
                    assert what_is_known(seen).items() <= found.items()
                before = known.setdefault(place, {})
                compared += bool(before)
                looked += is_watched and "chart" in before
                wrong = [
                    each for each in found if before.setdefault(each, found[each]) != found[each]
                ]
                assert wrong == [], place
            assert compared > WALKS / 2
            assert looked > WALKS / WATCHED / 4
            finished = await asyncio.to_thread(exchange.rounds)
            last = finished[-1]["round_id"]
            await until(lambda: last in watcher.ticks and watcher.newest != last)
    first = next(iter(watcher.ticks))  # which was under way
    names = [one["round_id"] for one in finished]
    after = finished[names.index(first) + 1 :]
    whole = {one["round_id"]: one["prices"] for one in after}
    assert len(whole) >= 2
    for name, prices in whole.items():
        assert watcher.ticks[name] == prices
    assert watcher.latest_ns < LATE_NS
    assert recorded(tmp_path / "recordings") >= {
        (name, tuple(prices)) for name, prices in whole.items()
    }


def recorded(folder) -> set[tuple[RoundId, tuple[float, ...]]]:
    """The rounds that were recorded without a gap, with their prices."""
    found = set()
    for path in sorted(folder.rglob("*.jsonl")):
        recording = read_journal(path)
        assert not recording.damage, path.name
        for known in summarise(recording.events):
            ticks = [
                one
                for one in recording.events
                if isinstance(one, PriceTicked) and one.round_id == known.round_id
            ]
            assert len({one.tick for one in ticks}) == len(ticks)
            if known.first_index == 0 and not known.gaps:
                found.add((known.round_id, tuple(one.price for one in ticks)))
    return found
