import logging
import random
import threading
from decimal import Decimal

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.events import (
    EventsShed,
    Fairness,
    FairnessChecked,
    FeedChanged,
    Link,
)
from replayer_qt.core.order_events import AccountOpened, ArmingChanged, ArmState, KillSwitched
from replayer_qt.core.orders import Mode
from replayer_qt.core.program_events import (
    ProblemRaised,
    Recording,
    RecordingChanged,
    Severity,
)
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.ui.models.tables import NOTICES_KEPT, Notice
from replayer_qt.ui.notice_bar import STACK, NoticeBar
from replayer_qt.ui.notices import Notices
from tests.helpers.make import ROUND, event


@pytest.fixture
def notices(qapp):
    return Notices()


def tell(notices, *events):
    notices.show_frame(Advance(events=events, state=State(), session=Session()))


def told(notices):
    rows = notices.rows
    return [rows.row(number) for number in range(rows.rowCount())]


def problem(what="It broke.", **fields):
    return event(ProblemRaised, code="broken", what=what, remedy="Mend it.", **fields)


def test_a_problem_is_told_once_and_counted_after(notices):
    """S2-H3: each problem has one notice, however often it is raised."""
    tell(notices, *[problem()] * 5, problem("Another."))
    assert [(row.what, row.count) for row in told(notices)] == [("Another.", 1), ("It broke.", 5)]
    assert told(notices)[0].remedy == "Mend it."


def test_lifting_the_kill_switch_takes_its_notices_back_and_no_others(notices):
    over = []
    notices.over.connect(over.append)
    words = [f"The kill switch is on ({by})." for by in ("key", "tray")]
    pressed = [
        event(ProblemRaised, code="kill-switch", what=each, remedy="Lift it.") for each in words
    ]
    tell(notices, problem(), event(KillSwitched, on=True, reason="a", by="key"), *pressed)
    assert over == []
    tell(notices, event(KillSwitched, on=False, reason="done", by="button"))
    assert {each.what for each in over} == set(words)
    assert len(told(notices)) == 3


def test_a_lost_and_restored_feed_is_told_twice(notices):
    def linked(link):
        return event(FeedChanged, link=link, reason="reset by peer")

    tell(notices, linked(Link.CONNECTING), linked(Link.LIVE))
    assert told(notices) == []
    tell(notices, *[linked(Link.WAITING)] * 3, linked(Link.CONNECTING))
    assert [row.severity for row in told(notices)] == [Severity.WARNING]
    assert "reset by peer" in told(notices)[0].remedy
    tell(notices, linked(Link.STALE), linked(Link.LIVE))
    assert told(notices)[0].code == "feed-restored"


def test_an_interrupted_recording_is_told_when_lost_and_when_restored(notices):
    """S3-H1, S0-M4: the person is told twice, though the recorder repeats itself."""

    def recording(state, **fields):
        return event(RecordingChanged, state=state, **fields)

    tell(notices, recording(Recording.ON), recording(Recording.ON, records=9))
    assert told(notices) == []
    tell(notices, *[recording(Recording.FAULTED, reason="Input/output error.")] * 9)
    tell(notices, recording(Recording.ON, lost=7))
    codes = [(row.code, row.count) for row in told(notices)]
    assert codes == [("recording-restored", 1), ("recording-faulted", 1)]
    assert told(notices)[0].remedy == "7 records were lost."
    tell(notices, recording(Recording.DISK_FULL))
    assert told(notices)[0].severity is Severity.ERROR


def test_an_unfair_round_a_damaged_file_and_shed_ticks_are_told(notices):
    unfair = event(FairnessChecked, round_id=ROUND, verdict=Fairness.FAILED, detail="tick 3")
    fair = event(FairnessChecked, round_id=ROUND, verdict=Fairness.VERIFIED)
    damage = tuple(f"line {n} is torn" for n in range(9))
    opened = event(ReplayOpened, source="a.jsonl", damage=damage, rounds=())
    sound = event(ReplayOpened, source="b.jsonl", damage=(), rounds=())
    shed = event(EventsShed, queue="engine", count=40, first_at=0, last_at=1)
    tell(notices, unfair, fair, opened, sound, shed, shed)
    assert [(row.code, row.count) for row in told(notices)] == [
        ("shed", 80),
        ("damaged", 1),
        ("unfair", 1),
    ]
    assert "6 more" in told(notices)[1].remedy


