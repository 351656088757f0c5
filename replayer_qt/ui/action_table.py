"""The one table of actions: menus, tool bar, keys, tool tips and the F1 sheet come from it."""

from collections.abc import Callable, Iterator
from typing import Final

from replayer_qt.core import commands
from replayer_qt.core.commands import Command
from replayer_qt.core.events import Link
from replayer_qt.core.units import RUGS, venue_of
from replayer_qt.ui import fmt
from replayer_qt.ui.actions import ActionRow
from replayer_qt.ui.dock_table import DOCKS
from replayer_qt.ui.drawing_actions import drawing_rows
from replayer_qt.ui.export_actions import export_rows
from replayer_qt.ui.indicator_actions import indicator_rows
from replayer_qt.ui.layout_actions import layout_rows
from replayer_qt.ui.look_actions import chart_rows, theme_rows
from replayer_qt.ui.mark_actions import mark_rows
from replayer_qt.ui.pane_actions import pane_rows
from replayer_qt.ui.replay_actions import BACKWARDS, end_wish, replay_rows, travels
from replayer_qt.ui.speeds import SPEEDS, next_speed
from replayer_qt.ui.trade_actions import trade_rows
from replayer_qt.ui.vault_actions import vault_rows
from replayer_qt.ui.view import View, is_recording, is_replay_shown, live_venue, replayed

CANDLES: Final = (1, 2, 5, 10, 20, 50)
EVEN_MS: Final = 250

_GIVEN_UP: Final = frozenset({Link.OFF, Link.BLOCKED, Link.ENDED})

CHAOS: Final = (
    ("drop", "Drop the connection"),
    ("polite", "Disconnect politely"),
    ("refuse", "Refuse connections"),
    ("stall", "Stall"),
    ("blackhole", "Never answer"),
    ("duplicate", "Duplicate messages"),
    ("reorder", "Reorder messages"),
    ("skip", "Lose ticks"),
    ("garbage", "Send garbage"),
    ("binary", "Send a bad binary frame"),
    ("oversized", "Send an oversized message"),
    ("bomb", "Send a nested bomb"),
    ("price", "Send prices that are none"),
    ("types", "Send wrong types"),
    ("flood", "Flood"),
    ("slow", "Send slowly"),
    ("hostile", "Send hostile names"),
    ("lie", "Lie about ticks"),
    ("no_ack", "Orders: done, but not acknowledged"),
    ("ack_lost", "Orders: done, and nothing said"),
    ("late_ack", "Orders: acknowledged late"),
    ("double_ack", "Orders: acknowledged twice"),
    ("reject", "Orders: rejected"),
    ("silent", "Orders: not done, and nothing said"),
    ("double_echo", "Orders: own trade told twice"),
    ("drop_own", "Orders: own trade not told"),
    ("hand_trade", "Orders: a trade by hand elsewhere"),
    ("order_chaos", "Orders: any of these, now and then"),
)


def _connected_to(venue: str) -> Callable[[View], bool]:
    return lambda view: live_venue(view.state) == venue


def _connectable(venue: str) -> Callable[[View], bool]:
    return lambda view: live_venue(view.state) != venue or _given_up(view)


def _given_up(view: View) -> bool:
    live = view.state.live
    market = None if live is None else view.state.markets.get(live)
    return market is not None and market.link is not None and market.link.link in _GIVEN_UP


def _asking(command: Command) -> Callable[[View], Command]:
    return lambda _view: command


def _looks(attribute: str, *, value: object) -> Callable[[View], bool]:
    return lambda view: bool(getattr(view.look, attribute) == value)


def _dock_open(name: str) -> Callable[[View], bool]:
    return lambda view: name in view.look.docks


def _speed_is(speed: float) -> Callable[[View], bool]:
    return lambda view: _replay_open(view) and speed_of(view) == speed


def _connected(view: View) -> bool:
    return view.state.live is not None


def _never(_view: View) -> bool:
    return False


def _recording(view: View) -> bool:
    return is_recording(view.state)


def _can_record(view: View) -> bool:
    return _connected(view) or is_recording(view.state)


def _replay_open(view: View) -> bool:
    return replayed(view.state) is not None


def _replay_shown(view: View) -> bool:
    return is_replay_shown(view.state)


