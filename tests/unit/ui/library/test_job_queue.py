import pytest

from replayer_qt.core.library_answers import FileReport, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import CancelJob, Import, Refresh, Seal
from replayer_qt.ui.library.job_bar import ended_words
from replayer_qt.ui.library.job_queue import WAITING_MOST, JobQueue
from replayer_qt.ui.library.questions import Questions


def made(qapp):
    queue = JobQueue(Questions())
    asked: list[object] = []
    queue.asked.connect(asked.append)
    return queue, asked


def ended(job, **fields):
    return JobEnded(ticket=job.ticket, title="x", state=JobState.DONE, **fields)


def test_jobs_are_asked_for_one_after_another_each_with_its_own_ticket(qapp):
    queue, asked = made(qapp)
    queue.add(Import(paths=("a",)))
    queue.add(Seal(paths=("b",)))
    assert [type(job) for job in asked] == [Import]
    queue.show_ended(ended(asked[0]))
    assert [type(job) for job in asked] == [Import, Seal]
    assert len({job.ticket for job in asked}) == 2
    queue.show_ended(ended(asked[1]))
    assert queue.running is None


def test_the_same_job_does_not_wait_twice_and_too_many_are_refused(qapp):
    queue, _ = made(qapp)
    refused: list[str] = []
    given_up: list[object] = []
    queue.refused.connect(refused.append)
    queue.given_up.connect(given_up.append)
    queue.add(Refresh())
    for number in range(WAITING_MOST + 3):
        queue.add(Import(paths=(f"{number}",)))
        queue.add(Import(paths=(f"{min(number, 5)}",)))
    assert len(queue.waiting) == WAITING_MOST
    assert len(refused) == 3
    queue.forget_waiting()
    assert not queue.waiting
    assert len(given_up) == WAITING_MOST + 3 + WAITING_MOST + 3


def test_a_job_is_cancelled_once_and_only_its_own_end_ends_it(qapp):
    queue, asked = made(qapp)
    queue.add(Import(paths=("a",)))
    queue.cancel()
    queue.cancel()
    assert [each for each in asked if isinstance(each, CancelJob)] == [
        CancelJob(ticket=asked[0].ticket)
    ]
    queue.show_ended(JobEnded(ticket=-1, title="other", state=JobState.DONE))
    assert queue.running is not None
    assert queue.ended is None
    queue.show_ended(ended(asked[0], said="done"))
    assert (queue.running, queue.cancelling) == (None, False)


def test_a_job_of_somebody_else_is_shown_only_while_none_of_ours_runs(qapp):
    queue, asked = made(qapp)
    queue.show_progress(Progress(ticket=-1, title="Looking", done=1, total=2))
    assert queue.told.title == "Looking"
    queue.add(Import(paths=("a",)))
    queue.show_progress(Progress(ticket=-1, title="Looking", done=2, total=2))
    assert queue.told is None
    queue.show_progress(Progress(ticket=asked[0].ticket, title="Importing", done=1, total=2))
    assert queue.told.title == "Importing"


def test_nothing_is_said_of_a_look_that_found_nothing(qapp):
    queue, _ = made(qapp)
    queue.show_ended(JobEnded(ticket=-1, title="Looking", state=JobState.DONE))
    assert queue.ended is None
    queue.show_ended(JobEnded(ticket=-1, title="Looking", state=JobState.DONE, changed=True))
    assert queue.ended is not None


def test_cancelling_a_job_that_waits_leaves_the_running_one_alone(qapp):
    queue, asked = made(qapp)
    given_up: list[object] = []
    queue.given_up.connect(given_up.append)
    queue.add(Import(paths=("a",)))
    queue.add(Seal(paths=("b",)))
    queue.cancel_one(queue.waiting[0].ticket)
    assert not queue.waiting
    assert [type(job) for job in given_up] == [Seal]
    assert not queue.cancelling
    queue.cancel_one(asked[0].ticket)
    assert queue.cancelling


def test_a_look_of_somebody_else_does_not_take_the_place_of_what_a_person_asked_for(qapp):
    queue, asked = made(qapp)
    files = (FileReport(path="/a", outcome="imported"),)
    queue.add(Import(paths=("a",)))
    queue.show_ended(ended(asked[0], said="1 of 1 files.", files=files))
    look = {"ticket": -1, "title": "Looking", "state": JobState.DONE}
    queue.show_ended(JobEnded(**look, changed=True, files=(FileReport(path="/b", outcome="x"),)))
    assert queue.ended.said == "1 of 1 files."
    assert queue.reported.files == files
    assert not queue.is_look
    queue.show_ended(JobEnded(**look | {"state": JobState.FAILED}, problem="The disk is full."))
    assert queue.ended.said == "1 of 1 files."
    assert queue.trouble.problem == "The disk is full."
    queue.show_ended(JobEnded(**look))
    assert queue.trouble is None


def test_only_jobs_that_bring_rounds_are_said_to(qapp):
    queue, asked = made(qapp)
    assert not queue.brings_rounds
    queue.show_progress(Progress(ticket=-1, title="Looking", done=1, total=2))
    assert queue.brings_rounds
    queue.add(Seal(paths=("a",)))
    assert not queue.brings_rounds
    queue.show_ended(ended(asked[0]))
    queue.add(Refresh())
    assert queue.brings_rounds


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"said": "3 of 9 files."}, "○ Importing cancelled: 3 of 9 files."),
        ({}, "○ Importing cancelled"),
        ({"state": JobState.DONE}, "✓ Importing: done"),
        ({"state": JobState.FAILED, "problem": "No room."}, "■ Importing: No room."),
    ],
)
def test_a_job_that_was_cancelled_says_so_in_words(fields, words):
    given = {"ticket": 1, "title": "Importing", "state": JobState.CANCELLED} | fields
    assert ended_words(JobEnded(**given)) == words
