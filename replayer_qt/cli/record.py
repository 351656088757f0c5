"""`app.py record`: the feed, engine and recorder of the window, without the window."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from contextlib import AsyncExitStack, ExitStack
from typing import Final

import msgspec
import qasync
from PySide6.QtCore import QCoreApplication

from replayer_qt import wiring
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.cli import bootstrap
from replayer_qt.cli.arguments import VENUES, add_place, span
from replayer_qt.core.commands import Connect, StartRecording
from replayer_qt.core.events import Link
from replayer_qt.core.options import VERSION
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.report import status_line
from replayer_qt.core.state import Advance, State
from replayer_qt.machine import Machine, assemble
from replayer_qt.runtime.tally import Tally

STATUS_EVERY_S: Final = 5.0
INTERRUPTED: Final = 130
_SETTLE_S: Final = 1.0
_INTERRUPTED: Final = "interrupted"
_ASKED: Final = "asked to end"
_TIME_OVER: Final = "time is over"
_ROUND_S: Final = 1800.0
_LOOK_EVERY_S: Final = 0.1


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has recorded; its fields are the JSON that is printed.

    Attributes:
        folder: where the recordings are.
        ticks_received: prices received from the venue.
        rounds_recorded: files finished.
        records: records written.
        size: bytes written.
        lost: records that could not be written.
        errors: problems told.
        ended: why the run ended.
    """

    venue: str
    folder: str
    ticks_received: int
    rounds_recorded: int
    records: int
    size: int
    lost: int
    errors: int
    ended: str


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "record",
        help="record a venue without a window",
        description="Record a venue without a window, until told to end, for some rounds or for "
        "some time. Ends with 1 if nothing was received or something could not be written, with "
        "130 after Ctrl-C, with 0 if the system asked it to end (SIGTERM).",
        epilog="example: replayer record --venue practice --for 10m --json",
    )
    parser.add_argument("--venue", choices=VENUES, required=True, help="what to record")
    parser.add_argument("--url", help="another address than the venue's usual one")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="end after N finished rounds")
    parser.add_argument(
        "--for", dest="seconds", type=span, metavar="TIME", help="end after a time: 30s, 10m, 2h"
    )
    parser.add_argument(
        "--whole-rounds",
        action="store_true",
        help="with --for: go on until the round that is running then is over",
    )
    parser.add_argument("--out", metavar="DIR", help="where recordings go")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record until the end that was asked for and return the exit code."""
    with ExitStack() as stack:
        place = bootstrap.prepare(stack, arguments)
        app = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
            recorded = runner.run(_record(arguments, place))
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(recorded)), flush=True)
    else:
        print(
            f"{recorded.rounds_recorded} rounds, {recorded.records} records, "
            f"{recorded.size / 1e6:.2f} MB in {recorded.folder}; {recorded.lost} lost. "
            f"Ended: {recorded.ended}."
        )
    return _exit_code(recorded)


def _exit_code(recorded: Recorded) -> int:
    if recorded.ended == _INTERRUPTED:
        return INTERRUPTED
    nothing = not recorded.ticks_received and recorded.ended != _ASKED
    return 1 if recorded.lost or nothing else 0


class _End(asyncio.Event):
    """Why the run is to end, once it is."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = ""

    def come(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.set()


async def _record(arguments: argparse.Namespace, place: bootstrap.Place) -> Recorded:
    end = _End()
    _end_on_signals(end)
    tally = Tally()

    def look(advance: Advance) -> None:
        _look(advance.state, arguments.rounds, end)

    async with AsyncExitStack() as stack:
        machine = await assemble(
            stack,
            settings=place.settings,
            clock=SystemClock(),
            recordings=place.paths.recordings,
            app_version=VERSION,
        )
        machine.host.advanced.connect(tally.count, wiring.WITHIN)
        machine.host.advanced.connect(look, wiring.WITHIN)
        machine.desk.obey(Connect(venue=arguments.venue, url=arguments.url))
        machine.desk.obey(StartRecording())
        await _until(end, machine, arguments.seconds, whole_rounds=arguments.whole_rounds)
    await _settle(machine)
    told = machine.host.state.recording
    return Recorded(
        venue=arguments.venue,
        folder=str(place.paths.recordings),
        ticks_received=tally.ticks,
        rounds_recorded=0 if told is None else told.rounds,
        records=0 if told is None else told.records,
        size=0 if told is None else told.size,
        lost=0 if told is None else told.lost,
        errors=tally.errors,
        ended=end.reason,
    )


def _look(state: State, rounds: int | None, end: _End) -> None:
    told = state.recording
    if rounds is not None and told is not None and told.rounds >= rounds:
        end.come("rounds recorded")
    market = None if state.live is None else state.markets.get(state.live)
    if market is not None and market.link is not None and market.link.link is Link.ENDED:
        end.come(market.link.reason or "the venue ended the feed")


async def _until(end: _End, machine: Machine, seconds: float | None, *, whole_rounds: bool) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not end.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STATUS_EVERY_S):
                        await end.wait()
                print(status_line(machine.host.state), file=sys.stderr, flush=True)
    except TimeoutError:
        if whole_rounds:
            await _until_round_over(end, machine)
        end.come(_TIME_OVER)


async def _until_round_over(end: _End, machine: Machine) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ROUND_S):
            while _is_running(machine.host.state) and not end.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await end.wait()


def _is_running(state: State) -> bool:
    market = None if state.live is None else state.markets.get(state.live)
    known = None if market is None else market.round
    return known is not None and known.phase is Phase.ACTIVE


async def _settle(machine: Machine) -> None:
    """Wait for the recorder's last word, which its thread sent before it ended."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            while machine.host.state.recording is not None:
                if machine.host.state.recording.state is Recording.OFF:
                    return
                await asyncio.sleep(0.01)


def _end_on_signals(end: _End) -> None:
    loop = asyncio.get_running_loop()

    def told(number: int, reason: str) -> None:
        end.come(reason)
        loop.remove_signal_handler(number)  # a second Ctrl-C ends at once
        signal.signal(number, _leave_at_once)

    for number, reason in ((signal.SIGINT, _INTERRUPTED), (signal.SIGTERM, _ASKED)):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts the loop
            loop.add_signal_handler(number, told, number, reason)


def _leave_at_once(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def _rounds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        message = f"{text!r} is no number of rounds; write 1 to 1000000"
        raise argparse.ArgumentTypeError(message)
    return int(text)
