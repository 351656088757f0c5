"""A study is carried out: in pages, with progress, with a sample of the ticks, and it can end."""

from pathlib import Path

import msgspec
import pytest

from replayer_qt.adapters.library import studying
from replayer_qt.core.library import Range, RoundQuery, SortBy
from replayer_qt.core.library_answers import JobState
from replayer_qt.core.library_requests import Study
from replayer_qt.core.round_theory import ROUNDS, GeneratorSample
from replayer_qt.core.study_figures import RoundStudy
from tests.helpers.library_ground import file_entry, ground_in, heard, never
from tests.helpers.studies import entry_of_columns, rounds_made, theory_made


@pytest.fixture
def ground(tmp_path):
    """Forty rounds of the generator's, four to a file, their ticks in the store."""
    ground = ground_in(tmp_path)
    rounds = rounds_made()
    for number in range(0, 40, 4):
        file = file_entry(tmp_path / f"{number}.jsonl")
        some = rounds[number : number + 4]
        ground.catalogue.put(
            file, [entry_of_columns(one, number + at) for at, one in enumerate(some)]
        )
        ground.columns.put(file, some)
    return ground


@pytest.fixture
def known(ground):
    """The generator's sample as it is kept; twice as quick to have as two thousand rounds."""
    made = msgspec.structs.replace(
        theory_made(), rounds=ROUNDS, peaks=theory_made().peaks * (ROUNDS // 40)
    )
    studying.keep_theory(ground.folder, made)
    return made


def test_a_study_of_all_rounds_has_every_figure(ground, known):
    told, tell = heard()
    ended = studying.study_rounds(Study(ticket=7), ground, tell, never)
    assert (ended.ticket, ended.state, ended.problem) == (7, JobState.DONE, "")
    assert ended.said == "Statistics of 40 rounds."
    found = ended.outcome
    assert isinstance(found, RoundStudy)
    assert found.rounds == found.peak.n == found.survival.n == 40
    assert found.returns[0].n == 38
    assert found.generator == ROUNDS
    assert {one.ticket for one in told} == {7}
    assert {one.at for one in told} >= {"reading the catalogue", "reading ticks", "computing"}


def test_numbers_say_which_rounds_are_meant_and_so_does_a_query(ground, known):
    _, tell = heard()
    some = studying.study_rounds(Study(ids=(1, 2, 3, 99)), ground, tell, never).outcome
    assert some.rounds == 3
    none = studying.study_rounds(
        Study(query=RoundQuery(venues=("nowhere",))), ground, tell, never
    ).outcome
    assert none.rounds == 0
    assert none.survival is None


def test_a_selection_by_what_happened_is_said_to_be_one(ground, known):
    def notes(job: Study) -> str:
        return " ".join(studying.study_rounds(job, ground, heard()[1], never).outcome.notes)

    assert "Selected" not in notes(Study())
    assert "Selected" not in notes(Study(query=RoundQuery(venues=("practice",), limit=30)))
    said = notes(Study(query=RoundQuery(peak=Range(low=5.0), rug=Range(high=300.0))))
    assert "Selected by what happened in the rounds (peak, rug)" in said
    assert "(the first by peak)" in notes(Study(query=RoundQuery(sort=SortBy.PEAK, limit=30)))
    assert "Picked by hand" in notes(Study(ids=(1, 2, 3)))
    assert "Picked by hand" not in notes(Study(ids=tuple(range(1, 41))))


def test_ticks_are_read_of_some_rounds_spread_evenly(ground, known, monkeypatch):
    monkeypatch.setattr(studying, "READ_MOST", 10)
    monkeypatch.setattr(studying, "_PAGE", 7)
    _, tell = heard()
    found = studying.study_rounds(Study(), ground, tell, never).outcome
    assert found.rounds == 40
    assert found.returns[0].n <= 10
    left = {one.why: one.rounds for one in found.left_out if one.figure == "returns"}
    assert sum(left.values()) == 40 - found.returns[0].n


def test_a_file_that_is_gone_costs_its_returns_and_nothing_else(ground, known):
    ground.columns.forget([str(path) for path in ground.columns.kept][:5])
    _, tell = heard()
    found = studying.study_rounds(Study(), ground, tell, never).outcome
    assert found.rounds == 40
    assert 0 < found.returns[0].n <= 20


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_study_can_be_cancelled_at_every_step(ground, known, after):
    told, tell = heard()
    ended = studying.study_rounds(Study(ticket=3), ground, tell, lambda: len(told) >= after)
    assert ended.state is JobState.CANCELLED
    assert ended.outcome is None
    assert ended.said


def test_the_generator_is_asked_once_and_can_be_interrupted(ground, monkeypatch):
    monkeypatch.setattr(studying, "ROUNDS", 120)
    told, tell = heard()

    def is_in_generator() -> bool:
        return any(one.at.startswith("asking") and one.done for one in told)

    cut = studying.study_rounds(Study(), ground, tell, is_in_generator)
    assert cut.state is JobState.CANCELLED
    assert not (ground.folder / studying.THEORY_FILE).exists()
    first = studying.study_rounds(Study(), ground, tell, never).outcome
    told.clear()
    second = studying.study_rounds(Study(), ground, tell, never).outcome
    assert first == second
    assert first.generator == 120
    assert not any(one.at.startswith("asking") for one in told)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"rounds": 3}'])
def test_a_damaged_cache_is_no_cache(tmp_path, content):
    (tmp_path / studying.THEORY_FILE).write_bytes(content)
    assert studying.read_theory(tmp_path) is None


def test_a_sample_of_another_size_is_not_used(tmp_path):
    studying.keep_theory(tmp_path, theory_made())
    assert studying.read_theory(tmp_path) is None


def test_what_is_kept_is_what_was_made(tmp_path, known):
    studying.keep_theory(tmp_path / "new", known)
    again = studying.read_theory(tmp_path / "new")
    assert isinstance(again, GeneratorSample)
    assert again == known


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path):
    file = tmp_path / "file"
    file.write_text("not a folder")
    studying.keep_theory(Path(file), theory_made())
    assert studying.read_theory(Path(file)) is None
