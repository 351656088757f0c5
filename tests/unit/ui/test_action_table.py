import re
from pathlib import Path

import msgspec

from replayer_qt.core.commands import Command
from replayer_qt.core.state import State
from replayer_qt.practice import faults
from replayer_qt.ui.action_table import ACTIONS, CHAOS, SPEEDS
from replayer_qt.ui.assets import resource
from replayer_qt.ui.view import Look, View
from tests.gui.desk import Bench

NOWHERE = View(state=State(), look=Look())


def test_every_row_says_what_it_does_and_does_one_thing():
    for row in ACTIONS:
        assert row.tip.endswith("."), row.name
        assert row.text
        assert (row.ask is not None) + bool(row.call) <= 1, row.name
        assert row.ask or row.call or row.reason, row.name


def test_predicates_and_wishes_are_total():
    """S2-H5: nothing is known, and still every row can be asked."""
    for row in ACTIONS:
        assert row.enabled(NOWHERE) in {True, False}
        assert row.checked is None or row.checked(NOWHERE) in {True, False}
        wish = None if row.ask is None else row.ask(NOWHERE)
        assert wish is None or isinstance(wish, Command)


def test_every_verb_is_the_windows_own(qtbot):
    window = Bench().window
    qtbot.addWidget(window)
    verbs = {row.call for row in ACTIONS if row.call}
    assert sorted(verbs - set(window._verbs)) == []


def test_every_icon_is_there():
    assert all(resource(f"icons/{row.icon}.svg").exists() for row in ACTIONS if row.icon)
    assert resource("icons/app.svg").exists()
    assert resource("fonts/DejaVu-LICENSE.txt").exists()


def test_every_fault_of_the_menu_is_one_that_the_practice_exchange_knows():
    for fault, _ in CHAOS:
        asked = msgspec.convert({"fault": fault}, faults.Fault)
        assert type(asked).__struct_config__.tag == fault


def test_speeds_go_from_a_tenth_to_a_thousand_and_as_fast_as_possible():
    assert list(SPEEDS) == sorted(SPEEDS)
    assert (SPEEDS[0], SPEEDS[-2], SPEEDS[-1]) == (0.1, 1000.0, float("inf"))


def test_the_page_on_trading_by_hand_has_the_keys_of_the_table():
    page = (Path(__file__).parents[3] / "docs" / "ticket.md").read_text("utf-8")
    told = {
        key for row in re.findall(r"^\| (.+?) \|", page, re.MULTILINE) for key in row.split(", ")
    }
    traded = [row for row in ACTIONS if row.menu.startswith("&Trade")]
    assert {key for row in traded for key in row.keys} <= told
