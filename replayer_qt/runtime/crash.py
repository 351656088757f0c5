"""Catches what nobody caught: logged every time, told once, stopped when it keeps happening."""

import asyncio
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot

from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, StreamId
from replayer_qt.ports import Clock

BREAKS_AFTER: Final = 3
WITHIN_S: Final = 300
_KINDS_KEPT: Final = 256
_PACKAGE: Final = "replayer_qt"

log = logging.getLogger(__name__)

_Traceback = TracebackType | None
_Kind = tuple[str, tuple[tuple[str, int], ...]]


class CrashHooks(QObject):
    """The hooks that Python calls for exceptions that reach the edge of a thread or of a loop.

    Exceptions in slots and in Qt's virtual methods come by `sys.excepthook`, on the thread where
    they happened; whoever listens to the signals hears them on the thread that made this object.

    Attributes:
        caught: exceptions caught so far.

    Signals:
        raised: a `ProblemRaised`, for each distinct traceback once.
        tripped: the name of a module that failed three times within five minutes.
    """

    raised = Signal(object)
    tripped = Signal(str)
    _heard = Signal(object, str)

    def __init__(self, clock: Clock, stream: StreamId, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.caught = 0
        self._clock = clock
        self._stream = stream
        self._lock = threading.Lock()
        self._kinds: set[_Kind] = set()  # bounded by _KINDS_KEPT
        self._failures: dict[str, deque[Nanos]] = {}  # bounded: one for each module of ours
        self._restore: list[Callable[[], None]] = []  # bounded: one for each hook
        self._heard.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over Python's three hooks; safe twice."""
        if self._restore:
            return
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

        def restore() -> None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = before

        self._restore.append(restore)
        sys.excepthook = self._from_anywhere
        threading.excepthook = self._from_thread
        sys.unraisablehook = self._from_finaliser

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear of tasks of `loop` that failed with nobody waiting for them."""
        loop.set_exception_handler(self._from_loop)

    def uninstall(self) -> None:
        """Give the hooks back; safe twice."""
        while self._restore:
            self._restore.pop()()

    def _from_anywhere(
        self, kind: type[BaseException], error: BaseException, trace: _Traceback
    ) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        self._catch(error, trace, threading.current_thread().name)

    def _from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self._catch(args.exc_value, args.exc_traceback, getattr(args.thread, "name", "?"))

    def _from_finaliser(self, args: Any) -> None:
        if args.exc_value is not None:
            self._catch(args.exc_value, args.exc_traceback, "a finaliser")

    def _from_loop(self, _loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        error = told.get("exception")
        if isinstance(error, BaseException):
            self._catch(error, error.__traceback__, "the event loop")
        else:
            log.error("the event loop says: %s", told.get("message"))

    def _catch(self, error: BaseException, trace: _Traceback, where: str) -> None:
        log.error("caught on %s", where, exc_info=(type(error), error, trace))
        component, kind = _trail(error, trace)
        now = self._clock.monotonic()
        with self._lock:
            self.caught += 1
            is_new = kind not in self._kinds and len(self._kinds) < _KINDS_KEPT
            if is_new:
                self._kinds.add(kind)
            failures = self._failures.setdefault(component, deque(maxlen=BREAKS_AFTER))
            failures.append(now)
            breaks = (
                len(failures) == BREAKS_AFTER and now - failures[0] <= WITHIN_S * NANOS_PER_SECOND
            )
            if breaks:
                failures.clear()
        if is_new:
            self._heard.emit(self._problem(error, component), "")
        if breaks:
            self._heard.emit(None, component)

    def _problem(self, error: BaseException, component: str) -> ProblemRaised:
        return ProblemRaised(
            at=self._clock.now(),
            mono=self._clock.monotonic(),
            stream=self._stream,
            code="crash",
            what=f"An error of this program was caught in {component} ({type(error).__name__}).",
            remedy="The rest goes on; the log has the details.",
        )

    @Slot(object, str)
    def _tell(self, problem: ProblemRaised | None, component: str) -> None:
        if problem is not None:
            self.raised.emit(problem)
        if component:
            log.error("%s failed %d times within %d s", component, BREAKS_AFTER, WITHIN_S)
            self.tripped.emit(component)


def _trail(error: BaseException, trace: _Traceback) -> tuple[str, _Kind]:
    """Return the innermost module of ours on the way, and what makes the traceback distinct."""
    component = "a library"
    places: list[tuple[str, int]] = []  # bounded by the depth of the stack
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append((code.co_filename, trace.tb_lineno))
        module = trace.tb_frame.f_globals.get("__name__", "")
        if isinstance(module, str) and module.startswith(_PACKAGE):
            component = module.removeprefix(_PACKAGE + ".")
        trace = trace.tb_next
    return component, (type(error).__qualname__, tuple(places[-50:]))
