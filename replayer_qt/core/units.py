"""The units that events are measured in; names instead of bare numbers and strings."""

from typing import Final, NewType

import msgspec

Nanos = NewType("Nanos", int)
"""A wall time [ns since the Unix epoch, UTC], a monotonic time or a duration [ns]."""

RoundId = NewType("RoundId", str)
"""The venue's name of a round (rugs says game); text from a server, never a path."""

StreamId = NewType("StreamId", str)
"""Venue and instrument, joined by a slash: `practice/crash`, `rugs/crash`, `replay/1`."""

NANOS_PER_SECOND: Final = 1_000_000_000
NANOS_PER_MILLISECOND: Final = 1_000_000

RUGS: Final = StreamId("rugs/crash")
PRACTICE: Final = StreamId("practice/crash")


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Now, told by whoever has a clock.

    Attributes:
        at: the wall time [ns since the Unix epoch, UTC].
        mono: the same on the monotonic clock [ns].
    """

    at: Nanos
    mono: Nanos


def stream_of(venue: str, instrument: str) -> StreamId:
    """Return the name of a stream.

    >>> stream_of("binance", "BTCUSDT")
    'binance/BTCUSDT'
    """
    return StreamId(f"{venue}/{instrument}")


def venue_of(stream: StreamId) -> str:
    """Return the venue's part of a stream's name.

    >>> venue_of(StreamId("practice/crash"))
    'practice'
    """
    return stream.partition("/")[0]
