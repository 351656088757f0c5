"""Whatever is done to the trail is found and located."""

import json
import random
import shutil

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.audit.format import ANCHOR, files_in
from tests.helpers.audits import START, checked, decided, records, sent, trail_in, written
from tests.helpers.clock import SteppedClock


@pytest.fixture
def trail(tmp_path):
    """A trail of two runs, the first of three orders, the second of one."""
    written(tmp_path / "t", 3)
    written(tmp_path / "t", 1)
    return tmp_path / "t"


def first(folder):
    return files_in(folder)[0].path


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def test_a_flip_of_any_byte_is_found_in_its_line(tmp_path):
    """AU-03, S4-K1, FAULTS R17: every byte of every file, the anchor's included."""
    folder = tmp_path / "t"
    trail = trail_in(folder)
    trail.append([sent("o0")])
    trail.close()
    draw = random.Random(1)
    for path in (first(folder), folder / ANCHOR):
        whole = path.read_bytes()
        for at in range(len(whole)):
            flipped = bytearray(whole)
            flipped[at] ^= 1 << draw.randrange(8)
            path.write_bytes(flipped)
            found = checked(folder)
            assert not found.is_whole, (path.name, at)
            if path.name != ANCHOR:
                line = whole.count(b"\n", 0, at) + 1
                assert found.damage[0].seq in {line, line + 1}, (at, found.damage[0])
                assert found.damage[0].line in {0, line, line + 1}
        path.write_bytes(whole)
    assert checked(folder).is_whole


def test_a_changed_line_is_named_with_file_line_and_number(trail):
    path = first(trail)
    changed = lines(path)
    changed[6] = changed[6].replace(b'"o1"', b'"o2"')
    path.write_bytes(b"".join(changed))
    found = checked(trail)
    assert found.damaged == 1
    place = found.damage[0]
    assert (place.file, place.line, place.seq) == (path.name, 7, 7)
    assert "not what was written" in place.what


def test_a_removed_line_is_named(trail):
    path = first(trail)
    kept = lines(path)
    del kept[4:6]
    path.write_bytes(b"".join(kept))
    place = checked(trail).damage[0]
    assert (place.line, place.seq) == (5, 5)
    assert "lines 5 to 6 are missing" in place.what


def test_swapped_lines_are_named(trail):
    path = first(trail)
    swapped = lines(path)
    swapped[3], swapped[4] = swapped[4], swapped[3]
    path.write_bytes(b"".join(swapped))
    place = checked(trail).damage[0]
    assert (place.line, place.seq) == (4, 4)


@pytest.mark.parametrize("inserted", [b"\n", b"{}\n", b'{"schema":1,"seq":5}\n'])
def test_an_inserted_line_is_named(trail, inserted):
    path = first(trail)
    more = lines(path)
    more.insert(4, inserted)
    path.write_bytes(b"".join(more))
    found = checked(trail)
    assert (found.damage[0].line, found.damage[0].seq) == (5, 5)


def test_a_line_of_another_trail_is_named(trail, tmp_path):
    """A line that is sound in itself does not belong where it stands."""
    other = trail_in(tmp_path / "third", entropy=random.Random(9).getrandbits)
    for number in range(3):
        other.append(decided(f"o{number}"))
    other.close()
    path = first(trail)
    more = lines(path)
    more[4] = lines(first(tmp_path / "third"))[4]
    path.write_bytes(b"".join(more))
    assert checked(trail).damage[0].line == 5


@pytest.mark.parametrize("cut", [1, 10, 400, 2_000])
def test_a_tail_cut_off_is_found_by_the_anchor(trail, cut):
    """AU-03: the chain alone can't tell a tail that is gone; the anchor can."""
    path = files_in(trail)[-1].path
    path.write_bytes(path.read_bytes()[:-cut])
    found = checked(trail)
    assert not found.is_whole
    assert "cut off at the end" in found.damage[-1].what
    assert found.anchored == 18


def test_a_tail_cut_off_before_another_file_is_found(trail):
    path = first(trail)
    path.write_bytes(b"".join(lines(path)[:-1]))
    found = checked(trail)
    assert any("missing" in place.what for place in found.damage)


def test_files_that_are_gone_are_named(trail):
    files = files_in(trail)
    files[1].path.unlink()
    assert "lines 14 to 18 are cut off" in checked(trail).damage[-1].what
    files[0].path.unlink()
    assert "lines 1 to 18 are cut off" in checked(trail).damage[-1].what


