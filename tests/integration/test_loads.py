"""What is loaded is what is shown, however it is loaded; and nothing calls out by itself."""

from contextlib import AsyncExitStack

import psutil
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt import main
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.journal.writer import RecordingJournal
from replayer_qt.adapters.library.playlist import Entry, write_playlist
from replayer_qt.core.commands import (
    CloseReplay,
    Connect,
    NextRound,
    OpenRecordings,
    OpenRound,
    Pause,
    Play,
    PreviousRound,
    SeekEnd,
    SeekStart,
    SeekTick,
    SetSpeed,
    Show,
    Step,
)
from replayer_qt.core.replay_commands import Shuffle
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.ui.arrangement import REPLAY, Arrangement, Source
from replayer_qt.ui.library.window import LibraryWindow
from tests.helpers.exchange import practice_exchange
from tests.helpers.make import a_round
from tests.helpers.program import Program, program, until

RAISES = pytest.mark.qt_log_ignore("does not support raise", extend=True)
LENGTHS = (30, 55, 18)
ROUNDS = tuple(RoundId(f"20261120-00000000000000{number:02x}") for number in range(len(LENGTHS)))


def record(folder):
    """Write rounds of different lengths, and return their files."""
    journal = RecordingJournal(
        folder, SystemClock(), RecorderSettings(), app_version="test", session="1" * 32
    )
    journal.start()
    for name, length in zip(ROUNDS, LENGTHS, strict=True):
        prices = [1.0 + tick * (length % 7) / 100 for tick in range(length - 1)]
        journal.append(a_round([*prices, 0.02], round_id=name))
    journal.stop()
    return sorted(folder.rglob("*.jsonl"))


class Loaded:
    """Looks at every chart after every load."""

    def __init__(self, seen: Program) -> None:
        self.seen = seen

    async def fits(self, round_id: RoundId | None, position: int | None = None) -> None:
        """Each chart has as many ticks as the replay has played, of that round and no other."""
        seen = self.seen
        await until(lambda: seen.replay is not None and seen.replay.replay is not None)
        if round_id is not None:
            await until(
                lambda: seen.replay.round is not None and seen.replay.round.round_id == round_id
            )
        await seen.at_rest(Pause())
        await seen.seen()
        told = seen.replay
        assert position is None or told.replay.position == position
        assert told.round.tick + 1 == told.replay.position
        series = seen.session.series(told.stream, told.round.round_id)
        played = [] if series is None else series.ticks.tolist()
        assert played == list(range(told.replay.position))
        charts = seen.window.chart_desk.panes.charts()
        # where painting takes long, charts beside the first one take turns
        await until(lambda: all(each.tick_count == told.replay.position for each in charts))
        for chart in charts:
            shown = chart.plan.series
            assert shown is series or (not played and shown is None)

    async def is_empty(self) -> None:
        """Nothing is loaded, and no chart has a tick."""
        await until(lambda: self.seen.replay is None)
        await self.seen.seen()
        charts = self.seen.window.chart_desk.panes.charts()
        await until(lambda: not any(chart.tick_count for chart in charts))


def opened_library(seen: Program, folder) -> LibraryWindow:
    """Open the library's window as `main` does."""
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    shelf = main._Shelf(
        seen.machine.library,
        seen.machine.desk,
        seen.window,
        store,
        seen.settings,
        parent=seen.window,
    )
    shelf.show()
    assert isinstance(shelf._shown, LibraryWindow)
    return shelf._shown


