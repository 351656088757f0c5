"""What the status strip says: a pure function of the state and the time."""

from typing import Final

import msgspec

from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.phase import Phase
from replayer_qt.core.program_events import Recording
from replayer_qt.core.round import RoundState
from replayer_qt.core.state import MarketState, State
from replayer_qt.core.units import NANOS_PER_MILLISECOND
from replayer_qt.ui import fmt
from replayer_qt.ui.plain import clean
from replayer_qt.ui.view import is_nothing_shown, is_replay_shown, live_venue, replayed

_OLD_NS: Final = 1_000 * NANOS_PER_MILLISECOND
"""An older newest tick than this is worth saying [ns]."""

_NO_LINK: Final = {
    Link.OFF: ("not connected", "muted"),
    Link.CONNECTING: ("connecting…", "warning"),
    Link.STALE: ("stale", "warning"),
    Link.WAITING: ("waiting", "warning"),
    Link.BLOCKED: ("blocked", "error"),
    Link.ENDED: ("ended", "error"),
}
_PHASES: Final = {
    Phase.UNKNOWN: ("unknown", "muted"),
    Phase.COOLDOWN: ("cooldown", "muted"),
    Phase.PRESALE: ("presale", "accent"),
    Phase.ACTIVE: ("active", "live"),
    Phase.RUGGED: ("rugged", "rug"),
}


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What one cell says.

    Attributes:
        colour: the meaning that colours it, a `Theme` attribute.
        tip: more words; empty for none.
        caption: what stands above the cell instead of its own name; empty for that name.
    """

    text: str
    colour: str = "text"
    tip: str = ""
    caption: str = ""


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of market is looked at, told by word, colour and shape.

    Attributes:
        shape: `disc`, `diamond`, `square`, `triangle`, `hexagon` or `ring`.
    """

    word: str
    shape: str
    colour: str
    tip: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """All cells of the strip; a cell whose text is empty is not shown."""

    badge: Badge
    venue: Word
    price: Word
    tick: Word
    phase: Word
    feed: Word
    quality: Word
    recording: Word
    replay: Word


def read_status(state: State, *, now: int = 0, heard: int | None = None) -> Status:
    """Return what the strip says.

    Args:
        state: where we are.
        now: the monotonic time [ns].
        heard: when the live stream was last heard of [monotonic ns]; None for never.
    """
    market = state.market()
    shown = None if market is None else market.round
    live = None if state.live is None else state.markets.get(state.live)
    link = None if live is None else live.link
    return Status(
        badge=_badge(state, link),
        venue=_venue(state, market),
        price=_price(shown, is_old=_is_old(state, link)),
        tick=_tick(shown),
        phase=_phase(shown, is_old=_is_old(state, link)),
        feed=_feed(state, link, now, heard),
        quality=_quality(live if live is not None else market),
        recording=_recording(state),
        replay=_replay(state),
    )


def _badge(state: State, link: FeedChanged | None) -> Badge:
    if is_replay_shown(state):
        return Badge(word="PAST", shape="triangle", colour="past", tip="A recording is replayed.")
    if state.live is None or state.shown != state.live:
        return Badge(
            word="OFFLINE", shape="ring", colour="muted", tip="No market is being received."
        )
    if link is None or link.link is not Link.LIVE:
        said = "connecting" if link is None else link.link.value
        return Badge(
            word=said.upper(),
            shape="ring",
            colour="warning",
            tip="The newest price may be old: the feed is not live.",
        )
    if live_venue(state) == "practice":
        return Badge(
            word="PRACTICE VENUE",
            shape="hexagon",
            colour="text",
            tip="The prices are the practice exchange's: no money, no internet.",
        )
    return Badge(word="LIVE", shape="disc", colour="live", tip="The running market.")


def _venue(state: State, market: MarketState | None) -> Word:
    if market is None or is_nothing_shown(state):
        return Word(text="no venue", colour="muted", tip="Pick a venue, or open a recording.")
    if is_replay_shown(state):
        source = market.replay.source if market.replay else ""
        source = source or (market.opened.source if market.opened else "")
        tip = f"Replayed: {clean(source, 180)}"
        return Word(text=clean(source, 120) or "recording", tip=tip, caption="file")
    return Word(text=fmt.stream(market.stream).removesuffix(" exchange"))


def _is_old(state: State, link: FeedChanged | None) -> bool:
    """Whether the newest price may not be the market's any more, as the badge says too."""
    if is_replay_shown(state):
        return False
    return state.shown != state.live or link is None or link.link is not Link.LIVE


