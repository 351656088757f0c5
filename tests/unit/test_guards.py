"""The guards that stand around every test notice what they are there for."""

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget

from replayer_qt.engine.engine import Engine

ELSEWHERE = Path(__file__).parent / "planted-by-a-test"


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
    tmp_path, nothing_written_elsewhere
):
    """N27: a planted file, folder and renaming are caught; the same under `tmp_path` is not."""
    found = nothing_written_elsewhere.found
    for folder, expected in ((tmp_path, 0), (ELSEWHERE.parent, 5)):
        file, other = folder / ELSEWHERE.name, folder / (ELSEWHERE.name + "-2")
        try:
            file.write_text("x", "utf-8")
            file.rename(other)
            other.unlink()
            other.mkdir()
            other.rmdir()
        finally:
            file.unlink(missing_ok=True)
            other.unlink(missing_ok=True)
        assert (
            len([each for each in found if "planted" in each and str(folder) in each]) >= expected
        )
        if not expected:
            assert found == []
    found.clear()
