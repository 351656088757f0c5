"""The rows of the charts' own menu: panes, their crosshair, and the strip under them."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.arrangement import PANES_MOST
from replayer_qt.ui.view import View

_MENU: Final = "&Chart/&Panes"


def pane_rows() -> Iterator[ActionRow]:
    """Yield the rows, in the order of the menu."""
    yield ActionRow(
        name="overview", menu="&Chart", text="&Overview", keys=("Ctrl+Shift+U",), rule=True,
        tip="The whole round under the chart, with what the chart shows as a handle.",
        call="toggle_overview", checked=_arranged("overview"),
    )  # fmt: skip
    yield ActionRow(
        name="overview-session", menu="&Chart", text="Overview of the &session",
        keys=("Ctrl+Shift+Y",), tip="All rounds that are kept under the chart, not one.",
        call="toggle_overview_session", checked=_arranged("by_session"),
    )  # fmt: skip
    yield ActionRow(
        name="pane-add", menu=_MENU, text="&Another chart", keys=("Ctrl+Shift+N",),
        tip="One chart more, of the market, a recording or an earlier round.",
        call="add_pane", enabled=_can_add, reason="At most four.",
    )  # fmt: skip
    yield ActionRow(
        name="pane-close", menu=_MENU, text="&Close a chart", keys=("Shift+F6",),
        tip="Close the chart that the keys belong to, or the last one.", call="close_pane",
        enabled=_many,
    )  # fmt: skip
    yield ActionRow(
        name="pane-next", menu=_MENU, text="To the &next chart", keys=("F6",), repeats=True,
        tip="Let the keys belong to the next chart.", call="next_pane", enabled=_many,
    )  # fmt: skip
    yield ActionRow(
        name="pane-choose", menu=_MENU, text="C&hoose what it shows…", keys=("F7",),
        tip="The running market, the open recording, or an earlier round.",
        call="choose_pane", enabled=_many,
    )  # fmt: skip
    yield ActionRow(
        name="pane-tabs", menu=_MENU, text="As &tabs", keys=("Ctrl+Shift+T",), rule=True,
        tip="One chart at a time, not all in a grid.", call="toggle_pane_tabs",
        checked=_arranged("tabs"),
    )  # fmt: skip
    yield ActionRow(
        name="cross-by-time", menu=_MENU, text="Crosshair by t&ime", keys=("Ctrl+Shift+X",),
        tip="Charts share the crosshair by time, not by tick.", call="toggle_cross_by_time",
        checked=_arranged("by_time"),
    )  # fmt: skip


def _arranged(name: str) -> Callable[[View], bool]:
    return lambda view: bool(getattr(view.look.arrangement, name))


def _many(view: View) -> bool:
    return bool(view.look.arrangement.extra)


def _can_add(view: View) -> bool:
    return len(view.look.arrangement.extra) < PANES_MOST - 1
