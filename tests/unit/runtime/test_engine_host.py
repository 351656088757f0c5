"""The engine's seat: batches in, advances out, and the thread's loop turning in between."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from replayer_qt import wiring
from replayer_qt.core.program_events import ProblemRaised
from replayer_qt.core.state import MarketState
from replayer_qt.core.units import PRACTICE, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.outlet import Delivery, Outlet
from tests.helpers.make import event, ticked


class Painted(QWidget):
    """Counts its paintings."""

    def __init__(self) -> None:
        super().__init__()
        self.paintings = 0

    def paintEvent(self, _event) -> None:
        self.paintings += 1


@pytest.fixture
def host(qapp):
    return EngineHost(Engine())


def test_a_batch_that_is_dealt_with_is_let_go_at_once(host):
    done = []
    host.take(Delivery(events=(ticked(0),), done=lambda: done.append(0)))
    assert done == [0]


def test_one_that_follows_at_once_waits_for_a_turn_of_the_loop(host, qtbot):
    done = []
    for number in range(3):
        host.take(Delivery(events=(ticked(number),), done=lambda n=number: done.append(n)))
    assert done == [0]
    qtbot.waitUntil(lambda: done == [0, 1, 2])


def test_a_batch_that_cannot_be_folded_is_let_go_all_the_same(host):
    done = []
    with pytest.raises(AttributeError):
        host.take(Delivery(events=(None,), done=lambda: done.append(0)))
    assert done == [0]


def test_a_flood_that_waits_holds_up_neither_painting_nor_timers(host, qtbot):
    """S1-H8: 60,000 ticks wait; the window is painted and a timer beats meanwhile."""
    outlet, widget, beats = Outlet("engine", raw=False, at_once=2_048), Painted(), []
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: widget.paintings > 0)
    outlet.arrived.connect(host.take, wiring.ACROSS)
    host.advanced.connect(lambda _advance: widget.update())
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(host.state))
    timer.start(1)
    before = widget.paintings
    for start in range(0, 60_000, 1_000):
        outlet.post(ticked(tick) for tick in range(start, start + 1_000))
    qtbot.waitUntil(lambda: len(outlet._waiting) == 0 and not outlet._under_way)
    assert widget.paintings - before > 10
    assert len({id(state) for state in beats}) > 5
    market = next(iter(host.state.markets.values()))
    assert market.round.tick == 59_999


def test_what_a_replay_sent_before_it_was_put_away_does_not_bring_it_back(host):
    """N21, N16: its last events were on their way; only its problems are told all the same."""
    gone, other = StreamId("replay/1"), StreamId("replay/2")
    told = []
    host.advanced.connect(lambda advance: told.extend(advance.events))
    deliver(host, ticked(0, stream=gone), ticked(0, stream=PRACTICE))
    host.drop(gone)
    told.clear()
    problem = event(ProblemRaised, stream=gone, code="x", what="It could not be read.", remedy="")
    deliver(host, ticked(1, stream=gone), problem)
    assert told == [problem]
    assert host.state.markets.get(gone, MarketState(stream=gone)).round is None
    deliver(host, ticked(1, stream=other))
    host.drop(PRACTICE)  # another exchange begins, under the same name
    deliver(host, ticked(7, stream=PRACTICE))
    assert {host.state.markets[each].round.tick for each in (other, PRACTICE)} == {1, 7}


def deliver(host, *events):
    for each in dict.fromkeys(one.stream for one in events):
        batch = tuple(one for one in events if one.stream == each)
        host.take(Delivery(events=batch, done=lambda: None))
