"""The catalogue's own file: damage, other versions, several users at once."""

import contextlib
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import replayer_qt
from replayer_qt.adapters.library.catalogue import SqlCatalogue, open_catalogue
from replayer_qt.adapters.library.catalogue_sql import find_sql
from replayer_qt.adapters.library.catalogue_sqlite import FILE, SqliteStore, set_aside
from replayer_qt.core.errors import CatalogueUnusable
from replayer_qt.core.library import Marks, Quality, Range, RoundQuery, SortBy
from replayer_qt.core.settings import LibrarySettings
from replayer_qt.core.units import RUGS, RoundId
from tests.helpers.library import file_entry, round_entry


def opened(folder):
    return open_catalogue(folder, LibrarySettings(), lambda _: None)


def filled(folder, rounds=200):
    catalogue = opened(folder)
    catalogue.put_many(
        [(file_entry(f"/{number}"), [round_entry(f"r{number}")]) for number in range(rounds)]
    )
    catalogue.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_its_owner_reads_it(tmp_path):
    filled(tmp_path / "library")
    assert (tmp_path / "library" / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "library").stat().st_mode & 0o777 == 0o700


def test_it_is_there_after_opening_again_and_closing_twice_is_safe(tmp_path):
    filled(tmp_path)
    catalogue = opened(tmp_path)
    assert len(catalogue.find(RoundQuery())) == 200
    catalogue.close()
    catalogue.close()
    with pytest.raises(CatalogueUnusable, match="closed"):
        catalogue.find(RoundQuery())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"this is no database, but text of some length" * 100,
        lambda data: data[:50] + b"\xff" * 200 + data[250:],
        lambda data: data[: len(data) // 2],
        lambda data: b"\0" * len(data),
    ],
    ids=["text", "header", "half", "zeros"],
)
def test_a_damaged_file_is_set_aside_and_an_empty_one_begun(tmp_path, spoil):
    filled(tmp_path)
    path = tmp_path / FILE
    spoiled = spoil(path.read_bytes())
    path.write_bytes(spoiled)
    catalogue = opened(tmp_path)
    with contextlib.suppress(CatalogueUnusable):  # some damage is seen only in the pages
        catalogue.totals()
    catalogue.put(file_entry("/new"), [round_entry("new")])
    assert len(catalogue.find(RoundQuery())) == 1
    assert (tmp_path / f"{FILE}.broken").read_bytes()[:100] == spoiled[:100]
    catalogue.close()


def test_what_makes_no_sense_in_it_is_damage_too(tmp_path):
    filled(tmp_path, rounds=1)
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("UPDATE copies SET body = x'00ff'")
    connection.commit()
    connection.close()
    catalogue = opened(tmp_path)
    with pytest.raises(CatalogueUnusable, match="damaged") as told:
        catalogue.rows(catalogue.find(RoundQuery()))
    assert "library rebuild" in told.value.remedy
    assert catalogue.totals().files == 0
    catalogue.close()


def test_every_flipped_page_is_survived(tmp_path):
    filled(tmp_path)
    data = (tmp_path / FILE).read_bytes()
    page = 4096
    for start in range(0, len(data), page * 7):
        folder = tmp_path / f"at{start}"
        folder.mkdir()
        flipped = bytearray(data)
        flipped[start : start + page] = bytes(byte ^ 0x55 for byte in data[start : start + page])
        (folder / FILE).write_bytes(flipped)
        catalogue = opened(folder)
        for _ in range(3):
            with contextlib.suppress(CatalogueUnusable):
                catalogue.put(file_entry("/new"), [round_entry("new")])
                catalogue.rows(catalogue.find(RoundQuery()))
                catalogue.forget(["/5"])
                break
        else:
            pytest.fail(f"damage at {start} was never got over")
        catalogue.close()


def test_another_version_is_set_aside(tmp_path):
    filled(tmp_path)
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    catalogue = opened(tmp_path)
    assert catalogue.find(RoundQuery()) == ()
    assert (tmp_path / f"{FILE}.broken").exists()
    catalogue.close()


def test_threads_that_find_it_damaged_at_once_share_the_new_one(tmp_path):
    filled(tmp_path)
    (tmp_path / FILE).write_bytes(b"this is no database, but text of some length" * 100)
    barrier = threading.Barrier(4)
    made = []

    def work(number):
        barrier.wait(timeout=10)
        catalogue = opened(tmp_path)
        catalogue.put(file_entry(f"/{number}"), [round_entry(f"r{number}")])
        made.append(catalogue)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [catalogue.totals().files for catalogue in made] == [4, 4, 4, 4]
    for catalogue in made:
        catalogue.close()


def test_a_file_that_another_process_set_aside_is_left(tmp_path):
    filled(tmp_path)
    one = opened(tmp_path)
    assert one.totals().files == 200
    set_aside(tmp_path / FILE)
    other = opened(tmp_path)
    other.put(file_entry("/new"), [round_entry("new")])
    assert one.totals().files == 1
    assert one.put(file_entry("/newer"), [round_entry("newer")]) == 1
    assert other.totals().files == 2
    one.close()
    other.close()


def test_a_folder_that_was_deleted_is_made_again(tmp_path):
    filled(tmp_path / "library")
    catalogue = opened(tmp_path / "library")
    shutil.rmtree(tmp_path / "library")
    assert catalogue.totals().files == 0
    assert catalogue.put(file_entry(), [round_entry()]) == 1
    catalogue.close()


