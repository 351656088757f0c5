"""What a person types to find rounds, as a query, and a query as what one would type.

Words stand side by side and all must hold: `moon peak>10 length<200 tag:late -tag:bad sort:-peak`.
Double quotes keep a text with blanks together; two of them within quotes mean one.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from replayer_qt.core.errors import QueryInvalid
from replayer_qt.core.events import Fairness
from replayer_qt.core.library import IDS_MOST, TAG_LIMIT, Quality, Range, RoundQuery, SortBy
from replayer_qt.core.library_ranges import (
    date_range,
    date_words,
    narrowed,
    number_range,
    number_words,
    whole_range,
)

LANGUAGE: Final = (
    ("moon", "stands in the round's name, venue, tags or note, in any case"),
    ('"to the moon"', "the same, with blanks"),
    ("peak>10", "highest price before the rug [multiplier]; also <, >=, <="),
    ("peak:2..50", "from, to; one of them may be left out"),
    ("length<200", "price ticks"),
    ("rug:40..", "tick of the rug"),
    ("rugprice<0.01", "price of the rug [multiplier]"),
    ("result>0", "our own result [SOL]"),
    ("volatility>0.05", "standard deviation of the logarithmic returns per tick"),
    ("date:2025-10-31", "when it began, UTC: a year, a month, a day, or 2025-10-31T14:30"),
    ("date:2025-10..2025-11", "from, to, both included"),
    ("tag:moon", "has this tag; several: all of them"),
    ("-tag:bad", "does not have it"),
    ("is:bookmarked", "or is:rugged; -is:bookmarked, -is:rugged for the contrary"),
    ("fairness:failed", "verified, failed or unrevealed; several, with commas: one of them"),
    ("quality:whole", "whole, repaired, gaps, partial or damaged; several: one of them"),
    ("venue:rugs", "or stream:rugs/crash; several: one of them"),
    ("format:A", "journal, a variant's letter, or a public archive's kind; several: one of them"),
    ("sort:peak", "or sort:-peak, the largest first: " + ", ".join(SortBy)),
    ("limit:100", "so many rounds at most"),
)
"""Each kind of word by an example, and what it means."""

_WORD: Final = re.compile(r"(-?)([a-z]+)(<=|>=|[:=<>])", re.ASCII | re.IGNORECASE)
_NUMBERS: Final = MappingProxyType(
    {
        "peak": "peak",
        "rugprice": "rug_price",
        "result": "result",
        "volatility": "volatility",
    }
)
_WHOLES: Final = MappingProxyType({"length": "ticks", "rug": "rug"})
_CHOICES: Final[Mapping[str, tuple[str, type[StrEnum]]]] = MappingProxyType(
    {"fairness": ("fairness", Fairness), "quality": ("quality", Quality)}
)
_LISTS: Final = MappingProxyType({"venue": "venues", "stream": "streams", "format": "formats"})
_KEYS: Final = (
    *_NUMBERS,
    *_WHOLES,
    "date",
    *_CHOICES,
    *_LISTS,
    "tag",
    "is",
    "sort",
    "limit",
)
_QUOTED: Final = "\0"


class ParsedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, as far as it makes sense.

    Attributes:
        query: what the words that make sense ask for.
        problems: one for each other word, in plain words with what to type instead.
    """

    query: RoundQuery
    problems: tuple[str, ...] = ()


def parse_query(text: str) -> ParsedQuery:
    """Return the query that a text means; words that make no sense are told and left out.

    >>> parse_query("moon peak:2..50").query.peak
    Range(low=2.0, high=50.0)
    """
    query, words, problems = RoundQuery(), [], []
    for token in _tokens(text):
        found = _WORD.match(token.mask)
        if found is None:
            words.append(token.text)
            continue
        after = _apply(query, token, found)
        if isinstance(after, str):
            problems.append(f'"{token.text}" is not understood: {after}')
        else:
            query = after
    query = msgspec.structs.replace(query, text=" ".join(_quoted(word) for word in words if word))
    return ParsedQuery(query=query, problems=tuple(problems))


def read_query(text: str) -> RoundQuery:
    """Return the query that a text means.

    Raises:
        QueryInvalid: a word of it makes no sense.
    """
    parsed = parse_query(text)
    if parsed.problems:
        what, _, remedy = parsed.problems[0].partition(": ")
        raise QueryInvalid(f"{what}.", remedy=remedy[:1].upper() + remedy[1:])
    return parsed.query


