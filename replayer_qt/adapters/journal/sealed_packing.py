"""Packs recordings that are over, and imported ones; interrupted anywhere, nothing is lost.

A packed copy takes a recording's place only when it is on stable storage and was read back to the
very same bytes. Whoever changes a recording's form holds a lock on the plain file.
"""

import contextlib
import errno
import hashlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from replayer_qt.adapters.journal.disk import Disk, RealDisk, write_all
from replayer_qt.adapters.journal.format import SUFFIX, is_sound, read_footer
from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.sealed import check_packed, open_plain, read_info
from replayer_qt.adapters.journal.sealed_format import (
    FRAME_SIZE,
    PLAIN_LIMIT,
    SealedFrame,
    SealFacts,
    SealInfo,
    end_bytes,
    first_seq,
    new_packer,
    plain_path,
    sealed_path,
)
from replayer_qt.adapters.journal.sealed_parity import ParityMaker
from replayer_qt.adapters.journal.sealed_ticks import tick_spans
from replayer_qt.core.errors import RecordingUnreadable

PART: Final = re.compile(r"\.part-\d+-\d+$")
"""How the names of begun copies end."""

_IN_USE: Final = "it is in use: it is being recorded, or another program is packing it"
_FOOTER_WITHIN: Final = 4096
_READ: Final = 1024 * 1024


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file that was to be packed or unpacked.

    Attributes:
        path: where the recording lies now.
        size: its size there [bytes].
        info: what the packed file says of itself; None for a plain one.
        changed: whether anything was done.
        problem: why it stays as it is, in plain words; empty when it is as it was wanted.
    """

    path: Path
    size: int = 0
    info: SealInfo | None = None
    changed: bool = True
    problem: str = ""


def is_over(path: Path) -> bool:
    """Return whether a journal's last line is its footer: then nobody writes to it any more.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _FOOTER_WITHIN))
        tail = file.read()
    line = tail[:-1].rpartition(b"\n")[2]
    if not (tail.endswith(b"\n") and is_sound(line)):
        return False
    try:
        read_footer(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def seal(
    path: Path, facts_of_path: Callable[[Path], SealFacts], disk: Disk | None = None
) -> SealedFile:
    """Put a packed copy in the place of one of our journals that is over.

    Safe to repeat, and to interrupt anywhere: the plain file goes only when the packed one is
    durable and reads back to the same bytes.

    Args:
        path: the plain journal, `<name>.jsonl`.
        facts_of_path: what is known of it; called once, if it is packed.
        disk: what is written through.

    Raises:
        OSError: the disk refused; the plain file is as it was.
    """
    disk = disk or RealDisk()
    target = sealed_path(path)
    try:
        if path.exists() or not target.exists():
            return _seal(path, target, facts_of_path, disk)
    except FileNotFoundError:  # another program was quicker
        if path.exists() or not target.exists():
            raise
    size = target.stat().st_size
    return SealedFile(path=target, size=size, info=read_info(target), changed=False)


def _seal(
    path: Path, target: Path, facts_of_path: Callable[[Path], SealFacts], disk: Disk
) -> SealedFile:
    with held(path) as file:
        problem = _IN_USE if file is None else _why_not(path)
        if file is None or problem:
            return SealedFile(path=path, changed=False, problem=problem)
        if target.exists():
            return settle(path, target, disk)
        facts = facts_of_path(path)
        size = _copy(file, target, facts, disk, expected=_digest(path))
        disk.remove(path)
        disk.sync_folder(path.parent)
    return SealedFile(path=target, size=size, info=read_info(target))


def settle(path: Path, target: Path, disk: Disk) -> SealedFile:
    """Keep one of a plain file, whose lock is held, and its packed copy; both if they differ.

    Raises:
        OSError: the disk refused; nothing is lost.
    """
    info = read_info(target)
    if info is not None and not check_packed(target) and info.digest == _digest(path):
        disk.sync_folder(path.parent)
        disk.remove(path)
        disk.sync_folder(path.parent)
        return SealedFile(path=target, size=target.stat().st_size, info=info)
    problem = f"{target.name} is there already, with another content"
    return SealedFile(path=path, changed=False, problem=problem)


def pack_bytes(data: bytes, target: Path, facts: SealFacts, disk: Disk | None = None) -> SealInfo:
    """Make a packed file of `data`, whole or not at all; one that holds the same stays.

    Args:
        data: the content.
        target: where it shall lie; its folder is made if it is missing.
        facts: what is known of it.
        disk: what is written through.

    Returns:
        What the packed file says of itself.

    Raises:
        FileExistsError: a sound file with another content is there.
        OSError: the disk refused.
    """
    disk = disk or RealDisk()
    if len(data) > PLAIN_LIMIT:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(target))
    digest = hashlib.sha256(data).hexdigest()
    disk.make_folder(target.parent)
    if target.is_symlink():
        raise FileExistsError(errno.EEXIST, "a link is in its place", str(target))
    if target.exists() and not _is_broken(target):
        info = read_info(target)
        if info is not None and info.digest == digest:
            return info
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    return repack(data, target, facts, disk)


def repack(data: bytes, target: Path, facts: SealFacts, disk: Disk) -> SealInfo:
    """Make a packed file of `data`, whole or not at all, in place of one that is there.

    Raises:
        OSError: the disk refused; what was there is as it was.
    """
    with io.BytesIO(data) as file:
        _copy(file, target, facts, disk, expected=hashlib.sha256(data).hexdigest())
    info = read_info(target)
    if info is None:
        raise OSError(errno.EIO, "what was packed cannot be read", str(target))
    return info


