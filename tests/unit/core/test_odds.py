import pytest

from replayer_qt.core.odds import BREAK_EVEN, EXPECTED, WIN_CHANCE


def test_a_side_bet_wins_less_often_than_it_must_to_break_even():
    assert pytest.approx(0.18168, abs=1e-5) == WIN_CHANCE
    assert BREAK_EVEN == 0.2
    assert pytest.approx(-0.0916, abs=1e-4) == EXPECTED
