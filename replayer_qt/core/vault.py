"""What a person can wish of the vault while the program runs, and what they are told of it."""

from typing import Literal

import msgspec

VaultMode = Literal["off", "keyring", "passphrase"]


class AskVault(msgspec.Struct, frozen=True, kw_only=True):
    """How is the vault?"""


class OpenVault(msgspec.Struct, frozen=True, kw_only=True):
    """Take this passphrase; it is no command, so that nobody who writes commands down meets it.

    Attributes:
        passphrase: as it was typed; never shown, and not by `repr` either.
        keep: whether this machine's keyring shall keep it; False forgets one that it keeps.
    """

    passphrase: str
    keep: bool = False

    def __repr__(self) -> str:
        return f"OpenVault(passphrase=..., keep={self.keep})"


class VaultTold(msgspec.Struct, frozen=True, kw_only=True):
    """How the vault is.

    Attributes:
        mode: where its key comes from.
        has_key: whether there is a key to seal with, at hand or not.
        is_open: whether that key is at hand.
        is_kept: whether this machine's keyring keeps the passphrase.
        problem: why what was wished was not done, in plain words; empty when it was.
    """

    mode: VaultMode = "off"
    has_key: bool = False
    is_open: bool = False
    is_kept: bool = False
    problem: str = ""
