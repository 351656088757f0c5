"""The vault of a running program: opened by a person, shut to a wrong passphrase."""

import pytest

from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.adapters.vault_session import VaultSession
from replayer_qt.core.errors import SomethingMissing, VaultLocked
from tests.helpers.vaults import CHEAP, PASSPHRASE, MemoryKeyring, keys_in, read, sealed, vault_in

WRONG = PASSPHRASE + " not"


def session_in(folder, *, mode="passphrase", store=None, environ=None, register=None):
    return VaultSession(
        mode,
        folder,
        MemoryKeyring() if store is None else store,
        environ or {},
        register or (lambda _name, _secret: None),
        cost=CHEAP,
    )


def test_a_real_sealed_file_opens_once_the_passphrase_was_typed(tmp_path):
    """S3-R4: the key is asked for in the window, and held as long as the program runs."""
    path = sealed(vault_in(tmp_path, "passphrase"), tmp_path / "day.jsonl", b"my own orders")
    redactor = Redactor()
    session = session_in(tmp_path, register=redactor.register)
    assert session.told().has_key
    assert not session.told().is_open
    with pytest.raises(VaultLocked, match="no passphrase was given"):
        read(session.sealer, path)
    told = session.open(PASSPHRASE, keep=False)
    assert (told.is_open, told.is_kept, told.problem) == (True, False, "")
    assert read(session.sealer, path) == b"my own orders"
    assert session.told().is_open
    assert redactor.clean(f"it is {PASSPHRASE}") == "it is <passphrase>"
    for each in tmp_path.iterdir():
        assert PASSPHRASE.encode() not in each.read_bytes()


def test_a_wrong_passphrase_is_a_clear_error_and_the_right_one_opens_after_it(tmp_path):
    path = sealed(vault_in(tmp_path, "passphrase"), tmp_path / "day.jsonl", b"my own orders")
    store = MemoryKeyring()
    session = session_in(tmp_path, store=store)
    for wrong, why in ((WRONG, "another passphrase"), ("short", "less than 8"), ("", "less than")):
        with pytest.raises(VaultLocked, match=why) as told:
            session.open(wrong, keep=True)
        assert not wrong or wrong not in str(told.value)
    assert store.kept == {}
    assert not session.told().is_open
    session.open(PASSPHRASE, keep=False)
    assert read(session.sealer, path) == b"my own orders"
    with pytest.raises(VaultLocked, match="another passphrase"):
        session.open(WRONG, keep=False)
    assert read(session.sealer, path) == b"my own orders"


def test_the_keyring_keeps_it_only_on_request_and_forgets_it_on_request(tmp_path):
    path = sealed(vault_in(tmp_path, "passphrase"), tmp_path / "day.jsonl", b"my own orders")
    store = MemoryKeyring()
    assert session_in(tmp_path, store=store).open(PASSPHRASE, keep=True).is_kept
    assert store.kept == {"passphrase": PASSPHRASE}
    later = session_in(tmp_path, store=store)
    assert later.told().is_kept
    assert read(later.sealer, path) == b"my own orders"
    assert not later.open(PASSPHRASE, keep=False).is_kept
    with pytest.raises(VaultLocked, match="no passphrase"):
        read(session_in(tmp_path, store=store).sealer, path)


class NoKeyring:
    def get(self, name):
        raise SomethingMissing("There is no keyring.", remedy="Install one.")

    def set(self, name, secret):
        raise SomethingMissing("There is no keyring.", remedy="Install one.")


def test_without_a_keyring_it_is_open_all_the_same_and_that_is_said(tmp_path):
    keys_in(tmp_path, "passphrase").make()
    session = session_in(tmp_path, store=NoKeyring())
    told = session.open(PASSPHRASE, keep=True)
    assert (told.is_open, told.is_kept) == (True, False)
    assert told.problem.startswith("The vault is open until the program ends. There is no keyring.")
    assert session.open(PASSPHRASE, keep=False).problem == ""


def test_a_vault_without_a_key_or_with_one_in_the_keyring_takes_no_passphrase(tmp_path):
    with pytest.raises(VaultLocked, match="no key yet"):
        session_in(tmp_path).open(PASSPHRASE, keep=False)
    assert not session_in(tmp_path).told().has_key
    session = session_in(tmp_path, mode="keyring")
    with pytest.raises(VaultLocked, match="lies in the keyring"):
        session.open(PASSPHRASE, keep=False)
    assert session.told().mode == "keyring"
    assert "no keyring" in session_in(tmp_path, mode="keyring", store=NoKeyring()).told().problem


def test_what_the_environment_states_counts_before_what_is_kept(tmp_path):
    keys_in(tmp_path, "passphrase").make()
    store = MemoryKeyring()
    store.set("passphrase", WRONG)
    session = session_in(tmp_path, store=store, environ={"REPLAYER_PASSPHRASE": PASSPHRASE})
    session.sealer.ready()
    assert session.told().is_open


def test_it_says_once_that_a_person_gave_the_key(tmp_path):
    keys_in(tmp_path, "passphrase").make()
    session = session_in(tmp_path)
    assert not session.sealer.has_news()
    session.open(PASSPHRASE, keep=False)
    assert [session.sealer.has_news() for _ in range(2)] == [True, False]
