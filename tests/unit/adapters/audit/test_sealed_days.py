"""Old days of the audit trail under a key."""

import pytest

from replayer_qt.adapters.audit.format import files_in
from replayer_qt.adapters.audit.reader import counting_lines
from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_session import VaultSession
from replayer_qt.core.errors import VaultLocked
from tests.helpers.audits import START, checked, decided, sent, trail_in
from tests.helpers.clock import SteppedClock
from tests.helpers.vaults import CHEAP, PASSPHRASE, MemoryKeyring, keys_in, vault_in

DAY_S = 86_400
CANARY = "canary-order-5f1c"


def write_days(folder, vault, days=3):
    """Write a trail over some days, and tend it until the old ones are put away."""
    clock = SteppedClock(START)
    trail = trail_in(folder, clock, vault=vault)
    for day in range(days):
        trail.append([*decided(f"{CANARY}-{day}", clock.now()), sent(f"{CANARY}-{day}")])
        for _ in range(40):
            trail.tend()
        clock.pass_s(DAY_S)
    trail.close()
    return trail


@pytest.fixture
def vault(tmp_path):
    return vault_in(tmp_path / "data")


def test_closed_days_are_sealed_and_the_open_one_is_not(tmp_path, vault):
    """S3-R4: own actions of old days are in no readable file."""
    folder = tmp_path / "audit"
    write_days(folder, vault)
    files = files_in(folder)
    assert [file.is_sealed for file in files] == [True, True, False]
    assert sorted(path.suffix for path in folder.iterdir() if "2023" in path.name) == [
        ".jsonl",
        ".vault",
        ".vault",
    ]
    for file in files[:2]:
        assert CANARY.encode() not in file.path.read_bytes()


def test_with_the_key_the_trail_is_read_and_checked_as_ever(tmp_path, vault):
    folder = tmp_path / "audit"
    write_days(folder, vault)
    found = verify_trail(folder, vault.open)
    assert found.is_whole
    assert found.records == 3 * 4
    lines = b"".join(counting_lines(files_in(folder), vault.open))
    assert [f"{CANARY}-{day}".encode() in lines for day in range(3)] == [True] * 3


def test_without_the_key_the_days_that_were_not_read_are_named(tmp_path, vault):
    """S3-R4: not "whole", not "damaged": not read."""
    folder = tmp_path / "audit"
    write_days(folder, vault)
    for unlock in (None, Vault(keys_in(tmp_path)).open):
        found = verify_trail(folder, unlock)
        assert found.locked == tuple(file.path.name for file in files_in(folder)[:2])
        assert found.damaged == 0
        assert not found.is_whole
        assert found.records == 4
    with pytest.raises(VaultLocked):
        list(counting_lines(files_in(folder)))


def test_damage_beside_closed_days_is_still_found(tmp_path, vault):
    folder = tmp_path / "audit"
    write_days(folder, vault)
    last = files_in(folder)[2].path
    last.write_bytes(last.read_bytes().replace(CANARY.encode(), b"canary-order-XXXX", 1))
    found = verify_trail(folder)
    assert found.damaged
    assert len(found.locked) == 2


def test_changed_bytes_of_a_sealed_day_are_damage(tmp_path, vault):
    """S3-R4: with the key at hand a flip is located in its file."""
    folder = tmp_path / "audit"
    write_days(folder, vault)
    path = files_in(folder)[0].path
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    found = verify_trail(folder, vault.open)
    assert found.locked == ()
    assert found.damage[0].file == path.name
    assert "not as it was sealed" in found.damage[0].what


def test_a_trail_goes_on_after_sealed_days(tmp_path, vault):
    folder = tmp_path / "audit"
    write_days(folder, vault)
    clock = SteppedClock(START + 5 * DAY_S * 10**9)
    trail = trail_in(folder, clock, vault=vault)
    trail.append(decided("later", clock.now()))
    trail.close()
    found = verify_trail(folder, vault.open)
    assert found.is_whole
    assert found.records == 3 * 4 + 3


def test_a_trail_whose_last_file_is_closed_is_not_gone_on_with_blindly(tmp_path, vault):
    """Money fails closed: without the key nothing is written after what cannot be read."""
    folder = tmp_path / "audit"
    write_days(folder, None)
    last = files_in(folder)[-1].path
    vault.seal_file(last)
    last.with_name(last.name + ".vault").rename(last.with_name(last.name + ".zst.vault"))
    trail = trail_in(folder, SteppedClock(START + 5 * DAY_S * 10**9))
    with pytest.raises(OSError, match="cannot be opened"):
        trail.append(decided("later"))
    trail.close()


def test_days_stay_readable_without_a_key_and_it_is_said(tmp_path, caplog):
    """Nothing is lost, nothing stops: the days are compressed, and the log says why."""
    folder = tmp_path / "audit"
    write_days(folder, Vault(keys_in(tmp_path)))
    files = files_in(folder)
    assert [file.is_packed for file in files] == [True, True, False]
    assert not any(file.is_sealed for file in files)
    assert checked(folder).is_whole
    assert caplog.text.count("stay readable: The vault has no key yet.") == 1


def test_days_compressed_before_are_sealed_when_there_is_a_key(tmp_path, vault):
    folder = tmp_path / "audit"
    write_days(folder, None)
    assert not any(file.is_sealed for file in files_in(folder))
    clock = SteppedClock(START + 5 * DAY_S * 10**9)
    trail = trail_in(folder, clock, vault=vault)
    trail.append(decided("later", clock.now()))
    for _ in range(60):
        trail.tend()
    trail.close()
    assert [file.is_sealed for file in files_in(folder)] == [True, True, True, False]
    assert verify_trail(folder, vault.open).is_whole


def test_a_crash_between_two_copies_is_mended(tmp_path, vault):
    """Of a file that is there twice the readable one counts, and is sealed anew."""
    folder = tmp_path / "audit"
    write_days(folder, None)
    path = files_in(folder)[0].path
    (folder / (path.name + ".vault")).write_bytes(b"half of it")
    assert files_in(folder)[0].path == path
    clock = SteppedClock(START + 5 * DAY_S * 10**9)
    trail = trail_in(folder, clock, vault=vault)
    trail.append(decided("later", clock.now()))
    for _ in range(60):
        trail.tend()
    trail.close()
    assert not path.exists()
    assert verify_trail(folder, vault.open).is_whole


def test_days_that_waited_for_the_passphrase_are_sealed_once_a_person_gave_it(tmp_path, caplog):
    """S3-R4: the program began without it; it is not asked to begin again."""
    keys_in(tmp_path, "passphrase").make()
    session = VaultSession(
        "passphrase", tmp_path, MemoryKeyring(), {}, lambda _name, _secret: None, cost=CHEAP
    )
    folder, clock = tmp_path / "audit", SteppedClock(START)
    trail = trail_in(folder, clock, vault=session.sealer)
    for day in range(3):
        trail.append(decided(f"{CANARY}-{day}", clock.now()))
        for _ in range(40):
            trail.tend()
        clock.pass_s(DAY_S)
    assert "stay readable" in caplog.text
    assert not any(file.is_sealed for file in files_in(folder))
    session.open(PASSPHRASE, keep=False)
    for _ in range(80):
        trail.tend()
    trail.close()
    assert [file.is_sealed for file in files_in(folder)] == [True, True, False]
    assert verify_trail(folder, session.sealer.open).is_whole
