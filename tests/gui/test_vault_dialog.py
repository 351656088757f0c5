"""The vault's dialog: a passphrase is typed unseen, checked by a real sealed file, and not kept."""

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from replayer_qt import wiring
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.adapters.vault_session import VaultSession
from replayer_qt.core.errors import VaultLocked
from replayer_qt.core.vault import OpenVault, VaultTold
from replayer_qt.runtime.vault_desk import VaultDesk
from replayer_qt.ui.dialogs.vault import VaultDialog, vault_words
from tests.gui.desk import Bench
from tests.helpers.vaults import CHEAP, PASSPHRASE, MemoryKeyring, read, sealed, vault_in

WRONG = "correct horse battery stable"


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    return made


@pytest.fixture
def opened(bench, qtbot, tmp_path):
    """A window whose vault is a real one, closed; and the file that is sealed in it."""
    path = sealed(vault_in(tmp_path, "passphrase"), tmp_path / "day.jsonl", b"my own orders")
    store = MemoryKeyring()
    session = VaultSession("passphrase", tmp_path, store, {}, Redactor().register, cost=CHEAP)
    desk = VaultDesk(session)
    wiring.wire_vault(vault=desk, window=bench.window)
    yield bench.window, session, path, store
    assert desk.stop()


def dialog_of(window, qtbot):
    window.actions_.actions["vault"].trigger()
    dialog = window.vault.dialog
    qtbot.waitUntil(lambda: "…" not in dialog.how.whole)
    return dialog


def give(dialog, text, qtbot):
    dialog.line.clear()
    QTest.keyClicks(dialog.line, text)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog._waits)


def test_a_real_sealed_file_opens_after_the_right_passphrase_and_not_after_a_wrong_one(
    opened, qtbot, caplog
):
    """S3-R4: through the window, and nothing of it in settings, log or files."""
    caplog.set_level(logging.DEBUG)
    window, session, path, store = opened
    dialog = dialog_of(window, qtbot)
    assert "closed" in dialog.how.whole
    assert dialog.line.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.open_.isEnabled()
    give(dialog, WRONG, qtbot)
    assert "another passphrase" in dialog.why.whole
    assert dialog.line.property("bad")
    with pytest.raises(VaultLocked):
        read(session.sealer, path)
    give(dialog, PASSPHRASE, qtbot)
    assert "The vault is open" in dialog.how.whole
    assert dialog.why.whole == ""
    assert dialog.line.text() == ""
    assert read(session.sealer, path) == b"my own orders"
    assert store.kept == {}
    for secret in (PASSPHRASE, WRONG):
        assert secret not in caplog.text
        assert secret not in str(window._memory.__dict__)
        for each in path.parent.iterdir():
            assert secret.encode() not in each.read_bytes()


def test_the_keyring_keeps_it_when_that_is_wanted_and_the_dialog_says_so_next_time(opened, qtbot):
    window, _, _, store = opened
    dialog = dialog_of(window, qtbot)
    dialog.keep.setChecked(True)
    give(dialog, PASSPHRASE, qtbot)
    assert store.kept == {"passphrase": PASSPHRASE}
    dialog.close()
    assert window.vault.dialog is None
    again = dialog_of(window, qtbot)
    assert again.keep.isChecked()
    assert again.line.text() == ""
    again.keep.setChecked(False)
    give(again, PASSPHRASE, qtbot)
    assert not store.kept["passphrase"]


def test_a_vault_that_is_off_or_needs_none_takes_no_passphrase(bench, qtbot):
    desk = VaultDesk(None)
    wiring.wire_vault(vault=desk, window=bench.window)
    dialog = dialog_of(bench.window, qtbot)
    assert "The vault is off" in dialog.how.whole
    assert not dialog.line.isEnabled()
    assert not dialog.open_.isEnabled()
    assert desk.stop()
    for told, words in (
        (VaultTold(mode="keyring", has_key=True, is_open=True), "no passphrase is needed"),
        (VaultTold(mode="passphrase"), "no key yet"),
    ):
        assert words in vault_words(told)


def test_an_answer_that_comes_after_the_dialog_was_closed_is_passed_over(bench, qtbot):
    wishes = []
    bench.window.vault.wanted.connect(wishes.append)
    bench.window.actions_.actions["vault"].trigger()
    dialog = bench.window.vault.dialog
    dialog.show_told(VaultTold(mode="passphrase", has_key=True))
    QTest.keyClicks(dialog.line, PASSPHRASE)
    dialog.open_.click()
    assert wishes[-1] == OpenVault(passphrase=PASSPHRASE)
    assert PASSPHRASE not in repr(wishes)
    dialog.close()
    bench.window.vault.show_told(VaultTold(mode="passphrase", has_key=True, is_open=True))
    assert bench.window.vault.dialog is None
    assert bench.window.findChildren(VaultDialog) == [] or not dialog.isVisible()


class Broken:
    def told(self):
        return VaultTold(mode="passphrase", has_key=True)

    def open(self, passphrase, *, keep):
        raise ZeroDivisionError("of this test")


def test_a_bug_in_the_vault_ends_nothing_and_shows_no_secret(qtbot, caplog):
    desk, heard = VaultDesk(Broken()), []
    desk.told.connect(heard.append, Qt.ConnectionType.DirectConnection)
    desk.obey("something else")
    desk.obey(OpenVault(passphrase=PASSPHRASE))
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert "error of this program" in heard[0].problem
    assert "of this test" in caplog.text
    assert PASSPHRASE not in caplog.text
    assert desk.stop()
