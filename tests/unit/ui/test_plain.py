import ast
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

import replayer_qt.ui
from replayer_qt.ui.plain import NAME_KEPT, TIP_KEPT, PlainLabel, clean, name, tip

HOSTILE = [
    "<table><tr><td>" * 16 + "x",
    "<img src='file:///etc/passwd'>",
    "&lt;b&gt;bold&lt;/b&gt;",
    "Bob\nERROR FILLED",
    "\x1b[2J\u202egnp.exe\u2028next",
    "a" * 100_000,
    "\ud800 lone",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_label_shows_hostile_text_letter_by_letter(qtbot, text):
    """FAULTS S3: the format is forced to plain, whatever the text looks like."""
    label = PlainLabel(text)
    qtbot.addWidget(label)
    label.show()
    began = time.perf_counter()
    label.grab()
    assert time.perf_counter() - began < 2  # a rich label takes eight seconds for the first
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert len(label.text()) <= 400
    assert not set(label.text()) & {"\n", "\x1b", "\u202e", "\u2028"}


@given(st.text())
def test_cleaned_text_is_one_bounded_line(text):
    """FAULTS S3, S4: no control or direction characters, no line breaks, a bounded length."""
    shown = clean(text, 32)
    assert len(shown) <= 32
    assert shown.isprintable() or all(c.isprintable() or c.isspace() for c in shown)
    assert "\n" not in shown


def test_a_name_is_cut_at_32_characters():
    assert len(name("x" * 300)) == NAME_KEPT
    assert name("  Ada\t") == "Ada"


def test_a_tool_tip_is_escaped_and_cut():
    """FAULTS S3: markup in a tool tip is shown, not obeyed."""
    assert tip("<b>x</b>") == "<span>&lt;b&gt;x&lt;/b&gt;</span>"
    assert len(tip("x" * 5_000)) == TIP_KEPT + len("<span></span>")


def test_an_elided_label_keeps_its_whole_text_in_the_tool_tip(qtbot):
    label = PlainLabel("a very long name of a file.jsonl", elide=Qt.TextElideMode.ElideRight)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.whole == "a very long name of a file.jsonl"
    assert "a very long name" in label.toolTip()
    label.resize(600, 20)
    qtbot.waitUntil(lambda: label.text() == label.whole)


# Labels and the like that would show markup, and what sets their text.
RICH = {"QLabel", "QMessageBox", "QTextEdit", "QTextBrowser", "QErrorMessage"}
SETTERS = {"setText", "setInformativeText", "setDetailedText", "setHtml", "setMarkdown", "append"}
SETTERS_OF_RICH = SETTERS - {"append"}
TIPS = {"setToolTip", "setWhatsThis"}


def test_only_the_helper_puts_text_from_outside_on_the_screen():
    """FAULTS S3: no rich widget, no text but literals, no unescaped tool tip outside the helper."""
    found = []
    root = Path(replayer_qt.ui.__file__).parent
    for path in root.rglob("*.py"):
        if path.name == "plain.py" and path.parent == root:
            continue
        found += [
            f"{path.relative_to(root)}:{node.lineno} {ast.unparse(node)[:80]}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and _is_unsafe(node)
        ]
    assert not found, found


def _is_unsafe(call):
    called = call.func
    if isinstance(called, ast.Name):
        return called.id in RICH
    if not isinstance(called, ast.Attribute) or not call.args:
        return False
    said = call.args[0]
    if called.attr == "setToolTip":
        escaped = isinstance(said, ast.Call) and getattr(said.func, "id", "") == "tip"
        return not (isinstance(said, ast.Constant) or escaped)
    if called.attr in SETTERS_OF_RICH:
        safe_widget = isinstance(called.value, ast.Name) and called.value.id in {"button", "action"}
        return not (isinstance(said, ast.Constant) or safe_widget)
    return called.attr in TIPS and not isinstance(said, ast.Constant)
