"""Watches a program from within: gaps of its main thread, memory, handles, and what is alive."""

import contextlib
import ctypes
import gc
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from types import FrameType

import msgspec
import numpy as np
import psutil
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget
from shiboken6 import Shiboken

from replayer_qt.core.events import EventsShed, PriceTicked, RoundRugged

BEAT_MS = 5
GAP_MS = 33.0
LATE_S = 0.015
"""How late a beat is when the main thread's stack is looked at [s]."""
GAPS_KEPT = 2_000
STACK_MOST = 6
ALONE_S = 60.0
COUNT_EVERY = 10
ROUNDS_KEPT = 2_000


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """The main thread did something else for long.

    Attributes:
        at_s: when, from the start [s].
        long_ms: how late the beat was [ms].
        cpu_ms: what the main thread itself computed meanwhile [ms].
        waited_ms: how long it waited for a processor that others had [ms]; the rest it slept, or
            waited for the interpreter's lock.
        gc_ms: of it the collector [ms].
        doing: what hands did last.
        where: where the main thread was seen, the innermost function first.
    """

    at_s: float
    long_ms: float
    cpu_ms: float
    waited_ms: float
    gc_ms: float
    doing: str
    where: str


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """One second of the run.

    Attributes:
        at_s: when it was over, from the start [s].
        p99_ms: of the beats' lateness [ms].
        worst_ms: the latest beat [ms].
        own_p99_ms: as `p99_ms`, without the time it waited for a processor that others had [ms].
        own_worst_ms: as `worst_ms`, without that time [ms].
        rss: resident memory of the process [bytes].
        threads: of the operating system.
        files: open handles.
        children: processes below this one.
        widgets: all there are.
        wrapped: Qt's objects that Python knows.
        pixel_ms: the 99th percentile from tick to pixel [ms]; 0 where none was painted.
        ticks: ticks of the venue that reached the engine.
        shed: events that were left out on their way to the engine.
        merged: advances that shared a frame with a later one.
        frames: frames shown.
        lag_ms: the recorder's [ms].
    """

    at_s: float
    p99_ms: float
    worst_ms: float
    own_p99_ms: float
    own_worst_ms: float
    rss: int
    threads: int
    files: int
    children: int
    widgets: int
    wrapped: int
    pixel_ms: float
    ticks: int
    shed: int
    merged: int
    frames: int
    lag_ms: float


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """What is alive at one moment.

    Attributes:
        at_s: when, from the start [s].
        kinds: objects that the collector knows, by their class.
        wrapped: Qt's objects that Python knows, by their class.
        items: of all graphics scenes.
        trimmed: resident memory that the allocator gave back when it was asked to [bytes].
    """

    at_s: float
    kinds: dict[str, int]
    wrapped: dict[str, int]
    items: int
    trimmed: int


class Turns:
    """How long the calling thread has waited for a processor that others had; Linux tells it."""

    def __init__(self) -> None:
        place = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        self._file = os.open(place, os.O_RDONLY) if os.path.exists(place) else None  # noqa: PTH110

    def waited_ms(self) -> float:
        """Return how long it has waited so far [ms]; 0 where nobody tells it."""
        return 0.0 if self._file is None else int(os.pread(self._file, 99, 0).split()[1]) / 1e6

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)


