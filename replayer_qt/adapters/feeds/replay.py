"""A list of recordings as a feed: the same events as live, on a replay clock."""

from collections.abc import Callable, Sequence
from pathlib import Path

from replayer_qt.adapters.feeds.replay_player import TapePlayer
from replayer_qt.adapters.feeds.replay_source import FileSource
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.playlist import Played
from replayer_qt.core.recording import Recording
from replayer_qt.core.replay_commands import Shuffle
from replayer_qt.core.settings import ReplaySettings
from replayer_qt.core.units import StreamId
from replayer_qt.ports import Clock


class ReplayFeed(TapePlayer):
    """Recordings played one after another; waits at the end of the last.

    It ends by itself only where there is nothing to play. Of a playlist only the rounds that it
    names are played.

    Args:
        paths: files, folders and playlists.
        stream: the stream that every event names.
        clock: what time it is.
        settings: how a replay begins.
        find: resolves these to files, and to the rounds of them that are played.
        read: reads a file; raises `UserFacingError`.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        stream: StreamId,
        clock: Clock,
        settings: ReplaySettings,
        *,
        find: Callable[[Sequence[Path]], Sequence[Path | Played]],
        read: Callable[[Path, StreamId], Recording],
    ) -> None:
        self._files = FileSource(paths, stream, find=find, read=read)
        super().__init__(self._files, stream, clock, settings)

    async def _obey(self, command: Command) -> list[Event]:
        if isinstance(command, Shuffle):
            return await self._shuffle(command)
        return await super()._obey(command)

    async def _shuffle(self, command: Shuffle) -> list[Event]:
        """Go on in another order; the round at hand and its place stay."""
        volume = self._volume
        if volume is None:
            return []
        round_id = volume.rounds[self._round]
        index = self._files.shuffle(command.seed, volume.path, round_id)
        told: list[Event] = []
        fresh = await self._files.read(index, 0, self._telling(told))
        if fresh is None:
            return told
        self._volume, self._exhausted = fresh, False
        self._round = fresh.rounds.index(round_id) if round_id in fresh.rounds else 0
        return [*told, *self._deck.stand(self._standing(fresh))]
