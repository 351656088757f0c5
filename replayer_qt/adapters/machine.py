"""What is known about this machine: its processor, its memory, what is installed."""

import importlib.metadata
import os
import platform
import shutil
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psutil

from replayer_qt.core.options import LIBRARIES

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MIB: Final = 1 << 20


def facts() -> dict[str, str | int | float]:
    """Return what a measurement should be read with; names neither the machine nor its user."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "load": round(psutil.getloadavg()[0], 2),
        "memory_mib": psutil.virtual_memory().total // _MIB,
        "python": platform.python_version(),
    }


def versions(names: Iterable[str] = LIBRARIES) -> dict[str, str | None]:
    """Return the installed version of each library; None where it is not installed."""
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def browser() -> str | None:
    """Return the path of an installed Chrome or Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def free_mb(folder: Path) -> float:
    """Return the space left on the disk of `folder` or of its nearest parent that exists [MB]."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e6


def can_listen() -> str | None:
    """Return None if a port can be opened on loopback and connected to, else the reason."""
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), timeout=2),
        ):
            return None
    except OSError as error:
        return error.strerror or str(error)


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
