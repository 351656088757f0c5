"""The shared catalogue: several machines, a server that goes and comes, passwords."""

import socket
import threading
import traceback

import psycopg
import pytest

from replayer_qt.adapters.library import catalogue_postgres
from replayer_qt.adapters.library.catalogue import open_catalogue
from replayer_qt.adapters.library.catalogue_postgres import NAMESPACE, place_of
from replayer_qt.core.errors import CatalogueUnusable
from replayer_qt.core.library import Marks, Range, RoundQuery
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import RUGS, RoundId
from tests.helpers.library import file_entry, round_entry


@pytest.fixture
def url(postgres_server):
    postgres_server.empty(NAMESPACE)
    return postgres_server.url


@pytest.fixture
def opened(url, tmp_path):
    """Opens the catalogue as a machine does, each with a folder of its own."""
    made = []

    def open_one(machine="one"):
        made.append(open_catalogue(tmp_path / machine, LibrarySettings(url=url), lambda _: None))
        return made[-1]

    yield open_one
    for catalogue in made:
        catalogue.close()


def cut(server):
    """End every connection to the server."""
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND application_name = 'replayer'"
    )


def test_machines_share_rounds_but_know_their_own_files(opened):
    one, other = opened("one"), opened("other")
    one.put(file_entry("/rec/a", digest="1" * 64), [round_entry(trades=1)])
    other.put(file_entry("/rec/a", digest="2" * 64), [round_entry(trades=2)])
    assert [file.digest[0] for file in one.files()] == ["1"]
    assert one.file_of_digest("2" * 64) is None
    assert one.rounds_of("/rec/a")[0].trades == 1
    assert one.totals().files == 2
    (row,) = other.rows(other.find(RoundQuery()))
    assert (row.copies, row.entry.trades, row.file.path) == (2, 2, "/rec/a")
    one.forget(["/rec/a"])
    assert one.files() == ()
    assert len(other.files()) == 1


def test_a_copy_on_this_machine_is_shown_before_a_better_one_elsewhere(opened, tmp_path):
    one, other = opened("one"), opened("other")
    there = place_of(tmp_path / "other")
    one.put(file_entry("/here"), [round_entry("both", trades=1)])
    other.put(file_entry("/there"), [round_entry("both", trades=2), round_entry("theirs")])
    rows = {row.entry.round_id: row for row in one.rows(one.find(RoundQuery()))}
    assert (rows["both"].file.path, rows["both"].entry.trades) == ("/here", 1)
    assert rows["theirs"].file.path == f"{there}:/there"
    assert one.locate(RUGS, RoundId("both")) == ("/here", f"{there}:/there")
    assert other.locate(RUGS, RoundId("both"))[0] == "/there"
    one.forget([f"{there}:/there"])
    assert len(other.files()) == 1


def test_clearing_one_machine_leaves_the_others(opened):
    one, other = opened("one"), opened("other")
    one.put(file_entry("/here"), [round_entry("both", peak=9.0), round_entry("ours")])
    other.put(file_entry("/there"), [round_entry("both", peak=2.0)])
    one.clear()
    assert one.files() == ()
    (row,) = one.rows(one.find(RoundQuery(peak=Range(high=3.0))))
    assert (row.entry.round_id, row.copies) == ("both", 1)
    assert one.totals().rounds == 1


def test_a_machine_keeps_its_name_and_each_has_another(tmp_path):
    first = place_of(tmp_path / "one")
    assert place_of(tmp_path / "one") == first
    assert place_of(tmp_path / "two") != first
    (tmp_path / "one" / "place").write_text("no name at all\n")
    assert place_of(tmp_path / "one") not in {first, "no name at all"}


def test_machines_that_start_at_once_agree_on_one_name_a_folder(tmp_path):
    barrier = threading.Barrier(8)
    found = []

    def work():
        barrier.wait(timeout=10)
        found.append(place_of(tmp_path))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_connection_that_is_cut_is_made_again(opened, postgres_server):
    catalogue = opened()
    catalogue.put(file_entry(), [round_entry()])
    for work in (
        lambda: catalogue.find(RoundQuery()),
        lambda: catalogue.put(file_entry(), [round_entry()]),
        lambda: catalogue.mark(RUGS, RoundId("r1"), Marks(note="n")),
    ):
        cut(postgres_server)
        work()
    assert len(catalogue.find(RoundQuery(text="n"))) == 1


def test_tables_that_somebody_dropped_are_made_again(opened, postgres_server):
    catalogue = opened()
    catalogue.put(file_entry(), [round_entry()])
    postgres_server.run(f"DROP SCHEMA {NAMESPACE} CASCADE")
    assert catalogue.find(RoundQuery()) == ()
    assert catalogue.put(file_entry(), [round_entry()]) == 1


