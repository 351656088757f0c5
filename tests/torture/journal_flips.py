"""Damages recordings of every kind of record, and judges what a reader makes of them."""

import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from crc32c import crc32c

from replayer_qt.adapters.journal.format import (
    Big,
    ClockJumped,
    Doubtful,
    Footer,
    Header,
    Lost,
    Note,
    Refused,
    footer_line,
    header_line,
    note_body,
    record,
)
from replayer_qt.adapters.journal.raw import RawPacker, read_raw
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.core import codec, events
from replayer_qt.core.errors import RecordingUnreadable
from replayer_qt.core.phase import Phase
from replayer_qt.core.units import PRACTICE, Nanos, RoundId
from tests.helpers.make import event
from tests.torture.journal_checks import Reader, a_message

ROUND: Final = RoundId("r-1")
_LAST: Final = 1024


class Damage(NamedTuple):
    """A damaged file, and which bytes of the original are whole in it, by their old places."""

    data: bytes
    first_touched: int
    first_untouched: int


Deed = Callable[[bytes, random.Random], Damage]


def every_kind() -> list[events.Event]:
    """Return one event of each kind that is recorded, some of them with text and absences."""
    prices = (1.0, 1.25, 0.02)
    amounts = {"amount": Decimal("0.005"), "payout": Decimal("0.025"), "profit": Decimal("0.02")}
    trade = {"trade_id": "t1", "player": '名前 "x"', "side": events.Side.BUY, "tick": 2}
    bet = {"player": "p", "start": 2, "end": 42, "amount": Decimal("0.001"), "multiple": 5}
    return [
        event(events.RoundOpened, 1, round_id=ROUND, seed_hash="ab" * 32, version="v3"),
        event(events.PhaseChanged, 2, round_id=ROUND, phase=Phase.ACTIVE),
        event(events.TimerTicked, 3, round_id=ROUND, remaining_ms=4_000),
        *(event(events.PriceTicked, 4 + n, round_id=ROUND, tick=n, price=p)
          for n, p in enumerate(prices)),
        event(events.GapFound, 8, round_id=ROUND, first=3, last=9),
        event(events.TradePrinted, 9, round_id=ROUND, price=1.25, amount=Decimal("0.01"),
              quantity=Decimal("0.008"), **trade),
        event(events.SideBetPrinted, 10, round_id=ROUND, **bet),
        event(events.SideBetSettled, 11, round_id=ROUND, player="p", start=2, end=42, **amounts),
        event(events.RoundRugged, 12, round_id=ROUND, tick=10, price=0.02),
        event(events.SeedRevealed, 13, round_id=ROUND, seed="cd" * 32, seed_hash="ab" * 32,
              version="v3", peak=1.25, prices=prices),
        event(events.FairnessChecked, 14, round_id=ROUND, verdict=events.Fairness.VERIFIED),
        event(events.FeedChanged, 15, link=next(iter(events.Link)), reason="a\nb"),
        event(events.FeedMeasured, 16, messages=5, ticks=3, filled=0, rejected={"nan": 1},
              connects=1, attempts=1, latency_ns=900_000),
        event(events.EventsShed, 17, queue="recorder", count=7, first_at=Nanos(1),
              last_at=Nanos(2)),
    ]  # fmt: skip


def every_note() -> list[Note]:
    """Return each word that the journal says of itself."""
    return [
        Lost(count=3, raw=1, first_at=Nanos(1), last_at=Nanos(2)),
        Refused(at=Nanos(3), type="PriceTicked", reason="its price is no number"),
        Big(at=Nanos(4), type="SeedRevealed", size=2_000_000, sha256="ef" * 32, file="x.5.big"),
        ClockJumped(at=Nanos(5), by=-3_000_000_000),
        Doubtful(file="before.jsonl", durable=4, last=9),
    ]


def a_recording(told: Sequence[events.Event], notes: Sequence[Note] = ()) -> bytes:
    """Return a file that holds these records, one behind the other."""
    bodies = [*map(codec.encode, told), *map(note_body, notes)]
    head = Header(
        session="s", segment=1, app="0.1", created="2026-11-21T00:00:00.000000Z",
        stream=PRACTICE, round_id=ROUND, begins="opened",
    )  # fmt: skip
    body = header_line(head) + b"".join(record(n, b) for n, b in enumerate(bodies, 1))
    count = len(bodies)
    foot = Footer(
        n=count, first_seq=1, last_seq=count, sha256=hashlib.sha256(body).hexdigest(),
        crc=crc32c(body), lost=3, refused=1, raw=0, rugged=True, end="closed",
    )  # fmt: skip
    return body + footer_line(foot)


def flip(data: bytes, draw: random.Random) -> Damage:
    """Turn one bit over."""
    return flip_at(data, draw.randrange(len(data) * 8))


def flip_at(data: bytes, bit: int) -> Damage:
    """Turn this bit over."""
    at = bit // 8
    turned = bytes((data[at] ^ (1 << bit % 8),))
    return Damage(data[:at] + turned + data[at + 1 :], at, at + 1)


def cut(data: bytes, draw: random.Random) -> Damage:
    """Leave the end away."""
    return cut_at(data, draw.randrange(1, len(data)))


def cut_at(data: bytes, at: int) -> Damage:
    """Leave away what stands from here on."""
    return Damage(data[:at], at, len(data))


def garbage(data: bytes, draw: random.Random) -> Damage:
    """Put bytes of no meaning in."""
    at = draw.randrange(len(data) + 1)
    return Damage(data[:at] + draw.randbytes(draw.randrange(1, 80)) + data[at:], at, at)


