"""Foreign recordings of one JSON object a line: sinks (G), presses (H) and relays (K), by hand."""

import json
import tracemalloc

import pytest
import zstandard

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.lines import LINE_LIMIT
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.events import GapFound, PriceTicked, RoundRugged, TradePrinted
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from tests.helpers.foreign_files import (
    FAIR,
    NAME,
    as_lines,
    demo_session,
    demonstration,
    press,
    relayed,
    sink,
)
from tests.helpers.tick_files import GAME

REPLAY = StreamId("replay/1")
PRICES = [1.0, 1.1, 1.25, 0.02]


def read(tmp_path, data, name="any.jsonl"):
    path = tmp_path / name
    path.write_bytes(data)
    return open_recording(path, REPLAY)


def ticks(recording):
    return [(e.tick, e.price) for e in recording.events if isinstance(e, PriceTicked)]


# --- G -------------------------------------------------------------------------------------------


def test_a_sinks_ticks_are_read_and_its_two_lines_about_the_file_are_none(tmp_path):
    """N5, FAULTS R15: lines about the file become no ticks; the last tick is the rug's."""
    recording = read(tmp_path, sink(PRICES))
    (found,) = summarise(recording.events)
    assert (recording.format, recording.bad_lines, recording.damage) == ("G", 0, ())
    assert (found.round_id, found.ticks, found.rug_index) == (GAME, 4, 3)
    assert ticks(recording) == list(enumerate(PRICES))


def test_a_sink_without_its_first_lines_is_known_by_its_ticks(tmp_path):
    lines = sink(PRICES).splitlines(keepends=True)
    recording = read(tmp_path, b"".join(lines[2:-1]))
    assert (recording.format, len(ticks(recording))) == ("G", 4)


def test_ticks_that_name_no_round_belong_to_the_one_in_the_first_line(tmp_path):
    rows = [json.loads(line) for line in sink(PRICES).splitlines()]
    for row in rows:
        row.pop("game_id", None)
    assert [s.round_id for s in summarise(read(tmp_path, as_lines(rows)).events)] == [GAME]


def test_a_torn_line_of_a_sink_costs_itself_and_is_listed_with_its_place(tmp_path):
    """N6, FAULTS R15: one torn line is counted and told; every other line counts."""
    lines = sink(PRICES).splitlines(keepends=True)
    offset = len(b"".join(lines[:3]))
    lines[3] = lines[3][:40] + b"\n"
    recording = read(tmp_path, b"".join(lines))
    assert [tick for tick, _ in ticks(recording)] == [0, 2, 3]
    (torn,) = [place for place in recording.damage if place.line]
    assert (recording.bad_lines, torn.line, torn.offset) == (1, 4, offset)


def test_a_count_that_disagrees_with_the_lines_is_told(tmp_path):
    recording = read(tmp_path, sink(PRICES, counted=500))
    assert recording.damage[0].what.startswith("its last line counts 500 records")


def test_prices_as_text_are_prices_and_other_text_is_none(tmp_path):
    """FAULTS R14: digits are a price however they are written; what is none is passed over."""
    rows = [json.loads(line) for line in sink(PRICES).splitlines()]
    rows[3]["price"], rows[4]["price"] = "1.1", "one and a bit"
    recording = read(tmp_path, as_lines(rows))
    assert ticks(recording) == [(0, 1.0), (1, 1.1), (3, 0.02)]


def test_a_repeated_start_and_a_repeated_tick_change_nothing(tmp_path):
    """N13: lines that come twice, late or again are one."""
    lines = sink(PRICES).splitlines(keepends=True)
    once = read(tmp_path, b"".join(lines))
    twice = read(tmp_path, b"".join([*lines[:5], lines[0], *lines[2:5], *lines[5:-1]]), "2.jsonl")
    assert twice.events == once.events


# --- H -------------------------------------------------------------------------------------------


def test_a_demonstration_shows_the_market_at_its_presses_and_no_fills(tmp_path):
    recording = read(
        tmp_path, demonstration([press(3, "1.1"), press(4, "1.2"), press(9, "1.3", "SELL")])
    )
    assert (recording.format, recording.bad_lines, recording.damage) == ("H", 0, ())
    assert ticks(recording) == [(3, 1.1), (4, 1.2), (9, 1.3)]
    assert [(e.first, e.last) for e in recording.events if isinstance(e, GapFound)] == [(5, 8)]
    assert not [e for e in recording.events if isinstance(e, TradePrinted | RoundRugged)]
    assert recording.notes == (
        "3 presses of a person, which are no part of the market: 2 TRADE_BUY, 1 TRADE_SELL",
    )


