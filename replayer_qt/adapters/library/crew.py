"""Worker processes for many files: in order, few in hand at once, none of them left behind."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

DEADLINE_S: Final = 600.0
"""Longest time for one task [s]."""
FEW: Final = 8
"""So many tasks are done here: starting processes would take longer."""

SMALL: Final = 1_000_000
"""All files of a job together, if they are to be read here [bytes]."""

_AHEAD: Final = 4
_NICE: Final = 10
_POLL_S: Final = 0.05
_END_S: Final = 5.0
_HUNG: Final = "it took longer than {:.0f} s and was given up"
_DIED: Final = "the process that read it died, twice"

T = TypeVar("T")
R = TypeVar("R")


class Failed:
    """A task that brought no result.

    Attributes:
        reason: why, in plain words.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


def few_for(paths: Iterable[Path]) -> int:
    """Return how many of these files a `Crew` may do on the calling thread: a few small ones.

    A large file belongs into a process of its own however few there are, where it can be given up
    at any time and takes nobody's processor.
    """
    size = 0
    for path in paths:
        with contextlib.suppress(OSError):
            size += path.stat().st_size
        if size > SMALL:
            return 0
    return FEW


def crew_size(wanted: int) -> int:
    """Return how many processes to use; 0 asks for one less than there are processors."""
    return wanted or max(1, (os.cpu_count() or 1) - 1)


class Crew:
    """Does the same work on many tasks, in other processes where they are many.

    A process that dies takes no task with it but its own, which is tried once more. The processes
    end with this one, however it ends. Used by one thread at a time; a context manager.
    """

    def __init__(self, processes: int, *, few: int = FEW, deadline_s: float = DEADLINE_S) -> None:
        """Prepare; no process is started before there is work.

        Args:
            processes: how many; 0 is one less than there are processors.
            few: so many tasks, or fewer, are done on the calling thread.
            deadline_s: longest time for one task in another process [s].
        """
        self._size = crew_size(processes)
        self._few = few
        self._deadline_s = deadline_s
        self._workers: list[_Worker] = []  # bounded by the size

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    def each(
        self, work: Callable[[T], R], tasks: Sequence[T], is_cancelled: Callable[[], bool]
    ) -> Iterator[tuple[T, R | Failed]]:
        """Yield each task with its result, in order, until all are done or it is cancelled.

        Args:
            work: a function at the top of a module; it and tasks and results can be pickled.
                It does not raise, apart from bugs, which are results here too.
            tasks: what to work on.
            is_cancelled: asked between any two results, and while one is waited for.
        """
        if len(tasks) <= self._few:
            for task in tasks:
                if is_cancelled():
                    return
                yield task, _done(work, task)
            return
        round_ = _Round(work, tasks)
        for place, task in enumerate(tasks):
            while place not in round_.results:
                if is_cancelled():
                    self.close()
                    return
                self._turn(round_, place)
            if is_cancelled():
                self.close()
                return
            yield task, round_.results.pop(place)

    def close(self) -> None:
        """End the processes, whatever they are at; safe twice."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.end()

    def _turn(self, round_: "_Round[T, R]", wanted: int) -> None:
        """Hand out what can be handed out, and take what has come back."""
        while len(self._workers) < self._size:
            self._workers.append(_Worker())
        for worker in self._workers:
            if worker.place is None and (place := round_.next(wanted)) is not None:
                worker.give(round_.work, round_.tasks[place], place)
        busy = [worker for worker in self._workers if worker.place is not None]
        ready = set(wait([worker.pipe for worker in busy], timeout=_POLL_S))
        for worker in busy:
            if worker.pipe in ready:
                self._take(worker, round_)
            elif worker.age_s > self._deadline_s:
                self._dismiss(worker)
                round_.settle(worker, Failed(_HUNG.format(self._deadline_s)))

    def _take(self, worker: "_Worker", round_: "_Round[T, R]") -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            self._dismiss(worker)
            round_.lose(worker)
        else:
            round_.settle(worker, result)

    def _dismiss(self, worker: "_Worker") -> None:
        self._workers.remove(worker)
        worker.end()


class _Round(Generic[T, R]):
    """The tasks of one call: which come next, which are done, which were lost once."""

    def __init__(self, work: Callable[[T], R], tasks: Sequence[T]) -> None:
        self.work = work
        self.tasks = tasks
        self.results: dict[int, R | Failed] = {}  # bounded: no task far ahead is handed out
        self._begun = 0
        self._again: list[int] = []  # bounded by the workers
        self._lost: set[int] = set()  # bounded by the tasks

    def next(self, wanted: int) -> int | None:
        if self._again:
            return self._again.pop()
        if self._begun >= len(self.tasks) or self._begun > wanted + _AHEAD * _AHEAD:
            return None
        self._begun += 1
        return self._begun - 1

    def settle(self, worker: "_Worker", result: R | Failed) -> None:
        place, worker.place = worker.place, None
        if place is not None:
            self.results[place] = result

    def lose(self, worker: "_Worker") -> None:
        place = worker.place
        if place is None or place in self._lost:
            self.settle(worker, Failed(_DIED))
            return
        worker.place = None
        self._lost.add(place)
        self._again.append(place)


class _Worker:
    """One process and the pipe to it, which ends it when either side goes."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy threads' locks
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs,), name="replayer-files", daemon=True
        )
        self._process.start()
        theirs.close()
        self.place: int | None = None
        self._since = 0.0

    @property
    def age_s(self) -> float:
        """How long it has been at its task [s]."""
        return time.monotonic() - self._since

    def give(self, work: Callable[[Any], Any], task: object, place: int) -> None:
        self.place, self._since = place, time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the pipe's end tells
            self.pipe.send((work, task))

    def end(self) -> None:
        self.pipe.close()
        self._process.kill()
        self._process.join(_END_S)


def _serve(pipe: "Connection[Any, Any]") -> None:
    """Work until the pipe ends: behind everybody else, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        while True:
            work, task = pipe.recv()
            pipe.send(_done(work, task))
    except (EOFError, OSError):
        return


def _done(work: Callable[[T], R], task: T) -> R | Failed:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001  # a bug in one task is that task's result
        return Failed(f"an error of this program: {type(error).__name__}: {error}")
