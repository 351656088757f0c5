import asyncio

from replayer_qt.practice.pace import Pace
from tests.helpers.virtual_time import run_virtually


def test_its_time_runs_faster_by_the_speed_between_two_moments():
    async def body() -> None:
        pace = Pace(4.0, 1_000)
        assert pace.now_ms() == 1_000
        pace.advance(250)
        assert pace.now_ms() == 1_250
        await asyncio.sleep(0.5)
        assert pace.now_ms() == 3_250
        pace.advance(2_000)
        assert pace.now_ms() == 3_250

    run_virtually(body())


def test_waiting_takes_less_the_faster_it_runs():
    async def body() -> None:
        clock = asyncio.get_running_loop().time
        for speed, expected in ((1.0, 0.2), (10.0, 0.02), (0.1, 2.0)):
            before = clock()
            await Pace(speed, 0).wait(200)
            assert abs(clock() - before - expected) < 1e-9

    run_virtually(body())
