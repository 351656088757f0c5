"""Sealed files, byte by byte: AES-GCM in chunks of which none can be cut, swapped or appended.

A file is the magic, the length of the header, the header (JSON), then chunks of 64 KiB, each with
its tag. A chunk's nonce is the file's random prefix, the chunk's number and whether it is the last
one; all that stands before the chunks is authenticated with each of them. The file's own key is
derived from the master key with a random salt, so no nonce ever meets a key twice.
"""

import secrets
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK: Final = 64 * 1024
"""Plain bytes of a chunk [bytes]; the last one may have fewer, or none."""
KEY_BYTES: Final = 32

_MAGIC: Final = b"rplyvlt1"
_LENGTH: Final = struct.Struct(">I")
_HEADER_LIMIT: Final = 4_096
_TAG: Final = 16
_SALT: Final = 32
_PREFIX: Final = 7
_COUNTER: Final = struct.Struct(">I?")
_FILE: Final = b"replayer vault: file key, version 1"
_NAME: Final = b"replayer vault: name of a key, version 1"
_CIPHER: Final = "AES-256-GCM in chunks"


class Scrypt(msgspec.Struct, frozen=True, kw_only=True):
    """How a passphrase becomes a master key: scrypt's cost, and its salt [hex]."""

    n: int
    r: int
    p: int
    salt: str


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sealed file says of itself, in the open.

    Attributes:
        key: the name of the master key; it tells nothing of the key.
        scrypt: how the key comes from a passphrase; None where it lies in a keyring.
        salt: makes the file's own key [hex].
        prefix: the first bytes of each nonce [hex].
    """

    version: int = 1
    cipher: str = _CIPHER
    chunk: int = CHUNK
    key: str
    scrypt: Scrypt | None = None
    salt: str
    prefix: str


class Changed(Exception):
    """The bytes are not those that were sealed; the message says where, in plain words."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed file's beginning, as read; nothing of it is certain before the first chunk is."""

    header: Header
    raw: bytes


def key_name(master: bytes) -> str:
    """Return a key's name [32 hex digits]; another key has another name."""
    return _derived(master, b"", _NAME, 16).hex()


def new_header(master: bytes, scrypt: Scrypt | None) -> Header:
    """Return the header of a new file; no two are the same."""
    return Header(
        key=key_name(master),
        scrypt=scrypt,
        salt=secrets.token_hex(_SALT),
        prefix=secrets.token_hex(_PREFIX),
    )


def seal_stream(plain: BinaryIO, master: bytes, header: Header) -> Iterator[bytes]:
    """Yield the sealed file of all of `plain`, piece by piece; reading may raise OSError."""
    said = msgspec.json.encode(header)
    raw = _MAGIC + _LENGTH.pack(len(said)) + said
    yield raw
    cipher, prefix = _cipher(master, header), bytes.fromhex(header.prefix)
    number = 0
    piece = plain.read(CHUNK)
    while True:
        after = plain.read(CHUNK) if len(piece) == CHUNK else b""
        is_last = not after
        yield cipher.encrypt(prefix + _COUNTER.pack(number, is_last), piece, raw)
        if is_last:
            return
        piece, number = after, number + 1


def read_header(file: BinaryIO) -> Opened:
    """Return a sealed file's beginning.

    Raises:
        Changed: it is no sealed file, or was changed.
        OSError: it cannot be read.
    """
    raw = file.read(len(_MAGIC) + _LENGTH.size)
    if not raw.startswith(_MAGIC) or len(raw) < len(_MAGIC) + _LENGTH.size:
        raise Changed("it does not begin like a sealed file")
    length = _LENGTH.unpack(raw[len(_MAGIC) :])[0]
    said = file.read(min(length, _HEADER_LIMIT))
    if len(said) != length:
        raise Changed("its header was changed or cut")
    try:
        header = msgspec.json.decode(said, type=Header)
        fits = len(bytes.fromhex(header.salt)) == _SALT
        fits &= len(bytes.fromhex(header.prefix)) == _PREFIX
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Changed("its header was changed") from error
    if not fits or (header.version, header.cipher, header.chunk) != (1, _CIPHER, CHUNK):
        raise Changed("its header was changed, or a newer version of this program wrote it")
    return Opened(header=header, raw=raw + said)


def open_stream(file: BinaryIO, master: bytes, opened: Opened) -> Iterator[bytes]:
    """Yield the plain bytes chunk by chunk; what is yielded is what was sealed.

    That it is all of it is certain only when the iteration has ended.

    Raises:
        Changed: the bytes are not those that were sealed.
        OSError: the file cannot be read.
    """
    header = opened.header
    cipher, prefix = _cipher(master, header), bytes.fromhex(header.prefix)
    number = 0
    piece = file.read(CHUNK + _TAG)
    while True:
        after = file.read(CHUNK + _TAG) if len(piece) == CHUNK + _TAG else b""
        is_last = not after
        try:
            plain = cipher.decrypt(prefix + _COUNTER.pack(number, is_last), piece, opened.raw)
        except InvalidTag as error:
            raise _changed(cipher, prefix, number, piece, opened) from error
        yield plain
        if is_last:
            return
        piece, number = after, number + 1


def _changed(cipher: AESGCM, prefix: bytes, number: int, piece: bytes, opened: Opened) -> Changed:
    """What is wrong with a chunk that is not as it was sealed."""
    if not piece:
        return Changed(f"it is cut off before chunk {number}")
    for is_last in (False, True):
        try:
            cipher.decrypt(prefix + _COUNTER.pack(number, is_last), piece, opened.raw)
        except InvalidTag:
            continue
        what = "bytes were appended after" if is_last else "it is cut off after"
        return Changed(f"{what} chunk {number}")
    where = " or its header" if not number else ""
    return Changed(f"chunk {number}{where} was changed or cut")


def _cipher(master: bytes, header: Header) -> AESGCM:
    return AESGCM(_derived(master, bytes.fromhex(header.salt), _FILE, KEY_BYTES))


def _derived(master: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(master)
