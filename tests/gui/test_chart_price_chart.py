"""The price chart as a trader meets it: what is drawn, where, and what the mouse does."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.candles import CandleSeries
from replayer_qt.core.commands import SeekTick
from replayer_qt.core.events import (
    FeedChanged,
    Link,
    PhaseChanged,
    RoundOpened,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.phase import Phase
from replayer_qt.core.replay_events import ReplayMoved, Rewound
from replayer_qt.core.session import Session
from replayer_qt.core.state import Advance, State
from replayer_qt.core.units import PRACTICE, RoundId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.chart import subject
from replayer_qt.ui.chart.era_frame import Era, EraFrame
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.picture import Seen, image_of
from replayer_qt.ui.chart.plan import Standing
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.subject import Pointed
from replayer_qt.ui.theme import DARK, LIGHT, THEMES
from tests.helpers.make import ROUND, a_round, event, ticked

OTHER = RoundId("20261121-fedcba9876543210")


class Stage:
    """A chart and the engine whose state it shows."""

    def __init__(self, qtbot):
        self.chart = PriceChart()
        qtbot.addWidget(self.chart)
        self.chart.resize(800, 500)
        self.chart.set_ticks_per_candle(5)
        self.chart.show()
        self.engine = Engine()
        self.followed, self.pointed, self.asked = [], [], []
        self.chart.followed.connect(self.followed.append)
        self.chart.pointed.connect(self.pointed.append)
        self.chart.asked.connect(self.asked.append)

    def feed(self, *events, paint=True):
        advance = self.engine.handle(tuple(events))
        self.session = advance.session
        state = replace(advance.state, shown=PRACTICE, live=PRACTICE)
        self.chart.show_frame(replace(advance, state=state))
        if paint:
            QApplication.processEvents()

    def length(self, round_id=ROUND):
        return len(self.session.series(PRACTICE, round_id) or ())

    def picture(self):
        picture = self.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        size = (picture.height(), picture.bytesPerLine() // 4)
        return np.frombuffer(picture.constBits(), np.uint32).reshape(size) & 0xFFFFFF

    def pixels(self, colour, picture=None):
        """Return how many pixels have exactly this colour."""
        picture = self.picture() if picture is None else picture
        return int((picture == (QColor(colour).rgb() & 0xFFFFFF)).sum())


@pytest.fixture
def stage(qtbot):
    return Stage(qtbot)


def wave(count, begin=0):
    return [ticked(tick, 1.5 + math.sin(tick / 9)) for tick in range(begin, begin + count)]


def opened(round_id=ROUND):
    return event(RoundOpened, round_id=round_id)


def test_the_chart_has_every_tick_of_the_round_after_any_load(stage):
    """N16: after any load the chart's series is as long as the round's."""
    stage.feed(opened(), *wave(300))
    assert stage.chart.tick_count == 300
    stage.feed(event(Rewound, history=(opened(), *wave(120))))
    assert stage.chart.tick_count == stage.length() == 120
    stage.feed(*wave(7, begin=120))
    assert stage.chart.tick_count == 127
    stage.feed(*a_round([1.0, 1.2, 0.02], round_id=OTHER))
    assert stage.chart.tick_count == stage.length(OTHER) == 3
    stage.feed(event(Rewound, history=()))
    assert stage.chart.tick_count == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stops=st.lists(st.integers(0, 200), min_size=1, max_size=8))
def test_the_picture_at_a_tick_is_the_same_however_it_was_reached(stage, stops):
    """N15: going back and jumping give the picture that playing forward gives."""
    everything = (opened(), *wave(201))
    for stop in stops:
        stage.feed(event(Rewound, history=everything[: stop + 2]))
    stage.chart.follow()
    jumped = stage.picture()
    stage.feed(event(Rewound, history=()))
    for one in everything[: stops[-1] + 2]:
        stage.feed(one, paint=False)
    assert (jumped == stage.picture()).all()


def test_panning_ends_following_and_the_way_back_is_offered(stage):
    stage.feed(opened(), *wave(900))
    stage.chart.pan(-50)
    assert stage.followed == [False]
    assert stage.chart.notes.hint
    origin = stage.chart.plan.origin
    stage.feed(*wave(50, begin=900))
    assert stage.chart.plan.origin == origin
    stage.chart.follow()
    assert stage.followed == [False, True]
    assert not stage.chart.notes.hint
    plan = stage.chart.plan
    assert 0 < plan.left_of(plan.last) < plan.room.plot_width


def test_dragging_moves_the_candles_with_the_hand(stage, qtbot):
    stage.feed(opened(), *wave(900))
    before = stage.chart.plan.origin
    port = stage.chart.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    places = itertools.cycle((360, 400))

    def is_dragged():
        # pyqtgraph passes over moves that come too soon after one another
        QTest.mouseMove(port, QPoint(next(places), 200))
        return stage.chart.plan.origin != before

    qtbot.waitUntil(is_dragged)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(420, 200))
    assert before - stage.chart.plan.origin == 120
    assert stage.followed == [False]


def test_the_wheel_zooms_where_the_cursor_is(stage):
    stage.feed(opened(), *wave(3000))
    stage.chart.pan(-200)
    plan = stage.chart.plan
    before = (plan.origin + 200) / plan.step
    turn(stage.chart, QPoint(200, 150), 120)
    after = stage.chart.plan
    assert after.step > plan.step
    assert (after.origin + 200) / after.step == pytest.approx(before, abs=0.5)


def turn(chart, place, by):
    """Turn the wheel over a place of the chart."""
    port = chart.viewport()
    QApplication.sendEvent(
        port,
        QWheelEvent(
            QPointF(place), QPointF(port.mapToGlobal(place)), QPoint(), QPoint(0, by),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def test_the_crosshair_tells_the_candle_under_it(stage):
    stage.feed(opened(), *wave(300))
    plan = stage.chart.plan
    candle = 40
    place = QPoint(plan.left_of(candle) + plan.step // 2, 100)
    QTest.mouseMove(stage.chart.viewport(), place)
    prices = [one.price for one in wave(5, begin=200)]
    assert stage.pointed[-1] == Pointed(
        tick=200, time=200 * 250_000_000, open=prices[0], high=max(prices), low=min(prices),
        close=prices[-1],
    )  # fmt: skip
    assert "tick 200" in stage.chart.notes.pointed
    QTest.mouseMove(stage.chart.viewport(), QPoint(plan.room.plot_width + 10, 100))
    assert stage.pointed[-1] is None


def test_a_double_click_in_a_replay_asks_for_that_tick(stage):
    moved = event(
        ReplayMoved, source="a", position=1, length=2, speed=1.0, achieved=1.0, playing=False
    )
    stage.feed(opened(), *wave(300), moved)
    plan = stage.chart.plan
    place = QPoint(plan.left_of(20) + 1, 100)
    QTest.mouseClick(stage.chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(stage.chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseRelease(stage.chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert stage.asked == [SeekTick(tick=100)]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_rug_is_marked_with_words_and_a_shape(stage, theme):
    stage.chart.set_theme(theme)
    stage.feed(opened(), *wave(229))
    assert stage.pixels(theme.rug) == 0
    stage.feed(ticked(229, 0.0123), event(RoundRugged, round_id=ROUND, tick=229, price=0.0123))
    assert stage.chart.notes.rug == (45, 0.0123, 229)
    assert stage.pixels(theme.rug) > 1000


def test_the_countdown_stands_in_the_middle_until_the_first_tick(stage):
    presale = event(PhaseChanged, round_id=ROUND, phase=Phase.PRESALE)
    stage.feed(opened(), presale, event(TimerTicked, round_id=ROUND, remaining_ms=4_700))
    assert stage.chart.notes.headline == "Next round in 4.70 s"
    stage.feed(event(TimerTicked, round_id=ROUND, remaining_ms=4_600))
    assert stage.chart.notes.headline == "Next round in 4.60 s"
    stage.feed(event(PhaseChanged, round_id=ROUND, phase=Phase.ACTIVE), ticked(0))
    assert stage.chart.notes.headline == ""


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_round_before_is_seen_faded_while_the_next_is_counted_down_to(stage, theme):
    stage.chart.set_theme(theme)
    stage.feed(*a_round([1.0 + math.sin(tick / 9) ** 2 for tick in range(200)] + [0.02]))
    stage.chart.pan(-5)
    presale = event(PhaseChanged, round_id=OTHER, phase=Phase.PRESALE)
    timer = event(TimerTicked, round_id=OTHER, remaining_ms=4_700)
    stage.feed(opened(OTHER), presale, timer)
    notes = stage.chart.notes
    assert notes.headline == "Next round in 4.70 s"
    assert notes.rug == (40, 0.02, 200)
    assert stage.chart.tick_count == 201
    assert stage.pixels(theme.up) == stage.pixels(theme.rug) == stage.pixels(theme.accent) == 0
    assert stage.pixels(stage.chart.plan.palette.up.color()) > 500
    assert not stage.chart.following  # the view stays where the hand put it
    active = event(PhaseChanged, round_id=OTHER, phase=Phase.ACTIVE)
    stage.feed(active, *(ticked(tick, 1.0 + tick, round_id=OTHER) for tick in range(9)))
    assert stage.chart.tick_count == 9
    assert (stage.chart.notes.headline, stage.chart.notes.rug) == ("", None)
    assert stage.chart.following
    assert stage.pixels(theme.accent) > 0


def test_the_last_price_is_muted_while_the_feed_is_not_live(stage):
    """N19: neither line nor label of an old price look like a live one's."""
    accent = DARK.accent
    stage.feed(event(FeedChanged, link=Link.LIVE), opened(), *wave(40))
    assert stage.pixels(accent) > 0
    stage.feed(event(FeedChanged, link=Link.STALE))
    assert stage.pixels(accent) == 0
    assert stage.chart.plan.standing is Standing.OLD
    stage.feed(event(FeedChanged, link=Link.LIVE), *wave(3, begin=40))
    assert stage.pixels(accent) > 0


