"""Bookmarks on disk: lines in a file, of which the last word on a tick wins.

Several processes may use the file at once.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from replayer_qt.adapters.library.kept_lines import Header, KeptLine, LineFile
from replayer_qt.core.bookmarks import BOOKMARKS_MOST, Bookmark, ordered, tidied
from replayer_qt.core.units import RoundId

FILE: Final = "bookmarks.jsonl"

_HEADER: Final = Header(format="replayer-bookmarks")


class _Set(KeptLine, frozen=True, kw_only=True, tag="set"):
    bookmark: Bookmark


class _Dropped(KeptLine, frozen=True, kw_only=True, tag="dropped"):
    round_id: RoundId
    tick: int


_Line = _Set | _Dropped


class _Marked:
    """What the lines come to."""

    def __init__(self) -> None:
        self.forget()

    def __len__(self) -> int:
        return len(self.kept)

    def forget(self) -> None:
        self.kept: dict[tuple[RoundId, int], Bookmark] = {}

    def take(self, line: _Line) -> None:
        match line:
            case _Set(bookmark=bookmark):
                self.kept[bookmark.round_id, bookmark.tick] = bookmark
            case _Dropped(round_id=round_id, tick=tick):
                self.kept.pop((round_id, tick), None)

    def lines(self) -> list[_Line]:
        return [_Set(bookmark=each) for each in self.kept.values()]


class BookmarkFile:
    """The bookmarks of a folder; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Use the file in `folder`; both are made when something is written first."""
        self._marked = _Marked()
        self._file: LineFile[_Line] = LineFile(
            folder / FILE, self._marked, _Line, header=_HEADER, what="Bookmarks"
        )

    @property
    def damaged(self) -> int:
        """Lines of the file that could not be read; what they said is lost, the rest is not."""
        return self._file.damaged

    def read(self) -> tuple[Bookmark, ...]:
        """Return what is kept; raises OSError."""
        self._file.follow()
        return self._all()

    def put(self, bookmark: Bookmark) -> tuple[Bookmark, ...]:
        """Keep a bookmark; it is on stable storage when this returns all of them.

        Raises:
            OSError: the disk refused, another process holds the lock for long, or there are
                `BOOKMARKS_MOST` already.
        """
        told = tidied(bookmark)

        def line() -> Sequence[_Line]:
            is_there = (told.round_id, told.tick) in self._marked.kept
            if not is_there and len(self._marked) >= BOOKMARKS_MOST:
                raise OSError(0, f"there are {BOOKMARKS_MOST:,} bookmarks already")
            return [_Set(bookmark=told)]

        self._file.write(line)
        return self._all()

    def drop(self, round_id: RoundId, tick: int) -> tuple[Bookmark, ...]:
        """Keep the bookmark of a tick no more, and return the others; raises OSError."""
        self._file.write(lambda: [_Dropped(round_id=round_id, tick=tick)])
        return self._all()

    def _all(self) -> tuple[Bookmark, ...]:
        return ordered(self._marked.kept.values())
