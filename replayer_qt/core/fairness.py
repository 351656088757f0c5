"""What a revealed seed generates, and whether a round was that.

The generator is a random walk on the stream of seedrandom's ARC4 (RC4 whose first 256 bytes are
dropped, read as 52-bit fractions), keyed with `<seed>-<round>`. It is reproduced bit for bit: the
order of draws and of float operations is part of the rule.
"""

import hashlib
import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from replayer_qt.core.events import Fairness
from replayer_qt.core.statement import FinishedRound
from replayer_qt.core.units import RoundId

VERSIONS: Final = ("v1", "v2", "v3")
LONGEST_ROUND: Final = 5000
"""No round has more ticks than this between its first and its rug."""

RUG_CHANCE: Final = 0.005
_GOD_CHANCE: Final = 0.00001
_GOD_PRICE_LIMIT: Final = 100
_BIG_MOVE_CHANCE: Final = 0.125
_LOWEST_BIG_MOVE: Final = 0.15
_HIGHEST_BIG_MOVE: Final = 0.25
_LOWEST_DRIFT: Final = -0.02
_HIGHEST_DRIFT: Final = 0.03
_NOISE: Final = 0.005
_STEADIEST_ROOT: Final = 10

_LONGEST_DRAW: Final = 16


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard of a round while it ran.

    Attributes:
        seed_hash: the commitment stated before the round ended, if it was heard.
        prices: the price of each tick heard, the rug's included.
        rug_tick: position of the rug, if it was heard.
    """

    seed_hash: str | None = None
    prices: Mapping[int, float] = MappingProxyType({})
    rug_tick: int | None = None


def draws(key: str) -> Iterator[float]:
    """Yield the fractions that seedrandom's ARC4 draws for `key`, for ever."""
    read = struct.Struct(">Q").unpack_from
    state, made = _keyed(key), bytearray(256)
    j = _next_bytes(state, _skipped(state), made)
    buffer, at = bytes(made), 1  # its first byte is the last of those that are not used
    end = len(buffer) - _LONGEST_DRAW
    while True:
        if at >= end:
            j = _next_bytes(state, j, made)
            buffer, at = buffer[at:] + made, 0
            end = len(buffer) - _LONGEST_DRAW
        value = read(buffer, at)[0] >> 8
        if value >= 2**55:
            at += 7
            yield (value >> 3) * 2.0**-53
        elif value >= 2**54:
            at += 7
            yield (value >> 2) * 2.0**-54
        elif value >= 2**53:
            at += 7
            yield (value >> 1) * 2.0**-55
        else:
            size, fraction = _drawn(buffer[at : at + _LONGEST_DRAW])
            at += size
            yield fraction


def generate(seed: str, round_id: RoundId, version: str = "v3") -> tuple[float, ...]:
    """Return all prices of a round: tick 0 first, the rug price last; the index is the tick.

    Raises:
        ValueError: the version is none of `VERSIONS`.
    """
    if version not in VERSIONS:
        raise ValueError(f"no generator is known by the version {version!r}")
    draw = draws(f"{seed}-{round_id}").__next__
    has_gods = version == "v3"
    root_limit = math.inf if version == "v1" else _STEADIEST_ROOT
    price, prices = 1.0, [1.0]
    for _ in range(LONGEST_ROUND):
        if draw() < RUG_CHANCE:
            break
        if has_gods and draw() < _GOD_CHANCE and price <= _GOD_PRICE_LIMIT:
            price *= 10
        else:
            price = max(0.0, price * (1 + _change(draw, price, root_limit)))
        prices.append(price)
    prices.append(rug_price(prices))
    return tuple(prices)


def rug_price(prices: Sequence[float]) -> float:
    """Return the price that positions are sold at, given all prices before the rug.

    >>> rug_price([1.0, 1.2])
    0.020000000000000018
    """
    return min(prices) * (1 - 0.98)


def commitment_holds(seed: str, seed_hash: str) -> bool:
    """Return whether the venue had committed itself to this seed."""
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest() == seed_hash


