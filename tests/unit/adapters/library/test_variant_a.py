"""The predecessor's tick recordings: every whole record counts, nothing else does."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.library.importers.ticks import read_ticks
from replayer_qt.core.events import (
    GapFound,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.phase import Phase, may_follow
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from replayer_qt.engine.engine import Engine
from tests.helpers.tick_files import GAME, marker, round_lines, text, tick_line, waiting_line

REPLAY = StreamId("replay/1")
PRICES = [1, 1.0123456789012345, 1.3000000000000003, 0.9, 0.018000000000000016]


def read(tmp_path, data):
    path = tmp_path / "recording.jsonl"
    path.write_bytes(data if isinstance(data, bytes) else text(data))
    return read_ticks(path, REPLAY)


def prices(recording):
    return {e.tick: e.price for e in recording.events if isinstance(e, PriceTicked)}


def kinds(recording, kind):
    return [event for event in recording.events if isinstance(event, kind)]


def test_marks_and_defaults_are_not_ticks(tmp_path):
    """N5: ticks are the round's prices, and the last one is the rug's."""
    recording = read(tmp_path, round_lines(PRICES))
    assert prices(recording) == dict(enumerate(PRICES))
    assert kinds(recording, PriceTicked)[-1].price == PRICES[-1]
    assert (recording.format, recording.bad_lines, recording.damage) == ("A", 0, ())


def test_the_first_rugged_record_is_the_rug_and_the_late_one_is_not(tmp_path):
    recording = read(tmp_path, round_lines(PRICES))
    (rug,) = kinds(recording, RoundRugged)
    assert (rug.tick, rug.price) == (4, PRICES[-1])


def test_a_rug_at_the_first_tick_keeps_its_label_of_activation(tmp_path):
    lines = round_lines([1, 0.020000000000000018])
    recording = read(tmp_path, lines)
    (rug,) = kinds(recording, RoundRugged)
    assert (rug.tick, rug.price) == (1, 0.020000000000000018)


def test_a_rug_known_only_from_the_late_message_has_no_tick(tmp_path):
    lines = [line for line in round_lines(PRICES) if '"RUG_EVENT_1"' in line or '"tick": 0' in line]
    recording = read(tmp_path, lines)
    assert not kinds(recording, RoundRugged)
    assert kinds(recording, PhaseChanged)[-1].phase is Phase.RUGGED
    assert "rug was not recorded" in recording.damage[0].what
    (found,) = summarise(recording.events)
    assert (found.rugged, found.rug_index, found.ticks) == (True, None, 1)


def test_the_round_is_told_as_it_was_live(tmp_path):
    recording = read(tmp_path, round_lines(PRICES))
    assert [type(event) for event in recording.events[:2]] == [RoundOpened, PhaseChanged]
    phases = [event.phase for event in kinds(recording, PhaseChanged)]
    assert phases == [Phase.COOLDOWN, Phase.PRESALE, Phase.ACTIVE, Phase.RUGGED]
    assert [e.remaining_ms for e in kinds(recording, TimerTicked)] == [14_900, 14_800, 9_900, 100]
    assert kinds(recording, PriceTicked)[0].trade_count is None
    assert kinds(recording, PriceTicked)[2].trade_count == 42


def test_local_times_become_utc(tmp_path):
    recording = read(tmp_path, round_lines(PRICES))
    opened = recording.events[0]
    assert opened.at == 1_761_937_200_000_000_000  # 2025-10-31 15:00 in New York, 19:00 UTC


def test_a_time_that_disagrees_with_the_rounds_name_is_damage(tmp_path):
    recording = read(tmp_path, round_lines(PRICES, game="20250101-aaaa"))
    assert "disagree" in recording.damage[0].what


def test_a_repeated_tick_counts_once(tmp_path):
    lines = round_lines(PRICES)
    recording = read(tmp_path, [line for line in lines for _ in range(3)])
    assert len(kinds(recording, PriceTicked)) == len(PRICES)
    assert len(kinds(recording, RoundRugged)) == 1


def test_a_tick_that_comes_late_is_put_where_it_belongs(tmp_path):
    lines = round_lines(PRICES)
    lines[7], lines[8] = lines[8], lines[7]
    recording = read(tmp_path, lines)
    assert [event.tick for event in kinds(recording, PriceTicked)] == [0, 1, 2, 3, 4]
    assert not kinds(recording, GapFound)


def test_missing_ticks_are_a_gap_told_before_the_next_one(tmp_path):
    lines = [line for line in round_lines(PRICES) if '"tick": 2,' not in line]
    recording = read(tmp_path, lines)
    (gap,) = kinds(recording, GapFound)
    assert (gap.first, gap.last) == (2, 2)
    after = recording.events[recording.events.index(gap) + 1]
    assert after.tick == 3


def test_a_gap_right_before_the_rug_is_told(tmp_path):
    lines = [line for line in round_lines(PRICES) if '"tick": 3,' not in line]
    (found,) = summarise(read(tmp_path, lines).events)
    assert (found.gaps, found.rug_index, found.ticks) == (((3, 3),), 4, 4)


def test_a_recording_may_begin_midway_and_end_without_a_rug(tmp_path):
    recording = read(tmp_path, [tick_line(n, 2.0 + n, n * 250) for n in range(600, 610)])
    (found,) = summarise(recording.events)
    assert (found.first_index, found.last_index, found.rugged) == (600, 609, False)
    assert (found.gaps, found.peak) == ((), 611.0)


def test_several_rounds_in_one_file_stay_apart(tmp_path):
    one = round_lines(PRICES, game="20251031-aa")
    two = round_lines([1, 3.5, 0.02], game="20251031-bb", ms=60_000)
    mixed = [line for pair in zip(one, [*two, *[""] * 9], strict=False) for line in pair if line]
    found = {s.round_id: s for s in summarise(read(tmp_path, mixed).events)}
    assert found["20251031-aa"].rug_index == 4
    assert found["20251031-bb"].rug_index == 2


def test_records_of_two_writers_in_one_line_are_recovered(tmp_path):
    """N6: one bad line costs what was overwritten and nothing else."""
    whole, torn = tick_line(2, 1.5, 500), tick_line(1, 1.2, 250)
    line = torn[:-1] + whole + '"phase": "ACT'
    recording = read(tmp_path, [tick_line(0, 1, 0), line, tick_line(3, 1.6, 750)])
    assert prices(recording) == {0: 1.0, 2: 1.5, 3: 1.6}
    assert (recording.bad_lines, recording.recovered_lines) == (1, 1)
    assert recording.damage[0].line == 2
    assert recording.damage[0].offset == len(tick_line(0, 1, 0)) + 1


def test_three_whole_records_in_one_line_are_three_ticks(tmp_path):
    recording = read(tmp_path, ["".join(tick_line(n, 1.0 + n, n * 250) for n in range(3))])
    assert prices(recording) == {0: 1.0, 1: 2.0, 2: 3.0}
    assert (recording.bad_lines, recording.recovered_lines) == (1, 3)


def test_notes_written_by_hand_are_counted_and_harm_nothing(tmp_path):
    lines = round_lines(PRICES)
    lines[8:8] = ["## server hiccup here", "", "   ", '["not", "an object"]', "42"]
    recording = read(tmp_path, lines)
    assert prices(recording) == dict(enumerate(PRICES))
    assert (recording.bad_lines, recording.recovered_lines) == (3, 0)


def test_records_whose_values_make_no_sense_are_passed_over(tmp_path):
    bad = [
        tick_line(2, -1.0, 0),
        tick_line(-4, 1.0, 0),
        json.dumps({"type": "tick", "game_id": GAME, "tick": "7", "price": [], "active": True}),
        json.dumps({"type": "tick", "game_id": GAME, "active": True}),
        json.dumps({"type": "tick", "game_id": GAME, "tick": 2, "price": 10**400, "active": True}),
        '{"type": "tick", "game_id": "x", "tick": 3, "price": NaN, "active": true}',
    ]
    recording = read(tmp_path, [tick_line(0, 1, 0), *bad, tick_line(1, 1.1, 250)])
    assert prices(recording) == {0: 1.0, 1: 1.1}
    assert len(recording.damage) >= 5


@pytest.mark.parametrize("ending", [b"\r\n", b"\n\n"])
def test_line_ends_of_other_systems_and_blank_lines_do_not_matter(tmp_path, ending):
    recording = read(tmp_path, text(round_lines(PRICES)).replace(b"\n", ending))
    assert prices(recording) == dict(enumerate(PRICES))
    assert recording.bad_lines == 0


def test_a_file_cut_anywhere_keeps_every_whole_record(tmp_path):
    """FAULTS R15: 600 cuts; what stands before the cut is there, and nothing else."""
    data = text(round_lines(PRICES))
    for cut in range(len(data) - 600, len(data)):
        whole = data[:cut].count(b"\n") + (data[cut : cut + 1] == b"\n")
        recording = read(tmp_path, data[:cut])
        expected = read(tmp_path, text(data.decode().splitlines()[:whole]))
        assert prices(recording) == prices(expected)


def test_no_damage_invents_or_alters_a_tick(tmp_path):
    """FAULTS R15: bytes flipped, lines torn and mixed; each price is one that was written."""
    rng = random.Random(15)
    written = dict(enumerate([1.0, *(round(1 + n / 7, 6) for n in range(40))]))
    data = text(round_lines(list(written.values())))
    for _ in range(400):
        torn = bytearray(data)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(len(torn))
            action = rng.random()
            if action < 0.4:
                del torn[at : at + rng.randint(1, 90)]
            elif action < 0.7:
                torn[at:at] = torn[: rng.randint(1, 300)]
            else:
                torn[at:at] = rng.choice([b"\n", b"\0", b"\xff", b"{", b'"', b"## note"])
        found = prices(read(tmp_path, bytes(torn)))
        # a cut within a number may leave another sound number: that is the writer's word then
        altered = [tick for tick, price in found.items() if written.get(tick) != price]
        assert len(altered) <= 5


@given(data=st.binary(max_size=400))
def test_no_bytes_can_break_it(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "x"
    path.write_bytes(data)
    assert read_ticks(path, REPLAY).format == "A"


def test_bombs_cost_one_bad_line_each(tmp_path):
    """S3-H5, FAULTS S11: a line of five megabytes and one 10,000 levels deep."""
    deep = '{"type": "tick", "x": ' + "[" * 10_000 + "]" * 10_000 + "}"
    many = '{"type": "' * 200_000
    lines = round_lines(PRICES)
    lines[3:3] = ['{"type": "tick", "x": "' + "y" * 5_000_000 + '"}', deep, many]
    recording = read(tmp_path, lines)
    assert prices(recording) == dict(enumerate(PRICES))
    assert 2 <= recording.bad_lines <= 3
    assert "bytes" in recording.damage[0].what


def test_a_file_of_markers_only_has_a_round_without_ticks(tmp_path):
    recording = read(tmp_path, [marker("game_start", 0), waiting_line(14_900, 10)])
    (found,) = summarise(recording.events)
    assert (found.ticks, found.first_index, found.peak) == (0, None, None)


@given(rng=st.randoms(use_true_random=False))
def test_no_order_of_records_makes_an_illegal_transition(tmp_path_factory, rng):
    """S2-H4: whatever order two writers left the lines in, a round never goes back."""
    lines = round_lines(PRICES)
    rng.shuffle(lines)
    recording = read(tmp_path_factory.mktemp("any"), lines)
    phase = Phase.UNKNOWN
    for event in recording.events:
        if isinstance(event, PhaseChanged):
            assert may_follow(event.phase, phase)
            phase = event.phase
    engine = Engine()
    market = engine.handle(recording.events).state.markets[REPLAY]
    assert (market.refused, market.round.ticks) == (0, len(PRICES))
