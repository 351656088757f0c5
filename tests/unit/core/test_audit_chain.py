"""Lines, links and names: what a record says and what cannot be a record."""

import hashlib
import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.audit_chain import OWNERS_KEPT, Chain, Head, Run, is_sound, links_of
from replayer_qt.core.audit_record import (
    NO_LINE,
    NO_PARAMS,
    SCHEMA,
    AuditRecord,
    canonical,
    param_hash,
)
from replayer_qt.core.event_ids import EventIds
from replayer_qt.core.events import Event, FeedChanged, Link
from replayer_qt.core.order_events import (
    AccountOpened,
    KillSwitched,
    LimitsStated,
    OrderRejected,
    OrderRequested,
)
from replayer_qt.core.orders import Mode, OrderId, Origin
from replayer_qt.core.units import StreamId
from tests.helpers.audits import RUN, START, decided, filled, sent
from tests.helpers.make import event
from tests.helpers.orders import make_request

ROOT = Path(__file__).parents[3]
PARAMS = "b" * 64

WRITTEN_BY_VERSION_1 = (
    b'{"schema":1,"seq":1,"event_id":"018bcfe5-6800-7226-9b1e-2d5b91b7584a",'
    b'"at":"2023-11-14T22:13:20.000000000+00:00","at_ns":1700000000000000000,"mono_ns":5,'
    b'"clock_offset_ns":null,"app_version":"0.1.0","revision":"","run_id":"r1",'
    b'"profile":"default","account":"practice/crash","mode":"paper","strategy_id":"manual",'
    b'"param_hash":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",'
    b'"model_hash":null,"limits_hash":null,"correlation_id":"o1","event":"OrderSent",'
    b'"payload":{"ev":"OrderSent","rx_wall_ns":1700000000000000000,"rx_mono_ns":5,'
    b'"src":"practice/crash","order_id":"o1"},'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"hash":"a6c3c5b6d1d7b8c2a91f5f2f3c7a8e0d4b6c5a7988f7e6d5c4b3a29180716253"}'
)


def chain(**fields: Any) -> Chain:
    return Chain(fields.pop("run", RUN), entropy=random.Random(1).getrandbits, **fields)


def record(line: bytes) -> AuditRecord:
    return msgspec.json.decode(line, type=AuditRecord)


def test_a_line_names_the_one_before_and_digests_itself():
    """S4-K1: the digest is over the line without its own member, the link included."""
    made = chain()
    first, second = (made.append(event) for event in decided())
    members = json.loads(second)
    told = members.pop("hash")
    assert members["prev"] == json.loads(first)["hash"]
    assert told == hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).hexdigest()
    assert json.loads(first)["prev"] == NO_LINE
    assert links_of(second[:-1]) == (2, members["prev"], told)
    assert is_sound(second[:-1])
    assert made.head == Head(2, told)


def test_every_member_of_the_envelope_is_there():
    """S4-A1, AU-02: the whole envelope, valid by its own version's type."""
    made = chain(run=Run(app_version="9.9", run_id="r", profile="night", revision="abc"))
    request = make_request(
        "o1", strategy_id="momentum", param_hash=PARAMS, origin=Origin.STRATEGY, mode=Mode.PRACTICE
    )
    made.append(event(LimitsStated, START, digest="c" * 64, limits={}))
    told = record(
        made.append(event(OrderRequested, START, order_id=OrderId("o1"), request=request))
    )
    assert told.schema == SCHEMA == 1
    assert (told.app_version, told.revision, told.run_id, told.profile) == (
        "9.9",
        "abc",
        "r",
        "night",
    )
    assert (told.account, told.mode) == ("practice/crash", Mode.PRACTICE)
    assert (told.strategy_id, told.param_hash) == ("momentum", PARAMS)
    assert told.model_hash is None
    assert told.limits_hash == "c" * 64
    assert told.correlation_id == "o1"
    assert told.event == "OrderRequested"
    assert (told.at, told.at_ns) == ("2023-11-14T22:13:20.000000000+00:00", START)
    assert told.clock_offset_ns is None


def test_an_order_belongs_to_its_asker_to_the_end():
    """AU-02: what comes later of an order names who asked for it."""
    made = chain()
    for one in decided("o1", strategy_id="momentum", param_hash=PARAMS):
        made.append(one)
    for one in decided("o2"):
        made.append(one)
    later = [record(made.append(one)) for one in (filled("o1"), filled("o2"), filled("o0"))]
    assert [one.strategy_id for one in later] == ["momentum", "manual", "earlier-run"]
    assert [one.param_hash for one in later] == [PARAMS, NO_PARAMS, NO_PARAMS]


def test_what_is_nobodys_decision_is_the_desks():
    made = chain()
    killed = event(KillSwitched, START, stream=StreamId(""), on=True, reason="x", by="button")
    told = record(made.append(killed))
    assert (told.account, told.strategy_id, told.mode) == ("desk", "desk", None)
    assert told.correlation_id is None
    linked = event(FeedChanged, START, link=Link.LIVE)
    assert record(made.append(linked)).mode is None
    made.append(event(AccountOpened, START, mode=Mode.PRACTICE, cash=1))
    assert record(made.append(linked)).mode is Mode.PRACTICE
    assert record(made.append(sent("before"))).mode is Mode.PRACTICE


