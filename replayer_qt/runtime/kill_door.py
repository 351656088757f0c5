"""The kill switch's way: the latch on disk first, then the gate, then everybody is told."""

from collections.abc import Callable

from replayer_qt.core.commands import Command
from replayer_qt.core.order_events import KillSwitched
from replayer_qt.core.program_events import Severity
from replayer_qt.core.trade_commands import AskVenue
from replayer_qt.core.trading import LIFT_WORD, Kill
from replayer_qt.core.units import StreamId
from replayer_qt.ports import KillLatch
from replayer_qt.runtime.engine_host import EngineHost
from replayer_qt.runtime.speaker import Speaker


class KillDoor:
    """Presses, lifts and follows the latch.

    Args:
        host: the engine's seat.
        latch: the kill switch on disk.
        speaker: tells what happened.
        send: hands a command to the connection of a stream's venue.
    """

    def __init__(
        self,
        host: EngineHost,
        latch: KillLatch,
        speaker: Speaker,
        send: Callable[[StreamId, Command], bool],
    ) -> None:
        self._host = host
        self._latch = latch
        self._speaker = speaker
        self._send = send

    def press(self, *, by: str, reason: str) -> None:
        """Kill: on disk when this returns; the gate is closed, what was not sent is withdrawn."""
        self._tell(self._latch.press(by=by, reason=reason))

    def lift(self, typed: str, reason: str) -> None:
        """Allow trading again if the word was typed; nobody is armed by it."""
        if typed.strip() != LIFT_WORD:
            self._speaker.problem(
                "kill-not-lifted",
                f"The kill switch stays on: {LIFT_WORD} was not typed.",
                f"Type {LIFT_WORD} to lift it.",
            )
            return
        try:
            state = self._latch.lift(reason=reason)
        except OSError as error:
            self._speaker.problem(
                "kill-not-lifted",
                f"The kill switch stays on: it could not be written ({error.strerror}).",
                "See to the disk, then lift it again.",
            )
            return
        self._tell(state)

    def follow(self) -> None:
        """Be what the latch is, whoever changed it."""
        state = self._latch.read()
        if state.on != self._host.state.kill.on:
            self._tell(state)

    def _tell(self, state: Kill) -> None:
        self._speaker.say(
            lambda now, nowhere: KillSwitched(
                at=now.at,
                mono=now.mono,
                stream=nowhere,
                on=state.on,
                reason=state.reason,
                by=state.by,
            )
        )
        if not state.on:
            return
        self._speaker.problem(
            "kill-switch",
            f"The kill switch is on ({state.by}): {state.reason}{self._still_out()}",
            "Nothing but sales of your own leaves. Lift it when the reason is gone.",
            Severity.ERROR,
        )
        live = self._host.state.live
        if live is not None:  # what is open at the venue is asked for, not assumed
            self._send(live, AskVenue(stream=live))

    def _still_out(self) -> str:
        """What had left before: nobody can call it back, and it must not be forgotten."""
        out = sum(
            order.is_under_way
            for trading in self._host.state.accounts.values()
            for order in trading.book.open
        )
        return (
            f" - {out} of the orders had left already: their fate stands in Orders." if out else ""
        )
