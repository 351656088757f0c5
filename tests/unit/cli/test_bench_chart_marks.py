"""The bench of what stands over the candles says what it measured, and within what."""

from replayer_qt.cli.bench import chart_marks
from replayer_qt.cli.bench.chart_stage import OWN, ChartStage


def test_what_marks_and_drawings_and_the_overview_cost_is_told(qapp, monkeypatch):
    monkeypatch.setattr(chart_marks, "MANY", 5_000)
    monkeypatch.setattr(chart_marks, "_FRAMES", 3)
    monkeypatch.setattr(chart_marks, "_REDRAWS", 2)
    results = chart_marks.measure()
    names = [result.name for result in results]
    assert len(set(names)) == len(names)
    assert all(result.value is not None and result.value >= 0 for result in results)
    assert [result.budget for result in results].count(None) == 1


def test_a_stage_has_the_marks_and_drawings_that_it_was_given(qapp):
    stage = ChartStage(qapp, 2_000)
    stage.chart.zoom(0.1)
    stage.mark(100, 1_000)
    stage.draw(8)
    assert len(stage.marks.told.fills) == 100 // OWN
    assert stage.marks.painted > 50
    assert len(stage.drawings) == 8
    stage.close()