def test_a_press_before_or_after_the_round_is_no_tick(tmp_path):
    presses = [
        press(0, "1.0", phase="PRESALE"),
        press(0, "1.0", phase="COOLDOWN"),
        press(5, "1.2"),
        press(5, "1.2", "+0.01"),
        press(7, "0.01", phase="RUG_EVENT_1"),
    ]
    recording = read(tmp_path, demonstration(presses))
    assert ticks(recording) == [(5, 1.2)]
    assert summarise(recording.events)[0].rugged


def test_a_press_names_its_round_by_the_header_else_by_the_files_name(tmp_path):
    lines = demonstration([press(3, "1.1")]).splitlines(keepends=True)
    named = read(tmp_path, lines[0] + lines[1])
    unnamed = read(tmp_path, lines[1], f"game_007_{NAME}.jsonl")
    assert summarise(named.events)[0].round_id == NAME == summarise(unnamed.events)[0].round_id


def test_presses_that_the_last_line_counts_and_that_are_gone_are_told(tmp_path):
    recording = read(tmp_path, demonstration([press(3, "1.1")], counted=4))
    assert recording.damage[0].what == "its last line counts 4 presses, 1 are there"


def test_a_sessions_folder_gives_its_rounds_and_not_its_description(tmp_path):
    session = demo_session(tmp_path)
    assert [path.name for path in find_recordings([tmp_path])] == [f"game_001_{NAME}.jsonl"]
    assert open_recording(session / f"game_001_{NAME}.jsonl", REPLAY).format == "H"


# --- K -------------------------------------------------------------------------------------------


def test_a_relays_messages_count_once_however_often_they_were_heard(tmp_path):
    """N13, FAULTS R15: every message three times is every message once."""
    once = read(tmp_path, relayed(range(len(FAIR)), times=1))
    thrice = read(tmp_path, relayed(range(len(FAIR)), times=3), "3.jsonl")
    assert (once.format, once.notes) == ("K", ())
    assert ticks(thrice) == list(enumerate(FAIR))
    assert [type(e) for e in thrice.events] == [type(e) for e in once.events]
    repeats = 2 * len(FAIR)
    assert thrice.notes == (f"{repeats} messages came more than once and were taken once",)
    assert thrice.bad_lines == 0


def test_a_relays_times_are_utc_though_they_do_not_say_so(tmp_path):
    lines = relayed([0], times=1).replace(b".000000Z", b".000000")
    assert read(tmp_path, lines).events[0].at == 1_754_600_400 * 10**9


def test_a_relays_copies_may_come_one_whole_pass_after_another(tmp_path):
    one = relayed(range(len(FAIR)), times=1)
    recording = read(tmp_path, one * 3)
    assert ticks(recording) == list(enumerate(FAIR))


@pytest.mark.parametrize("data", [None, [], "text", 5, [{"__trace": True}], {"gameId": 7}])
def test_a_relays_message_that_makes_no_sense_is_passed_over(tmp_path, data):
    lines = relayed(range(4), times=1).splitlines(keepends=True)
    odd = json.loads(lines[0]) | {"data": data}
    recording = read(tmp_path, b"".join(lines[:2]) + as_lines([odd]) + b"".join(lines[2:]))
    assert ticks(recording) == list(enumerate(FAIR[:4]))


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [sink(PRICES), demonstration([press(3, "1.1")]), relayed([0, 1])])
def test_a_line_of_any_length_or_depth_costs_itself_and_no_memory(tmp_path, data):
    """S3-H5, FAULTS R13: limits hold before anything is parsed, whatever the format."""
    huge = [b'{"type":"' + b"x" * size + b'"}\n' for size in (64_000, 1_000_000, 10_000_000)]
    deep = b'{"data":' + b"[" * 10_000 + b"]" * 10_000 + b"}\n"
    sound = ticks(read(tmp_path, data))
    lines = data.splitlines(keepends=True)
    bad = b"".join([lines[0], *huge, deep, *lines[1:]])
    read(tmp_path, bad)
    tracemalloc.start()
    recording = read(tmp_path, bad)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ticks(recording) == sound
    assert f"more than the {LINE_LIMIT:,} allowed" in "".join(p.what for p in recording.damage)
    assert highest < 2 * LINE_LIMIT


@pytest.mark.parametrize("name", ["x.jsonl", "0123456789abcdef_x.jsonl.zst"])
def test_a_round_that_is_named_after_its_file_keeps_its_name_when_it_is_imported(tmp_path, name):
    rows = [json.loads(line) for line in sink(PRICES).splitlines()[1:-1]]
    for row in rows:
        row["game_id"] = ""
    recording = read(tmp_path, zstandard.ZstdCompressor().compress(as_lines(rows)), name)
    assert [found.round_id for found in summarise(recording.events)] == ["x"]
