"""Carries out what was chosen for the selected rounds, and asks back where it must."""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QFileInfo, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from replayer_qt.core.commands import OpenRecordings, OpenRound
from replayer_qt.core.library_requests import (
    MarkRounds,
    SavePlaylist,
    Seal,
    Trash,
    Verify,
)
from replayer_qt.ui import fmt
from replayer_qt.ui.library.dialogs import ConfirmDialog, NoteDialog, TagsDialog
from replayer_qt.ui.library.export_dialog import ExportDialog
from replayer_qt.ui.library.gathering import Gathering, Picked, Picks
from replayer_qt.ui.library.questions import Questions
from replayer_qt.ui.library.rounds_table import RoundsTable
from replayer_qt.ui.plain import clean, copy

PLAYLIST_ENDING: Final = ".playlist.jsonl"

_NAMED: Final = 3
_JOURNAL: Final = "journal"
"""Our own recordings: one round a file, with the messages beside it."""


class Deeds(QObject):
    """Does what the table of deeds names.

    Signals:
        asked: a command for the main window.
        studied: the numbers [tuple of int] of rounds whose statistics are wanted.
        told: what was done, or not [str].
    """

    asked = Signal(object)
    studied = Signal(object)
    told = Signal(str)

    def __init__(
        self,
        table: RoundsTable,
        questions: Questions,
        gathering: Gathering,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._questions = questions
        self._gathering = gathering
        self._ground = parent
        self._tags_in_use: tuple[str, ...] = ()
        self._reveal: Callable[[str], object] = reveal
        self._deeds: dict[str, Callable[[], object]] = {
            "open": self.open,
            "play": lambda: self._with_rows(self._play),
            "playlist": self._ask_playlist,
            "study": lambda: self.studied.emit(self._ids()),
            "tags": lambda: self._with_rows(self._ask_tags),
            "note": lambda: self._with_rows(self._ask_note),
            "bookmark": lambda: self._with_rows(self._bookmark),
            "verify": lambda: self._with_rows(self._verify),
            "repair": lambda: self._with_rows(self._repair),
            "seal": lambda: self._with_rows(self._seal),
            "export": self._ask_export,
            "reveal": lambda: self._with_rows(self._show_folder),
            "copy-path": lambda: self._with_rows(self._copy_paths),
            "trash": lambda: self._with_rows(self._ask_trash),
            "all": table.selectAll,
            "invert": table.invert,
        }

    def show_tags(self, tags: Sequence[str]) -> None:
        """Know the tags in use, to be offered."""
        self._tags_in_use = tuple(tags)

    @Slot(str)
    def do(self, name: str) -> None:
        """Do what the deed of that name is."""
        deed = self._deeds.get(name)
        if deed is not None:
            deed()

    @Slot()
    def open(self) -> None:
        """Have the main window open the current round, or all that are selected."""
        ids = self._ids()
        if len(ids) > 1:
            self._with_rows(self._play)
        elif ids:
            self._with_rows(self._open)

    # --- of rows

    def _ids(self) -> tuple[int, ...]:
        return tuple(self._table.picked_ids().tolist())

    def _with_rows(self, then: Callable[[Picks], None]) -> None:
        ids = self._ids()
        if ids:
            self._gathering.begin(ids, then, self._table.rows.catalogue)

    def _open(self, picks: Picks) -> None:
        for row in picks.rows[:1]:
            self.asked.emit(OpenRound(paths=(row.path,), round_id=row.round_id))

    def _play(self, picks: Picks) -> None:
        if picks.rows:
            self.asked.emit(OpenRecordings(paths=picks.paths))

    def _bookmark(self, picks: Picks) -> None:
        on = not all(row.marks.bookmarked for row in picks.rows)
        self._mark(picks, MarkRounds(ids=picks.numbers, bookmarked=on))

    def _mark(self, picks: Picks, request: MarkRounds) -> None:
        if request.ids:
            self._questions.ask_anew(replace(request, catalogue=picks.catalogue))

    def _verify(self, picks: Picks) -> None:
        self._questions.want(Verify(paths=picks.paths))

    def _repair(self, picks: Picks) -> None:
        self._questions.want(Verify(paths=picks.paths, repair=True))

    def _seal(self, picks: Picks) -> None:
        self._questions.want(Seal(paths=picks.paths))

    def _show_folder(self, picks: Picks) -> None:
        for row in picks.rows[:1]:
            self._reveal(str(PurePath(row.path).parent))

    def _copy_paths(self, picks: Picks) -> None:
        paths = picks.paths
        copy("\n".join(paths))
        self.told.emit(f"Copied {_many(len(paths), 'path')}.")

    # --- asking back

    def _ask_tags(self, picks: Picks) -> None:
        ids = picks.numbers
        dialog = TagsDialog([row.marks.tags for row in picks.rows], self._tags_in_use, self._ground)
        dialog.tagged.connect(
            lambda add, drop: self._mark(picks, MarkRounds(ids=ids, add_tags=add, drop_tags=drop))
        )
        dialog.open()

    def _ask_note(self, picks: Picks) -> None:
        ids, notes = picks.numbers, {row.marks.note for row in picks.rows}
        note = notes.pop() if len(notes) == 1 else ""
        dialog = NoteDialog(note, len(picks.rows), self._ground)
        dialog.noted.connect(lambda text: self._mark(picks, MarkRounds(ids=ids, note=text)))
        dialog.open()

    def _ask_export(self) -> None:
        ids, of = self._ids(), self._table.rows.catalogue
        if ids:
            dialog = ExportDialog(ids, "", self._ground)
            dialog.wanted.connect(lambda job: self._questions.want(replace(job, catalogue=of)))
            dialog.open()

    def _ask_playlist(self) -> None:
        ids, of = self._ids(), self._table.rows.catalogue
        if not ids:
            return
        dialog = QFileDialog(self._ground, "Save the playlist", f"rounds{PLAYLIST_ENDING}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"Playlists (*{PLAYLIST_ENDING})")
        dialog.fileSelected.connect(lambda path: self._save_playlist(ids, of, path))
        dialog.open()

    def _save_playlist(self, ids: tuple[int, ...], catalogue: str, path: str) -> None:
        target = path if path.endswith(PLAYLIST_ENDING) else f"{path}{PLAYLIST_ENDING}"
        self._questions.ask_anew(SavePlaylist(ids=ids, target=target, catalogue=catalogue))

    def _ask_trash(self, picks: Picks) -> None:
        job = Trash(paths=picks.paths)
        dialog = ConfirmDialog("Delete to trash", trash_words(picks), "To trash", self._ground)
        dialog.confirmed.connect(lambda: self._questions.want(job))
        dialog.open()


def trash_words(picks: Picks) -> tuple[str, ...]:
    """Return what a person has to know before files go."""
    size = fmt.size(sum(picks.files.values()))
    count, rounds = _many(len(picks.files), "file"), _many(len(picks.rows), "selected round")
    beside = _JOURNAL in picks.formats
    uncounted = ", with the messages beside them, whose size is not counted here" if beside else ""
    others = ("Other rounds in the same files go with them.",) if picks.formats - {_JOURNAL} else ()
    return (
        f"{count} with {rounds}, {size}{uncounted}, will be put into the trash.",
        _named(picks.rows),
        *others,
        "Tags, notes and bookmarks stay: they come back when a file does.",
    )


def _named(rows: Sequence[Picked]) -> str:
    names = ", ".join(clean(row.round_id, 80) for row in rows[:_NAMED])
    left = len(rows) - _NAMED
    return f"{names} and {left:,} more." if left > 0 else f"{names}."


def reveal(folder: str) -> bool:
    """Have the desktop show a folder of this machine; nothing but a folder is ever opened."""
    is_folder = QFileInfo(folder).isDir()
    return is_folder and QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
