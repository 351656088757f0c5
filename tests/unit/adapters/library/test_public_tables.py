"""Tables of Binance's public archive, one file for each of their known defects, by hand."""

import tracemalloc
import zipfile

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.importers.public_shapes import shape_of, symbol_in
from replayer_qt.adapters.library.importers.public_tables import stream_named_in, summaries_of
from replayer_qt.adapters.library.open import open_recording, open_table
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import GapFound, PriceTicked, TickBlock
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from tests.helpers.public_files import (
    HOUR_MS,
    MIDNIGHT_MS,
    agg_trade,
    kline,
    packed,
    table,
    trade,
    trades,
    write_checked,
)

STREAM = StreamId("binance/btcusdt")
TRADES = "BTCUSDT-trades-2024-12-31.csv"
DAY_MS = 24 * HOUR_MS


def write(tmp_path, data, name=TRADES):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def columns(tmp_path, data, name=TRADES):
    found = open_table(write(tmp_path, data, name), STREAM)
    assert found is not None
    return found


def damage(found):
    return [place.what for place in found.recording.damage]


def test_trades_are_rounds_of_an_hour_numbered_from_0(tmp_path):
    rows = trades(20) + trades(10, first=120, at=MIDNIGHT_MS + 5 * HOUR_MS)
    found = columns(tmp_path, table(rows))
    one, two = found.rounds
    assert found.recording.format == "binance-trades"
    assert (one.round_id, two.round_id) == ("BTCUSDT-2024-12-31T00", "BTCUSDT-2024-12-31T05")
    assert one.stream == STREAM
    assert one.ticks.tolist() == list(range(20))
    assert two.ticks.tolist() == list(range(10))
    assert one.prices.tolist() == [100.0 + n % 7 for n in range(20)]
    assert one.ats[:2].tolist() == [MIDNIGHT_MS * 10**6, (MIDNIGHT_MS + 1_000) * 10**6]
    assert two.counts.tolist() == list(range(1, 11))
    assert not one.prices.flags.writeable
    assert damage(found) == []


def test_the_events_of_a_table_say_the_same_as_its_columns(tmp_path):
    rows = trades(20) + trades(10, first=130)
    path = write(tmp_path, table(rows))
    recording = open_recording(path, STREAM)
    (told,) = open_table(path, STREAM).rounds
    blocks = [e for e in recording.events if isinstance(e, TickBlock)]
    (last,) = [e for e in recording.events if isinstance(e, PriceTicked)]
    assert [*np.concatenate([b.ticks for b in blocks]), last.tick] == told.ticks.tolist()
    assert [*np.concatenate([b.prices for b in blocks]), last.price] == told.prices.tolist()
    assert [*np.concatenate([b.ats for b in blocks]), last.at] == told.ats.tolist()
    assert last.trade_count == 30
    (found,) = summarise(recording.events)
    assert (found.ticks, found.gaps, found.rugged) == (30, ((20, 29),), False)


def test_aggregated_trades_count_the_trades_in_them(tmp_path):
    rows = [agg_trade(n, 5.0 + n, MIDNIGHT_MS + n, trades=n + 1) for n in range(4)]
    found = columns(tmp_path, table(rows), "BTCUSDT-aggTrades-2024-12-31.csv")
    assert found.recording.format == "binance-aggtrades"
    assert found.rounds[0].counts.tolist() == [1, 3, 6, 10]


def test_klines_are_rounds_of_a_day_with_one_tick_each_at_its_close(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * 60_000, 50.0 + n) for n in range(1_500)]
    found = columns(tmp_path, table(rows), "BTCUSDT-1m-2024-12.csv")
    one, two = found.rounds
    assert found.recording.format == "binance-klines"
    assert (one.round_id, len(one.ticks)) == ("BTCUSDT-2024-12-31", 1_440)
    assert (two.round_id, len(two.ticks)) == ("BTCUSDT-2025-01-01", 60)
    assert one.prices[:2].tolist() == [50.0, 51.0]
    assert int(one.ats[0]) == (MIDNIGHT_MS + 59_999) * 10**6
    assert damage(found) == []


def test_klines_of_a_day_or_more_are_rounds_of_a_year(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * DAY_MS, 9.0, step_ms=DAY_MS) for n in range(5)]
    found = columns(tmp_path, table(rows), "BTCUSDT-1d-2024-12.csv")
    assert [(r.round_id, len(r.ticks)) for r in found.rounds] == [
        ("BTCUSDT-2024", 1),
        ("BTCUSDT-2025", 4),
    ]


