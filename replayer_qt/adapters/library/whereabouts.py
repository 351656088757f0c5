"""Where the recording of a round lies among our own, by the names of files and folders alone."""

from pathlib import Path
from typing import Final

from replayer_qt.adapters.journal.format import SEALED_SUFFIX, SUFFIX
from replayer_qt.adapters.journal.layout import safe_name
from replayer_qt.adapters.journal.sealed_format import plain_path
from replayer_qt.core.units import RoundId, StreamId, venue_of

DAYS_SEARCHED: Final = 4_000


def find_round(folder: Path, stream: StreamId, round_id: RoundId) -> tuple[Path, ...]:
    """Return the files that hold a round, in the order of time; empty where there are none.

    Args:
        folder: where recordings go.
        stream: where the round was played.
        round_id: its name; text from a server, which never becomes a path.
    """
    name = safe_name(round_id)
    venue = folder / safe_name(venue_of(stream))
    try:
        days = sorted((day for day in venue.iterdir() if day.is_dir()), reverse=True)
    except OSError:
        return ()
    for day in days[:DAYS_SEARCHED]:
        found = _in_day(day, f"*_{name}") + _in_day(day, f"*_{name}_[0-9]*")
        if found:
            return tuple(found)
    return ()


def _in_day(day: Path, pattern: str) -> list[Path]:
    plain = sorted(day.glob(pattern + SUFFIX))
    packed = [
        path
        for path in sorted(day.glob(pattern + SUFFIX + SEALED_SUFFIX))
        if plain_path(path) not in plain
    ]
    return sorted(plain + packed)
