"""What every view says when there is nothing, not yet, or not all: the words of docs/states.md."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from replayer_qt.core.account import EntryKind
from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, RoundOpened, TimerTicked
from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import Answer, JobEnded, JobState, UsageRead
from replayer_qt.core.order_events import Difference
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.replay_events import ReplayOpened
from replayer_qt.core.units import Nanos, RoundId
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.dialogs.bookmarks import BookmarksDialog
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.library.study_page import Showing, StudyPage
from replayer_qt.ui.library.window import LibraryWindow
from tests.gui.desk import (
    PRACTICE,
    REPLAY,
    ROUND,
    Bench,
    Store,
    event,
    lively,
    measured,
    moved_to,
    wave,
)
from tests.gui.sweep import painted_texts, shown_texts
from tests.helpers.a_library import ALibrary
from tests.helpers.make import ticked
from tests.helpers.trading_frames import account, bought, killed, trading

DOCS = Path(__file__).parents[2] / "docs" / "states.md"
FIGURE = re.compile(r"\d\.\d{3}")
NO_ACCOUNT = "No account here: connect to a venue, or open a recording."


def settle():
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def link(bench, state, **fields):
    bench.connect(link=Link.LIVE)
    lively(bench)
    bench.feed([event(FeedChanged, stream=PRACTICE, link=state, **fields)])


def counted_down(bench):
    bench.connect()
    lively(bench)
    told = {"stream": PRACTICE, "round_id": RoundId("20261121-next0000")}
    bench.feed([event(RoundOpened, **told), event(PhaseChanged, phase=Phase.PRESALE, **told)])
    bench.feed([event(TimerTicked, remaining_ms=4_700, **told)])


def without_ticks(bench):
    bench.connect()
    lively(bench)
    bench.feed([ticked(200, 1.1, stream=PRACTICE)])


def opening(bench):
    opened = event(ReplayOpened, stream=REPLAY, source="a.jsonl", damage=(), rounds=(ROUND,))
    bench.feed([opened])
    bench.window.show_frame(bench.engine.show(REPLAY))


def behind(bench):
    bench.replay(wave(60), source="live", behind=420)


def one_kind(bench):
    bench.trade(trading(account=account(entries=(bought(),), cash=Decimal("9.978"))))
    kinds = bench.window.panels["ledger"].filter
    kinds.setCurrentIndex(kinds.findData(EntryKind.PAYOUT))


def no_such_words(bench):
    bench.trade(trading())
    bench.window.panels["journal"].filter.setText("nowhere")
    bench.trade(trading())


def nobody(bench):
    bench.connect()
    lively(bench)
    bench.window.panels["trades"]._filter.setText("nobody of this name")


def drifted(bench):
    apart = Difference(field="cash", ours=Decimal("9.98"), theirs=Decimal("9.97"))
    bench.trade(trading(drift=(apart,)))


def put_away(bench):
    bench.replay(wave(60))
    bench.window.show_frame(bench.engine.drop(REPLAY))


WINDOW = {
    "no market": (lambda bench: None, [
        "No market yet", "Nothing connects by itself.", "Practice exchange\nCtrl+1",
        "Open recording\nCtrl+O", "no venue", "not connected", "○ off", "OFFLINE", "NO ACCOUNT",
        "connect to a venue or open a recording", NO_ACCOUNT,
        "No round was seen yet: connect to a venue, or open a recording.",
        "No trade of anybody was seen yet.", "Nothing is received: connect to a venue.",
        "Nothing to tell: problems and questions will stand here.",
        "The curve begins with the first closed trade.",
    ]),
    "connecting": (lambda bench: bench.connect(link=Link.CONNECTING), [
        "CONNECTING", "connecting…", "Waiting for the first tick",
    ]),
    "no tick": (lambda bench: bench.connect(), [
        "Waiting for the first tick",
        "No round was seen here yet: the next one will be the first.",
    ]),
    "countdown": (counted_down, ["Next round in 4.70 s"]),
    "rugged": (lambda bench: (bench.connect(), bench.feed(moved_to(PRACTICE, wave(60)))), [
        "RUGGED 0.0123x at 59",
    ]),
    "stale": (lambda bench: link(bench, Link.STALE), ["STALE", "stale", "sends no new ticks"]),
    "waiting": (lambda bench: link(bench, Link.WAITING, retry_at=Nanos(4_100_000_000)), [
        "WAITING", "waiting, retry in 3.1 s",
    ]),
    "blocked": (lambda bench: link(bench, Link.BLOCKED), [
        "BLOCKED", "blocked", "was tried too often",
    ]),
    "ended": (lambda bench: link(bench, Link.ENDED), ["ENDED", "Connect again"]),
    "missing": (without_ticks, ["ticks of this round are missing."]),
    "refused": (lambda bench: (
        bench.connect(), bench.feed([measured(stream=PRACTICE, rejected={"bad json": 5})]),
    ), ["▲ 5", "bad json 5"]),
    "recorder waits": (lambda bench: bench.record(), ["○ waiting", "as soon as a venue"]),
    "disk full": (lambda bench: bench.record(Recording.DISK_FULL, reason="no space left"), [
        "■ disk full: no space left", "Recording is interrupted: the disk is full.",
    ]),
    "nothing traded": (lambda bench: bench.trade(trading()), [
        "No orders in this session yet.",
        "No trades in this session yet.", "No rule was measured yet",
        "No closed trades in this session yet.", "No open side bet",
    ]),
    "account not open": (
        lambda bench: bench.trade(trading(account=account(opened=False))),
        ["The ledger is empty: the account is not open yet."],
    ),
    "no such entry": (one_kind, ["No entry of this kind."]),
    "no such note": (no_such_words, ["No trade has these words in its note or tags."]),
    "no such player": (nobody, ["No trade of a player with these letters"]),
    "drift": (drifted, ["DRIFT", "ours 9.98, venue 9.97"]),
    "killed": (lambda bench: bench.trade(trading(), kill=killed()), ["KILL SWITCH ON", "KILLED"]),
    "opening": (opening, ["opening…", "PAST"]),
    "behind": (behind, ["420 behind", "PAST"]),
    "put away": (put_away, ["No market yet", "no venue", NO_ACCOUNT]),
}  # fmt: skip


def unanswered(window, _library):
    window.rounds.show_answer(Answer(ticket=0))


def failed(window, library):
    library.problem = "The catalogue is locked by another program."
    window.rounds.refresh()
    window.space.refresh()


def no_match(window, _library):
    window.rounds.set_query(RoundQuery(text="no such words"), at_once=True)


def coming(window, _library):
    window.import_paths(["/rec"])


def chosen(window, library):
    library.holding = True
    window.rounds.table.selectRow(3)


def study(state):
    def show(window, _library):
        page = window.study
        page._ask_for_all()
        if state is not None:
            problem = "A file was moved." if state is JobState.FAILED else ""
            page.show_answer(JobEnded(ticket=1, title="Study", state=state, problem=problem))

    return show


def nothing_studied(window, _library):
    window.study._show(Showing.EMPTY)


LIBRARY = {
    "no recordings": (0, unanswered, [
        "No recordings yet", "drop files or folders here", "Select rounds and press S",
        "Statistics of all rounds", "Choose a round: its price is shown here.",
        "Nothing was tried yet. A try changes nothing.",
    ]),
    "loading": (None, unanswered, ["Looking for rounds…", "Looking at the disk…"]),
    "one is read": (20, chosen, ["Reading…"]),
    "reading": (0, coming, ["Rounds are being read…"]),
    "no match": (20, no_match, ["No round matches", "Clear filters"]),
    "failed": (20, failed, [
        "The library did not answer", "The catalogue is locked by another program.", "Try again",
        "Look at this page again to ask once more.",
    ]),
    "nothing to study": (20, nothing_studied, ["No rounds, no statistics"]),
    "study waits": (20, study(None), ["Computing statistics", "Waiting for its turn.", "Cancel"]),
    "study failed": (20, study(JobState.FAILED), ["No statistics", "A file was moved."]),
    "study cancelled": (20, study(JobState.CANCELLED), ["Cancelled; nothing was computed."]),
}  # fmt: skip
DIALOGS = {
    "no indicator": (lambda parent: IndicatorsDialog((), parent), [
        "No indicator is shown. Choose a kind above, and add it.",
    ]),
    "no bookmark": (lambda parent: BookmarksDialog((), parent), [
        "Ctrl+B marks the tick that is seen.",
    ]),
}  # fmt: skip


def said_by(*widgets: QWidget) -> list[str]:
    """Everything that these say or paint."""
    told = [*shown_texts(*widgets), *painted_texts(*widgets)]
    return [text for _, text in told if text]


def missing(wanted: list[str], said: list[str]) -> list[str]:
    """What nobody says; words that were wrapped are painted in pieces."""
    flat = " ".join(said)
    return [
        words for words in wanted if not any(words in text for text in said) and words not in flat
    ]


@pytest.mark.parametrize("name", WINDOW)
def test_a_view_of_the_window_says_why_it_shows_nothing_and_what_to_do(qtbot, name):
    """S0-L2: the words of each state in docs/states.md are somewhere in the window."""
    make, wanted = WINDOW[name]
    bench = Bench(chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.resize(1280, 800)
    bench.window.show()
    make(bench)
    settle()
    said = said_by(bench.window, *(dock.widget() for dock in bench.window.docking.docks.values()))
    assert not missing(wanted, said), sorted(set(said))


@pytest.mark.parametrize("name", LIBRARY)
def test_a_page_of_the_library_says_why_it_shows_nothing_and_what_to_do(qtbot, name):
    count, make, wanted = LIBRARY[name]
    window = LibraryWindow(layout_store=Store())
    qtbot.addWidget(window)
    page = StudyPage()
    window.take_study(page, page)
    library = None if count is None else ALibrary(window, count)
    window.resize(1280, 800)
    window.show()
    make(window, library)
    settle()
    said = said_by(window)
    assert not missing(wanted, said), sorted(set(said))


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_without_anything_says_how_to_get_some(qtbot, name):
    make, wanted = DIALOGS[name]
    dialog = make(None)
    qtbot.addWidget(dialog)
    dialog.show()
    settle()
    assert not missing(wanted, said_by(dialog))


@pytest.mark.parametrize("gone", ["market", "recording"])
def test_no_figure_of_what_is_gone_stays_behind(qtbot, gone):
    """N16: after the market or the recording is left, no cell and no axis keeps a price of it."""
    bench = Bench(chart=PriceChart())
    qtbot.addWidget(bench.window)
    bench.window.resize(1280, 800)
    bench.window.show()
    if gone == "recording":
        put_away(bench)
    else:
        bench.trade(trading())
        bench.window.show_frame(bench.engine.handle(()))
    settle()
    left = [
        (where, text)
        for where, text in shown_texts(bench.window)
        if FIGURE.search(text) and where.startswith(("Cell", "BadgeCell", "title"))
    ]
    assert not left
    assert bench.chart.tick_count == 0


def test_usage_that_can_not_be_read_leaves_no_older_bars(qtbot):
    window = LibraryWindow(layout_store=Store())
    qtbot.addWidget(window)
    library = ALibrary(window, 20)
    window.show()
    window.tabs.setCurrentIndex(1)
    settle()
    bars = window.space.bars["venue"]
    assert bars.accessibleDescription()
    failed(window, library)
    assert not any(each.accessibleDescription() for each in window.space.bars.values())
    library.problem = ""
    library.usage = replace(library.usage, size=0)
    window.space.refresh()
    assert isinstance(library.usage, UsageRead)
    assert bars.accessibleDescription()


def test_every_sentence_of_the_page_on_states_is_said_in_one_of_them():
    told = [words for _, wanted in (*WINDOW.values(), *DIALOGS.values()) for words in wanted]
    told += [words for _, _, wanted in LIBRARY.values() for words in wanted]
    text = " ".join(DOCS.read_text(encoding="utf-8").split())
    for quoted in re.findall(r"“([^”]+)”", text):
        begins = re.split(r"\s*…(?!\w)|\s*\d", quoted)[0].rstrip(" ,:")
        if not re.search(r"[a-z]", quoted, re.IGNORECASE):
            continue  # a shape
        assert any(begins in words or words in quoted for words in told), quoted
