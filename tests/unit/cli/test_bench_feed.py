"""The feed's figures are there, with their budgets, whatever the machine."""

from replayer_qt.cli.bench import feed


def test_the_feed_is_measured_beside_its_peers(monkeypatch):
    """S0-L3, S3-S3: ratios taken in one run."""
    monkeypatch.setattr(feed, "MESSAGES", 60)
    monkeypatch.setattr(feed, "ROUNDS", 1)
    told = {result.name: result for result in feed.measure()}
    budgets = {name: result.budget for name, result in told.items() if result.budget is not None}
    assert budgets == {
        "feed decode to events / bare typed decode": 2.0,
        "feed receive and decode / default client": 0.5,
        "feed callback p99.9": 10.0,
    }
    assert all(result.value is not None and result.value > 0 for result in told.values())
