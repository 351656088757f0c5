"""The quick way and the careful way say the same of every file; only sound ones take the quick."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.sealed import unpack
from replayer_qt.adapters.journal.sealed_format import SealFacts
from replayer_qt.adapters.journal.sealed_packing import pack_bytes
from replayer_qt.adapters.library.columns_fast import read_content, read_file, read_with_care
from replayer_qt.adapters.library.indexing import index_file
from replayer_qt.adapters.library.journal_fast import read_journal_quickly
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.events import (
    FeedChanged,
    Link,
    PhaseChanged,
    RoundRugged,
    SeedRevealed,
    Side,
    TickOrigin,
    TimerTicked,
    TradePrinted,
)
from replayer_qt.core.library import Quality
from replayer_qt.core.library_entries import entry_of
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import ROUND, event, ticked
from tests.helpers.tick_files import GAME

START = datetime(2025, 10, 31, 15, 0, 0, 123)  # noqa: DTZ001  # these files have naive times
FOUND = ("ticks", "prices", "ats", "counts")
ONE_FILE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def line(ms, *, begun=START, **fields):
    told = {
        "type": "tick",
        "timestamp": (begun + timedelta(milliseconds=ms)).isoformat(timespec="microseconds"),
        "game_id": GAME,
        "tick": 0,
        "price": 1.0,
        "phase": "PRESALE",
        "active": False,
        "rugged": False,
        "cooldown_timer": 0,
        "trade_count": 0,
    }
    return json.dumps(told | fields)


def mark(kind, ms, **fields):
    at = (START + timedelta(milliseconds=ms)).isoformat(timespec="microseconds")
    return json.dumps({"type": kind, "timestamp": at, "game_id": GAME} | fields)


def a_file(prices, *, first=0, rug=True, begun=START):
    lines = [
        line(0, cooldown_timer=14_900, begun=begun),
        mark("game_start", 1),
        line(100, cooldown_timer=14_800, begun=begun),
    ]
    for at, price in enumerate(prices):
        last = rug and at == len(prices) - 1
        lines.append(
            line(
                15_000 + at * 250,
                begun=begun,
                tick=first + at,
                price=price,
                phase="ACTIVE_GAMEPLAY" if at else "GAME_ACTIVATION",
                active=True,
                rugged=last,
                trade_count=at * 3,
            )
        )
    end = 15_000 + len(prices) * 250
    if rug:
        lines.append(
            line(
                end,
                begun=begun,
                tick=first + len(prices) + 1,
                price=prices[-1],
                phase="RUG_EVENT_1",
                active=True,
                rugged=True,
            )
        )
    return [*lines, mark("game_end", end + 1, total_ticks=len(prices))]


def text(lines):
    return "".join(f"{one}\n" for one in lines).encode("utf-8", "surrogatepass")


def compare(path: Path, stream=RUGS) -> bool:
    """Demand that both ways agree where the quick one says anything; return whether it does."""
    try:
        quick = read_content(path, unpack(path), stream)
    except RecordingUnreadable:
        return False
    if quick is None:
        return False
    recording, rounds = read_with_care(path, stream)
    told, quickly = quick
    for name in ("path", "format", "lines", "bad_lines", "recovered_lines", "damage", "ended"):
        assert getattr(told, name) == getattr(recording, name)
    for one, other in zip(quickly, rounds, strict=True):
        assert one.summary == other.summary
        assert entry_of(one, 0) == entry_of(other, 0)
        for name in FOUND:
            mine, theirs = getattr(one.columns, name), getattr(other.columns, name)
            assert mine.dtype == theirs.dtype
            assert mine.tolist() == theirs.tolist()
            assert not mine.flags.writeable
        for name in ("stream", "round_id", "rug_tick", "repaired"):
            assert getattr(one.columns, name) == getattr(other.columns, name)
    return True


@pytest.mark.parametrize(
    "lines",
    [
        a_file([1.0, 1.25, 1.1, 0.02]),
        a_file([1, 2, 0.5], rug=False),
        a_file([1.0, 1.1, 0.02], first=70),
        a_file([1.0, 1.1, 0.02])[1:-1],
        [*a_file([1.0, 1.1, 1.2, 0.02])[:5], *a_file([1.0, 1.1, 1.2, 0.02])[4:]],
        [one for one in a_file([1.0, 1.1, 1.2, 0.02]) if '"tick": 1,' not in one],
    ],
)
def test_sound_files_take_the_quick_way_and_lose_nothing_by_it(tmp_path, lines):
    """N5: no mark and no countdown becomes a tick, whichever way a file is read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(text(lines))
    assert compare(path)
    assert all(one.ticks for one in index_file(path).rounds)


