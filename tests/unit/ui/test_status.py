import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replayer_qt.core.events import (
    FeedChanged,
    FeedMeasured,
    GapFound,
    Link,
    PhaseChanged,
    RoundRugged,
    TimerTicked,
)
from replayer_qt.core.orders import Mode
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording, RecordingChanged
from replayer_qt.core.replay_events import ReplayMoved, ReplayOpened
from replayer_qt.core.state import State
from replayer_qt.core.units import PRACTICE, RUGS, StreamId
from replayer_qt.engine.engine import Engine
from replayer_qt.ui.arming import account_badge
from replayer_qt.ui.status import read_status
from replayer_qt.ui.theme import DARK
from tests.helpers.account_frames import frame_of, trading_of
from tests.helpers.make import ROUND, a_round, event, ticked

REPLAY = StreamId("replay/1")
SECOND = 1_000_000_000


def state_of(*events, live=None, shown=None):
    engine = Engine()
    engine.handle(events)
    engine.attach(live)
    return engine.show(shown).state


def linked(link, stream=PRACTICE, **fields):
    return event(FeedChanged, stream=stream, link=link, **fields)


OPENED = event(ReplayOpened, stream=REPLAY, source="monday.jsonl", damage=(), rounds=(ROUND,))


def moved(**fields):
    told = {"source": "monday.jsonl", "position": 3, "length": 9, "speed": 10.0}
    told |= {"achieved": 9.87, "playing": True} | fields
    return event(ReplayMoved, stream=REPLAY, **told)


BADGES = [
    (state_of(), "OFFLINE"),
    (state_of(linked(Link.LIVE), live=PRACTICE, shown=PRACTICE), "PRACTICE VENUE"),
    (state_of(linked(Link.LIVE, RUGS), live=RUGS, shown=RUGS), "LIVE"),
    (state_of(live=RUGS, shown=RUGS), "CONNECTING"),
    (state_of(linked(Link.CONNECTING, RUGS), live=RUGS, shown=RUGS), "CONNECTING"),
    (state_of(linked(Link.STALE, RUGS), live=RUGS, shown=RUGS), "STALE"),
    (state_of(linked(Link.WAITING, RUGS), live=RUGS, shown=RUGS), "WAITING"),
    (state_of(linked(Link.BLOCKED, RUGS), live=RUGS, shown=RUGS), "BLOCKED"),
    (state_of(linked(Link.ENDED, RUGS), live=RUGS, shown=RUGS), "ENDED"),
    (state_of(linked(Link.OFF, RUGS), ticked(1, stream=RUGS), shown=RUGS), "OFFLINE"),
    (state_of(OPENED, shown=REPLAY), "PAST"),
    (state_of(OPENED, linked(Link.LIVE, RUGS), live=RUGS, shown=REPLAY), "PAST"),
    (state_of(OPENED, linked(Link.LIVE, RUGS), live=RUGS, shown=RUGS), "LIVE"),
]


@pytest.mark.parametrize(("state", "word"), BADGES)
def test_the_badge_says_what_is_looked_at(state, word):
    """N19: the badge follows the state exactly; LIVE only while the feed is live."""
    assert read_status(state).badge.word == word


def test_badges_differ_in_word_colour_and_shape():
    """N20: nothing is told by colour alone."""
    badges = {word: read_status(state).badge for state, word in BADGES}
    four = [badges[word] for word in ("LIVE", "PRACTICE VENUE", "PAST", "OFFLINE")]
    for attribute in ("word", "colour", "shape"):
        assert len({getattr(badge, attribute) for badge in four}) == 4


@pytest.mark.parametrize("mode", list(Mode))
def test_the_venues_badge_does_not_look_like_an_accounts(mode):
    """N20: whose prices they are is not taken for whose money it is."""
    shown = state_of(linked(Link.LIVE), live=PRACTICE, shown=PRACTICE)
    venue = read_status(shown).badge
    account = account_badge(frame_of(trading_of(mode=mode)).state)
    for attribute in ("word", "colour", "shape"):
        assert getattr(venue, attribute) != getattr(account, attribute)


