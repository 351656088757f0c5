"""What a file is called, whether it lies where it was recorded or is a copy of ours."""

import re
from pathlib import Path
from typing import Final

_COPY: Final = re.compile(r"[0-9a-f]{16}_(?=.)")
_SUFFIXES: Final = re.compile(r"(?:\.[A-Za-z]{2,8}){1,3}$")


def stem_of(path: Path) -> str:
    """Return a file's name without its suffixes, and without the digest that copies begin with.

    So rounds that are named after their file have one name, before and after it is imported.

    >>> stem_of(Path("a/0123456789abcdef_session_1.jsonl.zst")), stem_of(Path("session_1.jsonl"))
    ('session_1', 'session_1')
    """
    name = _COPY.sub("", path.name, count=1) if _COPY.match(path.name) else path.name
    return _SUFFIXES.sub("", name) or name