def _price(shown: RoundState | None, *, is_old: bool) -> Word:
    if shown is None or shown.price is None:
        return Word(text=fmt.NOTHING, colour="muted")
    value = shown.price if shown.rug_price is None else shown.rug_price
    text, exact = fmt.price(value), fmt.exact_price(value)
    if is_old:
        return Word(text=text, colour="muted", tip=f"{exact}: the last price known, may be old.")
    colour = "up" if value >= 1 else "down"
    return Word(text=text, colour=colour if shown.rug_price is None else "rug", tip=exact)


def _tick(shown: RoundState | None) -> Word:
    if shown is None or shown.tick < 0:
        return Word(text=fmt.NOTHING, colour="muted")
    return Word(text=fmt.count(shown.tick))


def _phase(shown: RoundState | None, *, is_old: bool) -> Word:
    if shown is None:
        return Word(text=fmt.NOTHING, colour="muted")
    text, colour = _PHASES[shown.phase]
    if shown.timer_ms:
        text = f"{text} {fmt.seconds(shown.timer_ms * NANOS_PER_MILLISECOND)}"
    gaps = f" {shown.missing} ticks of this round are missing." if shown.missing else ""
    colour = "muted" if is_old else colour
    return Word(text=text, colour=colour, tip=f"Round {clean(shown.round_id, 64)}.{gaps}")


def _feed(state: State, link: FeedChanged | None, now: int, heard: int | None) -> Word:
    if state.live is None:
        return Word(text="not connected", colour="muted")
    if link is None:
        return Word(text="connecting…", colour="warning")
    age = None if heard is None else max(0, now - heard)
    if link.link is Link.LIVE:
        old = age is not None and age >= _OLD_NS
        text = f"live, {fmt.seconds(age)} ago" if old and age is not None else "live"
        return Word(text=text, colour="live", tip=clean(link.reason))
    text, colour = _NO_LINK[link.link]
    if link.retry_at is not None and link.link in {Link.WAITING, Link.BLOCKED}:
        text = f"{text}, retry in {fmt.seconds(link.retry_at - now)}"
    elif link.link is Link.STALE and age is not None:
        text = f"{text}, {fmt.seconds(age)}"
    tries = f" Attempt {link.attempt}." if link.attempt else ""
    return Word(text=text, colour=colour, tip=f"{clean(link.reason)}{tries}".strip())


def _quality(market: MarketState | None) -> Word:
    """Refused data: a badge that is there only when there is something to tell."""
    if market is None:
        return Word(text="")
    rejected = dict(market.measured.rejected) if market.measured else {}
    if market.refused:
        rejected["out of place"] = market.refused
    total = sum(rejected.values())
    if not total:
        return Word(text="")
    reasons = ", ".join(f"{clean(reason, 30)} {times:,}" for reason, times in rejected.items())
    tip = f"Refused data, {total:,} in all: {reasons}"
    return Word(text=f"▲ {fmt.short_count(total)}", colour="warning", tip=tip)


def _recording(state: State) -> Word:
    said = state.recording
    if said is None or said.state is Recording.OFF:
        return Word(text="○ off", colour="muted", tip="Nothing is being recorded.")
    file, lost = clean(fmt.file_name(said.file), 120), f", {said.lost:,} lost" if said.lost else ""
    if said.state is Recording.ON and state.live is None:
        tip = f"Records as soon as a venue is connected{lost}."
        return Word(text=f"○ waiting{lost}", colour="warning" if lost else "muted", tip=tip)
    if said.state is Recording.ON:
        rounds = f"{said.rounds:,} round{'' if said.rounds == 1 else 's'}"
        tip = f"{clean(said.file)}: {said.records:,} records, {fmt.size(said.size)}{lost}."
        parts = [f"● {rounds}{lost}", *([file] if file else [])]
        return Word(text=" · ".join(parts), colour="warning" if lost else "rug", tip=tip)
    what = "disk full" if said.state is Recording.DISK_FULL else "fault"
    reason = clean(said.reason)
    return Word(text=f"■ {what}{lost}: {reason}", colour="error", tip=reason)


def _replay(state: State) -> Word:
    market = replayed(state)
    if market is None:
        return Word(text="")
    at = market.replay
    if at is None:
        return Word(text="opening…", colour="past")
    if at.behind is not None:
        words = fmt.behind(at.behind)
        short = f"{fmt.count(at.behind)} behind" if at.behind else "newest tick"
        return Word(text=short, colour="past", tip=f"{words}; End goes back to the running market.")
    if not at.playing:
        return Word(text=f"paused {fmt.speed(at.speed)}", colour="past")
    asked, reached = fmt.speed(at.speed), fmt.speed(at.achieved)
    return Word(text=f"{asked} ({reached})", colour="past", tip="Asked for, and reached.")
