"""Dressing the application: what changes, and how often every widget has to hear of it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QPushButton

from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import theme_of
from tests.gui.desk import Bench


class Heard(QObject):
    """Counts how often a widget is told that its style is another."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched, event):
        self.count += event.type() is QEvent.Type.StyleChange
        return False


def test_another_theme_is_told_to_a_widget_once(qtbot, qapp):
    dress(qapp, theme_of("dark", "teal-orange"))
    button, heard = QPushButton("Buy"), Heard()
    qtbot.addWidget(button)
    button.show()
    button.installEventFilter(heard)
    dress(qapp, theme_of("light", "teal-orange"))
    assert heard.count == 1
    dress(qapp, theme_of("light", "teal-orange"))
    assert heard.count == 1
    dress(qapp, theme_of("dark", "teal-orange"))
    assert heard.count == 2


def test_icons_are_drawn_anew_only_where_their_colours_are_others(qtbot, qapp):
    bench = Bench()
    qtbot.addWidget(bench.window)
    actions = bench.window.actions_.actions

    def pictures():
        return {name: each.icon().cacheKey() for name, each in actions.items() if each.row.icon}

    before = pictures()
    actions["palette-blue-orange"].trigger()
    assert pictures() == before
    actions["theme-other"].trigger()
    assert not set(pictures().values()) & set(before.values())