def test_notices_are_bounded_and_their_text_is_cleaned(notices):
    """S1-N4, FAULTS S3: drop-oldest; no line breaks or endless words from a server."""
    for number in range(NOTICES_KEPT + 50):
        tell(notices, problem(f"Number {number}\n\u202e" + "x" * 5_000))
    assert len(told(notices)) == NOTICES_KEPT
    assert all(len(row.what) <= 400 and "\n" not in row.what for row in told(notices))


class Sender(QObject):
    said = Signal(object)


def test_notices_from_eight_threads_are_all_counted_and_five_are_stacked(qtbot, notices, caplog):
    """S0-M5: 8 threads tell 1,000 each through a queued signal; nothing is lost, 5 are seen."""
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(800, 600)
    ground.show()
    bar = NoticeBar()
    QVBoxLayout(ground).addWidget(bar)
    notices.told.connect(bar.tell)
    senders = [Sender() for _ in range(8)]
    for sender in senders:
        sender.said.connect(notices.notify, Qt.ConnectionType.QueuedConnection)

    def tell_many(sender, seed):
        rng = random.Random(seed)
        for _ in range(1_000):
            kind = rng.randrange(20)
            sender.said.emit(Notice(code="t", severity=Severity.ERROR, what=f"Kind {kind}"))

    threads = [
        threading.Thread(target=tell_many, args=(sender, n)) for n, sender in enumerate(senders)
    ]
    with caplog.at_level(logging.WARNING):
        for thread in threads:
            thread.start()
        qtbot.waitUntil(lambda: sum(row.count for row in told(notices)) == 8_000, timeout=20_000)
        for thread in threads:
            thread.join()
    assert not caplog.records
    assert len(told(notices)) == 20
    assert len(bar.toasts) == STACK
    assert bar.height() <= ground.height()


def test_notify_refuses_another_thread(notices):
    """S0-M5, S0-H5: a call from another thread is a bug, and says so."""
    caught = []

    def call():
        try:
            notices.notify(Notice(code="t", severity=Severity.INFO, what="x"))
        except ContractBroken as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert len(caught) == 1
    assert told(notices) == []