class Watch(QObject):
    """Notes how the program does, each second; made and ended on the main thread.

    Args:
        window: the program's.
        frames: releases its frames.
        doing: says what hands did last.
    """

    def __init__(self, window: QWidget, frames: QObject, doing: Callable[[], str]) -> None:
        super().__init__()
        self.seconds: list[Second] = []  # bounded by the time of the run
        self.gaps: deque[Gap] = deque(maxlen=GAPS_KEPT)
        self.gaps_told = 0
        self.censuses: list[Census] = []
        self.rugged: deque[str] = deque(maxlen=ROUNDS_KEPT)
        self._window, self._frames, self._doing = window, frames, doing
        self._prices = frames.prices
        self._self = psutil.Process()
        self._began = time.monotonic()
        self._late_ms: list[float] = []
        self._own_ms: list[float] = []
        self._pixel_ms: list[float] = []
        self._ticks = self._shed = 0
        self._lag_ms = 0.0
        self._counted = (0, 0, 0)
        self._unpainted: list[int] = []
        self._collected: deque[tuple[float, float]] = deque(maxlen=64)
        self._collecting = 0.0
        self._excused = False
        self._beat_at, self._cpu = time.monotonic(), time.thread_time()
        self._turns = Turns()
        self._waited_ms = 0.0
        self._main = threading.get_ident()
        self._stacks: deque[str] = deque(maxlen=64)
        self._over = threading.Event()
        self._looker = threading.Thread(target=self._look, name="long-session", daemon=True)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._each_second = QTimer(self)
        self._each_second.setInterval(1000)
        self._each_second.timeout.connect(self._note)

    @property
    def passed_s(self) -> float:
        """How long it has been watched [s]."""
        return time.monotonic() - self._began

    def start(self) -> None:
        """Begin."""
        window = self._window
        self._prices.connect(self._framed)
        window.installEventFilter(self)
        gc.callbacks.append(self._collect)
        self._beat_at, self._cpu = time.monotonic(), time.thread_time()
        self._waited_ms = self._turns.waited_ms()
        self._looker.start()
        self._timer.start()
        self._each_second.start()

    def stop(self) -> None:
        """Measure no more; rounds that end are still heard of."""
        self._timer.stop()
        self._each_second.stop()
        self._over.set()
        self._looker.join()
        self._turns.close()
        gc.callbacks.remove(self._collect)
        self._window.removeEventFilter(self)

    def count(self) -> None:
        """Count what is alive; how long that takes is not the program's."""
        gc.collect()
        kinds = _kinds()
        wrapped = Counter(type(one).__name__ for one in Shiboken.getAllValidWrappers())
        views = [one for one in QApplication.allWidgets() if isinstance(one, QGraphicsView)]
        items = sum(len(one.scene().items()) for one in views if one.scene() is not None)
        self.censuses.append(
            Census(
                at_s=self.passed_s,
                kinds=dict(kinds),
                wrapped=dict(wrapped),
                items=items,
                trimmed=self._trim() if self.censuses else 0,
            )
        )
        self.excuse()

    def _trim(self) -> int:
        """Once, at the end: it changes what comes after it."""
        before = self._self.memory_info().rss
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        return before - self._self.memory_info().rss

    def excuse(self) -> None:
        """Do not count the time up to now: it was not the program's."""
        self._excused = True

    # --- what is heard

    def _framed(self, advance: object) -> None:
        live = advance.state.live
        recording = advance.state.recording
        self._lag_ms = max(self._lag_ms, 0.0 if recording is None else recording.lag_ms)
        for event in advance.events:
            if type(event) is PriceTicked and event.stream == live:
                self._ticks += 1
                if advance.state.shown == live and len(self._unpainted) < 10_000:
                    self._unpainted.append(event.mono)
            elif type(event) is EventsShed:
                self._shed += event.count
            elif type(event) is RoundRugged and event.stream == live:
                self.rugged.append(event.round_id)

    def _collect(self, phase: str, _info: dict[str, int]) -> None:
        now = time.monotonic()
        if phase == "start":
            self._collecting = now
        elif self._collecting:
            self._collected.append((self._collecting, now - self._collecting))

    def _beat(self) -> None:
        now, cpu, waited = time.monotonic(), time.thread_time(), self._turns.waited_ms()
        late_ms = max(0.0, (now - self._beat_at) * 1000 - BEAT_MS)
        if self._excused:
            self._excused = False
        else:
            others_ms = waited - self._waited_ms
            self._late_ms.append(late_ms)
            self._own_ms.append(max(0.0, late_ms - others_ms))
            if late_ms > GAP_MS:
                self._tell(now, late_ms, (cpu - self._cpu) * 1000, others_ms)
        self._stacks.clear()
        self._beat_at, self._cpu, self._waited_ms = now, cpu, waited

    def _tell(self, now: float, late_ms: float, cpu_ms: float, waited_ms: float) -> None:
        self.gaps_told += 1
        seen = Counter(self._stacks).most_common(1)
        gc_ms = sum(took for begun, took in self._collections() if begun >= self._beat_at) * 1000
        self.gaps.append(
            Gap(
                at_s=round(now - self._began, 2),
                long_ms=round(late_ms, 1),
                cpu_ms=round(cpu_ms, 1),
                waited_ms=round(waited_ms, 1),
                gc_ms=round(gc_ms, 1),
                doing=self._doing(),
                where=seen[0][0] if seen else "",
            )
        )

    def _collections(self) -> list[tuple[float, float]]:
        """A copy: a collection may begin, and be noted, while they are gone through."""
        while True:
            with contextlib.suppress(RuntimeError):
                return list(self._collected)

    def _look(self) -> None:
        """On a thread of its own: where the main thread stands while its beat is late."""
        while not self._over.wait(LATE_S / 2):
            if time.monotonic() - self._beat_at < LATE_S + BEAT_MS / 1000:
                continue
            frame = sys._current_frames().get(self._main)
            # its frames come and go meanwhile, and one that is gone has no code any more
            with contextlib.suppress(AttributeError):
                if frame is not None:
                    self._stacks.append(_words(frame))
            del frame

    def _note(self) -> None:
        begun = time.monotonic()
        children, widgets, wrapped = self._count_now_and_then()
        late, self._late_ms = self._late_ms, []
        own, self._own_ms = self._own_ms, []
        pixel, self._pixel_ms = self._pixel_ms, []
        self.seconds.append(
            Second(
                at_s=round(self.passed_s, 2),
                p99_ms=round(_share(late, 99), 2),
                worst_ms=round(max(late, default=0.0), 2),
                own_p99_ms=round(_share(own, 99), 2),
                own_worst_ms=round(max(own, default=0.0), 2),
                rss=self._self.memory_info().rss,
                threads=self._self.num_threads(),
                files=self._self.num_fds() if os.name == "posix" else 0,
                children=children,
                widgets=widgets,
                wrapped=wrapped,
                pixel_ms=round(_share(pixel, 99), 2),
                ticks=self._ticks,
                shed=self._shed,
                merged=self._frames.merged,
                frames=self._frames.painted,
                lag_ms=round(self._lag_ms, 1),
            )
        )
        self._lag_ms = 0.0
        self._beat_at += time.monotonic() - begun  # looking takes its time, which is not theirs

    def _count_now_and_then(self) -> tuple[int, int, int]:
        """Children, widgets and Qt's objects: to look for them takes long."""
        if len(self.seconds) % COUNT_EVERY == 0:
            self._counted = (
                len(self._self.children(recursive=True)),
                len(QApplication.allWidgets()),
                len(Shiboken.getAllValidWrappers()),
            )
        return self._counted

    # Qt's names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window or event.type() is not QEvent.Type.UpdateRequest:
            return False
        watched.event(event)  # painted, and handed to the platform
        now = time.monotonic_ns()
        self._pixel_ms += [(now - at) / 1e6 for at in self._unpainted]
        self._unpainted.clear()
        return True


def _kinds() -> Counter[str]:
    """What the collector knows, by its class; no other thread has its turn meanwhile.

    A tuple that another one is just making would be in two hands, which Python does not bear.
    """
    turn_s = sys.getswitchinterval()
    sys.setswitchinterval(ALONE_S)
    try:
        return Counter(
            f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects()
        )
    finally:
        sys.setswitchinterval(turn_s)


def _words(frame: FrameType | None) -> str:
    """The innermost functions of a stack, the harness's own left out; no source is read for it."""
    told: list[str] = []
    while frame is not None and len(told) < STACK_MOST:
        name = frame.f_code.co_filename.rpartition("/")[2]
        if not name.startswith("long_session"):
            told.append(f"{name}:{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(told)


def _share(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else 0.0
