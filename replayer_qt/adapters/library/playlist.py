"""Playlists: rounds to play one after another, as JSON lines that people can read and edit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk, write_whole
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.ground import Ground
from replayer_qt.core.errors import ExportImpossible, RecordingUnreadable
from replayer_qt.core.library_answers import PlaylistSaved
from replayer_qt.core.library_requests import SavePlaylist
from replayer_qt.core.playlist import Played
from replayer_qt.core.units import RoundId, StreamId

ENDING: Final = ".playlist.jsonl"
"""What a playlist's name ends in."""
SIZE_LIMIT: Final = 64 * 1024 * 1024
"""A larger file is no playlist [bytes]."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One round to play.

    Attributes:
        path: the file that holds it; relative ones are looked for beside the playlist.
    """

    path: str
    stream: StreamId
    round_id: RoundId


_ENTRY: Final = msgspec.json.Decoder(Entry)


def is_playlist(path: Path) -> bool:
    """Return whether a file is a playlist, by its name."""
    return path.name.endswith(ENDING)


def save_playlist(question: SavePlaylist, ground: Ground) -> PlaylistSaved:
    """Write rounds of the library, in the order they are named, as a playlist.

    Raises:
        ExportImpossible: there is nothing to write, or the name does not end as it should.
        CatalogueUnusable: the catalogue can't be read.
        OSError: the disk refused; the file is as it was.
    """
    target = Path(question.target)
    rows = ground.catalogue.rows(question.ids, of=question.catalogue)
    if not rows:
        raise ExportImpossible("There is no round to play.", remedy="Select some rounds.")
    if not is_playlist(target):
        raise ExportImpossible(
            f"{target.name} was not written.", remedy=f"Choose a name that ends in {ENDING}."
        )
    entries = [
        Entry(path=row.file.path, stream=row.entry.stream, round_id=row.entry.round_id)
        for row in rows
    ]
    write_playlist(target, entries)
    return PlaylistSaved(ticket=question.ticket, path=str(target), rounds=len(entries))


def write_playlist(target: Path, entries: Sequence[Entry]) -> None:
    """Write a playlist, whole or not at all; raises `OSError`."""
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    write_whole(target, lines, RealDisk())


def read_playlist(path: Path) -> tuple[Entry, ...]:
    """Return the rounds that a playlist names, in order.

    Raises:
        RecordingUnreadable: it can't be read, is too large, or a line of it is no entry.
    """
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise _unreadable(path, f"it has more than {SIZE_LIMIT:,} bytes")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from error
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                entry = _ENTRY.decode(line)
            except (msgspec.MsgspecError, ValueError) as error:
                raise _unreadable(path, f"line {number} is no round of a playlist") from error
            entries.append(msgspec.structs.replace(entry, path=str(path.parent / entry.path)))
    return tuple(entries)


def find_played(paths: Sequence[Path]) -> list[Path | Played]:
    """Return what is played for `paths`: files as they are found, of playlists the named rounds.

    A playlist that cannot be read is kept as it is, so that opening it tells of it. Never raises.
    """
    found: list[Path | Played] = []
    for path in paths:
        if not is_playlist(path):
            found += find_recordings([path])
            continue
        try:
            found += [Played(entry.path, (entry.round_id,)) for entry in read_playlist(path)]
        except RecordingUnreadable:
            found.append(path)
    return found


def _unreadable(path: Path, found: str) -> RecordingUnreadable:
    return RecordingUnreadable(
        f"The playlist {path} was not read: {found}.",
        remedy="Each line is an object with path, stream and round_id.",
    )
