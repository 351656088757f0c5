"""How the desk comes by its feeds and by the threads that run them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from replayer_qt.core.commands import Connect
from replayer_qt.core.events import Event
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ports import Feed
from replayer_qt.runtime.feed_worker import FeedWorker


class Running(NamedTuple):
    """A feed's thread, and the stream that it tells of."""

    worker: FeedWorker
    stream: StreamId


class Makers:
    """How the desk comes by its feeds and by their threads.

    Attributes:
        live: makes the feed of a venue; must be quick, for it runs on the main thread.
        replay: makes the feed of some files, under the stream's name it is given.
        past: makes the feed of what was heard of a stream so far, under the name it is given;
            None looks back at nothing.
        plug_live: makes the thread for a live feed, connected to recorder and engine.
        plug_replay: makes the thread for a replay, connected to the engine alone.
        locate: finds the files that hold a round that was recorded here; must be quick.
    """

    def __init__(
        self,
        *,
        live: Callable[[Connect], Feed],
        replay: Callable[[tuple[str, ...], StreamId], Feed],
        past: Callable[[StreamId, Mapping[RoundId, Sequence[Event]], StreamId], Feed] | None = None,
        plug_live: Callable[[Feed], FeedWorker],
        plug_replay: Callable[[Feed], FeedWorker],
        locate: Callable[[StreamId, RoundId], tuple[str, ...]],
    ) -> None:
        self.live = live
        self.replay = replay
        self.past = past
        self.plug_live = plug_live
        self.plug_replay = plug_replay
        self.locate = locate