def second(old, new):
    """Change something in the line of the round's second tick."""
    return lambda lines: [*lines[:4], lines[4].replace(old, new), *lines[5:]]


ODD = {
    "a_second_price": lambda lines: [*lines[:5], lines[4].replace("1.1", "7.1"), *lines[5:]],
    "late": lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]],
    "two_rounds": lambda lines: [*lines, *(one.replace(GAME, "20251031-ff") for one in lines)],
    "no_rug_but_its_message": lambda lines: [*lines[:-3], *lines[-2:]],
    "a_second_name": second("}", ', "game_id": "b"}'),
    "a_second_time": second("}", ', "timestamp": "b"}'),
    "no_phase_but_a_second_name": second('"phase": "ACTIVE_GAMEPLAY"', '"game_id": "b"'),
    "null": second("1.1", "null"),
    "text": second("1.1", '"x"'),
    "huge": second('"tick": 1', f'"tick": {10**30}'),
    "an_hour_back": second("T15:", "T14:"),
    "no_such_time": second("T15:00:15", "T15:00:75"),
    "over_midnight": second("2025-10-31", "2025-11-01"),
    "another_day": lambda lines: [one.replace(GAME, "20240101-ab") for one in lines],
    "a_session": lambda lines: [mark("session_start", 0), *lines],
    "blank": lambda lines: [*lines[:4], "", *lines[4:]],
    "two_on_a_line": lambda lines: [*lines[:4], lines[4] + lines[5], *lines[6:]],
    "a_note": lambda lines: ["## a note", *lines],
    "after_the_rug": lambda lines: [*lines, line(99_000, tick=9, active=True, price=2.0)],
    "an_event_in_a_mark": lambda lines: [mark("game_start", 0, ev="PriceTicked"), *lines],
    "escaped": second('tick": 1', 'tic\\u006b": 1'),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD.keys())
