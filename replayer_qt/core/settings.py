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
    trades_from_sol: Annotated[
        float,
        Meta(ge=0, le=1_000, description="Others' trades are marked from this amount on [SOL]."),
    ] = 0.1
    max_fps: Annotated[
        int, Meta(ge=1, le=240, description="Paintings of prices per second at most.")
    ] = 240


class WindowSettings(Section, frozen=True, kw_only=True):
    """The window."""

    theme: Annotated[Literal["dark", "light"], Meta(description="Its colours.")] = "dark"
    palette: Annotated[
        Literal["teal-orange", "blue-orange", "orange-blue", "green-red", "red-green"],
        Meta(description="The colours of what rises and what falls."),
    ] = "teal-orange"
    letters: Annotated[
        int, Meta(ge=80, le=200, description="How large letters are, 100 is as made [%].")
    ] = 100
    private: Annotated[bool, Meta(description="Whether amounts of money are shown as dots.")] = (
        False
    )
    restore_layout: Annotated[
        bool, Meta(description="Whether panels come back where they were.")
    ] = True
    connect_at_start: Annotated[
        Literal["none", "practice", "rugs", "binance"],
        Meta(description="The venue that is connected without being asked."),
    ] = "none"


class TradingSettings(Section, frozen=True, kw_only=True):
    """Hands on the ticket, and how long things may take."""

    amount: Annotated[
        float, Meta(ge=0.001, le=5, description="Amount that the ticket begins with [SOL].")
    ] = 0.01
    practice_mode: Annotated[
        Literal["practice", "paper"],
        Meta(description="Where orders on the practice venue go: to it, or to paper."),
    ] = "practice"
    arm_paper: Annotated[
        bool, Meta(description="Whether paper orders need arming, as orders to a venue do.")
    ] = False
    arm_minutes: Annotated[
        float, Meta(ge=0.1, le=60, description="How long arming lasts [min].")
    ] = 15.0
    key_minutes: Annotated[
        float, Meta(ge=0.1, le=60, description="How long the trading keys stay armed [min].")
    ] = 5.0
    ack_ms: Annotated[
        int,
        Meta(ge=100, le=60_000, description="Without an answer this long: order unknown [ms]."),
    ] = 2_000
    order_ms: Annotated[
        int,
        Meta(ge=100, le=60_000, description="An order not sent in this time is withdrawn [ms]."),
    ] = 2_000
    bet_cooldown_ticks: Annotated[
        int, Meta(ge=0, le=1_000, description="Ticks between two side bets; the venue asks none.")
    ] = 0


class PaperSettings(Section, frozen=True, kw_only=True):
    """How paper orders are filled."""

    cash: Annotated[
        float, Meta(ge=0.001, le=1_000_000, description="Cash a paper account begins with [SOL].")
    ] = 10.0
    latency_ms: Annotated[
        int, Meta(ge=0, le=60_000, description="Time from order to the first tick that fills [ms].")
    ] = 200
    latency_jitter_ms: Annotated[
        int, Meta(ge=0, le=60_000, description="Random part added to the latency, at most [ms].")
    ] = 100
    slippage_bp: Annotated[
        float, Meta(ge=0, le=5_000, description="Fill worse than the tick, at most [0.01 %].")
    ] = 0.0
    reject_share: Annotated[
        float, Meta(ge=0, le=1, description="Share of orders that are rejected at random.")
    ] = 0.0
    seed: Annotated[
        int, Meta(ge=0, le=9_007_199_254_740_991, description="Draws jitter, slippage, rejects.")
    ] = 1


