import pytest

from replayer_qt.adapters.library import playlist
from replayer_qt.adapters.library.playlist import (
    Entry,
    find_played,
    read_playlist,
    save_playlist,
    write_playlist,
)
from replayer_qt.core.errors import ExportImpossible, RecordingUnreadable
from replayer_qt.core.library_requests import SavePlaylist
from replayer_qt.core.playlist import Played
from replayer_qt.core.units import PRACTICE, RoundId
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.library_ground import file_entry, ground_in, round_entry


def entries(*names):
    return [Entry(path=name, stream=PRACTICE, round_id=RoundId(name[0])) for name in names]


def test_a_playlist_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "a.playlist.jsonl"
    wanted = entries(str(tmp_path / "b.jsonl"), str(tmp_path / "a.jsonl"))
    write_playlist(path, wanted)
    assert list(read_playlist(path)) == wanted
    write_playlist(path, wanted[:1])
    assert list(read_playlist(path)) == wanted[:1]
    assert [file.name for file in tmp_path.iterdir()] == ["a.playlist.jsonl"]


def test_of_its_files_exactly_the_named_rounds_are_played_in_its_order(tmp_path):
    path = tmp_path / "a.playlist.jsonl"
    write_playlist(path, entries("c.jsonl", "b.jsonl", "c.jsonl"))
    (tmp_path / "z.jsonl").write_text("{}\n")
    wanted = [Played(str(tmp_path / f"{name}.jsonl"), (RoundId(name),)) for name in ("c", "b", "c")]
    assert find_played([path, tmp_path / "z.jsonl"]) == [*wanted, tmp_path / "z.jsonl"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b'{"path": 7}\n', "line 1"), (b"\n\0\n", "line 2"), (None, "no such file")],
)
def test_what_is_no_playlist_is_said_to_be_none(tmp_path, content, told):
    path = tmp_path / "a.playlist.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingUnreadable, match=told):
        read_playlist(path)
    assert find_played([path]) == [path]


def test_rounds_of_the_library_are_saved_in_the_order_that_is_seen(tmp_path):
    ground = ground_in(tmp_path)
    for name in ("aa", "bb", "cc"):
        ground.catalogue.put(file_entry(tmp_path / f"{name}.jsonl"), [round_entry(name)])
    rows = {row.entry.round_id: row.id for row in ground.catalogue.rows((1, 2, 3))}
    target = tmp_path / "mine.playlist.jsonl"
    ids = (rows["cc"], rows["aa"])
    saved = save_playlist(SavePlaylist(ids=ids, target=str(target)), ground)
    assert (saved.rounds, saved.path) == (2, str(target))
    assert [entry.round_id for entry in read_playlist(target)] == ["cc", "aa"]


@pytest.mark.parametrize(("ids", "name"), [((), "a.playlist.jsonl"), ((1,), "a.txt")])
def test_nothing_to_play_or_another_kind_of_name_is_refused(tmp_path, ids, name):
    ground = ground_in(tmp_path)
    ground.catalogue.put(file_entry(tmp_path / "a.jsonl"), [round_entry("aa")])
    with pytest.raises(ExportImpossible):
        save_playlist(SavePlaylist(ids=ids, target=str(tmp_path / name)), ground)
    assert not (tmp_path / name).exists()


def test_a_disk_that_refuses_leaves_the_playlist_as_it_was_and_nothing_beside_it(
    tmp_path, monkeypatch
):
    path = tmp_path / "a.playlist.jsonl"
    write_playlist(path, entries("b.jsonl"))
    before = path.read_bytes()
    monkeypatch.setattr(playlist, "RealDisk", lambda: FaultyDisk(fail_at=1, only=("sync",)))
    with pytest.raises(OSError, match="Input/output error"):
        write_playlist(path, entries("c.jsonl", "d.jsonl"))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
