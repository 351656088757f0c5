"""The one door for orders: nothing leaves unwritten, and a kill is told to everybody."""

from decimal import Decimal

import pytest

from replayer_qt.adapters.kill_latch import FILE, LatchFile
from replayer_qt.core.events import FeedChanged, Link, PhaseChanged, RoundOpened
from replayer_qt.core.history import Note
from replayer_qt.core.order_events import (
    AccountOpened,
    AccountStated,
    ArmState,
    KillSwitched,
    KillWanted,
    LimitsStated,
    OrderExpired,
    OrderGated,
    OrderSent,
    OrderUnknown,
    TradeNoted,
)
from replayer_qt.core.orders import Mode, OrderId, OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.settings import RiskSettings, Settings, TradingSettings
from replayer_qt.core.trade_commands import (
    Arm,
    AskVenue,
    Buy,
    Kill,
    LiftKill,
    NoteTrade,
    ResolveUnknown,
)
from replayer_qt.core.units import PRACTICE, RUGS
from replayer_qt.engine.engine import Engine
from replayer_qt.ports import Restored
from replayer_qt.runtime.desk import NOWHERE
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.trade_host import TradeHost
from tests.helpers.clock import SteppedClock
from tests.helpers.make import ROUND, event, ticked

SETTINGS = Settings(risk=RiskSettings(max_tick_age_ms=0), trading=TradingSettings(arm_minutes=1))


class Trail:
    """Takes what is to be written; a test says when it is on disk."""

    def __init__(self) -> None:
        self.posted = []
        self.takes = True

    def post(self, events) -> bool:
        if self.takes:
            self.posted += events
        return self.takes


class Floor:
    """A door with an engine behind it and a latch on disk."""

    def __init__(self, folder, settings: Settings = SETTINGS) -> None:
        self.clock = SteppedClock()
        self.host = EngineHost(Engine(settings=settings))
        self.trail = Trail()
        self.latch = LatchFile(folder, self.clock)
        self.sent = []
        self.is_connected = True
        self.is_new_venue = True
        self.heard = []
        self.kept = []
        self.host.advanced.connect(lambda advance: self.heard.extend(advance.events))
        self.door = TradeHost(
            self.host,
            self.trail,
            self.latch,
            self.clock,
            settings=settings,
            send=self._send,
            is_new_venue=lambda: self.is_new_venue,
            nowhere=NOWHERE,
        )
        self.host.advanced.connect(self.door.hear)
        self.door.kept.connect(self.kept.extend)

    def _send(self, _stream, command) -> bool:
        self.sent.append(command)
        return self.is_connected

    def of(self, kind):
        return [one for one in self.heard if isinstance(one, kind)]

    def problems(self):
        return [one.code for one in self.of(ProblemRaised)]

    def running(self, stream=PRACTICE) -> None:
        """Begin: a connected venue, a round, an account that the venue stated."""
        self.door.start()
        self.door.restore({})
        self.host.attach(stream)
        now = self.clock.monotonic()
        for kind, fields in (
            (FeedChanged, {"link": Link.LIVE}),
            (RoundOpened, {"round_id": ROUND}),
            (PhaseChanged, {"round_id": ROUND, "phase": Phase.ACTIVE}),
        ):
            self.host.note(event(kind, now, stream=stream, **fields))
        self.host.note(ticked(1, 1.5, stream=stream))
        if stream == PRACTICE:
            self.host.note(event(AccountStated, now, cash=Decimal(10), fresh=True))
            self.door.obey(Arm(stream=stream))
            assert self.host.state.accounts[stream].arming.is_armed

    def buy(self, stream=PRACTICE, key="k1"):
        self.door.obey(Buy(stream=stream, key=OrderId(key), amount=Decimal("0.01")))
        return self.host.state.accounts[stream].book.find(OrderId(key))

    def order(self, stream=PRACTICE, key="k1"):
        return self.host.state.accounts[stream].book.find(OrderId(key))


@pytest.fixture
def floor(qapp, tmp_path):
    floor = Floor(tmp_path)
    yield floor
    floor.door.stop()


def test_an_order_waits_until_its_decision_is_on_stable_storage(floor):
    """AU-01, S4-K2: allowed, written, durable, and only then sent."""
    floor.running()
    assert floor.buy().state is OrderState.GATED
    assert floor.sent == []
    (gated,) = [one for one in floor.trail.posted if isinstance(one, OrderGated)]
    floor.door.durable((gated,))
    (approval,) = floor.sent
    assert approval.order.order_id == "k1"
    assert floor.order().state is OrderState.SENT
    assert [type(one) for one in floor.trail.posted if isinstance(one, OrderSent)] == [OrderSent]


def test_an_order_whose_round_ended_while_it_waited_is_withdrawn(floor):
    """FAULTS O11: it is never aimed at the next round."""
    floor.running()
    floor.buy()
    (gated,) = [one for one in floor.trail.posted if isinstance(one, OrderGated)]
    floor.host.note(event(RoundOpened, floor.clock.monotonic(), round_id="another"))
    floor.door.durable((gated,))
    assert floor.sent == []
    assert floor.order().state is OrderState.EXPIRED


def test_an_order_that_reaches_no_connection_is_over(floor):
    floor.running()
    floor.buy()
    floor.is_connected = False
    floor.door.durable(tuple(floor.trail.posted))
    assert floor.order().state is OrderState.EXPIRED
    assert "not connected" in floor.of(OrderExpired)[-1].reason


def test_what_can_not_be_written_closes_the_gate_and_kills(floor):
    """AU-01, D4, KS-03: the trail takes nothing more: no order is allowed."""
    floor.running()
    floor.trail.takes = False
    floor.buy()
    assert floor.host.state.kill.on
    assert floor.host.state.kill.by == "rule:audit"
    assert "audit-failed" in floor.problems()
    order = floor.buy(key="k2")
    assert "audit_unavailable" in {reason.code for reason in order.verdict.reasons}


def test_a_trail_that_recovers_opens_the_gate_but_lifts_no_kill_switch(floor):
    """KS-05: only a person lifts it."""
    floor.running()
    floor.door.audit_failed("the disk is full")
    floor.door.audit_recovered()
    codes = {reason.code for reason in floor.buy().verdict.reasons}
    assert "audit_unavailable" not in codes
    assert "kill_switch_active" in codes


@pytest.mark.parametrize(
    "by",
    ["button", "key", "tray", "command-line", "signal", "file", "rule:daily-loss",
     "rule:unknown-orders", "rule:drift", "rule:audit"],
)  # fmt: skip
def test_every_reason_to_kill_is_on_disk_in_the_trail_and_before_a_persons_eyes(floor, by):
    """FAULTS C8, S4-2, S4-K3, KS-02: latch, gate, trail, notice; the venue is asked for more."""
    floor.running()
    floor.buy()
    if by.startswith("rule:"):
        floor.host.note(event(KillWanted, 1, by=by, reason="tested"))
    else:
        floor.door.obey(Kill(by=by, reason="tested"))
    assert floor.latch.read().by == by
    assert floor.host.state.kill.by == by
    assert "kill-switch" in floor.problems()
    assert [one.by for one in floor.trail.posted if isinstance(one, KillSwitched)] == [by]
    assert floor.order().state is OrderState.EXPIRED, "what was not sent is withdrawn"
    assert isinstance(floor.sent[-1], AskVenue)
    assert not floor.host.state.accounts[PRACTICE].arming.is_armed


def test_a_latch_that_can_not_be_read_is_on_before_any_order_can_be(floor, tmp_path):
    """KS-01: unreadable counts as on, from the first moment."""
    (tmp_path / FILE).write_bytes(b"\x00garbage")
    floor.door.start()
    assert floor.host.state.kill.on
    assert floor.host.state.kill.by == "latch-unreadable"


@pytest.mark.parametrize("typed", ["", "resume", "RESUME please", "YES"])
def test_the_wrong_word_lifts_nothing(floor, typed):
    """KS-05: a typed word, exactly."""
    floor.door.start()
    floor.door.obey(Kill(by="button"))
    floor.door.obey(LiftKill(typed=typed))
    assert floor.host.state.kill.on
    assert floor.latch.is_on()
    assert "kill-not-lifted" in floor.problems()


def test_what_another_program_did_to_the_latch_is_followed(floor, tmp_path):
    """KS-03: the latch itself is asked, so that an old word can't undo a newer one."""
    floor.door.start()
    other = LatchFile(tmp_path, floor.clock)
    other.press(by="command-line", reason="tested")
    floor.door.follow_latch()
    assert floor.host.state.kill.by == "command-line"
    other.lift(reason="over")
    floor.door.follow_latch()
    floor.door.follow_latch()
    assert not floor.host.state.kill.on
    assert len(floor.of(KillSwitched)) == 2


def test_a_paper_account_begins_when_its_venue_is_connected(floor):
    floor.running(RUGS)
    (opened,) = floor.of(AccountOpened)
    assert (opened.mode, opened.cash) == (Mode.PAPER, 10)


def test_no_account_begins_before_it_is_known_what_it_was(floor):
    """S4-4b: the last run's cash and day are read first, however soon a venue is connected."""
    floor.door.start()
    floor.host.attach(RUGS)
    assert floor.of(AccountOpened) == []
    was = Restored(
        cash=Decimal("7.5"), day=20_000, day_result=Decimal(-2), unresolved=(), entries=9
    )
    floor.door.restore({(RUGS, Mode.PAPER): was})
    (opened,) = floor.of(AccountOpened)
    assert (opened.cash, opened.day, opened.day_result) == (Decimal("7.5"), 20_000, Decimal(-2))


