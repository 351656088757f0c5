"""The log's lines, its file and its ring."""

import base64
import json
import logging
import random
import string
import urllib.parse

import pytest

from replayer_qt.adapters.log_setup import RING, Redactor, escape, start_logging

HOSTILE = [
    "Bob\nERROR FILLED",
    "\x1b[2J\x1b[H",
    "\u202egnp.exe",
    "a\u2028b\u2029c",
    "\r\x00\x07\x08\x9b31m",
    "\u2066\u2069\u200b\ufeff\u061c",
]


def test_nobodys_text_can_forge_a_line_or_act_on_a_terminal(tmp_path, caplog):
    """FAULTS S4: hostile names, one line each, in the file and in the ring."""
    with start_logging(tmp_path) as log:
        for name in HOSTILE:
            logging.getLogger("replayer_qt.x").warning("player %s joined", name)
        ring = log.ring.lines()
    lines = (tmp_path / "replayer.log").read_text("utf-8").splitlines()
    assert len(lines) == len(ring) == len(HOSTILE)
    assert all(line.isprintable() for line in lines)
    assert lines == ring


def test_a_traceback_keeps_its_lines_and_its_text_is_escaped(tmp_path, caplog):
    """FAULTS S4: an exception's message is somebody else's text too."""
    with start_logging(tmp_path):
        try:
            int("x\n2026-01-01 ERROR forged\x1b[2J")
        except ValueError:
            logging.getLogger("replayer_qt.x").exception("it failed")
    lines = (tmp_path / "replayer.log").read_text("utf-8").splitlines()
    assert lines[1] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in lines[1:])
    assert "\x1b" not in "".join(lines)


def test_half_a_character_is_written_out():
    """FAULTS S4: a lone surrogate, which no file takes as it is."""
    assert escape("Bob\ud800") == "Bob\\ud800"


@pytest.mark.parametrize("text", ["plain", "x = 1.05x \u2192 \u2713", "\u4e2d\u6587"])
def test_what_can_be_read_stays_as_it_is(text):
    assert escape(text) == text


def test_a_secret_is_taken_out_in_every_form(tmp_path, caplog):
    """FAULTS S5: value-based redaction, over thousands of contexts."""
    rng = random.Random(5)
    secret = 'p&ss w"rd/+\u00e9=' + "".join(rng.choices(string.ascii_letters, k=12))
    forms = [
        secret,
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        base64.b64encode(secret.encode()).decode(),
    ]
    with start_logging(tmp_path) as log:
        log.redactor.register("token", secret)
        for _ in range(2_000):
            form = rng.choice(forms)
            around = "".join(rng.choices(string.printable, k=rng.randint(0, 20)))
            logging.getLogger("replayer_qt.x").info("%s%s%s", around, form, around)
        try:
            int(secret)
        except ValueError:
            logging.getLogger("replayer_qt.x").exception("failed with %s", {"key": secret})
    text = (tmp_path / "replayer.log").read_text("utf-8")
    assert "<token>" in text
    assert secret[-12:] not in text
    assert base64.b64encode(secret.encode()).decode().rstrip("=") not in text


def test_a_short_text_is_no_secret():
    redactor = Redactor()
    redactor.register("x", "abc")
    assert redactor.clean("abcdef") == "abcdef"


def test_the_ring_keeps_the_newest(tmp_path):
    with start_logging(None) as log:
        for number in range(RING + 10):
            logging.getLogger("replayer_qt.x").info("line %d", number)
        lines = log.ring.lines()
    assert len(lines) == RING
    assert lines[-1].endswith(f"line {RING + 9}")


def test_the_file_is_rotated_and_the_files_are_bounded(tmp_path, monkeypatch):
    from replayer_qt.adapters import log_setup

    monkeypatch.setattr(log_setup, "FILE_BYTES", 4_000)
    with start_logging(tmp_path):
        for number in range(500):
            logging.getLogger("replayer_qt.x").info("line %d %s", number, "x" * 50)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["replayer.log", "replayer.log.1", "replayer.log.2"]
    assert all(path.stat().st_size <= 4_000 for path in tmp_path.iterdir())


def test_leaving_takes_every_handler_off_and_closes_the_file(tmp_path):
    """S2-M5, S2-M1: two runs in one process, and nothing is logged to a closed file."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    for number in range(3):
        with start_logging(tmp_path / str(number) if (tmp_path / str(number)).mkdir() else None):
            pass
    with start_logging(tmp_path):
        logging.getLogger("replayer_qt.x").info("once")
    logging.getLogger("replayer_qt.x").info("afterwards")
    assert (list(root.handlers), root.level) == before
    assert (tmp_path / "replayer.log").read_text().count("once") == 1
    assert "afterwards" not in (tmp_path / "replayer.log").read_text()


def test_a_line_has_a_bounded_length(tmp_path):
    with start_logging(tmp_path):
        logging.getLogger("replayer_qt.x").info("x" * 10_000_000)
    assert (tmp_path / "replayer.log").stat().st_size < 40_000


def test_libraries_that_write_addresses_are_kept_quiet(tmp_path):
    """FAULTS S5: HTTP clients log addresses, and tokens with them."""
    with start_logging(tmp_path):
        for name in ("aiohttp.client", "socketio.client", "engineio.client", "urllib3"):
            logging.getLogger(name).info("GET https://x/bot123:secret/send")
    assert "secret" not in (tmp_path / "replayer.log").read_text()
