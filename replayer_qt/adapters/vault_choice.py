"""The vault as the settings want it; what encrypts takes time to load, and is off as it comes."""

import os
from pathlib import Path
from typing import Protocol

from replayer_qt.adapters.vault_door import Register, Sealer
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.vault import VaultTold


class Session(Protocol):
    """The vault while a program runs; `vault_session.VaultSession` is one.

    Attributes:
        sealer: what puts files away with its key.
    """

    sealer: Sealer

    def told(self) -> VaultTold:
        """Return how it is; never raises."""
        ...

    def open(self, passphrase: str, *, keep: bool) -> VaultTold:
        """Take a passphrase that a person typed; raises UserFacingError, OSError."""
        ...


def wanted_vault(
    settings: LibrarySettings, folder: Path, profile: str, register: Register
) -> Session | None:
    """Return a profile's vault, None where it is off.

    Asks for nothing yet, and never for what nobody can answer.

    Args:
        settings: whether it is on, and where its key lies.
        folder: the data directory.
        profile: whose keys.
        register: hears each secret before it is used, such as the log's redactor.
    """
    if settings.vault == "off":
        return None
    from replayer_qt.adapters.vault_keys import OsKeyring  # noqa: PLC0415 - see above
    from replayer_qt.adapters.vault_session import VaultSession  # noqa: PLC0415 - see above

    return VaultSession(settings.vault, folder, OsKeyring(profile), os.environ, register)
