"""Reads mutated files of every format, and counts what goes wrong.

python -m tests.torture.fuzzed_readers COUNT [SEED]
"""

import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import zstandard

from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Event, PriceTicked, RoundRugged, TickBlock
from replayer_qt.core.recording import Recording
from replayer_qt.core.soundness import is_sound, sound
from replayer_qt.core.units import RoundId, StreamId
from tests.helpers.foreign_files import (
    FAIR,
    as_lines,
    demonstration,
    player_action,
    press,
    relayed,
    samples,
    sink,
    state,
    stored_message,
    stored_tick,
    unified_round,
    write_store,
)
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import a_round
from tests.helpers.public_files import MIDNIGHT_MS, agg_trade, kline, packed, table, trades
from tests.helpers.tick_files import marker, round_lines, text

SLOWEST_MS: Final = 200.0
"""What no input may take [ms of processor time]."""
GROWTH_MIB: Final = 50.0
"""What all inputs together may add to the memory [MiB]."""

_STREAM: Final = StreamId("replay/1")
_TICKS: Final = [1.0, 1.1, 1.25, 1.2, 0.02]
_WARM_UP: Final = 2_000
_SLICE: Final = 10_000
_BLAMED: Final = 20
_POISON: Final = (
    b"NaN",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"null",
    b"[]",
    b"{}",
    b'"\\ud800"',
    b"true",
    b"[" * 12_000,
    b'{"a":' * 12_000,
    b"\xff\xfe",
    b"\n",
    b"0" * 70_000,
    b"99999999999999999",
    b"T24:61:99",
)


class Findings(msgspec.Struct):
    """What became of many inputs.

    Attributes:
        inputs: files that were read.
        refused: files that were refused as unreadable.
        formats: how many were read as what.
        slowest_ms: the most that one took [ms of processor time].
        growth_mib: what the process grew by [MiB].
        wrong: what must not be, with the seed's number of the input; the first twenty.
    """

    inputs: int = 0
    refused: int = 0
    formats: Counter[str] = msgspec.field(default_factory=Counter)
    slowest_ms: float = 0.0
    growth_mib: float = 0.0
    wrong: list[str] = []


def corpus(folder: Path) -> list[bytes]:
    """Return one small sound file of each format."""
    journal = journal_in(folder / "journal")
    journal.start()
    journal.append(a_round(_TICKS, round_id=RoundId("r")))
    journal.stop()
    capture = [
        {"seq": n, "ts": "2025-08-07T17:00:00.5", "event": "gameStateUpdate", "data": state(n)}
        for n in range(6)
    ]
    browser = [row | {"source": "cdp_intercept", "direction": "received"} for row in capture]
    explorer = [
        {"timestamp": row["ts"], "event_type": row["event"], "data": row["data"]} for row in capture
    ]
    klines = [kline(MIDNIGHT_MS + n * 60_000, 5.0 + n) for n in range(9)]
    aggregated = [agg_trade(n, 5.0, MIDNIGHT_MS + n) for n in range(9)]
    rows = [stored_tick(tick) for tick in range(4)] + [stored_message(4)]
    found = [
        files_in(folder / "journal")[0].read_bytes(),
        text(round_lines(_TICKS)),
        text([*round_lines(_TICKS), marker("session_end", 0)]),
        as_lines(capture),
        as_lines(browser),
        as_lines(explorer),
        json.dumps(samples(range(4))).encode(),
        sink(_TICKS),
        demonstration([press(3, "1.1"), press(5, "1.2")]),
        unified_round(FAIR[:9]),
        as_lines([player_action(2, "1.05"), player_action(5, "1.1")]),
        json.dumps({"actions": [press(4, "1.2")]}).encode(),
        write_store(folder / "store", rows).read_bytes(),
        relayed(range(3)),
        table(trades(12)),
        table(klines),
        table(aggregated),
        packed(table(trades(40))),
    ]
    found.append(zstandard.ZstdCompressor().compress(found[1]))
    return found


