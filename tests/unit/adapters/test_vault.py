"""Sealed files: unreadable without their key, and never changed unseen."""

import contextlib
import errno
import itertools
import logging
import os
import random
import sqlite3
import threading

import pytest

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.lock import FolderLock
from replayer_qt.adapters.log_setup import Redactor, start_logging
from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_choice import wanted_vault
from replayer_qt.adapters.vault_door import VaultChanged
from replayer_qt.adapters.vault_format import CHUNK
from replayer_qt.core.errors import VaultLocked
from replayer_qt.core.settings import LibrarySettings
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.vaults import PASSPHRASE, MemoryKeyring, keys_in, read, sealed, vault_in

CANARY = b"canary-7f3a: bought 0.123456789 SOL at 1.5x"
MODES = ("keyring", "passphrase")


def noise(size):
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_what_was_sealed_comes_back(tmp_path, mode, size):
    """S3-R4: whatever the length, to the byte; the plain file is gone."""
    vault = vault_in(tmp_path / "data", mode)
    path = sealed(vault, tmp_path / "day.jsonl.zst", noise(size))
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["day.jsonl.zst.vault"]
    assert read(vault, path) == noise(size)
    vault.unseal(path, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == noise(size)


@pytest.mark.parametrize("mode", MODES)
def test_the_plain_text_is_in_no_file(tmp_path, mode):
    """S3-R4: a canary is found nowhere on the disk, nor is the key or the passphrase."""
    vault = vault_in(tmp_path, mode)
    sealed(vault, tmp_path / "day.jsonl", CANARY * 5_000)
    secret = vault.keys.current().secret
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        for word in (b"canary", CANARY[:12], secret, secret.hex().encode(), PASSPHRASE.encode()):
            assert word not in data


def test_equal_files_are_sealed_differently(tmp_path):
    """No nonce ever meets a key twice: neither bytes nor salts repeat."""
    vault = vault_in(tmp_path)
    paths = [sealed(vault, tmp_path / f"{number}", CANARY) for number in range(20)]
    assert len({path.read_bytes()[-len(CANARY) - 16 :] for path in paths}) == 20


def test_every_flipped_byte_is_found(tmp_path):
    """S3-R4: header, salt, nonce, text and tag alike; nothing changed is ever read."""
    vault = vault_in(tmp_path)
    path = sealed(vault, tmp_path / "day", CANARY)
    good = path.read_bytes()
    for place in range(len(good)):
        flipped = bytearray(good)
        flipped[place] ^= 1 << (place % 8)
        path.write_bytes(flipped)
        with pytest.raises(VaultLocked):
            read(vault, path)
    path.write_bytes(good)
    assert read(vault, path) == CANARY


def test_every_cut_is_found(tmp_path):
    """S3-R4: a file cannot be made shorter, nor longer."""
    vault = vault_in(tmp_path)
    path = sealed(vault, tmp_path / "day", CANARY)
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        with pytest.raises(VaultLocked):
            read(vault, path)
    path.write_bytes(good + b"x")
    with pytest.raises(VaultChanged):
        read(vault, path)


def chunks_of(path):
    """The header, and the sealed chunks."""
    data = path.read_bytes()
    start = 12 + int.from_bytes(data[8:12], "big")
    step = CHUNK + 16
    return data[:start], [data[at : at + step] for at in range(start, len(data), step)]


def test_chunks_cannot_be_cut_swapped_doubled_or_taken_from_elsewhere(tmp_path):
    """S3-R4: the message names the chunk."""
    vault = vault_in(tmp_path)
    path = sealed(vault, tmp_path / "day", noise(3 * CHUNK + 5))
    other = sealed(vault, tmp_path / "other", noise(3 * CHUNK + 5))
    head, (a, b, c, d) = chunks_of(path)
    forged = (
        ("cut off after chunk 2", [a, b, c]),
        ("cut off after chunk 0", [a]),
        ("cut off before chunk 0", []),
        ("chunk 1 was changed", [a, c, b, d]),
        ("chunk 2 was changed", [a, b, b, c, d]),
        ("chunk 3 was changed", [a, b, c, d, d]),
        ("chunk 3 was changed", [a, b, c, chunks_of(other)[1][3]]),
        ("chunk 0 or its header", [d]),
    )
    for said, chunks in forged:
        path.write_bytes(head + b"".join(chunks))
        with pytest.raises(VaultChanged, match=said):
            read(vault, path)
    path.write_bytes(chunks_of(other)[0] + a + b + c + d)
    with pytest.raises(VaultChanged, match="chunk 0 or its header"):
        read(vault, path)
    full = sealed(vault, tmp_path / "full", noise(2 * CHUNK))
    full.write_bytes(full.read_bytes() + b"x")
    with pytest.raises(VaultChanged, match="appended after chunk 1"):
        read(vault, full)


def test_a_changed_file_is_never_written_out(tmp_path):
    vault = vault_in(tmp_path)
    path = sealed(vault, tmp_path / "day", noise(3 * CHUNK))
    path.write_bytes(path.read_bytes()[: -CHUNK // 2])
    with pytest.raises(VaultChanged):
        vault.unseal(path, tmp_path / "back")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["day.vault"]


def test_without_a_key_it_says_which_one_is_wanted(tmp_path):
    """S3-R4: no key is a clear error with what to do."""
    path = sealed(vault_in(tmp_path), tmp_path / "day", CANARY)
    stranger = Vault(keys_in(tmp_path))
    with pytest.raises(VaultLocked, match=r"is not in this keyring.*restore-key"):
        stranger.open(path)
    with pytest.raises(VaultLocked, match="no key yet"):
        stranger.seal_file(tmp_path / "day.vault")


def test_another_key_under_the_right_name_is_told(tmp_path):
    """S3-R4: a wrong key is a clear error, before anything is read."""
    store = MemoryKeyring()
    path = sealed(vault_in(tmp_path, store=store), tmp_path / "day", CANARY)
    store.kept[store.kept["current"]] = "ab" * 32
    for wrong in ("ab" * 32, "not hex", ""):
        store.kept[store.kept["current"]] = wrong
        with pytest.raises(VaultLocked, match="another key"):
            Vault(keys_in(tmp_path, store=store)).open(path)


def test_another_passphrase_is_told_at_once(tmp_path):
    """S3-R4: a wrong passphrase is no "changed bytes"."""
    path = sealed(vault_in(tmp_path, "passphrase"), tmp_path / "day", CANARY)
    wrong = Vault(keys_in(tmp_path, "passphrase", ask=lambda _: "wrong horse battery"))
    with pytest.raises(VaultLocked, match="another passphrase") as caught:
        wrong.open(path)
    assert not isinstance(caught.value, VaultChanged)
    with pytest.raises(VaultLocked, match="another passphrase"):
        wrong.keys.current()
    with pytest.raises(VaultLocked, match="no passphrase was given"):
        Vault(keys_in(tmp_path, ask=lambda _: None)).open(path)


def test_a_file_opens_with_the_passphrase_alone(tmp_path):
    """What makes the key of it is in the file: it opens on another machine."""
    path = sealed(vault_in(tmp_path / "here", "passphrase"), tmp_path / "day", CANARY)
    assert read(Vault(keys_in(tmp_path / "there")), path) == CANARY


def test_a_new_key_does_not_lock_old_files(tmp_path):
    store = MemoryKeyring()
    vault = vault_in(tmp_path, store=store)
    old = sealed(vault, tmp_path / "old", CANARY)
    vault.keys.make()
    new = sealed(vault, tmp_path / "new", CANARY)
    again = Vault(keys_in(tmp_path, store=store))
    assert again.key_of(old) != again.key_of(new)
    assert read(again, old) == read(again, new) == CANARY


@pytest.mark.parametrize("mode", MODES)
def test_no_secret_reaches_the_log(tmp_path, mode):
    """S3-R4: the key and the passphrase are never logged, whoever tries, in whatever form."""
    with start_logging(tmp_path / "logs" if (tmp_path / "logs").mkdir() is None else None) as log:
        vault = vault_in(tmp_path / "data", mode, register=log.redactor.register)
        key = vault.keys.current()
        said = [repr(key), str(key), str(vault.keys.__dict__), key.secret.hex(), repr(key.secret)]
        said += [PASSPHRASE, f"{PASSPHRASE=}", f"{key.secret!r}", f"{vault.keys._made}"]
        for text in said:
            logging.getLogger("replayer_qt.tests").info("look: %s", text)
        written = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
        written += "".join(log.ring.lines())
    assert "look: <master key" in written
    for secret in (key.secret.hex(), repr(key.secret)[2:-1]):
        assert secret not in written
    if mode == "passphrase":
        assert PASSPHRASE not in written


def test_errors_hold_no_secret(tmp_path):
    """S3-R4: whatever is told of a failure, the key is not in it."""
    store = MemoryKeyring()
    vault = vault_in(tmp_path, store=store)
    path = sealed(vault, tmp_path / "day", CANARY)
    secret = vault.keys.current().secret
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(VaultLocked) as changed:
        read(vault, path)
    store.kept[store.kept["current"]] = "cd" * 32
    with pytest.raises(VaultLocked) as other:
        Vault(keys_in(tmp_path, store=store)).open(path)
    for text in (str(changed.value), str(other.value)):
        assert secret.hex() not in text
        assert "cd" * 32 not in text


@pytest.mark.parametrize("call", ["open_new", "write", "sync", "sync_folder", "rename", "remove"])
def test_a_disk_that_refuses_costs_nothing(tmp_path, call):
    """Whatever fails, the plain file or a whole sealed one is there, and no draft."""
    for at in itertools.count(1):
        folder = tmp_path / f"{call}{at}"
        folder.mkdir()
        keys = keys_in(folder / "data")
        keys.make()
        disk = FaultyDisk(fail_at=at, only=[call], error=errno.EIO)
        vault = Vault(keys, disk)
        path = folder / "day"
        path.write_bytes(CANARY)
        try:
            vault.seal_file(path)
        except OSError:
            pass
        else:
            assert not path.exists()
        whole = Vault(keys)
        copy = folder / "day.vault"
        assert {one.name for one in folder.iterdir()} <= {"data", "day", "day.vault"}
        if path.exists():
            assert path.read_bytes() == CANARY
        else:
            assert read(whole, copy) == CANARY
        if copy.exists():
            assert read(whole, copy) == CANARY
        if disk.calls < at:
            break
        assert at < 20


def test_sealing_that_was_interrupted_is_done_anew(tmp_path):
    vault = vault_in(tmp_path)
    path = tmp_path / "day"
    path.write_bytes(CANARY * 10_000)
    steps = vault.seal(path, anew=True)
    next(steps)
    steps.close()
    assert path.read_bytes() == CANARY * 10_000
    (tmp_path / "day.vault").write_bytes(b"half of it")
    with pytest.raises(FileExistsError):
        vault.seal_file(path)
    for _ in vault.seal(path, anew=True):
        pass
    assert read(vault, tmp_path / "day.vault") == CANARY * 10_000


class Witness(RealDisk):
    """Remembers what is asked of it, and may do some more before or after."""

    def __init__(self, before=lambda _: None):
        super().__init__()
        self.calls = []
        self._before = before

    def _note(self, what):
        self._before(what)
        self.calls.append(what)

    def sync(self, fd):
        self._note("sync")
        super().sync(fd)

    def sync_folder(self, path):
        self._note("sync folder")
        super().sync_folder(path)

    def rename(self, path, target):
        self._note(f"rename {target.name}")
        super().rename(path, target)

    def remove(self, path):
        self._note(f"remove {path.name}")
        super().remove(path)


def witnessed(folder, before=lambda _: None):
    keys = keys_in(folder / "data")
    keys.make()
    return Vault(keys, Witness(before))


def names_in(folder):
    return {one.name for one in folder.iterdir() if one.is_file()}


def test_the_plain_file_goes_only_when_its_copy_is_on_stable_storage(tmp_path):
    """S3-R4: bytes, then name, then the folder, and only then the plain file."""
    vault = witnessed(tmp_path)
    sealed(vault, tmp_path / "day", CANARY)
    wanted = ["sync", "rename day.vault", "sync folder", "remove day", "sync folder"]
    assert vault._disk.calls == wanted


@pytest.mark.parametrize("place", [20, 700, 100_000])
def test_a_copy_that_is_not_what_was_written_is_never_believed(tmp_path, place):
    """S3-R4: a disk that keeps other bytes than it was given costs nothing."""

    class Liar(RealDisk):
        written = 0

        def write(self, fd, data):
            given = bytearray(data)
            if self.written <= place < self.written + len(given):
                given[place - self.written] ^= 1
            self.written += len(given)
            return super().write(fd, bytes(given))

    keys = keys_in(tmp_path / "data")
    keys.make()
    path = tmp_path / "day"
    path.write_bytes(noise(3 * CHUNK))
    with pytest.raises(OSError, match="not what was written"):
        Vault(keys, Liar()).seal_file(path)
    assert names_in(tmp_path) == {"day"}
    assert path.read_bytes() == noise(3 * CHUNK)


def test_what_is_being_written_is_refused(tmp_path):
    """S3-R4: whoever writes holds the file; nothing of what comes is lost."""
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day.jsonl"
    disk = RealDisk()
    fd = disk.open_new(path)
    disk.write(fd, CANARY)
    with pytest.raises(BlockingIOError, match="being written"):
        vault.seal_file(path)
    disk.write(fd, CANARY)
    disk.close(fd)
    assert read(vault, vault.seal_file(path)) == CANARY * 2


@pytest.mark.parametrize("when", ["sync", "rename day.vault", "remove day"])
def test_what_grows_while_it_is_sealed_stays_as_it_is(tmp_path, when):
    """S3-R4: a writer without a lock is noticed, before the copy counts and after."""
    path = tmp_path / "day"

    def grow(what):
        # the folder is flushed between the two looks
        if what == {"remove day": "sync folder"}.get(when, when) and b"late" not in read_of(path):
            with path.open("ab") as file:
                file.write(b"late")

    vault = witnessed(tmp_path, grow)
    path.write_bytes(CANARY)
    with pytest.raises(OSError, match="written to while"):
        vault.seal_file(path)
    assert path.read_bytes() == CANARY + b"late"
    assert names_in(tmp_path) == {"day"}


def test_a_copy_of_what_grew_takes_no_place(tmp_path):
    """S3-R4: what a crash left sealed stays until a copy of what is there now is whole."""
    path, older = tmp_path / "day", tmp_path / "day.vault"

    def grow(what):
        if what == "sync":
            path.write_bytes(CANARY + b"late")

    path.write_bytes(CANARY)
    older.write_bytes(b"older")
    with pytest.raises(OSError, match="written to while"):
        all(step is None for step in witnessed(tmp_path, grow).seal(path, anew=True))
    assert older.read_bytes() == b"older"
    assert path.read_bytes() == CANARY + b"late"


def read_of(path):
    return path.read_bytes() if path.exists() else b""


@pytest.mark.parametrize("how", ["as long as before", "as old as before"])
def test_any_change_while_it_is_sealed_is_noticed(tmp_path, how):
    """S3-R4: neither an equal size nor an equal time hides it."""
    path = tmp_path / "day"
    changed = CANARY[::-1] if how == "as long as before" else CANARY + b"late"

    def change(what):
        if what == "sync":
            stated = path.stat()
            path.write_bytes(changed)
            later = 1 if how == "as long as before" else 0
            os.utime(path, ns=(stated.st_atime_ns, stated.st_mtime_ns + later))

    path.write_bytes(CANARY)
    with pytest.raises(OSError, match="written to while"):
        witnessed(tmp_path, change).seal_file(path)
    assert path.read_bytes() == changed
    assert names_in(tmp_path) == {"day"}


def test_another_file_of_that_name_is_not_removed(tmp_path):
    """S3-R4: size and time may agree; it is another file all the same."""
    path = tmp_path / "day"

    def exchange(what):
        if what == "sync":
            stated = path.stat()
            path.rename(tmp_path / "moved")
            path.write_bytes(CANARY[::-1])
            os.utime(path, ns=(stated.st_atime_ns, stated.st_mtime_ns))

    path.write_bytes(CANARY)
    with pytest.raises(OSError, match="written to while"):
        witnessed(tmp_path, exchange).seal_file(path)
    assert path.read_bytes() == CANARY[::-1]
    assert names_in(tmp_path) == {"day", "moved"}


def test_of_two_who_seal_a_file_one_is_refused_and_nothing_is_lost(tmp_path):
    """S3-R4: each has a draft of its own; whoever comes second leaves all as it is."""
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day"
    path.write_bytes(noise(3 * CHUNK))
    first, second = vault.seal(path), vault.seal(path)
    next(first)
    with pytest.raises(BlockingIOError, match="sealed by another"):
        next(second)
    for _ in first:
        pass
    assert read(vault, tmp_path / "day.vault") == noise(3 * CHUNK)
    assert names_in(tmp_path) == {"day.vault"}


def test_many_who_seal_a_file_leave_one_whole_copy(tmp_path):
    """S3-R4: at whatever moments they meet."""
    store = MemoryKeyring()
    vault = vault_in(tmp_path / "data", store=store)
    for round_number in range(8):
        path = tmp_path / f"day{round_number}"
        path.write_bytes(noise(2 * CHUNK))
        done = []

        def work(path=path, done=done):
            with contextlib.suppress(OSError):
                done.append(Vault(keys_in(tmp_path / "data", store=store)).seal_file(path))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(done) == 1
        assert read(vault, done[0]) == noise(2 * CHUNK)
        assert not path.exists()


def test_a_draft_that_is_no_more_the_one_that_was_read_is_not_taken(tmp_path):
    """S3-R4: where a file system knows no locks, another one's half is never taken for a copy."""
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day"
    path.write_bytes(noise(3 * CHUNK))
    steps = vault.seal(path)
    whole = 3 * CHUNK
    drafts = []
    while not drafts:
        next(steps)
        drafts = [one for one in tmp_path.glob("*.part") if one.stat().st_size > whole]
    next(steps)  # it is being read again
    other = tmp_path / "other"
    other.write_bytes(drafts[0].read_bytes()[::-1])
    other.replace(drafts[0])
    with pytest.raises(OSError, match="took the place"):
        all(step is None for step in steps)
    assert names_in(tmp_path) == {"day"}
    assert path.read_bytes() == noise(3 * CHUNK)


def test_what_a_kill_left_of_sealing_is_removed_by_the_next_one(tmp_path):
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day"
    left = tmp_path / f"day.vault.{'0a' * 8}.part"
    others = ("day.vault.mine.part", f"other.vault.{'0a' * 8}.part")
    for name in (left.name, *others):
        (tmp_path / name).write_bytes(b"half")
    sealed(vault, path, CANARY)
    assert names_in(tmp_path) == {"day.vault", *others}


def test_a_database_is_refused(tmp_path):
    """S3-R4: a part of it may lie beside it, and its program writes it when it likes."""
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "accounts.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.commit()
        for part in ("", "-wal", "-shm"):
            with pytest.raises(OSError, match="a database"):
                vault.seal_file(tmp_path / f"accounts.sqlite{part}")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    connection.close()
    with pytest.raises(OSError, match="a database"):
        vault.seal_file(path)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "empty-wal").write_bytes(b"")
    with pytest.raises(OSError, match="a database"):
        vault.seal_file(tmp_path / "empty")


def test_a_link_is_refused(tmp_path):
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day"
    path.write_bytes(CANARY)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError, match="a link"):
        vault.seal_file(tmp_path / "link")
    assert path.read_bytes() == CANARY


def test_a_file_that_only_may_be_read_is_sealed(tmp_path):
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "day"
    path.write_bytes(CANARY)
    path.chmod(0o400)
    assert read(vault, vault.seal_file(path)) == CANARY


def test_a_folder_that_another_program_writes_to_is_left_alone(tmp_path):
    """S3-R4: the audit trail's own days are its writer's to put away."""
    vault = vault_in(tmp_path / "data")
    path = tmp_path / "2026-11-20.000000000001.jsonl"
    path.write_bytes(CANARY)
    lock = FolderLock(tmp_path)
    lock.acquire()
    with pytest.raises(BlockingIOError, match=f"process {os.getpid()}"):
        vault.seal_file(path)
    assert path.read_bytes() == CANARY
    lock.release()
    assert read(vault, vault.seal_file(path)) == CANARY
    assert lock.acquire()
    lock.release()


def test_a_sealed_file_is_not_sealed_again(tmp_path):
    vault = vault_in(tmp_path)
    path = sealed(vault, tmp_path / "day", CANARY)
    with pytest.raises(OSError, match="sealed already"):
        vault.seal_file(path)


@pytest.mark.parametrize("data", [b"", b"rplyvlt1", b"{}", b"rplyvlt1\xff\xff\xff\xff", b"x" * 100])
def test_what_is_no_sealed_file_is_said_so(tmp_path, data):
    (tmp_path / "x.vault").write_bytes(data)
    with pytest.raises(VaultChanged):
        vault_in(tmp_path / "data").open(tmp_path / "x.vault")


def test_a_header_cannot_ask_for_a_cost_that_stops_the_machine(tmp_path):
    """A downgrade, or 2**40 rounds, are refused before they are tried."""
    vault = vault_in(tmp_path, "passphrase")
    path = sealed(vault, tmp_path / "day", CANARY)
    good = path.read_bytes()
    for bad in (b'"n":9999', b'"n":1   ', b'"n":3000', b'"n":-102'):
        path.write_bytes(good.replace(b'"n":1024', bad))
        with pytest.raises(VaultLocked):
            Vault(keys_in(tmp_path, "passphrase")).open(path)


def test_the_redactor_takes_out_every_form_of_a_key(tmp_path):
    redactor = Redactor()
    keys = keys_in(tmp_path, register=redactor.register)
    secret = keys.make().secret
    assert redactor.clean(f"a {secret.hex()} b") == "a <vault key> b"


def test_a_profiles_vault_is_as_its_settings_want_it(tmp_path, monkeypatch):
    """S3-R4: off as it comes; with a passphrase that the environment states, nobody is asked."""
    redactor = Redactor()
    given = (tmp_path, "default", redactor.register)
    assert wanted_vault(LibrarySettings(), *given) is None
    keys_in(tmp_path, "passphrase").make()
    monkeypatch.setenv("REPLAYER_PASSPHRASE", PASSPHRASE)
    session = wanted_vault(LibrarySettings(vault="passphrase"), *given)
    assert session is not None
    vault = session.sealer
    vault.ready()
    assert read(vault, sealed(vault, tmp_path / "day", CANARY)) == CANARY
    assert redactor.clean(f"it is {PASSPHRASE}") == "it is <passphrase>"
    monkeypatch.delenv("REPLAYER_PASSPHRASE")
    with pytest.raises(VaultLocked, match="no passphrase"):
        wanted_vault(LibrarySettings(vault="passphrase"), *given).sealer.ready()
