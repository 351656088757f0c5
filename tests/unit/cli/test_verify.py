"""The verify command, as it is called."""

import json
import subprocess
import sys

import pytest

from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.sealed_format import SealFacts
from replayer_qt.adapters.journal.sealed_packing import pack_bytes, seal
from replayer_qt.cli.entry import main
from replayer_qt.core.events import Fairness, FairnessChecked, SeedRevealed
from replayer_qt.core.fairness import generate
from replayer_qt.core.units import RoundId
from tests.helpers.journals import files_in, journal_in
from tests.helpers.make import a_round, event
from tests.helpers.sealed import closed_journal, facts, flip, ruin
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
        "verify._FEW = 10**9\n"
        "sys.exit(entry.main(['verify', sys.argv[1]]))\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr


SEED = "bca795ea31f91aa387622f2548ea5c380774282ea78ec9772bfaa85f3ef6f051"
SEED_HASH = "4660f3a18f8b937b9d115d5e64200cd7b6f101da871cd976739817096afadcac"
NAME = RoundId("20251207-e8186dbf38e046d1")
GENERATED = generate(SEED, NAME)


def seed_of(prices):
    return event(
        SeedRevealed,
        round_id=NAME,
        seed=SEED,
        seed_hash=SEED_HASH,
        version="v3",
        peak=max(GENERATED),
        prices=prices,
    )


def journal_of(folder, *events):
    """Write each list of events in a run of its own."""
    for number, run in enumerate(events):
        journal = journal_in(folder / str(number))
        journal.start()
        journal.append(run)
        journal.stop()


def test_rounds_of_the_venues_history_are_not_counted_as_recorded(tmp_path, capsys):
    """A journal's totals are of what was followed in it."""
    followed = a_round([1.0, 1.1, 0.02])
    journal_of(tmp_path, [*followed, seed_of(GENERATED)], [seed_of(GENERATED)])
    code, out, _ = verify(capsys, tmp_path, "--json")
    told = json.loads(out)
    assert code == 0
    assert [len(file["rounds"]) for file in told["files"]] == [1, 0]
    assert (told["totals"]["rounds"], told["totals"]["ticks"]) == (1, 3)
    assert all("words" not in file for file in told["files"])


@pytest.mark.parametrize(
    ("heard", "later", "verdict"),
    [
        (GENERATED, seed_of(GENERATED), "verified"),
        ((*GENERATED[:9], 7.0, *GENERATED[10:]), seed_of(None), "failed"),
        (
            GENERATED,
            event(FairnessChecked, round_id=NAME, verdict=Fairness.FAILED, detail="x"),
            "failed",
        ),
    ],
)
def test_a_seed_in_a_later_file_judges_the_round_in_an_earlier_one(
    tmp_path, capsys, heard, later, verdict
):
    journal_of(tmp_path, a_round(list(heard), round_id=NAME), [*a_round([1.0, 0.02]), later])
    code, out, _ = verify(capsys, tmp_path, "--json")
    first, second = json.loads(out)["files"]
    assert [(found["fairness"], found["ticks"]) for found in first["rounds"]] == [(verdict, 267)]
    assert [found["fairness"] for found in second["rounds"]] == ["unrevealed"]
    assert code == (verdict == "failed")


def test_a_seed_in_another_file_adds_no_ticks(tmp_path, capsys):
    journal_of(tmp_path, a_round(list(GENERATED), round_id=NAME)[:51], [seed_of(GENERATED)])
    _, out, _ = verify(capsys, tmp_path, "--json")
    (found,) = json.loads(out)["files"][0]["rounds"]
    assert (found["ticks"], found["rugged"], found["fairness"]) == (50, False, "verified")


def test_a_recording_that_was_killed_is_sound_once_it_is_recovered(tmp_path, capsys):
    """FAULTS R1, R3: damaged while it lacks its end, and no longer after the next start."""
    journal_of(tmp_path, a_round([1.0, 1.1, 0.02]))
    (path,) = files_in(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'{"_f"')])
    assert verify(capsys, tmp_path)[0] == 1
    recover(tmp_path / "0")
    code, out, _ = verify(capsys, tmp_path, "--json")
    told = json.loads(out)
    assert (code, told["totals"]["damaged_files"], told["totals"]["ticks"]) == (0, 0, 3)
    assert told["files"][0]["recovered"] is True
    assert "recovered after a crash" in verify(capsys, tmp_path)[1]
    assert main(["inspect", str(path)]) == 0
    assert "recovered after a crash" in capsys.readouterr().out


