import random
import sqlite3
import time
from contextlib import closing
from decimal import Decimal

import pytest

from replayer_qt.adapters.account_file import SCHEMA
from replayer_qt.adapters.account_store import HELD_AT_THE_END, AccountFile
from replayer_qt.core.account import EntryKind
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.history import AskClosed, AskDays, AskEntries, AskNotes, Note
from replayer_qt.core.order_events import OrderAcknowledged, OrderGated, OrderRequested, OrderSent
from replayer_qt.core.orders import Mode, OrderId, OrderSide, OrderState
from replayer_qt.core.units import PRACTICE, RoundId, StreamId
from tests.helpers.ledger import (
    DAY_NS,
    House,
    account_after,
    bet,
    bet_end,
    buy,
    deposit,
    opening,
    rug,
    sale,
)
from tests.helpers.make import event
from tests.helpers.orders import make_request, make_verdict, story


@pytest.fixture
def store(tmp_path):
    opened = AccountFile(tmp_path / "accounts.sqlite")
    yield opened
    opened.close()


def reopened(store, tmp_path):
    store.close()
    return AccountFile(tmp_path / "accounts.sqlite")


def asked_for(one, mode=Mode.PAPER):
    """The events that bring a fill about, up to the fill itself."""
    side, name, fill = one.fill.side, one.order_id, one.fill
    request = make_request(
        name,
        side=side,
        amount=None if side is OrderSide.SELL else fill.amount,
        round_id=fill.round_id,
        mode=mode,
        stream=one.stream,
    )
    told = [(OrderRequested, {"request": request}), (OrderGated, {"verdict": make_verdict()})]
    told += [(OrderSent, {}), (OrderAcknowledged, {})]
    before = [
        event(kind, one.at, stream=one.stream, order_id=OrderId(name), **more)
        for kind, more in told
    ]
    return [*before, one]


def whole(*events, mode=Mode.PAPER):
    """The events with those of the orders that led to the fills."""
    told = []
    for one in events:
        told += asked_for(one, mode) if hasattr(one, "order_id") else [one]
    return told


def played(seed, steps):
    house = House(seed)
    told = [house.opened()]
    for _ in range(steps):
        told += house.step()
    return told, house


def test_what_is_kept_is_what_the_ledger_booked_digit_for_digit(store):
    """S0-H7, D18: amounts come back from the disk as the decimals that they were."""
    told, _ = played(5, 120)
    store.keep(whole(*told))
    account = account_after(*told)
    rows = store.answer(AskEntries(account=PRACTICE, mode=Mode.PAPER, limit=10_000)).rows
    assert tuple(reversed(rows))[-len(account.entries) :] == account.entries
    assert [row.number for row in rows] == list(range(account.entry_count, 0, -1))
    assert sum((row.amount for row in rows), Decimal(0)) == account.cash
    assert str(rows[0].cash) == str(account.cash)
    closed = store.answer(AskClosed(account=PRACTICE, limit=10_000)).rows
    assert tuple(one.closed for one in reversed(closed))[-len(account.closed) :] == account.closed
    assert store.refused == 0


def test_a_hundred_thousand_amounts_survive_the_store(store):
    """S0-H7, S2-H2, S3-C5: text to decimal to event to store and back is the identity."""
    rng = random.Random(11)
    account = opening("1")
    amounts = []
    for _ in range(100_000):
        digits = "".join(rng.choices("0123456789", k=rng.randrange(1, 19)))
        amounts.append(Decimal(f"{rng.randrange(1, 10 ** rng.randrange(1, 5))}.{digits}"))
    store.keep([account, *(deposit(amount, at=n) for n, amount in enumerate(amounts))])
    kept, before = [], None
    while True:
        page = store.answer(AskEntries(limit=10_000, before=before))
        kept += [str(row.amount) for row in page.rows if row.kind is EntryKind.DEPOSIT]
        before = page.before
        if before is None:
            break
    assert kept == [str(amount) for amount in reversed(amounts)]


def test_a_balance_of_more_digits_than_a_float_has_survives_the_store(store):
    """D18: what was summed up is kept as exactly as what was paid in."""
    store.keep([opening("12345678.123456789012345678"), deposit(Decimal("1E-18"), at=1)])
    rows = store.answer(AskEntries()).rows
    assert [str(row.cash) for row in rows] == [
        "12345678.123456789012345679",
        "12345678.123456789012345678",
    ]


