"""The desk on a clock that needs no waiting: exact orders and times."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from replayer_qt.practice.hall import Client, Hall
from replayer_qt.practice.messages import snapshot_message, start_message, tick_message
from replayer_qt.practice.order_desk import OrderDesk
from replayer_qt.practice.order_faults import AckLost, NoAck
from replayer_qt.practice.pace import Pace
from replayer_qt.practice.script import Step
from tests.helpers.scene import presale, scene
from tests.helpers.virtual_time import run_virtually

BET = {"amount": 0.5, "coinAddress": "So11111111111111111111111111111111111111112", "xPayout": 5}


class Room(Hall):
    """A hall without sockets: keeps what would be sent, with the time [ms] since the start."""

    def __init__(self) -> None:
        super().__init__(1)
        self.since = asyncio.get_running_loop().time()
        self.said: list[tuple[int, str, Any]] = []

    def note(self, name: str, payload: object) -> None:
        passed = asyncio.get_running_loop().time() - self.since
        self.said.append((round(passed * 1000), name, payload))

    def tell(self, event: str, packets: list[str], *, to: str) -> None:
        for packet in packets:
            self.note(event, json.loads(packet[1:])[-1])

    def broadcast(self, event: str, packets: list[str], *, but: str | None = None) -> None:
        self.note(f"all:{event}", but)

    def send(self, event: str, packets: list[str], client: Client) -> None:
        self.tell(event, packets, to="")

    def steps(self) -> list[tuple[int, str]]:
        return [(at, name) for at, name, _ in self.said]

    def restart(self) -> None:
        self.said.clear()
        self.since = asyncio.get_running_loop().time()


class Desk:
    """A desk with one account that has logged in."""

    def __init__(self, speed: float = 1.0) -> None:
        self.room = Room()
        self.pace = Pace(speed, 0)
        self.desk = OrderDesk(self.room, self.pace, 1, Decimal(10))
        queue: asyncio.Queue[Any] = asyncio.Queue(1)
        self.client = Client(sid="s", eio_sid="e", queue=queue, wire=None, late=[])

    def play(self, at: Any, message: Any = tick_message) -> None:
        step = Step(delay_ms=0, event="gameStateUpdate", args=(message(at),), scene=at)
        self.desk.before(step)
        self.room.note("public", self.desk.public(step)[0][-1])
        self.desk.after(step)

    async def hear(self, event: str, payload: object) -> list[Any]:
        heard: list[Any] = []

        def answer(told: object) -> None:
            heard.append(told)
            self.room.note("ack", told)

        await self.desk.hear(self.client, event, ({"__trace": True}, payload), answer)
        return heard

    async def login(self) -> None:
        await self.hear("authenticate", {"token": "ann"})
        self.room.restart()


def at_the_desk(body: Callable[[Desk], Awaitable[None]], speed: float = 1.0) -> None:
    async def run() -> None:
        desk = Desk(speed)
        desk.play(scene(10))
        await desk.login()
        await body(desk)
        await desk.desk.close()

    run_virtually(run())


@pytest.mark.parametrize(("speed", "scale"), [(1.0, 1.0), (0.1, 10.0)])
def test_a_purchase_takes_the_measured_times(speed, scale):
    """S2-T3: 69 ms to the trade, 198 to the statement, 213 to the state, 219 to the answer."""

    async def body(desk: Desk) -> None:
        await desk.hear("buyOrder", {"amount": 0.1})
        assert [(round(at / scale), name) for at, name in desk.room.steps()] == [
            (69, "standard/newTrade"),
            (198, "playerUpdate"),
            (213, "gameStatePlayerUpdate"),
            (219, "ack"),
        ]

    at_the_desk(body, speed)


def test_a_side_bet_takes_them_too():
    async def body(desk: Desk) -> None:
        (answer,) = await desk.hear("requestSidebet", BET)
        assert answer["sidebet"]["endTick"] == 50
        assert desk.room.steps() == [
            (69, "currentSidebet"),
            (69, "all:newSideBet"),
            (198, "playerUpdate"),
            (213, "gameStatePlayerUpdate"),
            (219, "ack"),
        ]

    at_the_desk(body)


def test_the_rug_is_settled_before_the_public_hears_of_it():
    """N3, N4: payout, statement, sale, statement, state; then, 175 ms after the rug, the tick."""

    async def body(desk: Desk) -> None:
        await desk.hear("buyOrder", {"amount": 1})
        desk.play(scene(70))
        await desk.hear("requestSidebet", BET)
        desk.room.restart()
        rug = scene(100)
        await desk.desk.settle(rug)
        desk.play(rug)
        assert desk.room.steps() == [
            (0, "currentSidebetResult"),
            (12, "playerUpdate"),
            (21, "standard/newTrade"),
            (21, "playerUpdate"),
            (31, "gameStatePlayerUpdate"),
            (175, "public"),
            (175, "gameStatePlayerUpdate"),
        ]
        told = desk.room.said[3][2]
        assert (told["positionQty"], told["sideBet"]) == (0, None)
        # the leaderboard lags: it shows the position until the last word on the round
        assert desk.room.said[-1][2]["leaderboardEntry"]["positionQty"] > 0
        desk.play(rug, snapshot_message)
        assert [name for _, name in desk.room.steps()][-3:] == [
            "playerUpdate",
            "public",
            "gameStatePlayerUpdate",
        ]
        assert desk.room.said[-1][2]["leaderboardEntry"]["positionQty"] == 0

    at_the_desk(body)


def test_between_the_rug_and_its_tick_every_order_is_refused():
    """N4, FAULTS O10: an order that is sent in the 175 ms before the public hears of the rug."""

    async def body(desk: Desk) -> None:
        await desk.hear("buyOrder", {"amount": 1})
        settling = asyncio.create_task(desk.desk.settle(scene(100)))
        await asyncio.sleep(0.001)
        for event, payload in (("buyOrder", {"amount": 1}), ("sellOrder", {"percentage": 100}),
                               ("requestSidebet", BET)):  # fmt: skip
            (answer,) = await desk.hear(event, payload)
            assert answer["success"] is False
        await settling
        (answer,) = await desk.hear("sellOrder", {"percentage": 100})
        assert answer == {"success": False, "error": "Selling is closed"}

    at_the_desk(body)


def test_a_rug_that_concerns_nobody_waits_for_nobody():
    async def body(desk: Desk) -> None:
        await desk.desk.settle(scene(100))
        desk.play(scene(100))
        assert desk.room.steps()[0] == (0, "public")

    at_the_desk(body)


def test_the_start_of_a_round_brings_a_statement():
    async def body(desk: Desk) -> None:
        desk.play(presale(100, number=1))
        desk.room.restart()
        desk.play(scene(0, number=1), start_message)
        assert [name for _, name in desk.room.steps()] == [
            "public",
            "playerUpdate",
            "gameStatePlayerUpdate",
        ]

    at_the_desk(body)


def test_the_last_word_on_a_round_may_come_after_the_first_on_the_next():
    """FAULTS N10: the old round's snapshot comes late, and takes nothing from the new one."""

    async def body(desk: Desk) -> None:
        await desk.hear("buyOrder", {"amount": 1})
        rug = scene(100)
        await desk.desk.settle(rug)
        desk.play(rug)
        desk.play(presale(14_900, number=1))
        desk.play(rug, snapshot_message)
        entry = desk.room.said[-1][2]["leaderboardEntry"]
        assert entry["pnl"] < -0.9
        (answer,) = await desk.hear("buyOrder", {"amount": 1})
        assert answer["error"] == "The round has not opened"
        desk.play(presale(9_900, number=1))
        assert "leaderboardEntry" not in desk.room.said[-1][2]
        assert (await desk.hear("buyOrder", {"amount": 1}))[0]["success"]

    at_the_desk(body)


