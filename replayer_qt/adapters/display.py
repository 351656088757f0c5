"""Where windows can be drawn on this machine."""

import sys
from collections.abc import MutableMapping


def choose_platform(environ: MutableMapping[str, str], *, system: str = sys.platform) -> None:
    """Let Qt draw offscreen, instead of aborting, where no display answers.

    Qt tries the platforms of a list in turn. What `QT_QPA_PLATFORM` says already is left alone.
    Call it before Qt's application is made.

    Args:
        environ: the process's environment, which is changed.
        system: the operating system, as `sys.platform` names it.
    """
    if system != "linux" or environ.get("QT_QPA_PLATFORM"):
        return
    displays = (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY"))
    seen = [platform for platform, variable in displays if environ.get(variable)]
    environ["QT_QPA_PLATFORM"] = ";".join([*seen, "offscreen"])