def test_the_memory_of_orders_is_bounded():
    made = chain()
    for number in range(OWNERS_KEPT * 3):
        made.append(decided(f"o{number}")[0])
    assert len(made._owners) + len(made._elders) <= OWNERS_KEPT
    assert record(made.append(sent("o0"))).strategy_id == "earlier-run"
    assert record(made.append(sent(f"o{OWNERS_KEPT * 3 - 1}"))).strategy_id == "manual"


def kinds(kind: type[Any] = Event) -> list[type[Any]]:
    """Every kind of event that this program may decide or be told about money."""
    below = kind.__subclasses__()
    found = [one for one in below if one.__module__.endswith((".order_events", ".program_events"))]
    return [*found, *(deeper for one in below for deeper in kinds(one))]


VALUES = {
    str: "text", int: 7, bool: True, float: 1.5, Decimal: Decimal("0.5"), tuple: (), dict: {},
}  # fmt: skip


@pytest.mark.parametrize("kind", [one for one in kinds() if one.__name__ != "OrderEvent"])
def test_every_kind_of_event_can_be_written_down(kind):
    """S4-A6: none of them is refused, and each line is a valid record."""
    members: dict[str, Any] = {"verdict": decided()[1].verdict, "request": make_request()}
    members |= {"fill": filled().fill, "order_id": OrderId("o1"), "digest": "c" * 64}
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in {"at", "mono", "stream"}:
            plain = getattr(field.type, "__origin__", field.type)
            plain = getattr(plain, "__supertype__", plain)
            known = members.get(field.name, VALUES.get(plain))
            given[field.name] = (
                next(iter(plain)) if known is None and hasattr(plain, "__members__") else known
            )
    told = record(chain().append(event(kind, START, **given)))
    assert told.event == kind.__name__
    assert msgspec.json.decode(told.payload)["ev"] == kind.__name__


@pytest.mark.parametrize("name", ["", "  ", "unknown", "UNKNOWN"])
def test_what_names_nobody_is_written_down_as_nameless(name):
    """S4-4i: the gate refuses such an order; its line says so, and is a valid record."""
    made = chain()
    told = [record(made.append(one)) for one in decided("o1", strategy_id=name)]
    assert [one.strategy_id for one in told] == ["nameless", "nameless"]
    assert msgspec.json.decode(told[0].payload)["request"]["strategy_id"] == name
    assert record(made.append(sent(name))).correlation_id == "nameless"
    assert record(made.append(decided(name)[0])).correlation_id == "nameless"
    with pytest.raises(ValueError, match="names nobody"):
        Run(app_version=name, run_id="r", profile="p")


@pytest.mark.parametrize(
    "fields",
    [
        {"side": "sideways"},
        {"mode": "monopoly"},
        {"mode": None},
        {"strategy_id": None},
        {"strategy_id": "\ud800"},
        {"param_hash": "xyz"},
        {"param_hash": "\ud800"},
        {"amount": Decimal("NaN")},
        {"amount": float("nan")},
        {"share": 10**400},
        {"share": object()},
        {"strategy_id": ["a"]},
        {"price": {1, 2}},
        {"stream": ""},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_order_that_makes_no_sense_is_a_valid_record(fields):
    """S4-A6: what the gate refuses must be written down, whatever is in it."""
    request = msgspec.structs.replace(make_request("o1"), **fields)
    made = chain()
    told = record(
        made.append(event(OrderRequested, START, order_id=OrderId("o1"), request=request))
    )
    assert told.event == "OrderRequested"
    assert record(made.append(sent("o1"))).correlation_id == "o1"


def valid(**changes: Any) -> dict[str, Any]:
    members = json.loads(chain().append(sent()))
    members.update(changes)
    return members


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 0},
        {"seq": 0},
        {"event_id": ""},
        {"event_id": "018bcfe5-6800-4226-9b1e-2d5b91b7584a"},
        {"at": "2023-11-14T22:13:20.000000000"},
        {"at": "2023-11-14T22:13:21.000000000+00:00"},
        {"at": "2023-11-14T23:13:20.000000000+00:30"},
        {"at": "yesterday"},
        {"at": ""},
        {"app_version": ""},
        {"run_id": " "},
        {"profile": ""},
        {"account": ""},
        {"strategy_id": "unknown"},
        {"strategy_id": ""},
        {"correlation_id": ""},
        {"param_hash": ""},
        {"param_hash": "A" * 64},
        {"limits_hash": "x"},
        {"model_hash": ""},
        {"prev": ""},
        {"hash": "0"},
        {"event": ""},
        {"mode": "monopoly"},
    ],
    ids=str,
)
def test_an_invalid_record_cannot_be_made(changes):
    """S4-A6, S4-4i: neither read nor constructed."""
    with pytest.raises(msgspec.ValidationError):
        record(json.dumps(valid(**changes)).encode())
    right = record(json.dumps(valid()).encode())
    named = {"hash": "digest"}
    if "mode" not in changes:
        with pytest.raises(ValueError, match=r"."):
            msgspec.structs.replace(right, **{named.get(k, k): v for k, v in changes.items()})


