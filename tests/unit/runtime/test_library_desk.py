"""The library's threads: every request is answered once, jobs can be ended, news are looked for."""

import threading

import pytest

from replayer_qt.core.errors import CatalogueUnusable
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import (
    JobEnded,
    JobState,
    Progress,
    RoundsFound,
)
from replayer_qt.core.library_requests import (
    CancelJob,
    FindRounds,
    LookForNew,
    Rebuild,
    Refresh,
    Verify,
)
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.units import PRACTICE, Nanos
from replayer_qt.runtime.library_desk import NEWS_TICKET, OWN_TICKET, LibraryDesk
from replayer_qt.runtime.library_thread import LibraryThread
from tests.helpers.listener import Listener


class Shelf:
    """A library that answers at once; its jobs last until they are let go or cancelled."""

    def __init__(self):
        self.threads = set()
        self.asked = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.begun = threading.Event()
        self.closed = 0
        self.broken = None

    def open(self):
        if self.broken:
            raise self.broken
        return self

    def answer(self, question):
        self.threads.add(threading.get_ident())
        self.asked.append(question)
        if question.query.text == "bug":
            raise ZeroDivisionError("of this test")
        return RoundsFound(ticket=question.ticket, ids=(1, 2), total=2)

    def carry_out(self, job, tell, is_cancelled):
        self.threads.add(threading.get_ident())
        self.asked.append(job)
        self.begun.set()
        tell(Progress(ticket=job.ticket, title="Working", done=1, total=2))
        while not self.may_end.wait(0.005):
            if is_cancelled():
                return JobEnded(ticket=job.ticket, title="Working", state=JobState.CANCELLED)
        return JobEnded(ticket=job.ticket, title="Working", state=JobState.DONE)

    def close(self):
        self.closed += 1


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def desk(qtbot, shelf):
    desk = LibraryDesk(shelf.open, soon_ms=10)
    yield desk
    shelf.may_end.set()
    assert desk.stop()


def find(ticket, text=""):
    return FindRounds(ticket=ticket, query=RoundQuery(text=text))


def own(heard):
    return [one for one in heard if isinstance(one, JobEnded) and one.ticket == OWN_TICKET]


def asked(heard):
    return [one for one in heard if one.ticket != OWN_TICKET]


def test_questions_are_answered_in_order_and_away_from_the_main_thread(desk, shelf, qtbot):
    answers = Listener(desk.answered)
    desk.start()
    for ticket in range(1, 20):
        desk.obey(find(ticket))
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 19)
    assert [one.ticket for one in asked(answers.heard)] == list(range(1, 20))
    assert threading.get_ident() not in shelf.threads
    assert desk.stop()
    assert shelf.closed == 2


def test_a_long_job_never_holds_a_question_up(desk, shelf, qtbot):
    """S0-H5, S1-C2: what takes long is on a thread of its own."""
    shelf.may_end.clear()
    answers, told = Listener(desk.answered), Listener(desk.progressed)
    desk.start()
    desk.obey(Rebuild(ticket=7))
    desk.obey(find(8))
    qtbot.waitUntil(lambda: [one.ticket for one in asked(answers.heard)] == [8])
    shelf.may_end.set()
    qtbot.waitUntil(lambda: [one.ticket for one in asked(answers.heard)] == [8, 7])
    assert [one.ticket for one in told.heard] == [OWN_TICKET, 7]


@pytest.mark.parametrize("ticket", [7, 8])
def test_a_job_can_be_ended_in_hand_or_in_the_queue(desk, shelf, qtbot, ticket):
    shelf.may_end.clear()
    answers = Listener(desk.answered)
    desk.start()
    desk.obey(CancelJob(ticket=OWN_TICKET))
    for number in (7, 8):
        desk.obey(Verify(ticket=number, paths=()))
    qtbot.waitUntil(lambda: any(one.ticket == 7 for one in shelf.asked))
    desk.obey(CancelJob(ticket=ticket))
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 1)
    ended = asked(answers.heard)[0]
    assert (ended.ticket, ended.state) == (ticket, JobState.CANCELLED)
    shelf.may_end.set()
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 2)
    assert asked(answers.heard)[1].state is JobState.DONE


def test_a_library_that_cannot_be_opened_says_why_until_it_can(desk, shelf, qtbot):
    shelf.broken = CatalogueUnusable("The catalogue is gone.", remedy="Rebuild it.")
    answers = Listener(desk.answered)
    desk.start()
    desk.obey(find(1))
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 1)
    assert asked(answers.heard)[0].problem == "The catalogue is gone. Rebuild it."
    shelf.broken = None
    desk.obey(find(2))
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 2)
    assert asked(answers.heard)[1].ids == (1, 2)


