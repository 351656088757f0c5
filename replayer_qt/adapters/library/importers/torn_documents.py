"""What can still be read of a JSON document that is torn: its whole entries, its first prices."""

import re
from typing import Final

from replayer_qt.adapters.library.lines import whole_objects

ENTRY_LIMIT: Final = 1_048_576
"""Longest entry that is looked for [characters]."""

_LOOKED_AT: Final = 65_536
_ENTRY: Final = re.compile(r'\{\s*"(?:_meta|event_type)"\s*:')
_ACTION: Final = re.compile(r'\{\s*"(?:type|action_id|game_id)"\s*:')
_META: Final = re.compile(r'"meta"\s*:\s*(?=\{)')
_OBJECT: Final = re.compile(r"\{")
_PRICES: Final = re.compile(r'"prices"\s*:\s*\[')
_PRICE: Final = re.compile(r'\s*(?:"([^"\\]{0,64})"|(null)|([0-9.eE+-]{1,64}))\s*(?=[,\]])[,\]]')
_EVENT_TYPE: Final = re.compile(rb'"event_type"\s*:')
_MARKS: Final = (re.compile(rb'"meta"\s*:'), re.compile(rb'"prices"\s*:'))
_ACTIONS: Final = re.compile(rb'"actions"\s*:\s*\[')


def kind_of_torn(data: bytes) -> str | None:
    """Return the letter of the variant that a torn document seems to be of, or None."""
    start = data[:_LOOKED_AT]
    if all(mark.search(start) for mark in _MARKS) or _ACTIONS.search(start):
        return "I"
    if _EVENT_TYPE.search(start) and start.lstrip()[:1] == b"{" and b'"_meta"' in start:
        return "F"
    return None


def entries_inside(text: str) -> list[str]:
    """Return the samples that are whole in a torn document of them (F)."""
    return whole_objects(text, _ENTRY, longest=ENTRY_LIMIT)


def presses_inside(text: str) -> list[str]:
    """Return the presses that are whole in a torn demonstration (I)."""
    return whole_objects(text, _ACTION, longest=ENTRY_LIMIT)


def round_inside(text: str) -> tuple[str, list[str | None]]:
    """Return what is told about a round, and its prices up to where its list is torn (I).

    >>> round_inside('{"meta": {"game_id": "a"}, "prices": ["1", null, "1.2", "1.')
    ('{"game_id": "a"}', ['1', None, '1.2'])
    """
    about = _META.search(text)
    found = whole_objects(text[about.end() :], _OBJECT, longest=ENTRY_LIMIT) if about else []
    prices: list[str | None] = []
    begun = _PRICES.search(text)
    at = begun.end() if begun else len(text)
    while price := _PRICE.match(text, at):
        quoted, null, bare = price.groups()
        prices.append(None if null else quoted if quoted is not None else bare)
        at = price.end()
        if price[0].endswith("]"):
            break
    return (found[0] if found else "{}"), prices
