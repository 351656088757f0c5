"""Session recordings (variant B): two rounds in one file, and marks that lag by one."""

import json

from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.events import PriceTicked
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from tests.helpers.tick_files import marker, round_lines, text

REPLAY = StreamId("replay/1")
ONE, TWO = [1, 1.679, 0.02], [1, 0.9, 0.8, 0.016]


def a_session(*, named: bool):
    start = json.dumps({"type": "session_start", "session_id": "s", "starting_balance": "1"})
    lag = {"final_tick": 2, "peak_multiplier": 1.679, "server_seed": "0123456789abcdef0123"}
    lines = [
        start,
        *round_lines(ONE, game="20251029-aa"),
        *round_lines(TWO, game="20251029-bb", ms=30_000),
        marker("game_complete", 60_000, game="20251029-bb", **lag),
        json.dumps({"type": "session_end", "total_games": 2, "ending_balance": None}),
    ]
    if named:
        return lines
    rows = [json.loads(line) for line in lines]
    for row in rows:
        row.pop("game_id", None)
    return [json.dumps(row) for row in rows]


def read(tmp_path, lines):
    path = tmp_path / "session.jsonl"
    path.write_bytes(text(lines))
    return open_recording(path, REPLAY)


def test_each_round_keeps_its_own_rug_whatever_the_marks_say(tmp_path):
    recording = read(tmp_path, a_session(named=True))
    one, two = summarise(recording.events)
    assert recording.format == "B"
    assert (one.ticks, one.rug_index, one.peak) == (3, 2, 1.679)
    assert (two.ticks, two.rug_index, two.peak) == (4, 3, 1)


def test_ticks_that_name_no_round_belong_to_the_rounds_in_turn(tmp_path):
    recording = read(tmp_path, a_session(named=False))
    one, two = summarise(recording.events)
    assert [one.rug_index, two.rug_index] == [2, 3]
    ticks = [event.price for event in recording.events if isinstance(event, PriceTicked)]
    assert ticks == [*ONE, *TWO]
