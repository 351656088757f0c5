"""The bookmarks' thread: what is asked is kept and told, what fails is said."""

import threading

from replayer_qt.core.bookmarks import Bookmark, BookmarksChanged, DropBookmark, SetBookmark
from replayer_qt.core.commands import Play
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.bookmark_keeper import COMMANDS_KEPT, BookmarkKeeper
from tests.helpers.clock import SteppedClock
from tests.helpers.listener import Listener

NOWHERE = StreamId("replayer/desk")


def mark(tick):
    return Bookmark(round_id=RoundId("aa"), tick=tick)


class Kept:
    """A store in memory, which may be slow, or refuse."""

    def __init__(self, *, refuses=False):
        self.kept = [mark(1)]
        self.refuses = refuses
        self.fails = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def read(self):
        return tuple(self.kept)

    def put(self, bookmark):
        self.may_go_on.wait(5)
        if self.fails:
            raise ValueError("the store fell")
        if self.refuses:
            raise OSError(28, "No space left on device")
        self.kept.append(bookmark)
        return tuple(self.kept)

    def drop(self, round_id, tick):
        self.kept = [each for each in self.kept if (each.round_id, each.tick) != (round_id, tick)]
        return tuple(self.kept)


def started(store):
    keeper = BookmarkKeeper(lambda: store, SteppedClock(), NOWHERE)
    listener = Listener(keeper.told)
    keeper.start()
    return keeper, listener


def test_what_is_kept_is_told_at_the_start_and_after_each_wish(qtbot):
    keeper, listener = started(Kept())
    for wish in (
        SetBookmark(bookmark=mark(2)),
        Play(),
        DropBookmark(round_id=mark(1).round_id, tick=1),
    ):
        keeper.obey(wish)
    qtbot.waitUntil(lambda: len(listener.heard) == 3)
    assert [len(event.bookmarks) for event in listener.heard] == [1, 2, 1]
    state = Engine().handle(listener.heard).state
    (kept,) = state.bookmarks
    assert (kept.round_id, kept.tick) == (mark(2).round_id, 2)
    assert kept.made_at == SteppedClock().now()
    assert keeper.stop()


def test_a_disk_that_refuses_is_told_of_and_the_rest_goes_on(qtbot):
    """FAULTS R5: nothing is claimed to be kept that is not."""
    store = Kept(refuses=True)
    keeper, listener = started(store)
    keeper.obey(SetBookmark(bookmark=mark(2)))
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert isinstance(listener.heard[1], ProblemRaised)
    assert "No space" in listener.heard[1].what
    store.refuses = False
    keeper.obey(SetBookmark(bookmark=mark(3)))
    qtbot.waitUntil(lambda: len(listener.heard) == 3)
    assert isinstance(listener.heard[2], BookmarksChanged)
    assert keeper.stop()


def test_an_error_of_the_store_is_told_and_the_next_wish_is_kept(qtbot, caplog):
    store = Kept()
    store.fails = True
    keeper, listener = started(store)
    keeper.obey(SetBookmark(bookmark=mark(2)))
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert isinstance(listener.heard[1], ProblemRaised)
    assert "an error of this program" in listener.heard[1].what
    assert "disk" not in listener.heard[1].remedy
    store.fails = False
    keeper.obey(SetBookmark(bookmark=mark(3)))
    qtbot.waitUntil(lambda: len(listener.heard) == 3)
    assert isinstance(listener.heard[2], BookmarksChanged)
    assert keeper.stop()
    assert "the store fell" in caplog.text


def test_a_store_that_could_not_be_opened_is_opened_at_the_next_wish(qtbot):
    """FAULTS R5: what can't be kept is told each time, and kept as soon as it can be."""
    broken = [OSError(13, "Permission denied")] * 2

    def opened():
        if broken:
            raise broken.pop()
        return Kept()

    keeper = BookmarkKeeper(opened, SteppedClock(), NOWHERE)
    listener = Listener(keeper.told)
    keeper.start()
    for tick in (2, 3):
        keeper.obey(SetBookmark(bookmark=mark(tick)))
    qtbot.waitUntil(lambda: len(listener.heard) == 4)
    assert [type(event) for event in listener.heard] == [
        ProblemRaised, ProblemRaised, BookmarksChanged, BookmarksChanged,
    ]  # fmt: skip
    assert [each.tick for each in listener.heard[-1].bookmarks] == [1, 3]
    assert keeper.stop()


def test_what_was_asked_before_the_end_is_kept(qtbot):
    store = Kept()
    store.may_go_on.clear()
    keeper, _listener = started(store)
    for tick in range(2, 6):
        keeper.obey(SetBookmark(bookmark=mark(tick)))
    threading.Timer(0.05, store.may_go_on.set).start()
    assert keeper.stop()
    assert [each.tick for each in store.kept] == [1, 2, 3, 4, 5]


def test_more_wishes_than_may_wait_are_refused_aloud(qtbot):
    store = Kept()
    store.may_go_on.clear()
    keeper, listener = started(store)
    for tick in range(COMMANDS_KEPT + 10):
        keeper.obey(SetBookmark(bookmark=mark(tick)))
    qtbot.waitUntil(lambda: any(isinstance(event, ProblemRaised) for event in listener.heard))
    store.may_go_on.set()
    assert keeper.stop()
