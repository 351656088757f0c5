"""Layouts by name: built in, saved, used again, renamed, deleted, and kept between two starts."""

import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replayer_qt.ui.arrangement import BEFORE, LIVE, Arrangement, Source, read, written
from replayer_qt.ui.dialogs.layouts import LayoutsDialog, NameDialog
from replayer_qt.ui.layout_memory import LAYOUTS_KEPT, LayoutMemory, NamedLayout
from replayer_qt.ui.layout_table import BUILT_IN
from tests.gui.desk import Bench, Store


@pytest.fixture
def bench(qtbot):
    made = Bench()
    qtbot.addWidget(made.window)
    made.window.show()
    QApplication.processEvents()
    return made


def act(bench, name: str) -> None:
    bench.window.actions_.actions[name].trigger()
    QApplication.processEvents()


def opened(bench, kind):
    return next(each for each in bench.window.findChildren(kind) if each.isVisible())


def save(bench, name: str) -> None:
    act(bench, "layout-save")
    dialog = opened(bench, NameDialog)
    QTest.keyClicks(dialog.line, name)
    dialog.save.click()
    QApplication.processEvents()


def saved(bench) -> list[str]:
    return [action.text() for action in bench.window.layouts._menu.actions()]


@pytest.mark.parametrize("each", BUILT_IN, ids=lambda each: each.name)
def test_a_built_in_layout_opens_its_panels_and_arranges_its_charts(bench, each):
    act(bench, f"layout-{each.name}")
    assert bench.window.docking.open_names() == set(each.docks)
    assert bench.window._look.arrangement == each.charts
    assert len(bench.window.chart_desk.panes.panes) == 1 + len(each.charts.extra)


def test_a_saved_layout_comes_back_with_its_panels_and_charts(bench):
    act(bench, "layout-watch")
    bench.window.chart_desk.arrange(Arrangement(extra=(Source(LIVE), Source(BEFORE)), tabs=True))
    save(bench, "Two & more")
    assert saved(bench) == ["Two && more"]
    act(bench, "layout-trade")
    assert len(bench.window.chart_desk.panes.panes) == 1
    bench.window.layouts._menu.actions()[0].trigger()
    QApplication.processEvents()
    assert bench.window.docking.open_names() == {"rounds", "trades", "feed"}
    kinds = [pane.source.kind for pane in bench.window.chart_desk.panes.panes]
    assert kinds == ["window", LIVE, BEFORE]
    assert bench.window.chart_desk.panes.tabs.isVisible()


def test_a_saved_layout_keeps_the_round_of_a_pane_and_how_chart_and_strips_are_parted(qtbot):
    store, pinned = Store(), Source("", "practice/crash", "20261121-5a3f09c542")
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    first.window.show()
    wanted = Arrangement(extra=(pinned, Source(LIVE)), tabs=True, strips=25)
    first.window.chart_desk.arrange(wanted)
    save(first, "Pinned")
    act(first, "reset-layout")
    assert first.window._look.arrangement == Arrangement()
    first.window.close()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    again.window.show()
    again.window.layouts._menu.actions()[0].trigger()
    QApplication.processEvents()
    assert again.window._look.arrangement == wanted
    panes = again.window.chart_desk.panes.panes
    assert [pane.source for pane in panes] == [Source(), pinned, Source(LIVE)]
    again.connect()
    assert "3f09c542" in panes[1].title.whole
    assert "3f09c542" in again.window.chart_desk.panes.tabs.tabText(1)
    assert panes[1].badge.badge.word == "NOTHING"


def test_a_layout_is_renamed_and_deleted_in_the_list(bench):
    for name in ("One", "Other"):
        save(bench, name)
    act(bench, "layouts")
    dialog = opened(bench, LayoutsDialog)
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["One", "Other"]
    dialog.list.setCurrentRow(1)
    dialog.name.setText("One")
    assert not dialog.rename.isEnabled()
    dialog.name.setText("Third")
    dialog.rename.click()
    assert saved(bench) == ["One", "Third"]
    assert dialog.chosen() == "Third"
    dialog.delete.click()
    assert saved(bench) == ["One"]
    dialog.use.click()
    dialog.delete.click()
    assert saved(bench) == []
    assert dialog.empty.isVisible()
    assert not dialog.use.isEnabled()
    dialog.close()


