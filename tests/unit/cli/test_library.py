"""`import` and `library` as a person types them, on a data directory of their own."""

import json
import os

import pytest

from replayer_qt.cli.entry import main
from tests.helpers.tick_files import round_lines, text

PRICES = [1, 1.01, 1.05, 0.97, 3.2, 1.19, 0.0194]


@pytest.fixture
def place(tmp_path, capsys):
    old = tmp_path / "old"
    old.mkdir()
    for number, peak in enumerate((1.5, 3.0, 12.0)):
        prices = [1, 1.1, peak, 1.2, 0.02]
        name = f"20251031-{number:016x}"
        (old / f"game_{number}.jsonl").write_bytes(text(round_lines(prices, game=name)))
    (old / "game_9.jsonl").write_bytes(b"\0\1\2" * 50)
    yield tmp_path
    capsys.readouterr()


@pytest.fixture
def run(place, capsys):
    def typed(*words, code=0, placed=True):
        capsys.readouterr()
        data = ("--data-dir", str(place / "data")) if placed else ()
        assert main([*words, *data]) == code
        return capsys.readouterr()

    return typed


@pytest.fixture
def filled(run, place):
    run("import", str(place / "old"), code=1)
    return run


def test_import_says_what_became_of_every_file_and_can_be_repeated(run, place):
    first = json.loads(run("import", str(place / "old"), "--json", code=1).out)
    assert [file["outcome"] for file in first["files"]] == ["imported"] * 3 + ["failed"]
    assert first["totals"] == {
        "files": 4, "imported": 3, "known": 0, "failed": 1, "rounds": 3, "ticks": 15,
        "bad_lines": 0, "recovered_lines": 0, "damaged_files": 0,
    }  # fmt: skip
    again = run("import", str(place / "old"), code=1).out
    assert "0 of 4 files imported, 0 rounds; 3 were there already; 1 could not be read." in again
    assert "game_9.jsonl" in again


def test_import_of_nothing_is_said(run, place):
    (place / "empty").mkdir()
    assert "No recording was found" in run("import", str(place / "empty"), code=1).err


def test_rounds_are_listed_and_found_by_what_one_types(filled):
    listed = filled("library", "ls").out
    assert listed.count("rugs/crash 20251031-") == 3
    assert "3 of 3 rounds." in listed
    found = filled("library", "find", "peak>2", "sort:-peak").out.splitlines()
    assert ["12.00x" in found[0], "3.00x" in found[1]] == [True, True]
    assert found[-1] == "2 of 3 rounds."
    told = json.loads(filled("library", "find", "peak>10", "--json").out)
    assert (told["found"], told["total"]) == (1, 3)
    assert told["rounds"][0]["entry"]["peak"] == 12.0


def test_what_makes_no_sense_is_refused_with_what_to_type(filled):
    said = filled("library", "find", "peak>", code=2).err
    assert "peak>" in said
    assert "peak>10" in said


def test_a_new_recording_is_found_without_being_asked_twice(filled, place):
    folder = place / "data" / "recordings" / "rugs" / "2025-10-31"
    folder.mkdir(parents=True)
    lines = round_lines(PRICES, game="20251031-00000000000000aa")
    (folder / "mine.jsonl").write_bytes(text(lines))
    assert "3 of 3 rounds." in filled("library", "ls", "--as-it-is").out
    assert "4 of 4 rounds." in filled("library", "ls").out


def test_a_catalogue_is_made_anew_from_the_files(filled, place):
    before = filled("library", "ls", "--json").out
    for path in (place / "data" / "library").glob("catalogue.sqlite*"):
        path.unlink()
    assert "3 files with 3 rounds." in filled("library", "rebuild").out
    rounds = [row["entry"] for row in json.loads(before)["rounds"]]
    after = json.loads(filled("library", "ls", "--json").out)["rounds"]
    assert [row["entry"] for row in after] == rounds


def test_statistics_name_their_intervals(filled):
    said = filled("library", "stats").out
    assert "95 % intervals" in said
    told = json.loads(filled("library", "stats", "--json").out)
    assert told["level"] == 0.95


def test_space_and_tidying_are_told_before_anything_goes(filled, place):
    assert "sealing saves" in filled("library", "space").out
    files = sorted((place / "data").rglob("*.jsonl.zst"))
    said = filled("library", "tidy", "--dry-run", "--set", "library.keep_days=1").out
    assert "3 files would go" in said
    assert sorted((place / "data").rglob("*.jsonl.zst")) == files


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_holds_nobody_up(run, place):
    """FAULTS S11: what is no file is said to be none, at once."""
    os.mkfifo(place / "pipe.jsonl")
    (told,) = json.loads(run("import", str(place / "pipe.jsonl"), "--json", code=1).out)["files"]
    assert (told["outcome"], "not a plain file" in told["problem"]) == ("failed", True)
    run("verify", str(place / "pipe.jsonl"), code=1, placed=False)


@pytest.mark.linux
def test_names_of_files_that_are_no_unicode_are_told_as_json(run, place):
    odd = os.fsencode(place / "old") + b"/odd\xff.jsonl"
    with open(odd, "wb") as file:  # noqa: PTH123
        file.write(text(round_lines(PRICES, game="20251031-00000000000000dd")))
    first = json.loads(run("import", str(place / "old"), "--json", code=1).out)
    assert [one for one in first["files"] if "odd\\udcff" in one["path"]]
    rounds = json.loads(run("library", "ls", "--json").out)["rounds"]
    assert [row for row in rounds if "odd\\udcff" in row["file"]["origin"]]


ESC = "\u001b]0;PWNED\u0007"


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "{old}"),
        ("inspect", "{old}/evil.jsonl"),
        ("import", "{old}"),
        ("library", "ls"),
        ("library", "tidy", "--dry-run", "--set", "library.keep_days=1"),
        ("export", "{old}", "--format", "csv", "--out", "{old}/out.csv"),
        ("replay", "{old}/evil.jsonl", "--headless"),
        ("inspect", "{old}/nowhere{esc}.jsonl"),
        ("library", "find", "peak>{esc}"),
    ],
)
def test_text_from_servers_and_files_cannot_steer_a_terminal(place, capsys, words):
    """S2-M3: names of rounds and files are written out where they could act on a screen."""
    old = place / "old"
    lines = round_lines(PRICES, game=f"20251031-{ESC}")
    (old / "evil.jsonl").write_bytes(text(lines))
    (old / f"bad{ESC}.jsonl").write_bytes(b"\0\1" * 40)
    (old / f"torn{ESC}.jsonl").write_bytes(text([*lines[:6], lines[6][:30], *lines[7:]]))
    data = ("--data-dir", str(place / "data"))
    main(["import", str(old), *data])
    capsys.readouterr()
    typed = [word.format(old=old, esc=ESC) for word in words]
    takes_place = words[0] in {"import", "library", "export"}
    main([*typed, *(data if takes_place else ())])
    said = capsys.readouterr()
    assert said.out or said.err
    assert "\x1b" not in said.out + said.err
    assert "\x07" not in said.out + said.err
