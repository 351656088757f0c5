"""The name under which a practice exchange knows this profile's account; made once and kept."""

import os
import re
import secrets
from pathlib import Path
from typing import Final

from replayer_qt.core.errors import DataDirUnusable

FILE: Final = "practice-token"

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


def practice_token(folder: Path) -> str:
    """Return the profile's token, made and kept if there is none that is sound.

    Args:
        folder: the profile's own directory.

    Raises:
        DataDirUnusable: it can't be written.
    """
    path = folder / FILE
    try:
        found = path.read_text("ascii").strip()
    except (OSError, ValueError):
        found = ""
    if _TOKEN.fullmatch(found):
        return found
    token = secrets.token_hex(16)
    try:
        draft = path.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token)
        draft.replace(path)
    except OSError as error:
        raise DataDirUnusable(
            f"{path} cannot be written ({error.strerror}).",
            remedy="Make the directory writable, or name another one with --data-dir.",
        ) from error
    return token
