"""Frames as they come off the socket: whatever it is, it becomes one event or one refusal."""

import json
import time

import pytest
import socketio
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.feeds.rugs_frames import HEARD, Frame, RugsPacket, read_event


def heard(frame: object) -> Frame:
    packet = RugsPacket(encoded_packet=frame)
    assert packet.packet_type == 2
    assert packet.data[0] == HEARD
    assert packet.id is None
    return packet.data[1]


@pytest.mark.parametrize(
    ("frame", "name", "payload"),
    [
        ('2["gameStateUpdate",{"price":1}]', "gameStateUpdate", b'{"price":1}'),
        ('2["t",{"__trace":true,"traceparent":"00-1-2-01"},{"id":1}]', "t", b'{"id":1}'),
        ('2123["ping",{"lastPing":1}]', "ping", b'{"lastPing":1}'),
        ('2["x",null]', "x", b"null"),
        ('2["disconnect",{}]', "disconnect", b"{}"),
        ('2["connect_error",{}]', "connect_error", b"{}"),
    ],
)
def test_the_payload_is_the_last_argument(frame, name, payload):
    """An event named like one of the library's own is a message like any other."""
    said = heard(frame)
    assert (said.name, said.payload, said.refused) == (name, payload, "")
    assert said.data == frame[frame.index("[") :].encode()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ('2["gameStateUpdate",{"price":1', "not-json"),
        ("2hello", "not-an-event"),
        ('2{"a":1}', "not-an-event"),
        ("2[]", "not-an-event"),
        ('2["alone"]', "not-an-event"),
        ('2[5,{"price":1}]', "not-json"),
        ('2["",1]', "not-an-event"),
        ('2["x"' + ",1" * 100 + "]", "not-an-event"),
        ('2/admin,["gameStateUpdate",{"price":1}]', "namespace"),
        ("0/admin,{}", "namespace"),
        ("9[]", "packet-type"),
        ("3[]", "not-an-answer"),
        ('3x7["x"]', "not-an-answer"),
        ("3" + "9" * 40 + "[]", "not-an-answer"),
        ("37[" + ",".join("1" * 100) + "]", "not-an-answer"),
        ("37[NaN]", "not-json"),
        ("37[" + "[" * 100_000 + "]" * 100_000 + "]", "depth"),
        ('51-["gameStateUpdate",{"_placeholder":true,"num":77}]', "packet-type"),
        ('5999999999999-["x",{"_placeholder":true,"num":0}]', "packet-type"),
        ("2" + "9" * 200 + '["x",{}]', "not-an-event"),
        (b"\x00\xff\x01", "binary"),
        ("", "empty"),
        (None, "empty"),
        ([1, 2], "not-an-event"),
        ({"a": 1}, "not-an-event"),
        ('2["x",{"price":NaN}]', "not-json"),
        ('2["x",' + "[" * 100_000 + "]" * 100_000 + "]", "depth"),
        ('2["x",{"u":"\\ud800"}', "not-json"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(frame, reason):
    """FAULTS N6, N7; S0-H6: quickly, without an exception, without waiting for attachments."""
    began = time.process_time()
    assert heard(frame).refused == reason
    assert time.process_time() - began < 0.2


@given(st.one_of(st.text(), st.binary(), st.text().map(lambda text: "2" + text)))
def test_no_frame_raises(frame):
    RugsPacket(encoded_packet=frame)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_json_comes_through_unchanged(payload):
    text = json.dumps(["name", {"__trace": True}, payload], allow_nan=False)
    try:
        expected = json.dumps(payload).encode()
    except UnicodeEncodeError:
        return
    said = read_event(text.encode())
    if said.refused:
        assert "\\ud" in text
    else:
        assert said.payload == expected


@pytest.mark.parametrize(
    ("frame", "number", "payload"),
    [
        ('37[{"success":true}]', 7, b'{"success":true}'),
        ("358[]", 58, b""),
        ('312["a",{"success":false}]', 12, b'{"success":false}'),
    ],
)
def test_an_answer_names_what_it_answers(frame, number, payload):
    said = heard(frame)
    assert (said.answers, said.payload, said.name, said.refused) == (number, payload, "", "")


def test_what_we_send_is_the_librarys_own():
    ours, theirs = RugsPacket(0, data={"a": 1}), socketio.packet.Packet(0, data={"a": 1})
    assert ours.encode() == theirs.encode()


def test_the_librarys_packets_stay_as_they_are():
    """S2-M5: what one client reads by concerns no other client of the process."""
    before = socketio.packet.Packet.json
    socketio.AsyncClient(serializer=RugsPacket, handle_sigint=False)
    assert socketio.packet.Packet.json is before
    assert socketio.AsyncClient(handle_sigint=False).packet_class is socketio.packet.Packet