def test_a_toast_counts_up_in_place_and_can_be_dismissed(qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(500, 400)
    ground.show()
    bar = NoticeBar()
    QVBoxLayout(ground).addWidget(bar)
    for number in range(8):
        bar.tell(Notice(code="t", severity=Severity.ERROR, what=f"Kind {number}"))
    assert [toast.notice.what for toast in bar.toasts] == [f"Kind {n}" for n in range(3, 8)]
    bar.tell(Notice(code="t", severity=Severity.ERROR, what="Kind 5", count=4))
    assert len(bar.toasts) == STACK
    assert bar.toasts[2].notice.count == 4
    bar.toasts[2]._dismiss()
    assert [toast.notice.what for toast in bar.toasts] == ["Kind 3", "Kind 4", "Kind 6", "Kind 7"]
    bar.clear()
    assert not bar.isVisible()


def test_news_go_by_themselves_and_errors_stay(qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(500, 400)
    ground.show()
    bar = NoticeBar()
    QVBoxLayout(ground).addWidget(bar)
    bar.tell(Notice(code="a", severity=Severity.INFO, what="News"))
    bar.tell(Notice(code="w", severity=Severity.WARNING, what="Warning"))
    bar.tell(Notice(code="b", severity=Severity.ERROR, what="Error"))
    news, warning, error = bar.toasts
    assert news._timer.interval() == warning._timer.interval() == 8_000
    assert news._timer.isActive()
    assert warning._timer.isActive()
    assert not error._timer.isActive()
    news._timer.start(1)
    warning._timer.start(1)
    qtbot.waitUntil(lambda: [toast.notice.what for toast in bar.toasts] == ["Error"])


def test_streams_do_not_share_their_link(notices):
    tell(notices, event(FeedChanged, link=Link.STALE))
    tell(notices, event(FeedChanged, stream="rugs/crash", link=Link.LIVE))
    assert len(told(notices)) == 1
    assert PRACTICE.startswith("practice")


@pytest.fixture
def bar(qtbot, notices):
    made = NoticeBar()
    qtbot.addWidget(made)
    notices.told.connect(made.tell)
    notices.over.connect(made.take_back)
    return made


def stacked(bar):
    return [toast.notice.code for toast in bar.toasts]


@pytest.mark.parametrize("bad", [Link.STALE, Link.WAITING, Link.BLOCKED, Link.ENDED], ids=str)
def test_what_was_said_of_a_lost_feed_goes_when_it_is_live_again(notices, bar, bad):
    """S2-H3: a notice that is not so any more is not left standing."""
    tell(notices, event(FeedChanged, link=bad, reason="reset by peer"))
    assert stacked(bar) == [f"feed-{bad.value}"]
    tell(notices, event(FeedChanged, link=Link.CONNECTING))
    assert stacked(bar) == [f"feed-{bad.value}"]
    tell(notices, event(FeedChanged, link=Link.LIVE))
    assert stacked(bar) == ["feed-restored"]
    assert len(told(notices)) == 2


def test_a_trouble_takes_the_place_of_the_one_before_and_goes_with_the_venue(notices, bar):
    tell(notices, event(FeedChanged, link=Link.STALE), event(FeedChanged, link=Link.WAITING))
    assert stacked(bar) == ["feed-waiting"]
    tell(notices, event(FeedChanged, link=Link.OFF))
    assert stacked(bar) == []


@pytest.mark.parametrize("bad", [Recording.FAULTED, Recording.DISK_FULL], ids=str)
@pytest.mark.parametrize("then", [Recording.ON, Recording.OFF], ids=str)
def test_what_was_said_of_a_recording_goes_when_it_goes_on_or_is_stopped(notices, bar, bad, then):
    tell(notices, event(RecordingChanged, state=bad, reason="Input/output error."))
    assert stacked(bar) == [f"recording-{bad.value}"]
    tell(notices, event(RecordingChanged, state=then))
    assert stacked(bar) == (["recording-restored"] if then is Recording.ON else [])


def halted(reason="the kill switch is on", state=ArmState.HALT, **fields):
    return event(ArmingChanged, state=state, reason=reason, **fields)


def test_a_halt_is_told_once_and_taken_back_when_it_is_acknowledged(notices, bar):
    """Why nothing leaves any more is still to be read when the bar says something else."""
    tell(notices, halted(state=ArmState.ARMED), halted(), halted("our ledger differs"))
    tell(notices, halted())
    (row,) = told(notices)
    assert (row.code, row.severity, row.count) == ("halted", Severity.ERROR, 1)
    assert "the kill switch is on" in row.what
    assert stacked(bar) == ["halted"]
    tell(notices, halted("a person has read it", ArmState.SAFE))
    assert stacked(bar) == []
    assert told(notices) == [row]


def test_the_next_halt_is_told_again_and_each_market_has_its_own(notices):
    tell(notices, halted(), halted(state=ArmState.SAFE), halted())
    assert [row.count for row in told(notices)] == [2]
    tell(notices, halted("today's loss has reached 5 SOL", stream=RUGS))
    assert [row.count for row in told(notices)] == [1, 2]
    assert "today's loss" in told(notices)[0].what


def test_an_account_that_is_opened_anew_is_not_halted_any_more(notices, bar):
    opened = event(AccountOpened, mode=Mode.PAPER, cash=Decimal(1))
    tell(notices, halted(), opened)
    assert stacked(bar) == []
    tell(notices, halted())
    assert [row.count for row in told(notices)] == [2]


@pytest.mark.parametrize("state", [state for state in ArmState if state is not ArmState.HALT])
def test_only_a_halt_is_told(notices, state):
    tell(notices, halted(state=state))
    assert told(notices) == []
