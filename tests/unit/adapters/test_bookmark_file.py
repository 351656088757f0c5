"""Bookmarks on disk, whatever happens to the file."""

import pytest

from replayer_qt.adapters import bookmark_file
from replayer_qt.adapters.bookmark_file import FILE, BookmarkFile
from replayer_qt.adapters.library.kept_lines import FEW
from replayer_qt.core.bookmarks import NOTE_LIMIT, Bookmark
from replayer_qt.core.units import RoundId


def mark(tick, note="", name="aa"):
    return Bookmark(round_id=RoundId(name), tick=tick, note=note)


def test_a_bookmark_comes_back_in_the_order_of_rounds_and_ticks(tmp_path):
    kept = BookmarkFile(tmp_path / "new")
    for each in (mark(7, name="bb"), mark(9), mark(3, "here it turned")):
        kept.put(each)
    assert BookmarkFile(tmp_path / "new").read() == (
        mark(3, "here it turned"),
        mark(9),
        mark(7, name="bb"),
    )


def test_the_last_word_on_a_tick_wins_and_what_is_dropped_is_gone(tmp_path):
    kept = BookmarkFile(tmp_path)
    kept.put(mark(3, "one"))
    assert kept.put(mark(3, "  two\n words " + "x" * 1_000))[0].note.startswith("two words x")
    assert len(kept.read()[0].note) == NOTE_LIMIT
    kept.put(mark(5))
    assert kept.drop(RoundId("aa"), 3) == (mark(5),)
    assert kept.drop(RoundId("aa"), 3) == BookmarkFile(tmp_path).read() == (mark(5),)


def test_cut_at_any_byte_the_file_keeps_every_whole_bookmark_and_takes_new_ones(tmp_path):
    """FAULTS R3: a kill in the middle of a write costs nothing that was acknowledged."""
    kept = BookmarkFile(tmp_path)
    for tick in range(4):
        kept.put(mark(tick, f"note {tick}"))
    whole = (tmp_path / FILE).read_bytes()
    for cut in range(len(whole) + 1):
        (tmp_path / FILE).write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n")
        found = BookmarkFile(tmp_path).read()
        assert [each.tick for each in found] == list(range(max(0, lines - 1)))
        if cut % 7 == 0:
            again = BookmarkFile(tmp_path)
            assert again.put(mark(99))[-1] == mark(99)
            assert len(BookmarkFile(tmp_path).read()) == len(found) + 1
            assert again.damaged == 0


def test_a_changed_line_costs_only_what_it_said(tmp_path):
    kept = BookmarkFile(tmp_path)
    for tick in range(3):
        kept.put(mark(tick))
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"tick":1', b'"tick":8')
    (tmp_path / FILE).write_bytes(b"".join(lines))
    found = BookmarkFile(tmp_path)
    assert [each.tick for each in found.read()] == [0, 2]
    assert found.damaged == 1


def test_two_programs_see_what_the_other_wrote(tmp_path):
    one, other = BookmarkFile(tmp_path), BookmarkFile(tmp_path)
    one.put(mark(1))
    other.put(mark(2))
    assert one.put(mark(3)) == (mark(1), mark(2), mark(3))


def test_what_was_overruled_is_written_away(tmp_path):
    kept = BookmarkFile(tmp_path)
    kept._file.disk.sync = lambda _fd: None
    for time in range(FEW + 5):
        kept.put(mark(1, f"time {time}"))
    assert len((tmp_path / FILE).read_bytes().splitlines()) < 20
    assert BookmarkFile(tmp_path).read() == (mark(1, f"time {FEW + 4}"),)


def test_too_many_are_refused_and_none_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(bookmark_file, "BOOKMARKS_MOST", 2)
    kept = BookmarkFile(tmp_path)
    for tick in range(2):
        kept.put(mark(tick))
    with pytest.raises(OSError, match="already"):
        kept.put(mark(2))
    assert kept.read() == (mark(0), mark(1))


def test_names_that_are_no_text_are_kept_all_the_same(tmp_path):
    odd = mark(1, name="\ud800\0")
    BookmarkFile(tmp_path).put(odd)
    assert BookmarkFile(tmp_path).read() == (odd,)