def _playing(view: View) -> bool:
    market = replayed(view.state)
    return market is not None and market.replay is not None and market.replay.playing


def _live_elsewhere(view: View) -> bool:
    return _connected(view) and view.state.shown != view.state.live


def _past_elsewhere(view: View) -> bool:
    return _replay_open(view) and not _replay_shown(view)


def _record(view: View) -> Command:
    return commands.StopRecording() if is_recording(view.state) else commands.StartRecording()


def _play(view: View) -> Command:
    stands = _playing(view) or not _replay_shown(view)  # the running market is held where it is
    return commands.Pause() if stands else commands.Play()


def _show_live(view: View) -> Command | None:
    return None if view.state.live is None else commands.Show(stream=view.state.live)


def _show_past(view: View) -> Command | None:
    market = replayed(view.state)
    return None if market is None else commands.Show(stream=market.stream)


def speed_of(view: View) -> float:
    """Return the asked-for speed of the open replay; 1 while it is not known."""
    market = replayed(view.state)
    return 1.0 if market is None or market.replay is None else market.replay.speed


def _faster(view: View) -> Command:
    return commands.SetSpeed(speed=next_speed(speed_of(view), 1))


def _slower(view: View) -> Command:
    return commands.SetSpeed(speed=next_speed(speed_of(view), -1))


def _file() -> Iterator[ActionRow]:
    yield ActionRow(
        name="open", menu="&File", text="&Open recording…", keys=("Ctrl+O",), icon="open", bar=3,
        tip="Replay one or more recordings.", call="open_files",
    )  # fmt: skip
    yield ActionRow(
        name="open-folder", menu="&File", text="Open &folder…", keys=("Ctrl+Shift+O",),
        tip="Replay every recording of a folder.", call="open_folder",
    )  # fmt: skip
    yield ActionRow(
        name="library", menu="&File", text="&Library…", keys=("Ctrl+L",),
        tip="Find, sort out and measure all recordings.", call="show_library",
    )  # fmt: skip
    yield from vault_rows()
    yield ActionRow(
        name="close-replay", menu="&File", text="&Close recording", keys=("Ctrl+W",),
        tip="Put the recording away.", enabled=_replay_open, rule=True,
        ask=_asking(commands.CloseReplay()),
    )  # fmt: skip
    yield ActionRow(
        name="quit", menu="&File", text="&Quit", keys=("Ctrl+Q",), rule=True,
        tip="Stop everything in order and leave.", call="close",
    )  # fmt: skip


def _venue() -> Iterator[ActionRow]:
    venues = (
        (
            "practice",
            "Practice",
            "practice",
            "&Practice exchange",
            "A market without money or internet.",
        ),
        (venue_of(RUGS), "rugs.fun", "venue", "&rugs.fun", "The real market, watched only."),
    )
    for number, (venue, short, picture, text, tip) in enumerate(venues, start=1):
        yield ActionRow(
            name=f"connect-{venue}", menu="&Venue", text=text, keys=(f"Ctrl+{number}",),
            icon=picture, tip=f"Connect. {tip}", bar=1, short=short, checked=_connected_to(venue),
            enabled=_connectable(venue),
            ask=_asking(commands.Connect(venue=venue)),
        )  # fmt: skip
    yield ActionRow(
        name="connect-binance", menu="&Venue", text="&Binance (not yet)", tip="Binance spot.",
        enabled=_never, reason="Not yet: this version speaks to crash markets only.",
    )  # fmt: skip
    yield ActionRow(
        name="disconnect", menu="&Venue", text="&Disconnect", keys=("Ctrl+D",), bar=1,
        icon="disconnect", tip="Stop receiving from the venue.", enabled=_connected, rule=True,
        ask=_asking(commands.Disconnect()),
    )  # fmt: skip
    yield ActionRow(
        name="record", menu="&Venue", text="&Record", keys=("Ctrl+R",), icon="record", bar=2,
        tip="Write every tick to disk, or stop doing so.", enabled=_can_record,
        checked=_recording, ask=_record, rule=True, short="Record",
    )  # fmt: skip
    yield ActionRow(
        name="show-live", menu="&Venue", text="Back to &live", keys=("L",), icon="live", bar=3,
        tip="Look at the running market; an open recording stays open.", enabled=_live_elsewhere,
        ask=_show_live, rule=True,
    )  # fmt: skip
    yield ActionRow(
        name="show-past", menu="&Venue", text="Show the &recording", keys=("Shift+L",),
        icon="past", bar=3, tip="Look at the open recording; the market goes on all the same.",
        enabled=_past_elsewhere, ask=_show_past,
    )  # fmt: skip
    for place, (fault, text) in enumerate(CHAOS):
        yield ActionRow(
            name=f"chaos-{fault}", menu="&Venue/&Chaos", text=text, rule=place == 0,
            tip=f"Ask the practice exchange for the fault “{fault}”.",
            reason="Only on the practice exchange.", enabled=_connected_to("practice"),
            ask=_asking(commands.Chaos(fault=fault)),
        )  # fmt: skip