class RiskSettings(Section, frozen=True, kw_only=True):
    """What the gate refuses; a limit of 0 (or false) switches its rule off.

    The kill switch, unknown inputs and the balance can't be switched off.
    """

    min_order_sol: Annotated[
        float, Meta(ge=0, le=5, description="Smallest buy or side bet [SOL].")
    ] = 0.001
    max_order_sol: Annotated[
        float, Meta(ge=0, le=5, description="Largest buy or side bet [SOL].")
    ] = 1.0
    max_loss_per_trade_sol: Annotated[
        float,
        Meta(ge=0, le=5, description="Most that one order may lose if the rug takes all [SOL]."),
    ] = 1.0
    max_position_sol: Annotated[
        float, Meta(ge=0, le=1_000, description="Largest position at cost, pending incl. [SOL].")
    ] = 2.0
    max_exposure_sol: Annotated[
        float,
        Meta(ge=0, le=1_000, description="Most at risk: positions, bets and pending [SOL]."),
    ] = 3.0
    max_daily_loss_sol: Annotated[
        float, Meta(ge=0, le=10_000, description="Largest loss of a UTC day [SOL].")
    ] = 5.0
    max_drawdown_sol: Annotated[
        float, Meta(ge=0, le=10_000, description="Largest fall from the session's peak [SOL].")
    ] = 5.0
    max_losing_streak: Annotated[
        int, Meta(ge=0, le=1_000, description="Losses in a row after which risk needs a pause.")
    ] = 0
    streak_pause_s: Annotated[float, Meta(ge=0, le=86_400, description="That pause [s].")] = 60.0
    cooldown_ticks: Annotated[
        int, Meta(ge=0, le=1_000, description="Ticks to wait after a loss in the same round.")
    ] = 0
    duplicate_ms: Annotated[
        int, Meta(ge=0, le=60_000, description="The same order within this time is one [ms].")
    ] = 250
    orders_per_second: Annotated[
        int, Meta(ge=0, le=100, description="Orders per second at most.")
    ] = 4
    orders_per_minute: Annotated[
        int, Meta(ge=0, le=600, description="Orders per minute at most.")
    ] = 60
    max_automated: Annotated[
        int,
        Meta(ge=0, le=10_000, description="Automated orders until a person must allow more."),
    ] = 100
    collar_percent: Annotated[
        float, Meta(ge=0, le=1_000, description="Price may have moved this much since asked [%].")
    ] = 30.0
    max_tick_age_ms: Annotated[
        int, Meta(ge=0, le=60_000, description="A tick older than this is stale [ms].")
    ] = 1_500
    refuse_gapped: Annotated[
        bool, Meta(description="Refuse risk while ticks of the round are missing.")
    ] = True
    check_phase: Annotated[
        bool, Meta(description="Refuse what the round's phase does not allow.")
    ] = True
    block_on_unknown: Annotated[
        bool, Meta(description="Refuse risk while an order's fate is unknown.")
    ] = True
    check_breaker: Annotated[
        bool, Meta(description="Refuse risk while a circuit breaker is open.")
    ] = True
    kill_on_daily_loss: Annotated[
        bool, Meta(description="Press the kill switch when the daily loss limit is crossed.")
    ] = True
    kill_on_unknowns: Annotated[
        int, Meta(ge=0, le=100, description="Press it when so many orders are unknown.")
    ] = 3
    kill_on_drift_sol: Annotated[
        float, Meta(ge=0, le=1_000, description="Press it when cash differs by so much [SOL].")
    ] = 1.0
    rejects_per_minute: Annotated[
        int, Meta(ge=0, le=100, description="Rejects in a minute that disarm.")
    ] = 3


class LibrarySettings(Section, frozen=True, kw_only=True):
    """Recordings that are over: where they are catalogued, packed, and how long they stay."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^$|^postgres(ql)?://[^\s]+$",
            max_length=2_000,
            description="A shared catalogue's PostgreSQL address; empty: a file of our own.",
        ),
    ] = ""
    seal: Annotated[bool, Meta(description="Whether recordings that are over are packed.")] = True
    seal_after_s: Annotated[
        int, Meta(ge=0, le=604_800, description="How long after its end a recording is [s].")
    ] = 120
    quota_mb: Annotated[
        int, Meta(ge=0, le=100_000_000, description="Space for recordings [MB]; 0: no quota.")
    ] = 0
    keep_days: Annotated[
        int, Meta(ge=0, le=36_500, description="Older recordings go [days]; 0: none.")
    ] = 0
    raw_days: Annotated[
        int, Meta(ge=0, le=36_500, description="Older raw messages go [days]; 0: none.")
    ] = 0
    tidy: Annotated[
        bool, Meta(description="Whether quota and ages are kept to without being asked.")
    ] = False
    processes: Annotated[
        int, Meta(ge=0, le=64, description="Processes for imports; 0: one less than processors.")
    ] = 0
    vault: Annotated[
        Literal["off", "keyring", "passphrase"],
        Meta(description="Whether own actions' old days are encrypted, and where the key lies."),
    ] = "off"


class Settings(Section, frozen=True, kw_only=True):
    """All settings."""

    feed: FeedSettings = FeedSettings()
    recorder: RecorderSettings = RecorderSettings()
    replay: ReplaySettings = ReplaySettings()
    practice: PracticeSettings = PracticeSettings()
    chart: ChartSettings = ChartSettings()
    window: WindowSettings = WindowSettings()
    trading: TradingSettings = TradingSettings()
    paper: PaperSettings = PaperSettings()
    risk: RiskSettings = RiskSettings()
    library: LibrarySettings = LibrarySettings()
