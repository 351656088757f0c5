"""Orders through the whole program, on an exchange that misbehaves."""

from decimal import Decimal

import pytest

from tests.torture.order_floor import gamble


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_no_order_is_doubled_or_lost_whatever_the_exchange_does(qapp, tmp_path, caplog):
    """FAULTS goal 10, O5, O6, S2-Q10, N1: and the ledger ends where the exchange's own does."""
    outcome = await gamble(tmp_path, 150, 7)
    assert (outcome.doubled, outcome.phantom, outcome.unseen, outcome.damaged) == (0, 0, 0, 0)
    assert set(outcome.ends) <= {"filled", "rejected", "expired", "refused", "unknown"}
    assert outcome.ends["filled"] > 30
    ours, theirs = outcome.cash
    assert Decimal(ours) == Decimal(theirs)
