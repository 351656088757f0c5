"""What uses the disk, and what is put into the trash."""

from decimal import Decimal
from pathlib import Path

import pytest

from replayer_qt.adapters.library.space import over_at
from replayer_qt.adapters.library.tidying import plan_tidying, tidy, trash, usage
from replayer_qt.core.library import Marks
from replayer_qt.core.library_answers import JobState, OwnResult
from replayer_qt.core.library_requests import PlanTidying, ReadUsage, Tidy, TidyRules, Trash
from replayer_qt.core.units import PRACTICE, RoundId
from tests.helpers.library_ground import file_entry, ground_in, heard, never, round_entry

DAY = 86_400_000_000_000
DAYS = ("2025-10-01", "2025-10-15", "2025-11-20")


def name_of(day):
    return f"{day.replace('-', '')}T120000000Z_{day}-round"


@pytest.fixture
def ground(tmp_path):
    """Three recordings of 1,000 bytes with raw messages of 500, and torn bytes and more."""
    ground = ground_in(tmp_path)
    for day in DAYS:
        folder = ground.recordings / "practice" / day
        folder.mkdir(parents=True)
        (folder / f"{name_of(day)}.jsonl").write_bytes(b"j" * 1000)
        (folder / f"{name_of(day)}.raw.zst").write_bytes(b"r" * 500)
        path = folder / f"{name_of(day)}.jsonl"
        ground.catalogue.put(file_entry(path), [round_entry(f"{day}-round")])
    first = ground.recordings / "practice" / DAYS[0]
    (first / f"{name_of(DAYS[0])}.jsonl.torn").write_bytes(b"t" * 30)
    (first / f"{name_of(DAYS[0])}.jsonl.holes.json").write_bytes(b"{}")
    (first / f"{name_of(DAYS[0])}.12.big").write_bytes(b"b" * 68)
    return ground


def path_of(ground, day, suffix=".jsonl"):
    return str(ground.recordings / "practice" / day / f"{name_of(day)}{suffix}")


def planned(ground, **rules):
    return plan_tidying(PlanTidying(ticket=7, rules=TidyRules(**rules)), ground)


def test_a_plan_counts_all_that_lies_beside_and_changes_nothing(ground):
    """S3-C4: raw messages, large records and torn tails count against the quota."""
    before = sorted(ground.recordings.rglob("*"))
    answer = planned(ground, quota=4_500)
    assert answer.ticket == 7
    assert [(step.path, step.size) for step in answer.steps] == [
        (path_of(ground, DAYS[0]), 1000 + 500 + 30 + 2 + 68)
    ]
    assert answer.over == 0
    assert sorted(ground.recordings.rglob("*")) == before
    assert ground.catalogue.forgotten == []


def test_what_is_marked_or_was_traded_stays_and_the_excess_is_told(ground):
    """S3-C4: marks in the keepsakes count although the catalogue does not know them."""
    ground.keepsakes.mark(PRACTICE, RoundId(f"{DAYS[0]}-round"), Marks(tags=("x",)))
    ground.catalogue.mark(PRACTICE, RoundId(f"{DAYS[1]}-round"), Marks(note="look"))
    result = OwnResult(stream=PRACTICE, round_id=RoundId(f"{DAYS[2]}-round"), result=Decimal("0.1"))
    traded = type(ground)(
        **{name: getattr(ground, name) for name in ground.__struct_fields__}
        | {"results": lambda: (result,)}
    )
    answer = planned(traded, quota=1, keep_days=1, raw_days=1)
    assert answer.steps == ()
    assert answer.kept == 3
    assert answer.over == 1600 + 1500 + 1500 - 1


def test_marks_that_were_taken_away_protect_no_more(ground):
    name = (PRACTICE, RoundId(f"{DAYS[0]}-round"))
    ground.catalogue.mark(*name, Marks(tags=("x",)))
    ground.keepsakes.mark(*name, Marks())
    assert len(planned(ground, quota=4_500).steps) == 1


def test_a_file_that_is_being_written_is_never_touched(ground):
    path = path_of(ground, DAYS[0])
    ground.catalogue.put(file_entry(path, ended=""), [round_entry(f"{DAYS[0]}-round")])
    answer = planned(ground, quota=1)
    assert path not in {step.path for step in answer.steps}
    _, tell = heard()
    ended = trash(Trash(paths=(path,)), ground, tell, never)
    assert ended.state is JobState.FAILED
    assert "being recorded" in ended.files[0].problem


def test_tidying_moves_a_recording_with_everything_beside_it(ground):
    told, tell = heard()
    ended = tidy(Tidy(ticket=3, rules=TidyRules(quota=4_500)), ground, tell, never)
    assert (ended.ticket, ended.state, ended.changed) == (3, JobState.DONE, True)
    name = name_of(DAYS[0])
    assert ground.to_trash.names() == {
        f"{name}.jsonl",
        f"{name}.raw.zst",
        f"{name}.jsonl.torn",
        f"{name}.jsonl.holes.json",
        f"{name}.12.big",
    }
    assert ground.catalogue.forgotten == [path_of(ground, DAYS[0])]
    assert [(one.done, one.total) for one in told] == [(0, 1)]
    assert "1 of 1 moved" in ended.said


