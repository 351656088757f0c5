"""Where this program keeps its files; nothing is made before `ensure_dirs`."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from replayer_qt.core.errors import DataDirUnusable

APP: Final = "replayer"
DATA_DIR_VARIABLE: Final = "REPLAYER_DATA_DIR"
DEFAULT_PROFILE: Final = "default"


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """The directories of one profile.

    Attributes:
        data_dir: the directory that is this profile's own.
        recordings: where recordings go.
        logs: where the log goes.
        settings_file: the settings, whether it exists or not.
    """

    data_dir: Path
    recordings: Path
    logs: Path
    settings_file: Path


def find_paths(
    *,
    data_dir: str | None,
    profile: str,
    recordings: str | None,
    environ: Mapping[str, str],
    launched_from: Path,
) -> Paths:
    """Return where things are kept; looks, and makes nothing.

    Without `data_dir` and without REPLAYER_DATA_DIR that is where the operating system wants it,
    except that a source checkout (`launched_from` is its app.py) keeps recordings beside itself.
    `recordings`, where given, has the last word on where those go.
    """
    named = data_dir or environ.get(DATA_DIR_VARIABLE)
    root = Path(named).expanduser() if named else platformdirs.user_data_path(APP, appauthor=False)
    root = _of_profile(root.absolute(), profile)
    kept = root / "recordings"
    checkout = _checkout(launched_from)
    if not named and checkout is not None:
        kept = _of_profile(checkout / "recordings", profile)
    if recordings is not None:
        kept = Path(recordings).expanduser().absolute()
    return Paths(
        data_dir=root,
        recordings=kept,
        logs=root / "logs",
        settings_file=root / "settings.toml",
    )


def ensure_dirs(paths: Paths, *, only_recordings: bool = False) -> None:
    """Make the directories, readable by their owner alone, and try to write into each.

    Raises:
        DataDirUnusable: one cannot be made, or cannot be written.
    """
    wanted: tuple[Path, ...] = (paths.recordings,)
    if not only_recordings:
        wanted = (paths.data_dir, paths.recordings, paths.logs)
    for folder in wanted:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise DataDirUnusable(
                f"The directory {folder} cannot be written ({error.strerror or error}).",
                remedy="Make it writable, or name another one with --data-dir or "
                f"{DATA_DIR_VARIABLE}.",
            ) from error


def _of_profile(folder: Path, profile: str) -> Path:
    return folder if profile == DEFAULT_PROFILE else folder / "profiles" / profile


def _checkout(launched_from: Path) -> Path | None:
    folder = launched_from.absolute().parent
    if launched_from.name == "__main__.py":
        folder = folder.parent
    is_source = (folder / "pyproject.toml").is_file() and (folder / "replayer_qt").is_dir()
    return folder if is_source and os.access(folder, os.W_OK) else None
