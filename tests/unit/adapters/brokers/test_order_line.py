"""What leaves for the venue, and what must not: once for ever, in time, in its round, or never."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from replayer_qt.adapters.brokers.order_line import WAITING_LIMIT, OrderLine
from replayer_qt.adapters.brokers.words import Answer, Answered, OwnTrade, Statement
from replayer_qt.core.events import Event, Link
from replayer_qt.core.money import bought
from replayer_qt.core.order_events import (
    AccountStated,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
)
from replayer_qt.core.orders import OrderSide, Origin
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.units import PRACTICE, Moment, Nanos, RoundId
from tests.helpers.approvals import approved
from tests.helpers.make import ROUND
from tests.helpers.orders import make_bet, make_request, make_sale

MS = 1_000_000
TOKEN = "secret-of-ann"  # noqa: S105


class Desk:
    """An order line on a connection that keeps what was sent."""

    def __init__(self, *, live: bool = True) -> None:
        self.now = 1_000
        self.sent: list[str] = []
        self.works = True
        self.killed: Any = False
        self.line = OrderLine(
            PRACTICE, random.Random(1), token=TOKEN, gate=self._gate, patience_ms=2_000
        )
        self.line.round_begins(ROUND)
        if live:
            self.connect()
            self.state()

    def _gate(self) -> bool:
        if isinstance(self.killed, Exception):
            raise self.killed
        return bool(self.killed)

    def moment(self) -> Moment:
        return Moment(Nanos(self.now * MS), Nanos(self.now * MS))

    def connect(self) -> None:
        self.line.opened(self._send, self.moment())
        self.line.linked(Link.LIVE, self.moment())

    def _send(self, frame: str) -> bool:
        if self.works:
            self.sent.append(frame)
        return self.works

    def state(self, cash: str = "10", quantity: str = "0") -> tuple[Event, ...]:
        """The venue answers a login."""
        word = Statement(player="me", cash=Decimal(cash), quantity=Decimal(quantity))
        told = self.line.hear(word, self.moment())
        return (*told, *self.line.hear(Answered(), self.moment()))

    def take(self, request: Any, **fields: Any) -> tuple[Event, ...]:
        return self.line.take(approved(request, mono=self.now * MS, **fields), self.moment())

    def trade(self, amount: str = "0.01", name: str = "t1") -> tuple[Event, ...]:
        word = OwnTrade(
            trade_id=name,
            side=OrderSide.BUY,
            round_id=ROUND,
            tick=0,
            price=Decimal(1),
            quantity=bought(Decimal(amount), Decimal(1)),
            amount=Decimal(amount),
        )
        told = self.line.hear(word, self.moment())
        return (*told, *self.line.turn(self.moment()))

    def orders(self) -> list[list[Any]]:
        """Return what was sent but logins."""
        frames = [frame.lstrip("0123456789") for frame in self.sent]
        return [said for said in map(json.loads, frames) if said[0] != "authenticate"]


def expired(events: tuple[Event, ...]) -> str:
    (one,) = events
    assert isinstance(one, OrderExpired)
    return one.reason


def test_each_order_goes_out_in_the_venue_s_own_words():
    desk = Desk()
    assert desk.take(make_request(amount="0.002")) == ()
    desk.trade("0.002")
    desk.take(make_sale(share=25))
    desk.line.hear(Answer(number=2, done=False), desk.moment())
    desk.take(make_bet(amount="0.001"))
    assert desk.sent[1].startswith('21["buyOrder",{"__trace":true,"traceparent":"00-')
    assert desk.sent[1].endswith('{"amount":0.002}]')
    buy, sell, bet = desk.orders()
    assert [one[0] for one in (buy, sell, bet)] == ["buyOrder", "sellOrder", "requestSidebet"]
    assert sell[2] == {"percentage": 25}
    assert bet[2] == {
        "amount": 0.001,
        "coinAddress": "So11111111111111111111111111111111111111112",
        "xPayout": 5,
    }
    assert len(buy[1]["traceparent"]) == 55


def test_the_same_order_is_never_sent_twice_whatever_became_of_it():
    """FAULTS O7, O8, S2-Q9: not again after a fill, a refusal, an expiry, or while unknown."""
    desk = Desk()
    request = make_request()
    desk.take(request)
    assert desk.take(request) == ()
    desk.now += 2_001
    (unknown,) = desk.line.turn(desk.moment())
    assert isinstance(unknown, OrderUnknown)
    assert desk.take(request) == ()
    desk.state()
    assert desk.take(request) == ()
    assert len(desk.orders()) == 1


def test_nothing_leaves_before_the_venue_took_the_login():
    desk = Desk(live=False)
    assert "not live" in expired(desk.take(make_request("one")))
    desk.connect()
    assert "login" in expired(desk.take(make_request("two")))
    desk.state()
    assert desk.take(make_request("three")) == ()
    assert len(desk.orders()) == 1


def test_a_venue_that_refuses_the_login_gets_no_orders():
    desk = Desk(live=False)
    desk.connect()
    word = Statement(player="me", cash=Decimal(1), quantity=Decimal(0), authenticated=False)
    desk.line.hear(word, desk.moment())
    assert "login" in expired(desk.take(make_request()))
    assert desk.orders() == []


def test_a_login_without_an_answer_is_tried_again():
    desk = Desk(live=False)
    desk.connect()
    assert len(desk.sent) == 1
    assert desk.line.due_at == Nanos(3_000 * MS)
    desk.now = 3_000
    desk.line.turn(desk.moment())
    assert len(desk.sent) == 2


def test_logins_without_an_answer_become_rare_and_are_told_once():
    """It never gives up, and never hammers."""
    desk = Desk(live=False)
    desk.connect()
    told: list[Event] = []
    for _ in range(600):
        desk.now += 1_000
        told += desk.line.turn(desk.moment())
    assert [one.code for one in told if isinstance(one, ProblemRaised)] == ["login-unanswered"]
    assert 6 <= len(desk.sent) <= 20
    desk.state()
    assert desk.take(make_request()) == ()
    assert len(desk.orders()) == 1


@pytest.mark.parametrize("killed", [True, RuntimeError("the latch cannot be read")])
@pytest.mark.parametrize(
    ("request_", "leaves"),
    [
        (make_request(), False),
        (make_bet(), False),
        (make_sale(), True),
        (make_sale(origin=Origin.KEY), True),
        (make_sale(origin=Origin.STANDING), False),
        (make_sale(origin=Origin.STRATEGY, strategy_id="x"), False),
    ],
    ids=["buy", "bet", "hand sells", "key sells", "standing order sells", "bot sells"],
)
def test_with_the_kill_switch_on_only_a_person_s_sale_leaves(killed, request_, leaves):
    """KS-01, KS-02, FAULTS C6: the latch is asked at the last moment; unreadable is on."""
    desk = Desk()
    desk.killed = killed
    told = desk.take(request_)
    assert len(desk.orders()) == leaves
    if not leaves:
        assert "kill switch" in expired(told)


def test_an_order_that_waits_behind_another_is_stopped_by_a_switch_pressed_meanwhile():
    """KS-02, FAULTS C6: closed for what waits, too."""
    desk = Desk()
    desk.take(make_request("one"))
    assert desk.take(make_request("two", amount="0.02")) == ()
    desk.killed = True
    told = desk.trade()
    assert [type(one) for one in told] == [OrderFilled, OrderExpired]
    assert len(desk.orders()) == 1


def test_one_order_is_in_flight_at_a_time():
    """FAULTS O8: what each of them did is never mixed up."""
    desk = Desk()
    desk.take(make_request("one"))
    desk.take(make_request("two", amount="0.02"))
    assert len(desk.orders()) == 1
    desk.trade()
    assert [said[2] for said in desk.orders()] == [{"amount": 0.01}, {"amount": 0.02}]


def test_an_order_that_waited_too_long_is_withdrawn():
    desk = Desk()
    desk.take(make_request("one"))
    desk.take(make_request("two"), expires_in_ms=500)
    desk.now += 499
    assert desk.line.turn(desk.moment()) == ()
    assert desk.line.due_at == Nanos(1_500 * MS)
    desk.now += 2
    assert "500 ms" in expired(desk.line.turn(desk.moment()))
    assert len(desk.orders()) == 1


def test_an_approval_that_was_long_on_its_way_is_not_sent():
    desk = Desk()
    approval = approved(make_request(), mono=(desk.now - 2_001) * MS)
    assert "2000 ms" in expired(desk.line.take(approval, desk.moment()))
    assert desk.orders() == []


def test_more_orders_than_may_wait_are_withdrawn():
    desk = Desk()
    desk.take(make_request("in flight"))
    for number in range(WAITING_LIMIT):
        assert desk.take(make_request(f"waits {number}")) == ()
    assert "too many" in expired(desk.take(make_request("one more")))


def test_an_order_is_for_its_round_only():
    """FAULTS O11: not for the next one, not for one that is over."""
    desk = Desk()
    assert "does not run" in expired(desk.take(make_request("a", round_id=RoundId("next"))))
    assert "does not run" in expired(desk.take(make_request("b", round_id=None)))
    desk.line.round_ends(RoundId("an old one"))
    assert desk.take(make_request("c")) == ()
    desk.trade()
    desk.line.round_ends(ROUND)
    assert "over" in expired(desk.take(make_request("d")))
    desk.line.round_begins(RoundId("next"))
    assert "does not run" in expired(desk.take(make_request("e")))
    assert len(desk.orders()) == 1


def test_a_round_that_ends_withdraws_what_waits():
    """FAULTS O11."""
    desk = Desk()
    desk.take(make_request("one"))
    desk.take(make_request("two", amount="0.02"))
    desk.line.round_ends(ROUND)
    told = desk.trade()
    assert [type(one) for one in told] == [OrderFilled, OrderExpired]


def test_a_stale_feed_lets_only_sales_out():
    """Risk needs a fresh price, an exit does not."""
    desk = Desk()
    desk.line.linked(Link.STALE, desk.moment())
    assert "not live" in expired(desk.take(make_request("buy")))
    assert desk.take(make_sale("sell")) == ()
    assert [said[0] for said in desk.orders()] == ["sellOrder"]


def test_a_lost_connection_withdraws_what_was_not_sent_and_doubts_what_was():
    """FAULTS O5: proved not sent, or unknown."""
    desk = Desk()
    desk.take(make_request("sent"))
    desk.take(make_request("waiting", amount="0.02"))
    told = desk.line.linked(Link.WAITING, desk.moment())
    assert [(type(one), one.order_id) for one in told] == [
        (OrderUnknown, "sent"),
        (OrderExpired, "waiting"),
    ]
    desk.connect()
    desk.line.hear(Answer(number=1, done=True), desk.moment())
    desk.now += 3_000
    assert desk.state("9.99", "0.01")[0].order_id == "sent"
    assert len(desk.orders()) == 1


def test_what_certainly_did_not_leave_is_expired():
    desk = Desk()
    desk.works = False
    assert "gone" in expired(desk.take(make_request()))


def test_an_unknown_order_is_settled_by_asking_the_venue():
    """FAULTS O5."""
    desk = Desk()
    desk.take(make_request())
    desk.now += 2_001
    desk.line.turn(desk.moment())
    assert desk.sent[-1].startswith('2["authenticate",')
    told = desk.state()
    assert [type(one) for one in told] == [AccountStated, OrderRejected, AccountStated]
    assert [one.fresh for one in told if isinstance(one, AccountStated)] == [False, True]


def test_what_was_settled_by_a_person_is_not_settled_again():
    desk = Desk()
    request = make_request()
    desk.take(request)
    desk.now += 2_001
    desk.line.turn(desk.moment())
    desk.line.forget(request.order_id)
    assert [type(one) for one in desk.state("9.99", "0.01")] == [AccountStated, AccountStated]


def test_a_late_answer_to_an_order_of_an_older_connection_concerns_no_newer_order():
    desk = Desk()
    desk.take(make_request("old"))
    desk.line.linked(Link.WAITING, desk.moment())
    desk.connect()
    desk.state("9", "0.2")
    desk.take(make_request("new"))
    assert desk.line.hear(Answer(number=1, done=False), desk.moment()) == ()
    (rejected,) = desk.line.hear(Answer(number=2, done=False), desk.moment())
    assert rejected.order_id == "new"


def test_the_token_goes_to_the_venue_only():
    """FAULTS S7, S5: it stands in the login, and in nothing that is told or shown."""
    desk = Desk()
    desk.take(make_request())
    told = [*desk.state(), *desk.trade()]
    assert TOKEN in desk.sent[0]
    assert TOKEN not in repr(told) + repr(desk.line) + "".join(map(str, desk.orders()))


def test_an_answer_without_a_statement_repeats_none_of_the_connection_before():
    """FAULTS O5: what the venue said before an outage proves nothing after it."""
    desk = Desk()
    desk.line.linked(Link.WAITING, desk.moment())
    desk.now += 60_000
    desk.connect()
    assert desk.line.hear(Answered(), desk.moment()) == ()
    (stated,) = [one for one in desk.state("9") if isinstance(one, AccountStated) and one.fresh]
    assert stated.cash == 9
