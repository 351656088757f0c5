"""The emission script against tables written by hand from the protocol's description."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from replayer_qt.core.fairness import generate
from replayer_qt.practice.house import Era
from replayer_qt.practice.script import Script, Step

START_MS = 1_767_225_600_000
ROUNDS = 40

TICK = [
    "active", "price", "partialPrices", "tradeCount", "rugged", "tickCount", "cooldownTimer",
    "cooldownPaused", "pauseMessage", "allowPreRoundBuys", "averageMultiplier", "count2x",
    "count10x", "count50x", "count100x", "leaderboard", "gameId", "connectedPlayers", "rugpool",
    "rugRoyale", "provablyFair",
]  # fmt: skip
MIN = [
    "gameId", "cooldownTimer", "cooldownPaused", "allowPreRoundBuys", "leaderboard",
    "connectedPlayers", "provablyFair",
]  # fmt: skip
START = [
    "active", "price", "rugged", "tickCount", "cooldownTimer", "cooldownPaused", "pauseMessage",
    "allowPreRoundBuys", "leaderboard", "gameId", "connectedPlayers", "gameVersion",
    "partialPrices", "provablyFair",
]  # fmt: skip
SNAP = [
    "gameHistory", "averageMultiplier", "count2x", "count10x", "count50x", "count100x",
    "highestToday", "highestTodayTimestamp", "highestTodayPrices",
    "godCandle2x", "godCandle2xTimestamp", "godCandle2xPrices", "godCandle2xMassiveJump",
    "godCandle10x", "godCandle10xTimestamp", "godCandle10xPrices", "godCandle10xMassiveJump",
    "godCandle50x", "godCandle50xTimestamp", "godCandle50xPrices", "godCandle50xMassiveJump",
    "availableShitcoins", "active", "price", "rugged", "tickCount", "cooldownTimer",
    "cooldownPaused", "pauseMessage", "allowPreRoundBuys", "leaderboard", "gameId",
    "connectedPlayers", "gameVersion", "partialPrices", "provablyFair",
]  # fmt: skip
HISTORY = [
    "id", "timestamp", "prices", "peakMultiplier", "rugged", "globalTrades", "globalSidebets",
    "provablyFair", "gameVersion",
]  # fmt: skip
BUY = [
    "id", "gameId", "playerId", "price", "type", "qty", "tickIndex", "coin", "amount", "leverage",
    "bonusPortion", "realPortion", "username", "level",
]  # fmt: skip
SELL = [
    "id", "gameId", "playerId", "type", "price", "tickIndex", "coin", "amount", "qty",
    "bonusPortion", "realPortion", "username", "level",
]  # fmt: skip
PLACED = [
    "playerId", "username", "gameId", "betAmount", "xPayout", "coinAddress", "bonusPortion",
    "realPortion", "timestamp", "type", "startedAtTick", "end", "id",
]  # fmt: skip
LOST = [
    "playerId", "gameId", "username", "betAmount", "payout", "profit", "xPayout", "coinAddress",
    "endTick", "startTick", "tickIndex", "timestamp", "type", "id",
]  # fmt: skip
WON = [
    "playerId", "gameId", "username", "level", "betAmount", "payout", "profit", "xPayout",
    "coinAddress", "endTick", "startTick", "tickIndex", "price", "timestamp", "type", "id",
]  # fmt: skip

NUMBER = (int, float)
TYPES = {
    "active": bool,
    "price": NUMBER,
    "tradeCount": int,
    "rugged": bool,
    "tickCount": int,
    "cooldownTimer": int,
    "cooldownPaused": bool,
    "pauseMessage": str,
    "allowPreRoundBuys": bool,
    "averageMultiplier": NUMBER,
    "count2x": int,
    "count10x": int,
    "count50x": int,
    "count100x": int,
    "leaderboard": list,
    "gameId": str,
    "connectedPlayers": int,
    "gameVersion": str,
    "gameHistory": list,
    "highestToday": NUMBER,
    "highestTodayTimestamp": int,
    "highestTodayPrices": list,
    "availableShitcoins": list,
}


class Told(msgspec.Struct):
    """One message as a client decodes it."""

    at_ms: float
    event: str
    args: list
    step: Step

    @property
    def state(self) -> dict:
        return self.args[-1]

    @property
    def shape(self) -> str:
        if self.event != "gameStateUpdate":
            return self.event
        for name, key in (("SNAP", "gameHistory"), ("TICK", "tradeCount"), ("START", "active")):
            if key in self.state:
                return name
        return "MIN"


def told(script: Script, rounds: int) -> Iterator[Told]:
    at_ms, over = 0.0, 0
    for step in script.steps():
        at_ms += step.delay_ms
        args = msgspec.json.decode(msgspec.json.encode(step.args))
        yield Told(at_ms, step.event, args, step)
        over += step.ended is not None
        if over == rounds:
            return


ALL = list(told(Script(seed=7, start_ms=START_MS), ROUNDS))
STATES = [one for one in ALL if one.event == "gameStateUpdate"]


def of(shape: str) -> list[Told]:
    return [one for one in ALL if one.shape == shape]


@pytest.mark.parametrize(
    ("shape", "keys"), [("TICK", TICK), ("MIN", MIN), ("START", START), ("SNAP", SNAP)]
)
def test_each_shape_has_the_venues_keys_in_its_order(shape, keys):
    found = of(shape)
    assert len(found) >= ROUNDS
    assert all(list(one.state) == keys for one in found)


def test_values_have_the_venues_types():
    for one in STATES:
        for name, kind in TYPES.items():
            if name in one.state:
                value = one.state[name]
                assert isinstance(value, kind), (one.shape, name, value)
                assert kind is bool or not isinstance(value, bool)
        assert set(one.state["provablyFair"]) == {"serverSeedHash", "version"}
        assert len(one.state["provablyFair"]["serverSeedHash"]) == 64
        window = one.state.get("partialPrices")
        if window is not None:
            assert list(window) == ["startTick", "endTick", "values"]
            assert window["startTick"] == max(0, window["endTick"] - 4)
            first, last = window["startTick"], window["endTick"]
            assert list(window["values"]) == [str(tick) for tick in range(first, last + 1)]


def test_a_price_of_one_is_an_integer_on_the_wire():
    ones = [one.step.args[-1]["price"] for one in of("START")]
    assert all(price == 1 and type(price) is int for price in ones)
    assert b'"values":{"0":1}' in msgspec.json.encode(of("START")[0].step.args)


def test_the_newer_protocol_names_seeds_instead_of_prices():
    snap = next(
        one for one in told(Script(seed=7, start_ms=START_MS, era=Era.E3), 1) if one.shape == "SNAP"
    ).state
    assert [name for name in snap if name.startswith(("highest", "godCandle2x"))] == [
        "highestToday", "highestTodayTimestamp", "highestTodayGameId", "highestTodayServerSeed",
        "godCandle2x", "godCandle2xTimestamp", "godCandle2xGameId", "godCandle2xServerSeed",
        "godCandle2xMassiveJump",
    ]  # fmt: skip
    assert all(
        list(entry) == [name for name in HISTORY if name != "prices"]
        for entry in snap["gameHistory"]
    )
    assert len(snap) == 40


def test_a_scheduled_royale_stands_in_every_snapshot():
    royale = {"status": "SCHEDULED", "activeEventId": "e", "events": []}
    states = [
        one
        for one in told(Script(seed=7, start_ms=START_MS, royale=royale), 1)
        if one.event == "gameStateUpdate"
    ]
    snaps = [one.state for one in states if one.shape == "SNAP"]
    assert all(snap["rugRoyale"] == royale and len(snap) == 37 for snap in snaps)
    assert all(one.state["rugRoyale"] == royale for one in states if one.shape == "TICK")


def test_a_round_is_told_from_start_to_rug_without_a_gap():
    for start, end in itertools.pairwise([*_places("START"), len(ALL)]):
        game = ALL[start].step.scene.round
        ticks = [
            one
            for one in ALL[start:end]
            if one.shape == "TICK" and one.state["gameId"] == game.round_id
        ]
        if not ticks or not ticks[-1].state["rugged"]:
            continue
        assert [one.state["tickCount"] for one in ticks] == list(range(1, game.rug_tick + 1))
        assert [one.state["price"] for one in ticks] == list(game.prices[1:])
        assert [one.state["rugged"] for one in ticks] == [False] * (len(ticks) - 1) + [True]
        assert all(one.state["active"] is True for one in ticks)
        gaps = [b.at_ms - a.at_ms for a, b in itertools.pairwise([ALL[start], *ticks])]
        assert gaps == pytest.approx([250.0] * len(gaps))


def _places(shape: str) -> list[int]:
    return [place for place, one in enumerate(ALL) if one.shape == shape]


def test_the_seed_comes_one_message_late():
    """The rug's snapshot does not know the ended round yet; the one at 15000 reveals it."""
    rugs = [one for one in of("SNAP") if one.state["rugged"]]
    reveals = [one for one in of("SNAP") if one.state["cooldownTimer"] == 15_000]
    assert len(rugs) == len(reveals) == ROUNDS
    for rug, reveal in zip(rugs, reveals, strict=True):
        game = rug.step.scene.round
        assert rug.state["active"] is True
        assert game.seed.encode() not in msgspec.json.encode(rug.step.args)
        assert all(entry["id"] != game.round_id for entry in rug.state["gameHistory"])
        newest = reveal.state["gameHistory"][0]
        assert newest["id"] == game.round_id
        assert newest["provablyFair"]["serverSeed"] == game.seed
        assert reveal.state["gameId"] != game.round_id
        assert reveal.state["active"] is False
        assert reveal.state["rugged"] is False
        assert (reveal.state["tickCount"], reveal.state["price"]) == (0, 1)
        assert reveal.step.ended == game


