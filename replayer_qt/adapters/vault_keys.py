"""The vault's keys: random ones in the system's keyring, or one made of a passphrase.

A key leaves this module only as a `MasterKey`, whose text never shows it; every form of it that
could be written somewhere is given to the log's redactor before the key is used.
"""

import base64
import contextlib
import errno
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as ScryptFunction

from replayer_qt.adapters.journal.disk import Disk, RealDisk, write_all
from replayer_qt.adapters.vault_door import Register
from replayer_qt.adapters.vault_format import KEY_BYTES, Header, Scrypt, key_name
from replayer_qt.adapters.vault_passphrase import LONGEST, VARIABLE
from replayer_qt.adapters.vault_sheet import read_sheet, sheet_of
from replayer_qt.core.errors import SomethingMissing, VaultLocked

SERVICE: Final = "replayer"
"""Under which name the keyring keeps our keys."""
KEPT_IN: Final = "vault.json"
"""Says, in a data directory, how its passphrase becomes its key; no secret."""
SHORTEST: Final = 8
"""A passphrase has at least so many characters."""
COST: Final = 2**17
"""scrypt's cost for new keys: 128 MiB and about half a second."""

_COSTS: Final = range(2**10, 2**20 + 1)
_MADE: Final = 64
_GIVE: Final = f"Type it in the window's File menu, set {VARIABLE}, or name a --passphrase-file."
_LOST: Final = "Without it nobody can read what it sealed, we neither."

Mode = Literal["keyring", "passphrase"]
Ask = Callable[[str], str | None]
"""Asks a person for a passphrase; None if nobody can be asked."""


class MasterKey:
    """A key that other keys are made of; it never shows itself."""

    def __init__(self, secret: bytes, scrypt: Scrypt | None = None) -> None:
        """Take 32 bytes, and how they came from a passphrase."""
        self._secret = secret
        self.scrypt = scrypt
        self.name = key_name(secret)

    @property
    def secret(self) -> bytes:
        """The bytes themselves."""
        return self._secret

    def __repr__(self) -> str:
        return f"<master key {self.name[:8]}>"


class KeyStore(Protocol):
    """Keeps secrets by name, for one profile."""

    def get(self, name: str) -> str | None:
        """Return a secret; None if there is none of that name.

        Raises:
            SomethingMissing: there is no keyring.
            VaultLocked: it cannot be opened.
        """
        ...

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; raises as `get` does."""
        ...


class OsKeyring:
    """The operating system's keyring."""

    def __init__(self, profile: str) -> None:
        """Prepare; the keyring is not looked for before the first call."""
        self._profile = profile

    def get(self, name: str) -> str | None:
        """Return a secret."""
        return self._ask(lambda ring: ring.get_password(SERVICE, self._user(name)))

    def set(self, name: str, secret: str) -> None:
        """Keep a secret, and look whether it is kept."""
        self._ask(lambda ring: ring.set_password(SERVICE, self._user(name), secret))
        if self.get(name) != secret:
            raise _no_keyring("it does not keep what it is given")

    def _user(self, name: str) -> str:
        return f"vault/{self._profile}/{name}"

    def _ask(self, question: "Callable[[_Ring], str | None]") -> str | None:
        # loading it looks through all installed packages
        import keyring  # noqa: PLC0415
        from keyring.errors import NoKeyringError  # noqa: PLC0415

        try:
            return question(keyring.get_keyring())
        except NoKeyringError as error:
            raise _no_keyring("none was found") from error
        except Exception as error:
            raise VaultLocked(
                f"The keyring was not opened ({type(error).__name__}).",
                remedy="Unlock it, for instance by logging in, and try again.",
            ) from error


