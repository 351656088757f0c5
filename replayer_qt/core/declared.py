"""The declarations of `core/settings.py` as data: what is allowed, checked and put together."""

import difflib
import re
from collections.abc import Mapping
from typing import Final, Literal, cast

import msgspec

from replayer_qt.core.errors import ContractBroken, SettingInvalid
from replayer_qt.core.limits_check import contradictions
from replayer_qt.core.settings import Settings

type_info = msgspec.inspect.type_info

Value = str | int | float | bool
Name = tuple[str, str]
"""A section's name and a key's."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One setting, as declared.

    Attributes:
        name: section and key.
        kind: the type that its values have.
        default: what it is when nobody says otherwise.
        sentence: what it means, with its unit in brackets.
        least: the smallest value allowed; None where there is no order.
        most: the largest value allowed.
        choices: the values allowed, where they are counted out.
        pattern: what a text must match.
        longest: the longest text allowed [characters].
    """

    name: Name
    kind: Literal["text", "whole", "number", "yes-no"]
    default: Value
    sentence: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    longest: int | None = None

    @property
    def dotted(self) -> str:
        """The name as a person writes it."""
        return ".".join(self.name)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind == "yes-no":
            return "true or false"
        if self.kind == "text":
            schemes = "postgresql://, or nothing" if self.default == "" else "http:// or https://"
            return f"an address, {schemes}, of at most {self.longest} characters"
        noun = "a whole number" if self.kind == "whole" else "a number"
        return f"{noun} from {self.least:,.12g} to {self.most:,.16g}".replace(",", "_")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A value that somebody gave a setting.

    Attributes:
        value: the value; a text is read as the setting's kind where `spelt` holds.
        where: who said so, in words: a file's line, a variable, a flag.
        spelt: whether the value came as text, from the environment or the command line.
    """

    value: object
    where: str
    spelt: bool = False


def declarations() -> dict[Name, Declared]:
    """Return every setting that there is, in the order of its declaration."""
    found: dict[Name, Declared] = {}
    sections = type_info(Settings)
    assert isinstance(sections, msgspec.inspect.StructType)  # noqa: S101  # for the type checker
    for section in sections.fields:
        assert isinstance(section.type, msgspec.inspect.StructType)  # noqa: S101
        for field in section.type.fields:
            name = (section.name, field.name)
            found[name] = _declared(name, field)
    return found


def markdown_table() -> str:
    """Return all settings as the table of docs/settings.md.

    >>> print(markdown_table().splitlines()[0])
    | setting | default | allowed | what it is |
    """
    rows = ["| setting | default | allowed | what it is |", "|---|---|---|---|"]
    for one in declarations().values():
        default = str(one.default).lower() if one.kind == "yes-no" else str(one.default)
        rows.append(f"| `{one.dotted}` | `{default}` | {one.allowed} | {one.sentence} |")
    return "\n".join(rows)


def build(said: Mapping[Name, Said]) -> Settings:
    """Return all settings: what was said, and the defaults for the rest.

    Raises:
        SettingInvalid: a key is not known, a value is not allowed, or two values contradict each
            other; the message names key, value, where it was said and what is allowed.
    """
    known = declarations()
    sections: dict[str, dict[str, Value]] = {}
    for name, one in said.items():
        if name not in known:
            raise unknown(name, one.where)
        sections.setdefault(name[0], {})[name[1]] = _checked(known[name], one)
    settings = msgspec.convert(sections, Settings)
    _refuse_contradictions(settings, said)
    return settings


def unknown(name: Name, where: str) -> SettingInvalid:
    """Return the complaint about a setting that does not exist, with the nearest that does."""
    dotted = ".".join(part for part in name if part)
    names = [one.dotted for one in declarations().values()]
    near = difflib.get_close_matches(dotted, names, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "docs/settings.md lists all settings."
    return SettingInvalid(f"There is no setting {dotted} ({where}).", remedy=remedy)


_SPELLINGS: Final = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip
_PASSWORD: Final = re.compile(r"(//[^/@:]*:).*@")
_CONTRADICTIONS: Final = (
    (("feed", "stale_s"), "must be less than", ("feed", "reconnect_s")),
    (("feed", "backoff_base_s"), "must not exceed", ("feed", "backoff_cap_s")),
    (("feed", "event_limit"), "must not exceed", ("feed", "snapshot_limit")),
    (("recorder", "stop_free_mb"), "must not exceed", ("recorder", "warn_free_mb")),
)


def _declared(name: Name, field: msgspec.inspect.Field) -> Declared:
    told = field.type
    sentence = ""
    if isinstance(told, msgspec.inspect.Metadata):
        sentence = (told.extra_json_schema or {}).get("description", "")
        told = told.type
    match told:
        case msgspec.inspect.BoolType():
            return Declared(name=name, kind="yes-no", default=field.default, sentence=sentence)
        case msgspec.inspect.IntType(ge=least, le=most):
            kind: Literal["whole", "number"] = "whole"
        case msgspec.inspect.FloatType(ge=least, le=most):
            kind = "number"
        case msgspec.inspect.LiteralType(values=values):
            choices = tuple(str(value) for value in values)
            return Declared(
                name=name, kind="text", default=field.default, sentence=sentence, choices=choices
            )
        case msgspec.inspect.StrType(pattern=pattern, max_length=longest):
            return Declared(
                name=name, kind="text", default=field.default, sentence=sentence,
                pattern=pattern, longest=longest,
            )  # fmt: skip
        case _:
            raise ContractBroken(f"no setting may have the type of {name}")
    return Declared(
        name=name, kind=kind, default=field.default, sentence=sentence, least=least, most=most
    )


def _checked(declared: Declared, said: Said) -> Value:
    value = _read(declared, said.value) if said.spelt else said.value
    if _is_allowed(declared, value):
        return cast("Value", value)
    raise SettingInvalid(
        f"The setting {declared.dotted} cannot be {_shown(said.value)} ({said.where}): "
        f"it must be {declared.allowed}.",
        remedy=f"Change it there, or leave it out for {_shown(declared.default)}.",
    )


def _shown(value: object) -> str:
    try:
        return _PASSWORD.sub(r"\1...@", ascii(value))[:80]
    except ValueError:  # a whole number of thousands of digits
        return "so large a number"


def _refuse_contradictions(settings: Settings, said: Mapping[Name, Said]) -> None:
    for small, relation, large in _CONTRADICTIONS:
        low = getattr(getattr(settings, small[0]), small[1])
        high = getattr(getattr(settings, large[0]), large[1])
        if low < high or (low == high and relation == "must not exceed"):
            continue
        tellers = [said[name].where for name in (small, large) if name in said]
        raise SettingInvalid(
            f"The setting {'.'.join(small)} ({low}) {relation} {'.'.join(large)} ({high}), "
            f"which is not so ({', '.join(tellers)}).",
            remedy="Change one of the two.",
        )
    for found in contradictions(settings):
        tellers = [said[name].where for name in found.fields if name in said]
        where = f" ({', '.join(tellers)})" if tellers else ""
        raise SettingInvalid(f"{found.text}{where}", remedy=found.remedy)


def _read(declared: Declared, text: object) -> object:
    if not isinstance(text, str) or not text.isascii() or "_" in text:
        return text
    if declared.kind == "yes-no":
        return _SPELLINGS.get(text.strip().lower(), text)
    try:
        if declared.kind == "whole":
            return int(text)
        if declared.kind == "number":
            return float(text)
    except ValueError:
        pass
    return text


def _is_allowed(declared: Declared, value: object) -> bool:
    match declared.kind:
        case "yes-no":
            return isinstance(value, bool)
        case "text" if declared.choices:
            return isinstance(value, str) and value in declared.choices
        case "text":
            return (
                isinstance(value, str)
                and len(value) <= (declared.longest or 0)
                and re.search(declared.pattern or "", value) is not None
            )
        case "whole":
            is_number = type(value) is int
        case "number":
            is_number = type(value) in (int, float)
    if not is_number or declared.least is None or declared.most is None:
        return False
    return declared.least <= value <= declared.most  # type: ignore[operator]
