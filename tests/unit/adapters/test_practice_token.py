"""The name of our account on a practice exchange: made once, kept, readable by its owner alone."""

import stat

import pytest

from replayer_qt.adapters.practice_token import FILE, practice_token
from replayer_qt.core.errors import DataDirUnusable


def test_the_token_is_made_once_and_kept(tmp_path):
    first = practice_token(tmp_path)
    assert len(first) == 32
    assert practice_token(tmp_path) == first
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("found", [b"", b"short", b"\xff\xfe", b"x" * 32])
def test_what_is_no_token_is_replaced(tmp_path, found):
    (tmp_path / FILE).write_bytes(found)
    token = practice_token(tmp_path)
    assert (tmp_path / FILE).read_text() == token


def test_a_folder_that_can_not_be_written_is_named(tmp_path):
    with pytest.raises(DataDirUnusable, match="practice-token"):
        practice_token(tmp_path / "missing")