# --- the known defects ---------------------------------------------------------------------------


def test_times_are_milliseconds_or_microseconds_by_their_size_row_by_row(tmp_path):
    rows = [trade(1, 5.0, MIDNIGHT_MS), trade(2, 5.1, (MIDNIGHT_MS + 1) * 1_000)]
    (found,) = columns(tmp_path, table(rows)).rounds
    assert found.ats.tolist() == [MIDNIGHT_MS * 10**6, (MIDNIGHT_MS + 1) * 10**6]


def test_klines_may_change_their_unit_within_a_file(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * 60_000, 5.0, micros=n > 2) for n in range(6)]
    (found,) = columns(tmp_path, table(rows), "BTCUSDT-1m-2024-12.csv").rounds
    assert found.ticks.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("truth", ["True", "true", "False", "false", "TRUE"])
def test_truths_are_written_in_any_case(tmp_path, truth):
    rows = [trade(n, 5.0, MIDNIGHT_MS, truth=truth) for n in range(3)]
    found = columns(tmp_path, table(rows))
    assert (len(found.rounds[0].ticks), damage(found)) == (3, [])


@pytest.mark.parametrize(
    ("header", "row", "kind"),
    [
        ("id,price,qty,quote_qty,time,is_buyer_maker", "1,5,1,5,{at},true", "binance-trades"),
        (
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
            "1,5,1,7,8,{at},false",
            "binance-aggtrades",
        ),
    ],
)
def test_a_futures_file_has_a_header_and_no_last_column(tmp_path, header, row, kind):
    data = table([header, row.format(at=MIDNIGHT_MS)])
    found = columns(tmp_path, data, "whatever")
    assert (found.recording.format, len(found.rounds[0].ticks)) == (kind, 1)
    assert (found.recording.lines, found.recording.bad_lines) == (2, 0)


def test_missing_minutes_are_gaps_and_the_minutes_after_them_keep_their_place(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * 60_000, 5.0) for n in range(10) if n not in (4, 5, 8)]
    found = columns(tmp_path, table(rows), "BTCUSDT-1m-2024-12-31.csv")
    assert found.rounds[0].ticks.tolist() == [0, 1, 2, 3, 6, 7, 9]
    assert damage(found) == ["BTCUSDT-2024-12-31: 3 klines are missing in 2 gaps"]
    recording = open_recording(tmp_path / "BTCUSDT-1m-2024-12-31.csv", STREAM)
    gaps = [(e.first, e.last) for e in recording.events if isinstance(e, GapFound)]
    assert gaps == [(4, 5), (8, 8)]


def test_a_missing_day_is_told(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * HOUR_MS, 5.0, step_ms=HOUR_MS) for n in range(72)]
    found = columns(tmp_path, table(rows[:24] + rows[48:]), "BTCUSDT-1h-2024-12.csv")
    assert [len(r.ticks) for r in found.rounds] == [24, 24]
    assert damage(found) == ["BTCUSDT-2025-01-02: 24 klines are missing before it"]