def test_packed_recordings_are_verified_and_damage_in_them_is_found(tmp_path, capsys):
    """S3-P6, S3-L3: as good as plain ones; a flipped bit is told with its place."""
    path = seal(closed_journal(tmp_path), facts).path
    code, out, _ = verify(capsys, tmp_path, "--json")
    told = json.loads(out)
    assert (code, told["totals"]["ticks"], told["totals"]["damaged_files"]) == (0, 40, 0)
    flip(path, 200)
    code, out, _ = verify(capsys, path, "--json")
    (file,) = json.loads(out)["files"]
    assert (code, file["rounds"][0]["ticks"]) == (1, 40)
    assert "line 1: the packed file is damaged between its bytes 0 and" in file["damage"][0]
    ruin(path, 100, path.stat().st_size // 2)
    code, out, _ = verify(capsys, path, "--json")
    (file,) = json.loads(out)["files"]
    assert (code, file["rounds"]) == (1, [])
    assert "could not be unpacked" in file["error"]


def a_crash_in(folder, name):
    path = closed_journal(folder, 30, name)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b'{"_f"')] + b'{"seq":99,"ev":"Pri')
    return path


def test_repair_mends_what_a_crash_left_and_says_so(tmp_path, capsys):
    """FAULTS R3, R18: in any folder; the JSON says what was done, beside what it always says."""
    path = a_crash_in(tmp_path, "r-1")
    assert verify(capsys, tmp_path)[0] == 1
    code, out, _ = verify(capsys, tmp_path, "--repair", "--json")
    (file,) = json.loads(out)["files"]
    assert code == 0
    assert "bytes of a torn record were cut off" in file["repaired"]
    assert (file["recovered"], file["rounds"][0]["ticks"]) == (True, 30)
    assert path.with_name(path.name + ".torn").exists()
    code, out, _ = verify(capsys, path, "--repair")
    assert (code, "repaired:" in out) == (0, False)


def test_repair_leaves_alone_what_is_being_written(tmp_path, capsys):
    """FAULTS R10: a recorder is at work on one file; the crash beside it is mended."""
    crashed = a_crash_in(tmp_path / "old", "r-1")
    journal = journal_in(tmp_path / "new")
    journal.start()
    journal.append(a_round([1.0, 1.1], round_id=RoundId("r-2")))
    (live,) = files_in(tmp_path / "new")
    before = live.read_bytes()
    code, out, _ = verify(capsys, tmp_path, "--repair")
    assert code == 1
    assert "not repaired: it is being written" in out
    assert "repaired: the writer was killed" in out
    assert live.read_bytes() == before
    journal.stop()
    assert b'"recovered"' in crashed.read_bytes().splitlines()[-1]
    assert verify(capsys, tmp_path, "--repair")[0] == 0


def test_repair_does_not_touch_files_of_others(folder, capsys):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    verify(capsys, folder, "--repair", "--json")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_lines_that_were_exchanged_are_damage(tmp_path, capsys):
    """FAULTS R15: every line is sound, but the file is not what its writer closed."""
    path = closed_journal(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    other = closed_journal(tmp_path, 40, "o").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], other[5], *lines[6:]]))
    code, out, _ = verify(capsys, path, "--json")
    assert code == 1
    assert "exchanged" in json.loads(out)["files"][0]["damage"][0]


def test_a_packed_file_that_lost_what_may_mend_it_is_not_sound(tmp_path, capsys):
    """S3-P6: `verify` and `verify --repair` judge alike."""
    plain = text(round_lines(PRICES))
    path = tmp_path / "a.jsonl.zst"
    pack_bytes(plain, path, SealFacts(format="A", lines=plain.count(b"\n")))
    assert verify(capsys, path)[0] == 0
    path.write_bytes(path.read_bytes()[:-1])
    code, out, _ = verify(capsys, path, "--json")
    assert (code, json.loads(out)["totals"]["damaged_files"]) == (1, 1)


def test_a_packed_file_that_is_cut_off_is_not_called_empty(tmp_path, capsys):
    plain = text(round_lines([1 + n / 100 for n in range(300)]))
    path = tmp_path / "a.jsonl.zst"
    pack_bytes(plain, path, SealFacts(format="A", lines=plain.count(b"\n")))
    path.write_bytes(path.read_bytes()[:200])
    code, out, _ = verify(capsys, path)
    assert code == 1
    assert "it is packed, and nothing of it can be unpacked" in out
    assert "empty" not in out
