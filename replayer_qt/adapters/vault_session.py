"""The vault of a running program: its passphrase is typed, stated, or kept in the keyring."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_door import Register, Sealer
from replayer_qt.adapters.vault_keys import COST, Keys, KeyStore, Mode
from replayer_qt.adapters.vault_passphrase import passphrase_in
from replayer_qt.core.errors import SomethingMissing, UserFacingError, VaultLocked
from replayer_qt.core.vault import VaultTold

KEPT_AS: Final = "passphrase"
"""Under which name the keyring keeps the passphrase, where a person wanted that."""


class VaultSession:
    """One profile's vault; sealing and opening it may be done on different threads.

    A passphrase that was typed is kept in this object, in the keyring where that is wanted, and
    nowhere else.

    Attributes:
        sealer: what puts files away with its key.
    """

    def __init__(
        self,
        mode: Mode,
        folder: Path,
        store: KeyStore,
        environ: Mapping[str, str],
        register: Register,
        *,
        cost: int = COST,
    ) -> None:
        """Prepare; nothing is asked or looked for yet.

        Args:
            mode: where the key to seal with comes from.
            folder: the data directory.
            store: the keyring.
            environ: may state the passphrase.
            register: hears each secret before it is used.
            cost: scrypt's, for a new passphrase.
        """
        self._mode: Mode = mode
        self._folder = folder
        self._store = store
        self._environ = environ
        self._register = register
        self._cost = cost
        self._keys = Keys(mode, folder, store, ask=self._found, register=register, cost=cost)
        self.sealer: Sealer = Vault(self._keys)

    def told(self) -> VaultTold:
        """Return how the vault is, and why that cannot be told; never raises."""
        try:
            return VaultTold(
                mode=self._mode,
                has_key=self._keys.current_name() is not None,
                is_open=self._mode == "keyring" or self._keys.is_at_hand,
                is_kept=self._mode == "passphrase" and bool(self._kept()),
            )
        except (UserFacingError, OSError) as error:
            return VaultTold(mode=self._mode, problem=str(error))

    def open(self, passphrase: str, *, keep: bool) -> VaultTold:
        """Take a passphrase; takes half a second.

        Args:
            passphrase: as a person typed it.
            keep: whether the keyring shall keep it; False forgets one that it keeps.

        Returns:
            How the vault is; its problem says why the keyring keeps nothing, where that was wanted.

        Raises:
            VaultLocked: it is another one, or too short, or none is needed, or there is no key.
        """
        if self._mode != "passphrase":
            raise VaultLocked(
                "This vault's key lies in the keyring.",
                remedy="No passphrase is needed; library.vault says which of the two it is.",
            )
        asked = Keys(
            self._mode,
            self._folder,
            self._store,
            ask=lambda _: passphrase,
            register=self._register,
            cost=self._cost,
        )
        self._keys.accept(passphrase, asked.current())
        problem = self._keep(passphrase if keep else "")
        is_kept = keep and not problem
        return VaultTold(
            mode=self._mode, has_key=True, is_open=True, is_kept=is_kept, problem=problem
        )

    def _keep(self, passphrase: str) -> str:
        """Have the keyring keep it, or forget one; return why it does not."""
        try:
            if passphrase or self._kept():
                self._store.set(KEPT_AS, passphrase)
        except (SomethingMissing, VaultLocked) as error:
            return f"The vault is open until the program ends. {error}" if passphrase else ""
        return ""

    def _found(self, _: str) -> str | None:
        stated = passphrase_in(self._environ, None)
        return stated if stated is not None else self._kept()

    def _kept(self) -> str | None:
        with contextlib.suppress(SomethingMissing, VaultLocked):
            return self._store.get(KEPT_AS) or None
        return None
