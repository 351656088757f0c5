"""Where files go."""

import os
import sys
from pathlib import Path

import pytest

from replayer_qt.adapters.paths import ensure_dirs, find_paths
from replayer_qt.core.errors import DataDirUnusable


def find(tmp_path, *, data_dir=None, profile="default", recordings=None, environ=None, app=None):
    return find_paths(
        data_dir=data_dir,
        profile=profile,
        recordings=recordings,
        environ=environ or {},
        launched_from=app or tmp_path / "bin" / "replayer",
    )


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "code" / "replayer_qt").mkdir(parents=True)
    (tmp_path / "code" / "pyproject.toml").touch()
    return tmp_path / "code"


def test_a_flag_counts_before_the_variable(tmp_path):
    found = find(tmp_path, data_dir=str(tmp_path / "a"), environ={"REPLAYER_DATA_DIR": "/b"})
    assert found.data_dir == tmp_path / "a"
    assert found.recordings == tmp_path / "a" / "recordings"
    assert found.settings_file == tmp_path / "a" / "settings.toml"
    assert find(tmp_path, environ={"REPLAYER_DATA_DIR": "/b"}).data_dir == Path("/b").absolute()


def test_an_installed_program_keeps_to_the_persons_data_directory(tmp_path):
    found = find(tmp_path)
    assert found.data_dir.name == "replayer"
    assert Path(os.environ["HOME"]) in found.data_dir.parents


def test_a_source_checkout_records_beside_itself(checkout, tmp_path):
    found = find(tmp_path, app=checkout / "app.py")
    assert found.recordings == checkout / "recordings"
    assert checkout not in found.logs.parents
    assert find(tmp_path, app=checkout / "replayer_qt" / "__main__.py") == found
    named = find(tmp_path, app=checkout / "app.py", data_dir=str(tmp_path / "d"))
    assert named.recordings == tmp_path / "d" / "recordings"


def test_profiles_are_kept_apart(checkout, tmp_path):
    one = find(tmp_path, app=checkout / "app.py", profile="one")
    two = find(tmp_path, app=checkout / "app.py", profile="two")
    for name in ("data_dir", "recordings", "logs", "settings_file"):
        assert getattr(one, name) != getattr(two, name)


def test_looking_makes_nothing(tmp_path):
    """S4-3: directories are made when asked for, not by looking."""
    find(tmp_path, data_dir=str(tmp_path / "x"), recordings=str(tmp_path / "y"))
    assert list(tmp_path.iterdir()) == []


def test_directories_are_their_owners_alone(tmp_path):
    """FAULTS S14: 0700."""
    found = find(tmp_path, data_dir=str(tmp_path / "x"))
    ensure_dirs(found)
    ensure_dirs(found)
    for folder in (found.data_dir, found.recordings, found.logs):
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o077 == 0
        assert list(folder.glob("*.*")) == []


def test_a_directory_that_cannot_be_written_is_told_with_the_remedy(tmp_path):
    """FAULTS R11: path, reason and what to do."""
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataDirUnusable) as caught:
        ensure_dirs(find(tmp_path, data_dir=str(tmp_path / "taken" / "x")))
    assert str(tmp_path / "taken") in str(caught.value)
    assert "--data-dir" in caught.value.remedy
    assert caught.value.exit_code == 2


@pytest.mark.linux
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a device file of Linux")
def test_a_directory_on_a_read_only_file_system_is_told(tmp_path):
    """FAULTS R11: a read-only mount, root or not."""
    with pytest.raises(DataDirUnusable):
        ensure_dirs(find(tmp_path, data_dir="/proc/replayer"))


def test_only_the_recordings_directory_is_made_for_a_run_that_has_its_own(tmp_path):
    found = find(tmp_path, data_dir=str(tmp_path / "x"), recordings=str(tmp_path / "out"))
    ensure_dirs(found, only_recordings=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