def test_a_name_that_is_taken_is_replaced_after_saying_so(bench):
    save(bench, "Mine")
    act(bench, "layout-save")
    dialog = opened(bench, NameDialog)
    assert not dialog.save.isEnabled()
    QTest.keyClicks(dialog.line, "Mine")
    assert "replaced" in dialog.why.whole
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert saved(bench) == ["Mine"]


def test_charts_stand_at_the_next_start_as_they_stood(qtbot):
    store = Store()
    first = Bench(store=store)
    qtbot.addWidget(first.window)
    first.window.show()
    wanted = Arrangement(extra=(Source(LIVE),), overview=False, by_time=True)
    first.window.chart_desk.arrange(wanted)
    first.window.close()
    again = Bench(store=store)
    qtbot.addWidget(again.window)
    assert again.window._look.arrangement == wanted
    assert len(again.window.chart_desk.panes.panes) == 2


def test_what_is_damaged_changes_nothing_and_breaks_nothing(qtbot):
    store = Store()
    memory = LayoutMemory(store)
    memory.keep_named(NamedLayout("Bad", b"no such state", "{"))
    store.setValue("layout/charts", '{"extra": 5}')
    bench = Bench(store=store)
    qtbot.addWidget(bench.window)
    before = bench.window.docking.open_names()
    bench.window.layouts.use("Bad")
    bench.window.layouts.use("no such name")
    assert bench.window.docking.open_names() == before
    for key in list(store.kept):
        if key.endswith("/named"):
            store.setValue(key, "[1, 2")
    assert memory.named() == ()


def test_a_saved_layout_is_used_in_a_narrow_window_without_squeezing_the_chart(bench):
    act(bench, "layout-trade")
    save(bench, "Wide")
    bench.window.resize(730, 900)
    QApplication.processEvents()
    QTest.qWait(20)
    bench.window.layouts.use("Wide")
    QApplication.processEvents()
    assert bench.window.chart_desk.ground.width() >= 700


def test_names_are_bounded_and_unique():
    memory = LayoutMemory(Store())
    for number in range(LAYOUTS_KEPT):
        assert memory.keep_named(NamedLayout(f"n{number}", b"x", ""))
    assert not memory.keep_named(NamedLayout("one more", b"x", ""))
    assert memory.keep_named(NamedLayout("n3", b"y", ""))
    assert memory.named()[3].docks == b"y"
    assert not memory.rename("n1", "n2")
    assert not memory.rename("none", "new")
    assert memory.rename("n1", "new")
    memory.forget_named("n2")
    assert len(memory.named()) == LAYOUTS_KEPT - 1


def test_an_arrangement_is_read_as_it_was_written_and_nothing_else_is():
    wanted = Arrangement(extra=(Source(LIVE), Source(BEFORE)), tabs=True, overview=False)
    assert read(written(wanted)) == wanted
    pinned = Arrangement(extra=(Source("", "practice/crash", "r1"), Source(LIVE)))
    assert read(written(pinned)) == pinned
    unsound = Arrangement(extra=(Source("", "", "r1"), Source("", "s", "r" * 999), Source("no")))
    assert read(written(unsound)).extra == ()
    for bad in (None, 7, "", "{", '{"extra": [[1]]}', '"\udc00"', QByteArray(b"x")):
        assert read(bad) == Arrangement()


def test_docks_that_move_together_are_told_of_once(qtbot):
    bench = Bench()
    qtbot.addWidget(bench.window)
    bench.window.show()
    told = []
    bench.window.docking.changed.connect(lambda: told.append(bench.window.docking.open_names()))
    bench.window.docking.show_only(("ticket", "rounds"))
    assert told == [frozenset({"ticket", "rounds"})]
    state = bench.window.docking.state()
    bench.window.docking.put_back()
    assert len(told) == 2
    assert bench.window.docking.use(state)
    assert told[2:] == [frozenset({"ticket", "rounds"})]
    bench.window.docking.toggle("rounds")
    assert told[3:] == [frozenset({"ticket"})]
