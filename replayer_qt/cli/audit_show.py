"""`audit show` and `audit export`: records for people, for spreadsheets, for other machines."""

import argparse
import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from replayer_qt.adapters.audit.reader import Unknown, record_of
from replayer_qt.adapters.log_setup import escape
from replayer_qt.core.audit_chain import links_of
from replayer_qt.core.audit_record import AuditRecord
from replayer_qt.core.errors import UserFacingError

COLUMNS: Final = (
    "seq", "at", "at_ns", "mono_ns", "event", "account", "mode", "strategy_id", "param_hash",
    "limits_hash", "correlation_id", "event_id", "app_version", "run_id", "profile", "payload",
    "hash",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class NotExported(UserFacingError):
    """The file that was to be exported to is there already, or cannot be written."""

    code = "audit-not-exported"
    exit_code = 1


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add what picks records."""
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="of this UTC day alone")
    parser.add_argument("--order", metavar="ID", help="about this order alone")
    parser.add_argument("--code", help="verdicts (or reasons) with this code, e.g. approved")
    parser.add_argument("--event", metavar="NAME", help="of this kind alone, e.g. OrderGated")
    parser.add_argument(
        "--limit", type=int, default=1_000, metavar="N", help="the newest N alone (1000)"
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add what an export needs to know."""
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")


def show(lines: Iterable[bytes], arguments: argparse.Namespace) -> int:
    """Print the records that were asked for; 1 if there are none."""
    newest = deque(_picked(lines, arguments), maxlen=max(1, arguments.limit))
    if arguments.json:
        records = [msgspec.json.decode(line) for line, _ in newest]
        print(msgspec.json.encode({"records": records}).decode())
    else:
        for _, record in newest:
            print(escape(_told(record)))
    return 0 if newest else 1


def export(lines: Iterable[bytes], arguments: argparse.Namespace) -> int:
    """Write all records to a new file, and print its last line's number and digest.

    A JSONL export is the trail's own lines: `audit verify FILE` checks it anywhere. The last
    line's digest, kept elsewhere, tells a tail that is cut off.

    Raises:
        NotExported: the file is there already, or cannot be written.
    """
    writes = _as_csv if arguments.format == "csv" else _as_lines
    try:
        count, last = writes(lines, arguments.out)
    except OSError as error:
        raise NotExported(
            f"{arguments.out} was not written ({error.strerror or error}).",
            remedy="Name a new file in a folder that can be written.",
        ) from error
    links = links_of(last)
    ended = "" if links is None else f", the last one is {links[0]} ({links[2]})"
    print(f"{arguments.out}: {count} records{ended}")
    return 0


def _picked(
    lines: Iterable[bytes], arguments: argparse.Namespace
) -> Iterator[tuple[bytes, AuditRecord | Unknown]]:
    for line in lines:
        # most lines of a long trail can be passed over without being parsed
        if any(word not in line for word in _words(arguments)):
            continue
        record = record_of(line)
        if isinstance(record, Unknown) or _is_wanted(record, arguments):
            yield line, record


def _words(arguments: argparse.Namespace) -> list[bytes]:
    said = (arguments.day, arguments.order, arguments.event)
    return [msgspec.json.encode(text)[:-1] for text in said if text]


def _is_wanted(record: AuditRecord, arguments: argparse.Namespace) -> bool:
    if arguments.day and not record.at.startswith(f"{arguments.day}T"):
        return False
    if arguments.event and record.event != arguments.event:
        return False
    if arguments.order and record.correlation_id != arguments.order:
        return False
    return not arguments.code or arguments.code in _codes(msgspec.json.decode(record.payload))


def _codes(payload: Mapping[str, Any]) -> list[str]:
    verdict = payload.get("verdict")
    if not isinstance(verdict, dict):
        return [str(payload.get("code", ""))]
    return [reason["code"] for reason in verdict.get("reasons", [])] or ["approved"]


def _told(record: AuditRecord | Unknown) -> str:
    if isinstance(record, Unknown):
        return f"{record.why}: {record.line.decode('utf-8', 'backslashreplace')}"
    whose = f"{record.mode or '-'} {record.strategy_id}"
    order = record.correlation_id or "-"
    return f"{record.seq:>8}  {record.at}  {record.event:<17} {whose}  {order}  {_gist(record)}"


def _gist(record: AuditRecord) -> str:
    payload = msgspec.json.decode(record.payload)
    match payload:
        case {"verdict": {"reasons": [first, *rest]}}:
            more = f" (and {len(rest)} more)" if rest else ""
            return f"{first['code']}: {first['text']}{more}"
        case {"verdict": {"reserved": reserved}}:
            return f"approved, {reserved} SOL reserved"
        case {"request": {"side": side, "amount": amount, "share": share}}:
            return f"{side} {amount} SOL" if amount is not None else f"{side} {share} %"
        case {"fill": {"price": price, "quantity": quantity, "amount": amount}}:
            return f"{quantity} at {price}x for {amount} SOL"
        case _:
            told = {k: v for k, v in payload.items() if k not in _ENVELOPE and v not in ("", None)}
            return ", ".join(f"{name} {value}" for name, value in told.items())[:300]


_ENVELOPE: Final = frozenset({"ev", "rx_wall_ns", "rx_mono_ns", "src", "order_id", "limits"})


def _as_lines(lines: Iterable[bytes], path: Path) -> tuple[int, bytes]:
    count, last = 0, b""
    with path.open("xb") as file:
        for line in lines:
            file.write(line)
            count, last = count + 1, line.rstrip(b"\n")
    return count, last


def _as_csv(lines: Iterable[bytes], path: Path) -> tuple[int, bytes]:
    count, last = 0, b""
    with path.open("x", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for line in lines:
            members = msgspec.json.decode(line)
            members["payload"] = msgspec.json.encode(members.get("payload")).decode()
            table.writerow([_cell(members.get(name)) for name in COLUMNS])
            count, last = count + 1, line.rstrip(b"\n")
    return count, last


def _cell(value: object) -> object:
    """A spreadsheet computes what begins like a formula, whoever wrote it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