def unseal(path: Path, disk: Disk | None = None) -> SealedFile:
    """Put the plain file in the place of a packed journal; safe to repeat and to interrupt.

    Raises:
        OSError: the disk refused; the packed file is as it was.
    """
    disk = disk or RealDisk()
    plain = plain_path(path)
    info = read_info(path)
    if plain == path or info is None or check_packed(path):
        return SealedFile(path=path, changed=False, problem="it is not packed, or damaged")
    if not plain.exists():
        _unpack(path, plain, info, disk)
    with held(plain) as file:
        if file is None:
            return SealedFile(path=path, changed=False, problem=_IN_USE)
        if _digest(plain) != info.digest:
            problem = f"{plain.name} is there already, with another content"
            return SealedFile(path=path, changed=False, problem=problem)
        disk.sync_folder(path.parent)
        disk.remove(path)
        disk.sync_folder(path.parent)
    return SealedFile(path=plain, size=info.plain_size)


@contextlib.contextmanager
def held(path: Path) -> Iterator[BinaryIO | None]:
    """Open a plain recording and hold its lock; gives None while another one changes its form.

    Raises:
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        mine = try_lock(file.fileno())
        try:
            there = mine and os.path.samestat(path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            there = False
        yield file if there else None


def part_path(target: Path) -> Path:
    """Return where this thread begins its copy of a file."""
    return target.with_name(f"{target.name}.part-{os.getpid()}-{threading.get_ident()}")


def _why_not(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or not path.name.endswith(SUFFIX):
        return "it is no recording of this program"
    if not is_over(path):
        return "it has no end: it is being written, or a crash left it and no start has mended it"
    return ""


def _is_broken(target: Path) -> bool:
    try:
        return read_info(target) is None or bool(check_packed(target))
    except RecordingUnreadable:
        return True


def _copy(file: BinaryIO, target: Path, facts: SealFacts, disk: Disk, *, expected: str) -> int:
    """Make the packed file of an open one; return its size."""
    part = part_path(target)
    disk.remove(part)
    try:
        with _new_file(part, disk) as fd:
            info = _pack(file, fd, facts, disk)
            disk.sync(fd)
            _believe(part, info, expected)
            size = part.stat().st_size
            disk.rename(part, target)  # while it is held: nobody may take it for a crash's
    except BaseException:
        with contextlib.suppress(OSError):
            disk.remove(part)
        raise
    disk.sync_folder(target.parent)
    return size


@contextlib.contextmanager
def _new_file(path: Path, disk: Disk) -> Iterator[int]:
    fd = disk.open_new(path)
    try:
        try_lock(fd)  # so that nobody takes it for one that a crash left
        yield fd
    finally:
        disk.close(fd)


def _pack(file: BinaryIO, fd: int, facts: SealFacts, disk: Disk) -> SealInfo:
    packer = new_packer()
    parity = ParityMaker()
    digest = hashlib.sha256()
    frames: list[SealedFrame] = []
    names: dict[str, int] = {}
    offset = start = 0
    line = 1
    ours = facts.format == "journal"
    for content in _cut(file):
        digest.update(content)
        packed = packer.compress(content)
        write_all(disk, fd, packed)
        parity.add(packed)
        spans = tick_spans(content) if ours else ()
        frames.append(
            SealedFrame(
                offset=offset,
                size=len(packed),
                start=start,
                length=len(content),
                line=line,
                seq=first_seq(content) if ours else 0,
                spans=tuple(
                    (names.setdefault(name, len(names)), low, high) for name, low, high in spans
                ),
            )
        )
        offset += len(packed)
        start += len(content)
        line += content.count(b"\n")
        if start > PLAIN_LIMIT:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    info = SealInfo(
        **{name: getattr(facts, name) for name in SealFacts.__struct_fields__},
        plain_size=start,
        digest=digest.hexdigest(),
        frames=tuple(frames),
        names=tuple(names),
    )
    write_all(disk, fd, end_bytes(info, parity.finish()))
    return info


def _cut(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content in pieces of whole lines where these are not too long; one at least."""
    rest = file.read(FRAME_SIZE)
    yielded = False
    while rest or not yielded:
        end = rest.rfind(b"\n") + 1 if len(rest) == FRAME_SIZE else len(rest)
        end = end or len(rest)
        yield rest[:end]
        yielded = True
        rest = rest[end:]
        rest += file.read(FRAME_SIZE - len(rest))


def _believe(part: Path, info: SealInfo, digest: str) -> None:
    """Raise unless the copy says and holds what it shall."""
    found = read_info(part)
    alike = found is not None and (found.digest, found.frames) == (digest, info.frames)
    if not alike or check_packed(part):
        raise OSError(errno.EIO, "the packed copy is not what was to be packed", str(part))


def _unpack(path: Path, plain: Path, info: SealInfo, disk: Disk) -> None:
    part = part_path(plain)
    disk.remove(part)
    try:
        with _new_file(part, disk) as fd:
            with open_plain(path) as file:
                while piece := file.read(_READ):
                    write_all(disk, fd, piece)
            disk.sync(fd)
            _believe_plain(part, info)
            disk.rename(part, plain)
    except BaseException:
        with contextlib.suppress(OSError):
            disk.remove(part)
        raise
    disk.sync_folder(plain.parent)


def _believe_plain(part: Path, info: SealInfo) -> None:
    if _digest(part) != info.digest:
        raise OSError(errno.EIO, "the unpacked copy is not what was packed", str(part))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
