"""Asks the gate what it would say to an order now; nothing is decided or remembered by it."""

from typing import Final

from replayer_qt.core.facts import facts_of
from replayer_qt.core.orders import Request
from replayer_qt.core.program_events import Recording
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import Advance, State
from replayer_qt.core.trading import Trading
from replayer_qt.core.units import Moment, Nanos, StreamId
from replayer_qt.core.verdict import Verdict
from replayer_qt.ports import Clock
from replayer_qt.ui.view import is_replay_shown

_AT_FAULT: Final = frozenset({Recording.FAULTED, Recording.DISK_FULL})
_SOME_MS: Final = 1.0


class Preview:
    """A gate to be asked beforehand; the engine's own decides, and may know better.

    Args:
        clock: what time it is where the market runs; in a replay its newest event tells.
    """

    def __init__(self, settings: Settings, clock: Clock | None) -> None:
        self._limits = limits_of(settings.risk, settings.trading)
        self._clock = clock
        self._past: tuple[StreamId | None, Nanos] = (None, Nanos(0))

    def show_frame(self, advance: Advance) -> None:
        """Hear what time it is in the replay that is looked at."""
        shown = advance.state.shown
        for event in reversed(advance.events):
            if event.stream == shown:
                self._past = (shown, event.at)
                return

    def __call__(self, state: State, request: Request) -> Verdict | None:
        """Return the verdict on `request`; None where there is no account."""
        trading = state.trading()
        if trading is None:
            return None
        replay = is_replay_shown(state)
        facts = facts_of(
            request,
            trading,
            state.market(),
            state.kill,
            now=self._now(state, replay=replay),
            audit_ok=_is_fine(trading, "audit_unavailable"),
            recorder_ok=_is_fine(trading, "recorder_down") and not _is_at_fault(state),
            breaker_ms=None if _is_fine(trading, "circuit_breaker_open") else _SOME_MS,
            replay=replay,
        )
        return evaluate(request, facts, self._limits)

    def _now(self, state: State, *, replay: bool) -> Moment:
        """In a replay both clocks are the recording's own."""
        if replay:
            stream, at = self._past
            return Moment(at, at) if stream == state.shown else Moment(Nanos(0), Nanos(0))
        if self._clock is None:
            return Moment(Nanos(0), Nanos(0))
        return Moment(self._clock.now(), self._clock.monotonic())


def _is_fine(trading: Trading, code: str) -> bool:
    """Whether the engine's own gate, which knows more of this program, saw nothing amiss."""
    return all(each.ok for each in trading.headroom if each.code == code)


def _is_at_fault(state: State) -> bool:
    return state.recording is not None and state.recording.state in _AT_FAULT
