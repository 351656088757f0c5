"""`kill`: stops all trading of a profile, now, whether its window runs, hangs, or is closed."""

import argparse
import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import LatchFile
from replayer_qt.adapters.log_setup import escape
from replayer_qt.adapters.paths import find_paths
from replayer_qt.cli.arguments import profile_name
from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.trading import LIFT_WORD, Kill

BY: Final = "command-line"


class KillNotDone(UserFacingError):
    """The kill switch could not be written where another start would find it, or not be lifted."""

    code = "kill-not-done"
    exit_code = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "kill",
        description="Press the kill switch of a profile: no order leaves until a person lifts it. "
        "Works whether the window runs or not.",
        epilog='example: replayer kill --reason "the feed looks wrong"',
    )
    parser.add_argument(
        "--profile", type=profile_name, default="default", metavar="NAME", help="whose trading"
    )
    parser.add_argument("--data-dir", metavar="DIR", help="where everything is kept")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the audit trail")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help="only say whether it is on")
    what.add_argument("--lift", action="store_true", help=f"lift it; asks for the word {LIFT_WORD}")
    parser.add_argument("--confirm", metavar="WORD", help="the word, where nobody can type it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Press, lift or look, and print how it stands; 1 if what was asked did not happen.

    Raises:
        KillNotDone: the disk refused, the word was wrong, or no reason was given.
    """
    folder = _folder(arguments)
    latch = LatchFile(folder, SystemClock())
    if arguments.lift:
        _lift(latch, folder, arguments)
    elif not arguments.status:
        _press(latch, folder, arguments)
    _print(latch.read(), folder, as_json=arguments.json)
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    return find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=None,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    ).data_dir


def _press(latch: LatchFile, folder: Path, arguments: argparse.Namespace) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _failed(folder, str(error.strerror)) from error
    latch.press(by=BY, reason=arguments.reason or "asked for on the command line")
    if LatchFile(folder, SystemClock()).read().by != BY:
        raise _failed(folder, latch.read().reason)


def _failed(folder: Path, why: str) -> KillNotDone:
    return KillNotDone(
        f"THE KILL SWITCH WAS NOT PRESSED in {folder} ({escape(why)}).",
        remedy="Press the button in the window, or end the program.",
    )


def _lift(latch: LatchFile, folder: Path, arguments: argparse.Namespace) -> None:
    stays = f"The kill switch in {folder} stays as it is"
    if not arguments.reason.strip():
        raise KillNotDone(f"{stays}: no reason was given.", remedy="Say why with --reason TEXT.")
    typed = arguments.confirm
    if typed is None:
        print(f"{latch.read().reason}\nType {LIFT_WORD} to lift it: ", end="", file=sys.stderr)
        sys.stderr.flush()
        typed = sys.stdin.readline()
    if typed.strip() != LIFT_WORD:
        raise KillNotDone(f"{stays}: {LIFT_WORD} was not typed.", remedy="Type it to lift it.")
    try:
        latch.lift(reason=arguments.reason)
    except OSError as error:
        raise KillNotDone(
            f"{stays}: it could not be written ({error.strerror or error}).",
            remedy="See to the disk, then lift it again.",
        ) from error


def _print(kill: Kill, folder: Path, *, as_json: bool) -> None:
    if as_json:
        told = {
            "on": kill.on,
            "reason": kill.reason,
            "by": kill.by,
            "at": kill.at,
            "data_dir": str(folder),
        }
        print(msgspec.json.encode(told).decode())
        return
    state = "ON: no order leaves" if kill.on else "off"
    why = f" ({kill.by}: {kill.reason})" if kill.by else ""
    print(escape(f"kill switch {state}{why}"))