def test_raw_messages_go_alone_and_the_recording_stays(ground):
    _, tell = heard()
    ended = tidy(Tidy(rules=TidyRules(raw_days=30)), ground, tell, never)
    gone = {f"{name_of(day)}.raw.zst" for day in DAYS[:2]}
    assert ground.to_trash.names() == gone
    assert ended.state is JobState.DONE
    assert ground.catalogue.forgotten == []
    assert Path(path_of(ground, DAYS[0])).exists()


def test_what_the_trash_refuses_stays_and_is_told(ground):
    ground.to_trash.refused = {f"{name_of(DAYS[0])}.jsonl"}
    _, tell = heard()
    ended = tidy(Tidy(rules=TidyRules(quota=2_900)), ground, tell, never)
    assert ended.state is JobState.FAILED
    assert [one.outcome for one in ended.files] == ["failed", "removed"]
    assert "stays where it is" in ended.files[0].problem
    assert Path(path_of(ground, DAYS[0])).exists()
    assert ground.catalogue.forgotten == [path_of(ground, DAYS[1])]


def test_a_cancelled_tidying_stops_between_two_files(ground):
    answers = iter([False, True])
    _, tell = heard()
    rules = TidyRules(quota=1)
    ended = tidy(Tidy(rules=rules), ground, tell, lambda: next(answers))
    assert ended.state is JobState.CANCELLED
    assert len(ended.files) == 1
    assert len(ground.catalogue.forgotten) == 1


def test_only_known_recordings_are_thrown_away(ground, tmp_path):
    outside = tmp_path / "mine.jsonl"
    outside.write_bytes(b"x")
    unknown = ground.recordings / "notes.jsonl"
    unknown.write_bytes(b"x")
    link = ground.recordings / "link.jsonl"
    link.symlink_to(outside)
    ground.catalogue.put(file_entry(link), [])
    _, tell = heard()
    paths = (str(outside), str(unknown), str(link), str(ground.recordings / "gone.jsonl"))
    ended = trash(Trash(paths=paths), ground, tell, never)
    assert [one.outcome for one in ended.files] == ["failed"] * 4
    assert outside.exists()
    assert unknown.exists()
    assert ground.to_trash.names() == set()


def test_a_persons_own_file_beside_a_recording_is_left_alone(ground):
    path = path_of(ground, DAYS[2])
    mine = Path(path).with_suffix(".txt")
    mine.write_text("my notes")
    _, tell = heard()
    trash(Trash(paths=(path,)), ground, tell, never)
    assert mine.exists()
    assert not Path(path).exists()


def test_usage_adds_up(ground):
    """S3-C4: a page that shows what uses the space."""
    packed = ground.recordings / "imported" / "A" / "0123456789abcdef_game.jsonl.zst"
    packed.parent.mkdir(parents=True)
    packed.write_bytes(b"z" * 200)
    entry = file_entry(packed, format="A", sealed=True, plain_size=2_000)
    ground.catalogue.put(entry, [round_entry("old", begun_at=0, ended_at=0)])
    (ground.folder / "catalogue.sqlite").write_bytes(b"c" * 50)
    (ground.recordings / "stray.txt").write_bytes(b"s" * 5)
    told = usage(ReadUsage(ticket=9), ground)
    assert told.ticket == 9
    assert told.size == 1600 + 1500 + 1500 + 200 + 50 + 5
    assert (told.raw, told.sealed, told.catalogue, told.saved) == (1500, 200, 50, 1800)
    assert told.free
    venues = {used.name: (used.files, used.size, used.rounds) for used in told.by_venue}
    assert venues == {"practice": (9, 4600, 3), "imported": (1, 200, 1)}
    months = {used.name: used.size for used in told.by_month}
    assert months == {"2025-10": 3100, "2025-11": 1500 + 200}
    formats = {used.name: (used.size, used.rounds) for used in told.by_format}
    assert formats == {"journal": (4600, 3), "A": (200, 1)}
    assert told.largest[0].size == 1600
    assert told.largest[0].name.startswith("practice")


def test_a_recordings_age_is_what_it_says_itself(ground):
    own = file_entry("/x/20251121T113153123Z_20251121-ab.jsonl.zst")
    assert over_at(own, ground) == 1_763_724_713_123_000_000
    other = file_entry("/x/99999999T999999999Z_x.jsonl", modified=5)
    assert over_at(other, ground) == 5


def test_a_library_with_no_folder_uses_nothing(tmp_path):
    ground = ground_in(tmp_path)
    ground.recordings.rmdir()
    told = usage(ReadUsage(), ground)
    assert (told.size, told.free) == (0, None)
    assert planned(ground, quota=1).steps == ()
