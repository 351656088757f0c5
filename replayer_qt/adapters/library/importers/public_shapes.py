"""The tables of Binance's public archive: how each kind is told by its rows, and read from one."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from replayer_qt.core.soundness import PRICE_LIMIT

ROW_LIMIT: Final = 4_096
"""Longer lines are no rows [bytes]."""
COUNT_LIMIT: Final = 2**31
"""One row stands for fewer trades than this."""

_INT: Final = re.compile(rb"[0-9]+")
_NUMBER: Final = re.compile(rb"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUTH: Final = re.compile(rb"[Tt]rue|[Ff]alse|TRUE|FALSE")
_JOINED: Final = re.compile(rb"([Tt]rue|[Ff]alse|TRUE|FALSE|0)([0-9]{1,18})")
_HEADERS: Final = frozenset({b"open_time", b"id", b"agg_trade_id", b"agg_id", b"trade_id"})
_INT_LIMIT: Final = 2**63 - 1
_MICROS_FROM: Final = 10**14
_EARLIEST_NS, _LATEST_NS = 10**18, 4 * 10**18
_NAME: Final = re.compile(
    r"(?:[0-9a-f]{16}_)?(?P<symbol>\w{2,32})-"
    r"(?:trades|aggTrades|[0-9]{1,2}(?:s|m|h|d|w|mo|M))-[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?"
    r"\.(?:csv|zip)(?:\.zst)?"
)


class Kind(StrEnum):
    """A kind of table; the values are the formats' names."""

    KLINES = "binance-klines"
    TRADES = "binance-trades"
    AGG_TRADES = "binance-aggtrades"


class Row(NamedTuple):
    """One row, as far as a recording needs it.

    Attributes:
        key: the row's number, or when a kline opened [ns since the Unix epoch, UTC].
        at: when it happened, or when a kline closed [ns since the Unix epoch, UTC].
        price: the price, or the last one of a kline.
        trades: how many trades it stands for.
    """

    key: int
    at: int
    price: float
    trades: int


class Shape(msgspec.Struct, frozen=True):
    """What the columns of a table are, from 0.

    Attributes:
        columns: the type of each column: `i` whole number, `f` number, `b` truth.
        key: the column of the row's number, or of the opening time.
        at: the column of the time.
        price: the column of the price.
        counts: the columns of how many trades there were, or of the first and the last of them.
    """

    kind: Kind
    columns: str
    key: int
    at: int
    price: int
    counts: tuple[int, ...]


_SHAPES: Final = (
    Shape(Kind.KLINES, "ifffffififff", key=0, at=6, price=4, counts=(8,)),
    Shape(Kind.AGG_TRADES, "iffiiibb", key=0, at=5, price=1, counts=(3, 4)),
    Shape(Kind.AGG_TRADES, "iffiiib", key=0, at=5, price=1, counts=(3, 4)),
    Shape(Kind.TRADES, "ifffibb", key=0, at=4, price=1, counts=()),
    Shape(Kind.TRADES, "ifffib", key=0, at=4, price=1, counts=()),
)
_TYPES: Final = {"i": _INT, "f": _NUMBER, "b": _TRUTH}


def shape_of(line: bytes) -> Shape | None:
    """Return what table a line is a row of; None if it is a row of none.

    >>> shape_of(b"7,1.5,2,3,1735689600000,True,True").kind
    <Kind.TRADES: 'binance-trades'>
    """
    if len(line) > ROW_LIMIT:
        return None
    cells = line.strip().split(b",")
    return next((shape for shape in _SHAPES if _fits(cells, shape) and row_of(cells, shape)), None)


def is_header(line: bytes) -> bool:
    """Return whether a line names columns, as some of the archive's files do at their beginning."""
    return line[:64].partition(b",")[0].strip().lower() in _HEADERS


def row_of(cells: Sequence[bytes], shape: Shape) -> Row | None:
    """Return the row that a line's cells make; None if they make none that can be believed."""
    if not _fits(cells, shape):
        return None
    key, at = int(cells[shape.key]), _ns(int(cells[shape.at]))
    if shape.kind is Kind.KLINES:
        key = _ns(key)
    price = float(cells[shape.price])
    counts = [int(cells[column]) for column in shape.counts]
    count = 1 if not counts else counts[0] if len(counts) == 1 else counts[1] - counts[0] + 1
    row = Row(key, at, price, count)
    return row if _is_sound(row, shape) else None


def rows_inside(line: bytes, shape: Shape) -> list[Row]:
    """Return the whole rows that stand in a line which is not one row.

    A lost line break joins two rows into one line; where it joins their cells too, what is a
    truth or the last column's zero before other digits is taken apart.
    """
    width, cells = len(shape.columns), line.strip().split(b",")
    pieces: list[list[bytes]] = []
    if len(cells) == 2 * width:
        pieces = [cells[:width], cells[width:]]
    elif len(cells) == 2 * width - 1 and (joined := _JOINED.fullmatch(cells[width - 1])):
        pieces = [[*cells[: width - 1], joined[1]], [joined[2], *cells[width:]]]
    return [row for row in (row_of(piece, shape) for piece in pieces) if row is not None]


def symbol_in(name: str) -> str | None:
    """Return the instrument that the name of a file of the archive tells; None if it tells none.

    A digest before the name, as our copies have it, and a packed copy's suffix change nothing.

    >>> symbol_in("BTCUSDT-aggTrades-2024-12-31.zip"), symbol_in("table.csv")
    ('BTCUSDT', None)
    """
    found = _NAME.fullmatch(name)
    return found["symbol"] if found else None


def _fits(cells: Sequence[bytes], shape: Shape) -> bool:
    if len(cells) != len(shape.columns):
        return False
    return all(
        _TYPES[kind].fullmatch(cell) and (kind != "i" or int(cell) <= _INT_LIMIT)
        for kind, cell in zip(shape.columns, cells, strict=True)
    )


def _is_sound(row: Row, shape: Shape) -> bool:
    if not (_EARLIEST_NS <= row.at < _LATEST_NS and 0.0 < row.price < PRICE_LIMIT):
        return False
    if shape.kind is Kind.KLINES:
        return _EARLIEST_NS <= row.key <= row.at and 0 <= row.trades < COUNT_LIMIT
    return 0 < row.trades < COUNT_LIMIT


def _ns(stated: int) -> int:
    """Milliseconds until 2024, microseconds since: told by the size, row by row."""
    return stated * (1_000 if stated >= _MICROS_FROM else 1_000_000)
