"""The pane below the table: the current round's price, its figures, and what is wrong with it."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from replayer_qt.core.library import LibraryRound
from replayer_qt.core.library_answers import Answer, ColumnsRead
from replayer_qt.core.library_requests import ReadColumns
from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.library.price_plot import PricePlot
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.models.library_columns import (
    date_text,
    fairness_badge,
    format_text,
    quality_badge,
    quality_words,
    venue_text,
)
from replayer_qt.ui.plain import PlainLabel, clean, tip
from replayer_qt.ui.theme import Theme

_WAIT_MS: Final = 80
_NOTHING: Final = "Choose a round: its price is shown here."
_READING: Final = "Reading…"
_GONE: Final = "Its file is gone, or nothing of it can be read. Verify it, or look for new files."
_NAMES: Final = (
    "Venue", "Began", "Lasted", "Ticks", "Peak", "Rug",
    "Result", "Volatility", "Trades", "Volume", "Quality", "Fairness",
)  # fmt: skip
_LONG: Final = ("Round", "File")
_COLUMNS: Final = 2
_FIGURES_PX: Final = 392


class Preview(QWidget):
    """Shows one round; its ticks are asked for once it is pointed to."""

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The chosen round")
        self._questions = questions
        self._id = 0
        self._ticket = 0
        self._catalogue = ""
        self.plot = PricePlot()
        self.plot.say(_NOTHING)
        self.figures: dict[str, PlainLabel] = {}
        self.damage = PlainLabel(role="muted", elide=Qt.TextElideMode.ElideRight, lines=2)
        self._wanted = False
        self._file: tuple[str, int, int] | None = None
        self._pausing = QTimer(self)
        self._pausing.setSingleShot(True)
        self._pausing.setInterval(_WAIT_MS)
        self._pausing.timeout.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 4)
        row.addWidget(self.plot, stretch=1)
        self._side = QWidget()
        self._side.setFixedWidth(scaled(_FIGURES_PX))
        column = QVBoxLayout(self._side)
        column.setContentsMargins(8, 6, 0, 0)
        column.addLayout(self._grid())
        column.addWidget(self.damage)
        column.addStretch()
        row.addWidget(self._side)
        self._side.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        self.plot.set_theme(theme)
        self._side.setFixedWidth(scaled(_FIGURES_PX))

    def show_round(self, number: int, row: LibraryRound | None, catalogue: str = "") -> None:
        """Show the round of that number; 0 for none, None while its row is not known.

        Args:
            number: which one.
            row: what is known of it.
            catalogue: the name of the catalogue that gave the number.
        """
        if catalogue != self._catalogue:
            self._catalogue, self._id = catalogue, -1
        known = row is not None and row.id == number
        if known and row is not None:
            self._say(row)
        if number != self._id:
            self._id, self._ticket, self._file = number, 0, None
            self._side.setVisible(number != 0)
            self.plot.say(_READING if number else _NOTHING)
            self._ask_soon()
        if known and row is not None:
            file = (row.file.path, row.file.modified, row.file.size)
            if self._file not in {None, file}:
                self._ask_soon()  # somebody wrote to it
            self._file = file

    def show_answer(self, answer: Answer) -> None:
        """Take in the ticks that were asked for; others are too late."""
        if not self._ticket or answer.ticket != self._ticket:
            return
        if isinstance(answer, ColumnsRead) and answer.columns is not None:
            self.plot.show_round(answer.columns)
        else:
            self.plot.say(answer.problem or _GONE)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        half = (len(_NAMES) + 1) // _COLUMNS
        for place, name in enumerate(_NAMES):
            label = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
            self.figures[name] = label
            row, side = place % half, place // half * 2
            grid.addWidget(PlainLabel(name, role="caption"), row, side)
            grid.addWidget(label, row, side + 1)
            grid.setColumnStretch(side + 1, 1)
        for row, name in enumerate(_LONG, start=half):
            self.figures[name] = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
            grid.addWidget(PlainLabel(name, role="caption"), row, 0)
            grid.addWidget(self.figures[name], row, 1, 1, 3)
        return grid

    def _say(self, row: LibraryRound) -> None:
        entry = row.entry
        lasted = entry.ended_at - entry.begun_at
        rug = fmt.NOTHING
        if entry.rugged:
            rug = f"{fmt.price(entry.rug_price)} at {fmt.count(entry.rug_index)}"
        peak = f"{fmt.price(entry.peak)} at {fmt.count(entry.peak_index)}"
        volatility = fmt.NOTHING if entry.volatility is None else f"{entry.volatility * 100:.2f} %"
        copies = f" ({row.copies:,} copies)" if row.copies > 1 else ""
        told = {
            "Round": str(entry.round_id),
            "Venue": venue_text(row),
            "Began": date_text(entry.begun_at),
            "Lasted": fmt.seconds(lasted) if entry.begun_at and lasted >= 0 else fmt.NOTHING,
            "Ticks": fmt.count(entry.ticks),
            "Peak": fmt.NOTHING if entry.peak is None else peak,
            "Rug": rug,
            "Result": fmt.signed_sol(row.result),
            "Volatility": volatility,
            "Trades": fmt.count(entry.trades),
            "Volume": fmt.NOTHING if entry.volume is None else fmt.short_amount(entry.volume),
            "Quality": quality_badge(row).word,
            "Fairness": fairness_badge(row).word,
            "File": f"{fmt.file_name(row.file.path)}, {format_text(row)}{copies}",
        }
        for name, text in told.items():
            self.figures[name].say(text)
            self.figures[name].setToolTip(tip(text))
        self.figures["File"].setToolTip(tip(row.file.path))
        self.damage.say(clean(quality_words(row)))

    def _ask_soon(self) -> None:
        """Ask at once, but not for each of many rounds that are run through."""
        self._wanted = self._id != 0
        if self._wanted and not self._pausing.isActive():
            self._ask()

    @Slot()
    def _ask(self) -> None:
        if self._wanted:
            self._wanted = False
            self._pausing.start()
            self._ticket = self._questions.ticket()
            self._questions.ask(
                ReadColumns(ticket=self._ticket, id=self._id, catalogue=self._catalogue)
            )
