"""What was read once is there again, and a broken store costs nothing but time."""

import sqlite3
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.library.columns_packing import Unpackable, pack, unpack
from replayer_qt.adapters.library.columns_store import ColumnFile
from replayer_qt.core.columns import RoundColumns
from replayer_qt.core.library import FileEntry
from replayer_qt.core.units import PRACTICE, RoundId

LARGEST = 2**62
BEGUN = 1_761_900_000_000_000_000


def columns(size=100, *, name="r", seed=1):
    draw = np.random.default_rng(seed)
    return RoundColumns(
        stream=PRACTICE,
        round_id=RoundId(name),
        ticks=np.arange(size),
        prices=draw.random(size) + 0.5,
        ats=BEGUN + np.cumsum(draw.integers(1, 500_000, size)) * 1_000,
        counts=np.arange(size) // 3,
        rug_tick=size - 1,
        repaired=2,
    )


def entry(path="/a/b.jsonl", digest="d1"):
    return FileEntry(
        path=path,
        size=1,
        modified=1,
        format="A",
        digest=digest,
        sealed=False,
        plain_size=1,
        lines=1,
    )


def same(one, other):
    for name in ("ticks", "prices", "ats", "counts"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype
        assert mine.tolist() == theirs.tolist()
        assert not theirs.flags.writeable
    for name in ("stream", "round_id", "rug_tick", "repaired"):
        assert getattr(one, name) == getattr(other, name)


@pytest.fixture
def store(tmp_path):
    store = ColumnFile(tmp_path / "library" / "columns.sqlite")
    yield store
    store.close()


def test_what_was_put_is_got_again_after_reopening_too(tmp_path):
    path = tmp_path / "columns.sqlite"
    store = ColumnFile(path)
    rounds = (columns(), columns(1, name="b"), columns(0, name="c"))
    store.put(entry(), rounds)
    store.close()
    store.close()
    again = ColumnFile(path)
    for one, other in zip(rounds, again.get(entry()), strict=True):
        same(one, other)
    assert again.broken == ""
    again.close()


def test_a_file_of_another_content_or_name_is_not_known(store):
    store.put(entry(), (columns(),))
    assert store.get(entry(digest="d2")) is None
    assert store.get(entry(path="/other")) is None
    assert store.get(entry(digest="")) is None


def test_no_rounds_are_nothing_to_keep_and_take_no_place(store):
    store.put(entry(), (columns(),))
    store.put(entry(), ())
    assert store.get(entry()) is not None
    store.put(entry("/b"), ())
    assert store.get(entry("/b")) is None


def test_what_is_forgotten_is_gone(store):
    store.put(entry(), (columns(),))
    store.forget(["/a/b.jsonl", "/never/known"])
    assert store.get(entry()) is None


def test_a_newer_content_takes_the_place_of_the_older(store):
    store.put(entry(), (columns(5),))
    store.put(entry(digest="d2"), (columns(9),))
    assert store.get(entry()) is None
    assert len(store.get(entry(digest="d2"))[0].ticks) == 9


def test_the_longest_unused_goes_first_and_the_bound_is_kept(tmp_path):
    path = tmp_path / "columns.sqlite"
    size = len(pack((columns(),)))
    store = ColumnFile(path, limit=20 * size)
    for number in range(15):
        store.put(entry(str(number)), (columns(),))
    assert store.get(entry("0")) is not None
    for number in range(15, 60):
        store.put(entry(str(number)), (columns(),))
        assert store.get(entry("0")) is not None
    store.close()
    with sqlite3.connect(path) as reading:
        (total,) = reading.execute("SELECT SUM(size) FROM columns").fetchone()
    reading.close()
    assert total <= 22 * size
    again = ColumnFile(path, limit=20 * size)
    assert again.get(entry("0")) is not None
    assert again.get(entry("59")) is not None
    assert again.get(entry("1")) is None
    again.close()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000, b"SQLite format 3\0" * 99])
def test_a_broken_store_is_made_anew(tmp_path, content):
    path = tmp_path / "columns.sqlite"
    path.write_bytes(content)
    store = ColumnFile(path)
    assert bool(store.broken) == bool(content)
    store.put(entry(), (columns(),))
    assert store.get(entry()) is not None
    store.close()


