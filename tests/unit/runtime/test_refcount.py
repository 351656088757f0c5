"""The guard against bindings that lose references."""

import sys

from replayer_qt.runtime.refcount import lost_references, refuse_faulty_qt


def test_the_installed_qt_keeps_its_references_over_ten_thousand_emits():
    """FAULTS 0.1: PySide6 6.12 on Python 3.11 loses one reference in each emit."""
    assert lost_references(10_000) < 20
    refuse_faulty_qt()


def test_a_binding_that_loses_references_is_refused(monkeypatch, capfd):
    """FAULTS 0.1: the refusal names the version that is needed and ends with code 3."""
    counts = iter(range(10**9, 0, -30))
    monkeypatch.setattr(sys, "getrefcount", lambda _: next(counts))
    from replayer_qt.cli import entry

    assert entry.main(["--venue", "practice"]) == 3
    assert "6.11" in capfd.readouterr().err
