"""The vault: files of a person's own actions, unreadable without a key, unchanged with it."""

import contextlib
import errno
import hashlib
import io
import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from replayer_qt.adapters.journal.disk import Disk, RealDisk, write_all
from replayer_qt.adapters.vault_door import SUFFIX, VaultChanged
from replayer_qt.adapters.vault_format import (
    CHUNK,
    Changed,
    Opened,
    new_header,
    open_stream,
    read_header,
    seal_stream,
)
from replayer_qt.adapters.vault_keys import Keys, MasterKey
from replayer_qt.adapters.vault_plain import PlainFile, folder_of, held, identity_of
from replayer_qt.core.errors import VaultLocked

_DRAFT: Final = ".part"
_RANDOM: Final = 8
_IS_RANDOM: Final = re.compile(f"[0-9a-f]{{{2 * _RANDOM}}}")


class Vault:
    """Seals files and opens them; asks for a key when it needs one, not before."""

    def __init__(self, keys: Keys, disk: Disk | None = None) -> None:
        """Take the keys, and the file system."""
        self.keys = keys
        self._disk = RealDisk() if disk is None else disk

    def ready(self) -> None:
        """Find the key to seal with now, so that sealing need not wait for it.

        Raises:
            VaultLocked: there is none.
            SomethingMissing: there is no keyring.
        """
        self.keys.current()

    def has_news(self) -> bool:
        """Return whether a person gave the key since this was asked last."""
        return self.keys.has_news()

    def seal(self, path: Path, *, anew: bool = False) -> Iterator[None]:
        """Put a sealed copy, `PATH.vault`, in the place of a file, pausing after each step.

        The plain file is removed only when the copy is on stable storage and opens to the very
        same bytes, and the plain one is still as it was read. Its lock is held meanwhile, so of two
        who seal it one is refused, as is whoever seals what is being written.

        Args:
            path: the file.
            anew: make a copy anew that is there already, because a crash came between.

        Raises:
            VaultLocked: there is no key to seal with.
            SomethingMissing: there is no keyring.
            OSError: the disk refused, the copy is not the same, or the file is being written or
                sealed, or a database; the plain file is as it was.
        """
        key = self.keys.current()
        target = path.with_name(path.name + SUFFIX)
        if path.name.endswith(SUFFIX) or not path.is_file():
            raise OSError(errno.EINVAL, "it is sealed already, or no plain file")
        with held(path) as plain:
            if plain.is_ours:
                self._sweep(target)
            if os.path.lexists(target) and not anew:
                raise FileExistsError(errno.EEXIST, f"{target.name} is there already")
            draft = target.with_name(f"{target.name}.{os.urandom(_RANDOM).hex()}{_DRAFT}")
            try:
                copied = yield from self._copy(plain, draft, key)
                plain.check()
                _demand_same(draft, copied)
                self._disk.rename(draft, target)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._disk.remove(draft)
                raise
            self._disk.sync_folder(target.parent)
            self._remove_plain(path, plain, target)

    def seal_file(self, path: Path) -> Path:
        """Seal a file at once, as `seal`, and return where it is now.

        Where those who write to its folder have a lock, as the audit trail has, it is taken first.

        Raises:
            VaultLocked, SomethingMissing, OSError: as `seal`; another program writes there.
        """
        with folder_of(path):
            for _ in self.seal(path):
                pass
        return path.with_name(path.name + SUFFIX)

    def _sweep(self, target: Path) -> None:
        """Remove what sealing left that was killed: whoever holds the plain file is alone."""
        begins = f"{target.name}."
        for left in target.parent.iterdir():
            middle = left.name.removeprefix(begins).removesuffix(_DRAFT)
            if left.name == f"{begins}{middle}{_DRAFT}" and _IS_RANDOM.fullmatch(middle):
                self._disk.remove(left)

    def _remove_plain(self, path: Path, plain: PlainFile, target: Path) -> None:
        try:
            plain.check()
        except OSError:
            if os.path.lexists(path):  # else the copy is all that there is
                self._disk.remove(target)
            raise
        self._disk.remove(path)
        self._disk.sync_folder(target.parent)

    def open(self, path: Path) -> BinaryIO:
        """Open a sealed file to read its plain bytes.

        What is read is what was sealed; that it is all of it is certain at the end, not before.

        Raises:
            VaultLocked: no key, another key, or changed bytes (`VaultChanged`); reading as well.
            OSError: the file cannot be read.
        """
        file = path.open("rb")
        try:
            opened = _beginning(path, file)
            key = self.keys.of(opened.header, path)
        except BaseException:
            file.close()
            raise
        plain = _Plain(file, _told(path, open_stream(file, key.secret, opened)))
        return cast("BinaryIO", io.BufferedReader(plain, CHUNK))

    def unseal(self, path: Path, target: Path) -> None:
        """Write a sealed file's plain bytes to a new file, which is there only when it is whole.

        Raises:
            VaultLocked: as `open`.
            OSError: the target is there already, or the disk refused.
        """
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, f"{target} is there already")
        draft = target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}{_DRAFT}")
        with self.open(path) as plain:
            fd = self._disk.open_new(draft)
            try:
                while piece := plain.read(CHUNK):
                    write_all(self._disk, fd, piece)
                self._disk.sync(fd)
            except BaseException:
                self._disk.remove(draft)
                raise
            finally:
                self._disk.close(fd)
        draft.rename(target)
        self._disk.sync_folder(target.parent)

    def key_of(self, path: Path) -> tuple[str, bool]:
        """Return the name of a file's key, and whether it comes from a passphrase.

        Raises:
            VaultChanged: it is no sealed file.
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            header = _beginning(path, file).header
        return header.key, header.scrypt is not None

    def _copy(
        self, plain: PlainFile, draft: Path, key: MasterKey
    ) -> Generator[None, None, tuple[int, int, int]]:
        """Write the draft and read it again; the generator returns which file it is."""
        fd = self._disk.open_new(draft)
        try:
            hashing = _Hashing(plain.file)
            header = new_header(key.secret, key.scrypt)
            for piece in seal_stream(cast("BinaryIO", hashing), key.secret, header):
                write_all(self._disk, fd, piece)
                yield
            self._disk.sync(fd)
            copied = identity_of(os.fstat(fd))
        finally:
            self._disk.close(fd)
        reread = hashlib.sha256()
        try:
            for piece in self._pieces(draft, key):
                reread.update(piece)
                yield
        except VaultLocked:
            reread.update(b"what cannot be opened is not the same")
        if reread.digest() != hashing.digest():
            raise OSError(errno.EIO, "its sealed copy is not what was written")
        return copied

    def _pieces(self, path: Path, key: MasterKey) -> Iterator[bytes]:
        with path.open("rb") as file:
            opened = _beginning(path, file)
            yield from _told(path, open_stream(file, key.secret, opened))


def _demand_same(draft: Path, copied: tuple[int, int, int]) -> None:
    if identity_of(draft.lstat()) != copied:
        raise OSError(errno.EIO, f"another program took the place of {draft.name}")


def _beginning(path: Path, file: BinaryIO) -> Opened:
    try:
        return read_header(file)
    except Changed as error:
        raise _changed(path, error) from error


def _told(path: Path, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except Changed as error:
        raise _changed(path, error) from error


def _changed(path: Path, error: Changed) -> VaultChanged:
    return VaultChanged(
        f"{path} is not as it was sealed: {error}.",
        remedy="Take a copy from elsewhere; nothing of it can be relied on.",
    )


class _Plain(io.RawIOBase):
    """Plain bytes as a file; closes the sealed one with it."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._file = file
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        wanted = memoryview(buffer)
        count = min(len(wanted), len(self._rest))
        wanted[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def digest(self) -> bytes:
        return self._hash.digest()