def test_a_store_that_breaks_in_use_is_made_anew(tmp_path):
    path = tmp_path / "columns.sqlite"
    store = ColumnFile(path)
    for number in range(200):
        store.put(entry(str(number)), (columns(500, seed=number),))
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(bytes(content))
    store = ColumnFile(path)
    found = [store.get(entry(str(number))) for number in range(200)]
    assert not any(found)
    assert store.broken
    store.put(entry(), (columns(),))
    assert store.get(entry()) is not None
    store.close()


def test_a_store_without_its_table_is_made_anew(tmp_path):
    path = tmp_path / "columns.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA user_version=1")
    made.close()
    store = ColumnFile(path)
    store.put(entry(), (columns(),))
    assert store.get(entry()) is not None
    store.close()


def test_a_store_of_another_version_is_made_anew(tmp_path):
    path = tmp_path / "columns.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE columns(x)")
        made.execute("PRAGMA user_version=99")
    made.close()
    store = ColumnFile(path)
    assert "99" in store.broken
    store.put(entry(), (columns(),))
    assert store.get(entry()) is not None
    store.close()


def test_a_flipped_byte_is_not_believed(tmp_path):
    path = tmp_path / "columns.sqlite"
    store = ColumnFile(path)
    store.put(entry(), (columns(),))
    with sqlite3.connect(path) as spoiling:
        (content,) = spoiling.execute("SELECT content FROM columns").fetchone()
        spoilt = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        spoiling.execute("UPDATE columns SET content=?", (spoilt,))
    spoiling.close()
    assert store.get(entry()) is None
    assert store.get(entry()) is None
    store.close()


def test_a_store_that_cannot_be_used_keeps_nothing_and_says_why(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    store = ColumnFile(tmp_path / "file" / "columns.sqlite")
    store.put(entry(), (columns(),))
    assert store.get(entry()) is None
    store.forget(["x"])
    store.close()
    assert "cannot be used" in store.broken


def test_a_call_on_another_thread_gets_nothing_and_breaks_nothing(store):
    store.put(entry(), (columns(),))
    got = []
    thread = threading.Thread(target=lambda: got.append(store.get(entry())))
    thread.start()
    thread.join()
    assert got == [None]
    assert store.broken == ""
    assert store.get(entry()) is not None


def test_two_stores_on_one_file_see_each_others(tmp_path):
    one, other = (ColumnFile(tmp_path / "columns.sqlite") for _ in range(2))
    one.put(entry("a"), (columns(),))
    other.put(entry("b"), (columns(),))
    assert one.get(entry("b")) is not None
    assert other.get(entry("a")) is not None
    one.close()
    other.close()


numbers = st.one_of(
    st.lists(st.integers(-1, LARGEST), max_size=20),
    st.lists(
        st.integers(0, 40).map(lambda n: 1_761_900_000_000_000_000 + n * 1_000_000), max_size=9
    ),
)


@given(ticks=numbers, ats=numbers, counts=numbers, prices=st.lists(st.floats(), max_size=20))
def test_whatever_the_numbers_they_come_back_as_they_were(ticks, ats, counts, prices):
    size = min(map(len, (ticks, ats, counts, prices)))
    made = RoundColumns(
        stream=PRACTICE,
        round_id=RoundId("ünï"),
        ticks=np.array(ticks[:size], np.int64),
        prices=np.array(prices[:size], np.float64),
        ats=np.array(ats[:size], np.int64),
        counts=np.array(counts[:size], np.int64),
    )
    (found,) = unpack(pack((made,)))
    for name in ("ticks", "ats", "counts"):
        assert getattr(found, name).tolist() == getattr(made, name).tolist()
    assert found.prices.tobytes() == made.prices.tobytes()


@given(content=st.binary(max_size=99))
def test_bytes_of_elsewhere_are_refused(content):
    with pytest.raises(Unpackable):
        unpack(content)


def test_columns_are_small():
    assert len(pack((columns(1_300),))) < 1_300 * 14
