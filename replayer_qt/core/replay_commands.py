"""What a replay can be asked beyond playing and seeking: events to step to, a loop, an order."""

from collections.abc import Mapping
from types import MappingProxyType

from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.commands import ReplayCommand
from replayer_qt.core.events import Event
from replayer_qt.core.landmarks import PLACED, Landmark, Place, Placed


class SeekLandmark(ReplayCommand, frozen=True, kw_only=True):
    """Step to the nearest event of some kinds, over the edges of rounds, and stand still there.

    Attributes:
        kinds: which events count.
        forward: whether it is the next one, or the one before.
        own: where own orders were placed.
        bookmarks: where the bookmarks are, or they themselves.
    """

    kinds: frozenset[Landmark]
    forward: bool
    own: tuple[Place, ...] = ()
    bookmarks: tuple[Place, ...] | tuple[Bookmark, ...] = ()

    def places(self) -> Mapping[Landmark, tuple[Placed, ...]]:
        """Return where those are that no recording tells of."""
        return MappingProxyType({Landmark.OWN_ORDER: self.own, Landmark.BOOKMARK: self.bookmarks})

    def may_be_elsewhere(self, round_id: str) -> bool:
        """Return whether another round than `round_id` can hold what is looked for at all."""
        if self.kinds - PLACED:
            return True
        return any(
            place.round_id != round_id
            for kind, places in self.places().items()
            if kind in self.kinds
            for place in places
        )


class SetLoopStart(ReplayCommand, frozen=True, kw_only=True):
    """Let the loop begin at a tick (A); with both ends set, it is played again and again.

    An end that would lie before its beginning is forgotten, and the other way round.

    Attributes:
        tick: the tick; None for where the replay stands.
    """

    tick: int | None = None


class SetLoopEnd(ReplayCommand, frozen=True, kw_only=True):
    """Let the loop end at a tick (B); as `SetLoopStart`."""

    tick: int | None = None


class ClearLoop(ReplayCommand, frozen=True, kw_only=True):
    """Play on from here, in no loop; another round has none either."""


class Shuffle(ReplayCommand, frozen=True, kw_only=True):
    """Play what is on the list in another order; the round at hand stays.

    Attributes:
        seed: names the order, the same for ever; None is the order of the list.
    """

    seed: int | None


class Grow(ReplayCommand, frozen=True, kw_only=True):
    """More was heard of what is replayed while it goes on; sent by the desk, never by a person.

    Attributes:
        events: what came, oldest first.
        ended: whether no more will come.
    """

    events: tuple[Event, ...] = ()
    ended: bool = False
