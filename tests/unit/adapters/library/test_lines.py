"""Files as blocks of whole lines, whatever the lines are like."""

import random
import tracemalloc

from replayer_qt.adapters.library.lines import LINE_LIMIT, blocks
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.units import StreamId
from tests.helpers.tick_files import round_lines, text


def test_blocks_put_together_are_the_file(tmp_path):
    rng = random.Random(1)
    path = tmp_path / "x"
    for _ in range(30):
        lengths = [rng.choice([0, 3, 200, 900_000, 1_100_000]) for _ in range(rng.randint(0, 8))]
        data = b"\n".join(rng.randbytes(n).replace(b"\n", b"x") for n in lengths)
        path.write_bytes(data)
        found = list(blocks(path))
        assert b"".join(block.data for block in found) == data
        for block in found:
            assert block.line == data[: block.offset].count(b"\n") + 1
            assert block.data == data[block.offset : block.offset + len(block.data)]


def test_a_line_beyond_the_limit_is_passed_over_and_the_next_one_counted_right(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"one\n" + b"y" * (2 * LINE_LIMIT) + b"\nthree\n")
    found = list(blocks(path))
    assert found[0].data == b"one\n"
    passed = next(block for block in found if block.skipped)
    assert (passed.line, passed.offset) == (2, 4)
    assert (found[-1].data, found[-1].line) == (b"three\n", 3)


def test_a_line_of_64_megabytes_costs_less_than_twice_the_limit(tmp_path):
    """S3-H5, FAULTS S11: the limit holds before anything is parsed."""
    path = tmp_path / "x"
    good = text(round_lines([1, 1.1, 0.02]))
    with path.open("wb") as file:
        file.write(good)
        for _ in range(64):
            file.write(b"[" * 1_000_000)
    open_recording(path, StreamId("replay/1"))
    tracemalloc.start()
    recording = open_recording(path, StreamId("replay/1"))
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert recording.bad_lines == 1
    assert highest < 2 * LINE_LIMIT
