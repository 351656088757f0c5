"""The page of statistics: asked, waited for, cancelled, shown, pointed at, saved."""

import csv
from decimal import Decimal
from threading import current_thread, main_thread
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from replayer_qt.core.library import RoundQuery
from replayer_qt.core.library_answers import Answer, JobEnded, JobState, Progress
from replayer_qt.core.library_requests import CancelJob, Study
from replayer_qt.core.round_sample import sampled
from replayer_qt.core.round_study import study
from replayer_qt.core.units import StreamId
from replayer_qt.ui import packing
from replayer_qt.ui.library.study_page import Showing, StudyPage
from replayer_qt.ui.packing import write_picture
from replayer_qt.ui.plots.plot_painter import PlotPainter
from replayer_qt.ui.plots.plot_view import nearest
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import DARK, LIGHT
from tests.helpers.studies import entry, small_study

RESULTS = [Decimal(n % 3 - 1) / 1000 for n in range(40)]


@pytest.fixture
def page(qtbot):
    dress(QApplication.instance(), DARK)
    made = StudyPage()
    made.heard = []
    made.asked.connect(made.heard.append)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


@pytest.fixture
def shown(page):
    page.show_study(small_study(RESULTS))
    QApplication.processEvents()
    return page


def ended(ticket: int, outcome=None, state=JobState.DONE, problem="") -> JobEnded:
    return JobEnded(ticket=ticket, title="Study", state=state, outcome=outcome, problem=problem)


def press(page, button: QPushButton) -> None:
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_before_a_study_the_page_says_how_to_get_one(page):
    assert page.showing is Showing.NOTHING
    assert "press S" in page.hint.text()
    press(page, page.all)
    assert page.heard == [Study(ticket=1, query=RoundQuery())]
    assert page.showing is Showing.WORKING


def test_a_selection_is_studied_by_its_numbers_or_else_by_its_query(page):
    query = RoundQuery(text="moon")
    page.show_selection(query, (3, 4), 2)
    page.show_selection(query, (), 70)
    asked = [request for request in page.heard if isinstance(request, Study)]
    assert asked == [Study(ticket=1, ids=(3, 4)), Study(ticket=2, query=query)]
    assert "70 rounds" in page.title.text()


def test_progress_is_shown_and_an_older_one_is_not(page):
    page.show_selection(RoundQuery(), (1,), 1)
    page.show_progress(Progress(ticket=9, title="t", done=1, total=4, at="elsewhere"))
    assert page.hint.text() == "Waiting for its turn."
    page.show_progress(Progress(ticket=1, title="t", done=1, total=4, at="reading ticks"))
    assert (page.bar.value(), page.bar.maximum()) == (1, 4)
    assert page.hint.text() == "reading ticks"


def test_a_study_is_shown_with_what_it_rests_on(page):
    page.show_selection(RoundQuery(), (1,), 1)
    page.show_answer(ended(1, small_study(RESULTS)))
    assert page.showing is Showing.STUDY
    assert page.head.whole.startswith("40 rounds (Practice exchange 40)")
    assert "95 % intervals" in page.head.whole
    assert [view.plot.key for view in page.views] == [
        "peak", "reached", "survival", "hazard", "side-bets", "rug-tick", "volatility-crash",
        "returns-crash", "volatility-by-age", "results", "results-sum",
    ]  # fmt: skip
    for view in page.views:
        assert "n = " in view.plot.rests_on
        assert view.plot.sentence
        assert "95 % intervals" in view.plot.rests_on or view.plot.key == "results-sum"


def test_an_answer_to_something_older_is_passed_over(page):
    page.show_selection(RoundQuery(), (1,), 1)
    page.show_selection(RoundQuery(), (2,), 1)
    page.show_answer(ended(1, small_study()))
    assert page.showing is Showing.WORKING
    page.show_answer(ended(2, small_study()))
    assert page.showing is Showing.STUDY


def test_a_failed_study_says_why_and_can_be_tried_again(page):
    page.show_selection(RoundQuery(), (1,), 1)
    page.show_answer(Answer(ticket=1, problem="The catalogue can't be read."))
    assert page.showing is Showing.PROBLEM
    assert page.hint.text() == "The catalogue can't be read."
    press(page, page.again)
    assert page.heard[-1] == Study(ticket=2, ids=(1,))


def test_a_running_study_is_cancelled_and_a_waiting_one_is_forgotten(page):
    page.show_selection(RoundQuery(), (1,), 1)
    press(page, page.cancel)
    assert page.showing is Showing.PROBLEM
    assert page.heard[1:] == [CancelJob(ticket=1)]
    page.show_answer(ended(1, small_study()))
    assert page.showing is Showing.PROBLEM
    press(page, page.again)
    ticket = page.heard[-1].ticket
    page.show_progress(Progress(ticket=ticket, title="t", done=0, total=0))
    press(page, page.cancel)
    assert page.heard[-1] == CancelJob(ticket=ticket)
    assert page.hint.text() == "Cancelling…"
    page.show_answer(ended(ticket, state=JobState.CANCELLED))
    assert "Cancelled" in page.hint.text()


def test_another_selection_ends_the_study_that_runs_or_waits(page):
    page.show_selection(RoundQuery(), (1,), 1)
    page.show_selection(RoundQuery(), (2,), 1)
    assert page.heard[1:] == [CancelJob(ticket=1), Study(ticket=2, ids=(2,))]
    page.show_answer(ended(2, small_study()))
    page.show_selection(RoundQuery(), (3,), 1)
    assert page.heard[3:] == [Study(ticket=3, ids=(3,))]