def change(data: bytes, draw: random.Random) -> Damage:
    """Give one byte another value: a digit another digit, as a person would forge it."""
    at = draw.randrange(len(data))
    value = draw.choice(b"0123456789") if draw.random() < 0.5 else draw.randrange(256)
    touched = at + (value != data[at])
    return Damage(data[:at] + bytes((value,)) + data[at + 1 :], at, touched)


def hole(data: bytes, draw: random.Random) -> Damage:
    """Overwrite a stretch with zeros, as a lost sector does."""
    at = draw.randrange(len(data))
    end = min(len(data), at + draw.choice((1, 16, 64, 512)))
    return Damage(data[:at] + bytes(end - at) + data[end:], at, end)


def gone(data: bytes, draw: random.Random) -> Damage:
    """Take a stretch out."""
    at = draw.randrange(len(data))
    end = min(len(data), at + draw.randrange(1, 300))
    return Damage(data[:at] + data[end:], at, end)


DEEDS: Final[tuple[Deed, ...]] = (flip, flip, flip, cut, garbage, change, hole, gone)


class Floor:
    """One recording, and the judgement of any reader of its damaged copies."""

    def __init__(self, folder: Path, whole: bytes, told: Sequence[events.Event]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.whole = whole
        self._path = folder / "damaged.jsonl"
        self._good = {codec.encode(one) for one in told}
        self._places = list(_places(whole, told))

    def judge(self, damage: Damage, read: Reader = read_journal) -> Counter[str]:
        """Return what a reader made of it: `accepted` damaged records, `dropped` sound ones."""
        found = Counter(tried=1)
        self._path.write_bytes(damage.data)
        try:
            recording = read(self._path)
        except RecordingUnreadable:
            kept: list[bytes] = []
            found["unreadable"] += 1
        else:
            kept = [codec.encode(one) for one in recording.events]
            changed = damage.data != self.whole
            found["silent"] += changed and self._misses(kept) and not recording.damage
        found["accepted"] += sum(one not in self._good for one in kept)
        held = set(kept)
        found["dropped"] += sum(
            body not in held
            for start, end, body in self._places
            if end <= damage.first_touched or start >= damage.first_untouched
        )
        return found

    def _misses(self, kept: Sequence[bytes]) -> bool:
        return len(set(kept)) < len(self._good)


def _places(whole: bytes, told: Sequence[events.Event]) -> Iterator[tuple[int, int, bytes]]:
    at = whole.index(b"\n") + 1
    for one in told:
        end = whole.index(b"\n", at)
        yield at, end, codec.encode(one)
        at = end + 1


def flips(
    folder: Path, count: int, seed: int, read: Reader = read_journal, *,
    thorough: bool = True, at_most_s: float = 86_400.0,
) -> dict[str, int]:  # fmt: skip
    """Damage two recordings `count` times; first at every bit, cut at every byte of the end.

    One holds every kind of event and note; there is nothing to be said about the other one, so
    that a reader may take its quick way.
    """
    told, end = every_kind(), time.monotonic() + at_most_s
    plain = [one for one in told if not isinstance(one, events.EventsShed)]
    floors = (
        Floor(folder / "all", a_recording(told, every_note()), told),
        Floor(folder / "plain", a_recording(plain), plain),
    )
    draw, found = random.Random(seed), Counter[str]()
    for floor in floors:
        found["unread"] += floor.judge(Damage(floor.whole, 0, 0), read)["dropped"]
        if thorough:
            for damage in _every_place(floor.whole, count // 4):
                found += floor.judge(damage, read)
    while found["tried"] < count and time.monotonic() < end:
        floor = draw.choice(floors)
        found += floor.judge(draw.choice(DEEDS)(floor.whole, draw), read)
    return dict(found)


def _every_place(whole: bytes, most: int) -> Iterator[Damage]:
    for at in range(max(1, len(whole) - _LAST), len(whole)):
        yield cut_at(whole, at)
    for bit in range(min(most, len(whole) * 8)):
        yield flip_at(whole, bit)


def messages(folder: Path, count: int, seed: int) -> dict[str, int]:
    """Damage the messages as they came: what is read is what came, up to the damage."""
    folder.mkdir(parents=True, exist_ok=True)
    packer, came = RawPacker(), [a_message(n, large=False) for n in range(12)]
    packed = [packer.pack(message) for message in came]
    whole = b"".join(packed) + packer.finish()
    ends = [sum(map(len, packed[: n + 1])) for n in range(len(packed))]
    path, draw, found = folder / "damaged.raw.zst", random.Random(seed), Counter[str]()
    for _ in range(count):
        damage = draw.choice(DEEDS)(whole, draw)
        path.write_bytes(damage.data)
        kept: list[bytes] = []
        try:
            kept.extend(message.data for message in read_raw(path))
        except RecordingUnreadable:
            found["unreadable"] += 1
        before = sum(end <= damage.first_touched for end in ends)
        found["tried"] += 1
        found["accepted"] += kept != [message.data for message in came[: len(kept)]]
        found["dropped"] += max(0, before - len(kept))
    return dict(found)


def kinds_recorded() -> frozenset[str]:
    """Return the kinds of events that the recording of every kind holds."""
    return frozenset(type(one).__name__ for one in every_kind())


def note_kinds() -> frozenset[str]:
    """Return the journal's own kinds of records in it."""
    return frozenset(str(msgspec.to_builtins(note)["ev"]) for note in every_note())
