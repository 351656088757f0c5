"""Tears finished recordings as crashes do, has them mended with and without faults, and judges."""

import errno
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from replayer_qt.adapters.journal.disk import Disk
from replayer_qt.adapters.journal.mending import TORN
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.journals import files_in, journal_in
from tests.torture.journal_calls import judge, record_some
from tests.torture.journal_checks import judge_repair, snapshot

Mend = Callable[[Path, Disk | None], Any]
Wrap = Callable[[FaultyDisk], FaultyDisk]

_DEEPEST: Final = 16
_KILOBYTE: Final = 1024


def tear(data: bytes, draw: random.Random) -> bytes:
    """Return what a crash leaves of a file: cut anywhere, with zeros or half a line behind."""
    end = draw.randrange(data.index(b"\n") + 1, len(data))
    tail = draw.choice([b"", bytes(draw.randrange(1, 4096)), b'{"seq":99,"ev":"Pri'])
    return data[:end] + tail


def spoil(data: bytes, draw: random.Random) -> bytes:
    """Return an unfinished file with damage before sound lines, as a lost sector leaves it."""
    lines = data.splitlines(keepends=True)[:-1]
    at = draw.randrange(1, len(lines) - 1)
    lines[at] = lines[at][:20] + bytes(8) + lines[at][28:]
    return b"".join(lines)


def repairs(folder: Path, count: int, seed: int, mend: Mend = recover) -> dict[str, int]:
    """Tear or spoil recordings so many times: no sound line is dropped, no torn byte unkept."""
    draw, found = random.Random(seed), Counter[str]()
    for number in range(count):
        place = folder / str(number)
        record_some(place)
        first, *others = files_in(place)
        damage = draw.choice([tear, tear, spoil])
        first.write_bytes(damage(first.read_bytes(), draw))
        before, whole = snapshot(place), {path: path.stat().st_mtime_ns for path in others}
        mend(place, None)
        found["repairs"] += 1
        if damage is spoil:
            found["dropped"] += first.read_bytes() != before.pop(first)
            found["unlisted"] += not list(first.parent.glob("*.holes.json"))
        found += judge_repair(before)
        found["changed"] += any(path.stat().st_mtime_ns != at for path, at in whole.items())
        shutil.rmtree(place, ignore_errors=True)
    return dict(found)


def interrupted(folder: Path, mend: Mend = recover) -> dict[str, int]:
    """Have the k-th call of a mending fail from there on, as a kill does, then mend in peace."""
    found: Counter[str] = Counter()
    for number in range(1, _DEEPEST):
        for short in (None, 9):
            place = folder / f"{number}-{short}"
            record_some(place)
            first = files_in(place)[0]
            data = first.read_bytes()
            first.write_bytes(data[: data.rindex(b'{"_f"')] + bytes(3000) + b'{"seq":99')
            before = snapshot(place)
            disk = FaultyDisk(fail_from=number, error=errno.EIO)
            disk.short = short
            mend(place, disk)
            mend(place, None)
            found["cases"] += 1
            found += judge_repair(before)
    return dict(found)


def every_cut(folder: Path, mend: Mend = recover) -> dict[str, int]:
    """Cut a recording at each byte of its first line and of its last kilobyte, and mend it."""
    found: Counter[str] = Counter()
    record_some(folder)
    path, *others = files_in(folder)
    for other in others:
        other.unlink()
    whole = path.read_bytes()
    for at in sorted({*range(whole.index(b"\n") + 2), *range(len(whole) - _KILOBYTE, len(whole))}):
        path.write_bytes(whole[:at])
        before = snapshot(folder)
        mend(folder, None)
        found["cuts"] += 1
        found += judge_repair(before)
        if path.exists():
            recording = read_journal(path)
            found["damaged"] += bool(recording.damage)
        found["found_again"] += len(recover(folder))
        for kept in path.parent.glob(path.name + TORN + "*"):
            kept.unlink()
    return dict(found)


def shorts(folder: Path, count: int, seed: int, wrap: Wrap = lambda disk: disk) -> dict[str, int]:
    """Let a write take only a part, so many times: each record is there once, none is torn."""

    draw, found = random.Random(seed), Counter[str]()
    for number in range(count):
        place, disk = folder / str(number), wrap(FaultyDisk())
        disk.only = frozenset()

        def make(folder: Path, clock: Any, *, disk: FaultyDisk) -> Any:
            journal = journal_in(folder, clock, disk=disk)
            return _Shortened(journal, disk, draw)

        found += judge(place, record_some(place, disk, make), lasting=False)
        shutil.rmtree(place, ignore_errors=True)
    return dict(found)


class _Shortened:
    def __init__(self, journal: Any, disk: FaultyDisk, draw: random.Random) -> None:
        self._journal = journal
        self._disk = disk
        self._draw = draw

    def append(self, events: Any) -> None:
        self._disk.short = self._draw.randrange(0, 400)
        self._journal.append(events)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)
