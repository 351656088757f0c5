"""What the start made is looked at by the collector no more."""

import gc

from replayer_qt.runtime.settling import Settling


class Kept:
    """Something that the collector looks at."""


def seen(kept):
    """How many of them the collector looks at, cheap to ask."""
    known = {id(one) for one in gc.get_objects()}
    return sum(id(one) in known for one in kept)


def test_what_is_alive_some_time_after_the_start_is_looked_at_no_more(qtbot):
    kept = [Kept() for _ in range(100)]
    settling = Settling(after_ms=(1, 20))
    assert seen(kept) == 100
    settling.start()
    qtbot.waitUntil(lambda: seen(kept) == 0)
    kept += [Kept() for _ in range(50)]
    qtbot.waitUntil(lambda: seen(kept) == 0)
    assert not settling._timer.isActive()  # it was done as often as it was asked for


def test_nothing_is_taken_out_of_sight_any_more_once_it_is_stopped(qtbot):
    kept = [Kept() for _ in range(100)]
    settling = Settling(after_ms=(1, 1))
    settling.start()
    settling.stop()
    settling.stop()
    assert not settling._timer.isActive()
    qtbot.wait(5)
    assert seen(kept) == 100
