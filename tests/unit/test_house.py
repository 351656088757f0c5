"""The rules of the house that no linter knows."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import replayer_qt
from tests.helpers.claims import claimed, rows_of

ROOT = Path(replayer_qt.__file__).parent
PROJECT = ROOT.parent
MODULES = sorted(ROOT.rglob("*.py"))
SOURCES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in MODULES}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}

QUEUES = {"deque", "Queue", "SimpleQueue", "LifoQueue", "PriorityQueue"}


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name, node


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    match call.func:
        case ast.Attribute(attr=attr):
            return attr
        case ast.Name(id=name):
            return name
    return ""


def around(name: str, line: int) -> str:
    """The line and the one above it, where a reason may stand."""
    lines = SOURCES[name].splitlines()
    return "\n".join(lines[max(0, line - 2) : line])


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the constants that are documentation."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.add(id(statement.value))
    return found


def texts() -> Iterator[tuple[str, ast.Constant]]:
    for name, tree in TREES.items():
        skipped = docstrings(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in skipped
            ):
                yield name, node


def test_nothing_is_taken_from_the_front_of_a_list():
    """S0-C4: `pop(0)` moves every other element."""
    found = [
        f"{name}:{node.lineno}"
        for name, node in nodes(ast.Call)
        if called(node) == "pop"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == 0
    ]
    assert found == []


def test_event_loops_are_made_by_runners_alone():
    """S1-1b, S1-1: no loop is made and forgotten; a Runner closes the one it makes."""
    banned = {"new_event_loop", "get_event_loop", "set_event_loop"}
    found = [f"{name}:{node.lineno}" for name, node in nodes(ast.Call) if called(node) in banned]
    runs = [
        f"{name}:{node.lineno}"
        for name, node in nodes(ast.Attribute)
        if node.attr == "run" and isinstance(node.value, ast.Name) and node.value.id == "asyncio"
    ]
    assert found + runs == []


def is_bounded(call: ast.Call) -> bool:
    if any(keyword.arg in {"maxlen", "maxsize"} for keyword in call.keywords):
        return True
    return len(call.args) == (2 if called(call) == "deque" else 1) and not (
        called(call) == "deque" and isinstance(call.args[0], ast.List)
    )


def test_every_queue_has_a_bound_or_says_who_bounds_it():
    """S1-H8, S1-N4, S0-C4: a queue without a bound is a leak that waits for a slow day."""
    found = []
    for name, tree in TREES.items():
        made = [
            (ast.unparse(targets[0]), node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and (targets := getattr(node, "targets", None) or [node.target])
            and isinstance(node.value, ast.Call)
            and called(node.value) in QUEUES
        ]
        explained = {who for who, call in made if "bounded" in around(name, call.lineno)}
        # a local queue lives as long as its function, and is fed by nobody else
        found += [
            f"{name}:{call.lineno}"
            for who, call in made
            if "." in who and who not in explained and not is_bounded(call)
        ]
    assert found == []


def test_every_task_has_an_owner():
    """FAULTS C1: a task whose result nobody keeps fails in silence."""
    found = []
    for name, node in nodes(ast.Expr):
        call = node.value
        if not isinstance(call, ast.Call) or called(call) not in {"create_task", "ensure_future"}:
            continue
        of_group = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if not (of_group and call.func.value.id in {"group", "tasks", "task_group"}):
            found.append(f"{name}:{node.lineno}")
    assert found == []


def test_every_wait_for_the_network_has_a_deadline():
    """S1-N3: whoever waits for a peer says how long, or stands in a block that does."""
    waits = {"create_connection", "urlopen", "getaddrinfo"}
    found = []
    for name, node in nodes(ast.Call):
        if called(node) not in waits:
            continue
        has_timeout = any(keyword.arg == "timeout" for keyword in node.keywords)
        if not has_timeout and "asyncio.timeout(" not in SOURCES[name]:
            found.append(f"{name}:{node.lineno}")
    sessions = [
        f"{name}:{node.lineno}"
        for name, node in nodes(ast.Call)
        if called(node) == "ClientSession"
        and not any(keyword.arg in {"timeout", None} for keyword in node.keywords)
        and "asyncio.timeout(" not in SOURCES[name]
    ]
    processes = [
        f"{name}:{node.lineno}"
        for name, node in nodes(ast.Call)
        if ast.unparse(node.func) == "subprocess.run"
        and not any(keyword.arg == "timeout" for keyword in node.keywords)
    ]
    assert found + sessions + processes == []


def test_no_certificate_goes_unchecked():
    """FAULTS S12: `verify=False` and its relatives."""
    names = {"ssl_verify", "verify_ssl", "verify", "check_hostname"}
    found = [
        f"{name}:{node.value.lineno}"
        for name, node in nodes(ast.keyword)
        if node.arg in names | {"ssl"}
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
    ]
    assert found == []


def test_addresses_stand_in_the_settings():
    """S0-L1, S2-M2, S2-M12: no address, port or home path anywhere else."""
    found = [
        f"{name}:{node.lineno}: {node.value[:60]}"
        for name, node in texts()
        if name != "core/settings.py"
        and re.search(r"\b(?:https?|wss?)://(?!127\.0\.0\.1|localhost|\{)[\w.-]+\.\w", node.value)
    ]
    homes = [
        f"{name}:{node.lineno}"
        for name, node in texts()
        if re.search(r"(?:^|[\s'\"])(?:/home/|/root/|/Users/|[A-Z]:\\Users)", node.value)
    ]
    assert found + homes == []


def test_no_server_listens_beyond_this_machine():
    """S3-R3: loopback only."""
    found = [
        f"{name}:{node.lineno}"
        for name, node in texts()
        if node.value in {"0.0.0.0", "::", "[::]"}  # noqa: S104  # what is looked for
    ]
    assert found == []


def test_code_has_no_diary():
    """No notes to self, no history, nobody's name."""
    words = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK|Phase \d|AUDIT)\b")
    found = [
        f"{name}:{number}"
        for name, text in SOURCES.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if words.search(line)
    ]
    assert found == []


