"""What a start of the window was asked for, and the release that was started."""

from typing import Final

import msgspec

from replayer_qt.core.settings import Settings

VERSION: Final = "0.1.0"
"""The release; pyproject.toml says the same."""

LIBRARIES: Final = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "qasync",
    "python-socketio",
    "aiohttp",
    "playwright",
    "msgspec",
    "platformdirs",
    "zstandard",
    "prometheus-client",
    "keyring",
    "cryptography",
    "crc32c",
    "psutil",
    "pyarrow",
    "psycopg",
)
"""What this program runs on, as the package index names it; pyproject.toml says the same."""


class WindowOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line decided before the window is built.

    Attributes:
        settings: all settings, validated.
        profile: the name under which settings, layout and recordings are kept apart.
        data_dir: where this profile's files live; exists and can be written.
        recordings: where recordings go; exists and can be written.
        files: recordings to open, as the person wrote them.
        venue: the venue to connect to at once; None for what the settings say.
        url: another address than the venue's usual one.
        screenshot: where the picture of the window goes before the end; None for nowhere.
        exit_after_s: when to end by itself [s]; None for never.
    """

    settings: Settings
    profile: str
    data_dir: str
    recordings: str
    files: tuple[str, ...] = ()
    venue: str | None = None
    url: str | None = None
    screenshot: str | None = None
    exit_after_s: float | None = None
