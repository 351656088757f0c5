"""The panels around the chart, each fed by frames."""

import time
from decimal import Decimal

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.core.commands import SeekShare, SeekTick, SetSpeed
from replayer_qt.core.events import (
    EventsShed,
    Fairness,
    FairnessChecked,
    FeedChanged,
    Link,
)
from replayer_qt.core.replay_events import ReplayShaped, Rewound
from replayer_qt.core.units import PRACTICE, RUGS, RoundId
from replayer_qt.ui.models.rows import SORT_ROLE
from replayer_qt.ui.models.tables import TRADES_KEPT
from replayer_qt.ui.panels.table import is_parted
from tests.gui.desk import REPLAY, ROUND, Bench, event, lively, measured, moved_to, trade, wave

NESTED = "<table><tr><td>" * 16 + "x"


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    return made


def cells(rows):
    count = range(len(rows.columns))
    return [[rows.index(line, place).data() for place in count] for line in range(rows.rowCount())]


# --- rounds


def test_rounds_stand_newest_first_with_peak_rug_and_gaps(bench):
    bench.connect()
    lively(bench)
    rounds = cells(bench.window.panels["rounds"].rows)
    assert len(rounds) == 13
    assert rounds[0][:2] == ["89abcdef", "150"]
    assert rounds[0][3] == "—"
    assert rounds[1][3] == "0.0123"


def test_a_verdict_reaches_a_round_that_the_state_has_let_go(bench):
    bench.connect()
    lively(bench)
    old = bench.window.panels["rounds"].rows.row(9).round_id
    bench.feed([event(FairnessChecked, round_id=old, verdict=Fairness.VERIFIED)])
    assert cells(bench.window.panels["rounds"].rows)[9][4] == "✓ verified"


def test_rounds_are_those_of_the_stream_looked_at(bench):
    bench.connect()
    lively(bench)
    bench.replay(wave(60))
    assert [row[1] for row in cells(bench.window.panels["rounds"].rows)] == ["29"]
    bench.window.show_frame(bench.engine.show(PRACTICE))
    assert len(cells(bench.window.panels["rounds"].rows)) == 13


def test_rounds_sort_by_number_not_by_letter(bench):
    bench.connect()
    lively(bench)
    view = bench.window.panels["rounds"]._table
    view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    shown = view.model()
    ticks = [shown.index(line, 1).data(SORT_ROLE) for line in range(shown.rowCount())]
    assert ticks == sorted(ticks, reverse=True)


# --- trades


def test_the_tape_is_bounded_and_newest_first(bench):
    """S1-N4: 500 trades, drop-oldest."""
    bench.connect()
    bench.feed([trade(number) for number in range(700)])
    rows = bench.window.panels["trades"].rows
    assert rows.rowCount() == TRADES_KEPT
    assert cells(rows)[0][2:] == ["0.7000", "7.9900", "player2"]


@pytest.mark.parametrize("size", [(730, 900), (1280, 800)], ids=str)
def test_no_number_in_a_table_is_elided(bench, size):
    """N19: at both sizes each number has the room that it takes, whatever there is to show."""
    window = bench.window
    window.resize(*size)
    window.docking.put_back()
    bench.connect()
    lively(bench)
    for name, prices in (("b", [1.0, 12_345.678, 0.005772]), ("c", [1.0, 876_543.2, 0.00001])):
        bench.feed(moved_to(PRACTICE, prices, RoundId(f"2026-{name * 8}")))
    odd = [Decimal("0.329412345"), Decimal("9999.123456"), Decimal("0.000001"), Decimal(12_345_678)]
    bench.feed([replace(trade(n), price=0.005772, amount=each) for n, each in enumerate(odd)])
    QApplication.processEvents()
    for name in ("rounds", "trades"):
        window.docking.docks[name].raise_()
        QApplication.processEvents()
        panel = window.panels[name]
        table = panel._table
        model = table.model()
        for column, declared in enumerate(panel.rows.columns):
            if declared.number is None:
                continue
            for row in range(model.rowCount()):
                wanted = table.sizeHintForIndex(model.index(row, column)).width()
                assert wanted <= table.columnWidth(column), (declared.title, row, size)
        if size[0] >= 1000:
            across = table.horizontalHeader()
            assert across.length() <= table.viewport().width() + 1


def test_the_whole_number_is_in_the_tool_tip(bench):
    bench.connect()
    bench.feed(moved_to(PRACTICE, [1.0, 2.123456789, 0.0057723456]))
    bench.feed([replace(trade(1), amount=Decimal("0.329412345"), price=1.23456789)])
    rounds, trades = bench.window.panels["rounds"].rows, bench.window.panels["trades"].rows
    tips = [rounds.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in (2, 3)]
    assert tips == ["<span>2.123456789x</span>", "<span>0.0057723456x</span>"]
    tips = [trades.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in (2, 3)]
    assert tips == ["<span>0.329412345 solana</span>", "<span>1.23456789x</span>"]