def _moves() -> Iterator[ActionRow]:
    wishes: tuple[tuple[str, str, str, str, str, Command, bool], ...] = (
        ("step-back", "Step &back", "Left", "step-back", "One tick back.",
         commands.Step(ticks=-1), True),
        ("step-forward", "Step &forward", "Right", "step-forward", "One tick on.",
         commands.Step(ticks=1), True),
        ("leap-back", "Ten ticks back", "Shift+Left", "", "Ten ticks back.",
         commands.Step(ticks=-10), True),
        ("leap-forward", "Ten ticks on", "Shift+Right", "", "Ten ticks on.",
         commands.Step(ticks=10), True),
        ("start", "To the &start", "Home", "start", "Before the first event of the round.",
         commands.SeekStart(), False),
        ("end", "To the &end", "End", "end", "To the round's end; from the past, back to live.",
         commands.SeekEnd(), False),
        ("activation", "To the &activation", "A", "activation", "To the round's first tick.",
         commands.SeekActivation(), False),
        ("peak", "To the &peak", "P", "peak", "To the highest price of the round.",
         commands.SeekPeak(), False),
        ("rug", "To the &rug", "R", "rug", "To the end of the round.",
         commands.SeekRug(), False),
        ("next-round", "&Next round", "N", "next", "To the start of the next round.",
         commands.NextRound(), True),
        ("previous-round", "Pre&vious round", "B", "previous",
         "To the start of the round before.", commands.PreviousRound(), True),
    )  # fmt: skip
    for name, text, key, picture, tip, command, repeats in wishes:
        yield ActionRow(
            name=name, menu="&Replay", text=text, keys=(key,), icon=picture, tip=tip,
            enabled=travels if name in BACKWARDS else _replay_shown, repeats=repeats,
            rule=name in {"start", "next-round"},
            ask=end_wish if name == "end" else _asking(command),
        )  # fmt: skip


def _replay() -> Iterator[ActionRow]:
    yield ActionRow(
        name="play", menu="&Replay", text="&Play or pause", keys=("Space",), icon="play",
        tip="Move by itself, or stand still.", enabled=travels, ask=_play,
        checked=_playing,
    )  # fmt: skip
    yield from _moves()
    yield ActionRow(
        name="jump", menu="&Replay", text="&Jump to tick…", keys=("Ctrl+J",), icon="jump",
        tip="Go to a tick by its number.", enabled=_replay_shown, call="ask_tick",
    )  # fmt: skip
    yield ActionRow(
        name="slower", menu="&Replay/&Speed", text="&Slower", keys=("[",), repeats=True,
        tip="The next slower speed.", enabled=_replay_shown, ask=_slower,
    )  # fmt: skip
    yield ActionRow(
        name="faster", menu="&Replay/&Speed", text="&Faster", keys=("]",), repeats=True,
        tip="The next faster speed.", enabled=_replay_shown, ask=_faster,
    )  # fmt: skip
    for place, speed in enumerate(SPEEDS):
        words = fmt.speed(speed)
        yield ActionRow(
            name=f"speed-{words}", menu="&Replay/&Speed", text=words, rule=place == 0,
            tip=f"Replay at {words}.", enabled=_replay_shown,
            checked=_speed_is(speed),
            ask=_asking(commands.SetSpeed(speed=speed)),
        )  # fmt: skip
    yield ActionRow(
        name="spacing-recorded", menu="&Replay/S&pacing", text="As &recorded",
        tip="Ticks come as far apart as they were recorded.", enabled=_replay_shown,
        ask=_asking(commands.SetSpacing(fixed_ms=None)),
    )  # fmt: skip
    yield ActionRow(
        name="spacing-even", menu="&Replay/S&pacing", text=f"&Even, {EVEN_MS} ms",
        tip="Ticks come evenly.", enabled=_replay_shown,
        ask=_asking(commands.SetSpacing(fixed_ms=EVEN_MS)),
    )  # fmt: skip


