"""The pane of fields beside the table: ranges, check lists and tags, all views of one query."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import Quality, Range, RoundQuery
from replayer_qt.ui import fmt
from replayer_qt.ui.lettering import scaled
from replayer_qt.ui.library.query_fields import (
    FIELDS,
    RangeField,
    Unreadable,
    cleared,
    is_narrow,
    limit_of,
    limit_text,
    range_of,
    toggled,
    with_range,
)
from replayer_qt.ui.models.library_columns import FAIRNESS, QUALITIES
from replayer_qt.ui.panels.fields import mark_bad
from replayer_qt.ui.plain import PlainLabel, clean, fill, tip
from replayer_qt.ui.privacy import is_private

TAGS_SHOWN: Final = 200
"""Tags in use that are listed; the rarest are left out."""
_VENUES: Final = ("rugs", "practice", "binance")
_EITHER: Final = (None, True, False)
_LETTERS: Final = 24
_TAG_ROWS: Final = 5
_WIDE: Final = 214


class FilterPane(QScrollArea):
    """Fields of a query; what cannot be meant is marked, and the rest holds.

    Signals:
        changed: the query [RoundQuery] that the fields mean now.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filters")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(scaled(_WIDE))
        self._query = RoundQuery()
        self.inputs: dict[str, tuple[QLineEdit, QLineEdit]] = {}
        self.boxes: dict[tuple[str, str], QCheckBox] = {}
        self.why = PlainLabel(role="muted", elide=Qt.TextElideMode.ElideRight, lines=2)
        self.why.hide()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self._add_ranges(column)
        column.addWidget(self.why)
        column.addWidget(PlainLabel("Quality", role="caption"))
        self._add_checks(column, "quality", [(each, QUALITIES[each].word) for each in Quality])
        column.addWidget(PlainLabel("Fairness", role="caption"))
        self._add_checks(column, "fairness", [(each, FAIRNESS[each].word) for each in Fairness])
        column.addWidget(PlainLabel("Venue", role="caption"))
        venues = [(name, fmt.venue(name).removesuffix(" exchange")) for name in _VENUES]
        self._add_checks(column, "venues", venues)
        self.rugged = self._add_choice(column, "rugged", "Rug", ("any", "shown", "not shown"))
        self.bookmarked = self._add_choice(
            column, "bookmarked", "Bookmark", ("any", "bookmarked", "not bookmarked")
        )
        self._add_tags(column)
        self.clear = QPushButton("&Clear filters")
        self.clear.setProperty("role", "small")
        self.clear.clicked.connect(self._clear)
        self.clear.setEnabled(False)
        column.addWidget(self.clear)
        column.addStretch()
        self.setWidget(inner)

    # --- the query, and what is there to choose from

    def show_query(self, query: RoundQuery) -> None:
        """Show what a query says; nothing is told of it."""
        self._query = query
        for field in FIELDS:
            wanted = range_of(query, field)
            for line, value in zip(self.inputs[field.name], (wanted.low, wanted.high), strict=True):
                if not line.hasFocus() or not line.property("bad"):
                    fill(line, limit_text(value, is_date=field.is_date))
                    mark_bad(line, bad=False)
        for (kind, each), box in self.boxes.items():
            _quietly_check(box, on=each in {str(one) for one in getattr(query, kind)})
        _quietly_choose(self.rugged, _EITHER.index(query.rugged))
        _quietly_choose(self.bookmarked, _EITHER.index(query.bookmarked))
        self._check_tags()
        self.clear.setEnabled(is_narrow(query))

    def show_tags(self, tags: Sequence[tuple[str, int]]) -> None:
        """List the tags in use with how many rounds have each."""
        with QSignalBlocker(self.tags):
            self.tags.clear()
            for tag, count in tags[:TAGS_SHOWN]:
                item = QListWidgetItem(f"{clean(tag, _LETTERS)}  {count:,}")
                item.setData(Qt.ItemDataRole.UserRole, tag)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setToolTip(tip(f"{tag}: {count:,} rounds"))
                item.setCheckState(Qt.CheckState.Unchecked)
                self.tags.addItem(item)
        self._check_tags()
        self.tags.setVisible(bool(tags))
        self.no_tags.setVisible(not tags)

    def redress(self) -> None:
        """Be as wide as letters of the chosen size need; show limits of money as they may be."""
        self.setMinimumWidth(scaled(_WIDE))
        mode = QLineEdit.EchoMode.Password if is_private() else QLineEdit.EchoMode.Normal
        for field in FIELDS:
            if field.is_money:
                for line in self.inputs[field.name]:
                    line.setEchoMode(mode)

    # --- how it is made

    def _add_ranges(self, column: QVBoxLayout) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        for row, field in enumerate(FIELDS):
            label = PlainLabel(field.title, role="caption")
            label.setToolTip(tip(field.about))
            grid.addWidget(label, row, 0)
            pair = (self._line(field, 0), self._line(field, 1))
            self.inputs[field.name] = pair
            for place, line in enumerate(pair, start=1):
                grid.addWidget(line, row, place)
        column.addLayout(grid)

    def _line(self, field: RangeField, place: int) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(_LETTERS)
        line.setPlaceholderText(field.hints[place].split(" ")[0])
        line.setAccessibleName(f"{field.title} {('from', 'to')[place]}")
        line.setToolTip(tip(f"{field.about} {field.hints[0].partition(' ')[2]}".strip()))
        line.setMinimumWidth(40)
        line.textEdited.connect(self._read_ranges)
        return line

    def _add_checks(
        self, column: QVBoxLayout, name: str, values: Sequence[tuple[str, str]]
    ) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for place, (value, words) in enumerate(values):
            box = QCheckBox(words)
            box.setAccessibleName(f"{'venue' if name == 'venues' else name}: {words}")
            box.toggled.connect(self._read_checks)
            self.boxes[name, str(value)] = box
            grid.addWidget(box, place // 2, place % 2)
        column.addLayout(grid)

    def _add_choice(
        self, column: QVBoxLayout, name: str, title: str, words: tuple[str, str, str]
    ) -> QComboBox:
        row = QHBoxLayout()
        row.addWidget(PlainLabel(title, role="caption"))
        made = QComboBox()
        made.setAccessibleName(title)
        made.view().setAccessibleName(title)
        made.setObjectName(f"filter-{name}")
        made.addItems(list(words))
        made.currentIndexChanged.connect(self._read_checks)
        row.addWidget(made, stretch=1)
        column.addLayout(row)
        return made

    def _add_tags(self, column: QVBoxLayout) -> None:
        column.addWidget(PlainLabel("Tags in use", role="caption"))
        self.tags = QListWidget()
        self.tags.setAccessibleName("Tags in use")
        self.tags.setUniformItemSizes(True)
        self.tags.setFixedHeight(self.fontMetrics().height() * 2 * _TAG_ROWS // 2 * 6 // 5 + 8)
        self.tags.itemChanged.connect(self._read_tags)
        self.tags.hide()
        self.no_tags = PlainLabel("none yet; press T on a round", role="muted")
        column.addWidget(self.tags)
        column.addWidget(self.no_tags)

    # --- what a person does

    def _change(self, query: RoundQuery) -> None:
        if query != self._query:
            self._query = query
            self.clear.setEnabled(is_narrow(query))
            self.changed.emit(query)

    @Slot()
    def _read_ranges(self) -> None:
        query, why = self._query, ""
        for field in FIELDS:
            limits = []
            for place, line in enumerate(self.inputs[field.name]):
                made = limit_of(line.text(), is_date=field.is_date, is_high=place == 1)
                mark_bad(line, bad=isinstance(made, Unreadable))
                if isinstance(made, Unreadable):
                    why = f"{field.title}: {made.why}"
                    made = (range_of(query, field).low, range_of(query, field).high)[place]
                limits.append(made)
            wanted = Range(*limits)
            # a day that was typed into the search box has an end of its own
            if _shown(wanted, field) != _shown(range_of(query, field), field):
                query = with_range(query, field, wanted)
        self.why.say(why)
        self.why.setVisible(bool(why))
        self._change(query)

    @Slot()
    def _read_checks(self) -> None:
        query = replace(
            self._query,
            quality=tuple(each for each in Quality if self._is_on("quality", each)),
            fairness=tuple(each for each in Fairness if self._is_on("fairness", each)),
            rugged=_EITHER[self.rugged.currentIndex()],
            bookmarked=_EITHER[self.bookmarked.currentIndex()],
        )
        for name in _VENUES:
            on = self._is_on("venues", name)
            query = replace(query, venues=toggled(query.venues, name, on=on))
        self._change(query)

    def _is_on(self, name: str, value: str) -> bool:
        return self.boxes[name, str(value)].isChecked()

    @Slot(QListWidgetItem)
    def _read_tags(self, item: QListWidgetItem) -> None:
        tag = str(item.data(Qt.ItemDataRole.UserRole))
        on = item.checkState() is Qt.CheckState.Checked
        tags = toggled(self._query.tags, tag, on=on)
        without = tuple(each for each in self._query.without_tags if each != tag or not on)
        self._change(replace(self._query, tags=tags, without_tags=without))

    def _check_tags(self) -> None:
        with QSignalBlocker(self.tags):
            for place in range(self.tags.count()):
                item = self.tags.item(place)
                on = item.data(Qt.ItemDataRole.UserRole) in self._query.tags
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    @Slot()
    def _clear(self) -> None:
        query = cleared(self._query)
        self.why.hide()
        self._change(query)
        self.show_query(query)


def _shown(wanted: Range, field: RangeField) -> tuple[str, str]:
    low, high = wanted.low, wanted.high
    return limit_text(low, is_date=field.is_date), limit_text(high, is_date=field.is_date)


def _quietly_check(box: QCheckBox, *, on: bool) -> None:
    with QSignalBlocker(box):
        box.setChecked(on)


def _quietly_choose(box: QComboBox, place: int) -> None:
    with QSignalBlocker(box):
        box.setCurrentIndex(place)
