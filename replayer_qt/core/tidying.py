"""Decides which recordings may go: the oldest first, never one that somebody set apart."""

from collections.abc import Sequence
from typing import Final

import msgspec

from replayer_qt.core.library_answers import TidyingPlanned, TidyStep
from replayer_qt.core.library_requests import TidyRules
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos

_DAY: Final = 86_400 * NANOS_PER_SECOND


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One recording with what lies beside it.

    Attributes:
        path: the recording's file.
        at: when it ended [ns since the Unix epoch, UTC].
        size: the file alone [bytes].
        beside: what else belongs to it and goes with it, without raw messages [bytes].
        raw_path: its messages as they came; empty where none are kept.
        raw_size: of these [bytes].
        exempt: whether one of its rounds has a tag, a note, a bookmark or an own result.
        is_open: whether it is being written, or is not known to be over.
    """

    path: str
    at: Nanos
    size: int
    beside: int = 0
    raw_path: str = ""
    raw_size: int = 0
    exempt: bool = False
    is_open: bool = False

    @property
    def whole(self) -> int:
        """All of it [bytes]."""
        return self.size + self.beside + self.raw_size


def plan(
    files: Sequence[Stored], rules: TidyRules, now: Nanos, *, other: int = 0
) -> TidyingPlanned:
    """Return what the rules take, in the order in which it would go; changes nothing.

    What is too old goes first, then raw messages that are too old, then, while more than the quota
    is used, whatever is oldest. What is exempt or open never goes, nor do its raw messages. The
    answer does not depend on the order of `files`.

    Args:
        files: every recording, each path once.
        rules: what may go.
        now: the time [ns since the Unix epoch, UTC].
        other: what counts against the quota and is no recording that we know [bytes].
    """
    planning = _Planning(sorted(files, key=lambda file: (file.at, file.path)), other)
    if rules.keep_days:
        planning.by_age(now - rules.keep_days * _DAY, rules.keep_days)
    if rules.raw_days:
        planning.raw_by_age(now - rules.raw_days * _DAY, rules.raw_days)
    if rules.quota:
        planning.by_quota(rules.quota)
    return planning.planned(rules.quota)


class _Planning:
    def __init__(self, files: Sequence[Stored], other: int) -> None:
        self._files = files
        self._used = other + sum(file.whole for file in files)
        self._gone: set[str] = set()  # bounded by the files
        self._kept: set[str] = set()  # bounded by the files
        self._steps: list[TidyStep] = []  # bounded by the files, two for each at most

    def by_age(self, before: int, days: int) -> None:
        for file in self._files:
            if file.at >= before:
                break
            if self._may_go(file):
                self._take(file, f"it is older than {_days(days)}")

    def raw_by_age(self, before: int, days: int) -> None:
        for file in self._files:
            if file.at >= before:
                break
            if not file.raw_path or file.path in self._gone:
                continue
            if self._may_go(file):
                why = f"raw messages are older than {_days(days)}; the recording stays"
                self._step(file.raw_path, file.raw_size, why)
                self._gone.add(file.raw_path)

    def by_quota(self, quota: int) -> None:
        for file in self._files:
            if self._used <= quota:
                break
            if file.path not in self._gone and self._may_go(file):
                self._take(file, "more than the quota is used, and it is among the oldest")

    def planned(self, quota: int) -> TidyingPlanned:
        return TidyingPlanned(
            steps=tuple(self._steps),
            freed=sum(step.size for step in self._steps),
            kept=len(self._kept),
            over=max(0, self._used - quota) if quota else 0,
        )

    def _may_go(self, file: Stored) -> bool:
        if file.exempt:
            self._kept.add(file.path)
        return not (file.exempt or file.is_open)

    def _take(self, file: Stored, reason: str) -> None:
        raw_is_gone = bool(file.raw_path) and file.raw_path in self._gone
        self._gone.add(file.path)
        self._step(file.path, file.whole - (file.raw_size if raw_is_gone else 0), reason)

    def _step(self, path: str, size: int, reason: str) -> None:
        self._used -= size
        self._steps.append(TidyStep(path=path, size=size, reason=reason))


def _days(days: int) -> str:
    return "a day" if days == 1 else f"{days} days"
