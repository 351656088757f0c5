"""The verify command, as it is called."""

import json
import subprocess
import sys

import pytest

from replayer_qt.cli.entry import main
from tests.helpers.tick_files import round_lines, text

PRICES = [1, 1.25, 1.5, 0.020000000000000018]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.jsonl").write_bytes(text(round_lines(PRICES)))
    torn = round_lines(PRICES, game="20251031-bb")
    torn[6] = torn[6][:40] + torn[6] + '"x'
    (tmp_path / "torn.jsonl").write_bytes(text(torn))
    return tmp_path


def verify(capsys, *arguments):
    code = main(["verify", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_json_is_one_object_with_the_promised_members(folder, capsys):
    """N6: the damage report counts the bad line and keeps the good ticks."""
    code, out, _ = verify(capsys, folder, "--json")
    told = json.loads(out)
    good, torn = told["files"]
    assert code == 1
    assert (good["format"], good["bad_lines"], good["recovered_lines"]) == ("A", 0, 0)
    assert good["rounds"] == [
        {
            "round_id": "20251031-00112233445566ff",
            "ticks": 4,
            "first_index": 0,
            "last_index": 3,
            "rugged": True,
            "rug_index": 3,
            "rug_price": 0.020000000000000018,
            "peak": 1.5,
            "gaps": [],
            "fairness": "unrevealed",
        }
    ]
    assert (torn["bad_lines"], torn["recovered_lines"], torn["rounds"][0]["ticks"]) == (1, 1, 4)
    assert told["totals"] == {
        "files": 2,
        "rounds": 2,
        "ticks": 8,
        "bad_lines": 1,
        "recovered_lines": 1,
        "damaged_files": 1,
    }


def test_whole_files_are_answered_with_yes(folder, capsys):
    code, out, _ = verify(capsys, folder / "good.jsonl")
    assert code == 0
    assert "4 ticks 0..3" in out


def test_a_file_that_cannot_be_read_is_damage_and_the_others_are_read(folder, capsys):
    """FAULTS R15: an unreadable file costs itself."""
    (folder / "empty.jsonl").write_bytes(b"")
    code, out, _ = verify(capsys, folder, folder / "missing.jsonl", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["totals"]["files"] == 4
    assert told["totals"]["ticks"] == 8
    assert "empty" in told["files"][0]["error"]
    assert "no such file" in told["files"][3]["error"]


def test_a_thousand_rounds_all_load(tmp_path, capsys):
    """S3-P6: a thousand files, some torn at the end: every whole record of each is there."""
    for n in range(1_000):
        data = text(round_lines(PRICES, game=f"20251031-{n:016x}"))
        (tmp_path / f"{n:04}.jsonl").write_bytes(data[:-30] if n % 10 == 0 else data)
    code, out, _ = verify(capsys, tmp_path, "--json")
    totals = json.loads(out)["totals"]
    assert code == 1
    assert (totals["files"], totals["rounds"], totals["ticks"]) == (1_000, 1_000, 4_000)
    assert (totals["bad_lines"], totals["damaged_files"]) == (100, 100)


def test_a_folder_without_recordings_is_said_in_one_line(tmp_path, capsys):
    code, out, err = verify(capsys, tmp_path)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1


def test_it_is_interrupted_with_130(tmp_path):
    """A real process, a real interrupt while it reads."""
    for n in range(300):
        (tmp_path / f"{n}.jsonl").write_bytes(text(round_lines(PRICES)))
    script = (
        "import os, signal, sys\n"
        "from replayer_qt.cli import entry, verify\n"
        "def interrupt(path):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return verify_file(path)\n"
        "verify_file, verify.verify_file = verify.verify_file, interrupt\n"
        "verify._FILES_PER_WORKER = 10**9\n"
        "sys.exit(entry.main(['verify', sys.argv[1]]))\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr
