"""Others' trades in columns: bounded, each once, forgotten by a rewind."""

from decimal import Decimal

from replayer_qt.core.events import Side, TradePrinted
from replayer_qt.core.replay_events import ReplayOpened, Rewound
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui.chart.marks_tape import TRADES_KEPT, RoundTrades, TradeTape
from tests.helpers.make import ROUND, event


def a_trade(number, *, stream=PRACTICE, round_id=ROUND, side=Side.BUY, **fields):
    told = {"tick": number, "price": 1.5, "amount": Decimal("0.1"), "quantity": Decimal(1)} | fields
    return event(
        TradePrinted, stream=stream, round_id=round_id, trade_id=f"t{number}", player="a",
        side=side, **told,
    )  # fmt: skip


def frame(*events):
    return Advance(events=events, state=State(), session=Session())


def test_trades_are_found_by_stream_and_round():
    tape = TradeTape()
    tape.take(frame(a_trade(1), a_trade(2, side=Side.SELL), a_trade(3, stream=RUGS)))
    known = tape.of(PRACTICE, ROUND)
    assert known.ticks.tolist() == [1, 2]
    assert known.upwards.tolist() == [1, 0]
    assert known.amounts.tolist() == [0.1, 0.1]
    assert len(tape.of(RUGS, ROUND)) == 1
    assert tape.of(PRACTICE, RoundId("other")) is None
    assert tape.of(None, ROUND) is None


def test_a_trade_told_twice_is_one_and_one_without_a_place_is_none():
    known = RoundTrades()
    for one in (a_trade(1), a_trade(1), a_trade(2, tick=-1), a_trade(3, price=0.0)):
        known.add(one)
    known.add(a_trade(4, price=float("nan")))
    assert (len(known), known.version) == (1, 1)
    assert known.find("t1") == 0
    assert known.find("t2") is None


def test_a_rewind_leaves_the_trades_of_its_history_alone():
    """N15: trades ahead of where a replay stands are not told of."""
    tape = TradeTape()
    tape.take(frame(*(a_trade(number) for number in range(9)), a_trade(1, stream=RUGS)))
    tape.take(frame(event(Rewound, history=(a_trade(0), a_trade(1)))))
    assert tape.of(PRACTICE, ROUND).ticks.tolist() == [0, 1]
    assert len(tape.of(RUGS, ROUND)) == 1
    tape.take(frame(event(ReplayOpened, source="b.jsonl", damage=(), rounds=())))
    assert tape.of(PRACTICE, ROUND) is None


def test_a_round_keeps_a_bounded_number_and_the_newest():
    """A flood of trades does not grow the memory."""
    known = RoundTrades()
    many = 3 * TRADES_KEPT
    for number in range(many):
        known.add(a_trade(number))
    assert len(known) <= TRADES_KEPT
    assert known.gone == many - len(known)
    assert known.ticks.tolist() == list(range(known.gone, many))
    assert known.find(f"t{many - 1}") == len(known) - 1
    assert known.find("t0") is None


def test_only_the_newest_rounds_of_a_stream_are_kept_and_others_stay():
    tape = TradeTape()
    tape.take(frame(a_trade(0, stream=RUGS)))
    rounds = [RoundId(f"r{number}") for number in range(60)]
    for round_id in rounds:
        tape.take(frame(a_trade(1, round_id=round_id)))
    assert [r for r in rounds if tape.of(PRACTICE, r) is not None] == rounds[-6:]
    assert tape.of(RUGS, ROUND) is not None
