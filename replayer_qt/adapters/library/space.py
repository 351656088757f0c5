"""The recordings as they lie on the disk: what belongs to each, its size, and how old it is."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.format import RAW_SUFFIX
from replayer_qt.adapters.library.ground import Ground
from replayer_qt.core.library import FileEntry
from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

FILES_MOST: Final = 2_000_000
"""Files of the recordings' folder that are looked at."""

_ALONG: Final = re.compile(
    r"[^.]*(?:\.raw\.zst|\.\d+\.big|\.jsonl(?:\.zst)?\.(?:torn(?:\.\d+)?|holes\.json))"
)
_STAMP: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z_", re.ASCII)
_DEPTH: Final = 8


class OnDisk(msgspec.Struct, frozen=True, kw_only=True):
    """One recording's files, as they lie there.

    Attributes:
        path: the recording itself.
        size: of it alone [bytes].
        raw: its messages as they came, with their size [bytes]; None where there are none.
        beside: the rest: large records, torn tails, lists of holes, with their sizes [bytes].
    """

    path: str
    size: int
    raw: tuple[str, int] | None = None
    beside: tuple[tuple[str, int], ...] = ()

    @property
    def whole(self) -> int:
        """All of it [bytes]."""
        raw = 0 if self.raw is None else self.raw[1]
        return self.size + raw + sum(size for _, size in self.beside)


def survey(folder: Path, known: Iterable[str]) -> tuple[list[OnDisk], int]:
    """Return the known recordings as they lie on the disk, and what else is there [bytes].

    Looks at names and sizes alone. A recording that is gone is left out.
    """
    wanted = set(known)
    kept: list[OnDisk] = []
    loose = 0
    for sizes in folder_sizes(folder):
        ours = [path for path in sizes if path in wanted]
        owners = {stem_of(path): path for path in ours}
        beside: dict[str, list[tuple[str, int]]] = defaultdict(list)
        raws: dict[str, tuple[str, int]] = {}
        for path, size in sizes.items():
            if path in wanted:
                continue
            owner = owners.get(stem_of(path)) if _goes_along(path) else None
            if owner is None:
                loose += size
            elif path.endswith(RAW_SUFFIX):
                raws[owner] = (path, size)
            else:
                beside[owner].append((path, size))
        kept += [
            OnDisk(
                path=path,
                size=sizes[path],
                raw=raws.get(path),
                beside=tuple(sorted(beside.get(path, ()))),
            )
            for path in ours
        ]
    return kept, loose


def stem_of(path: str) -> str:
    """Return what a recording's path shares with all that lies beside it.

    >>> stem_of("a/20261121T113153123Z_x.jsonl.zst"), stem_of("a/20261121T113153123Z_x.7.big")
    ('a/20261121T113153123Z_x', 'a/20261121T113153123Z_x')
    """
    name = _name_of(path)
    return path[: len(path) - len(name)] + name.partition(".")[0]


def _name_of(path: str) -> str:
    # a hundred thousand files: too many for pathlib
    return path[max(path.rfind("/"), path.rfind(os.sep)) + 1 :]


def is_open(entry: FileEntry) -> bool:
    """Return whether a file is being written, as far as it says: a journal without its end."""
    return entry.format == "journal" and not entry.sealed and not entry.ended


def over_at(entry: FileEntry, ground: Ground) -> Nanos:
    """Return when a recording was made: by its own name, else by its rounds, else by its file."""
    begun = _begun_at(_name_of(entry.path))
    if begun is not None:
        return begun
    ends = [found.ended_at for found in ground.catalogue.rounds_of(entry.path) if found.ended_at]
    return max(ends, default=Nanos(entry.modified))


def _begun_at(name: str) -> Nanos | None:
    """The time that one of our own recordings is named after; None of any other name."""
    said = _STAMP.match(name)
    if said is None:
        return None
    year, month, day, hour, minute, second, millis = map(int, said.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return Nanos(int(moment.timestamp()) * NANOS_PER_SECOND + millis * NANOS_PER_MILLISECOND)


def files_beside(file: Path) -> list[Path]:
    """Return what belongs to a recording and goes with it; no other recording is among it."""
    try:
        siblings = list(os.scandir(file.parent))
    except OSError:
        return []
    stem = stem_of(file.name)
    found = [Path(one.path) for one in siblings if stem_of(one.name) == stem]
    return sorted(one for one in found if _goes_along(one.name))


def _goes_along(name: str) -> bool:
    return _ALONG.fullmatch(_name_of(name)) is not None


def folder_sizes(folder: Path) -> Iterator[dict[str, int]]:
    """Yield the sizes of the files of each folder by path [bytes]; links are not followed."""
    waiting = [(str(folder), _DEPTH)]
    left = FILES_MOST
    while waiting and left > 0:
        here, depth = waiting.pop()
        sizes: dict[str, int] = {}
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if depth:
                            waiting.append((entry.path, depth - 1))
                    elif entry.is_file(follow_symlinks=False):
                        sizes[entry.path] = entry.stat(follow_symlinks=False).st_size
        except OSError:
            pass
        left -= len(sizes)
        yield sizes
