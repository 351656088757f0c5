"""Session recordings of a predecessor: the lines of variant A between the marks of a session.

Its `game_complete` marks hold what was known of the round before, and a seed cut to a third of its
length, so nothing is taken from them.
"""

from replayer_qt.adapters.library.importers.variant_a import SESSION_MARKS, TickLine


def is_session(records: list[TickLine]) -> bool:
    """Return whether a session's marks are among the records."""
    return not SESSION_MARKS.isdisjoint({record.type for record in records})


def name_rounds(records: list[TickLine], session: str) -> None:
    """Give ticks that name no round one: the session's rounds in turn, each ending with its rug."""
    number, ended = 1, False
    for record in records:
        if record.type == "tick" and not record.game_id:
            if ended and not record.rugged:
                number += 1
            ended = record.rugged
            record.game_id = f"{session}-{number}"
