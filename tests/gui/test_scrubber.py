"""The slider with the round behind it: drawn once, however often its handle moves."""

import numpy as np
import pytest

from replayer_qt.core.replay_events import ReplayShaped
from replayer_qt.ui.panels import scrubber
from replayer_qt.ui.panels.scrubber import Scrubber
from replayer_qt.ui.theme import DARK, THEMES
from tests.helpers.make import ROUND, event

TICKS = 400


def shape(seed=1):
    prices = 1.5 + np.random.default_rng(seed).random(TICKS)
    return event(
        ReplayShaped, round_id=ROUND, ticks=np.arange(TICKS), prices=prices, rug_tick=TICKS - 1
    )


@pytest.fixture
def slider(qtbot):
    made = Scrubber()
    qtbot.addWidget(made)
    made.resize(600, 46)
    made.set_shape(shape())
    made.set_place(100, TICKS)
    return made


def seen(slider):
    return slider.grab().toImage()


def test_a_handle_that_moves_draws_no_curve_again(slider):
    before = seen(slider)
    pictures = slider._pictures
    slider.set_place(200, TICKS)
    assert seen(slider) != before
    assert slider._pictures is pictures
    slider.set_place(100, TICKS)
    assert seen(slider) == before


def test_another_round_another_size_and_another_theme_are_drawn(slider):
    before = seen(slider)
    slider.set_shape(shape(seed=2))
    other = seen(slider)
    assert other != before
    slider.set_shape(shape())
    slider.resize(500, 46)
    assert seen(slider).width() != before.width()
    slider.resize(600, 46)
    slider.set_theme(THEMES["light"])
    assert seen(slider) != before
    slider.set_theme(DARK)
    assert seen(slider) == before


def test_a_curve_drawn_in_parts_is_the_same_as_in_one(slider, monkeypatch):
    in_parts = seen(slider)
    monkeypatch.setattr(scrubber, "_EDGES", 10**6)
    slider.set_shape(shape())
    assert seen(slider) == in_parts
