"""One book of drawings for each round that is charted, shared by all charts that show it."""

from PySide6.QtCore import QObject, Signal, Slot

from replayer_qt.core.drawings import Drawings, Sheet
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.chart.drawing_book import DrawingBook, DrawingStore

Place = tuple[StreamId, RoundId]


class DrawingShelf(QObject):
    """Lends books: two charts of one round have the same one, with one way to undo.

    What two books have in common, a venue's drawings or a round that two streams tell, is the same
    in both at any time, so that neither keeps an old copy over the other's.

    Args:
        store: keeps the drawings; without one they last as long as the round is shown.

    Signals:
        failed: why drawings could not be loaded or kept [str].
    """

    failed = Signal(str)

    def __init__(self, store: DrawingStore | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._books: list[DrawingBook] = []  # bounded: one more than there are charts
        self._lent: dict[object, DrawingBook] = {}  # bounded: one for each chart

    def lend(self, reader: object, place: Place | None) -> DrawingBook:
        """Return the book of a place for one reader, who gives back the one they had."""
        held = self._lent.pop(reader, None)
        book = self._book_at(place, held)
        self._lent[reader] = book
        self._close(held)
        if place is None or book.place != place:
            book.open(*(place or (None, None)))
            self._take_over(book)
        return book

    def give_back(self, reader: object) -> None:
        """Take back what a reader had; it may be lent to another."""
        self._close(self._lent.pop(reader, None))

    def _book_at(self, place: Place | None, held: DrawingBook | None) -> DrawingBook:
        lent = self._lent.values()
        shared = (book for book in lent if place is not None and book.place == place)
        free = (book for book in self._books if book not in lent)
        mine = held if held is not None and held not in lent else None
        return next(shared, None) or mine or next(free, None) or self._made()

    def _made(self) -> DrawingBook:
        book = DrawingBook(self._store, self)
        book.failed.connect(self.failed)
        book.put_in.connect(self._pass_on)
        self._books.append(book)
        return book

    def _close(self, book: DrawingBook | None) -> None:
        if book is not None and book not in self._lent.values():
            book.open(None, None)

    def _take_over(self, book: DrawingBook) -> None:
        """A book that was just opened takes what another one has newer than the disk."""
        for other in self._lent.values():
            if other is not book:
                for sheet in other.sheets:
                    book.hear(sheet, other.of(sheet), settled=other.has(sheet))

    @Slot(object, object)
    def _pass_on(self, sheet: Sheet, drawings: Drawings) -> None:
        source = self.sender()
        for book in self._books:
            if book is not source:
                book.hear(sheet, drawings, settled=False)
