"""The accounts' thread: keeps everything in order, tells what is wrong, ends in time."""

import threading
import time
from decimal import Decimal

import pytest

from replayer_qt.adapters.account_store import AccountFile
from replayer_qt.core.account import EntryKind
from replayer_qt.core.errors import DataDirUnusable
from replayer_qt.core.history import AskClosed, AskEntries, HistoryAnswer, Note
from replayer_qt.core.orders import Mode
from replayer_qt.core.trade_commands import NoteTrade
from replayer_qt.core.units import PRACTICE
from replayer_qt.runtime.account_keeper import QUERIES_KEPT, AccountKeeper
from tests.helpers.ledger import deposit, opening
from tests.helpers.listener import Listener


class FaultyStore:
    """A store whose disk hangs or refuses as long as it is told to."""

    def __init__(self, *, begins=None):
        self.gate = threading.Event()
        self.gate.set()
        self.fault = None
        self.begins = begins
        self.events = []
        self.notes = []
        self.threads = set()
        self.closed = 0

    def opened(self):
        if self.begins is not None:
            raise self.begins
        return self

    def findings(self):
        return ("the old file was damaged",)

    def restore_all(self):
        return {}

    def keep(self, events):
        self.threads.add(threading.get_ident())
        self.gate.wait(30)
        if self.fault is not None:
            raise self.fault
        self.events += events

    def note(self, note):
        if self.fault is not None:
            raise self.fault
        self.notes.append(note)

    def answer(self, query):
        return HistoryAnswer(query=query, before=len(self.events))

    def close(self):
        self.closed += 1


@pytest.fixture
def store():
    return FaultyStore()


@pytest.fixture
def keeper(store):
    made = AccountKeeper(store.opened, events_kept=100, retry_s=0.01)
    yield made
    store.gate.set()
    store.fault = None
    assert made.stop()


def test_what_is_kept_is_in_the_file_after_a_stop(qtbot, tmp_path):
    path = tmp_path / "accounts.sqlite"
    keeper = AccountKeeper(lambda: AccountFile(path))
    restored = Listener(keeper.restored)
    keeper.start()
    for number in range(1, 500):
        assert keeper.keep((opening() if number == 1 else deposit("1", at=number),))
    assert keeper.note(NoteTrade(trade_id="t", note="why"))
    assert keeper.stop()
    qtbot.waitUntil(lambda: restored.heard == [{}])
    again = AccountKeeper(lambda: AccountFile(path))
    restored, notes = Listener(again.restored), Listener(again.remembered)
    answered = Listener(again.answered)
    again.start()
    again.ask(AskEntries(limit=1))
    qtbot.waitUntil(lambda: len(answered.heard) == 1)
    assert again.stop()
    (told,) = restored.heard
    assert told[PRACTICE, Mode.PAPER].cash == Decimal(508)
    assert notes.heard == [(Note(trade_id="t", note="why"),)]
    assert answered.heard[0].rows[0].kind is EntryKind.DEPOSIT


def test_nobody_waits_for_a_disk_that_hangs(store, keeper):
    store.gate.clear()
    keeper.start()
    start = time.perf_counter()
    for number in range(50):
        assert keeper.keep((deposit("1", at=number),))
    assert time.perf_counter() - start < 5
    assert store.events == []
    assert not keeper.flush(timeout_ms=20)
    store.gate.set()
    assert keeper.flush()
    assert [one.at for one in store.events] == list(range(50))
    assert store.threads.isdisjoint({threading.get_ident()})


def test_what_the_disk_refuses_is_kept_when_it_no_longer_does(qtbot, store, keeper):
    """S1-N4: account events are never dropped; they wait, in order."""
    failed, recoveries = Listener(keeper.failed), []
    keeper.recovered.connect(lambda: recoveries.append(1))
    store.fault = OSError(28, "No space left on device")
    keeper.start()
    for number in range(20):
        keeper.keep((deposit("1", at=number),))
    keeper.note(NoteTrade(trade_id="t", note="n"))
    qtbot.waitUntil(lambda: failed.heard == ["No space left on device"])
    store.fault = None
    qtbot.waitUntil(lambda: recoveries == [1])
    assert keeper.flush()
    assert [one.at for one in store.events] == list(range(20))
    assert [one.trade_id for one in store.notes] == ["t"]
    assert len(failed.heard) == 1


