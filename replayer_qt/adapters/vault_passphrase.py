"""Where the vault's passphrase may be stated: the environment, or a file; never a setting."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from replayer_qt.core.errors import VaultLocked

VARIABLE: Final = "REPLAYER_PASSPHRASE"
"""The environment variable that may hold the passphrase."""
LONGEST: Final = 1_024
"""The longest passphrase [characters]."""


def passphrase_in(environ: Mapping[str, str], file: Path | None) -> str | None:
    """Return the passphrase that the environment or a file states; None if neither does.

    Raises:
        VaultLocked: the file cannot be read.
    """
    if file is not None:
        try:
            with file.open("rb") as opened:
                return opened.read(4 * LONGEST).decode().splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError) as error:
            raise VaultLocked(
                f"The passphrase was not read from {file} ({type(error).__name__}).",
                remedy="Name a file whose first line is the passphrase.",
            ) from error
    return environ.get(VARIABLE)
