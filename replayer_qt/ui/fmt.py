"""Numbers and names as a trader reads them, money only where it may be seen; nothing raises."""

import math
from datetime import date
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

from replayer_qt.core.units import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, RoundId, StreamId
from replayer_qt.ui.privacy import hidden

NOTHING: Final = "—"

_LEAST_PRICE: Final = 0.00005
_DECIMALS: Final = ((9_999.95, 0), (999.995, 1), (99.995, 2), (9.9995, 3))
_LEAST_AMOUNT: Final = Decimal("0.00005")
_LARGE_AMOUNT: Final = Decimal(10_000)
_PLACES: Final = ((Decimal(10) ** 9, 0), (Decimal(10) ** 6, 2), (Decimal(1000), 4))
_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAYS: Final = 1_000_000
_LEAST: Final = Decimal("0.000001")

_VENUES: Final = {"practice": "Practice exchange", "rugs": "rugs.fun", "binance": "Binance"}


def price(value: float | None) -> str:
    """Return a multiplier in eight characters at most, as exact as these allow.

    >>> price(1.5), price(12.3456), price(1234.5), price(0.005772), price(None)
    ('1.5000x', '12.346x', '1,234.5x', '0.0058x', '—')
    >>> price(0.00001), price(123_456.7), price(1_234_567.8)
    ('<0.0001x', '123,457x', '1.2e+06x')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(value)
    if size >= 999_999.5:
        return f"{value:.1e}x"
    if 0 < size < _LEAST_PRICE:
        return "<0.0001x"
    decimals = next((some for least, some in _DECIMALS if size >= least), 4)
    return f"{value:,.{decimals}f}x"


def exact_price(value: float | None) -> str:
    """Return a multiplier with every decimal that it has.

    >>> exact_price(0.005772345678), exact_price(0.00001), exact_price(2.0), exact_price(None)
    ('0.005772345678x', '0.00001x', '2.0x', '—')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{Decimal(repr(value)):f}x"


def count(value: int | None) -> str:
    """Return a whole number with thousands set apart.

    >>> count(1234567)
    '1,234,567'
    """
    return NOTHING if value is None else f"{value:,}"


def short_count(value: int) -> str:
    """Return a whole number of zero or more in five characters at most, rounded down.

    >>> short_count(1234), short_count(12_999), short_count(1_290_000), short_count(10**10)
    ('1,234', '12k', '1M', '>999M')
    """
    if value < 10_000:
        return f"{value:,}"
    if value < 10**6:
        return f"{value // 1000}k"
    return f"{value // 10**6}M" if value < 10**9 else ">999M"


def amount(value: Decimal) -> str:
    """Return an amount of money with the venue's decimals, trailing zeros left out to three.

    >>> amount(Decimal("0.030000000")), amount(Decimal("1.234567891"))
    ('0.030', '1.234567891')
    """
    if not value.is_finite():
        return NOTHING
    text = f"{value:,.9f}"
    whole, _, decimals = text.partition(".")
    return hidden(f"{whole}.{decimals.rstrip('0').ljust(3, '0')}")


def short_amount(value: Decimal) -> str:
    """Return an amount for a narrow column: four decimals, none where they would be noise.

    >>> short_amount(Decimal("0.329412345")), short_amount(Decimal("0.03"))
    ('0.3294', '0.0300')
    >>> short_amount(Decimal("0.000001")), short_amount(Decimal("123456.7"))
    ('<0.0001', '123,457')
    """
    if not value.is_finite():
        return NOTHING
    if 0 < abs(value) < _LEAST_AMOUNT:
        return hidden("<0.0001")
    if abs(value) >= 10**9:
        return hidden(f"{value:.2e}")
    return hidden(f"{value:,.0f}" if abs(value) >= _LARGE_AMOUNT else f"{value:,.4f}")


def sol(value: Decimal | None) -> str:
    """Return money with a fixed number of decimals, six below a thousand, cut off.

    >>> sol(Decimal("0.1234567891")), sol(Decimal("-12.5")), sol(Decimal("-1E-9")), sol(None)
    ('0.123456', '-12.500000', '-<0.000001', '—')
    >>> sol(Decimal("1234.56789")), sol(Decimal(0)), sol(Decimal("NaN"))
    ('1,234.5678', '0.000000', '—')
    """
    if value is None or not value.is_finite():
        return NOTHING
    size = abs(value)
    sign = "-" if value < 0 else ""
    if 0 < size < _LEAST:
        return hidden(f"{sign}<{_LEAST:f}")
    if size >= Decimal(10) ** 12:
        return hidden(f"{value:.3e}")
    places = next((some for least, some in _PLACES if size >= least), 6)
    exact = Context(prec=60, rounding=ROUND_DOWN)
    return hidden(f"{sign}{size.quantize(Decimal(1).scaleb(-places), context=exact):,f}")


def signed_sol(value: Decimal | None) -> str:
    """Return money with its sign always told, so that colour is never alone; zero has none.

    >>> signed_sol(Decimal("0.5")), signed_sol(Decimal("-0.5")), signed_sol(Decimal(0))
    ('+0.500000', '-0.500000', '0.000000')
    """
    text = sol(value)
    plus = value is not None and value.is_finite() and value > 0
    return hidden(f"+{text}") if plus else text