def test_a_note_that_is_refused_does_not_keep_its_events_twice(qtbot, store, keeper):
    def refuse_once(note):
        store.note = store.notes.append
        raise OSError(5, "Input/output error")

    store.gate.clear()
    store.note = refuse_once
    keeper.start()
    keeper.keep((deposit("1"), deposit("2")))
    keeper.note(NoteTrade(trade_id="t", note="n"))
    store.gate.set()
    assert keeper.flush()
    assert [one.amount for one in store.events] == [1, 2]
    assert len(store.notes) == 1


def test_when_too_much_waits_nothing_is_kept_with_a_hole(qtbot, store, keeper):
    """S1-N4: the queue is bounded; what does not fit ends the keeping, and a person is told."""
    failed = Listener(keeper.failed)
    store.gate.clear()
    keeper.start()
    taken = [keeper.keep((deposit("1", at=number),)) for number in range(150)]
    assert taken.index(False) == 100
    assert not any(taken[100:])
    qtbot.waitUntil(lambda: len(failed.heard) == 1)
    assert "100 events wait" in failed.heard[0]
    store.gate.set()
    qtbot.waitUntil(lambda: len(store.events) == 100)
    assert [one.at for one in store.events] == list(range(100))
    assert not keeper.keep((deposit("1"),))
    assert not keeper.flush()


def test_a_question_sees_what_was_kept_before_it(qtbot, store, keeper):
    answered = Listener(keeper.answered)
    keeper.start()
    keeper.keep(tuple(deposit("1", at=number) for number in range(30)))
    keeper.ask(AskClosed())
    qtbot.waitUntil(lambda: len(answered.heard) == 1)
    assert answered.heard[0] == HistoryAnswer(query=AskClosed(), before=30)


def test_too_many_questions_are_answered_with_a_problem(qtbot, store, keeper):
    answered = Listener(keeper.answered)
    for number in range(QUERIES_KEPT + 3):
        keeper.ask(AskEntries(limit=number + 1))
    keeper.start()
    qtbot.waitUntil(lambda: len(answered.heard) == QUERIES_KEPT + 3)
    assert sorted(one.query.limit for one in answered.heard if one.problem) == [1, 2, 3]


def test_what_was_wrong_with_the_file_is_told(qtbot, store, keeper):
    found = Listener(keeper.found)
    keeper.start()
    qtbot.waitUntil(lambda: found.heard == ["the old file was damaged"])


def test_a_file_that_cannot_be_opened_is_told_and_nothing_hangs(qtbot):
    store = FaultyStore(
        begins=DataDirUnusable("accounts.sqlite cannot be used.", remedy="Free it.")
    )
    keeper = AccountKeeper(store.opened)
    failed, answered = Listener(keeper.failed), Listener(keeper.answered)
    restored = Listener(keeper.restored)
    keeper.ask(AskEntries())
    keeper.start()
    qtbot.waitUntil(lambda: failed.heard == ["accounts.sqlite cannot be used. Free it."])
    qtbot.waitUntil(lambda: len(answered.heard) == 1)
    assert answered.heard[0].problem
    assert restored.heard == [{}]
    assert not keeper.keep((deposit("1"),))
    assert keeper.stop()


def test_a_store_that_breaks_its_word_is_told_as_a_fault(qtbot, store, keeper, caplog):
    failed = Listener(keeper.failed)
    store.fault = ValueError("a bug")
    keeper.start()
    keeper.keep((deposit("1"),))
    qtbot.waitUntil(lambda: len(failed.heard) == 1)
    assert "error of this program" in failed.heard[0]
    assert keeper.wait(5_000)
    assert store.closed == 1
    assert "the accounts' thread fell" in caplog.text


def test_stopping_twice_is_safe_and_closes_the_file_once(store, keeper):
    keeper.start()
    keeper.keep((deposit("1"),))
    assert keeper.stop()
    assert keeper.stop()
    assert (len(store.events), store.closed) == (1, 1)


def test_stopping_does_not_wait_for_ever_for_a_disk_that_refuses(store, keeper, caplog):
    store.fault = OSError(5, "Input/output error")
    keeper.start()
    keeper.keep((deposit("1"),))
    assert keeper.stop()
    assert "1 account events could not be kept" in caplog.text
    assert store.closed == 1