def test_module_names_say_what_is_inside():
    banned = {"utils", "util", "helpers", "common", "misc", "manager", "service", "base", "types"}
    assert not [name for name in SOURCES if Path(name).stem in banned]


def test_packages_hold_a_docstring_and_nothing_else():
    found = [
        name for name, tree in TREES.items() if name.endswith("__init__.py") and len(tree.body) != 1
    ]
    assert found == []


def test_no_module_keeps_state():
    """S2-M5: what a module holds is constant, so two applications can live in one process."""
    found = []
    for name, tree in TREES.items():
        found += [f"{name}:{x.lineno}" for x in ast.walk(tree) if isinstance(x, ast.Global)]
        for statement in tree.body:
            value = getattr(statement, "value", None)
            if not isinstance(statement, ast.Assign | ast.AnnAssign):
                continue
            if "Final" in ast.unparse(getattr(statement, "annotation", ast.Constant(""))):
                continue
            if isinstance(value, ast.List | ast.Set) or (
                isinstance(value, ast.Call) and called(value) in {"list", "dict", "set", "deque"}
            ):
                found.append(f"{name}:{statement.lineno}")
    assert found == []


def test_imports_stand_at_the_top_or_say_why_not():
    found = []
    for name, tree in TREES.items():
        top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Import | ast.ImportFrom) or id(node) in top:
                continue
            line = SOURCES[name].splitlines()[node.lineno - 1]
            guarded = re.search(r"^if sys\.platform", SOURCES[name], re.MULTILINE)
            if "PLC0415" not in line and not guarded:
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_importing_everything_does_nothing(tmp_path):
    """S4-3, S4-T2: no file, no thread, no socket, no output, in a place that cannot be written."""
    names = [
        "replayer_qt." + name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name in SOURCES
        if name not in {"__init__.py", "__main__.py"}
    ]
    code = f"""
import importlib, os, socket, sys, threading
heard = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        if str(arguments[1] or "").startswith(("w", "a", "x", "r+")):
            heard.append((event, arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.remove", "socket.connect", "socket.bind",
                   "subprocess.Popen"):
        if event == "socket.bind" and arguments[1] == ("::1", 0):
            return  # urllib3, which engineio loads, tries whether there is IPv6
        heard.append((event, str(arguments)[:200]))
sys.dont_write_bytecode = True
sys.addaudithook(hook)
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("finplot", "vnpy"):
            raise
left = [thread.name for thread in threading.enumerate()]
assert left == ["MainThread"], left
assert not heard, heard
"""
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", code],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(PROJECT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "QT_API": "pyside6",
            "PYQTGRAPH_QT_LIB": "PySide6",
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == ""
    assert done.returncode == 0
    assert list(home.iterdir()) == []


