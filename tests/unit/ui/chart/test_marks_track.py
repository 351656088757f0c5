"""What moves with the candles comes out the same however it is painted."""

import itertools
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from replayer_qt.ui.chart.marks_told import Bet, Cost, Outcome, Told
from replayer_qt.ui.chart.marks_track import MarksTrack
from tests.helpers.make import ticked
from tests.unit.ui.chart.test_marks_placed import a_plan

pytestmark = pytest.mark.usefixtures("qapp")

TOLD = Told(
    costs=(
        Cost(first=3, end=20, average=1.3),
        Cost(first=30, end=61, average=1.2, is_open=True),
        Cost(first=61, end=None, average=1.6, is_open=True),
    ),
    bets=(
        Bet(stake=Decimal(1), start=5, end=45, outcome=Outcome.LOST),
        Bet(stake=Decimal(1), start=90, end=130, outcome=Outcome.OPEN),
    ),
)


def painted(plan, parts):
    picture = QImage(plan.room.width, plan.room.height, QImage.Format.Format_RGB32)
    picture.fill(0xFF101010)
    track = MarksTrack()
    track.told = TOLD
    painter = QPainter(picture)
    for first, end in parts:
        track.paint(painter, plan, first, end)
    painter.end()
    return picture


@given(st.data(), st.sampled_from([(1, 1, 4), (1, 3, 1), (5, 10, 1), (5, 17, 1), (2, 7, 2)]))
@settings(deadline=None, max_examples=40)
def test_columns_are_the_same_one_by_one_in_parts_and_at_once(data, widths):
    """The finished picture is moved and patched; a patch must not differ from the whole."""
    span, step, per = widths
    waves = [ticked(tick, 1.5 + 0.4 * float(np.sin(tick / 5))) for tick in range(121)]
    plan = a_plan(waves, span=span, step=step, per=per, origin=data.draw(st.integers(-20, 60)))
    end = plan.last + 1
    cuts = sorted({0, end, *data.draw(st.lists(st.integers(0, end), max_size=6))})
    whole = painted(plan, [(0, end)])
    assert painted(plan, list(itertools.pairwise(cuts))) == whole
    assert painted(plan, [(at, at + 1) for at in range(end)]) == whole
    assert painted(plan, [(-5, end + 9)]) == whole


def test_nothing_is_painted_where_nothing_was_done():
    plan = a_plan(range(50))
    track = MarksTrack()
    picture = QImage(plan.room.width, plan.room.height, QImage.Format.Format_RGB32)
    picture.fill(0xFF101010)
    before = picture.copy()
    painter = QPainter(picture)
    track.paint(painter, plan, 0, plan.last + 1)
    painter.end()
    assert picture == before
    assert track.rows(plan) is None
