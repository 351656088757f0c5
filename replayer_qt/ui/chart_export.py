"""Takes the chart out of the program: as a picture, a drawing or a table, and by the clipboard."""

import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from PySide6.QtCore import QDir, QFileInfo, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from replayer_qt.core.program_events import Severity
from replayer_qt.ports import Clock
from replayer_qt.ui.chart.picture import Seen, drawing_of, image_of
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.subject import Pointed
from replayer_qt.ui.chart.visible_slice import Slice, slice_of, span_of
from replayer_qt.ui.chart_face import Chart
from replayer_qt.ui.dialogs.replace_file import ReplaceDialog
from replayer_qt.ui.models.tables import Notice
from replayer_qt.ui.packing import PictureFile
from replayer_qt.ui.plain import clean, copy
from replayer_qt.ui.slice_file import SliceFile, save_whole

KINDS: Final = {
    "Picture (*.png)": "png",
    "Picture, twice as large (*.png)": "png",
    "Drawing (*.svg)": "svg",
    "Table of the ticks in sight (*.csv)": "csv",
}
"""As what the chart can be saved, and the ending of its file."""

_TWICE: Final = "Picture, twice as large (*.png)"
_IN_NAMES: Final = frozenset(string.ascii_letters + string.digits + "-_")
_NAME_KEPT: Final = 48
_PATH_KEPT: Final = 160


class Taken(msgspec.Struct, frozen=True):
    """The chart at the moment that somebody asked for it, in every form it can be saved in."""

    once: QImage
    twice: QImage
    drawing: bytes
    table: Slice


