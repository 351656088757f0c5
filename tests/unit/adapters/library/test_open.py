"""Formats are told apart by content; what cannot be read is refused in plain words."""

import gzip
import json

import pytest
import zstandard

from replayer_qt.adapters.journal.sealed_format import SealFacts
from replayer_qt.adapters.journal.sealed_packing import pack_bytes, seal, unseal
from replayer_qt.adapters.library.detect import detect
from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.units import StreamId
from tests.helpers.sealed import closed_journal, facts, ruin
from tests.helpers.tick_files import marker, round_lines, text, tick_line

REPLAY = StreamId("replay/1")
PRICES = [1, 1.2, 0.02]


def write(tmp_path, data, name="x.bin"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ({"type": "tick", "game_id": "g", "tick": 0}, "A"),
        ({"type": "session_start", "session_id": "s"}, "B"),
        ({"seq": 1, "ts": "2025-12-12T17:16:58", "event": "connect", "data": None}, "C"),
        ({"seq": 1, "ts": "t", "event": "x", "data": {}, "source": "cdp_intercept"}, "D"),
        ({"timestamp": "t", "event_type": "x", "data": []}, "E"),
        ({"_h": {"format": "replayer-journal"}, "c": "00000000"}, "journal"),
        ({"seq": 3, "ev": "PriceTicked", "c": "00000000"}, "journal"),
        ({"type": "tock"}, None),
        ({"something": "else"}, None),
    ],
)
def test_a_format_is_known_by_its_members_whatever_the_name(tmp_path, line, kind):
    assert detect(write(tmp_path, text([json.dumps(line)]), "misleading.csv")) == kind


def test_a_torn_first_line_does_not_hide_the_format(tmp_path):
    data = text(["## by hand", '"type": "ti{"type": "tick"', *round_lines(PRICES)])
    assert detect(write(tmp_path, data)) == "A"


def test_a_line_that_is_wholly_inside_a_torn_one_tells_the_format(tmp_path):
    assert detect(write(tmp_path, b'xx{"a' + tick_line(0, 1, 0).encode())) == "A"


def test_a_session_recording_is_known_though_it_begins_with_ticks(tmp_path):
    data = text([*round_lines(PRICES), marker("session_end", 0)])
    assert open_recording(write(tmp_path, data), REPLAY).format == "B"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "it is empty"),
        (b"\n\n  \n", "it is text"),
        (b"hello\nworld\n", "it is text, but no recording"),
        (bytes(range(256)) * 30, "it is binary"),
        (gzip.compress(b"x" * 100, mtime=0), "gzip"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PAR1" + b"\0" * 30, "Parquet"),
        (b'{"hello": "world"}\n', "JSON, but of no recorder"),
        (b"[1, 2, 3]", "JSON, but of no recorder"),
        (b"[" * 100_000, "JSON"),
        (b"\xff\xfe{\x00}\x00", "binary"),
    ],
)
def test_what_is_no_recording_is_refused_with_what_was_found(tmp_path, data, found):
    path = write(tmp_path, data)
    with pytest.raises(RecordingUnreadable) as refused:
        open_recording(path, REPLAY)
    assert found in refused.value.what
    assert str(path) in refused.value.what
    assert refused.value.remedy


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(RecordingUnreadable, match="no such file"):
        open_recording(tmp_path / "none.jsonl", REPLAY)
    with pytest.raises(RecordingUnreadable, match="folder"):
        open_recording(tmp_path, REPLAY)


def test_a_device_is_not_read(tmp_path):
    import os

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(RecordingUnreadable, match="not a plain file"):
        open_recording(pipe, REPLAY)


def test_folders_are_searched_in_order_and_links_to_folders_are_not_followed(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a").mkdir()
    for name in ("b/2.jsonl", "b/1.jsonl", "a/9.jsonl", "a/.hidden.jsonl", "a/x.torn", "a/x.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in find_recordings([tmp_path])]
    assert found == ["a/9.jsonl", "b/1.jsonl", "b/2.jsonl"]


def test_a_file_that_is_meant_twice_comes_once_and_a_missing_one_is_kept(tmp_path):
    path = write(tmp_path, b"x", "a.jsonl")
    missing = tmp_path / "none"
    assert find_recordings([path, tmp_path, missing, path]) == [path, missing]


@pytest.mark.parametrize("how", ["ours", "others"])
def test_a_packed_foreign_file_opens_as_it_was(tmp_path, how):
    """S3-L3: the same events, whoever packed it and whatever it is called."""
    data = text(round_lines(PRICES))
    plain = open_recording(write(tmp_path, data, "x.jsonl"), REPLAY)
    path = tmp_path / "y.dat"
    if how == "ours":
        pack_bytes(data, path, SealFacts(format="A"))
    else:
        path.write_bytes(zstandard.ZstdCompressor().compress(data))
    recording = open_recording(path, REPLAY)
    assert detect(path) == "A"
    assert recording.events == plain.events
    assert (recording.lines, recording.damage) == (plain.lines, ())


def test_a_packed_journal_opens_as_it_was(tmp_path):
    path = closed_journal(tmp_path)
    plain = open_recording(path, REPLAY)
    recording = open_recording(seal(path, facts).path, REPLAY)
    assert recording.events == plain.events
    assert (recording.format, recording.ended) == (plain.format, plain.ended)


def test_a_recording_that_was_packed_since_is_found_by_its_old_name(tmp_path):
    """FAULTS R18: recent files, playlists and bookmarks outlive the packing, and the way back."""
    path = closed_journal(tmp_path)
    plain = open_recording(path, REPLAY)
    packed = seal(path, facts).path
    assert open_recording(path, REPLAY).events == plain.events
    assert find_recordings([path]) == [packed]
    unseal(packed)
    assert open_recording(packed, REPLAY).path == str(path)
    assert find_recordings([packed, path]) == [path]
    path.unlink()
    with pytest.raises(RecordingUnreadable):
        open_recording(packed, REPLAY)


def test_damage_of_a_packed_foreign_file_is_listed_with_its_place(tmp_path):
    """S3-P6: what could be unpacked is there; the rest is told, never silent."""
    many = [line for number in range(60) for line in round_lines([1, *PRICES * 20], ms=number)]
    data = text(many)
    path = tmp_path / "x.jsonl.zst"
    info = pack_bytes(data, path, SealFacts(format="A", lines=len(many)))
    assert len(info.frames) > 1
    ruin(path, 100, info.frames[0].size - 100)
    recording = open_recording(path, REPLAY)
    (damage,) = recording.damage
    assert (damage.line, damage.offset) == (1, 0)
    assert "could not be unpacked" in damage.what
    assert 0 < recording.lines < len(many)


def test_what_is_packed_and_no_recording_is_described(tmp_path):
    path = tmp_path / "x.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(b"dear diary\n"))
    with pytest.raises(RecordingUnreadable, match="it is text, but no recording"):
        open_recording(path, REPLAY)


def test_packed_recordings_are_found_once_and_raw_messages_never(tmp_path):
    """S3-L3: of a recording that is there plain and packed, one counts."""
    names = ["a.jsonl", "a.jsonl.zst", "a.raw.zst", "b.jsonl.zst", "c.raw.zst", ".d.jsonl.zst"]
    for name in [*names, "e.jsonl.zst.part-1-2", "f.jsonl.zst.old"]:
        (tmp_path / name).touch()
    assert [path.name for path in find_recordings([tmp_path])] == ["a.jsonl", "b.jsonl.zst"]
