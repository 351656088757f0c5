import numpy as np
import pytest

from replayer_qt.core.events import (
    PriceTicked,
    RawReceived,
    RoundOpened,
    TickBlock,
)
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.session import Session
from replayer_qt.core.units import PRACTICE
from replayer_qt.engine.engine import Engine
from tests.helpers.make import ROUND, a_round, event, ticked


def test_what_was_handled_comes_back_with_the_state_it_leads_to():
    engine = Engine()
    script = a_round([1.0, 1.2, 0.02])
    advance = engine.handle([event(RawReceived, data=b"{}"), *script])
    assert advance.events == tuple(script)
    assert advance.state is engine.state
    assert advance.state.markets[PRACTICE].round.rug_tick == 2
    assert advance.session.newest(PRACTICE).prices.tolist() == [1.0, 1.2, 0.02]


def test_a_tick_cannot_be_changed_after_it_was_told():
    """S2-C2: events are values; nobody changes what another still has to see."""
    tick = ticked(1)
    with pytest.raises(AttributeError):
        tick.price = 2.0
    with pytest.raises(AttributeError):
        Engine().handle([tick]).state.markets[PRACTICE].round.price = 2.0


def test_a_million_ticks_arrive_once_and_in_order():
    """S2-C2, S0-C2, S1-C3, S2-M8b: of a million prices each ends at its own position."""
    size, step = 1_000_000, 50_000
    engine = Engine()
    for begin in range(0, size, step):
        positions = np.arange(begin, begin + step)
        block = event(
            TickBlock, round_id=ROUND, ticks=positions, prices=1.0 + positions, ats=positions
        )
        advance = engine.handle([block])
    series = advance.session.newest(PRACTICE)
    assert np.array_equal(series.ticks, np.arange(size))
    assert np.array_equal(series.prices, 1.0 + np.arange(size))
    assert advance.state.markets[PRACTICE].round.ticks == size
    assert advance.state.markets[PRACTICE].refused == 0


def test_old_rounds_are_let_go():
    """S3-C1, S1-N4: the rounds and the ticks kept in memory are bounded."""
    engine = Engine(Session(rounds_kept=5, ticks_kept=1000))
    for number in range(50):
        advance = engine.handle(a_round([1.0, 1.1, 0.02], round_id=f"r{number}"))
    assert [series.round_id for series in advance.session.rounds(PRACTICE)] == [
        "r49", "r48", "r47", "r46", "r45",
    ]  # fmt: skip
    long = [1.0] * 600
    for number in range(3):
        engine.handle(a_round(long, round_id=f"long{number}"))
    advance = engine.handle([event(RoundOpened, round_id="next")])
    assert [series.round_id for series in advance.session.rounds(PRACTICE)] == ["next", "long2"]


def test_a_round_that_was_let_go_does_not_come_back_as_the_newest():
    engine = Engine(Session(rounds_kept=1))
    engine.handle([*a_round([1.0, 0.02]), event(RoundOpened, round_id="next")])
    advance = engine.handle([ticked(5, 1.0)])
    assert [series.round_id for series in advance.session.rounds(PRACTICE)] == ["next"]


def test_a_rewind_leaves_the_other_streams_alone():
    engine = Engine()
    engine.handle(
        [ticked(0), event(PriceTicked, stream="replay/1", round_id="x", tick=4, price=2.0)]
    )
    generation = engine.handle([]).session.generation
    past = event(PriceTicked, stream="replay/1", round_id="x", tick=1, price=3.0)
    advance = engine.handle([event(Rewound, stream="replay/1", history=(past,))])
    assert advance.session.newest("replay/1").ticks.tolist() == [1]
    assert advance.session.newest(PRACTICE).ticks.tolist() == [0]
    assert advance.session.generation > generation


def test_a_stream_that_is_dropped_is_forgotten_and_no_longer_shown():
    engine = Engine()
    engine.handle([ticked(0)])
    engine.show(PRACTICE)
    advance = engine.drop(PRACTICE)
    assert PRACTICE not in advance.state.markets
    assert advance.state.shown is None
    assert advance.session.newest(PRACTICE) is None
    with pytest.raises(TypeError):
        advance.state.markets["x"] = None


def test_what_is_looked_at_stays_while_a_venue_connects():
    """N21: a replay stays in view while a venue connects."""
    engine = Engine()
    engine.handle([event(PriceTicked, stream="replay/1", round_id="x", tick=4, price=2.0)])
    engine.show("replay/1")
    state = engine.attach(PRACTICE).state
    assert (state.shown, state.live) == ("replay/1", PRACTICE)
    assert state.market().round.tick == 4
    assert engine.show(PRACTICE).state.market() is None


def test_an_empty_session_of_the_owner_is_the_one_that_is_written():
    session = Session()
    assert Engine(session).handle([ticked(0)]).session is session
