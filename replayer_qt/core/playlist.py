"""What is on a list of recordings to be played: files, and which of their rounds."""

import msgspec

from replayer_qt.core.units import RoundId


class Played(msgspec.Struct, frozen=True):
    """One file of the list.

    Attributes:
        path: where it lies.
        rounds: the rounds that are played, in this order; empty plays all that are in it.
    """

    path: str
    rounds: tuple[RoundId, ...] = ()


def apart(listed: tuple[Played, ...]) -> tuple[Played, ...]:
    """Return the list with one entry for each chosen round.

    >>> [(one.path, one.rounds) for one in apart((Played("a", ("r1", "r2")), Played("b")))]
    [('a', ('r1',)), ('a', ('r2',)), ('b', ())]
    """
    return tuple(
        one
        for each in listed
        for one in ([Played(each.path, (name,)) for name in each.rounds] or [each])
    )


def together(listed: tuple[Played, ...]) -> tuple[Played, ...]:
    """Return the list with rounds that follow one another in one file as one entry.

    >>> told = together((Played("a", ("r1",)), Played("a", ("r2",)), Played("b"), Played("b")))
    >>> [(one.path, one.rounds) for one in told]
    [('a', ('r1', 'r2')), ('b', ()), ('b', ())]
    """
    found: list[Played] = []
    for each in listed:
        before = found[-1] if found else None
        if before is not None and before.path == each.path and before.rounds and each.rounds:
            found[-1] = Played(each.path, (*before.rounds, *each.rounds))
        else:
            found.append(each)
    return tuple(found)
