"""The journal while all is well: which file, which record, which footer."""

import os
import sys
from pathlib import Path

import pytest

from replayer_qt.adapters.journal.disk import RealDisk
from replayer_qt.adapters.journal.format import is_sound
from replayer_qt.adapters.journal.raw import raw_path, read_raw
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.writer import check_folder
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.events import (
    Fairness,
    FairnessChecked,
    FeedChanged,
    FeedMeasured,
    Link,
    PhaseChanged,
    PriceTicked,
    RoundOpened,
    RoundRugged,
    SeedRevealed,
    TickOrigin,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.settings import RecorderSettings
from replayer_qt.core.units import RUGS, RoundId, StreamId
from tests.helpers.clock import SteppedClock
from tests.helpers.faulty_disk import path_of
from tests.helpers.journals import files_in, journal_in, lines_of, open_handles, raw, ticks, until
from tests.helpers.make import a_round, event, ticked

ONE, TWO, THREE = RoundId("round-1"), RoundId("round-2"), RoundId("round-3")


def opened(name, **fields):
    return event(RoundOpened, round_id=name, **fields)


def phase(name, which):
    return event(PhaseChanged, round_id=name, phase=which)


def test_a_round_becomes_one_file_with_header_and_footer(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(a_round([1.0, 1.2, 0.02], round_id=ONE))
    journal.stop()
    (path,) = files_in(tmp_path)
    head, *records, foot = lines_of(path)
    assert head["_h"]["round_id"] == ONE
    assert head["_h"]["begins"] == "opened"
    assert head["_h"]["created"].endswith("Z")
    assert [line["seq"] for line in records] == [1, 2, 3, 4, 5]
    assert (foot["_f"]["n"], foot["_f"]["rugged"], foot["_f"]["end"]) == (5, True, "stopped")
    assert all(is_sound(line) for line in path.read_bytes().splitlines())


def test_what_is_written_is_read_back(tmp_path):
    events = a_round([1.0, 1.2, 0.02], round_id=ONE)
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(events)
    journal.stop()
    recording = read_journal(files_in(tmp_path)[0])
    assert list(recording.events) == events
    assert recording.damage == ()
    assert {e.stream for e in read_journal(files_in(tmp_path)[0], StreamId("replay/1")).events} == {
        "replay/1"
    }


def test_late_words_on_a_round_go_into_its_own_file(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(a_round([1.0, 0.02], round_id=ONE))
    journal.append([opened(TWO), phase(TWO, Phase.COOLDOWN)])
    late = [
        event(SeedRevealed, round_id=ONE, seed="ab", seed_hash="cd", version="v3"),
        event(FairnessChecked, round_id=ONE, verdict=Fairness.VERIFIED),
        ticked(0, 1.0, round_id=ONE, origin=TickOrigin.SEED),
    ]
    journal.append(late)
    journal.append([phase(TWO, Phase.ACTIVE), ticked(0, round_id=TWO)])
    journal.stop()
    first, second = files_in(tmp_path)
    assert list(read_journal(first).events)[-3:] == late
    assert lines_of(first)[-1]["_f"]["end"] == "closed"
    assert {e.round_id for e in read_journal(second).events} == {TWO}


def test_the_file_before_closes_when_the_next_round_runs_or_after_twenty_seconds(tmp_path):
    clock = SteppedClock()
    journal = journal_in(tmp_path, clock)
    journal.start()
    journal.append([opened(ONE), opened(TWO)])
    assert journal.status().rounds == 0
    first = files_in(tmp_path)[0]
    clock.pass_s(19)
    journal.tend()
    assert "_f" not in lines_of(first)[-1]
    clock.pass_s(2)
    journal.tend()
    assert lines_of(first)[-1]["_f"]["end"] == "closed"
    journal.append([opened(THREE), phase(THREE, Phase.ACTIVE)])
    assert "_f" in lines_of(files_in(tmp_path)[1])[-1]
    journal.stop()


def test_seeds_of_rounds_that_were_never_heard_go_to_the_current_file(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([opened(TWO)])
    journal.append([event(SeedRevealed, round_id=ONE, seed="a", seed_hash="b", version="v3")])
    journal.stop()
    assert len(files_in(tmp_path)) == 1


def test_words_without_a_round_go_to_a_session_file_until_there_is_one(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([event(FeedChanged, link=Link.CONNECTING)])
    journal.append([opened(ONE)])
    journal.append([event(FeedChanged, link=Link.STALE)])
    journal.stop()
    first, second = sorted(files_in(tmp_path), key=lambda p: lines_of(p)[0]["_h"]["segment"])
    assert "session" in first.name
    assert lines_of(first)[0]["_h"]["round_id"] is None
    assert [e.link for e in read_journal(second).events if isinstance(e, FeedChanged)] == ["stale"]


def test_a_feeds_counts_are_thinned(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    for half_seconds in range(60):
        counts = event(
            FeedMeasured,
            half_seconds * 500_000_000,
            messages=half_seconds,
            ticks=0,
            filled=0,
            rejected={},
            connects=1,
            attempts=1,
            latency_ns=0,
        )
        journal.append([counts])
    journal.stop()
    kept = [e.messages for e in read_journal(files_in(tmp_path)[0]).events]
    assert kept == [0, 20, 40]


def test_repeated_and_late_words_of_a_rounds_life_change_nothing(tmp_path):
    """N13: a repeated or late start of a round does not begin it anew."""
    journal = journal_in(tmp_path)
    journal.start()
    journal.append([opened(ONE), *ticks(0, 5, ONE), opened(ONE), *ticks(5, 9, ONE)])
    journal.append([opened(TWO), phase(TWO, Phase.ACTIVE), opened(ONE), ticked(0, round_id=TWO)])
    journal.append([opened(TWO)])
    journal.stop()
    first, second = files_in(tmp_path)
    assert [e.tick for e in read_journal(first).events if isinstance(e, PriceTicked)] == [*range(9)]
    assert [e.tick for e in read_journal(second).events if isinstance(e, PriceTicked)] == [0]


def test_recording_can_begin_and_end_in_the_middle_of_a_round(tmp_path):
    """N14: stopping in a running round loses nothing, and a late start says that it is one."""
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(ticks(17, 30, ONE))
    journal.stop()
    path = files_in(tmp_path)[0]
    head, *records, foot = lines_of(path)
    assert (head["_h"]["begins"], head["_h"]["round_id"]) == ("midway", ONE)
    assert [line["tick"] for line in records] == list(range(17, 30))
    assert (foot["_f"]["end"], foot["_f"]["rugged"]) == ("stopped", False)


LIFE = {
    "idle": [],
    "connecting": [event(FeedChanged, link=Link.CONNECTING)],
    "cooldown": [opened(ONE), phase(ONE, Phase.COOLDOWN)],
    "presale": [opened(ONE), phase(ONE, Phase.PRESALE)],
    "active": [opened(ONE), phase(ONE, Phase.ACTIVE), *ticks(0, 3, ONE)],
    "rugged": a_round([1.0, 0.01], round_id=ONE),
    "between": [*a_round([1.0, 0.01], round_id=ONE), opened(TWO)],
    "raw only": [raw(b"{}")],
}


@pytest.mark.parametrize("state", LIFE)
def test_recording_can_be_stopped_in_every_state(tmp_path, state):
    """N14, N18: whatever was acknowledged when recording ends is in a complete file."""
    before = open_handles()
    journal = journal_in(tmp_path)
    journal.start()
    journal.append(LIFE[state])
    journal.stop()
    journal.stop()
    kept = [e for path in files_in(tmp_path) for e in read_journal(path).events]
    assert kept == [e for e in LIFE[state] if e != raw(b"{}")]
    assert all("_f" in lines_of(path)[-1] for path in files_in(tmp_path))
    assert not (tmp_path / ".ballast").exists()
    assert open_handles() <= before


def test_recording_can_be_started_again(tmp_path):
    journal = journal_in(tmp_path)
    for turn in range(3):
        journal.start()
        journal.start()
        journal.append(ticks(turn * 10, turn * 10 + 10, ONE))
        assert journal.status().records == 10
        journal.stop()
        assert journal.status().state is Recording.OFF
    assert len(files_in(tmp_path)) == 3


def test_streams_do_not_mix(tmp_path):
    """S3-T5: twelve feeds side by side, each in files of its own."""
    streams = [StreamId(f"venue{number}/crash") for number in range(12)]
    journal = journal_in(tmp_path)
    journal.start()
    for tick in range(50):
        batch = [ticked(tick, stream=s, round_id=RoundId(f"r-{s[:7]}")) for s in streams]
        journal.append([e for e in batch if e is not None])
    journal.stop()
    files = files_in(tmp_path)
    assert len(files) == 12
    for path in files:
        events = read_journal(path).events
        assert len({(e.stream, e.round_id) for e in events}) == 1
        assert [e.tick for e in events] == list(range(50))


def test_a_large_file_is_continued_in_a_next_part(tmp_path):
    settings = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1, segment_mb=1)
    journal = journal_in(tmp_path, settings=settings)
    journal.start()
    for batch in [ticks(n, n + 100, ONE) for n in range(0, 9000, 100)]:
        journal.append(batch)
    journal.stop()
    files = sorted(files_in(tmp_path), key=lambda p: lines_of(p)[0]["_h"]["part"])
    assert [lines_of(p)[0]["_h"]["part"] for p in files] == list(range(1, len(files) + 1))
    assert lines_of(files[0])[-1]["_f"]["end"] == "continued"
    assert lines_of(files[1])[0]["_h"]["previous"] == files[0].name
    assert [e.tick for p in files for e in read_journal(p).events] == list(range(9000))


def test_messages_are_kept_as_they_came_beside_the_records(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    said = [raw(b'{"tickCount":%d}' % n, at=1000 + n) for n in range(300)]
    journal.append([said[0], opened(ONE), *said[1:]])
    journal.stop()
    kept = [m for path in tmp_path.rglob("*.raw.zst") for m in read_raw(path)]
    assert sorted((m.at, m.data) for m in kept) == [(e.at, e.data) for e in said]
    assert sum(lines_of(path)[-1]["_f"]["raw"] for path in files_in(tmp_path)) == 300
    assert raw_path(Path("a/b.jsonl")) == Path("a/b.raw.zst")


def test_messages_are_not_kept_where_that_is_not_wanted(tmp_path):
    settings = RecorderSettings(sync_ms=10, warn_free_mb=2, stop_free_mb=1, keep_raw=False)
    journal = journal_in(tmp_path, settings=settings)
    journal.start()
    journal.append([raw(b"x"), opened(ONE)])
    journal.stop()
    assert list(tmp_path.rglob("*.zst")) == []
    assert len(files_in(tmp_path)) == 1


def test_a_clock_that_was_set_leaves_a_record(tmp_path):
    """FAULTS R9, S2-M11: order comes from the numbers, and a jump of the clock is written down."""
    clock = SteppedClock()
    journal = journal_in(tmp_path, clock)
    journal.start()
    for tick, jump in enumerate([0, 0, -3600, 0, 86_400, 1.5]):
        clock.pass_s(0.25)
        clock.jump_wall_s(jump)
        stamped = PriceTicked(
            at=clock.now(), mono=clock.monotonic(), stream=RUGS, round_id=ONE, tick=tick, price=1.0
        )
        journal.append([stamped])
    journal.stop()
    recording = read_journal(files_in(tmp_path)[0])
    assert [e.tick for e in recording.events] == list(range(6))
    assert [d.what for d in recording.damage] == [
        "the computer's clock was set by -3600.000 s",
        "the computer's clock was set by +86400.000 s",
    ]


def test_a_lone_tick_is_durable_soon(tmp_path):
    """S3-P2: nothing more needs to come for a record to reach the disk."""
    from replayer_qt.adapters.clock import SystemClock

    clock = SystemClock()
    settings = RecorderSettings(warn_free_mb=2, stop_free_mb=1)
    journal = journal_in(tmp_path, clock, settings)
    journal.start()
    journal.append(ticks(0, 1, ONE))
    worst = 0.0
    until(lambda: journal.status().lag_ms == 0.0)
    for tick in range(1, 4):  # and in a slow trickle too
        began = clock.monotonic()
        journal.append(ticks(tick, tick + 1, ONE))
        until(lambda: journal.status().lag_ms == 0.0)
        worst = max(worst, (clock.monotonic() - began) / 1e6)
    journal.stop()
    assert worst < 1000, f"{worst:.0f} ms, of which the flush is the disk's own"


def test_a_second_writer_is_refused_and_told_who_is_there(tmp_path, caplog):
    """FAULTS R10, S3-H3: one writer a folder; the second learns the first one's process."""
    first, second = journal_in(tmp_path), journal_in(tmp_path)
    first.start()
    with pytest.raises(DataDirUnusable, match=f"process {os.getpid()}"):
        check_folder(tmp_path)
    second.start()
    assert second.status().state is Recording.FAULTED
    assert f"process {os.getpid()}" in second.status().reason
    second.append(ticks(0, 3, ONE))
    first.stop()
    second.stop()
    assert [e.tick for e in read_journal(files_in(tmp_path)[0]).events] == [0, 1, 2]
    check_folder(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused_with_path_and_remedy(tmp_path):
    """FAULTS R11: a file where the folder should be; nothing is made at import or construction."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirUnusable, match="file") as caught:
        check_folder(tmp_path / "file" / "recordings")
    assert caught.value.remedy
    journal_in(tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_hundreds_of_recorders_leave_no_handle(tmp_path):
    """S3-H3, S3-C2: created and closed in turn, and fifty at once."""
    before = open_handles()
    for number in range(100):
        journal = journal_in(tmp_path / "turns")
        journal.start()
        journal.append(ticks(0, 2, f"r{number}"))
        journal.stop()
    together = [journal_in(tmp_path / f"at-once-{number}") for number in range(50)]
    for journal in together:
        journal.start()
        journal.append(ticks(0, 2, ONE))
    for journal in together:
        journal.stop()
    assert len(files_in(tmp_path)) == 150
    assert open_handles() <= before


def test_the_end_of_a_round_counts_once(tmp_path):
    journal = journal_in(tmp_path)
    journal.start()
    for number in range(4):
        journal.append(a_round([1.0, 1.1, 0.02], round_id=RoundId(f"r{number}")))
    rug = event(RoundRugged, round_id=RoundId("r0"), tick=2, price=0.02)
    journal.append([rug])
    journal.stop()
    assert journal.status().rounds == 4
    assert journal.status().records == 4 * 5 + 1


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what a descriptor is open on")
def test_the_folders_entry_is_flushed_before_a_record_is_called_durable(tmp_path):
    """FAULTS R2: on some file systems a new file is gone after a power cut, flushed or not."""
    calls: list[tuple[str, Path]] = []

    class Watched(RealDisk):
        def sync(self, fd):
            calls.append(("file", path_of(fd)))
            super().sync(fd)

        def sync_folder(self, path):
            calls.append(("folder", path))
            super().sync_folder(path)

    journal = journal_in(tmp_path / "in", disk=Watched())
    journal.start()
    journal.append(ticks(0, 5))
    until(lambda: any(kind == "file" and path.suffix == ".jsonl" for kind, path in calls), journal)
    journal.stop()
    flushed = next(n for n, (kind, path) in enumerate(calls) if path.suffix == ".jsonl")
    assert ("folder", calls[flushed][1].parent) in calls[:flushed]