def _chart() -> Iterator[ActionRow]:
    for style, text in (("candles", "&Candles"), ("line", "&Line")):
        yield ActionRow(
            name=style, menu="&Chart", text=text, icon=style, bar=4, call="set_style",
            tip=f"Draw prices as {text.replace('&', '').lower()}.", argument=style,
            keys=("C",) if style == "candles" else ("I",),
            checked=_looks("style", value=style),
        )  # fmt: skip
    for ticks in CANDLES:
        yield ActionRow(
            name=f"candle-{ticks}", menu="&Chart/Candle &width", argument=ticks,
            text=f"{ticks} tick{'' if ticks == 1 else 's'}", call="set_ticks_per_candle",
            tip="How many ticks one candle holds.",
            checked=_looks("ticks_per_candle", value=ticks),
        )  # fmt: skip
    yield ActionRow(
        name="log", menu="&Chart", text="Lo&garithmic", keys=("G",), icon="log", bar=4,
        tip="Equal distances are equal factors.", call="toggle_log_scale",
        checked=_looks("log_scale", value=True),
    )  # fmt: skip
    yield ActionRow(
        name="follow", menu="&Chart", text="&Follow the newest", keys=("F",), icon="follow",
        tip="Keep the newest price in sight.", call="follow", bar=5, rule=True,
        checked=_looks("following", value=True),
    )  # fmt: skip
    yield ActionRow(
        name="zoom-in", menu="&Chart", text="Zoom &in", keys=("+", "="), icon="zoom-in",
        tip="Fewer, wider candles.", call="zoom", argument=1.25, repeats=True, bar=5,
    )  # fmt: skip
    yield ActionRow(
        name="zoom-out", menu="&Chart", text="Zoom &out", keys=("-",), icon="zoom-out",
        tip="More, narrower candles.", call="zoom", argument=0.8, repeats=True, bar=5,
    )  # fmt: skip
    yield ActionRow(
        name="show-all", menu="&Chart", text="Show &all", keys=("0",), icon="fit", bar=5,
        tip="The whole round at once.", call="show_all",
    )  # fmt: skip


def _window() -> Iterator[ActionRow]:
    yield from theme_rows()
    for dock in DOCKS:
        yield ActionRow(
            name=f"dock-{dock.name}", menu="Vie&w/&Panels", text=dock.title, tip=dock.tip,
            keys=(dock.key,) if dock.key else (), call="toggle_dock", argument=dock.name,
            checked=_dock_open(dock.name),
        )  # fmt: skip
    yield ActionRow(
        name="reset-layout", menu="Vie&w", text="&Reset layout", rule=True,
        tip="Put every panel back where it was at first, and leave one chart.",
        call="reset_layout",
    )  # fmt: skip
    yield ActionRow(
        name="full-screen", menu="Vie&w", text="&Full screen", keys=("F11",),
        tip="Fill the screen, or leave it.", call="toggle_full_screen",
        checked=_looks("full_screen", value=True),
    )  # fmt: skip
    yield ActionRow(
        name="shortcuts", menu="&Help", text="&Shortcuts", keys=("F1",),
        tip="Every action with its key.", call="show_shortcuts",
    )  # fmt: skip
    yield ActionRow(
        name="about", menu="&Help", text="&About Replayer",
        tip="Versions, and the licences of what it is built from.", call="show_about",
    )  # fmt: skip


ACTIONS: Final = (
    *_file(), *_venue(), *_replay(), *replay_rows(), *trade_rows(), *_chart(), *chart_rows(),
    *mark_rows(), *indicator_rows(), *export_rows(), *drawing_rows(), *pane_rows(),
    *layout_rows(), *_window(),
)  # fmt: skip
"""Every action, in the order of the menus."""
