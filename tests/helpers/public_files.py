"""Writes tables in the shape of Binance's public archive, by hand."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

MIDNIGHT_MS = 1_735_603_200_000
"""2024-12-31 00:00 UTC."""
HOUR_MS = 3_600_000


def trade(number: int, price: float, at: int, *, truth: str = "True") -> str:
    """Return a row of trades; `at` in whatever unit the file has."""
    return f"{number},{price:.8f},0.50000000,{price / 2:.8f},{at},{truth},{truth}"


def agg_trade(number: int, price: float, at: int, *, trades: int = 2) -> str:
    """Return a row of aggregated trades."""
    first = 10 * number
    return f"{number},{price:.8f},0.5,{first},{first + trades - 1},{at},True,True"


def kline(opened_ms: int, price: float, *, step_ms: int = 60_000, micros: bool = False) -> str:
    """Return a row of klines."""
    unit = 1_000 if micros else 1
    opened, closed = opened_ms * unit, (opened_ms + step_ms) * unit - 1
    told = f"{price - 1:.2f},{price + 2:.2f},{price - 2:.2f},{price:.2f}"
    return f"{opened},{told},12.5,{closed},1000.0,7,6.2,500.0,0"


def table(rows: Iterable[str]) -> bytes:
    """Return the file that rows make."""
    return "".join(f"{row}\n" for row in rows).encode()


def trades(count: int, *, first: int = 100, at: int = MIDNIGHT_MS, step: int = 1_000) -> list[str]:
    """Return rows of trades in a row."""
    return [trade(first + n, 100.0 + n % 7, at + n * step) for n in range(count)]


def packed(
    data: bytes,
    name: str = "BTCUSDT-trades-2024-12-31.csv",
    *,
    method: int = zipfile.ZIP_DEFLATED,
    before: tuple[str, ...] = (),
) -> bytes:
    """Return a ZIP file with one table, and other files before it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for other in (*before, name):
            info = zipfile.ZipInfo(other, (2025, 1, 1, 0, 0, 0))
            archive.writestr(info, data if other == name else b"read me", method)
    return buffer.getvalue()


def write_checked(path: Path, data: bytes, *, stated: bytes | None = None) -> Path:
    """Write a file and the checksum beside it; `stated` is what the checksum is taken of."""
    path.write_bytes(data)
    digest = hashlib.sha256(data if stated is None else stated).hexdigest()
    path.with_name(f"{path.name}.CHECKSUM").write_text(f"{digest}  {path.name}\n")
    return path
