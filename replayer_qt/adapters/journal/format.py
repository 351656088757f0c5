"""The journal's lines: JSON objects whose last member is a CRC32C of the rest.

A line is checked by slicing, not by parsing: the checksum always fills the last 16 bytes before
the line break. The first line is a header, the last a footer; without one the writer is still at
it, or was killed and the next start has not mended the file yet.
"""

from typing import Final

import msgspec
from crc32c import crc32c

from replayer_qt.core.units import Nanos, RoundId, StreamId

FORMAT: Final = "replayer-journal"
VERSION: Final = 1
SUFFIX: Final = ".jsonl"
RAW_SUFFIX: Final = ".raw.zst"
SEALED_SUFFIX: Final = ".zst"
"""What a packed recording's name has after its own."""
RECORD_LIMIT: Final = 1024 * 1024
"""The largest record that is kept in line; larger ones go to a file of their own [bytes]."""
LINE_LIMIT: Final = 4 * 1024 * 1024
"""The longest line that is read [bytes]."""
RECOVERED: Final = "recovered"
"""What a footer says that was written after a crash."""
HEADER_START: Final = b'{"_h":'
"""What a file begins with."""
TAIL: Final = 16
"""Length of `,"c":"xxxxxxxx"}` [bytes]."""

_ENCODE: Final = msgspec.json.Encoder().encode


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A file's first line.

    Attributes:
        session: the name of the run of the program that wrote it.
        segment: which file of its stream in that run this is, from 1.
        part: which file of its round this is, from 1.
        created: when it was begun [ISO 8601, UTC].
        round_id: the round that it was begun for; None while no round was known.
        begins: `opened` with the round's first word, `midway` in a running round, `session`
            without a round.
        previous: the name of the stream's file before it in this session, if any.
    """

    format: str = FORMAT
    version: int = VERSION
    session: str
    segment: int
    part: int = 1
    app: str
    created: str
    stream: StreamId
    round_id: RoundId | None
    begins: str
    previous: str | None = None


class Footer(msgspec.Struct, frozen=True, kw_only=True):
    """A file's last line.

    Attributes:
        n: records in the file.
        sha256: digest of all bytes before this line [64 hex digits].
        crc: CRC32C of the same bytes, for a reader in a hurry.
        lost: records that the file says were lost.
        refused: events that the file says were refused.
        raw: raw messages kept beside the file.
        rugged: whether the round's end is in the file.
        end: `closed`, `continued` in a next part, `stopped`, `full` disk or `failed` disk;
            `recovered` if the writer was killed and the next start closed the file.
    """

    n: int
    first_seq: int | None
    last_seq: int | None
    sha256: str
    crc: int
    lost: int
    refused: int
    raw: int
    rugged: bool
    end: str


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="ev"):
    """A record that the journal writes about itself."""


class Lost(Note, frozen=True, kw_only=True, tag="_lost"):
    """Records that could not be written, here between the file before and this one.

    Attributes:
        count: how many, raw messages included.
        raw: how many of them were raw messages.
        first_at: when the first of them was received [ns since the Unix epoch, UTC].
        last_at: when the last of them was.
    """

    count: int
    raw: int
    first_at: Nanos
    last_at: Nanos


class Refused(Note, frozen=True, kw_only=True, tag="_refused"):
    """An event that cannot be a record.

    Attributes:
        type: the event's kind.
        reason: why, in plain words.
    """

    at: Nanos = msgspec.field(name="rx_wall_ns")
    type: str
    reason: str


class Big(Note, frozen=True, kw_only=True, tag="_big"):
    """An event too large for a line; it is kept in a file beside this one.

    Attributes:
        size: its length as JSON [bytes].
        sha256: digest of that JSON [64 hex digits].
        file: the name of the file that holds it.
    """

    at: Nanos = msgspec.field(name="rx_wall_ns")
    type: str
    size: int
    sha256: str
    file: str


class ClockJumped(Note, frozen=True, kw_only=True, tag="_clock"):
    """The wall clock was set: from here on it differs by so much from the monotonic one.

    Attributes:
        by: how far it jumped [ns], forward if positive.
    """

    at: Nanos = msgspec.field(name="rx_wall_ns")
    by: int


class Doubtful(Note, frozen=True, kw_only=True, tag="_doubtful"):
    """The disk failed to flush a file: its newest records may not be there after a power cut.

    Attributes:
        file: that file's name.
        durable: the last record known to be safe.
        last: the last record written to it.
    """

    file: str
    durable: int
    last: int


AnyNote = Lost | Refused | Big | ClockJumped | Doubtful
_NOTES: Final[msgspec.json.Decoder[AnyNote]] = msgspec.json.Decoder(AnyNote)


class _Head(msgspec.Struct):
    header: Header = msgspec.field(name="_h")


class _Foot(msgspec.Struct):
    footer: Footer = msgspec.field(name="_f")


_HEADS: Final = msgspec.json.Decoder(_Head)
_FEET: Final = msgspec.json.Decoder(_Foot)


def seal(body: bytes) -> bytes:
    """Return the line of a JSON object: with its checksum and a line break."""
    return b'%b,"c":"%08x"}\n' % (body[:-1], crc32c(body))


def record(seq: int, body: bytes) -> bytes:
    """Return the line of a record whose members are those of the JSON object `body`."""
    return seal(b'{"seq":%d,%b' % (seq, body[1:]))


def is_sound(line: bytes) -> bool:
    """Return whether a line, without its line break, is what was once sealed."""
    return line[-TAIL:] == b',"c":"%08x"}' % crc32c(b"}", crc32c(line[:-TAIL]))


def encodable(text: str) -> str:
    """Return `text` with what is no Unicode (half characters from JSON escapes) spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def header_line(header: Header) -> bytes:
    """Return a file's first line."""
    return seal(_ENCODE(_Head(header)))


def footer_line(footer: Footer) -> bytes:
    """Return a file's last line."""
    return seal(_ENCODE(_Foot(footer)))


def note_body(note: Note) -> bytes:
    """Return a note as JSON, for `record`."""
    return _ENCODE(note)


def read_header(line: bytes) -> Header:
    """Return the header in a sound line.

    Raises:
        msgspec.MsgspecError: there is none.
    """
    return _HEADS.decode(line).header


def read_footer(line: bytes) -> Footer:
    """Return the footer in a sound line.

    Raises:
        msgspec.MsgspecError: there is none.
    """
    return _FEET.decode(line).footer


def read_note(line: bytes) -> AnyNote:
    """Return the note in a sound line.

    Raises:
        msgspec.MsgspecError: there is none.
    """
    return _NOTES.decode(line)
