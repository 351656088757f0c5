"""Indicators as a trader meets them: chosen, drawn with the candles, kept, and cheap."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from replayer_qt.core.events import RoundOpened, RoundRugged, TickBlock
from replayer_qt.core.indicators.catalogue import KINDS, Place, usual
from replayer_qt.core.indicators.survival import SurvivalTable
from replayer_qt.core.library_answers import JobEnded, JobState
from replayer_qt.core.library_requests import Study
from replayer_qt.core.replay_events import Rewound
from replayer_qt.core.round_survival import Lives, risk_of, survival_of
from replayer_qt.core.units import PRACTICE
from replayer_qt.ui.chart.price_chart import PriceChart
from replayer_qt.ui.chart.track_styles import Shown, all_shown
from replayer_qt.ui.dialogs.indicators import IndicatorsDialog
from replayer_qt.ui.theme import DARK, LIGHT
from tests.gui.desk import Bench, Store, trade
from tests.helpers.make import ROUND, event, ticked
from tests.helpers.studies import small_study

OVER = "sma:3@blue;ema:5@amber,dashed;bollinger:4,2@violet;peak@grey;vwap@pink"
BELOW = "rsi:3@blue;atr:2,3@violet,dashed;drawdown@amber;volatility:4@pink;tick-rate:2@sky"


@pytest.fixture
def bench(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.resize(1000, 900)
    made.window.show()
    made.connect()
    QApplication.processEvents()
    return made


def studies(bench):
    return bench.window.chart_desk.indicators.studies


def wave(count, begin=0):
    return [
        ticked(tick, 1.5 + math.sin(tick / 9) + tick / 900) for tick in range(begin, begin + count)
    ]


def opened():
    return event(RoundOpened, round_id=ROUND)


def settled():
    for _ in range(3):
        QApplication.processEvents()


def show(bench, text):
    studies(bench).show(all_shown(text))
    settled()


def pixels(widget, colour):
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    seen = np.frombuffer(picture.constBits(), np.uint32)
    return int(((seen & 0xFFFFFF) == (QColor(colour).rgb() & 0xFFFFFF)).sum())


def colour_of(text):
    return all_shown(text)[0].on(QColor(DARK.background))


def open_dialog(bench):
    bench.window.actions_.actions["indicators"].trigger()
    return next(one for one in bench.window.findChildren(IndicatorsDialog) if one.isVisible())


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    settled()


def test_an_indicator_is_added_set_coloured_and_removed_by_its_menu(bench):
    bench.feed([opened(), *wave(300)])
    dialog = open_dialog(bench)
    assert pixels(bench.chart, colour_of("sma:20@blue")) == 0
    click(dialog.add)
    assert [one.text() for one in studies(bench).shown] == ["sma:20@blue"]
    assert pixels(bench.chart, colour_of("sma:20@blue")) > 200
    dialog.numbers[0].setValue(7)
    dialog.colour.setCurrentIndex(dialog.colour.findData("pink"))
    dialog.dashed.click()
    settled()
    assert [one.text() for one in studies(bench).shown] == ["sma:7@pink,dashed"]
    assert pixels(bench.chart, colour_of("sma:20@pink")) > 100
    assert studies(bench).legend.words()[0] == "SMA 7 2.7997x"
    click(dialog.remove)
    assert studies(bench).shown == ()
    assert pixels(bench.chart, colour_of("sma:20@pink")) == 0
    assert not studies(bench).legend.isVisible()
    dialog.close()


def test_every_kind_is_added_by_the_dialog_and_drawn_where_it_belongs(bench):
    bench.feed([opened(), *wave(300)])
    dialog = open_dialog(bench)
    for name in KINDS:
        dialog.kinds.setCurrentIndex(dialog.kinds.findData(name))
        click(dialog.add)
    assert not dialog.add.isEnabled()
    assert [one.chosen.kind for one in studies(bench).shown] == list(KINDS)
    below = [name for name, kind in KINDS.items() if kind.place is Place.STRIP]
    assert [strip.study.kind.name for strip in studies(bench).pane.strips] == below
    assert len(bench.chart.extras.tracks) >= 5
    assert len(studies(bench).legend.words()) == len(KINDS) - len(below)
    buttons = dialog.findChild(QDialogButtonBox).buttons()
    click(buttons[0])
    assert bench.window.findChildren(IndicatorsDialog) == []


def test_what_was_chosen_is_there_again_after_a_restart(qtbot):
    store = Store()
    first = Bench(store=store, chart=PriceChart())
    qtbot.addWidget(first.window)
    first.window.show()
    dialog = open_dialog(first)
    click(dialog.add)
    dialog.numbers[0].setValue(33)
    dialog.close()
    second = Bench(store=store, chart=PriceChart())
    qtbot.addWidget(second.window)
    assert [one.text() for one in studies(second).shown] == ["sma:33@blue"]
    dialog = open_dialog_of(second)
    click(dialog.remove)
    dialog.close()
    third = Bench(store=store, chart=PriceChart())
    qtbot.addWidget(third.window)
    assert studies(third).shown == ()


def open_dialog_of(bench):
    bench.window.show()
    return open_dialog(bench)


def drawn(bench, steps):
    """Yield patched pictures and the same drawn anew, after each step."""
    chart, pane, tick = bench.chart, studies(bench).pane, 200
    for count, panned, zoomed in steps:
        bench.feed(wave(count, begin=tick))
        tick += count
        if panned:
            chart.pan(panned)
        if zoomed:
            chart.zoom(zoomed)
        for layer, bring in (
            (chart.layer, lambda: chart.layer.bring_up(chart.plan, chart.extras.tracks)),
            (pane, lambda: pane.bring_up(chart.plan)),
        ):
            bring()
            patched = layer.pixmap.toImage()
            layer.forget()
            bring()
            yield patched, layer.pixmap.toImage()


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([0, 1, 1, 2, 7, 60]),
            st.sampled_from([0, 0, 0, -3, 8]),
            st.sampled_from([0, 0, 0, 0, 1.6, 0.2, 3.0]),
        ),
        max_size=12,
    ),
    wide=st.sampled_from([1, 5]),
)
def test_with_indicators_a_patched_picture_is_a_redrawn_one(bench, steps, wide):
    bench.feed([event(Rewound, history=(opened(), *wave(200)))])
    bench.chart.set_ticks_per_candle(wide)
    bench.chart.follow()
    show(bench, f"{OVER};{BELOW}")
    for patched, anew in drawn(bench, steps):
        assert patched == anew


def test_a_new_candle_patches_the_strips_and_a_tick_draws_nothing_anew(bench):
    bench.feed([opened(), *wave(900)])
    show(bench, f"{OVER};{BELOW}")
    # a scale whose range has to grow draws all anew; this one has fixed ends
    show(bench, "rsi:14@blue;sma:20@blue")
    pane = studies(bench).pane
    redraws, patches = pane.redraws, pane.patches
    for tick in range(900, 915):
        bench.feed(wave(1, begin=tick))
        settled()
    assert (pane.redraws, pane.patches) == (redraws, patches + 3)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stops=st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_indicators_at_a_tick_are_the_same_however_it_was_reached(bench, stops):
    """N15: going back and jumping give the values and the picture that playing forward gives."""
    told = [trade(number, tick=number * 2) for number in range(50)]
    mixed = [opened()]
    for tick, one in enumerate(wave(101)):
        mixed += [one, *[each for each in told if each.tick == tick]]
    ends = [next(at for at, one in enumerate(mixed) if getattr(one, "tick", -1) == stop) + 1
            for stop in stops]  # fmt: skip
    show(bench, f"{OVER};{BELOW};survival@blue;side-bet@sky")
    ground = bench.window.chart_desk.ground
    for end in ends:
        bench.feed([event(Rewound, history=tuple(mixed[:end]))])
    bench.chart.follow()
    settled()
    words = studies(bench).legend.words(), studies(bench).pane.words()
    jumped = ground.grab().toImage()
    bench.feed([event(Rewound, history=())])
    for one in mixed[: ends[-1]]:
        bench.feed([one])
    settled()
    assert words == (studies(bench).legend.words(), studies(bench).pane.words())
    assert jumped == ground.grab().toImage()


def test_the_crosshair_of_the_chart_is_that_of_strips_and_legend(bench):
    bench.feed([opened(), *wave(400)])
    show(bench, "peak@grey;rsi:3@blue;survival@blue")
    newest = studies(bench).legend.words(), studies(bench).pane.words()
    plan = bench.chart.plan
    place = QPoint(plan.left_of(50) + plan.step // 2, 100)
    QTest.mouseMove(bench.chart.viewport(), place)
    settled()
    study = studies(bench).studies[0]
    assert studies(bench).legend.words()[0] == f"Peak {study.words(50)}"
    assert "beyond tick 250 " in studies(bench).legend.words()[1]
    assert studies(bench).pane.words() != newest[1]
    cross = bench.chart.plan.palette.cross
    assert pixels(studies(bench).pane, cross) > 20
    QTest.mouseMove(bench.chart.viewport(), QPoint(bench.chart.width() - 2, 100))
    settled()
    assert (studies(bench).legend.words(), studies(bench).pane.words()) == newest
    assert pixels(studies(bench).pane, cross) == 0


def test_the_survival_clock_goes_by_recorded_rounds_where_there_are_any(bench):
    bench.feed([opened(), *wave(41)])
    show(bench, "survival@blue")
    assert studies(bench).legend.words() == (
        "81.8 % of rounds live beyond tick 40 (generator); the hazard is flat: 0.5 % at each tick",
    )
    table = SurvivalTable(ticks=(0.0, 40.0), share=(1.0, 0.5), low=(0.9, 0.4), high=(1.0, 0.6), n=8)
    studies(bench).set_survival(table)
    assert studies(bench).legend.words()[0].startswith("50.0 % of rounds lived beyond tick 40 (40.")


def test_the_mouse_over_a_strip_moves_the_crosshair_of_the_chart(bench):
    bench.feed([opened(), *wave(400)])
    show(bench, "rsi:3@blue;peak@grey")
    plan, pane = bench.chart.plan, studies(bench).pane
    QTest.mouseMove(pane, QPoint(plan.left_of(50) + plan.step // 2, 20))
    settled()
    assert bench.chart.notes.pointer == (
        plan.left_of(50) + plan.step // 2,
        plan.row_of(float(plan.candles.close[50])),
    )
    assert studies(bench).legend.words()[0] == f"Peak {studies(bench).studies[1].words(50)}"
    QTest.mouseMove(pane, QPoint(pane.width() - 3, 20))
    settled()
    assert bench.chart.notes.pointer is None
    assert pixels(pane, plan.palette.cross) == 0


def test_the_clock_asks_the_library_and_goes_by_its_answer(bench):
    bench.asked.clear()
    bench.feed([opened(), *wave(41)])
    assert bench.asked == []
    show(bench, "survival@blue")
    bench.feed(wave(1, begin=41))
    bench.feed(wave(1, begin=42))
    asked = bench.asked.pop()
    assert isinstance(asked, Study)
    assert bench.asked == []
    exits = np.arange(1, 101)
    lives = Lives(entry=np.zeros(100, np.int64), exit=exits, rugged=np.ones(100, bool))
    found = replace(small_study(), survival=survival_of(lives, risk_of(lives), 0.95))
    take = bench.window.chart_desk.indicators.take_answer
    take(JobEnded(ticket=7, title="another", state=JobState.DONE, outcome=found))
    assert "(generator)" in studies(bench).legend.words()[0]
    take(JobEnded(ticket=asked.ticket, title="lives", state=JobState.DONE, outcome=found))
    assert studies(bench).legend.words()[0].startswith("58.0 % of rounds lived beyond tick 42 (")
    assert ", 100 recorded); the hazard is flat" in studies(bench).legend.words()[0]


def lives_of(exits):
    count = len(exits)
    lives = Lives(entry=np.zeros(count, np.int64), exit=exits, rugged=np.ones(count, bool))
    return replace(small_study(), survival=survival_of(lives, risk_of(lives), 0.95))


def test_the_clock_asks_again_where_the_library_changed_or_failed(bench, qtbot):
    indicators = bench.window.chart_desk.indicators
    take, words = indicators.take_answer, lambda: studies(bench).legend.words()[0]
    indicators.asker.apart_ms = 1
    bench.feed([opened(), *wave(41)])
    show(bench, "survival@blue")
    bench.asked.clear()
    bench.feed(wave(1, begin=41))
    ticket = bench.asked.pop().ticket
    take(JobEnded(ticket=ticket, title="lives", state=JobState.FAILED, problem="no"))
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    bench.asked.clear()
    take(JobEnded(ticket=-2, title="news", state=JobState.DONE))
    take(JobEnded(ticket=8, title="import", state=JobState.DONE, changed=True))
    assert bench.asked == []
    found = lives_of(np.arange(1, 101))
    take(JobEnded(ticket=ticket, title="lives", state=JobState.DONE, outcome=found))
    assert ", 100 recorded" in words()
    qtbot.waitUntil(lambda: len(bench.asked) == 1)
    found = lives_of(np.arange(1, 151))
    take(JobEnded(ticket=ticket, title="lives", state=JobState.DONE, outcome=found))
    assert ", 150 recorded" in words()
    bench.feed(wave(1, begin=42))
    take(JobEnded(ticket=9, title="export", state=JobState.DONE))
    assert len(bench.asked) == 1


def test_the_side_bet_window_runs_forty_ticks_on_and_ends_with_the_round(bench):
    bench.feed([opened(), *wave(101)])
    show(bench, "side-bet@sky")
    assert "runs to tick 140: 18.2 % of such bets win" in studies(bench).legend.words()[0]
    plan = bench.chart.plan
    picture = bench.chart.grab().toImage()
    inside, beyond = plan.middle_of(120), plan.middle_of(140) + 12
    row = plan.room.plot_height - 60
    assert picture.pixelColor(inside, row).name() != picture.pixelColor(beyond, row).name()
    bench.feed([ticked(101, 0.01), event(RoundRugged, round_id=ROUND, tick=101, price=0.01)])
    settled()
    assert studies(bench).legend.words() == ("Side bet: no round runs",)


def test_the_side_bet_window_ends_at_its_fortieth_tick_and_at_no_other(bench):
    bench.feed([opened(), *wave(101)])
    show(bench, "side-bet@sky")
    plan, window = bench.chart.plan, studies(bench)._window
    assert plan.middle_of(140) + 12 < plan.room.plot_width
    with_it = bench.chart.grab().toImage()
    window.shown = None
    bench.chart.refresh()
    without = bench.chart.grab().toImage()
    seen = [
        x
        for x in range(plan.room.plot_width)
        if any(
            with_it.pixelColor(x, row) != without.pixelColor(x, row)
            for row in range(plan.room.plot_height - 90, plan.room.plot_height - 60)
        )
    ]
    assert abs(seen[0] - plan.middle_of(100)) <= 1
    assert abs(seen[-1] - plan.middle_of(140)) <= 1


def test_a_trade_that_is_told_late_is_in_the_columns_that_were_finished(bench):
    bench.feed([opened(), *wave(30), trade(20, tick=29), *wave(60, begin=30)])
    show(bench, "vwap@pink")
    bench.chart.grab()
    bench.feed([trade(90, tick=10)])
    bench.feed(wave(1, begin=90))
    settled()
    assert studies(bench).legend.words() == ("VWAP 1.5500x",)
    patched = bench.chart.grab().toImage()
    bench.chart.set_theme(LIGHT)
    bench.chart.grab()
    bench.chart.set_theme(DARK)
    assert patched == bench.chart.grab().toImage()


def test_the_weighted_price_says_so_where_no_volume_was_told(bench):
    bench.feed([opened(), *wave(60)])
    show(bench, "vwap@pink")
    assert studies(bench).legend.words() == ("VWAP no volume told",)
    bench.feed([trade(1, tick=59), *wave(1, begin=60)])
    settled()
    assert studies(bench).legend.words() == ("VWAP 1.0100x",)


def test_a_weighted_price_that_is_still_taken_in_is_not_said_to_lack_volume(bench, qtbot):
    count = 60_007
    block = event(TickBlock, round_id=ROUND, ticks=np.arange(count), prices=np.full(count, 1.5),
                  ats=np.arange(count) * 250_000_000)  # fmt: skip
    show(bench, "vwap@pink")
    said = []
    bench.chart.planned.connect(lambda _plan: said.append(studies(bench).legend.words()))
    bench.feed([opened(), trade(1, tick=9), block])
    qtbot.waitUntil(lambda: studies(bench).legend.words() == ("VWAP 1.0100x",))
    assert ("VWAP \N{EN DASH}",) in said
    assert ("VWAP no volume told",) not in said


def test_a_long_round_is_taken_in_by_parts_and_is_then_complete(bench, qtbot):
    count = 60_007
    prices = np.exp(np.cumsum(np.random.default_rng(2).normal(0, 0.001, count)))
    block = event(TickBlock, round_id=ROUND, ticks=np.arange(count), prices=prices,
                  ats=np.arange(count) * 250_000_000)  # fmt: skip
    bench.feed([opened(), block])
    studies(bench).show(all_shown("sma:20@blue;rsi:14@blue"))
    assert not any(study.complete for study in studies(bench).studies)
    bench.chart.set_ticks_per_candle(3)  # other candles in the middle of it
    qtbot.waitUntil(lambda: all(study.complete for study in studies(bench).studies))
    bench.chart.set_ticks_per_candle(1)
    settled()
    last = studies(bench).studies[0].lines[0].last
    assert len(last) == bench.chart.plan.count
    assert last[-1] == pytest.approx(np.mean(prices[-20:]))


def test_an_empty_window_with_indicators_shows_no_line_and_raises_nothing(qtbot):
    made = Bench(chart=PriceChart())
    qtbot.addWidget(made.window)
    made.window.show()
    every = tuple(Shown(usual(name)) for name in KINDS)
    studies(made).show(every)
    settled()
    assert pixels(made.chart, every[0].on(QColor(DARK.background))) == 0
    assert all("\N{EN DASH}" in words for words in studies(made).pane.words())
    assert made.engine.state.markets.get(PRACTICE) is None