def test_a_server_that_stops_is_an_error_until_it_is_back(opened, postgres_server):
    catalogue = opened()
    catalogue.put(file_entry(), [round_entry()])
    postgres_server.stop()
    try:
        for _ in range(2):
            with pytest.raises(CatalogueUnusable, match="database 'postgres'") as told:
                catalogue.find(RoundQuery())
            assert told.value.remedy
    finally:
        postgres_server.start()
    assert len(catalogue.find(RoundQuery())) == 1


def test_machines_that_write_at_once_lose_nothing(opened):
    def work(machine):
        catalogue = opened(machine)
        for number in range(10):
            catalogue.put(
                file_entry(f"/{number}"), [round_entry(f"r{number}", trades=len(machine))]
            )
            catalogue.mark(RUGS, RoundId(f"r{number}"), Marks(tags=(machine,)))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "bb", "ccc")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    catalogue = opened("d")
    rows = catalogue.rows(catalogue.find(RoundQuery()))
    assert {(row.copies, row.entry.trades) for row in rows} == {(3, 3)}
    assert len(rows) == 10


def test_a_statement_that_takes_too_long_is_ended(opened, monkeypatch):
    monkeypatch.setattr(
        catalogue_postgres, "_SESSION", f"-c statement_timeout=100 -c search_path={NAMESPACE}"
    )
    catalogue = opened()
    with pytest.raises(CatalogueUnusable, match="statement timeout"):
        catalogue._store.read(lambda cursor: cursor.rows("SELECT pg_sleep(20)"))
    assert catalogue.find(RoundQuery()) == ()


def test_what_another_program_wrote_there_is_told(opened, postgres_server):
    catalogue = opened()
    catalogue.put(file_entry(), [round_entry()])
    postgres_server.run(rf"UPDATE {NAMESPACE}.copies SET body = '\x00ff'")  # noqa: S608 - ours
    with pytest.raises(CatalogueUnusable):
        catalogue.rows(catalogue.find(RoundQuery()))


# --- addresses and passwords

PASSWORD = "hunter2%secret"  # noqa: S105  # pragma: allowlist secret
IN_URL = "hunter2%25secret"


def everything_told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{IN_URL}@localhost:1/db",
        f"postgresql://me:{IN_URL}@no.such.host.invalid/db",
        f"postgresql://me:{PASSWORD}@localhost:1/db",
        f"postgresql://me:{IN_URL}@localhost:notaport/db",
        f"postgresql://me:{IN_URL}@localhost:1/db?nonsense=1",
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(tmp_path, address):
    with pytest.raises(CatalogueUnusable) as told:
        open_catalogue(tmp_path, LibrarySettings(url=address), lambda _: None)
    text = everything_told(told.value)
    assert told.value.remedy
    assert "hunter2" not in text
    assert "secret" not in told.value.what


def test_the_host_and_the_database_are_named(tmp_path):
    with pytest.raises(CatalogueUnusable, match="on localhost, database 'db'"):
        open_catalogue(
            tmp_path, LibrarySettings(url="postgresql://me@localhost:1/db"), lambda _: PASSWORD
        )


def test_a_missing_password_is_asked_for_by_the_address(url, tmp_path, monkeypatch):
    asked, used = [], []
    real = psycopg.Connection.connect

    def connect(**parameters):
        used.append(parameters.get("password"))
        return real(**parameters)

    monkeypatch.setattr(psycopg.Connection, "connect", connect)

    def secret(address):
        asked.append(address)
        return PASSWORD

    open_catalogue(tmp_path, LibrarySettings(url=url), secret).close()
    assert (asked, used) == ([url], [PASSWORD])
    stated = url.replace("tester@", f"tester:{IN_URL}@")
    open_catalogue(tmp_path, LibrarySettings(url=stated), secret).close()
    assert (asked, used) == ([url], [PASSWORD, PASSWORD])


def test_a_server_that_says_nothing_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(
        catalogue_postgres, "_DEFAULTS", {**catalogue_postgres._DEFAULTS, "connect_timeout": 2}
    )
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        address = f"postgresql://me@127.0.0.1:{port}/db"
        with pytest.raises(CatalogueUnusable, match="timeout"):
            open_catalogue(tmp_path, LibrarySettings(url=address), lambda _: None)


def test_a_person_who_may_not_make_tables_is_told(opened, postgres_server, url, tmp_path):
    postgres_server.run(f"DROP SCHEMA IF EXISTS {NAMESPACE} CASCADE")
    postgres_server.run("DROP ROLE IF EXISTS guest")
    postgres_server.run("CREATE ROLE guest LOGIN")
    address = url.replace("tester@", "guest@")
    with pytest.raises(CatalogueUnusable, match="permission denied"):
        open_catalogue(tmp_path, LibrarySettings(url=address), lambda _: None)
