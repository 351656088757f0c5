"""How the program's parts are: told when it changes, and only then."""

import pytest

from replayer_qt.core.program_events import PartChanged
from replayer_qt.engine.engine import Engine
from replayer_qt.runtime.desk import NOWHERE
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.parts_watch import PartsWatch
from replayer_qt.runtime.speaker import Speaker
from tests.helpers.clock import SteppedClock


class Parts:
    """Parts that a test breaks, and what was told of them."""

    def __init__(self) -> None:
        self.troubles = {"feed": "", "recorder": "", "audit": ""}
        self.told: list[PartChanged] = []
        self.host = EngineHost(Engine())
        self.host.advanced.connect(lambda advance: self.told.extend(advance.events))
        looks = {name: (lambda name=name: self.troubles[name]) for name in self.troubles}
        self.watch = PartsWatch(Speaker(self.host, SteppedClock(), NOWHERE), looks)

    def state(self):
        return {name: part.works for name, part in self.host.state.parts.items()}


@pytest.fixture
def parts(qapp):
    parts = Parts()
    yield parts
    parts.watch.stop()


@pytest.mark.parametrize("broken", ["feed", "recorder", "audit"])
def test_what_breaks_changes_its_own_state_and_no_other(parts, broken):
    """S2-Q6: each part's own status, and back again."""
    parts.watch.look()
    assert parts.state() == {"feed": True, "recorder": True, "audit": True}
    parts.troubles[broken] = "its thread has ended"
    parts.watch.look()
    assert [name for name, works in parts.state().items() if not works] == [broken]
    assert parts.told[-1].reason == "its thread has ended"
    parts.troubles[broken] = ""
    parts.watch.look()
    assert all(parts.state().values())


def test_nothing_is_told_while_nothing_changes(parts):
    parts.watch.look()
    told = len(parts.told)
    parts.watch.look()
    assert len(parts.told) == told == 3


def test_a_part_that_can_not_be_asked_does_not_work(parts):
    del parts.troubles["audit"]
    parts.watch.look()
    assert parts.state()["audit"] is False
    assert "KeyError" in parts.host.state.parts["audit"].reason


def test_it_looks_by_itself(parts, qtbot):
    """S2-Q6: within two seconds."""
    parts.watch.start()
    parts.troubles["feed"] = "gone"
    qtbot.waitUntil(lambda: parts.state()["feed"] is False, timeout=2_000)
