"""Which rows of docs/acceptance.md the tests say that they answer."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_NAME = re.compile(r"S\d-\w+|[A-Z]{2}-\d\d|[BCDGNORS]\d+|goal \d+|0\.\d")


class Row(NamedTuple):
    """One line of the table."""

    name: str
    what: str
    answer: str


def claimed(tests: Path) -> dict[str, set[str]]:
    """Return each row's name with the files whose tests name it, as paths from the project."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(tests.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for name in names_of(ast.get_docstring(node) or ""):
                    found[name].add(path.relative_to(tests.parent).as_posix())
    return dict(found)


def names_of(docstring: str) -> list[str]:
    """Return the names that a docstring begins with: `S2-M3, D5: ...` or `FAULTS R3, R4: ...`."""
    head, colon, _ = docstring.partition(":")
    names: list[str] = []
    of_faults = False
    for part in re.split(r"[,;]", head) if colon else ():
        name = part.strip()
        if name.startswith("FAULTS "):
            of_faults, name = True, name.removeprefix("FAULTS ")
        if not _NAME.fullmatch(name):
            return []
        plain = "-" in name or (name.startswith(("N", "D")) and not of_faults)
        of_faults = of_faults and "-" not in name
        names.append(name if plain else f"FAULTS {name}")
    return names


def rows_of(table: str) -> Iterator[Row]:
    """Yield the rows of a Markdown table of three columns."""
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "row":
            yield Row(*cells)
