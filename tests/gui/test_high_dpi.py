"""Screens with more pixels: candles and grid are drawn in the screen's own, not blown up."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json
import numpy as np
from PySide6.QtWidgets import QApplication
from replayer_qt.ui.chart.price_chart import PriceChart
from tests.gui.desk import PRACTICE, Bench, moved_to
app = QApplication([])
bench = Bench(chart=PriceChart())
bench.connect()
steps = np.where(np.arange(150) % 7 == 3, 0.97, 1.02)
bench.feed(moved_to(PRACTICE, [1.0, *np.cumprod(steps).tolist()])[:-1])
chart = bench.chart
chart.setParent(None)
chart.resize(800, 400)
chart.set_ticks_per_candle(5)
chart.show()
chart.show_span(0, 220)
for _ in range(3):
    app.processEvents()
seen = chart.grab().toImage().convertToFormat(chart.grab().toImage().Format.Format_RGB32)
pixels = np.frombuffer(seen.constBits(), np.uint32).reshape(seen.height(), -1) & 0xFFFFFF
left, right = round(seen.width() * 0.05), round(seen.width() * 0.35)
upper, lower = round(seen.height() * 0.3), round(seen.height() * 0.85)
part = pixels[upper:lower, left:right]
print(json.dumps({
    "ratio": seen.devicePixelRatio(), "wide": seen.width(),
    "colours": sorted({int(each) for each in np.unique(part)}),
}))
"""


def drawn(factor: str) -> dict:
    """What a chart looks like on a screen that scales by so much."""
    told = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", SCRIPT], env=told, capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(120)
def test_candles_and_grid_have_the_same_flat_colours_on_a_sharper_screen():
    """N19: no colour is there that is not on a plain screen: nothing was blown up or blended."""
    plain = drawn("1")
    assert len(plain["colours"]) >= 4
    for factor in ("1.5", "2"):
        sharp = drawn(factor)
        assert sharp["ratio"] == float(factor)
        assert sharp["wide"] == round(800 * float(factor))
        assert sharp["colours"] == plain["colours"]