FEEDS = [
    (state_of(), "not connected", "muted"),
    (state_of(live=PRACTICE), "connecting…", "warning"),
    (state_of(linked(Link.CONNECTING), live=PRACTICE), "connecting…", "warning"),
    (state_of(linked(Link.LIVE), live=PRACTICE), "live, 5.0 s ago", "live"),
    (state_of(linked(Link.STALE), live=PRACTICE), "stale, 5.0 s", "warning"),
    (
        state_of(linked(Link.WAITING, retry_at=17 * SECOND, attempt=3), live=PRACTICE),
        "waiting, retry in 7.0 s",
        "warning",
    ),
    (
        state_of(linked(Link.BLOCKED, retry_at=100 * SECOND), live=PRACTICE),
        "blocked, retry in 1:30",
        "error",
    ),
    (state_of(linked(Link.WAITING, retry_at=1), live=PRACTICE), "waiting, retry in 0.0 s", None),
    (state_of(linked(Link.ENDED), live=PRACTICE), "ended", "error"),
    (state_of(linked(Link.OFF), live=PRACTICE), "not connected", "muted"),
]


@pytest.mark.parametrize(("state", "text", "colour"), FEEDS)
def test_the_feed_cell_says_how_the_connection_is(state, text, colour):
    """N19, S0-M1: link state, age of the newest tick, countdown to the next attempt."""
    word = read_status(state, now=10 * SECOND, heard=5 * SECOND).feed
    assert word.text == text
    assert colour in {None, word.colour}


def test_a_feed_that_was_just_heard_is_simply_live():
    state = state_of(linked(Link.LIVE), live=PRACTICE)
    assert read_status(state, now=5 * SECOND, heard=5 * SECOND - 200_000_000).feed.text == "live"


RECORDINGS = [
    (None, "○ off", "muted"),
    ({"state": Recording.OFF, "file": "/r/a.jsonl"}, "○ off", "muted"),
    ({"state": Recording.ON}, "● 0 rounds", "rug"),
    ({"state": Recording.ON, "file": "/r/a.jsonl", "rounds": 1}, "● 1 round · a.jsonl", "rug"),
    ({"state": Recording.ON, "rounds": 2, "lost": 5}, "● 2 rounds, 5 lost", "warning"),
    ({"state": Recording.FAULTED, "reason": "Input/output error."}, None, "error"),
    ({"state": Recording.DISK_FULL, "reason": "12 MB left."}, None, "error"),
]


@pytest.mark.parametrize(("fields", "text", "colour"), RECORDINGS)
def test_the_recording_cell_follows_the_recorder(fields, text, colour):
    """N19: off, on with file and rounds, fault with its reason."""
    told = () if fields is None else (event(RecordingChanged, **fields),)
    state = state_of(*told, live=PRACTICE)
    word = read_status(state).recording
    assert word.colour == colour
    if text is not None:
        assert word.text == text
    else:
        assert fields["reason"] in word.text
        assert fields["reason"] in word.tip


@pytest.mark.parametrize(
    ("lost", "text", "colour"), [(0, "○ waiting", "muted"), (5, None, "warning")]
)
def test_a_recorder_without_a_venue_waits(lost, text, colour):
    """N19: no red dot while nothing can be recorded."""
    recording = event(RecordingChanged, state=Recording.ON, file="/r/a.jsonl", rounds=3, lost=lost)
    word = read_status(state_of(ticked(1), recording, shown=PRACTICE)).recording
    assert word.colour == colour
    assert word.text == (text or "○ waiting, 5 lost")


def test_the_phase_is_muted_after_disconnecting():
    events = (*a_round([1.0, 1.2]), linked(Link.LIVE))
    assert read_status(state_of(*events, live=PRACTICE, shown=PRACTICE)).phase.colour != "muted"
    assert read_status(state_of(*events, shown=PRACTICE)).phase.colour == "muted"


def test_the_replay_cell_says_asked_and_reached_speed():
    """N19: shown only while a recording is open."""
    assert read_status(state_of()).replay.text == ""
    assert read_status(state_of(OPENED)).replay.text == "opening…"
    assert read_status(state_of(OPENED, moved())).replay.text == "10x (9.87x)"
    assert read_status(state_of(OPENED, moved(playing=False))).replay.text == "paused 10x"
    fast = state_of(OPENED, moved(speed=float("inf"), achieved=51_234.0))
    assert read_status(fast).replay.text == "max (51,234x)"


def test_refused_data_lights_a_badge_with_its_reasons():
    """S0-H6: a data-quality badge counts what was refused, by reason."""
    counts = {"rejected": {"bad json": 3, "price": 1}, "ticks": 1, "filled": 0, "messages": 9}
    counts |= {"connects": 1, "attempts": 1, "latency_ns": 0}
    clean = state_of(event(FeedMeasured, **(counts | {"rejected": {}})), live=PRACTICE)
    bad = state_of(event(FeedMeasured, **counts), live=PRACTICE)
    assert read_status(clean).quality.text == ""
    assert read_status(bad).quality.text == "▲ 4"
    assert "bad json 3" in read_status(bad).quality.tip


