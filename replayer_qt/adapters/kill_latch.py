"""The kill switch on disk: on unless it can be read, and says off; pressed before anything else."""

import contextlib
import errno
import logging
import os
import tempfile
import threading
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.journal.disk import Disk, RealDisk
from replayer_qt.adapters.journal.format import is_sound, seal
from replayer_qt.core.trading import Kill
from replayer_qt.core.units import Nanos
from replayer_qt.ports import Clock

log = logging.getLogger(__name__)

FILE: Final = "kill.json"
TRIGGER: Final = "KILL"
"""A file of this name, whatever is in it, means on: anything that can touch a file can kill."""
UNREADABLE: Final = "latch-unreadable"
"""Who pressed it, where the latch cannot be read."""

DEADLINE_S: Final = 1.0
"""How long a press waits for the disk [s]."""

_LIMIT: Final = 64 * 1024
_SETTLED_NS: Final = 100_000_000
"""A file that was changed a shorter time before it was read may change again unseen [ns]."""

_Signature = tuple[int, int, int, int]


class _Latched(msgspec.Struct, frozen=True, kw_only=True):
    on: bool
    reason: str
    by: str
    at: int
    version: int = 1


class LatchFile:
    """The latch of one data directory; implements `ports.KillLatch`.

    A missing file means off only where its folder can be read and this object never saw it on.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        disk: Disk | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """Prepare; nothing is touched."""
        self._folder = folder
        self._clock = clock
        self._disk = RealDisk() if disk is None else disk
        self._deadline_s = deadline_s
        self._path = str(folder / FILE)
        self._trigger = str(folder / TRIGGER)
        self._changing = threading.Lock()  # for the members below, never while a file is touched
        self._held: Kill | None = None
        self._presses = 0
        self._is_lifting = False
        self._was_on = False
        self._known: tuple[_Signature, bool] | None = None

    def is_on(self) -> bool:
        """Return whether it is on; what cannot be read is. Costs a look at two names."""
        if self._held is not None:
            return True
        try:
            signature = _signature(self._path)
        except FileNotFoundError:
            return self._missing().on
        except OSError:
            return True
        known = self._known
        if known is not None and known[0] == signature:
            return known[1] or os.access(self._trigger, os.F_OK)
        return self.read().on

    def read(self) -> Kill:
        """Return all that is written in it; never raises."""
        held = self._held
        if held is not None:
            return held
        found = self._look()
        self._was_on = self._was_on or found.on
        return found

    def press(self, *, by: str, reason: str) -> Kill:
        """Switch it on: in this program at once, and on stable storage when this returns.

        Never raises, and never waits longer than the deadline. What can't be written is said in
        the reason, and holds as long as this program runs.
        """
        pressed = Kill(on=True, reason=reason, by=by, at=self._clock.now())
        with self._changing:
            self._held = pressed
            self._presses += 1
            self._was_on = True
        failure = self._written_in_time(pressed)
        if failure is not None:
            why = f"{reason} (not on disk: {failure}; it holds until this program ends)"
            pressed = Kill(on=True, reason=why, by=by, at=pressed.at)
        with self._changing:
            if failure is not None:
                self._held = pressed
            elif self._held == pressed and not self._is_lifting:
                self._held = None
        if failure is not None:
            log.error("the kill switch is on, but could not be written: %s", failure)
        else:
            log.info("the kill switch is on: %s (%s)", reason, by)
        return pressed

    def _written_in_time(self, kill: Kill) -> str | None:
        """Return why it is not on the disk; None if it is. A disk may hang for ever."""
        failures: list[str] = []

        def write() -> None:
            try:
                self._write(kill)
            except OSError as error:
                failures.append(error.strerror or str(error))

        writer = threading.Thread(target=write, name="kill-latch", daemon=True)
        try:
            writer.start()
            writer.join(self._deadline_s)
        except RuntimeError:  # no thread is left to be had
            write()
        if writer.is_alive():
            return f"the disk has not answered for {self._deadline_s:g} s"
        return failures[0] if failures else None

    def lift(self, *, reason: str) -> Kill:
        """Switch it off; only ever called because a person asked.

        Raises:
            OSError: it can't be written, or was pressed again meanwhile; it is still on.
        """
        lifted = Kill(on=False, reason=reason, by="lifted", at=self._clock.now())
        with self._changing:
            presses, self._is_lifting = self._presses, True
        try:
            self._write(lifted)
            self._disk.remove(Path(self._trigger))
        finally:
            with self._changing:
                self._is_lifting = False
                again = self._held if self._presses != presses else None
        if again is not None:
            self.press(by=again.by, reason=again.reason)
            raise OSError(errno.EAGAIN, "it was pressed again at the same moment")
        with self._changing:
            if self._presses == presses:
                self._held, self._was_on = None, False
        log.info("the kill switch was lifted: %s", reason)
        return lifted

    # --- the file

    def _look(self) -> Kill:
        try:
            before = _signature(self._path)
            with open(self._path, "rb") as file:  # noqa: PTH123  # the path is kept as a text
                line = file.read(_LIMIT)
            found = _kill_in(line)
        except FileNotFoundError:
            return self._missing()
        except (OSError, ValueError, RecursionError) as error:
            return _unreadable(error)
        if self._clock.now() - before[0] > _SETTLED_NS:
            self._known = (before, found.on)
        if not found.on and os.access(self._trigger, os.F_OK):
            return self._triggered()
        return found

    def _missing(self) -> Kill:
        if os.access(self._trigger, os.F_OK):
            return self._triggered()
        if self._was_on:
            return _unreadable("it was on, and its file is gone")
        if not os.access(self._folder, os.R_OK | os.X_OK):
            return _unreadable("its folder cannot be read")
        return Kill()

    def _triggered(self) -> Kill:
        return Kill(on=True, reason=f"there is a file {self._trigger}", by="file")

    def _write(self, kill: Kill) -> None:
        latched = _Latched(on=kill.on, reason=_plain(kill.reason), by=_plain(kill.by), at=kill.at)
        handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".kill-")
        try:
            try:
                self._put(handle, seal(msgspec.json.encode(latched)))
            finally:
                self._disk.close(handle)
            os.replace(draft, self._path)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)  # noqa: PTH108
            raise
        self._disk.sync_folder(self._folder)

    def _put(self, handle: int, data: bytes) -> None:
        if self._disk.write(handle, data) != len(data):
            raise OSError(errno.ENOSPC, "not all of it was written")
        self._disk.sync(handle)


def _signature(path: str) -> _Signature:
    found = os.stat(path)  # noqa: PTH116  # is_on is called for every order
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def _kill_in(line: bytes) -> Kill:
    if not line.endswith(b"\n") or not is_sound(line[:-1]):
        raise ValueError("it is damaged")
    latched = msgspec.json.decode(line, type=_Latched)
    return Kill(on=latched.on, reason=latched.reason, by=latched.by, at=Nanos(latched.at))


def _unreadable(why: object) -> Kill:
    return Kill(on=True, reason=f"the kill switch's file cannot be read: {why}", by=UNREADABLE)


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()[:2_000]