class ChartExport(QObject):
    """Saves what was seen when it was asked for, however long somebody looks for a folder.

    Signals:
        told: a `Notice` of what came of it.

    Attributes:
        folder: where the last file went, and the next one is proposed.
    """

    told = Signal(object)

    def __init__(
        self, chart: Callable[[], Chart], ground: QWidget, clock: Clock | None = None
    ) -> None:
        """Prepare.

        Args:
            chart: returns what is taken out: the chart that keys belong to.
            ground: whose window the dialogs belong to; it owns this object.
            clock: when something was told; without it that is left open.
        """
        super().__init__(ground)
        self._chart, self._ground, self._clock = chart, ground, clock
        self.folder = QDir.homePath()
        self._taken: Taken | None = None
        self._table = SliceFile(self)
        self._table.ended.connect(self._tell_saved)
        self._picture = PictureFile(self)
        self._picture.ended.connect(self._tell_saved)

    @Slot()
    def ask(self) -> None:
        """Ask as what and where to save the chart, as it is seen at this moment."""
        self._taken = self._take()
        plan = self._chart().plan
        if self._taken is None or plan is None:
            self._tell_nothing()
            return
        dialog = QFileDialog(self._ground, "Export the chart", self.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        # it is asked here, for the ending that is added may make it another file
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilters(list(KINDS))
        dialog.selectFile(proposed_name(plan))
        dialog.accepted.connect(self._choose)
        dialog.open()

    def save(self, kind: str, path: str) -> None:
        """Save what was taken as `kind`, one of `KINDS`; asks where there is such a file already.

        An ending that belongs to another kind says which is meant; any other gets the kind's.
        """
        ending, typed = KINDS.get(kind, "png"), QFileInfo(path).suffix().lower()
        if typed != ending:
            meant = next((each for each, its in KINDS.items() if its == typed), None)
            kind, path = (kind, f"{path}.{ending}") if meant is None else (meant, path)
        if not QFileInfo.exists(path):
            self._write(kind, path)
            return
        dialog = ReplaceDialog(path, self._ground)
        dialog.agreed.connect(lambda agreed: self._write(kind, agreed))
        dialog.open()

    @Slot()
    def copy_picture(self) -> None:
        """Put the chart on the clipboard as a picture."""
        seen = self._seen()
        if seen is None:
            self._tell_nothing()
            return
        QGuiApplication.clipboard().setImage(image_of(seen))
        self._tell("chart-copied", "The picture of the chart is on the clipboard.")

    @Slot()
    def copy_values(self) -> None:
        """Put the values under the crosshair on the clipboard, or the newest ones without it.

        Two lines parted by tabs, as a sheet takes them, with every digit.
        """
        plan, pointed = self._chart().plan, self._chart().pointed_at
        text = "" if plan is None else values_of(plan, pointed)
        if not text:
            self._tell_nothing()
            return
        copy(text)
        where = "newest values" if pointed is None else "values under the crosshair"
        self._tell("chart-copied", f"The {where} are on the clipboard.")

    def _seen(self) -> Seen | None:
        chart = self._chart()
        return None if chart.plan is None else Seen(chart.plan, chart.notes, chart.extras)

    def _take(self) -> Taken | None:
        seen = self._seen()
        if seen is None:
            return None
        title = f"Replayer {proposed_name(seen.plan)}"
        drawing = drawing_of(seen, title, self._ground.logicalDpiX())
        return Taken(image_of(seen), image_of(seen, 2), drawing, slice_of(seen.plan))

    @Slot()
    def _choose(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog) and dialog.selectedFiles():
            self.save(dialog.selectedNameFilter(), dialog.selectedFiles()[0])

    def _write(self, kind: str, path: str) -> None:
        taken = self._taken
        if taken is None:
            return
        self.folder = QFileInfo(path).absolutePath()
        match KINDS.get(kind, "png"):
            case "csv":
                self._table.start(taken.table, path)
            case "svg":
                self._tell_saved(path, save_whole(path, taken.drawing))
            case _:
                image = taken.twice if kind == _TWICE else taken.once
                self._picture.start(image, path)

    @Slot(str, str)
    def _tell_saved(self, path: str, why: str) -> None:
        shown = clean(path, _PATH_KEPT)
        if why:
            self._tell(
                "chart-not-exported",
                f"{shown} could not be written: {clean(why, _PATH_KEPT)}.",
                "Choose another folder, or free some space; nothing was changed.",
                Severity.ERROR,
            )
        else:
            self._tell("chart-exported", f"The chart is saved as {shown}.")

    def _tell_nothing(self) -> None:
        what = "There is no price on the chart to take out."
        remedy = "Connect to a venue, or open a recording."
        self._tell("chart-empty", what, remedy, Severity.WARNING)

    def _tell(
        self, code: str, what: str, remedy: str = "", severity: Severity = Severity.INFO
    ) -> None:
        at = 0 if self._clock is None else self._clock.now()
        self.told.emit(Notice(code=code, severity=severity, what=what, remedy=remedy, at=at))


def proposed_name(plan: Plan) -> str:
    """Return a file's name without its ending: the round and the ticks in sight.

    A round's name comes from outside, so only plain letters of it are kept.
    """
    told = "chart" if plan.series is None else str(plan.series.round_id)
    kept = "".join(letter for letter in told if letter in _IN_NAMES)[:_NAME_KEPT]
    span = span_of(plan)
    return (kept or "chart") + ("" if span is None else f"-{span[0]}-{span[1]}")


def values_of(plan: Plan, pointed: Pointed | None) -> str:
    """Return names and values of one candle, parted by tabs; those of the newest one for None.

    Empty without any candle.
    """
    if pointed is None:
        if not plan.count:
            return ""
        candles, at = plan.candles, plan.count - 1
        pointed = Pointed(
            tick=int(candles.first_tick[at]),
            time=int(candles.start[at]),
            open=float(candles.open[at]),
            high=float(candles.high[at]),
            low=float(candles.low[at]),
            close=float(candles.close[at]),
        )
    values: dict[str, object] = {"tick": pointed.tick, "time_utc": _moment(pointed.time)}
    if plan.line:
        values["price"] = pointed.close
    else:
        values |= {name: getattr(pointed, name) for name in ("open", "high", "low", "close")}
    lines = ("\t".join(values), "\t".join(str(value) for value in values.values()))
    return "\n".join(lines)


def _moment(nanos: int) -> str:
    seconds, rest = divmod(nanos, 1_000_000_000)
    told = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{told}.{rest:09}Z"
