"""The replay command without a window."""

import json
import signal
import subprocess
import sys

import pytest

from replayer_qt.cli.entry import main
from tests.helpers.tick_files import round_lines, text

PRICES = [1, 1.25, 1.5, 1.1, 1.3, 1.2, 1.15, 1.4, 1.1, 1.0, 0.9, 0.018000000000000016]


@pytest.fixture
def path(tmp_path):
    lines = [
        *round_lines(PRICES, game="20251031-aa"),
        *round_lines([1, 2, 0.02], game="20251031-bb", ms=30_000),
    ]
    path = tmp_path / "two.jsonl"
    path.write_bytes(text(lines))
    return path


def replay(capsys, *arguments):
    code = main(["replay", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_digest_is_the_same_at_any_speed(path, capsys):
    """FAULTS R16: as fast as possible and at 1,000x."""
    code, fast = replay(capsys, path, "--headless", "--speed", "max")
    _, paced = replay(capsys, path, "--headless", "--speed", "1000")
    assert code == 0
    assert fast == paced
    assert [(r["round_id"], r["ticks"], r["rug_tick"]) for r in fast["rounds"]] == [
        ("20251031-aa", 12, 11),
        ("20251031-bb", 3, 2),
    ]


def test_another_price_is_another_digest(path, capsys):
    _, before = replay(capsys, path, "--headless")
    path.write_bytes(path.read_bytes().replace(b'"price": 1.3,', b'"price": 1.3000000000000003,'))
    _, after = replay(capsys, path, "--headless")
    assert before["digest"] != after["digest"]
    assert before["rounds"][1] == after["rounds"][1]


def test_files_that_cannot_be_read_are_passed_over_wherever_they_stand(path, capsys):
    for name in ("a.jsonl", "z.jsonl"):
        (path.parent / name).write_bytes(b"")
    code, told = replay(capsys, path.parent, "--headless")
    assert (code, len(told["rounds"])) == (0, 2)


def test_nothing_to_play_is_a_no_in_one_line(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "none"), "--headless"]) == 1
    assert "no such file" in capsys.readouterr().err


def test_each_file_that_cannot_be_played_is_complained_of_once(tmp_path, capsys):
    """One line a file, the last with what to do."""
    for count, name in enumerate(("a.jsonl", "b.jsonl"), 1):
        (tmp_path / name).write_bytes(b"\x00\x01" * 50)
        assert main(["replay", str(tmp_path), "--headless"]) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == count
        assert all(said.count(known) == 1 for known in ("a.jsonl", "b.jsonl")[:count])


@pytest.mark.parametrize(
    "arguments", [["--strategy", "hold", "--headless"], [], ["--headless", "--speed", "0"]]
)
def test_what_cannot_be_asked_for_is_refused_with_two(path, capsys, arguments):
    assert main(["replay", str(path), *arguments]) == 2
    assert capsys.readouterr().err


def test_it_is_interrupted_with_130(path):
    (path.parent / "a.jsonl").write_bytes(b"")
    script = "import sys; from replayer_qt.cli.entry import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "replay", str(path.parent), "--headless"]
    with subprocess.Popen(  # noqa: S603
        [*command, "--speed", "0.1"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert "empty" in process.stderr.readline()  # it plays now
        process.send_signal(signal.SIGINT)
        try:
            _, rest = process.communicate(timeout=20)
        finally:
            process.kill()  # one that goes on must not hold up all the other tests
        assert process.returncode == 130
    assert "Traceback" not in rest