def texts_kept(path):
    """Every text of the columns that hold money."""
    money = {
        "sessions": "cash",
        "entries": "amount, cash, realised, quantity, price",
        "closed": "result, cost",
        "days": "realised",
        "accounts": "cash, quantity, basis, average",
    }
    with closing(sqlite3.connect(path)) as file:
        for table, columns in money.items():
            for row in file.execute(f"SELECT {columns} FROM {table}"):  # noqa: S608 - ours
                yield from row


def test_no_amount_is_written_with_an_exponent(store, tmp_path):
    """S0-H7: billionths are plain decimals in the file, as other readers of it expect."""
    tiny = [deposit(Decimal("-3E-9"), at=1), deposit(Decimal("2E-9"), at=2)]
    store.keep([*whole(*played(5, 120)[0]), *tiny])
    rows = store.answer(AskEntries(limit=2)).rows
    store.close()
    texts = list(texts_kept(tmp_path / "accounts.sqlite"))
    assert "-0.000000003" in texts
    assert [text for text in texts if "E" in text.upper()] == []
    assert [row.amount for row in rows] == [Decimal("2E-9"), Decimal("-3E-9")]


def test_an_amount_that_was_written_with_an_exponent_is_read(store, tmp_path):
    store.keep([opening("1"), deposit(Decimal("-3E-9"), at=1)])
    with closing(sqlite3.connect(tmp_path / "accounts.sqlite")) as file, file:
        file.execute("UPDATE entries SET amount = '-3E-9', realised = '0E-9' WHERE number = 2")
    row = store.answer(AskEntries(limit=1)).rows[0]
    assert (row.amount, row.realised) == (Decimal("-0.000000003"), 0)


def test_keeping_the_same_events_again_changes_nothing(store, tmp_path):
    told = whole(*played(3, 60)[0])
    store.keep(told)
    once = store.answer(AskEntries(limit=10_000)).rows, store.answer(AskDays()).rows
    store.keep(told)
    assert (store.answer(AskEntries(limit=10_000)).rows, store.answer(AskDays()).rows) == once
    store = reopened(store, tmp_path)
    store.keep(told)
    assert (store.answer(AskEntries(limit=10_000)).rows, store.answer(AskDays()).rows) == once
    store.close()


def test_many_small_calls_keep_what_one_large_call_keeps(store, tmp_path):
    told = whole(*played(9, 60)[0])
    store.keep(told)
    many = AccountFile(tmp_path / "many.sqlite")
    for other in told:
        many.keep([other])
    assert many.answer(AskEntries(limit=10_000)).rows == store.answer(AskEntries(limit=10_000)).rows
    assert many.answer(AskDays()).rows == store.answer(AskDays()).rows
    many.close()


def test_the_second_echo_of_a_fill_is_not_kept(store):
    told = whole(opening(), buy("0.1"))
    store.keep([*told, told[-1]])
    assert len(store.answer(AskEntries()).rows) == 2


def test_a_replayed_account_is_not_kept(store):
    replayed = StreamId("replay/1")
    store.keep([event(type(opening()), stream=replayed, mode=Mode.PAPER, cash=Decimal(1))])
    assert store.answer(AskEntries()).rows == ()


def test_an_account_goes_on_where_it_was(store, tmp_path):
    """S4-4b: cash and the day's loss are as they were after a restart."""
    day = 20_000 * DAY_NS
    store.keep(whole(opening(at=day), buy("1", at=day + 1), rug("1", at=day + 2)))
    store = reopened(store, tmp_path)
    found = store.restore(PRACTICE, Mode.PAPER)
    assert (found.cash, found.day, found.day_result) == (
        Decimal("9.02"),
        20_000,
        Decimal("-0.98"),
    )
    assert (found.unresolved, found.entries) == ((), 3)
    again = opening(found.cash, at=day + 9, day=found.day, day_result=found.day_result)
    store.keep([again, *whole(buy("1", at=day + 10, name="b2"), rug("1", at=day + 11))])
    (today,) = store.answer(AskDays()).rows
    assert (today.realised, today.closed, today.losses) == (Decimal("-1.96"), 2, 2)
    store.close()


