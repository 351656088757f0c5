"""Events to lines of the audit trail, each carrying the digest of the one before; pure.

The digest is a line's last member, so checking takes a slice and no parsing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from replayer_qt.core.audit_record import (
    DESK,
    EARLIER,
    NAMELESS,
    NO_LINE,
    NO_PARAMS,
    SCHEMA,
    is_digest,
    is_name,
    require_name,
)
from replayer_qt.core.codec import encode
from replayer_qt.core.event_ids import Entropy, EventIds
from replayer_qt.core.events import Event
from replayer_qt.core.order_events import (
    AccountOpened,
    LimitsStated,
    OrderEvent,
    OrderGated,
    OrderRequested,
)
from replayer_qt.core.orders import Mode, Request
from replayer_qt.core.units import NANOS_PER_SECOND, Moment, Nanos

TAIL: Final = len(',"prev":"') + 64 + len('","hash":"') + 64 + len('"}')
"""Length of a line's last two members, without the line break [bytes]."""

OWNERS_KEPT: Final = 4_096
"""Orders whose asker is remembered, at most; of older ones a line names an earlier run."""

_ASKERS_KEPT: Final = 1_024
_HASHED: Final = len(',"hash":"') + 64 + len('"}')
_JSON: Final = msgspec.json.encode
_LONGEST_INT: Final = 63

Clean = Callable[[bytes], bytes]
"""Takes secrets out of an event's JSON."""


class Head(msgspec.Struct, frozen=True):
    """The end of a chain.

    Attributes:
        seq: number of its last line; 0 before the first.
        digest: that line's digest [64 hex digits].
    """

    seq: int = 0
    digest: str = NO_LINE


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same in all lines of a run; one that names nothing can't be made.

    Attributes:
        revision: the source's revision; empty in a build.
        clock_offset_ns: how far the wall clock is known to be off [ns]; None: not measured.
    """

    app_version: str
    run_id: str
    profile: str
    revision: str = ""
    clock_offset_ns: int | None = None

    def __post_init__(self) -> None:
        for name in ("app_version", "run_id", "profile"):
            require_name(name, getattr(self, name))


class Chain:
    """Makes lines; remembers the newest digest, and who asked for the newest orders.

    Attributes:
        seq: number of the newest line.
    """

    def __init__(
        self,
        run: Run,
        *,
        entropy: Entropy,
        head: Head = Head(),  # noqa: B008  # frozen
        clean: Clean | None = None,
        sink: Callable[[bytes], None] | None = None,
    ) -> None:
        """Prepare to go on after `head`.

        Args:
            run: what all lines say.
            entropy: draws the random part of the lines' names.
            head: the line to go on after.
            clean: takes secrets out of each event's JSON.
            sink: is given each line; without one, lines are only returned.
        """
        self.seq = head.seq
        self._prev = head.digest.encode()
        self._ids = EventIds(entropy)
        self._clean = clean
        self._sink = sink
        self._run = b'"clock_offset_ns":%b,"app_version":%b,"revision":%b,"run_id":%b,' % (
            _JSON(run.clock_offset_ns),
            _JSON(run.app_version),
            _JSON(run.revision),
            _JSON(run.run_id),
        ) + b'"profile":%b,' % _JSON(run.profile)
        # two generations: to take the oldest out of one dict costs more than all the rest
        self._owners: dict[str, tuple[bytes, bytes]] = {}  # bounded by OWNERS_KEPT
        self._elders: dict[str, tuple[bytes, bytes]] = {}  # bounded by OWNERS_KEPT
        self._askers: dict[tuple[str, Mode, str, str], bytes] = {}  # bounded by _ASKERS_KEPT
        self._strangers: dict[str, bytes] = {}  # bounded by the streams of a run
        self._modes: dict[str, Mode] = {}  # bounded by the streams of a run
        self._kinds: dict[type, bytes] = {}  # bounded by the kinds of events
        self._limits = b"null"
        self._limits_digest = ""
        self._second = -1
        self._second_text = b""
        self._note_moment(Nanos(0), Nanos(0))

    @property
    def head(self) -> Head:
        """The newest line's number and digest."""
        return Head(self.seq, self._prev.decode())

    def rewind(self, head: Head) -> None:
        """Go on after `head` instead: the lines made since never reached the disk."""
        self.seq, self._prev = head.seq, head.digest.encode()

    def append(self, event: Event) -> bytes:
        """Return the event's line, with its line break; never raises, whatever is in the event."""
        try:
            whose, correlation = self._whose(event)
        except TypeError:  # a name that is no text
            nobody = _whose_text(event.stream, None, NAMELESS, NO_PARAMS)
            whose, correlation = nobody, _named(getattr(event, "order_id", ""), NAMELESS)
        return self._line(event.at, event.mono, whose, correlation, event)

    def note(self, word: msgspec.Struct, moment: Moment) -> bytes:
        """Return the line of the trail's own word; its tag is the event's name."""
        whose = _whose_text(DESK, None, DESK, NO_PARAMS)
        return self._line(moment.at, moment.mono, whose, b"null", word)

    def _line(
        self, at: Nanos, mono: Nanos, whose: bytes, correlation: bytes, word: msgspec.Struct
    ) -> bytes:
        payload = _encoded(word)
        if self._clean is not None:
            payload = self._clean(payload)
        if at != self._at or mono != self._mono:
            self._note_moment(at, mono)
        kind = self._kinds.get(type(word))
        if kind is None:
            kind = self._kinds[type(word)] = str(word.__struct_config__.tag).encode()
        seq = self.seq + 1
        body = (
            b'{"schema":%d,"seq":%d,"event_id":"%b",%b%b"limits_hash":%b,"correlation_id":%b,'
            b'"event":"%b","payload":%b,"prev":"%b"'
        ) % (
            SCHEMA,
            seq,
            self._ids.next(at),
            self._moment,
            whose,
            self._limits,
            correlation,
            kind,
            payload,
            self._prev,
        )
        digest = digest_of(body)
        self.seq, self._prev = seq, digest
        line = b'%b,"hash":"%b"}\n' % (body, digest)
        if self._sink is not None:
            self._sink(line)
        return line

    def _whose(self, event: Event) -> tuple[bytes, bytes]:
        if isinstance(event, OrderEvent):
            if type(event) is OrderRequested:
                self._remember(event.request)
            elif type(event) is OrderGated:
                self._note_limits(event.verdict.limits_hash)
            known = self._owners.get(event.order_id) or self._elders.get(event.order_id)
            return known if known is not None else self._of_earlier_run(event)
        if isinstance(event, LimitsStated):
            self._note_limits(event.digest)
        elif isinstance(event, AccountOpened):
            self._modes[event.stream] = event.mode
            self._strangers.pop(event.stream, None)
        whose = self._strangers.get(event.stream)
        if whose is None:
            mode = self._modes.get(event.stream)
            whose = _whose_text(event.stream or DESK, mode, DESK, NO_PARAMS)
            self._strangers[event.stream] = whose
        return whose, b"null"

    def _remember(self, request: Request) -> None:
        asker = request.stream, request.mode, request.strategy_id, request.param_hash
        whose = self._askers.get(asker)
        if whose is None:
            if len(self._askers) >= _ASKERS_KEPT:
                self._askers.clear()
            whose = _whose_text(*asker[:3], _params_digest(request.param_hash))
            self._askers[asker] = whose
        if len(self._owners) >= OWNERS_KEPT // 2:
            self._elders, self._owners = self._owners, {}
        self._owners[request.order_id] = whose, _named(request.order_id, NAMELESS)

    def _of_earlier_run(self, event: OrderEvent) -> tuple[bytes, bytes]:
        whose = _whose_text(event.stream, self._modes.get(event.stream), EARLIER, NO_PARAMS)
        return whose, _named(event.order_id, NAMELESS)

    def _note_moment(self, at: Nanos, mono: Nanos) -> None:
        """Write out when it is, and the run: what is told of one moment shares that text."""
        second, fraction = divmod(at, NANOS_PER_SECOND)
        if second != self._second:
            self._second_text = datetime.fromtimestamp(second, UTC).isoformat()[:19].encode()
            self._second = second
        stamp = b'"at":"%b.%09d+00:00","at_ns":%d,"mono_ns":%d,'
        self._moment = stamp % (self._second_text, fraction, at, mono) + self._run
        self._at, self._mono = at, mono

    def _note_limits(self, digest: str) -> None:
        if digest != self._limits_digest:
            self._limits_digest = digest
            self._limits = _JSON(digest) if is_digest(digest) else b"null"


