import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.pyramid import Pyramid


@given(
    size=st.integers(0, 5000),
    taken=st.lists(st.integers(0, 5000), max_size=4),
    first=st.integers(-5, 5100),
    last=st.integers(-5, 5100),
    count=st.integers(0, 40),
    seed=st.integers(0, 1000),
)
def test_each_part_is_right_to_a_sixteenth_of_a_part(size, taken, first, last, count, seed):
    rng = np.random.default_rng(seed)
    lo = rng.random(size)
    hi = lo + rng.random(size)
    pyramid = Pyramid()
    for end in sorted(taken):
        pyramid.grow(lo[:end], hi[:end])
    pyramid.grow(lo, hi)
    lowest, highest = pyramid.columns(lo, hi, first, last, count)
    first, last = max(first, 0), min(last, size)
    parts = max(0, min(count, last - first))
    assert len(lowest) == len(highest) == parts
    if not parts:
        return
    assert lowest.min() == lo[first:last].min()
    assert highest.max() == hi[first:last].max()
    edges = first + np.arange(parts + 1) * (last - first) // parts
    slack = (last - first) // parts // 16
    for part in range(parts):
        begin, end = int(edges[part]), int(edges[part + 1])
        wide = slice(max(first, begin - slack), min(last, end + slack))
        narrow = slice(begin + (slack if part else 0), end - (slack if part < parts - 1 else 0))
        assert lo[wide].min() <= lowest[part] <= lo[narrow].min()
        assert hi[wide].max() >= highest[part] >= hi[narrow].max()


@given(size=st.integers(1, 3000), changed=st.integers(0, 2999), grown=st.integers(0, 3000))
def test_what_changed_after_a_cut_is_seen(size, changed, grown):
    changed = min(changed, size - 1)
    values = np.ones(size)
    pyramid = Pyramid()
    pyramid.grow(values[:grown], values[:grown])
    values[changed] = 7.0
    pyramid.cut(changed)
    pyramid.grow(values, values)
    _, highest = pyramid.columns(values, values, 0, size, 3)
    assert highest.max() == 7.0


def test_appending_one_by_one_builds_the_same_as_all_at_once():
    values = np.random.default_rng(1).random(4096)
    singly, at_once = Pyramid(), Pyramid()
    for end in range(1, len(values) + 1):
        singly.grow(values[:end], values[:end])
    at_once.grow(values, values)
    for count in (1, 7, 60):
        for one, other in zip(
            singly.columns(values, values, 5, 4000, count),
            at_once.columns(values, values, 5, 4000, count),
            strict=True,
        ):
            assert one.tolist() == other.tolist()
