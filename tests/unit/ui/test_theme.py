import itertools

import numpy as np
import pytest

from replayer_qt.core.settings import WindowSettings
from replayer_qt.ui.theme import OWN, PALETTES, THEMES, faint, mixed, theme_of

EVERY = [theme_of(name, palette) for palette in PALETTES for name in THEMES]
MEANINGS = ("up", "down", "rug", "live", "past", "practice")
WORDS = ("text", "muted", *MEANINGS, "accent", "warning", "error")

# Linear RGB as a viewer without one kind of cone sees it: Machado, Oliveira and Fernandes,
# "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour, eye):
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", EVERY, ids=lambda theme: theme.name)
@pytest.mark.parametrize("word", WORDS)
def test_every_word_can_be_read_on_every_ground(theme, word):
    """N20: contrast of text and semantic colours is 4.5:1 at least."""
    grounds = (theme.background, theme.surface)
    assert all(contrast(getattr(theme, word), ground) >= 4.5 for ground in grounds)


@pytest.mark.parametrize("theme", EVERY, ids=lambda theme: theme.name)
def test_text_can_be_read_on_buttons_too(theme):
    assert contrast(theme.text, theme.raised) >= 7
    assert contrast(theme.muted, theme.raised) >= 4.5


@pytest.mark.parametrize("theme", EVERY, ids=lambda theme: theme.name)
def test_words_on_a_filled_badge_can_be_read(theme):
    """N20: the badge writes in the background's colour on a meaning's colour."""
    for meaning in ("live", "past", "practice"):
        assert contrast(theme.background, getattr(theme, meaning)) >= 4.5


@pytest.mark.parametrize("theme", EVERY, ids=lambda theme: theme.name)
@pytest.mark.parametrize("eye", EYES)
def test_meanings_are_distinct_for_every_eye(theme, eye):
    """N20: up, down, rug, live, past and practice differ pairwise, colour-blind eyes included."""
    near = {
        (one, other): float(
            np.linalg.norm(lab(getattr(theme, one), eye) - lab(getattr(theme, other), eye))
        )
        for one, other in itertools.combinations(MEANINGS, 2)
    }
    assert min(near.values()) >= 15, sorted(near.items(), key=lambda pair: pair[1])[:3]


def test_a_mix_lies_between_its_parts():
    assert mixed("#102030", "#304050", 0.5) == "#203040"
    assert all(faint(theme) != theme.muted for theme in THEMES.values())


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", EVERY, ids=lambda theme: theme.name)
def test_what_rises_and_what_falls_are_far_apart_for_every_eye(theme, eye):
    """N20: 20 apart in every palette, 30 in those that are meant for every eye."""
    apart = float(np.linalg.norm(lab(theme.up, eye) - lab(theme.down, eye)))
    assert apart >= (20 if "green" in theme.name else 30)


def test_a_palette_turned_round_has_the_same_two_colours():
    for one, other in (("blue-orange", "orange-blue"), ("green-red", "red-green")):
        for name in THEMES:
            there, back = theme_of(name, one), theme_of(name, other)
            assert (there.up, there.down) == (back.down, back.up)
            assert there.name != back.name
            assert there.background == THEMES[name].background


def test_a_theme_without_such_a_palette_is_the_one_it_begins_with():
    assert theme_of("dark") is theme_of("dark", "plaid") is theme_of("none", OWN)
    assert len({theme.name for theme in EVERY}) == len(EVERY)


def test_the_settings_know_every_palette():
    known = WindowSettings.__annotations__["palette"].__origin__.__args__
    assert known == PALETTES
