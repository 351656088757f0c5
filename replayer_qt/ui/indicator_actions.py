"""The rows of the Chart menu that are about indicators."""

from collections.abc import Iterator

from replayer_qt.ui.actions import ActionRow


def indicator_rows() -> Iterator[ActionRow]:
    """Yield the rows, in their order."""
    yield ActionRow(
        name="indicators", menu="&Chart", text="&Indicators…", keys=("Ctrl+I",), rule=True,
        tip="Averages, bands, strips below the chart, the survival clock: add, set, remove.",
        call="choose_indicators",
    )  # fmt: skip
