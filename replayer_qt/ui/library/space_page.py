"""The page of space: what uses it, what may go by the rules, and a try that changes nothing."""

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from replayer_qt.core.library_answers import Answer, TidyingPlanned, TidyStep, UsageRead
from replayer_qt.core.library_requests import PlanTidying, ReadUsage, Tidy, TidyRules
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.ui import fmt
from replayer_qt.ui.library.dialogs import ConfirmDialog
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.usage_bars import UsageBars
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.linked_table import LinkedTable
from replayer_qt.ui.plain import PlainLabel, clean
from replayer_qt.ui.theme import Theme

STEPS_LISTED: Final = 10_000
"""Files of a plan that are listed; all of them are counted."""

_MB: Final = 1_000_000
_QUOTA_MOST: Final = 100_000_000
_DAYS_MOST: Final = 36_500
_NO_PLAN: Final = "Nothing was tried yet. A try changes nothing."
_NARROW_PX: Final = 860
_BAR_PX: Final = 20
_FILES_PX: Final = 190
_AGAIN: Final = "Look at this page again to ask once more."
_SHARES: Final = "Shares, and a bar's full width, are of all that the library uses."
_IMPORTED: Final = "imported"
_IMPORTED_WORDS: Final = "Imported files"
_KEPT: Final = "Rounds with a tag, a note, a bookmark or an own result never go."


def step_columns() -> list[Column[TidyStep]]:
    """Return the columns of a plan."""
    return [
        Column(title="File", chars=30, text=lambda step: clean(fmt.file_name(step.path)),
               tip=lambda step: step.path, plain=lambda step: clean(step.path, 4_000)),
        Column(title="Size", chars=9, text=lambda step: fmt.size(step.size),
               number=lambda step: step.size),
        Column(title="Why", chars=40, text=lambda step: clean(step.reason),
               tip=lambda step: step.reason),
    ]  # fmt: skip


def usage_words(usage: UsageRead) -> str:
    """Return in one sentence what is used, what was saved, and what is left."""
    free = "" if usage.free is None else f" {fmt.size(usage.free)} are free on this disk."
    saved = f" Sealing saves {fmt.size(usage.saved)}." if usage.saved > 0 else ""
    parts = (f"{fmt.size(size)} {name}" for name, size in parts_of(usage) if size)
    listed = f": {', '.join(parts)}" if usage.size else ""
    return f"The library uses {fmt.size(usage.size)}{listed}.{saved}{free}"


def parts_of(usage: UsageRead) -> tuple[tuple[str, int], ...]:
    """Return what the whole consists of, by name [bytes]; the parts add up to it."""
    recordings = sum(each.size for each in usage.by_venue)
    open_ = max(0, recordings - usage.sealed - usage.raw)
    other = max(0, usage.size - usage.sealed - usage.raw - open_ - usage.catalogue)
    return (
        ("sealed recordings", usage.sealed),
        ("recordings that are not packed yet, with what was set aside of any", open_),
        ("messages as they came", usage.raw),
        ("catalogue and caches", usage.catalogue),
        ("other files in the folder", other),
    )


def plan_words(plan: TidyingPlanned) -> str:
    """Return in one sentence what tidying would do."""
    if not plan.steps:
        return "Nothing would go: everything is within the rules."
    kept = f" {plan.kept:,} more would, but for their marks." if plan.kept else ""
    over = f" The quota would still be exceeded by {fmt.size(plan.over)}." if plan.over else ""
    files = f"{len(plan.steps):,} file{'' if len(plan.steps) == 1 else 's'}"
    return (
        f"{files} would be moved to the trash; {fmt.size(plan.freed)} are free once that is "
        f"emptied.{kept}{over}"
    )