def test_no_rounds_are_said_to_be_none(page):
    page.show_selection(RoundQuery(text="nothing"), (), 0)
    page.show_answer(ended(1, study(sampled([]))))
    assert page.showing is Showing.EMPTY
    assert page.title.text() == "No rounds, no statistics"


def test_a_smaller_study_leaves_no_plot_of_the_one_before(shown):
    market = StreamId("binance/BTCUSDT")
    rounds = [entry(None, last=90, stream=market, volatility=1e-4 * n) for n in range(1, 9)]
    shown.show_study(study(sampled(rounds)))
    assert [view.plot.key for view in shown.views] == ["volatility-markets"]
    shown.show_study(small_study())
    assert len(shown.views) == 9


def test_wide_pages_have_plots_beside_each_other(shown):
    first, second = shown.views[:2]
    assert first.y() == second.y()
    shown.resize(730, 900)
    QApplication.processEvents()
    assert first.x() == second.x()
    assert first.y() < second.y()
    assert first.width() > 600


@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(730, 900), QSize(320, 300)])
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_page_is_drawn_in_each_theme_and_size(shown, theme, size):
    shown.set_theme(theme)
    shown.resize(size)
    QApplication.processEvents()
    view = shown.views[2]
    assert view.grab().toImage().pixelColor(2, 2).name() == theme.background


def test_the_pointer_tells_the_numbers_of_the_nearest_place(shown, qtbot):
    view = next(view for view in shown.views if view.plot.key == "side-bets")
    painter = PlotPainter(view.plot, QRectF(view.rect()), DARK, view.font())
    place = view.plot.places[1]
    at = QPointF(painter.scale.x(place.x) + 2, view.height() / 2)
    assert nearest(painter, at.x()) == 1
    qtbot.mouseMove(view, at.toPoint())
    qtbot.waitUntil(lambda: view.words == place.words)
    assert "entry at 40" in view.words
    assert "n = " in view.words


def test_arrow_keys_tell_the_same(shown):
    view = shown.views[3]
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.words == view.plot.places[0].words
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.words == view.plot.places[0].words
    view.clearFocus()
    assert view.words == ""


def test_screen_readers_are_told_what_a_plot_says(shown):
    for view in shown.views:
        assert view.accessibleName() == view.plot.title
        assert view.plot.sentence in view.accessibleDescription()


def test_a_plot_is_saved_as_a_picture_a_drawing_and_a_table(shown, tmp_path):
    assert shown.save_plot("hazard", str(tmp_path / "a.png"))
    image = QImage(str(tmp_path / "a.png"))
    assert (image.width(), image.height()) == (2000, 1280)
    assert shown.save_plot("hazard", str(tmp_path / "a.svg"))
    tree = ET.parse(tmp_path / "a.svg")  # noqa: S314  # our own file
    assert tree.getroot().tag.endswith("svg")
    assert shown.save_plot("hazard", str(tmp_path / "a.csv"))
    lines = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert {line["figure"] for line in lines} == {"hazard"}
    assert f"Saved {tmp_path / 'a.csv'}." in shown.said.whole


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.csv", "a.txt"])
def test_what_cannot_be_written_is_said(shown, tmp_path, name):
    assert not shown.save_plot("hazard", str(tmp_path / "nowhere" / name))
    assert "could not be written" in shown.said.whole


def test_a_dialog_saves_the_plot_that_asked_for_it(shown, tmp_path, qtbot):
    view = shown.views[0]
    view.save_wanted.emit(view.plot.key, "csv")
    dialog = shown.findChild(object, view.plot.key)
    dialog.fileSelected.emit(str(tmp_path / "peak.csv"))
    dialog.close()
    assert (tmp_path / "peak.csv").read_text().startswith("figure,series")


def test_everything_is_exported_into_a_folder_that_was_not_there(shown, tmp_path, qtbot):
    shown.export_into(str(tmp_path))
    assert not shown.all_wanted.isEnabled()
    qtbot.waitUntil(lambda: not shown.export.is_running, timeout=20_000)
    names = {path.name for path in (tmp_path / "statistics").iterdir()}
    assert len(names) == 1 + 2 * len(shown.views)
    assert {"statistics.csv", "peak.png", "survival.svg"} <= names
    assert shown.said.whole == f"All is in {tmp_path / 'statistics'}."
    before = (tmp_path / "statistics" / "peak.png").read_bytes()
    shown.show_study(small_study())
    shown.export_into(str(tmp_path))
    qtbot.waitUntil(lambda: not shown.export.is_running, timeout=20_000)
    assert (tmp_path / "statistics-2").is_dir()
    assert (tmp_path / "statistics" / "peak.png").read_bytes() == before


def test_pictures_are_packed_away_from_the_main_thread(shown, tmp_path, qtbot, monkeypatch):
    threads: list[bool] = []

    def noted(image, path):
        threads.append(current_thread() is main_thread())
        return write_picture(image, path) or "full" * path.endswith("survival.png")

    monkeypatch.setattr(packing, "write_picture", noted)
    ended: list[int] = []
    shown.export.ended.connect(lambda _folder, failed: ended.append(failed))
    shown.export_into(str(tmp_path))
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
    assert threads == [False] * len(shown.views)
    assert ended == [1]
    for view in shown.views:
        assert QImage(str(tmp_path / "statistics" / f"{view.plot.key}.png")).width() == 2_000


def test_a_place_where_no_folder_can_be_made_is_said(shown, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    shown.export_into(str(file))
    assert "No folder could be made there" in shown.said.whole
    assert shown.all_wanted.isEnabled()
