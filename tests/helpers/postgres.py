"""A real PostgreSQL server of the tests' own, in a temporary folder, on a private socket."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

START_S = 30.0
MISSING = "no PostgreSQL server is installed (on Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder with the newest server's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).parent if named else None


class Server:
    """A server that listens on a socket in its own folder, and lets everybody there in."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self._folder = folder
        self._bin = bin_folder
        self._process: subprocess.Popen[bytes] | None = None
        # a server refuses to run as root
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user, self._user)
        words = ["initdb", "-D", "data", "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync"]
        subprocess.run(  # noqa: S603 - ours
            [bin_folder / words[0], *words[1:], "--locale=C.UTF-8"],
            cwd=folder,
            user=self._user,
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=START_S,
        )

    @property
    def url(self) -> str:
        return f"postgresql://tester@/postgres?host={self._folder}"

    def start(self) -> None:
        settings = {
            "unix_socket_directories": str(self._folder),
            "listen_addresses": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "20",
            "shared_buffers": "32MB",
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ours
                [
                    self._bin / "postgres",
                    "-D",
                    "data",
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                cwd=self._folder,
                user=self._user,
                env={"PATH": os.environ["PATH"]},
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                self.stop()
                raise AssertionError((self._folder / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it; connections are cut."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)  # without waiting for its clients
        try:
            process.wait(timeout=START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def run(self, sql: str) -> list[tuple]:
        """Run a statement, and return what it answers."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def empty(self, schema: str) -> None:
        """Empty all tables of a schema, if it is there."""
        found = self.run(
            f"SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables"  # noqa: S608 - ours
            f" WHERE schemaname = '{schema}'"
        )
        if found[0][0]:
            self.run(f"TRUNCATE {found[0][0]} RESTART IDENTITY")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for all tests of a process."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="replayer-pg-"))
    server = None
    try:
        server = Server(folder, found)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
