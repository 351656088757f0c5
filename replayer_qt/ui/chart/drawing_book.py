"""The drawings of the round that is shown and of its venue: changed, undone, loaded and kept."""

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from replayer_qt.core.drawings import DRAWINGS_MOST, Drawings, Sheet, sheets_of, sound
from replayer_qt.core.units import RoundId, StreamId

_UNDONE_MOST: Final = 100


class DrawingStore(Protocol):
    """Keeps drawings; calls back on any thread."""

    def load(self, sheet: Sheet, then: Callable[[Sheet, Drawings, str], None]) -> None:
        """Tell the drawings of a sheet, and what was wrong with them."""
        ...

    def save(self, sheet: Sheet, drawings: Drawings, then: Callable[[Sheet, str], None]) -> None:
        """Keep the drawings of a sheet, and tell why they could not be kept."""
        ...


class _Change(QUndoCommand):
    def __init__(self, book: "DrawingBook", words: str, before: Drawings, after: Drawings) -> None:
        super().__init__(words)
        self._book, self._before, self._after = book, before, after

    def redo(self) -> None:
        self._book.put(self._after)

    def undo(self) -> None:
        self._book.put(self._before)


class DrawingBook(QObject):
    """Open at one round and its venue at a time; what belongs to another round is never in it.

    Signals:
        changed: other drawings are to be shown.
        failed: why drawings could not be loaded or kept [str].
        put_in: a sheet has other drawings now, for books that have the same sheet.

    Attributes:
        drawings: those of the round and of its venue, in the order in which they are painted.
        version: grows with each change.
    """

    changed = Signal()
    failed = Signal(str)
    put_in = Signal(object, object)
    _loaded = Signal(object, object, str)
    _saved = Signal(object, str)

    def __init__(self, store: DrawingStore | None = None, parent: QObject | None = None) -> None:
        """Begin with nothing.

        Args:
            store: keeps them; without one they last as long as the round is shown.
            parent: owns this object.
        """
        super().__init__(parent)
        self.drawings: Drawings = ()
        self.version = 0
        self._store = store
        self._open: tuple[StreamId, RoundId] | None = None
        self._sheets: tuple[Sheet, ...] = ()
        self._awaited: set[Sheet] = set()  # bounded: those of one round
        self._left: dict[Sheet, Drawings] = {}  # bounded: until what was asked for is loaded
        self._undo = QUndoStack(self)
        self._undo.setUndoLimit(_UNDONE_MOST)
        self._loaded.connect(self._take)
        self._saved.connect(self._note)

    @property
    def is_open(self) -> bool:
        """Whether there is a round to draw on."""
        return self._open is not None

    @property
    def place(self) -> tuple[StreamId, RoundId] | None:
        """The stream and the round that it is open at; None where it is closed."""
        return self._open

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """What it is open at."""
        return self._sheets

    def of(self, sheet: Sheet) -> Drawings:
        """Return the drawings of one of its sheets."""
        return _of(self.drawings, sheet)

    def has(self, sheet: Sheet) -> bool:
        """Return whether all that was kept of one of its sheets is here."""
        return sheet in self._sheets and sheet not in self._awaited

    @property
    def is_full(self) -> bool:
        """Whether no other drawing can be kept."""
        return len(self.drawings) >= DRAWINGS_MOST

    def open(self, stream: StreamId | None, round_id: RoundId | None) -> None:
        """Show the drawings of a round and of its venue; None shows none."""
        place = None if stream is None or round_id is None else (stream, round_id)
        if place == self._open:
            return
        for sheet in self._awaited:
            left = _of(self.drawings, sheet)
            if left:
                self._left[sheet] = (*self._left.get(sheet, ()), *left)
        self._open = place
        self._sheets = () if place is None else sheets_of(*place)
        self._undo.clear()
        self._show(())
        self._awaited.clear()
        if self._store is not None:
            self._awaited.update(self._sheets)
            for sheet in self._sheets:
                self._store.load(sheet, self._loaded.emit)

    def change(self, words: str, after: Drawings) -> None:
        """Have other drawings from now on; `words` say what was done, for undoing it."""
        if self._open is not None and after != self.drawings:
            self._undo.push(_Change(self, words, self.drawings, sound(after)))

    def undo(self) -> None:
        """Take back the last change; does nothing without one."""
        self._undo.undo()

    def redo(self) -> None:
        """Do again what was taken back last; does nothing without it."""
        self._undo.redo()

    def put(self, drawings: Drawings) -> None:
        """Show and keep these, without a way back."""
        before = self.drawings
        self._show(drawings)
        for sheet in self._sheets:
            mine = _of(drawings, sheet)
            if mine == _of(before, sheet):
                continue
            if sheet not in self._awaited:
                self._keep(sheet, mine)
            self.put_in.emit(sheet, mine)

    def hear(self, sheet: Sheet, drawings: Drawings, *, settled: bool) -> None:
        """Show what another book has put into a sheet that is open here too; keeps nothing.

        Args:
            sheet: which one; one that is not open here is passed over.
            drawings: all of it.
            settled: whether what was kept of it is among them, and need not be waited for.
        """
        if sheet not in self._sheets:
            return
        if settled:
            self._awaited.discard(sheet)
        if drawings != _of(self.drawings, sheet):
            self._undo.clear()  # what could be undone did not know of these
            others = tuple(each for each in self.drawings if each.reach is not sheet.reach)
            self._show((*others, *drawings)[:DRAWINGS_MOST])

    def _show(self, drawings: Drawings) -> None:
        self.drawings = drawings
        self.version += 1
        self.changed.emit()

    def _keep(self, sheet: Sheet, drawings: Drawings) -> None:
        if self._store is not None:
            self._store.save(sheet, drawings, self._saved.emit)

    @Slot(object, object, str)
    def _take(self, sheet: Sheet, drawings: Drawings, why: str) -> None:
        """Take what was loaded, before what was drawn since."""
        left = self._left.pop(sheet, ())
        if left:  # drawn on a round that was gone before it was loaded
            drawings = sound((*drawings, *left))
            self._keep(sheet, drawings)
            self.put_in.emit(sheet, drawings)
        if sheet not in self._awaited:
            return
        self._awaited.discard(sheet)
        if why:
            self.failed.emit(f"The drawings of this {sheet.reach} could not be read: {why}.")
        since = _of(self.drawings, sheet)
        known = tuple(each for each in drawings if each.reach is sheet.reach)
        if known:
            self._undo.clear()  # what could be undone did not know of these
            self._show((*known, *self.drawings)[:DRAWINGS_MOST])
        if since:
            self._keep(sheet, _of(self.drawings, sheet))

    @Slot(object, str)
    def _note(self, sheet: Sheet, why: str) -> None:
        if why:
            self.failed.emit(f"The drawings of a {sheet.reach} could not be kept: {why}.")


def _of(drawings: Drawings, sheet: Sheet) -> Drawings:
    return tuple(each for each in drawings if each.reach is sheet.reach)
