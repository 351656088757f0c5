"""`app.py doctor`: what this machine has, what it lacks, and what to do about it."""

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication

from replayer_qt.adapters import machine
from replayer_qt.adapters.paths import Paths, ensure_dirs, find_paths
from replayer_qt.adapters.settings_file import load_settings
from replayer_qt.cli.arguments import add_place
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import Settings
from replayer_qt.runtime.refcount import refuse_faulty_qt

MISSING: Final = 3


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at.

    Attributes:
        name: what.
        ok: whether all is well; None where it is only worth knowing.
        found: what was found, in words.
        remedy: what to do; empty when nothing is to be done.
    """

    name: str
    ok: bool | None
    found: str
    remedy: str = ""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help="check what this machine has and lacks",
        description="Check what this machine has and lacks. Ends with 0, or with 3 if something "
        "is missing without which the program does not work.",
        epilog="example: replayer doctor --json",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every check and return 0, or 3 if one failed."""
    checks = examine(arguments)
    healthy = all(check.ok is not False for check in checks)
    if arguments.json:
        told = {
            "ok": healthy,
            "version": VERSION,
            "machine": machine.facts(),
            "checks": [msgspec.to_builtins(check) for check in checks],
        }
        print(json.dumps(told))
    else:
        marks = {True: "ok     ", False: "MISSING", None: "note   "}
        for check in checks:
            remedy = f" {check.remedy}" if check.remedy else ""
            print(f"{marks[check.ok]}  {check.name}: {check.found}.{remedy}")
    return 0 if healthy else MISSING


def examine(arguments: argparse.Namespace) -> list[Check]:
    """Return every check; changes nothing but the directories that any start makes."""
    paths = find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=None,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    )
    settings, settings_check = _settings(paths, arguments.overrides)
    return [
        _python(),
        *_libraries(),
        _references(),
        _display(),
        _fonts(),
        settings_check,
        _data_dir(paths),
        _disk(paths, settings),
        _loopback(),
        _browser(),
    ]


def _python() -> Check:
    suits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check(
        name="Python",
        ok=suits,
        found=platform.python_version(),
        remedy="" if suits else "Use Python 3.11, 3.12 or 3.13.",
    )


def _libraries() -> list[Check]:
    return [
        Check(
            name=name,
            ok=version is not None,
            found=version or "not installed",
            remedy="" if version else "Run make run, or install requirements.lock.",
        )
        for name, version in machine.versions().items()
    ]


def _references() -> Check:
    try:
        refuse_faulty_qt()
    except UserFacingError as error:
        return Check(
            name="Qt bindings", ok=False, found=error.what.rstrip("."), remedy=error.remedy
        )
    return Check(name="Qt bindings", ok=True, found=f"Qt {qVersion()} keeps its references")


def _display() -> Check:
    named = [name for name in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)]
    if sys.platform != "linux":
        return Check(name="display", ok=True, found=platform.system())
    if named:
        return Check(name="display", ok=True, found=" and ".join(named))
    return Check(
        name="display",
        ok=None,
        found="none, so the window is drawn offscreen",
        remedy="Start it from a desktop session, or under xvfb-run, to see the window.",
    )


def _fonts() -> Check:
    had = QGuiApplication.instance()
    if had is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = had or QGuiApplication(["replayer"])
    families = len(QFontDatabase.families())
    del app
    return Check(
        name="fonts",
        ok=families > 0 or None,
        found=f"{families} families",
        remedy="" if families else "The program's own are used; install fonts-dejavu-core.",
    )


def _settings(paths: Paths, overrides: list[str]) -> tuple[Settings, Check]:
    try:
        read = load_settings(paths.settings_file, environ=os.environ, overrides=overrides)
    except UserFacingError as error:
        found = Check(name="settings", ok=False, found=error.what.rstrip("."), remedy=error.remedy)
        return Settings(), found
    where = "in" if paths.settings_file.exists() else "defaults; they would be in"
    return read, Check(name="settings", ok=True, found=f"{where} {paths.settings_file}")


def _data_dir(paths: Paths) -> Check:
    try:
        ensure_dirs(paths)
    except UserFacingError as error:
        return Check(name="data", ok=False, found=error.what.rstrip("."), remedy=error.remedy)
    return Check(name="data", ok=True, found=f"{paths.data_dir}, recordings {paths.recordings}")


def _disk(paths: Paths, settings: Settings) -> Check:
    free = machine.free_mb(paths.recordings)
    wanted = settings.recorder.warn_free_mb
    return Check(
        name="disk",
        ok=free >= wanted or None,
        found=f"{free:,.0f} MB free",
        remedy="" if free >= wanted else f"Recording wants {wanted} MB; free some space.",
    )


def _loopback() -> Check:
    reason = machine.can_listen()
    return Check(
        name="loopback",
        ok=reason is None,
        found=reason or "a port can be opened",
        remedy="" if reason is None else "The practice exchange needs 127.0.0.1; allow it.",
    )


def _browser() -> Check:
    path = machine.browser()
    return Check(
        name="browser",
        ok=None if path is None else True,
        found=path or "no Chrome and no Chromium",
        remedy="" if path else "Needed only for trading on a venue's page, which is not yet there.",
    )
