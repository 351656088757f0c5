"""The one way in."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from replayer_qt.cli import entry
from replayer_qt.cli.arguments import profile_name, span
from replayer_qt.core.options import VERSION
from replayer_qt.core.settings import Settings

ROOT = Path(__file__).parents[3]
WHOLE = [name for name in entry.COMMANDS if name not in {"import", "backtest"}]


def python(*arguments, **environ):
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ or dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_loads_no_library(capsys):
    assert entry.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n  {name} " in said for name in entry.COMMANDS)
    assert "example:" in said
    code = (
        "import sys; from replayer_qt.cli.entry import main; main(['--help']); "
        "sys.exit(bool({'PySide6', 'numpy', 'msgspec', 'aiohttp'} & set(sys.modules)))"
    )
    assert python("-c", code).returncode == 0


@pytest.mark.parametrize("name", WHOLE)
def test_every_command_has_help_with_an_example(name, capsys):
    assert entry.main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: replayer {name}")
    assert "example: " in said


def test_the_windows_help_is_the_programs(capsys):
    assert entry.main(["recording.jsonl", "--help"]) == 0
    assert "--screenshot" in capsys.readouterr().out


def test_what_is_not_there_yet_says_so(capsys):
    assert entry.main(["backtest", "--whatever", "x"]) == 2
    assert "not yet" in capsys.readouterr().err


def test_the_version_is_the_same_everywhere(capsys):
    """S0-D4: --version and the package's metadata agree; the log's first line has it too."""
    assert entry.main(["--version"]) == 0
    assert capsys.readouterr().out == f"replayer {VERSION}\n"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION
    assert project["scripts"]["replayer"] == "replayer_qt.cli.entry:console"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["recrd"], "Did you mean 'record'?"),
        (["nonsense"], "no command and no file"),
        (["--set", "feed.stale_s=nan"], "feed.stale_s"),
        (["--set", "feed.stal_s=1"], "Did you mean feed.stale_s?"),
        (["record", "--venue", "practice", "--set", "x.y=1"], "x.y"),
    ],
)
def test_a_mistake_is_one_clear_line_and_code_2(argv, said, capsys, tmp_path):
    """S2-H8: what, the value, and what to do."""
    assert entry.main([*argv, *(["--data-dir", str(tmp_path)] if len(argv) > 1 else [])]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("replayer: ")
    assert said in complaint
    assert len(complaint.splitlines()) == 1


@pytest.mark.parametrize(
    "argv", [["--venue", "mars"], ["--profile", "../x"], ["--exit-after", "-1"], ["record"]]
)
def test_a_usage_mistake_is_code_2(argv, capsys):
    assert entry.main(argv) == 2
    assert "error" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["record"], "--venue"),
        (["record", "--venue", "practice", "--bogus"], "--bogus"),
        (["verify"], "PATH"),
        (["replay", "x", "--speed", "0"], "--speed"),
        (["bench", "--bogus"], "--bogus"),
    ],
)
def test_a_usage_mistake_names_the_commands_own_usage_in_two_lines(argv, said, capsys):
    """What is wrong, then how this very command is used."""
    assert entry.main(argv) == 2
    mistake, usage = capsys.readouterr().err.splitlines()
    assert mistake.startswith(f"replayer {argv[0]}: error: ")
    assert said in mistake
    assert usage.startswith(f"usage: replayer {argv[0]} ")


def test_an_environment_variable_is_named_when_it_is_wrong(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("REPLAYER_CHART_MAX_FPS", "241")
    assert entry.main(["--data-dir", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "REPLAYER_CHART_MAX_FPS" in said
    assert "from 1 to 240" in said


def test_a_data_directory_that_cannot_be_written_is_told_at_start(capsys, tmp_path):
    """FAULTS R11: said at start, with path, reason and remedy."""
    (tmp_path / "taken").touch()
    assert entry.main(["--data-dir", str(tmp_path / "taken")]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "taken") in said
    assert "--data-dir" in said


def test_a_second_instance_ends_at_once_and_names_the_first(tmp_path, capsys):
    """FAULTS R10: the second start of a profile is refused in one line."""
    from contextlib import ExitStack

    from replayer_qt.adapters.journal.lock import FolderLock

    (tmp_path / "d").mkdir()
    with ExitStack() as stack:
        first = FolderLock(tmp_path / "d")
        first.acquire()
        stack.callback(first.release)
        assert entry.main(["--data-dir", str(tmp_path / "d")]) == 2
    said = capsys.readouterr().err
    assert str(os.getpid()) in said
    assert len(said.splitlines()) == 1


def test_nothing_is_made_for_a_start_that_is_refused(tmp_path, capsys):
    """S4-3: directories are made once, after everything was checked."""
    assert entry.main(["--data-dir", str(tmp_path / "d"), "--set", "feed.attempts=0"]) == 2
    assert not (tmp_path / "d").exists()


def test_files_are_their_owners_alone():
    """FAULTS S14: umask 077 is the first thing that happens."""
    code = (
        "import os, sys; os.umask(0o022)\n"
        "from replayer_qt.cli.entry import main\n"
        "main(['--version']); sys.exit(os.umask(0) != 0o077)"
    )
    assert python("-c", code).returncode == 0


def test_qts_variables_are_set_before_qt_is_loaded():
    code = (
        "import os\n"
        "from replayer_qt.cli.entry import main\n"
        "main(['--version'])\n"
        "print(os.environ['QT_API'], os.environ['PYQTGRAPH_QT_LIB'], "
        "os.environ['OPENBLAS_NUM_THREADS'])"
    )
    set_by_us = ("QT_API", "PYQTGRAPH_QT_LIB", "OPENBLAS_NUM_THREADS")
    clean = {name: value for name, value in os.environ.items() if name not in set_by_us}
    done = python("-c", code, **clean)
    assert done.stdout.splitlines()[-1] == "pyside6 PySide6 1"


def test_an_interrupted_run_ends_with_130(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_run", interrupted)
    assert entry.main([]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_gone_is_no_error():
    code = "import os, sys\nfrom replayer_qt.cli import entry\nsys.exit(entry.main(['--help']))"
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(30)


def test_a_missing_library_is_named_with_the_remedy(monkeypatch, capsys):
    monkeypatch.setitem(entry.COMMANDS, "doctor", ("json.nowhere_to_be_found", ""))
    assert entry.main(["doctor"]) == 3
    said = capsys.readouterr().err
    assert "nowhere_to_be_found" in said
    assert "requirements.lock" in said


def test_every_command_goes_through_the_one_bootstrap():
    """S4-3b: entry points do not prepare themselves; whoever writes files calls bootstrap."""
    for module in ("window", "record"):
        source = (ROOT / "replayer_qt" / "cli" / f"{module}.py").read_text("utf-8")
        assert "bootstrap.prepare(stack, arguments)" in source
    for path in (ROOT / "replayer_qt").rglob("*.py"):
        called = "ensure_dirs(" in path.read_text("utf-8")
        assert not called or path.name in {"paths.py", "bootstrap.py", "doctor.py"}


def test_two_starts_share_no_state(tmp_path):
    """S2-M5, S2-Q7: two applications with different data directories prepare in one process."""
    import argparse
    from contextlib import ExitStack

    from replayer_qt.cli import bootstrap

    places = []
    with ExitStack() as stack:
        for name in ("one", "two"):
            arguments = argparse.Namespace(
                data_dir=str(tmp_path / name), profile="default", overrides=[], out=None
            )
            places.append(bootstrap.prepare(stack, arguments))
    assert places[0].paths.data_dir != places[1].paths.data_dir
    assert places[0].settings == places[1].settings == Settings()
    log = (tmp_path / "two" / "logs" / "replayer.log").read_text("utf-8")
    assert log.rstrip().endswith("shutdown complete")
    assert f"replayer {VERSION}" in log


def test_lengths_of_time_are_read_with_their_unit():
    assert [span(text) for text in ("90", "500ms", "30s", "10m", "2h", "0.5 min")] == [
        90.0, 0.5, 30.0, 600.0, 7200.0, 30.0,
    ]  # fmt: skip
    for text in ("", "-1", "0", "x", "1d", "nan", "inf", "1e3", "\u0661s"):
        with pytest.raises(Exception, match="length of time"):
            span(text)


def test_a_profiles_name_cannot_leave_its_folder():
    """FAULTS S8: names that become paths are plain."""
    assert profile_name("night-2") == "night-2"
    for text in ("", ".", "..", "a/b", "a\\b", "-x", "a" * 65, "a b", "\u00e9"):
        with pytest.raises(Exception, match="profile's name"):
            profile_name(text)


def test_doctors_json_is_one_object(capsys, tmp_path, qapp):
    assert entry.main(["doctor", "--json", "--data-dir", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert told["version"] == VERSION