def test_nothing_stands_between_two_candles(stage):
    """A jump from one candle to the next is empty space: a line there would read as a wick."""
    stage.chart.set_ticks_per_candle(5)
    steps = [1.0, 2.0, 3.0, 4.0]
    stage.feed(opened(), *(ticked(tick, steps[tick // 5]) for tick in range(20)))
    plan, ground = stage.chart.plan, {DARK.background, DARK.grid}
    picture = stage.chart.grab().toImage()
    for candle in (1, 2):
        middle = plan.left_of(candle) + plan.step // 2
        low, high = (
            plan.scale.row(steps[at], plan.room.plot_height) for at in (candle - 1, candle)
        )
        between = {picture.pixelColor(middle, row).name() for row in range(high + 3, low - 3)}
        assert between <= ground | {plan.palette.before.name(), plan.palette.one.name()}


def test_an_empty_chart_says_what_to_do(stage):
    stage.chart.show_frame(Advance(events=(), state=State(), session=Session()))
    assert stage.chart.notes.headline == subject.NO_MARKET
    assert stage.chart.notes.detail == subject.NO_MARKET_DETAIL
    assert stage.pixels(DARK.background) < stage.chart.width() * stage.chart.height()


def test_a_chart_without_a_price_has_no_axis(stage):
    """N19: no numbers around 1.00x before a price is known."""
    stage.feed(opened())
    picture = stage.picture()
    room = stage.chart.plan.room
    assert stage.chart.notes.headline == subject.NO_TICK
    assert len(np.unique(picture[:, room.plot_width + 2 :])) == 1
    assert stage.pixels(DARK.grid, picture) == 0
    stage.feed(ticked(0), ticked(1, 1.1))
    assert len(np.unique(stage.picture()[:, room.plot_width + 2 :])) > 1


def test_missing_ticks_are_hatched(stage):
    colour = stage.chart.plan.palette.gap.color().name()
    stage.feed(opened(), *wave(100))
    assert stage.pixels(colour) == 0
    stage.feed(*wave(40, begin=130))
    assert stage.pixels(colour) > 50


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    prices=st.lists(
        st.floats(allow_nan=True)
        | st.sampled_from([0.0, 1e-300, 1e300, math.nan, math.inf, -math.inf, 1.0]),
        min_size=1,
        max_size=12,
    ),
    log=st.booleans(),
    style=st.sampled_from(["candles", "line"]),
    size=st.sampled_from([(1, 1), (30, 20), (500, 300)]),
)
def test_the_chart_survives_every_float(stage, prices, log, style, size):
    """N28: zero, the largest, the smallest and what is not a number are drawn or left out."""
    chart = stage.chart
    chart.resize(*size)
    chart.set_log_scale(log)
    chart.set_style(style)
    candles = CandleSeries.of(prices, prices, prices, prices)
    chart.show_candles(candles)
    chart.show_all()
    QTest.mouseMove(chart.viewport(), QPoint(size[0] // 2, size[1] // 2))
    painted = chart.frames_painted
    assert not chart.grab().isNull()
    assert chart.frames_painted > painted
    assert chart.candle_count == len(prices)


def luminance(colour):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
             for part in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    bright, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_what_is_read_on_the_chart_has_contrast(stage, theme):
    """N20: words on the chart have a contrast of 4.5 to 1 and more, candles of 3 to 1."""
    stage.chart.set_theme(theme)
    palette = stage.chart.plan.palette
    for on in (palette.background, palette.before, palette.after):
        for words in (palette.text, palette.muted):
            assert contrast(words, on) >= 4.5
    for pill in (palette.last, palette.rug):
        assert contrast(palette.on_colour, pill) >= 4.5
    assert contrast(palette.text, palette.box) >= 4.5
    for brush in (palette.up, palette.down):
        assert contrast(brush.color(), palette.background) >= 3
    assert contrast(palette.line, palette.background) >= 3


def test_rising_candles_are_hollow_and_falling_ones_full(stage):
    stage.chart.set_ticks_per_candle(2)
    for _ in range(4):
        stage.chart.zoom(1.25)
    stage.feed(opened(), ticked(0, 1.0), ticked(1, 2.0), ticked(2, 2.0), ticked(3, 1.0),
               ticked(4, 1.5))  # fmt: skip
    picture = stage.picture()
    up, down = stage.pixels(DARK.up, picture), stage.pixels(DARK.down, picture)
    assert 0 < up < down / 2


def test_showing_a_frame_paints_nothing_until_qt_asks(stage):
    stage.feed(opened(), *wave(50))
    painted = stage.chart.frames_painted
    for tick in range(50, 90):
        advance = stage.engine.handle((ticked(tick, 1.5),))
        state = replace(advance.state, shown=PRACTICE)
        stage.chart.show_frame(replace(advance, state=state))
    assert stage.chart.frames_painted == painted
    QApplication.processEvents()
    assert stage.chart.frames_painted == painted + 1


def test_pyqtgraphs_view_box_agrees_with_the_picture(stage):
    stage.feed(opened(), *wave(600))
    plan = stage.chart.plan
    box = stage.chart.view_box()
    (left, right), (low, high) = box.viewRange()
    assert left == pytest.approx(plan.origin / plan.step)
    assert right - left == pytest.approx(plan.room.plot_width / plan.step)
    assert (low, high) == pytest.approx((plan.scale.lo, plan.scale.hi))
    assert box.geometry().width() == pytest.approx(plan.room.plot_width)


def test_candles_by_time_are_labelled_with_the_time_since_the_start(stage):
    stage.chart.set_nanos_per_candle(1_000_000_000)
    stage.feed(opened(), *wave(400))
    plan = stage.chart.plan
    assert plan.count == 100
    assert plan.timeline.label(plan.candles, 70) == "1:10"


def test_another_round_is_followed_from_its_first_tick(stage):
    stage.feed(opened(), *wave(900))
    stage.chart.pan(-50)
    assert not stage.chart.following
    stage.feed(*a_round([1.0, 1.1, 1.2, 0.02], round_id=OTHER))
    assert stage.chart.following
    assert stage.followed == [False, True]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([1, 1, 1, 2, 7, 40]), st.sampled_from([0, 0, 0, -3, 8])),
        max_size=80,
    )
)
def test_with_ticks_missing_a_patched_layer_is_a_redrawn_one(stage, steps):
    chart, tick = stage.chart, 200
    stage.feed(event(Rewound, history=(opened(), *wave(tick))), paint=False)
    chart.set_ticks_per_candle(1)
    chart.follow()
    chart.layer.bring_up(chart.plan)
    for apart, panned in steps:
        tick += apart
        stage.feed(*wave(1, begin=tick), paint=False)
        if panned:
            chart.pan(panned)
        chart.layer.bring_up(chart.plan)
        patched = chart.layer.pixmap.toImage()
        chart.layer.forget()
        chart.layer.bring_up(chart.plan)
        assert patched == chart.layer.pixmap.toImage()


@pytest.mark.parametrize("wide", [1, 5, 20])
def test_a_line_goes_through_every_tick_whatever_the_candles_width(stage, wide):
    stage.chart.set_ticks_per_candle(wide)
    prices = [1.0 + 0.2 * (tick % 2) + tick / 100 for tick in range(90)]
    stage.feed(opened(), *(ticked(tick, price) for tick, price in enumerate(prices)))
    stage.chart.set_style("line")
    assert stage.chart.plan.candles.close.tolist() == prices
    stage.chart.set_ticks_per_candle(10)
    assert stage.chart.plan.candles.close.tolist() == prices
    stage.chart.set_style("candles")
    assert stage.chart.candle_count == 9


def seen_ticks(chart):
    """Return the ticks at both edges of the plot, as numbers with a fraction."""
    plan = chart.plan
    wide = 1 if plan.line else 5
    ends = (plan.origin, plan.origin + plan.room.plot_width)
    return [end / plan.step * plan.per * wide for end in ends]


@pytest.mark.parametrize("panned", [0, -60])
@pytest.mark.parametrize("notches", [-8, -3, 0, 2])
def test_line_and_candles_show_the_same_ticks(stage, panned, notches):
    stage.feed(opened(), *wave(2_000))
    if notches:
        stage.chart.zoom(1.25**notches)
    if panned:
        stage.chart.pan(panned)
    plan, before = stage.chart.plan, seen_ticks(stage.chart)
    stage.chart.set_style("line")
    after = seen_ticks(stage.chart)
    width = before[1] - before[0]
    assert after[1] - after[0] == pytest.approx(width, rel=0.45)
    assert sum(after) / 2 == pytest.approx(sum(before) / 2, abs=0.3 * width)
    stage.chart.set_style("candles")
    assert (stage.chart.plan.step, stage.chart.plan.per) == (plan.step, plan.per)
    assert stage.chart.plan.origin == pytest.approx(plan.origin, abs=2 * plan.step)


def test_on_a_line_peak_and_rug_stand_at_their_own_ticks(stage):
    prices = [1.0, 1.1, 1.2, 1.9, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 1.0, 1.0, 0.01]
    stage.feed(*a_round(prices))
    stage.chart.set_style("line")
    assert stage.chart.notes.peak == (3, 1.9)
    assert stage.chart.notes.rug[0] == 12
    assert stage.chart.notes.rug[2] == 12


def inked(stage, extras, **silenced) -> int:
    """How many pixels something that the chart says has in sight."""
    plan, notes = stage.chart.plan, stage.chart.notes
    told = (notes, replace(notes, **silenced))
    one, other = (image_of(Seen(plan, each, extras)) for each in told)
    return sum(
        one.pixel(x, y) != other.pixel(x, y)
        for x in range(one.width())
        for y in range(one.height())
    )


def low_stage(stage, word: str, *, is_past: bool):
    """A low chart on which a round is over, and what is painted over it: with an era, without."""
    stage.chart.resize(420, 130)
    stage.feed(*a_round([*(1.0 + n / 10 for n in range(60)), 0.01]))
    era = EraFrame()
    era.say(Era(word, is_past=is_past))
    above = Extras(stage.chart.refresh)
    above.add_decoration(era)
    return above, Extras(stage.chart.refresh)


def test_the_words_about_the_peak_are_not_under_those_about_the_era(stage):
    above, alone = low_stage(stage, "PAST · ROUND OVER", is_past=True)
    assert stage.chart.notes.peak is not None
    assert inked(stage, alone, peak=None) > 100
    # the small mark stays at its price, words need not
    assert inked(stage, above, peak=None) >= 0.9 * inked(stage, alone, peak=None)


def test_a_headline_leaves_the_corner_that_says_the_era_alone(stage):
    above, _ = low_stage(stage, "LIVE", is_past=False)
    notes = replace(stage.chart.notes, headline="Next round in 11.70 s", detail="It has ended")
    plan = replace(stage.chart.plan, standing=Standing.PAST)
    silent = replace(notes, headline="", detail="")
    one, other = (image_of(Seen(plan, each, above)) for each in (notes, silent))
    corner = QRect(plan.room.plot_width - 50, 0, 50, plan.letters.bold.height + 6)
    assert one.copy(corner) == other.copy(corner)
    assert one != other