def test_what_was_held_when_the_program_ended_counts_as_lost(store, tmp_path):
    store.keep(whole(opening(), buy("1", at=5), bet("0.5", name="bet", at=7)))
    store = reopened(store, tmp_path)
    found = store.restore(PRACTICE, Mode.PAPER)
    assert (found.cash, found.day_result, found.entries) == (Decimal("8.5"), Decimal("-1.5"), 5)
    lost = [row for row in store.answer(AskEntries()).rows if row.note == HELD_AT_THE_END]
    assert [(row.kind, row.amount, row.realised) for row in lost] == [
        (EntryKind.RUG, 0, Decimal(-1)),
        (EntryKind.PAYOUT, 0, Decimal("-0.5")),
    ]
    assert store.restore(PRACTICE, Mode.PAPER) == found
    assert len(store.answer(AskClosed()).rows) == 2
    store.close()


def test_an_account_that_was_never_kept_has_no_cash(store):
    found = store.restore("rugs/crash", Mode.LIVE)
    assert (found.cash, found.entries) == (None, 0)
    assert store.restore_all() == {}


@pytest.mark.parametrize(
    ("state", "is_unresolved"),
    [
        (OrderState.REQUESTED, False),
        (OrderState.REFUSED, False),
        (OrderState.GATED, True),
        (OrderState.SENT, True),
        (OrderState.ACKNOWLEDGED, True),
        (OrderState.UNKNOWN, True),
        (OrderState.FILLED, False),
        (OrderState.REJECTED, False),
        (OrderState.EXPIRED, False),
    ],
)
def test_orders_without_an_end_are_remembered(store, tmp_path, state, is_unresolved):
    """FAULTS O7: an order that may have been carried out is not forgotten by a restart."""
    request = make_request(mode=Mode.PRACTICE)
    start = opening(mode=Mode.PRACTICE)
    store.keep([start, *story(request, state)])
    store = reopened(store, tmp_path)
    found = store.restore_all()[PRACTICE, Mode.PRACTICE]
    assert found.unresolved == ((request,) if is_unresolved else ())
    store.close()


def test_an_order_of_an_earlier_run_can_still_end(store, tmp_path):
    request = make_request(mode=Mode.PRACTICE)
    told = story(request, OrderState.FILLED)
    store.keep([opening(mode=Mode.PRACTICE), *told[:3]])
    store = reopened(store, tmp_path)
    assert store.restore(PRACTICE, Mode.PRACTICE).unresolved == (request,)
    store.keep([opening(mode=Mode.PRACTICE, at=99), *told[3:]])
    assert store.restore(PRACTICE, Mode.PRACTICE).unresolved == ()
    assert len(store.answer(AskEntries(fills_only=True)).rows) == 2  # and what was then held
    store.close()


def test_a_paper_order_under_way_ends_with_the_program(store, tmp_path):
    store.keep([opening(), *story(make_request(), OrderState.SENT)])
    store = reopened(store, tmp_path)
    assert store.restore(PRACTICE, Mode.PAPER).unresolved == ()
    with closing(sqlite3.connect(tmp_path / "accounts.sqlite")) as connection:
        assert connection.execute("SELECT state FROM orders").fetchall() == [("expired",)]
    store.close()


def test_pages_follow_each_other_without_a_gap(store):
    store.keep(whole(*played(7, 200)[0]))
    everything = store.answer(AskEntries(limit=10_000)).rows
    paged, before = [], None
    for _ in range(1_000):
        page = store.answer(AskEntries(limit=17, before=before))
        paged += page.rows
        before = page.before
        if before is None:
            break
    assert tuple(paged) == everything
    fills = store.answer(AskEntries(limit=10_000, fills_only=True)).rows
    assert set(fills) < set(everything)
    assert all(one.quantity or one.kind is EntryKind.SIDE_BET for one in fills)


def test_notes_are_found_by_their_words_and_tags(store, tmp_path):
    store.keep(
        whole(opening(), buy("1"), sale("1", price=2.0, name="s1"), bet(name="b"), bet_end())
    )
    first, second = (row.closed.trade_id for row in reversed(store.answer(AskClosed()).rows))
    store.note(Note(trade_id=first, note="100% too early", tags=("scalp", "greed")))
    store.note(Note(trade_id=second, note="a 50_50 guess", tags=("bet",)))
    store.note(Note(trade_id="gone", note="x"))
    store.note(Note(trade_id="gone", note=""))
    store = reopened(store, tmp_path)
    assert [note.trade_id for note in store.answer(AskNotes()).rows] == [second, first]
    for words, found in {"too": first, "0%": first, "50_": second, "gree": first}.items():
        (row,) = store.answer(AskClosed(text=words)).rows
        assert row.closed.trade_id == found, words
    assert store.answer(AskClosed(text="0_t")).rows == ()
    (row,) = store.answer(AskClosed(tag="bet", account=PRACTICE, mode=Mode.PAPER)).rows
    assert (row.note, row.tags) == ("a 50_50 guess", ("bet",))
    assert store.answer(AskClosed(tag="be")).rows == ()
    store.close()


