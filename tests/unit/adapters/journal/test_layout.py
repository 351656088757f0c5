"""Names that no server can turn into a path."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.journal.layout import day_folder, file_name, is_inside, safe_name
from replayer_qt.core.events import RoundOpened
from replayer_qt.core.units import Nanos, RoundId, StreamId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import event

HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "C:\\x",
    "con",
    "NUL",
    "lpt1",
    "a\0b",
    "a\nb",
    "-rf",
    ".hidden",
    "x" * 65,
    "ü",
    "\ud800",
    "a:b",
    "a b",
    "~root",
    "$HOME",
    "a%00b",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_round_name_stays_in_the_folder(tmp_path, name, caplog):
    """FAULTS S8: path traversal by the venue's name of a round."""
    folder = tmp_path / "in"
    journal = journal_in(folder)
    journal.start()
    journal.append([event(RoundOpened, round_id=RoundId(name), stream=StreamId(f"{name}/crash"))])
    journal.append([event(RoundOpened, round_id=RoundId("plain"))])
    journal.stop()
    everything = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path for path in everything if not path.is_relative_to(folder)} == set()
    assert files_in(folder)


@given(st.text(max_size=100))
def test_a_name_is_always_harmless(text):
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", safe_name(text))


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_names_are_never_the_same_file(one, other):
    assert (safe_name(one) == safe_name(other)) == (one == other)


def test_a_name_says_when_and_which_round():
    at = Nanos(1_763_724_713_123_456_789)
    assert file_name(at, "r1") == "20251121T113153123Z_r1.jsonl"
    assert file_name(at, "r1", 2) == "20251121T113153123Z_r1_2.jsonl"
    assert day_folder(Path("x"), StreamId("rugs/crash"), at) == Path("x/rugs/2025-11-21")


@pytest.mark.linux
@pytest.mark.skipif(os.name == "nt", reason="Windows wants a right of its own for links")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path, caplog):
    """FAULTS S8: a link planted where recordings go."""
    folder, outside = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    outside.mkdir()
    (folder / "practice").symlink_to(outside)
    assert not is_inside(folder / "practice" / "x", folder)
    journal = journal_in(folder)
    journal.start()
    journal.append([event(RoundOpened, round_id=RoundId("r"))])
    journal.stop()
    assert list(outside.rglob("*.jsonl")) == []


@pytest.mark.linux
@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_nobody_else_can_read_what_is_recorded(tmp_path):
    """FAULTS S14: files and folders are for their owner alone."""
    before = os.umask(0)
    try:
        journal = journal_in(tmp_path / "in")
        journal.start()
        journal.append([event(RoundOpened, round_id=RoundId("r"))])
        journal.stop()
    finally:
        os.umask(before)
    for path in [tmp_path / "in", *(tmp_path / "in").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
