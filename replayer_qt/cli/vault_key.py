"""The vault of a profile on the command line: where its key comes from, and who is asked for it."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from replayer_qt.adapters.paths import Paths, find_paths
from replayer_qt.adapters.settings_file import load_settings
from replayer_qt.adapters.vault import Vault
from replayer_qt.adapters.vault_keys import Ask, Keys, Mode, OsKeyring
from replayer_qt.adapters.vault_passphrase import passphrase_in


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """Add the one argument that says where a passphrase is; never the passphrase itself."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="its first line is the vault's passphrase (or set REPLAYER_PASSPHRASE)",
    )


def place_of(arguments: argparse.Namespace) -> Paths:
    """Return where a profile keeps its files."""
    return find_paths(
        data_dir=arguments.data_dir,
        profile=arguments.profile,
        recordings=None,
        environ=os.environ,
        launched_from=Path(sys.argv[0]),
    )


def mode_of(arguments: argparse.Namespace, paths: Paths) -> Mode:
    """Return where the key to seal with lies; with the vault off, the keyring.

    Raises:
        SettingInvalid: a setting is refused.
    """
    said = load_settings(
        paths.settings_file,
        environ=os.environ,
        overrides=getattr(arguments, "overrides", ()),
    ).library.vault
    return "passphrase" if said == "passphrase" else "keyring"


def vault_of(
    arguments: argparse.Namespace, *, mode: Mode = "keyring", ask: Ask | None = None
) -> Vault:
    """Return a profile's vault; nothing is asked before a key is needed."""
    keys = Keys(
        mode,
        place_of(arguments).data_dir,
        OsKeyring(arguments.profile),
        ask=ask or asking(arguments),
    )
    return Vault(keys)


def asking(arguments: argparse.Namespace) -> Ask:
    """Return what finds a passphrase: a file, the environment, or a person at a terminal."""

    def ask(what: str) -> str | None:
        stated = passphrase_in(os.environ, arguments.passphrase_file)
        return stated if stated is not None else _typed(f"Passphrase for {what}: ")

    return ask


def asking_twice(arguments: argparse.Namespace, told: Callable[[str], None]) -> Ask:
    """Return what finds a new passphrase: as `asking`, but a person types it twice."""

    def ask(what: str) -> str | None:
        stated = passphrase_in(os.environ, arguments.passphrase_file)
        if stated is not None:
            return stated
        once = _typed(f"New passphrase for {what}: ")
        if once is None or _typed("The same once more: ") == once:
            return once
        told("The two are not the same.")
        return None

    return ask


def _typed(prompt: str) -> str | None:
    if not sys.stdin.isatty():
        return None
    try:
        return getpass.getpass(prompt)
    except EOFError:
        return None
