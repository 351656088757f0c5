"""The guards that stand around every test notice what they are there for."""

import os
import threading

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget

from replayer_qt.engine.engine import Engine


@pytest.mark.parametrize(
    "touch",
    [
        lambda label, _action, _engine: label.setText("x"),
        lambda label, _action, _engine: label.update(),
        lambda _label, action, _engine: action.setEnabled(False),
        lambda _label, _action, engine: engine.handle(()),
    ],
    ids=["text", "update", "action", "engine"],
)
def test_what_is_touched_on_another_thread_raises_and_is_noticed(qtbot, threads_kept_apart, touch):
    """S0-H5, S1-N2: the guard is on in every test with Qt, and a planted touch is caught."""
    ground = QWidget()
    qtbot.addWidget(ground)
    label, action, engine = QLabel("before", ground), QAction("before", ground), Engine()
    raised: list[str] = []

    def work() -> None:
        try:
            touch(label, action, engine)
        except Exception as error:  # noqa: BLE001  # which one is what is asked
            raised.append(type(error).__name__)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert raised == ["TouchedElsewhere"]
    assert len(threads_kept_apart) == 1
    threads_kept_apart.clear()
    touch(label, action, engine)
    assert threads_kept_apart == []


def test_what_is_written_outside_the_temporary_directory_is_noticed(
    tmp_path, nothing_written_elsewhere, monkeypatch
):
    """N27: a planted file, folder and renaming are caught; the same in the allowed place is not."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    found = nothing_written_elsewhere.found
    monkeypatch.setattr(nothing_written_elsewhere, "_places", frozenset({str(inside)}))
    monkeypatch.setattr(nothing_written_elsewhere, "_allowed", (f"{inside}{os.sep}", "/dev/"))
    for folder, expected in ((inside, 0), (outside, 5)):
        file, other = folder / "planted", folder / "planted-2"
        file.write_text("x", "utf-8")
        file.rename(other)
        other.unlink()
        other.mkdir()
        other.rmdir()
        assert len([each for each in found if str(folder) in each]) == expected
    monkeypatch.undo()
    found.clear()