class _Ring(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The passphrase's file: its key's name, and how it is made."""

    key: str
    scrypt: Scrypt


class Keys:
    """Finds the key to seal with, and the one that a file was sealed with."""

    def __init__(
        self,
        mode: Mode,
        folder: Path,
        store: KeyStore,
        *,
        ask: Ask = lambda _: None,
        register: Register = lambda _name, _secret: None,
        cost: int = COST,
        disk: Disk | None = None,
    ) -> None:
        """Prepare; nothing is asked or looked for yet.

        Args:
            mode: where the key to seal with comes from; files of both kinds can be opened.
            folder: the data directory.
            store: where random keys lie.
            ask: asks for the passphrase; what it answers is remembered as long as this object.
            register: hears each secret before it is used.
            cost: scrypt's, for a new passphrase.
            disk: the file system.
        """
        self.mode = mode
        self._file = folder / KEPT_IN
        self._store = store
        self._ask = ask
        self._register = register
        self._cost = cost
        self._disk = RealDisk() if disk is None else disk
        self._passphrase: str | None = None
        self._refusal: str | None = None
        self._current: MasterKey | None = None
        self._has_news = False
        self._made: dict[Scrypt, MasterKey] = {}  # bounded by _MADE
        self._held: dict[str, MasterKey] = {}  # bounded: the keys of one keyring

    def current(self) -> MasterKey:
        """Return the key to seal with; only the first call takes time.

        Raises:
            VaultLocked: there is none yet, or the passphrase is another one.
            SomethingMissing: there is no keyring.
        """
        if self._current is None:
            self._current = self._found()
        return self._current

    @property
    def is_at_hand(self) -> bool:
        """Whether the key to seal with was found already, so that nobody is asked for it."""
        return self._current is not None

    def accept(self, passphrase: str, key: MasterKey) -> None:
        """Use a passphrase that was checked elsewhere, and its key, from now on; on any thread."""
        if key.scrypt is not None:
            self._made[key.scrypt] = key
        self._passphrase, self._refusal = passphrase, None
        self._current = key
        self._has_news = True

    def has_news(self) -> bool:
        """Return whether a passphrase was accepted since this was asked last."""
        news, self._has_news = self._has_news, False
        return news

    def _found(self) -> MasterKey:
        if self.mode == "passphrase":
            kept = self._kept()
            if kept is None:
                raise _none_yet()
            return self._of_passphrase(kept.scrypt, kept.key, "this vault")
        name = self._store.get("current")
        if name is None:
            raise _none_yet()
        return self._of_keyring(name, "new files")

    def current_name(self) -> str | None:
        """Return the name of the key to seal with, whether it can be had or not; None: no key."""
        if self.mode == "passphrase":
            kept = self._kept()
            return None if kept is None else kept.key
        return self._store.get("current")

    def of(self, header: Header, path: Path) -> MasterKey:
        """Return the key that a file was sealed with.

        Raises:
            VaultLocked: it is not here, or the passphrase is another one.
            SomethingMissing: there is no keyring.
        """
        if header.scrypt is not None:
            return self._of_passphrase(header.scrypt, header.key, str(path))
        return self._of_keyring(header.key, str(path))

    def make(self) -> MasterKey:
        """Make a new key to seal with from now on; what was sealed before needs the one before.

        Raises:
            VaultLocked: no passphrase, or too short a one.
            SomethingMissing: there is no keyring.
            OSError: the passphrase's file cannot be written.
        """
        if self.mode == "keyring":
            return self._keep(self._heard(secrets.token_bytes(KEY_BYTES), None))
        self._current = None
        said = Scrypt(n=self._cost, r=8, p=1, salt=secrets.token_hex(16))
        self._passphrase = self._refusal = None
        key = self._derive(said, "a new vault")
        self._write(msgspec.json.encode(_Kept(key=key.name, scrypt=said)))
        return key

    def restore(self, sheet: str) -> MasterKey:
        """Take the key of a recovery sheet into the keyring, to seal with from now on.

        Raises:
            VaultLocked: it is no sheet of ours, or was misread.
            SomethingMissing: there is no keyring.
        """
        return self._keep(self._heard(read_sheet(sheet), None))

    def _keep(self, key: MasterKey) -> MasterKey:
        self._store.set(key.name, key.secret.hex())
        self._store.set("current", key.name)
        self._current = None
        return key

    def _of_keyring(self, name: str, what: str) -> MasterKey:
        if name in self._held:
            return self._held[name]
        told = self._store.get(name)
        if told is None:
            raise VaultLocked(
                f"{what}: the key {name[:8]} is not in this keyring.",
                remedy=f"Restore it with `app.py vault restore-key` from its sheet. {_LOST}",
            )
        try:
            key = self._heard(bytes.fromhex(told), None)
        except ValueError:
            key = None
        if key is None or key.name != name:
            raise VaultLocked(
                f"{what}: the keyring holds another key under the name {name[:8]}.",
                remedy=f"Restore it with `app.py vault restore-key` from its sheet. {_LOST}",
            )
        self._held[name] = key
        return key

    def _of_passphrase(self, said: Scrypt, name: str, what: str) -> MasterKey:
        key = self._made.get(said) or self._derive(said, what)
        if len(self._made) >= _MADE:
            self._made.clear()
        # kept though it may be the wrong one: making it takes half a second, and a trail is long
        self._made[said] = key
        if key.name != name:
            raise VaultLocked(
                f"{what} was sealed with another passphrase, or its header was changed.",
                remedy=f"Give the passphrase that it was sealed with. {_LOST}",
            )
        return key

    def _derive(self, said: Scrypt, what: str) -> MasterKey:
        if said.n not in _COSTS or said.n & (said.n - 1) or not (said.r == 8 and said.p == 1):
            raise VaultLocked(
                f"{what} names a cost of making the key that we never use.",
                remedy="Its header was changed: take a copy from elsewhere.",
            )
        if self._passphrase is None:
            # a person is asked once, whatever the answer
            if self._refusal is None:
                self._passphrase, self._refusal = self._asked(what)
            if self._passphrase is None:
                raise VaultLocked(f"{what} stays closed: {self._refusal}", remedy=_GIVE)
        self._register("passphrase", self._passphrase)
        try:
            salt = bytes.fromhex(said.salt)
        except ValueError:
            salt = b""
        text = unicodedata.normalize("NFC", self._passphrase).encode("utf-8", "surrogatepass")
        function = ScryptFunction(salt=salt, length=KEY_BYTES, n=said.n, r=said.r, p=said.p)
        return self._heard(function.derive(text), said)

    def _asked(self, what: str) -> tuple[str | None, str]:
        """Return the passphrase, or why there is none."""
        told = self._ask(what)
        if told is None:
            return None, "no passphrase was given."
        if not SHORTEST <= len(told) <= LONGEST:
            return None, f"the passphrase has less than {SHORTEST} characters, or too many."
        return told, ""

    def _heard(self, secret: bytes, said: Scrypt | None) -> MasterKey:
        key = MasterKey(secret, said)
        for form in (
            secret.hex(),
            secret.hex().upper(),
            base64.b64encode(secret).decode(),
            base64.urlsafe_b64encode(secret).decode(),
            sheet_of(secret),
            sheet_of(secret).replace(" ", ""),
            repr(secret)[2:-1],
        ):
            self._register("vault key", form)
        return key

    def _kept(self) -> _Kept | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise VaultLocked(
                f"{self._file} was not read ({type(error).__name__}).",
                remedy="Its content is in the header of every sealed file; make a new key.",
            ) from error

    def _write(self, data: bytes) -> None:
        """Write the passphrase's file anew, in one step, when all of it is on stable storage."""
        disk = self._disk
        disk.make_folder(self._file.parent)
        draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(8)}.new")
        fd = disk.open_new(draft)
        try:
            try:
                write_all(disk, fd, data)
                disk.sync(fd)
            finally:
                disk.close(fd)
            _demand(draft, data)
            disk.rename(draft, self._file)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.remove(draft)
            raise
        disk.sync_folder(self._file.parent)


def _demand(draft: Path, data: bytes) -> None:
    if draft.read_bytes() != data:
        raise OSError(errno.EIO, "what was written is not there", str(draft))


def _none_yet() -> VaultLocked:
    return VaultLocked("The vault has no key yet.", remedy="Make one with `app.py vault new-key`.")


def _no_keyring(why: str) -> SomethingMissing:
    return SomethingMissing(
        f"This machine has no keyring that can be used ({why}).",
        remedy="Install one (GNOME Keyring, KWallet), or use a passphrase: "
        "--set library.vault=passphrase.",
    )
