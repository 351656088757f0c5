"""Finding the recording of a round by names alone."""

from replayer_qt.adapters.library.whereabouts import find_round
from replayer_qt.core.units import PRACTICE, RoundId


def test_the_files_of_a_round_are_found_in_the_order_of_time(tmp_path):
    day = tmp_path / "practice" / "2026-11-21"
    day.mkdir(parents=True)
    for name in ("20261121T120000000Z_r-1", "20261121T130000000Z_r-1", "20261121T120000000Z_r-10"):
        (day / f"{name}.jsonl").touch()
    found = find_round(tmp_path, PRACTICE, RoundId("r-1"))
    assert [path.name[:14] for path in found] == ["20261121T12000", "20261121T13000"]


def test_a_round_that_was_never_recorded_has_no_files(tmp_path):
    assert find_round(tmp_path, PRACTICE, RoundId("r-1")) == ()


def test_a_servers_text_never_becomes_a_path(tmp_path):
    """FAULTS S8: a round's name that is a path or a pattern finds nothing outside."""
    (tmp_path / "practice" / "2026-11-21").mkdir(parents=True)
    (tmp_path / "practice" / "2026-11-21" / "20261121T120000000Z_r-1.jsonl").touch()
    for name in ("*", "../../etc/passwd", "r-1/..", "[r]-1"):
        assert find_round(tmp_path, PRACTICE, RoundId(name)) == ()


def test_a_packed_recording_is_found_and_a_plain_one_before_its_packed_copy(tmp_path):
    """FAULTS R18: between two steps of packing both are there; either is the whole round."""
    day = tmp_path / "practice" / "2026-11-21"
    day.mkdir(parents=True)
    for name in ("1_r-1.jsonl.zst", "1_r-1.raw.zst", "2_r-1.jsonl", "2_r-1.jsonl.zst"):
        (day / name).touch()
    found = find_round(tmp_path, PRACTICE, RoundId("r-1"))
    assert [path.name for path in found] == ["1_r-1.jsonl.zst", "2_r-1.jsonl"]
