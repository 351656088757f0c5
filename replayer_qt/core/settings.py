"""Every setting: its name, type, default, range, unit and one sentence; declared once, here.

A section is a frozen struct; a field's `Meta` holds its range and its sentence. From these come
validation, the settings file, the environment's and the command line's overrides and the table in
docs/settings.md.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

_WEB_ADDRESS: Final = r"^https?://[^\s]+$"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some settings that belong together."""


class FeedSettings(Section, frozen=True, kw_only=True):
    """How a venue is connected to, and when it is given up for dead."""

    rugs_url: Annotated[
        str,
        Meta(pattern=_WEB_ADDRESS, max_length=2_000, description="Address of the rugs.fun feed."),
    ] = "https://backend.rugs.fun?frontend-version=1.0"
    rugs_origin: Annotated[
        str,
        Meta(pattern=_WEB_ADDRESS, max_length=2_000, description="Origin header sent to rugs.fun."),
    ] = "https://rugs.fun"
    connect_timeout_s: Annotated[
        float, Meta(ge=0.1, le=60, description="Longest time for a connection to be made [s].")
    ] = 10.0
    backoff_base_s: Annotated[
        float, Meta(ge=0.01, le=60, description="First bound of the random wait [s].")
    ] = 1.0
    backoff_cap_s: Annotated[
        float, Meta(ge=0.01, le=600, description="Largest bound of the random wait [s].")
    ] = 60.0
    healthy_after_s: Annotated[
        float, Meta(ge=0, le=600, description="A connection this old resets the wait [s].")
    ] = 30.0
    attempts: Annotated[
        int, Meta(ge=1, le=10_000, description="Connections tried at most per window.")
    ] = 60
    attempts_window_s: Annotated[
        float, Meta(ge=1, le=3600, description="The window over which attempts are counted [s].")
    ] = 300.0
    breaker_failures: Annotated[
        int, Meta(ge=1, le=1000, description="Failures in a row that open the breaker.")
    ] = 10
    breaker_open_s: Annotated[
        float, Meta(ge=0.1, le=3600, description="How long the breaker stays open [s].")
    ] = 60.0
    stale_s: Annotated[
        float, Meta(ge=0.05, le=600, description="Without a new tick this long: stale [s].")
    ] = 1.5
    reconnect_s: Annotated[
        float, Meta(ge=0.05, le=600, description="Without a new tick this long: reconnect [s].")
    ] = 3.0
    silent_s: Annotated[
        float,
        Meta(ge=0.05, le=600, description="Without any message this long: reconnect [s]."),
    ] = 10.0
    event_limit: Annotated[
        int, Meta(ge=1024, le=64_000_000, description="Largest live message [bytes].")
    ] = 1_000_000
    snapshot_limit: Annotated[
        int, Meta(ge=1024, le=64_000_000, description="Largest snapshot message [bytes].")
    ] = 4_000_000
    quarantine: Annotated[
        int, Meta(ge=0, le=10_000, description="Refused messages kept for inspection.")
    ] = 100


class RecorderSettings(Section, frozen=True, kw_only=True):
    """How recordings are written."""

    autostart: Annotated[
        bool, Meta(description="Whether recording begins with the connection.")
    ] = True
    keep_raw: Annotated[
        bool, Meta(description="Whether messages are kept as they came, beside what was read.")
    ] = True
    sync_ms: Annotated[
        int, Meta(ge=10, le=1000, description="Time between two flushes to the disk [ms].")
    ] = 200
    warn_free_mb: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Warn when less space is left [MB].")
    ] = 500
    stop_free_mb: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Pause recording when less is left [MB].")
    ] = 200
    retry_s: Annotated[
        float, Meta(ge=0.05, le=600, description="Time between two tries of a failed disk [s].")
    ] = 2.0
    segment_mb: Annotated[int, Meta(ge=1, le=4096, description="Largest recording file [MB].")] = 64


class ReplaySettings(Section, frozen=True, kw_only=True):
    """How recordings are replayed."""

    speed: Annotated[
        float, Meta(ge=0.1, le=1000, description="Speed at which a replay begins [x].")
    ] = 1.0
    skip_to_activation: Annotated[
        bool, Meta(description="Whether a replay begins at the first tick, past the countdown.")
    ] = True
    fixed_ms: Annotated[
        int, Meta(ge=0, le=60_000, description="Even tick spacing [ms]; 0 is as recorded.")
    ] = 0


class PracticeSettings(Section, frozen=True, kw_only=True):
    """The practice exchange that the window starts."""

    seed: Annotated[
        int,
        Meta(ge=0, le=9_007_199_254_740_991, description="Makes runs repeatable; 0 draws one."),
    ] = 0
    speed: Annotated[
        float, Meta(ge=0.1, le=1000, description="How much faster than the real one [x].")
    ] = 1.0
    start_timeout_s: Annotated[
        float, Meta(ge=0.5, le=120, description="Longest time for it to start [s].")
    ] = 15.0


class ChartSettings(Section, frozen=True, kw_only=True):
    """How prices are drawn."""

    style: Annotated[Literal["candles", "line"], Meta(description="What a price is drawn as.")] = (
        "candles"
    )
    ticks_per_candle: Annotated[int, Meta(ge=1, le=1000, description="Ticks in one candle.")] = 5
    log_scale: Annotated[bool, Meta(description="Whether the price axis is logarithmic.")] = False
    max_fps: Annotated[int, Meta(ge=1, le=240, description="Frames per second at most.")] = 60


class WindowSettings(Section, frozen=True, kw_only=True):
    """The window."""

    theme: Annotated[Literal["dark", "light"], Meta(description="Its colours.")] = "dark"
    restore_layout: Annotated[
        bool, Meta(description="Whether panels come back where they were.")
    ] = True
    connect_at_start: Annotated[
        Literal["none", "practice", "rugs", "binance"],
        Meta(description="The venue that is connected without being asked."),
    ] = "none"


class Settings(Section, frozen=True, kw_only=True):
    """All settings."""

    feed: FeedSettings = FeedSettings()
    recorder: RecorderSettings = RecorderSettings()
    replay: ReplaySettings = ReplaySettings()
    practice: PracticeSettings = PracticeSettings()
    chart: ChartSettings = ChartSettings()
    window: WindowSettings = WindowSettings()
