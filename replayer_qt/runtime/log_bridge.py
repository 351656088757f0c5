"""Brings Qt's own messages into the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("replayer_qt.qt")

_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_HARMLESS: Final = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
)


@contextmanager
def qt_messages_logged() -> Iterator[None]:
    """Log what Qt says as `replayer_qt.qt`, until the context is left."""
    before = qInstallMessageHandler(_log_message)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _log_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    level = logging.DEBUG if text in _HARMLESS else _LEVELS.get(kind, logging.WARNING)
    category = context.category or "qt"
    log.log(level, "%s: %s", category, text)
