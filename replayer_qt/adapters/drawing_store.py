"""Keeps what was drawn on charts: one small file a round or venue, written whole or not at all."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import RealDisk, write_whole
from replayer_qt.core.drawings import Drawings, Sheet, sound

VERSION: Final = 1
BYTES_MOST: Final = 256 * 1024
FILES_MOST: Final = 10_000

_Loaded = Callable[[Sheet, Drawings, str], None]
_Saved = Callable[[Sheet, str], None]


class _Kept(msgspec.Struct):
    version: int
    sheet: Sheet
    drawings: Drawings


class _Version(msgspec.Struct):
    version: int


class DrawingFiles:
    """Reads and writes on a thread of its own, one errand after the other.

    A file that is damaged is set aside before another takes its place; one of a newer version is
    left alone. An empty sheet has no file.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare; nothing is made before the first drawing is kept.

        Args:
            folder: where the files are.
        """
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drawings")
        self._wanted: dict[Sheet, tuple[Drawings, _Saved]] = {}  # bounded: one a sheet
        self._lock = threading.Lock()
        self._closed = False

    def load(self, sheet: Sheet, then: _Loaded) -> None:
        """Read a sheet; `then` is told, on another thread: the sheet, its drawings, what is wrong.

        What was to be saved before is in it.
        """
        if not self._closed:
            self._thread.submit(self._load, sheet, then)

    def save(self, sheet: Sheet, drawings: Drawings, then: _Saved) -> None:
        """Keep a sheet; `then` is told, on another thread, why it could not be, or an empty text.

        Of several wishes for one sheet that wait the newest is done.
        """
        if self._closed:
            return
        with self._lock:
            waits = sheet in self._wanted
            self._wanted[sheet] = (drawings, then)
        if not waits:
            self._thread.submit(self._save, sheet)

    def close(self) -> None:
        """Write what is left to write, and end the thread; what is asked later is not done."""
        self._closed = True
        self._thread.shutdown(wait=True)

    def _load(self, sheet: Sheet, then: _Loaded) -> None:
        drawings, why = read(self._path(sheet), sheet)
        then(sheet, drawings, why)

    def _save(self, sheet: Sheet) -> None:
        with self._lock:
            drawings, then = self._wanted.pop(sheet)
        then(sheet, self._write(sheet, drawings))

    def _write(self, sheet: Sheet, drawings: Drawings) -> str:
        path = self._path(sheet)
        try:
            if not path.exists():
                if not drawings:
                    return ""
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if sum(1 for _ in os.scandir(self._folder)) >= FILES_MOST:
                    return f"there are {FILES_MOST:,} files of drawings already"
            elif _is_newer(path):
                return "it was written by a newer version of this program"
            elif read(path, sheet)[1]:
                path.replace(path.with_suffix(".damaged"))
            if not drawings:
                path.unlink(missing_ok=True)
                return ""
            content = msgspec.json.encode(_Kept(VERSION, sheet, sound(drawings)))
            write_whole(path, msgspec.json.format(content, indent=1), RealDisk())
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _path(self, sheet: Sheet) -> Path:
        # names come from outside, so they make no file name
        name = hashlib.sha256(f"{sheet.reach}\n{sheet.name}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.json"


def read(path: Path, sheet: Sheet) -> tuple[Drawings, str]:
    """Return the sound drawings of a file, and why it could not be read; total."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MOST + 1)
    except FileNotFoundError:
        return (), ""
    except OSError as error:
        return (), error.strerror or str(error)
    if len(content) > BYTES_MOST:
        return (), "it is larger than any that was written here"
    try:
        if msgspec.json.decode(content, type=_Version).version > VERSION:
            return (), "it was written by a newer version of this program"
        kept = msgspec.json.decode(content, type=_Kept)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return (), "it is damaged"
    if kept.sheet != sheet:
        return (), "it is the file of another round"
    return sound(kept.drawings), ""


def _is_newer(path: Path) -> bool:
    content = path.read_bytes()[: BYTES_MOST + 1]
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(content, type=_Version).version > VERSION
    return False