def test_a_bug_answers_one_question_and_ends_no_thread(desk, qtbot, caplog):
    """FAULTS C1: an exception in a thread is told, and the next request is answered."""
    answers = Listener(desk.answered)
    desk.start()
    desk.obey(find(1, "bug"))
    desk.obey(find(2))
    qtbot.waitUntil(lambda: len(asked(answers.heard)) == 2)
    assert "error of this program" in asked(answers.heard)[0].problem
    assert asked(answers.heard)[1].problem == ""
    assert "of this test" in caplog.text


def test_the_queue_is_bounded_and_what_it_gives_up_is_answered(qtbot, shelf):
    """S1-N4: drop-oldest, and nobody waits for ever."""
    thread = LibraryThread("test", shelf.open, requests_kept=3)
    answers = Listener(thread.answered)
    for ticket in range(5):
        thread.ask(find(ticket))
    qtbot.waitUntil(lambda: len(answers.heard) == 2)
    assert [(one.ticket, bool(one.problem)) for one in answers.heard] == [(0, True), (1, True)]
    thread.start()
    qtbot.waitUntil(lambda: len(answers.heard) == 5)
    assert [one.ticket for one in answers.heard[2:]] == [2, 3, 4]
    assert thread.is_idle
    assert thread.stop()


def test_it_looks_everywhere_at_first_then_whenever_a_round_was_recorded(desk, shelf, qtbot):
    answers = Listener(desk.answered)
    desk.start()
    qtbot.waitUntil(lambda: len(own(answers.heard)) == 1)
    for rounds in (1, 1, 2):
        desk.hear(
            RecordingChanged(
                at=Nanos(0), mono=Nanos(0), stream=PRACTICE, state=Recording.ON, rounds=rounds
            )
        )
    qtbot.waitUntil(lambda: len(own(answers.heard)) == 2)
    assert [type(one) for one in shelf.asked] == [Refresh, LookForNew, Refresh]
    assert [one.everywhere for one in shelf.asked if isinstance(one, Refresh)] == [True, False]


class BusyShelf(Shelf):
    """Its jobs last until they are let go, but for a look for news."""

    def carry_out(self, job, tell, is_cancelled):
        if not isinstance(job, LookForNew):
            return super().carry_out(job, tell, is_cancelled)
        self.asked.append(job)
        return JobEnded(ticket=job.ticket, title="Looking", state=JobState.DONE, changed=True)


def test_a_round_that_was_just_recorded_waits_for_no_job(qtbot):
    """Item 4, live update: whatever takes long, an import, an export, a rebuild."""
    shelf = BusyShelf()
    shelf.may_end.clear()
    desk = LibraryDesk(shelf.open, soon_ms=10)
    answers = Listener(desk.answered)
    desk.start()
    desk.obey(Rebuild(ticket=7))
    for rounds in (1, 2, 3):
        desk.hear(
            RecordingChanged(
                at=Nanos(0), mono=Nanos(0), stream=PRACTICE, state=Recording.ON, rounds=rounds
            )
        )
        qtbot.waitUntil(lambda rounds=rounds: len(answers.heard) == rounds)
    assert {one.ticket for one in answers.heard} == {NEWS_TICKET}
    assert all(one.changed for one in answers.heard)
    shelf.may_end.set()
    qtbot.waitUntil(lambda: {OWN_TICKET, 7} <= {one.ticket for one in answers.heard})
    assert desk.stop()


def test_it_never_looks_twice_at_once_but_misses_nothing(desk, shelf, qtbot):
    shelf.may_end.clear()
    answers = Listener(desk.answered)
    desk.start()
    qtbot.waitUntil(shelf.begun.is_set)
    for _ in range(3):
        desk._look()
    assert len(shelf.asked) == 1
    shelf.may_end.set()
    qtbot.waitUntil(lambda: len(own(answers.heard)) == 2)
    assert len(shelf.asked) == 2


def test_it_stops_at_once_in_the_middle_of_a_job(desk, shelf, qtbot):
    """S1-H9: a thread that works ends in time."""
    shelf.may_end.clear()
    desk.start()
    qtbot.waitUntil(shelf.begun.is_set)
    assert desk.stop()
    assert not desk.isRunning()
    assert shelf.closed == 1
