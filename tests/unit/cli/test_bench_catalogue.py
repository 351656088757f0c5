"""The measurement of the catalogue, with few rounds."""

from replayer_qt.cli.bench import catalogue


def test_each_figure_of_the_catalogue_has_a_value_and_a_budget(monkeypatch):
    """Filters, sorting and searches have a budget of 200 ms; a server is measured where one is."""
    monkeypatch.setattr(catalogue, "ROUNDS", 300)
    monkeypatch.setattr(catalogue, "_AT_LEAST_S", 0.0)
    monkeypatch.delenv(catalogue.ADDRESS, raising=False)
    *results, server = catalogue.measure()
    assert len(results) >= 10
    assert all(result.value is not None and result.value > 0 for result in results)
    assert {result.budget for result in results} == {2.0, 10.0, 200.0}
    assert server.value is None
    assert catalogue.ADDRESS in server.note
