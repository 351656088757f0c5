"""What the overview shows, read from the newest state: rounds, marks, where a replay stands."""

from typing import Final

import msgspec

from replayer_qt.core.replay_events import ReplayGrown, ReplayShaped
from replayer_qt.core.series import RoundSeries
from replayer_qt.core.state import Advance
from replayer_qt.core.units import RoundId, StreamId
from replayer_qt.ui.chart.overview_ground import Ground, Shape, Stretch, one_round, session
from replayer_qt.ui.chart.overview_marks import Mark, MarkReader
from replayer_qt.ui.chart.overview_paint import Loop
from replayer_qt.ui.chart.plan import Plan

_SHAPES_KEPT: Final = 4


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """All that is on the strip but the chart's window.

    Attributes:
        stream: what is looked at.
        round_id: the round that the chart shows.
        shape: all of it, where it is replayed.
        head: where the replay stands [ticks from the left end]; None where none is shown.
        loop: the ends of the replay's loop.
    """

    ground: Ground = Ground()
    marks: tuple[Mark, ...] = ()
    stream: StreamId | None = None
    round_id: RoundId | None = None
    shape: Shape | None = None
    head: float | None = None
    loop: Loop = (None, None)

    @property
    def stretch(self) -> Stretch | None:
        """Where the round lies that the chart shows."""
        return None if self.round_id is None else self.ground.named(self.round_id)


class SightReader:
    """Reads advances; keeps the shapes of the rounds that are replayed."""

    def __init__(self) -> None:
        self._shapes: dict[StreamId, Shape] = {}  # bounded: _SHAPES_KEPT
        self._marks = MarkReader()

    def hear(self, advance: Advance) -> None:
        """Keep what an advance tells of rounds that are replayed, and of lost connections."""
        self._marks.hear(advance)
        for event in advance.events:
            if isinstance(event, ReplayShaped | ReplayGrown):
                self._shapes.pop(event.stream, None)
                self._shapes[event.stream] = event
                while len(self._shapes) > _SHAPES_KEPT:
                    del self._shapes[next(iter(self._shapes))]

    def read(self, advance: Advance, plan: Plan | None, *, by_session: bool) -> Sight:
        """Return what the strip shows: all rounds that are kept, or the one that `plan` shows."""
        stream = advance.state.shown
        series = _series(advance, plan)
        if series is None or stream is None:
            return Sight(stream=stream)
        rounds = list(advance.session.rounds(stream)) if by_session else []
        many = len(rounds) > 1
        shape = None if many else self._shape(stream, series.round_id)
        ground = session(rounds[::-1]) if many else one_round(series, shape)
        head, loop = _replay(advance, ground)
        return Sight(
            ground=ground,
            marks=self._marks.read(advance.state, stream, ground),
            stream=stream,
            round_id=series.round_id,
            shape=shape,
            head=head,
            loop=loop,
        )

    def _shape(self, stream: StreamId, round_id: RoundId) -> Shape | None:
        shape = self._shapes.get(stream)
        sound = shape is not None and shape.round_id == round_id and len(shape.prices) > 1
        return shape if sound else None


def _series(advance: Advance, plan: Plan | None) -> RoundSeries | None:
    shown = advance.state.shown
    if plan is not None and plan.series is not None and plan.stream == shown:
        return plan.series
    return None if shown is None else advance.session.newest(shown)


def _replay(advance: Advance, ground: Ground) -> tuple[float | None, Loop]:
    market = advance.state.market()
    if market is None or market.replay is None or market.round is None:
        return None, (None, None)
    stretch = ground.named(market.round.round_id)
    if stretch is None:
        return None, (None, None)
    first, last = (
        None if tick is None else stretch.place(tick)
        for tick in (market.replay.loop_start, market.replay.loop_end)
    )
    return stretch.place(max(market.round.tick, stretch.first)), (first, last)
