"""Vaults for tests: a keyring in memory, a cheap passphrase, and what was told of secrets."""

from pathlib import Path
from typing import Any

from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_keys import Keys

PASSPHRASE = " ".join(["correct", "horse", "battery", "staple"])
CHEAP = 2**10


class MemoryKeyring:
    """Secrets by name."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, secret: str) -> None:
        self.kept[name] = secret


def keys_in(folder: Path, mode: Any = "keyring", **fields: Any) -> Keys:
    """Return keys; a passphrase is the one above, and cheap to use."""
    store = fields.pop("store", None) or MemoryKeyring()
    fields.setdefault("ask", lambda _: PASSPHRASE)
    return Keys(mode, folder, store, cost=CHEAP, **fields)


def vault_in(folder: Path, mode: Any = "keyring", **fields: Any) -> Vault:
    """Return a vault that has a key."""
    keys = keys_in(folder, mode, **fields)
    keys.make()
    return Vault(keys)


def sealed(vault: Vault, path: Path, data: bytes) -> Path:
    """Write a file and seal it."""
    path.write_bytes(data)
    return vault.seal_file(path)


def read(vault: Vault, path: Path) -> bytes:
    """Return a sealed file's plain bytes."""
    with vault.open(path) as file:
        return file.read()
