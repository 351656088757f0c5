"""What the actions of the time machine call: kinds of events, bookmarks, the order of the list."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from replayer_qt.core.bookmarks import NOTE_LIMIT, Bookmark, SetBookmark, tidied
from replayer_qt.core.commands import Command, GoTo, OpenRound, SeekRound, Show
from replayer_qt.core.replay_commands import Shuffle
from replayer_qt.core.state import Advance, State
from replayer_qt.ui import fmt
from replayer_qt.ui.dialogs.bookmarks import BookmarksDialog
from replayer_qt.ui.dialogs.one_line import LineDialog
from replayer_qt.ui.view import Look, replayed

_SEED_MOST: Final = 10**9


class TimeDesk(QObject):
    """Opens the time machine's dialogs; it decides nothing.

    Args:
        ground: what its dialogs belong to.
        choose: keeps what a person chose of the `Look`, by its names.
        look: returns how the market is looked at now.

    Signals:
        asked: a command.
    """

    asked = Signal(object)

    def __init__(
        self,
        ground: QWidget,
        *,
        choose: Callable[..., None],
        look: Callable[[], Look],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground = ground
        self._choose, self._look = choose, look
        self._state = State()
        self._bookmarks: BookmarksDialog | None = None

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "toggle_event": self.toggle_event,
            "ask_bookmark": self.ask_bookmark,
            "show_bookmarks": self.show_bookmarks,
            "ask_shuffle": self.ask_shuffle,
        }

    @Slot(object)
    def show_frame(self, advance: Advance) -> None:
        """Know where `advance` leaves us."""
        self._state = advance.state
        if self._bookmarks is not None:
            self._bookmarks.show_bookmarks(advance.state.bookmarks)

    def toggle_event(self, kind: str) -> None:
        """Step to events of a kind, or pass them over."""
        chosen = self._look().events.split()
        others = [each for each in chosen if each != kind]
        self._choose(events=" ".join(others if kind in chosen else [*others, kind]))

    def ask_bookmark(self) -> None:
        """Ask for a note, and mark the newest tick that is seen."""
        market = self._state.market()
        if market is None or market.round is None or market.round.tick < 0:
            return
        round_id, tick = market.round.round_id, market.round.tick
        opened = market.opened
        path = "" if opened is None else opened.path
        stream = market.stream if opened is None else opened.past_of or market.stream
        known = (
            one for one in self._state.bookmarks if (one.round_id, one.tick) == (round_id, tick)
        )
        before = next(known, Bookmark(round_id=round_id, tick=tick, stream=stream, path=path))

        def made(note: str) -> Command | str:
            return SetBookmark(bookmark=tidied(replace(before, note=note)))

        dialog = LineDialog(
            "Bookmark",
            f"Note on tick {fmt.count(tick)} of round {fmt.round_name(round_id)}:",
            made,
            begins=before.note,
            limit=NOTE_LIMIT,
            parent=self._ground,
        )
        dialog.asked.connect(self.asked)
        dialog.open()

    def show_bookmarks(self) -> None:
        """Show all bookmarks, or bring them to the front."""
        if self._bookmarks is None:
            self._bookmarks = BookmarksDialog(self._state.bookmarks, self._ground)
            self._bookmarks.asked.connect(self.asked)
            self._bookmarks.wanted.connect(self.go_to)
            self._bookmarks.destroyed.connect(self._forget)
        self._bookmarks.show()
        self._bookmarks.raise_()

    @Slot(object)
    def go_to(self, bookmark: Bookmark) -> None:
        """Ask for the tick of a bookmark, wherever its round is shown."""
        name, tick = bookmark.round_id, bookmark.tick
        market = replayed(self._state)
        if market is not None and market.opened is not None and name in market.opened.rounds:
            self.asked.emit(Show(stream=market.stream))
            self.asked.emit(SeekRound(round_id=name, tick=tick))
        elif bookmark.path:
            self.asked.emit(OpenRound(paths=(bookmark.path,), round_id=name, tick=tick))
        else:
            self.asked.emit(GoTo(stream=bookmark.stream, round_id=name, tick=tick))

    def ask_shuffle(self) -> None:
        """Ask for the number that names an order of the list."""
        market = replayed(self._state)
        at = None if market is None else market.replay
        begins = "1" if at is None or at.seed is None else str(at.seed)
        dialog = LineDialog(
            "Shuffle the list",
            "A number names an order; the same number is the same order.",
            shuffle_of,
            begins=begins,
            parent=self._ground,
        )
        dialog.asked.connect(self.asked)
        dialog.open()

    @Slot()
    def _forget(self) -> None:
        self._bookmarks = None


def shuffle_of(text: str) -> Command | str:
    """Return the wish for the order that a number names; else the reason.

    >>> shuffle_of("7").seed, shuffle_of("x")
    (7, 'type a whole number')
    """
    bare = text.strip()
    if not (bare.isascii() and bare.isdigit()) or int(bare[:12]) > _SEED_MOST:
        return "type a whole number"
    return Shuffle(seed=int(bare))
