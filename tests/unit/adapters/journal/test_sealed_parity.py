"""Parity: one lost sector of each group is computed from the others, and never guessed."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.adapters.journal.sealed_parity import (
    STRIPE,
    ParityMaker,
    mended,
    parity_of,
    parity_size,
    stripes_of,
)

SECTOR = 512


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60_000), st.integers(0), st.integers(0), st.integers(1, 255))
def test_a_burst_of_a_sector_is_mended_wherever_it_is(size, seed, place, mask):
    """S3-P6: flipped bits, zeroed and lost sectors."""
    stripe = random.Random(seed).randbytes(size)
    parity = parity_of(stripe)
    assert len(parity) == parity_size(size)
    at = place % size // SECTOR * SECTOR
    damaged = bytearray(stripe)
    damaged[at : at + SECTOR] = bytes(byte ^ mask for byte in stripe[at : at + SECTOR])
    assert mended(bytes(damaged), parity) == stripe
    assert mended(stripe, parity) == stripe


def test_a_full_stripe_mends_a_burst_of_32_kib():
    stripe = random.Random(1).randbytes(STRIPE)
    parity = parity_of(stripe)
    damaged = stripe[: 70 * SECTOR] + bytes(32 * 1024) + stripe[70 * SECTOR + 32 * 1024 :]
    assert mended(damaged, parity) == stripe


def test_two_lost_sectors_of_a_group_are_left_and_the_other_groups_mended():
    stripe = random.Random(2).randbytes(40 * SECTOR)
    parity = parity_of(stripe)
    groups = (len(parity) - 4 * 41) // SECTOR
    damaged = bytearray(stripe)
    damaged[0] ^= 1
    damaged[groups * SECTOR] ^= 1
    damaged[SECTOR] ^= 1
    told = mended(bytes(damaged), parity)
    assert told[SECTOR : 2 * SECTOR] == stripe[SECTOR : 2 * SECTOR]
    assert told[0] == damaged[0]
    assert told != stripe


def test_damaged_parity_never_makes_things_worse():
    stripe = random.Random(3).randbytes(9_000)
    parity = parity_of(stripe)
    draw = random.Random(4)
    for _ in range(200):
        broken = bytearray(parity)
        broken[draw.randrange(len(parity))] ^= 1 << draw.randrange(8)
        assert mended(stripe, bytes(broken)) == stripe
    assert mended(stripe, parity[:-1]) == stripe
    assert mended(stripe, b"") == stripe


def test_parity_is_the_same_however_the_bytes_come():
    data = random.Random(5).randbytes(2 * STRIPE + 12_345)
    maker = ParityMaker()
    draw, at = random.Random(6), 0
    while at < len(data):
        count = draw.randrange(1, 300_000)
        maker.add(data[at : at + count])
        at += count
    parity = maker.finish()
    places = list(stripes_of(len(data)))
    assert len(places) == 3
    assert parity == b"".join(parity_of(data[at : at + length]) for at, length, _, _ in places)
    assert places[-1][2] + places[-1][3] == len(parity)
    assert len(parity) < len(data) * 0.072
