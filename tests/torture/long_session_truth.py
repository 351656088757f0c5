"""Compares what was recorded with what the exchange says that it played, tick for tick."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replayer_qt.adapters.library.find import find_recordings
from replayer_qt.adapters.library.open import open_recording
from replayer_qt.core.events import PriceTicked, RoundRugged, TickBlock
from replayer_qt.core.units import PRACTICE

WRONG_KEPT = 20


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing.

    Attributes:
        rounds: rounds that were played while the program listened, all but the first.
        exact: of them recorded tick for tick, rug and all.
        ticks: ticks that were compared.
        wrong: what is not as it was played; at most twenty.
    """

    rounds: int
    exact: int
    ticks: int
    wrong: tuple[str, ...]


class _Told:
    def __init__(self) -> None:
        self.prices: dict[int, float] = {}
        self.rug: tuple[int, float] | None = None


def compare(folder: Path, played: Sequence[Mapping[str, Any]]) -> Compared:
    """Compare the recordings below `folder` with the rounds that were played, oldest first.

    The first round that was recorded counts from the tick on with which it begins, for the program
    came when it came; all that were played after it must be there, from the first tick to the rug.
    """
    wrong: list[str] = []
    told: dict[str, _Told] = {}
    for path in find_recordings([folder]):
        recording = open_recording(path, PRACTICE)
        wrong += [f"{path.name}: {found.what}" for found in recording.damage[:2]]
        for event in recording.events:
            _hear(told, event)
    names = [each["round_id"] for each in played]
    first = next((place for place, name in enumerate(names) if name in told), len(names))
    exact = ticks = 0
    for place, each in enumerate(played[first:]):
        found = _wrong_with(told.get(each["round_id"]), each, whole=place > 0)
        ticks += len(each["prices"])
        exact += not found and place > 0
        if found:
            wrong.append(f"round {each['round_id']}: {found}")
    return Compared(
        rounds=max(len(played) - first - 1, 0),
        exact=exact,
        ticks=ticks,
        wrong=tuple(wrong[:WRONG_KEPT]),
    )


def _hear(told: dict[str, _Told], event: object) -> None:
    if isinstance(event, PriceTicked):
        told.setdefault(event.round_id, _Told()).prices[event.tick] = event.price
    elif isinstance(event, TickBlock):
        known = told.setdefault(event.round_id, _Told())
        known.prices |= zip(event.ticks.tolist(), event.prices.tolist(), strict=True)
    elif isinstance(event, RoundRugged):
        told.setdefault(event.round_id, _Told()).rug = (event.tick, event.price)


def _wrong_with(told: _Told | None, played: Mapping[str, Any], *, whole: bool) -> str:
    if told is None:
        return "not recorded"
    sent = dict(enumerate(played["prices"]))
    began = 0 if whole else min(told.prices, default=0)
    expected = {tick: price for tick, price in sent.items() if tick >= began}
    lost = [tick for tick in expected if tick not in told.prices]
    if lost:
        return f"{len(lost)} ticks are missing, {lost[0]} the first"
    if told.prices != expected:
        return "other prices or more ticks than were played"
    rug = played["rug_tick"]
    if whole and told.rug != (rug, sent[rug]):
        return f"its end is {told.rug}, not {(rug, sent[rug])}"
    return ""
