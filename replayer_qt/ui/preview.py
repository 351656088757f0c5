"""Asks the gate what it would say to an order now; nothing is decided or remembered by it."""

from replayer_qt.core.facts import facts_of
from replayer_qt.core.orders import Request
from replayer_qt.core.program_events import Recording
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.settings import Settings
from replayer_qt.core.state import State
from replayer_qt.core.units import Moment, Nanos
from replayer_qt.core.verdict import Verdict
from replayer_qt.ports import Clock
from replayer_qt.ui.view import is_replay_shown

_AT_FAULT = frozenset({Recording.FAULTED, Recording.DISK_FULL})


class Preview:
    """A gate to be asked beforehand; the engine's own decides, and may know better.

    Args:
        clock: what time it is; without one the newest tick's time is now.
    """

    def __init__(self, settings: Settings, clock: Clock | None) -> None:
        self._limits = limits_of(settings.risk, settings.trading)
        self._clock = clock

    def __call__(self, state: State, request: Request) -> Verdict | None:
        """Return the verdict on `request`; None where there is no account."""
        trading = state.trading()
        if trading is None:
            return None
        replay = is_replay_shown(state)
        recording = state.recording
        facts = facts_of(
            request,
            trading,
            state.market(),
            state.kill,
            now=self._now(state, replay=replay),
            audit_ok=True,
            recorder_ok=recording is None or recording.state not in _AT_FAULT,
            breaker_ms=None,
            replay=replay,
        )
        return evaluate(request, facts, self._limits)

    def _now(self, state: State, *, replay: bool) -> Moment:
        """In a replay time is the recording's."""
        if self._clock is not None and not replay:
            return Moment(self._clock.now(), self._clock.monotonic())
        market = state.market()
        told = Nanos(0) if market is None or market.round is None else market.round.told_mono
        return Moment(told if self._clock is None else self._clock.now(), told)
