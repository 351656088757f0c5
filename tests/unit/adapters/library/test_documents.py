"""Recordings that are one JSON document: samples (F), rounds and demonstrations (I), by hand."""

import json

import pytest

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import Fairness, GapFound, PriceTicked, RoundRugged, TradePrinted
from replayer_qt.core.summary import summarise
from replayer_qt.core.units import StreamId
from tests.helpers.foreign_files import FAIR, NAME, press, samples, unified_archive, unified_round

REPLAY = StreamId("replay/1")


def read(tmp_path, data, name="any.json"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data, indent=2).encode())
    return open_recording(path, REPLAY)


def ticks(recording):
    return [(e.tick, e.price) for e in recording.events if isinstance(e, PriceTicked)]


def test_samples_are_told_in_the_order_of_their_times_whatever_their_place(tmp_path):
    recording = read(tmp_path, samples(range(6)))
    assert (recording.format, recording.bad_lines, recording.damage) == ("F", 0, ())
    assert ticks(recording) == list(enumerate(FAIR[:6]))
    trades = [e for e in recording.events if isinstance(e, TradePrinted)]
    assert [(t.trade_id, t.tick, t.at) for t in trades] == [("t1", 1, 1_754_600_010_000 * 10**6)]


def test_samples_on_one_line_are_known_too(tmp_path):
    assert read(tmp_path, json.dumps(samples()).encode()).format == "F"


@pytest.mark.parametrize("entry", [5, "text", {"data": {}}, {"event_type": 7, "data": {}}, []])
def test_an_entry_that_is_no_message_costs_itself(tmp_path, entry):
    recording = read(tmp_path, samples(range(4)) | {"odd": entry})
    assert recording.bad_lines == 1
    assert "'odd' is not a message" in recording.damage[0].what
    assert len(ticks(recording)) == 4


def test_a_round_by_its_price_list_is_verified_and_its_rug_is_told_by_the_rule(tmp_path):
    recording = read(tmp_path, unified_round())
    (found,) = summarise(recording.events)
    assert (recording.format, recording.damage) == ("I", ())
    assert (found.round_id, found.ticks, found.rug_index) == (NAME, len(FAIR), len(FAIR) - 1)
    assert found.fairness is Fairness.VERIFIED
    assert ticks(recording) == list(enumerate(FAIR))
    ats = [e.at for e in recording.events if isinstance(e, PriceTicked)]
    assert ats == sorted(ats)
    assert ats[0] == 1_754_600_400 * 10**9  # 17:00 US Eastern is 21:00 UTC
    assert "spread evenly" in recording.notes[0]


def test_a_price_that_is_null_is_a_gap_and_not_a_price(tmp_path):
    prices = list(FAIR)
    prices[4] = prices[5] = None
    recording = read(tmp_path, unified_round(prices))
    gaps = [(e.first, e.last) for e in recording.events if isinstance(e, GapFound)]
    assert gaps == [(4, 5)]
    (found,) = summarise(recording.events)
    assert (found.ticks, found.gaps, found.rugged) == (len(FAIR) - 2, ((4, 5),), True)
    assert not [e for e in recording.events if isinstance(e, RoundRugged)]


@pytest.mark.parametrize("text", ["nan", "Infinity", "-1.0", "1_0", "0x10", "1.0.0", "", "true"])
def test_text_that_is_no_price_never_becomes_one(tmp_path, text):
    """FAULTS R14: a price that cannot be parsed stays out of the events, and is told."""
    told = json.loads(unified_round([1.0, 1.1, 1.2]))
    told["prices"][1] = text
    recording = read(tmp_path, told)
    assert [tick for tick, _ in ticks(recording)] == [0, 2]
    assert "makes no sense" in recording.damage[0].what


def test_a_count_that_disagrees_is_told(tmp_path):
    recording = read(tmp_path, unified_round(FAIR, duration_ticks=99))
    assert "said to have 99 ticks" in recording.damage[-1].what


def test_values_of_the_wrong_kind_are_one_error_in_plain_words(tmp_path):
    with pytest.raises(RecordingUnreadable, match="values make no sense"):
        read(tmp_path, {"meta": {"game_id": 5}, "prices": {"0": 1}})


def test_a_days_folder_gives_its_rounds_presses_and_demonstrations(tmp_path):
    files = find_recordings([unified_archive(tmp_path / "day")])
    assert [path.name for path in files] == [
        "20250807T170000_userA_demo.json",
        "20250807T170000_300ad2bc.game.json",
        "20250807T170000_300ad2bc_player.jsonl",
    ]
    demo, game, player = (open_recording(path, REPLAY) for path in files)
    assert {demo.format, game.format, player.format} == {"I"}
    assert ticks(demo) == [(4, 1.2), (7, 1.3)]
    assert ticks(player) == [(2, 1.05), (6, 1.2)]
    assert player.notes == (
        "2 presses of a person, which are no part of the market: 1 BUY, 1 SELL",
    )


@pytest.mark.parametrize("actions", [[5], [[]], [{"timestamp": []}], [None]])
def test_presses_that_make_no_sense_are_counted_as_damage(tmp_path, actions):
    recording = read(tmp_path, {"actions": actions})
    assert (recording.format, recording.bad_lines, recording.events) == ("I", 1, ())


@pytest.mark.parametrize("data", [{"meta": 1}, {"games": [1]}, [], {"actions": "none"}, {}])
def test_other_documents_are_refused(tmp_path, data):
    with pytest.raises(RecordingUnreadable, match="JSON, but of no recorder"):
        read(tmp_path, data)


@pytest.mark.parametrize("about", [{"meta": {"game_id": NAME}}, {"game_id": NAME}])
def test_a_demonstration_names_the_round_of_its_presses(tmp_path, about):
    recording = read(tmp_path, about | {"actions": [press(4, "1.2")]})
    assert [found.round_id for found in summarise(recording.events)] == [NAME]


# --- torn ----------------------------------------------------------------------------------------


def test_of_torn_samples_the_whole_ones_are_read(tmp_path):
    """FAULTS R15: a cut document gives every entry before the cut, and says that it is torn."""
    whole = json.dumps(samples(range(6)), indent=1).encode()
    cut = read(tmp_path, whole[: whole.index(b'"tick_0"') + 40])
    assert (cut.format, cut.bad_lines, cut.recovered_lines) == ("F", 1, 5)
    assert cut.damage[0].what == "the document is torn"
    assert ticks(cut) == list(enumerate(FAIR[:6]))[1:]


def test_of_a_torn_round_the_prices_before_the_cut_are_read(tmp_path):
    """FAULTS R15: a cut price list gives every price before the cut, and no half one."""
    whole = unified_round()
    at = whole.index(repr(FAIR[9]).encode()) + 3
    cut = read(tmp_path, whole[:at])
    assert (cut.format, cut.bad_lines, cut.recovered_lines) == ("I", 1, 9)
    assert ticks(cut) == list(enumerate(FAIR[:9]))
    assert summarise(cut.events)[0].round_id == NAME


def test_of_a_torn_demonstration_the_whole_presses_are_read(tmp_path):
    told = json.dumps({"actions": [press(4, "1.2"), press(7, "1.3"), press(9, "1.4")]}).encode()
    cut = read(tmp_path, told[:-60])
    assert (cut.format, cut.bad_lines) == ("I", 1)
    assert ticks(cut) == [(4, 1.2), (7, 1.3)]
