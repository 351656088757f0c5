"""Event stores (J): Parquet files of messages and of ticks, by hand."""

import json
import resource

import pyarrow as pa
import pytest
from pyarrow import parquet

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from tests.helpers.foreign_files import (
    FAIR,
    NAME,
    state,
    store_row,
    stored_message,
    stored_tick,
    write_store,
)

REPLAY = StreamId("replay/1")


def ticks(recording):
    return [(e.tick, e.price) for e in recording.events if isinstance(e, PriceTicked)]


@pytest.mark.parametrize("row", [stored_tick, stored_message])
def test_ticks_and_messages_tell_the_same_round(tmp_path, row):
    path = write_store(tmp_path / "any", [row(tick) for tick in range(len(FAIR))])
    recording = open_recording(path, REPLAY)
    (found,) = summarise(recording.events)
    assert (recording.format, recording.bad_lines, recording.lines) == ("J", 0, len(FAIR))
    assert (found.round_id, found.ticks, found.rug_index) == (NAME, len(FAIR), len(FAIR) - 1)
    assert ticks(recording) == list(enumerate(FAIR))
    # its times are UTC though they do not say so
    assert recording.events[0].at == 1_754_600_400 * 10**9


def test_rows_out_of_order_are_told_in_the_order_of_their_times(tmp_path):
    path = write_store(tmp_path / "any", [stored_tick(tick) for tick in (3, 1, 0, 2)])
    assert ticks(open_recording(path, REPLAY)) == list(enumerate(FAIR[:4]))


def test_what_the_program_did_itself_is_counted_and_sent_messages_are_not_the_markets(tmp_path):
    rows = [stored_tick(0), store_row(1, "button_event"), store_row(2, "button_event")]
    rows += [store_row(3, "player_action"), stored_message(4) | {"direction": "sent"}]
    recording = open_recording(write_store(tmp_path / "any", rows), REPLAY)
    assert ticks(recording) == [(0, 1)]
    assert recording.notes == (
        "rows that are no part of the market: 2 button_event, 1 player_action, 1 ws_event",
    )


def test_a_row_says_its_kind_by_its_folder_where_it_does_not_itself(tmp_path):
    rows = [stored_tick(tick) for tick in range(3)]
    for row in rows:
        del row["doc_type"]
    path = write_store(tmp_path / "doc_type=game_tick" / "date=2025-08-07" / "x.parquet", rows)
    assert len(ticks(open_recording(path, REPLAY))) == 3


@pytest.mark.parametrize("price", ["nan", "-1", "x", "1e400", None])
def test_a_price_that_is_none_becomes_no_tick(tmp_path, price):
    """FAULTS R14: a price that cannot be parsed stays out of the events, and is told."""
    rows = [stored_tick(0), stored_tick(1) | {"price": price}, stored_tick(2)]
    recording = open_recording(write_store(tmp_path / "any", rows), REPLAY)
    assert [tick for tick, _ in ticks(recording)] == [0, 2]
    assert recording.damage


def test_a_message_that_is_no_json_costs_itself(tmp_path):
    rows = [stored_message(0), stored_message(1) | {"raw_json": "{torn"}, stored_message(2)]
    recording = open_recording(write_store(tmp_path / "any", rows), REPLAY)
    assert (recording.bad_lines, recording.damage[0].line) == (1, 2)
    assert [tick for tick, _ in ticks(recording)] == [0, 2]


def test_a_message_without_its_envelope_is_read_by_its_rows_name(tmp_path):
    rows = [stored_message(tick) | {"raw_json": json.dumps(state(tick))} for tick in range(3)]
    recording = open_recording(write_store(tmp_path / "any", rows), REPLAY)
    assert ticks(recording) == list(enumerate(FAIR[:3]))


def test_a_partition_gives_its_files_and_another_programs_table_is_passed_over(tmp_path):
    store = tmp_path / "doc_type=game_tick" / "date=2025-08-07"
    write_store(store / "b.parquet", [stored_tick(1)])
    write_store(store / "a.parquet", [stored_tick(0)])
    parquet.write_table(pa.table({"price": [1.0]}), tmp_path / "prices.parquet")
    assert [path.name for path in find_recordings([tmp_path])] == ["a.parquet", "b.parquet"]
    with pytest.raises(RecordingUnreadable, match="Parquet table, but not a whole one"):
        open_recording(tmp_path / "prices.parquet", REPLAY)


def test_a_cut_table_is_refused_in_plain_words(tmp_path):
    path = write_store(tmp_path / "any", [stored_tick(tick) for tick in range(9)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RecordingUnreadable, match="Parquet"):
        open_recording(path, REPLAY)


def test_a_damaged_page_is_refused_in_plain_words(tmp_path):
    path = write_store(tmp_path / "any", [stored_tick(tick) for tick in range(9)])
    data = bytearray(path.read_bytes())
    data[200:420] = bytes(220)
    path.write_bytes(data)
    with pytest.raises(RecordingUnreadable, match="table is damaged"):
        open_recording(path, REPLAY)


def test_a_huge_message_in_many_rows_is_in_memory_once(tmp_path):
    """S3-H5, FAULTS R13: a small file that holds gigabytes costs what it says once."""
    rows = [stored_tick(0), *[stored_message(1)] * 2_000, stored_tick(2)]
    told = pa.Table.from_pylist(rows)
    texts = pa.array([rows[0]["raw_json"], "x" * 20_000_000, rows[-1]["raw_json"]])
    which = pa.array([0, *[1] * 2_000, 2], pa.int32())
    place = told.schema.get_field_index("raw_json")
    told = told.set_column(place, "raw_json", pa.DictionaryArray.from_arrays(which, texts))
    path = tmp_path / "any"
    parquet.write_table(told, path, store_schema=False, dictionary_pagesize_limit=10**9)
    assert path.stat().st_size < 2_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    recording = open_recording(path, REPLAY)
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert [tick for tick, _ in ticks(recording)] == [0, 2]
    assert recording.bad_lines == 2_000
    assert grown_mib < 1_000  # one by one they would be 40,000
