"""Marks an input whose text can't be used."""

from PySide6.QtWidgets import QWidget


def mark_bad(field: QWidget, *, bad: bool) -> None:
    """Give `field` the frame of one at fault, or its own again."""
    if bool(field.property("bad")) == bad:
        return
    field.setProperty("bad", bad)
    style = field.style()  # a style sheet looks at properties only when asked to
    style.unpolish(field)
    style.polish(field)
