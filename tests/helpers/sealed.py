"""Makes closed journals, and packed ones, for tests."""

from pathlib import Path
from typing import Any

from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.sealed_format import SealFacts, SealInfo
from replayer_qt.adapters.journal.sealed_packing import SealedFile, pack_bytes, seal
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import a_round

PACKED = SealFacts(format="X", lines=1)


def closed_journal(folder: Path, prices: int = 40, name: str = "round-1") -> Path:
    """Return a journal of one whole round that was closed."""
    before = set(files_in(folder))
    journal = journal_in(folder)
    journal.start()
    rise = [1 + tick / 1000 for tick in range(prices - 1)]
    journal.append(a_round([*rise, 0.02], round_id=RoundId(name)))
    journal.stop()
    (path,) = set(files_in(folder)) - before
    return path


def facts(path: Path) -> SealFacts:
    """Return what is to be said of a journal."""
    recording = read_journal(path)
    return SealFacts(format="journal", lines=recording.lines, ended=recording.ended)


def sealed_journal(folder: Path, prices: int = 40, name: str = "round-1") -> SealedFile:
    """Return a journal that was packed."""
    return seal(closed_journal(folder, prices, name), facts)


def packed(path: Path, data: bytes, **fields: Any) -> SealInfo:
    """Pack bytes."""
    return pack_bytes(data, path, PACKED, **fields)


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.write_bytes(data)


def ruin(path: Path, start: int, end: int) -> None:
    """Overwrite a part of a file with zeros, more than parity can mend."""
    data = bytearray(path.read_bytes())
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