def test_limits_in_force_are_written_down_at_the_start(floor):
    """AU-02: verdicts name their limits by digest; this line says what they are."""
    floor.door.start()
    (stated,) = [one for one in floor.trail.posted if isinstance(one, LimitsStated)]
    assert stated.limits["risk.max_order_sol"] == "1.0"
    assert len(stated.digest) == 64


def test_notes_are_told_and_handed_on(floor):
    handed = []
    floor.door.noted.connect(handed.append)
    floor.door.remember((Note(trade_id="t1", note="old"),))
    floor.door.obey(NoteTrade(trade_id="t2", note="new", tags=("a",)))
    assert [(one.trade_id, one.note) for one in floor.of(TradeNoted)] == [
        ("t1", "old"),
        ("t2", "new"),
    ]
    assert [one.trade_id for one in handed] == ["t2"]


def test_account_events_of_a_live_stream_are_handed_to_the_store(floor):
    """S2-M9: everything that memory lets go is on disk."""
    floor.running()
    floor.buy()
    assert any(isinstance(one, OrderGated) for one in floor.kept)


def test_a_window_that_stood_still_halts_what_was_armed(floor):
    """FAULTS C2: more than a second without a turn: a person must look before anything leaves."""
    floor.running()
    floor.door._turn()
    floor.clock.pass_s(1.2)
    floor.door._turn()
    arming = floor.host.state.accounts[PRACTICE].arming
    assert (arming.state, arming.code) == (ArmState.HALT, "gui-stall")


def test_a_wall_clock_that_jumps_halts_what_was_armed(floor):
    """FAULTS R9, C13: set back, set forward, or the machine slept."""
    floor.running()
    floor.door._turn()
    floor.clock.jump_wall_s(-3.0)
    floor.door._turn()
    assert floor.host.state.accounts[PRACTICE].arming.code == "clock-jump"


def test_an_error_of_this_program_halts_what_was_armed(floor):
    floor.running()
    floor.host.note(event(ProblemRaised, 1, code="crash", what="x", remedy="y"))
    assert floor.host.state.accounts[PRACTICE].arming.code == "crash"


def test_an_order_under_way_when_the_connection_is_closed_is_unknown(floor):
    """FAULTS O5: nobody hears of it any more; with the exchange its account ends, and so it."""
    floor.running()
    floor.buy()
    floor.door.durable(tuple(floor.trail.posted))
    floor.host.note(event(FeedChanged, floor.clock.monotonic(), link=Link.OFF))
    assert floor.order().state is OrderState.UNKNOWN
    floor.host.attach(None)
    floor.host.attach(PRACTICE)
    assert floor.order().state is OrderState.REJECTED


def test_an_order_of_an_exchange_that_goes_on_stays_unknown_until_it_is_resolved(floor):
    """FAULTS O5, O7: it may have been done; only the venue or a person can tell."""
    floor.running()
    floor.buy()
    floor.door.durable(tuple(floor.trail.posted))
    floor.host.note(event(FeedChanged, floor.clock.monotonic(), link=Link.OFF))
    floor.is_new_venue = False
    floor.host.attach(None)
    floor.host.attach(PRACTICE)
    assert floor.order().state is OrderState.UNKNOWN


def test_what_a_person_resolved_is_told_to_the_connection(floor):
    floor.running()
    floor.buy()
    floor.door.durable(tuple(floor.trail.posted))
    floor.host.note(event(OrderUnknown, floor.clock.monotonic(), order_id="k1", reason="x"))
    resolved = ResolveUnknown(stream=PRACTICE, order_id=OrderId("k1"), happened=False)
    floor.door.obey(resolved)
    assert floor.order().state is OrderState.REJECTED
    assert floor.sent[-1] == resolved


def test_a_kill_says_how_many_orders_had_left_already(floor):
    """KS-02: what can't be called back is told, and the venue is asked."""
    floor.running()
    floor.buy()
    floor.door.durable(tuple(floor.trail.posted))
    floor.door.obey(Kill(by="button"))
    (told,) = [one for one in floor.of(ProblemRaised) if one.code == "kill-switch"]
    assert "1 of the orders had left already" in told.what


def test_a_lost_connection_halts_what_was_armed(floor):
    """FAULTS N1: whatever the feed does about it, a person must look before more leaves."""
    floor.running()
    floor.host.note(event(FeedChanged, floor.clock.monotonic(), link=Link.WAITING))
    arming = floor.host.state.accounts[PRACTICE].arming
    assert (arming.state, arming.code) == (ArmState.HALT, "feed-stale")


def test_connecting_anew_resets_neither_drawdown_nor_counts(floor):
    """BR-03: the account goes on; the venue's word is an entry of its own."""
    floor.running()
    floor.buy()
    before = floor.host.state.accounts[PRACTICE]
    floor.host.attach(None)
    floor.host.attach(PRACTICE)
    after = floor.host.state.accounts[PRACTICE]
    assert after.account is before.account
    assert after.memory.orders == before.memory.orders == 1
