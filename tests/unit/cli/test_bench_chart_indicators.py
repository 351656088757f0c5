"""The bench of indicators says what it measured, and within what."""

from replayer_qt.cli.bench import chart_indicators, chart_motion


def test_the_cost_of_five_indicators_is_told_for_each_kind_of_frame(qapp, monkeypatch):
    monkeypatch.setattr(chart_indicators, "MANY", 40_000)
    monkeypatch.setattr(chart_indicators, "_FRAMES", 3)
    monkeypatch.setattr(chart_motion, "_FRAMES", 4)
    results = chart_indicators.measure()
    names = [result.name for result in results]
    assert len(set(names)) == len(names) == 15
    assert all(result.value is not None and result.value > 0 for result in results)
    assert sum(result.budget == chart_indicators.FRAME_MS for result in results) == 12
