"""Says things: lines to people, which cannot steer their terminal, and JSON to programs."""

import sys
from typing import Any, TextIO

import msgspec

from replayer_qt.adapters.log_setup import escape


def say(line: str, *, file: TextIO | None = None) -> None:
    """Print a line; names from servers and files may stand in it, written out where they act."""
    print(escape(line), file=file or sys.stdout, flush=True)


def say_json(what: object) -> None:
    """Print one JSON object on standard output.

    Names of files that are no Unicode stand in it with their odd bytes written out.
    """
    try:
        written = msgspec.json.encode(what, enc_hook=str)
    except UnicodeEncodeError:
        written = msgspec.json.encode(_encodable(msgspec.to_builtins(what, enc_hook=str)))
    print(written.decode(), flush=True)


def _encodable(what: Any) -> Any:
    if isinstance(what, str):
        return what.encode("utf-8", "backslashreplace").decode()
    if isinstance(what, dict):
        return {_encodable(name): _encodable(value) for name, value in what.items()}
    return [_encodable(one) for one in what] if isinstance(what, list | tuple) else what
