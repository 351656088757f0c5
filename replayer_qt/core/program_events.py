"""What happens to this program itself: its recorder, and what a person should know."""

from enum import StrEnum

from replayer_qt.core.events import Event


class Recording(StrEnum):
    """What the recorder is doing."""

    OFF = "off"
    ON = "on"
    FAULTED = "faulted"
    """The disk refuses; retried by itself."""
    DISK_FULL = "disk_full"
    """Too little space is left; resumed by itself."""


class RecordingChanged(Event, frozen=True, kw_only=True, gc=False):
    """The recorder's state, file or counts changed; told at most twice a second.

    Attributes:
        file: the file being written, or the last one; empty when none.
        records: records written since recording was started.
        rounds: finished files since recording was started.
        size: bytes written since recording was started.
        lost: records that could not be written; each is also counted in the file.
        lag_ms: age of the oldest record that is not yet durable [ms].
        free: space left on the disk [bytes]; None when unknown.
        reason: what is wrong and what to do, in plain words; empty when nothing is.
    """

    state: Recording
    file: str = ""
    records: int = 0
    rounds: int = 0
    size: int = 0
    lost: int = 0
    lag_ms: float = 0.0
    free: int | None = None
    reason: str = ""


class PartChanged(Event, frozen=True, kw_only=True, gc=False):
    """A part of this program works, or does not any more.

    Attributes:
        part: its name, for people.
        works: whether it does.
        reason: why not, in plain words; empty when it does.
    """

    part: str
    works: bool
    reason: str = ""


class Severity(StrEnum):
    """How much a person should care."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ProblemRaised(Event, frozen=True, kw_only=True, gc=False):
    """Something a person should know.

    Attributes:
        code: a stable short name, documented in docs/errors.md.
        what: what did not happen, in plain words.
        remedy: what to do about it.
    """

    code: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR
