"""Lines: sealed, checked by slicing, and never mistaken."""

import json

import msgspec
from crc32c import crc32c
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.journal.format import (
    TAIL,
    Header,
    Lost,
    header_line,
    is_sound,
    note_body,
    read_header,
    read_note,
    record,
    seal,
)
from replayer_qt.core import codec
from replayer_qt.core.units import RUGS
from tests.helpers.make import ticked

HEADER = Header(
    session="s", segment=1, app="0.1", created="", stream=RUGS, round_id=None, begins="session"
)


def test_a_record_is_one_json_object_with_its_number_and_checksum():
    line = record(7, codec.encode(ticked(3, 1.5)))
    said = json.loads(line)
    assert (said["seq"], said["ev"], said["tick"], said["price"]) == (7, "PriceTicked", 3, 1.5)
    assert int(said["c"], 16) == crc32c(line.removesuffix(b"\n")[:-TAIL] + b"}")


def test_a_record_is_read_back_as_the_event_it_was():
    event = ticked(412, 3.07, trade_count=12)
    assert codec.decode(record(1, codec.encode(event))) == event


def test_headers_and_notes_are_read_back():
    assert read_header(header_line(HEADER)) == HEADER
    lost = Lost(count=3, raw=1, first_at=5, last_at=9)
    assert read_note(record(2, note_body(lost))) == lost


def test_no_single_flipped_bit_goes_unnoticed():
    """FAULTS R4: a bit flip in a record."""
    line = record(1, codec.encode(ticked(412, 3.07))).removesuffix(b"\n")
    assert is_sound(line)
    flipped = bytearray(line)
    for bit in range(len(line) * 8):
        flipped[bit // 8] ^= 1 << bit % 8
        assert not is_sound(bytes(flipped)), bit
        flipped[bit // 8] ^= 1 << bit % 8


@given(st.binary(max_size=64))
def test_no_bytes_break_the_check(line):
    assert not is_sound(line)


@given(st.dictionaries(st.text(), st.text() | st.integers(), min_size=1))
def test_whatever_is_sealed_is_sound(members):
    assert is_sound(seal(msgspec.json.encode(members)).removesuffix(b"\n"))
