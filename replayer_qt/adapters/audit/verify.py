"""Checks the audit trail: every byte, every link from line to line and file to file, and the end.

What was flipped, removed, swapped, inserted or cut off is found and located: file, line, number.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.audit.format import Anchor, TrailFile, begun_in, read_anchor
from replayer_qt.adapters.audit.reader import counting_of, lines_of, trail_of
from replayer_qt.adapters.vault_door import Unlock, VaultChanged
from replayer_qt.core.audit_chain import Head, is_sound, links_of
from replayer_qt.core.audit_record import NO_LINE
from replayer_qt.core.errors import SomethingMissing, VaultLocked

DAMAGE_KEPT: Final = 1_000


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One place that is not as it was written.

    Attributes:
        line: of the file, from 1; 0 where it is about the file as a whole.
        seq: the number that the line has or should have.
        what: in plain words.
    """

    file: str
    line: int
    seq: int
    what: str


class FileFound(msgspec.Struct, frozen=True, kw_only=True):
    """What one file held.

    Attributes:
        first, last: numbers of its first and last line that count; 0 where there is none.
        records: how many lines count.
        left: bytes at its end that a crash cut short or the disk refused, and that do not count.
    """

    file: str
    first: int
    last: int
    records: int
    left: int


class TrailReport(msgspec.Struct, frozen=True, kw_only=True):
    """What checking a trail found.

    Attributes:
        damage: the first thousand places, in order; `damaged` counts all.
        head: its last line.
        anchored: the number that the anchor names; None without one.
        locked: encrypted files that could not be opened, so that nothing is known of their lines.
    """

    path: str
    files: tuple[FileFound, ...]
    records: int
    damage: tuple[Damage, ...]
    damaged: int
    head: Head
    anchored: int | None
    locked: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everything was read, and is as it was written."""
        return self.damaged == 0 and not self.locked


def verify_trail(path: Path, unlock: Unlock | None = None) -> TrailReport:
    """Return what is wrong with a trail's folder, or with one file of it or of an export.

    Of a single file the links within it are checked; only a folder tells what came before it, and
    whether its end is still there. A trail that is being written may be checked. Encrypted files
    are checked where `unlock` opens them; others are named, and what follows one is taken as its
    next.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    path.stat()
    return _Check(path, unlock).run()


class _Check:
    def __init__(self, path: Path, unlock: Unlock | None) -> None:
        self._path = path
        self._unlock = unlock
        self._locked: list[str] = []
        self._is_folder = path.is_dir()
        self._head: Head | None = Head() if self._is_folder else None
        self._damage: list[Damage] = []
        self._damaged = 0
        self._anchor: Anchor | None = None
        self._anchor_seen = False
        self._file = path.name
        self._line = 0
        self._unsound = 0

    def run(self) -> TrailReport:
        self._read_anchor()  # before the lines: they only ever grow
        files = trail_of(self._path)
        sizes = self._sizes(files)
        found = [self._check_file(file, sizes.get(file.name)) for file in files]
        if self._is_folder:
            self._check_end()
        return TrailReport(
            path=str(self._path),
            files=tuple(found),
            records=sum(file.records for file in found),
            damage=tuple(self._damage),
            damaged=self._damaged,
            head=self._head or Head(),
            anchored=None if self._anchor is None else self._anchor.seq,
            locked=tuple(self._locked),
        )

    def _sizes(self, files: Sequence[TrailFile]) -> dict[str, int | None]:
        try:
            return counting_of(files, self._unlock)
        except OSError:  # told of the file itself, when its lines are read
            return {}

    def _read_anchor(self) -> None:
        if not self._is_folder:
            return
        try:
            self._anchor = read_anchor(self._path)
        except (OSError, ValueError) as error:
            self._tell(0, f"the anchor cannot be read: {error}")

    def _check_file(self, file: TrailFile, limit: int | None) -> FileFound:
        self._file, self._line = file.path.name, 0
        offset = records = first = last = left = 0
        try:
            for line in lines_of(file.path, self._unlock):
                self._line += 1
                offset += len(line)
                if limit is not None and offset > limit:
                    left += len(line)
                    continue
                seq = self._check_line(line, file)
                if seq is None:
                    left += len(line) if limit is None and not line.endswith(b"\n") else 0
                    continue
                records, first, last = records + 1, first or seq, seq
        except VaultChanged as error:
            self._tell(self._next, error.what)
        except (VaultLocked, SomethingMissing):
            self._locked.append(file.path.name)
            self._head, limit = None, None
        except OSError as error:
            self._tell(self._next, f"cannot be read on from here: {error}")
        if limit is not None and offset < limit:
            self._tell(self._next, f"the file is {offset} bytes long, and was {limit}")
        return FileFound(file=file.path.name, first=first, last=last, records=records, left=left)

    @property
    def _next(self) -> int:
        return 1 if self._head is None else self._head.seq + 1

    def _check_line(self, line: bytes, file: TrailFile) -> int | None:
        """Return the line's number if it is sound; the end of a file may be torn."""
        if not line.endswith(b"\n"):
            if not self._is_folder:
                self._tell(self._next, "the file ends in the middle of a line")
            return None
        text = line[:-1]
        links = links_of(text) if is_sound(text) else None
        if links is None:
            self._tell(self._next + self._unsound, "the line is not what was written")
            self._unsound += 1
            return None
        seq, prev, digest = links
        before = self._damaged
        self._check_link(seq, prev)
        self._unsound = 0
        if self._line == 1 and self._is_folder:
            self._check_first(text, seq, file, is_linked=self._damaged == before)
        self._head = Head(seq, digest)
        if self._anchor is not None and seq == self._anchor.seq:
            self._anchor_seen = True
            if digest != self._anchor.digest:
                self._tell(seq, "it is not the line that the anchor names")
        return seq

    def _check_first(self, text: bytes, seq: int, file: TrailFile, *, is_linked: bool) -> None:
        begun = begun_in(text)
        if begun is None or seq != file.first:
            self._tell(seq, "the file does not begin with its own first line")
        elif begun.damage and is_linked:  # else the hole itself was told
            self._tell(seq, f"it was found damaged when it was opened: {begun.damage}")

    def _check_link(self, seq: int, prev: str) -> None:
        before = self._head
        if before is None:  # the first line of a single file
            if seq == 1 and prev != NO_LINE:
                self._tell(seq, "the first line of all names one before it")
        elif seq > before.seq + 1:
            if seq > before.seq + 1 + self._unsound:
                first = before.seq + 1 + self._unsound
                self._tell(first, f"lines {first} to {seq - 1} are missing")
        elif seq <= before.seq:
            self._tell(seq, f"line {seq} stands after line {before.seq}")
        elif prev != before.digest:
            self._tell(seq, "the line before it is not the one that it names")

    def _check_end(self) -> None:
        self._line = 0
        if self._head is None:  # the last file could not be opened
            return
        last = self._head.seq
        if self._anchor is None:
            if last and not self._damaged:
                self._tell(last, "the anchor is missing: a tail that was cut off can't be told")
            return
        self._file = self._anchor.file
        if self._anchor.seq > last:
            self._tell(last + 1, f"lines {last + 1} to {self._anchor.seq} are cut off at the end")
        elif self._anchor.seq and not self._anchor_seen and not self._locked:
            self._tell(self._anchor.seq, "the line that the anchor names is missing")

    def _tell(self, seq: int, what: str) -> None:
        self._damaged += 1
        if len(self._damage) < DAMAGE_KEPT:
            self._damage.append(Damage(file=self._file, line=self._line, seq=seq, what=what))
