"""What was read from a file: its events, and what was wrong with it."""

import msgspec

from replayer_qt.core.events import Event


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a file that is not as it should be.

    Attributes:
        line: the line, from 1.
        offset: where the line begins [bytes from the file's start].
        what: what was found, in plain words.
        recovered: whole records that were found inside.
    """

    line: int
    offset: int
    what: str
    recovered: int = 0


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A file of events, as read.

    Attributes:
        path: where it was read from.
        format: `journal`, the variant's letter, `A` to `K`, or a public archive's kind.
        events: what happened, in the order of the file.
        lines: lines in the file.
        bad_lines: lines that are not one JSON object, or fail their checksum.
        recovered_lines: whole records found inside bad lines.
        damage: each place that is not as it should be.
        ended: how the file says that it ended, `recovered` after a crash; empty if it does not.
        notes: what else was in it and is no part of the market, in plain words; nothing is wrong.
    """

    path: str
    format: str
    events: tuple[Event, ...]
    lines: int
    bad_lines: int = 0
    recovered_lines: int = 0
    damage: tuple[Damage, ...] = ()
    ended: str = ""
    notes: tuple[str, ...] = ()
