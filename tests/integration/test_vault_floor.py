"""The vault in the whole machine: closed days of the audit trail are sealed while it runs."""

from contextlib import AsyncExitStack

from replayer_qt.adapters.audit.format import files_in
from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.core.settings import LibrarySettings, Settings
from replayer_qt.machine import Till, assemble
from tests.helpers.vaults import PASSPHRASE, keys_in, vault_in
from tests.integration.test_socket_to_disk import until
from tests.unit.adapters.audit.test_sealed_days import CANARY, write_days


async def test_days_before_are_sealed_with_the_passphrase_of_the_environment(
    qapp, tmp_path, monkeypatch
):
    """S3-R4: switched on by its setting; the passphrase is known to the redactor."""
    monkeypatch.setenv("REPLAYER_PASSPHRASE", PASSPHRASE)
    write_days(tmp_path / "audit", None)
    keys_in(tmp_path, "passphrase").make()
    (tmp_path / "recordings").mkdir()
    redactor = Redactor()
    async with AsyncExitStack() as stack:
        await assemble(
            stack,
            settings=Settings(library=LibrarySettings(vault="passphrase")),
            clock=SystemClock(),
            recordings=tmp_path / "recordings",
            app_version="test",
            till=Till(folder=tmp_path, profile="test", redactor=redactor),
        )
        await until(lambda: sum(file.is_sealed for file in files_in(tmp_path / "audit")) == 3)
    files = files_in(tmp_path / "audit")
    assert not files[-1].is_sealed
    for path in (tmp_path / "audit").iterdir():
        assert CANARY.encode() not in path.read_bytes()
    assert verify_trail(tmp_path / "audit", vault_in(tmp_path / "x", "passphrase").open).is_whole
    assert redactor.clean(PASSPHRASE) == "<passphrase>"
