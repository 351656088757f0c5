"""Dressing the application: what changes, and how often every widget has to hear of it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QPushButton

from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import theme_of


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
