"""What every command that writes files does first: find its place, read settings, lock, log."""

import argparse
import faulthandler
import logging
import os
import platform
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec

from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.log_setup import Log, start_logging
from replayer_qt.adapters.paths import Paths, ensure_dirs, find_paths
from replayer_qt.adapters.settings_file import load_settings, save_settings
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import Settings
from replayer_qt.runtime.log_bridge import qt_messages_logged
from replayer_qt.runtime.refcount import refuse_faulty_qt

log = logging.getLogger(__name__)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run keeps its files, and with which settings.

    Attributes:
        paths: the directories, all of which exist.
        settings: all settings, validated.
        log: the log that was begun; it knows which secrets no text may have in it.
    """

    paths: Paths
    settings: Settings
    log: Log


def prepare(stack: ExitStack, arguments: argparse.Namespace) -> Place:
    """Check this machine, read the settings, make the directories, lock them, start the log.

    Leaving `stack` ends the log and gives the lock back. `arguments` are those of
    `arguments.add_place`; an `out` among them is where recordings go instead, and then the data
    directory is neither locked nor logged to: that run may go on beside a window.

    Raises:
        SettingInvalid: a setting is refused.
        DataDirUnusable: the directory cannot be written, or another run has it.
        SomethingMissing: the installed Qt is known to crash on this Python.
    """
    refuse_faulty_qt()
    out = getattr(arguments, "out", None)
    paths = find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=out,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    )
    settings = load_settings(paths.settings_file, environ=os.environ, overrides=arguments.overrides)
    ensure_dirs(paths, only_recordings=out is not None)
    if out is None:
        lock = FolderLock(paths.data_dir)
        lock.acquire()
        stack.callback(lock.release)
        if not paths.settings_file.exists():
            save_settings(paths.settings_file, Settings())
        _trace_faults(stack, paths.logs)
    begun = stack.enter_context(start_logging(None if out is not None else paths.logs))
    stack.enter_context(qt_messages_logged())
    log.info("replayer %s, Python %s, %s", VERSION, platform.python_version(), platform.platform())
    stack.callback(log.info, "shutdown complete")
    return Place(paths=paths, settings=settings, log=begun)


def prepare_beside(arguments: argparse.Namespace) -> tuple[Paths, Settings]:
    """Find the directories and read the settings for a command that may go on beside a window.

    It takes no lock and writes no log: what it writes must bear company. `arguments` are those of
    `arguments.add_place`.

    Raises:
        SettingInvalid: a setting is refused.
        DataDirUnusable: a directory cannot be written.
    """
    paths = find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=None,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    )
    settings = load_settings(paths.settings_file, environ=os.environ, overrides=arguments.overrides)
    ensure_dirs(paths)
    return paths, settings


def _trace_faults(stack: ExitStack, logs: Path) -> None:
    """Have a crash of the interpreter itself leave the stacks of all threads in a file."""
    if faulthandler.is_enabled():  # somebody else, a test runner, listens already
        return
    file = stack.enter_context((logs / "fatal.log").open("a", encoding="utf-8"))
    faulthandler.enable(file)
    stack.callback(faulthandler.disable)