def test_a_trade_that_is_told_twice_is_one_row(bench):
    bench.connect()
    bench.feed([trade(1), trade(1)])
    bench.feed([trade(1)])
    assert bench.window.panels["trades"].rows.rowCount() == 1


def test_a_rewind_starts_the_tape_of_its_stream_anew(bench):
    """N15: the tape after a seek is the history's, and other streams keep theirs."""
    bench.connect()
    bench.feed([trade(number) for number in range(9)])
    bench.replay()
    bench.feed([trade(number, stream=REPLAY) for number in range(5)])
    bench.feed([event(Rewound, stream=REPLAY, history=(trade(0, stream=REPLAY),))])
    assert bench.window.panels["trades"].rows.rowCount() == 1
    bench.window.show_frame(bench.engine.show(PRACTICE))
    assert bench.window.panels["trades"].rows.rowCount() == 9


def test_a_line_parts_the_trades_of_different_rounds(bench):
    """N19: ticks 7, 0 and 393 of different rounds can be told apart."""
    bench.window.docking.docks["trades"].raise_()
    bench.connect()
    other = RoundId("20261121-fedcba98")
    bench.feed([trade(1, tick=390), trade(2, tick=393)])
    bench.feed([replace(trade(n), round_id=other, tick=n) for n in (3, 4)])
    table = bench.window.panels["trades"]._table
    model = table.model()
    assert [is_parted(model.index(row, 0)) for row in range(4)] == [False, False, True, False]
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == f"<span>Round {other}</span>"
    QApplication.processEvents()
    picture = table.viewport().grab().toImage()
    tops = [picture.pixelColor(1, table.rowViewportPosition(row)) for row in (2, 3)]
    assert abs(tops[0].lightness() - tops[1].lightness()) > 40
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert not any(is_parted(model.index(row, 0)) for row in range(4))


def test_the_tape_can_be_filtered_by_player(bench):
    bench.connect()
    bench.feed([trade(number) for number in range(34)])
    panel = bench.window.panels["trades"]
    panel._filter.setText("PLAYER11")
    assert panel._table.model().rowCount() == 2
    panel._filter.clear()
    assert panel._table.model().rowCount() == 34


@pytest.mark.parametrize(
    "name", [NESTED, "Bob\nERROR", "\u202eevil", "<img src=file:///etc/passwd>"]
)
def test_hostile_names_are_painted_as_letters(bench, name):
    """FAULTS S3: sixteen nested tables as a name cost no time, and the tool tip escapes them."""
    bench.connect()
    bench.feed([trade(1, player=name)])
    QApplication.processEvents()
    began = time.perf_counter()
    bench.window.panels["trades"].grab()
    assert time.perf_counter() - began < 2
    cell = bench.window.panels["trades"].rows.index(0, 4)
    assert len(cell.data()) <= 32
    assert "\n" not in cell.data()
    assert "<table" not in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in cell.data(Qt.ItemDataRole.ToolTipRole)


# --- feed


def facts(bench):
    return {name.strip(): value for name, value in cells(bench.window.panels["feed"].rows)}


def test_the_feed_panel_tells_counts_reasons_and_what_was_shed(bench):
    """S0-H6, S1-N4: refused messages by reason, drop counters exposed."""
    bench.connect(RUGS)
    bench.feed([measured(stream=RUGS, rejected={"bad json": 3, "<b>nan": 2})])
    bench.feed([event(EventsShed, stream=RUGS, queue="engine", count=7, first_at=0, last_at=0)] * 2)
    told = facts(bench)
    assert told["Rejected messages"] == "5"
    assert told["bad json"] == "3"
    assert told["Shed by a full queue"] == "14"
    assert told["Connections"] == "2 / 3"
    assert told["Largest latency"] == "2.4 ms"
    assert told["Link"] == "live"


def test_the_feed_panel_shows_the_connected_venue_also_while_a_replay_is_looked_at(bench):
    bench.connect(RUGS)
    bench.replay()
    assert facts(bench)["Stream"] == "rugs/crash"
    bench.disconnect()
    assert facts(bench)["Stream"] == "replay/1"


def test_reasons_that_are_gone_are_not_shown_any_more(bench):
    bench.connect(RUGS)
    bench.feed([measured(stream=RUGS, rejected={"bad json": 3})])
    bench.feed([measured(stream=RUGS, rejected={})])
    assert "bad json" not in facts(bench)


