"""What others know of the vault; loads nothing of what encrypts, which takes time at the start."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from replayer_qt.core.errors import VaultLocked

SUFFIX: Final = ".vault"
"""How a sealed file's name ends."""

Unlock = Callable[[Path], BinaryIO]
"""Opens a sealed file to read its plain bytes; raises VaultLocked, reading too."""

Register = Callable[[str, str], None]
"""Takes a name and a secret that no text may have in it from now on."""


class VaultChanged(VaultLocked):
    """A sealed file's bytes are not those that were sealed; the message says where."""


class Sealer(Protocol):
    """What puts files away; `vault.Vault` is one."""

    def ready(self) -> None:
        """Find the key to seal with, which may take half a second; raises VaultLocked."""
        ...

    def has_news(self) -> bool:
        """Return whether a person gave the key since this was asked last; quick."""
        ...

    def seal(self, path: Path, *, anew: bool = False) -> Iterator[None]:
        """Put a sealed copy in the place of a file, pausing after each step."""
        ...

    def open(self, path: Path) -> BinaryIO:
        """Open a sealed file to read its plain bytes."""
        ...
