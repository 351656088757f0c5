"""What this is, in which version, and the licences of what it is built from."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final

import msgspec
from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from replayer_qt.core.options import LIBRARIES
from replayer_qt.ui.models.rows import Column, RowsModel
from replayer_qt.ui.panels.table import Table
from replayer_qt.ui.plain import PlainLabel, clean

_SHORT: Final = 60


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the program is built from."""

    name: str
    version: str
    licence: str


def parts() -> Iterator[Part]:
    """Yield what the program is built from, as far as it is installed."""
    for name in LIBRARIES:
        try:
            told = metadata(name)
        except PackageNotFoundError:
            continue
        yield Part(name=name, version=clean(told["Version"], 20), licence=_licence(told.json))
    yield Part(name="Qt", version=qVersion(), licence="LGPL-3.0-only")
    yield Part(name="DejaVu fonts", version="2.37", licence="Bitstream Vera")


def _licence(told: Mapping[str, object]) -> str:
    """The licence's short name: newer packages state it, older ones classify themselves."""
    stated = told.get("license_expression")
    if isinstance(stated, str):
        return clean(stated, _SHORT)
    classes = told.get("classifier")
    for line in classes if isinstance(classes, list) else []:
        if str(line).startswith("License :: ") and not str(line).endswith("OSI Approved"):
            return clean(str(line).rpartition(" :: ")[2], _SHORT)
    text = str(told.get("license") or "not stated")
    return clean(text.strip().partition("\n")[0], _SHORT)


class AboutDialog(QDialog):
    """Tells versions and licences."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Replayer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 470)
        rows: RowsModel[Part] = RowsModel(
            columns=[
                Column(title="Part", chars=20, text=lambda part: part.name),
                Column(title="Version", chars=10, text=lambda part: part.version),
                Column(title="Licence", chars=30, text=lambda part: part.licence),
            ],
            key=lambda part: part.name,
            kept=64,
            parent=self,
        )
        rows.upsert(reversed(list(parts())))
        table = Table("Parts and licences")
        table.show_rows(rows)
        words = PlainLabel(
            "Records, replays and charts fast tick markets. No licence has been chosen for"
            " Replayer itself; what it is built from keeps its own:",
            role="muted",
        )
        words.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(PlainLabel(f"Replayer {version}", role="title"))
        layout.addWidget(words)
        layout.addWidget(table)
        layout.addWidget(buttons)
