"""Bookmarks: ticks that a person marked, with a note; at most one a tick."""

from collections.abc import Iterable
from typing import Final

import msgspec

from replayer_qt.core.commands import Command
from replayer_qt.core.events import Event
from replayer_qt.core.units import Nanos, RoundId, StreamId

NOTE_LIMIT: Final = 400
"""Longest note [characters]."""
BOOKMARKS_MOST: Final = 10_000
"""More are refused."""


class Bookmark(msgspec.Struct, frozen=True, kw_only=True):
    """A tick that was marked.

    Attributes:
        round_id: the round, whichever recording shows it.
        tick: position in the round.
        note: a person's words; may be empty.
        stream: where it was seen.
        path: the recording that it was seen in; empty for a running market.
        made_at: when it was made [ns since the Unix epoch, UTC].
    """

    round_id: RoundId
    tick: int
    note: str = ""
    stream: StreamId = StreamId("")
    path: str = ""
    made_at: Nanos = Nanos(0)


class BookmarksChanged(Event, frozen=True, kw_only=True, gc=False):
    """The bookmarks are others now: all of them, in the order of rounds and ticks."""

    bookmarks: tuple[Bookmark, ...]


class BookmarkCommand(Command, frozen=True, kw_only=True):
    """Something about bookmarks."""


class SetBookmark(BookmarkCommand, frozen=True, kw_only=True):
    """Keep a bookmark, in place of the one that is there."""

    bookmark: Bookmark


class DropBookmark(BookmarkCommand, frozen=True, kw_only=True):
    """Keep the bookmark of a tick no more."""

    round_id: RoundId
    tick: int


def ordered(bookmarks: Iterable[Bookmark]) -> tuple[Bookmark, ...]:
    """Return bookmarks in the order of rounds and ticks."""
    return tuple(sorted(bookmarks, key=lambda one: (one.round_id, one.tick)))


def tidied(bookmark: Bookmark) -> Bookmark:
    """Return the bookmark as it is kept: a note of one line, not too long.

    >>> tidied(Bookmark(round_id=RoundId("r"), tick=3, note=" a  b ")).note
    'a b'
    """
    note = " ".join(bookmark.note.split())[:NOTE_LIMIT]
    return msgspec.structs.replace(bookmark, note=note, tick=max(0, bookmark.tick))