DECLARED = (
    "core/events.py",
    "core/order_events.py",
    "core/program_events.py",
    "core/replay_events.py",
)

EVENT_TYPES = [
    node.name
    for place in DECLARED
    for node in ast.walk(TREES[place])
    if isinstance(node, ast.ClassDef)
    and any(
        isinstance(base, ast.Name) and base.id in {"Event", "OrderEvent"} for base in node.bases
    )
    and node.name != "OrderEvent"
]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_kind_of_event_is_made_and_read_by_somebody(kind):
    """N22: an event that nobody makes, or nobody reads, is a lie about the program."""
    made = [
        name
        for name, node in nodes(ast.Call)
        if called(node) == kind and name not in DECLARED and not name.startswith("practice/")
    ]
    read = [
        name
        for name, text in SOURCES.items()
        if name not in DECLARED
        and re.search(rf"case {kind}\b|\|\s*{kind}\b|isinstance\([^)]*\b{kind}\b", text)
    ]
    shown = [
        name
        for name, node in nodes(ast.Name)
        if node.id == kind and name not in DECLARED and name not in made
    ]
    assert made
    assert read or shown


def test_every_setting_is_read_by_something():
    """S0-L1: the dead-key test."""
    from replayer_qt.core.declared import declarations

    elsewhere = "\n".join(text for name, text in SOURCES.items() if name != "core/settings.py")
    dead = [
        one.dotted
        for one in declarations().values()
        if not re.search(rf"\.{one.name[1]}\b", elsewhere)
    ]
    assert dead == []


def test_the_settings_page_is_what_the_code_says():
    from replayer_qt.core.declared import markdown_table

    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    assert page.endswith(f"-->\n{markdown_table()}\n")


def test_every_error_code_is_documented():
    """S2-H3, S3-Mo2a: what a person is told can be looked up."""
    from replayer_qt.core.errors import UserFacingError

    codes = {UserFacingError.code}
    for _, node in nodes(ast.ClassDef):
        for statement in node.body:
            if (
                isinstance(statement, ast.Assign)
                and ast.unparse(statement.targets[0]) == "code"
                and isinstance(statement.value, ast.Constant)
            ):
                codes.add(statement.value.value)
    for _, node in nodes(ast.Call):
        if called(node) not in {"ProblemRaised", "Notice", "_notice"}:
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        if called(node) == "_notice":
            given += node.args[4:5]
        codes |= {value.value for value in given if isinstance(value, ast.Constant)}
    page = (PROJECT / "docs" / "errors.md").read_text("utf-8")
    assert sorted(code for code in codes if f"| `{code}` |" not in page) == []


def test_the_acceptance_page_and_the_tests_claim_the_same():
    rows = list(rows_of((PROJECT / "docs" / "acceptance.md").read_text("utf-8")))
    names = [row.name for row in rows]
    assert len(names) == len(set(names))
    found = claimed(PROJECT / "tests")
    assert sorted(set(found) - set(names)) == []
    for row in rows:
        files = set(re.findall(r"`(tests/[^`]+)`", row.answer))
        assert files == found.get(row.name, set()), row.name
        assert row.what, row.name
        assert files or len(row.answer) > 5, row.name
        for other in re.findall(r"\bas (S\d-\w+)", row.answer):
            assert other in found, row.name


def test_the_suite_leaves_the_project_as_it_was():
    """N27: whatever a test writes, it writes under pytest's own temporary directory."""
    banned = re.compile(
        r"""(?:open|write_text|write_bytes|mkdir|mkdtemp|touch)\([^)]*['"](?:/tmp|/var|~|/home)"""
    )
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in (PROJECT / "tests").rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if banned.search(line) and path.name != "test_house.py"
    ]
    assert found == []


def test_the_libraries_that_are_shown_are_those_that_are_depended_on():
    from replayer_qt.core.options import LIBRARIES

    declared = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))
    names = [re.split(r"[\[<>=]", one)[0] for one in declared["project"]["dependencies"]]
    assert sorted(LIBRARIES) == sorted(names)
