"""Notes on rounds: first into the file that is the truth of them, then into the catalogue."""

import unicodedata

from replayer_qt.adapters.library.ground import Ground
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.library import NOTE_LIMIT, TAG_LIMIT, Marks
from replayer_qt.core.library_answers import Marked
from replayer_qt.core.library_requests import MarkRounds
from replayer_qt.core.units import RoundId, StreamId


def mark_rounds(question: MarkRounds, ground: Ground) -> Marked:
    """Note something on rounds, and return them as they are marked now.

    Raises:
        SettingInvalid: a tag or a note is not allowed; nothing was noted.
        CatalogueUnusable: the catalogue can't be read or written.
        OSError: the disk refused.
    """
    added = {sound_tag(tag) for tag in question.add_tags}
    dropped = {tag.strip().casefold() for tag in question.drop_tags}
    note = None if question.note is None else sound_note(question.note)
    changed: dict[tuple[StreamId, RoundId], Marks] = {}
    for row in ground.catalogue.rows(question.ids):
        kept = {tag for tag in row.marks.tags if tag.casefold() not in dropped} | added
        marks = Marks(
            tags=tuple(sorted(kept)),
            note=row.marks.note if note is None else note,
            bookmarked=row.marks.bookmarked if question.bookmarked is None else question.bookmarked,
        )
        if marks != row.marks:
            changed[row.entry.stream, row.entry.round_id] = marks
    ground.keepsakes.mark_many(changed)
    ground.catalogue.mark_many(changed)
    rows = ground.catalogue.rows(question.ids)
    return Marked(ticket=question.ticket, rows=rows)


def sound_tag(tag: str) -> str:
    """Return a tag without the space around it.

    Raises:
        SettingInvalid: it is empty, too long, or holds what can't be seen.
    """
    plain = unicodedata.normalize("NFC", tag).strip()
    if not plain or len(plain) > TAG_LIMIT or not plain.isprintable():
        raise SettingInvalid(
            f"The tag {plain[:TAG_LIMIT]!r} was not added.",
            remedy=f"A tag has 1 to {TAG_LIMIT} characters that can be seen.",
        )
    return plain


def sound_note(note: str) -> str:
    """Return a note without the space around it.

    Raises:
        SettingInvalid: it is too long.
    """
    plain = note.strip()
    if len(plain) > NOTE_LIMIT:
        raise SettingInvalid(
            f"The note has {len(plain):,} characters.",
            remedy=f"At most {NOTE_LIMIT:,} are kept; nothing was changed.",
        )
    return plain
