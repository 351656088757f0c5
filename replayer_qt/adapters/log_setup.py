"""Where the log goes: a rotating file, the console and a ring; nobody's text can forge a line."""

import json
import logging
import logging.handlers
import time
import urllib.parse
from base64 import b64encode, urlsafe_b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

RING: Final = 2_000
FILE_BYTES: Final = 5_000_000
FILES: Final = 3
LINE: Final = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_LONGEST: Final = 32_000
_QUIET: Final = ("aiohttp", "asyncio", "engineio", "socketio", "urllib3")


class Redactor:
    """Takes registered secrets out of texts, in every form that they are likely to have there."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}  # bounded: a few forms for each secret of the program

    def register(self, name: str, secret: str) -> None:
        """Have `secret` replaced by `<name>` from now on; shorter than 4 characters is no secret.

        Its URL-quoted, JSON-escaped and base64 forms are replaced as well.
        """
        if len(secret) < 4:
            return
        raw = secret.encode("utf-8", "surrogatepass")
        forms = (
            secret,
            urllib.parse.quote(raw),
            urllib.parse.quote(raw, safe=""),
            urllib.parse.quote_plus(raw),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            b64encode(raw).decode().rstrip("="),
            urlsafe_b64encode(raw).decode().rstrip("="),
        )
        for form in forms:
            self._forms[form] = f"<{name}>"

    def clean(self, text: str) -> str:
        """Return `text` without the secrets."""
        for form in sorted(self._forms, key=len, reverse=True):
            if form in text:
                text = text.replace(form, self._forms[form])
        return text


class OneLine(logging.Formatter):
    r"""Makes one line of a record, whatever is in it.

    Control characters, line and paragraph separators, the signs that turn the reading direction
    and lone surrogates are written as escapes; only the line ends of a traceback, which are ours,
    stay, indented.

    >>> escape("Bob\nERROR \x1b[2J\u202e")
    'Bob\\nERROR \\x1b[2J\\u202e'
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(LINE, datefmt="%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and after it the traceback if there is one."""
        spoken = self._redactor.clean(record.getMessage())[:_LONGEST]
        record.message = escape(spoken)
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [self.formatMessage(record)]
        if record.exc_info:
            told = self._redactor.clean(self.formatException(record.exc_info))
            lines += ["    " + escape(line) for line in told.split("\n")]
        if record.stack_info:
            lines += ["    " + escape(line) for line in record.stack_info.split("\n")]
        return "\n".join(lines)


class Ring(logging.Handler):
    """The newest lines, for the window and the crash report."""

    def __init__(self, kept: int = RING) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=kept)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's line, dropping the oldest."""
        self._lines.append(self.format(record))

    def lines(self) -> list[str]:
        """Return the lines kept, oldest first; safe from any thread."""
        with self.lock:  # type: ignore[union-attr]  # every handler has one
            return list(self._lines)


class Log:
    """The log of a run.

    Attributes:
        ring: its newest lines.
        redactor: where secrets are registered before they are used.
        file: the file being written; None where there is none.
    """

    def __init__(self, ring: Ring, redactor: Redactor, file: Path | None) -> None:
        self.ring = ring
        self.redactor = redactor
        self.file = file


@contextmanager
def start_logging(folder: Path | None) -> Iterator[Log]:
    """Log to `folder` (5 MB a file, three files), warnings to the console, the newest to a ring.

    Ends with the context: the handlers are taken off again and the file is closed.
    """
    redactor = Redactor()
    formatter = OneLine(redactor)
    ring = Ring()
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [ring, console]
    path = None if folder is None else folder / "replayer.log"
    if path is not None:
        handlers.append(
            logging.handlers.RotatingFileHandler(
                path,
                maxBytes=FILE_BYTES,
                backupCount=FILES - 1,
                encoding="utf-8",
                errors="backslashreplace",
            )
        )
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    quiet = {name: logging.getLogger(name).level for name in _QUIET}
    for name in _QUIET:
        # they write addresses, and with them what may be in addresses
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    try:
        yield Log(ring, redactor, path)
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for name, before in quiet.items():
            logging.getLogger(name).setLevel(before)
        root.setLevel(level)


def escape(text: str) -> str:
    """Return `text` on one line, with every character that could act on a screen written out."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _written_out(character) for character in text
    )


def _written_out(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
