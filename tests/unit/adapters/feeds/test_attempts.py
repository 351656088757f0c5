"""Budget, breaker and back-off together: when the next attempt may be made."""

import random

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.feeds.attempts import Attempts
from replayer_qt.adapters.feeds.breaker import Breaker, BreakerState
from replayer_qt.adapters.feeds.budget import AttemptBudget
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import Nanos

SECOND = 1_000_000_000


@given(
    limit=st.integers(1, 50),
    window=st.integers(1, 1_000),
    pauses=st.lists(st.integers(0, 200), min_size=200, max_size=200),
)
def test_no_window_ever_holds_more_than_the_budget(limit, window, pauses):
    """S4-B1: 10,000 attempts and more over the examples, none above the limit."""
    budget = AttemptBudget(attempts=limit, window=Nanos(window))
    now, made = Nanos(0), []
    for pause in pauses:
        now = budget.free_at(Nanos(now + pause))
        budget.spend(now)
        made.append(now)
    for at, one in enumerate(made):
        if at >= limit:
            assert one - made[at - limit] >= window


def test_ten_thousand_attempts_as_fast_as_allowed_keep_the_budget():
    """S4-B1: 300 in 5 minutes, monotonic clock."""
    window = 300 * SECOND
    budget = AttemptBudget(attempts=300, window=Nanos(window))
    rng = random.Random(4)
    now, made = Nanos(0), []
    for _ in range(10_000):
        now = budget.free_at(Nanos(now + rng.randrange(2 * SECOND)))
        budget.spend(now)
        made.append(now)
    assert all(made[at] - made[at - 300] >= window for at in range(300, len(made)))


def test_a_spent_budget_waits_exactly_until_the_oldest_leaves_the_window():
    """S4-B1b: neither sooner nor later."""
    budget = AttemptBudget(attempts=3, window=Nanos(100))
    for now in (10, 20, 90):
        assert budget.free_at(Nanos(now)) == now
        budget.spend(Nanos(now))
    assert budget.free_at(Nanos(95)) == 110
    assert budget.free_at(Nanos(110)) == 110
    budget.spend(Nanos(110))
    assert budget.free_at(Nanos(111)) == 120


def test_a_breaker_opens_lets_one_try_and_closes_again():
    """S3-S2, S4-O5, S4-O6, S4-O7: closed, open, half open; opens and open time are exact."""
    breaker = Breaker(failures=3, open_for=Nanos(60 * SECOND))
    for now in (1, 2):
        breaker.failed(Nanos(now * SECOND))
    assert breaker.state is BreakerState.CLOSED
    breaker.failed(Nanos(3 * SECOND))
    assert breaker.state is BreakerState.OPEN
    assert breaker.free_at(Nanos(10 * SECOND)) == 63 * SECOND
    breaker.begin(Nanos(63 * SECOND))
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.failed(Nanos(65 * SECOND))
    assert (breaker.state, breaker.opened) == (BreakerState.OPEN, 2)
    breaker.begin(Nanos(125 * SECOND))
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.open_ns(Nanos(999 * SECOND)) == 120 * SECOND
    breaker.failed(Nanos(1000 * SECOND))
    assert breaker.state is BreakerState.CLOSED


def test_what_holds_an_attempt_back_is_said():
    settings = FeedSettings(attempts=2, attempts_window_s=100.0, backoff_base_s=0.01)
    attempts = Attempts(settings, random.Random(1))
    now = Nanos(0)
    for _ in range(2):
        now = attempts.turn(now).at
        attempts.begin(now)
        attempts.failed(now)
    turn = attempts.turn(now)
    assert turn.at == 100 * SECOND
    assert turn.blocked == "too many attempts lately"


def test_a_server_that_asks_to_be_left_alone_is():
    """FAULTS N13: Retry-After is honoured."""
    attempts = Attempts(FeedSettings(), random.Random(1))
    attempts.begin(Nanos(0))
    attempts.failed(Nanos(0), at_least_s=40.0)
    assert attempts.turn(Nanos(1)).at >= 40 * SECOND