def test_missing_numbers_are_gaps_within_and_between_hours(tmp_path):
    rows = trades(5) + trades(5, first=107) + trades(5, first=200, at=MIDNIGHT_MS + HOUR_MS)
    found = columns(tmp_path, table(rows))
    assert found.rounds[0].ticks.tolist() == [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    assert damage(found) == [
        "BTCUSDT-2024-12-31T00: 2 numbers are missing in a gap",
        "BTCUSDT-2024-12-31T01: 88 numbers are missing before it",
    ]


def test_a_number_that_is_far_off_does_not_stretch_its_round(tmp_path):
    rows = [*trades(5), trade(10**15, 5.0, MIDNIGHT_MS + 9_000)]
    found = columns(tmp_path, table(rows))
    assert found.rounds[0].ticks.tolist() == [0, 1, 2, 3, 4, 6]
    assert "numbers are missing in a gap" in damage(found)[0]


def test_two_rows_joined_into_one_line_are_two_rows(tmp_path):
    rows = trades(9)
    rows[3:5] = [rows[3] + rows[4]]
    found = columns(tmp_path, table(rows))
    assert (found.recording.bad_lines, found.recording.recovered_lines) == (1, 2)
    assert found.rounds[0].ticks.tolist() == list(range(9))
    (place,) = found.recording.damage
    assert (place.line, place.what, place.recovered) == (4, "two rows in one line", 2)
    assert place.offset == len(table(rows[:3]))


def test_two_klines_joined_by_their_last_column_are_two_klines(tmp_path):
    rows = [kline(MIDNIGHT_MS + n * 60_000, 5.0 + n) for n in range(6)]
    rows[2:4] = [rows[2] + rows[3]]
    found = columns(tmp_path, table(rows), "BTCUSDT-1m-2024-12-31.csv")
    assert found.rounds[0].prices.tolist() == [5.0, 6.0, 7.0, 8.0, 9.0, 10.0]


def test_a_torn_row_costs_itself_and_leaves_a_gap(tmp_path):
    rows = trades(9)
    rows[4] = rows[4][:25]
    found = columns(tmp_path, table(rows))
    assert (found.recording.bad_lines, found.recording.damage[0].line) == (1, 5)
    assert damage(found)[1] == "BTCUSDT-2024-12-31T00: 1 number is missing in a gap"


def test_rows_out_of_order_are_sorted_and_equal_ones_are_one(tmp_path):
    rows = trades(20)
    found = columns(tmp_path, table(rows[10:] + rows[:12]))
    assert found.rounds[0].ticks.tolist() == list(range(20))
    assert damage(found) == [
        "its rows were out of order (1 times) and were sorted",
        "2 of its rows came twice and were taken once",
    ]


def test_of_two_rows_with_one_number_the_first_counts(tmp_path):
    rows = [trade(1, 5.0, MIDNIGHT_MS), trade(2, 6.0, MIDNIGHT_MS), trade(2, 7.0, MIDNIGHT_MS)]
    found = columns(tmp_path, table(rows))
    assert found.rounds[0].prices.tolist() == [5.0, 6.0]
    assert "have a number that another one has" in damage(found)[0]


def test_two_months_mixed_are_two_months(tmp_path):
    later = MIDNIGHT_MS + 31 * DAY_MS
    rows = [
        row for pair in zip(trades(6), trades(6, first=900, at=later), strict=True) for row in pair
    ]
    found = columns(tmp_path, table(rows))
    assert [r.round_id for r in found.rounds] == ["BTCUSDT-2024-12-31T00", "BTCUSDT-2025-01-31T00"]
    assert [len(r.ticks) for r in found.rounds] == [6, 6]


@pytest.mark.parametrize(
    "row",
    [
        f"1,nan,1,1,{MIDNIGHT_MS},True,True",
        f"1,inf,1,1,{MIDNIGHT_MS},True,True",
        f"1,0,1,1,{MIDNIGHT_MS},True,True",
        f"1,-5,1,1,{MIDNIGHT_MS},True,True",
        f"1,1e300,1,1,{MIDNIGHT_MS},True,True",
        "1,5,1,1,12,True,True",
        "1,5,1,1,99999999999999999,True,True",
        f"99999999999999999999,5,1,1,{MIDNIGHT_MS},True,True",
        f"-1,5,1,1,{MIDNIGHT_MS},True,True",
        f"1,5,1,1,{MIDNIGHT_MS},True,True,",
        f"1,5,1,1,{MIDNIGHT_MS},True",
        f'"1","5","1","1","{MIDNIGHT_MS}","True","True"',
        "",
        "," * 6,
        "x" * 5_000,
    ],
)
def test_a_row_that_makes_no_sense_is_no_tick(tmp_path, row):
    """FAULTS R14: what is no price, time or number is told and never becomes a tick."""
    rows = trades(5)
    found = columns(tmp_path, table([*rows, row, trade(105, 5.0, MIDNIGHT_MS + 5_000)]))
    assert found.rounds[0].ticks.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.recording.bad_lines == bool(row)


# --- packed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("before", [(), ("folder/", "readme.txt")])
def test_a_packed_table_is_read_as_it_is_unpacked(tmp_path, method, before):
    data = packed(table(trades(3_000)), method=method, before=before)
    found = columns(tmp_path, data, "any.bin")
    assert found.rounds[0].round_id == "BTCUSDT-2024-12-31T00"
    assert (found.recording.lines, damage(found)) == (3_000, [])


def test_a_table_packed_as_a_stream_is_read_too(tmp_path):
    path = tmp_path / "x.zip"
    with path.open("wb") as file:
        target = _Unseekable(file)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("notes.txt", b"read me")
            archive.writestr(TRADES, table(trades(500)))
    found = open_table(path, STREAM)
    assert (found.recording.lines, damage(found)) == (500, [])


class _Unseekable:
    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


def test_a_cut_archive_gives_what_came_before_the_cut(tmp_path):
    """FAULTS R15: a file that was cut loads up to the cut, and says so."""
    data = packed(table(trades(3_000)))
    found = columns(tmp_path, data[: len(data) // 2])
    assert 1_000 < len(found.rounds[0].ticks) < 3_000
    assert "the file: it was cut; what was before the cut is read" in damage(found)


def test_a_damaged_archive_is_told_by_its_own_checksum(tmp_path):
    data = bytearray(packed(table(trades(3_000)), method=zipfile.ZIP_STORED))
    data[1_000] ^= 1
    found = columns(tmp_path, bytes(data))
    assert "the file: what is packed in it fails its checksum" in damage(found)


def test_the_checksum_beside_a_file_is_held_against_it(tmp_path):
    data = packed(table(trades(9)))
    right = write_checked(tmp_path / "BTCUSDT-trades-2024-12-31.zip", data)
    wrong = write_checked(tmp_path / "BTCUSDT-trades-2025-01-01.zip", data, stated=b"other")
    odd = write_checked(tmp_path / "BTCUSDT-trades-2025-01-02.zip", data)
    odd.with_name(f"{odd.name}.CHECKSUM").write_bytes(b"\xff\x00 no digest")
    said = [[p.what for p in open_table(path, STREAM).recording.damage] for path in (right, wrong)]
    assert said[0] == []
    assert said[1] == ["the file: it is not what the checksum beside it says; fetch it again"]
    assert "cannot be read" in open_table(odd, STREAM).recording.damage[0].what
    assert [len(open_table(path, STREAM).rounds[0].ticks) for path in (right, wrong)] == [9, 9]


def test_an_archive_without_a_table_is_refused(tmp_path):
    path = write(tmp_path, packed(b"hello", "hello.txt"), "x.zip")
    with pytest.raises(RecordingUnreadable, match="no table of trades or klines"):
        open_recording(path, STREAM)
    assert open_table(write(tmp_path, b"{}", "x.json"), STREAM) is None


def test_an_archive_that_unpacks_to_one_endless_line_costs_no_memory(tmp_path):
    data = packed(table(trades(3)) + b"7" * 60_000_000)
    found = columns(tmp_path, data)
    assert len(found.rounds[0].ticks) == 3
    assert "ends it" in damage(found)[0]


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("BTCUSDT-trades-2024-12-31.zip", "binance/btcusdt"),
        ("BTCUSDT-aggTrades-2024-12.csv", "binance/btcusdt"),
        ("ETHBTC-1mo-2024-12.csv", "binance/ethbtc"),
        ("0123456789abcdef_ETHBTC-1h-2024-12.zip.zst", "binance/ethbtc"),
        ("1000SATSUSDT-1s-2024-12-31.csv", "binance/1000satsusdt"),
        ("币安人生USDT-trades-2025-12-01.zip", "binance/币安人生usdt"),
    ],
)
def test_a_file_of_the_archive_names_its_stream(name, stream, tmp_path):
    assert stream_named_in(tmp_path / name) == stream


def test_a_renamed_file_is_named_by_what_is_packed_in_it(tmp_path):
    path = write(tmp_path, packed(table(trades(9)), "ETHBTC-trades-2024-12-31.csv"), "download")
    assert stream_named_in(path) == "binance/ethbtc"
    assert open_table(path, STREAM).rounds[0].round_id == "ETHBTC-2024-12-31T00"
    assert stream_named_in(write(tmp_path, table(trades(9)), "x.csv")) == "binance/unnamed"
    assert stream_named_in(write(tmp_path, b"{}", "x.json")) is None


@pytest.mark.parametrize(
    "name", ["../../x-1m-2024-01.csv", "a\u202eb-1m-2024-01.csv", "-1m-2024-01.csv"]
)
def test_no_name_becomes_an_instrument_that_is_not_letters_and_digits(name):
    assert symbol_in(name) is None


def test_tables_are_found_in_folders_and_what_only_looks_like_one_is_not(tmp_path):
    write_checked(tmp_path / "BTCUSDT-trades-2024-12-31.zip", packed(table(trades(3))))
    write(tmp_path, table(trades(3)), "mine.csv")
    write(tmp_path, b"name,age\nuser,7\n", "people.csv")
    write(tmp_path, packed(b"hello", "hello.txt"), "other.zip")
    write(tmp_path, b"", "package.json")
    assert [path.name for path in find_recordings([tmp_path])] == [
        "BTCUSDT-trades-2024-12-31.zip",
        "mine.csv",
    ]


def test_a_row_tells_its_table_by_its_columns():
    assert shape_of(kline(MIDNIGHT_MS, 5.0).encode()).kind == "binance-klines"
    assert shape_of(agg_trade(1, 5.0, MIDNIGHT_MS).encode()).kind == "binance-aggtrades"
    assert shape_of(trade(1, 5.0, MIDNIGHT_MS).encode()).kind == "binance-trades"
    assert shape_of(b"1,2,3") is None


def test_a_table_costs_memory_by_its_rows_and_not_by_its_length(tmp_path):
    count = 200_000
    path = write(tmp_path, table(trades(count, step=20)))
    open_table(path, STREAM)
    tracemalloc.start()
    found = open_table(path, STREAM)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(told.ticks) for told in found.rounds) == count
    assert highest < 100 * count + 16 * 1024 * 1024


