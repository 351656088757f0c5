"""A program that is killed at any moment has lost no decision that it acknowledged."""

import pytest

from tests.torture.test_journal_kill import POSIX_ONLY, run


@pytest.mark.slow
@pytest.mark.linux
@POSIX_ONLY
def test_a_kill_at_any_moment_loses_no_acknowledged_decision(tmp_path):
    """AU-01, AU-03: fifty kills of one trail's writers: every name is there, one chain."""
    found = run("-m", "tests.torture.killed_audit", str(tmp_path / "audit"), "50", "1")
    assert found["kills"] == 50
    assert found["acknowledged"] > 500
    assert found["lost"] == 0
    assert found["doubled"] == 0
    assert found["damaged"] == 0
    assert found["files"] <= 50
    assert found["in_order"]
    assert found["ids"]