def check(finished: FinishedRound, heard: Evidence | None = None) -> tuple[Fairness, str]:
    """Return whether a round is what its seed says, and what differs first, in plain words.

    The verdict is `UNREVEALED` only where the version of the generator is not known. Never raises.
    """
    if finished.version not in VERSIONS:
        return Fairness.UNREVEALED, f"no generator is known by the version {finished.version!r}"
    heard = Evidence() if heard is None else heard
    if heard.seed_hash is not None and heard.seed_hash != finished.seed_hash:
        return Fairness.FAILED, "the venue had committed itself to another seed"
    if not commitment_holds(finished.seed, finished.seed_hash):
        return Fairness.FAILED, "the seed does not match its hash"
    fair = generate(finished.seed, finished.round_id, finished.version)
    difference = (
        _differing_tick(fair, heard)
        or _differing_list(fair, finished.prices)
        or _differing_peak(fair, finished.peak)
    )
    return (Fairness.FAILED if difference else Fairness.VERIFIED), difference


def _keyed(key: str) -> list[int]:
    code_units = key.encode("utf-16-le", "surrogatepass")
    mixed: list[int] = []
    smear = 0
    for at in range(len(code_units) // 2):
        unit = code_units[2 * at] | code_units[2 * at + 1] << 8
        slot = at & 255
        if at < 256:
            mixed.append((smear + unit) & 255)
        else:
            smear ^= mixed[slot] * 19
            mixed[slot] = (smear + unit) & 255
    mixed = mixed or [0]
    state = list(range(256))
    j = 0
    for i in range(256):
        kept = state[i]
        j = (j + mixed[i % len(mixed)] + kept) & 255
        state[i] = state[j]
        state[j] = kept
    return state


def _skipped(state: list[int]) -> int:
    """The first pass begins at index 1, and what it makes is not used."""
    j = 0
    for i in range(1, 256):
        kept = state[i]
        j = (j + kept) & 255
        state[i] = state[j]
        state[j] = kept
    return j


def _next_bytes(state: list[int], j: int, made: bytearray) -> int:
    """256 bytes at a time, for each index once; `enumerate` sees what was swapped before it."""
    for i, kept in enumerate(state):
        j = (j + kept) & 255
        state[i] = other = state[j]
        state[j] = kept
        made[i] = state[(kept + other) & 255]
    return j


def _drawn(stream: bytes) -> tuple[int, float]:
    """The rare draw that begins with a small byte takes more bytes to be precise enough."""
    size, value = 7, int.from_bytes(stream[:7], "big")
    while value < 2**52 and size < _LONGEST_DRAW:
        value = value << 8 | stream[size]
        size += 1
    excess = max(0, value.bit_length() - 53)
    return size, math.ldexp(value >> excess, excess - 8 * size)


def _change(draw: Callable[[], float], price: float, root_limit: float) -> float:
    if draw() < _BIG_MOVE_CHANCE:
        move = _LOWEST_BIG_MOVE + draw() * (_HIGHEST_BIG_MOVE - _LOWEST_BIG_MOVE)
        return move if draw() > 0.5 else -move
    drift = _LOWEST_DRIFT + draw() * (_HIGHEST_DRIFT - _LOWEST_DRIFT)
    noise = _NOISE * min(root_limit, math.sqrt(price))
    return drift + noise * (2 * draw() - 1)


def _differing_tick(fair: tuple[float, ...], heard: Evidence) -> str:
    last = len(fair) - 1
    for tick in sorted(heard.prices):
        price = heard.prices[tick]
        if not 0 <= tick <= last:
            return f"tick {tick} was heard, but the seed ends the round at tick {last}"
        if fair[tick] != price:
            return f"tick {tick} was {price!r}, the seed makes it {fair[tick]!r}"
    if heard.rug_tick is not None and heard.rug_tick != last:
        return f"the rug was at tick {heard.rug_tick}, the seed makes it tick {last}"
    return ""


def _differing_list(fair: tuple[float, ...], stated: tuple[float, ...] | None) -> str:
    if stated is None or stated == fair:
        return ""
    if len(stated) != len(fair):
        return f"the venue lists {len(stated)} prices, the seed makes {len(fair)}"
    tick = next(at for at, price in enumerate(stated) if price != fair[at])
    return f"the venue lists {stated[tick]!r} for tick {tick}, the seed makes it {fair[tick]!r}"


def _differing_peak(fair: tuple[float, ...], stated: float | None) -> str:
    peak = max(fair[:-1])
    if stated is None or stated == peak:
        return ""
    return f"the venue states a peak of {stated!r}, the seed makes it {peak!r}"
