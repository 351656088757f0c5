"""Writes the parts of docs/ that are made from the code: `python packaging/write_docs.py`."""

# ruff: noqa: INP001  # a script, not a package
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from replayer_qt.core.declared import markdown_table  # noqa: E402

START = "<!-- made by packaging/write_docs.py -->\n"


def main() -> None:
    """Replace what follows the mark in docs/settings.md."""
    page = ROOT / "docs" / "settings.md"
    head, mark, _ = page.read_text("utf-8").partition(START)
    page.write_text(f"{head}{mark}{markdown_table()}\n", "utf-8")


if __name__ == "__main__":
    main()
