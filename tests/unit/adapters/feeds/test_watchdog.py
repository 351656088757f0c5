"""What tells a live connection from a dead one: content, not bytes."""

from replayer_qt.adapters.feeds.watchdog import Pulse, Watchdog
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import Nanos

MS = 1_000_000


def watchdog() -> Watchdog:
    made = Watchdog(FeedSettings())
    made.start(Nanos(0))
    return made


def test_a_running_round_is_stale_at_1500_ms_and_dead_at_3000():
    """FAULTS N4: six missed ticks, then twelve."""
    dog = watchdog()
    dog.advance(Nanos(0), running=True)
    said = {ms: dog.pulse(Nanos(ms * MS)) for ms in (1499, 1500, 2999, 3000)}
    assert said == {1499: Pulse.FRESH, 1500: Pulse.STALE, 2999: Pulse.STALE, 3000: Pulse.DEAD}


def test_between_rounds_only_a_long_silence_is_death():
    dog = watchdog()
    dog.advance(Nanos(0), running=False)
    assert dog.pulse(Nanos(9_999 * MS)) is Pulse.FRESH
    assert dog.pulse(Nanos(10_000 * MS)) is Pulse.DEAD


def test_a_hundred_stale_episodes_are_each_noticed():
    """S4-1c: an alarm does not tire the watchdog."""
    dog, now, stale = watchdog(), 0, 0
    for _ in range(100):
        dog.advance(Nanos(now), running=True)
        assert dog.pulse(Nanos(now)) is Pulse.FRESH
        now += 1_600 * MS
        stale += dog.pulse(Nanos(now)) is Pulse.STALE
    assert stale == 100


def test_the_next_look_is_never_later_than_the_next_change():
    dog = watchdog()
    for running in (False, True):
        dog.advance(Nanos(0), running=running)
        now, changes = Nanos(0), []
        while dog.pulse(now) is not Pulse.DEAD:
            now = dog.due(now)
            changes.append(dog.pulse(now))
        assert now == (3_000 if running else 10_500) * MS or now == 10_000 * MS


def test_the_age_is_that_of_the_content():
    """S4-O2: on the monotonic clock, exact."""
    dog = watchdog()
    dog.advance(Nanos(5_000 * MS), running=True)
    assert dog.age_s(Nanos(5_700 * MS)) == 0.7
