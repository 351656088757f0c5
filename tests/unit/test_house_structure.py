"""What the structure of the house rules out: shared threads, timed locks, forgotten listeners."""

import ast
import gc
import re
import weakref
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

import replayer_qt

ROOT = Path(replayer_qt.__file__).parent
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.rglob("*.py")
}
CYCLES = 1_000


def test_nobody_but_the_ui_touches_widgets():
    """S1-C2, S0-H5: a worker that cannot import a widget cannot paint from its thread."""
    allowed = ("ui/", "main.py", "cli/bench/")
    found = [
        name
        for name, text in SOURCES.items()
        if re.search(r"^from PySide6\.QtWidgets|^import PySide6\.QtWidgets", text, re.MULTILINE)
        and not name.startswith(allowed)
    ]
    assert found == []


def test_there_is_no_lock_in_the_domain_and_no_timed_lock_anywhere():
    """S2-M4, S2-C4: one writer needs no lock; a lock that can time out needs a plan nobody has."""
    domain = [
        name
        for name, text in SOURCES.items()
        if name.startswith(("core/", "engine/")) and re.search(r"\b(Lock|RLock|Semaphore)\(", text)
    ]
    timed = [
        f"{name}:{node.lineno}"
        for name, text in SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "acquire"
        and any(keyword.arg in {"timeout", "blocking"} for keyword in node.keywords)
    ]
    assert domain + timed == []


def test_nothing_is_called_or_written_while_a_lock_is_held():
    """S3-C7, FAULTS C3: inside `with self._lock` nothing is emitted, logged, awaited or opened."""
    banned = {"emit", "exception", "open", "write", "sendall", "recv", "result", "join", "wait"}
    logged = {"debug", "info", "warning", "error"}
    found = []
    for name, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.With):
                continue
            held = " ".join(ast.unparse(item.context_expr) for item in node.items)
            if not re.search(r"_lock\b", held):
                continue
            for inner in ast.walk(node):
                if not isinstance(inner, ast.Call) or not isinstance(inner.func, ast.Attribute):
                    continue
                by_log = isinstance(inner.func.value, ast.Name) and inner.func.value.id == "log"
                if inner.func.attr in banned or (by_log and inner.func.attr in logged):
                    found.append(f"{name}:{inner.lineno}: {ast.unparse(inner.func)}")
    assert found == []


class Teller(QObject):
    told = Signal(object)


class Listener(QObject):
    def __init__(self):
        super().__init__()
        self.heard = 0

    @Slot(object)
    def hear(self, _):
        self.heard += 1


def test_a_thousand_listeners_come_and_go_without_a_trace(qapp):
    """S2-M6: connections are Qt's own; a listener that is gone hears nothing and is not kept."""
    teller = Teller()
    gone = []
    for _ in range(CYCLES):
        listener = Listener()
        teller.told.connect(listener.hear, Qt.ConnectionType.DirectConnection)
        teller.told.emit(1)
        assert listener.heard == 1
        assert teller.receivers("2told(PyObject)") == 1
        teller.told.disconnect(listener.hear)
        gone.append(weakref.ref(listener))
        del listener
    gc.collect()
    assert teller.receivers("2told(PyObject)") == 0
    assert not any(reference() for reference in gone)


def test_connections_between_parts_stand_in_one_place():
    """S1-C4, S4-5: whoever connects parts twice must do it in the one table."""
    named = re.compile(r"\.connect\([^)]*\b(ACROSS|QueuedConnection)\b")
    found = [
        name
        for name, text in SOURCES.items()
        if named.search(text)
        and not name.startswith(("wiring.py", "runtime/", "ui/", "main.py", "cli/bench/"))
    ]
    assert found == []
