"""The library is asked how long rounds live: when it matters, and not too often."""

import pytest

from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.runtime.library_desk import NEWS_TICKET, OWN_TICKET
from replayer_qt.ui.survival_asker import SURVIVAL_TICKET, SurvivalAsker
from tests.helpers.studies import small_study


@pytest.fixture
def asker(qapp):
    made = SurvivalAsker()
    made.sent, made.tables = [], []
    made.asked.connect(made.sent.append)
    made.told.connect(made.tables.append)
    return made


def ended(ticket=SURVIVAL_TICKET, *, state=JobState.DONE, **others):
    return JobEnded(ticket=ticket, title="lives", state=state, **others)


def test_nothing_is_asked_until_it_would_be_shown(asker):
    asker.want(on=False)
    asker.hear(ended(7, changed=True))
    assert asker.sent == []
    asker.want(on=True)
    assert [one.ticket for one in asker.sent] == [SURVIVAL_TICKET]


def test_one_question_is_under_way_at_most(asker):
    asker.apart_ms = 0
    asker.want(on=True)
    for _ in range(3):
        asker.hear(ended(7, changed=True))
        asker.want(on=True)
    assert len(asker.sent) == 1
    asker.hear(ended(outcome=small_study()))
    assert (len(asker.sent), len(asker.tables)) == (2, 1)
    asker.hear(ended(outcome=small_study()))
    assert (len(asker.sent), len(asker.tables)) == (2, 2)


def test_many_changes_are_one_question_a_while_later(asker, qtbot):
    asker.apart_ms = 10**6
    asker.want(on=True)
    asker.hear(ended())
    for _ in range(9):
        asker.hear(ended(7, changed=True))
    assert len(asker.sent) == 1
    assert asker._later.isActive()
    asker.apart_ms = 0
    asker._later.start(0)
    qtbot.waitUntil(lambda: len(asker.sent) == 2)
    asker.hear(ended())
    assert len(asker.sent) == 2


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_failed_is_asked_again_and_ever_more_seldom(asker, state):
    asker.apart_ms = 10**6
    asker.want(on=True)
    waits = []
    for _ in range(8):
        asker.hear(ended(state=state))
        waits.append(asker._later.interval())
        asker._since.invalidate()
        asker._later.stop()
        asker.want(on=True)
    assert len(asker.sent) == 9
    assert [round(wait / 10**6) for wait in waits] == [2, 4, 8, 16, 32, 64, 64, 64]
    assert asker.tables == []
    asker.hear(ended(outcome=small_study()))
    asker.hear(ended(7, changed=True))
    assert round(asker._later.interval() / 10**6) == 1


def test_a_question_that_is_not_shown_any_more_is_not_repeated(asker, qtbot):
    asker.apart_ms = 1
    asker.want(on=True)
    asker.want(on=False)
    asker.hear(ended(state=JobState.FAILED))
    qtbot.wait(20)
    assert len(asker.sent) == 1


def test_the_library_s_own_jobs_have_other_tickets():
    assert SURVIVAL_TICKET not in (OWN_TICKET, NEWS_TICKET)