def test_another_offset_is_as_good():
    members = valid(at="2023-11-14T23:43:20.000000000+01:30")
    assert record(json.dumps(members).encode()).at_ns == START


def test_a_line_of_an_earlier_release_is_still_read():
    """S4-A1: readers take every version that was ever written."""
    told = record(WRITTEN_BY_VERSION_1)
    assert (told.schema, told.event, told.strategy_id) == (1, "OrderSent", "manual")


@given(texts=st.lists(st.text(), min_size=1, max_size=5), at=st.integers(0, 2**62))
def test_every_line_is_a_valid_record_whatever_a_venue_says(texts, at):
    """S4-A6: what is written can be read, by the type that refuses anything less."""
    made = chain()
    for text in texts:
        rejected = event(OrderRejected, at, order_id=OrderId("o1"), reason=text)
        line = made.append(rejected)
        assert line.count(b"\n") == 1
        assert is_sound(line[:-1])
        told = record(line)
        assert msgspec.json.decode(told.payload)["reason"] == text
        assert told.at_ns == at


def test_half_characters_are_spelled_out():
    """What a venue's JSON can say and UTF-8 cannot is no reason to lose a decision."""
    line = chain().append(event(OrderRejected, START, order_id=OrderId("o1"), reason="a\ud800b"))
    assert msgspec.json.decode(record(line).payload)["reason"] == "a\\ud800b"


def test_the_sink_gets_every_line_and_nothing_is_kept():
    lines: list[bytes] = []
    made = chain(sink=lines.append)
    returned = [made.append(one) for one in decided()]
    assert lines == returned


def test_rewound_it_goes_on_as_if_nothing_had_been():
    made = chain()
    made.append(sent("a"))
    head = made.head
    made.append(sent("b"))
    made.rewind(head)
    told = record(made.append(sent("c")))
    assert (told.seq, told.prev) == (2, head.digest)


def test_names_are_unique_and_in_order():
    """S4-A2: a million in a few milliseconds of event time, and across clocks set back."""
    ids = EventIds(random.Random(2).getrandbits)
    made = [ids.next(START + number * 10) for number in range(1_000_000)]
    assert len(set(made)) == 1_000_000
    assert made == sorted(made)
    back = [ids.next(START - number * 10**9) for number in range(1_000)]
    assert [made[-1], *back] == sorted([made[-1], *back])
    assert len(set(back)) == 1_000


def test_two_runs_in_the_same_millisecond_share_no_name():
    """S4-A2: the random part tells them apart."""
    runs = [EventIds(random.Random(seed).getrandbits) for seed in range(1_000)]
    made = {ids.next(START) for ids in runs for _ in range(10)}
    assert len(made) == 10_000


params = st.dictionaries(
    st.text(),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
)


@given(given_params=params, seed=st.integers())
def test_parameters_have_one_digest_in_any_order(given_params, seed):
    """S4-A4: the order in which they were given does not matter."""
    items = list(given_params.items())
    random.Random(seed).shuffle(items)
    assert param_hash(dict(items)) == param_hash(given_params)
    assert json.loads(canonical(given_params)) == json.loads(json.dumps(given_params))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), object()])
def test_what_is_no_parameter_has_no_digest(value):
    """S4-A4: two that differ must not be written alike."""
    with pytest.raises((ValueError, TypeError)):
        param_hash({"a": value})


def test_one_changed_digit_changes_the_digest():
    """S4-A4: in a value, a name, or deep inside."""
    right = {"stake": "0.010", "deep": {"levels": [1, 2.5, 3]}}
    others = [
        {"stake": "0.011", "deep": {"levels": [1, 2.5, 3]}},
        {"stake": "0.010", "deep": {"levels": [1, 2.6, 3]}},
        {"stake1": "0.010", "deep": {"levels": [1, 2.5, 3]}},
    ]
    assert len({param_hash(one) for one in (right, *others)}) == 4


def test_the_digest_is_the_same_in_every_process():
    """S4-A4: no hash of Python's own, which is salted anew in each process."""
    code = (
        "from replayer_qt.core.audit_record import param_hash\n"
        "print(param_hash({'b': 1, 'a': 'x', 'c': {'z': 1, 'y': 2}}))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True, capture_output=True
    )
    wanted = param_hash({"c": {"y": 2, "z": 1}, "a": "x", "b": 1})
    assert done.stdout.decode().strip() == wanted
    assert param_hash({}) == NO_PARAMS


def test_the_schema_in_the_documents_is_the_types():
    """AU-02: a JSON Schema for each version lies in the repository."""
    path = ROOT / "docs" / f"audit-record-{SCHEMA}.schema.json"
    schema = msgspec.json.schema(AuditRecord)
    del schema["$defs"]["AuditRecord"]["description"]
    assert json.loads(path.read_text("utf-8")) == schema
