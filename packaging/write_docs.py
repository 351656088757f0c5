"""Writes the parts of docs/ that are made from the code: `python packaging/write_docs.py`."""

# ruff: noqa: INP001  # a script, not a package
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from replayer_qt.core import risk_rules  # noqa: E402
from replayer_qt.core.declared import markdown_table  # noqa: E402
from tests.helpers.claims import claimed, rows_of  # noqa: E402

START = "<!-- made by packaging/write_docs.py -->\n"
NOTE = "in CI"
"""How a remark behind a row's tests begins, which is kept: what they do not reach."""


def main() -> None:
    """Replace the tables of settings and rules, and the tests named on the acceptance page."""
    page = ROOT / "docs" / "settings.md"
    head, mark, _ = page.read_text("utf-8").partition(START)
    page.write_text(f"{head}{mark}{markdown_table()}\n", "utf-8")

    page = ROOT / "docs" / "risk.md"
    head, mark, _ = page.read_text("utf-8").partition(START)
    page.write_text(f"{head}{mark}{risk_rules.markdown_table()}\n", "utf-8")

    page = ROOT / "docs" / "acceptance.md"
    head, mark, body = page.read_text("utf-8").partition(START)
    tests = claimed(ROOT / "tests")
    rows = {row.name: row for row in rows_of(body)}
    lines = ["| row | what it rules out | answered by |", "|---|---|---|"]
    for name in [*rows, *sorted(set(tests) - set(rows))]:
        what = rows[name].what if name in rows else "as its test says"
        paths = [f"`{path}`" for path in sorted(tests.get(name, ()))]
        said = rows[name].answer if name in rows else ""
        notes = [part for part in said.split("<br>") if part.startswith(NOTE)]
        answer = "<br>".join([*paths, *notes]) if paths else said
        lines.append(f"| {name} | {what} | {answer} |")
    page.write_text(head + mark + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