# --- transport


def test_the_replay_bar_is_there_only_while_a_recording_is_looked_at(bench):
    """N19: hidden when nothing is replayed."""
    transport = bench.window.transport
    assert not transport.isVisible()
    bench.replay()
    assert transport.isVisible()
    bench.connect()
    assert not transport.isVisible()
    bench.window.show_frame(bench.engine.show(REPLAY))
    assert transport.isVisible()
    bench.window.show_frame(bench.engine.drop(REPLAY))
    assert not transport.isVisible()


def test_the_replay_bar_says_where_one_is(bench):
    bench.replay(wave(120))
    bench.move(position=59, length=120, rounds=3, round_index=1, speed=5.0)
    transport = bench.window.transport
    assert transport.place.whole == "59 / 120 · round 2 / 3"
    assert transport.speed.currentText() == "5x"
    assert transport.tick.value() == 58
    assert transport.scrubber.share == pytest.approx(59 / 120)


def test_the_scrubber_draws_the_whole_round_and_the_rest_is_ahead(bench):
    bench.window.chart_desk.ground.want_overview(on=False)
    bench.replay(wave(120))
    scrubber = bench.window.transport.scrubber
    assert len(scrubber.shape.prices) == 120
    picture = scrubber.grab().toImage()
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 3)
        for y in range(picture.height())
    }
    assert len(colours) >= 4  # ground, played, ahead, handle
    bench.feed(
        [
            event(
                ReplayShaped,
                stream=REPLAY,
                round_id=ROUND,
                ticks=np.arange(3),
                prices=np.array([np.nan, -1.0, np.inf]),
            )
        ]
    )
    assert len(scrubber.shape.prices) == 3
    scrubber.grab()


def test_a_click_and_a_drag_seek_at_most_thirty_times_a_second(bench, qtbot):
    bench.window.chart_desk.ground.want_overview(on=False)
    bench.replay(wave(120))
    scrubber = bench.window.transport.scrubber
    middle = QPoint(scrubber.width() // 2, 20)
    QTest.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=middle)
    assert bench.asked[0].share == pytest.approx(0.5, abs=0.02)
    for x in range(middle.x(), middle.x() + 200):
        QTest.mouseMove(scrubber, QPoint(x, 20))
    bench.move(position=3, length=120)
    assert scrubber.share > 0.5  # the hand, not the replay, holds the handle
    QTest.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=QPoint(middle.x() + 199, 20))
    qtbot.waitUntil(lambda: len(bench.asked) >= 2)
    assert all(isinstance(each, SeekShare) for each in bench.asked)
    assert len(bench.asked) < 20
    assert scrubber.share == pytest.approx(3 / 120)


def test_the_ends_of_the_scrubber_are_nothing_and_all(bench):
    bench.window.chart_desk.ground.want_overview(on=False)
    bench.replay(wave(120))
    scrubber = bench.window.transport.scrubber
    for x, share in ((-50, 0.0), (scrubber.width() + 50, 1.0)):
        bench.asked.clear()
        scrubber._pacer.stop()
        scrubber._point(float(x))
        assert bench.asked == [SeekShare(share=share)]


def test_a_tick_is_gone_to_when_it_is_entered(bench):
    bench.replay(wave(120))
    box = bench.window.transport.tick
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "77")
    assert bench.asked == []
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert bench.asked == [SeekTick(tick=77)]
    assert bench.chart.hasFocus()


def test_a_speed_is_asked_for_and_shown_when_it_is_so(bench):
    bench.replay()
    box = bench.window.transport.speed
    box.activated.emit(box.findText("100x"))
    assert bench.asked == [SetSpeed(speed=100.0)]
    bench.move(speed=100.0)
    assert box.currentText() == "100x"
    bench.move(speed=3.0)
    assert box.currentIndex() == -1


def test_the_play_button_shows_what_it_would_do(bench):
    bench.replay(playing=False)
    play = bench.window.actions_.actions["play"]
    shown = play.icon().pixmap(20).toImage()
    bench.move(playing=True)
    assert play.icon().pixmap(20).toImage() != shown
    bench.move(playing=False)
    assert play.icon().pixmap(20).toImage() == shown


def test_the_welcome_goes_when_there_is_a_market(bench):
    assert bench.window.welcome.isVisible()
    bench.connect(PRACTICE, Link.CONNECTING)
    assert not bench.window.welcome.isVisible()
    bench.feed([event(FeedChanged, link=Link.OFF)])
    assert bench.window.strip.badge.badge.word != "LIVE"
