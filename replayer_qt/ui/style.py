"""Turns a theme into Qt's palette and one compact style sheet."""

import re
from typing import Final

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from replayer_qt.ui.assets import MONO, SANS, load_fonts, resource
from replayer_qt.ui.lettering import set_letters
from replayer_qt.ui.theme import Theme, faint, mixed

_POINTS: Final = 9
_SIZE: Final = re.compile(r"(\d+)pt")
_DRESSED: Final = frozenset({"fusion", ""})
"""What Qt calls Fusion; a style sheet that lies upon it hides its name."""

_SHEET: Final = """
QMainWindow, QDialog {{ background: {surface}; }}
QMainWindow::separator {{ background: {background}; width: 4px; height: 4px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QMenuBar {{ background: {surface}; color: {text}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {raised}; }}
QMenu {{ background: {surface}; color: {text}; border: 1px solid {edge}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 24px; border-radius: 4px; }}
QMenu::item:selected {{ background: {raised}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: 1px; background: {edge}; margin: 4px 6px; }}
QToolBar {{ background: {surface}; border: none; border-bottom: 1px solid {edge};
            spacing: 1px; padding: 2px 4px; }}
QToolBar::separator {{ background: {edge}; width: 1px; margin: 5px 4px; }}
QToolButton {{ color: {text}; background: transparent; border: 1px solid transparent;
               border-radius: 5px; padding: 3px 5px; }}
QToolButton:hover, QToolButton:focus {{ background: {raised}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:checked {{ background: {raised}; color: {accent}; }}
QToolButton:disabled {{ color: {faint}; }}
QDockWidget {{ color: {muted}; font-size: 9pt;
    titlebar-close-icon: url("{dock_close}"); titlebar-normal-icon: url("{dock_float}"); }}
QDockWidget::title {{ background: {surface}; padding: 5px 8px; text-align: left;
                      border-bottom: 1px solid {edge}; }}
QTabBar {{ background: {surface}; }}
QTabBar::tab {{ background: {surface}; color: {muted}; padding: 5px 11px; border: none;
                border-top: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-top-color: {accent}; background: {background}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTableView {{ background: {background}; color: {text}; border: none;
              selection-background-color: {raised}; selection-color: {text};
              alternate-background-color: {band}; }}
QTableView::item {{ padding: 0 5px; border: none; }}
QTableView:focus {{ border: 1px solid {edge}; }}
QHeaderView {{ background: {surface}; border: none; }}
QHeaderView::section {{ background: {surface}; color: {muted}; border: none;
                        border-bottom: 1px solid {edge}; padding: 4px 8px; }}
QLineEdit, QSpinBox, QComboBox {{ background: {background}; color: {text};
    border: 1px solid {edge}; border-radius: 4px; padding: 2px 6px; min-height: 18px;
    selection-background-color: {accent}; selection-color: {background}; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{ border-color: {accent}; }}
QLineEdit[bad="true"], QLineEdit[bad="true"]:focus {{ border-color: {error}; color: {error}; }}
QLineEdit[role="amount"] {{ font-family: "{mono}"; font-size: 12pt; }}
QSpinBox QLineEdit {{ border: none; padding: 0; background: transparent; min-height: 0; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 10px; height: 10px; }}
QToolButton::menu-indicator {{ image: url("{down}"); width: 9px; height: 9px;
    subcontrol-origin: border; subcontrol-position: center right; right: 5px; }}
QToolButton[menus="true"] {{ padding-right: 18px; }}
QToolButton[role="card"] {{ background: {surface}; border: 1px solid {edge};
                            border-radius: 8px; padding: 12px 10px; }}
QToolButton[role="card"]:hover, QToolButton[role="card"]:focus {{ border-color: {accent}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton {{ background: {raised}; color: {text}; border: 1px solid {edge};
               border-radius: 5px; padding: 5px 16px; }}
QPushButton[role="small"] {{ padding: 2px 9px; }}
QPushButton:hover, QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {faint}; }}
QPushButton[role="small"] {{ padding: 2px 9px; font-size: 8pt; }}
QPushButton[role="danger"] {{ color: {error}; border-color: {error}; }}
QToolButton[role="step"] {{ background: {raised}; border: 1px solid {edge}; border-radius: 4px;
                            padding: 2px 1px; font-size: 8pt; }}
QToolButton[role="step"]:hover, QToolButton[role="step"]:focus {{ border-color: {accent}; }}
QToolButton[role="step"]:checked {{ background: {accent}; color: {background}; }}
QCheckBox::indicator, QListWidget::indicator {{ width: 11px; height: 11px;
    border: 1px solid {muted}; border-radius: 3px; background: {background}; }}
QCheckBox::indicator:checked, QListWidget::indicator:checked {{ background: {accent};
    border-color: {accent}; }}
QCheckBox::indicator:focus, QCheckBox::indicator:hover {{ border-color: {accent}; }}
QListWidget::indicator:indeterminate {{ background: {raised}; border-color: {accent}; }}
QCheckBox:focus {{ color: {accent}; }}
QAbstractItemView {{ selection-background-color: {raised}; selection-color: {text}; }}
QListWidget {{ background: {background}; color: {text}; border: 1px solid {edge};
               border-radius: 4px; }}
QListWidget::item {{ padding: 1px 3px; }}
QListWidget::item:selected {{ background: {raised}; color: {text}; }}
QListWidget:focus {{ border-color: {accent}; }}
QProgressBar {{ background: {raised}; border: none; border-radius: 3px; max-height: 8px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QSlider::groove:horizontal {{ height: 4px; background: {edge}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {muted}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 10px; margin: -5px 0;
                              border-radius: 5px; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
QScrollBar:vertical {{ background: {background}; width: 9px; margin: 0; }}
QScrollBar:horizontal {{ background: {background}; height: 9px; margin: 0; }}
QScrollBar::handle {{ background: {edge}; border-radius: 4px; min-height: 24px;
                      min-width: 24px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {edge}; padding: 3px; }}
QPlainTextEdit {{ background: {background}; color: {text}; border: 1px solid {edge}; }}
QLabel[role="caption"] {{ color: {muted}; font-size: 8pt; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="title"] {{ font-size: 14pt; }}
QLabel[role="price"] {{ font-family: "{mono}"; font-size: 17pt; }}
QLabel[role="number"] {{ font-family: "{mono}"; }}
QFrame[role="strip"] {{ background: {surface}; }}
QFrame[role="killed"] {{ background: {error}; }}
QLabel[role="killed"] {{ color: {background}; font-weight: bold; }}
QFrame[role="drift"] {{ background: {warning}; }}
QLabel[role="drift"] {{ color: {background}; font-weight: bold; }}
QToolButton[role="kill"] {{ background: {error}; color: {background}; font-weight: bold;
                            padding: 3px 10px; }}
QToolButton[role="kill"]:hover, QToolButton[role="kill"]:focus {{ border-color: {text}; }}
QToolButton[role="kill"]:disabled {{ background: {surface}; color: {error};
                                     border-color: {error}; }}
QFrame[role="welcome"] {{ background: {background}; }}
QFrame[role="toast"] {{ background: {raised}; border: 1px solid {edge}; border-radius: 6px; }}
"""


