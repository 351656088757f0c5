"""Where windows can be drawn."""

import os
import subprocess
import sys

import pytest

from replayer_qt.adapters.display import choose_platform


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, "offscreen"),
        ({"DISPLAY": ":0"}, "xcb;offscreen"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland;xcb;offscreen"),
        ({"DISPLAY": ""}, "offscreen"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "minimal"}, "minimal"),
    ],
)
def test_a_display_is_tried_first_and_offscreen_last(environ, chosen):
    choose_platform(environ, system="linux")
    assert environ["QT_QPA_PLATFORM"] == chosen


def test_other_systems_choose_by_themselves():
    environ = {"DISPLAY": ":0"}
    choose_platform(environ, system="win32")
    assert environ == {"DISPLAY": ":0"}


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 and Wayland can be absent")
@pytest.mark.parametrize("display", ["", ":917"])
def test_qt_starts_where_no_display_answers(display):
    environ = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    environ["DISPLAY"] = display
    choose_platform(environ)
    script = "from PySide6.QtWidgets import QApplication as A; print(A([]).platformName())"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "offscreen")
