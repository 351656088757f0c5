"""Waits between attempts: drawn evenly below a bound that doubles and is capped."""

import math
import random

import pytest

from replayer_qt.adapters.feeds.backoff import Backoff

DRAWS = 2_000


def ks_p_value(sample: list[float], bound: float) -> float:
    """Return how likely a sample of U(0, bound) is at least as uneven as this one."""
    sample = sorted(sample)
    n = len(sample)
    distance = max(
        max((rank + 1) / n - value / bound, value / bound - rank / n)
        for rank, value in enumerate(sample)
    )
    scaled = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * distance
    return 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 100))


@pytest.mark.parametrize("n", range(11))
def test_the_nth_wait_is_uniform_below_its_bound(n):
    """S4-J1, S4-K6, S2-Q9: U(0, min(cap, base x 2^n)), and never more than the cap."""
    rng = random.Random(n)
    bound = min(60.0, 1.0 * 2**n)
    sample = []
    for _ in range(DRAWS):
        backoff = Backoff(base_s=1.0, cap_s=60.0, rng=rng)
        for _ in range(n):
            backoff.draw_s()
        sample.append(backoff.draw_s())
    assert max(sample) <= bound
    assert ks_p_value(sample, bound) > 0.01


def test_a_cap_after_the_draw_would_be_noticed():
    """S4-J1: the predecessor capped what was drawn, so that most waits were equal."""
    rng = random.Random(1)
    capped_late = [min(60.0, rng.uniform(0, 2**10)) for _ in range(DRAWS)]
    assert ks_p_value(capped_late, 60.0) < 1e-6


def test_the_same_chance_gives_the_same_waits():
    """S4-J2: the generator is injected."""
    one, other = (Backoff(base_s=1.0, cap_s=60.0, rng=random.Random(7)) for _ in range(2))
    assert [one.draw_s() for _ in range(20)] == [other.draw_s() for _ in range(20)]


def test_a_reset_begins_at_the_first_bound():
    backoff = Backoff(base_s=0.5, cap_s=60.0, rng=random.Random(1))
    for _ in range(200):
        backoff.draw_s()
    assert backoff.bound_s == 60.0
    backoff.reset()
    assert backoff.bound_s == 0.5
