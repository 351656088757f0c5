"""Asks for recordings or for a folder of them, without holding anything up."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

_KINDS = ("Recordings (*.jsonl *.json *.zst *.csv *.zip *.parquet *.log)", "All files (*)")


def ask_for_files(parent: QWidget, folder: str, then: Callable[[list[str]], None]) -> QFileDialog:
    """Open a dialog for some files; `then` gets the paths that were chosen."""
    dialog = _dialog(parent, "Open recordings", folder, then)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(_KINDS)
    dialog.open()
    return dialog


def ask_for_folder(parent: QWidget, folder: str, then: Callable[[list[str]], None]) -> QFileDialog:
    """Open a dialog for one folder; `then` gets its path."""
    dialog = _dialog(parent, "Open a folder of recordings", folder, then)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()
    return dialog


def _dialog(
    parent: QWidget, title: str, folder: str, then: Callable[[list[str]], None]
) -> QFileDialog:
    dialog = QFileDialog(parent, title, folder)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
    dialog.filesSelected.connect(then)
    return dialog