def test_files_with_something_odd_are_read_with_care(tmp_path, change):
    """N6: whatever is odd about a line, nothing that is sound is lost to speed."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(text(change(a_file([1.0, 1.1, 1.2, 1.3, 0.02]))))
    assert compare(path) is False


@pytest.mark.parametrize("hour", range(8))
def test_the_hour_that_comes_twice_is_read_alike(tmp_path, hour):
    """S2-M11: wall times of the night the clocks go back become the same moments either way."""
    begun = datetime(2025, 11, 2, hour, 59, 50, 1)  # noqa: DTZ001
    path = tmp_path / "a.jsonl"
    name = "20251102-00112233445566ff"
    lines = [one.replace(GAME, name) for one in a_file([1.0] * 60, rug=False, begun=begun)[3:-1]]
    path.write_bytes(text([one for one in lines if '"tick"' in one]))
    compare(path)
    assert index_file(path).rounds[0].clock_jumps == 0


prices = st.floats(0.01, 90.0) | st.sampled_from([0, 0.0, -1.0, 1, 10**400, 1e16])
changes = st.tuples(
    st.sampled_from(["drop", "again", "swap", "flip", "cut", "put", "field", "add"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.sampled_from(
        [
            ("tick", 3),
            ("tick", -1),
            ("price", 2.5),
            ("price", 1e300),
            ("timestamp", "2025-10-31T15:00:20.000001"),
            ("timestamp", "2025-10-31T14:59:59.500000"),
            ("timestamp", "?"),
            ("game_id", "other"),
            ("game_id", ""),
            ("phase", "NEW"),
            ("phase", "RUG_EVENT_1"),
            ("active", True),
            ("rugged", True),
            ("rugged", False),
            ("trade_count", -4),
            ("type", "game_end"),
            ("type", "game_complete"),
            ("ev", "PriceTicked"),
        ]
    ),
)


def spoilt(data, change):
    kind, one, other, (name, value) = change
    if kind == "flip" and data:
        at = one % len(data)
        return data[:at] + bytes([data[at] ^ (1 + other % 255)]) + data[at + 1 :]
    if kind == "cut":
        return data[: one % (len(data) + 1)]
    if kind == "put":
        at = one % (len(data) + 1)
        return data[:at] + [b"\n", b'{"', b"}", b"\xef\xbb\xbf", b"\\"][other % 5] + data[at:]
    lines = data.split(b"\n")
    at, to = one % len(lines), other % len(lines)
    if kind == "drop":
        del lines[at]
    elif kind == "again":
        lines.insert(to, lines[at])
    elif kind == "swap":
        lines[at], lines[to] = lines[to], lines[at]
    else:
        try:
            record = json.loads(lines[at])
        except ValueError:
            return data
        if kind == "add":
            lines[at] = lines[at][:-1] + f', "{name}": {json.dumps(value)}}}'.encode()
        elif isinstance(record, dict):
            lines[at] = json.dumps(record | {name: value}).encode()
    return b"\n".join(lines)


@ONE_FILE
@given(
    told=st.lists(prices, min_size=1, max_size=8),
    first=st.integers(0, 3),
    rug=st.booleans(),
    ruin=st.lists(changes, max_size=3),
)
def test_whatever_a_tick_recording_holds_both_ways_agree(tmp_path, told, first, rug, ruin):
    data = text(a_file(told, first=first, rug=rug))
    for change in ruin:
        data = spoilt(data, change)
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    compare(path)
    index_file(path)


def a_journal(folder, events):
    journal = journal_in(folder)
    journal.start()
    journal.append(events)
    journal.stop()
    return files_in(folder)


def round_events(count, *, seed=False):
    """A round with all that happens in one: late ticks, trades, the connection, other rounds."""
    yield event(PhaseChanged, 0, round_id=ROUND, phase=Phase.PRESALE)
    yield event(FeedChanged, 0, link=Link.LIVE)
    seeds = {"seed": "a" * 64, "seed_hash": "b" * 64, "version": "v3"}
    yield event(SeedRevealed, 0, round_id=RoundId("before"), prices=(1.0, 0.02), **seeds)
    for left in range(3):
        yield event(TimerTicked, left, round_id=ROUND, remaining_ms=300 - 100 * left)
    for tick in range(count):
        if tick != 2:
            origin = TickOrigin.PARTIAL if tick % 5 == 4 else TickOrigin.LIVE
            yield ticked(tick, 1.0 + tick / 7, origin=origin, trade_count=tick or None)
            trade = {"player": 'a"src":b', "side": Side.BUY, "tick": tick, "price": 1.0}
            sums = {"amount": Decimal("0.25"), "quantity": Decimal(1)}
            at = tick * 250_000_000
            yield event(TradePrinted, at, round_id=ROUND, trade_id=f"t{tick}", **trade, **sums)
    yield ticked(2, 1.5, origin=TickOrigin.HISTORY)
    if seed:
        yield event(SeedRevealed, 10**12, round_id=ROUND, prices=(1.0,) * (count + 2), **seeds)
    yield event(RoundRugged, count * 10**9, round_id=ROUND, tick=count - 1, price=0.02)


@pytest.mark.parametrize("seed", [False, True])
def test_a_sound_journal_takes_the_quick_way(tmp_path, seed):
    path, *_ = a_journal(tmp_path, list(round_events(40, seed=seed)))
    assert read_journal_quickly(path.read_bytes(), None) is not None
    assert compare(path, PRACTICE)
    assert compare(path)
    (one,) = index_file(path).rounds
    assert (one.stream, one.ticks, one.repaired) == (PRACTICE, 40, 9)
    assert (one.trades, one.volume) == (39, Decimal("9.75"))
    assert one.quality is Quality.REPAIRED


def test_a_journal_of_two_rounds_is_told_alike(tmp_path):
    other = [ticked(n, round_id=RoundId("another")) for n in range(3)]
    path, *_ = a_journal(tmp_path, [*list(round_events(9))[:-1], *other, ticked(9), ticked(10)])
    compare(path, PRACTICE)
    assert index_file(path).rounds


@pytest.fixture(scope="module")
def sound_journal(tmp_path_factory):
    path, *_ = a_journal(tmp_path_factory.mktemp("sound"), list(round_events(12)))
    return path.read_bytes()


@ONE_FILE
@given(ruin=st.lists(changes, max_size=2))
def test_whatever_happened_to_a_journal_both_ways_agree(tmp_path, sound_journal, ruin):
    data = sound_journal
    for change in ruin:
        data = spoilt(data, change)
    path = tmp_path / "j.jsonl"
    path.write_bytes(data)
    compare(path, PRACTICE)
    index_file(path)


def test_a_packed_file_is_read_as_what_was_packed(tmp_path):
    path = tmp_path / "a.jsonl"
    data = text(a_file([1.0, 1.25, 1.1, 0.02]))
    path.write_bytes(data)
    packed = tmp_path / "b.jsonl.zst"
    pack_bytes(data, packed, SealFacts(format="A"))
    plain, found = read_file(path), read_file(packed)
    assert (found.digest, found.plain_size) == (plain.digest, plain.plain_size)
    assert found.info is not None
    assert [one.summary for one in found.rounds] == [one.summary for one in plain.rounds]