def exact(value: Decimal | None) -> str:
    """Return every digit of an amount of money, as `digits` does.

    >>> exact(Decimal("1.230000000")), exact(None)
    ('1.23', '—')
    """
    text = digits(value)
    return text if text == NOTHING else hidden(text)


def digits(value: Decimal | None) -> str:
    """Return every digit of a number that is no money, without an exponent or trailing zeros.

    >>> digits(Decimal("1.230000000")), digits(Decimal("1E+2")), digits(Decimal("1E-9"))
    ('1.23', '100', '0.000000001')
    """
    if value is None or not value.is_finite():
        return NOTHING
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def multiple(value: Decimal | None) -> str:
    """Return an average multiplier, which has no last digit, with six decimals at most.

    >>> multiple(Decimal(7) / 6), multiple(Decimal("1.5")), multiple(None)
    ('1.166667x', '1.5x', '—')
    """
    if value is None or not value.is_finite():
        return NOTHING
    return f"{digits(round(value, 6))}x"


def percent(part: Decimal | None, places: int = 1) -> str:
    """Return a share (1 is all) as a percentage.

    >>> percent(Decimal("0.125")), percent(Decimal("-0.5"), 0), percent(None)
    ('12.5 %', '-50 %', '—')
    """
    if part is None or not part.is_finite():
        return NOTHING
    return f"{part * 100:,.{places}f} %"


def sign_colour(value: Decimal | None) -> str | None:
    """Return the meaning that colours a result: `up`, `down`, or None for neither.

    >>> sign_colour(Decimal(1)), sign_colour(Decimal(-1)), sign_colour(Decimal(0))
    ('up', 'down', None)
    """
    if value is None or not value.is_finite() or value == 0:
        return None
    return "up" if value > 0 else "down"


def speed(value: float) -> str:
    """Return a speed of replay.

    >>> speed(1.0), speed(0.25), speed(9.87), speed(float("inf"))
    ('1x', '0.25x', '9.87x', 'max')
    """
    if math.isinf(value):
        return "max"
    return f"{value:,.0f}x" if value >= 100 else f"{value:.3g}x"


def seconds(nanos: int) -> str:
    """Return a short time from nanoseconds, with one decimal below a minute.

    >>> seconds(1_500_000_000), seconds(75_000_000_000), seconds(-5)
    ('1.5 s', '1:15', '0.0 s')
    """
    nanos = max(0, nanos)
    if nanos < 60 * NANOS_PER_SECOND:
        return f"{nanos / NANOS_PER_SECOND:.1f} s"
    minutes, rest = divmod(nanos // NANOS_PER_SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def milliseconds(nanos: int) -> str:
    """Return nanoseconds as milliseconds.

    >>> milliseconds(1_234_000)
    '1.2 ms'
    """
    return f"{nanos / NANOS_PER_MILLISECOND:.1f} ms"


def size(value: int) -> str:
    """Return a number of bytes in the largest unit that leaves at least one.

    >>> size(999), size(1_500_000)
    ('999 B', '1.5 MB')
    """
    scaled = float(value)
    for unit in ("B", "kB", "MB"):
        if scaled < 1000:
            return f"{scaled:.0f} {unit}" if unit == "B" else f"{scaled:.1f} {unit}"
        scaled /= 1000
    return f"{scaled:.1f} GB"


def round_name(round_id: RoundId) -> str:
    """Return the part of a round's name that tells it from its neighbours: the last eight letters.

    >>> round_name(RoundId("20261121-0123456789abcdef"))
    '89abcdef'
    """
    return str(round_id)[-8:]


def venue(name: str) -> str:
    """Return a venue's name for people.

    >>> venue("rugs"), venue("elsewhere")
    ('rugs.fun', 'elsewhere')
    """
    return _VENUES.get(name, name)


def stream(name: StreamId) -> str:
    """Return a stream's name for people: its venue's."""
    return venue(name.partition("/")[0])


def clock(nanos: int) -> str:
    """Return the time of day of a wall time [ns], in UTC.

    >>> clock(1_700_000_000_000_000_000)
    '22:13:20'
    """
    rest = nanos // NANOS_PER_SECOND % 86_400
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def exact_time(nanos: int) -> str:
    """Return date and time of a wall time [ns], in UTC, to the millisecond.

    >>> exact_time(1_700_000_000_123_000_000), exact_time(-1)
    ('2023-11-14 22:13:20.123', '—')
    """
    days, rest = divmod(nanos // NANOS_PER_MILLISECOND, 86_400_000)
    if not 0 <= days < _DAYS:
        return NOTHING
    return f"{date.fromordinal(_EPOCH + days)} {clock(nanos)}.{rest % 1000:03}"


def behind(ticks: int) -> str:
    """Return how far behind the newest tick the past is looked at.

    >>> behind(0), behind(1), behind(1200)
    ('at the newest tick', '1 tick behind', '1,200 ticks behind')
    """
    if not ticks:
        return "at the newest tick"
    return f"{count(ticks)} tick{'' if ticks == 1 else 's'} behind"


def share(part: int, whole: int) -> str:
    """Return `part` of `whole` as a reader counts.

    >>> share(12, 345)
    '12 / 345'
    """
    return f"{part:,} / {whole:,}"


def file_name(path: str) -> str:
    """Return the last part of a path of any system.

    >>> file_name("data/a.jsonl"), file_name("folder/")
    ('a.jsonl', 'folder')
    """
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
