"""What the doctor sees."""

import argparse

import pytest

from replayer_qt.adapters import machine
from replayer_qt.cli import doctor


@pytest.fixture
def arguments(tmp_path):
    return argparse.Namespace(
        data_dir=str(tmp_path / "d"), profile="default", overrides=[], json=False
    )


def found(checks, name):
    return next(check for check in checks if check.name == name)


def test_a_machine_with_everything_is_well(qapp, arguments, capsys):
    assert doctor.run(arguments) == 0
    said = capsys.readouterr().out
    assert "MISSING" not in said
    for name in ("Python", "PySide6-Essentials", "Qt bindings", "display", "data", "loopback"):
        assert name in said


def test_a_missing_library_ends_with_3_and_the_remedy(qapp, arguments, monkeypatch, capsys):
    monkeypatch.setattr(machine, "versions", lambda: {"numpy": None})
    assert doctor.run(arguments) == 3
    said = capsys.readouterr().out
    assert "MISSING  numpy: not installed. Run make run" in said


def test_a_data_directory_that_cannot_be_written_ends_with_3(qapp, arguments, tmp_path, capsys):
    """FAULTS R11: seen before anything is recorded."""
    (tmp_path / "d").write_text("a file")
    assert doctor.run(arguments) == 3
    assert "MISSING  data: The directory" in capsys.readouterr().out


def test_wrong_settings_are_a_finding_and_the_rest_is_still_looked_at(
    qapp, arguments, tmp_path, capsys
):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "settings.toml").write_text("[feed]\nattempts = 0\n")
    assert doctor.run(arguments) == 3
    said = capsys.readouterr().out
    assert "feed.attempts" in said
    assert "loopback" in said


def test_no_browser_and_no_display_are_worth_knowing_and_no_more(qapp, arguments, monkeypatch):
    monkeypatch.setattr(machine, "browser", lambda: None)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    checks = doctor.examine(arguments)
    assert found(checks, "browser").ok is None
    assert found(checks, "display").ok is not False


def test_little_space_is_told(qapp, arguments, monkeypatch):
    monkeypatch.setattr(machine, "free_mb", lambda _: 12.0)
    check = found(doctor.examine(arguments), "disk")
    assert check.ok is None
    assert "500" in check.remedy


def test_facts_name_neither_the_machine_nor_its_user():
    import getpass
    import platform

    told = str(machine.facts())
    assert platform.node() not in told.split()
    assert getpass.getuser() not in told.split()