def test_a_packed_table_lies_in_the_library_as_the_plain_one(tmp_path):
    data = zstandard.ZstdCompressor().compress(table(trades(9)))
    path = write(tmp_path, data, "0123456789abcdef_ETHBTC-trades-2024-12-31.csv.zst")
    assert find_recordings([tmp_path]) == [path]
    assert stream_named_in(path) == "binance/ethbtc"
    assert open_table(path, STREAM).rounds[0].round_id == "ETHBTC-2024-12-31T00"


def test_a_tables_summaries_are_those_of_all_its_events_at_once(tmp_path):
    rows = trades(20) + trades(10, first=130) + trades(9, first=150, at=MIDNIGHT_MS + HOUR_MS)
    recording = open_recording(write(tmp_path, table(rows)), STREAM)
    assert summaries_of(recording) == summarise(recording.events)


NUMBERS = [
    "5",
    "5.5",
    "5.",
    ".5",
    ".",
    "05",
    "1e2",
    "1E2",
    "5e-1",
    "1e0005",
    "1e99",
    "1e999",
    "5.0",
]
LONG = ["9" * 17, "9" * 18, "9" * 19, "9" * 20, "0" * 40 + "7", "1." + "3" * 60]
OTHERS = ["", "+5", " 5", "5 ", "5\t", "5\r", "-0", "0x5", "5_0", "nan", "inf", "NaN", "null"]
TEXTS = st.sampled_from([*NUMBERS, *LONG, *OTHERS, "true", "1e", "e5", "\u0665", "\xa05", "5f"])


