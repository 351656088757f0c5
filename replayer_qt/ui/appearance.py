"""How everything in the window is shown: theme, palette, size of letters, and privacy."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QApplication

from replayer_qt.ui.choices import sound_palette, sound_theme
from replayer_qt.ui.plain import cover_told
from replayer_qt.ui.privacy import set_private
from replayer_qt.ui.style import dress
from replayer_qt.ui.theme import Theme, theme_of
from replayer_qt.ui.view import Look

LETTERS: Final = (80, 90, 100, 110, 125, 150, 175, 200)
"""The sizes of letters that there are [%]."""


class Appearance:
    """Keeps what a person chose, and dresses the application in it.

    Args:
        look: returns how the market is looked at now.
        choose: keeps what a person chose of the `Look`, by its names.
        redress: dresses everything in the window anew.
    """

    def __init__(
        self,
        *,
        look: Callable[[], Look],
        choose: Callable[..., None],
        redress: Callable[[], None],
    ) -> None:
        self._look, self._choose, self._redress = look, choose, redress

    def verbs(self) -> dict[str, Callable[..., object]]:
        """Return what actions of the table may call here, by name."""
        return {
            "set_theme": self.set_theme,
            "toggle_theme": self.toggle_theme,
            "set_palette": self.set_palette,
            "grow_letters": self.grow_letters,
            "reset_letters": self.reset_letters,
            "toggle_private": self.toggle_private,
        }

    @property
    def theme(self) -> Theme:
        """The theme that is used, in its palette."""
        look = self._look()
        return theme_of(look.theme, look.palette)

    def dress_application(self) -> Theme:
        """Give the whole application the theme, the letters and the privacy; return the theme."""
        look, theme = self._look(), self.theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            set_private(app, on=look.private)
            dress(app, theme, look.letters)
        return theme

    def set_theme(self, name: str) -> None:
        """Use the theme `name`; one that does not exist is the dark one."""
        self._choose(theme=sound_theme(name))
        self._redress()

    def toggle_theme(self) -> None:
        """Change between dark and light."""
        self.set_theme("light" if self._look().theme == "dark" else "dark")

    def set_palette(self, name: str) -> None:
        """Use the palette `name`; one that does not exist is the first one."""
        self._choose(palette=sound_palette(name))
        self._redress()

    def grow_letters(self, steps: int) -> None:
        """Make letters larger by so many steps, or smaller; they end at the first and last size."""
        now = self._look().letters
        at = min(range(len(LETTERS)), key=lambda place: abs(LETTERS[place] - now))
        self._choose(letters=LETTERS[min(max(at + steps, 0), len(LETTERS) - 1)])
        self._redress()

    def reset_letters(self) -> None:
        """Make letters as large as they were made."""
        self._choose(letters=100)
        self._redress()

    def toggle_private(self) -> None:
        """Show amounts of money as dots, or show them again."""
        self._choose(private=not self._look().private)
        self._redress()
        for widget in QApplication.allWidgets():
            cover_told(widget)
            widget.update()  # tables ask for their words when they are painted
