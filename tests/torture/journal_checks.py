"""Judges what a journal's folder holds against what was promised, record by record."""

import mmap
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.format import RECOVERED, is_sound, read_footer
from replayer_qt.adapters.journal.mending import TORN
from replayer_qt.adapters.journal.raw import read_raw
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import (
    Event,
    PriceTicked,
    RawReceived,
    RoundOpened,
    SeedRevealed,
)
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import PRACTICE, Nanos, RoundId

Reader = Callable[[Path], Recording]

BROKEN: Final = (
    "lost",
    "wrong",
    "doubled",
    "invented",
    "raw_lost",
    "raw_wrong",
    "long_lost",
    "damaged",
    "bad_lines",
    "unreadable",
    "dropped",
    "unkept",
    "changed",
    "not_repaired",
    "found_again",
)
"""Counts that must be zero."""

_PLACES: Final = ("ticks", "raws", "longs", "batches", "next_tick", "next_raw", "next_long")
_NEXT: Final = {"ticks": "next_tick", "raws": "next_raw", "longs": "next_long"}


class Promises:
    """Counts in memory that is shared with a child, so that no kill can undo them.

    `ticks`, `raws` and `longs` are acknowledged; `next_...` is what may have been handed over.
    """

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8 * len(_PLACES))
        # Native numbers are stored in one step: a kill must not leave half of one.
        self._kept = memoryview(self._shared).cast("Q")
        self._open: dict[str, set[int]] = {place: set() for place in _NEXT}

    def __getitem__(self, place: str) -> int:
        return self._kept[_PLACES.index(place)]

    def __setitem__(self, place: str, count: int) -> None:
        self._kept[_PLACES.index(place)] = count

    def end_life(self) -> None:
        """Say that the writer is dead: what it had in hand may be there or not."""
        for place, following in _NEXT.items():
            self._open[place].update(range(self[place], self[following]))
            self[place] = self[following]

    def must_have(self, place: str) -> set[int]:
        """Return the numbers that were acknowledged."""
        return set(range(self[place])) - self._open[place]

    def close(self) -> None:
        """Give the memory back."""
        self._kept.release()
        self._shared.close()


def price_of(number: int) -> float:
    """Return the price of a tick, by its number."""
    return 1 + number / 1000


def a_tick(number: int, name: str) -> PriceTicked:
    """Return a tick; its number says everything of it."""
    at = Nanos(number)
    round_id, price = RoundId(name), price_of(number)
    return PriceTicked(at=at, mono=at, stream=PRACTICE, round_id=round_id, tick=number, price=price)


def a_message(number: int, *, large: bool) -> RawReceived:
    """Return a message that cannot be packed: 20 B to 4 kB, or 1 to 376 kB."""
    draw = random.Random(number)
    size = draw.randrange(1_000, 376_000) if large else draw.randrange(20, 4_000)
    at = Nanos(number)
    return RawReceived(at=at, mono=at, stream=PRACTICE, data=draw.randbytes(size))


def a_long_record(number: int, name: str, *, large: bool) -> SeedRevealed:
    """Return a record of up to 2 kB, or of 1 to 376 kB in one line."""
    draw = random.Random(number)
    count = draw.randrange(100, 42_000) if large else draw.randrange(1, 200)
    return SeedRevealed(
        at=Nanos(number),
        mono=Nanos(number),
        stream=PRACTICE,
        round_id=RoundId(name),
        seed=f"{number:064x}",
        seed_hash="",
        version="v3",
        prices=tuple(1 + n / 4096 for n in range(count)),
    )


def opening(name: str) -> RoundOpened:
    """Return a round's first word."""
    return RoundOpened(at=Nanos(0), mono=Nanos(0), stream=PRACTICE, round_id=RoundId(name))