def test_price_tick_and_phase_are_those_of_the_round_looked_at():
    """N19: nothing of another stream, and the rug's price once it is rugged."""
    other = [ticked(9, 77.0, stream=RUGS)]
    status = read_status(state_of(*other, *a_round([1.0, 2.5, 0.02])[:-1], shown=PRACTICE))
    assert (status.price.text, status.tick.text) == ("0.0200x", "2")
    live = linked(Link.LIVE)
    rugged = read_status(state_of(live, *a_round([1.0, 2.5, 0.02]), live=PRACTICE, shown=PRACTICE))
    assert (rugged.price.text, rugged.price.colour) == ("0.0200x", "rug")
    assert rugged.phase.text == "rugged"
    assert rugged.phase.colour == "rug"


@pytest.mark.parametrize("link", [link for link in Link if link is not Link.LIVE])
def test_a_price_is_muted_while_its_feed_is_not_live(link):
    """N19: a price that may be old has no market's colour, and the badge says why."""
    heard = [linked(Link.LIVE), *a_round([1.0, 2.5, 3.0])[:-1]]
    fresh = read_status(state_of(*heard, live=PRACTICE, shown=PRACTICE))
    assert fresh.price.colour == "up"
    old = read_status(state_of(*heard, linked(link), live=PRACTICE, shown=PRACTICE))
    assert (old.price.text, old.price.colour) == ("3.0000x", "muted")
    assert "may be old" in old.price.tip
    assert old.badge.word not in {"LIVE", "PRACTICE VENUE"}
    gone = read_status(state_of(*heard, linked(link), live=None, shown=PRACTICE))
    assert (gone.price.colour, gone.badge.word) == ("muted", "OFFLINE")


def test_the_whole_price_is_in_the_tool_tip():
    price = read_status(state_of(ticked(1, 0.0057723456), shown=PRACTICE)).price
    assert price.text == "0.0058x"
    assert price.tip.startswith("0.0057723456x")


def test_a_recording_stands_under_a_heading_of_its_own():
    """N19: whoever looks at a recording doesn't read its name as a venue's."""
    assert read_status(state_of(OPENED, shown=REPLAY)).venue.caption == "file"
    assert "monday.jsonl" in read_status(state_of(OPENED, shown=REPLAY)).venue.tip
    assert read_status(state_of(live=RUGS, shown=RUGS)).venue.caption == ""


def test_the_countdown_stands_beside_the_phase():
    presale = event(PhaseChanged, round_id=ROUND, phase=Phase.PRESALE)
    timer = event(TimerTicked, round_id=ROUND, remaining_ms=9_800)
    assert read_status(state_of(presale, timer, shown=PRACTICE)).phase.text == "presale 9.8 s"
    active = event(PhaseChanged, round_id=ROUND, phase=Phase.ACTIVE)
    assert read_status(state_of(presale, timer, active, shown=PRACTICE)).phase.text == "active"


def test_missing_ticks_are_told_with_the_phase():
    gap = event(GapFound, round_id=ROUND, first=2, last=4)
    assert "3 ticks" in read_status(state_of(ticked(1), ticked(5), gap, shown=PRACTICE)).phase.tip


words = st.one_of(
    st.builds(linked, st.sampled_from(Link), st.sampled_from([PRACTICE, RUGS, REPLAY])),
    st.builds(
        lambda state, reason: event(RecordingChanged, state=state, reason=reason),
        st.sampled_from(Recording),
        st.text(),
    ),
    st.builds(ticked, st.integers(-5, 50), st.floats()),
    st.builds(lambda n: event(RoundRugged, round_id=ROUND, tick=n, price=0.1), st.integers(0, 9)),
    st.builds(moved, speed=st.floats(), achieved=st.floats()),
    st.just(OPENED),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(words, max_size=12),
    st.sampled_from([None, PRACTICE, RUGS]),
    st.sampled_from([None, PRACTICE, RUGS, REPLAY]),
    st.integers(),
)
def test_every_state_can_be_told(events, live, shown, now):
    """S2-H5: whatever happened, the strip has words and colours that exist, and never raises."""
    status = read_status(state_of(*events, live=live, shown=shown), now=now, heard=0)
    cells = [getattr(status, field) for field in status.__struct_fields__]
    assert all(hasattr(DARK, cell.colour) for cell in cells)
    live_words = {"LIVE", "PRACTICE VENUE"}
    market = None if live is None else state_of(*events, live=live).markets.get(live)
    is_live = market is not None and market.link is not None and market.link.link is Link.LIVE
    assert (status.badge.word in live_words) <= (is_live and shown == live)


def test_the_empty_state_has_words():
    assert read_status(State()).venue.text == "no venue"
