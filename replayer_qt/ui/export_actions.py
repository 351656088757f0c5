"""The rows of the Chart menu that take the chart out of the program."""

from collections.abc import Iterator

from replayer_qt.ui.actions import ActionRow


def export_rows() -> Iterator[ActionRow]:
    """Yield the menu's rows, in its order."""
    yield ActionRow(
        name="export-chart", menu="&Chart", text="&Export…", keys=("Ctrl+Shift+E",), rule=True,
        tip="Save the chart as a picture, a drawing, or a table of the ticks in sight.",
        call="export_chart",
    )  # fmt: skip
    yield ActionRow(
        name="copy-picture", menu="&Chart", text="Copy &picture", keys=("Ctrl+Shift+C",),
        tip="Put the chart on the clipboard as a picture.", call="copy_picture",
    )  # fmt: skip
    yield ActionRow(
        name="copy-values", menu="&Chart", text="Copy &values", keys=("Ctrl+C",),
        tip="Put the values under the crosshair on the clipboard, or the newest ones.",
        call="copy_values",
    )  # fmt: skip