@RAISES
@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_after_any_load_every_chart_has_the_ticks_up_to_the_index_and_no_others(
    qapp, tmp_path
):
    """N16: by files, folder, round, playlist, shuffled and in the library, in three charts."""
    files = record(tmp_path / "recordings")
    first, second, third = ROUNDS
    listed = tmp_path / "evening.playlist.jsonl"
    write_playlist(
        listed,
        [Entry(path=str(files[at]), stream=PRACTICE, round_id=ROUNDS[at]) for at in (2, 0, 1)],
    )
    async with AsyncExitStack() as stack:
        seen = await program(stack, tmp_path)
        seen.window.chart_desk.arrange(Arrangement(extra=(Source(REPLAY), Source())))
        loaded = Loaded(seen)
        await loaded.is_empty()
        seen.obey(OpenRecordings(paths=(str(files[1]),)))
        await loaded.fits(second)
        await seen.at_rest(SeekTick(tick=40))
        await loaded.fits(second, 41)
        seen.obey(OpenRecordings(paths=(str(files[2]),)))
        await loaded.fits(third)
        await seen.at_rest(SeekEnd())
        await loaded.fits(third, LENGTHS[2])
        seen.obey(OpenRound(paths=(str(files[0]),), round_id=first, tick=9))
        await loaded.fits(first, 10)
        seen.obey(OpenRecordings(paths=(str(tmp_path / "recordings"),)))
        await loaded.fits(first)
        await seen.at_rest(SeekEnd(), NextRound())
        await loaded.fits(second)
        await seen.at_rest(PreviousRound(), SeekTick(tick=5))
        await loaded.fits(first, 6)
        seen.obey(OpenRecordings(paths=(str(listed),)))
        await loaded.fits(third)
        for command, name in (
            (NextRound(), first),
            (NextRound(), second),
            (PreviousRound(), first),
        ):
            seen.obey(command)
            await loaded.fits(name)
        seen.obey(Shuffle(seed=3))
        for _ in range(4):
            await seen.at_rest(Step(ticks=7))
            await loaded.fits(None)
            seen.obey(NextRound())
            await loaded.fits(None)
        seen.obey(CloseReplay())
        await loaded.is_empty()
        await seen.machine.mend()
        library = opened_library(seen, tmp_path)
        table = library.rounds.table
        await until(lambda: len(table.rows.ids) == len(ROUNDS) and table.rows.words(0) is not None)
        place = table.visualRect(table.rows.index(1, 4)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        await loaded.fits(None)
        opened = seen.replay.round.round_id
        await seen.at_rest(SeekEnd())
        await loaded.fits(opened, LENGTHS[ROUNDS.index(opened)])
        library.close()
        library.deleteLater()


def calls():
    """What this process is connected to, or listens on, and the processes it started."""
    process = psutil.Process()
    found = {(one.laddr, one.raddr) for one in process.net_connections("inet")}
    return found, {child.pid for child in process.children(recursive=True)}


@RAISES
@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_nothing_is_connected_to_before_live_is_chosen_and_the_replay_stays_open_then(
    qapp, tmp_path
):
    """N21: windows, recordings, library and panes open no socket; a feed puts no replay away."""
    files = record(tmp_path / "recordings")
    with practice_exchange(seed=77, speed=30.0) as exchange:
        before = calls()
        async with AsyncExitStack() as stack:
            seen = await program(stack, tmp_path)
            loaded = Loaded(seen)
            await seen.machine.mend()
            library = opened_library(seen, tmp_path)
            await until(lambda: len(library.rounds.table.rows.ids) == len(ROUNDS))
            seen.window.chart_desk.arrange(Arrangement(extra=(Source(REPLAY),)))
            seen.obey(OpenRecordings(paths=(str(files[1]),)))
            await loaded.fits(ROUNDS[1])
            await seen.at_rest(SeekStart(), SetSpeed(speed=1000.0), Play())
            await until(lambda: seen.replay.replay.position > 20)
            for dock in seen.window.docking.docks.values():
                dock.show()
                dock.raise_()
                QApplication.processEvents()
            assert calls() == before
            assert exchange.status()["clients"] == 0
            await seen.at_rest(SeekTick(tick=33))
            seen.obey(Connect(venue="practice", url=exchange.url))
            await until(lambda: PRACTICE in seen.state.markets)
            await until(lambda: seen.state.markets[PRACTICE].round is not None)
            assert calls()[0] > before[0]
            assert seen.replay.replay.position == 34
            seen.obey(Show(stream=seen.replay.stream))
            await loaded.fits(ROUNDS[1], 34)
            await seen.at_rest(Step(ticks=5))
            await loaded.fits(ROUNDS[1], 39)
            assert seen.window.strip.badge.badge.word == "PAST"
            assert seen.state.live == PRACTICE
            library.close()
            library.deleteLater()
