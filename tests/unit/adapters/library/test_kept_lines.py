"""Files of lines, as releases before wrote them and whatever is in them."""

from replayer_qt.adapters.bookmark_file import FILE as BOOKMARKS
from replayer_qt.adapters.bookmark_file import BookmarkFile
from replayer_qt.adapters.journal.format import seal
from replayer_qt.adapters.library.keepsakes import FILE as KEEPSAKES
from replayer_qt.adapters.library.keepsakes import KeepsakeFile
from replayer_qt.adapters.library.kept_lines import FEW
from replayer_qt.core.bookmarks import Bookmark
from replayer_qt.core.library import Marks
from replayer_qt.core.units import RUGS, RoundId

OLD_BOOKMARKS = (
    b'{"kept":"header","format":"replayer-bookmarks","version":1}',
    b'{"kept":"set","bookmark":{"round_id":"aa","tick":3,"note":"here it turned"}}',
    b'{"kept":"set","bookmark":{"round_id":"aa","tick":9}}',
    b'{"kept":"dropped","round_id":"aa","tick":9}',
)
OLD_KEEPSAKES = (
    b'{"kept":"header","format":"replayer-keepsakes","version":1,"made":3}',
    b'{"kept":"marks","stream":"rugs/crash","round_id":"r","marks":{"tags":["moon"]}}',
    b'{"kept":"searches","searches":[{"name":"s","query":{}}]}',
)


def test_bookmarks_of_a_release_before_are_read_and_added_to(tmp_path):
    path = tmp_path / BOOKMARKS
    before = b"".join(map(seal, OLD_BOOKMARKS))
    path.write_bytes(before)
    kept = BookmarkFile(tmp_path)
    first = Bookmark(round_id=RoundId("aa"), tick=3, note="here it turned")
    assert kept.read() == (first,)
    assert kept.damaged == 0
    second = Bookmark(round_id=RoundId("bb"), tick=1)
    assert kept.put(second) == (first, second)
    assert path.read_bytes().startswith(before)


def test_keepsakes_of_a_release_before_are_read_and_added_to(tmp_path):
    path = tmp_path / KEEPSAKES
    before = b"".join(map(seal, OLD_KEEPSAKES))
    path.write_bytes(before)
    kept = KeepsakeFile(tmp_path)
    assert kept.marks() == {(RUGS, "r"): Marks(tags=("moon",))}
    assert [search.name for search in kept.searches()] == ["s"]
    kept.mark(RUGS, RoundId("r2"), Marks(note="new"))
    assert path.read_bytes().startswith(before)
    assert kept.damaged == 0


def test_bookmarks_beside_damaged_lines_shrink_too_and_the_damaged_ones_are_kept_aside(tmp_path):
    path = tmp_path / BOOKMARKS
    kept = BookmarkFile(tmp_path)
    kept._file.disk.sync = lambda _fd: None
    kept.put(Bookmark(round_id=RoundId("aa"), tick=1))
    with path.open("ab") as file:
        file.write(b'{"kept":"set","what":"nobody knows"}\n')
    for time in range(FEW):
        kept.put(Bookmark(round_id=RoundId("aa"), tick=2, note=f"time {time}"))
    assert path.read_bytes().count(b"\n") < 20
    (aside,) = tmp_path.glob("*.broken")
    assert b"nobody knows" in aside.read_bytes()
    assert [each.tick for each in BookmarkFile(tmp_path).read()] == [1, 2]


def test_another_programs_file_that_took_the_place_is_read_anew(tmp_path):
    kept = BookmarkFile(tmp_path / "here")
    kept.put(Bookmark(round_id=RoundId("aa"), tick=1))
    other = BookmarkFile(tmp_path / "there")
    for tick in (5, 6):
        other.put(Bookmark(round_id=RoundId("bb"), tick=tick))
    path = tmp_path / "here" / BOOKMARKS
    lines = (tmp_path / "there" / BOOKMARKS).read_bytes().splitlines(keepends=True)
    lines[0] = seal(b'{"kept":"header","format":"replayer-bookmarks","version":1,"made":2}')
    path.write_bytes(b"".join(lines))
    assert [each.round_id for each in kept.read()] == ["bb", "bb"]
    path.unlink()
    assert kept.read() == ()
