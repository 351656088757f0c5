"""What our own trading of each round brought, out of the accounts' file."""

import errno
import sqlite3
from collections import defaultdict
from contextlib import closing
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from replayer_qt.core.library_answers import OwnResult
from replayer_qt.core.orders import Mode
from replayer_qt.core.units import RoundId, StreamId

_WAIT_S: Final = 2.0
_RANK: Final[dict[str, int]] = {Mode.LIVE: 2, Mode.PRACTICE: 1, Mode.PAPER: 0}


def own_results(path: Path) -> tuple[OwnResult, ...]:
    """Return the result of each round that was traded; nothing where there is no account's file.

    Money of different kinds is never added up: of a round that was traded with real money and on
    paper, what real money brought counts, and practice before paper. The file is read beside
    whoever writes it.

    Raises:
        OSError: the file is there and cannot be read now; nobody may take that for no results.
    """
    if not path.is_file():
        return ()
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S)) as connection:
            rows = connection.execute("SELECT account, round_id, mode, result FROM closed")
            for stream, round_id, mode, result in rows:
                brought = sums[stream, round_id]
                brought[mode] = brought.get(mode, Decimal(0)) + Decimal(result)
    except (sqlite3.Error, InvalidOperation) as error:
        raise OSError(errno.EIO, f"own results cannot be read: {error}", str(path)) from error
    return tuple(
        OwnResult(
            stream=StreamId(stream),
            round_id=RoundId(round_id),
            result=brought[max(brought, key=lambda mode: _RANK.get(mode, -1))],
        )
        for (stream, round_id), brought in sums.items()
    )
