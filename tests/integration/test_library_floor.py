"""The whole way of a recording: from the exchange to the disk, into the library, and back."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.core.commands import Connect, Disconnect, OpenRound
from replayer_qt.core.library import Quality, RoundQuery
from replayer_qt.core.library_answers import RoundsFound, RowsRead
from replayer_qt.core.library_requests import FindRounds, ReadRows
from replayer_qt.core.settings import FeedSettings, LibrarySettings, Settings
from replayer_qt.core.units import PRACTICE
from replayer_qt.machine import Till, assemble
from tests.helpers.exchange import practice_exchange
from tests.helpers.listener import Listener
from tests.integration.test_socket_to_disk import until

pytestmark = pytest.mark.timeout(120)

SETTINGS = Settings(
    feed=FeedSettings(backoff_base_s=0.05, backoff_cap_s=0.2),
    library=LibrarySettings(seal_after_s=0, processes=1),
)


class Reader:
    """Somebody who looks at the library while it is written."""

    def __init__(self, machine):
        self.library = machine.library
        self.heard = Listener(self.library.answered)
        self._ticket = 0

    async def asked(self, question, kind):
        self._ticket += 1
        ticket = self._ticket
        self.library.obey(replace(question, ticket=ticket))
        await until(lambda: any(one.ticket == ticket for one in self.heard.heard))
        answer = next(one for one in self.heard.heard if one.ticket == ticket)
        assert answer.problem == ""
        assert isinstance(answer, kind)
        return answer

    async def rows(self, query=RoundQuery()):  # noqa: B008  # it is frozen
        found = await self.asked(FindRounds(query=query), RoundsFound)
        return (await self.asked(ReadRows(ids=found.ids), RowsRead)).rows


def is_whole_and_sealed(row):
    return row.file.sealed and row.entry.quality is Quality.WHOLE


async def test_rounds_appear_while_they_are_recorded_get_sealed_and_open(qapp, tmp_path):
    """Item 4, live update: a round is in the library a moment after its end, packed, and plays."""
    async with AsyncExitStack() as stack:
        exchange = stack.enter_context(practice_exchange(seed=5, speed=40, rounds=40))
        machine = await assemble(
            stack,
            settings=SETTINGS,
            clock=SystemClock(),
            recordings=tmp_path / "recordings",
            app_version="test",
            till=Till(folder=tmp_path, profile="test", redactor=Redactor()),
        )
        (tmp_path / "recordings").mkdir(exist_ok=True)
        await machine.mend()
        reader = Reader(machine)
        machine.desk.obey(Connect(venue="practice", url=exchange.url))
        rows = []
        async with asyncio.timeout(60):
            while not rows:  # the first round may have been running when recording began
                rows = [row for row in await reader.rows() if is_whole_and_sealed(row)]
        machine.desk.obey(Disconnect())
        row = rows[0]
        assert row.entry.stream == PRACTICE
        assert Path(row.file.path).name.endswith(".jsonl.zst")
        machine.desk.obey(OpenRound(paths=(row.file.path,), round_id=row.entry.round_id, tick=0))
        host = machine.host

        def standing():
            market = host.state.market()
            return (
                market is not None
                and market.replay is not None
                and market.round is not None
                and market.round.round_id == row.entry.round_id
            )

        await until(standing)
