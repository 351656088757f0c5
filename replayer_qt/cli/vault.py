"""`vault`: seals files of your own actions under a key, opens them, and looks after the key."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from replayer_qt.adapters.audit.format import FOLDER, SEALED, files_in
from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_door import SUFFIX
from replayer_qt.adapters.vault_sheet import sheet_of
from replayer_qt.cli.arguments import add_place
from replayer_qt.cli.vault_key import (
    add_passphrase,
    asking_twice,
    mode_of,
    place_of,
    vault_of,
)
from replayer_qt.core.errors import SomethingMissing, UserFacingError, VaultLocked

SHOW_WORD: Final = "SHOW"
REPLACE_WORD: Final = "NEW KEY"

_WARNING: Final = (
    "Whoever loses this key loses what it sealed: nobody can read it then, we neither.\n"
    "Print its recovery sheet with `app.py vault show-key`, and keep it away from this machine."
)


class VaultNotDone(UserFacingError):
    """A file was not sealed or opened, or a key not made or shown; it is as it was."""

    code = "vault-not-done"
    exit_code = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "vault",
        description="Encrypt files of your own actions (AES-GCM) under a key in the keyring, or "
        "a passphrase (library.vault). Market data stays plain.",
        epilog="example: replayer vault status",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="WHAT", required=True)
    status = _add(kinds, "status", "Say which key there is, and what is sealed.", "status --json")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    seal = _add(kinds, "seal", "Put FILE.vault in the place of each file.", "seal audit.jsonl")
    seal.add_argument("files", nargs="+", type=Path, metavar="FILE")
    opened = _add(kinds, "open", "Write the plain bytes.", "open day.jsonl.zst.vault --out ~/plain")
    opened.add_argument("files", nargs="+", type=Path, metavar="FILE")
    opened.add_argument("--out", type=Path, metavar="DIR", help="in this folder, not beside it")
    for name, what, word in (
        ("new-key", "Make a key to seal with from now on.", REPLACE_WORD),
        ("show-key", "Print the key's recovery sheet.", SHOW_WORD),
    ):
        key = _add(kinds, name, what, name)
        key.add_argument("--confirm", metavar="WORD", help=f"{word!r}, where nobody can type it")
    _add(kinds, "restore-key", "Read a recovery sheet, line by line, and keep it.", "restore-key")


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked; 0 if it was done.

    Raises:
        VaultNotDone: it was not, and nothing is changed.
        VaultLocked: no key, another one, or changed bytes.
        SomethingMissing: there is no keyring.
    """
    mode = mode_of(arguments, place_of(arguments))
    match arguments.kind:
        case "status":
            return _status(vault_of(arguments, mode=mode), arguments)
        case "seal":
            return _each(arguments.files, _sealing(vault_of(arguments, mode=mode)))
        case "open":
            return _each(arguments.files, _opening(vault_of(arguments, mode=mode), arguments.out))
        case "new-key":
            asking = asking_twice(arguments, _say)
            return _new_key(vault_of(arguments, mode=mode, ask=asking), arguments)
        case "show-key":
            return _show_key(vault_of(arguments, mode=mode), arguments)
        case _:
            return _restore_key(vault_of(arguments, mode=mode))


def _add(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(
        name, help=what, description=what, epilog=f"example: replayer vault {example}"
    )
    add_place(parser)
    add_passphrase(parser)
    return parser


def _status(vault: Vault, arguments: argparse.Namespace) -> int:
    folder = place_of(arguments).data_dir / FOLDER
    days = files_in(folder) if folder.is_dir() else []
    sealed = sum(file.is_sealed for file in days)
    problem, name = "", None
    try:
        name = vault.keys.current_name()
    except (VaultLocked, SomethingMissing) as error:
        problem = str(error)
    told = {
        "mode": vault.keys.mode,
        "key": name,
        "audit_files": len(days),
        "sealed": sealed,
        "problem": problem,
    }
    if arguments.json:
        print(msgspec.json.encode(told).decode())
    else:
        print(f"key: {name[:8] if name else 'none'} ({vault.keys.mode})")
        print(f"audit trail: {sealed} of {len(days)} files are sealed ({folder}, *{SEALED})")
        if problem:
            print(problem)
    return 0 if name else 1


def _each(files: list[Path], step: "Callable[[Path], Path]") -> int:
    for path in files:
        try:
            print(step(path))
        except OSError as error:
            raise VaultNotDone(
                f"{path} stays as it is ({error.strerror or error}).",
                remedy="Stop what writes it, see to the disk, or name another file.",
            ) from error
    return 0


def _sealing(vault: Vault) -> "Callable[[Path], Path]":
    return vault.seal_file


def _opening(vault: Vault, out: Path | None) -> "Callable[[Path], Path]":
    def step(path: Path) -> Path:
        if path.suffix != SUFFIX:
            raise VaultNotDone(
                f"{path} is no sealed file.", remedy=f"Name one that ends in {SUFFIX}."
            )
        target = (out or path.parent) / path.name.removesuffix(SUFFIX)
        vault.unseal(path, target)
        return target

    return step


def _new_key(vault: Vault, arguments: argparse.Namespace) -> int:
    before = vault.keys.current_name()
    if before is not None:
        _confirm(
            arguments.confirm,
            REPLACE_WORD,
            f"There is the key {before[:8]}. It stays in the keyring, and opens what it sealed; a "
            "passphrase of before must be remembered for that.",
        )
    key = vault.keys.make()
    print(f"key {key.name[:8]}, {'in the keyring' if key.scrypt is None else 'of a passphrase'}")
    print(_WARNING if key.scrypt is None else _WARNING.splitlines()[0].replace("key", "passphrase"))
    return 0


def _show_key(vault: Vault, arguments: argparse.Namespace) -> int:
    key = vault.keys.current()
    if key.scrypt is not None:
        raise VaultNotDone(
            "There is no sheet of a passphrase: what was sealed opens with it alone.",
            remedy="Write the passphrase down, and keep it away from this machine.",
        )
    _confirm(
        arguments.confirm,
        SHOW_WORD,
        "Whoever reads the sheet can read everything that is sealed. It is printed here, and "
        "kept nowhere.",
    )
    print(f"replayer vault, key {key.name[:8]}\n")
    words = sheet_of(key.secret).split()
    for start in range(0, len(words), 4):
        print("    " + " ".join(words[start : start + 4]))
    print("\nRestore it with `app.py vault restore-key`.")
    return 0


def _restore_key(vault: Vault) -> int:
    if sys.stdin.isatty():
        _say("Type the sheet's groups, then an empty line:")
    lines = []
    while (line := sys.stdin.readline()).strip():
        lines.append(line)
    key = vault.keys.restore(" ".join(lines))
    print(f"key {key.name[:8]} is in the keyring, and new files are sealed with it")
    return 0


def _confirm(typed: str | None, word: str, what: str) -> None:
    if typed is None:
        _say(f"{what}\nType {word} to go on: ", end="")
        typed = sys.stdin.readline()
    if typed.strip() != word:
        raise VaultNotDone(f"Nothing was done: {word} was not typed.", remedy="Type it to go on.")


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)