def test_the_first_file_gone_is_named(trail):
    first(trail).unlink()
    place = checked(trail).damage[0]
    assert "lines 1 to 13 are missing" in place.what


def test_a_file_under_another_ones_name_is_named(trail):
    files = files_in(trail)
    shutil.copy(files[1].path, files[0].path)
    assert not checked(trail).is_whole


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_bytes_in_the_place_of_what_was_written_are_found(trail, data):
    """AU-03: replaced, removed or inserted anywhere in what counts, by anything at all."""
    file = data.draw(st.sampled_from(files_in(trail))).path
    whole = file.read_bytes()
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start, min(len(whole), start + 3_000)))
    put = data.draw(st.binary(max_size=30) | st.sampled_from([b"\n", whole[:700], whole[start:]]))
    changed = whole[:start] + put + whole[end:]
    if changed.startswith(whole):  # behind the end: it does not count
        return
    file.write_bytes(changed)
    try:
        assert not checked(trail).is_whole
    finally:
        file.write_bytes(whole)


def test_the_anchor_of_an_older_moment_is_no_damage(trail):
    """It is written after the lines: what is behind it may be there already."""
    anchor = (trail / ANCHOR).read_bytes()
    written(trail, 2)
    (trail / ANCHOR).write_bytes(anchor)
    assert checked(trail).is_whole


def test_a_trail_that_is_being_written_may_be_checked(tmp_path):
    trail = trail_in(tmp_path)
    trail.append(decided("o0"))
    path = first(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"schema":1,"seq":4')
    found = checked(tmp_path)
    assert found.is_whole
    assert found.files[0].left == 19
    trail.close()


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.99])
def test_a_compressed_day_that_is_damaged_is_named(tmp_path, at):
    """S4-A7, AU-03: what is inside is checked, whatever the compressor says."""
    clock = SteppedClock(START)
    trail = trail_in(tmp_path, clock)
    trail.append([event for n in range(200) for event in decided(f"o{n}")])
    clock.pass_s(86_400)
    trail.append([sent(at=clock.now())])
    for _ in range(20):
        trail.tend()
    trail.close()
    assert checked(tmp_path).is_whole
    packed = first(tmp_path)
    assert packed.suffix == ".zst"
    whole = packed.read_bytes()
    flipped = bytearray(whole)
    flipped[int(at * len(whole))] ^= 1
    packed.write_bytes(flipped)
    assert not checked(tmp_path).is_whole
    packed.write_bytes(whole[: int(at * len(whole))])
    assert not checked(tmp_path).is_whole
    changed = zstandard.decompress(whole, max_output_size=10_000_000).replace(b"o77", b"o78", 1)
    packed.write_bytes(zstandard.compress(changed))
    place = checked(tmp_path).damage[0]
    assert place.seq == 156
    assert "not what was written" in place.what


def test_a_single_file_is_checked_for_the_links_within_it(trail):
    second = files_in(trail)[1].path
    assert checked(second).is_whole
    assert checked(second).records == 5
    kept = lines(second)
    del kept[2]
    second.write_bytes(b"".join(kept))
    assert checked(second).damage[0].seq == 16


def test_more_damage_than_can_be_listed_is_counted(tmp_path):
    trail = trail_in(tmp_path)
    trail.append([sent(f"o{number}") for number in range(10)])
    trail.close()
    path = first(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"event"', b'"Event"') * 200)
    found = checked(tmp_path)
    assert found.damaged > 1_000
    assert len(found.damage) == 1_000


def test_garbage_in_place_of_a_trail_is_no_crash(tmp_path):
    draw = random.Random(3)
    for number in range(50):
        name = tmp_path / f"2026-11-21.{number:012}.jsonl"
        name.write_bytes(draw.randbytes(draw.randrange(3_000)))
    (tmp_path / "2026-11-21.000000000099.jsonl.zst").write_bytes(draw.randbytes(500))
    (tmp_path / ANCHOR).write_bytes(draw.randbytes(100))
    assert not checked(tmp_path).is_whole


def test_every_line_says_who_when_and_with_which_program(trail):
    """S4-A3, S4-4i: no blank name, no time without its offset."""
    for record in records(trail):
        assert record["app_version"] == "0.1.0"
        assert record["strategy_id"] in {"manual", "desk"}
        assert record["at"].endswith("+00:00")
        assert record["run_id"] == "run-1"
        assert json.dumps(record)
