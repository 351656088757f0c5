"""How indicators look is kept as text, and told apart on both grounds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from replayer_qt.core.indicators.catalogue import KINDS, MOST, usual
from replayer_qt.ui.chart.track_styles import (
    COLOURS,
    Shown,
    all_shown,
    another,
    shown,
    text_of,
)
from replayer_qt.ui.theme import DARK, LIGHT

each = st.builds(
    Shown, st.sampled_from(list(KINDS)).map(usual), st.sampled_from(list(COLOURS)), st.booleans()
)


@given(every=st.lists(each, max_size=MOST))
def test_what_is_shown_is_read_back_from_its_text(every):
    assert all_shown(text_of(every)) == tuple(every)


@given(text=st.text(alphabet="sma:20@blue,dashed;bollinger.x", max_size=60))
def test_any_text_is_read_without_an_error(text):
    for one in all_shown(text):
        assert shown(one.text()) == one


def test_what_names_nothing_is_passed_over_and_no_more_than_so_many_are_read():
    assert all_shown("sma:20@blue;sma:0@blue;rsi:14@red;peak@sky,dotted;;peak@sky") == (
        Shown(usual("sma"), "blue"),
        Shown(usual("peak"), "sky"),
    )
    assert len(all_shown(";".join(["peak@sky"] * 500))) == MOST


def test_another_indicator_gets_a_colour_that_is_not_used():
    found: list[Shown] = []
    for kind in ("sma", "ema", "rsi", "survival", "atr", "peak", "drawdown"):
        found.append(another(kind, found))
    lines = [one.colour for one in found if one.chosen.kind != "survival"]
    assert len(set(lines)) == len(COLOURS)


def luminance(colour):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
             for part in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    bright, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_each_colour_is_seen_and_read_on_its_ground(theme):
    """N20: names in the colour of their line have a contrast of 4.5 to 1."""
    ground = QColor(theme.background)
    for name in COLOURS:
        assert contrast(Shown(usual("sma"), name).on(ground), ground) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_colours_are_told_apart_from_each_other_and_from_the_candles(theme):
    """N20: no two lines look alike; the words of the legend tell them apart besides."""
    ground = QColor(theme.background)
    colours = [Shown(usual("sma"), name).on(ground) for name in COLOURS]
    for one, other in itertools.combinations(colours, 2):
        apart = [abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)]
        assert sum(apart) >= 60
