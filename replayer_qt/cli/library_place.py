"""The library for a command: opened beside a running window, jobs with progress and Ctrl-C."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.library.archive import Archive, ArchivePlace, open_archive
from replayer_qt.adapters.library.passwords import password_of
from replayer_qt.adapters.log_setup import escape
from replayer_qt.cli.bootstrap import prepare_beside
from replayer_qt.core.library_answers import JobEnded, JobState, Progress
from replayer_qt.core.library_requests import Job
from replayer_qt.runtime.trash import to_trash

INTERRUPTED: Final = 130

_WIDTH: Final = 78


@contextmanager
def opened_library(arguments: argparse.Namespace) -> Iterator[Archive]:
    """Open the library that `arguments` of `add_place` name; it needs no lock.

    Raises:
        SettingInvalid: a setting is refused.
        DataDirUnusable: a directory cannot be written.
        CatalogueUnusable: the catalogue can't be opened.
    """
    paths, settings = prepare_beside(arguments)
    archive = open_archive(
        ArchivePlace(
            recordings=paths.recordings,
            data_dir=paths.data_dir,
            settings=settings.library,
            clock=SystemClock(),
            to_trash=to_trash,
            secret=password_of,
        )
    )
    try:
        yield archive
    finally:
        archive.close()


def carry_out(archive: Archive, job: Job, *, quiet: bool = False) -> JobEnded:
    """Do a job, with a line of progress on standard error where that is a terminal.

    Ctrl-C ends it between two files; what was done stays done.
    """
    cancelled = threading.Event()

    def cancel(_number: int, _frame: FrameType | None) -> None:
        cancelled.set()

    before = signal.signal(signal.SIGINT, cancel)
    shows = sys.stderr.isatty() and not quiet
    try:
        return archive.carry_out(job, _tell if shows else _keep_quiet, cancelled.is_set)
    finally:
        signal.signal(signal.SIGINT, before)
        if shows:
            print("\r" + " " * _WIDTH + "\r", end="", file=sys.stderr, flush=True)


def exit_code(ended: JobEnded) -> int:
    """Return what a command ends with: 130 interrupted, 1 failed, or some of it failed, else 0."""
    if ended.state is JobState.CANCELLED:
        return INTERRUPTED
    failed = ended.state is JobState.FAILED or any(one.outcome == "failed" for one in ended.files)
    return 1 if failed else 0


def _tell(progress: Progress) -> None:
    share = f"{progress.done:,}/{progress.total:,}" if progress.total else ""
    line = escape(f"{progress.title} {share} {progress.at}")[:_WIDTH]
    print(f"\r{line:<{_WIDTH}}", end="", file=sys.stderr, flush=True)


def _keep_quiet(_progress: Progress) -> None:
    pass
