import random
from collections import Counter

import msgspec
import pytest

from replayer_qt.practice.faults import Fault
from replayer_qt.practice.order_faults import (
    AckLost,
    HandTrade,
    LateAck,
    NoAck,
    OrderChaos,
    OrderFaults,
    Reject,
)

NAMES = [
    "no_ack", "ack_lost", "late_ack", "double_ack", "reject", "silent", "double_echo", "drop_own",
    "hand_trade",
]  # fmt: skip


def faults() -> OrderFaults:
    return OrderFaults(random.Random(7))


@pytest.mark.parametrize("name", [*NAMES, "order_chaos"])
def test_every_fault_is_asked_for_by_name(name):
    for members in ({}, {"count": 3}, {"share": 0.1}):
        asked = msgspec.json.encode({"fault": name, **members})
        assert msgspec.json.decode(asked, type=Fault).__struct_config__.tag == name


@pytest.mark.parametrize(
    "members",
    [{"count": 0}, {"share": 0}, {"share": 1.5}, {"share": "NaN"}, {"seconds": 1}, {"x": 1}],
)
def test_nonsense_is_not_taken(members):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"fault": "no_ack", **members}), type=Fault)


def test_a_fault_meets_the_next_order_alone():
    armed = faults()
    armed.switch_on(NoAck())
    assert armed.meet() == NoAck()
    assert armed.meet() is None


def test_a_count_is_counted_down_and_shown():
    armed = faults()
    armed.switch_on(LateAck(count=3, seconds=2))
    assert armed.active == {"late_ack": 3}
    assert [armed.meet() is not None for _ in range(5)] == [True] * 3 + [False] * 2
    assert armed.active == {}


def test_a_share_lasts_until_it_is_cleared():
    armed = faults()
    armed.switch_on(Reject(share=0.25))
    met = sum(armed.meet() is not None for _ in range(4_000))
    assert 900 < met < 1_100
    assert armed.active == {"reject": 0}
    armed.clear()
    assert armed.meet() is None


def test_one_order_meets_one_fault_at_most_and_none_gets_lost():
    armed = faults()
    armed.switch_on(AckLost(count=2))
    armed.switch_on(NoAck(count=2))
    met = [armed.meet() for _ in range(5)]
    assert Counter(type(one) for one in met) == {AckLost: 2, NoAck: 2, type(None): 1}


def test_chaos_draws_each_of_the_others_and_the_same_with_the_same_seed():
    def drawn(**members) -> list:
        armed = faults()
        armed.switch_on(OrderChaos(share=0.5, seconds=0.5, **members))
        return [armed.meet() for _ in range(2_000)]

    met = drawn()
    assert met == drawn()
    kinds = Counter(one.__struct_config__.tag for one in met if one is not None)
    assert sorted(kinds) == sorted(NAMES)
    assert 900 < sum(kinds.values()) < 1_100
    assert {one.seconds for one in met if isinstance(one, LateAck)} == {0.5}
    without = drawn(without=("hand_trade",))
    assert not any(isinstance(one, HandTrade) for one in without)


def test_chaos_without_anything_is_nothing():
    armed = faults()
    armed.switch_on(OrderChaos(share=1.0, without=tuple(NAMES)))
    assert armed.meet() is None
