"""Where a replay has its rounds from: volumes, one after another, each with some rounds in it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final, Protocol

from replayer_qt.adapters.feeds.replay_tape import Tape, tapes
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.playlist import Played, apart, together
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import RoundId, StreamId

Trouble = Callable[[str, str, str], None]
"""Is told of what was passed over: code, what, remedy."""

_DAMAGE_TOLD: Final = 20


class Volume(Protocol):
    """Some rounds that belong together, as those of a file.

    Attributes:
        name: for people.
        path: where it lies; empty where that is nowhere.
        index: which of the source's volumes it is, from 0.
        damage: what was wrong with it, one line each, in plain words.
        past_of: the running stream whose past it is; None for a recording.
        rounds: the names of its rounds, in order.
        begin: the place of the round that is played first.
    """

    name: str
    path: str
    index: int
    damage: tuple[str, ...]
    past_of: StreamId | None
    rounds: tuple[RoundId, ...]
    begin: int

    def tape(self, place: int) -> Tape:
        """Return the round at a place of `rounds`."""
        ...

    def goes_on(self, place: int) -> bool:
        """Return whether more may be heard of the round at a place."""
        ...


class FileVolume:
    """The rounds of one file, or those of them that were chosen."""

    def __init__(self, recording: Recording, chosen: Sequence[Tape], index: int) -> None:
        """Take what was read; `chosen` is not empty."""
        self.name, self.path = Path(recording.path).name, recording.path
        self.index, self.begin = index, 0
        self.past_of: StreamId | None = None
        self.rounds = tuple(tape.round_id for tape in chosen)
        damage = [f"line {place.line}: {place.what}" for place in recording.damage[:_DAMAGE_TOLD]]
        if len(recording.damage) > _DAMAGE_TOLD:
            damage.append(f"and {len(recording.damage) - _DAMAGE_TOLD} places more")
        self.damage = tuple(damage)
        self._chosen = tuple(chosen)

    def tape(self, place: int) -> Tape:
        """Return the round at a place of `rounds`."""
        return self._chosen[place]

    def goes_on(self, _place: int) -> bool:
        """Return False: what is in a file is over."""
        return False


class FileSource:
    """The files of a list; one at a time is in memory, read away from the loop.

    A file that cannot be read is told of and passed over.

    Args:
        paths: files, folders and playlists.
        stream: the stream that every event names.
        find: resolves these to files, and to the rounds of them that are played.
        read: reads a file; raises `UserFacingError`.

    Attributes:
        seed: names the order of the list; None is its own.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        stream: StreamId,
        *,
        find: Callable[[Sequence[Path]], Sequence[Path | Played]],
        read: Callable[[Path, StreamId], Recording],
    ) -> None:
        self._paths, self._stream = tuple(paths), stream
        self._find, self._read = find, read
        self._own: tuple[Played, ...] = ()
        self._listed: tuple[Played, ...] = ()
        self.seed: int | None = None

    def __len__(self) -> int:
        """Return how many files are on the list."""
        return len(self._listed)

    async def find(self) -> None:
        """Look what is on the list."""
        found = await asyncio.to_thread(self._find, self._paths)
        listed = tuple(each if isinstance(each, Played) else Played(str(each)) for each in found)
        self._own = self._listed = together(listed)

    def shuffle(self, seed: int | None, path: str, round_id: RoundId) -> int:
        """Put the list into another order.

        Args:
            seed: names it; None is the list's own.
            path: the file at hand.
            round_id: the round at hand.

        Returns:
            The index of that file now; the first one where it is not on the list.
        """
        self.seed = seed
        if seed is None:
            self._listed = self._own
        else:
            mixed = list(apart(self._own))
            Random(seed).shuffle(mixed)  # noqa: S311  # an order to play in keeps no secret
            self._listed = together(tuple(mixed))
        for index, each in enumerate(self._listed):
            if each.path == path and (round_id in each.rounds or not each.rounds):
                return index
        return 0

    async def read(self, after: int, step: int, tell: Trouble) -> Volume | None:
        """Return the next volume in a direction that holds rounds; None if there is none.

        Args:
            after: the index to begin behind.
            step: 1, or -1 for the direction of the list's beginning; 0 reads `after` itself.
            tell: is told of those that were passed over.
        """
        at = after + step
        while 0 <= at < len(self._listed):
            volume = await self._open(self._listed[at], at, tell)
            if volume is not None or not step:
                return volume
            at += step
        return None

    async def _open(self, listed: Played, at: int, tell: Trouble) -> Volume | None:
        path = Path(listed.path)
        try:
            recording = await asyncio.to_thread(self._read, path, self._stream)
            found = await asyncio.to_thread(tapes, recording.events, self._stream)
        except UserFacingError as error:
            tell(error.code, error.what, error.remedy)
            return None
        if not found:
            tell("recording-empty", f"{path.name} holds no round.", "It was passed over.")
            return None
        chosen = _chosen(found, listed.rounds, path, tell)
        return FileVolume(recording, chosen, at) if chosen else None


def _chosen(
    found: Sequence[Tape], rounds: Sequence[RoundId], path: Path, tell: Trouble
) -> Sequence[Tape]:
    if not rounds:
        return found
    named = {tape.round_id: tape for tape in found}
    missing = [name for name in rounds if name not in named]
    if missing:
        more = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
        what = f"{path.name} does not hold the round {missing[0][:40]}{more} of the playlist."
        tell("recording-empty", what, "It was passed over.")
    return [named[name] for name in rounds if name in named]
