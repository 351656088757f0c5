"""Keys: from a keyring, a passphrase, or a sheet of paper."""

import errno

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.vault_keys import COST, SHORTEST, Keys, OsKeyring
from replayer_qt.adapters.vault_passphrase import passphrase_in
from replayer_qt.adapters.vault_sheet import read_sheet, sheet_of
from replayer_qt.core.errors import SomethingMissing, VaultLocked
from tests.helpers.vaults import PASSPHRASE, MemoryKeyring, keys_in


class Ring(keyring.backend.KeyringBackend):
    """A keyring of the library's own kind that lives as long as its test."""

    priority = 0  # never chosen by itself

    def __init__(self):
        super().__init__()
        self.kept = {}
        self.error = None
        self.forgets = False

    def get_password(self, service, username):
        if self.error is not None:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        if not self.forgets:
            self.kept[(service, username)] = password


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_a_key_lies_in_the_keyring_under_its_profile(ring, tmp_path):
    """S3-R4: one service, one entry a profile and key."""
    key = Keys("keyring", tmp_path, OsKeyring("demo")).make()
    assert {name for _, name in ring.kept} == {f"vault/demo/{key.name}", "vault/demo/current"}
    assert {service for service, _ in ring.kept} == {"replayer"}
    again = Keys("keyring", tmp_path, OsKeyring("demo"))
    assert again.current().secret == key.secret
    with pytest.raises(VaultLocked, match="no key yet"):
        Keys("keyring", tmp_path, OsKeyring("other")).current()
    assert list(tmp_path.iterdir()) == []


def test_no_keyring_proposes_a_passphrase(tmp_path):
    """S3-R4: a machine without one says what to do instead."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        with pytest.raises(SomethingMissing, match=r"library\.vault=passphrase"):
            Keys("keyring", tmp_path, OsKeyring("default")).make()
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_keeps_nothing_is_none(ring, tmp_path):
    ring.forgets = True
    with pytest.raises(SomethingMissing, match="does not keep"):
        Keys("keyring", tmp_path, OsKeyring("default")).make()


@pytest.mark.parametrize(
    "error", [keyring.errors.KeyringLocked("cancelled"), RuntimeError("the bus is gone")]
)
def test_a_locked_keyring_is_told(ring, tmp_path, error):
    """Whatever its backend raises: it must not stop the audit trail's thread."""
    ring.error = error
    with pytest.raises(VaultLocked, match="not opened"):
        Keys("keyring", tmp_path, OsKeyring("default")).current()


def test_a_passphrases_key_is_made_as_slowly_as_promised(tmp_path):
    """S3-R4: scrypt, 128 MiB; its parameters are in the open, the passphrase nowhere."""
    keys = Keys("passphrase", tmp_path, MemoryKeyring(), ask=lambda _: PASSPHRASE)
    key = keys.make()
    assert key.scrypt is not None
    assert (key.scrypt.n, key.scrypt.r, key.scrypt.p) == (COST, 8, 1) == (2**17, 8, 1)
    assert PASSPHRASE not in (tmp_path / "vault.json").read_text()
    assert key.secret.hex() not in (tmp_path / "vault.json").read_text()


def test_the_passphrase_is_asked_once(tmp_path):
    asked = []

    def ask(what):
        asked.append(what)
        return PASSPHRASE

    keys_in(tmp_path, "passphrase").make()
    keys = keys_in(tmp_path, "passphrase", ask=ask)
    assert keys.current().secret == keys.current().secret
    assert len(asked) == 1


def test_a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(VaultLocked, match=f"less than {SHORTEST}"):
        keys_in(tmp_path, "passphrase", ask=lambda _: "short").make()
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_is_the_same_however_it_is_typed(tmp_path):
    """An accent may be one character or two."""
    key = keys_in(tmp_path, "passphrase", ask=lambda _: "caf\u00e9 au lait").make()
    again = keys_in(tmp_path, "passphrase", ask=lambda _: "cafe\u0301 au lait")
    assert again.current().secret == key.secret


@pytest.mark.parametrize("how", ["little", "nothing", "lies", "breaks"])
def test_the_passphrases_file_is_replaced_only_by_a_whole_one(tmp_path, how):
    """S3-R4: else what makes the key of the passphrase would be lost for new files."""

    class Odd(RealDisk):
        def write(self, fd, data):
            if how == "nothing":
                return 0
            if how == "lies":
                super().write(fd, data[:9])
                return len(data)
            if how == "breaks" and len(data) < 50:
                raise OSError(errno.EIO, "broken")
            return super().write(fd, data[:11])

    before = keys_in(tmp_path, "passphrase").make()
    keys = keys_in(tmp_path, "passphrase", disk=Odd())
    if how == "little":
        made = keys.make()
        assert keys_in(tmp_path, "passphrase").current().secret == made.secret
    else:
        with pytest.raises(OSError, match=r"nothing was|what was written|broken"):
            keys.make()
        assert keys_in(tmp_path, "passphrase").current().secret == before.secret
    assert [path.name for path in tmp_path.iterdir()] == ["vault.json"]


def test_a_damaged_passphrase_file_is_told(tmp_path):
    (tmp_path / "vault.json").write_text("{")
    with pytest.raises(VaultLocked, match=r"vault\.json"):
        keys_in(tmp_path, "passphrase").current()


@given(st.binary(min_size=32, max_size=32))
def test_a_sheet_brings_the_key_back(secret):
    sheet = sheet_of(secret)
    assert read_sheet(sheet) == secret
    assert read_sheet(f"  {sheet.lower()}\n".replace(" ", "\t")) == secret


@given(st.binary(min_size=32, max_size=32), st.data())
def test_a_misread_letter_is_noticed(secret, data):
    sheet = sheet_of(secret).replace(" ", "")
    place = data.draw(st.integers(0, len(sheet) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    if other != sheet[place]:
        with pytest.raises(VaultLocked, match="check"):
            read_sheet(sheet[:place] + other + sheet[place + 1 :])


@pytest.mark.parametrize("text", ["", "AAAA", "!!!!", "\u00e9" * 56])
def test_what_is_no_sheet_is_refused(text):
    with pytest.raises(VaultLocked):
        read_sheet(text)


def test_a_lost_keyring_is_restored_from_its_sheet(tmp_path):
    key = keys_in(tmp_path).make()
    store = MemoryKeyring()
    restored = keys_in(tmp_path, store=store).restore(sheet_of(key.secret))
    assert restored.name == key.name
    assert keys_in(tmp_path, store=store).current().secret == key.secret


def test_where_a_passphrase_is_stated(tmp_path):
    file = tmp_path / "pass"
    file.write_text("from the file\nsecond line\n")
    environ = {"REPLAYER_PASSPHRASE": "from the environment"}
    assert passphrase_in(environ, file) == "from the file"
    assert passphrase_in(environ, None) == "from the environment"
    assert passphrase_in({}, None) is None
    for broken in (tmp_path / "none", tmp_path):
        with pytest.raises(VaultLocked, match="was not read"):
            passphrase_in({}, broken)
    file.write_text("")
    with pytest.raises(VaultLocked):
        passphrase_in({}, file)
