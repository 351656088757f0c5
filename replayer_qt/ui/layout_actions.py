"""The rows of the menu of layouts."""

from collections.abc import Iterator
from typing import Final

from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.layout_table import BUILT_IN

_MENU: Final = "Vie&w/&Layouts"


def layout_rows() -> Iterator[ActionRow]:
    """Yield the rows, in the order of the menu."""
    for each in BUILT_IN:
        yield ActionRow(
            name=f"layout-{each.name}", menu=_MENU, text=each.title, keys=(each.key,),
            tip=each.tip, call="use_layout", argument=each.name,
        )  # fmt: skip
    yield ActionRow(
        name="layout-save", menu=_MENU, text="&Save layout…", keys=("Ctrl+Alt+S",), rule=True,
        tip="Keep the panels and charts as they stand under a name.", call="save_layout",
    )  # fmt: skip
    yield ActionRow(
        name="layouts", menu=_MENU, text="&All layouts…", keys=("Ctrl+Alt+L",),
        tip="Use, rename and delete the layouts that were saved.", call="show_layouts",
    )  # fmt: skip
