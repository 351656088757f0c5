"""A key on paper: letters and digits in groups, with a check against misreading."""

import base64
import hashlib

from replayer_qt.adapters.vault_format import KEY_BYTES
from replayer_qt.core.errors import VaultLocked


def sheet_of(secret: bytes) -> str:
    """Return a key as a person copies it by hand: letters and digits in groups, with a check."""
    whole = secret + _check(secret)
    text = base64.b32encode(whole).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def read_sheet(text: str) -> bytes:
    """Return the key of a recovery sheet, in small or capital letters, with any blanks.

    Raises:
        VaultLocked: it is none, or was misread.
    """
    plain = "".join(text.split()).upper().replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        whole = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        whole = b""
    secret, check = whole[:KEY_BYTES], whole[KEY_BYTES:]
    if len(secret) != KEY_BYTES or check != _check(secret):
        raise VaultLocked(
            "The recovery sheet was not read right: its check does not fit.",
            remedy="Compare what was typed with the sheet, letter by letter.",
        )
    return secret


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"replayer recovery sheet" + secret).digest()[:3]
