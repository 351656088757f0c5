from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.core.tally import Tally, tallied

RESULTS = st.lists(
    st.tuples(st.decimals("-1", "3", places=9), st.booleans()), min_size=1, max_size=40
)


@given(results=RESULTS)
def test_running_sums_are_those_of_the_whole_list(results):
    """BR-06, S2-M9: sums kept one by one are exactly those over everything."""
    tally, equity, equities = Tally(peak=Decimal(10)), Decimal(10), [Decimal(10)]
    for result, is_bet in results:
        equity += result
        equities.append(equity)
        tally = tallied(tally, result, equity, bet=is_bet)
    all_of_them = [result for result, _ in results]
    bets = [result for result, is_bet in results if is_bet]
    assert tally.count == len(results)
    assert tally.wins == sum(one > 0 for one in all_of_them)
    assert tally.gained - tally.lost == sum(all_of_them)
    assert (tally.best, tally.worst) == (max(all_of_them), min(all_of_them))
    assert tally.bets == len(bets)
    assert tally.bets_gained - tally.bets_lost == sum(bets)
    assert tally.peak == max(equities)
    falls = [max(equities[: n + 1]) - one for n, one in enumerate(equities)]
    assert tally.drawdown == max(falls)
    if tally.drawdown:
        assert tally.fallen_from == max(equities[: falls.index(max(falls)) + 1])


def streaks(*results):
    tally = Tally()
    for result in results:
        tally = tallied(tally, Decimal(result), Decimal(0), bet=False)
    return tally.streak, tally.longest_wins, tally.longest_losses


def test_an_even_result_ends_a_streak():
    assert streaks(1, 1, 0) == (0, 2, 0)
    assert streaks(-1, -1, -1, 1, 1) == (2, 2, 3)
    assert streaks(1, -1) == (-1, 1, 1)
    assert streaks(0) == (0, 0, 0)
