"""The vault as the settings want it; what encrypts takes time to load, and is off as it comes."""

import os
from pathlib import Path

from replayer_qt.adapters.vault_door import Register, Sealer
from replayer_qt.core.settings import LibrarySettings


def wanted_vault(
    settings: LibrarySettings, folder: Path, profile: str, register: Register
) -> Sealer | None:
    """Return a profile's vault, None where it is off; a passphrase stands in the environment.

    Asks for nothing yet, and never for what nobody can answer.

    Args:
        settings: whether it is on, and where its key lies.
        folder: the data directory.
        profile: whose keys.
        register: hears each secret before it is used, such as the log's redactor.
    """
    if settings.vault == "off":
        return None
    from replayer_qt.adapters.vault import Vault  # noqa: PLC0415 - see above
    from replayer_qt.adapters.vault_keys import (  # noqa: PLC0415 - see above
        Keys,
        OsKeyring,
        passphrase_in,
    )

    keys = Keys(
        settings.vault,
        folder,
        OsKeyring(profile),
        ask=lambda _: passphrase_in(os.environ, None),
        register=register,
    )
    return Vault(keys)
