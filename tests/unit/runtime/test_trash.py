"""The desktop's trash."""

from replayer_qt.runtime.trash import to_trash


def test_a_file_goes_where_a_person_can_get_it_back(tmp_path, monkeypatch):
    """The trash of this test's own home, where it lies on the same disk."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    file = tmp_path / "a recording.jsonl"
    file.write_bytes(b"x")
    is_gone = to_trash(file)
    assert is_gone is not file.exists()
    if is_gone:
        kept = [one for one in tmp_path.rglob("a recording*.jsonl") if one.read_bytes() == b"x"]
        assert kept


def test_what_is_not_there_is_not_thrown_away(tmp_path):
    assert to_trash(tmp_path / "gone.jsonl") is False