def palette(theme: Theme) -> QPalette:
    """Return the palette of a theme, for what no style sheet reaches."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.surface,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.background,
        QPalette.ColorRole.AlternateBase: theme.surface,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.error,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.background,
        QPalette.ColorRole.Link: theme.practice,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(faint(theme)))
    return made


def sheet(theme: Theme, letters: int = 100) -> str:
    """Return the style sheet of a theme, its letters `letters` % as large as they were made."""
    written = _SHEET.format(
        background=theme.background,
        surface=theme.surface,
        raised=theme.raised,
        text=theme.text,
        muted=theme.muted,
        accent=theme.accent,
        error=theme.error,
        warning=theme.warning,
        edge=mixed(theme.raised, theme.muted, 0.18),
        band=mixed(theme.background, theme.surface, 0.7),
        faint=faint(theme),
        mono=MONO,
        down=resource("icons/down.svg").as_posix(),
        dock_close=resource("icons/dock-close.svg").as_posix(),
        dock_float=resource("icons/dock-float.svg").as_posix(),
    )
    return _SIZE.sub(lambda found: f"{int(found[1]) * letters / 100:g}pt", written)


def dress(app: QApplication, theme: Theme, letters: int = 100) -> None:
    """Give the whole application the bundled fonts, Fusion and the theme; again costs nothing.

    Args:
        app: what is dressed.
        theme: its colours.
        letters: how large they are, 100 is as made [%].
    """
    wanted, points = sheet(theme, letters), _POINTS * letters / 100
    set_letters(app, letters)
    font = app.font()
    if app.styleSheet() == wanted and font.pointSizeF() == points:
        return
    if font.family() != SANS or font.pointSizeF() != points:
        load_fonts()
        font = QFont(SANS)
        font.setPointSizeF(points)
        app.setFont(font)
    if app.style().name() not in _DRESSED:
        app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setStyleSheet(wanted)
