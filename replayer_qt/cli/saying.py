"""Says a line to a person: nothing in it can steer their terminal."""

import sys
from typing import TextIO

from replayer_qt.adapters.log_setup import escape


def say(line: str, *, file: TextIO | None = None) -> None:
    """Print a line; names from servers and files may stand in it, written out where they act."""
    print(escape(line), file=file or sys.stdout, flush=True)
