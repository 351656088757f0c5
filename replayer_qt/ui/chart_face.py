"""What the window needs of a chart; `ui.chart.price_chart` is one."""

from typing import Protocol

from PySide6.QtCore import SignalInstance

from replayer_qt.core.state import Advance
from replayer_qt.ui.chart.extras import Extras
from replayer_qt.ui.chart.overlay import Notes
from replayer_qt.ui.chart.plan import Plan
from replayer_qt.ui.chart.subject import Pointed
from replayer_qt.ui.theme import Theme


class Chart(Protocol):
    """What the window needs of the chart, which is a widget."""

    followed: SignalInstance
    asked: SignalInstance
    planned: SignalInstance
    pointed: SignalInstance
    extras: Extras

    @property
    def plan(self) -> Plan | None:
        """What is shown, and where; None before the first frame."""
        ...

    @property
    def notes(self) -> Notes:
        """What is said over the candles."""
        ...

    @property
    def pointed_at(self) -> Pointed | None:
        """The candle under the crosshair; None while that is out."""
        ...

    def say_when_empty(self, headline: str, detail: str) -> None:
        """Say this, from the next frame on, where there is no market to chart."""
        ...

    def hold(self, *, on: bool) -> None:
        """Let frames wait, while others have their turn; the newest one is shown when that ends."""
        ...

    def paint_ms(self) -> float:
        """Return how long the last painting took [ms]."""
        ...

    def show_frame(self, advance: Advance) -> None:
        """Draw the newest state."""
        ...

    def set_theme(self, theme: Theme) -> None:
        """Use the theme's colours."""
        ...

    def set_style(self, style: str) -> None:
        """Draw `candles` or a `line`."""
        ...

    def set_log_scale(self, on: bool, /) -> None:  # noqa: FBT001
        """Use a logarithmic price axis or not."""
        ...

    def set_ticks_per_candle(self, ticks: int, /) -> None:
        """Make candles of so many ticks."""
        ...

    def follow(self) -> None:
        """Keep the newest price in sight."""
        ...

    def zoom(self, factor: float, /) -> None:
        """Show fewer (factor above 1) or more candles."""
        ...

    def show_all(self) -> None:
        """Show the whole round."""
        ...

    def show_span(self, first: int, last: int) -> None:
        """Show the ticks from `first` to `last`."""
        ...

    def pan(self, candles: int) -> None:
        """Look so many candles further right; ends following."""
        ...

    def point_at(self, x: int, y: int) -> None:
        """Put the crosshair at a place [device px]."""
        ...

    def point_away(self) -> None:
        """Take the crosshair away."""
        ...

    def refresh(self) -> None:
        """Look again at what was added."""
        ...
