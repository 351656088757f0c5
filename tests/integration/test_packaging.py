"""Setting up and scanning, as `make` does it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows the README's plain commands are used, not make"
)


def bash(script, *arguments, cwd=ROOT, **environ):
    return subprocess.run(  # noqa: S603
        [BASH, str(ROOT / "packaging" / script), *arguments],
        cwd=cwd,
        env=dict(os.environ, **environ),
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


@pytest.fixture
def repository(tmp_path):
    shutil.copy(ROOT / ".secrets.baseline", tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=20)  # noqa: S603, S607
    return tmp_path


def test_a_planted_key_fails_the_scan(repository):
    """S4-K10: a key that was never committed yet is found as well; without it the scan passes."""
    (repository / "app.py").write_text("print('hello')\n")
    clean = bash("secrets.sh", sys.prefix, cwd=repository)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    planted = "AKIA" + "IOSFODNN7" + "EXAMPL3"
    (repository / "app.py").write_text(f"key = '{planted}'\n")
    found = bash("secrets.sh", sys.prefix, cwd=repository)
    assert found.returncode != 0
    assert "AWS" in found.stdout
    assert "app.py" in found.stdout


def test_a_scan_without_its_baseline_fails(tmp_path):
    assert bash("secrets.sh", sys.prefix, cwd=tmp_path).returncode == 1


def test_setting_up_again_takes_no_time_and_no_network(tmp_path):
    """FAULTS S15: the stamp is the locks' digest; what is there is not fetched again."""
    (tmp_path / "v" / "bin").mkdir(parents=True)
    (tmp_path / "v" / "bin" / "python").symlink_to(sys.executable)
    parts = [ROOT / name for name in ("requirements.lock", "requirements-dev.lock")]
    parts.append(ROOT / "packaging" / "setup.sh")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()
    (tmp_path / "v" / ".setup-dev").write_text(digest)
    begun = time.monotonic()
    for mode in ("run", "dev"):
        done = bash(
            "setup.sh", str(tmp_path / "v"), "requirements.lock", mode, PATH="/usr/bin:/bin"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - begun < 5


def test_without_a_python_that_fits_the_message_says_what_to_do(tmp_path):
    """S4-3: nothing is left behind by a set-up that cannot succeed."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "cat", "cut", "dirname", "grep", "sha256sum", "uname", "id", "env"):
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    (tools / "uname").unlink()
    (tools / "uname").write_text("#!/usr/bin/env bash\necho Other\n")
    (tools / "uname").chmod(0o755)
    done = bash("setup.sh", str(tmp_path / "v"), "requirements.lock", "run", PATH=str(tools))
    assert done.returncode == 3, done.stderr
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_version_has_hashes_and_no_address(name):
    """FAULTS S15: a tampered file is refused by its hash, and no index is baked in."""
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[\w.-]+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pinned) > 30
    assert all("--hash=sha256:" in one for one in pinned)


def test_both_locks_agree():
    def pins(name):
        text = (ROOT / name).read_text("utf-8")
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    dev = pins("requirements-dev.lock")
    assert {name: dev[name] for name in pins("requirements.lock")} == pins("requirements.lock")
    assert pins("requirements.lock")["pyside6-essentials"].startswith("6.11.")


@pytest.fixture
def bare(tmp_path):
    """A machine with a shell and little else, whose package manager only writes down its calls."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "cat", "cut", "dirname", "grep", "sha256sum", "env"):
        (tools / name).symlink_to(shutil.which(name))
    calls = tmp_path / "calls"
    calls.touch()

    def fake(name, body):
        (tools / name).write_text(f"#!{tools}/bash\n{body}\n")
        (tools / name).chmod(0o755)

    fake("uname", "echo Linux")
    fake("ldconfig", "echo 'libGL.so.1 (libc6) => /x'")
    fake("id", "echo 0")
    fake("git", ":")
    fake("apt-get", f'echo "$@" >> {calls}')
    # has no venv module until that package is installed, and then ends the set-up with 9
    fake(
        "python3.11",
        'if [ "$1" = -m ]; then exit 9; fi\n'
        f'case "$2" in *ensurepip*) grep -q venv {calls} ;; *print*) echo python3.11-venv ;; esac',
    )
    return tools, calls, fake


def test_on_a_bare_debian_root_gets_what_is_missing(tmp_path, bare):
    tools, calls, _ = bare
    done = bash(
        "setup.sh", str(tmp_path / "v"), "requirements.lock", "run",
        PATH=str(tools), DISPLAY=":1", PYTHON="",
    )  # fmt: skip
    said = calls.read_text()
    assert done.returncode == 9  # what the feigned Python says when it is to make the folder
    assert "libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libgssapi-krb5-2" in said
    assert "libgl1" not in said
    assert "libxcb-cursor0" in said
    assert "python3.11-venv" in said
    assert all("--no-install-recommends" in line for line in said.splitlines() if "-y" in line)


def test_without_root_the_exact_command_is_named(tmp_path, bare):
    tools, calls, fake = bare
    fake("id", "echo 1000")
    done = bash(
        "setup.sh", str(tmp_path / "v"), "requirements.lock", "run",
        PATH=str(tools), DISPLAY="", PYTHON="",
    )  # fmt: skip
    assert done.returncode == 3
    assert (
        "apt-get update && apt-get install -y --no-install-recommends libglib2.0-0" in done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
    assert calls.read_text() == ""


def test_the_windows_own_packages_may_be_missing(tmp_path, bare):
    tools, _, fake = bare
    fake("id", "echo 1000")
    needed = re.findall(r"(lib[\w.+-]+\.so\.\d+):", (ROOT / "packaging/setup.sh").read_text())
    without_xcb = [name for name in needed if "xcb" not in name]
    fake("ldconfig", "\n".join(f"echo '{name} (libc6)'" for name in without_xcb))
    fake("python3.11", 'if [ "$1" = -m ]; then exit 9; fi')
    done = bash(
        "setup.sh", str(tmp_path / "v"), "requirements.lock", "run",
        PATH=str(tools), DISPLAY=":1", PYTHON="",
    )  # fmt: skip
    assert "run as root: apt-get update" in done.stderr
    assert "libxcb-cursor0" in done.stderr
    assert done.returncode == 9
