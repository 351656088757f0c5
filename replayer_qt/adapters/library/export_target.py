"""Where an export goes: to a draft beside its place, and to its place only when it is whole."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.core.errors import ExportImpossible

_OURS: Final = re.compile(r"venue=[^/]+(?:/date=[^/]+(?:/part-\d+\.parquet)?)?")


@contextmanager
def new_file(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes its place when the block ends well, and not before.

    What is written is on stable storage by then. When the block is left by an exception nothing of
    it remains.

    Args:
        target: the file.
        force: put it in the place of one that is there already.

    Raises:
        ExportImpossible: it is there already, or cannot be made there.
    """
    _refuse_taken(target, force=force)
    disk = RealDisk()
    draft = _draft_of(target)
    with _told(target), ExitStack() as stack:
        file = stack.enter_context(os.fdopen(disk.open_new(draft), "wb"))
        stack.callback(_drop, draft)
        yield file
        file.flush()
        disk.sync(file.fileno())
        file.close()
        _place(draft, target, force=force)
        disk.sync_folder(target.parent)


class NewFolder:
    """Files of a new folder, all in a draft until it is whole."""

    def __init__(self, draft: Path) -> None:
        """Take a draft that is there."""
        self._draft = draft
        self._disk = RealDisk()

    def make(self, name: str) -> BinaryIO:
        """Return a new file by its path below the folder, to be closed; raises OSError."""
        path = self._draft / name
        self._disk.make_folder(path.parent)
        return os.fdopen(self._disk.open_new(path), "wb")

    def seal(self) -> None:
        """Return when all files are on stable storage; raises OSError."""
        for path in sorted(self._draft.rglob("*.parquet")):
            with path.open("rb+") as file:
                self._disk.sync(file.fileno())
        for folder in [self._draft, *(p for p in self._draft.rglob("*") if p.is_dir())]:
            self._disk.sync_folder(folder)


@contextmanager
def new_folder(target: Path, *, force: bool) -> Iterator[NewFolder]:
    """Give a folder to write to, as `new_file` gives a file.

    Only a folder that holds a partitioned export and nothing else is ever replaced.

    Raises:
        ExportImpossible: it is there already, or cannot be made there.
    """
    _refuse_taken_folder(target, force=force)
    with _told(target), ExitStack() as stack:
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        stack.callback(shutil.rmtree, draft, ignore_errors=True)
        folder = NewFolder(draft)
        yield folder
        folder.seal()
        _place_folder(draft, target, force=force)
        RealDisk().sync_folder(target.parent)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportImpossible(
            f"{target} was not written ({error.strerror or error}).",
            remedy="See to the disk, or name another place; nothing was left behind.",
        ) from error


def _refuse_taken(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise ExportImpossible(f"{target} is a folder.", remedy="Name a file in it.")
    if target.exists() and not target.is_file():
        raise ExportImpossible(f"{target} is no plain file.", remedy="Name another file.")
    if os.path.lexists(target) and not force:
        raise _taken(target)


def _refuse_taken_folder(target: Path, *, force: bool) -> None:
    if not os.path.lexists(target):
        return
    if not target.is_dir() or target.is_symlink():
        raise ExportImpossible(f"{target} is no folder.", remedy="Name a new folder.")
    found = [one.relative_to(target).as_posix() for one in target.rglob("*")]
    if not found:
        return
    if not force:
        raise _taken(target)
    foreign = next((name for name in found if not _OURS.fullmatch(name)), "")
    if foreign:
        raise ExportImpossible(
            f"{target} was not replaced: {foreign} in it is no part of an export.",
            remedy="Name a new folder.",
        )


def _taken(target: Path) -> ExportImpossible:
    return ExportImpossible(
        f"{target} is there already.", remedy="Name a new one, or add --force to replace it."
    )


def _draft_of(target: Path) -> Path:
    # short: a name of 255 bytes, the longest there is, must not become too long
    return target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")


def _drop(draft: Path) -> None:
    with suppress(OSError):
        draft.unlink(missing_ok=True)


def _place(draft: Path, target: Path, *, force: bool) -> None:
    if force:
        draft.replace(target)
        return
    try:
        # unlike a rename this refuses what came there meanwhile
        target.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise
        draft.rename(target)


def _place_folder(draft: Path, target: Path, *, force: bool) -> None:
    if not target.is_dir():
        draft.rename(target)
        return
    if not any(target.iterdir()):
        target.rmdir()
        draft.rename(target)
        return
    if not force:
        raise FileExistsError(17, "it is there already")
    old = target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.old")
    target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
