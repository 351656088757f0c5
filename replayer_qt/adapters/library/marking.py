"""Notes on rounds: first into the file that is the truth of them, then into the catalogue."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from replayer_qt.adapters.library.ground import Ground
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.library import NOTE_LIMIT, TAG_LIMIT, Marks, RoundEntry, SavedSearch
from replayer_qt.core.library_answers import Marked
from replayer_qt.core.library_requests import ForgetSearch, MarkRounds, SaveSearch
from replayer_qt.core.units import RoundId, StreamId

Key = tuple[StreamId, RoundId]

_TURNS: Final = 5


def mark_rounds(question: MarkRounds, ground: Ground) -> Marked:
    """Note something on rounds, and return them as they are marked now.

    What others noted on them stays: the file says what the change is made to, not the catalogue.

    Raises:
        SettingInvalid: a tag or a note is not allowed; nothing was noted.
        CatalogueRenumbered: the numbers are those of another one; nothing was noted.
        CatalogueUnusable: the catalogue can't be read or written.
        OSError: the disk refused.
    """
    change = _change_of(question)
    shown = {
        (row.entry.stream, row.entry.round_id): row.marks
        for row in ground.catalogue.rows(question.ids, of=question.catalogue)
    }

    def edit(key: Key, kept: Marks) -> Marks:
        return change(kept if _says_all(ground) else _both(kept, shown[key]))

    now = ground.keepsakes.change(shown, edit)
    _show(ground, {key: marks for key, marks in now.items() if marks != shown[key]})
    rows = ground.catalogue.rows(question.ids)
    return Marked(ticket=question.ticket, rows=rows)


def keep_search(question: SaveSearch | ForgetSearch, ground: Ground) -> None:
    """Save a search, in place of one of that name, or forget one.

    Raises:
        CatalogueUnusable: the catalogue can't be written.
        OSError: the disk refused.
    """

    def edit(kept: tuple[SavedSearch, ...]) -> tuple[SavedSearch, ...]:
        named = {search.name: search for search in kept}
        if isinstance(question, SaveSearch):
            named[question.search.name] = question.search
        else:
            named.pop(question.name, None)
        return tuple(named[name] for name in sorted(named))

    ground.keepsakes.change_searches(edit)
    _show_searches(ground, question.name if isinstance(question, ForgetSearch) else "")


def remember(ground: Ground, keys: Collection[Key]) -> None:
    """Put what a person noted on these rounds into the catalogue, which has just come to know them.

    Raises:
        CatalogueUnusable: the catalogue can't be written.
        OSError: the file of it can't be read.
    """
    kept = ground.keepsakes.marks()
    _show(ground, {key: kept[key] for key in keys if key in kept})


def named_in(files: Iterable[Sequence[RoundEntry]]) -> set[Key]:
    """Return which rounds some files hold, given the rounds of each."""
    return {(entry.stream, entry.round_id) for rounds in files for entry in rounds}


def remember_all(ground: Ground) -> None:
    """Put all that a person noted and saved into the catalogue, and take out what nobody notes.

    A catalogue that other machines write to as well keeps what it has beyond that: it may be
    theirs. So does any while lines of the file are damaged: nobody else may know what they said.

    Raises:
        CatalogueUnusable: the catalogue can't be written.
        OSError: the file of it can't be read.
    """
    known = ground.catalogue.marks()
    kept = ground.keepsakes.marks()
    differing = {key: marks for key, marks in kept.items() if known.get(key) != marks}
    if _says_all(ground) and ground.recordings.is_dir():
        differing |= {key: Marks() for key in known if key not in kept}
    _show(ground, differing)
    _show_searches(ground)


def _says_all(ground: Ground) -> bool:
    """Whether the file, as it was read last, knows all that the catalogue may show."""
    return not ground.settings.url and not ground.keepsakes.damaged


def _both(one: Marks, other: Marks) -> Marks:
    return Marks(
        tags=tuple(sorted({*one.tags, *other.tags})),
        note=one.note or other.note,
        bookmarked=one.bookmarked or other.bookmarked,
    )


def _show(ground: Ground, marks: Mapping[Key, Marks]) -> None:
    """Tell the catalogue, until it has what the file says: another one may have been quicker."""
    shown = dict(marks)
    for _ in range(_TURNS):
        if not shown:
            return
        ground.catalogue.mark_many(shown)
        kept = ground.keepsakes.marks()
        shown = {
            key: kept.get(key, Marks()) for key in shown if kept.get(key, Marks()) != shown[key]
        }


def _show_searches(ground: Ground, forgotten: str = "") -> None:
    """Tell the catalogue which searches are saved; other machines' stay in one that is shared."""
    for _ in range(_TURNS):
        wanted = {search.name: search for search in ground.keepsakes.searches()}
        known = {search.name: search for search in ground.catalogue.searches()}
        if ground.settings.url:
            wanted = {name: known[name] for name in known if name != forgotten} | wanted
        if wanted == known:
            return
        ground.catalogue.save_searches([wanted[name] for name in sorted(wanted)])


def _change_of(question: MarkRounds) -> Callable[[Marks], Marks]:
    """Return what the question does to what is noted on a round; raises SettingInvalid."""
    added = {sound_tag(tag) for tag in question.add_tags}
    dropped = {tag.strip().casefold() for tag in question.drop_tags}
    note = None if question.note is None else sound_note(question.note)

    def change(marks: Marks) -> Marks:
        kept = {tag for tag in marks.tags if tag.casefold() not in dropped} | added
        return Marks(
            tags=tuple(sorted(kept)),
            note=marks.note if note is None else note,
            bookmarked=marks.bookmarked if question.bookmarked is None else question.bookmarked,
        )

    return change


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