def digest_of(body: bytes) -> bytes:
    """Return the digest of a line's JSON up to, and without, its last member."""
    return sha256(body + b"}").hexdigest().encode()


def is_sound(line: bytes) -> bool:
    """Return whether a line, without its line break, is what was once written."""
    body = line[:-_HASHED]
    return line[-_HASHED:] == b',"hash":"%b"}' % digest_of(body)


def links_of(line: bytes) -> tuple[int, str, str] | None:
    """Return the number, the digest of the line before, and the own digest of a sound line.

    None if it does not begin and end as lines of this program do.
    """
    start, comma, _ = line[:64].partition(b',"event_id"')
    number = start.rpartition(b":")[2]
    tail = line[-TAIL:]
    if not comma or not number.isdigit() or not tail.startswith(b',"prev":"'):
        return None
    return int(number), tail[9:73].decode("ascii", "replace"), tail[83:147].decode()


def _whose_text(account: str, mode: Mode | None, strategy_id: str, params: str) -> bytes:
    return b'"account":%b,"mode":%b,"strategy_id":%b,"param_hash":"%b","model_hash":null,' % (
        _named(account, DESK),
        _JSON(mode) if isinstance(mode, Mode) else b"null",
        _named(strategy_id, NAMELESS),
        params.encode(),
    )


def _named(value: str, otherwise: str) -> bytes:
    return _JSON(_speakable(value) if is_name(value) else otherwise)


def _params_digest(given: str) -> str:
    if is_digest(given):
        return given
    # what is no digest is told by its own; the order's line has it as it was given
    return sha256(repr(given).encode()).hexdigest() if given else NO_PARAMS


def _encoded(word: msgspec.Struct) -> bytes:
    try:
        return encode(word)  # type: ignore[arg-type]  # the trail's own words are no events
    except (TypeError, ValueError, OverflowError):  # half a character; a value of another type
        return _JSON(_speakable(msgspec.to_builtins(word, enc_hook=repr)))


def _speakable(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_speakable(key): _speakable(item) for key, item in value.items()}
        case list() | tuple():
            return [_speakable(item) for item in value]
        case int() if value.bit_length() > _LONGEST_INT:
            return str(value)
        case _:
            return value