def test_a_bet_that_runs_out_is_lost_in_its_last_tick_and_not_before():
    """N3: settled once, when its last tick has passed without a rug."""

    async def body(desk: Desk) -> None:
        await desk.hear("requestSidebet", BET)
        for tick in (48, 49):
            desk.play(scene(tick))
        assert "currentSidebetResult" not in [name for _, name in desk.room.steps()]
        desk.room.restart()
        desk.play(scene(50))
        desk.play(scene(51))
        assert [name for _, name in desk.room.steps()][:4] == [
            "public",
            "currentSidebetResult",
            "playerUpdate",
            "gameStatePlayerUpdate",
        ]
        names = [name for _, name in desk.room.steps()]
        assert names.count("currentSidebetResult") == 1

    at_the_desk(body)


def test_an_account_that_is_told_nothing_hears_everything_again_after_its_next_statement():
    """FAULTS O5: one order's answer is lost, and the next one's statement ends the silence."""

    async def body(desk: Desk) -> None:
        desk.desk.inflict(AckLost())
        assert await desk.hear("buyOrder", {"amount": 1}) == []
        desk.play(scene(11))
        assert [name for _, name in desk.room.steps()] == ["public"]
        desk.room.restart()
        await desk.hear("buyOrder", {"amount": 2})
        assert desk.room.steps() == [
            (198, "playerUpdate"),
            (213, "gameStatePlayerUpdate"),
            (219, "ack"),
        ]
        assert desk.room.said[0][2]["cash"] == 7
        desk.play(scene(12))
        assert [name for _, name in desk.room.steps()][-2:] == ["public", "gameStatePlayerUpdate"]

    at_the_desk(body)


def test_logging_in_ends_the_silence_too():
    """FAULTS O5: what was lost is learned of by asking."""

    async def body(desk: Desk) -> None:
        desk.desk.inflict(AckLost())
        await desk.hear("buyOrder", {"amount": 1})
        await desk.login()
        desk.play(scene(11))
        assert [name for _, name in desk.room.steps()] == ["public", "gameStatePlayerUpdate"]

    at_the_desk(body)


def test_statements_tell_what_is_true_when_they_are_sent():
    """FAULTS O6: of two orders at once, the first statement holds both."""

    async def body(desk: Desk) -> None:
        desk.desk.inflict(NoAck())
        await asyncio.gather(
            desk.hear("buyOrder", {"amount": 1}), desk.hear("buyOrder", {"amount": 2})
        )
        cash = [told["cash"] for _, name, told in desk.room.said if name == "playerUpdate"]
        assert cash == [7, 7]
        assert [name for _, name in desk.room.steps()].count("ack") == 1

    at_the_desk(body)