def test_no_seed_is_told_before_its_round_has_ended():
    running = None
    for one in STATES:
        if one.shape == "START":
            running = one.step.scene.round
        if running is not None and one.step.ended == running:
            running = None
        if running is not None:
            assert running.seed.encode() not in msgspec.json.encode(one.step.args)


def test_the_history_proves_every_round():
    for one in of("SNAP"):
        assert len(one.state["gameHistory"]) == 10
    for entry in of("SNAP")[-1].state["gameHistory"]:
        assert list(entry) == HISTORY
        seed = entry["provablyFair"]["serverSeed"]
        assert hashlib.sha256(seed.encode()).hexdigest() == entry["provablyFair"]["serverSeedHash"]
        assert tuple(entry["prices"]) == generate(seed, entry["id"], "v3")
        assert entry["peakMultiplier"] == max(entry["prices"][:-1])


def test_the_rugs_snapshot_waits_as_measured_and_its_counter_runs_on():
    waits, overruns = [], Counter()
    for rug in (one for one in of("TICK") if one.state["rugged"]):
        snap = next(one for one in of("SNAP") if one.state["rugged"] and one.at_ms > rug.at_ms)
        waits.append(snap.at_ms - rug.at_ms)
        overruns[snap.state["tickCount"] - rug.state["tickCount"]] += 1
        assert snap.state["partialPrices"]["endTick"] == rug.state["tickCount"]
        assert snap.state["price"] == rug.state["price"]
    waits.sort()
    assert waits[0] >= 250
    assert 450 <= waits[ROUNDS // 2] <= 900
    assert waits[-1] <= 2_700
    assert set(overruns) <= {0, 1, 2, 3}
    assert overruns[1] > 0
    assert overruns[2] > 0


def test_the_countdown_steps_by_a_hundred_and_never_shows_zero():
    for timers in _countdowns():
        assert sorted(timers, reverse=True) == [
            *range(15_000, 10_000, -100), 10_000, 10_000, *range(9_900, 0, -100)
        ]  # fmt: skip


def _countdowns() -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for one in STATES:
        if one.state.get("cooldownTimer"):
            found.setdefault(one.state["gameId"], []).append(one.state["cooldownTimer"])
    whole = list(found.values())[1:-1]  # the first is cut by the lead-in, the last by the end
    assert len(whole) >= ROUNDS - 2
    return whole


def test_buying_opens_at_ten_seconds_with_a_tick_and_a_timer():
    for place, one in enumerate(STATES):
        if one.shape == "TICK" and not one.state["active"]:
            after = STATES[place + 1]
            assert one.state["cooldownTimer"] == after.state["cooldownTimer"] == 10_000
            assert after.shape == "MIN"
            assert one.state["leaderboard"] == []
            assert one.state["allowPreRoundBuys"] is True
            assert one.state["partialPrices"]["values"] == {"0": 1}
            rug = next(r for r in reversed(STATES[:place]) if r.shape == "TICK")
            assert one.state["tradeCount"] == rug.state["tradeCount"]
    for one in of("MIN"):
        assert one.state["allowPreRoundBuys"] is (one.state["cooldownTimer"] <= 10_000)


def test_timers_overtake_the_snapshots_now_and_then_and_come_in_bursts():
    early = late_rug = bursts = plain = 0
    for one in of("SNAP"):
        place = STATES.index(one)
        before, after = STATES[place - 1], STATES[place + 1 : place + 4]
        if one.state["rugged"]:
            late_rug += before.shape == "MIN"
        elif one.state["cooldownTimer"] == 15_000:
            early += before.shape == "MIN"
            plain += before.shape == "SNAP"
            bursts += bool(after) and after[-1].at_ms - after[0].at_ms < 50
    assert early > 0
    assert late_rug > 0
    assert plain > ROUNDS // 3
    assert bursts > 0


def test_everything_but_state_is_traced_with_two_arguments():
    seen = Counter(one.event for one in ALL)
    assert {"standard/newTrade", "newSideBet", "newChatMessage"} < set(seen)
    for one in ALL:
        if one.event == "gameStateUpdate":
            assert len(one.args) == 1
            continue
        trace, _ = one.args
        assert trace["__trace"] is True
        version, trace_id, span, flags = trace["traceparent"].split("-")
        assert (version, len(trace_id), len(span), flags) == ("00", 32, 16, "01")


def test_trades_are_a_sample_of_one_in_two_seconds():
    trades = of("standard/newTrade")
    by_round: dict[str, list[Told]] = {}
    for one in trades:
        assert list(one.state) == (BUY if one.state["type"] == "buy" else SELL)
        by_round.setdefault(one.state["gameId"], []).append(one)
    rounds = {one.step.scene.round.round_id: one.step.scene.round for one in of("START")}
    for round_id, shown in by_round.items():
        for one in shown:
            assert one.state["price"] == rounds[round_id].prices[one.state["tickIndex"]]
        gaps = [b.at_ms - a.at_ms for a, b in itertools.pairwise(shown)]
        assert all(gap >= 1_900 for gap in gaps)
    made = [one.state["tradeCount"] for one in of("TICK") if one.state["rugged"]]
    assert sum(made) > 5 * len(trades)


def test_side_bets_in_the_history_are_placed_and_paid():
    kinds = Counter()
    for entry in of("SNAP")[-1].state["gameHistory"]:
        rug = len(entry["prices"]) - 1
        times = [row["timestamp"] for row in entry["globalSidebets"]]
        assert times == sorted(times)
        for row in entry["globalSidebets"]:
            kind = "placed" if row["type"] == "placed" else "won" if row["payout"] else "lost"
            kinds[kind] += 1
            assert list(row) == {"placed": PLACED, "won": WON, "lost": LOST}[kind]
            if kind == "won":
                assert rug <= row["endTick"]
                assert row["tickIndex"] == rug
                assert row["payout"] == pytest.approx(5 * row["betAmount"])
            if kind == "lost":
                assert rug > row["endTick"]
                assert row["tickIndex"] == row["startTick"]
                assert row["profit"] == -row["betAmount"]
    assert min(kinds["placed"], kinds["won"], kinds["lost"]) > 0


def test_averages_change_only_with_the_reveal():
    for one in of("SNAP") + of("TICK"):
        assert one.state["averageMultiplier"] > 0
        assert 1 <= one.state["count2x"] <= 100
        assert one.state["count2x"] >= one.state["count10x"] >= one.state["count50x"]
    told_by: dict[str, set[float]] = {}
    for one in of("TICK"):
        told_by.setdefault(one.state["gameId"], set()).add(one.state["averageMultiplier"])
    assert all(len(values) == 1 for values in told_by.values())
    assert len(set.union(*told_by.values())) == len(told_by)


def test_the_hall_is_as_full_as_the_measured_one():
    assert all(130 <= one.state["connectedPlayers"] <= 325 for one in STATES)


def test_the_same_seed_writes_the_same_bytes():
    """Two scripts of five rounds are identical, byte for byte; another seed's is not."""

    def written(seed: int) -> list[bytes]:
        script = Script(seed=seed, start_ms=START_MS)
        return [
            msgspec.json.encode((one.at_ms, one.event, one.step.args)) for one in told(script, 5)
        ]

    first = written(11)
    assert len(first) > 1_000
    assert first == written(11)
    assert first != written(12)


def test_the_first_countdown_is_as_long_as_asked_for():
    def first(lead_in_ms: int) -> Told:
        script = Script(seed=7, start_ms=START_MS, lead_in_ms=lead_in_ms)
        return next(told(script, 1))

    assert first(0).shape == "START"
    assert first(300).state["cooldownTimer"] == 300
    assert first(15_000).shape == "SNAP"