def test_a_file_that_is_damaged_is_set_aside_and_a_new_one_begun(tmp_path):
    path = tmp_path / "accounts.sqlite"
    path.write_bytes(b"this was an account once" * 500)
    store = AccountFile(path)
    (finding,) = store.findings()
    assert "accounts.sqlite.damaged-1" in finding
    assert (tmp_path / "accounts.sqlite.damaged-1").read_bytes().startswith(b"this was")
    store.keep([opening()])
    assert len(store.answer(AskEntries()).rows) == 1
    assert store.findings() == ()
    store.close()


def test_a_torn_page_is_found_after_a_crash(tmp_path):
    path = tmp_path / "accounts.sqlite"
    store = AccountFile(path)
    store.keep(whole(*played(2, 300)[0]))
    store._connection.close()  # as a crash leaves it: marked as in use
    damaged = bytearray(path.read_bytes())
    for place in range(3 * 4_096, len(damaged), 4_096):
        damaged[place : place + 64] = bytes(64)
    path.write_bytes(damaged)
    store = AccountFile(path)
    (finding,) = store.findings()
    assert "damaged" in finding
    assert store.answer(AskEntries()).rows == ()
    store.close()


def test_a_file_of_a_newer_release_is_left_alone(tmp_path):
    path = tmp_path / "accounts.sqlite"
    AccountFile(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(DataDirUnusable, match="newer release"):
        AccountFile(path)
    assert not list(tmp_path.glob("*.damaged-*"))


def test_a_disk_that_refuses_is_an_os_error_and_keeps_nothing(store):
    store.keep([opening()])
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(OSError, match="refused"):
        store.keep(whole(buy("1")))
    store._connection.execute("PRAGMA query_only = OFF")
    store.keep(whole(buy("1")))
    assert [row.amount for row in store.answer(AskEntries()).rows] == [-1, 10]


def test_a_folder_that_is_no_folder_is_told_to_the_user(tmp_path):
    with pytest.raises(DataDirUnusable):
        AccountFile(tmp_path / "nowhere" / "accounts.sqlite")


def test_a_long_history_is_read_page_by_page_by_index(store):
    """S2-M9: a page costs the same wherever it is; a million trades are 50 times as many."""
    closings = 20_000
    with store._connection as connection:
        connection.execute("INSERT INTO sessions VALUES (1, ?, 'paper', 0, '10')", (PRACTICE,))
        connection.executemany(
            "INSERT INTO closed VALUES (?, 1, ?, ?, 'paper', ?, ?, 'sell', 'r', 1, '1', '1', 1)",
            ((n, n, PRACTICE, f"trade-{n}", n) for n in range(1, closings + 1)),
        )
    for also in ("", " AND mode = 'paper'"):
        (plan,) = store._connection.execute(
            f"EXPLAIN QUERY PLAN SELECT id FROM closed WHERE account = ?{also} AND id < ?"  # noqa: S608
            " ORDER BY id DESC LIMIT 200",
            (PRACTICE, 500),
        ).fetchall()
        assert "SEARCH closed USING" in plan[3]

    def took(before):
        least = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            page = store.answer(AskClosed(account=PRACTICE, mode=Mode.PAPER, before=before))
            least = min(least, time.perf_counter() - start)
        assert len(page.rows) == 200
        return least

    assert took(300) < 20 * took(None)
    oldest = store.answer(AskClosed(account=PRACTICE, before=201, limit=200))
    assert oldest.rows[-1].closed.trade_id == "trade-1"


def test_two_accounts_of_one_stream_are_apart(store):
    store.keep(whole(opening("1"), buy("0.5")))
    store.keep(
        whole(opening("7", mode=Mode.PRACTICE, at=5), buy("3", name="p", round_id=RoundId("r")))
    )
    found = store.restore_all()
    assert found[PRACTICE, Mode.PAPER].cash == Decimal("0.5")
    assert found[PRACTICE, Mode.PRACTICE].cash == 4
    assert len(store.answer(AskEntries(mode=Mode.PRACTICE, fills_only=True)).rows) == 2