class SpacePage(QWidget):
    """Asks for what is used when it is shown; tidying takes a plan first, then a confirmation."""

    def __init__(
        self, questions: Questions, settings: LibrarySettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._questions = questions
        self._reading = self._planning = 0
        self._planned: TidyRules | None = None
        self.plan: TidyingPlanned | None = None
        self.said = PlainLabel("Looking at the disk…")
        self.said.setWordWrap(True)
        self.whole = PlainLabel(_SHARES, role="muted")
        self.whole.setWordWrap(True)
        self.bars = {
            "venue": UsageBars("By venue"),
            "month": UsageBars("By month"),
            "format": UsageBars("By format"),
            "largest": UsageBars("Largest files", name_px=_FILES_PX),
        }
        self.quota = _spin("Quota", " MB", "no quota", _QUOTA_MOST, settings.quota_mb)
        self.keep = _spin("Recordings go after", " days", "never", _DAYS_MOST, settings.keep_days)
        self.raw = _spin("Raw messages go after", " days", "never", _DAYS_MOST, settings.raw_days)
        self.dry = QPushButton("&Try: what would go?")
        self.dry.clicked.connect(self.try_rules)
        self.tidy = QPushButton("Ti&dy up…")
        self.tidy.setProperty("role", "danger")
        self.tidy.clicked.connect(self._confirm)
        self.result = PlainLabel(_NO_PLAN)
        self.result.setWordWrap(True)
        self.rows: RowsModel[TidyStep] = RowsModel(
            step_columns(), key=lambda step: step.path, kept=STEPS_LISTED, parent=self
        )
        self.table = LinkedTable("What would go", self.rows, (), empty=_KEPT)
        for box in (self.quota, self.keep, self.raw):
            box.valueChanged.connect(self._forget_plan)
        self._lay_out()
        self._forget_plan()

    # --- what comes in

    def refresh(self) -> None:
        """Ask again what uses the space; what was planned is no longer known to hold."""
        self._reading = self._questions.ticket()
        self._questions.ask(ReadUsage(ticket=self._reading))
        self._forget_plan()

    def show_answer(self, answer: Answer) -> bool:
        """Take in an answer; True if it was waited for here."""
        if answer.ticket and answer.ticket == self._reading:
            self._show_usage(answer)
        elif answer.ticket and answer.ticket == self._planning:
            self._show_plan(answer)
        else:
            return False
        return True

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        for bars in self.bars.values():
            bars.set_theme(theme)

    def rules(self) -> TidyRules:
        """Return the rules as they stand in the fields."""
        return TidyRules(
            quota=self.quota.value() * _MB,
            keep_days=self.keep.value(),
            raw_days=self.raw.value(),
        )

    @Slot()
    def try_rules(self) -> None:
        """Ask what the rules would remove."""
        self._planned = self.rules()
        self._planning = self._questions.ticket()
        self.result.say("Looking for what would go…")
        self._questions.ask(PlanTidying(ticket=self._planning, rules=self._planned))

    # --- answers

    def _show_usage(self, answer: Answer) -> None:
        if not isinstance(answer, UsageRead) or answer.problem:
            self.said.say(f"{answer.problem} {_AGAIN}".strip())
            self.whole.say("")
            for bars in self.bars.values():
                bars.show_things((), 0)
            return
        self.said.say(usage_words(answer))
        self.whole.say(f"{_SHARES.rstrip('.')}, {fmt.size(answer.size)}.")
        venues = tuple(
            replace(each, name=_IMPORTED_WORDS) if each.name == _IMPORTED else each
            for each in answer.by_venue
        )
        for name, things in (
            ("venue", venues),
            ("month", answer.by_month),
            ("format", answer.by_format),
        ):
            self.bars[name].show_things(things, answer.size)
        files = [replace(each, name=fmt.file_name(each.name)) for each in answer.largest]
        self.bars["largest"].show_things(files, answer.size)

    def _show_plan(self, answer: Answer) -> None:
        if not isinstance(answer, TidyingPlanned) or answer.problem:
            self.result.say(answer.problem)
            return
        self.plan = answer
        self.rows.clear()
        self.rows.set_rows(answer.steps[:STEPS_LISTED][::-1])
        self.result.say(plan_words(answer))
        self.tidy.setEnabled(bool(answer.steps))

    @Slot()
    def _forget_plan(self) -> None:
        self._planning, self._planned, self.plan = 0, None, None
        self.rows.clear()
        self.result.say(_NO_PLAN)
        self.tidy.setEnabled(False)

    @Slot()
    def _confirm(self) -> None:
        if self.plan is None or self._planned is None:
            return
        job = Tidy(rules=self._planned)
        lines = (plan_words(self.plan), _KEPT)
        dialog = ConfirmDialog("Tidy up", lines, "To trash", self)
        dialog.confirmed.connect(lambda: self._questions.want(job))
        dialog.open()

    # --- how it is made

    def _lay_out(self) -> None:
        inner = QWidget()
        bars = QVBoxLayout(inner)
        bars.setContentsMargins(0, 0, 8, 0)
        bars.addWidget(self.whole)
        for each in self.bars.values():
            bars.addWidget(each)
        bars.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("What uses the space")
        scroll.setMinimumWidth(inner.minimumSizeHint().width() + _BAR_PX)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for box in (self.quota, self.keep, self.raw):
            form.addRow(PlainLabel(box.accessibleName()), box)
        deeds = QHBoxLayout()
        deeds.addWidget(self.dry)
        deeds.addWidget(self.tidy)
        deeds.addStretch()
        right = QVBoxLayout()
        right.addWidget(PlainLabel("What may go", role="caption"))
        right.addLayout(form)
        right.addWidget(PlainLabel(_KEPT, role="muted"))
        right.addLayout(deeds)
        right.addWidget(self.result)
        right.addWidget(self.table, stretch=1)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.addWidget(scroll, stretch=1)
        self._parts.addLayout(right, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 8)
        column.addWidget(self.said)
        column.addLayout(self._parts, stretch=1)

    # Qt's names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_PX
        ways = QBoxLayout.Direction
        self._parts.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.refresh()


def _spin(name: str, unit: str, none: str, most: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setAccessibleName(name)
    box.lineEdit().setTextMargins(5, 0, 0, 0)  # a style sheet does not reach in there
    box.setRange(0, most)
    box.setSuffix(unit)
    box.setSpecialValueText(none)
    box.setGroupSeparatorShown(True)
    box.setValue(value)
    box.setMinimumWidth(120)
    return box
