"""The window on its screen, frame included."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMargins, QRect, QSize

from replayer_qt.ui.placing import placed

LEAST = QSize(640, 480)
FRAME = QMargins(1, 22, 1, 5)


def test_a_window_as_large_as_its_screen_shrinks_by_its_frame():
    """N19: at 1280 x 800 under a window manager the bottom is not cut off."""
    room = QRect(0, 0, 1280, 800)
    assert placed(QRect(1, 22, 1280, 800), FRAME, room, LEAST) == QRect(1, 22, 1278, 773)


def test_a_window_that_fits_stays_where_it_is():
    wanted = QRect(100, 120, 900, 500)
    assert placed(wanted, FRAME, QRect(0, 0, 1280, 800), LEAST) == wanted


def test_a_panel_of_the_desktop_is_left_free():
    room = QRect(0, 40, 1920, 1000)
    assert placed(QRect(700, 10, 1280, 800), FRAME, room, LEAST) == QRect(639, 62, 1280, 800)


@given(
    st.builds(QRect, *[st.integers(-3000, 5000)] * 2, *[st.integers(1, 5000)] * 2),
    st.builds(QRect, *[st.integers(-2000, 2000)] * 2, *[st.integers(700, 4000)] * 2),
)
def test_the_frame_lies_on_every_screen_that_has_room(wanted, room):
    found = placed(wanted, FRAME, room, LEAST)
    assert room.contains(found.marginsAdded(FRAME))
    assert found.width() >= LEAST.width()
    assert placed(found, FRAME, room, LEAST) == found
