"""Notices when a test writes anywhere but under the temporary directory."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.mkdir": 0, "os.remove": 0, "os.rmdir": 0, "os.truncate": 0, "os.rename": 1, "os.link": 1,
    "os.symlink": 1,
}  # fmt: skip
_CACHES = ("__pycache__", ".pytest_cache", ".hypothesis", ".ruff_cache", ".mypy_cache")


class WriteWatch:
    """Remembers each path outside the temporary directory that was opened to write or changed.

    Once installed it stays until the process ends: Python has no way to take an audit hook off.
    """

    def __init__(self) -> None:
        self.found: list[str] = []
        temporary = {tempfile.gettempdir(), os.path.realpath(tempfile.gettempdir())}
        self._places = frozenset(temporary)
        self._allowed = (*(f"{place}{os.sep}" for place in temporary), "/dev/", "/proc")

    def install(self) -> None:
        """Begin to watch this process."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & _WRITES:
                return
        elif event in _CHANGES:
            path = arguments[_CHANGES[event]]
            if event != "os.truncate" and isinstance(arguments[-1], int) and arguments[-1] >= 0:
                return  # relative to a folder that is open: shutil empties a folder so
        else:
            return
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  # Path would be audited as well
        if name in self._places or name.startswith(self._allowed) or self._is_cache(name):
            return
        self.found.append(f"{event} {name}")

    def _is_cache(self, name: str) -> bool:
        parts = Path(name).parts
        return any(cache in parts for cache in _CACHES) or parts[-1].startswith(".coverage")