def query_text(query: RoundQuery) -> str:
    """Return what one would type for a query; `parse_query` makes the same of it."""
    words = [_quoted(word, beside=_WORD) for word in words_of(query.text)]
    for key, name in (*_NUMBERS.items(), *_WHOLES.items()):
        words += number_words(key, getattr(query, name), is_whole=key in _WHOLES)
    words += date_words("date", query.begun)
    for key, (name, _) in _CHOICES.items():
        words += [f"{key}:{value}" for value in getattr(query, name)]
    for key, name in _LISTS.items():
        words += [f"{key}:{_quoted(value, beside=_COMMA)}" for value in getattr(query, name)]
    for sign, tags in (("", query.tags), ("-", query.without_tags)):
        words += [f"{sign}tag:{_quoted(tag, beside=_COMMA)}" for tag in tags]
    for name in ("bookmarked", "rugged"):
        if (value := getattr(query, name)) is not None:
            words.append(f"{'' if value else '-'}is:{name}")
    default = RoundQuery()
    if (query.sort, query.descending) != (default.sort, default.descending):
        words.append(f"sort:{'-' if query.descending else ''}{query.sort}")
    if query.limit != default.limit:
        words.append(f"limit:{query.limit}")
    return " ".join(words)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a query's text; quotes keep one with blanks together.

    >>> words_of('moon "late rug"')
    ('moon', 'late rug')
    """
    return tuple(token.text for token in _tokens(text) if token.text)


# --- words ---------------------------------------------------------------------------------------


class _Token(msgspec.Struct, frozen=True):
    """One word: without its quotes, and with all that was within them hidden."""

    text: str
    mask: str


_COMMA: Final = re.compile(",")


def _tokens(text: str) -> Iterator[_Token]:
    letters: list[str] = []
    mask: list[str] = []
    is_within, is_word, at = False, False, 0
    while at < len(text):
        letter = text[at]
        at += 1
        if letter == '"' and is_within and text[at : at + 1] == '"':
            at += 1  # two within quotes mean one
        elif letter == '"':
            is_within, is_word = not is_within, True
            continue
        elif letter.isspace() and not is_within:
            if is_word:
                yield _Token("".join(letters), "".join(mask))
            letters, mask, is_word = [], [], False
            continue
        letters.append(letter)
        mask.append(_QUOTED if is_within else letter)
        is_word = True
    if is_word:
        yield _Token("".join(letters), "".join(mask))


def _quoted(word: str, *, beside: re.Pattern[str] | None = None) -> str:
    """The word as it must be typed: in quotes where it would mean something else without."""
    is_plain = word and '"' not in word and not any(letter.isspace() for letter in word)
    if is_plain and not (beside is not None and beside.search(word)):
        return word
    return '"' + word.replace('"', '""') + '"'


def _split(token: _Token, start: int) -> tuple[str, ...]:
    """What stands between the commas that are not within quotes."""
    parts: list[str] = []
    for end in [*(found.start() for found in _COMMA.finditer(token.mask, start)), len(token.mask)]:
        parts.append(token.text[start:end])
        start = end + 1
    return tuple(part for part in parts if part)


# --- what a word means ---------------------------------------------------------------------------


def _apply(query: RoundQuery, token: _Token, found: re.Match[str]) -> RoundQuery | str:
    """The query with the word's condition, or why the word makes no sense."""
    negative, key, sign = bool(found[1]), found[2].lower(), found[3]
    value = token.text[found.end() :]
    if key not in _KEYS:
        return f"there are {', '.join(_KEYS)}; put a text with a sign in it in quotes."
    if negative and key not in {"tag", "is"}:
        return f"only tag and is can be turned round; type {key}:... without the minus."
    if key in _NUMBERS:
        return _within(query, _NUMBERS[key], number_range(sign, value), _say_numbers(key))
    if key in _WHOLES:
        return _within(query, _WHOLES[key], whole_range(sign, value), _say_numbers(key))
    if key == "date":
        return _within(query, "begun", date_range(sign, value), _DATES)
    if sign not in {":", "="}:
        return f"type {key}: and a value."
    if key == "sort":
        return _sorted(query, value)
    if key == "is":
        return _is(query, value, holds=not negative)
    if key == "limit":
        return _limited(query, value)
    return _listed(query, key, _split(token, found.end()), negative=negative)


_DATES: Final = "type for instance date:2025-10-31, date:2025-10..2025-11 or date>2025-10-31T14:30."


def _say_numbers(key: str) -> str:
    return f"type for instance {key}>10, {key}:2..50 or {key}<=3."


def _within(query: RoundQuery, name: str, told: Range | None, remedy: str) -> RoundQuery | str:
    if told is None:
        return remedy
    before: Range = getattr(query, name)
    return msgspec.structs.replace(query, **{name: narrowed(before, told)})


def _sorted(query: RoundQuery, value: str) -> RoundQuery | str:
    try:
        sort = SortBy(value.removeprefix("-").lower())
    except ValueError:
        return f"type sort: and one of {', '.join(SortBy)}, with a minus for the largest first."
    return msgspec.structs.replace(query, sort=sort, descending=value.startswith("-"))


def _is(query: RoundQuery, value: str, *, holds: bool) -> RoundQuery | str:
    name = value.lower()
    if name not in {"bookmarked", "rugged"}:
        return "type is:bookmarked or is:rugged, with a minus before it for the contrary."
    return msgspec.structs.replace(query, **{name: holds})


def _limited(query: RoundQuery, value: str) -> RoundQuery | str:
    if not (re.fullmatch("[0-9]{1,7}", value) and int(value) <= IDS_MOST):
        return f"type limit: and a number of rounds, {IDS_MOST:,} at most."
    return msgspec.structs.replace(query, limit=int(value))


def _listed(
    query: RoundQuery, key: str, values: Sequence[str], *, negative: bool
) -> RoundQuery | str:
    if not values:
        return f"type {key}: and a value."
    name, read = _list_of(key, negative=negative)
    read_values = [read(value) for value in values]
    if None in read_values:
        return f"type {key}: and {_allowed(key)}."
    kept = dict.fromkeys((*getattr(query, name), *read_values))
    return msgspec.structs.replace(query, **{name: tuple(kept)})


def _list_of(key: str, *, negative: bool) -> tuple[str, Callable[[str], str | None]]:
    if key == "tag":
        name = "without_tags" if negative else "tags"
        return name, lambda value: value if len(value) <= TAG_LIMIT else None
    if key in _CHOICES:
        name, choices = _CHOICES[key]
        known = {choice.value: choice for choice in choices}
        return name, lambda value: known.get(value.lower())
    if key == "format":
        return "formats", lambda value: value.upper() if len(value) == 1 else value
    return _LISTS[key], str


def _allowed(key: str) -> str:
    if key in _CHOICES:
        return f"one of {', '.join(_CHOICES[key][1])}"
    return f"a tag of {TAG_LIMIT} characters at most"
