"""Resolves files and folders to the recordings in them."""

import os
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.format import SEALED_SUFFIX
from replayer_qt.adapters.journal.sealed_format import lies_at
from replayer_qt.adapters.library.detect import detect
from replayer_qt.adapters.library.importers.public_shapes import symbol_in
from replayer_qt.core.errors import RecordingUnreadable

FILES_LIMIT: Final = 1_000_000
"""Files found at most; a folder with more is not one of recordings."""

_DEPTH_LIMIT: Final = 16
_SUFFIXES: Final = (".jsonl", ".ndjson")
_NAMED: Final = (".game.json", "_demo.json")
_OTHERS: Final = (".json", ".csv", ".zip", ".parquet")
_HELPERS: Final = frozenset({"index.json", "session_metadata.json"})


def find_recordings(paths: Sequence[Path]) -> list[Path]:
    """Return the files meant by `paths`: files as they are named, folders by what is in them.

    Folders are searched to a depth of 16, in order of name, without following links to folders;
    in them JSON Lines count, and other files that are recordings by their name or content, plain
    or packed; of a file that lies there as both, the plain one. A file that is meant twice comes
    once, one that was packed since where it lies now. A path that does not exist is kept, so that
    opening it tells of it. Never raises.
    """
    found: dict[Path, None] = {}
    for path in paths:
        below = (Path(entry.path) for entry in recordings_below(path))
        for file in below if _is_folder(path) else (lies_at(path),):
            if len(found) >= FILES_LIMIT:
                return list(found)
            found.setdefault(file)
    return list(found)


def recordings_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the recordings in a folder, as `find_recordings` does; quicker for very many."""
    return islice(_below(folder, _DEPTH_LIMIT), FILES_LIMIT)


def _below(folder: Path | str, depth: int) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in listed}
    for entry in listed:
        try:
            if entry.is_dir(follow_symlinks=False):
                if depth and not entry.name.startswith("."):
                    yield from _below(entry.path, depth - 1)
            elif entry.is_file() and _may_be(entry) and not _is_twin(entry.name, names):
                yield entry
        except OSError:
            continue


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _may_be(entry: os.DirEntry[str]) -> bool:
    name = entry.name.removesuffix(SEALED_SUFFIX)
    if name.startswith(".") or name in _HELPERS:
        return False
    if name.endswith((*_SUFFIXES, *_NAMED)) or symbol_in(name):
        return True
    # of so common a kind most files are something else; only what is in it tells
    return name.endswith(_OTHERS) and _is_recording(Path(entry.path))


def _is_recording(path: Path) -> bool:
    try:
        return detect(path) is not None
    except (OSError, RecordingUnreadable):
        return False


def _is_twin(name: str, names: AbstractSet[str]) -> bool:
    return name.endswith(SEALED_SUFFIX) and name.removesuffix(SEALED_SUFFIX) in names
