"""What we believe the account to be: the last statement that all we heard agrees with, and since.

A statement may hold a trade whose own event comes only after it. Until the two agree, orders are
sent with nothing to compare a later statement with, and only their own events can end them.
"""

from collections.abc import Callable

from replayer_qt.adapters.brokers.picture import Picture
from replayer_qt.core.units import Nanos


class Belief:
    """The account's running sum, checked against every statement.

    Attributes:
        picture: the sum; None before the first statement.
        sure: whether the newest statement agrees with it.
        ask_at: when a statement is worth asking for, to be sure again [monotonic ns]; None: never.
    """

    def __init__(self, patience: Nanos) -> None:
        """Begin with nothing known.

        Args:
            patience: how long a trade's own event may come after a statement that holds it [ns].
        """
        self.picture: Picture | None = None
        self.sure = False
        self.ask_at: Nanos | None = None
        self._patience = patience
        self._stated: Picture | None = None
        self._since: Nanos | None = None
        self._blind = False
        self._reborn = False

    def heard(self, change: Callable[[Picture], Picture]) -> None:
        """Something happened to the account."""
        if self.picture is None:
            return
        self.picture = change(self.picture)
        if not self.sure and not self._blind and self.picture == self._stated:
            self._settle()

    def stated(self, picture: Picture, now: Nanos) -> None:
        """The venue stated the account; what stays unexplained for long is believed."""
        self._stated = picture
        if self.picture is None or self._reborn:
            self.picture = picture
        self._reborn = False
        if self._since is not None and now >= self._since + self._patience:
            self.picture = picture
            self._settle()
        elif picture == self.picture and not self._blind:
            self._settle()
        elif self._since is None:
            self._doubt(now)

    def lost(self, now: Nanos, *, unresolved: bool) -> None:
        """The connection is over: what happens meanwhile is not heard.

        Args:
            now: [monotonic ns].
            unresolved: whether an order may be carried out meanwhile, or be told of late.
        """
        self._stated, self._reborn = None, not unresolved
        if unresolved:
            self.picture = None
        self.sure, self._since, self.ask_at, self._blind = False, None, None, unresolved
        if unresolved:
            self._doubt(now)

    def asked(self, now: Nanos) -> None:
        """A statement was asked for."""
        if self.ask_at is not None and now >= self.ask_at:
            self.ask_at = Nanos(now + self._patience)

    def _doubt(self, now: Nanos) -> None:
        self.sure, self._since = False, now
        self.ask_at = Nanos(now + self._patience)

    def _settle(self) -> None:
        self.sure, self._since, self.ask_at, self._blind = True, None, None, False