def test_a_file_of_another_program_is_set_aside(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("CREATE TABLE rounds (mine)")
    connection.commit()
    connection.close()
    catalogue = opened(tmp_path)
    assert catalogue.totals().rounds == 0
    catalogue.close()


def test_a_place_where_no_file_can_be_is_an_error_that_names_it(tmp_path):
    (tmp_path / "library").write_text("a file")
    with pytest.raises(CatalogueUnusable, match="library"):
        opened(tmp_path / "library")
    (tmp_path / "other" / FILE).mkdir(parents=True)
    with pytest.raises(CatalogueUnusable, match=FILE):
        opened(tmp_path / "other")


@pytest.mark.parametrize("sort", SortBy)
def test_no_question_of_a_large_library_reads_whole_rows_or_sorts_them_all(tmp_path, sort):
    """S3-R2: filters read one index that holds all they need, sorting alone reads in order."""
    filled(tmp_path)
    store = SqliteStore(tmp_path)

    def plan(query):
        def work(cursor):
            sql, parameters = find_sql(query, cursor)
            return cursor.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)

        return " ".join(row[-1] for row in store.read(work))

    for descending in (False, True):
        alone = plan(RoundQuery(sort=sort, descending=descending))
        assert "COVERING INDEX" in alone
        assert "TEMP B-TREE" not in alone
        narrowed = plan(
            RoundQuery(
                peak=Range(2, 5),
                ticks=Range(high=100),
                quality=(Quality.WHOLE,),
                venues=("rugs",),
                bookmarked=False,
                sort=sort,
                descending=descending,
            )
        )
        assert "COVERING INDEX rounds_by_begun" in narrowed
    store.close()


def test_a_catalogue_of_our_own_needs_no_server():
    """S3-R2: without an address nothing of a database server is even loaded."""
    code = (
        "import sys, tempfile; from pathlib import Path\n"
        "from replayer_qt.adapters.library.catalogue import SqlCatalogue, open_catalogue\n"
        "from replayer_qt.core.library import RoundQuery\n"
        "from replayer_qt.core.settings import LibrarySettings\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    one = open_catalogue(Path(folder), LibrarySettings(), lambda _: None)\n"
        "    print(one.find(RoundQuery()), 'psycopg' in sys.modules)\n"
        "    one.close()\n"
    )
    told = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", code],
        cwd=Path(replayer_qt.__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.split() == ["()", "False"]


def test_who_holds_it_for_long_is_waited_for_and_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr("replayer_qt.adapters.library.catalogue_sqlite.BUSY_S", 0.1)
    catalogue = opened(tmp_path)
    holder = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CatalogueUnusable, match="another process"):
        catalogue.put(file_entry(), [round_entry()])
    assert catalogue.find(RoundQuery()) == ()
    holder.execute("ROLLBACK")
    holder.close()
    assert catalogue.put(file_entry(), [round_entry()]) == 1
    catalogue.close()


def test_work_that_fails_half_way_leaves_nothing(tmp_path):
    store = SqliteStore(tmp_path)

    def work(cursor):
        cursor.run("INSERT INTO searches (name, body) VALUES (?, ?)", ["a", b""])
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        store.write(work)
    assert store.read(lambda cursor: cursor.rows("SELECT * FROM searches")) == []
    store.close()


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path):
    filled(tmp_path, rounds=20)
    store = SqliteStore(tmp_path)
    catalogue = SqlCatalogue(store)
    store._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(CatalogueUnusable, match="full") as told:
        catalogue.put_many(
            [(file_entry(f"/new{number}"), [round_entry(f"n{number}")]) for number in range(900)]
        )
    assert "disk" in told.value.remedy
    assert len(catalogue.find(RoundQuery())) == 20
    assert catalogue.totals().files == 20
    catalogue.close()


def put_some(folder, name, count):
    catalogue = opened(folder)
    for number in range(count):
        catalogue.put(
            file_entry(f"/{name}/{number}"),
            [round_entry(f"r{number}", trades=len(name)), round_entry(f"{name}{number}")],
        )
        catalogue.mark(RUGS, RoundId(f"r{number}"), Marks(tags=(name,)))
    catalogue.close()


def test_threads_with_a_catalogue_each_lose_nothing(tmp_path):
    threads = [
        threading.Thread(target=put_some, args=(tmp_path, name, 25)) for name in ("a", "bb", "ccc")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    catalogue = opened(tmp_path)
    assert len(catalogue.find(RoundQuery())) == 100
    rows = catalogue.rows(catalogue.find(RoundQuery(text="r1")))
    assert {row.file.path.split("/")[1] for row in rows if row.copies == 3} == {"ccc"}
    catalogue.close()


def test_processes_with_a_catalogue_each_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=put_some, args=(tmp_path, name, 15)) for name in ("a", "bb")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    assert [worker.exitcode for worker in workers] == [0, 0]
    catalogue = opened(tmp_path)
    assert len(catalogue.find(RoundQuery())) == 45
    assert catalogue.totals().files == 30
    catalogue.close()


def test_many_open_it_for_the_first_time_at_once(tmp_path):
    barrier = threading.Barrier(8)
    found, wrong = [], []

    def work():
        barrier.wait(timeout=10)
        try:
            catalogue = opened(tmp_path)
            found.append(catalogue.totals().files)
            catalogue.close()
        except CatalogueUnusable as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, wrong) == ([0] * 8, [])
    assert not (tmp_path / f"{FILE}.broken").exists()
