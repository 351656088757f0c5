"""The one way in: reads the command line, and runs the window or one of the commands."""

import argparse
import difflib
import importlib
import os
import sys
from pathlib import Path
from typing import Final, NoReturn, Protocol, cast

from replayer_qt.core.errors import SomethingMissing, UserFacingError

INTERRUPTED: Final = 130

_NOT_YET: Final = "replayer_qt.cli.not_yet"
_WINDOW: Final = "replayer_qt.cli.window"

COMMANDS: Final = {
    "record": ("replayer_qt.cli.record", "record a venue without a window"),
    "practice": ("replayer_qt.cli.practice", "run the practice exchange alone"),
    "verify": ("replayer_qt.cli.verify", "check recordings: integrity and fairness"),
    "inspect": ("replayer_qt.cli.inspect", "say what is in a recording"),
    "import": ("replayer_qt.cli.import_", "bring recordings into the library"),
    "export": ("replayer_qt.cli.export", "write rounds as CSV, Parquet or JSON lines"),
    "library": ("replayer_qt.cli.library", "list, search, study and rebuild the library"),
    "replay": ("replayer_qt.cli.replay", "replay a recording without a window"),
    "backtest": (_NOT_YET, "test a strategy on recordings (not yet)"),
    "audit": ("replayer_qt.cli.audit", "check, show and export the audit trail"),
    "vault": ("replayer_qt.cli.vault", "encrypt files of your own actions, and open them"),
    "kill": ("replayer_qt.cli.kill", "stop all trading now, whether the window runs or not"),
    "bench": ("replayer_qt.cli.bench.command", "measure this program on this machine"),
    "doctor": ("replayer_qt.cli.doctor", "check what this machine has and lacks"),
}
"""Each command's name, the module that carries it out and one line about it."""


class _Command(Protocol):
    """What a command's module holds."""

    def add_parser(
        self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]"
    ) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(argv: list[str]) -> int:
    """Run what `argv` (without the program's name) asks for and return the exit code.

    0 yes, 1 the answer is no, 2 usage or settings, 3 something is missing on this machine,
    130 interrupted. Never raises, apart from bugs: an expected failure is one line on standard
    error.
    """
    _prepare_process()
    try:
        return _run(argv)
    except SystemExit as end:  # argparse ends like this
        return end.code if isinstance(end.code, int) else 2
    except UserFacingError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone; keeps the interpreter from complaining at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def console() -> None:
    """Run the program as an installed command, and exit."""
    sys.exit(main(sys.argv[1:]))


def _prepare_process() -> None:
    os.umask(0o077)
    os.environ.setdefault("QT_API", "pyside6")
    os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _complain(line: str) -> None:
    told = " ".join(line.split())
    written = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in told)
    print(f"replayer: {written}", file=sys.stderr)


def _run(argv: list[str]) -> int:
    name = argv[0] if argv else ""
    if name == "help":
        return _run(["--help", *argv[1:]])
    module_name = COMMANDS[name][0] if name in COMMANDS else _WINDOW
    if module_name == _WINDOW:
        _refuse_misspelt(argv)
    parser = _parser()
    if argv[:1] in (["-h"], ["--help"]):
        parser.print_help()
        return 0
    if argv[:1] == ["--version"]:
        print(f"replayer {_version()}")
        return 0
    command = _load(module_name)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", prog="replayer")
    command.add_parser(subparsers)
    chosen = argv if module_name != _WINDOW else ["window", *argv]
    if module_name == _NOT_YET:
        return command.run(parser.parse_known_args(chosen)[0])
    arguments, unknown = parser.parse_known_args(chosen)
    if unknown:
        subparsers.choices[chosen[0]].error(f"unrecognized arguments: {' '.join(unknown)}")
    return command.run(arguments)


def _load(module_name: str) -> _Command:
    # one command's libraries are loaded, not all commands': --help must be quick
    try:
        return cast("_Command", importlib.import_module(module_name))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("replayer_qt"):
            raise
        raise SomethingMissing(
            f"The library {error.name} is not installed for {sys.executable}.",
            remedy="Run make run, or pip install --require-hashes -r requirements.lock.",
        ) from error


def _version() -> str:
    # it lies beside what needs a library, and --help must work without any
    from replayer_qt.core.options import VERSION  # noqa: PLC0415

    return VERSION


def _refuse_misspelt(argv: list[str]) -> None:
    name = argv[0] if argv else ""
    if not name or name.startswith("-") or not name.isalpha() or Path(name).exists():
        return
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "See --help for the commands."
    raise _Misspelt(f"There is no command and no file named {name!r}.", remedy=hint)


class _Misspelt(UserFacingError):
    code = "usage"
    exit_code = 2


class _Parser(argparse.ArgumentParser):
    """Answers a mistake with two lines: what it is, and how this very command is used."""

    def error(self, message: str) -> NoReturn:
        usage = " ".join(self.format_usage().split())
        self.exit(2, f"{self.prog}: error: {message}\n{usage}\n")


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    table = "\n".join(f"  {name:<{width}}  {about}" for name, (_, about) in COMMANDS.items())
    return _Parser(
        prog="replayer",
        usage=(
            "replayer [FILE...] [--venue practice|rugs|binance] [--profile NAME] "
            "[--data-dir DIR] ...\n       replayer COMMAND ..."
        ),
        description="Record, replay and watch fast tick markets. Without a command: the window.",
        epilog=(
            f"commands (each has its own --help):\n{table}\n\n"
            "the window's own arguments:\n"
            "  FILE...               recordings to open\n"
            "  --venue NAME          connect at once: practice, rugs or binance\n"
            "  --url URL             another address than the venue's usual one\n"
            "  --profile NAME        keep settings, layout and recordings apart\n"
            "  --data-dir DIR        where everything is kept\n"
            "  --set SECTION.KEY=V   override one setting (docs/settings.md)\n"
            "  --screenshot FILE     save a picture of the window at the end\n"
            "  --exit-after SECONDS  end by itself\n"
            "  --version             print the release\n\n"
            "example: replayer --venue practice"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
