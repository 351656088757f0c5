"""What the window remembers between two starts: where things stand, and recent files."""

import json
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec
from PySide6.QtCore import QByteArray

RECENT_KEPT: Final = 12
_VERSION: Final = 2
"""Raised whenever there are other docks: Qt would not know where these belong."""

_GEOMETRY: Final = f"layout/{_VERSION}/geometry"
_DOCKS: Final = f"layout/{_VERSION}/docks"
_NAMED: Final = f"layout/{_VERSION}/named"
_ARRANGED: Final = "layout/charts"
_RECENT: Final = "recent/files"
LAYOUTS_KEPT: Final = 24


class LayoutStore(Protocol):
    """Where small values survive the program; Qt's own `QSettings` is one."""

    def value(self, key: str, /) -> object:
        """Return what was stored, or None."""
        ...

    def setValue(self, key: str, value: object, /) -> None:  # noqa: N802
        """Store a value; None forgets it."""
        ...


class NamedLayout(msgspec.Struct, frozen=True):
    """A layout that a person gave a name.

    Attributes:
        docks: where every dock stands, as Qt tells it.
        charts: how the charts are arranged, as `arrangement.written` tells it.
    """

    name: str
    docks: bytes
    charts: str


class LayoutMemory:
    """Reads and writes the window's own values; whatever it finds there, it never raises."""

    def __init__(self, store: LayoutStore) -> None:
        self._store = store

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Return the geometry and the places of docks, as they were kept; None if never."""
        geometry, docks = self._store.value(_GEOMETRY), self._store.value(_DOCKS)
        if isinstance(geometry, QByteArray) and isinstance(docks, QByteArray):
            return geometry, docks
        return None

    def keep_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Keep the geometry and the places of docks."""
        self._store.setValue(_GEOMETRY, geometry)
        self._store.setValue(_DOCKS, docks)

    def forget_layout(self) -> None:
        """Begin with the built-in layout the next time."""
        self._store.setValue(_GEOMETRY, None)
        self._store.setValue(_DOCKS, None)

    def named(self) -> tuple[NamedLayout, ...]:
        """Return the layouts that have a name, in the order in which they were saved."""
        stored = self._store.value(_NAMED)
        try:
            text = stored if isinstance(stored, str) else "[]"
            known = msgspec.json.decode(text, type=tuple[NamedLayout, ...])
        except (msgspec.DecodeError, UnicodeEncodeError):
            return ()
        return known[:LAYOUTS_KEPT]

    def keep_named(self, layout: NamedLayout) -> bool:
        """Keep a layout, in the place of one of that name; False when there are too many."""
        known = self.named()
        names = [each.name for each in known]
        if layout.name in names:
            at = names.index(layout.name)
            self._keep_all((*known[:at], layout, *known[at + 1 :]))
            return True
        if len(known) >= LAYOUTS_KEPT:
            return False
        self._keep_all((*known, layout))
        return True

    def rename(self, name: str, to: str) -> bool:
        """Give a layout another name; False if there is none of the one, or one of the other."""
        known = self.named()
        names = [each.name for each in known]
        if name not in names or to in names:
            return False
        self._keep_all(
            tuple(msgspec.structs.replace(each, name=to) if each.name == name else each
                  for each in known)
        )  # fmt: skip
        return True

    def forget_named(self, name: str) -> None:
        """Forget a layout."""
        self._keep_all(tuple(each for each in self.named() if each.name != name))

    def _keep_all(self, layouts: tuple[NamedLayout, ...]) -> None:
        self._store.setValue(_NAMED, msgspec.json.encode(layouts).decode())

    def charts(self) -> object:
        """Return how the charts were arranged, as it was kept."""
        return self._store.value(_ARRANGED)

    def keep_charts(self, written: str) -> None:
        """Keep how the charts are arranged."""
        self._store.setValue(_ARRANGED, written)

    def kept(self, name: str) -> QByteArray | None:
        """Return what was kept as `name`; None if nothing was, or no such thing."""
        stored = self._store.value(name)
        return stored if isinstance(stored, QByteArray) else None

    def keep(self, name: str, value: QByteArray) -> None:
        """Keep a part's own state as `name`."""
        self._store.setValue(name, value)

    def chosen(self, name: str, setting: str) -> str:
        """Return what a person chose for `name`; a changed setting is newer than that choice."""
        stored = self._store.value(name)
        base, _, chosen = stored.partition(">") if isinstance(stored, str) else ("", "", "")
        return chosen if chosen and base == setting else setting

    def keep_chosen(self, name: str, setting: str, chosen: str) -> None:
        """Keep what was chosen for `name`, and the setting that it was chosen against."""
        self._store.setValue(name, f"{setting}>{chosen}")

    def recent(self) -> tuple[str, ...]:
        """Return the files opened lately, newest first."""
        stored = self._store.value(_RECENT)
        try:
            listed = json.loads(stored) if isinstance(stored, str) else []
        except ValueError:
            return ()
        if not isinstance(listed, list):
            return ()
        return tuple(path for path in listed if isinstance(path, str))[:RECENT_KEPT]

    def opened(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Put files on top of the recent ones, and return these."""
        listed = list(dict.fromkeys([*paths, *self.recent()]))[:RECENT_KEPT]
        self._store.setValue(_RECENT, json.dumps(listed))
        return tuple(listed)

    def forget_recent(self) -> None:
        """Empty the list of recent files."""
        self._store.setValue(_RECENT, None)
