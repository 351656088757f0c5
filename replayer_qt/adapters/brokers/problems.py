"""What a person is told when a venue's words about an account do not fit together."""

from replayer_qt.core.program_events import ProblemRaised, Severity
from replayer_qt.core.units import Moment, StreamId


def foreign_trade(stream: StreamId, now: Moment) -> ProblemRaised:
    """Return the problem of a trade of ours that no order explains."""
    return ProblemRaised(
        at=now.at,
        mono=now.mono,
        stream=stream,
        code="foreign-trade",
        what="The venue shows a trade on this account that no order here explains.",
        remedy="Trade an account in one place only; compare the ledger with the venue.",
    )


def contradiction(stream: StreamId, now: Moment, *, done: bool) -> ProblemRaised:
    """Return the problem of an answer to an order that says the opposite of its known end.

    Args:
        stream: the account's.
        now: when the answer came.
        done: whether it says that the order was carried out.
    """
    said, found = ("done", "without effect") if done else ("refused", "done")
    return ProblemRaised(
        at=now.at,
        mono=now.mono,
        stream=stream,
        code="order-contradicted",
        what=f"The venue called an order {said} that was known as {found}.",
        remedy="Compare the ledger with the venue, and trust the venue.",
        severity=Severity.WARNING,
    )


def login_unanswered(stream: StreamId, now: Moment) -> ProblemRaised:
    """Return the problem of a venue that does not say what we have."""
    return ProblemRaised(
        at=now.at,
        mono=now.mono,
        stream=stream,
        code="login-unanswered",
        what="The venue does not answer our login, so nothing can be ordered there.",
        remedy="It is tried again by itself; or connect again.",
        severity=Severity.WARNING,
    )
