"""`replayer vault`: seals, opens, and looks after the key."""

import io
import json
import sqlite3

import keyring
import keyring.backends.fail
import pytest

from replayer_qt.adapters.audit.format import FOLDER, files_in
from replayer_qt.adapters.vault_keys import Keys, OsKeyring
from replayer_qt.cli import entry
from tests.helpers.audits import decided, trail_in
from tests.helpers.vaults import PASSPHRASE, vault_in
from tests.unit.adapters.audit.test_sealed_days import CANARY, write_days
from tests.unit.adapters.test_vault_keys import Ring


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def no_ring():
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def vault(data, kind, *arguments):
    return entry.main(["vault", kind, *map(str, arguments), "--data-dir", str(data)])


def audit(data, kind, *arguments):
    return entry.main(["audit", kind, *map(str, arguments), "--data-dir", str(data)])


def test_a_file_is_sealed_and_opened_again(ring, data, tmp_path, capsys):
    """S3-R4: the whole way by command."""
    secret = tmp_path / "own.jsonl"
    secret.write_text("mine")
    assert vault(data, "new-key") == 0
    assert "loses what it sealed" in capsys.readouterr().out
    assert vault(data, "seal", secret) == 0
    assert not secret.exists()
    assert vault(data, "open", f"{secret}.vault", "--out", tmp_path) == 0
    assert secret.read_text() == "mine"
    assert vault(data, "open", f"{secret}.vault") == 1
    assert "stays as it is" in capsys.readouterr().err
    assert vault(data, "open", secret) == 1


def test_what_the_running_program_writes_is_not_sealed(ring, data, tmp_path, capsys):
    """S3-R4: a day of the trail that is open, and the ledger, stay as they are, and it is said."""
    vault(data, "new-key")
    trail = trail_in(data / FOLDER)
    trail.append(decided())
    (day,) = files_in(data / FOLDER)
    before = day.path.read_bytes()
    with sqlite3.connect(data / "accounts.sqlite") as ledger:
        ledger.execute("CREATE TABLE t (x)")
    ledger.close()
    capsys.readouterr()
    for path, why in ((day.path, "is writing there"), (data / "accounts.sqlite", "a database")):
        assert vault(data, "seal", path) == 1
        told = capsys.readouterr().err
        assert f"{path} stays as it is" in told
        assert why in told
    trail.append(decided("o2"))
    trail.close()
    assert day.path.read_bytes().startswith(before)
    assert vault(data, "seal", day.path) == 0


def test_without_a_key_nothing_is_sealed(ring, data, tmp_path, capsys):
    secret = tmp_path / "own.jsonl"
    secret.write_text("mine")
    assert vault(data, "seal", secret) == 1
    assert "vault new-key" in capsys.readouterr().err
    assert secret.read_text() == "mine"


@pytest.mark.usefixtures("no_ring")
def test_a_machine_without_a_keyring_is_3_and_a_passphrase_is_proposed(data, capsys):
    """S3-R4: a wrong keyring backend is a clear error."""
    assert vault(data, "new-key") == 3
    complaint = capsys.readouterr().err
    assert "library.vault=passphrase" in complaint
    assert len(complaint.splitlines()) == 1
    assert vault(data, "status") == 1
    assert "no keyring" in capsys.readouterr().out


@pytest.mark.usefixtures("no_ring")
def test_a_passphrase_comes_from_a_file_or_the_environment(data, tmp_path, capsys, monkeypatch):
    """S3-R4: never from an argument; a wrong one is told at once."""
    secret, stated = tmp_path / "own.jsonl", tmp_path / "pass"
    secret.write_text("mine")
    stated.write_text(PASSPHRASE + "\n")
    said = ["--set", "library.vault=passphrase"]
    assert vault(data, "new-key", *said, "--passphrase-file", stated) == 0
    monkeypatch.setenv("REPLAYER_PASSPHRASE", PASSPHRASE)
    assert vault(data, "seal", secret, *said) == 0
    monkeypatch.setenv("REPLAYER_PASSPHRASE", "something else")
    assert vault(data, "open", f"{secret}.vault", *said) == 1
    assert "another passphrase" in capsys.readouterr().err
    assert vault(data, "open", f"{secret}.vault", "--passphrase-file", stated) == 0
    assert secret.read_text() == "mine"
    assert vault(data, "show-key", *said, "--passphrase-file", stated) == 1
    told = capsys.readouterr()
    assert "Write the passphrase down" in told.err
    assert PASSPHRASE not in told.out + told.err