@given(st.lists(st.tuples(st.integers(0, 4), TEXTS), min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_a_row_is_read_alike_whether_its_neighbours_are_sound_or_not(tmp_path_factory, changes):
    cells = trades(1)[0].split(",")
    for column, value in changes:
        cells[column] = value
    rows = [*trades(3, first=1), ",".join(cells)]
    path = tmp_path_factory.getbasetemp() / "alike"
    found = []
    for extra in ([], ["not a row"]):
        path.write_bytes(table([*rows, *extra]))
        read = open_table(path, STREAM)
        found.append(([(r.ticks.tolist(), r.prices.tolist()) for r in read.rounds], read))
    assert found[0][0] == found[1][0]
    assert found[0][1].recording.bad_lines == found[1][1].recording.bad_lines - 1


@given(st.lists(st.integers(0, 60), min_size=1, max_size=80))
@settings(max_examples=100, deadline=None)
def test_rows_in_any_order_and_any_number_are_each_number_once(tmp_path_factory, numbers):
    path = tmp_path_factory.getbasetemp() / "any-order"
    path.write_bytes(table([trade(n, 5.0 + n, MIDNIGHT_MS + n) for n in numbers]))
    (told,) = open_table(path, STREAM).rounds
    once = sorted(set(numbers))
    assert told.ticks.tolist() == [n - once[0] for n in once]
    assert told.prices.tolist() == [5.0 + n for n in once]
