import pytest
from PySide6.QtCore import QByteArray, QSettings

from replayer_qt.ui.layout_memory import RECENT_KEPT, LayoutMemory
from tests.gui.desk import Store


def test_recent_files_are_kept_newest_first_without_doubles_and_bounded():
    memory = LayoutMemory(Store())
    for number in range(40):
        memory.opened([f"/rec/{number}.jsonl"])
    assert memory.opened(["/rec/35.jsonl"])[:3] == (
        "/rec/35.jsonl",
        "/rec/39.jsonl",
        "/rec/38.jsonl",
    )
    assert len(memory.recent()) == RECENT_KEPT
    assert len(set(memory.recent())) == RECENT_KEPT


@pytest.mark.parametrize("damage", ["{", "3", '["a", 5, null]', None, 7, b"x"])
def test_a_damaged_store_is_an_empty_one(damage):
    store = Store()
    store.setValue("recent/files", damage)
    store.setValue("layout/2/geometry", damage)
    memory = LayoutMemory(store)
    assert memory.layout() is None
    assert all(isinstance(path, str) for path in memory.recent())


def test_layout_and_recent_files_survive_in_a_file(tmp_path):
    path = str(tmp_path / "window.ini")
    first = LayoutMemory(QSettings(path, QSettings.Format.IniFormat))
    first.keep_layout(QByteArray(b"geometry"), QByteArray(b"docks"))
    first.opened(["/rec/a b.jsonl"])
    second = LayoutMemory(QSettings(path, QSettings.Format.IniFormat))
    assert second.layout() == (QByteArray(b"geometry"), QByteArray(b"docks"))
    assert second.recent() == ("/rec/a b.jsonl",)
    second.forget_layout()
    second.forget_recent()
    assert second.layout() is None
    assert second.recent() == ()
