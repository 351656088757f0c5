"""What each round brought, added up entry by entry; the newest rounds only."""

from typing import Final, TypeVar

from replayer_qt.core.account import Entry, EntryKind, RoundResult

_Line = TypeVar("_Line")

_SELL: Final = EntryKind.SELL
_RUG: Final = EntryKind.RUG
_SIDE_BET: Final = EntryKind.SIDE_BET
_PAYOUT: Final = EntryKind.PAYOUT


def appended(lines: tuple[_Line, ...], line: _Line, most: int) -> tuple[_Line, ...]:
    """Return lines with one more, the oldest let go when there are `most`.

    A quarter goes at once, so that most calls copy them only once.
    """
    last = (line,)
    return lines + last if len(lines) < most else lines[1 - most * 3 // 4 :] + last


def rounds_with(
    rounds: tuple[RoundResult, ...], entry: Entry, most: int
) -> tuple[RoundResult, ...]:
    """Return the results of at most `most` rounds after an entry, oldest first."""
    round_id = entry.round_id
    if round_id is None:
        return rounds
    place = len(rounds) - 1
    while place >= 0 and rounds[place].round_id != round_id:
        place -= 1
    if place < 0:
        return appended(rounds, _with_entry(RoundResult(round_id=round_id), entry), most)
    changed = (_with_entry(rounds[place], entry),)
    return rounds[:place] + changed + rounds[place + 1 :]


def _with_entry(result: RoundResult, entry: Entry) -> RoundResult:
    kind = entry.kind
    of_bet = kind is _SIDE_BET or kind is _PAYOUT
    return RoundResult(
        round_id=result.round_id,
        realised=result.realised if of_bet else result.realised + entry.realised,
        side=result.side + entry.realised if of_bet else result.side,
        invested=result.invested - entry.amount if entry.amount < 0 else result.invested,
        trades=result.trades + (kind is _SELL or kind is _RUG),
        bets=result.bets + (kind is _PAYOUT),
        rugged=result.rugged or kind is _RUG,
    )
