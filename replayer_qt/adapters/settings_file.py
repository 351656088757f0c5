"""Settings from their file, the environment and the command line, and back to the file."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from replayer_qt.core.declared import Name, Said, build, declarations, unknown
from replayer_qt.core.errors import DataDirUnusable, SettingInvalid
from replayer_qt.core.limits_check import contradictions
from replayer_qt.core.settings import Settings

LARGEST: Final = 256 * 1024
PREFIX: Final = "REPLAYER_"
_NOT_SETTINGS: Final = frozenset({"REPLAYER_DATA_DIR", "REPLAYER_PASSPHRASE"})
_KEY_LINE: Final = re.compile(r"\s*(?:\[\s*(\w+)\s*\]|(?:(\w+)\s*\.\s*)?(\w+)\s*=)")


def load_settings(
    path: Path | None, *, environ: Mapping[str, str], overrides: Iterable[str] = ()
) -> Settings:
    """Return all settings: a flag counts before the environment, that before the file.

    A file that is not there says nothing. Variables are called REPLAYER_<SECTION>_<KEY>;
    `overrides` are flags, written `section.key=value`.

    Raises:
        SettingInvalid: something was said that is not known or not allowed; the message names the
            key, the value, where it was said, and what is allowed.
    """
    said: dict[Name, Said] = {}
    if path is not None:
        said.update(_from_file(path))
    said.update(_from_environment(environ))
    said.update(_from_flags(overrides))
    return build(said)


def render_settings(settings: Settings) -> str:
    """Return the file's text: every setting with its sentence, defaults as comments.

    Loading the text gives equal settings.
    """
    lines = ["# Settings of Replayer. Remove a leading # to change one.", ""]
    section = ""
    for name, declared in declarations().items():
        if name[0] != section:
            section = name[0]
            lines += [f"[{section}]"]
        value = getattr(getattr(settings, name[0]), name[1])
        off = "# " if value == declared.default else ""
        lines += [
            f"# {declared.sentence} It is {declared.allowed}.",
            f"{off}{name[1]} = {_toml(value)}",
            "",
        ]
    return "\n".join(lines)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the file, whole or not at all, readable by its owner alone.

    Raises:
        SettingInvalid: two limits contradict each other; the message names both.
        DataDirUnusable: it cannot be written.
    """
    for found in contradictions(settings):
        raise SettingInvalid(found.text, remedy=found.remedy)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(render_settings(settings))
        Path(draft).replace(path)
    except OSError as error:
        raise DataDirUnusable(
            f"The settings file {path} cannot be written ({error.strerror or error}).",
            remedy="Make its directory writable, or name another one with --data-dir.",
        ) from error


def _toml(value: object) -> str:
    # a JSON text is a TOML one, but for the one control character that JSON lets through
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _from_file(path: Path) -> dict[Name, Said]:
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingInvalid(
            f"The settings file {path} is not TOML ({_first_line(error)}).",
            remedy="Mend that line, or move the file away to start with the defaults.",
        ) from error
    lines = _lines(text)
    said: dict[Name, Said] = {}
    for section, keys in content.items():
        if not isinstance(keys, dict):
            raise unknown((section, ""), f"{path}, line {lines.get(('', section), 1)}")
        if section not in {name[0] for name in declarations()}:
            raise unknown((section, next(iter(keys), "")), str(path))
        for key, value in keys.items():
            where = f"{path}, line {lines.get((section, key), '?')}"
            said[(section, key)] = Said(value=value, where=where)
    return said


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):  # whoever makes the directory tells of it
        return ""
    except OSError as error:
        raise SettingInvalid(
            f"The settings file {path} cannot be read ({error.strerror or error}).",
            remedy="Make it readable, or move it away to start with the defaults.",
        ) from error
    if len(raw) > LARGEST:
        raise SettingInvalid(
            f"The settings file {path} is larger than {LARGEST // 1024} KB.",
            remedy="It should hold settings alone; move it away to start with the defaults.",
        )
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SettingInvalid(
            f"The settings file {path} is not a text (byte {error.start} is not UTF-8).",
            remedy="Save it as UTF-8, or move it away to start with the defaults.",
        ) from error


def _lines(text: str) -> dict[Name, int]:
    found: dict[Name, int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        match = _KEY_LINE.match(line)
        if match is None:
            continue
        if match[1]:
            section = match[1]
        else:
            found.setdefault((match[2] or section, match[3]), number)
    return found


def _first_line(error: BaseException) -> str:
    return ascii((str(error).splitlines() or ["too deeply nested"])[0])[1:-1][:120]


def _from_environment(environ: Mapping[str, str]) -> dict[Name, Said]:
    known = {PREFIX + "_".join(name).upper(): name for name in declarations()}
    said: dict[Name, Said] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in _NOT_SETTINGS:
            continue
        where = f"environment variable {variable}"
        if variable not in known:
            section, _, key = variable.removeprefix(PREFIX).lower().partition("_")
            raise unknown((section, key), where)
        said[known[variable]] = Said(value=value, where=where, spelt=True)
    return said


def _from_flags(overrides: Iterable[str]) -> dict[Name, Said]:
    said: dict[Name, Said] = {}
    for flag in overrides:
        dotted, equals, value = flag.partition("=")
        section, dot, key = dotted.strip().partition(".")
        if not equals or not dot:
            raise SettingInvalid(
                f"The flag --set {flag[:80]!r} is not written section.key=value.",
                remedy="Write it like --set feed.stale_s=2.",
            )
        said[(section, key)] = Said(value=value, where=f"flag --set {dotted}", spelt=True)
    return said