def mutated(files: Sequence[bytes], draw: random.Random) -> bytes:
    """Return one of the files with one to five things done to it."""
    copy = bytearray(draw.choice(files))
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(copy))
        match draw.randrange(10):
            case 0:
                copy[at] ^= 1 << draw.randrange(8)
            case 1:
                del copy[at + 1 :]
            case 2:
                copy[at:at] = draw.randbytes(draw.randrange(1, 40))
            case 3:
                del copy[at : at + draw.randrange(1, 300)]
            case 4:
                copy[at:at] = copy[at : at + draw.randrange(1, 600)]
            case 5:
                copy[at : at + 64] = bytes(64)
            case 6:
                copy[at : at + draw.randrange(12)] = draw.choice(_POISON)
            case 7:
                _in_place_of_a_value(copy, at, draw.choice(_POISON))
            case 8:
                size = draw.randrange(1, 5)
                copy[at : at + size] = draw.randbytes(size)
            case _:
                other = draw.choice(files)
                start = draw.randrange(len(other))
                copy[at:at] = other[start : start + draw.randrange(1, 900)]
        if not copy:
            return b"x"
    return bytes(copy)


def read_many(count: int, seed: int, folder: Path) -> Findings:
    """Read so many mutated files, all drawn from the seed."""
    files, path = corpus(folder), folder / "fuzzed"
    draw, found = random.Random(seed), Findings()
    before = 0
    for number in range(count):
        if number == min(_WARM_UP, count // 2):
            before = _resident_kib()
        path.write_bytes(mutated(files, draw))
        begun = time.process_time()
        try:
            recording = open_recording(path, _STREAM)
        except RecordingUnreadable:
            found.refused += 1
        except Exception as error:  # noqa: BLE001  # that none comes is what is tested
            _blame(found, f"{number}: {error!r}")
        else:
            found.formats[recording.format] += 1
            for what in _unsound(recording):
                _blame(found, f"{number}: {what}")
        found.slowest_ms = max(found.slowest_ms, (time.process_time() - begun) * 1e3)
        found.inputs += 1
    found.growth_mib = (_resident_kib() - before) / 1024
    return found


def _in_place_of_a_value(copy: bytearray, at: int, value: bytes) -> None:
    """Put something else after the next colon or comma, up to the one behind it."""
    start = min((n for n in (copy.find(b":", at), copy.find(b",", at)) if n >= 0), default=-1)
    if start >= 0:
        ends = (copy.find(mark, start + 1) for mark in (b",", b"}", b"\n"))
        end = min((n for n in ends if n >= 0), default=len(copy))
        copy[start + 1 : end] = value


def _unsound(recording: Recording) -> list[str]:
    return [repr(event)[:200] for event in recording.events if not _is_sound(event)]


def _is_sound(event: Event) -> bool:
    if not 0 <= event.at < 2**63:
        return False
    if isinstance(event, PriceTicked | RoundRugged):
        return is_sound(event.tick, event.price)
    return not isinstance(event, TickBlock) or bool(sound(event.ticks, event.prices).all())


def _blame(found: Findings, what: str) -> None:
    if len(found.wrong) < _BLAMED:
        found.wrong.append(what)


def _resident_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _joined(one: Findings, other: Findings) -> Findings:
    return Findings(
        inputs=one.inputs + other.inputs,
        refused=one.refused + other.refused,
        formats=one.formats + other.formats,
        slowest_ms=max(one.slowest_ms, other.slowest_ms),
        growth_mib=one.growth_mib + other.growth_mib,
        wrong=[*one.wrong, *other.wrong][:_BLAMED],
    )


def main(arguments: Sequence[str]) -> int:
    """Read as many files as the first argument says; 0 if nothing went wrong.

    One line of findings so far comes after each slice, so that a run that is ended counts too.
    """
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 15
    begun, found = time.monotonic(), Findings()
    while found.inputs < count:
        with tempfile.TemporaryDirectory() as folder:
            slice_ = min(_SLICE, count - found.inputs)
            found = _joined(found, read_many(slice_, seed + found.inputs, Path(folder)))
        told = msgspec.to_builtins(found) | {"seconds": round(time.monotonic() - begun, 1)}
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()
    return 1 if found.wrong or found.slowest_ms > SLOWEST_MS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
