"""What others have added to one chart, in the order in which it is painted and asked."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QPainter

from replayer_qt.ui.chart.decor import Cover, Decoration, Spot, Tool, Track
from replayer_qt.ui.chart.layer import PaintPart
from replayer_qt.ui.chart.plan import Plan


class Extras:
    """Tracks, decorations and tools.

    Attributes:
        tracks: lines that belong to the finished picture.
        covers: what lies over the candles and is kept with them.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        """Begin with nothing.

        Args:
            changed: called when something was added or removed.
        """
        self.tracks: list[Track] = []  # bounded: one for each line that a person asked for
        self.covers: list[Cover] = []  # bounded: made with the window
        self._decorations: list[Decoration] = []  # bounded: made with the window
        self._tools: list[Tool] = []  # bounded: made with the window
        self._changed = changed

    def add_track(self, track: Track) -> None:
        """Paint a line with the candles from now on."""
        self.tracks.append(track)
        self._changed()

    def swap_tracks(self, gone: Sequence[Track], come: Sequence[Track]) -> None:
        """Paint some lines no more and others from now on; the chart looks at them but once."""
        for track in gone:
            self.tracks.remove(track)
        self.tracks += come
        self._changed()

    def add_cover(self, cover: Cover) -> None:
        """Have something lie over the candles from now on, below all decorations."""
        self.covers.append(cover)
        self._changed()

    @property
    def parts(self) -> list[PaintPart]:
        """What paints the covers between two places."""
        return [cover.paint for cover in self.covers]

    def add_decoration(self, decoration: Decoration) -> None:
        """Paint something over the candles from now on, above those that were added before."""
        self._decorations.append(decoration)
        self._changed()

    def add_tool(self, tool: Tool) -> None:
        """Let a tool have the mouse before the chart."""
        self._tools.append(tool)

    def looks(self, plan: Plan) -> tuple[object, ...]:
        """Return all that the picture of these depends on."""
        covers = [cover.look(plan) for cover in self.covers]
        tracks = [track.look() for track in self.tracks]
        return (*covers, *tracks, *(decoration.look(plan) for decoration in self._decorations))

    def paint(self, painter: QPainter, plan: Plan) -> None:
        """Paint the decorations."""
        for decoration in self._decorations:
            decoration.paint(painter, plan)

    def press(self, spot: Spot) -> bool:
        """Offer the button going down; True if a tool took it."""
        return any(tool.press(spot) for tool in self._tools)

    def move(self, spot: Spot) -> bool:
        """Tell every tool of the mouse moving; True if one keeps the chart from moving."""
        kept = [tool.move(spot) for tool in self._tools]
        return any(kept)

    def release(self, spot: Spot) -> bool:
        """Offer the button going up; True if a tool took it."""
        return any(tool.release(spot) for tool in self._tools)
