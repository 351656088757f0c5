"""`audit`: is the audit trail whole, what is in it, and would the gate decide the same again?"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.audit.format import FOLDER, TrailFile
from replayer_qt.adapters.audit.reader import counting_lines, trail_of
from replayer_qt.adapters.audit.verify import TrailReport, verify_trail
from replayer_qt.adapters.log_setup import escape
from replayer_qt.adapters.paths import find_paths
from replayer_qt.adapters.vault_door import Unlock
from replayer_qt.cli import audit_replay, audit_show
from replayer_qt.cli.arguments import profile_name
from replayer_qt.cli.vault_key import add_passphrase, vault_of
from replayer_qt.core.errors import SomethingMissing, UserFacingError, VaultLocked

_PLACES_SHOWN: Final = 20


class TrailUnreadable(UserFacingError):
    """There is no audit trail at that place, or it cannot be read."""

    code = "audit-unreadable"
    exit_code = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "audit",
        description="The audit trail: every decision, chained line to line. Exit code 0: yes; "
        "1: damage, a difference, or nothing found.",
        epilog="example: replayer audit verify --json",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="WHAT", required=True)
    verify = _add(
        kinds, "verify", "Check every byte, every link and the end.", "verify data/audit --json"
    )
    verify.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or files")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    show = _add(kinds, "show", "Show records.", "show --day 2026-11-21 --event OrderGated")
    audit_show.add_filters(show)
    show.add_argument("--json", action="store_true", help="print one JSON object")
    export = _add(kinds, "export", "Write all records to one file.", "export --out audit.jsonl")
    audit_show.add_export(export)
    again = _add(
        kinds,
        "replay",
        "Take every decision again on what was recorded, and list what differs.",
        "replay --set risk.max_order_sol=0.5",
    )
    again.add_argument("path", nargs="?", type=Path, metavar="PATH", help="a folder or file")
    audit_replay.add_arguments(again)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked; 0 if all is as it should be, 1 if not."""
    unlock = vault_of(arguments).open
    match arguments.kind:
        case "verify":
            return _verify(arguments, unlock)
        case "show":
            return audit_show.show(_readable_lines(_place(arguments), unlock), arguments)
        case "export":
            _need_keys(_place(arguments), unlock)
            return audit_show.export(_lines(_place(arguments), unlock), arguments)
        case _:
            path = arguments.path or _place(arguments)
            return audit_replay.replay(_lines(path, unlock), arguments)


def _add(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(
        name, help=what, description=what, epilog=f"example: replayer audit {example}"
    )
    parser.add_argument(
        "--profile", type=profile_name, default="default", metavar="NAME", help="whose trail"
    )
    parser.add_argument("--data-dir", metavar="DIR", help="where everything is kept")
    add_passphrase(parser)
    return parser


def _place(arguments: argparse.Namespace) -> Path:
    paths = find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=None,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    )
    return paths.data_dir / FOLDER


def _lines(path: Path, unlock: Unlock) -> Iterator[bytes]:
    try:
        files = trail_of(path)
        if not files:
            raise _nothing_in(path)
        yield from counting_lines(files, unlock)
    except OSError as error:
        raise _unreadable(path, error) from error


def _readable_lines(path: Path, unlock: Unlock) -> Iterator[bytes]:
    """The lines of what can be opened; which files cannot is said on standard error."""
    try:
        files = trail_of(path)
        if not files:
            raise _nothing_in(path)
        opened = [file for file in files if not _is_locked(file, unlock)]
        yield from counting_lines(opened, unlock)
    except OSError as error:
        raise _unreadable(path, error) from error


def _need_keys(path: Path, unlock: Unlock) -> None:
    """Raise VaultLocked before an export begins; one that lacks days looks damaged for ever."""
    try:
        for file in trail_of(path):
            if file.is_sealed:
                unlock(file.path).close()
    except OSError as error:
        raise _unreadable(path, error) from error


def _is_locked(file: TrailFile, unlock: Unlock) -> bool:
    if not file.is_sealed:
        return False
    try:
        with unlock(file.path):
            return False
    except (VaultLocked, SomethingMissing) as error:
        print(f"replayer: not read: {escape(str(error))}", file=sys.stderr)
        return True


def _verify(arguments: argparse.Namespace, unlock: Unlock) -> int:
    reports = [_verified(path, unlock) for path in arguments.paths or [_place(arguments)]]
    if arguments.json:
        told = {
            "trails": [msgspec.to_builtins(report) for report in reports],
            "whole": all(report.is_whole for report in reports),
        }
        print(msgspec.json.encode(told).decode())
    else:
        for report in reports:
            _print_report(report)
    return 0 if all(report.is_whole for report in reports) else 1


def _verified(path: Path, unlock: Unlock) -> TrailReport:
    try:
        report = verify_trail(path, unlock)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not report.files and not report.damaged:
        raise _nothing_in(path)
    return report


def _nothing_in(path: Path) -> TrailUnreadable:
    return TrailUnreadable(
        f"No audit trail was found in {path}.", remedy="Name another folder, or the --profile."
    )


def _unreadable(path: Path, error: OSError) -> TrailUnreadable:
    return TrailUnreadable(
        f"The audit trail {path} cannot be read ({error.strerror or error}).",
        remedy="Name another folder, or the --profile.",
    )


def _print_report(report: TrailReport) -> None:
    state = f"DAMAGED in {report.damaged} places" if report.damaged else "whole"
    if report.locked and not report.damaged:
        state = f"NOT READ in full: {len(report.locked)} files are encrypted and stayed closed"
    print(
        f"{report.path}: {state}, {report.records} records in {len(report.files)} files, "
        f"the last one is {report.head.seq} ({report.head.digest[:16]})"
    )
    for found in report.files:
        if found.left:
            print(f"  {found.file}: {found.left} bytes at its end do not count (crash or fault)")
    for name in report.locked[:_PLACES_SHOWN]:
        print(f"  {name}: encrypted, and its key is not at hand: nothing of it was checked")
    for place in report.damage[:_PLACES_SHOWN]:
        where = f"line {place.line}, " if place.line else ""
        print(f"  {place.file}: {where}record {place.seq}: {place.what}")
    if report.damaged > _PLACES_SHOWN:
        print(f"  and {report.damaged - _PLACES_SHOWN} places more (--json lists a thousand)")
