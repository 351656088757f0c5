"""Qt's messages in our log."""

import logging

from PySide6.QtCore import qWarning

from replayer_qt.runtime.log_bridge import qt_messages_logged


def test_a_warning_of_qt_is_a_warning_of_ours(caplog):
    with qt_messages_logged():
        qWarning("something with Qt")
    assert [(r.name, r.levelno) for r in caplog.records] == [("replayer_qt.qt", logging.WARNING)]
    assert "something with Qt" in caplog.text


def test_what_is_known_to_be_harmless_is_no_warning(caplog):
    with qt_messages_logged():
        qWarning("This plugin does not support raise()")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