def judge(
    folder: Path, promises: Promises, *, large: bool, read: Reader = read_journal
) -> Counter[str]:
    """Return the counts of what is there and of each promise that was broken."""
    found: Counter[str] = Counter()
    events: list[Event] = []
    for path in sorted(folder.rglob("*.jsonl")):
        try:
            recording = read(path)
        except RecordingUnreadable:
            found["unreadable"] += 1
            continue
        found["files"] += 1
        found["bad_lines"] += recording.bad_lines
        found["damaged"] += bool(recording.damage)
        events += recording.events
    _judge_ticks(found, events, promises)
    _judge_long_records(found, events, promises, large=large)
    _judge_messages(found, folder, promises, large=large)
    return found


def _judge_ticks(found: Counter[str], events: Sequence[Event], promises: Promises) -> None:
    ticks = [told for told in events if isinstance(told, PriceTicked)]
    seen = {told.tick for told in ticks}
    must = promises.must_have("ticks")
    found["acknowledged"] += len(must)
    found["ticks"] += len(ticks)
    found["lost"] += len(must - seen)
    found["doubled"] += len(ticks) - len(seen)
    found["invented"] += sum(number >= promises["next_tick"] for number in seen)
    found["wrong"] += sum(told.price != price_of(told.tick) for told in ticks)


def _judge_long_records(
    found: Counter[str], events: Sequence[Event], promises: Promises, *, large: bool
) -> None:
    told = {int(e.seed, 16): e for e in events if isinstance(e, SeedRevealed)}
    found["long_lost"] += len(promises.must_have("longs") - told.keys())
    found["wrong"] += sum(
        event != a_long_record(number, event.round_id, large=large)
        for number, event in told.items()
    )


def _judge_messages(found: Counter[str], folder: Path, promises: Promises, *, large: bool) -> None:
    seen: set[int] = set()
    for path in folder.rglob("*.raw.zst"):
        try:
            for message in read_raw(path):
                seen.add(message.at)
                expected = a_message(message.at, large=large).data
                found["raw_wrong"] += message.data != expected
        except RecordingUnreadable:
            continue  # killed before its first byte; what was acknowledged in it is missing
    must = promises.must_have("raws")
    found["raw"] += len(must)
    found["raw_lost"] += len(must - seen)


def snapshot(folder: Path) -> dict[Path, bytes]:
    """Return what the recordings hold now, byte for byte."""
    return {path: path.read_bytes() for path in folder.rglob("*.jsonl")}


def judge_repair(before: dict[Path, bytes]) -> Counter[str]:
    """Return what a repair changed that it must not.

    `changed` files that were complete, `dropped` sound lines, `unkept` torn bytes.
    """
    found: Counter[str] = Counter()
    for path, data in before.items():
        after = path.read_bytes() if path.exists() else b""
        if _is_complete(data):
            found["changed"] += after != data
            continue
        kept = _without_recovered_footer(after)
        sound = _sound_part(data)
        found["dropped"] += not kept.startswith(sound)
        if len(kept) < len(data) and data.startswith(kept) and not after.startswith(data):
            found["torn"] += 1
            tail, beside = data[len(kept) :], path.parent.glob(path.name + TORN + "*")
            begun = tail.startswith(b'{"_f":')  # the same footer, begun and written again
            found["unkept"] += not begun and all(tail not in one.read_bytes() for one in beside)
    return found


def _is_complete(data: bytes) -> bool:
    last = data[:-1].rpartition(b"\n")[2] if data.endswith(b"\n") else b""
    return last.startswith(b'{"_f":') and is_sound(last)


def _without_recovered_footer(data: bytes) -> bytes:
    if not _is_complete(data):
        return data
    start = data.rindex(b"\n", 0, -1) + 1
    return data[:start] if read_footer(data[start:-1]).end == RECOVERED else data


def _sound_part(data: bytes) -> bytes:
    """What stands before the torn tail: up to the last line whose checksum holds."""
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end - 1) + 1
        line = data[start:end]
        if line.endswith(b"\n") and is_sound(line[:-1]):
            return data[:end]
        end = start
    return b""
