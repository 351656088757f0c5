"""What a study left out and why, and what a reader should know before drawing a conclusion."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from replayer_qt.core.library import IDS_MOST, RoundQuery, SortBy
from replayer_qt.core.round_sample import RoundSample
from replayer_qt.core.round_survival import Lives
from replayer_qt.core.study_figures import LeftOut

_FEW: Final = 30
_OUTCOMES: Final = {
    "peak": "peak",
    "ticks": "length",
    "rug": "rug",
    "rug_price": "price of the rug",
    "result": "own result",
    "volatility": "volatility",
    "rugged": "whether the rug is shown",
    "quality": "quality",
    "tags": "tags",
    "without_tags": "tags",
    "bookmarked": "bookmarks",
    "text": "words",
}
_BY_OUTCOME: Final = frozenset(SortBy) - {SortBy.BEGUN, SortBy.ROUND}


def left_out_of(sample: RoundSample, lives: Lives, read: int) -> tuple[LeftOut, ...]:
    """Return which rounds the figures don't rest on, in the order of the figures; none twice.

    Args:
        sample: the rounds.
        lives: those of them whose life was seen.
        read: rounds whose ticks were read.
    """
    crash = sample.crash
    endless, impossible = crash & sample.possible & (sample.rug < 0), crash & ~sample.possible
    cut = crash & sample.possible & ~endless & (sample.first != 0)
    gaps = crash & sample.possible & ~endless & ~cut & (sample.missing > 0)
    nothing = sample.whole & np.isnan(sample.peak)
    unseen = crash & sample.possible
    untold = np.isnan(sample.volatility)
    found = [
        ("peak", "continuous markets have no rug", ~crash),
        ("peak", "their rug is not shown", endless),
        ("peak", "of a length that the generator never makes", impossible),
        ("peak", "recorded from a later tick on", cut),
        ("peak", "ticks are missing in between", gaps),
        ("peak", "no price before the rug", nothing),
        ("rug tick", "continuous markets have no rug", ~crash),
        ("rug tick", "their rug is not shown", endless),
        ("rug tick", "of a length that the generator never makes", impossible),
        ("rug tick", "recorded from a later tick on", cut),
        ("survival", "continuous markets have no rug", ~crash),
        ("survival", "of a length that the generator never makes", impossible),
        ("volatility", "too few ticks in a row", untold),
        ("results", "not traded by us", np.isnan(sample.result)),
    ]
    told = [_left(figure, why, int(which.sum())) for figure, why, which in found]
    told.append(
        _left(
            "survival", "less than one step of theirs was seen", int(unseen.sum()) - lives.exit.size
        )
    )
    told.append(_left("returns", "their ticks were not read, or are too few", sample.n - read))
    return tuple(one for one in told if one.rounds > 0)


def notes_of(sample: RoundSample, lives: Lives) -> tuple[str, ...]:
    """Return plain sentences; empty where nothing stands between the figures and their reader."""
    crash, notes = int(sample.crash.sum()), []
    if 0 < crash < _FEW:
        notes.append(f"{_rounds(crash)}: the intervals are wide, and few differences can be seen.")
    cut = _count(sample.crash & ((sample.rug < 0) | (sample.missing > 0)))
    if cut:
        notes.append(
            f"{_rounds(cut)} with gaps or without a rug: that befalls long rounds more often than "
            "short ones, so peaks lean to the low side; survival and hazard allow for it."
        )
    late = int((lives.entry > 0).sum())
    if late:
        notes.append(
            f"{_rounds(late)} recorded from a later tick on: they count in survival, hazard and "
            "side bets from that tick on, and not before."
        )
    repaired = _count(sample.crash & (sample.repaired > 0))
    if repaired:
        notes.append(
            f"{_rounds(repaired)} with ticks filled in afterwards: a round that was found running "
            "had to live until then, so these lean to the long side."
        )
    if len(sample.streams) > 1:
        notes.append(
            f"{len(sample.streams)} streams are taken together, as if they were one; "
            "select one to see whether they differ."
        )
    return tuple(notes)


def selection_note(query: RoundQuery | None) -> str:
    """Return what a reader should know of how rounds were selected; empty for a harmless way.

    Args:
        query: what they were found by; None if they were picked by hand.
    """
    if query is None:
        return (
            "Picked by hand: where that was by what happened in the rounds, their figures say "
            "nothing of other rounds."
        )
    plain = RoundQuery()
    told = [
        words for name, words in _OUTCOMES.items() if getattr(query, name) != getattr(plain, name)
    ]
    if query.limit < IDS_MOST and query.sort in _BY_OUTCOME:
        told.append(f"the first by {query.sort.value}")
    if not told:
        return ""
    return (
        f"Selected by what happened in the rounds ({', '.join(dict.fromkeys(told))}): such figures "
        "differ from the generator's by the selection alone, and say nothing of other rounds."
    )


def _left(figure: str, why: str, rounds: int) -> LeftOut:
    return LeftOut(figure=figure, why=why, rounds=rounds)


def _count(which: NDArray[np.bool_]) -> int:
    return int(which.sum())


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count:,} rounds"
