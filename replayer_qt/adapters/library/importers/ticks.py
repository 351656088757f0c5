"""Opens tick recordings and session recordings, which differ in their marks only."""

from pathlib import Path

from replayer_qt.adapters.library.importers.names import stem_of
from replayer_qt.adapters.library.importers.variant_a import assemble, read_tick_lines
from replayer_qt.adapters.library.importers.variant_b import is_session, name_rounds
from replayer_qt.core.recording import Recording
from replayer_qt.core.units import StreamId


def read_ticks(path: Path, stream: StreamId) -> Recording:
    """Return what the file holds; every whole record counts, wherever it stands.

    Raises:
        OSError: the file cannot be read.
    """
    records = read_tick_lines(path)
    if not is_session(records.found):
        return assemble(path, stream, records, kind="A")
    name_rounds(records.found, stem_of(path))
    return assemble(path, stream, records, kind="B")