def test_a_second_key_and_the_sheet_need_their_word(ring, data, capsys):
    """Losing the key loses the data: what touches it is asked for in words."""
    vault(data, "new-key")
    assert vault(data, "new-key", "--confirm", "yes") == 1
    assert vault(data, "show-key", "--confirm", "no") == 1
    key = Keys("keyring", data, OsKeyring("default")).current()
    before = capsys.readouterr()
    assert key.secret.hex() not in before.out + before.err
    assert vault(data, "show-key", "--confirm", "SHOW") == 0
    sheet = [line for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert vault(data, "new-key", "--confirm", "NEW KEY") == 0
    assert Keys("keyring", data, OsKeyring("default")).current().name != key.name
    assert len(sheet) == 4
    assert vault_restored(data, "\n".join(sheet)) == key.name


def vault_restored(data, sheet):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(sheet + "\n\n"))
        assert vault(data, "restore-key") == 0
    return Keys("keyring", data, OsKeyring("default")).current().name


def test_the_word_can_be_typed(ring, data, monkeypatch, capsys):
    vault(data, "new-key")
    monkeypatch.setattr("sys.stdin", io.StringIO("SHOW\n"))
    assert vault(data, "show-key") == 0
    said = capsys.readouterr()
    assert "Whoever reads the sheet" in said.err
    assert "restore-key" in said.out


def test_the_status_says_what_is_sealed(ring, data, capsys):
    assert vault(data, "status", "--json") == 1
    assert json.loads(capsys.readouterr().out)["key"] is None
    vault(data, "new-key")
    keys = Keys("keyring", data, OsKeyring("default"))
    write_days(data / FOLDER, vault_in(data, store=OsKeyring("default")))
    capsys.readouterr()
    assert vault(data, "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["mode"], told["audit_files"], told["sealed"]) == ("keyring", 3, 2)
    assert told["key"] == keys.current().name
    assert vault(data, "status") == 0


def test_the_audit_is_read_with_the_key_and_told_without(ring, data, capsys, tmp_path):
    """S3-R4: which days were not readable is said in so many words."""
    write_days(data / FOLDER, vault_in(data, store=OsKeyring("default")))
    assert audit(data, "verify") == 0
    assert audit(data, "show", "--order", f"{CANARY}-0") == 0
    assert f"{CANARY}-0" in capsys.readouterr().out
    assert audit(data, "export", "--out", tmp_path / "all.jsonl") == 0
    ring.kept.clear()
    assert audit(data, "verify") == 1
    said = capsys.readouterr().out
    assert "NOT READ in full: 2 files are encrypted" in said
    assert said.count("nothing of it was checked") == 2
    assert audit(data, "show") == 0
    told = capsys.readouterr()
    assert f"{CANARY}-2" in told.out
    assert f"{CANARY}-0" not in told.out
    assert told.err.count("not read:") == 2
    assert audit(data, "export", "--out", tmp_path / "part.jsonl") == 1
    assert "is not in this keyring" in capsys.readouterr().err
    assert not (tmp_path / "part.jsonl").exists()
    assert audit(data, "verify", "--json") == 1
    names = [file.path.name for file in files_in(data / FOLDER)][:2]
    assert json.loads(capsys.readouterr().out)["trails"][0]["locked"] == names


def test_an_export_can_be_sealed_and_checked(ring, data, tmp_path):
    write_days(data / FOLDER, None)
    out = tmp_path / "all.jsonl"
    assert audit(data, "export", "--out", out) == 0
    assert vault(data, "new-key") == 0
    assert vault(data, "seal", out) == 0
    assert audit(data, "verify", f"{out}.vault") == 0
